"""A person: personalia, address, contact and gezag; and how to recognise somebody."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from events.base import Open
from events.begrippen import Rubriek
from events.intake import (
    AdresVastgelegd,
    ContactVastgelegd,
    GezagVastgelegd,
    PersoonFact,
    PersoonVastgelegd,
)
from events.waarden import Adres, Contact, Gezag, Gezagsuitkomst
from infra.decider import Context, NietBekend
from services.intake.domain.invoer import Personalia
from services.intake.domain.regels import (
    EindeVoorBegin,
    GezagKloptNiet,
    gedeeld,
    niet_later,
    optioneel,
)

_HOUDERS = {
    Gezagsuitkomst.GEZAMENLIJK_OUDERLIJK: (2, 2),
    Gezagsuitkomst.EENHOOFDIG: (1, 1),
    Gezagsuitkomst.GEZAMENLIJK: (2, 2),
    Gezagsuitkomst.VOOGDIJ: (0, 2),
    Gezagsuitkomst.TIJDELIJK_GEEN: (0, 0),
    Gezagsuitkomst.NIET_TE_BEPALEN: (0, 0),
    Gezagsuitkomst.IN_ONDERZOEK: (0, 0),
}
"""How many holders fit the outcome of the BRP (domain.md §6.3)."""


@dataclass(frozen=True, slots=True)
class Persoon:
    """Somebody who belongs or belonged to a household. Corrections are added, never overwritten."""

    vastgelegd: bool = False

    def evolve(self, fact: PersoonFact) -> Persoon:
        match fact:
            case PersoonVastgelegd():
                return replace(self, vastgelegd=True)
            case AdresVastgelegd() | ContactVastgelegd() | GezagVastgelegd():
                return self
            case _:
                assert_never(fact)

    def leg_vast(self, persoon: UUID, wie: Personalia, context: Context) -> list[PersoonFact]:
        """Who this is; nothing when that is known, for a second household corrects nobody.

        Raises NietBekend without a name, InDeToekomst.
        """
        if self.vastgelegd:
            return []
        if wie.naam is None:
            raise NietBekend
        return self._gegevens(persoon, wie, context)

    def corrigeer(self, persoon: UUID, wie: Personalia, context: Context) -> list[PersoonFact]:
        """Raises NietBekend, InDeToekomst."""
        if not self.vastgelegd:
            raise NietBekend
        return self._gegevens(persoon, wie, context)

    def woont(
        self, huishouden: UUID, persoon: UUID, adres: Adres, afgeschermd: bool
    ) -> list[PersoonFact]:
        """Raises EindeVoorBegin."""
        if adres.tot is not None and adres.tot < adres.sinds:
            raise EindeVoorBegin
        rubriek = Rubriek.ADRES_AFGESCHERMD if afgeschermd else Rubriek.ADRES
        plaats = gedeeld(rubriek, persoon)
        return [AdresVastgelegd(adres=Open(adres, plaats), huishouden=huishouden)]

    def bereik(self, huishouden: UUID, persoon: UUID, contact: Contact) -> list[PersoonFact]:
        plaats = gedeeld(Rubriek.CONTACT, persoon)
        return [ContactVastgelegd(contact=Open(contact, plaats), huishouden=huishouden)]

    def gezag(self, persoon: UUID, gezag: Gezag) -> list[PersoonFact]:
        """Raises GezagKloptNiet."""
        houders = set(gezag.houders)
        minst, meest = _HOUDERS[gezag.uitkomst]
        if not minst <= len(houders) <= meest or len(houders) < len(gezag.houders):
            raise GezagKloptNiet
        if persoon in houders:
            raise GezagKloptNiet
        return [GezagVastgelegd(gezag=Open(gezag, gedeeld(Rubriek.GEZAG, persoon)))]

    def _gegevens(self, persoon: UUID, wie: Personalia, context: Context) -> list[PersoonFact]:
        if wie == Personalia():
            return []
        niet_later(wie.geboortedatum, context)
        personalia = gedeeld(Rubriek.PERSONALIA, persoon)
        return [
            PersoonVastgelegd(
                persoonsnaam=optioneel(wie.naam, personalia),
                geboortedatum=optioneel(wie.geboortedatum, personalia),
                bsn=optioneel(wie.bsn, gedeeld(Rubriek.IDENTIFICATIE, persoon)),
            )
        ]


def naamspoor(naam: str, geboortedatum: date) -> str | None:
    """Name and birth date in one spelling: order, case, accents and signs make no difference."""
    kaal = "".join(
        teken
        for teken in unicodedata.normalize("NFKD", naam.casefold())
        if not unicodedata.combining(teken)
    )
    delen = sorted(re.findall(r"[^\W_]+", kaal))
    return f"{' '.join(delen)}|{geboortedatum.isoformat()}" if delen else None


def adresspoor(postcode: str, huisnummer: str) -> str:
    """Postcode and house number in one spelling."""
    return f"{postcode.replace(' ', '').upper()}|{huisnummer.replace('-', '').upper()}"
