"""What a decision says: its code, its sentence, and the checks it went through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.consent.regels import Uitkomst


class Code(StrEnum):
    """Why a part opens or stays closed; stable, for machines."""

    MAG = "MAG"
    GEEN_RELATIE = "A2-GEEN-RELATIE"
    MANDAAT_VERLOPEN = "A2-MANDAAT-VERLOPEN"
    DOEL_PAST_NIET = "A3-DOEL-PAST-NIET"
    HOED_PAST_NIET = "A3-HOED-PAST-NIET"
    GEEN_REGEL = "A4-GEEN-REGEL"
    GEEN_GROND = "A4-GEEN-GROND"
    VERBODEN = "A4-VERBODEN"
    NOG_GEEN_WET = "A4-NOG-GEEN-WET"
    GEZAG_ONBEPAALD = "A5-GEZAG-ONBEPAALD"
    LEEFTIJD_ONBEKEND = "A5-LEEFTIJD-ONBEKEND"
    TE_JONG = "A5-TE-JONG"
    WILSONBEKWAAM = "A5-WILSONBEKWAAM"
    BEZWAAR = "A7-BEZWAAR"
    GEHEIMHOUDING = "A7-GEHEIMHOUDING"


@dataclass(frozen=True, slots=True)
class Controle:
    """One check: what was asked and how it ended (None: not reached)."""

    code: str
    wat: str
    goed: bool | None


@dataclass(frozen=True, slots=True)
class Besluit:
    """The outcome with its explanation; `ontbreekt` names the step that would open it."""

    uitkomst: Uitkomst
    code: Code
    zin: str
    regel: str | None = None
    artikel: str | None = None
    ontbreekt: tuple[str, ...] = ()
    controles: tuple[Controle, ...] = ()
    gebruikt: tuple[UUID, ...] = ()
    """Records the decision rests on."""

    @property
    def open(self) -> bool:
        return self.uitkomst in (Uitkomst.MAG, Uitkomst.MOET)


GEEN_RELATIE = Besluit(
    Uitkomst.MAG_NIET,
    Code.GEEN_RELATIE,
    "Dit bestaat niet, of u mag het niet zien.",
    controles=(Controle("A2", "u heeft een taak in dit huishouden", False),),
)
