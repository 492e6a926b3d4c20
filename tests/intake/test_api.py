"""Intake over HTTP: paths, bodies, answers, and what errors do not tell."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response

from infra.auth import Tokens
from infra.staff import Persona
from infra.web import make_api
from services.intake.api import router
from tests.client import lasting_headers
from tests.intake.world import ANNA, BEN, BSN, CAS, DIRK, EVA, GEMEENTE, NU, World

MANDAAT = {"kenmerk": "B-1", "van": "2026-01-01", "tot": "2026-12-31"}
NOAH = {"naam": "Noah de Vries", "geboortedatum": "2010-05-01"}
LID = {"rol": "kind", "sinds": "2026-03-02", "reden": "gevormd"}
ADRES = {"straat": "Dorpsstraat", "huisnummer": "1", "postcode": "1234AB", "plaats": "Ergens"}


class Client:
    """Posts as somebody, with a fresh idempotency key unless one is given."""

    def __init__(self, world: World) -> None:
        self.tokens = Tokens.from_secret("9999", world.provider.secret("token"))
        api = make_api(self.tokens, GEMEENTE, lambda: NU)
        api.include_router(router(world.intake))
        self.transport = ASGITransport(api)

    def __call__(
        self, wie: Persona | None, path: str, body: Any = None, sleutel: str | None = None
    ) -> Response:
        headers = {"Idempotency-Key": sleutel or uuid4().hex}
        if wie is not None:
            headers["Authorization"] = f"Bearer {self.tokens.issue(wie.aangemeld, NU)}"
        return self.send("POST", path, json=body, headers=headers)

    def send(self, method: str, path: str, **request: Any) -> Response:
        async def once() -> Response:
            async with AsyncClient(transport=self.transport, base_url="http://test") as http:
                return await http.request(method, path, **request)

        return asyncio.run(once())

    def made(self, wie: Persona, path: str, body: Any = None) -> dict[str, Any]:
        answer = self(wie, path, body)
        assert answer.status_code in (200, 201), answer.text
        content: dict[str, Any] = answer.json()
        assert content["positie"]
        return content


@pytest.fixture
def post(world: World) -> Client:
    return Client(world)


def melding(aangemelde: dict[str, Any]) -> dict[str, Any]:
    return {
        "melder": {"soort": "professional", "naam": "J. Bakker", "organisatie": "De Regenboog"},
        "aangemelde": aangemelde,
        "hulpvraag": {"vraag": "Verzuim", "wieWeetErvan": "moeder", "wieWilHulp": "moeder"},
        "clientondersteuningAangeboden": True,
    }


def huishouden(*leden: dict[str, Any], **meer: Any) -> dict[str, Any]:
    return {
        "regisseur": str(ANNA.id), "mandaat": MANDAAT,
        "leden": [LID | lid for lid in leden], **meer,
    }  # fmt: skip


def test_the_whole_path(post: Client) -> None:
    gemeld = post.made(CAS, "/meldingen", melding(NOAH))
    gevormd = post.made(
        BEN, "/huishoudens", huishouden({"naam": "Lena"}, NOAH, melding=gemeld["id"])
    )
    huis, (lena, noah) = f"/huishoudens/{gevormd['id']}", gevormd["leden"]
    for path, body in (
        (f"{huis}/leden/{noah}/adressen", {"adres": {**ADRES, "sinds": "2026-01-01"}}),
        (
            f"{huis}/leden/{lena}/adressen",
            {
                "adres": {"plaats": "X", "sinds": "2026-01-01", "geenVastAdres": True},
                "afgeschermd": True,
            },
        ),
        (f"{huis}/leden/{lena}/contactvoorkeuren", {"voorkeur": "bellen na 17 uur"}),
        (
            f"{huis}/leden/{noah}/gezag",
            {"uitkomst": "eenhoofdig-ouderlijk-gezag", "houders": [lena]},
        ),
        (f"{huis}/leden/{noah}/correcties", {"bsn": BSN}),
        (
            f"{huis}/verkenning",
            {
                "meervoudig": True,
                "waarom": "Verzuim en schulden.",
                "grondslag": {"bwb": "BWBR0035362", "artikel": "2.3.2", "lid": "4"},
            },
        ),
        (f"{huis}/informatie", {"persoon": lena, "op": "2026-03-02", "hoe": "gesprek"}),
        (f"{huis}/informatie", {"persoon": noah, "waarom": "Moeder vertelt het hem eerst."}),
    ):
        post.made(ANNA, path, body)

    extra = post.made(ANNA, f"{huis}/leden", LID | {"naam": "Baby", "reden": "geboren"})
    weg = {"op": "2026-03-02", "reden": "uit-huis"}
    post.made(ANNA, f"{huis}/leden/{extra['id']}/vertrek", weg)
    buur = post.made(ANNA, f"{huis}/netwerk", {"naam": "Kees", "kanHelpenMet": "oppassen"})
    post.made(ANNA, f"{huis}/netwerk/{buur['id']}/vertrek")

    tafel = {"deelnemers": [lena, noah, str(ANNA.id)]}
    gesprek = f"/gesprekken/{post.made(ANNA, f'{huis}/gesprekken', tafel)['id']}"
    post.made(ANNA, f"{gesprek}/zittingen", tafel | {"minuten": 60})
    wens = {"tekst": "Ik wil naar school.", "bron": "gezegd", "van": "Noah"}
    notitie = post.made(
        ANNA, f"{gesprek}/notities",
        {
            "personen": [noah], "leefgebied": "onderwijs", "reden": "verzuim",
            "wens": wens, "zelfDoen": wens, "zrm": 3,
        },
    )  # fmt: skip
    post.made(
        ANNA, f"{gesprek}/notities/{notitie['id']}/aanvullingen",
        {"leefgebied": "onderwijs", "aanvulling": wens},
    )  # fmt: skip
    post.made(ANNA, f"{gesprek}/afronding")

    nieuw = post.made(CAS, "/meldingen", melding({"naam": "N.", "bsn": BSN}))
    opvolging = {"uitkomst": "met school gebeld"}
    post.made(ANNA, f"{huis}/meldingen/{nieuw['id']}/opvolging", opvolging)
    afhandeling = {"huishouden": gevormd["id"], "uitkomst": "hoort bij dit gezin"}
    post.made(ANNA, f"/meldingen/{nieuw['id']}/afhandeling", afhandeling)
    assert post(ANNA, f"/meldingen/{nieuw['id']}/afhandeling", afhandeling).status_code == 409
    regie = {"regisseur": str(BEN.id), "mandaat": MANDAAT, "reden": "verhuisd"}
    post.made(ANNA, f"{huis}/regie", regie)
    assert post(ANNA, f"{huis}/regie", regie).status_code == 404
    post.made(DIRK, f"{huis}/regie", regie | {"regisseur": str(ANNA.id)})


def test_the_receipt_is_the_same_for_somebody_known_and_somebody_new(post: Client) -> None:
    post.made(BEN, "/huishoudens", huishouden({"naam": "Noah de Vries", "bsn": BSN}))
    bekend = post(CAS, "/meldingen", melding({"naam": "N.", "bsn": BSN}))
    nieuw = post(EVA, "/meldingen", melding({"naam": "Iemand Anders"}))
    own = ("id", "positie")
    een, twee = bekend.json(), nieuw.json()
    assert list(een) == list(twee) == ["id", "positie", "ontvangenOp", "bericht"]
    assert {k: v for k, v in een.items() if k not in own} == {
        k: v for k, v in twee.items() if k not in own
    }
    assert bekend.status_code == nieuw.status_code == 201
    assert lasting_headers(bekend) == lasting_headers(nieuw)


def test_search_answers_with_a_contact_and_nothing_else(post: Client) -> None:
    post.made(BEN, "/huishoudens", huishouden({**NOAH, "bsn": BSN}))
    naam = {**NOAH, "postcode": "1234AB", "huisnummer": "1"}
    contact = {"naam": ANNA.naam, "functie": ANNA.functie, "contact": ANNA.contact}
    for body in ({"bsn": BSN}, naam):
        assert post(BEN, "/personen/_zoek", body).json() == {"bekend": True, "contact": contact}
    unknown = post(BEN, "/personen/_zoek", {"bsn": "999900018"})
    assert unknown.json() == {"bekend": False, "contact": None}
    assert post(CAS, "/personen/_zoek", {"bsn": BSN}).status_code == 403
    for body in ({}, NOAH, {"bsn": BSN, **naam}, {"bsn": "999900007"}):
        wrong = post(BEN, "/personen/_zoek", body)
        assert wrong.status_code == 400
        assert "Noah" not in wrong.text
        assert "9999" not in wrong.text


def test_to_others_the_household_does_not_exist(post: Client) -> None:
    gevormd = post.made(BEN, "/huishoudens", huishouden(NOAH))
    noah = gevormd["leden"][0]
    for wie in (BEN, CAS, EVA):
        for rest, body in (
            ("leden", LID | {"naam": "X"}),
            (f"leden/{noah}/vertrek", {"op": "2026-03-02", "reden": "verhuisd"}),
            (f"leden/{noah}/correcties", {"naam": "X"}),
            ("netwerk", {"naam": "X", "kanHelpenMet": "Y"}),
            ("regie", {"regisseur": str(BEN.id), "mandaat": MANDAAT, "reden": "X"}),
            ("informatie", {"persoon": noah, "waarom": "X"}),
            ("gesprekken", {"deelnemers": [noah]}),
        ):
            here = post(wie, f"/huishoudens/{gevormd['id']}/{rest}", body)
            nowhere = post(wie, f"/huishoudens/{uuid4()}/{rest}", body)
            assert here.status_code == nowhere.status_code == 404
            assert here.content == nowhere.content
            assert lasting_headers(here) == lasting_headers(nowhere)


def test_a_repeated_command_and_a_reused_key(post: Client) -> None:
    body = huishouden(NOAH, {"naam": "Lena"})
    first, again = (post(BEN, "/huishoudens", body, "sleutel-1") for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = post(BEN, "/huishoudens", huishouden(NOAH), "sleutel-1")
    assert (other.status_code, other.json()["code"]) == (409, "sleutel-hergebruikt")
    # Keys are scoped to who uses them.
    assert post(ANNA, "/huishoudens", body, "sleutel-1").json()["id"] != first.json()["id"]


def test_input_is_refused_without_repeating_it(post: Client) -> None:
    wrong = melding({"naam": "Geheime Naam", "bsn": "123456789"})
    answer = post(CAS, "/meldingen", wrong)
    assert answer.status_code == 400
    assert "Geheime" not in answer.text
    assert "123456789" not in answer.text
    echt = post(CAS, "/meldingen", melding({"naam": "Geheime Naam", "bsn": "123456782"}))
    assert (echt.status_code, echt.json()["code"]) == (409, "alleen-test-bsn")
    assert post(None, "/meldingen", melding(NOAH)).status_code == 401
    assert post(BEN, "/huishoudens", huishouden()).status_code == 400
    lid = {"persoon": None}
    assert post(BEN, "/huishoudens", huishouden(lid)).status_code == 400


def test_the_document_names_every_operation_once_in_dutch(post: Client) -> None:
    document = post.send("GET", "/openapi.json").json()
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert len(operations) == 22
    assert len({op["operationId"] for op in operations}) == len(operations)
    for op in operations:
        assert op["summary"]
        assert op["description"]
        assert op["tags"] == ["intake"]
    for naam, schema in document["components"]["schemas"].items():
        for veld in schema.get("properties", {}):
            assert "_" not in veld, (naam, veld)
