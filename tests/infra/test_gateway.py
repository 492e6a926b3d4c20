"""The front door, with real servers behind it: what passes, what does not, what if one is gone."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from infra import gateway, trace
from infra.gateway import Gateway, Wegen
from infra.metrics import Metrics
from infra.web import MAX_BODY, make_api, problem

NU = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOCUMENT = {"openapi": "3.1.0", "servers": [{"url": "/v1"}]}
ID = "11111111-1111-4111-8111-111111111111"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def api() -> FastAPI:
    return make_api(None, "9999", lambda: NU)  # type: ignore[arg-type]  # nobody signs in here


def intake() -> FastAPI:
    """A service that tells what reached it, and has something internal."""
    service = api()

    @service.post("/huishoudens/{huishouden}/leden")
    @service.post("/meldingen")
    async def echo(request: Request) -> dict[str, Any]:
        return {
            "pad": request.url.path, "vraag": request.url.query,
            "headers": dict(request.headers), "body": (await request.body()).decode(),
            "trace": str(trace.huidige()),
        }  # fmt: skip

    @service.get("/huishoudens/{huishouden}")
    def kaart(huishouden: str) -> Response:
        headers = {"ETag": '"abc"', "Set-Cookie": "x=y", "X-Intern": "ja", "Server": "geheim"}
        return Response(b'{"id":1}', 203, headers, "application/json")

    @service.get("/meldingen")
    def weigert() -> Response:
        answer = problem(401, "Niet aangemeld", "Meld u (opnieuw) aan.", "niet-aangemeld")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    return service


def mounted(service: FastAPI, *clients: httpx.AsyncClient) -> FastAPI:
    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        yield
        for client in clients:
            await client.aclose()

    whole = FastAPI(openapi_url=None, lifespan=running, redirect_slashes=False)
    whole.mount("/v1", service)

    @whole.api_route("/intern/zegelsleutels", methods=["GET", "POST"])
    def intern() -> str:
        return "sleutels"

    return whole


@contextmanager
def serving(app: App, port: int = 0) -> Iterator[str]:
    """The application on a real server; its address."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen()
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


class Front:
    """The front door with a service of its own and one behind it."""

    def __init__(self, url: str) -> None:
        behind, self.own, self.metrics = intake(), api(), Metrics("portal", "api")

        @self.own.get("/dossiers")
        def dossiers() -> str:
            return "eigen"

        def published(of: FastAPI) -> list[APIRoute]:
            return [route for route in of.routes if isinstance(route, APIRoute)]

        wegen = Wegen({"intake": published(behind), "portal": published(self.own)})
        client = httpx.AsyncClient(base_url=url, trust_env=False)
        Gateway(wegen, {"intake": client}).behind(self.own, DOCUMENT)
        self.app = self.metrics.app(mounted(self.own, client))


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with ExitStack() as stack:
        url = stack.enter_context(serving(mounted(intake())))
        front = stack.enter_context(serving(Front(url).app))
        yield stack.enter_context(httpx.Client(base_url=front, trust_env=False))


def a_problem(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["API-Version"]
    return answer.json()


def test_a_request_reaches_its_owner_with_what_it_needs_and_no_more(client: httpx.Client) -> None:
    asked = {
        "Authorization": "Bearer abc", "Idempotency-Key": "een-sleutel", "If-Match": '"abc"',
        "Accept": "application/json", "Content-Type": "application/json", "traceparent": TRACE,
        "Cookie": "samenplan=token", "X-Forwarded-For": "10.0.0.1", "X-Dienst": "portal",
        "Forwarded": "for=10.0.0.1", "Connection": "keep-alive, X-Dienst",
    }  # fmt: skip
    path = f"/v1/huishoudens/{ID}/leden"
    got = client.post(f"{path}?doel=a%2Bb,c&x=%C3%A9", headers=asked, content="é").json()
    assert (got["pad"], got["vraag"], got["body"]) == (path, "doel=a%2Bb,c&x=%C3%A9", "é")
    seen = got["headers"]
    for name in ("Authorization", "Idempotency-Key", "If-Match", "Accept", "Content-Type"):
        assert seen[name.lower()] == asked[name]
    assert UUID(got["trace"]).hex == TRACE[3:35]
    assert not {"cookie", "x-forwarded-for", "x-dienst", "forwarded"} & seen.keys()


def test_an_answer_comes_back_as_the_api_promises(client: httpx.Client) -> None:
    answer = client.get(f"/v1/huishoudens/{ID}", headers={"traceparent": TRACE})
    assert (answer.status_code, answer.json(), answer.headers["ETag"]) == (203, {"id": 1}, '"abc"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert trace.lees(answer.headers["traceparent"]) == UUID(TRACE[3:35])
    assert len(answer.headers.get_list("traceparent")) == 1
    assert not {"set-cookie", "x-intern"} & set(answer.headers)
    assert "geheim" not in answer.headers.get("Server", "")
    refused = client.get("/v1/meldingen")
    assert a_problem(refused, 401)["code"] == "niet-aangemeld"
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_its_own_routes_need_nobody(client: httpx.Client) -> None:
    assert client.get("/v1/dossiers").json() == "eigen"
    assert client.get("/v1/openapi.json").json() == DOCUMENT
    a_problem(client.delete("/v1/dossiers"), 405)
    a_problem(client.put("/v1/meldingen"), 405)
    a_problem(client.request("PURGE", "/v1/meldingen"), 405)


def raw(client: httpx.Client, target: str) -> int:
    """The status for a request line that a client library would not send."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as line:
        line.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return int(line.makefile("rb").readline().split()[1])


@pytest.mark.parametrize(
    "path",
    [
        "/intern/zegelsleutels", "/../intern/zegelsleutels", "/%2e%2e/intern/zegelsleutels",
        "//intern/zegelsleutels", "/meldingen/../../intern/zegelsleutels", "/./meldingen",
        "/meldingen/", "//meldingen", "/meldingen//", f"/huishoudens/{ID}%2Fleden",
        f"/huishoudens%2F{ID}", f"/huishoudens/{ID}%00", f"/huishoudens/{ID}%0d%0aX:%20y",
        f"/huishoudens/{ID};x=y", "/huishoudens/..", "/huishoudens/%2e%2e", "/huishoudens/a.b",
        "/http://elders.example/v1/meldingen", "/huishoudens/a@elders.example", "/%6deldingen",
        f"/huishoudens/{ID}%23", f"/huishoudens/{ID}%3Fx", "/huishoudens/a%5Cb", "", "/",
    ],
)  # fmt: skip
def test_no_other_road_in(client: httpx.Client, path: str) -> None:
    assert raw(client, f"/v1{path}") == 404


def test_an_address_of_elsewhere_stays_here(client: httpx.Client) -> None:
    """A request line may hold a whole address; only its path counts."""
    assert raw(client, "http://elders.example/v1/intern/zegelsleutels") == 404
    assert raw(client, "http://elders.example/intern/zegelsleutels") == 200  # that of the test app


def test_a_body_that_is_too_large_does_not_pass(client: httpx.Client) -> None:
    assert a_problem(client.post("/v1/meldingen", content=b"a" * (MAX_BODY + 1)), 413)
    assert len(client.post("/v1/meldingen", content=b"a" * MAX_BODY).json()["body"]) == MAX_BODY


def test_a_service_out_of_reach_is_said_and_comes_back_by_itself() -> None:
    with ExitStack() as stack:
        with serving(mounted(intake())) as url:
            front = stack.enter_context(serving(Front(url).app))
            client = stack.enter_context(httpx.Client(base_url=front, timeout=30))
            assert client.post("/v1/meldingen").status_code == 200
        for method in ("GET", "POST"):
            begun = time.monotonic()
            answer = client.request(method, "/v1/meldingen")
            assert time.monotonic() - begun < 5
            body = a_problem(answer, 503)
            assert answer.headers["Retry-After"] == "2"
            assert (
                "niet bereikbaar" in body["detail"] or "komt er niet dubbel bij" in body["detail"]
            )
        assert client.get("/v1/dossiers").status_code == 200
        stack.enter_context(serving(mounted(intake()), int(url.rpartition(":")[2])))
        assert client.post("/v1/meldingen").status_code == 200


def answers(
    what: Callable[[Send], Awaitable[None]], method: str, monkeypatch: pytest.MonkeyPatch
) -> httpx.Response:
    """What the front door says when the service behind it does this."""
    monkeypatch.setattr(gateway, "_LIMITS", httpx.Timeout(0.3))
    monkeypatch.setattr(gateway, "TOTAL", 1.0)

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"  # so no lifespan
        assert scope["path"] == "/v1/meldingen"
        await what(send)

    with serving(app) as url, serving(Front(url).app) as front:
        return httpx.request(method, f"{front}/v1/meldingen", timeout=20)


async def silence(_send: Send) -> None:
    await asyncio.sleep(30)  # its server ends it


async def breaks_off(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    raise RuntimeError


async def drips(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(100):
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.05)


async def too_much(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(17):
        await send({"type": "http.response.body", "body": b" " * 2**20, "more_body": True})


@pytest.mark.parametrize("what", [silence, breaks_off, drips, too_much])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_service_that_answers_badly_is_out_of_reach(
    what: Callable[[Send], Awaitable[None]], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = a_problem(answers(what, method, monkeypatch), 503)["code"]
    assert code == ("onbereikbaar" if method == "GET" else "onbekend-of-bewaard")


def test_metrics_name_the_route_of_the_owner() -> None:
    with serving(mounted(intake())) as url:
        front = Front(url)
        with serving(front.app) as address:
            httpx.get(f"{address}/v1/huishoudens/{ID}")
            httpx.get(f"{address}/v1/{ID}")
        text = front.metrics.text()[1].decode()
    route = 'route="GET /v1/huishoudens/{huishouden}",status="203"'
    assert f"samenplan_verzoeken_total{{{route}}} 1.0" in text
    assert ID not in text
