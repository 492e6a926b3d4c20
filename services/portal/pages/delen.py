"""May I see this, and what has to be recorded first: the question, a ground, a toestemming."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from events.begrippen import Leefgebied, herkomsten
from infra.auth import Rol
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import Kader
from services.portal.woorden import WOORDEN

_ONDERWERPEN = list(WOORDEN["onderwerp"].items())
_HERKOMSTEN = [
    (code, f"{row.naam} ({row.wet})")
    for code, row in herkomsten().items()
    if row.regime != "intern"
]
_LEEG = Formulier([])
_VELDEN = {"personen": "persoon", "regimes": "herkomst"}
"""The field in which what a service asks for is chosen."""


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/huishoudens/{huishouden:uuid}/vraag")
    async def vraagformulier(request: Request, huishouden: UUID) -> Response:
        sessie = kader.sessie(request)
        return await toon_vraag(sessie, huishouden, _LEEG)

    @pages.post("/huishoudens/{huishouden:uuid}/vraag")
    async def vraag(request: Request, huishouden: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        body = {
            "huishouden": str(huishouden), "persoon": velden["persoon"],
            "herkomst": velden["herkomst"], "onderwerp": velden["onderwerp"],
        }  # fmt: skip
        try:
            uitleg = await kader.opdracht(sessie, "/vragen", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon_vraag(sessie, huishouden, velden, fout=fout)
        return await toon_vraag(sessie, huishouden, velden, uitleg)

    @pages.post("/huishoudens/{huishouden:uuid}/grondslagen")
    async def leg_grondslag_vast(request: Request, huishouden: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        body = {
            "huishouden": str(huishouden), "personen": [velden["persoon"]],
            "doel": velden["doel"], "regimes": [_regime(velden["herkomst"])],
            "onderwerpen": [velden["onderwerp"]], "noodzaak": velden["noodzaak"],
        }  # fmt: skip
        try:
            klaar = await kader.opdracht(sessie, "/grondslagen", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon_vraag(sessie, huishouden, velden, fout=fout)
        return kader.naar(f"/huishoudens/{huishouden}", "grondslag", klaar)

    @pages.get("/huishoudens/{huishouden:uuid}/toestemming")
    async def toestemmingsformulier(request: Request, huishouden: UUID) -> Response:
        vooraf = Formulier(request.query_params.multi_items())
        sessie = kader.sessie(request)
        if sessie.wie.rol is Rol.INWONER and not vooraf["persoon"]:
            vooraf = Formulier([("persoon", str(sessie.wie.actor.id))])
        return await toon_toestemming(sessie, huishouden, vooraf)

    @pages.post("/huishoudens/{huishouden:uuid}/toestemming")
    async def geef_toestemming(request: Request, huishouden: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        zelf = sessie.wie.rol is Rol.INWONER
        body = {
            "huishouden": str(huishouden), "persoon": velden["persoon"], "doel": velden["doel"],
            "regimes": [_regime(velden["herkomst"])], "onderwerpen": velden.alle("onderwerpen"),
            "ontvanger": {"medewerker": velden["ontvanger"]}, "tot": velden.get("tot"),
            "gegevenDoor": str(sessie.wie.actor.id) if zelf else velden["gegevenDoor"],
            "wijze": "zelf, op de eigen pagina" if zelf else velden["wijze"],
        }  # fmt: skip
        try:
            klaar = await kader.opdracht(sessie, "/toestemmingen", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon_toestemming(sessie, huishouden, velden, fout)
        return kader.naar(f"/huishoudens/{huishouden}", "toestemming", klaar)

    async def kort(sessie: Sessie, huishouden: UUID) -> dict[str, Any]:
        d = await kader.kort(sessie, huishouden)
        d["personen"] = [
            (str(lid["id"]), lid.get("persoonsnaam", "lid zonder naam")) for lid in d["leden"]
        ]
        return d

    async def toon_vraag(
        sessie: Sessie, huishouden: UUID, velden: Formulier,
        uitleg: dict[str, Any] | None = None, fout: Afgewezen | None = None,
    ) -> Response:  # fmt: skip
        d = await kort(sessie, huishouden)
        regel = await _regel(sessie, uitleg)
        doelen = regel["doelen"] if "noodzaak" in regel["eist"] else []
        return kader.pagina(
            "vraag.html", sessie, 200 if fout is None else fout.status, h=d, uitleg=uitleg,
            fout=fout, fouten=velden.fouten(fout, _VELDEN | {"onderwerpen": "onderwerp"}),
            waarden=velden.waarden, sleutel=velden["sleutel"], herkomsten=_HERKOMSTEN,
            onderwerpen=_ONDERWERPEN, doelen=doelen or velden.alle("doel"),
        )  # fmt: skip

    async def _regel(sessie: Sessie, uitleg: dict[str, Any] | None) -> dict[str, Any]:
        """The rule that could open what was asked, when one step lacks."""
        if uitleg is not None and uitleg["uitkomst"] == "mag-na":
            for regel in (await kader.lees(sessie, "/regels"))["regels"]:
                if regel["id"] == uitleg["regel"]:
                    found: dict[str, Any] = regel
                    return found
        return {"doelen": [], "eist": []}

    async def toon_toestemming(
        sessie: Sessie, huishouden: UUID, velden: Formulier, fout: Afgewezen | None = None
    ) -> Response:
        d = await kort(sessie, huishouden)
        wie = dict(ontvangers(d)).get(velden["ontvanger"])
        doelen: list[dict[str, Any]] = []
        if wie is not None:
            pad = f"/huishoudens/{huishouden}/ontvangers/{velden['ontvanger']}/doelen"
            doelen = (await kader.lees(sessie, pad))["doelen"]
        uit = {regime for doel in doelen for regime in doel["regimes"]}
        return kader.pagina(
            "toestemming.html", sessie, 200 if fout is None else fout.status, h=d, fout=fout,
            fouten=velden.fouten(fout, _VELDEN), waarden=velden.waarden, ontvanger=wie,
            gekozen=velden.alle("onderwerpen"), sleutel=velden["sleutel"],
            persoon=dict(d["personen"]).get(velden["persoon"]), ontvangers=ontvangers(d),
            herkomsten=[
                (code, naam) for code, naam in _HERKOMSTEN if herkomsten()[code].regime in uit
            ],
            doelen=[(doel["doel"], WOORDEN["doel"][doel["doel"]]) for doel in doelen],
            leefgebieden=[(gebied.value, WOORDEN["onderwerp"][gebied]) for gebied in Leefgebied],
        )  # fmt: skip


def _regime(herkomst: str) -> str:
    """The regime data from a herkomst fall under; what is no herkomst is for the API to refuse."""
    row = herkomsten().get(herkomst)
    return herkomst if row is None else row.regime


def ontvangers(d: dict[str, Any]) -> list[tuple[str, str]]:
    """The regisseur and who works along, as far as this reader knows them."""
    gevonden: dict[str, str] = {}
    regie = d["regie"]
    if regie is not None and "medewerker" in regie:
        wie = regie["medewerker"]
        gevonden[str(regie["medewerkerId"])] = f"{wie['naam']}, regisseur ({wie['organisatie']})"
    for deelnemer in d["deelnemers"]:
        if deelnemer["geldt"] and isinstance(wie := deelnemer.get("deelnemer"), dict):
            gevonden.setdefault(
                str(deelnemer["id"]), f"{wie['naam']}, {wie['taak']} ({wie['organisatie']})"
            )
    return list(gevonden.items())
