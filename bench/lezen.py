"""Opening a household of five with 1,000 sealed fields over HTTP, against opening 1,000 single
fields in one thread; one decision; sixteen readers; a rebuild."""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from bench.huishouden import TEKST, Wereld
from bench.meet import ms, om_en_om, p50, p99, tijden
from bench.start import samenplan
from events.base import Hoed, Place
from events.begrippen import Actor, Leefgebied, herkomst
from events.waarden import Mandaat
from infra.seal import SealingKey, open_capsule
from services.consent.domain import Feiten, Vraag, Vrager, mag
from services.consent.regels import regelset


def regels(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    world = Wereld(folder / "lezen")
    huishouden = world.huishouden()
    facts = _veel(world)
    token = world.token
    world.app.worker.drain()
    yield from _herbouw(world, facts)
    world.app.close()
    with samenplan(folder / "lezen") as basis:
        yield from _lees(f"{basis}/v1/dossiers/{huishouden}", token)
    yield from _besluit()


def _lees(url: str, token: str) -> Iterator[tuple[str, str, str]]:
    headers = {"Authorization": f"Bearer {token}"}
    where = urlsplit(url)
    with closing(http.client.HTTPConnection(where.netloc)) as connection:

        def lees() -> None:
            connection.request("GET", where.path, headers=headers)
            answer = connection.getresponse()
            assert len(answer.read()) > 100_000
            assert answer.status == 200

        base, read = om_en_om(_los(), lees, 200)
        yield (
            "huishouden openen, p50", f"{ms(p50(read))} · {p50(read) / p50(base):.2f} ×",
            f"1.000 losse velden {ms(p50(base))}",
        )  # fmt: skip
        yield "huishouden openen, p99", f"{ms(p99(read))} · {p99(read) / p50(base):.2f} ×", "idem"
    yield from _zestien(url, headers)


def _los() -> Callable[[], None]:
    key = os.urandom(32)
    sealing = SealingKey(os.urandom(16).hex(), key)
    capsules = [
        sealing.seal(Place("9999", uuid4(), n, "nl.samenplan.ijkpunt", 1), {"veld": TEKST})
        for n in range(1000)
    ]

    def open_alle() -> None:
        for capsule in capsules:
            open_capsule(capsule, key)

    return open_alle


def _zestien(url: str, headers: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    def lezers(aantal: int, per_lezer: int) -> float:
        def lees(_: int) -> None:
            with httpx.Client(headers=headers, timeout=60) as client:
                for _ in range(per_lezer):
                    assert client.get(url).status_code == 200

        begin = time.perf_counter()
        with ThreadPoolExecutor(aantal) as pool:
            list(pool.map(lees, range(aantal)))
        return aantal * per_lezer / (time.perf_counter() - begin)

    pairs = [(lezers(1, 160), lezers(16, 10)) for _ in range(3)]
    een = statistics.median(first for first, _ in pairs)
    ratio = statistics.median(many / first for first, many in pairs)
    yield "16 lezers tegelijk", f"{een * ratio:.0f}/s · {ratio:.2f} ×", f"1 lezer {een:.0f}/s"


def _besluit() -> Iterator[tuple[str, str, str]]:
    wie, persoon, huis = uuid4(), uuid4(), uuid4()
    vandaag = date(2026, 11, 22)
    feiten = Feiten(
        vandaag, huis, wie, Mandaat(kenmerk="M", van=vandaag - timedelta(days=1)), {}, {persoon},
        {persoon, huis},
    )  # fmt: skip
    actor = Actor(id=wie, naam="A", organisatie="B", functie="C")
    vrager = Vrager(actor, "professional", Hoed.COORDINATIE, "wmo")
    delen = [
        Vraag(vrager, None, (persoon,), herkomst(code), Leefgebied.WONEN)
        for code in ("wmo-onderzoek", "wgs-schuldhulp", "jeugdhulp-dossier", "gezinsplan")
    ]
    rules = regelset()
    found = sorted(t for vraag in delen for t in tijden(partial(mag, vraag, feiten, rules), 3000))
    yield (
        "een besluit met uitleg",
        f"p50 {p50(found) * 1e6:.1f} µs, p99 {p99(found) * 1e6:.1f} µs",
        "-",
    )


def _veel(world: Wereld) -> int:
    for _ in range(20):
        world.huishouden(notities=1000)
    return world.app.intake.store.log.end


def _herbouw(world: Wereld, facts: int) -> Iterator[tuple[str, str, str]]:
    speeds = []
    for _ in range(3):
        begin = time.perf_counter()
        world.app.view.rebuild()
        speeds.append(facts / (time.perf_counter() - begin))
    yield "leesmodel herbouwen", f"{statistics.median(speeds):,.0f} feiten/s", f"{facts} feiten"
