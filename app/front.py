"""The applications of the distributed mode: one per service, with a part per gemeente.

Rules kept here: whose gemeente a request is for follows from who is signed in and from nothing
else; each part then checks that for itself. Somebody who is not signed in is answered by the first,
except about the signed heads of a log: those name their gemeente, and hold no personal data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from http.cookies import CookieError, SimpleCookie

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app import aanmelden
from app.diensten import BRONNEN, Cel, Consentcel, Omgeving, Portalcel, bereikt, cel
from app.routes import document, wegen
from infra.auth import NotSignedInError
from infra.gateway import Gateway
from infra.positions import Positie
from infra.web import install_errors, make_api
from services.consent import intern
from services.portal import pages
from services.portal.pages.kader import COOKIE


class PerGemeente:
    """Gives each request to the application of the gemeente of whoever is signed in (ASGI)."""

    def __init__(self, omgeving: Omgeving, apps: Mapping[str, ASGIApp]) -> None:
        self._tokens = omgeving.geheimen.tokens(None)
        self._now = omgeving.now
        self._apps = apps
        self._first = next(iter(apps.values()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        gemeente = _openbaar(scope["path"]) or self._gemeente(dict(scope["headers"]))
        app = self._apps.get(gemeente, self._first)
        await app(scope, receive, send)

    def _gemeente(self, headers: Mapping[bytes, bytes]) -> str:
        scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            token = _cookie(headers.get(b"cookie", b"").decode("latin-1"))
        try:
            return self._tokens.check(token, self._now()).gemeente if token else ""
        except NotSignedInError:
            return ""

    @staticmethod
    async def _lifespan(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _openbaar(path: str) -> str:
    """The gemeente whose log this asks about; empty for anything else."""
    found = re.fullmatch(r"/v1/logboek/([0-9]{4})/(checkpoint|samenhang|sleutel)", path)
    return "" if found is None else found[1]


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def application(omgeving: Omgeving) -> ASGIApp:
    """What the api role of a service serves."""
    cellen = {gemeente: cel(omgeving, gemeente) for gemeente in omgeving.gemeenten}
    make = _Portal(omgeving) if omgeving.dienst == "portal" else partial(_dienst, omgeving)
    apps: dict[str, ASGIApp] = {g: make(g, cel) for g, cel in cellen.items()}
    app: ASGIApp = PerGemeente(omgeving, apps)
    if omgeving.dienst == "consent":
        app = _met_intern(omgeving, cellen, app)
    for gemeente, deze in cellen.items():
        if isinstance(deze, Consentcel):
            omgeving.metrics.logbook(gemeente, deze.consent.logregels)
            omgeving.metrics.incidents(gemeente, deze.consent.volledigheid.open)
            omgeving.metrics.recomputed(gemeente, deze.consent.narekening.cijfers)
    return omgeving.metrics.app(app)


def _api(omgeving: Omgeving, gemeente: str, deze: Cel) -> FastAPI:
    def reached(positie: Positie) -> bool:
        if not bereikt(omgeving, deze, positie):
            return False
        if isinstance(deze, Portalcel):  # what she may see rests on what consent has followed
            return deze.consent.bereikt(omgeving.posities.token(positie))
        return True

    tokens = omgeving.geheimen.tokens(gemeente)
    api = make_api(tokens, gemeente, omgeving.now, reached, omgeving.posities)
    for router in deze.routers():
        api.include_router(router)
    return api


def _dienst(omgeving: Omgeving, gemeente: str, deze: Cel) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.mount("/v1", _api(omgeving, gemeente, deze))
    install_errors(app)
    return app


class _Portal:
    """Makes the front door of each gemeente; what they share is made once."""

    def __init__(self, omgeving: Omgeving) -> None:
        self._omgeving = omgeving
        demo, tls = omgeving.settings.demo, omgeving.geheimen.tls_client()
        clients = {
            dienst: httpx.AsyncClient(
                base_url=omgeving.adres(dienst), verify=tls, trust_env=False,
                # Shorter than uvicorn keeps them (5 s): else we write on one that was just closed.
                limits=httpx.Limits(max_connections=100, keepalive_expiry=3),
            )
            for dienst in BRONNEN
        }  # fmt: skip
        self._gateway = Gateway(wegen(demo=demo), clients)
        self._document = document(demo=demo)

    def __call__(self, gemeente: str, deze: Cel) -> FastAPI:
        assert isinstance(deze, Portalcel)
        omgeving, tokens = self._omgeving, self._omgeving.geheimen.tokens(gemeente)
        demo, staff, now = omgeving.settings.demo, omgeving.staff, omgeving.now
        api = _api(omgeving, gemeente, deze)
        if demo:
            api.include_router(aanmelden.router(staff, tokens, now, deze.portal.werkt_met))
        self._gateway.behind(api, self._document)
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
        app.mount("/v1", api)
        secret = omgeving.geheimen.secret("formulier")
        app.include_router(pages.router(deze.portal, tokens, staff, api, now, secret, demo))
        return app


def _met_intern(omgeving: Omgeving, cellen: Mapping[str, Cel], outside: ASGIApp) -> FastAPI:
    """Consent also answers the other services; who asks names the gemeente in the path."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    install_errors(app)
    for gemeente, deze in cellen.items():
        assert isinstance(deze, Consentcel)
        app.include_router(
            intern.router(
                deze.consent, omgeving.geheimen.tokens(gemeente),
                omgeving.geheimen.diensttokens(), omgeving.posities,
                partial(bereikt, omgeving, deze), omgeving.now,
            )
        )  # fmt: skip
    app.mount("/", outside)
    return app
