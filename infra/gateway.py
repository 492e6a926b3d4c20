"""The front door of the distributed mode: passes a `/v1` request on to the service that owns it.

Rules kept here: only what a service publishes can be reached, by route template and method, so
nothing internal ever is; of a request go on the path as it was matched, the query, the body and a
few headers, and of an answer only what the API promises comes back; a service that is out of reach
is a 503 that says whether anything may have been recorded.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import httpx
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from infra import trace
from infra.decider import NietBekend
from infra.web import problem

MAX_ANSWER = 16 * 1024 * 1024
TOTAL = 30.0
"""Seconds that passing on may take in all; a service waits five itself for an earlier change."""
_LIMITS = httpx.Timeout(20.0, connect=2.0, pool=2.0)
_ON = {b"authorization", b"idempotency-key", b"if-match", b"accept", b"content-type",
       b"x-request-id"}  # fmt: skip
_BACK = ("content-type", "etag", "api-version", "www-authenticate", "retry-after",
         "x-request-id")  # fmt: skip
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")
"""Every path that a service publishes; no dots, nothing empty, nothing encoded."""
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
log = structlog.get_logger()


class _Published(Protocol):
    """What is read of a route of FastAPI."""

    path: str
    path_regex: re.Pattern[str]
    methods: set[str] | None


class Weg(NamedTuple):
    """A route and the service that owns it."""

    dienst: str
    route: _Published


class Wegen:
    """Which service owns which route."""

    def __init__(self, diensten: Mapping[str, Iterable[_Published]]) -> None:
        self.alle = [Weg(dienst, route) for dienst, of in diensten.items() for route in of]

    def vind(self, method: str, path: str) -> Weg:
        """The route that fits. Raises NietBekend, HTTPException for another method (405)."""
        hier = [weg for weg in self.alle if weg.route.path_regex.match(path)]
        if not hier or not _PATH.fullmatch(path):
            raise NietBekend
        for weg in hier:
            if method in (weg.route.methods or ()):
                return weg
        raise HTTPException(405)


class _TooLargeError(httpx.RequestError):
    """The answer is larger than any of ours."""


class Gateway:
    """Passes on what the application it stands in does not answer itself (plain ASGI)."""

    def __init__(self, wegen: Wegen, diensten: Mapping[str, httpx.AsyncClient]) -> None:
        self._wegen = wegen
        self._diensten = diensten

    def behind(self, api: Any, document: dict[str, Any]) -> None:
        """Put it behind the routes that this application (`infra.web.make_api`) has by now.

        `document` describes all services together, and is what the application then publishes.
        """
        routes: list[BaseRoute] = api.router.routes
        routes.append(Route("/{rest:path}", self, include_in_schema=False))
        api.openapi_schema = document

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises NietBekend, HTTPException."""
        path = "/" + scope["path_params"]["rest"]
        if scope.get("raw_path") not in (None, scope["path"].encode()):
            raise NietBekend  # an encoded slash is no slash
        weg = self._wegen.vind(scope["method"], path)
        scope["route"] = weg.route  # what metrics call it
        answer = await self._pass_on(Request(scope, receive), weg.dienst, path)
        await answer(scope, receive, send)

    async def _pass_on(self, request: Request, dienst: str, path: str) -> Response:
        client = self._diensten[dienst]
        body = await request.body()
        headers = [(name, value) for name, value in request.headers.raw if name in _ON]
        if (gevolgd := trace.verder()) is not None:
            headers.append((trace.HEADER.encode(), gevolgd.encode()))
        try:
            async with asyncio.timeout(TOTAL):
                return await _ask(
                    client,
                    client.build_request(
                        request.method,
                        httpx.URL(path=f"/v1{path}", query=request.scope["query_string"]),
                        headers=headers, content=body or None, timeout=_LIMITS,
                        # Wherever it is: the certificate must be this service's own.
                        extensions={"sni_hostname": dienst},
                    ),
                )  # fmt: skip
        except (httpx.RequestError, TimeoutError) as error:
            log.warning("service out of reach", service=dienst, error=type(error).__name__)
            begun = request.method != "GET" and not isinstance(error, _NOT_BEGUN)
            return _out_of_reach(begun=begun)


async def _ask(client: httpx.AsyncClient, request: httpx.Request) -> Response:
    answer = await client.send(request, stream=True, follow_redirects=False)
    try:
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER:
                raise _TooLargeError("answer")
    finally:
        await answer.aclose()
    headers = {name: answer.headers[name] for name in _BACK if name in answer.headers}
    return Response(bytes(body), answer.status_code, headers)


def _out_of_reach(*, begun: bool) -> Response:
    said = (
        "Het antwoord bleef uit. Probeer het opnieuw: wat al is bewaard, komt er niet dubbel bij."
        if begun
        else "Dit onderdeel van Samenplan is even niet bereikbaar. Probeer het zo opnieuw."
    )
    answer = problem(
        503, "Niet bereikbaar", said, "onbekend-of-bewaard" if begun else "onbereikbaar"
    )
    answer.headers["Retry-After"] = "2"
    return answer
