"""The processes of the distributed mode: `samenplan <dienst> api|worker|relay`.

Rules kept here: they start in any order and wait for what is not there yet; SIGTERM lets what runs
finish; whatever ends one suddenly, starting it again is all there is to do.
"""

from __future__ import annotations

import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
import uvicorn

from app.diensten import VOLGT, Cel, Consentcel, Omgeving, cel, sequencers
from app.gesproken import KLOK
from infra import collector
from infra.database import DamagedDataError
from infra.dispatcher import Dispatcher
from infra.feed import Worker
from infra.kafka.feed import KafkaFeed, TopicRefusedError
from infra.kafka.producer import Producer
from infra.management import Health, Status, of_consumers, of_relay, start
from infra.metrics import Achterstand, Volger
from infra.outbox import SqlOutbox, Uitgaand
from infra.postgres import Listener
from infra.relay import Relay
from infra.settings import SettingsError
from infra.store import Log
from infra.transient import TRANSIENT
from infra.views import View
from infra.volgorde import POLL

T = TypeVar("T")
log = structlog.get_logger()
QUIET = 10
"""Seconds without a sign of life after which nobody reads any more."""
NOT_YET = (DamagedDataError, *TRANSIENT)
"""What keeps a process from starting for the moment: nothing was migrated, a server is away."""


class Gestopt(Exception):
    """Asked to stop before it had started."""


def api(omgeving: Omgeving, listening: socket.socket) -> None:
    """Answer requests until asked to stop; those under way are finished."""
    from app.front import application

    ready = threading.Event()

    def health() -> Health:
        if ready.is_set():
            _check(omgeving)
        return Health(Status.GOED, ready.is_set())

    with _managed(omgeving, health) as stop:
        _as_soon_as_possible(lambda: _check(omgeving), stop)
        app = _as_soon_as_possible(lambda: application(omgeving), stop)
        services_only = omgeving.dienst != "portal"
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, backlog=512,
                timeout_graceful_shutdown=20, proxy_headers=not services_only,
                ssl_context_factory=_tls(omgeving) if services_only else None,
            )
        )  # fmt: skip

        def end() -> None:
            stop.wait()
            server.should_exit = True

        threading.Thread(target=end, name="stop", daemon=True).start()
        collector.settled()
        ready.set()
        omgeving.metrics.ready()
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def _tls(omgeving: Omgeving) -> Callable[[Any, Any], ssl.SSLContext]:
    return lambda _config, _default: omgeving.geheimen.tls_server()


def worker(omgeving: Omgeving) -> None:
    """Follow the facts of other services until asked to stop; a batch under way is finished."""
    readers: list[Volger] = []

    cellen: dict[str, Cel] = {}

    def health() -> Health:
        found = of_consumers(readers, klaar=bool(readers))
        logs = [one.consent for one in cellen.values() if isinstance(one, Consentcel)]
        if not logs:
            return found
        return found.with_incidents(
            sum(one.volledigheid.open() for one in logs), sum(one.narekening.open() for one in logs)
        )

    with _managed(omgeving, health) as stop, ExitStack() as opened:
        made = _as_soon_as_possible(lambda: _readers(omgeving, opened, cellen=cellen), stop)
        daily = [
            work
            for one in cellen.values()
            if isinstance(one, Consentcel)
            for work in (one.consent.dagwerk, one.consent.narekening)
        ]
        signing = sequencers(omgeving)
        readers += [*made, *signing, *daily]
        workers: list[Worker[Any]] = [Worker([reader], poll=0) for reader in made]
        if signing:
            workers.append(Worker(signing, poll=POLL))
        if daily:
            workers.append(Worker(daily, poll=KLOK))
        for one in workers:
            one.start()
        collector.settled()
        omgeving.metrics.ready()
        stop.wait()
        for one in workers:
            one.stop()


def relay(omgeving: Omgeving) -> None:
    """Bring the log outside until asked to stop. A second one waits until the first is gone."""
    made = _relay(omgeving)

    omgeving.metrics.relay(made)
    with _managed(omgeving, lambda: of_relay(made, klaar=made.last_success is not None)) as stop:
        _as_soon_as_possible(lambda: _check(omgeving), stop)
        collector.settled()
        omgeving.metrics.ready()
        while not stop.is_set():
            with suppress(*TRANSIENT), omgeving.centraal.lead("relay") as leading:
                if leading:
                    made.run(stop)
            stop.wait(1.0)


def rewind(omgeving: Omgeving, gemeente: str, position: int) -> None:
    """Let everything after a position be brought out once more. Raises StopIteration."""
    _relay(omgeving).rewind(gemeente, position)


def repair(omgeving: Omgeving) -> Iterator[tuple[str, str, str, bool]]:
    """Replay every quarantined stream: gemeente, source, error code, whether it went well."""
    with ExitStack() as opened:
        for reader in _readers(omgeving, opened, besides="herstel"):
            for gemeente, consumer in reader.consumers.items():
                for outcome in consumer.repair(gemeente):
                    yield gemeente, *outcome


def rebuild(omgeving: Omgeving) -> int:
    """Empty the views and read everything again; how many facts that were.

    Raises SettingsError while workers run, or for a fact that this release cannot read.
    """
    with ExitStack() as opened:
        readers = _readers(omgeving, opened, besides="herbouw")
        for _ in range(QUIET):  # one that just ended seems to live for a moment
            if not any(reader.alive() for reader in readers):
                break
            threading.Event().wait(1.0)
        else:
            raise SettingsError("instelling klopt niet: zet eerst alle workers van portal stil")
        for reader in readers:  # first: broken off halfway, the workers read everything again
            reader.rewind()
        for view in readers[0].consumers.values():  # every reader has the same tables
            assert isinstance(view, View)
            view.empty()
        total = 0
        for reader in readers:
            while reader.behind():
                if reader.stopped is not None:
                    raise SettingsError(f"herbouw is gestopt: {reader.stopped}")
                total += reader.step()
        return total


def _check(omgeving: Omgeving) -> None:
    """Whether the migration was here, for every gemeente. Raises DamagedDataError."""
    omgeving.centraal.check()
    for gemeente in omgeving.gemeenten:
        omgeving.database(gemeente).check()


def _readers(
    omgeving: Omgeving, opened: ExitStack, besides: str = "", cellen: dict[str, Cel] | None = None
) -> list[Dispatcher]:
    """Readers of every source; `cellen` gets what they work on, per gemeente.

    Raises TopicRefusedError for a topic that we may not read.
    """
    _check(omgeving)
    cellen = {} if cellen is None else cellen
    cellen |= {gemeente: cel(omgeving, gemeente) for gemeente in omgeving.gemeenten}
    with ExitStack() as while_making:
        made = [
            _reader(omgeving, cellen, bron, while_making, besides)
            for bron in VOLGT[omgeving.dienst]
        ]
        opened.push(while_making.pop_all())
    return made


def _reader(
    omgeving: Omgeving, cellen: dict[str, Cel], bron: str, opened: ExitStack, besides: str
) -> Dispatcher:
    lid = besides or f"{omgeving.dienst}-{omgeving.settings.exemplaar}"
    # What an operator does beside the workers takes no partition from them.
    groep = ".".join(filter(None, ("samenplan", omgeving.dienst, bron, besides)))
    try:
        # What comes in ends the wait: a longer one costs less at rest, and makes a stop slower.
        feed = KafkaFeed(bron, omgeving.kafka, omgeving.waarmerk, groep, lid, wacht=0.5)
    except TopicRefusedError as error:
        raise SettingsError(
            f"dienst {omgeving.dienst} mag topic {error} niet lezen, of het is er niet"
        ) from None
    opened.callback(feed.close)
    consumers = {gemeente: cel.consumer(bron, feed) for gemeente, cel in cellen.items()}
    reader = Dispatcher(omgeving.dienst, omgeving.centraal, feed, consumers, omgeving.now)

    def behind() -> Achterstand:
        facts = reader.behind()
        return Achterstand(facts, reader.age if facts else 0.0)

    omgeving.metrics.consumer("", reader)
    omgeving.metrics.behind(omgeving.dienst, bron, behind)
    omgeving.metrics.foreign(omgeving.dienst, bron, feed.vreemd.total)
    return reader


def _relay(omgeving: Omgeving) -> Relay:
    dienst = omgeving.dienst
    databases = {g: omgeving.database(g) for g in omgeving.gemeenten}
    return Relay(
        dienst,
        [SqlOutbox(dienst, g, database, _outgoing(Log(database)))
         for g, database in databases.items()],
        lambda: Producer(omgeving.kafka, dienst),
        omgeving.waarmerk,
        _Ear(omgeving.centraal.url, [database.schema for database in databases.values()]).wait,
        partitions=omgeving.settings.partities,
    )  # fmt: skip


def _outgoing(log: Log) -> Callable[[int, int], Sequence[Uitgaand]]:
    return lambda after, limit: [
        Uitgaand(n.id, cast(UUID, n.originator_id), n.originator_version, n.topic, n.state)
        for n in log.read(after, limit)
    ]


class _Ear:
    """Waits for word of an append; without the database it just waits."""

    def __init__(self, url: str, schemas: list[str]) -> None:
        self._url, self._schemas = url, schemas
        self._listener: Listener | None = None

    def wait(self, seconds: float) -> None:
        try:
            if self._listener is None:
                self._listener = Listener(self._url, self._schemas)
                return  # something may have come before we listened
            self._listener.wait(seconds)
        except TRANSIENT:
            if self._listener is not None:
                self._listener.close()
            self._listener = None
            threading.Event().wait(seconds)


def _as_soon_as_possible(make: Callable[[], T], stop: threading.Event) -> T:
    """What `make` makes, tried until what it needs is there. Raises Gestopt."""
    said = ""
    while not stop.is_set():
        try:
            return make()
        except NOT_YET as error:
            if said != (said := type(error).__name__):
                log.warning("waiting to start", error=said)
            stop.wait(0.5)
    raise Gestopt


@contextmanager
def _managed(omgeving: Omgeving, health: Callable[[], Health]) -> Iterator[threading.Event]:
    """The management port, and an event that is set when we are asked to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    port = omgeving.settings.beheerpoort
    management = None
    if port is not None:
        management = start(omgeving.settings.beheerhost, port, health, omgeving.metrics)
    try:
        with suppress(Gestopt):
            yield stop
    finally:
        stop.set()
        if management is not None:
            management.stop()
        omgeving.close()
