"""What consent does by itself every day: birthdays that come, confirmations, custody not known.

Rules kept here: what should wait is computed from what is so today, and then made so; doing it
twice is doing it once, so a day on which nothing ran is caught up by the next; one household that
fails keeps no other from its tasks. Birth dates are opened here and stay here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from pydantic import TypeAdapter
from sqlalchemy import bindparam, or_, select

from events.waarden import Akkoord, Instemming, Opheffing
from infra.database import Tx
from infra.decider import NEDERLAND, NietBekend
from infra.keys import SubjectErasedError
from infra.store import Store
from services.consent.delen.te_bevestigen import Bevestigen
from services.consent.domain import Feiten, gezag_onbepaald
from services.consent.projections import Beslisfeiten, Rij, in_quarantaine, tabel
from services.consent.tijd.taken import OpenTaak, Taken
from services.consent.tijd.verjaardagen import (
    Namens,
    Stand,
    Voornemen,
    aankondigingen,
    bevestigingen,
    te_vragen,
    termijnen,
    verjaardag,
)

_SOORTEN: dict[str, TypeAdapter[Instemming] | TypeAdapter[Opheffing] | TypeAdapter[Akkoord]] = {
    "toestemming": TypeAdapter(Instemming),
    "opheffing": TypeAdapter(Opheffing),
    "akkoord": TypeAdapter(Akkoord),
}
_EIGEN = ("te-bevestigen", "niet-bevestigd", "gezag-onbepaald")
"""Kinds of tasks that are over as soon as they should not wait any more."""
_MET_LEDEN = select(tabel.c.huishouden).where(tabel.c.soort == "lid").distinct()
_GERAAKT = _MET_LEDEN.where(
    or_(
        tabel.c.huishouden.in_(bindparam("welke", expanding=True)),
        tabel.c.persoon.in_(bindparam("welke", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class _Huis:
    """One household as far as the work of a day asks."""

    feiten: Feiten
    namens: Sequence[Namens]
    stand: dict[UUID, Stand]
    gezag: dict[UUID, int]
    """Child → which record of custody this is."""


class Dagwerk:
    """The daily work of one gemeente, for a `Worker`; `lead` lets one process of several do it."""

    name = "dagwerk"

    def __init__(
        self, store: Store, beslisfeiten: Beslisfeiten, taken: Taken, bevestigen: Bevestigen,
        now: Callable[[], datetime], volgt: Callable[[Tx], bool],
    ) -> None:  # fmt: skip
        self._store, self._beslisfeiten, self._taken = store, beslisfeiten, taken
        self._bevestigen, self._now, self._volgt = bevestigen, now, volgt
        self.lead: Callable[[], AbstractContextManager[bool]] = lambda: nullcontext(
            enter_result=True
        )
        self.ook: list[Callable[[], None]] = []
        """What else is looked at once a day, and may be done twice."""
        self.stopped: str | None = None
        self.failing: str | None = None
        self._gedaan: date | None = None
        self._geraakt: set[UUID] = set()
        self._nog_eens: set[UUID] = set()
        self._slot = threading.Lock()

    def geraakt(self, stromen: Collection[UUID]) -> None:
        """Something changes about these: look again without waiting for tomorrow."""
        with self._slot:
            self._geraakt.update(stromen)

    def quarantined(self) -> int:
        """Nothing is set apart here: what failed is tried again."""
        return 0

    def step(self) -> int:
        """Do what there is to do today. Nothing is left for a next step, so always 0."""
        vandaag = self._now().astimezone(NEDERLAND).date()
        if vandaag != self._gedaan or self._geraakt or self._nog_eens:
            with self.lead() as leading:
                if leading:
                    self._stap(vandaag)
        return 0

    def _stap(self, vandaag: date) -> None:
        with self._store.database.read() as tx:
            if not self._volgt(tx):
                return  # what is known here may be old
        with self._slot:
            nieuw, self._geraakt = self._geraakt, set()
        # Twice: what was touched may have been committed only after this look.
        welke, self._nog_eens = nieuw | self._nog_eens, nieuw
        with self._store.database.read() as tx:
            if vandaag != self._gedaan:
                huizen = tx.execute(_MET_LEDEN).scalars().all()
            else:
                huizen = tx.execute(_GERAAKT, {"welke": list(welke)}).scalars().all()
        mislukt: Exception | None = None
        for huishouden in huizen:
            try:
                self._huishouden(huishouden, vandaag)
            except Exception as fout:  # noqa: BLE001  # the others go on; told below
                self.geraakt({huishouden})
                mislukt = fout
        if vandaag != self._gedaan:
            for dagelijks in self.ook:
                dagelijks()
        self._gedaan = vandaag
        if mislukt is not None:
            raise mislukt

    def _huishouden(self, huishouden: UUID, vandaag: date) -> None:
        huis = self._lees(huishouden, vandaag)
        if huis is None:
            return
        nodig = termijnen()
        for namens, stand in te_vragen(huis.namens, huis.stand, huis.feiten, nodig):
            with suppress(SubjectErasedError):
                self._bevestigen.vraag(huishouden, namens, stand, self._taken.systeem())
                huis.stand[namens.record] = stand
        voornemens = [
            *aankondigingen(huis.feiten, nodig),
            *bevestigingen(huis.namens, huis.stand, huis.feiten, nodig),
            *(
                Voornemen("gezag-onbepaald", kind, None, None, uuid5(kind, str(huis.gezag[kind])))
                for kind in (een.kind for een in gezag_onbepaald(huis.feiten))
            ),
        ]
        wacht = {self._ontsta(huishouden, voornemen) for voornemen in voornemens}
        medewerkers = {*huis.feiten.deelnemers, huis.feiten.regisseur} - {None}
        for taak in self._taken.wachtend(huishouden, [m for m in medewerkers if m is not None]):
            if taak.id not in wacht and _voorbij(taak, voornemens, huis.feiten):
                with suppress(NietBekend):  # somebody was first
                    context = self._taken.systeem()
                    self._taken.handel_af(taak.id, None, "Dit hoeft niet meer.", context)

    def _ontsta(self, huishouden: UUID, voornemen: Voornemen) -> UUID | None:
        with suppress(SubjectErasedError):
            return self._taken.ontsta(
                voornemen.soort,
                "regisseur" if voornemen.medewerker is None else "medewerker",
                voornemen.over, voornemen.uiterlijk, self._taken.systeem(), huishouden,
                voornemen.medewerker, voornemen.bij,
            )  # fmt: skip
        return None

    def _lees(self, huishouden: UUID, vandaag: date) -> _Huis | None:
        """One household as it is now; None while a fact about it waits for a repair."""
        with self._store.database.read() as tx:
            if in_quarantaine(tx, huishouden):
                self.geraakt({huishouden})
                return None
            rijen = self._beslisfeiten.rijen(tx, huishouden)
            feiten = self._beslisfeiten.feiten(rijen, huishouden, vandaag)
            stand = dict(self._bevestigen.stand(tx, rijen))
            getekend = [rij for rij in rijen if rij.soort in _SOORTEN]
            inhoud = self._beslisfeiten.inhoud(getekend)
        gezag = {rij.persoon: rij.versie for rij in rijen if rij.soort == "gezag"}
        namens = [
            een
            for rij in getekend
            if rij.sleutel in inhoud and (een := self._namens(rij, inhoud[rij.sleutel])) is not None
        ]
        return _Huis(feiten, namens, stand, gezag)

    def _namens(self, rij: Rij, inhoud: object) -> Namens | None:
        """A record that another signed for who it is about, with the day it was recorded."""
        gelezen = _SOORTEN[rij.soort].validate_python(inhoud)
        if gelezen.gegeven_door == rij.persoon:
            return None
        record = UUID(rij.sleutel.removeprefix("vastlegging:"))
        op = next(self._store.stream(record)).opgenomen_op.astimezone(NEDERLAND).date()
        return Namens(record, rij.persoon, gelezen, op)


def _voorbij(taak: OpenTaak, voornemens: Sequence[Voornemen], feiten: Feiten) -> bool:
    """Whether a task that should not wait any more can go without anybody having done it.

    What a birthday asks stays until somebody says it was done, also after the day; unless a nearer
    announcement took its place, she left, or it is about another day than we thought.
    """
    wat = taak.taak
    if wat.soort in _EIGEN:
        return True
    if not wat.soort.startswith("verjaardag-"):
        return False
    geboren = feiten.geboortedata.get(wat.over)
    if geboren is None or wat.over not in feiten.leden:
        return True
    jaren = int(wat.soort.split("-")[1])
    anders = wat.uiterlijk != verjaardag(geboren, jaren)
    return anders or any(v.over == wat.over and v.uiterlijk == wat.uiterlijk for v in voornemens)
