"""The plan over HTTP: words, statuses, tags, and one answer for whoever may not know."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response

from events.plan import plan_id
from infra.auth import Tokens
from infra.positions import Positie
from infra.staff import Persona
from infra.web import make_api
from services.plan.api import router
from tests.client import lasting_headers
from tests.plan.world import (
    BUUR,
    GEMEENTE,
    HUIS,
    HULP,
    MOEDER,
    NOAH,
    NU,
    REGISSEUR,
    VREEMDE,
    B,
    M,
    N,
    Wereld,
)

PLAN = f"/plannen/{plan_id(HUIS)}"
ELDERS = f"/plannen/{plan_id(UUID(int=12345))}"
DOEL: dict[str, Any] = {
    "personen": [str(MOEDER), str(NOAH)], "woorden": "Rust in huis",
    "resultaat": "Geen achterstand in de huur", "evaluatieOp": "2026-06-01",
    "leefgebied": "wonen",
}  # fmt: skip
BIJ = {naam: waarde for naam, waarde in DOEL.items() if naam != "personen"}
ACTIE: dict[str, Any] = {
    "eigenaar": str(HULP.id), "eigenaarsoort": "professional", "wat": "Belt de verhuurder",
    "uiterlijkOp": "2026-04-01", "aard": "preventief", "leefgebied": "wonen",
}  # fmt: skip
EVALUATIE = {"uitkomst": "deels", "toelichting": "Samen besproken", "leefgebied": "wonen"}
VOORTGANG = {"status": "bezig", "leefgebied": "wonen"}
REDEN = {"reden": "Zo spraken we af"}


class Aanroep:
    """Calls the API as somebody, with a fresh key unless one is given."""

    def __init__(self, wereld: Wereld) -> None:
        self.wereld = wereld
        self.tokens = Tokens.from_secret("9999", b"t" * 32)
        api = make_api(self.tokens, GEMEENTE, lambda: NU)
        api.include_router(router(wereld.plannen))
        self._transport = ASGITransport(api, raise_app_exceptions=False)

    def __call__(
        self, wie: Persona, pad: str, body: dict[str, Any] | None = None, **headers: str
    ) -> Response:
        headers = {
            "Authorization": f"Bearer {self.tokens.issue(wie.aangemeld, NU)}",
            "Idempotency-Key": uuid4().hex,
        } | {naam.replace("_", "-"): waarde for naam, waarde in headers.items()}
        return self.ask("POST", pad, json=body, headers=headers)

    def ask(self, methode: str, pad: str, **given: Any) -> Response:
        async def asked() -> Response:
            async with AsyncClient(transport=self._transport, base_url="http://proef") as client:
                return await client.request(methode, pad, **given)

        return asyncio.run(asked())


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Aanroep]:
    wereld = Wereld(tmp_path)
    yield Aanroep(wereld)
    wereld.close()


@pytest.fixture
def doel(post: Aanroep) -> str:
    """A goal in an open plan in which a colleague takes part."""
    assert post(REGISSEUR, f"/huishoudens/{HUIS}/plan").status_code == 201
    mee = {"medewerker": str(HULP.id), "taak": "schulden ordenen"}
    assert post(REGISSEUR, f"{PLAN}/deelnemers", mee).status_code == 201
    return str(post(HULP, f"{PLAN}/doelen", DOEL).json()["id"])


@pytest.fixture
def actie(post: Aanroep, doel: str) -> str:
    return str(post(HULP, f"{PLAN}/acties", ACTIE | {"doel": doel}).json()["id"])


def opdrachten(doel: str, actie: str) -> dict[str, dict[str, Any]]:
    """Every command of a plan, by the path after it."""
    return {
        "doelen": DOEL,
        f"doelen/{doel}/bijstellingen": BIJ,
        f"doelen/{doel}/evaluaties": EVALUATIE,
        "volgorde": {"doelen": [doel]} | REDEN,
        "acties": ACTIE | {"doel": doel},
        f"acties/{actie}/voortgang": VOORTGANG,
        "standpunten": {"persoon": str(MOEDER), "over": doel, "standpunt": "eens"},
        "deelnemers": {"medewerker": str(VREEMDE.id), "taak": "meekijken", "hoed": "toeleiding"},
        f"deelnemers/{VREEMDE.id}/vertrek": REDEN,
        "afsluiting": REDEN,
        "heropening": REDEN,
    }


def test_every_command_answers_with_an_id_and_a_position(
    post: Aanroep, doel: str, actie: str
) -> None:
    gemaakt = {"doelen", "acties", "standpunten", "deelnemers"}
    for pad, body in opdrachten(doel, actie).items():
        if pad == "volgorde":
            alle = post.wereld.plan().doelen
            body = {"doelen": [str(nr) for nr in alle]} | REDEN
        answer = post(REGISSEUR, f"{PLAN}/{pad}", body)
        assert answer.status_code == (201 if pad in gemaakt else 200), (pad, answer.text)
        assert set(answer.json()) == {"id", "positie"}
        positie = post.wereld.plannen.store.posities.read(answer.json()["positie"])
        assert positie == Positie.of("plan", plan_id(HUIS), post.wereld.plannen.store.log.end)
        over_een_deel = pad.startswith(("doelen", "acties"))
        assert ("ETag" in answer.headers) is over_een_deel, pad


def test_the_id_is_that_of_what_was_made_or_changed(post: Aanroep, doel: str, actie: str) -> None:
    staat = post.wereld.plan()
    assert list(staat.doelen) == [UUID(doel)]
    assert list(staat.acties) == [UUID(actie)]
    bij = post(REGISSEUR, f"{PLAN}/doelen/{doel}/bijstellingen", BIJ)
    assert bij.json()["id"] == doel
    weg = post(REGISSEUR, f"{PLAN}/deelnemers/{HULP.id}/vertrek", REDEN)
    assert weg.json()["id"] == str(HULP.id)


def test_the_tag_of_a_part_follows_its_changes(post: Aanroep, doel: str) -> None:
    pad = f"{PLAN}/doelen/{doel}/bijstellingen"
    eerst = post(HULP, pad, BIJ)
    tweede = post(REGISSEUR, pad, BIJ, If_Match=eerst.headers["ETag"])
    assert tweede.status_code == 200
    te_laat = post(HULP, pad, BIJ, If_Match=eerst.headers["ETag"])
    assert te_laat.status_code == 412
    assert te_laat.json()["code"] == "verouderd"
    evaluatie = f"{PLAN}/doelen/{doel}/evaluaties"
    assert post(HULP, evaluatie, EVALUATIE, If_Match=tweede.headers["ETag"]).status_code == 200


def test_the_same_key_gives_the_same_answer(post: Aanroep, doel: str) -> None:
    eerst, weer = (post(HULP, f"{PLAN}/doelen", DOEL, Idempotency_Key="een-doel") for _ in "12")
    assert (eerst.json(), eerst.headers["ETag"]) == (weer.json(), weer.headers["ETag"])
    assert len(post.wereld.plan().doelen) == 2
    anders = post(HULP, f"{PLAN}/doelen", DOEL | {"woorden": "Anders"}, Idempotency_Key="een-doel")
    assert anders.status_code == 409
    assert anders.json()["code"] == "sleutel-hergebruikt"


def test_an_outsider_gets_one_answer_whether_there_is_a_plan_or_not(
    post: Aanroep, doel: str, actie: str
) -> None:
    def gezegd(answer: Response) -> tuple[int, bytes, dict[str, str]]:
        return answer.status_code, answer.content, lasting_headers(answer)

    for pad, body in opdrachten(doel, actie).items():
        for wie in (VREEMDE, B):
            hier, daar = (post(wie, f"{plan}/{pad}", body) for plan in (PLAN, ELDERS))
            assert gezegd(hier) == gezegd(daar), pad
            assert hier.json()["code"] == "niet-bekend"
    open_hier, open_daar = (
        post(VREEMDE, f"/huishoudens/{h}/plan") for h in (HUIS, UUID(int=12345))
    )
    assert gezegd(open_hier) == gezegd(open_daar)
    assert open_hier.status_code == 404


def test_residents_do_their_own_part(post: Aanroep, doel: str) -> None:
    van_noah = ACTIE | {"doel": doel, "eigenaar": str(NOAH), "eigenaarsoort": "lid"}
    actie = post(REGISSEUR, f"{PLAN}/acties", van_noah).json()["id"]
    assert post(N, f"{PLAN}/acties/{actie}/voortgang", VOORTGANG).status_code == 200
    oneens = {"persoon": str(NOAH), "over": doel, "standpunt": "oneens", "waarom": "Wil niet"}
    assert post(N, f"{PLAN}/standpunten", oneens).status_code == 201
    assert post(M, f"{PLAN}/standpunten", oneens).json()["code"] == "alleen-eigen-standpunt"
    assert post(M, f"{PLAN}/acties/{actie}/voortgang", VOORTGANG).status_code == 403
    assert post(M, f"{PLAN}/doelen", DOEL).json()["code"] == "alleen-steller"


def test_a_neighbour_tells_about_her_own_action_only(post: Aanroep, doel: str) -> None:
    van_buur = ACTIE | {"doel": doel, "eigenaar": str(BUUR), "eigenaarsoort": "netwerk"}
    actie = post(REGISSEUR, f"{PLAN}/acties", van_buur).json()["id"]
    andere = post(REGISSEUR, f"{PLAN}/acties", ACTIE | {"doel": doel}).json()["id"]
    assert post(B, f"{PLAN}/acties/{actie}/voortgang", VOORTGANG).status_code == 200
    assert post(B, f"{PLAN}/acties/{andere}/voortgang", VOORTGANG).status_code == 404


@pytest.mark.parametrize(
    ("pad", "fout"),
    [
        ("doelen", DOEL | {"resultaat": "  "}),
        ("doelen", DOEL | {"resultaat": None}),
        ("doelen", DOEL | {"personen": []}),
        ("doelen", DOEL | {"evaluatieOp": "gauw"}),
        ("doelen", DOEL | {"leefgebied": "geheim"}),
        ("doelen", DOEL | {"score": 3}),
        ("standpunten", {"persoon": str(NOAH), "standpunt": "misschien"}),
        ("deelnemers", {"medewerker": "Bram", "taak": "iets"}),
        ("afsluiting", {"reden": ""}),
    ],
)
def test_bad_input_is_refused_without_an_echo(
    post: Aanroep, pad: str, fout: dict[str, Any]
) -> None:
    """The same refusal for everybody: whether there is a plan was not even asked."""
    hier, elders = post(REGISSEUR, f"{PLAN}/{pad}", fout), post(VREEMDE, f"{ELDERS}/{pad}", fout)
    assert hier.status_code == 400
    assert hier.headers["Content-Type"] == "application/problem+json"
    assert hier.content == elders.content
    for waarde in ("gauw", "geheim", "misschien", "Bram"):
        assert waarde not in hier.text


def test_a_broken_rule_is_a_dutch_sentence(post: Aanroep, doel: str) -> None:
    weer = post(REGISSEUR, f"/huishoudens/{HUIS}/plan")
    assert weer.status_code == 409
    assert weer.json()["detail"] == "Dit huishouden heeft al een lopend plan."
    onbekend = {"medewerker": str(UUID(int=999)), "taak": "iets"}
    assert post(REGISSEUR, f"{PLAN}/deelnemers", onbekend).json()["code"] == "medewerker-onbekend"
    gisteren = DOEL | {"evaluatieOp": "2026-03-01"}
    assert post(HULP, f"{PLAN}/doelen", gisteren).json()["code"] == "evaluatie-in-verleden"


def test_the_document_names_every_command_and_its_tag(post: Aanroep) -> None:
    document = post.ask("GET", "/openapi.json").json()
    gevonden = [
        (pad, methode, operation)
        for pad, methodes in document["paths"].items()
        for methode, operation in methodes.items()
    ]
    assert len(gevonden) == 12
    assert len({operation["operationId"] for _, _, operation in gevonden}) == 12
    for pad, methode, operation in gevonden:
        assert methode == "post"
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"] == ["plan"]
        goed = {status for status in operation["responses"] if status.startswith("2")}
        assert len(goed) == 1, pad
        kop = operation["responses"][goed.pop()]["headers"]
        assert ("ETag" in kop) is ("/doelen" in pad or "/acties" in pad)
