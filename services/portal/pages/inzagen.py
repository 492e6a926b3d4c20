"""Who looked, at what, why: for the privacy officer and the FG, per household."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from infra.auth import Rol
from infra.decider import NEDERLAND, NietBekend
from services.portal.pages.formulier import Sessie
from services.portal.pages.kader import Kader, nummer
from services.portal.woorden import woord

PER_BLAD = 100
_TOEZICHT = (Rol.PRIVACY_OFFICER, Rol.FG)
_VELDEN = ("huishouden", "persoon", "medewerker", "soort", "van", "tot")
_SOORTEN = [
    ("inzage", "gekeken of geweigerd"), ("uitleg", "vraag over de regels"),
    ("loginzage", "logboek gelezen"),
]  # fmt: skip


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/inzagen")
    async def inzagen(request: Request) -> Response:
        sessie = _toezicht(kader, request)
        velden = {naam: request.query_params.get(naam, "").strip() for naam in _VELDEN}
        regels: list[dict[str, Any]] = []
        huis = ""
        fouten = _fouten(velden)
        if velden["huishouden"] and not fouten:
            huis = str(nummer(velden["huishouden"]))
            pad = f"/huishoudens/{huis}/inzagen"
            regels = _blikken((await kader.lees(sessie, pad))["regels"])
        zien = [regel for regel in regels if _gevraagd(regel, velden)]
        blad, bladen, hier = blad_van(request, zien)
        gekozen = {naam: waarde for naam, waarde in velden.items() if waarde}
        return kader.pagina(
            "inzagen.html", sessie, 400 if fouten else 200, actief="/inzagen", waarden=velden,
            fouten=fouten, gezocht=bool(velden["huishouden"]) and not fouten, regels=hier,
            aantal=len(zien), alle=len(regels), soorten=_SOORTEN, blad=blad, bladen=bladen,
            tel=Counter(regel["is"] for regel in zien), verder=urlencode(gekozen),
            gemeente=sessie.wie.gemeente, huis=huis, personen=_personen(hier, huis),
        )  # fmt: skip

    @pages.get("/inzagen/uitvoer.json")
    async def uitvoer(request: Request) -> Response:
        sessie = _toezicht(kader, request)
        pad = f"/huishoudens/{nummer(request.query_params.get('huishouden', ''))}/inzagen/uitvoer"
        koppen = request.query_params.get("koppen", "")
        inhoud = await kader.lees(sessie, f"{pad}?{urlencode({'koppen': koppen})}")
        kop = {"Content-Disposition": 'attachment; filename="logboek-uitvoer.json"'}
        return JSONResponse(inhoud, headers=kop)


def _toezicht(kader: Kader, request: Request) -> Sessie:
    sessie = kader.sessie(request)
    if sessie.wie.rol not in _TOEZICHT:
        raise NietBekend
    return sessie


def _personen(regels: Iterable[Mapping[str, Any]], huishouden: str) -> set[str]:
    """Who is spoken of; what is about the household as such bears its number."""
    over = {persoon for regel in regels for *_, wie in regel["delen"] for persoon in wie}
    return over - {huishouden}


def _fouten(velden: Mapping[str, str]) -> dict[str, str]:
    fouten = {}
    if velden["huishouden"]:
        try:
            nummer(velden["huishouden"])
        except NietBekend:
            fouten["huishouden"] = "dit is geen nummer van een huishouden"
    for naam in ("van", "tot"):
        try:
            date.fromisoformat(velden[naam] or "2000-01-01")
        except ValueError:
            fouten[naam] = "dit is geen datum"
    return fouten


def _gevraagd(regel: Mapping[str, Any], velden: Mapping[str, str]) -> bool:
    """Whether a look is among those that were asked for; an empty field asks for all."""
    dag = datetime.fromisoformat(regel["tijdstip"]).astimezone(NEDERLAND).date().isoformat()
    wie = " ".join(str(regel[naam] or "") for naam in ("wie", "functie", "organisatie"))
    over = [persoon for *_, personen in regel["delen"] for persoon in personen]
    return (
        velden["soort"] in ("", regel["is"])
        and velden["medewerker"].lower() in wie.lower()
        and (not velden["persoon"] or any(p.startswith(velden["persoon"].lower()) for p in over))
        and (velden["van"] or dag) <= dag <= (velden["tot"] or dag)
    )


def _blikken(regels: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One look a row, newest first: a decision says it all, its lines per person repeat it. What
    asked for nothing and was refused nothing was no look."""
    blikken = [
        regel
        | {
            "is": _soort(regel),
            "delen": _per_onderwerp([*regel["gezien"], *regel["geweigerd"]]),
            "antwoorden": _antwoorden([*regel["gezien"], *regel["geweigerd"]]),
        }
        for regel in reversed(list(regels))
        if regel["soort"] == "besluit" or regel["handeling"] == "loginzage"
    ]
    return [b for b in blikken if b["is"] != "inzage" or b["delen"] or b["weigering"]]


def _soort(regel: Mapping[str, Any]) -> str:
    return regel["handeling"] if regel["handeling"] in ("loginzage", "uitleg") else "inzage"


def _per_onderwerp(
    delen: Iterable[dict[str, Any]],
) -> list[tuple[str, list[dict[str, Any]], list[str]]]:
    """Parts about the same thing, on the same ground, together; and whom they are about."""
    groepen: dict[tuple[str, str, str | None, str], list[dict[str, Any]]] = {}
    for deel in delen:
        soort = (deel["onderwerp"], deel["uitkomst"], deel["regel"], deel["code"])
        groepen.setdefault(soort, []).append(deel)
    return [
        (onderwerp, groep, list(dict.fromkeys(p for deel in groep for p in deel["betrokkenen"])))
        for (onderwerp, *_), groep in groepen.items()
    ]


def _antwoorden(delen: Sequence[Mapping[str, Any]]) -> str:
    """How often a look ahead was answered in which way: that something lacks is not a no."""
    tel = Counter(str(woord(deel["uitkomst"], "vooruitblik")) for deel in delen)
    return ", ".join(f"{aantal} keer ‘{zo[:1].lower()}{zo[1:]}’" for zo, aantal in tel.items())


def blad_van(
    request: Request, regels: Sequence[dict[str, Any]]
) -> tuple[int, int, Sequence[dict[str, Any]]]:
    """The part of a long list that is asked for: its number, how many there are, its rows."""
    bladen = max(1, -(-len(regels) // PER_BLAD))
    gevraagd = request.query_params.get("blad", "1")
    blad = min(int(gevraagd), bladen) if gevraagd.isascii() and gevraagd.isdigit() else 1
    blad = max(blad, 1)
    return blad, bladen, regels[(blad - 1) * PER_BLAD : blad * PER_BLAD]
