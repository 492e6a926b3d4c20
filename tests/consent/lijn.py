"""Consent behind a real HTTPS port that asks for certificates, and services that call it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from events.begrippen import herkomst
from infra.auth import Aangemeld
from infra.diensttoken import Verzoek
from infra.geheimen import Geheimen
from infra.positions import Posities
from infra.remote import RemoteConsent, verbinding
from infra.web import install_errors
from services.consent import intern
from tests.consent.huis import Huis

HERKOMST = herkomst("wgs-schuldhulp")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def server(app: Any, tls: ssl.SSLContext, port: int = 0) -> Iterator[int]:
    """The application on HTTPS; its port."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off",
        ssl_context_factory=lambda _config, _default: tls,
    )  # fmt: skip
    running = _Server(config)
    thread = threading.Thread(target=running.run, args=([listening],), daemon=True)
    thread.start()
    try:
        assert running.ready.wait(20)
        yield int(listening.getsockname()[1])
    finally:
        running.should_exit = True
        thread.join(20)
        listening.close()
        assert not thread.is_alive()


class Lijn:
    """A household, its consent behind the port, and who may call it."""

    def __init__(self, huis: Huis, geheimen: Path) -> None:
        self.huis, self._map = huis, geheimen
        self.posities = Posities(self.van("consent").gedeeld("positie"))
        self.bereikt = [True]
        self.app = FastAPI(openapi_url=None)
        install_errors(self.app)
        consent = self.van("consent")
        self.app.include_router(
            intern.router(
                huis.consent, consent.tokens("9999"), consent.diensttokens(), self.posities,
                lambda _positie: self.bereikt[0], self.now,
            )
        )  # fmt: skip
        self.port = 0
        self.clients: list[httpx.Client] = []

    def now(self) -> Any:
        return self.huis.stad.uur.nu

    def van(self, dienst: str) -> Geheimen:
        return Geheimen(self._map / dienst, dienst)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Consent can be reached meanwhile, on `port` if that is already known."""
        with server(self.app, self.van("consent").tls_server(), self.port) as self.port:
            try:
                yield
            finally:  # first: a server that ends waits for who still has a connection
                for client in self.clients:
                    client.close()

    def consent(self, dienst: str = "portal", gemeente: str = "9999") -> RemoteConsent:
        geheimen = self.van(dienst)
        tls = geheimen.tls_client()
        self.clients.append(verbinding(geheimen.diensttokens(), tls, self.url, self.now))
        return RemoteConsent(self.clients[-1], gemeente)

    def wie(self, naam: str) -> Aangemeld:
        """Somebody who signed in at the portal."""
        who = self.huis.wie(naam)
        token = self.van("portal").tokens("9999").issue(who, self.now())
        return replace(who, token=token)

    def rauw(
        self, dienst: str, verzoek: Verzoek, *, aan: str = "consent", token: str | None = None,
        anders: Verzoek | None = None,
    ) -> httpx.Response:  # fmt: skip
        """A request with a token for it, or for `anders`, or with one made elsewhere."""
        geheimen = self.van(dienst)
        token = token or geheimen.diensttokens().issue(aan, anders or verzoek, self.now())
        with httpx.Client(base_url=self.url, verify=geheimen.tls_client()) as client:
            return client.request(
                verzoek.methode, verzoek.pad, content=verzoek.body,
                headers={"Authorization": f"Dienst {token}", "Content-Type": "application/json"},
            )  # fmt: skip
