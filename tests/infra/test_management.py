"""The management port: it always answers, in time, and tells nothing but how it goes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from infra import management
from infra.limited import Limited
from infra.management import Health, Management, Status
from infra.metrics import Metrics

Start = Callable[[Callable[[], Health]], httpx.Client]


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts a management port with a check; gives a client for it."""
    with ExitStack() as stack:

        def begin(health: Callable[[], Health]) -> httpx.Client:
            running = management.start("127.0.0.1", 0, health, Metrics("plan", "worker"))
            stack.callback(running.stop)
            url = f"http://127.0.0.1:{running.port}"
            return stack.enter_context(httpx.Client(base_url=url, timeout=10))

        yield begin


def goed() -> Health:
    return Health(Status.GOED)


@pytest.mark.parametrize(
    ("health", "code"),
    [
        (Health(Status.GOED), 200), (Health(Status.AANDACHT), 200),
        (Health(Status.GESTOORD), 503), (Health(Status.GOED, klaar=False), 503),
    ],
)  # fmt: skip
def test_health_is_a_code_and_says_why(started: Start, health: Health, code: int) -> None:
    answer = started(lambda: health).get("/gezondheid")
    assert (answer.status_code, answer.headers["Content-Type"]) == (code, "application/json")
    assert answer.json() == {"status": health.status.value, "klaar": health.klaar}


class Consumer:
    """As infra.feed.Consumer, as far as health looks at it."""

    name = "portal"

    def __init__(
        self, stopped: str | None = None, failing: str | None = None, aside: int = 0
    ) -> None:
        self.stopped, self.failing, self._aside = stopped, failing, aside

    def quarantined(self) -> int:
        return self._aside


@pytest.mark.parametrize(
    ("consumer", "status"),
    [
        (Consumer(), Status.GOED), (Consumer(aside=2), Status.AANDACHT),
        (Consumer(failing="OSError", aside=2), Status.GESTOORD),
        (Consumer(stopped="onleesbaar feit"), Status.GESTOORD),
    ],
)  # fmt: skip
def test_health_of_consumers(consumer: Consumer, status: Status) -> None:
    found = management.of_consumers([Consumer(), consumer], klaar=False)
    assert (found.status, found.klaar) == (status, False)
    told = found.body["consumers"][1]
    assert told == {
        "naam": "portal", "gestopt": consumer.stopped is not None,
        "hapert": consumer.failing is not None, "quarantaine": consumer.quarantined(),
    }  # fmt: skip


class Relay:
    """As infra.relay.Relay, as far as health looks at it."""

    bron, sent, failures, positions, last_success = "plan", 0, 0, dict[str, int](), None

    def __init__(self, failing: str | None) -> None:
        self.failing = failing


def test_health_of_a_relay() -> None:
    assert management.of_relay(Relay(None)).body == {
        "status": "goed", "klaar": True, "relay": {"bron": "plan", "hapert": False},
    }  # fmt: skip
    assert management.of_relay(Relay("PublishError")).status is Status.GESTOORD


def test_a_check_that_hangs_is_out_of_order_and_recovers(started: Start) -> None:
    stuck, calls = threading.Event(), []

    def health() -> Health:
        calls.append(1)
        stuck.wait(30)
        return goed()

    client = started(health)
    try:
        for _ in range(2):
            begun = time.monotonic()
            answer = client.get("/gezondheid")
            assert time.monotonic() - begun < 2
            assert answer.status_code == 503
            assert answer.json() == {
                "status": "gestoord", "klaar": False, "reden": "geen antwoord",
            }  # fmt: skip
        assert len(calls) == 1  # a database that hangs holds one thread, not one per question
        assert client.get("/metrics").status_code == 200
    finally:
        stuck.set()
    until = time.monotonic() + 10
    while client.get("/gezondheid").status_code != 200:
        assert time.monotonic() < until


def test_a_check_that_fails_tells_only_the_kind_of_error(started: Start) -> None:
    def health() -> Health:
        raise ConnectionError("wachtwoord geheim op 10.0.0.1")

    answer = started(health).get("/gezondheid")
    assert answer.status_code == 503
    assert answer.json()["reden"] == "ConnectionError"
    assert "geheim" not in answer.text


def test_metrics_in_the_form_prometheus_reads(started: Start) -> None:
    answer = started(goed).get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'samenplan_info{dienst="plan",rol="worker"} 1.0' in answer.text


def test_nothing_else_is_served(started: Start) -> None:
    client = started(goed)
    for path in ("/", "/v1/dossiers", "/metrics/", "/gezondheid?x=1", "//metrics", "/%6detrics"):
        assert client.get(path).status_code == 404, path
    for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "ONZIN"):
        answer = client.request(method, "/metrics")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET"), method
    assert "Server" not in client.get("/metrics").headers


def test_who_says_nothing_keeps_nobody_out_for_long(started: Start) -> None:
    client = started(goed)
    port = httpx.URL(client.base_url).port
    assert port is not None
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        until = time.monotonic() + 8
        while True:
            try:
                assert client.get("/gezondheid").status_code == 200
                break
            except httpx.TransportError:
                assert time.monotonic() < until


def test_it_stops_and_frees_the_port() -> None:
    one = management.start("127.0.0.1", 0, goed, Metrics("plan", "worker"))
    with pytest.raises(OSError, match="in use"):
        Management("127.0.0.1", one.port, goed, Metrics("plan", "worker"))
    one.stop()
    again = Management("127.0.0.1", one.port, goed, Metrics("plan", "worker"))
    again.stop()  # also when it was never started


def test_a_limited_call_gives_what_the_call_gives() -> None:
    assert Limited(lambda: 7, 5)() == 7

    def fails() -> None:
        raise KeyError

    limited = Limited(fails, 5)
    for _ in range(2):
        with pytest.raises(KeyError):
            limited()
