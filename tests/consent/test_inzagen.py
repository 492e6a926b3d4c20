"""What a person reads about who looked: all of it, in plain words, and nothing about others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from events.begrippen import Leefgebied
from infra.logbook import Geschreven
from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import BEGIN, doet_mee, vast


def overzicht(huis: Huis, wie: str, persoon: Any) -> list[dict[str, Any]]:
    regels: list[dict[str, Any]] = huis.stad.zie(wie, f"/personen/{persoon}/inzagen")["regels"]
    return regels


def test_a_look_says_who_what_what_for_and_on_which_ground(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    (blik,) = overzicht(huis, "anna", huis.anna)
    yusuf = huis.stad.wie["yusuf"]
    assert (blik["naam"], blik["functie"], blik["organisatie"]) == (
        yusuf.naam, yusuf.functie, yusuf.organisatie,
    )  # fmt: skip
    assert blik["wat"] == ["financien-en-schulden"]
    assert blik["waarvoor"] == "om u te helpen met schulden"
    assert blik["waarom"].startswith("U ziet dit omdat")
    assert (blik["grond"], blik["uitkomst"]) == ("Wgs artikel 8a", "gezien")


def test_a_look_keeps_the_sentence_of_the_rules_that_decided(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    (voor,) = overzicht(huis, "anna", huis.anna)
    nu = huis.consent.regels
    anders = tuple(r.model_copy(update={"zin": "Heel anders."}) for r in nu.regels)
    huis.consent.regels = replace(nu, hash="een andere", regels=anders)
    (na,) = overzicht(huis, "anna", huis.anna)
    assert na["waarom"] == voor["waarom"] != "Heel anders."


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
    assert ander in {r["wie"] for r in van_kees}
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
    lia = UUID(stad.doe("ellen", f"/huishoudens/{huis.id}/leden", {
        "naam": "Lia Proef", "geboortedatum": "2018-01-05", "rol": "kind",
        "sinds": "2026-01-01", "reden": "gevormd"})["id"])  # fmt: skip
    gezag = f"/huishoudens/{huis.id}/leden/{lia}/gezag"
    houders = [str(huis.anna), str(huis.bert)]
    stad.doe("ellen", gezag, {"uitkomst": "gezamenlijk-ouderlijk-gezag", "houders": houders})
    stad.inwoner("Lia", str(lia))
    yusuf = stad.wie["yusuf"]
    huis.vraag("yusuf", huis.kid(lia, huis.bert))
    pad = f"/personen/{lia}/inzagen"
    for wie in ("anna", "bert", "lia"):
        (blik,) = [r for r in overzicht(huis, wie, lia) if r["wat"] == ["financien-en-schulden"]]
        assert blik["naam"] == yusuf.naam, wie
        assert not [mens for mens in (huis.anna, huis.bert, lia) if str(mens) in str(blik)]
    lazen = [r["wie"] for r in overzicht(huis, "anna", lia) if r["wat"] != blik["wat"]]
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
    stad.doe("ellen", gezag, {"uitkomst": "eenhoofdig-ouderlijk-gezag", "houders": houders[1:]})
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
