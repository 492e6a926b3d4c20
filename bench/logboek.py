"""The log: durable lines, proofs, recomputing it, and decisions that share a commit."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

from app.gesproken import clock
from bench.huishouden import Wereld
from bench.meet import ms, p50, p99, tijden
from infra.database import Tx
from infra.koppen import KeyFile, origin
from infra.logbook import Regel, logregels
from infra.narekenen import recompute
from infra.samen import Shared
from infra.tegels import Tree
from infra.volgorde import Sequencer

GROOT = 1_000_000
KLANTEN = 16
PER_SECONDE = 200
SECONDEN = 10.0


def regels(folder: Path) -> list[tuple[str, str, str]]:
    """What `make bench` shows: what, figure, beside what."""
    return [*_regels(folder / "log-a"), *_boom(folder / "log-b"), *_besluiten(folder / "log-c")]


def _regels(data: Path) -> list[tuple[str, str, str]]:
    """Lines that 16 writers make durable, alone and sharing a commit."""
    wereld = Wereld(data)
    consent = wereld.app.consent
    found = []
    for naam, write in (
        ("zonder delen", lambda work: _alone(consent.database, work)),
        ("samen", Shared(consent.database).write),
    ):
        found.append((naam, _per_seconde(write, consent.logboek)))
    wereld.app.close()
    (_, alleen), (_, samen) = found
    return [("logregels, duurzaam (6 per keer, 16 schrijvers)", f"{samen:,.0f}/s",
             f"zonder gedeelde commit {alleen:,.0f}/s")]  # fmt: skip


def _alone(database: object, work: Callable[[Tx], None]) -> None:
    with database.write() as tx:  # type: ignore[attr-defined]
        work(tx)


def _per_seconde(write: Callable[[Callable[[Tx], None]], None], logboek: object) -> float:
    until = time.perf_counter() + 4
    regel = {"wat": "inzage", "delen": [["wmo-onderzoek", "wonen"]], "adl": {"status": "Ok"}}

    def schrijf(_wie: int) -> int:
        gedaan = 0
        while time.perf_counter() < until:
            vraag, huis = uuid4(), uuid4()
            regels = [Regel("inzage", vraag, regel, huis, uuid4()) for _ in range(6)]
            write(lambda tx, regels=regels: logboek.write(tx, clock(), regels))  # type: ignore[attr-defined, misc]
            gedaan += len(regels)
        return gedaan

    begin = time.perf_counter()
    with ThreadPoolExecutor(KLANTEN) as pool:
        total = sum(pool.map(schrijf, range(KLANTEN)))
    return total / (time.perf_counter() - begin)


def _boom(data: Path) -> list[tuple[str, str, str]]:
    """A log of a million rows: proofs from its tiles, and recomputing it from the rows."""
    wereld = Wereld(data)
    database = wereld.app.consent.database
    key = KeyFile(data / "log.sleutel", origin("9999"), create=True)
    now = clock()
    made = ({
        "nr": nr, "soort": "inzage", "tijdstip": now.isoformat(), "vraag": UUID(int=nr),
        "verbintenis": sha256(b"%d" % nr).digest(), "kid": "", "inhoud": b"", "vorm": 2,
    } for nr in count(1))  # fmt: skip
    with database.write() as tx:
        begin_nr = (tx.scalar(logregels.select().with_only_columns(logregels.c.nr)
                              .order_by(logregels.c.nr.desc()).limit(1)) or 0)  # fmt: skip
        rest = [row for row, _ in zip(made, range(GROOT), strict=False)][begin_nr:]
        for at in range(0, len(rest), 50_000):
            tx.execute(logregels.insert(), rest[at : at + 50_000])
    sequencer = Sequencer(database, data / "boom", key, clock)
    begin = time.perf_counter()
    while sequencer.step():
        pass
    grown = time.perf_counter() - begin
    dice = random.Random(1)
    fresh = tijden(lambda: Tree(data / "boom", GROOT).inclusion(dice.randrange(GROOT)), 500)
    begin = time.perf_counter()
    recompute(database, data / "boom", key.verifier)
    again = time.perf_counter() - begin
    wereld.app.close()
    return [
        (f"bewijs van een regel uit {GROOT:,}", f"{ms(p50(fresh))} (p99 {ms(p99(fresh))})",
         "hooguit 1 ms"),
        (f"{GROOT:,} regels narekenen, tegels erbij", f"{again:.1f} s", "hooguit 5 s"),
        (f"{GROOT:,} regels in de boom zetten en tekenen", f"{grown:.1f} s", ""),
    ]  # fmt: skip


def _besluiten(folder: Path) -> list[tuple[str, str, str]]:
    """Decision, lines and keys for a household of five: arriving at random, and flat out."""
    wereld = Wereld(folder)
    consent, wie = wereld.app.consent, wereld.wie
    huis = wereld.huishouden(5, 50)
    wereld.app.worker.drain()
    kids = _kids(wereld)
    cpu = _rekentijd(lambda: consent.vrijgave(wie, huis, kids))
    schijf = _schijf(folder / "schijf")
    found = []
    for samen in (False, True):
        if not samen:
            consent._samen = _Elk(consent.database)  # type: ignore[assignment]
        else:
            consent._samen = Shared(consent.database)
        found.append(_meet(lambda: consent.vrijgave(wie, huis, kids)))
    wereld.app.close()
    (voor, voor_s), (na, na_s) = found
    return [
        (f"besluit met regels en sleutels, {PER_SECONDE}/s op toeval, {KLANTEN} klanten",
         f"p50 {ms(p50(na))}, p99 {ms(p99(na))}",
         f"zonder gedeelde commit p50 {ms(p50(voor))}, p99 {ms(p99(voor))}; hooguit 10 ms"),
        (f"hetzelfde, {KLANTEN} klanten achter elkaar", f"{na_s:,.0f}/s",
         f"zonder gedeelde commit {voor_s:,.0f}/s"),
        (f"rekentijd daarvan, {len(kids)} sleutels, alleen", f"p50 {ms(p50(cpu))}",
         f"minste {ms(cpu[0])}"),
        ("de schijf alleen: 8 kB duurzaam, 500 keer na elkaar",
         f"p50 {ms(p50(schijf))}, p99 {ms(p99(schijf))}", "onder ieder besluit ligt er een"),
    ]  # fmt: skip


def _schijf(path: Path) -> list[float]:
    """Seconds until as much as one commit writes is durable, sorted: no answer can be sooner."""
    with path.open("wb") as file:

        def schrijf() -> None:
            file.write(b"x" * 8192)
            file.flush()
            os.fdatasync(file.fileno())

        return tijden(schrijf, 500)


class _Elk:
    """What it was before: a transaction for each."""

    def __init__(self, database: object) -> None:
        self._database = database

    def write(self, work: Callable[[Tx], object]) -> object:
        with self._database.write() as tx:  # type: ignore[attr-defined]
            return work(tx)


def _kids(wereld: Wereld) -> list[str]:
    from sqlalchemy import select

    from infra.keys import data_keys

    with wereld.app.consent.database.read() as tx:
        return list(tx.execute(
            select(data_keys.c.kid).where(
                data_keys.c.onderwerp.in_(["wonen", "werk-en-inkomen", "personalia", "regie"]),
                data_keys.c.herkomst != "logboek", data_keys.c.herkomst != "beslisfeiten",
            )
        ).scalars())  # fmt: skip


def _rekentijd(vraag: Callable[[], object]) -> list[float]:
    """Processor time of one decision at a time, sorted: the waiting is not in it, and what else
    the machine does hardly."""
    found = []
    for _ in range(1000):
        begin = time.thread_time()
        vraag()
        found.append(time.thread_time() - begin)
    return sorted(found)


def _meet(vraag: Callable[[], object]) -> tuple[list[float], float]:
    """Seconds per decision in an open loop, sorted; and decisions per second in a closed one."""
    dice, moment, plan = random.Random(2), 0.0, []
    while moment < SECONDEN:
        moment += dice.expovariate(PER_SECONDE)
        plan.append(moment)
    for _ in range(20):
        vraag()
    begin, next_, guard, duur = time.perf_counter(), iter(plan), threading.Lock(), []

    def klant(_wie: int) -> None:
        while True:
            with guard:
                when = next(next_, None)
            if when is None:
                return
            wacht = begin + when - time.perf_counter()
            if wacht > 0:
                time.sleep(wacht)
            vraag()
            duur.append(time.perf_counter() - begin - when)  # from when it came

    with ThreadPoolExecutor(KLANTEN) as pool:
        list(pool.map(klant, range(KLANTEN)))
    until = time.perf_counter() + 4

    def achtereen(_wie: int) -> int:
        gedaan = 0
        while time.perf_counter() < until:
            vraag()
            gedaan += 1
        return gedaan

    with ThreadPoolExecutor(KLANTEN) as pool:
        total = sum(pool.map(achtereen, range(KLANTEN)))
    return sorted(duur), total / 4
