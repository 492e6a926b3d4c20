"""Who looked, at what, why: for the privacy officer per household, for a resident about herself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.kader import Kader, nummer
from services.portal.woorden import WOORDEN, datum

PER_BLAD = 100
_TOEZICHT = (Rol.PRIVACY_OFFICER, Rol.FG)
_ONDERWERP = WOORDEN["onderwerp"]


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/inzagen")
    async def inzagen(request: Request) -> Response:
        sessie = kader.sessie(request)
        if sessie.wie.rol not in _TOEZICHT:
            raise NietBekend
        getypt = request.query_params.get("huishouden", "").strip()
        regels: list[dict[str, Any]] = []
        fouten: dict[str, str] = {}
        if getypt:
            try:
                pad = f"/huishoudens/{nummer(getypt)}/inzagen"
            except NietBekend:
                fouten["huishouden"] = "dit is geen nummer van een huishouden"
            else:
                regels = _blikken((await kader.lees(sessie, pad))["regels"])
        blad, bladen, hier = _blad(request, regels)
        return kader.pagina(
            "inzagen.html", sessie, 400 if fouten else 200, actief="/inzagen",
            waarden={"huishouden": getypt}, fouten=fouten, gezocht=bool(getypt) and not fouten,
            regels=hier, aantal=len(regels), blad=blad, bladen=bladen,
        )  # fmt: skip

    @pages.get("/wie-keek")
    async def wie_keek(request: Request) -> Response:
        sessie = kader.sessie(request)
        if sessie.wie.rol is not Rol.INWONER:
            raise NietBekend
        zelf = request.query_params.get("ook") == "zelf"
        gelezen = await kader.lees(sessie, f"/personen/{sessie.wie.actor.id}/inzagen")
        regels = [
            regel | {"wat": [_ONDERWERP.get(wat, wat) for wat in regel["wat"]]}
            for regel in reversed(gelezen["regels"])
            if zelf or regel["wie"] != "uzelf"
        ]
        blad, bladen, hier = _blad(request, _per_dag(regels))
        return kader.pagina(
            "wie_keek.html",
            sessie,
            actief="/wie-keek",
            zelf=zelf,
            regels=hier,
            blad=blad,
            bladen=bladen,
        )


def _blikken(regels: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One look a row, newest first: a decision says it all, its lines per person repeat it."""
    return [
        regel
        | {
            "delen": [
                *((True, *groep) for groep in _per_onderwerp(regel["gezien"])),
                *((False, *groep) for groep in _per_onderwerp(regel["geweigerd"])),
            ]
        }
        for regel in reversed(list(regels))
        if regel["soort"] == "besluit" or regel["handeling"] == "loginzage"
    ]


def _per_onderwerp(
    delen: Iterable[dict[str, Any]],
) -> list[tuple[str, list[dict[str, Any]], list[str]]]:
    """Parts about the same thing, on the same ground, together; and whom they are about."""
    groepen: dict[tuple[str, str | None, str], list[dict[str, Any]]] = {}
    for deel in delen:
        groepen.setdefault((deel["onderwerp"], deel["regel"], deel["code"]), []).append(deel)
    return [
        (onderwerp, groep, list(dict.fromkeys(p for deel in groep for p in deel["betrokkenen"])))
        for (onderwerp, _, _), groep in groepen.items()
    ]


def _per_dag(regels: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same look by the same person more than once on a day is one row that counts them."""
    dagen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for regel in regels:
        zelfde = (
            datum(regel["tijdstip"]), regel["wie"], tuple(regel["wat"]), regel["waarvoor"],
            regel["waarom"], regel["uitkomst"],
        )  # fmt: skip
        rij = dagen.setdefault(zelfde, regel | {"dag": zelfde[0], "keer": 0})
        rij["keer"] += 1
    return list(dagen.values())


def _blad(
    request: Request, regels: Sequence[dict[str, Any]]
) -> tuple[int, int, Sequence[dict[str, Any]]]:
    """The part of a long list that is asked for: its number, how many there are, its rows."""
    bladen = max(1, -(-len(regels) // PER_BLAD))
    gevraagd = request.query_params.get("blad", "1")
    blad = min(int(gevraagd), bladen) if gevraagd.isascii() and gevraagd.isdigit() else 1
    blad = max(blad, 1)
    return blad, bladen, regels[(blad - 1) * PER_BLAD : blad * PER_BLAD]
