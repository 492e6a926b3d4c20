"""What is so of somebody and changes who may see or decide: recorded one kind at a time, and ended.

Consent says which kinds are hers to record (`kan`) and what of those stands, without its texts; a
kind that is not hers has no form here. Custody is intake's, and the regisseur's to record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from events.begrippen import Leefgebied
from events.waarden import Gezagsuitkomst, Maatregelsoort, Vertegenwoordiging
from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.delen import ontvangers
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import GEDAAN, Kader
from services.portal.pages.nodig import WIJZEN
from services.portal.woorden import WOORDEN, leeftijd

GEZAG = "gezag"
VELDEN = {
    "maatregel": ("soort", "instelling", "kenmerk", "van", "tot"),
    "wilsonbekwaamheid": ("door", "toelichting", "van", "tot"),
    "vertegenwoordiger": ("persoon", "als", "kenmerk", "van", "tot"),
    "veiligheidshuiscasus": ("door", "toets", "van", "tot"),
    "doorbreking": ("afweging", "van", "tot"),
    "verwijzing": ("contact", "van", "tot"),
}
"""What a form asks, per kind of circumstance."""
_KEUZES = {
    "soorten": [(s.value, WOORDEN["maatregelsoort"][s]) for s in Maatregelsoort],
    "alsen": [(a.value, WOORDEN["vertegenwoordiging"][a]) for a in Vertegenwoordiging],
    "uitkomsten": [(u.value, WOORDEN["gezag"][u]) for u in Gezagsuitkomst],
    "leefgebieden": [(g.value, WOORDEN["onderwerp"][g]) for g in Leefgebied],
}
_LEEG = Formulier([])


def routes(kader: Kader, pages: APIRouter) -> None:
    pad = "/huishoudens/{huishouden:uuid}/personen/{persoon:uuid}/situatie"

    @pages.get(pad)
    async def situatie(request: Request, huishouden: UUID, persoon: UUID) -> Response:
        sessie = kader.sessie(request)
        vragen = request.query_params
        gedaan = GEDAAN.get(vragen.get("gedaan", ""))
        return await toon(sessie, huishouden, persoon, vragen.get("wat", ""), gedaan=gedaan)

    @pages.post(pad)
    async def leg_vast(request: Request, huishouden: UUID, persoon: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        naar, body = _opdracht(sessie, huishouden, persoon, velden)
        try:
            klaar = await kader.opdracht(sessie, naar, body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, huishouden, persoon, velden["wat"], velden, fout)
        hier = f"/huishoudens/{huishouden}/personen/{persoon}/situatie"
        return kader.naar(hier, "situatie", klaar)

    @pages.post(f"{pad}/{{record:uuid}}/einde")
    async def beeindig(request: Request, huishouden: UUID, persoon: UUID, record: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        naar, body = f"/vastleggingen/{record}/intrekking", {"huishouden": str(huishouden)}
        try:
            klaar = await kader.opdracht(sessie, naar, body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, huishouden, persoon, "", velden, fout)
        hier = f"/huishoudens/{huishouden}/personen/{persoon}/situatie"
        return kader.naar(hier, "situatie-einde", klaar)

    async def toon(
        sessie: Sessie, huishouden: UUID, persoon: UUID, wat: str, velden: Formulier = _LEEG,
        fout: Afgewezen | None = None, gedaan: str | None = None,
    ) -> Response:  # fmt: skip
        if sessie.wie.rol is not Rol.PROFESSIONAL:
            raise NietBekend
        bron = f"/huishoudens/{huishouden}/personen/{persoon}/situatie"
        gelezen = await kader.lees(sessie, bron)
        h = await kader.kort(sessie, huishouden, netwerk=True)
        eigen_melding = any(een["wat"] == "verwijzing" for een in gelezen["loopt"])
        bron = f"/huishoudens/{huishouden}/personen/{persoon}/verwijzingen"
        gemeld = await kader.lees(sessie, bron) if eigen_melding and not wat else None
        namen = {
            str(wie["id"]): naam
            for wie in (*h["leden"], *h["netwerk"])
            if isinstance(naam := wie.get("persoonsnaam", "dit lid"), str)
        }
        zelf = str(persoon)
        kan = list(gelezen["kan"])
        if _is_regisseur(sessie, h) and _kan_kind_zijn(zelf, h, kader.vandaag):
            kan.append(GEZAG)
        return kader.pagina(
            "situatie.html", sessie, 200 if fout is None else fout.status, h=h, persoon=zelf,
            naam=namen.get(zelf, "dit lid"), kan=kan, loopt=gelezen["loopt"], gedaan=gedaan,
            gemeld=gemeld, melders={str(p.id): f"{p.naam} ({p.organisatie})" for p in kader.staff},
            wat=wat if wat in kan else "", fout=fout,
            fouten=velden.fouten(fout, {"ontvanger": "aan", "gegevenDoor": "door"}),
            waarden=velden.waarden, sleutel=velden["sleutel"],
            gekozen=[*velden.alle("onderwerpen"), *velden.alle("houders")],
            anderen=[(wie, naam) for wie, naam in namen.items() if wie != zelf],
            iedereen=list(namen.items()), ontvangers=ontvangers(h), wijzen=WIJZEN,
            instellingen=sorted({d["deelnemer"]["organisatie"] for d in h["deelnemers"]
                                 if isinstance(d.get("deelnemer"), dict)}),
            geeft_uitkomst=sessie.wie.herkomst.regime == "veiligheidshuis", **_KEUZES,
        )  # fmt: skip


def _is_regisseur(sessie: Sessie, h: Mapping[str, Any]) -> bool:
    regie = h["regie"]
    return regie is not None and str(regie.get("medewerkerId")) == str(sessie.wie.actor.id)


def _kan_kind_zijn(persoon: str, h: Mapping[str, Any], vandaag: date) -> bool:
    """Whether custody over this member can matter: below 18, or of an age not known here."""
    geboren = (lid.get("geboortedatum") for lid in h["leden"] if str(lid["id"]) == persoon)
    jaren = leeftijd(next(geboren, None), vandaag)
    return not isinstance(jaren, int) or jaren < 18


def _opdracht(
    sessie: Sessie, huishouden: UUID, persoon: UUID, velden: Formulier
) -> tuple[str, dict[str, Any]]:
    """The command that a form stands for: where it goes, and what it says."""
    wie = {"huishouden": str(huishouden), "persoon": str(persoon)}
    wat = velden["wat"]
    if wat == GEZAG:
        pad = f"/huishoudens/{huishouden}/leden/{persoon}/gezag"
        return pad, {"uitkomst": velden["uitkomst"], "houders": velden.alle("houders")}
    if wat == "noodafspraak":
        return "/noodafspraken", wie | {
            "onderwerpen": velden.alle("onderwerpen"), "gegevenDoor": velden["door"],
            "wijze": velden["wijze"], "tot": velden.get("tot"),
        }  # fmt: skip
    inhoud: dict[str, Any] = {"wat": wat} | {n: velden.get(n) for n in VELDEN.get(wat, ())}
    if wat == "doorbreking":
        inhoud |= {
            "herkomst": sessie.wie.herkomst.code, "onderwerpen": velden.alle("onderwerpen"),
            "ontvanger": {"medewerker": velden["aan"]},
        }  # fmt: skip
    if wat == "verwijzing":
        inhoud["melder"] = str(sessie.wie.actor.id)
    return "/omstandigheden", wie | {"omstandigheid": inhoud}
