"""What somebody can take back herself, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from events.waarden import Dag, Doel, Ontvanger
from infra.web import Bericht, Wie
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.delen.intrekken import Intrekken
from services.consent.domain import Vastlegging


class EigenVastlegging(Bericht):
    """One record, as far as it says what it is about; withdraw it by its `id`."""

    id: UUID
    persoon: UUID
    soort: str
    doel: Doel | None
    regimes: list[str]
    onderwerpen: list[str]
    herkomst: str | None
    hulp: str | None
    ontvanger: Ontvanger | None
    gegeven_door: UUID | None
    reden: str | None
    tot: Dag | None


class EigenVastleggingen(Bericht):
    vastleggingen: list[EigenVastlegging]


def router(consent: Consent) -> APIRouter:
    """This part of `/v1`."""
    routes = APIRouter(tags=[NAAM])
    einde = Intrekken(consent)

    @routes.get(
        "/huishoudens/{huishouden}/personen/{persoon}/vastleggingen",
        response_model=EigenVastleggingen, summary="Wat kan ik zelf intrekken?",
        operation_id="eigenVastleggingen",
    )  # fmt: skip
    def eigen(huishouden: UUID, persoon: UUID, wie: Wie) -> dict[str, Any]:
        """Wat u kunt intrekken, ook in een huishouden dat u verliet: over uzelf, of over wie u
        vertegenwoordigt."""
        return {"vastleggingen": [_als(een) for een in einde.eigen(wie, huishouden, persoon)]}

    @routes.get(
        "/huishoudens/{huishouden}/vastleggingen", response_model=EigenVastleggingen,
        summary="Wat legde ik hier vast?", operation_id="vastleggingenHier",
    )  # fmt: skip
    def hier(huishouden: UUID, wie: Wie) -> dict[str, Any]:
        """Als professional: wat u zelf vastlegde. Als inwoner: wat u in dit huishouden kunt
        intrekken, over uzelf of over wie u vertegenwoordigt."""
        return {"vastleggingen": [_als(een) for een in einde.hier(wie, huishouden)]}

    return routes


def _als(een: Vastlegging) -> EigenVastlegging:
    wat = een.inhoud
    return EigenVastlegging(
        id=een.id, persoon=een.persoon, soort=type(wat).__name__.lower(),
        doel=getattr(wat, "doel", None), regimes=list(getattr(wat, "regimes", ())),
        onderwerpen=[str(over) for over in getattr(wat, "onderwerpen", ())],
        herkomst=getattr(wat, "herkomst", None), hulp=getattr(wat, "hulp", None),
        ontvanger=getattr(wat, "ontvanger", None),
        gegeven_door=getattr(wat, "gegeven_door", None),
        reden=getattr(wat, "noodzaak", getattr(wat, "reden", None)), tot=getattr(wat, "tot", None),
    )  # fmt: skip
