"""What somebody would try who may do something here, but not this. Over HTTP, in one town."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from events.begrippen import Leefgebied, herkomst
from services.consent.domain import Code, Vraag, mag
from services.consent.regels import regelset
from tests.consent.gezin import MENSEN, NOAH, gezin
from tests.consent.huis import NERGENS, Huis

JEUGDHULP = "jeugdhulp-dossier"


def trek_in(huis: Huis, wie: str, record: str, waar: UUID | None = None) -> Any:
    body = {"huishouden": str(waar or huis.id)}
    return huis.stad.vraag("POST", wie, f"/vastleggingen/{record}/intrekking", body)


def bezwaar(huis: Huis) -> str:
    """Anna objects to what Yusuf does with her data."""
    body = {"huishouden": str(huis.id), "persoon": str(huis.anna), "doel": "schuldhulp",
            "reden": "Ik wil dit niet."}  # fmt: skip
    return str(huis.stad.doe("anna", "/bezwaren", body)["id"])


def grond(huis: Huis) -> str:
    body = {"huishouden": str(huis.id), "personen": [str(huis.anna)], "doel": "schuldhulp",
            "regimes": ["wmo"], "onderwerpen": ["wonen"],
            "noodzaak": "Zonder de huur klopt het plan niet."}  # fmt: skip
    return str(huis.stad.doe("yusuf", "/grondslagen", body)["id"])


def test_secrecy_is_kept_per_file_and_not_per_profession() -> None:
    """Jeugdwet 7.3.11 lid 2 a speaks of "die jeugdhulp"."""
    bram = MENSEN["jeugdhulpverlener"]
    vraag = Vraag(bram, None, (NOAH,), herkomst(JEUGDHULP), Leefgebied.OPGROEIEN_EN_OPVOEDEN)
    assert mag(vraag, gezin(), regelset()).regel == "R-25"
    collega = replace(vraag, vrager=replace(bram, herkomst="jeugdhulp-dossier-elders"))
    besluit = mag(collega, gezin(), regelset())
    assert (besluit.code, besluit.regel) == (Code.GEHEIMHOUDING, "R-104")


def test_a_professional_does_not_withdraw_the_objection_that_keeps_her_out(huis: Huis) -> None:
    record, kid = bezwaar(huis), huis.kid(huis.anna)
    assert not huis.vraag("yusuf", kid).keys
    for wie in ("yusuf", "ellen"):
        antwoord = trek_in(huis, wie, record)
        assert (antwoord.status_code, antwoord.json()["code"]) == (409, "bezwaar-blijft")
    assert not huis.vraag("yusuf", kid).keys
    huis.trek_in(record)
    assert set(huis.vraag("yusuf", kid).keys) == {kid}


def test_a_resident_objects_to_a_legal_ground_and_does_not_withdraw_it(huis: Huis) -> None:
    record = grond(huis)
    kid = huis.kid(huis.anna, bron="wmo-onderzoek", over=Leefgebied.WONEN)
    antwoord = trek_in(huis, "anna", record)
    assert (antwoord.status_code, antwoord.json()["code"]) == (409, "grond-blijft")
    assert set(huis.vraag("yusuf", kid).keys) == {kid}
    bezwaar(huis)
    assert not huis.vraag("yusuf", kid).keys


def test_who_comes_back_says_anew_why_it_is_needed(huis: Huis) -> None:
    grond(huis)
    kid = huis.kid(huis.anna, bron="wmo-onderzoek", over=Leefgebied.WONEN)
    assert huis.vraag("yusuf", kid).keys
    yusuf = huis.stad.wie["yusuf"].id
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/deelnemers/{yusuf}/vertrek", {"reden": "klaar"})
    assert not huis.vraag("yusuf", kid).relaties
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/deelnemers",
                  {"medewerker": str(yusuf), "taak": "schuldhulp"})  # fmt: skip
    assert huis.vraag("yusuf", kid).relaties
    assert not huis.vraag("yusuf", kid).keys


def test_what_follows_an_erasure_still_counts(huis: Huis) -> None:
    """A fact about somebody who was erased parks no stream: the next handover is followed."""
    buur = huis.stad.doe("ellen", f"/huishoudens/{huis.id}/netwerk", {
        "naam": "Buur Proef", "kanHelpenMet": "oppassen"})["id"]  # fmt: skip
    huis.stad.doe("hanna", f"/personen/{buur}/wissing", {})
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/netwerk/{buur}/vertrek")
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/regie", {
        "regisseur": str(huis.stad.wie["fatma"].id), "mandaat": huis.stad.mensen(),
        "reden": "verhuisd naar Zuid"})  # fmt: skip
    assert not any(consumer.quarantined() for consumer in huis.stad.world.worker.consumers)
    kid = huis.kid(huis.anna)
    assert huis.vraag("fatma", kid).relaties
    assert not huis.vraag("ellen", kid).relaties


def test_a_refused_command_is_on_the_record(huis: Huis) -> None:
    record = huis.toestemming()
    assert trek_in(huis, "tom", record).status_code == 404
    regel = huis.log()[-1]
    assert (regel["wie"], regel["weigering"]) == ("Tom Aarts", "A2-GEEN-RELATIE")


@pytest.mark.parametrize("wie", ["tom", "dirk", "hanna"])
def test_withdrawing_tells_an_outsider_nothing(huis: Huis, wie: str) -> None:
    _, (dirk,) = huis.stad.huishouden("fatma", "Dirk Elders")
    huis.stad.inwoner("Dirk", dirk)
    record = huis.toestemming()

    def spoor(waar: UUID, wat: str) -> tuple[list[str], int, bytes]:
        with huis.statements() as ran:
            antwoord = trek_in(huis, wie, wat, waar)
        return ran, antwoord.status_code, antwoord.content

    spoor(NERGENS, str(NERGENS))  # the first line of a month makes its key
    echt = spoor(huis.id, record)
    assert echt == spoor(huis.id, str(NERGENS)) == spoor(NERGENS, record)
    assert echt[1] == 404


def test_a_resident_does_not_write_down_what_another_decided(huis: Huis) -> None:
    body = {
        "huishouden": str(huis.id),
        "persoon": str(huis.kees),
        "herkomst": JEUGDHULP,
        "houder": "De Brug",
        "ontvanger": {"medewerker": str(huis.stad.wie["ellen"].id)},
    }
    for gever in (huis.kees, huis.bert):  # Anna has custody, and still cannot sign for them
        antwoord = huis.stad.vraag(
            "POST", "anna", "/opheffingen", body | {"gegevenDoor": str(gever)}
        )
        assert (antwoord.status_code, antwoord.json()["code"]) == (409, "mag-niet-namens")


def test_asking_whether_one_may_see_is_not_seeing(huis: Huis) -> None:
    body = {"huishouden": str(huis.id), "persoon": str(huis.anna), "herkomst": "wgs-schuldhulp",
            "onderwerp": "financien-en-schulden"}  # fmt: skip
    antwoord = huis.stad.vraag("POST", "yusuf", "/vragen", body).json()
    assert (antwoord["uitkomst"], antwoord["regel"]) == ("mag", "R-23")
    pad = f"/huishoudens/{huis.id}/personen/{huis.anna}/mogelijkheden"
    huis.stad.zie("yusuf", pad)  # what a page asks to know its choices
    vragen = huis.stad.zie("anna", f"/personen/{huis.anna}/inzagen")["regels"][-2:]
    for regel in vragen:  # the same words: nothing of hers was read, so nothing was refused
        assert regel["uitkomst"] == "vroeg wat de regels zeggen, zag niets"
        assert (regel["wat"], regel["grond"], regel["waarom"]) == ([], "", "")
        assert regel["waarvoor"] == "om u te helpen met schulden"
        assert "Yusuf Kaya" in regel["wie"]
    toezicht = huis.log()
    besluiten = [r for r in toezicht if r["handeling"] == "uitleg" and r["persoon"] is None][-2:]
    assert [r["doel"] for r in besluiten] == ["schuldhulp"] * 2


def test_who_left_reads_of_newcomers_only_what_they_do(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.bert))
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{huis.kees}/gezag", {
        "uitkomst": "eenhoofdig-ouderlijk-gezag", "houders": [str(huis.anna)]})  # fmt: skip
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{huis.bert}/vertrek", {
        "op": "2026-03-01", "reden": "gescheiden"})  # fmt: skip
    regel = huis.stad.zie("bert", f"/personen/{huis.bert}/inzagen")["regels"][-1]
    assert regel["wie"] == "schuldhulpverlener, Schuldhulp Voorbeeldstad"


@pytest.mark.parametrize("leeg", ["." * 60, "\u200b" * 60, "\u3164 " * 60, "nee " * 30])
def test_a_reason_that_says_nothing_is_refused_wherever_one_is_asked(huis: Huis, leeg: str) -> None:
    """Dots, what does not show, one word again and again: 400, with what is asked, at the field."""
    ergens, hier = UUID(int=404), {"huishouden": str(huis.id)}
    spreekt = {"wat": "doorbreking", "herkomst": "zorg-behandeling", "onderwerpen": ["wonen"],
               "ontvanger": {"organisatie": "Wijkteam"}, "van": "2026-03-02"}  # fmt: skip
    instelling = {"instemming": "OR-1", "instemmingOp": "2026-03-01", "van": "2026-03-02",
                  "tot": "2026-04-01"}  # fmt: skip
    beperking = huis.beperking(huis.anna, {"van": "2026-03-02"})
    for wie, pad, body, veld in (
        ("yusuf", "/grondslagen", hier | {
            "personen": [str(huis.anna)], "doel": "schuldhulp", "regimes": ["wmo"],
            "onderwerpen": ["justitie"], "noodzaak": leeg}, "noodzaak"),
        ("bram", f"/noodtoegangen/{ergens}/openstelling", {"reden": leeg}, "reden"),
        ("hanna", f"/noodtoegangen/{ergens}/oordeel", {
            "uitkomst": "terecht", "motivering": leeg}, "motivering"),
        ("sanne", "/omstandigheden", hier | {
            "persoon": str(huis.anna), "omstandigheid": spreekt | {"afweging": leeg}}, "afweging"),
        ("joris", "/logboek/regels/1", {"reden": leeg}, "reden"),
        ("joris", "/beperkingen", beperking | {"weging": leeg}, "weging"),
        ("hanna", "/afwijkingen/instelling", instelling | {"doel": leeg}, "doel"),
    ):  # fmt: skip
        antwoord = huis.stad.vraag("POST", wie, pad, body)
        assert (antwoord.status_code, antwoord.json()["code"]) == (400, "onjuiste-invoer"), pad
        (fout,) = antwoord.json()["fouten"]
        assert fout["waar"].split(".")[-1] == veld, pad
        assert fout["wat"].startswith("Schrijf een zin waarin staat waarom: ten minste "), pad
    zicht = {"spoor": str(ergens), "reden": leeg}
    antwoord = huis.stad.vraag("POST", "joris", "/terugblikken", zicht)
    assert antwoord.json()["code"] == "reden-ontbreekt"
