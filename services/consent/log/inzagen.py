"""The log in plain Dutch: for the person it is about, and for the privacy officer. Pure.

Rules kept here: a person reads about herself only: of others not a name, not a number, not that
they are there; who looked is called by name when she knows that professional from the plan of the
household that was looked at, else by function and organisation; another resident is never named;
who asks what the rules say, as a page does to know its choices, sees nothing of hers, and it says
just that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from infra.auth import Rol
from services.consent.log.blik import Blik
from services.consent.log.register import Register
from services.consent.regels import Regelset, regelsets

_OPEN = ("mag", "moet")
_ANDERE_INWONER = "iemand uit uw huishouden, of wie gezag over u heeft"
_NAMENS_ANDEREN = "iemand uit het huishouden, of wie gezag heeft"
_ZELF = "deze persoon zelf"
_LOGBOEK = "wie uw gegevens zag"
_REGELS = "vroeg wat de regels zeggen, zag niets"
_FG = "functionaris gegevensbescherming"


def uitgeschreven(inhoud: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per part again, from a record that says equal outcomes once."""
    return [
        {"herkomst": herkomst, "onderwerp": onderwerp, "betrokkenen": betrokkenen}
        | {name: value for name, value in groep.items() if name != "wat"}
        for groep in inhoud.get("delen", [])
        for herkomst, onderwerp, *betrokkenen in groep["wat"]
    ]


def voor_betrokkene(
    blikken: Iterable[Blik], bekend: Mapping[UUID, Collection[UUID]], zelf: UUID,
    regelset: Regelset, register: Register,
) -> list[dict[str, Any]]:  # fmt: skip
    """Who looked or asked, at what, what for, why and on which ground; oldest first. `zelf` is who
    reads it: the person, or who speaks for her."""
    shown = []
    for blik in blikken:
        regel, inhoud, wie = blik.regel.regel, blik.regel.regel.inhoud, blik.door
        if wie.get("rol") == Rol.FG.value:
            shown.append(_van_de_fg(blik, register))
            continue
        if not wie or ("delen" not in inhoud and regel.soort != "loginzage"):
            continue
        if regel.soort == "loginzage" and wie["id"] == str(zelf):
            continue  # reading this very list
        namen = bekend.get(regel.huishouden, ()) if regel.huishouden else ()
        kop = {
            "tijdstip": blik.regel.tijdstip,
            **_wie(wie, zelf, regel.persoon, namen),
            "waarvoor": _waarvoor(inhoud, register),
        }
        if regel.soort == "loginzage":
            shown.append(kop | _deel([_LOGBOEK], "", "", "gezien"))
            continue
        if regel.soort == "uitleg":
            shown.append(kop | _deel([], "", "", _REGELS))
            continue
        delen = uitgeschreven(inhoud)
        open_ = [deel for deel in delen if deel["uitkomst"] in _OPEN]
        # Opening a dossier asks for all of it: what stayed closed beside it was not sought.
        hier = open_ or delen
        if not hier:
            continue
        zinnen = _zinnen(blik, regelset)
        waarom = sorted({zinnen[d["regel"]] for d in open_ if d["regel"] in zinnen})
        grond = sorted({d["artikel"] for d in open_ if d["artikel"]})
        shown.append(
            kop
            | _deel(
                sorted({d["onderwerp"] for d in hier}), " ".join(waarom), "; ".join(grond),
                "gezien" if open_ else "gevraagd, niet gezien",
            )
        )  # fmt: skip
    return shown


def _van_de_fg(blik: Blik, register: Register) -> dict[str, Any]:
    """That the FG looked, in general words: what it was for is his secret (AVG 38 lid 5), that it
    was about her is not, for nothing is withheld without a decision (UAVG 41)."""
    return {
        "tijdstip": blik.regel.tijdstip, "wie": _FG, "naam": None, "functie": _FG,
        "organisatie": None, "waarvoor": _waarvoor(blik.regel.regel.inhoud, register),
        **_deel([_LOGBOEK], "", "", "gezien"),
    }  # fmt: skip


def _zinnen(blik: Blik, nu: Regelset) -> Mapping[str, str]:
    """The sentences as they were then: of the rule set that decided."""
    inhoud = (blik.besluit or blik.regel).regel.inhoud
    toen = inhoud.get("regelset", {}).get("hash", nu.hash)
    for gelezen in (nu, *regelsets()):
        if gelezen.hash == toen:
            return _per_regel(gelezen)
    return {}


@cache
def _per_regel(gelezen: Regelset) -> Mapping[str, str]:
    return {regel.id: regel.zin for regel in gelezen.regels}


def _deel(wat: list[str], waarom: str, grond: str, uitkomst: str) -> dict[str, Any]:
    return {"wat": wat, "waarom": waarom, "grond": grond, "uitkomst": uitkomst}


def _wie(
    wie: Mapping[str, Any], zelf: UUID, persoon: UUID | None, bekend: Collection[UUID]
) -> dict[str, Any]:
    """In one line, and apart: what of it may be known."""
    inwoner = {"naam": None, "functie": None, "organisatie": None}
    if wie["id"] == str(zelf):
        return {"wie": "uzelf", **inwoner}
    if wie["rol"] == "inwoner":
        ander = _ANDERE_INWONER if persoon == zelf else _NAMENS_ANDEREN
        return {"wie": _ZELF if wie["id"] == str(persoon) else ander, **inwoner}
    functie, organisatie = wie["functie"], wie["organisatie"]
    naam = wie["naam"] if UUID(wie["id"]) in bekend else None
    taak = functie if functie.lower() == organisatie.lower() else f"{functie}, {organisatie}"
    return {
        "wie": taak if naam is None else f"{naam} ({taak})",
        "naam": naam, "functie": functie, "organisatie": organisatie,
    }  # fmt: skip


def _waarvoor(inhoud: Mapping[str, Any], register: Register) -> str:
    """The purpose in plain words, as the register had it then; empty for a line from before it."""
    if "ldv" not in inhoud:
        return ""
    return register.lees(inhoud["ldv"]["attributes"]["dpl.core.processing_activity_id"])[1].plain


def _doel(inhoud: Mapping[str, Any], register: Register) -> str | None:
    uri = inhoud["ldv"]["attributes"]["dpl.core.processing_activity_id"]
    doel = register.lees(uri)[0].doel
    return None if doel is None else doel.value


def voor_toezicht(blikken: Iterable[Blik], register: Register) -> list[dict[str, Any]]:
    """Every record and line about a household, refusals included: metadata, no content. The purpose
    is the one that held: named, or of the activity in the lines under the record."""
    blikken = list(blikken)
    doelen = {
        (regel.vraag, regel.boven): _doel(regel.inhoud, register)
        for regel in (blik.regel.regel for blik in blikken)
        if "ldv" in regel.inhoud
    }
    shown = []
    for blik in blikken:
        regel, inhoud, wie = blik.regel.regel, blik.regel.regel.inhoud, blik.door
        delen = uitgeschreven(inhoud)
        vraag, geheel = inhoud.get("vraag", {}), inhoud.get("geheel")
        # Of the people it is about only a number, also when one of them looked.
        inwoner = wie.get("rol") == "inwoner"
        shown.append({
            "nr": blik.regel.nr,
            "tijdstip": blik.regel.tijdstip,
            "soort": regel.soort,
            "handeling": vraag.get("soort", regel.soort) if blik.besluit is None else None,
            "vraag": regel.vraag,
            "persoon": regel.persoon,
            "wie": f"inwoner {wie['id'][:8]}" if inwoner else wie.get("naam"),
            "rol": wie.get("rol"),
            "functie": wie.get("functie"),
            "organisatie": wie.get("organisatie"),
            "doel": vraag.get("doel", inhoud.get("doel"))
            or doelen.get((regel.vraag, regel.span), doelen.get((regel.vraag, regel.boven))),
            "gezien": [deel for deel in delen if deel["uitkomst"] in _OPEN],
            "geweigerd": [deel for deel in delen if deel["uitkomst"] not in _OPEN],
            "weigering": None if geheel is None else geheel["code"],
        })  # fmt: skip
    return shown
