"""Emergency access, at night on a phone: confirm, say why, find one household, and go in.

Afterwards the same number leads everybody to what is theirs to do: account, preparation, verdict.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from events.toezicht import Noodcategorie
from infra.auth import Aangemeld, Rol
from infra.decider import NietBekend
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import COOKIE, GEDAAN, Kader
from services.portal.pages.kader import nummer as huisnummer
from services.portal.woorden import WOORDEN

_LEEG = Formulier([])
_BEVESTIGD = timedelta(minutes=15)
_STAPPEN = {
    "verslag": ("verslag",), "voorbereiding": ("advies",), "oordeel": ("uitkomst", "motivering"),
    "einde": (), "vrijgave": ("reden",), "openstelling": ("reden",),
}  # fmt: skip
"""What can be done about an emergency access, with the fields that it asks."""
_ZOEK = ("naam", "geboortedatum", "postcode", "huisnummer")
_VELDEN = ("categorie", "reden", *_ZOEK)
_ZOEKWOORD = {"naam": "de naam", "geboortedatum": "de geboortedatum", "postcode": "de postcode",
              "huisnummer": "het huisnummer"}  # fmt: skip
_CATEGORIEEN = [(c.value, WOORDEN["noodcategorie"][c.value]) for c in Noodcategorie]


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/noodtoegang")
    async def formulier(request: Request) -> Response:
        return await toon(_aangewezen(kader.sessie(request)), _LEEG)

    @pages.post("/noodtoegang/bevestigen")
    async def bevestig(request: Request) -> Response:
        """In the demo a button; elsewhere the identity provider asks for a second means."""
        sessie, velden = await kader.formulier(request)
        _aangewezen(sessie)
        if not kader.demo:
            raise NietBekend
        token = kader.tokens.confirm(sessie.token, kader.now())
        response: Response = RedirectResponse("/noodtoegang", 303)
        if any(velden[naam] for naam in _VELDEN):  # not through an address: it is about people
            response = await toon(kader.sessie_van(token), velden)
        response.set_cookie(
            COOKIE, token, httponly=True,
            samesite="strict", secure=request.url.scheme == "https", path="/",
        )  # fmt: skip
        return response

    @pages.post("/noodtoegang")
    async def neem(request: Request) -> Response:
        sessie, velden = await kader.formulier(request)
        _aangewezen(sessie)
        body = {naam: velden.get(naam) for naam in _VELDEN}
        try:
            klaar = await kader.opdracht(sessie, "/noodtoegangen", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, velden, fout)
        if klaar["huishouden"] is None:
            return await toon(sessie, velden, niets=True)
        return kader.naar(f"/huishoudens/{klaar['huishouden']}", "nood", klaar)

    @pages.get("/noodtoegang/{noodtoegang:uuid}")
    async def een(request: Request, noodtoegang: UUID) -> Response:
        sessie = kader.sessie(request)
        await kader.wacht(request)
        gedaan = GEDAAN.get(request.query_params.get("gedaan", ""))
        basis = str(request.base_url)
        return await toon_een(sessie, noodtoegang, gedaan=gedaan, basis=basis)

    @pages.get("/noodtoegang/{noodtoegang:uuid}/openstellen")
    async def openstellen(request: Request, noodtoegang: UUID) -> Response:
        return await toon_openstellen(kader.sessie(request), noodtoegang)

    @pages.post("/noodtoegang/{noodtoegang:uuid}/{stap}")
    async def doe(request: Request, noodtoegang: UUID, stap: str) -> Response:
        sessie, velden = await kader.formulier(request)
        if stap not in _STAPPEN:
            raise NietBekend
        body = {naam: velden[naam] for naam in _STAPPEN[stap]}
        pad = f"/noodtoegangen/{noodtoegang}/{stap}"
        try:
            klaar = await kader.opdracht(sessie, pad, body, velden["sleutel"])
        except Afgewezen as fout:
            if stap == "openstelling":
                return await toon_openstellen(sessie, noodtoegang, fout, velden)
            basis = str(request.base_url)
            return await toon_een(sessie, noodtoegang, fout=fout, velden=velden, basis=basis)
        naar = f"/noodtoegang/{noodtoegang}"
        if stap == "openstelling":
            naar = f"/huishoudens/{huisnummer(velden['huishouden'])}"
        return kader.naar(naar, f"nood-{stap}", klaar)

    async def toon(
        sessie: Sessie, velden: Formulier, fout: Afgewezen | None = None, *, niets: bool = False
    ) -> Response:
        eigen = (await kader.lees(sessie, "/noodtoegangen"))["noodtoegangen"]
        nu = kader.now()
        bevestigd = sessie.wie.bevestigd is not None and nu - sessie.wie.bevestigd < _BEVESTIGD
        return kader.pagina(
            "nood.html", sessie, 200 if fout is None else fout.status, actief="/noodtoegang",
            bevestigd=bevestigd, fout=fout, fouten=_fouten(velden, fout), niets=niets,
            waarden=velden.waarden, sleutel=velden["sleutel"], categorieen=_CATEGORIEEN,
            mee=[(naam, velden[naam]) for naam in _VELDEN if velden[naam]],
            open=[een | {"over": over(een, nu)} for een in eigen if over(een, nu)],
            zonder_verslag=[een for een in eigen if not een["verantwoord"]],
        )  # fmt: skip

    async def toon_openstellen(
        sessie: Sessie, nummer: UUID, fout: Afgewezen | None = None, velden: Formulier = _LEEG
    ) -> Response:
        if sessie.wie.rol is not Rol.PROFESSIONAL or sessie.wie.herkomst.geheimhouder is None:
            raise NietBekend
        n = await kader.lees(sessie, f"/noodtoegangen/{nummer}/openstelling")
        return kader.pagina(
            "nood_openstellen.html", sessie, 200 if fout is None else fout.status, nummer=nummer,
            n=n, over=over(n, kader.now()), fout=fout, fouten=velden.fouten(fout, {}),
            waarden=velden.waarden, sleutel=velden["sleutel"],
        )  # fmt: skip

    async def toon_een(
        sessie: Sessie, nummer: UUID, gedaan: str | None = None, fout: Afgewezen | None = None,
        velden: Formulier = _LEEG, *, basis: str,
    ) -> Response:  # fmt: skip
        n = await kader.lees(sessie, f"/noodtoegangen/{nummer}")
        return kader.pagina(
            "nood_een.html", sessie, 200 if fout is None else fout.status, n=n, gedaan=gedaan,
            fout=fout, fouten=velden.fouten(fout, {}),
            waarden=velden.waarden, sleutel=velden["sleutel"], basis=basis,
            over=over(n, kader.now()), zelf=str(sessie.wie.actor.id) == n["medewerker"],
        )  # fmt: skip


def _fouten(velden: Formulier, fout: Afgewezen | None) -> dict[str, str]:
    """What is wrong by field; how she searched as a whole is told at the field that lacks."""
    fouten = velden.fouten(fout, {})
    if fouten.pop("", None) is None:
        return fouten
    gevuld = {naam for naam in _ZOEK if velden[naam]}
    for samen in (_ZOEK[:2], _ZOEK[2:]):
        if len(gevuld) == 1 and gevuld < set(samen):
            (leeg,) = set(samen) - gevuld
            (een,) = gevuld
            return fouten | {leeg: f"vul dit ook in, of maak {_ZOEKWOORD[een]} leeg"}
    if gevuld:
        return fouten | {"naam": "zoek op naam en geboortedatum of op adres, niet op allebei"}
    return fouten | {"naam": "vul naam en geboortedatum in, of postcode en huisnummer"}


def over(noodtoegang: dict[str, Any], nu: datetime) -> str:
    """How long it is still open, in words; empty when it has closed."""
    rest = datetime.fromisoformat(noodtoegang["tot"]) - nu
    minuten = int(rest.total_seconds() // 60) + 1
    if rest <= timedelta():
        return ""
    uren, minuten = divmod(minuten, 60)
    uur = f"{uren} uur" if uren else ""
    minuut = f"{minuten} {'minuut' if minuten == 1 else 'minuten'}" if minuten else ""
    return " en ".join(deel for deel in (uur, minuut) if deel)


async def hier_open(kader: Kader, sessie: Sessie, huishouden: UUID) -> dict[str, Any] | None:
    """Her own emergency access to this household that is open now, for the banner."""
    for een in (await kader.lees(sessie, "/noodtoegangen"))["noodtoegangen"]:
        if een["huishouden"] == str(huishouden) and (rest := over(een, kader.now())):
            found: dict[str, Any] = een | {"over": rest}
            return found
    return None


def mag_nood(wie: Aangemeld) -> bool:
    """Whether the way to emergency access is shown to her."""
    return wie.rol is Rol.PROFESSIONAL and wie.nood


def _aangewezen(sessie: Sessie) -> Sessie:
    """Raises NietBekend."""
    if not mag_nood(sessie.wie):
        raise NietBekend
    return sessie
