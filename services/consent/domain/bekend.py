"""What whoever records knows of what was recorded before: so that a refusal tells nothing. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from events.waarden import Bezwaar, Instemming, Ontvanger
from services.consent.domain.feiten import Feiten, Vastlegging, Vrager, bestemd


def zoals_bekend(
    persoon: UUID, ontvanger: Ontvanger, vrager: Vrager, feiten: Feiten, eigen: Collection[UUID]
) -> Feiten:
    """The facts less the consents and objections of this person that are not for her to know who
    records a toestemming for this receiver; `eigen` is what she recorded herself.

    A second consent opens nothing that was not open, and an objection stops whatever is recorded:
    so both are accepted of who does not know, as of a parent what the youth decided. A resident
    knows them all: she meets only what she gave or objected to herself.
    """
    if vrager.rol == "inwoner":
        return feiten

    def kent(een: Vastlegging) -> bool:
        match een.inhoud:
            case Instemming():
                voor_haar = bestemd(een.inhoud.ontvanger, vrager)
            case Bezwaar():  # of her own task: she is told of it when she asks to see
                voor_haar = ontvanger.medewerker == vrager.actor.id
            case _:
                return True
        return een.persoon != persoon or een.id in eigen or voor_haar

    blijft = tuple(een for een in feiten.vastleggingen if kent(een))
    return replace(feiten, vastleggingen=blijft)
