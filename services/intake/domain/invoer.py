"""What decisions take, with the checks that need no past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.base import Open
from events.begrippen import Leefgebied, Rubriek
from events.intake import LidToegevoegd
from events.waarden import Huishoudrol, Ledenreden, Mandaat, Medewerker, Uitspraak
from infra.decider import Context
from services.intake.domain.regels import (
    LegeNotitie,
    MandaatGeldtNiet,
    RedenPastNiet,
    ZrmPerPersoon,
    gedeeld,
    niet_later,
)

BIJ_KOMST = (Ledenreden.GEVORMD, Ledenreden.INGETROKKEN, Ledenreden.GEBOREN)
"""Reasons to join; the others are reasons to leave."""


@dataclass(frozen=True, slots=True)
class Personalia:
    """Who somebody is, as far as it is given."""

    naam: str | None = None
    geboortedatum: date | None = None
    bsn: str | None = None


@dataclass(frozen=True, slots=True)
class Lid:
    """Somebody who joins: in which role, since when and why."""

    persoon: UUID
    rol: Huishoudrol
    sinds: date
    reden: Ledenreden

    def feit(self, context: Context) -> LidToegevoegd:
        """Raises RedenPastNiet, InDeToekomst."""
        if self.reden not in BIJ_KOMST:
            raise RedenPastNiet
        niet_later(self.sinds, context)
        plaats = gedeeld(Rubriek.REGIE, self.persoon)
        return LidToegevoegd(
            persoon=self.persoon, rol=Open(self.rol, plaats), sinds=Open(self.sinds, plaats),
            reden=Open(self.reden, plaats),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Regie:
    """Who directs, as others know her, and by which decision of the college."""

    regisseur: UUID
    medewerker: Medewerker
    mandaat: Mandaat

    def controleer(self, context: Context) -> None:
        """No case without a regisseur who may act today. Raises MandaatGeldtNiet."""
        van, tot = self.mandaat.van, self.mandaat.tot
        if van > context.vandaag or (tot is not None and tot < context.vandaag):
            raise MandaatGeldtNiet


@dataclass(frozen=True, slots=True)
class Notitie:
    """What was said about one leefgebied of these persons, and why it was needed to ask."""

    personen: tuple[UUID, ...]
    leefgebied: Leefgebied
    reden: str
    gaat_goed: Uitspraak | None = None
    zorgen: Uitspraak | None = None
    wens: Uitspraak | None = None
    zelf_doen: Uitspraak | None = None
    wie_helpt: Uitspraak | None = None
    zrm: int | None = None

    def controleer(self) -> None:
        """Raises LegeNotitie, ZrmPerPersoon."""
        gezegd = (self.gaat_goed, self.zorgen, self.wens, self.zelf_doen, self.wie_helpt, self.zrm)
        if all(deel is None for deel in gezegd):
            raise LegeNotitie
        if self.zrm is not None and len(set(self.personen)) != 1:
            raise ZrmPerPersoon
