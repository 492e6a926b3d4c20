"""Sign-in by persona. Exists only in demo mode, which cannot be switched on with production."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from events.base import Hoed
from events.waarden import Kort
from infra.auth import Rol, Tokens
from infra.decider import GeenRecht, NietBekend
from infra.staff import Persona, Staff
from infra.web import Bericht, Wie


class Aanmelding(Bericht):
    """As whom to sign in."""

    persona: UUID


class Sessie(Bericht):
    """A signed bearer token, good for one working day."""

    token: str


class Inwoner(Bericht):
    """A resident of an invented household who can sign in."""

    persoon: UUID
    naam: Kort
    uitleg: str = ""


class Nieuw(Bericht):
    """The persona that was made."""

    id: UUID


def router(
    staff: Staff,
    tokens: Tokens,
    now: Callable[[], datetime],
    werkt_met: Callable[[UUID, UUID], bool],
) -> APIRouter:
    """The demo's way in; `werkt_met` tells whether somebody is involved with a resident."""
    routes = APIRouter(tags=["demo"])

    @routes.post(
        "/sessies", status_code=201, response_model=Sessie, summary="Aanmelden als persona",
        operation_id="meldAan",
    )  # fmt: skip
    def meld_aan(aanmelding: Aanmelding) -> Sessie:
        """Alleen in de demo: meld u aan als een van de verzonnen personen."""
        persona = staff.get(aanmelding.persona)
        if persona is None:
            raise NietBekend
        return Sessie(token=tokens.issue(persona.aangemeld, now()))

    @routes.post(
        "/sessies/bevestiging", status_code=201, response_model=Sessie,
        summary="Aanmelding bevestigen", operation_id="bevestigAanmelding",
    )  # fmt: skip
    def bevestig(wie: Wie) -> Sessie:
        """Alleen in de demo: dezelfde sessie, nu bevestigd. Echt doet dit de identiteitsvoorziening
        van de gemeente, met een tweede middel."""
        return Sessie(token=tokens.confirm(wie.token, now()))

    @routes.post(
        "/personas", status_code=201, response_model=Nieuw, summary="Persona van een inwoner",
        operation_id="maakPersona",
    )  # fmt: skip
    def maak_persona(inwoner: Inwoner, wie: Wie) -> Nieuw:
        """Alleen in de demo: laat een verzonnen inwoner van uw huishouden zich aanmelden."""
        if wie.rol is not Rol.PROFESSIONAL:
            raise GeenRecht
        al = staff.get(inwoner.persoon)
        if not werkt_met(wie.actor.id, inwoner.persoon) or (al and al.rol is not Rol.INWONER):
            raise NietBekend
        staff.add(
            Persona(
                id=inwoner.persoon, naam=inwoner.naam, organisatie="Inwoner", functie="inwoner",
                rol=Rol.INWONER, hoed=Hoed.INWONER, herkomst="gezinsplan", uitleg=inwoner.uitleg,
                gemeente=wie.gemeente,
            )
        )  # fmt: skip
        return Nieuw(id=inwoner.persoon)

    return routes
