"""Reads by threads and processes that are killed with kill -9, again and again; then every key that
left is looked for in the lines of the log, and the other way round.

    python -m tests.consent.onderbroken [--aantal 10000] [--database postgresql://…]

Without a database a real SQLite file, one process of many threads; with one several processes. A
reader tells each answer only after it had it: what was told must be in the log. Ends with 1 when
anything differs.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from uuid import UUID, uuid4

import sqlalchemy as sa

from events.base import Gezamenlijk, Hoed, KeyId, Zegelplaats
from events.begrippen import Actor, Rubriek, herkomst
from infra.auth import Aangemeld, Rol
from infra.database import Database
from infra.keys import key_releases
from infra.logbook import logregels
from infra.migration import migrate
from infra.provider import FileKeyProvider
from infra.sqlite import SQLite
from services.consent.application import Consent
from services.consent.policies import Zet
from tests.infra.world import NU, a_schema

THREADS = 4
HOUSEHOLDS, MEMBERS = 8, 3
EVERY = 200
"""Answers between two kills, more or less."""
PLAN = herkomst("gezinsplan")
ELLEN = Aangemeld(
    Actor(id=UUID(int=1), naam="Proef", organisatie="Proef", functie="proef"),
    Rol.PROFESSIONAL, Hoed.COORDINATIE, herkomst("wmo-onderzoek"), "9999",
)  # fmt: skip


@dataclass(frozen=True)
class Huis:
    id: UUID
    kids: tuple[KeyId, ...]


@dataclass
class Outcome:
    """What happened, and what does not fit."""

    reads: int = 0
    kills: int = 0
    told: dict[UUID, int] = field(default_factory=dict)
    """Trace → how many keys a reader had when it told."""
    released: int = 0
    lines: int = 0
    differences: int = 0
    missing: int = 0
    """Answers that were told and of which the log or the count says something else."""

    def __str__(self) -> str:
        return (
            f"{self.reads} antwoorden, {self.kills} keer kill -9, {self.released} sleutels geteld, "
            f"{self.lines} logregels, {self.differences} verschillen, {self.missing} antwoorden "
            "die het logboek anders kent"
        )


def seed(consent: Consent) -> list[Huis]:
    """Households that Ellen directs, with keys of one person, of two, and of the household."""
    mandaat = {"kenmerk": "M-1", "van": "2026-01-01", "tot": None}
    made = []
    for _ in range(HOUSEHOLDS):
        huis, leden = uuid4(), [uuid4() for _ in range(MEMBERS)]
        zet = [
            Zet(f"regisseur:{huis}", "regisseur", huis, mandaat, huis, medewerker=ELLEN.actor.id)
        ]
        for lid in leden:
            zet.append(Zet(f"lid:{huis}:{lid}", "lid", lid, None, huis, lid))
            zet.append(Zet(f"persoon:{lid}", "persoon", lid, "1990-05-05", persoon=lid))
        with consent.database.write() as tx:
            consent._feiten.schrijf(tx, 1, zet)
        plaatsen = [
            *(Zegelplaats((lid,), PLAN, Rubriek.PERSONALIA) for lid in leden),
            Zegelplaats(tuple(leden[:2]), PLAN, Rubriek.PERSONALIA, Gezamenlijk.ALLEN),
            Zegelplaats((huis,), PLAN, Rubriek.REGIE),
        ]
        keys = consent.geef_zegelsleutels("proef", plaatsen)
        made.append(Huis(huis, tuple(keys[plaats][0] for plaats in plaatsen)))
    return made


class Readers:
    """Processes that read until they are killed; what each was answered comes through a pipe."""

    def __init__(self, make: Callable[[], Consent], huizen: list[Huis], rng: random.Random) -> None:
        self._make, self._huizen, self._rng = make, huizen, rng
        self._pids: dict[int, int] = {}

    def start(self) -> None:
        begin = self._rng.random()
        end, begin_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                self._read(begin_write, begin)
            finally:
                os._exit(3)
        os.close(begin_write)
        self._pids[end] = pid

    def answers(self) -> Iterator[tuple[int, UUID, int]]:
        """Which reader, which trace, how many keys. Raises RuntimeError for one that ended."""
        ready, _, _ = select.select(list(self._pids), [], [], 60)
        if not ready:
            raise RuntimeError("er antwoordt niemand meer")
        for end in ready:
            told = os.read(end, 4096)
            if not told:
                raise RuntimeError("een lezer is uit zichzelf gestopt")
            yield from ((end, *one) for one in _parse(told))

    def kill(self, end: int) -> list[tuple[UUID, int]]:
        """Kill one in the middle of what it does; what it told just before."""
        pid = self._pids.pop(end)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        told = b""
        while part := os.read(end, 4096):
            told += part
        os.close(end)
        return list(_parse(told))

    def ends(self) -> list[int]:
        return list(self._pids)

    def _read(self, pipe: int, begin: float) -> NoReturn:
        consent = self._make()

        def look(number: int) -> None:
            rng = random.Random(begin + number)
            while True:
                huis, vraag = rng.choice(self._huizen), uuid4()
                kids = rng.sample(huis.kids, rng.randint(1, len(huis.kids)))
                found = consent.vrijgave(ELLEN, huis.id, kids, vraag=vraag)
                os.write(pipe, f"{vraag.hex} {len(found.keys):04}\n".encode())  # at once or not

        threads = [threading.Thread(target=look, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        raise SystemExit(3)


_LINE = 32 + 1 + 4 + 1


def _parse(told: bytes) -> Iterator[tuple[UUID, int]]:
    assert len(told) % _LINE == 0
    for line in told.decode().splitlines():
        vraag, keys = line.split()
        yield UUID(vraag), int(keys)


def run(make: Callable[[], Consent], aantal: int, processes: int, begin: int) -> Outcome:
    """Let them read so many times, kill them meanwhile, and reconcile."""
    rng, outcome = random.Random(begin), Outcome()
    consent = make()
    huizen = seed(consent)
    consent.database.close()
    readers = Readers(make, huizen, rng)
    for _ in range(processes):
        readers.start()
    until = rng.randint(1, 2 * min(EVERY, aantal // 4))
    while len(outcome.told) < aantal:
        for end, vraag, keys in list(readers.answers()):
            outcome.told[vraag] = keys
            until -= 1
            if until <= 0 and end in readers.ends():
                outcome.told |= dict(readers.kill(end))
                outcome.kills += 1
                readers.start()
                until = rng.randint(1, 2 * min(EVERY, aantal // 4))
    for end in readers.ends():
        outcome.told |= dict(readers.kill(end))
        outcome.kills += 1
    outcome.reads = len(outcome.told)
    return reconcile(make(), outcome)


def reconcile(consent: Consent, outcome: Outcome) -> Outcome:
    """Releases against lines, as the daily work does it; and what readers told against both."""
    outcome.differences = consent.volledigheid.controleer(alles=True)
    with consent.database.read() as tx:
        consent.logboek.verify(tx)
        counted: Counter[UUID] = Counter()
        for vraag, number in tx.execute(sa.select(key_releases.c.vraag, key_releases.c.number)):
            counted[vraag] += number
        known = set(tx.execute(sa.select(logregels.c.vraag).distinct()).scalars())
        outcome.lines = consent.logboek.last(tx)
    outcome.released = counted.total()
    # A joint key counts for each of two: never fewer than were told.
    outcome.missing = sum(
        vraag not in known or counted[vraag] < keys or not keys
        for vraag, keys in outcome.told.items()
    )
    consent.database.close()
    return outcome


def maker(folder: Path, database: Callable[[], Database]) -> Callable[[], Consent]:
    """Opens the same consent service again, in whichever process."""
    migrate(first := database())
    first.close()
    FileKeyProvider(folder / "sleutels.json", create=True)

    def make() -> Consent:
        provider = FileKeyProvider(folder / "sleutels.json")
        return Consent(database(), provider, "9999", lambda: NU)

    return make


def main(words: list[str]) -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--aantal", type=int, default=10_000)
    asked.add_argument("--database", help="Een lege PostgreSQL; anders SQLite.")
    asked.add_argument("--begin", type=int, default=1, help="Zaad van het toeval.")
    given = asked.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        if given.database is None:
            make, processes = maker(path, lambda: SQLite(path / "consent.sqlite")), 1
        else:
            from infra.postgres import PostgreSQL

            first = a_schema(given.database)
            schema = first.schema
            first.close()
            make = maker(path, lambda: PostgreSQL(given.database, schema, migrates=True))
            processes = 3
        outcome = run(make, given.aantal, processes, given.begin)
    sys.stdout.write(f"{outcome}\n")
    return int(bool(outcome.differences or outcome.missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
