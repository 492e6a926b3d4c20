"""Asking consent over a network that fails: refused at once, never open, and back by itself."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest

from infra.geheimen import Geheimen, maak
from infra.keyring import ConsentOnbereikbaar
from infra.remote import RemoteConsent, verbinding
from infra.transient import TRANSIENT
from infra.web import make_api
from tests.client import sync_client
from tests.infra.test_auth import TOKENS, WIE
from tests.infra.world import NU

LEEG = '{"relaties":[],"keys":{},"erased":[],"waarom":{},"stappen":{}}'
HUIS = UUID(int=100)


@pytest.fixture(scope="module")
def geheimen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("geheimen")
    maak(folder, ["9999"])
    return folder


class Tegenpartij(ThreadingHTTPServer):
    """Says over HTTPS what a test wants; cuts every connection when it ends."""

    daemon_threads = True

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self.status, self.body = 200, LEEG
        self._open: list[socket.socket] = []
        self._tls = tls
        super().__init__(("127.0.0.1", port), _Antwoord)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = self.socket.accept()
        self._open.append(self._tls.wrap_socket(connection, server_side=True))
        return self._open[-1], address

    def cut(self) -> None:
        for connection in self._open:
            with suppress(OSError):  # it may be closed already
                connection.shutdown(socket.SHUT_RDWR)


class _Antwoord(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Tegenpartij

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = self.server.body.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing to say."""


@contextmanager
def consent(geheimen: Path, port: int = 0, dienst: str = "consent") -> Iterator[Tegenpartij]:
    with Tegenpartij(port, Geheimen(geheimen / dienst, dienst).tls_server()) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            server.cut()
            thread.join()


@contextmanager
def remote(geheimen: Path, port: int) -> Iterator[RemoteConsent]:
    portal = Geheimen(geheimen / "portal", "portal")
    url = f"https://localhost:{port}"
    with verbinding(portal.diensttokens(), portal.tls_client(), url, lambda: NU) as client:
        yield RemoteConsent(client, "9999")


def vraag(remote: RemoteConsent) -> int:
    """How many relations the answer has."""
    return len(remote.vrijgave(replace(WIE, token="t"), HUIS, []).relaties)


def test_consent_goes_and_comes_back_under_one_client(geheimen: Path) -> None:
    with consent(geheimen) as first, remote(geheimen, first.server_port) as asks:
        assert vraag(asks) == 0
        port = first.server_port
        first.shutdown()
        first.cut()
        first.server_close()
        for _ in range(3):
            begin = time.monotonic()
            with pytest.raises(ConsentOnbereikbaar):
                vraag(asks)
            assert time.monotonic() - begin < 2
        with consent(geheimen, port):
            assert vraag(asks) == 0


def test_a_consent_that_accepts_and_says_nothing_is_given_up_soon(geheimen: Path) -> None:
    """As a frozen process does: the kernel takes the connection, nobody shakes hands."""
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        begin = time.monotonic()
        with remote(geheimen, frozen.getsockname()[1]) as asks, pytest.raises(ConsentOnbereikbaar):
            vraag(asks)
        assert time.monotonic() - begin < 2


@pytest.mark.parametrize(("status", "body"), [
    (200, ""), (200, "[]"), (200, '{"keys":{}}'), (200, LEEG[:-1]), (200, "<html>"),
    (200, LEEG.replace('"keys":{}', '"keys":{"a":"*"}')), (204, ""), (302, LEEG), (404, LEEG),
    (500, ""), (502, "<html>"), (503, '{"code":7}'), (403, '{"code":"dienst-geweigerd"}'),
    (400, '{"code":"onjuiste-invoer"}'), (418, '["code"]'),
])  # fmt: skip
def test_what_is_no_answer_opens_nothing(geheimen: Path, status: int, body: str) -> None:
    with consent(geheimen) as server, remote(geheimen, server.server_port) as asks:
        server.status, server.body = status, body
        with pytest.raises(ConsentOnbereikbaar):
            vraag(asks)
        server.status, server.body = 200, LEEG
        assert vraag(asks) == 0


def test_who_only_says_that_it_is_consent_hears_no_token(geheimen: Path, tmp_path: Path) -> None:
    """An authority of one's own is not ours, whatever name it vouches for."""
    maak(tmp_path, [])
    (tmp_path / "consent" / "ca.crt").write_bytes((geheimen / "ca" / "ca.crt").read_bytes())
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    heard = []

    def lure() -> None:
        connection, _ = listening.accept()
        tls = Geheimen(tmp_path / "consent", "consent").tls_server()
        try:
            with tls.wrap_socket(connection, server_side=True) as wrapped:
                heard.append(wrapped.recv(100))
        except OSError:
            connection.close()

    thread = threading.Thread(target=lure, daemon=True)
    thread.start()
    with remote(geheimen, listening.getsockname()[1]) as asks, pytest.raises(ConsentOnbereikbaar):
        vraag(asks)
    thread.join(20)
    listening.close()
    assert not any(heard)


def test_the_reader_is_told_in_dutch_and_a_consumer_tries_again() -> None:
    api = make_api(TOKENS, "9999", lambda: NU)

    @api.get("/stuk")
    def stuk() -> None:
        raise ConsentOnbereikbaar

    with sync_client(api) as client:
        answer = client.get("/stuk")
    assert (answer.status_code, answer.json()["code"]) == (503, "consent-onbereikbaar")
    assert answer.json()["detail"].startswith("De dienst die over inzage beslist")
    assert issubclass(ConsentOnbereikbaar, TRANSIENT)
