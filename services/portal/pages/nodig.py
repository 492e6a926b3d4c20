"""Something is needed that she does not see: the shortest lawful way, on one page.

A statutory ground: one reason, chosen or written, for only the subjects it is about, out of all the
laws the rule names or out of fewer. Consent: what, who gives it, how. What for follows from the
task; a purpose of it that one names oneself has a part of the page of its own. Nothing is chosen
beforehand, and the page is the same whether any such data exist or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from events.begrippen import herkomsten
from infra.auth import Rol
from infra.decider import NietBekend
from services.portal.pages.formulier import Afgewezen, Formulier, Sessie
from services.portal.pages.kader import Kader
from services.portal.woorden import opsomming, woord

WIJZEN = {
    "mondeling": "in een gesprek",
    "schriftelijk": "op papier",
    "telefonisch": "door de telefoon",
}
"""How consent was given, and the words of the button that says so (AVG 7 lid 1)."""
_KEUZES = ("onderwerpen", "opheffing", "alleen")
_LEEG = Formulier([])


def routes(kader: Kader, pages: APIRouter) -> None:
    pad = "/huishoudens/{huishouden:uuid}/personen/{persoon:uuid}/nodig"

    @pages.get(pad)
    async def nodig(request: Request, huishouden: UUID, persoon: UUID) -> Response:
        return await toon(kader.sessie(request), huishouden, persoon)

    @pages.post(pad)
    async def leg_vast(request: Request, huishouden: UUID, persoon: UUID) -> Response:
        sessie, velden = await kader.formulier(request)
        grond = velden["stap"] == "grond"
        try:
            if grond:
                klaar = await kader.opdracht(
                    sessie, "/grondslagen", _grond(huishouden, persoon, velden), velden["sleutel"]
                )
            else:
                klaar = await leg_toestemming_vast(kader, sessie, huishouden, persoon, velden)
        except Afgewezen as fout:
            return await toon(sessie, huishouden, persoon, velden, fout)
        gedaan = "grondslag" if grond else "toestemming"
        return kader.naar(f"/huishoudens/{huishouden}", gedaan, klaar, velden.get("noemt"))

    async def toon(
        sessie: Sessie, huishouden: UUID, persoon: UUID, velden: Formulier = _LEEG,
        fout: Afgewezen | None = None,
    ) -> Response:  # fmt: skip
        if sessie.wie.rol is not Rol.PROFESSIONAL:
            raise NietBekend
        pad = f"/huishoudens/{huishouden}/personen/{persoon}/mogelijkheden"
        try:
            antwoord = await kader.lees(sessie, pad)
        except Afgewezen as niet:  # the page is away: what was stored is still to be told
            raise (fout if fout is not None and fout.bewaard else niet) from None
        gelezen = antwoord["mogelijkheden"]
        h = await kader.kort(sessie, huishouden)
        namen = {str(lid["id"]): lid.get("persoonsnaam", "dit lid") for lid in h["leden"]}
        return kader.pagina(
            "nodig.html", sessie, 200 if fout is None else fout.status, h=h, persoon=str(persoon),
            naam=namen.get(str(persoon), "dit lid"), namen=namen, wijzen=WIJZEN,
            gronden=gronden(gelezen), toestemmingen=toestemmingen(gelezen), fout=fout,
            doelen=antwoord["doelen"],
            bij=velden["groep"],
            waarden=velden.waarden,
            gekozen=[wat for naam in _KEUZES for wat in velden.alle(naam)],
            sleutel=velden["sleutel"] or None,
            fouten=velden.fouten(fout, {}),
        )  # fmt: skip


async def leg_toestemming_vast(
    kader: Kader, sessie: Sessie, huishouden: UUID, persoon: UUID, velden: Formulier
) -> dict[str, Any]:
    """The consent, then what lets a holder of secrecy speak: each a record of its own, with a key
    of its own, so that whoever sends all of it again adds only what lacks.

    In that order, because what is wrong with the form mostly shows at the first and nothing is
    stored. When a later one is refused, what is said is what stands and what does not.
    """
    opgeheven = velden.alle("opheffing")
    alleen_opheffing = velden["stap"] == "opheffing"
    if alleen_opheffing and not opgeheven:
        raise Afgewezen(400, "Er ontbreekt nog iets.", "onjuiste-invoer", {"opheffing": ""})
    if opgeheven and not velden["opheffingDoor"]:
        raise Afgewezen(400, "Er ontbreekt nog iets.", "onjuiste-invoer", {"opheffingDoor": ""})
    basis = {
        "huishouden": str(huishouden), "persoon": str(persoon),
        "ontvanger": {"medewerker": velden["ontvanger"] or str(sessie.wie.actor.id)},
    }  # fmt: skip
    toestemming = basis | {
        "doel": velden["doel"], "regimes": [velden["regime"]],
        "onderwerpen": velden.alle("onderwerpen"), "gegevenDoor": velden["gegevenDoor"],
        "wijze": velden["wijze"],
    }  # fmt: skip
    opdrachten = [] if alleen_opheffing else [
        ("de toestemming", "/toestemmingen", toestemming, velden["sleutel"])
    ]  # fmt: skip
    opdrachten += [
        (f"de opheffing van het beroepsgeheim ({woord(code, 'herkomst')})", "/opheffingen",
         basis | {"herkomst": code, "houder": _houder(code),
                  "gegevenDoor": velden["opheffingDoor"]}, f"{velden['sleutel']}-{code}")
        for code in opgeheven
    ]  # fmt: skip
    klaar: dict[str, Any] = {}
    for nr, (_, pad, body, sleutel) in enumerate(opdrachten):
        try:
            klaar = await kader.opdracht(sessie, pad, body, sleutel)
        except Afgewezen as fout:
            if not nr:
                raise
            wel, niet = ([wat for wat, *_ in deel] for deel in (opdrachten[:nr], opdrachten[nr:]))
            zin = f"Wel bewaard: {opsomming(wel)}. Nog niet bewaard: {opsomming(niet)}. {fout.zin}"
            raise Afgewezen(fout.status, zin, fout.code, {}, bewaard=True) from None
    return klaar


def gronden(mogelijkheden: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One form per purpose and rule, as a ground names one article: which reasons may fit, and from
    which laws data may then come."""
    gevonden: dict[tuple[str, str], dict[str, Any]] = {}
    for m in mogelijkheden:
        stappen = m["opening"]["stappen"]
        if {stap["soort"] for stap in stappen} != {"grond"}:
            continue
        doel = stappen[0]["doel"]
        groep = gevonden.setdefault(
            (doel, m["regel"]),
            {"id": f"grond-{doel}-{m['regel']}", "doel": doel, "noemt": m.get("noemt"),
             "regimes": {}, "onderwerpen": {}, "redenen": {}, "moet": True},
        )  # fmt: skip
        groep["moet"] &= m["opening"]["uitkomst"] == "moet"
        groep["regimes"][m["regime"]] = m["artikel"]
        groep["onderwerpen"][m["onderwerp"]] = None
        for zin in m["zinnen"]:  # one reason may be for several subjects, and of several laws
            reden = groep["redenen"].setdefault(zin, {"onderwerpen": {}, "regimes": {}})
            reden["onderwerpen"][m["onderwerp"]] = reden["regimes"][m["regime"]] = None
    return list(gevonden.values())


def toestemmingen(mogelijkheden: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One form per law the data come from and what it takes of people."""
    gevonden: dict[tuple[Any, ...], dict[str, Any]] = {}
    for m in mogelijkheden:
        stappen = m["opening"]["stappen"]
        soorten = {stap["soort"]: stap["door"] for stap in stappen}
        if "grond" in soorten:
            continue
        schriftelijk = "verklaring" in soorten
        if schriftelijk:
            soorten["toestemming"] = soorten.pop("verklaring")
        sleutel = (m["regime"], tuple(sorted(soorten)), stappen[0]["doel"])
        groep = gevonden.setdefault(sleutel, {
            "id": "-".join((m["regime"], stappen[0]["doel"], *sorted(soorten))),
            "regime": m["regime"], "soorten": soorten, "schriftelijk": schriftelijk,
            "doel": stappen[0]["doel"], "noemt": m.get("noemt"), "zin": m["zin"],
            "artikel": m["artikel"],
            "herkomsten": [], "onderwerpen": [],
        })  # fmt: skip
        for lijst, waarde in (("herkomsten", m["herkomst"]), ("onderwerpen", m["onderwerp"])):
            if waarde not in groep[lijst]:
                groep[lijst].append(waarde)
    return sorted(gevonden.values(), key=lambda g: ("opheffing" in g["soorten"], g["regime"]))


def _grond(huishouden: UUID, persoon: UUID, velden: Formulier) -> dict[str, Any]:
    """A chosen reason brings its subjects along, and the laws it is about when nothing else was
    chosen; what was written comes behind it."""
    hierover, _, rest = velden["reden"].partition("|")
    hieruit, _, zin = rest.partition("|")
    eigen = velden.alle("onderwerpen")
    onderwerpen = dict.fromkeys([*filter(None, hierover.split(",")), *eigen])
    van_de_reden = [] if eigen else [*filter(None, hieruit.split(","))]
    return {
        "huishouden": str(huishouden), "personen": [str(persoon)], "doel": velden["doel"],
        "regimes": velden.alle("alleen") or van_de_reden or velden.alle("regimes"),
        "onderwerpen": list(onderwerpen),
        "noodzaak": " ".join(filter(None, (zin, velden["noodzaak"]))),
    }  # fmt: skip


def _houder(code: str) -> str:
    row = herkomsten().get(code)
    return "" if row is None else row.geheimhouder or ""
