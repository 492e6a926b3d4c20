"""The read API of the Logboek Dataverwerkingen: who finds what, and in which form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events.begrippen import Leefgebied
from infra import trace
from services.consent.log.verantwoording import NAMEN
from tests.consent.huis import NERGENS, Huis
from tests.consent.ldvboek import (
    LEZEN,
    SPOOR,
    STANDAARD,
    WAT,
    WIE,
    gevonden,
    lees,
    lijnen,
    pseudoniem,
    rijen,
)
from tests.system.stad import stad


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    """One household for all questions that only add to the log."""
    with stad(tmp_path_factory.mktemp("ldv")) as made:
        yield Huis(made)


@pytest.mark.parametrize(
    "body", [{}, {"startTime": 1}, {"startTime": 1, "endTime": 2}, {"traceId": "x"},
             {"traceId": None}, {"dpl.x": "y", "traceId": SPOOR},
             {"traceId": SPOOR, "startTime": -1}]
)  # fmt: skip
def test_a_question_must_be_specific(huis: Huis, body: dict[str, Any]) -> None:
    antwoord = lees(huis, "joris", **body)
    assert antwoord.status_code == 400
    assert antwoord.headers["Content-Type"] == "application/problem+json"
    assert antwoord.headers["API-Version"]


def test_a_trace_is_found_in_both_forms(vers: Huis, spoor: str) -> None:
    with trace.binnen(UUID(spoor)):
        vers.vraag("yusuf", vers.kid(vers.anna, vers.bert))
    for vorm in (spoor, spoor.upper(), str(UUID(spoor))):
        twee = gevonden(vers, "joris", traceId=vorm)
        assert [r["traceId"] for r in twee] == [str(UUID(spoor))] * 2
    (anna,) = gevonden(vers, "joris", traceId=spoor, **{WIE: pseudoniem(vers, vers.anna)})
    assert anna["attributes"][WAT] == "urn:samenplan:verwerking:9999:schuldhulp:1"
    assert anna["status"] == "Ok"


def test_time_and_activity_narrow_it_down(vers: Huis) -> None:
    vers.vraag("yusuf", vers.kid(vers.anna))
    eigen = {WIE: pseudoniem(vers, vers.anna)}
    (laatste,) = gevonden(vers, "joris", **eigen)[-1:]
    straks = laatste["endTime"] + 1
    assert gevonden(vers, "joris", **eigen, startTime=straks + 999) == []
    assert laatste in gevonden(vers, "joris", **eigen, startTime=laatste["startTime"],
                               endTime=laatste["endTime"])  # fmt: skip
    schuld = gevonden(vers, "joris", **{WAT: "urn:samenplan:verwerking:9999:schuldhulp:1"})
    assert [r["name"] for r in schuld] == ["gegevens inzien"]
    assert gevonden(vers, "joris", **{WAT: "urn:samenplan:verwerking:9999:schuldhulp:2"}) == []


def test_a_pseudonym_is_stable_and_says_nothing(huis: Huis, spoor: str) -> None:
    een, ander = pseudoniem(huis, huis.anna), pseudoniem(huis, huis.bert)
    assert een == pseudoniem(huis, huis.anna) != ander
    assert huis.anna.hex not in een
    assert huis.consent.pseudoniemen.lees(een) == huis.anna
    for nagemaakt in (een[:-2] + "00", een[2:], "", "x", huis.anna.hex):
        assert gevonden(huis, "joris", **{WIE: nagemaakt}) == []


def test_a_resident_finds_her_own_and_nobody_elses(huis: Huis, spoor: str) -> None:
    with trace.binnen(UUID(spoor)):
        huis.vraag("yusuf", huis.kid(huis.anna, huis.bert))
    (eigen,) = gevonden(huis, "anna", traceId=spoor)
    assert eigen["attributes"][WIE] == pseudoniem(huis, huis.anna)
    assert gevonden(huis, "anna", **{WIE: pseudoniem(huis, huis.bert)}) == []
    assert gevonden(huis, "anna", **{WIE: pseudoniem(huis, uuid4())}) == []


def test_no_professional_reads_the_log(huis: Huis, spoor: str) -> None:
    for wie in ("ellen", "yusuf", "tom", "hanna"):
        assert lees(huis, wie, traceId=spoor).status_code == 404
        assert huis.stad.vraag("GET", wie, "/logboek/otlp").status_code == 404
        assert huis.stad.vraag("GET", wie, "/logboek/volledigheid").status_code == 404
    assert huis.stad.vraag("POST", None, LEZEN, {"traceId": spoor}).status_code == 401


def test_reading_the_log_is_in_the_log_with_a_line_per_person(huis: Huis, spoor: str) -> None:
    with trace.binnen(UUID(spoor)):
        huis.vraag("yusuf", huis.kid(huis.anna, huis.bert))
    voor = huis.regels()
    gevonden(huis, "joris", traceId=spoor)
    wie, *regels = rijen(huis, voor)
    assert wie.regel.inhoud["wie"]["naam"] == "Joris Meijer"
    assert {r.regel.persoon for r in regels} == {huis.anna, huis.bert}
    assert {r.regel.soort for r in regels} == {"loginzage"}


def test_of_more_than_fit_the_newest_are_given(huis: Huis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.consent.log.loginzage.MEESTE", 3)
    kid = huis.kid(huis.anna)
    for _ in range(5):
        huis.vraag("yusuf", kid)
    tijden = [r["startTime"] for r in gevonden(huis, "joris", **{WIE: pseudoniem(huis, huis.anna)})]
    assert len(tijden) == 3
    assert tijden == sorted(tijden)


def test_the_answer_is_that_of_the_standard(huis: Huis) -> None:
    """Against our own reading of it, and against the published document where there is one."""
    huis.vraag("yusuf", huis.kid(huis.anna))
    records = gevonden(huis, "joris", **{WIE: pseudoniem(huis, huis.anna)})
    nodig = {"traceId", "spanId", "status", "name", "startTime", "endTime"}
    for made in records:
        assert nodig <= set(made) <= nodig | {"parentSpanId", "attributes", "resource"}
        assert re.fullmatch("[0-9a-fA-F]{16}", made["spanId"])
        assert made["status"] in ("Unset", "Ok", "Error")
        assert isinstance(made["startTime"], int)
        UUID(made["traceId"])
    if STANDAARD:
        document = _gelezen(Path(STANDAARD).read_text())
        soort = document["components"]["schemas"]["ProcessingActivity"]
        assert set(soort["required"]) == nodig
        assert all(set(made) <= set(soort["properties"]) for made in records)
        assert soort["properties"]["spanId"]["pattern"] == "^[0-9a-fA-F]{16}$"


def _gelezen(text: str) -> Any:
    """The published document lacks a comma after a remark."""
    return json.loads(re.sub(r'"_comment":[^\n]*\n', "", text))


def test_an_outsider_and_nobody_are_equal_in_the_log(huis: Huis) -> None:
    """A refused question has its record and no line: there is nobody it was about."""
    huis.kid(huis.anna)
    for waar in (huis.id, NERGENS):
        voor = huis.regels()
        huis.vraag("tom", huis=waar)
        (besluit,) = rijen(huis, voor)
        assert besluit.regel.soort == "besluit"
        assert besluit.regel.inhoud["adl"]["status"] == "Ok"  # a refusal is no error
        assert lijnen(huis, voor) == []


def test_asking_whether_one_may_is_a_line_of_its_own_name(huis: Huis) -> None:
    voor = huis.regels()
    body = {"huishouden": str(huis.id), "persoon": str(huis.anna), "herkomst": "wgs-schuldhulp",
            "onderwerp": Leefgebied.FINANCIEN_EN_SCHULDEN.value}  # fmt: skip
    huis.stad.vraag("POST", "ellen", "/vragen", body)
    (regel,) = lijnen(huis, voor)
    assert regel.regel.inhoud["ldv"]["name"] == NAMEN["uitleg"]
