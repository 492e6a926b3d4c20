"""Once a day the whole log is computed anew, beside everything else: older damage that no reader
and no step of the sequencer comes across.

Rules kept here: it stops nobody from reading, for the damage is in what was, not in what is written
now; what does not fit is a task for the privacy officer, a new one when she said it was settled and
it is still so; what was found stays known, over a restart too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, Uuid, select
from sqlalchemy.dialects.postgresql import insert as upsert

from infra.auth import Aangemeld, Rol
from infra.database import Database
from infra.decider import NEDERLAND, NietBekend
from infra.koppen import HeadRefusedError
from infra.logbook import LogDamagedError
from infra.narekenen import Recomputed, in_slices
from infra.tegels import TreeDamagedError
from infra.uitgegeven import Published
from services.consent.tijd.taken import Taken

tables = MetaData()
_stand = Table(
    "nagerekend", tables,
    Column("nr", Integer, primary_key=True, autoincrement=False),
    Column("dag", Date, nullable=False),
    Column("regels", Integer, nullable=False),
    Column("fout", String),
    Column("taak", Uuid),
)  # fmt: skip
TAAK = "log-beschadigd"
WRONG = (LogDamagedError, TreeDamagedError, HeadRefusedError)
SLICE = 2_000
"""Rows at a time: some milliseconds."""
PAUSE = 0.05
"""Seconds for others between two slices: a million rows take half a minute."""
_TERMIJN = timedelta(days=3)
_RUIMTE = UUID("0a4b1c5e-7f0d-4a5e-b6f1-3c2d9a7e8b10")


@dataclass(frozen=True, slots=True)
class Stand:
    """The last time: on which day, how many rows, and what did not fit (None: all did)."""

    dag: date
    regels: int
    fout: str | None
    taak: UUID | None


class Narekening:
    """For one gemeente; a reader for a `Worker`, a slice per step."""

    name = "narekenen"

    def __init__(
        self, database: Database, taken: Taken, now: Callable[[], datetime],
        uitgegeven: Callable[[], Published | None], *, slice_: int = SLICE, pause: float = PAUSE,
    ) -> None:  # fmt: skip
        self._database, self._taken, self._now = database, taken, now
        self._uitgegeven, self._slice, self._pause = uitgegeven, slice_, pause
        self.stopped: str | None = None
        self.failing: str | None = None
        self._bezig: Iterator[Recomputed | None] | None = None
        database.create(tables)

    def quarantined(self) -> int:
        """Nothing is set apart here."""
        return 0

    def step(self) -> int:
        """A slice of today's work; 0 when it is done, or there is no published log here."""
        published = self._uitgegeven()
        if published is None:
            return 0
        if self._bezig is None:
            gedaan = self.stand()
            if gedaan is not None and gedaan.dag >= self._vandaag:
                return 0
            self._bezig = in_slices(
                self._database, published.folder, published.verifier, self._slice
            )
        try:
            uitkomst = next(self._bezig)
        except WRONG as fout:
            self._bezig = None
            self._klaar(0, str(fout))
            return 0
        except Exception:
            self._bezig = None  # it is the database that is away: from the beginning
            raise
        if uitkomst is not None:
            self._bezig = None
            self._klaar(uitkomst.rows, None)
            return 0
        time.sleep(self._pause)
        return 1

    def stand(self) -> Stand | None:
        """The last time; None when it was never done."""
        with self._database.read() as tx:
            rij = tx.execute(select(_stand)).first()
        return None if rij is None else Stand(rij.dag, rij.regels, rij.fout, rij.taak)

    def open(self) -> int:
        """1 as long as there is damage that nobody looked into."""
        stand = self.stand()
        return int(
            stand is not None
            and stand.fout is not None
            and (stand.taak is None or self._taken.wacht(stand.taak))
        )

    def cijfers(self) -> tuple[float, int]:
        """For who watches: the day of the last time (seconds since 1970; 0: never), and 1 when
        something did not fit."""
        stand = self.stand()
        if stand is None:
            return 0.0, 0
        begin = datetime.combine(stand.dag, datetime.min.time(), NEDERLAND)
        return begin.timestamp(), int(stand.fout is not None)

    def overzicht(self, wie: Aangemeld) -> Stand | None:
        """The last time, for who supervises. Raises NietBekend."""
        if wie.rol not in (Rol.PRIVACY_OFFICER, Rol.FG):
            raise NietBekend
        return self.stand()

    @property
    def _vandaag(self) -> date:
        return self._now().astimezone(NEDERLAND).date()

    def _klaar(self, regels: int, fout: str | None) -> None:
        """The task first: broken off here it is made once more, and is the same one."""
        taak = None if fout is None else self._meld(fout)
        rij = {"nr": 1, "dag": self._vandaag, "regels": regels, "fout": fout, "taak": taak}
        with self._database.write() as tx:
            tx.execute(
                upsert(_stand).values(rij).on_conflict_do_update(index_elements=["nr"], set_=rij)
            )

    def _meld(self, fout: str) -> UUID:
        vorige = self.stand()
        if vorige is not None and vorige.taak is not None and self._taken.wacht(vorige.taak):
            return vorige.taak
        return self._taken.ontsta(
            TAAK, Rol.PRIVACY_OFFICER.value, uuid5(_RUIMTE, fout), self._vandaag + _TERMIJN,
            self._taken.systeem(),
        )  # fmt: skip
