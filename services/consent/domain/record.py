"""One record of consent as it stands: made once, withdrawn once, by whom that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from events.base import Hoed
from events.consent import (
    BezwaarGemaakt,
    ConsentFact,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    Ingetrokken,
    NoodafspraakVastgelegd,
    OmstandigheidVastgelegd,
    PersoonGewist,
    ToestemmingGegeven,
    VervangerAangewezen,
)
from infra.decider import GeenRecht, NietBekend, RegelFout
from services.consent.domain.vertegenwoordiging import Handeling


class AlIngetrokken(RegelFout):
    """Deze vastlegging is al ingetrokken."""


class AlVastgelegd(RegelFout):
    """Deze vastlegging bestaat al."""


class GrondBlijft(RegelFout):
    """Een wettelijke grond trekt alleen een professional in. U kunt wel bezwaar maken."""


class OmstandigheidBlijft(RegelFout):
    """Dit heeft een professional vastgelegd. Alleen een professional kan het beëindigen."""


class BezwaarBlijft(RegelFout):
    """Een bezwaar trekt alleen de betrokkene zelf in, wie namens haar of hem spreekt, of de
    professional die het opschreef."""


class NietUwVastlegging(GeenRecht):
    """Dit trekt in wie het vastlegde, een collega met dezelfde taak, of de betrokkene zelf. Een
    maatregel beëindigt het college of de instelling die hem uitvoert."""


_VAN_PROFESSIONALS = (OmstandigheidVastgelegd, VervangerAangewezen)
_WIE_TREKT_IN: dict[type[ConsentFact], Handeling] = {
    ToestemmingGegeven: Handeling.INTREKKEN,
    GeheimhoudingOpgeheven: Handeling.VERSTREKKEN,
    NoodafspraakVastgelegd: Handeling.VERSTREKKEN,
    HulpAkkoordGegeven: Handeling.HULP,
    BezwaarGemaakt: Handeling.RECHTEN,
}


@dataclass(frozen=True, slots=True)
class Record:
    """One ground, toestemming, waiver, agreement, objection, circumstance or substitute."""

    huishouden: UUID | None = None
    persoon: UUID | None = None
    soort: type[ConsentFact] | None = None
    ingetrokken: bool = False

    def evolve(self, fact: ConsentFact) -> Record:
        match fact:
            case Ingetrokken():
                return replace(self, ingetrokken=True)
            case PersoonGewist(persoon=persoon):
                return replace(self, persoon=persoon, ingetrokken=True)
            case (
                GrondslagVastgelegd()
                | ToestemmingGegeven()
                | GeheimhoudingOpgeheven()
                | HulpAkkoordGegeven()
                | BezwaarGemaakt()
                | OmstandigheidVastgelegd()
                | VervangerAangewezen()
                | NoodafspraakVastgelegd()
            ):
                return Record(fact.huishouden, fact.persoon, type(fact))
            case _:
                assert_never(fact)

    def leg_vast(self, fact: ConsentFact) -> list[ConsentFact]:
        if self.persoon is not None:
            raise AlVastgelegd
        return [fact]

    def trek_in(self, huishouden: UUID, fact: Ingetrokken) -> list[ConsentFact]:
        if self.persoon is None or self.huishouden != huishouden:
            raise NietBekend
        if self.ingetrokken:
            raise AlIngetrokken
        return [fact]

    def trek_ook_in(self, huishouden: UUID, fact: Ingetrokken) -> list[ConsentFact]:
        """By whoever signed it for a youth, who may have withdrawn it himself: she is not told so,
        and for her this is the first time."""
        return replace(self, ingetrokken=False).trek_in(huishouden, fact)

    def controleer_intrekker(self, huishouden: UUID, hoed: Hoed) -> Handeling | None:
        """Gives the table that says which resident may withdraw; a ground and what is so of a
        person end by the professional who stands for it.

        Raises NietBekend, GrondBlijft, OmstandigheidBlijft.
        """
        if self.persoon is None or self.huishouden != huishouden:
            raise NietBekend
        if hoed is Hoed.INWONER and self.soort is GrondslagVastgelegd:
            raise GrondBlijft
        if hoed is Hoed.INWONER and self.soort in _VAN_PROFESSIONALS:
            raise OmstandigheidBlijft
        return None if self.soort is None else _WIE_TREKT_IN.get(self.soort)

    def wis(self, fact: PersoonGewist) -> list[ConsentFact]:
        return [] if self.ingetrokken else [fact]
