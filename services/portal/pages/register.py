"""The register of processing activities, for everybody signed in; whether the log adds up."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.formulier import Afgewezen, Sessie
from services.portal.pages.kader import Kader


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/verwerkingsregister")
    async def register(request: Request) -> Response:
        sessie = kader.sessie(request)
        boek = await kader.lees(sessie, "/verwerkingsregister")
        return kader.pagina(
            "register.html", sessie, actief="/verwerkingsregister",
            activiteiten=sorted(boek["activiteiten"], key=lambda a: a["versie"]["name"]),
            rollen=boek["rollen"],
        )  # fmt: skip

    @pages.get("/verwerkingsregister/{activiteit}/versies/{versie}")
    async def versie(request: Request, activiteit: str, versie: str) -> Response:
        sessie = kader.sessie(request)
        if not (re.fullmatch("[a-z-]+", activiteit) and re.fullmatch("[0-9]{1,6}", versie)):
            raise NietBekend
        pad = f"/verwerkingsregister/{activiteit}/versies/{versie}"
        gevonden = await kader.lees(sessie, pad)
        return kader.pagina("register_versie.html", sessie, v=gevonden, id=activiteit)

    @pages.get("/inzagen/volledigheid")
    async def volledigheid(request: Request) -> Response:
        sessie = _toezicht(kader.sessie(request))
        return await toon(sessie, gedaan=request.query_params.get("gedaan") == "controle")

    @pages.post("/inzagen/volledigheid")
    async def controleer(request: Request) -> Response:
        sessie, velden = await kader.formulier(request)
        _toezicht(sessie)
        try:
            await kader.opdracht(sessie, "/logboek/volledigheid/controle", {}, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, fout=fout)
        return RedirectResponse("/inzagen/volledigheid?gedaan=controle", 303)

    async def toon(
        sessie: Sessie, fout: Afgewezen | None = None, *, gedaan: bool = False
    ) -> Response:
        stand = await kader.lees(sessie, "/logboek/volledigheid")
        return kader.pagina(
            "volledigheid.html", sessie, 200 if fout is None else fout.status, actief="/inzagen",
            stand=stand, gedaan=gedaan, fout=fout,
        )  # fmt: skip


def _toezicht(sessie: Sessie) -> Sessie:
    """Raises NietBekend."""
    if sessie.wie.rol not in (Rol.PRIVACY_OFFICER, Rol.FG):
        raise NietBekend
    return sessie
