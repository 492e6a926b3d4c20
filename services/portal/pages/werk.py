"""What waits for beslisser, privacy officer, FG and duty manager, and doing it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from events.toezicht import Beperkingsgrond
from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import GEDAAN, Kader
from services.portal.woorden import WOORDEN, datum

ROLLEN = (Rol.BESLISSER, Rol.PRIVACY_OFFICER, Rol.FG, Rol.DIENSTLEIDER)
_LEEG = Formulier([])
_TEKSTEN = (
    "weging", "doeleinden", "categorieen", "waarborgen", "verantwoordelijken", "opslag", "risicos",
    "mededeling",
)  # fmt: skip
_NIEMAND = "Er is niet precies één persoon met dit nummer. Kijk het na, of neem het hele nummer."
_GRONDEN = [(g.value, WOORDEN["beperkingsgrond"][g.value]) for g in Beperkingsgrond]


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/werk")
    async def werk(request: Request) -> Response:
        sessie = _van(kader.sessie(request), *ROLLEN)
        await kader.wacht(request)
        return await toon(sessie, gedaan=GEDAAN.get(request.query_params.get("gedaan", "")))

    @pages.post("/werk/taken/{taak:uuid}")
    async def klaar(request: Request, taak: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        _van(sessie, *ROLLEN)
        pad, body = f"/taken/{taak}/afhandeling", {"uitkomst": velden["uitkomst"]}
        return await doe(sessie, velden, pad, body, "taak", bij=taak)

    @pages.post("/werk/aantekeningen")
    async def noteer(request: Request) -> Response:
        sessie, velden = await kader.formulier(request)
        _van(sessie, Rol.FG)
        body = {"tekst": velden["tekst"], "uiterlijk": velden.get("uiterlijk")}
        return await doe(sessie, velden, "/aantekeningen", body, "aantekening")

    @pages.get("/werk/advies/{over:uuid}")
    async def advies(request: Request, over: UUID) -> Response:
        sessie = _van(kader.sessie(request), *ROLLEN[:3])
        await kader.wacht(request)
        return await toon_adviezen(sessie, over, GEDAAN.get(request.query_params.get("gedaan", "")))

    @pages.post("/werk/advies/{over:uuid}")
    async def adviseer(request: Request, over: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        _van(sessie, Rol.FG)
        body = {"over": str(over), "advies": velden["advies"]}
        try:
            gedaan = await kader.opdracht(sessie, "/adviezen", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon_adviezen(sessie, over, velden=velden, fout=fout)
        return kader.naar(f"/werk/advies/{over}", "advies", gedaan)

    @pages.get("/werk/beperking")
    async def nieuwe_beperking(request: Request) -> Response:
        sessie = _van(kader.sessie(request), Rol.PRIVACY_OFFICER)
        over = request.query_params.get("persoon", "")
        return toon_beperkingsformulier(sessie, Formulier([("persoon", over)]))

    @pages.post("/werk/beperking")
    async def stel_beperking_voor(request: Request) -> Response:
        sessie, velden = await kader.formulier(request)
        _van(sessie, Rol.PRIVACY_OFFICER)
        body = {naam: velden[naam] for naam in (*_TEKSTEN, "persoon", "herzienOp", "tot")} | {
            "gronden": velden.alle("gronden"),
            "toepassingsgebied": {
                "medewerkers": velden.alle("medewerkers"), "van": velden["van"],
                "organisaties": [o for o in [velden.get("organisatie")] if o],
            },
        }  # fmt: skip
        try:
            gedaan = await kader.opdracht(sessie, "/beperkingen", body, velden["sleutel"])
        except Afgewezen as fout:
            if fout.status == 404:
                fout = Afgewezen(404, _NIEMAND, fout.code, {"persoon": "niet te vinden"})
            return toon_beperkingsformulier(sessie, velden, fout)
        return kader.naar(f"/werk/beperking/{gedaan['id']}", "beperking", gedaan)

    @pages.get("/werk/beperking/{beperking:uuid}")
    async def een_beperking(request: Request, beperking: UUID) -> Response:
        sessie = _van(kader.sessie(request), *ROLLEN[:3])
        await kader.wacht(request)
        gedaan = GEDAAN.get(request.query_params.get("gedaan", ""))
        return await toon_beperking(sessie, beperking, gedaan=gedaan)

    @pages.post("/werk/beperking/{beperking:uuid}/{stap}")
    async def beslis_beperking(request: Request, beperking: UUID, stap: str) -> Response:
        sessie, velden = await kader.formulier(request)
        _van(sessie, Rol.BESLISSER)
        if stap not in ("besluit", "einde"):
            raise NietBekend
        body = {} if stap == "besluit" else {"reden": velden["reden"]}
        pad = f"/beperkingen/{beperking}/{stap}"
        try:
            gedaan = await kader.opdracht(sessie, pad, body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon_beperking(sessie, beperking, fout=fout, velden=velden)
        return kader.naar(f"/werk/beperking/{beperking}", f"beperking-{stap}", gedaan)

    @pages.get("/werk/noodzoekingen")
    async def noodzoekingen(request: Request) -> Response:
        sessie = _van(kader.sessie(request), *ROLLEN)
        gevonden = await kader.lees(sessie, "/noodzoekingen")
        return kader.pagina("noodzoekingen.html", sessie, actief="/werk", gevonden=gevonden)

    @pages.get("/werk/afwijkingen")
    async def afwijkingen(request: Request) -> Response:
        sessie = _van(kader.sessie(request), *ROLLEN[:3])
        await kader.wacht(request)
        return await toon_afwijkingen(sessie, _LEEG)

    @pages.post("/werk/afwijkingen/{stap}")
    async def stel_afwijkingen_in(request: Request, stap: str) -> Response:
        sessie, velden = await kader.formulier(request)
        _van(sessie, Rol.BESLISSER)
        vragen = {"instelling": ("doel", "instemming", "instemmingOp", "van", "tot"),
                  "einde": ("reden",)}  # fmt: skip
        if stap not in vragen:
            raise NietBekend
        body = {naam: velden[naam] for naam in vragen[stap]}
        try:
            klaar = await kader.opdracht(sessie, f"/afwijkingen/{stap}", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon_afwijkingen(sessie, velden, fout)
        return kader.naar("/werk", "afwijkingen", klaar)

    async def toon_afwijkingen(
        sessie: Sessie, velden: Formulier, fout: Afgewezen | None = None
    ) -> Response:
        gevonden: dict[str, Any] | None = None
        uit = ""
        if sessie.wie.rol is not Rol.BESLISSER:
            try:
                gevonden = await kader.lees(sessie, "/afwijkingen")
            except Afgewezen as waarom:
                uit = waarom.zin
        return kader.pagina(
            "afwijkingen.html", sessie, 200 if fout is None else fout.status, actief="/werk",
            gevonden=gevonden, uit=uit, fout=fout, fouten=velden.fouten(fout, {}, ("doel",)),
            waarden=velden.waarden, sleutel=velden["sleutel"],
        )  # fmt: skip

    async def doe(
        sessie: Sessie, velden: Formulier, pad: str, body: dict[str, Any], gedaan: str,
        bij: UUID | None = None,
    ) -> Response:  # fmt: skip
        try:
            klaar = await kader.opdracht(sessie, pad, body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, fout=fout, velden=velden, bij=bij)
        return kader.naar("/werk", gedaan, klaar)

    async def toon(
        sessie: Sessie, gedaan: str | None = None, fout: Afgewezen | None = None,
        velden: Formulier = _LEEG, bij: UUID | None = None,
    ) -> Response:  # fmt: skip
        rol = sessie.wie.rol
        taken = (await kader.lees(sessie, "/taken"))["taken"]
        for taak in taken:
            taak["termijn"], taak["laat"] = termijn(taak["uiterlijk"], kader.vandaag)
        nood = (await kader.lees(sessie, "/noodtoegangen"))["noodtoegangen"]
        beperkingen = eigen = []
        if rol is not Rol.DIENSTLEIDER:
            beperkingen = (await kader.lees(sessie, "/beperkingen"))["beperkingen"]
        if rol is Rol.FG:
            eigen = (await kader.lees(sessie, "/aantekeningen"))["aantekeningen"]
        return kader.pagina(
            "werk.html", sessie, 200 if fout is None else fout.status, actief="/werk", taken=taken,
            nood=nood[:20], beperkingen=beperkingen, stukken={stuk["id"]: stuk for stuk in eigen},
            gedaan=gedaan, fout=fout, fouten=velden.fouten(fout, {}, ("uitkomst",)),
            waarden=velden.waarden, sleutel=velden["sleutel"],
            bij=None if bij is None else str(bij),
        )  # fmt: skip

    def toon_beperkingsformulier(
        sessie: Sessie, velden: Formulier, fout: Afgewezen | None = None
    ) -> Response:
        medewerkers = [(str(p.id), f"{p.naam} ({p.organisatie})") for p in kader.staff
                       if p.rol is not Rol.INWONER]  # fmt: skip
        return kader.pagina(
            "beperking_nieuw.html", sessie, 200 if fout is None else fout.status, actief="/werk",
            fout=fout,
            fouten=velden.fouten(fout, {"toepassingsgebied": "van"}, ("persoon",)),
            waarden=velden.waarden, sleutel=velden["sleutel"], gronden=_GRONDEN,
            gekozen=velden.alle("gronden") + velden.alle("medewerkers"), medewerkers=medewerkers,
        )  # fmt: skip

    async def toon_adviezen(
        sessie: Sessie, over: UUID, gedaan: str | None = None, velden: Formulier = _LEEG,
        fout: Afgewezen | None = None,
    ) -> Response:  # fmt: skip
        gelezen = await kader.lees(sessie, f"/adviezen/{over}")
        return kader.pagina(
            "werk_advies.html", sessie, 200 if fout is None else fout.status, actief="/werk",
            over=over, adviezen=gelezen["adviezen"], gedaan=gedaan, fout=fout,
            fouten=velden.fouten(fout, {}), waarden=velden.waarden, sleutel=velden["sleutel"],
        )  # fmt: skip

    async def toon_beperking(
        sessie: Sessie, nummer: UUID, gedaan: str | None = None, fout: Afgewezen | None = None,
        velden: Formulier = _LEEG,
    ) -> Response:  # fmt: skip
        b = await kader.lees(sessie, f"/beperkingen/{nummer}")
        namen = {str(p.id): p.naam for p in kader.staff if p.rol is not Rol.INWONER}
        return kader.pagina(
            "beperking.html", sessie, 200 if fout is None else fout.status, actief="/werk", b=b,
            gedaan=gedaan, fout=fout, fouten=velden.fouten(fout, {}), namen=namen,
            waarden=velden.waarden, sleutel=velden["sleutel"], gronden=dict(_GRONDEN),
        )  # fmt: skip


def termijn(uiterlijk: str | None, vandaag: date) -> tuple[str, bool]:
    """A deadline in words, and whether it has passed."""
    if uiterlijk is None:
        return "zonder termijn", False
    dag = date.fromisoformat(uiterlijk)
    over = (dag - vandaag).days
    wanneer = datum(uiterlijk)
    if over < 0:
        return f"{-over} {'dag' if over == -1 else 'dagen'} te laat (uiterlijk {wanneer})", True
    if over == 0:
        return "vandaag", False
    if over == 1:
        return f"uiterlijk morgen, {wanneer}", False
    return f"nog {over} dagen, uiterlijk {wanneer}", False


def _van(sessie: Sessie, *rollen: Rol) -> Sessie:
    """Raises NietBekend for whom the page does not exist."""
    if sessie.wie.rol not in rollen:
        raise NietBekend
    return sessie
