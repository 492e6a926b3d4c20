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
from pydantic import ValidationError

from events.begrippen import herkomst, herkomsten, onderwerp
from events.waarden import (
    Akkoord,
    Bezwaar,
    Doel,
    Doorbreking,
    Gezag,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Maatregel,
    Maatregelsoort,
    Mandaat,
    Ontvanger,
    Opheffing,
    Veiligheidshuiscasus,
    Veiligheidskern,
    Vertegenwoordiger,
    Vertegenwoordiging,
    Vervanging,
    Vervangingsoort,
    Verwijzing,
    Wilsonbekwaamheid,
)
from services.consent import regels
from services.consent.domain import (
    Besluit,
    Feiten,
    Noodtoegang,
    Vastlegging,
    Vervanger,
    Vraag,
    Vrager,
    mag,
)
from services.consent.regels import Eis, Regelset, Uitkomst, regelset
from tests.consent.gezin import MENSEN, PERSONEN, VANDAAG, gezin

GEVALLEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "gevallen.json").read_text(encoding="utf-8")
)
GEBOREN = {11: date(2015, 1, 1), 12: date(2014, 3, 2), 15: date(2010, 6, 1), 16: date(2010, 3, 2),
           17: date(2008, 6, 1), 18: date(2008, 3, 2), 22: date(2003, 3, 3),
           23: date(2003, 3, 2)}  # fmt: skip


_ZELF_OF_NAMENS = {
    Eis.ZELF, Eis.GEZAG_ONDER_TWAALF, Eis.VERTEGENWOORDIGER, Eis.VOOGDIJ_ONDER_TWAALF,
    Eis.VEILIGHEIDSKERN, Eis.OPENGESTELD,
}  # fmt: skip


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
    return Instemming(
        **_reikwijdte(wat, vrager), gegeven_door=van, wijze=wat.get("wijze", "mondeling")
    )


def _opheffing(wat: dict[str, Any], vrager: Vrager) -> Opheffing:
    return Opheffing(
        herkomst=wat["herkomst"], houder="houder", ontvanger=_ontvanger(wat, vrager),
        gegeven_door=PERSONEN[wat.get("door", wat["van"])],
        tot=date.fromisoformat(wat["tot"]) if "tot" in wat else None,
    )  # fmt: skip


def _dagen(wat: dict[str, Any]) -> dict[str, date | None]:
    van, tot = wat.get("van_dag", "2026-01-01"), wat.get("tot")
    return {"van": date.fromisoformat(van), "tot": date.fromisoformat(tot) if tot else None}


def _onderwerpen(wat: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(onderwerp(code) for code in wat["onderwerpen"])


def _maatregel(wat: dict[str, Any], vrager: Vrager) -> Maatregel:
    instelling = wat.get("instelling", vrager.actor.organisatie)
    return Maatregel(
        soort=Maatregelsoort(wat["maatregel"]), instelling=instelling, kenmerk="C/1", **_dagen(wat)
    )


def _wilsonbekwaam(wat: dict[str, Any], _vrager: Vrager) -> Wilsonbekwaamheid:
    return Wilsonbekwaamheid(door="arts", toelichting="ernstig ziek", **_dagen(wat))


def _namens(wat: dict[str, Any], _vrager: Vrager) -> Vertegenwoordiger:
    return Vertegenwoordiger(
        persoon=PERSONEN[wat["wie"]], als=Vertegenwoordiging(wat["als"]), **_dagen(wat)
    )


def _casus(wat: dict[str, Any], _vrager: Vrager) -> Veiligheidshuiscasus:
    return Veiligheidshuiscasus(door="politie", toets="past bij 2.25", **_dagen(wat))


def _doorbreking(wat: dict[str, Any], vrager: Vrager) -> Doorbreking:
    return Doorbreking(
        herkomst=wat["herkomst"], onderwerpen=_onderwerpen(wat), **_dagen(wat),
        ontvanger=_ontvanger(wat, vrager),
        afweging="Er dreigt ernstig gevaar voor het kind en niets lichters helpt.",
    )  # fmt: skip


def _verwijzing(wat: dict[str, Any], vrager: Vrager) -> Verwijzing:
    melder = MENSEN[wat["melder"]] if "melder" in wat else vrager
    return Verwijzing(melder=melder.actor.id, contact="06 00000000", **_dagen(wat))


def _kern(wat: dict[str, Any], _vrager: Vrager) -> Veiligheidskern:
    return Veiligheidskern(
        herkomst=wat["herkomst"], onderwerpen=_onderwerpen(wat), tot=_dagen(wat)["tot"]
    )


def _akkoord(wat: dict[str, Any], _vrager: Vrager) -> Akkoord:
    return Akkoord(
        hulp=wat.get("hulp", "begeleiding"), gegeven_door=PERSONEN[wat["door"]],
        zonder_gezag=wat.get("zonder"),
    )  # fmt: skip


def _bezwaar(wat: dict[str, Any], _vrager: Vrager) -> Bezwaar:
    return Bezwaar(
        doel=Doel(wat["doel"]), regimes=tuple(wat.get("regimes", ())),
        onderwerpen=tuple(onderwerp(code) for code in wat.get("onderwerpen", ())), reden="om mij",
    )  # fmt: skip


SOORTEN: dict[str, Callable[[dict[str, Any], Vrager], Any]] = {
    "grond": _grond, "toestemming": _toestemming, "opheffing": _opheffing, "bezwaar": _bezwaar,
    "maatregel": _maatregel, "wilsonbekwaam": _wilsonbekwaam, "vertegenwoordiger": _namens,
    "casus": _casus, "doorbreking": _doorbreking, "verwijzing": _verwijzing,
    "veiligheidskern": _kern, "akkoord": _akkoord,
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
            case "gezag-van":
                feiten = replace(feiten, gezag={**feiten.gezag, **{
                    PERSONEN[kind]: Gezag(
                        uitkomst=Gezagsuitkomst(over["uitkomst"]),
                        houders=tuple(PERSONEN[naam] for naam in over["houders"]),
                    )
                    for kind, over in hoe.items()
                }})  # fmt: skip
            case "zonder-gezag":
                feiten = replace(feiten, gezag={})
            case "vervanger":
                feiten = replace(feiten, vervangers=_vervanger(hoe))
            case "noodtoegang":
                toegang = Noodtoegang(UUID(int=800), tuple(hoe["opengesteld"]))
                feiten = replace(feiten, noodtoegang={MENSEN[hoe["wie"]].actor.id: toegang})
            case "vertrokken":
                feiten = replace(feiten, vertrokken=tuple(PERSONEN[naam] for naam in hoe))
            case "gemeld":
                feiten = replace(feiten, gemelden=tuple(PERSONEN[naam] for naam in hoe))
            case "zonder-deelnemer":
                weg = MENSEN[hoe].actor.id
                rest = {wie: regime for wie, regime in feiten.deelnemers.items() if wie != weg}
                feiten = replace(feiten, deelnemers=rest)
            case "ook-lid":
                feiten = replace(feiten, leden=(*feiten.leden, PERSONEN[hoe]))
            case "geldt-vanaf":
                pass  # of the rules, not of the household
            case _:
                raise AssertionError(f"onbekende omstandigheid {wat}")
    return replace(feiten, vastleggingen=tuple(
        Vastlegging(UUID(int=900 + nr), PERSONEN[wat["van"]], SOORTEN[wat["soort"]](wat, vrager))
        for nr, wat in enumerate(geval.get("vastgelegd", ()))
    ))  # fmt: skip


def _vervanger(hoe: dict[str, Any]) -> dict[UUID, tuple[Vervanger, ...]]:
    wie, voor = MENSEN[hoe["wie"]], MENSEN[hoe["voor"]]
    vervanging = Vervanging(
        soort=Vervangingsoort(hoe.get("soort", "vervangt")),
        organisatie=hoe.get("organisatie", voor.actor.organisatie), **_dagen(hoe),
    )  # fmt: skip
    return {wie.actor.id: (Vervanger(UUID(int=801), voor.actor.id, vervanging),)}


def regels_van(geval: dict[str, Any], regels: Regelset) -> Regelset:
    """The rules of the case: a law that is not yet there may be imagined from a day on."""
    anders = geval.get("tenzij", {}).get("geldt-vanaf", {})
    if not anders:
        return regels
    return Regelset(regels.versie, regels.hash, tuple(
        regel.model_copy(update={"geldt_vanaf": date.fromisoformat(anders[regel.id])})
        if regel.id in anders else regel
        for regel in regels.regels
    ))  # fmt: skip


def vraag_van(geval: dict[str, Any]) -> Vraag:
    return Vraag(
        MENSEN[geval["wie"]],
        Doel(geval["doel"]) if "doel" in geval else None,
        tuple(sorted(PERSONEN[naam] for naam in geval["over"])),
        herkomst(geval["herkomst"]),
        onderwerp(geval["wat"]),
    )


def besluit(geval: dict[str, Any]) -> Besluit:
    vraag = vraag_van(geval)
    return mag(vraag, feiten_van(geval, vraag.vrager), regels_van(geval, regelset()))


@pytest.mark.parametrize("geval", GEVALLEN, ids=lambda geval: geval["geval"])
def test_golden_case(geval: dict[str, Any]) -> None:
    gegeven = besluit(geval)
    assert (gegeven.uitkomst, gegeven.code) == (geval["uitkomst"], geval["code"])
    assert gegeven.regel == geval.get("regel")
    assert geval["zin"] in gegeven.zin
    assert len(gegeven.gebruikt) == geval.get("gebruikt", len(gegeven.gebruikt))


@pytest.mark.parametrize("regel", regelset().regels, ids=lambda regel: regel.id)
def test_every_rule_is_proven_by_a_yes_and_a_no(regel: Any) -> None:
    """One case that ends as the rule says, and one that does not."""
    uitkomsten = {
        (g["uitkomst"], g.get("regel"))
        for g in GEVALLEN
        if regel.id in (g.get("regel"), g.get("toetst"))
    }
    assert (regel.uitkomst.value, regel.id) in uitkomsten
    assert len(uitkomsten) > 1


def test_every_rule_with_a_condition_says_what_lacks() -> None:
    assert all(regel.zin_zonder for regel in regelset().regels if regel.eist)


def test_every_rule_names_an_article_of_a_known_law() -> None:
    for regel in regelset().regels:
        assert regel.grondslag.artikel, regel.id


def test_behind_secrecy_a_ground_alone_opens_nothing() -> None:
    """Jeugdwet 7.3.11, BW 7:457: consent and lifting, unless directly involved, the person herself,
    or who has custody over a child that cannot yet decide on it."""
    geheim = {h.regime for h in herkomsten().values() if h.geheimhouder is not None}
    assert geheim == {"jeugdhulp", "zorg", "jeugdbescherming", "veilig-thuis", "veiligheidshuis"}
    for regel in regelset().regels:
        if geheim & set(regel.regimes):
            assert (
                regel.uitkomst in (Uitkomst.MAG_NIET, Uitkomst.MOET)
                or {Eis.TOESTEMMING, Eis.OPHEFFING} <= set(regel.eist)
                or {Eis.NOODZAAK, Eis.DOORBREKING} <= set(regel.eist)
                or regel.eigen_regime
                or (len(regel.eist) == 1 and set(regel.eist) <= _ZELF_OF_NAMENS)
                or set(regel.eist) == {Eis.ZELF, Eis.DOORBREKING}
            ), regel.id


def test_what_must_open_says_by_which_duty_and_asks_why() -> None:
    """Wmo 4.2.12, 5.2.2 and 5.2.5, Jeugdwet 7.3.11 lid 4 and 7.4.0: only as far as necessary."""
    moet = [regel for regel in regelset().regels if regel.uitkomst is Uitkomst.MOET]
    assert {regel.artikel for regel in moet} == {
        "Wmo 2015 artikel 4.2.12 lid 3", "Wmo 2015 artikel 5.2.2", "Wmo 2015 artikel 5.2.5 lid 1",
        "Wmo 2015 artikel 5.2.5 lid 2",
        "Jeugdwet artikel 7.3.11 lid 4", "Jeugdwet artikel 7.4.0 lid 2",
    }  # fmt: skip
    assert all(Eis.NOODZAAK in regel.eist for regel in moet)


def test_a_group_of_rules_can_be_switched_off() -> None:
    text = (Path(regels.__file__).parent / "regelsets" / f"{regels.HUIDIG}.json").read_bytes()
    zonder = regels.lees(text.replace(b'"verwijsindex": true', b'"verwijsindex": false'))
    assert {r.id for r in regelset().regels} - {r.id for r in zonder.regels} == {"R-63", "R-64"}
    assert zonder.hash != regelset().hash
    with pytest.raises(ValidationError):
        regels.lees(text.replace(b'"wams": true', b'"wat": true'))


def test_every_released_rule_set_stays_readable_by_its_hash() -> None:
    """The text of a version never changes; a new one is a file of its own."""
    bekend = {"3": "246076045cfd55a9", "4": "05141b9d376db118", "5": "453281c3a2dac923"}
    assert {r.versie: r.hash[:16] for r in regels.regelsets()} == bekend
    for oud in regels.regelsets():
        assert regelset(oud.hash) is oud
    with pytest.raises(KeyError):
        regelset("0" * 64)


def test_a_law_without_a_date_cannot_hold() -> None:
    (wams,) = [regel for regel in regelset().regels if regel.groep == "wams"]
    assert not any(wams.geldt(dag) for dag in (VANDAAG, date.min, date.max))


def test_what_is_kept_to_decide_and_the_log_open_to_nobody() -> None:
    assert not any("intern" in regel.regimes for regel in regelset().regels)


def test_the_day_of_the_cases_is_fixed() -> None:
    assert date(2026, 3, 2) == VANDAAG
