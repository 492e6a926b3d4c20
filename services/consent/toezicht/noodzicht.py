"""Looking at emergency accesses: whose, by whom, how judged; and at searches that found nothing.
Every look is in the log.

The one who took it sees her own; privacy officer and beslisser all of it; the FG and the duty
manager who, when and how it stands, not why. Of a search: who, when and along what; for whom she
looked was never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from events.begrippen import Actor
from events.toezicht import Nood, NoodFact, NoodtoegangGenomen
from infra.auth import Aangemeld, Rol
from infra.database import Database, Tx
from infra.decider import NietBekend
from infra.logbook import Logbook
from services.consent.log.register import TOEZICHT
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.toezicht.eigen import Lezer, Stap
from services.consent.toezicht.genomen import Vergeefs
from services.consent.toezicht.nood import VENSTER, Noodtoegangen
from services.consent.toezicht.noodstand import Eerdere, Noodstand

_INHOUD = (Rol.PRIVACY_OFFICER, Rol.BESLISSER)
_METADATA = (*_INHOUD, Rol.FG, Rol.DIENSTLEIDER)
MEESTE = 200
"""Searches in one answer."""


@dataclass(frozen=True, slots=True)
class Gezien:
    """An emergency access as one reader sees it."""

    een: Eerdere
    stand: Noodstand
    uiterlijk: date
    stappen: tuple[Stap, ...]


@dataclass(frozen=True, slots=True)
class Zoeking:
    """A search that did not find exactly one household: by whom, why and along what (None of who
    was erased); and the how manieth of hers it was within VENSTER."""

    id: UUID
    op: datetime
    door: Actor | None
    nood: Nood | None
    hoeveelste: int


class Noodzicht:
    """Reading; the use cases that change something are in `nood`."""

    def __init__(
        self, lezer: Lezer, logboek: Logbook, nood: Noodtoegangen, maak: Verantwoording,
        now: Callable[[], datetime], database: Database,
    ) -> None:  # fmt: skip
        self._lezer, self._logboek, self._nood, self._maak = lezer, logboek, nood, maak
        self._now, self._database = now, database

    def alle(self, wie: Aangemeld) -> list[Gezien]:
        """What she may see of emergency accesses, the last one first, without the texts."""
        if wie.rol not in (*_METADATA, Rol.PROFESSIONAL):
            raise NietBekend
        eigen = wie.actor.id if wie.rol is Rol.PROFESSIONAL else None
        with self._database.write() as tx:
            gezien = [
                self._zie(tx, een, inhoud=False) for een in self._nood.genomen.alle(tx, eigen)
            ]
            if gezien and eigen is None:
                self._log(tx, wie, [een.een for een in gezien], inhoud=False)
        return gezien[::-1]

    def een(self, wie: Aangemeld, nummer: UUID) -> Gezien:
        """One of them, with the texts for who judges or took it. Raises NietBekend."""
        zelf = wie.rol is Rol.PROFESSIONAL
        if not zelf and wie.rol not in _METADATA:
            raise NietBekend
        een = self._nood.genomen.een(nummer, wie.actor.id if zelf else None)
        inhoud = zelf or wie.rol in _INHOUD
        with self._database.write() as tx:
            gezien = self._zie(tx, een, inhoud=inhoud)
            self._log(tx, wie, [een], inhoud=inhoud)
        return gezien

    def voor_houder(self, wie: Aangemeld, nummer: UUID) -> Gezien:
        """One of them for a holder of secrecy who weighs whether to open her file: who took it,
        until when and what for, not what else was written or decided. Raises NietBekend."""
        een = self._nood.voor_houder(wie, nummer)
        with self._database.write() as tx:
            gezien = self._zie(tx, een, inhoud=True)
            self._log(tx, wie, [een], inhoud=True)
        genomen = [s for s in gezien.stappen if isinstance(s.fact, NoodtoegangGenomen)]
        return replace(gezien, stappen=tuple(genomen))

    def vergeefs(self, wie: Aangemeld) -> tuple[int, list[Zoeking]]:
        """How many searches found nothing, and the last of them, newest first; not her own.

        Raises NietBekend.
        """
        if wie.rol not in _METADATA:
            raise NietBekend
        with self._database.write() as tx:
            alle = self._nood.genomen.vergeefs(tx, wie.actor.id)
            gezien = [self._zoeking(tx, een, alle) for een in alle[:MEESTE]]
            self._schrijf(tx, wie, {"noodzoekingen": [str(een.id) for een in gezien]})
        return len(alle), gezien

    def _zoeking(self, tx: Tx, een: Vergeefs, alle: Iterable[Vergeefs]) -> Zoeking:
        (stap,) = self._lezer.stappen(tx, een.id)
        nood = Nood.model_validate(stap.inhoud["nood"]) if "nood" in stap.inhoud else None
        hoeveelste = sum(
            ander.medewerker == een.medewerker and een.op - VENSTER < ander.op <= een.op
            for ander in alle
        )
        return Zoeking(een.id, een.op, stap.door, nood, hoeveelste)

    def _zie(self, tx: Tx, een: Eerdere, *, inhoud: bool) -> Gezien:
        stand, stappen = Noodstand(), []
        for stap in self._lezer.stappen(tx, een.id):
            stand = stand.evolve(cast(NoodFact, stap.fact))
            if inhoud:
                stappen.append(stap)
            elif isinstance(stap.fact, NoodtoegangGenomen):
                stappen.append(replace(stap, inhoud={}))
        return Gezien(een, stand, een.uiterlijk, tuple(stappen))

    def _log(self, tx: Tx, wie: Aangemeld, welke: list[Eerdere], *, inhoud: bool) -> None:
        self._schrijf(tx, wie, {"noodtoegangen": [str(een.id) for een in welke], "tekst": inhoud})

    def _schrijf(self, tx: Tx, wie: Aangemeld, meer: Mapping[str, Any]) -> None:
        kop = Kop.hier(self._now(), self._now())
        regels = self._maak.handeling(kop, wie, "noodinzage", TOEZICHT, meer=meer)
        self._logboek.write(tx, self._now(), regels)
