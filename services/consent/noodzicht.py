"""Looking at emergency accesses: whose, by whom, how judged. Every look is in the log.

The one who took it sees her own; privacy officer and beslisser all of it; the FG and the duty
manager who, when and how it stands, not why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID, uuid4

from events.base import Envelope, Erased, Sealed
from events.toezicht import NoodFact, NoodtoegangGenomen
from infra import trace
from infra.auth import Aangemeld, Rol
from infra.database import Tx
from infra.decider import NietBekend
from infra.keys import KeyStore
from infra.logbook import Logbook, Regel
from infra.seal import Opener
from infra.store import Store
from services.consent.nood import Noodtoegangen
from services.consent.noodstand import Eerdere, Noodstand

_INHOUD = (Rol.PRIVACY_OFFICER, Rol.BESLISSER)
_METADATA = (*_INHOUD, Rol.FG, Rol.DIENSTLEIDER)


@dataclass(frozen=True, slots=True)
class Stap:
    """One thing that happened to an emergency access: what, when, by whom, and its text."""

    soort: str
    op: datetime
    naam: str
    functie: str
    organisatie: str
    inhoud: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gezien:
    """An emergency access as one reader sees it."""

    een: Eerdere
    stand: Noodstand
    uiterlijk: date
    stappen: tuple[Stap, ...]


class Noodzicht:
    """Reading; the use cases that change something are in `nood`."""

    def __init__(
        self, store: Store, keys: KeyStore, logboek: Logbook, nood: Noodtoegangen,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._store, self._keys, self._logboek = store, keys, logboek
        self._nood, self._now = nood, now

    def alle(self, wie: Aangemeld) -> list[Gezien]:
        """What she may see of emergency accesses, the last one first, without the texts."""
        if wie.rol not in (*_METADATA, Rol.PROFESSIONAL):
            raise NietBekend
        eigen = wie.actor.id if wie.rol is Rol.PROFESSIONAL else None
        with self._store.database.write() as tx:
            gezien = [self._zie(tx, een, inhoud=False) for een in self._nood.eerdere(tx, eigen)]
            if gezien and eigen is None:
                self._log(tx, wie, [een.een for een in gezien], inhoud=False)
        return gezien[::-1]

    def een(self, wie: Aangemeld, nummer: UUID) -> Gezien:
        """One of them, with the texts for who judges or took it. Raises NietBekend."""
        een = self._nood.een(nummer)
        zelf = wie.rol is Rol.PROFESSIONAL and wie.actor.id == een.medewerker
        if not zelf and wie.rol not in _METADATA:
            raise NietBekend
        inhoud = zelf or wie.rol in _INHOUD
        with self._store.database.write() as tx:
            gezien = self._zie(tx, een, inhoud=inhoud)
            self._log(tx, wie, [een], inhoud=inhoud)
        return gezien

    def _zie(self, tx: Tx, een: Eerdere, *, inhoud: bool) -> Gezien:
        stand, stappen = Noodstand(), []
        envelopes = list(self._store.stream(een.id))
        opener = self._opener(tx, envelopes)
        for envelope in envelopes:
            stand = stand.evolve(cast(NoodFact, envelope.fact))
            if inhoud or isinstance(envelope.fact, NoodtoegangGenomen):
                stappen.append(_stap(envelope, opener, inhoud=inhoud))
        return Gezien(een, stand, een.uiterlijk, tuple(stappen))

    def _opener(self, tx: Tx, envelopes: list[Envelope]) -> Opener:
        kids = {value.capsule.kid for envelope in envelopes for value in _verzegeld(envelope)}
        infos = self._keys.describe(tx, kids)
        return Opener(
            {info.kid: self._keys.unwrap(info) for info in infos if not info.erased},
            {info.kid for info in infos if info.erased},
        )

    def _log(self, tx: Tx, wie: Aangemeld, welke: list[Eerdere], *, inhoud: bool) -> None:
        door = wie.actor.model_dump(mode="json") | {"rol": wie.rol.value}
        gelezen = {"door": door, "noodtoegangen": [str(een.id) for een in welke], "tekst": inhoud}
        self._logboek.write(
            tx, self._now(), [Regel("noodinzage", trace.huidige() or uuid4(), gelezen)]
        )


def _verzegeld(envelope: Envelope) -> list[Sealed]:
    values = [*vars(envelope.fact).values(), envelope.verantwoording]
    return [value for value in values if isinstance(value, Sealed)]


def _stap(envelope: Envelope, opener: Opener, *, inhoud: bool) -> Stap:
    fact = envelope.fact
    geopend: dict[str, Any] = {}
    for naam, value in vars(fact).items():
        if inhoud and isinstance(value, Sealed):
            opened = opener.open(value)
            if not isinstance(opened, Erased):
                geopend |= opened if isinstance(opened, dict) else {naam: opened}
    door: dict[str, Any] = {"naam": "", "functie": "", "organisatie": ""}
    if isinstance(envelope.verantwoording, Sealed):
        opened = opener.open(envelope.verantwoording)
        if not isinstance(opened, Erased):
            door = opened["actor"]
    return Stap(
        fact.naam.removeprefix("nl.samenplan."), envelope.opgenomen_op,
        door["naam"], door["functie"], door["organisatie"], geopend,
    )  # fmt: skip
