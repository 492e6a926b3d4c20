"""AuthZEN 1.0, NL GOV profile: the same decision, a deny is an answer, all on the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from infra import trace
from infra.logbook import logregels
from tests.consent.huis import NERGENS, Huis
from tests.system.stad import stad


class Vragend(Huis):
    """A household, asked about by everybody here; every test in a trace of its own."""

    spoor: UUID

    @property
    def ouder(self) -> str:
        return trace.kop(self.spoor)


@pytest.fixture(scope="module")
def gedeeld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vragend]:
    with stad(tmp_path_factory.mktemp("authzen")) as made:
        yield Vragend(made)


@pytest.fixture
def huis(gedeeld: Vragend) -> Vragend:
    gedeeld.spoor = uuid4()
    return gedeeld


def verzoek(huis: Vragend, wie: str, **anders: Any) -> dict[str, Any]:
    persona = huis.stad.wie[wie]
    return {
        "subject": {"type": "medewerker", "id": str(persona.id)},
        "action": {"name": "inzien"},
        "resource": resource(huis),
        "context": {"traceparent": huis.ouder},
    } | anders


def resource(
    huis: Vragend, persoon: UUID | None = None, uit: str = "wgs-schuldhulp",
    wat: str = "financien-en-schulden", waar: UUID | None = None,
) -> dict[str, str]:  # fmt: skip
    return {"type": "onderdeel", "id": f"{waar or huis.id}/{persoon or huis.anna}/{uit}/{wat}"}


def vraag(huis: Vragend, wie: str, body: Any, **meer: Any) -> httpx.Response:
    return huis.stad.vraag("POST", wie, "/access/v1/evaluation", body, volg=False, **meer)


def batch(huis: Vragend, wie: str, body: Any) -> Any:
    answer = huis.stad.vraag("POST", wie, "/access/v1/evaluations", body, volg=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


def besluiten(huis: Vragend, spoor: UUID | None = None) -> list[dict[str, Any]]:
    """The decision records of one trace, oldest first."""
    with huis.consent.database.read() as tx:
        waar = logregels.select().where(
            logregels.c.vraag == (spoor or huis.spoor), logregels.c.soort == "besluit"
        )
        return [row.regel.inhoud for row in huis.consent.logboek.read(tx, waar)]


# --- one evaluation ----------------------------------------------------------------------------


def test_yes_and_no_are_both_answers(huis: Vragend) -> None:
    nee = vraag(huis, "ellen", verzoek(huis, "ellen"))
    ja = vraag(huis, "yusuf", verzoek(huis, "yusuf"))
    assert (nee.status_code, ja.status_code) == (200, 200)
    assert nee.headers["Content-Type"] == "application/json"
    assert (nee.json()["decision"], ja.json()["decision"]) == (False, True)
    reden = nee.json()["context"]["reason"]
    assert reden["uitkomst"] == "mag-na"
    assert reden["artikel"]
    assert reden["ontbreekt"]
    assert nee.json()["context"]["regelset"]["hash"] == huis.consent.regels.hash


def test_it_is_the_answer_of_the_function_itself(huis: Vragend) -> None:
    gewoon = huis.stad.vraag("POST", "ellen", "/vragen", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "herkomst": "wgs-schuldhulp",
        "onderwerp": "financien-en-schulden"}).json()  # fmt: skip
    hier = vraag(huis, "ellen", verzoek(huis, "ellen")).json()["context"]["reason"]
    assert {naam: gewoon[naam] for naam in hier} == hier


def test_consent_turns_the_no_into_a_yes_and_withdrawal_back(huis: Vragend) -> None:
    record = huis.toestemming()
    assert vraag(huis, "ellen", verzoek(huis, "ellen")).json()["decision"] is True
    huis.trek_in(record)
    assert vraag(huis, "ellen", verzoek(huis, "ellen")).json()["decision"] is False


def test_every_evaluation_is_on_the_record_under_its_own_trace(huis: Vragend) -> None:
    vraag(huis, "ellen", verzoek(huis, "ellen"))
    vraag(huis, "tom", verzoek(huis, "tom"))
    assert [een["adl"]["event_name"] for een in besluiten(huis)] == ["adl.access_evaluation"] * 2


def test_what_does_not_exist_is_denied_as_what_may_not_be_known(huis: Vragend) -> None:
    def antwoord(wie: str, wat: dict[str, str]) -> Any:
        return vraag(huis, wie, verzoek(huis, wie, resource=wat)).json()

    regels = huis.regels()
    gelijk = [
        antwoord("tom", resource(huis)),
        antwoord("tom", resource(huis, waar=NERGENS)),
        antwoord("ellen", resource(huis, persoon=uuid4())),
        antwoord("ellen", resource(huis, uit="bestaat-niet")),
        antwoord("ellen", resource(huis) | {"type": "iets-anders"}),
    ]
    assert all(een == gelijk[0] for een in gelijk)
    assert gelijk[0]["decision"] is False
    assert huis.regels() == regels + len(gelijk)


def test_an_action_that_nobody_has_is_denied(huis: Vragend) -> None:
    body = verzoek(huis, "yusuf", action={"name": "wissen"})
    assert vraag(huis, "yusuf", body).json()["decision"] is False


def test_the_purpose_may_be_named_by_the_register(huis: Vragend) -> None:
    boek = huis.consent.verantwoording.register
    dag = huis.stad.uur.nu.date()

    def met(activiteit: str) -> httpx.Response:
        action = {"name": "inzien", "properties": {"processing_activity_id": activiteit}}
        return vraag(huis, "yusuf", verzoek(huis, "yusuf", action=action))

    assert met(boek.uri("schuldhulp", dag)).json()["decision"] is True
    anders = met(boek.uri("zorg", dag)).json()
    assert anders["context"]["reason"]["code"] == "A3-DOEL-PAST-NIET"
    assert met("urn:iets:anders").status_code == 400


# --- who asks ----------------------------------------------------------------------------------


def test_only_for_who_is_signed_in(huis: Vragend) -> None:
    answer = huis.stad.client.post("/v1/access/v1/evaluation", json=verzoek(huis, "ellen"))
    assert answer.status_code == 401


def test_nobody_asks_about_another_but_who_supervises_and_says_why(huis: Vragend) -> None:
    assert vraag(huis, "ellen", verzoek(huis, "yusuf")).status_code == 403
    body = verzoek(huis, "yusuf")
    assert vraag(huis, "joris", body).status_code == 400
    body["context"] |= {"reden": "klacht van een inwoner over inzage"}
    answer = vraag(huis, "joris", body)
    assert answer.json()["decision"] is True
    (gevraagd,) = besluiten(huis)
    assert gevraagd["vraag"]["reden"] == "klacht van een inwoner over inzage"


def test_properties_of_the_subject_give_no_rights(huis: Vragend) -> None:
    body = verzoek(huis, "ellen")
    body["subject"] |= {"properties": {"rol": "beslisser", "regime": "wgs"}}
    assert vraag(huis, "ellen", body).json()["decision"] is False


# --- what is no request ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "anders",
    [
        {"subject": None}, {"subject": {"type": "medewerker"}}, {"action": {}},
        {"resource": {"type": "onderdeel", "id": "42"}}, {"resource": []}, {"context": {}},
        {"context": {"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"}},
        {"context": {"time": "gisteren"}},
        {"context": {"time": "2026-03-02"}},
        {"context": {"time": "2026-13-02T10:00:00Z"}},
        {"context": {"time": "2020-03-02T10:00:00Z"}},
        {"context": {"time": 1772445600}},
        {"context": {"reden": "x" * 201}}, {"context": {"reden": ["een", "twee"]}},
    ],
)  # fmt: skip
def test_what_asks_nothing_is_an_error_and_nothing_is_decided(
    huis: Vragend, anders: dict[str, Any]
) -> None:
    body = verzoek(huis, "ellen", **anders)
    if {"time", "reden"} & (body["context"] or {}).keys():
        body["context"] |= {"traceparent": huis.ouder}
    answer = vraag(huis, "ellen", body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert besluiten(huis) == []


@pytest.mark.parametrize("vorm", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.250+00:00"])
def test_a_time_of_now_is_fine(huis: Vragend, vorm: str) -> None:
    context = {"traceparent": huis.ouder, "time": huis.stad.uur.nu.strftime(vorm)}
    answer = vraag(huis, "yusuf", verzoek(huis, "yusuf", context=context))
    assert answer.json()["decision"] is True


def test_the_number_of_the_request_comes_back(huis: Vragend) -> None:
    for body in (verzoek(huis, "yusuf"), verzoek(huis, "yusuf", context={})):
        answer = vraag(huis, "yusuf", body, headers={"X-Request-ID": "vraag-17"})
        assert answer.headers["X-Request-ID"] == "vraag-17"


# --- a batch -----------------------------------------------------------------------------------


def velen(huis: Vragend, wie: str, *delen: dict[str, str], hoe: str | None = None) -> Any:
    body = verzoek(huis, wie) | {"evaluations": [{"resource": deel} for deel in delen]}
    del body["resource"]
    if hoe is not None:
        body["options"] = {"evaluations_semantic": hoe}
    return batch(huis, wie, body)


@pytest.mark.parametrize(
    ("hoe", "verwacht"),
    [
        (None, [True, False, True]),
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_a_batch_stops_when_its_answer_is_known(
    huis: Vragend, hoe: str | None, verwacht: list[bool]
) -> None:
    mag, mag_niet = resource(huis, uit="gezinsplan"), resource(huis)
    antwoord = velen(huis, "ellen", mag, mag_niet, mag, hoe=hoe)
    assert [een["decision"] for een in antwoord["evaluations"]] == verwacht
    assert "decision" not in antwoord
    namen = [een["adl"]["event_name"] for een in besluiten(huis)]
    # What was not evaluated is not on the record.
    assert namen == ["adl.access_evaluations"] * len(verwacht)


def test_an_evaluation_replaces_the_defaults_it_names(huis: Vragend) -> None:
    ander = trace.kop(uuid4())
    body = verzoek(huis, "ellen") | {
        "evaluations": [{}, {"resource": resource(huis, uit="gezinsplan")},
                        {"context": {"traceparent": ander}}],
    }  # fmt: skip
    antwoorden = batch(huis, "ellen", body)["evaluations"]
    assert [een["decision"] for een in antwoorden] == [False, True, False]
    elders = trace.lees(ander)
    assert elders is not None
    assert (len(besluiten(huis)), len(besluiten(huis, elders))) == (2, 1)


def test_one_that_cannot_be_read_is_closed_and_the_rest_goes_on(huis: Vragend) -> None:
    stuk = {"type": "onderdeel", "id": "42"}
    antwoord = velen(huis, "ellen", stuk, resource(huis, uit="gezinsplan"))["evaluations"]
    assert [een["decision"] for een in antwoord] == [False, True]
    assert antwoord[0]["context"]["error"]["status"] == 400


def test_without_evaluations_it_is_a_single_one(huis: Vragend) -> None:
    geen: list[dict[str, Any]] = [{}, {"evaluations": []}]
    for leeg in geen:
        assert batch(huis, "yusuf", verzoek(huis, "yusuf") | leeg)["decision"] is True


def test_another_semantic_is_an_error(huis: Vragend) -> None:
    body = verzoek(huis, "ellen") | {
        "evaluations": [{}], "options": {"evaluations_semantic": "meeste_stemmen"}
    }  # fmt: skip
    answer = huis.stad.vraag("POST", "ellen", "/access/v1/evaluations", body)
    assert answer.status_code == 400
