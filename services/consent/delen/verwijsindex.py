"""The verwijsindex inside a household: who else reported a youth, never why (Jeugdwet 7.1.4.3).

Rules kept here: only who reported her herself is told, by the rules like any look and with a line
in the log; what is told is who reported and how to reach them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from events.begrippen import Rubriek, herkomst
from events.waarden import Doel, Verwijzing
from infra.auth import Aangemeld
from infra.decider import NietBekend
from services.consent.application import Consent, vrager
from services.consent.domain import Besluit, Feiten, Vraag, mag
from services.consent.domain.eisen import verwijzing_staat
from services.consent.log.verantwoording import Deel


@dataclass(frozen=True, slots=True)
class OokGemeld:
    """The decision, and the reports of others it opens."""

    besluit: Besluit
    meldingen: tuple[Verwijzing, ...] = ()


def ook_gemeld(consent: Consent, wie: Aangemeld, huishouden: UUID, persoon: UUID) -> OokGemeld:
    """Who else reported this member. Raises NietBekend."""
    bron = herkomst("verwijsindex")
    vraag = Vraag(vrager(wie), Doel.VERWIJSINDEX, (persoon,), bron, Rubriek.CONTACT)

    def beantwoord(feiten: Feiten) -> tuple[OokGemeld, list[Deel]] | None:
        if persoon not in feiten.leden:
            return None
        besluit = mag(vraag, feiten, consent.regels)
        deel = Deel((persoon,), bron, Rubriek.CONTACT, besluit)
        if not besluit.open:
            return OokGemeld(besluit), [deel]
        anderen = (
            record.inhoud
            for record in feiten.vastleggingen
            if record.persoon == persoon
            and isinstance(record.inhoud, Verwijzing)
            and record.inhoud.melder != wie.actor.id
            and verwijzing_staat(record.inhoud, feiten)
        )
        return OokGemeld(besluit, tuple(anderen)), [deel]

    meer = {"actie": "verwijsindex"}
    found = consent.stel(wie, huishouden, Doel.VERWIJSINDEX, beantwoord, meer, soort="inzage")
    if found is None:
        raise NietBekend
    return found
