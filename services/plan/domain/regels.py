"""The rules of the plan by name, what goals and actions say, and what their checks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.base import Hoed, Zegelplaats
from events.begrippen import Leefgebied, Onderwerp, herkomst
from events.waarden import Aard, Eigenaarsoort
from infra.decider import GeenRecht, RegelFout

Gezien = Callable[[UUID, int], None]
"""Checks that a part is still as its changer saw it. Raises Verouderd."""

STELLERS = (Hoed.COORDINATIE, Hoed.HULPVERLENING, Hoed.TOELEIDING)
"""Hats under which a professional takes part and sets goals; toezicht looks on from outside."""


class AlleenRegisseur(GeenRecht):
    """Dit kan alleen de regisseur van dit huishouden."""


class AlleenSteller(GeenRecht):
    """Dit kan alleen de regisseur, of een deelnemer die in dit huishouden hulp verleent."""


class AlleenEigenaar(GeenRecht):
    """U kunt deze actie niet bijwerken. Dat doet wie haar uitvoert, of een professional in het
    plan."""


class AlleenEigenStandpunt(GeenRecht):
    """U kunt alleen vastleggen wat u zelf vindt."""


class PlanLooptAl(RegelFout):
    """Dit huishouden heeft al een lopend plan."""


class PlanIsAfgesloten(RegelFout):
    """Dit plan is afgesloten. Alleen na heropenen kan het worden gewijzigd."""


class EvaluatieInVerleden(RegelFout):
    """De dag om samen terug te kijken is al voorbij. Kies een dag vanaf vandaag."""


class PersoonHoortErNietBij(RegelFout):
    """Deze persoon hoort niet bij het huishouden. Kies een lid."""


class EigenaarDoetNietMee(RegelFout):
    """Deze persoon doet niet mee. Kies een lid, iemand uit het netwerk, of een professional in het
    plan."""


class RedenOntbreekt(RegelFout):
    """Schrijf op waarom de actie niet lukte."""


class VolgordeKloptNiet(RegelFout):
    """Deze volgorde klopt niet. Noem elk lopend doel precies één keer."""


class AlDeelnemer(RegelFout):
    """Deze professional doet al mee aan het plan."""


class GeenDeelnemer(RegelFout):
    """Deze professional doet niet mee aan het plan."""


class HoedPastNiet(RegelFout):
    """Onder deze hoed kan een professional niet meedoen aan het plan."""


@dataclass(frozen=True, slots=True)
class Doelinhoud:
    """What a goal says: the family's own words, a measurable result, when to look back."""

    woorden: str
    resultaat: str
    evaluatie_op: date
    leefgebied: Leefgebied


@dataclass(frozen=True, slots=True)
class Afspraak:
    """Who does what for which goal, before when."""

    doel: UUID
    eigenaar: UUID
    eigenaarsoort: Eigenaarsoort
    wat: str
    uiterlijk_op: date
    aard: Aard
    leefgebied: Leefgebied


def gedeeld(betrokkenen: tuple[UUID, ...], onderwerp: Onderwerp) -> Zegelplaats:
    """Everything in the plan is sealed under the shared plan."""
    return Zegelplaats(betrokkenen, herkomst("gezinsplan"), onderwerp)


def in_de_toekomst(inhoud: Doelinhoud, vandaag: date) -> None:
    if inhoud.evaluatie_op < vandaag:
        raise EvaluatieInVerleden
