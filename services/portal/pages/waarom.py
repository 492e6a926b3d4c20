"""Why do I see this, or not: the decision with its checks, and the least that would open it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from infra.decider import NietBekend
from services.portal.pages.beeld import zichtbaar
from services.portal.pages.formulier import Afgewezen
from services.portal.pages.kader import Kader, nummer


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/huishoudens/{huishouden:uuid}/waarom")
    async def waarom(request: Request, huishouden: UUID) -> Response:
        sessie, vraag = kader.sessie(request), request.query_params
        over = [str(nummer(wie)) for wie in vraag.getlist("persoon")]
        if not over:
            raise NietBekend
        body = {
            "huishouden": str(huishouden), "persoon": over[0], "ook": over[1:],
            "herkomst": vraag.get("herkomst", ""), "onderwerp": vraag.get("onderwerp", ""),
        }  # fmt: skip
        h: dict[str, Any] = zichtbaar(
            await run_in_threadpool(kader.portal.kort, sessie.wie, huishouden)
        )
        try:
            uitleg = await kader.opdracht(sessie, "/vragen", body, uuid4().hex)
        except Afgewezen:  # an address that somebody changed
            raise NietBekend from None
        return kader.pagina(
            "waarom.html", sessie, h=h, uitleg=uitleg, over=over, herkomst=body["herkomst"],
            onderwerp=body["onderwerp"], open=uitleg["uitkomst"] in ("mag", "moet"),
            namen={
                str(wie["id"]): wie.get("persoonsnaam", "dit lid") for wie in h["leden"]
            } | {str(huishouden): "het huishouden"},
        )  # fmt: skip
