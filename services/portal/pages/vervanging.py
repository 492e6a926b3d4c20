"""Who does one's own task with one or in one's place: named, and ended. It asks no consent."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from events.begrippen import herkomst
from events.waarden import Vervangingsoort
from infra.auth import Aangemeld, Rol
from infra.decider import NietBekend
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import GEDAAN, Kader
from services.portal.woorden import WOORDEN

_LEEG = Formulier([])
_SOORTEN = [(s.value, WOORDEN["vervangingsoort"][s]) for s in Vervangingsoort]


def routes(kader: Kader, pages: APIRouter) -> None:
    pad = "/huishoudens/{huishouden:uuid}/vervanging"

    @pages.get(pad)
    async def vervanging(request: Request, huishouden: UUID) -> Response:
        sessie = kader.sessie(request)
        gedaan = GEDAAN.get(request.query_params.get("gedaan", ""))
        return await toon(sessie, huishouden, gedaan=gedaan)

    @pages.post(pad)
    async def wijs_aan(request: Request, huishouden: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        body = {
            "huishouden": str(huishouden), "medewerker": velden["medewerker"],
            "soort": velden["soort"], "van": velden["van"], "tot": velden.get("tot"),
        }  # fmt: skip
        try:
            klaar = await kader.opdracht(sessie, "/vervangers", body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, huishouden, velden, fout)
        return kader.naar(f"/huishoudens/{huishouden}/vervanging", "vervanging", klaar)

    @pages.post(f"{pad}/{{record:uuid}}/einde")
    async def beeindig(request: Request, huishouden: UUID, record: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        naar, body = f"/vastleggingen/{record}/intrekking", {"huishouden": str(huishouden)}
        try:
            klaar = await kader.opdracht(sessie, naar, body, velden["sleutel"])
        except Afgewezen as fout:
            return await toon(sessie, huishouden, velden, fout)
        return kader.naar(f"/huishoudens/{huishouden}/vervanging", "vervanging-einde", klaar)

    async def toon(
        sessie: Sessie, huishouden: UUID, velden: Formulier = _LEEG, fout: Afgewezen | None = None,
        gedaan: str | None = None,
    ) -> Response:  # fmt: skip
        if sessie.wie.rol is not Rol.PROFESSIONAL:
            raise NietBekend
        gelezen = await kader.lees(sessie, f"/huishoudens/{huishouden}/vervangers")
        if not gelezen["kan"]:
            raise NietBekend
        h = await kader.kort(sessie, huishouden)
        namen = {str(persona.id): persona.naam for persona in kader.staff}
        return kader.pagina(
            "vervanging.html", sessie, 200 if fout is None else fout.status, h=h, namen=namen,
            loopt=gelezen["vervangers"], collegas=_collegas(kader, sessie.wie), soorten=_SOORTEN,
            gedaan=gedaan, fout=fout, fouten=velden.fouten(fout, {}), waarden=velden.waarden,
            sleutel=velden["sleutel"],
        )  # fmt: skip


def _collegas(kader: Kader, wie: Aangemeld) -> list[tuple[str, str]]:
    """Who could do the same task: of the same organisation, under the same law."""
    return [
        (str(persona.id), f"{persona.naam}, {persona.functie}")
        for persona in kader.staff
        if persona.rol is Rol.PROFESSIONAL
        and persona.id != wie.actor.id
        and persona.organisatie == wie.actor.organisatie
        and herkomst(persona.herkomst).regime == wie.herkomst.regime
    ]
