"""Reading over HTTP."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict
from pydantic_core import to_json

from events.waarden import Doel
from infra.decider import utc
from infra.web import Wie
from services.portal.application import Portal

Moment = Annotated[AwareDatetime, AfterValidator(utc)]


class Dossier(BaseModel):
    """A dossier as far as the reader may see it; parts that do not open are not there."""

    model_config = ConfigDict(extra="allow")
    id: UUID
    rollen: list[str]
    slotzin: str


class Huishouden(BaseModel):
    """A household in which the reader is involved."""

    model_config = ConfigDict(extra="allow")
    id: UUID
    rollen: list[str]


def router(portal: Portal, secret: bytes) -> APIRouter:
    """The portal's part of `/v1`."""
    routes = APIRouter(tags=["portal"])

    def antwoord(make: Callable[[], Any]) -> Response:
        body = to_json(make())
        mark = urlsafe_b64encode(hmac.digest(secret, body, sha256)[:12]).decode()
        return Response(body, media_type="application/json", headers={"ETag": f'"{mark}"'})

    @routes.get(
        "/dossiers", summary="Mijn huishoudens", operation_id="mijnHuishoudens",
        response_model=list[Huishouden],
    )  # fmt: skip
    def mijn_huishoudens(wie: Wie) -> Response:
        """De huishoudens waarin u een taak heeft, of waartoe u behoort."""
        return antwoord(lambda: portal.mijn_huishoudens(wie))

    @routes.get(
        "/dossiers/{huishouden}", summary="Dossier van een huishouden", operation_id="dossier",
        response_model=Dossier,
    )  # fmt: skip
    def dossier(
        huishouden: UUID,
        wie: Wie,
        doel: Annotated[
            Doel | None, Query(description="Volgt uit uw taak als u niets zegt.")
        ] = None,
        moment: Annotated[
            Moment | None, Query(description="Het dossier zoals het toen was vastgelegd.")
        ] = None,
    ) -> Response:
        """Wat u van dit huishouden mag zien, met bij elk deel waarom."""
        return antwoord(lambda: portal.dossier(wie, huishouden, doel, moment))

    return routes
