"""Completeness: every key that left for a reader is in a line of the log, and the other way round.

Rules kept here: the key store counts what it unwraps for whom, the lines say what left, and neither
knows of the other; equal means nobody read without a line and no line disappeared. A difference is
an incident, and so is a line that cannot be read back: it stays known, and it is a task for the
privacy officer until somebody looked into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from infra.auth import Aangemeld, Rol
from infra.database import Database, Tx
from infra.decider import NEDERLAND, NietBekend
from infra.keys import key_releases
from infra.limited import Limited
from infra.logbook import Logbook, LogDamagedError, logregels
from services.consent.tijd.taken import Taken

tables = MetaData()
_stand = Table(
    "aansluiting", tables,
    Column("nr", Integer, primary_key=True, autoincrement=False),
    Column("regel", Integer, nullable=False),
    Column("vrijgave", Integer, nullable=False),
)  # fmt: skip
_verschillen = Table(
    "verschillen", tables,
    Column("span", String(16), primary_key=True),
    Column("persoon", Uuid, primary_key=True),
    Column("vraag", Uuid, nullable=False),
    Column("meer", Integer, nullable=False),
    Column("taak", Uuid),
)  # fmt: skip
_vergeleken = Table(
    "vergeleken", tables,
    Column("alles", Boolean, primary_key=True),
    Column("op", String(40), nullable=False),
    Column("regel", Integer, nullable=False),
)  # fmt: skip
TAAK = "log-verschil"
_INZAGE = ("inzage", "besluit")
"""The lines that say which keys left."""
_PER_KEER = 5000
_TAKEN = 20
"""Tasks of one run: whoever gets twenty does not need the next hundred."""
_TERMIJN = timedelta(days=3)
_WEEK = timedelta(days=7)
_WACHTEN = 1.5
"""Seconds that who asks for it waits: a million lines take a minute, and a page does not."""
Plek = tuple[UUID, str, UUID]
"""Trace, span of the question, person."""
Einden = tuple[int, int]
"""The last row of the log, and the last release."""


@dataclass(frozen=True, slots=True)
class Vergeleken:
    """When releases and lines were last compared, and up to which row of the log."""

    op: datetime
    regel: int


@dataclass(frozen=True, slots=True)
class Verschil:
    """Of one question and one person: how many keys left more than the lines say, or fewer (<0);
    0: a line that cannot be read back, and says nothing of keys."""

    vraag: UUID
    span: str
    persoon: UUID
    meer: int
    taak: UUID | None


class Volledigheid:
    """Compares releases with lines for one gemeente."""

    def __init__(
        self, database: Database, logboek: Logbook, taken: Taken, now: Callable[[], datetime]
    ) -> None:
        self._database, self._logboek, self._taken, self._now = database, logboek, taken, now
        self._alles = Limited(partial(self.controleer, alles=True), _WACHTEN)
        database.create(tables)

    def controleer(self, *, alles: bool = False) -> int:
        """Compare what came since the last time, or everything; how many differences were found.

        Both ends are read in one transaction: a release and its lines are committed together. Two
        at once find the same and keep it once.
        """
        op = self._now().isoformat()
        with self._database.read() as tx:
            stand = tx.execute(select(_stand)).first()
            begin = (0, 0) if alles or stand is None else (stand.regel, stand.vrijgave)
            eind = (
                self._logboek.last(tx),
                tx.execute(select(func.max(key_releases.c.nr))).scalar() or 0,
            )
            anders = self._vergelijk(tx, begin, eind)
        with self._database.write() as tx:
            bekend = {(rij.span, rij.persoon) for rij in tx.execute(select(_verschillen))}
            anders = {p: m for p, m in anders.items() if (p[1], p[2]) not in bekend}
            for (vraag, span, persoon), meer in anders.items():
                tx.execute(
                    upsert(_verschillen)
                    .values(span=span, persoon=persoon, vraag=vraag, meer=meer, taak=None)
                    .on_conflict_do_nothing()
                )
            rij = {"nr": 1, "regel": eind[0], "vrijgave": eind[1]}
            tx.execute(
                upsert(_stand).values(rij).on_conflict_do_update(index_elements=["nr"], set_=rij)
            )
            keer = {"alles": alles, "op": op, "regel": eind[0]}
            tx.execute(
                upsert(_vergeleken)
                .values(keer)
                .on_conflict_do_update(index_elements=["alles"], set_=keer)
            )
        self._meld()
        return len(anders)

    def eis(self) -> None:
        """For a check by hand: compare everything. Raises LogDamagedError when it does not fit."""
        if self.controleer(alles=True) or self.open():
            raise LogDamagedError("de uitgegeven sleutels en de logregels zijn niet gelijk")

    def controleer_nu(self, wie: Aangemeld) -> None:
        """Compare everything, for who supervises; it goes on by itself when it takes long. Raises
        NietBekend."""
        _alleen_toezicht(wie)
        with suppress(TimeoutError):
            self._alles()

    @property
    def loopt(self) -> bool:
        """Whether what somebody asked for still goes on."""
        return self._alles.running

    def dagelijks(self) -> None:
        """What came since yesterday, and every week everything (for the daily work)."""
        helemaal = self._keren().get(True)
        self.controleer(alles=helemaal is None or self._now() - helemaal.op >= _WEEK)

    def open(self) -> int:
        """How many differences nobody has looked into yet."""
        return sum(
            verschil.taak is None or self._taken.wacht(verschil.taak) for verschil in self._bekend()
        )

    def overzicht(self, wie: Aangemeld) -> list[Verschil]:
        """All differences that were ever found, for who supervises. Raises NietBekend."""
        _alleen_toezicht(wie)
        return self._bekend()

    def vergeleken(self, wie: Aangemeld) -> tuple[Vergeleken | None, Vergeleken | None]:
        """The last time, and the last time from the first row on; None: never. Raises
        NietBekend."""
        _alleen_toezicht(wie)
        keren = self._keren()
        laatst = max(keren.values(), key=lambda keer: keer.op, default=None)
        return laatst, keren.get(True)

    def _keren(self) -> dict[bool, Vergeleken]:
        """The last time by whether it was everything."""
        with self._database.read() as tx:
            return {
                rij.alles: Vergeleken(datetime.fromisoformat(rij.op), rij.regel)
                for rij in tx.execute(select(_vergeleken))
            }

    def _bekend(self) -> list[Verschil]:
        with self._database.read() as tx:
            return [
                Verschil(rij.vraag, rij.span, rij.persoon, rij.meer, rij.taak)
                for rij in tx.execute(select(_verschillen).order_by(_verschillen.c.span))
            ]

    def _meld(self) -> None:
        """A task for each question that does not fit; again after a crash, and then still one."""
        zonder = [verschil for verschil in self._bekend() if verschil.taak is None]
        uiterlijk = self._now().astimezone(NEDERLAND).date() + _TERMIJN
        taak: UUID | None = None
        for nummer, verschil in enumerate(zonder):
            if nummer < _TAKEN:
                taak = self._taken.ontsta(
                    TAAK, Rol.PRIVACY_OFFICER.value, verschil.vraag, uiterlijk,
                    self._taken.systeem(),
                )  # fmt: skip
            with self._database.write() as tx:
                tx.execute(
                    update(_verschillen)
                    .where(
                        _verschillen.c.span == verschil.span,
                        _verschillen.c.persoon == verschil.persoon,
                    )
                    .values(taak=taak)
                )

    def _vergelijk(self, tx: Tx, begin: Einden, eind: Einden) -> dict[Plek, int]:
        """What does not fit, and the lines that cannot be read back.

        What was written together lies about as far in both, so little waits for its other half.
        """
        saldo: Counter[Plek] = Counter()
        kapot: set[Plek] = set()
        keren = max(1, *((tot - na) // _PER_KEER + 1 for na, tot in zip(begin, eind, strict=True)))
        na, na_vrij = begin
        for keer in range(1, keren + 1):
            tot, tot_vrij = (b + (e - b) * keer // keren for b, e in zip(begin, eind, strict=True))
            for plek, aantal in chain(
                self._vrijgegeven(tx, na_vrij, tot_vrij), self._gelezen(tx, na, tot, kapot)
            ):
                saldo[plek] += aantal
                if not saldo[plek]:
                    del saldo[plek]
            na, na_vrij = tot, tot_vrij
        return dict.fromkeys(kapot, 0) | saldo

    def _vrijgegeven(self, tx: Tx, na: int, tot: int) -> Iterator[tuple[Plek, int]]:
        deze = select(key_releases).where(key_releases.c.nr > na, key_releases.c.nr <= tot)
        for rij in tx.execute(deze):
            yield (rij.vraag, rij.span, rij.subject), rij.number

    def _gelezen(self, tx: Tx, na: int, tot: int, kapot: set[Plek]) -> Iterator[tuple[Plek, int]]:
        """The keys that lines say have left, counted down; what cannot be read goes to `kapot`."""
        deze = select(logregels).where(logregels.c.nr > na, logregels.c.nr <= tot)
        for rij, geschreven in self._logboek.each(tx, deze):
            if isinstance(geschreven, LogDamagedError):
                over = rij.persoon or rij.huishouden or rij.vraag
                kapot.add((rij.vraag, rij.boven or rij.span or "", over))
                continue
            regel, sleutels = geschreven.regel, geschreven.regel.inhoud.get("sleutels", 0)
            if regel.soort not in _INZAGE or regel.span is None:
                continue
            if regel.persoon is not None and regel.boven is not None:
                yield (regel.vraag, regel.boven, regel.persoon), -sleutels
            elif isinstance(sleutels, dict):
                # Of the household as such there is no line: the record counts its keys.
                for wiens, aantal in sleutels.items():
                    yield (regel.vraag, regel.span, UUID(wiens)), -aantal


def _alleen_toezicht(wie: Aangemeld) -> None:
    if wie.rol not in (Rol.PRIVACY_OFFICER, Rol.FG):
        raise NietBekend
