"""The management port of every role: `/gezondheid` and `/metrics`, for the operator only.

Rules kept here: it answers within two seconds, also when what it asks about hangs: that is then the
answer; it tells codes and counts, never a value; it serves a few at a time and nobody for long.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6, SHUT_RDWR, socket
from socketserver import TCPServer
from typing import Any, ClassVar

import structlog

from infra.limited import Limited
from infra.metrics import Brenger, Metrics, Volger

CHECK = 1.5
"""Seconds a check may take; one that takes longer is out of order."""
_PATIENCE = 5.0
"""Seconds a connection lasts at most."""
_AT_ONCE = 8
log = structlog.get_logger()
_INCIDENTS = ("logverschillen", "logschade")


class Status(StrEnum):
    """How a process is doing."""

    GOED = "goed"
    AANDACHT = "aandacht"
    """It does its work; something waits for a repair."""
    GESTOORD = "gestoord"


@dataclass(frozen=True, slots=True)
class Health:
    """What `/gezondheid` says. `klaar`: it has started and can do its work."""

    status: Status
    klaar: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def with_incidents(self, logverschillen: int, logschade: int) -> Health:
        """The same, asking attention as long as nobody looked into what is wrong with the log."""
        status = self.status
        if (logverschillen or logschade) and status is Status.GOED:
            status = Status.AANDACHT
        more = dict(zip(_INCIDENTS, (logverschillen, logschade), strict=True))
        return Health(status, self.klaar, {**self.more, **more})

    @property
    def code(self) -> int:
        """200, or 503 for what should get no work: out of order, or not ready."""
        return 503 if self.status is Status.GESTOORD or not self.klaar else 200

    @property
    def body(self) -> dict[str, Any]:
        return {"status": self.status.value, "klaar": self.klaar, **self.more}

    @property
    def for_anybody(self) -> dict[str, Any]:
        """The same for who did not sign in: without how much is wrong with the log."""
        return {name: value for name, value in self.body.items() if name not in _INCIDENTS}


def of_consumers(consumers: Iterable[Volger], *, klaar: bool = True) -> Health:
    """Whether facts still reach their readers: out of order when one stopped or falters."""
    told = [
        {
            "naam": c.name,
            "gestopt": c.stopped is not None,
            "hapert": c.failing is not None,
            "quarantaine": c.quarantined(),
        }
        for c in consumers
    ]
    if any(one["gestopt"] or one["hapert"] for one in told):
        status = Status.GESTOORD
    else:
        status = Status.AANDACHT if any(one["quarantaine"] for one in told) else Status.GOED
    return Health(status, klaar, {"consumers": told})


def of_relay(relay: Brenger, *, klaar: bool = True) -> Health:
    """Whether facts still go outside: out of order while it falters."""
    hapert = relay.failing is not None
    return Health(
        Status.GESTOORD if hapert else Status.GOED, klaar,
        {"relay": {"bron": relay.bron, "hapert": hapert}},
    )  # fmt: skip


def of_witness(wrong: str | None, *, klaar: bool) -> Health:
    """Whether the log still continues: out of order while the last head was refused."""
    status = Status.GOED if wrong is None else Status.GESTOORD
    return Health(status, klaar, {"getuige": {"geweigerd": wrong is not None}})


class Management:
    """Serves on a thread of its own from `start` to `stop`."""

    def __init__(
        self, host: str, port: int, health: Callable[[], Health], metrics: Metrics
    ) -> None:
        """Takes the port. Raises OSError."""
        asked = Limited(health, CHECK)

        def check() -> Health:
            try:
                return asked()
            except TimeoutError:
                return Health(Status.GESTOORD, klaar=False, more={"reden": "geen antwoord"})
            except Exception as error:  # noqa: BLE001  # a check that fails is an answer
                log.error("health check failed", error=type(error).__name__)
                return Health(Status.GESTOORD, klaar=False, more={"reden": type(error).__name__})

        class Handler(_Handler):
            answers: ClassVar = {
                "/gezondheid": lambda: _json(check()),
                "/metrics": lambda: (200, *metrics.text()),
            }

        self._server = _Server((host, port), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="beheer",
            daemon=True,
        )  # fmt: skip

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def start(host: str, port: int, health: Callable[[], Health], metrics: Metrics) -> Management:
    """Serve from now on; end it with `stop()`. Raises OSError when the port is taken."""
    management = Management(host, port, health, metrics)
    management.start()
    return management


Answer = tuple[int, str, bytes]
"""Status, content type, body."""


def _json(health: Health) -> Answer:
    return health.code, "application/json", json.dumps(health.body).encode()


class _Handler(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, Callable[[], Answer]]]
    timeout = 2.0  # a socket timeout, per read

    def do_GET(self) -> None:
        answer = self.answers.get(self.path)
        if answer is None:
            self.send_error(404)
            return
        self._send(*answer())

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """A number and nothing of what was asked; 405 for every other method."""
        self.close_connection = True
        self._send(405 if code == 501 else code, "text/plain; charset=utf-8", b"")

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response_only(status)
        for name, value in (
            ("Content-Type", kind), ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ):  # fmt: skip
            self.send_header(name, value)
        if status == 405:
            self.send_header("Allow", "GET")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as in the library
        """Nothing: somebody looks every few seconds."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        if ":" in address[0]:
            self.address_family = AF_INET6
        super().__init__(address, handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # that of HTTPServer asks a name server who we are

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # The socket's own timeout is per read: somebody who sends a byte now and then outlasts it.
        ended = threading.Timer(_PATIENCE, _end, [request])
        ended.daemon = True
        ended.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            ended.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: whoever asked went away."""


def _end(connection: socket) -> None:
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)
