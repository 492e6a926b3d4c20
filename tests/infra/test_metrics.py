"""What an operator watches: right figures, few labels, and never a value of somebody."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from infra.metrics import OVERIG, Achterstand, Metrics
from infra.web import make_api
from tests.client import sync_client

LABELS = {"gemeente", "consumer", "bron", "route", "status", "dienst", "rol", "werk", "le"}


class Consumer:
    """As infra.feed.Consumer, as far as it is watched."""

    name, stopped, failing = "portal", None, "OSError"

    def quarantined(self) -> int:
        return 2


class Relay:
    """As infra.relay.Relay, as far as it is watched."""

    bron, sent, failures, failing, last_success = "plan", 17, 2, "PublishError", 999.0

    def __init__(self) -> None:
        self.positions = {"9999": 12, "9998": 4}


class Getuige:
    """As a witness shows itself."""

    size, seen, refused, silent = 41, 998.0, 2, 1


def figures(metrics: Metrics) -> dict[tuple[str, frozenset[str]], float]:
    """(Name, values of the labels) → figure, as Prometheus reads them."""
    text = metrics.text()[1].decode()
    return {
        (sample.name.removeprefix("samenplan_"), frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def full() -> Metrics:
    metrics = Metrics("portal", "worker", clock=lambda: 1000.0)
    metrics.consumer("9999", Consumer())
    metrics.behind("portal", "intake", lambda: Achterstand(3, 1.5), "9999")
    metrics.behind("portal", "plan", lambda: Achterstand(0, 0))
    metrics.foreign("portal", "intake", lambda: 3)
    metrics.relay(Relay())
    metrics.logbook("9999", lambda: 41)
    metrics.unsigned("9999", lambda: (0, 0.0))
    metrics.incidents("9999", lambda: 0)
    metrics.recomputed("9999", lambda: (86_400.0, 1))
    metrics.witness(Getuige())
    return metrics


def test_every_figure_under_its_name() -> None:
    metrics = full()
    found = figures(metrics)
    for name, labels, value in [
        ("consumer_gestopt", ("9999", "portal"), 0), ("consumer_hapert", ("9999", "portal"), 1),
        ("quarantaine_stromen", ("9999", "portal"), 2),
        ("achterstand_feiten", ("9999", "portal", "intake"), 3),
        ("achterstand_seconden", ("9999", "portal", "intake"), 1.5),
        ("achterstand_feiten", ("", "portal", "plan"), 0),
        ("relay_positie", ("9999", "plan"), 12), ("relay_positie", ("9998", "plan"), 4),
        ("relay_verzonden_total", ("plan",), 17), ("relay_mislukt_total", ("plan",), 2),
        ("relay_gelukt_tijdstip_seconden", ("plan",), 999), ("relay_hapert", ("plan",), 1),
        ("logregels_total", ("9999",), 41),
        ("logboek_nagerekend_tijdstip_seconden", ("9999",), 86_400),
        ("logboek_schade", ("9999",), 1),
        ("getuige_regels", (), 41), ("getuige_kop_tijdstip_seconden", (), 998),
        ("getuige_geweigerd_total", (), 2), ("getuige_geen_antwoord_total", (), 1),
        ("cijfers_volledig", (), 1), ("info", ("portal", "worker"), 1),
        ("proces_begonnen_seconden", (), 1000), ("proces_klaar_seconden", (), 0),
    ]:  # fmt: skip
        assert found[name, frozenset(labels)] == value, name
    assert found["process_resident_memory_bytes", frozenset()] > 1_000_000
    metrics.ready()
    assert figures(metrics)["proces_klaar_seconden", frozenset()] == 1000


def test_labels_are_few_and_known() -> None:
    metrics = full()
    metrics.key_store("vrijgave", str)("x")
    text = metrics.text()[1].decode()
    used = {
        name
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        for name in sample.labels
    }
    assert used <= LABELS


def test_the_operations_page_explains_every_figure() -> None:
    metrics = full()
    metrics.key_store("vrijgave", str)("x")
    published = set[str]()
    for family in text_string_to_metric_families(metrics.text()[1].decode()):
        counts = family.type == "counter" and not family.name.endswith("_total")
        published.add(family.name + "_total" * counts)
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"`(samenplan_\w+)`", page))
    assert {name for name in published if name.startswith("samenplan_")} == explained


def test_a_figure_that_fails_leaves_the_others() -> None:
    metrics = full()

    def breaks() -> Achterstand:
        raise ConnectionError("wachtwoord geheim")

    metrics.behind("portal", "intake", breaks, "9998")
    metrics.behind("portal", "plan", lambda: Achterstand(5, 2), "9998")
    found = figures(metrics)
    assert found["achterstand_feiten", frozenset({"9998", "portal", "plan"})] == 5
    assert ("achterstand_feiten", frozenset({"9998", "portal", "intake"})) not in found
    assert found["cijfers_volledig", frozenset()] == 0


def test_a_database_that_hangs_costs_only_its_own_figures() -> None:
    metrics, stuck = Metrics("portal", "worker", seconds=0.1), threading.Event()
    metrics.foreign("portal", "intake", lambda: 3)
    metrics.relay(Relay())
    metrics.consumer("9999", Consumer())
    metrics.logbook("9999", lambda: stuck.wait(30) * 41)
    try:
        begun = time.monotonic()
        found = figures(metrics)
        assert time.monotonic() - begun < 1.5
    finally:
        stuck.set()
    assert found["relay_positie", frozenset({"9999", "plan"})] == 12
    assert found["consumer_hapert", frozenset({"9999", "portal"})] == 1
    assert found["cijfers_volledig", frozenset()] == 0
    assert not [name for name, _ in found if name.startswith(("logregels", "quarantaine"))]
    until = time.monotonic() + 10
    while ("logregels_total", frozenset({"9999"})) not in figures(metrics):
        assert time.monotonic() < until


def test_key_store_latency_counts_refusals_too() -> None:
    metrics = Metrics("consent", "api")

    def vrijgave(wie: str, *, mag: bool) -> str:
        if not mag:
            raise PermissionError
        return wie

    timed = metrics.key_store("vrijgave", vrijgave)
    assert timed("ellen", mag=True) == "ellen"
    with pytest.raises(PermissionError):
        timed("ellen", mag=False)
    assert figures(metrics)["sleutels_seconden_count", frozenset({"vrijgave"})] == 2
    metrics.key_store("vrijgave", vrijgave)  # of a second gemeente


def site() -> FastAPI:
    web, api = FastAPI(), make_api(None, "9999", lambda: None)  # type: ignore[arg-type,return-value]

    @api.get("/dossiers/{huishouden}")
    def dossier(huishouden: str) -> str:
        if huishouden == "kapot":
            raise RuntimeError
        return huishouden

    @web.get("/huishoudens/{huishouden}")
    def pagina(huishouden: str) -> str:
        raise RuntimeError(huishouden)

    web.mount("/v1", api)
    return web


def test_requests_are_counted_by_route_and_never_by_what_was_asked() -> None:
    metrics, ids = Metrics("portal", "api"), [str(uuid4()) for _ in range(20)]
    web = site()
    web.add_middleware(lambda app: metrics.app(app))
    with sync_client(web) as client:
        for number in ids:
            assert client.get(f"/v1/dossiers/{number}?over={number}").text == f'"{number}"'
            assert client.get(f"/v1/{number}").status_code == 404
            assert client.get(f"/{number}").status_code == 404
            client.request(f"M{number[:8]}".upper(), f"/v1/dossiers/{number}")
            client.delete(f"/v1/dossiers/{number}")
        assert client.get("/v1/dossiers/kapot").status_code == 500
        with pytest.raises(RuntimeError):
            client.get(f"/huishoudens/{ids[0]}")
    found = {key: value for key, value in figures(metrics).items() if key[0] == "verzoeken_total"}
    dossier = "GET /v1/dossiers/{huishouden}"
    assert found == {
        ("verzoeken_total", frozenset({dossier, "200"})): 20,
        ("verzoeken_total", frozenset({dossier, "500"})): 1,
        ("verzoeken_total", frozenset({OVERIG, "404"})): 40,
        ("verzoeken_total", frozenset({OVERIG, "405"})): 40,
        ("verzoeken_total", frozenset({"GET /huishoudens/{huishouden}", "500"})): 1,
    }
    text = metrics.text()[1].decode()
    assert not re.search("|".join(ids), text)
    assert figures(metrics)["verzoek_seconden_count", frozenset({dossier})] == 21


def test_what_is_no_request_passes_by() -> None:
    metrics, seen = Metrics("portal", "api"), []

    async def app(scope: MutableMapping[str, Any], _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])

    counted = metrics.app(app)
    asyncio.run(counted({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
    assert not [name for name, _ in figures(metrics) if name.startswith("verzoeken_total")]
