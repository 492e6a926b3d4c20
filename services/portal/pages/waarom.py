"""Why do I see this, or not: the decision with its checks, and the least that would open it; and
why it was decided so before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

from infra.auth import Rol
from infra.decider import NietBekend, RegelFout
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import Kader, nummer

_MET_HUISHOUDEN = (Rol.INWONER, Rol.PROFESSIONAL)


def routes(kader: Kader, pages: APIRouter) -> None:
    @pages.get("/huishoudens/{huishouden:uuid}/waarom")
    async def waarom(request: Request, huishouden: UUID) -> Response:
        sessie, vraag = kader.sessie(request), request.query_params
        over = [str(nummer(wie)) for wie in vraag.getlist("persoon")]
        if not over:
            raise NietBekend
        body = {
            "huishouden": str(huishouden), "persoon": over[0], "ook": over[1:],
            "herkomst": vraag.get("herkomst", ""), "onderwerp": vraag.get("onderwerp", ""),
        }  # fmt: skip
        h = await kader.kort(sessie, huishouden)
        try:
            uitleg = await kader.opdracht(sessie, "/vragen", body, uuid4().hex)
        except Afgewezen as fout:
            if fout.status < 500:  # an address that somebody changed
                raise NietBekend from None
            raise
        return kader.pagina(
            "waarom.html", sessie, h=h, uitleg=uitleg, over=over, herkomst=body["herkomst"],
            onderwerp=body["onderwerp"], open=uitleg["uitkomst"] in ("mag", "moet"),
            namen={
                str(wie["id"]): wie.get("persoonsnaam", "dit lid") for wie in h["leden"]
            } | {str(huishouden): "het huishouden"},
        )  # fmt: skip

    @pages.get("/terugblik")
    async def vraag_terug(request: Request) -> Response:
        sessie = kader.sessie(request)
        return toon_terug(sessie, Formulier([("spoor", request.query_params.get("spoor", ""))]))

    @pages.post("/terugblik")
    async def kijk_terug(request: Request) -> Response:
        sessie, velden = await kader.formulier(request)
        body = {"spoor": velden["spoor"], "reden": velden.get("reden")}
        try:
            gevonden = await kader.opdracht(sessie, "/terugblikken", body, velden["sleutel"])
        except Afgewezen as fout:
            return toon_terug(sessie, velden, fout=fout)
        # A question that asked for nothing and was refused nothing tells nothing.
        gevonden["besluiten"] = [
            b | {"delen": _samen(b["delen"])}
            for b in gevonden["besluiten"]
            if b["delen"] or b["geheel"]
        ]
        return toon_terug(sessie, velden, gevonden, await namen_bij(sessie, gevonden["besluiten"]))

    async def namen_bij(sessie: Sessie, besluiten: list[dict[str, Any]]) -> dict[str, str]:
        """Whom a decision was about, by the name that the reader sees today."""
        namen: dict[str, str] = {}
        if sessie.wie.rol in _MET_HUISHOUDEN:
            for huis in {b["huishouden"] for b in besluiten if b["huishouden"] is not None}:
                namen[huis] = "het huishouden"
                with suppress(RegelFout):
                    leden = (await kader.kort(sessie, UUID(huis)))["leden"]
                    namen |= {str(lid["id"]): lid.get("persoonsnaam", "dit lid") for lid in leden}
            namen[str(sessie.wie.actor.id)] = "u"
        return namen

    def toon_terug(
        sessie: Sessie, velden: Formulier, gevonden: dict[str, Any] | None = None,
        namen: Mapping[str, str] | None = None, fout: Afgewezen | None = None,
    ) -> Response:  # fmt: skip
        return kader.pagina(
            "terugblik.html", sessie, 200 if fout is None else fout.status, gevonden=gevonden,
            fout=fout, fouten=velden.fouten(fout, {}), waarden=velden.waarden,
            namen=namen or {}, met_reden=sessie.wie.rol not in _MET_HUISHOUDEN,
        )  # fmt: skip


def _samen(delen: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was decided in the same way of the same people and source, together."""
    groepen: list[dict[str, Any]] = []
    for deel in delen:
        wat = {naam: deel[naam] for naam in ("personen", "herkomst", "besluit")}
        for groep in groepen:
            if all(groep[naam] == waarde for naam, waarde in wat.items()):
                groep["onderwerpen"].append(deel["onderwerp"])
                break
        else:
            groepen.append(wat | {"onderwerpen": [deel["onderwerp"]]})
    return groepen
