"""The API as it is published: the NL API Design Rules that can be checked, on document and answers.

The rules are those of domain.md §4.5. Where node and the ruleset of Logius are at hand, Spectral
runs that ruleset as well (tests/tools).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.web import API_VERSION
from tests.system.stad import Stad, stad

PAD = re.compile(r"^(/(\{[a-zA-Z]+\}|[a-z0-9]+(-[a-z0-9]+)*|_[a-z]+))+$")
QUERY = re.compile(r"^\$?[a-z][a-z\d]*([A-Z][a-z\d]*)*$")
EIGENSCHAP = re.compile(r"^[a-z][a-zA-Z\d]*$")
DATUMNAAM = re.compile(r"^(date|datum)$|(\w+D|_[dD])(ate|atum)")


@pytest.fixture(scope="module")
def s(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stad]:
    with stad(tmp_path_factory.mktemp("stad")) as made:
        yield made


@pytest.fixture(scope="module")
def document(s: Stad) -> dict[str, Any]:
    found: dict[str, Any] = s.client.get("/v1/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def schemas(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, schema in document["components"]["schemas"].items():
        for prop, described in schema.get("properties", {}).items():
            yield name, prop, described


def test_published_for_everybody(s: Stad, document: dict[str, Any]) -> None:
    answer = s.client.get("/v1/openapi.json", headers={"Origin": "https://elders.example"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["API-Version"] == document["info"]["version"] == API_VERSION
    assert re.match(r"^3(\.\d+){1,2}$", document["openapi"])
    assert re.match(r"^\d+\.\d+\.\d+$", document["info"]["version"])
    assert {"name", "email", "url"} <= document["info"]["contact"].keys()
    assert [server["url"] for server in document["servers"]] == ["/v1"]


def test_paths_and_names(document: dict[str, Any]) -> None:
    assert len(document["paths"]) > 40
    assert [path for path in document["paths"] if not PAD.match(path)] == []
    wrong = [
        (path, parameter["name"])
        for path, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["in"] in ("query", "path") and not QUERY.match(parameter["name"])
    ]
    assert wrong == []
    wrong_properties = [
        (name, prop)
        for name, prop, _ in schemas(document)
        # The read API of the LDV has the names of its own standard.
        if not (EIGENSCHAP.match(prop) or (name == "LdvVraag" and prop.startswith("dpl.")))
    ]
    assert wrong_properties == []


def test_nothing_sensitive_in_an_address(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        words = [path, *(p["name"] for p in operation.get("parameters", []) if p["in"] != "header")]
        assert not re.search(r"bsn|naam|geboorte|postcode|token", " ".join(words).lower()), path


def test_every_operation_is_told_in_dutch_and_named_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert method in ("get", "post", "put", "patch", "delete")


def test_every_answer_declares_its_version_and_every_error_its_form(
    document: dict[str, Any],
) -> None:
    for path, method, operation in operations(document):
        assert {"400", "401", "404"} <= operation["responses"].keys(), path
        assert "422" not in operation["responses"], path
        for status, response in operation["responses"].items():
            assert "API-Version" in response["headers"], (path, method, status)
            if status >= "4":
                assert list(response["content"]) == ["application/problem+json"], (path, status)
    assert {"title", "status", "detail"} <= set(
        document["components"]["schemas"]["Probleem"]["properties"]
    )


def test_dates_are_dates(document: dict[str, Any]) -> None:
    for name, prop, described in schemas(document):
        forms = {described.get("format")} | {p.get("format") for p in described.get("anyOf", [])}
        if DATUMNAAM.search(prop):
            assert forms & {"date"}, (name, prop)
        assert not forms & {"time"}, (name, prop)


ERRORS = [
    ("GET", "/bestaat-niet", 404), ("GET", "/dossiers/", 404), ("DELETE", "/dossiers", 405),
    ("GET", "/dossiers", 401), ("POST", "/meldingen", 401), ("GET", "/", 404),
    ("GET", "/openapi.yaml", 404), ("PUT", "/meldingen", 405),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), ERRORS)
def test_every_error_is_a_problem(s: Stad, method: str, path: str, status: int) -> None:
    a_problem(s.client.request(method, f"/v1{path}"), status)


def a_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    headers(answer)


def headers(answer: httpx.Response) -> None:
    assert answer.headers["API-Version"] == API_VERSION
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[1", b"null", b'"tekst"', b"NaN", b""])
def test_a_broken_body_is_400(s: Stad, content: bytes) -> None:
    given = {"Authorization": f"Bearer {s.token('ruben')}", "Idempotency-Key": "een-sleutel",
             "Content-Type": "application/json"}  # fmt: skip
    a_problem(s.client.post("/v1/meldingen", content=content, headers=given), 400)


def test_a_command_without_key_is_400(s: Stad) -> None:
    given = {"Authorization": f"Bearer {s.token('ruben')}"}
    a_problem(s.client.post("/v1/meldingen", json={}, headers=given), 400)


def test_bad_tokens_are_401(s: Stad) -> None:
    token = s.token("ruben")
    for given in (f"Bearer {token}x", f"Basic {token}", "Bearer", f"bearer {token[:-9]}AAAAAAAAA",
                  "Bearer eyJhbGciOiJub25lIn0.e30."):  # fmt: skip
        a_problem(s.client.get("/v1/dossiers", headers={"Authorization": given}), 401)


def test_no_slash_is_redirected(s: Stad, document: dict[str, Any]) -> None:
    for path in document["paths"]:
        filled = re.sub(r"\{\w+\}", "11111111-1111-4111-8111-111111111111", path)
        assert s.client.get(f"/v1{filled}/").status_code == 404, path


def test_an_unexpected_error_tells_a_number_and_nothing_else(tmp_path: Path) -> None:
    with stad(tmp_path) as town:
        geheim = "Tekst van Anna"

        def breaks(*_: object) -> object:
            raise RuntimeError(geheim)

        town.world.portal.mijn_huishoudens = breaks  # type: ignore[method-assign,assignment]
        answer = town.vraag("GET", "ellen", "/dossiers")
        a_problem(answer, 500)
        assert geheim not in answer.text
