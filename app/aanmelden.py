"""Sign-in by persona. Exists only in demo mode, which cannot be switched on with production."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from infra.auth import Tokens
from infra.decider import NietBekend
from infra.staff import Staff
from infra.web import Bericht


class Aanmelding(Bericht):
    """As whom to sign in."""

    persona: UUID


class Sessie(Bericht):
    """A signed bearer token, good for one working day."""

    token: str


def router(staff: Staff, tokens: Tokens, now: Callable[[], datetime]) -> APIRouter:
    """The demo's way in."""
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

    return routes
