"""AuthZEN 1.0 over HTTP (NL GOV profile), below `/v1`: the base URL of this PDP ends in `/v1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from events.waarden import Doel
from infra.auth import Aangemeld
from infra.decider import NietBekend
from infra.staff import Persona
from infra.web import Bericht, Wie, problem
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.domain import GEEN_RELATIE, Besluit
from services.consent.uitleg import authzen
from services.consent.uitleg.authzen import OngeldigVerzoek
from services.consent.uitleg.uitleg import Uitleggen
from services.consent.uitleg.zicht import Simulatie, Zicht

Los = Annotated[dict[str, Any], Field(max_length=100)]
"""An object of the standard, to which anybody may add."""
Aanvraagnummer = Annotated[
    str | None, Header(alias="X-Request-ID", pattern=r"^[\x21-\x7e]{1,200}$")
]
_OPEN = ConfigDict(extra="ignore", hide_input_in_errors=True)


class EvaluatieBericht(BaseModel):
    """Who (subject) may do what (action) with what (resource); `context` has `traceparent`."""

    model_config = _OPEN
    subject: Los
    action: Los
    resource: Los
    context: Los


class EvaluatiesBericht(BaseModel):
    """A batch; what stands beside `evaluations` holds for each that does not say otherwise."""

    model_config = _OPEN
    subject: Los | None = None
    action: Los | None = None
    resource: Los | None = None
    context: Los | None = None
    evaluations: Annotated[list[Los], Field(max_length=100)] = []
    options: Los | None = None


class EvaluatieAntwoord(Bericht):
    """Yes or no, and why."""

    decision: bool
    context: dict[str, Any]


class EvaluatiesAntwoord(Bericht):
    """One answer per evaluation, in order; fewer when the batch stops early."""

    evaluations: list[EvaluatieAntwoord]


def router(consent: Consent, staf: Callable[[UUID], Persona | None]) -> APIRouter:
    """The evaluation endpoints; `staf` is who can sign in, by id."""
    routes = APIRouter(tags=[NAAM], prefix="/access/v1")
    uitleggen, wie_ziet = Uitleggen(consent), Zicht(consent, staf)

    def evalueer(
        verzoek: dict[str, Any], wie: Aangemeld, nu: Any, naam: str = "adl.access_evaluation"
    ) -> dict[str, Any]:
        """Raises OngeldigVerzoek."""
        vraag = authzen.lees(verzoek, wie, nu)
        doel = _doel(vraag.activiteit)
        meer = {"event_name": naam, "actie": "inzien"}
        if vraag.onderdeel is None:
            besluit = GEEN_RELATIE
            consent.stel(
                wie, vraag.huishouden, doel, lambda _: None, meer, nummer=vraag.spoor,
            )  # fmt: skip
        elif vraag.over == wie.actor.id:
            besluit = uitleggen.waarom(
                wie,
                vraag.huishouden,
                vraag.onderdeel,
                doel,
                meer,
                vraag.spoor,
                met_openingen=False,
            ).besluit
        else:
            (persoon,) = vraag.onderdeel.betrokkenen
            gezocht = Simulatie(
                vraag.huishouden, persoon, vraag.onderdeel.herkomst, vraag.onderdeel.onderwerp,
                wie=vraag.over,
            )  # fmt: skip
            try:
                rijen = wie_ziet.simuleer(wie, gezocht, vraag.reden, meer, vraag.spoor)
                besluit = rijen[0].besluit if rijen else GEEN_RELATIE
            except NietBekend:
                besluit = GEEN_RELATIE
        return _antwoord(besluit, consent.regels.versie, consent.regels.hash)

    def _doel(activiteit: str | None) -> Doel | None:
        """The purpose of an activity in the register. Raises OngeldigVerzoek."""
        if activiteit is None:
            return None
        try:
            doel = consent.verantwoording.register.lees(activiteit)[0].doel
        except LookupError:
            doel = None
        if doel is None:
            zin = "action.properties.processing_activity_id is geen doel uit het register"
            raise OngeldigVerzoek(zin)
        return doel

    @routes.post(
        "/evaluation", response_model=EvaluatieAntwoord, summary="Toegang toetsen (AuthZEN)",
        operation_id="evaluation",
    )  # fmt: skip
    def evaluation(
        body: EvaluatieBericht, wie: Wie, request: Request, response: Response,
        nummer: Aanvraagnummer = None,
    ) -> Any:  # fmt: skip
        """Mag dit? Een nee is een antwoord; iedere vraag staat in het logboek."""
        _terug(response, nummer)
        try:
            return evalueer(body.model_dump(), wie, request.app.state.now())
        except OngeldigVerzoek as fout:
            return _terug(problem(fout.status, "Ongeldig verzoek", fout.zin, "authzen"), nummer)

    @routes.post(
        "/evaluations", response_model=EvaluatiesAntwoord | EvaluatieAntwoord,
        summary="Toegang toetsen, meer tegelijk (AuthZEN)", operation_id="evaluations",
    )  # fmt: skip
    def evaluations(
        body: EvaluatiesBericht, wie: Wie, request: Request, response: Response,
        nummer: Aanvraagnummer = None,
    ) -> Any:  # fmt: skip
        """Meer vragen in één keer: alle, tot de eerste nee, of tot de eerste ja."""
        _terug(response, nummer)
        nu, verzoek = request.app.state.now(), body.model_dump()

        def een(losse: dict[str, Any]) -> dict[str, Any]:
            try:
                return evalueer(losse, wie, nu, "adl.access_evaluations")
            except OngeldigVerzoek as fout:  # closed, and the rest goes on
                error = {"status": fout.status, "message": fout.zin}
                return {"decision": False, "context": {"error": error}}

        try:
            if not body.evaluations:
                return evalueer(verzoek, wie, nu)
            hoe = authzen.semantiek(verzoek)
        except OngeldigVerzoek as fout:
            return _terug(problem(fout.status, "Ongeldig verzoek", fout.zin, "authzen"), nummer)
        alle = authzen.uitgeschreven(verzoek)
        return {"evaluations": list(authzen.voer_uit(alle, hoe, een))}

    return routes


def _antwoord(besluit: Besluit, versie: str, hash_: str) -> dict[str, Any]:
    reason = {
        "uitkomst": besluit.uitkomst, "code": besluit.code, "zin": besluit.zin,
        "regel": besluit.regel, "artikel": besluit.artikel, "ontbreekt": list(besluit.ontbreekt),
    }  # fmt: skip
    regels = {"versie": versie, "hash": hash_}
    return {"decision": besluit.open, "context": {"reason": reason, "regelset": regels}}


def _terug(response: Response, nummer: str | None) -> Response:
    """The caller's own number of the request goes back with the answer (AuthZEN 10.1.3)."""
    if nummer is not None:
        response.headers["X-Request-ID"] = nummer
    return response
