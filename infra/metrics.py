"""What an operator watches, in Prometheus' words. The only file that makes metrics.

Rules kept here: a label is one of few known words (gemeente, consumer, bron, route template,
status, kind of work), never an id or a value from a request; what is watched does not know this
file, it only has attributes and methods that are read when somebody asks; a database that hangs
costs its own figures, not the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, Protocol, Self, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from infra.limited import Limited

P = ParamSpec("P")
R = TypeVar("R")
App = Callable[[MutableMapping[str, Any], Any, Any], Any]
"""An ASGI application."""

OVERIG = "overig"
"""The route of whatever no route is for: what was asked is the asker's own text."""
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Achterstand(NamedTuple):
    """How far a consumer is behind a source."""

    feiten: int
    seconden: float
    """The age of the oldest fact that is still to be processed; 0 when there is none."""


class Volger(Protocol):
    """What is read of a consumer (`infra.feed.Consumer`)."""

    @property
    def name(self) -> str: ...
    @property
    def stopped(self) -> str | None: ...
    @property
    def failing(self) -> str | None: ...
    def quarantined(self) -> int: ...


class Brenger(Protocol):
    """What is read of a relay (`infra.relay.Relay`)."""

    @property
    def bron(self) -> str: ...
    @property
    def sent(self) -> int: ...
    @property
    def failures(self) -> int: ...
    @property
    def failing(self) -> str | None: ...
    @property
    def positions(self) -> Mapping[str, int]: ...
    @property
    def last_success(self) -> float | None: ...


class Meekijker(Protocol):
    """What is read of a witness (`infra.getuige.Rounds`)."""

    @property
    def size(self) -> int: ...
    @property
    def seen(self) -> float | None: ...
    @property
    def refused(self) -> int: ...
    @property
    def silent(self) -> int: ...


class Metrics:
    """The figures of one process. Everything given to it is called on another thread."""

    def __init__(
        self, dienst: str, rol: str, *, seconds: float = 1.0, clock: Callable[[], float] = time.time
    ) -> None:
        # Else every series has a second one beside it, which says nothing.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._clock = clock
        self._attributes: list[_Question] = []
        self._questions: list[_Question] = []
        """What may take time, such as a look in the database."""
        ProcessCollector(registry=self._registry)
        Info("samenplan", "Welk proces dit is", registry=self._registry).info(
            {"dienst": dienst, "rol": rol}
        )
        self._begonnen = self._gauge("proces_begonnen_seconden", "Begonnen op (sinds 1970)")
        self._klaar = self._gauge("proces_klaar_seconden", "Klaar op (sinds 1970); 0: nog niet")
        self._begonnen.set(clock())
        self._verzoeken = Counter(
            "samenplan_verzoeken", "Beantwoorde verzoeken", ["route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._duur = Histogram(
            "samenplan_verzoek_seconden", "Duur van een verzoek", ["route"], buckets=_BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        self._sleutels = Histogram(
            "samenplan_sleutels_seconden", "Duur van het werk van de sleutelbewaarder", ["werk"],
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_Asked(self._attributes, self._questions, seconds))

    def ready(self) -> None:
        """The process can do its work from now on."""
        self._klaar.set(self._clock())

    def text(self) -> tuple[str, bytes]:
        """All figures as Prometheus reads them, with their content type."""
        return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(self._registry)

    # --- counted when it happens --------------------------------------------------------------

    def app(self, app: App) -> App:
        """The same application, its requests counted and timed by route template and status."""

        async def counted(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            status, begun = "500", time.perf_counter()

            async def send_seen(message: MutableMapping[str, Any]) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = str(message["status"])
                await send(message)

            try:
                await app(scope, receive, send_seen)
            finally:
                route = _template(scope)
                self._verzoeken.labels(route, status).inc()
                self._duur.labels(route).observe(time.perf_counter() - begun)

        return counted

    def key_store(self, werk: str, call: Callable[P, R]) -> Callable[P, R]:
        """The same call, timed, failures too: `werk` is "vrijgave" or "zegelsleutels"."""
        duur = self._sleutels.labels(werk)

        @wraps(call)
        def timed(*args: P.args, **named: P.kwargs) -> R:
            with duur.time():
                return call(*args, **named)

        return timed

    # --- asked when somebody looks ------------------------------------------------------------

    def consumer(self, gemeente: str, volger: Volger) -> None:
        """Watch whether a consumer runs, and what it set apart."""
        wie = [gemeente, volger.name]

        def look(found: _Families) -> None:
            found.add("consumer_gestopt", wie, volger.stopped is not None)
            found.add("consumer_hapert", wie, volger.failing is not None)

        self._attributes.append(look)
        self._questions.append(
            lambda found: found.add("quarantaine_stromen", wie, volger.quarantined())
        )

    def behind(
        self, consumer: str, bron: str, achterstand: Callable[[], Achterstand], gemeente: str = ""
    ) -> None:
        """Watch how far a consumer is behind a source: of one gemeente, or of all it reads."""
        wie = [gemeente, consumer, bron]

        def ask(found: _Families) -> None:
            feiten, seconden = achterstand()
            found.add("achterstand_feiten", wie, feiten)
            found.add("achterstand_seconden", wie, seconden)

        self._questions.append(ask)

    def foreign(self, consumer: str, bron: str, records: Callable[[], int]) -> None:
        """Watch how many records of a source were skipped because they were none of ours."""
        self._attributes.append(
            lambda found: found.add("vreemde_records", ["", consumer, bron], records())
        )

    def relay(self, relay: Brenger) -> None:
        """Watch the relay of a source."""

        def look(found: _Families) -> None:
            bron = relay.bron
            for gemeente, positie in dict(relay.positions).items():  # it may grow meanwhile
                found.add("relay_positie", [gemeente, bron], positie)
            found.add("relay_verzonden", [bron], relay.sent)
            found.add("relay_mislukt", [bron], relay.failures)
            found.add("relay_hapert", [bron], relay.failing is not None)
            found.add("relay_gelukt_tijdstip_seconden", [bron], relay.last_success or 0)

        self._attributes.append(look)

    def logbook(self, gemeente: str, regels: Callable[[], int]) -> None:
        """Watch the log: `regels` tells how many lines there are, which is the last number."""
        self._questions.append(lambda found: found.add("logregels", [gemeente], regels()))

    def incidents(self, gemeente: str, logverschillen: Callable[[], int]) -> None:
        """Watch in how many places the log does not fit the keys that left."""
        self._questions.append(
            lambda found: found.add("logverschillen", [gemeente], logverschillen())
        )

    def recomputed(self, gemeente: str, last: Callable[[], tuple[float, int]]) -> None:
        """Watch when the whole log was last computed anew, and whether it was damaged."""

        def ask(found: _Families) -> None:
            moment, schade = last()
            found.add("logboek_nagerekend_tijdstip_seconden", [gemeente], moment)
            found.add("logboek_schade", [gemeente], schade)

        self._questions.append(ask)

    def unsigned(self, gemeente: str, waiting: Callable[[], tuple[int, float]]) -> None:
        """Watch how many rows of the log no signed head holds yet, and how old the first is."""

        def ask(found: _Families) -> None:
            regels, seconden = waiting()
            found.add("logregels_ongetekend", [gemeente], regels)
            found.add("logregels_ongetekend_seconden", [gemeente], seconden)

        self._questions.append(ask)

    def witness(self, getuige: Meekijker) -> None:
        """Watch a witness: how far and when it signed along, and what it refused."""

        def look(found: _Families) -> None:
            found.add("getuige_regels", [], getuige.size)
            found.add("getuige_kop_tijdstip_seconden", [], getuige.seen or 0)
            found.add("getuige_geweigerd", [], getuige.refused)
            found.add("getuige_geen_antwoord", [], getuige.silent)

        self._attributes.append(look)

    def _gauge(self, name: str, told: str) -> Gauge:
        return Gauge(f"samenplan_{name}", told, registry=self._registry)


_WIE, _BRON = ("gemeente", "consumer"), ("gemeente", "consumer", "bron")
_KINDS: dict[str, tuple[type[GaugeMetricFamily | CounterMetricFamily], str, Sequence[str]]] = {
    "consumer_gestopt": (GaugeMetricFamily, "1: gestopt, gaat niet vanzelf verder", _WIE),
    "consumer_hapert": (GaugeMetricFamily, "1: hapert, probeert het vanzelf opnieuw", _WIE),
    "quarantaine_stromen": (GaugeMetricFamily, "Stromen die op herstel wachten", _WIE),
    "achterstand_feiten": (GaugeMetricFamily, "Feiten die nog verwerkt moeten worden", _BRON),
    "achterstand_seconden": (GaugeMetricFamily, "Leeftijd van het oudste daarvan", _BRON),
    "vreemde_records": (CounterMetricFamily, "Overgeslagen: niet van ons", _BRON),
    "relay_positie": (GaugeMetricFamily, "Laatste feit dat naar buiten is", ("gemeente", "bron")),
    "relay_verzonden": (CounterMetricFamily, "Feiten naar buiten, dubbele meegeteld", ("bron",)),
    "relay_mislukt": (CounterMetricFamily, "Mislukte pogingen daartoe", ("bron",)),
    "relay_hapert": (GaugeMetricFamily, "1: hapert, probeert het vanzelf opnieuw", ("bron",)),
    "relay_gelukt_tijdstip_seconden": (
        GaugeMetricFamily, "Wanneer het voor het laatst lukte (sinds 1970); 0: nooit", ("bron",),
    ),
    "logregels": (CounterMetricFamily, "Regels in het logboek", ("gemeente",)),
    "logverschillen": (
        GaugeMetricFamily, "Verschillen tussen logboek en sleutels, nog uit te zoeken",
        ("gemeente",),
    ),
    "logboek_nagerekend_tijdstip_seconden": (
        GaugeMetricFamily, "De dag waarop het hele logboek is nagerekend (sinds 1970); 0: nooit",
        ("gemeente",),
    ),
    "getuige_regels": (GaugeMetricFamily, "Regels onder de laatste kop die klopte", ()),
    "getuige_kop_tijdstip_seconden": (
        GaugeMetricFamily, "Wanneer er voor het laatst een kop klopte (sinds 1970); 0: nooit", (),
    ),
    "getuige_geweigerd": (CounterMetricFamily, "Koppen die niet klopten", ()),
    "getuige_geen_antwoord": (CounterMetricFamily, "Keren dat het logboek niet antwoordde", ()),
    "logboek_schade": (
        GaugeMetricFamily, "1: bij het narekenen klopte het logboek niet", ("gemeente",),
    ),
    "logregels_ongetekend": (
        GaugeMetricFamily, "Regels die nog onder geen ondertekende kop staan", ("gemeente",),
    ),
    "logregels_ongetekend_seconden": (
        GaugeMetricFamily, "Hoe lang de oudste daarvan wacht; meer dan 60 is een alarm",
        ("gemeente",),
    ),
}  # fmt: skip
"""What is asked when somebody looks: its kind, its explanation and its labels."""


class _Families:
    """The answers to questions, and whether each question had one."""

    def __init__(self) -> None:
        self.found: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        self.complete = True

    def add(self, name: str, labels: Sequence[str], value: float) -> None:
        if name not in self.found:
            kind, told, names = _KINDS[name]
            self.found[name] = kind(f"samenplan_{name}", told, labels=names)
        self.found[name].add_metric(labels, float(value))

    def ask(self, questions: Iterable[_Question]) -> Self:
        for question in questions:
            try:
                question(self)
            except Exception:  # noqa: BLE001  # a figure that is not there; the others are
                self.complete = False
        return self


_Question = Callable[[_Families], None]


class _Asked(Collector):
    """Puts the questions when somebody looks: those that may take time all in time, or none."""

    def __init__(
        self, attributes: list[_Question], questions: list[_Question], seconds: float
    ) -> None:
        self._attributes = attributes
        self._answers = Limited(lambda: _Families().ask(questions), seconds)

    def describe(self) -> Iterable[Metric]:
        return []  # else registering would ask

    def collect(self) -> Iterable[Metric]:
        seen = _Families().ask(self._attributes)
        complete = seen.complete
        try:
            asked = self._answers()
        except TimeoutError:
            asked, complete = _Families(), False
        told = "0: een deel van de cijfers was niet te krijgen"
        return [
            *seen.found.values(), *asked.found.values(),
            GaugeMetricFamily("samenplan_cijfers_volledig", told, complete and asked.complete),
        ]  # fmt: skip


def _template(scope: Mapping[str, Any]) -> str:
    """The route that answered, such as "GET /v1/dossiers/{huishouden}"."""
    route = scope.get("route")
    methods = getattr(route, "methods", None) or ()
    if scope["method"] not in methods:  # any word may be a method
        return OVERIG
    return f"{scope['method']} {scope.get('root_path', '')}{getattr(route, 'path', '')}"
