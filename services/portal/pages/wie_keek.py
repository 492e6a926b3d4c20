"""Who looked, for a resident: about herself or the one she speaks for; to read and to keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.formulier import Sessie
from services.portal.pages.inzagen import blad_van
from services.portal.pages.kader import Kader
from services.portal.woorden import WOORDEN, datum

_ONDERWERP = WOORDEN["onderwerp"]
_BESTANDEN = {"overzicht.json": "", "uitvoer.json": "/uitvoer"}
"""What can be kept: as it stands on the page, and with the proof that it is in the log."""


def routes(kader: Kader, pages: APIRouter) -> None:
    namens = "/huishoudens/{huishouden:uuid}/personen/{persoon:uuid}/wie-keek"

    @pages.get("/wie-keek")
    async def wie_keek(request: Request) -> Response:
        sessie = _inwoner(kader, request)
        return await toon(request, sessie, sessie.wie.actor.id, "/wie-keek", None)

    @pages.get("/wie-keek/{bestand}")
    async def bewaar(request: Request, bestand: str) -> Response:
        sessie = _inwoner(kader, request)
        return await geef(sessie, sessie.wie.actor.id, bestand)

    @pages.get(namens)
    async def wie_keek_namens(request: Request, huishouden: UUID, persoon: UUID) -> Response:
        sessie = _inwoner(kader, request)
        h = await kader.kort(sessie, huishouden)
        namen = {str(lid["id"]): lid.get("persoonsnaam") for lid in h["leden"]}
        naam = namen.get(str(persoon)) or "deze persoon"
        pad = f"/huishoudens/{huishouden}/personen/{persoon}/wie-keek"
        return await toon(request, sessie, persoon, pad, naam)

    @pages.get(namens + "/{bestand}")
    async def bewaar_namens(request: Request, persoon: UUID, bestand: str) -> Response:
        return await geef(_inwoner(kader, request), persoon, bestand)

    async def toon(
        request: Request, sessie: Sessie, persoon: UUID, pad: str, naam: str | None
    ) -> Response:
        zelf = request.query_params.get("ook") == "zelf"
        gelezen = await kader.lees(sessie, f"/personen/{persoon}/inzagen")
        regels = [
            regel | {"wat": [_ONDERWERP.get(wat, wat) for wat in regel["wat"]]}
            for regel in reversed(gelezen["regels"])
            if zelf or regel["wie"] != "uzelf"
        ]
        blad, bladen, hier = blad_van(request, _per_dag(regels))
        return kader.pagina(
            "wie_keek.html", sessie, actief="/wie-keek", zelf=zelf, regels=hier, blad=blad,
            bladen=bladen, pad=pad, naam=naam, gemeente=sessie.wie.gemeente,
        )  # fmt: skip

    async def geef(sessie: Sessie, persoon: UUID, bestand: str) -> Response:
        if bestand not in _BESTANDEN:
            raise NietBekend
        inhoud = await kader.lees(sessie, f"/personen/{persoon}/inzagen{_BESTANDEN[bestand]}")
        kop = {"Content-Disposition": f'attachment; filename="wie-keek-{bestand}"'}
        return JSONResponse(inhoud, headers=kop)


def _inwoner(kader: Kader, request: Request) -> Sessie:
    sessie = kader.sessie(request)
    if sessie.wie.rol is not Rol.INWONER:
        raise NietBekend
    return sessie


def _per_dag(regels: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same by the same person more than once on a day is one row with every time of it."""
    dagen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for regel in regels:
        zelfde = (
            datum(regel["tijdstip"]), regel["wie"], tuple(regel["wat"]), regel["waarvoor"],
            regel["waarom"], regel["grond"], regel["uitkomst"],
        )  # fmt: skip
        rij = dagen.setdefault(zelfde, {**regel, "dag": zelfde[0], "tijden": []})
        rij["tijden"].append(regel["tijdstip"])
    return list(dagen.values())
