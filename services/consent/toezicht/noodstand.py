"""One emergency access: what it has become, and why another one can be refused. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from events.toezicht import (
    GeheimOpengesteld,
    NoodblokkadeOpgeheven,
    NoodFact,
    NoodtoegangBeeindigd,
    NoodtoegangBeoordeeld,
    NoodtoegangGenomen,
    NoodtoegangVerantwoord,
    NoodtoegangVoorbereid,
    Nooduitkomst,
    NoodzoekingVergeefs,
)
from infra.decider import NEDERLAND, GeenRecht, NietBekend, RegelFout
from infra.nood import EerderOnterecht, EerstVerslag
from services.consent.toezicht.werkdagen import werkdagen_na

VOORBEREIDING, OORDEEL = 2, 3
"""Working days within which the privacy officer prepares and the beslisser judges."""


class AlGenomen(RegelFout):
    """Deze noodtoegang is al genomen."""


class AlVerantwoord(RegelFout):
    """Over deze noodtoegang is al verslag gedaan."""


class AlVoorbereid(RegelFout):
    """Deze beoordeling is al voorbereid."""


class AlBeoordeeld(RegelFout):
    """Deze noodtoegang is al beoordeeld."""


class NogNietVoorbereid(RegelFout):
    """De privacy officer heeft deze beoordeling nog niet voorbereid."""


class NietEigen(GeenRecht):
    """Niemand beoordeelt de eigen inzage. Vraag een vervanger."""


class NietGeblokkeerd(RegelFout):
    """Er valt niets vrij te geven: deze noodtoegang is niet onterecht bevonden."""


class AlleenHouder(GeenRecht):
    """Alleen wie zelf het beroepsgeheim over een dossier heeft, kan dat dossier openstellen."""


class NoodVoorbij(RegelFout):
    """Deze noodtoegang is al gesloten."""


@dataclass(frozen=True, slots=True)
class Noodstand:
    """One emergency access, or a search that found nothing."""

    medewerker: UUID | None = None
    huishouden: UUID | None = None
    verantwoord: bool = False
    voorbereid: bool = False
    beoordeeld: bool = False

    def evolve(self, fact: NoodFact) -> Noodstand:
        match fact:
            case NoodtoegangGenomen():
                return replace(self, medewerker=fact.medewerker, huishouden=fact.huishouden)
            case NoodzoekingVergeefs():
                return replace(self, medewerker=fact.medewerker)
            case NoodtoegangVerantwoord():
                return replace(self, verantwoord=True)
            case NoodtoegangVoorbereid():
                return replace(self, voorbereid=True)
            case NoodtoegangBeoordeeld():
                return replace(self, beoordeeld=True)
            case GeheimOpengesteld() | NoodblokkadeOpgeheven() | NoodtoegangBeeindigd():
                return self
            case _:
                assert_never(fact)

    def neem(self, fact: NoodFact) -> list[NoodFact]:
        if self.medewerker is not None:
            raise AlGenomen
        return [fact]

    def verantwoord_door(self, wie: UUID, fact: NoodFact) -> list[NoodFact]:
        if self.huishouden is None or self.medewerker != wie:
            raise NietBekend
        if self.verantwoord:
            raise AlVerantwoord
        return [fact]

    def beeindig(self, wie: UUID, voorbij: bool, fact: NoodFact) -> list[NoodFact]:
        if self.huishouden is None or self.medewerker != wie:
            raise NietBekend
        if voorbij:
            raise NoodVoorbij
        return [fact]

    def bereid_voor(self, wie: UUID, fact: NoodFact) -> list[NoodFact]:
        self._door_ander(wie)
        if self.voorbereid:
            raise AlVoorbereid
        return [fact]

    def beoordeel(self, wie: UUID, fact: NoodFact) -> list[NoodFact]:
        self._door_ander(wie)
        if not self.voorbereid:
            raise NogNietVoorbereid
        if self.beoordeeld:
            raise AlBeoordeeld
        return [fact]

    def hef_op(self, wie: UUID, onterecht: bool, fact: NoodFact) -> list[NoodFact]:
        self._door_ander(wie)
        if not onterecht:
            raise NietGeblokkeerd
        return [fact]

    def _door_ander(self, wie: UUID) -> None:
        """Raises NietBekend, NietEigen."""
        if self.huishouden is None:
            raise NietBekend
        if self.medewerker == wie:
            raise NietEigen


@dataclass(frozen=True, slots=True)
class Eerdere:
    """An emergency access as a decision about the next one sees it."""

    id: UUID
    huishouden: UUID
    medewerker: UUID
    genomen: datetime
    tot: datetime
    verantwoord: bool
    oordeel: Nooduitkomst | None
    vrijgegeven: bool
    """Judged "onterecht", and allowed again since."""

    @property
    def uiterlijk(self) -> date:
        """The last day of the term for a verdict."""
        return werkdagen_na(self._dag, OORDEEL)

    @property
    def voorbereiden_voor(self) -> date:
        return werkdagen_na(self._dag, VOORBEREIDING)

    @property
    def _dag(self) -> date:
        return self.genomen.astimezone(NEDERLAND).date()


def weigering(eerdere: Sequence[Eerdere], vandaag: date) -> type[RegelFout] | None:
    """Why she may not take another one; only what she herself owes, or the verdict, counts. Pure.

    A verdict that others let wait stops nobody: an unjudged Friday may not block Saturday's child.
    """
    for een in eerdere:
        if een.oordeel is Nooduitkomst.ONTERECHT and not een.vrijgegeven:
            return EerderOnterecht
        if een.oordeel is None and not een.verantwoord and vandaag > een.uiterlijk:
            return EerstVerslag
    return None
