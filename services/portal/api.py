"""Reading over HTTP. Endpoints that wait are async and hold no thread while they do."""

from __future__ import annotations

import asyncio
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic_core import to_json

from events.waarden import Doel
from infra.decider import utc
from infra.positions import Positie
from infra.web import Wie
from services.portal.application import NogNietBijgewerkt, Portal

WACHT = 5.0
"""Seconds a reader waits for her own change at most."""


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


async def wacht_op(portal: Portal, token: str | None) -> None:
    """Wait until everything a command did can be seen.

    Raises RequestValidationError for no token of ours, NogNietBijgewerkt after WACHT seconds.
    """
    if token is None:
        return
    try:
        na = Positie.parse(token)
    except ValueError:
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("query", "naPositie"), "msg": "is geen positie"}]
        ) from None
    pause, left = 0.002, WACHT
    while not await run_in_threadpool(portal.reached, na):
        if left <= 0:
            raise NogNietBijgewerkt
        await asyncio.sleep(pause)
        left -= pause
        pause = min(pause * 2, 0.1)


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
    async def mijn_huishoudens(
        wie: Wie, na_positie: Annotated[str | None, Query(alias="naPositie", max_length=200)] = None
    ) -> Response:
        """De huishoudens waarin u een taak heeft, of waartoe u behoort."""
        await wacht_op(portal, na_positie)
        return await run_in_threadpool(antwoord, lambda: portal.mijn_huishoudens(wie))

    @routes.get(
        "/dossiers/{huishouden}", summary="Dossier van een huishouden", operation_id="dossier",
        response_model=Dossier,
    )  # fmt: skip
    async def dossier(
        huishouden: UUID,
        wie: Wie,
        doel: Annotated[
            Doel | None, Query(description="Volgt uit uw taak als u niets zegt.")
        ] = None,
        moment: Annotated[
            AwareDatetime | None, Query(description="Het dossier zoals het toen was vastgelegd.")
        ] = None,
        na_positie: Annotated[str | None, Query(alias="naPositie", max_length=200)] = None,
    ) -> Response:
        """Wat u van dit huishouden mag zien, met bij elk deel waarom."""
        await wacht_op(portal, na_positie)
        toen: datetime | None = None if moment is None else utc(moment)
        return await run_in_threadpool(
            antwoord, lambda: portal.dossier(wie, huishouden, doel, toen)
        )

    return routes
