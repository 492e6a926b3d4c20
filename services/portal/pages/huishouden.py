"""My households, and one household: what this reader may see of it, and why."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from events.waarden import Doel
from infra.auth import Rol
from infra.decider import NEDERLAND
from services.portal.pages.beeld import beeld, zichtbaar
from services.portal.pages.formulier import Afgewezen, Formulier, FormulierVerlopen, Sessie
from services.portal.pages.kader import GEDAAN, Kader, nummer
from services.portal.pages.nood import hier_open
from services.portal.woorden import WOORDEN


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/huishoudens")
    async def mijn_huishoudens(request: Request) -> Response:
        sessie = kader.sessie(request)
        await kader.wacht(request)
        mijn = zichtbaar(await run_in_threadpool(kader.portal.mijn_huishoudens, sessie.wie))
        taken = Counter(taak["huishouden"] for taak in await _taken(kader, sessie))
        for h in mijn:
            h["taken"] = taken[str(h["id"])]
            h["woorden"] = [WOORDEN["relatie"][rol] for rol in h["rollen"]]
            h["namen"] = [
                lid["persoonsnaam"] for lid in h["leden"] if lid["geldt"] and "persoonsnaam" in lid
            ]
        mijn.sort(
            key=lambda h: (-h["meldingenTeDoen"] - h["taken"], [str(naam) for naam in h["namen"]])
        )
        return kader.pagina("huishoudens.html", sessie, huishoudens=mijn, actief="/huishoudens")

    @pages.get("/huishoudens/{huishouden:uuid}")
    async def een_huishouden(request: Request, huishouden: UUID) -> Response:
        sessie = kader.sessie(request)
        await kader.wacht(request)
        moment = request.query_params.get("moment", "")
        gedaan = GEDAAN.get(request.query_params.get("gedaan", ""))
        doel = _doel(request.query_params.get("doel", ""))
        return await toon(sessie, huishouden, gedaan=gedaan, moment=moment, doel=doel)

    @pages.post("/huishoudens/{huishouden:uuid}/meldingen/{melding:uuid}")
    async def pak_melding_op(request: Request, huishouden: UUID, melding: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        pad = f"/huishoudens/{huishouden}/meldingen/{melding}/opvolging"
        body = {"uitkomst": velden["uitkomst"]}
        return await doe(sessie, huishouden, velden, pad, body, "melding", melding)

    @pages.post("/huishoudens/{huishouden:uuid}/acties/{actie:uuid}")
    async def werk_actie_bij(request: Request, huishouden: UUID, actie: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        pad = f"/plannen/{nummer(velden['plan'])}/acties/{actie}/voortgang"
        body = {
            "status": velden["status"], "reden": velden.get("reden"),
            "leefgebied": velden["leefgebied"],
        }  # fmt: skip
        return await doe(sessie, huishouden, velden, pad, body, "actie", actie)

    @pages.post("/huishoudens/{huishouden:uuid}/taken/{taak:uuid}")
    async def handel_taak_af(request: Request, huishouden: UUID, taak: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        body = {"uitkomst": velden["uitkomst"]}
        return await doe(
            sessie, huishouden, velden, f"/taken/{taak}/afhandeling", body, "taak", taak
        )

    @pages.post("/huishoudens/{huishouden:uuid}/vastleggingen/{record:uuid}/intrekking")
    async def trek_in(request: Request, huishouden: UUID, record: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        pad = f"/vastleggingen/{record}/intrekking"
        body = {"huishouden": str(huishouden)}
        return await doe(sessie, huishouden, velden, pad, body, "intrekking", None)

    @pages.post("/huishoudens/{huishouden:uuid}/vastleggingen/{record:uuid}/bevestiging")
    async def bevestig(request: Request, huishouden: UUID, record: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        pad = f"/vastleggingen/{record}/bevestiging"
        body = {"huishouden": str(huishouden), "wijze": velden["wijze"]}
        return await doe(sessie, huishouden, velden, pad, body, "bevestiging", record)

    @pages.post("/huishoudens/{huishouden:uuid}/nog-open")
    async def nog_open(request: Request, huishouden: UUID) -> Response:
        """Asked by an open page: 204 while all it shows is still open to this reader."""
        try:
            sessie, velden = await kader.formulier(request)
        except FormulierVerlopen:  # she signed out, here or on another page
            return Response(status_code=205)
        open_ = await run_in_threadpool(
            kader.portal.nog_open, sessie.wie, huishouden, velden["delen"].split(),
            _doel(velden["doel"]),
        )  # fmt: skip
        return Response(status_code=204 if open_ else 205)

    async def doe(
        sessie: Sessie, huishouden: UUID, velden: Formulier, pad: str, body: dict[str, Any],
        gedaan: str, bij: UUID | None,
    ) -> Response:  # fmt: skip
        """Give a command from this page; refused, the page says so beside what was typed."""
        try:
            klaar = await kader.opdracht(sessie, pad, body, velden["sleutel"], velden.get("etag"))
        except Afgewezen as fout:
            return await toon(sessie, huishouden, fout=fout, bij=bij, velden=velden)
        return kader.naar(f"/huishoudens/{huishouden}", gedaan, klaar)

    async def toon(
        sessie: Sessie, huishouden: UUID, gedaan: str | None = None, moment: str = "",
        fout: Afgewezen | None = None, bij: UUID | None = None, velden: Formulier | None = None,
        doel: Doel | None = None,
    ) -> Response:  # fmt: skip
        dag = _dag(moment, kader.vandaag)
        geen_datum = bool(moment) and dag is None
        toen = None if dag is None else _einde_van(dag)
        dossier, delen = await run_in_threadpool(
            kader.portal.geopend, sessie.wie, huishouden, doel, toen
        )
        d = beeld(dossier, sessie.wie, kader.vandaag) | {"delen": delen}
        nood = await hier_open(kader, sessie, huishouden) if "noodhulp" in d["rollen"] else None
        aandacht = [] if toen is not None else await _taken(kader, sessie, huishouden)
        if fout is not None and fout.status == 404:
            bij = None  # what it was about is not on the page any more
        return kader.pagina(
            "huishouden.html", sessie, 400 if geen_datum else 200 if fout is None else fout.status,
            h=d, namen=d["namen"], bewoners=d["bewoners"], vertrokken=d["vertrokken"],
            nood=nood, taken=d["taken"], gesprekken=d["gesprekken"], redenen=d["redenen"], toen=dag,
            niets=dag is not None and not d["leden"], moment=moment, geen_datum=geen_datum,
            voor_doel=doel, gedaan=gedaan, fout=fout, bij=None if bij is None else str(bij),
            aandacht=aandacht,
            fouten={} if velden is None else velden.fouten(fout, {}, ("uitkomst",)),
            waarden={} if velden is None else velden.waarden,
            sleutel=None if velden is None else velden["sleutel"],
        )  # fmt: skip


async def _taken(
    kader: Kader, sessie: Sessie, huishouden: UUID | None = None
) -> list[dict[str, Any]]:
    """What waits for this professional, in one household or in all."""
    if sessie.wie.rol is not Rol.PROFESSIONAL:
        return []
    waar = "" if huishouden is None else f"?huishouden={huishouden}"
    gelezen: list[dict[str, Any]] = (await kader.lees(sessie, f"/taken{waar}"))["taken"]
    return gelezen


def _doel(text: str) -> Doel | None:
    """A purpose somebody names, if it is one; what she may name is for consent to say."""
    try:
        return Doel(text)
    except ValueError:
        return None


def _dag(text: str, vandaag: date) -> date | None:
    """A date as a browser sends it, if it is one of which there is something to look back on."""
    try:
        dag = date.fromisoformat(text)
    except ValueError:
        return None
    return dag if dag <= vandaag else None


def _einde_van(dag: date) -> datetime:
    """The last moment of a Dutch day: what was recorded that day belongs to it."""
    return datetime.combine(dag, time.max, NEDERLAND).astimezone(UTC)
