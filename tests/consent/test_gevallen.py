"""The golden cases: `gevallen.json` reads as a lawyer would tell them, and each must come true.

To extend: add a line. Words a case may use are the tables below; `tenzij` in a case changes the
ordinary household of `gezin()`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from events.begrippen import herkomst, herkomsten, onderwerp
from events.waarden import (
    Bezwaar,
    Doel,
    Gezag,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Mandaat,
    Ontvanger,
    Opheffing,
)
from services.consent.domain import Feiten, Vastlegging, Vraag, Vrager, mag
from services.consent.regels import Eis, regelset
from tests.consent.gezin import MENSEN, PERSONEN, VANDAAG, gezin

GEVALLEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "gevallen.json").read_text(encoding="utf-8")
)
GEBOREN = {11: date(2015, 1, 1), 12: date(2014, 3, 2), 15: date(2010, 6, 1), 16: date(2010, 3, 2),
           17: date(2008, 6, 1), 18: date(2008, 3, 2)}  # fmt: skip


def _reikwijdte(wat: dict[str, Any], vrager: Vrager) -> dict[str, Any]:
    organisatie = wat.get("organisatie")
    return {
        "doel": Doel(wat["doel"]),
        "regimes": tuple(wat["regimes"]),
        "onderwerpen": tuple(onderwerp(code) for code in wat["onderwerpen"]),
        "ontvanger": _ontvanger(wat, vrager) if organisatie is None else Ontvanger(
            organisatie=organisatie
        ),
        "tot": date.fromisoformat(wat["tot"]) if "tot" in wat else None,
    }  # fmt: skip


def _ontvanger(wat: dict[str, Any], vrager: Vrager) -> Ontvanger:
    return Ontvanger(medewerker=MENSEN[wat["aan"]].actor.id if "aan" in wat else vrager.actor.id)


def _grond(wat: dict[str, Any], vrager: Vrager) -> Grond:
    noodzaak = "Nodig voor de volgorde van schulden."
    return Grond(
        **_reikwijdte(wat, vrager), grondslag=herkomst("wgs-schuldhulp").grondslag,
        noodzaak=noodzaak,
    )  # fmt: skip


def _toestemming(wat: dict[str, Any], vrager: Vrager) -> Instemming:
    van = PERSONEN[wat["van"]]
    return Instemming(**_reikwijdte(wat, vrager), gegeven_door=van, wijze="mondeling")


def _opheffing(wat: dict[str, Any], vrager: Vrager) -> Opheffing:
    return Opheffing(
        herkomst=wat["herkomst"], houder="houder", ontvanger=_ontvanger(wat, vrager),
        gegeven_door=PERSONEN[wat["van"]],
        tot=date.fromisoformat(wat["tot"]) if "tot" in wat else None,
    )  # fmt: skip


def _bezwaar(wat: dict[str, Any], _vrager: Vrager) -> Bezwaar:
    return Bezwaar(
        doel=Doel(wat["doel"]), regimes=tuple(wat.get("regimes", ())),
        onderwerpen=tuple(onderwerp(code) for code in wat.get("onderwerpen", ())), reden="om mij",
    )  # fmt: skip


SOORTEN: dict[str, Callable[[dict[str, Any], Vrager], Any]] = {
    "grond": _grond, "toestemming": _toestemming, "opheffing": _opheffing, "bezwaar": _bezwaar,
}  # fmt: skip


def feiten_van(geval: dict[str, Any], vrager: Vrager) -> Feiten:
    """The household of the case."""
    feiten = gezin()
    for wat, hoe in geval.get("tenzij", {}).items():
        match wat:
            case "mandaat":
                van, tot = (date.fromisoformat(dag) if dag else None for dag in hoe)
                assert van is not None
                feiten = replace(feiten, mandaat=Mandaat(kenmerk="M-1", van=van, tot=tot))
            case "leeftijd":
                geboren = dict(feiten.geboortedata)
                for naam, jaren in hoe.items():
                    if jaren is None:
                        del geboren[PERSONEN[naam]]
                    else:
                        geboren[PERSONEN[naam]] = GEBOREN[jaren]
                feiten = replace(feiten, geboortedata=geboren)
            case "gezag":
                houders = tuple(PERSONEN[naam] for naam in hoe["houders"])
                gezag = Gezag(uitkomst=Gezagsuitkomst(hoe["uitkomst"]), houders=houders)
                feiten = replace(feiten, gezag=dict.fromkeys(feiten.gezag, gezag))
            case "ook-regisseur":
                feiten = replace(feiten, regisseur=MENSEN[hoe].actor.id)
            case _:
                raise AssertionError(f"onbekende omstandigheid {wat}")
    return replace(feiten, vastleggingen=tuple(
        Vastlegging(UUID(int=900 + nr), PERSONEN[wat["van"]], SOORTEN[wat["soort"]](wat, vrager))
        for nr, wat in enumerate(geval.get("vastgelegd", ()))
    ))  # fmt: skip


def besluit(geval: dict[str, Any]) -> Any:
    vrager = MENSEN[geval["wie"]]
    vraag = Vraag(
        vrager,
        Doel(geval["doel"]) if "doel" in geval else None,
        tuple(sorted(PERSONEN[naam] for naam in geval["over"])),
        herkomst(geval["herkomst"]),
        onderwerp(geval["wat"]),
    )
    return mag(vraag, feiten_van(geval, vrager), regelset())


@pytest.mark.parametrize("geval", GEVALLEN, ids=lambda geval: geval["geval"])
def test_golden_case(geval: dict[str, Any]) -> None:
    gegeven = besluit(geval)
    assert (gegeven.uitkomst, gegeven.code) == (geval["uitkomst"], geval["code"])
    assert gegeven.regel == geval.get("regel")
    assert geval["zin"] in gegeven.zin


@pytest.mark.parametrize("regel", regelset().regels, ids=lambda regel: regel.id)
def test_every_rule_is_proven_by_a_yes_and_a_no(regel: Any) -> None:
    uitkomsten = {g["uitkomst"] for g in GEVALLEN if regel.id in (g.get("regel"), g.get("toetst"))}
    assert {"mag"} < uitkomsten, uitkomsten


def test_every_rule_with_a_condition_says_what_lacks() -> None:
    assert all(regel.zin_zonder for regel in regelset().regels if regel.eist)


def test_every_rule_names_an_article_of_a_known_law() -> None:
    for regel in regelset().regels:
        assert regel.grondslag.artikel, regel.id


def test_behind_secrecy_a_ground_alone_opens_nothing() -> None:
    """Jeugdwet 7.3.11, BW 7:457: consent and lifting, unless directly involved, the person herself,
    or who has custody over a child that cannot yet decide on it."""
    geheim = {h.regime for h in herkomsten().values() if h.geheimhouder is not None}
    assert geheim == {"jeugdhulp", "zorg"}
    for regel in regelset().regels:
        if geheim & set(regel.regimes):
            assert (
                {Eis.TOESTEMMING, Eis.OPHEFFING} <= set(regel.eist)
                or (regel.eigen_regime and len(regel.regimes) == 1)
                or regel.eist in ((Eis.ZELF,), (Eis.GEZAG_ONDER_TWAALF,))
            ), regel.id


def test_what_is_kept_to_decide_and_the_log_open_to_nobody() -> None:
    assert not any("intern" in regel.regimes for regel in regelset().regels)


def test_the_day_of_the_cases_is_fixed() -> None:
    assert date(2026, 3, 2) == VANDAAG
