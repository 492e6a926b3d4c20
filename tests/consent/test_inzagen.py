"""What a person reads about who looked: all of it, in plain words, and nothing about others."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any, get_args
from uuid import UUID

import pytest

from events.begrippen import Leefgebied
from events.waarden import Doel
from infra.logbook import Geschreven
from services.consent.log.inzagen import Kijker, reden, redenen
from services.consent.regels import Regel, Wie, regelsets
from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import BEGIN, doet_mee, vast


def overzicht(huis: Huis, wie: str, persoon: Any) -> list[dict[str, Any]]:
    regels: list[dict[str, Any]] = huis.stad.zie(wie, f"/personen/{persoon}/inzagen")["regels"]
    return regels


ALLE = [regel for gelezen in regelsets() for regel in gelezen.regels]
ALS_INWONER = {Wie.LID, Wie.GEZAGHOUDER, Wie.VERTEGENWOORDIGER}


def deel(regel: Regel) -> dict[str, Any]:
    return {"regel": regel.id, "artikel": regel.artikel}


def test_every_purpose_and_every_law_has_words_for_whom_it_is_about() -> None:
    woorden = redenen()
    assert set(woorden.doel) == set(Doel)
    assert set(woorden.als) == set(Wie) - ALS_INWONER
    assert set(woorden.kijker) == set(get_args(Kijker))
    assert {regel.artikel.partition(" artikel ")[0] for regel in ALLE} <= set(woorden.wet)
    zinnen = [*woorden.doel.values(), *woorden.als.values(), *woorden.eis.values()]
    assert not [zin for zin in zinnen if re.search(r"\b[Uu]w?\b", zin)], "others read it as well"


@pytest.mark.parametrize("regel", ALLE, ids=lambda regel: regel.id)
def test_whatever_rule_opens_it_the_reason_is_for_whom_it_is_about(regel: Regel) -> None:
    """Not the sentence for who looks; never empty, for no purpose, and with the law in words."""
    wet = redenen().wet[regel.artikel.partition(" artikel ")[0]]
    for kijker, doel in product(get_args(Kijker), (None, *regel.doelen)):
        zin = reden(kijker, [deel(regel)], doel, {regel.id: regel})
        begin, _, rest = zin.partition(".")
        assert begin.startswith(redenen().kijker[kijker].gezien)
        assert regel.zin not in zin
        assert rest.endswith(f"De wet staat dit toe: {wet}."), zin
        if kijker == "medewerker" and doel is not None:
            assert redenen().doel[doel] in begin
        assert ("toestemming gegeven" in zin) is ("toestemming" in regel.eist)


@pytest.mark.parametrize("doel", Doel)
def test_a_line_without_a_rule_that_is_known_still_says_what_for(doel: Doel) -> None:
    zin = reden("medewerker", [{"regel": None, "artikel": "AVG artikel 15"}], doel, {})
    assert zin == (
        f"Deze medewerker keek {redenen().doel[doel]}. "
        "De wet staat dit toe: de Europese privacywet (AVG)."
    )


def test_who_looked_for_two_tasks_at_once_is_told_of_both() -> None:
    kent = {regel.id: regel for regel in regelsets()[-1].regels}
    samen = reden("medewerker", [deel(kent["R-06"]), deel(kent["R-31"])], Doel.REGIE, kent)
    assert samen.startswith(
        "Deze medewerker keek als regisseur, om alle hulp in het plan op elkaar af te stemmen en "
        "als deelnemer aan het plan, om uit te zoeken welke jeugdhulp nodig is. "
        "Voor een deel is toestemming gegeven. "
    )


def test_a_look_says_who_what_what_for_and_on_which_ground(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    (blik,) = overzicht(huis, "anna", huis.anna)
    yusuf = huis.stad.wie["yusuf"]
    assert (blik["naam"], blik["functie"], blik["organisatie"]) == (
        yusuf.naam, yusuf.functie, yusuf.organisatie,
    )  # fmt: skip
    assert blik["wat"] == ["financien-en-schulden"]
    assert blik["waarvoor"] == "om u te helpen met schulden"
    assert blik["waarom"] == (
        "Deze medewerker keek als deelnemer aan het plan, om te helpen met schulden. "
        "De wet staat dit toe: de Wet gemeentelijke schuldhulpverlening (Wgs)."
    )
    assert (blik["grond"], blik["uitkomst"]) == ("Wgs artikel 8a", "gezien")


def test_a_look_keeps_to_the_rules_that_decided(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    (voor,) = overzicht(huis, "anna", huis.anna)
    nu = huis.consent.regels
    anders = tuple(r.model_copy(update={"wie": (Wie.VERVANGER,)}) for r in nu.regels)
    huis.consent.regels = replace(nu, hash="een andere", regels=anders)
    (na,) = overzicht(huis, "anna", huis.anna)
    assert na["waarom"] == voor["waarom"]
    assert "als deelnemer" in na["waarom"]


def test_what_was_refused_says_that_and_never_why(huis: Huis) -> None:
    """No ground, then an objection: that is for who asked, and stands in the same words."""
    huis.vraag("ellen", huis.kid(huis.anna))
    huis.toestemming()
    huis.vraag("ellen", huis.kid(huis.anna))
    huis.stad.doe("anna", "/bezwaren", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "doel": "schuldhulp",
        "regimes": ["wgs"], "onderwerpen": ["financien-en-schulden"],
        "reden": "Dit gaat niemand aan."})  # fmt: skip
    huis.vraag("yusuf", huis.kid(huis.anna))
    zonder, gezien, bezwaar = [r for r in overzicht(huis, "anna", huis.anna) if r["wat"]]
    assert gezien["waarom"] == (
        "Deze medewerker keek als regisseur, om alle hulp in het plan op elkaar af te stemmen. "
        "Daarvoor is toestemming gegeven. "
        "De wet staat dit toe: de Wet maatschappelijke ondersteuning (Wmo 2015)."
    )
    for regel in (zonder, bezwaar):
        assert regel["uitkomst"] == "gevraagd, niet gezien"
        assert regel["waarom"] == "Deze medewerker vroeg dit, en kreeg niets te zien."
        assert regel["grond"] == ""


def test_a_joint_part_shows_each_only_that_it_was_about_herself(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna, huis.bert), huis.kid(huis.bert, over=Leefgebied.WONEN))
    (anna,) = overzicht(huis, "anna", huis.anna)
    assert anna["wat"] == ["financien-en-schulden"]
    for mens in (huis.bert, huis.kees, huis.id):
        assert str(mens) not in str(anna)
        assert str(mens)[:8] not in str(anna)
    assert "Bert" not in str(anna)
    assert set(anna) == {
        "tijdstip", "wie", "naam", "functie", "organisatie", "waarvoor", "wat", "waarom", "grond",
        "uitkomst",
    }  # fmt: skip


def test_who_is_known_from_another_household_only_is_not_named(huis: Huis) -> None:
    """Anna knows Yusuf in her other household; in this one he left, and is a function again."""
    kid, yusuf = huis.kid(huis.anna), huis.stad.wie["yusuf"]
    huis.vraag("yusuf", kid)
    assert overzicht(huis, "anna", huis.anna)[0]["naam"] == yusuf.naam
    ander, _ = huis.stad.huishouden("fatma", "Dora Proef")
    huis.stad.doe("fatma", f"/huishoudens/{ander}/leden", {
        "persoon": str(huis.anna), "rol": "volwassene", "sinds": "2026-01-01",
        "reden": "ingetrokken"})  # fmt: skip
    plan = huis.stad.doe("fatma", f"/huishoudens/{ander}/plan", {})["id"]
    huis.stad.doe("fatma", f"/plannen/{plan}/deelnemers", {
        "medewerker": str(yusuf.id), "taak": "schuldhulp"})  # fmt: skip
    huis.stad.doe(
        "ellen", f"/plannen/{huis.plan}/deelnemers/{yusuf.id}/vertrek", {"reden": "klaar"}
    )
    (hier,) = overzicht(huis, "anna", huis.anna)
    assert (hier["naam"], hier["functie"]) == (None, yusuf.functie)
    assert yusuf.naam not in str(hier)


def test_another_resident_is_never_named(huis: Huis) -> None:
    """Not the parent to the child, nor the child to the parent."""
    huis.vraag("anna", huis.kid(huis.kees, bron="gezinsplan"))
    huis.vraag("kees", huis.kid(huis.anna, huis.kees, bron="gezinsplan"))
    van_anna = overzicht(huis, "anna", huis.anna)
    van_kees = overzicht(huis, "kees", huis.kees)
    ander = "iemand uit uw huishouden, of wie gezag over u heeft"
    (blik,) = [r for r in van_kees if r["wie"] == ander]
    assert blik["waarvoor"] == "om te zien wat er is vastgelegd"
    assert blik["waarom"].startswith(
        "Deze persoon hoort bij het huishouden, of mag beslissen voor iemand daarin. De wet staat"
    )
    assert not [r for r in van_anna + van_kees if "Anna" in str(r) or "Kees" in str(r)]


def test_what_is_withheld_leaves_no_trace_in_the_rest(huis: Huis) -> None:
    """The hook of a restriction decision: equal in form to who was never looked at that way."""
    huis.vraag("yusuf", huis.kid(huis.anna))
    zonder = overzicht(huis, "anna", huis.anna)
    huis.vraag("ellen", huis.kid(huis.anna, bron="gezinsplan", over=Leefgebied.VEILIGHEID))
    assert len(overzicht(huis, "anna", huis.anna)) == 2

    def veilig(regel: Geschreven) -> bool:
        return "veiligheid" in str(regel.regel.inhoud)

    huis.consent.loginzage.afgeschermd = lambda *_: veilig
    assert overzicht(huis, "anna", huis.anna) == zonder
    eigen = {"dpl.core.data_subject_id": huis.consent.pseudoniemen.van(huis.anna)}
    pad = "/logboek/processing-activities"
    records = huis.stad.vraag("POST", "anna", pad, eigen).json()["processingActivities"]
    assert len([r for r in records if r["name"] == "gegevens inzien"]) == 1


def test_who_has_custody_reads_for_a_child_below_12_and_not_for_a_youth(huis: Huis) -> None:
    """AVG 15, UAVG 5 lid 4, BW 1:245: of two parents each; the child may read it too."""
    stad = huis.stad
    lia = huis.kind()
    stad.inwoner("Lia", str(lia))
    yusuf = stad.wie["yusuf"]
    huis.vraag("yusuf", huis.kid(lia, huis.bert))
    pad = f"/personen/{lia}/inzagen"
    for wie in ("anna", "bert", "lia"):
        (blik,) = [r for r in overzicht(huis, wie, lia) if r["wat"] == ["financien-en-schulden"]]
        assert blik["naam"] == yusuf.naam, wie
        assert not [mens for mens in (huis.anna, huis.bert, lia) if str(mens) in str(blik)]
        assert ("om u te" in str(blik)) is (wie == "lia"), "who reads for her is not meant"
    rest = [r for r in overzicht(huis, "anna", lia) if r["wat"] != blik["wat"]]
    assert not re.search(r"\buw?\b", str(rest))
    lazen = [r["wie"] for r in rest]
    assert lazen == ["iemand uit het huishouden, of wie gezag heeft", "deze persoon zelf"]
    simulatie = {"huishouden": str(huis.id), "persoon": str(lia)}
    assert stad.vraag("POST", "bert", "/simulaties", simulatie).status_code == 200
    simulatie["persoon"] = str(huis.kees)
    assert stad.vraag("POST", "bert", "/simulaties", simulatie).status_code == 404
    huis.teken()
    uitvoer = stad.zie("anna", f"{pad}/uitvoer")
    assert uitvoer["over"] == str(lia)
    for wie, wiens in (("anna", huis.kees), ("tom", lia), ("ellen", lia), ("lia", huis.anna)):
        assert stad.vraag("GET", wie, f"/personen/{wiens}/inzagen").status_code == 404, wie
    alleen_bert = {"uitkomst": "eenhoofdig-ouderlijk-gezag", "houders": [str(huis.bert)]}
    stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{lia}/gezag", alleen_bert)
    assert stad.vraag("GET", "anna", pad).status_code == 404
    assert stad.vraag("GET", "bert", pad).status_code == 200


def test_the_curator_reads_for_an_adult_who_cannot_decide(huis: Huis) -> None:
    """UAVG 5 lid 4 c: only who represents by law; the person herself keeps her overview."""
    mia = UUID(int=7100)
    huis.stad.inwoner("Mia", str(mia))
    doet_mee(huis, "sanne")
    huis.vraag("yusuf", huis.kid(huis.anna))
    pad = f"/personen/{huis.anna}/inzagen"
    oordeel = {"wat": "wilsonbekwaamheid", "door": "arts", "toelichting": "ernstig ziek",
               "van": BEGIN}  # fmt: skip
    assert vast(huis, "sanne", huis.anna, oordeel).status_code == 201
    assert huis.stad.vraag("GET", "mia", pad).status_code == 404
    curator = {"wat": "vertegenwoordiger", "persoon": str(mia), "als": "curator", "van": BEGIN,
               "kenmerk": "C/13/1"}  # fmt: skip
    assert vast(huis, "ellen", huis.anna, curator).status_code == 201
    (blik,) = [r for r in overzicht(huis, "mia", huis.anna) if r["wat"]]
    assert blik["functie"] == huis.stad.wie["yusuf"].functie
    assert huis.stad.vraag("GET", "anna", pad).status_code == 200
    assert huis.stad.vraag("GET", "bert", pad).status_code == 404
