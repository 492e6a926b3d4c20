"""What one recorded here oneself, or can take back: seen, and ended with one button."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.delen import ontvangers
from services.portal.pages.formulier import Afgewezen, Sessie
from services.portal.pages.kader import GEDAAN, Kader


def routes(kader: Kader, pages: APIRouter) -> None:
    pad = "/huishoudens/{huishouden:uuid}/vastgelegd"

    @pages.get(pad)
    async def vastgelegd(request: Request, huishouden: UUID) -> Response:
        gedaan = GEDAAN.get(request.query_params.get("gedaan", ""))
        return await toon(kader.sessie(request), huishouden, gedaan=gedaan)

    @pages.post(f"{pad}/{{record:uuid}}/intrekking")
    async def trek_in(request: Request, huishouden: UUID, record: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        naar, body = f"/vastleggingen/{record}/intrekking", {"huishouden": str(huishouden)}
        try:
            klaar = await kader.opdracht(sessie, naar, body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, huishouden, fout=fout)
        return kader.naar(f"/huishoudens/{huishouden}/vastgelegd", "intrekking", klaar)

    async def toon(
        sessie: Sessie, huishouden: UUID, fout: Afgewezen | None = None, gedaan: str | None = None
    ) -> Response:
        if sessie.wie.rol not in (Rol.INWONER, Rol.PROFESSIONAL):
            raise NietBekend
        gelezen = await kader.lees(sessie, f"/huishoudens/{huishouden}/vastleggingen")
        h = await kader.kort(sessie, huishouden)
        namen = dict(ontvangers(h)) | {
            str(lid["id"]): lid.get("persoonsnaam", "iemand uit dit huishouden")
            for lid in h["leden"]
        }
        return kader.pagina(
            "vastgelegd.html", sessie, 200 if fout is None else fout.status, h=h, namen=namen,
            records=gelezen["vastleggingen"], gedaan=gedaan, fout=fout,
        )  # fmt: skip
