"""The border of the API: what is too large or cannot be read gets one Dutch answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from infra.auth import Tokens
from infra.web import MAX_BODY, Bericht, make_api
from tests.client import sync_client

NU = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}


class Brief(Bericht):
    """Something to send."""

    tekst: str
    meer: Any = None


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    api = make_api(Tokens.from_secret("9999", b"t" * 32), "9999", lambda: NU)

    @api.post("/brieven")
    def ontvang(brief: Brief) -> dict[str, int]:
        return {"lengte": len(brief.tekst)}

    @api.post("/weg")
    def weg() -> None:
        raise OperationalError("COMMIT", None, Exception("server closed the connection"))

    with sync_client(api) as client:
        yield client


def test_command_that_a_server_left_unanswered_is_not_said_to_be_lost(client: httpx.Client) -> None:
    answer = client.post("/weg")
    assert (answer.status_code, answer.json()["code"]) == (503, "even-niet-beschikbaar")
    assert "niet dubbel" in answer.json()["detail"]
    assert "COMMIT" not in answer.text
    assert answer.headers["Retry-After"] == "2"


def test_body_of_the_largest_size_passes(client: httpx.Client) -> None:
    body = b'{"tekst":"' + b"a" * (MAX_BODY - 12) + b'"}'
    assert len(body) == MAX_BODY
    assert client.post("/brieven", content=body, headers=JSON).json() == {"lengte": MAX_BODY - 12}


@pytest.mark.parametrize("half", [
    rb'{"tekst":"\ud83d"}', rb'{"tekst":"\\\udc00 en meer"}', b'{"tekst":"\xed\xa0\xbd"}',
    rb'{"tekst":"x","meer":{"a":["\uDE00\uD83D"]}}', rb'{"tekst":"x","meer":{"\ud800":1}}',
    '{"tekst":"\ud83d"}'.encode("utf-16-le", "surrogatepass"),
])  # fmt: skip
def test_half_a_character_is_refused_wherever_it_is(client: httpx.Client, half: bytes) -> None:
    for content in (half, iter([half[:-9], half[-9:]])):  # type: ignore[attr-defined]
        answer = client.post("/brieven", content=content, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "onjuiste-invoer")


@pytest.mark.parametrize(("whole", "length"), [
    (rb'{"tekst":"\ud83d\ude00"}', 1), (rb'{"tekst":"\\ud83d"}', 6),
    ('{"tekst":"😀é"}'.encode(), 2),
])  # fmt: skip
def test_a_whole_character_is_not(client: httpx.Client, whole: bytes, length: int) -> None:
    assert client.post("/brieven", content=whole, headers=JSON).json() == {"lengte": length}


@pytest.mark.parametrize("begin", [b'{"tekst":"', b"[", b"\xff"])
def test_larger_body_is_refused_whatever_is_in_it(client: httpx.Client, begin: bytes) -> None:
    body = begin + b"a" * MAX_BODY
    answer = client.post("/brieven", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "te-groot")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
        b'{"tekst":"\xff\xfe"}',
        b'{"tekst":"a","meer":' + b"9" * 5_000 + b"}",
    ],
    ids=["deep list", "deep object", "no utf-8", "long number"],
)
def test_body_that_cannot_be_read_says_so_in_dutch(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/brieven", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Het verzoek is niet te lezen."
