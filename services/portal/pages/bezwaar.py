"""A resident objects to a ground that a professional recorded: she cannot withdraw it (AVG 21)."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import Kader
from services.portal.woorden import WOORDEN


def routes(kader: Kader, pages: APIRouter) -> None:
    pad = "/huishoudens/{huishouden:uuid}/bezwaar"

    @pages.get(pad)
    async def bezwaar(request: Request, huishouden: UUID) -> Response:
        velden = Formulier(request.query_params.multi_items())
        return await toon(kader.sessie(request), huishouden, velden)

    @pages.post(pad)
    async def maak_bezwaar(request: Request, huishouden: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        body = {
            "huishouden": str(huishouden), "persoon": velden["persoon"], "doel": velden["doel"],
            "regimes": velden.alle("regimes"), "onderwerpen": velden.alle("onderwerpen"),
            "reden": velden["reden"],
        }  # fmt: skip
        try:
            klaar = await kader.opdracht(sessie, "/bezwaren", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, huishouden, velden, fout)
        return kader.naar(f"/huishoudens/{huishouden}", "bezwaar", klaar)

    async def toon(
        sessie: Sessie, huishouden: UUID, velden: Formulier, fout: Afgewezen | None = None
    ) -> Response:
        if sessie.wie.rol is not Rol.INWONER or velden["doel"] not in WOORDEN["doel"]:
            raise NietBekend
        h = await kader.kort(sessie, huishouden)
        namen = {str(lid["id"]): lid.get("persoonsnaam", "dit lid") for lid in h["leden"]}
        if velden["persoon"] not in namen:
            raise NietBekend
        return kader.pagina(
            "bezwaar.html", sessie, 200 if fout is None else fout.status, h=h, fout=fout,
            naam=namen[velden["persoon"]], waarden=velden.waarden, sleutel=velden["sleutel"],
            regimes=velden.alle("regimes"), onderwerpen=velden.alle("onderwerpen"),
            fouten=velden.fouten(fout, {}),
        )  # fmt: skip
