"""Over HTTP: who decides for whom, who withdraws, who asks and who looks at the log."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from events.begrippen import Leefgebied
from tests.consent.huis import NERGENS, Huis
from tests.consent.verzoeken import GEHEIM, PADEN, bodies, post

# --- who decides ------------------------------------------------------------------------------


def test_only_a_professional_records_a_ground(huis: Huis) -> None:
    answer = post(huis, "anna", "/grondslagen", bodies(huis)["/grondslagen"])
    assert (answer.status_code, answer.json()["code"]) == (403, "alleen-professional")


def test_a_ground_where_the_law_asks_consent_is_refused(huis: Huis) -> None:
    body = bodies(huis)["/grondslagen"] | {"doel": "regie", "regimes": ["wgs"]}
    answer = post(huis, "ellen", "/grondslagen", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "geen-uitdrukkelijke-grond")


def test_a_ground_is_made_per_person_and_once_for_each(huis: Huis) -> None:
    anna, bert = str(huis.anna), str(huis.bert)
    body = bodies(huis)["/grondslagen"] | {"personen": [anna, bert, anna]}
    assert len(post(huis, "yusuf", "/grondslagen", body).json()["ids"]) == 2


def test_a_resident_speaks_for_herself(huis: Huis) -> None:
    for pad in PADEN[1:]:
        assert post(huis, "anna", pad, bodies(huis)[pad]).status_code == 201


def test_a_resident_does_not_speak_for_another_grown_up(huis: Huis) -> None:
    for pad in PADEN[1:]:
        assert post(huis, "bert", pad, bodies(huis)[pad]).status_code == 404


def test_a_parent_decides_for_a_child_below_16(huis: Huis) -> None:
    """Kees is 14: UAVG 5 lid 1, Jeugdwet 7.3.4; his secrecy is his own (7.3.11)."""
    voor_kees = {"persoon": str(huis.kees)}
    for pad, status in (
        ("/toestemmingen", 201), ("/akkoorden", 201), ("/bezwaren", 201), ("/opheffingen", 409),
    ):  # fmt: skip
        answer = post(huis, "anna", pad, bodies(huis)[pad] | voor_kees)
        assert answer.status_code == status, pad


def test_a_parent_does_not_write_down_what_the_child_would_have_decided(huis: Huis) -> None:
    kees = {"persoon": str(huis.kees), "gegevenDoor": str(huis.kees)}
    for pad in ("/opheffingen", "/akkoorden"):
        answer = post(huis, "anna", pad, bodies(huis)[pad] | kees)
        assert (answer.status_code, answer.json()["code"]) == (409, "mag-niet-namens")
        assert post(huis, "kees", pad, bodies(huis)[pad] | kees).status_code == 201


def test_a_toestemming_that_already_ended_is_refused(huis: Huis) -> None:
    for pad in ("/toestemmingen", "/opheffingen"):
        answer = post(huis, "ellen", pad, bodies(huis)[pad] | {"tot": "2026-03-01"})
        assert (answer.status_code, answer.json()["code"]) == (409, "lopend-verleden")


# --- withdrawing ------------------------------------------------------------------------------


def trek_in(huis: Huis, wie: str, record: str, **meer: Any) -> httpx.Response:
    body = {"huishouden": str(huis.id)} | meer
    return post(huis, wie, f"/vastleggingen/{record}/intrekking", body)


def test_withdrawing_is_as_easy_as_giving_and_happens_once(huis: Huis) -> None:
    record = huis.toestemming()
    kid = huis.kid(huis.anna)
    assert huis.vraag("ellen", kid).keys
    assert trek_in(huis, "anna", record, reden="ik wil het niet meer").status_code == 200
    assert not huis.vraag("ellen", kid).keys
    weer = trek_in(huis, "anna", record)
    assert (weer.status_code, weer.json()["code"]) == (409, "al-ingetrokken")


def test_a_withdrawal_by_who_has_no_say_finds_nothing(huis: Huis) -> None:
    record = huis.toestemming()
    for wie in ("tom", "bert", "joris"):
        echt, verzonnen = trek_in(huis, wie, record), trek_in(huis, wie, str(uuid4()))
        assert echt.status_code == verzonnen.status_code == 404
        assert echt.json() == verzonnen.json()
    elders = trek_in(huis, "anna", record, huishouden=str(NERGENS))
    assert elders.status_code == 404
    assert huis.vraag("ellen", huis.kid(huis.anna)).keys


def test_no_professional_withdraws_the_objection_that_keeps_her_out(huis: Huis) -> None:
    record = post(huis, "anna", "/bezwaren", bodies(huis)["/bezwaren"]).json()["id"]
    kid = huis.kid(huis.anna, bron="gezinsplan")
    assert not huis.vraag("ellen", kid).keys
    assert trek_in(huis, "ellen", record).status_code in (403, 409)
    assert not huis.vraag("ellen", kid).keys
    assert trek_in(huis, "anna", record).status_code == 200
    assert huis.vraag("ellen", kid).keys


# --- asking, looking, rules -------------------------------------------------------------------


def test_a_question_explains_itself(huis: Huis) -> None:
    body = bodies(huis)["/vragen"]
    nee = post(huis, "ellen", "/vragen", body).json()
    assert (nee["uitkomst"], nee["code"]) == ("mag-na", "A4-GEEN-GROND")
    assert nee["artikel"] == "Wmo 2015 artikel 5.1.1 lid 4"
    assert nee["ontbreekt"] == ["uitdrukkelijke toestemming van ieder over wie het gaat"]
    ja = post(huis, "yusuf", "/vragen", body).json()
    assert (ja["uitkomst"], ja["regel"], ja["ontbreekt"]) == ("mag", "R-23", [])
    assert all(controle["goed"] for controle in ja["controles"])


def test_a_question_is_answered_alike_whether_anything_is_there(huis: Huis) -> None:
    body = bodies(huis)["/vragen"] | {"onderwerp": "justitie"}
    voor = post(huis, "ellen", "/vragen", body).json()
    huis.kid(huis.anna, over=Leefgebied.JUSTITIE)
    assert post(huis, "ellen", "/vragen", body).json() == voor


def test_only_oneself_asks_who_looked(huis: Huis) -> None:
    pad = f"/personen/{huis.anna}/inzagen"
    huis.vraag("yusuf", huis.kid(huis.anna))
    (regel,) = [r for r in huis.stad.zie("anna", pad)["regels"] if "Yusuf" in r["wie"]]
    assert regel["uitkomst"] == "gezien"
    for wie in ("bert", "ellen", "tom", "joris"):
        echt = huis.stad.vraag("GET", wie, pad)
        niets = huis.stad.vraag("GET", wie, f"/personen/{uuid4()}/inzagen")
        assert echt.status_code == 404
        assert echt.json() == niets.json()


def test_only_who_supervises_reads_the_log_and_that_is_logged(huis: Huis) -> None:
    pad = f"/huishoudens/{huis.id}/inzagen"
    for wie in ("ellen", "anna", "tom", "hanna"):
        assert huis.stad.vraag("GET", wie, pad).status_code == 404
    for wie in ("joris", "wil"):
        voor = huis.regels()
        assert huis.stad.vraag("GET", wie, pad).status_code == 200
        assert huis.regels() > voor
    gelezen = [r for r in huis.stad.zie("wil", pad)["regels"] if r["handeling"] == "loginzage"]
    assert {r["wie"] for r in gelezen} == {"Joris Meijer"}, "nobody reviews her own"
    assert huis.stad.zie("joris", f"/huishoudens/{NERGENS}/inzagen") == {"regels": []}


def test_the_rules_are_public_to_who_signs_in(huis: Huis) -> None:
    regels = huis.stad.zie("tom", "/regels")
    assert regels["hash"] == huis.consent.regels.hash
    assert len(regels["regels"]) == len(huis.consent.regels.regels)
    assert huis.stad.vraag("GET", None, "/regels").status_code == 401


@pytest.mark.parametrize(
    "pad", ["/personen/{}/wissing", "/vastleggingen/{}/intrekking", "/personen/{}/inzagen"]
)
def test_a_path_that_is_no_id_is_bad_input(huis: Huis, pad: str) -> None:
    methode = "GET" if pad.endswith("inzagen") else "POST"
    answer = huis.stad.vraag(
        methode, "hanna", pad.format(GEHEIM), {} if methode == "POST" else None
    )
    assert answer.status_code == 400
    assert GEHEIM not in answer.text
