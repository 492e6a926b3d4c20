"""Circumstances, substitutes and who decides for whom, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from events.waarden import Dag, Kort, Omstandigheid, Vervanging, Vervangingsoort
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.delen.omstandigheden import Omstandigheden
from services.consent.domain import Handeling


class OmstandigheidBericht(Bericht):
    """What is so of a person; `wat` in it says which kind it is."""

    huishouden: UUID
    persoon: UUID
    omstandigheid: Omstandigheid


class VervangerBericht(Bericht):
    """Who takes over the task of the caller, or works along with her."""

    huishouden: UUID
    medewerker: UUID
    soort: Vervangingsoort
    van: Dag
    tot: Dag | None = None


class BeslissersAntwoord(Bericht):
    """Who decides: everybody of `samen`, or one of `een_van`; `ontbreekt` has not yet agreed."""

    artikel: str
    samen: list[UUID]
    een_van: list[UUID]
    code: str
    zin: str
    ontbreekt: list[UUID]


Hulp = Annotated[Kort | None, Query(description="Wie moet met deze hulp nog akkoord gaan?")]


def router(consent: Consent) -> APIRouter:
    """This part of `/v1`."""
    routes = APIRouter(tags=[NAAM])
    leg = Omstandigheden(consent)

    @routes.post(
        "/omstandigheden", status_code=201, response_model=Antwoord,
        summary="Omstandigheid vastleggen", operation_id="legOmstandigheidVast",
    )  # fmt: skip
    def omstandigheid(body: OmstandigheidBericht, opdracht: Command) -> dict[str, Any]:
        """Een maatregel, wilsonbekwaamheid, vertegenwoordiger, casus, doorbreking of verwijzing."""
        return antwoord(leg.leg_vast(opdracht, body.huishouden, body.persoon, body.omstandigheid))

    @routes.post(
        "/vervangers", status_code=201, response_model=Antwoord, summary="Vervanger aanwijzen",
        operation_id="wijsVervangerAan",
    )  # fmt: skip
    def vervanger(body: VervangerBericht, opdracht: Command) -> dict[str, Any]:
        """Wie van uw organisatie uw taak overneemt of meedoet; dat vraagt geen toestemming."""
        vervanging = Vervanging(
            soort=body.soort, organisatie=opdracht.wie.actor.organisatie, van=body.van,
            tot=body.tot,
        )  # fmt: skip
        return antwoord(leg.vervanger(opdracht, body.huishouden, body.medewerker, vervanging))

    @routes.get(
        "/huishoudens/{huishouden}/beslissers", response_model=BeslissersAntwoord,
        summary="Wie beslist voor wie?", operation_id="beslissers",
    )  # fmt: skip
    def beslissers(
        huishouden: UUID, persoon: UUID, handeling: Handeling, wie: Wie, hulp: Hulp = None
    ) -> BeslissersAntwoord:
        """Wie hierover beslist voor deze persoon, volgens welk artikel, en wie er nog ontbreekt."""
        dan, ontbreekt = leg.beslissers(wie, huishouden, persoon, handeling, hulp)
        return BeslissersAntwoord(
            artikel=dan.artikel, samen=list(dan.samen), een_van=list(dan.een_van), code=dan.code,
            zin=dan.zin, ontbreekt=list(ontbreekt),
        )  # fmt: skip

    return routes
