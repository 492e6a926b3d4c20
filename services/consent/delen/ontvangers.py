"""Who may be named as the receiver of what is recorded about sharing."""

from __future__ import annotations

from events.waarden import Ontvanger
from infra.auth import Rol
from infra.staff import Staff
from services.consent.domain import Feiten
from services.consent.domain.ontvangst import OntvangerOnbekend


def controleer_bekend(ontvanger: Ontvanger, feiten: Feiten, gids: Staff) -> None:
    """Nobody records what opens to who does not work here and does not belong to the household;
    `gids` is who works here.

    Raises OntvangerOnbekend.
    """
    wie = ontvanger.medewerker
    if ontvanger.organisatie is not None:
        bekend = gids.werkt_bij(ontvanger.organisatie)
    else:
        persona = None if wie is None else gids.get(wie)
        professional = persona is not None and persona.rol is Rol.PROFESSIONAL
        bekend = professional or wie in feiten.deelnemers or wie in feiten.leden
    if not bekend:
        raise OntvangerOnbekend
