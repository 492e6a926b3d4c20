"""The rules in plain Dutch: where data come from, what for, on which conditions and article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.portal.pages.kader import Kader
from services.portal.woorden import WOORDEN, woord

_VELD = {
    "wie": "wie", "doelen": "waarvoor", "regimes": "waar het vandaan komt",
    "onderwerpen": "waarover", "hoeden": "onder welke hoed", "uitkomst": "de uitkomst",
    "eist": "de voorwaarden", "artikel": "het artikel", "zin": "de zin",
    "zin_zonder": "de zin als een voorwaarde ontbreekt", "geldt_vanaf": "vanaf wanneer",
    "geldt_tot": "tot wanneer", "groep": "de groep", "eigen_regime": "alleen voor de eigen wet",
}  # fmt: skip

_SOORT = {
    "wie": "relatie", "doelen": "doel", "regimes": "regime", "onderwerpen": "onderwerp",
    "hoeden": "hoed", "uitkomst": "regeluitkomst",
}  # fmt: skip
"""Of the fields that hold codes, by which words people read them."""


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/regels")
    async def regels(request: Request) -> Response:
        sessie, vraag = kader.sessie(request), request.query_params
        gekozen = {
            naam: waarde
            for naam in ("van", "voor", "hash")
            if (waarde := vraag.get(naam, "").strip())
        }
        gelezen = await kader.lees(sessie, "/regels?" + urlencode(gekozen))
        vorige = _vorige(gelezen)
        return kader.pagina(
            "regels.html", sessie, actief="/regels", waarden=gekozen, gelezen=gelezen,
            groepen=per_herkomst(gelezen["regels"], gekozen), vorige=vorige,
            kort=not gekozen.keys() & {"van", "voor"} and "alles" not in vraag,
            regimes=list(WOORDEN["regime"].items()), doelen=list(WOORDEN["doel"].items()),
        )  # fmt: skip

    @pages.get("/regels/verschillen")
    async def verschillen(request: Request) -> Response:
        sessie, vraag = kader.sessie(request), request.query_params
        if not {"oud", "nieuw"} <= vraag.keys():
            return RedirectResponse("/regels", 303)  # there is the link to a difference
        gevraagd = {naam: vraag[naam] for naam in ("oud", "nieuw")}
        gelezen = await kader.lees(sessie, "/regels/verschillen?" + urlencode(gevraagd))
        anders = [
            een | {toen: in_woorden(een[toen]) for toen in ("oud", "nieuw")}
            for een in gelezen["anders"]
        ]
        return kader.pagina(
            "regelverschillen.html", sessie, actief="/regels", v=gelezen | {"anders": anders},
            veldnamen=_VELD,
        )  # fmt: skip


def in_woorden(regel: Mapping[str, Any]) -> dict[str, Any]:
    """A rule whose codes are words."""

    def zeg(waarde: Any, soort: str) -> Any:
        if isinstance(waarde, list):
            return [zeg(een, soort) for een in waarde]
        return "alle leefgebieden" if waarde == "leefgebieden" else woord(waarde, soort)

    return {
        naam: zeg(waarde, _SOORT[naam]) if naam in _SOORT else waarde
        for naam, waarde in regel.items()
    }


def per_herkomst(
    regels: Iterable[Mapping[str, Any]], gekozen: Mapping[str, str]
) -> list[tuple[str, list[tuple[tuple[str, ...], list[Mapping[str, Any]]]]]]:
    """Source → purposes → the rules that speak of them, in the order of the words people read."""
    groepen: dict[str, dict[tuple[str, ...], list[Mapping[str, Any]]]] = {}
    for regel in regels:
        doelen = tuple(doel for doel in regel["doelen"] if gekozen.get("voor", doel) == doel)
        for regime in regel["regimes"]:
            if doelen and gekozen.get("van", regime) == regime:
                groepen.setdefault(regime, {}).setdefault(doelen, []).append(regel)
    volgorde = [*WOORDEN["regime"], *groepen]
    return [
        (regime, list(groepen[regime].items())) for regime in sorted(groepen, key=volgorde.index)
    ]


def _vorige(gelezen: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The version before the one that is shown."""
    hashes = [versie["hash"] for versie in gelezen["versies"]]
    hier = hashes.index(gelezen["hash"]) if gelezen["hash"] in hashes else 0
    return gelezen["versies"][hier - 1] if hier else None
