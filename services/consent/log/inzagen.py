"""The log in plain Dutch: for the person it is about, and for the privacy officer. Pure.

Rules kept here: a person reads about herself only: of others not a name, not a number, not that
they are there; who looked is called by name when she knows that professional from the plan of the
household that was looked at, else by function and organisation; another resident is never named;
who asks what the rules say, as a page does to know its choices, sees nothing of hers, and it says
just that. The sentence of a rule is for who looks; for whom it is about `redenen.json` has the
words: as what somebody looked, what for and which law allows it, and of what was not shown never
why, for that is for who asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from events.waarden import Doel
from infra.auth import Rol
from services.consent.log.blik import Blik
from services.consent.log.register import Register
from services.consent.regels import Eis, Regel, Regelset, Wie, regelsets

_OPEN = ("mag", "moet")
_ANDERE_INWONER = "iemand uit uw huishouden, of wie gezag over u heeft"
_NAMENS_ANDEREN = "iemand uit het huishouden, of wie gezag heeft"
_ZELF = "deze persoon zelf"
_LOGBOEK = "wie uw gegevens zag"
_LOGBOEK_NAMENS = "wie deze gegevens zag"
_REGELS = "vroeg wat de regels zeggen, zag niets"
_FG = "functionaris gegevensbescherming"
_VAN_WIE_DAN_OOK = (Doel.VERKENNING, Doel.VERWIJSINDEX, Doel.ONDERZOEK)
"""What a regisseur and a deelnemer may both ask for: as which of them then stays unsaid."""
Kijker = Literal["uzelf", "betrokkene", "inwoner", "medewerker"]
Zin = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class _Zinnen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PerKijker(_Zinnen):
    gezien: Zin
    gevraagd: Zin


class Redenen(_Zinnen):
    """The words for whom it is about, in the third person and of nobody else. A test proves that
    every purpose and every law has its own."""

    doel: Mapping[Doel, Zin]
    als: Mapping[Wie, Zin]
    kijker: Mapping[Kijker, PerKijker]
    eis: Mapping[Eis, Zin]
    """Of the conditions that were met those that people themselves did, or may ask after."""
    wet: Mapping[str, Zin]


@cache
def redenen() -> Redenen:
    """The table of this release."""
    tekst = resources.files("services.consent.log").joinpath("redenen.json").read_bytes()
    return Redenen.model_validate_json(tekst)


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
        kijker = _kijker(wie, zelf, regel.persoon)
        if regel.soort == "loginzage" and kijker == "uzelf":
            continue  # reading this very list
        namen = bekend.get(regel.huishouden, ()) if regel.huishouden else ()
        namens, doel = regel.persoon != zelf, _doel(inhoud, register)
        kop = {
            "tijdstip": blik.regel.tijdstip,
            **_wie(wie, kijker, namens, namen),
            "waarvoor": _waarvoor_haar(inhoud, register, kijker, namens, doel),
        }
        if regel.soort == "loginzage":
            wat = [_LOGBOEK_NAMENS if namens else _LOGBOEK]
            shown.append(kop | _deel(wat, reden(kijker, [], Doel.TOEZICHT, {}), "", "gezien"))
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
        waarom = (
            reden(kijker, open_, doel, _regels(blik, regelset))
            if open_
            else redenen().kijker[kijker].gevraagd
        )
        grond = sorted({d["artikel"] for d in open_ if d["artikel"]})
        shown.append(
            kop
            | _deel(
                sorted({d["onderwerp"] for d in hier}), waarom, "; ".join(grond),
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


def reden(
    kijker: Kijker, open_: Collection[Mapping[str, Any]], doel: Doel | None,
    regels: Mapping[str, Regel],
) -> str:  # fmt: skip
    """As what somebody looked and what for, what people did for that, and which law allows it."""
    woorden = redenen()
    toen = [regels.get(deel["regel"]) for deel in open_]
    begin = woorden.kijker[kijker].gezien
    if kijker == "medewerker":
        begin = f"{begin} {_en(dict.fromkeys(_taak(regel, doel) for regel in toen or [None]))}"
    zinnen = [f"{begin.rstrip()}."]
    for eis, zin in woorden.eis.items():
        met = [regel is not None and eis in regel.eist for regel in toen]
        if any(met):
            zinnen.append(f"{'Daarvoor' if all(met) else 'Voor een deel'} {zin}.")
    wetten = sorted(
        {deel["artikel"].partition(" artikel ")[0] for deel in open_ if deel["artikel"]}
    )
    if wetten:
        zinnen.append(f"De wet staat dit toe: {_en(woorden.wet.get(wet, wet) for wet in wetten)}.")
    return " ".join(zinnen)


def _taak(regel: Regel | None, doel: Doel | None) -> str:
    """As what, and what for. Without a rule only what for; where a rule is for another purpose than
    the line says, the look was for several tasks together: then what for only if the rule has one.
    """
    if regel is not None and doel not in regel.doelen:
        doel = regel.doelen[0] if len(regel.doelen) == 1 else None
    als = set() if regel is None else set(regel.wie)
    if doel is Doel.REGIE:
        als &= {Wie.REGISSEUR}
    elif doel not in _VAN_WIE_DAN_OOK and doel is not None:
        als -= {Wie.REGISSEUR}
    woorden = redenen()
    hoe = woorden.als.get(als.pop(), "") if len(als) == 1 else ""
    return ", ".join(filter(None, (hoe, "" if doel is None else woorden.doel[doel])))


def _en(delen: Iterable[str]) -> str:
    *voor, laatste = list(filter(None, delen)) or [""]
    return f"{', '.join(voor)} en {laatste}" if voor else laatste


def _regels(blik: Blik, nu: Regelset) -> Mapping[str, Regel]:
    """The rules as they were then: of the rule set that decided."""
    inhoud = (blik.besluit or blik.regel).regel.inhoud
    toen = inhoud.get("regelset", {}).get("hash", nu.hash)
    for gelezen in (nu, *regelsets()):
        if gelezen.hash == toen:
            return _per_regel(gelezen)
    return {}


@cache
def _per_regel(gelezen: Regelset) -> Mapping[str, Regel]:
    return {regel.id: regel for regel in gelezen.regels}


def _deel(wat: list[str], waarom: str, grond: str, uitkomst: str) -> dict[str, Any]:
    return {"wat": wat, "waarom": waarom, "grond": grond, "uitkomst": uitkomst}


def _kijker(wie: Mapping[str, Any], zelf: UUID, persoon: UUID | None) -> Kijker:
    """What who looked is to who reads it."""
    if wie["id"] == str(zelf):
        return "uzelf"
    if wie["rol"] != Rol.INWONER.value:
        return "medewerker"
    return "betrokkene" if wie["id"] == str(persoon) else "inwoner"


def _wie(
    wie: Mapping[str, Any], kijker: Kijker, namens: bool, bekend: Collection[UUID]
) -> dict[str, Any]:
    """In one line, and apart: what of it may be known."""
    if kijker != "medewerker":
        ander = _NAMENS_ANDEREN if namens else _ANDERE_INWONER
        zegt = {"uzelf": "uzelf", "betrokkene": _ZELF, "inwoner": ander}[kijker]
        return {"wie": zegt, "naam": None, "functie": None, "organisatie": None}
    functie, organisatie = wie["functie"], wie["organisatie"]
    naam = wie["naam"] if UUID(wie["id"]) in bekend else None
    taak = functie if functie.lower() == organisatie.lower() else f"{functie}, {organisatie}"
    return {
        "wie": taak if naam is None else f"{naam} ({taak})",
        "naam": naam, "functie": functie, "organisatie": organisatie,
    }  # fmt: skip


def _waarvoor_haar(
    inhoud: Mapping[str, Any], register: Register, kijker: Kijker, namens: bool, doel: Doel | None
) -> str:
    """What for, as the register tells the person it is about: "om u te helpen met schulden". Where
    "u" would be somebody else (another resident looked, or reads it in her place) without it."""
    if doel is not None and (
        kijker in ("betrokkene", "inwoner") or (namens and kijker == "medewerker")
    ):
        return redenen().doel[doel]
    return _waarvoor(inhoud, register)


def _waarvoor(inhoud: Mapping[str, Any], register: Register) -> str:
    """The purpose in plain words, as the register had it then; empty for a line from before it."""
    if "ldv" not in inhoud:
        return ""
    return register.lees(inhoud["ldv"]["attributes"]["dpl.core.processing_activity_id"])[1].plain


def _doel(inhoud: Mapping[str, Any], register: Register) -> Doel | None:
    """The purpose of the activity that a line names; None for a line from before the register."""
    if "ldv" not in inhoud:
        return None
    uri = inhoud["ldv"]["attributes"]["dpl.core.processing_activity_id"]
    return register.lees(uri)[0].doel


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
            "actie": vraag.get("actie"),
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
