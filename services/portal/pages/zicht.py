"""Who may see what: for a resident about herself, with the consent she can give beside it; for the
regisseur about a member of the household, by the rules alone; for who supervises about anybody, by
number, with a reason and on any day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from events.begrippen import Leefgebied
from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.delen import ontvangers
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import Kader
from services.portal.pages.nodig import leg_toestemming_vast, toestemmingen

_LEEG = Formulier([])
_TOEZICHT = (Rol.PRIVACY_OFFICER, Rol.FG)


def routes(kader: Kader, pages: APIRouter) -> None:
    pad = "/huishoudens/{huishouden:uuid}/personen/{persoon:uuid}/zicht"

    @pages.get(pad)
    async def zicht(request: Request, huishouden: UUID, persoon: UUID) -> Response:
        sessie = kader.sessie(request)
        if sessie.wie.rol in _TOEZICHT:
            return toon_toezicht(sessie, huishouden, persoon)
        return await toon(sessie, huishouden, persoon)

    @pages.post(pad)
    async def geef(request: Request, huishouden: UUID, persoon: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        if sessie.wie.rol in _TOEZICHT:
            return await vraag_na(sessie, huishouden, persoon, velden)
        try:
            klaar = await leg_toestemming_vast(kader, sessie, huishouden, persoon, velden)
        except Afgewezen as fout:
            return await toon(sessie, huishouden, persoon, velden, fout)
        return kader.naar(f"/huishoudens/{huishouden}", "toestemming", klaar)

    async def vraag_na(
        sessie: Sessie, huishouden: UUID, persoon: UUID, velden: Formulier
    ) -> Response:
        body = {"huishouden": str(huishouden), "persoon": str(persoon),
                "reden": velden.get("reden"), "op": velden.get("op")}  # fmt: skip
        try:
            gelezen = await kader.opdracht(sessie, "/simulaties", body, "")
        except Afgewezen as fout:
            return toon_toezicht(sessie, huishouden, persoon, velden, fout=fout)
        return toon_toezicht(sessie, huishouden, persoon, velden, gelezen)

    def toon_toezicht(
        sessie: Sessie, huishouden: UUID, persoon: UUID, velden: Formulier = _LEEG,
        gelezen: Mapping[str, Any] | None = None, fout: Afgewezen | None = None,
    ) -> Response:  # fmt: skip
        rijen = () if gelezen is None else gelezen["rijen"]
        als = {rij["wie"]: rij["relaties"] for rij in rijen}
        staf = {str(p.id): p.naam for p in kader.staff if p.rol is not Rol.INWONER}
        namen = {wie: staf.get(wie, f"inwoner {wie[:8]}") for wie in als}
        if str(persoon) in namen:
            namen[str(persoon)] = "deze persoon zelf"
        niet = fout is not None and fout.status == 404
        return kader.pagina(
            "zicht_toezicht.html", sessie, 200 if fout is None else fout.status, actief="/inzagen",
            huishouden=huishouden, persoon=str(persoon), gelezen=gelezen, als=als,
            kijkers=kijkers(rijen, namen), fout=fout, fouten=velden.fouten(fout, {}),
            zin=_GEEN_LID if niet else None if fout is None else fout.zin, waarden=velden.waarden,
        )  # fmt: skip

    async def toon(
        sessie: Sessie, huishouden: UUID, persoon: UUID, velden: Formulier = _LEEG,
        fout: Afgewezen | None = None,
    ) -> Response:  # fmt: skip
        if sessie.wie.rol not in (Rol.INWONER, Rol.PROFESSIONAL):
            raise NietBekend
        h = await kader.kort(sessie, huishouden)
        body = {"huishouden": str(huishouden), "persoon": str(persoon)}
        try:
            gelezen = await kader.opdracht(sessie, "/simulaties", body, "")
        except Afgewezen as niet:
            if niet.status == 404:
                raise NietBekend from None
            raise (fout if fout is not None and fout.bewaard else niet) from None
        namen = dict(ontvangers(h)) | {
            str(lid["id"]): lid.get("persoonsnaam", "iemand uit dit huishouden")
            for lid in h["leden"]
        }
        anderen = [
            kijker
            for kijker in kijkers(gelezen["rijen"], namen)
            if kijker["id"] not in (str(persoon), str(sessie.wie.actor.id))
        ]
        return kader.pagina(
            "zicht.html", sessie, 200 if fout is None else fout.status, h=h, persoon=str(persoon),
            naam=namen.get(str(persoon), "dit lid"), slotzin=gelezen["slotzin"], fout=fout,
            kijkers=anderen,
            groepen=[kijker["id"] + groep["id"] for kijker in anderen for groep in kijker["kan"]],
            zelf=persoon == sessie.wie.actor.id,
            bij=velden["groep"], sleutel=velden["sleutel"] or None,
            gekozen=velden.alle("onderwerpen"), fouten=velden.fouten(fout, {}),
        )  # fmt: skip


_GEEN_LID = "In dit huishouden is geen lid met dit nummer. Kijk het nummer na."


def kijkers(rijen: Iterable[Mapping[str, Any]], namen: Mapping[str, str]) -> list[dict[str, Any]]:
    """Per person whose name this reader knows: what she may see, and what consent would add.

    Who is not known by name here is not in it: this page is no way to find out who is.
    """
    gevonden: dict[str, dict[str, Any]] = {}
    for rij in rijen:
        if rij["wie"] not in namen:
            continue
        kijker = gevonden.setdefault(
            rij["wie"], {"id": rij["wie"], "naam": namen[rij["wie"]], "ziet": {}, "kan": []}
        )
        besluit, bron = rij["besluit"], rij["herkomst"]
        if besluit["uitkomst"] in ("mag", "moet"):
            wat = kijker["ziet"].setdefault((rij["regime"], besluit["artikel"]), [])
            if rij["onderwerp"] not in wat:
                wat.append(rij["onderwerp"])
        elif rij["opening"] is not None:
            kijker["kan"].append(
                besluit | {
                    "herkomst": bron, "regime": rij["regime"], "onderwerp": rij["onderwerp"],
                    "opening": rij["opening"],
                }
            )  # fmt: skip
    for kijker in gevonden.values():
        kijker["kan"] = toestemmingen(kijker["kan"])
        kijker["ziet"] = {bij: _kort(wat) for bij, wat in kijker["ziet"].items()}
    return [kijker for kijker in gevonden.values() if kijker["ziet"] or kijker["kan"]]


def _kort(onderwerpen: Sequence[str]) -> list[str]:
    """All leefgebieden together by that name."""
    alle = [gebied.value for gebied in Leefgebied]
    if not set(alle) <= set(onderwerpen):
        return list(onderwerpen)
    return ["leefgebieden", *(wat for wat in onderwerpen if wat not in alle)]
