"""A sealed command against the same command in bare eventsourcing, both durable."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from app.gesproken import clock
from app.wiring import Embedded
from bench.meet import ms, om_en_om, p50, tijden
from events.base import Fact, Hoed, Open, Zegelplaats
from events.begrippen import Actor, Bron, Leefgebied, herkomst
from events.intake import GesprekFact, LeefgebiedBesproken
from events.waarden import Uitspraak
from infra.decider import Context
from infra.settings import Settings

TEKST = "Een zin zoals iemand die opschrijft na een gesprek aan de keukentafel."
EERDER = 20
"""Facts already in the stream that every command folds."""


@dataclass(frozen=True)
class Gesprek:
    notities: int = 0

    def evolve(self, _fact: GesprekFact) -> Gesprek:
        return replace(self, notities=self.notities + 1)

    def bespreek(self, persoon: UUID, huishouden: UUID) -> Sequence[Fact]:
        plaats = Zegelplaats((persoon,), herkomst("wmo-onderzoek"), Leefgebied.WONEN)
        zin = Open(Uitspraak(tekst=TEKST, bron=Bron.GEZIEN), plaats)
        return [
            LeefgebiedBesproken(
                huishouden=huishouden, notitie=uuid4(), personen=(persoon,),
                leefgebied=Open(Leefgebied.WONEN, plaats), reden=Open(TEKST, plaats),
                gaat_goed=zin, zorgen=zin, wens=zin, zelf_doen=zin,
            )
        ]  # fmt: skip


class Kaal(Aggregate):
    """The same conversation as the library's own tutorial would write it."""

    notities = 0

    @event("Besproken")
    def bespreek(
        self, leefgebied: str, reden: str, gaat_goed: str, zorgen: str, wens: str, zelf_doen: str
    ) -> None:
        self.notities += 1


def regels(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    world = Embedded(Settings(data=folder / "verzegeld", demo=True))
    store = world.intake.store
    actor = Actor(id=uuid4(), naam="A", organisatie="B", functie="C")
    persoon, huishouden, stream = uuid4(), uuid4(), uuid4()

    def verzegeld(stream: UUID = stream) -> None:
        context = Context(
            "9999", actor, Hoed.COORDINATIE, clock(), herkomst("wmo-onderzoek"), uuid4(), None,
            os.urandom(16).hex(), b"",
        )  # fmt: skip
        store.handle(Gesprek, stream, lambda g: g.bespreek(persoon, huishouden), context)

    bare, bare_id = _kaal(folder / "kaal.sqlite", "FULL")
    bare_normal, _ = _kaal(folder / "kaal-normal.sqlite", "NORMAL")

    def kaal() -> None:
        gesprek: Kaal = bare.repository.get(bare_id)
        gesprek.bespreek("wonen", TEKST, TEKST, TEKST, TEKST, TEKST)
        bare.save(gesprek)

    ratios = []
    for _ in range(5):  # fresh streams of equal length each round: both fold the same history
        stream_now, bare_id = uuid4(), _nieuw(bare)
        for _ in range(EERDER):
            verzegeld(stream_now)
        ours, theirs = om_en_om(partial(verzegeld, stream_now), kaal, 60)
        ratios.append((p50(theirs) / p50(ours), p50(ours), p50(theirs)))
    ratio, mine, base = sorted(ratios)[len(ratios) // 2]
    yield "verzegelde opdracht", f"{ms(mine)} · {ratio:.2f} ×", f"kale eventsourcing {ms(base)}"

    def append(app: Application[UUID]) -> Callable[[], None]:
        def doe() -> None:
            app.save(Kaal())

        return doe

    full, normal = om_en_om(append(bare), append(bare_normal), 300)
    ours = tijden(lambda: verzegeld(uuid4()), 300)
    yield (
        "alleen toevoegen (nieuwe stroom)", ms(p50(ours)),
        f"kaal FULL {ms(p50(full))}, NORMAL {ms(p50(normal))}",
    )  # fmt: skip
    yield "een fsync", ms(p50(_fsync(folder))), "4 kB achteraan een bestand"
    world.close()


def _kaal(path: Path, synchronous: str) -> tuple[Application[UUID], UUID]:
    app: Application[UUID] = Application(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path),
             "COMPRESSOR_TOPIC": "", "CIPHER_TOPIC": ""}
    )  # fmt: skip
    pool = app.factory.datastore.pool  # type: ignore[attr-defined]
    make = pool._create_connection

    def with_setting() -> object:
        made = make()
        made._sqlite_conn.execute(f"PRAGMA synchronous={synchronous}")
        return made

    pool._create_connection = with_setting
    for kept in list(pool._pool):
        kept._sqlite_conn.execute(f"PRAGMA synchronous={synchronous}")
    return app, _nieuw(app)


def _nieuw(app: Application[UUID]) -> UUID:
    gesprek = Kaal()
    for _ in range(EERDER):
        gesprek.bespreek("wonen", TEKST, TEKST, TEKST, TEKST, TEKST)
    app.save(gesprek)
    return gesprek.id


def _fsync(folder: Path) -> list[float]:
    with (folder / "fsync").open("ab", buffering=0) as file:

        def doe() -> None:
            file.write(bytes(4096))
            os.fsync(file.fileno())

        return tijden(doe, 300)
