"""One trace from a request to what follows from it; a label, and never more than that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from events.base import Hoed
from events.begrippen import Actor, herkomst
from infra import logs, trace
from infra.auth import Rol
from infra.web import Command, aangemeld, make_api
from tests.client import sync_client

NU = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
STEP = "00f067aa0ba902b7"


class Wie:
    """Somebody who signed in, as far as a command looks at her."""

    actor = Actor(id=UUID(int=1), naam="Ellen", organisatie="Wijkteam", functie="regisseur")
    rol, hoed, herkomst = Rol.PROFESSIONAL, Hoed.COORDINATIE, herkomst("gezinsplan")


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """An API that answers with the trace, correlation and idempotency key of a command."""
    api = make_api(None, "9999", lambda: NU)  # type: ignore[arg-type]  # nobody signs in here
    api.dependency_overrides[aangemeld] = Wie

    @api.post("/opdrachten")
    def opdracht(opdracht: Command) -> dict[str, str | None]:  # in a thread of the pool
        return {
            "trace": str(trace.huidige()),
            "correlatie": str(opdracht.context.correlation),
            "sleutel": opdracht.context.sleutel,
        }

    @api.get("/fout")
    def fout() -> None:
        raise RuntimeError

    with sync_client(api) as client:
        yield client


def geef(client: httpx.Client, sleutel: str, *traceparents: str) -> tuple[dict[str, str], str]:
    headers = [("Idempotency-Key", sleutel), *(("traceparent", t) for t in traceparents)]
    answer = client.post("/opdrachten", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["traceparent"]


def test_the_trace_of_a_request_is_the_correlation_of_its_facts(client: httpx.Client) -> None:
    body, answered = geef(client, "sleutel-1", f"00-{TRACE}-{STEP}-00")
    assert UUID(body["correlatie"]).hex == body["trace"].replace("-", "") == TRACE
    assert re.fullmatch(f"00-{TRACE}-(?!{STEP}|0{{16}})[0-9a-f]{{16}}-01", answered)
    assert trace.huidige() is None


INVALID = [
    "", "00", f"00-{TRACE}-{STEP}", f"00-{TRACE}-{STEP}-01-", f"00-{TRACE}-{STEP}-01-meer",
    f"ff-{TRACE}-{STEP}-01", f"0-{TRACE}-{STEP}-01", f"00-{TRACE.upper()}-{STEP}-01",
    f"00-{'0' * 32}-{STEP}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE[1:]}-{STEP}-01",
    f"00-{TRACE}-{STEP}-1", f"00-{TRACE}-{STEP}-zz", f"00_{TRACE}_{STEP}_01",
    f"01-{TRACE}-{STEP}-01meer", f"00-{TRACE}-{STEP}-01\n", f"{{{UUID(TRACE)}}}",
]  # fmt: skip


@pytest.mark.parametrize("header", INVALID)
def test_what_is_no_trace_is_none(header: str) -> None:
    assert trace.lees(header) is None


def test_a_later_version_may_say_more() -> None:
    assert trace.lees(f"01-{TRACE}-{STEP}-03-meer") == trace.lees(f"cc-{TRACE}-{STEP}-03")
    assert trace.lees(f"cc-{TRACE}-{STEP}-03") == UUID(TRACE)


@given(st.text(alphabet="0123456789abcdefABCDEF-\n\x00 ", max_size=80) | st.text(max_size=80))
def test_reading_never_fails(text: str) -> None:
    found = trace.lees(text)
    assert found is None or found.hex in text


@given(st.uuids(version=4))
def test_what_we_send_we_can_read(correlation: UUID) -> None:
    assert trace.lees(trace.kop(correlation)) == correlation
    assert trace.kop(correlation) != trace.kop(correlation)


def test_an_invalid_or_doubtful_trace_begins_a_new_one(client: httpx.Client) -> None:
    mine = f"00-{TRACE}-{STEP}-01"
    answers = [geef(client, "sleutel-1"), geef(client, "sleutel-1", "00-kapot-01"),
               geef(client, "sleutel-1", mine, mine)]  # fmt: skip
    seen = {body["correlatie"] for body, _ in answers}
    assert len(seen) == 3
    assert str(UUID(TRACE)) not in seen
    for body, answered in answers:
        assert trace.lees(answered) == UUID(body["correlatie"])


def test_a_trace_decides_nothing(client: httpx.Client) -> None:
    """Another command under a trace that was used stays another; the same stays the same."""
    header = f"00-{TRACE}-{STEP}-01"
    one, two = geef(client, "sleutel-1", header)[0], geef(client, "sleutel-2", header)[0]
    again = geef(client, "sleutel-1", trace.kop(uuid4()))[0]
    assert one["sleutel"] != two["sleutel"]
    assert one["sleutel"] == again["sleutel"]
    assert one["correlatie"] == two["correlatie"] != again["correlatie"]


def test_an_error_and_a_refusal_carry_the_trace(client: httpx.Client) -> None:
    header = {"traceparent": f"00-{TRACE}-{STEP}-01"}
    for path, status in (("/fout", 500), ("/bestaat-niet", 404)):
        answer = client.get(path, headers=header)
        assert answer.status_code == status
        assert trace.lees(answer.headers["traceparent"]) == UUID(TRACE)


def test_a_log_line_names_the_trace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = structlog.get_config()
    monkeypatch.setattr("logging.basicConfig", lambda **_: None)
    try:
        logs.configure()
        log = structlog.get_logger()
        with trace.binnen(UUID(TRACE)), trace.binnen(UUID(int=7)):
            log.error("binnen")
        log.error("buiten")
    finally:
        structlog.configure(**before)
    inner, outer = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert inner["trace"] == UUID(int=7).hex
    assert "trace" not in outer


def test_the_step_that_called_goes_on_to_whom_we_call() -> None:
    headers = [(b"traceparent", f"00-{TRACE}-{STEP}-00".encode())]
    with trace.binnen(*trace.van(headers)):
        assert (trace.huidige(), trace.aanroeper()) == (UUID(TRACE), STEP)
        assert trace.verder() == f"00-{TRACE}-{STEP}-01"
        with trace.binnen(UUID(int=7)):  # another trace has no caller of ours
            assert trace.aanroeper() is None
            assert (trace.verder() or "").startswith(f"00-{UUID(int=7).hex}-")
    assert (trace.huidige(), trace.aanroeper(), trace.verder()) == (None, None, None)
