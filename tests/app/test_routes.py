"""The services apart behind the front door: every route has one owner, and nobody notices."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from app import aanmelden, routes
from app.demo import schrijf_personas
from app.gesproken import clock
from app.verhaal import Toneel, Verhaal
from app.wiring import Embedded
from infra.decider import NEDERLAND
from infra.gateway import Gateway
from infra.settings import Settings
from infra.web import make_api
from services.consent import api as consent_api
from services.intake import api as intake_api
from services.plan import api as plan_api
from services.portal import api as portal_api
from services.portal import pages
from tests.infra.test_gateway import serving

EIGENAAR = {
    ("POST", "/meldingen"): "intake", ("POST", "/huishoudens/{huishouden}/leden"): "intake",
    ("POST", "/huishoudens/{huishouden}/plan"): "plan", ("GET", "/dossiers"): "portal",
    ("GET", "/huishoudens/{huishouden}/inzagen"): "consent", ("GET", "/regels"): "consent",
    ("POST", "/personen/_zoek"): "intake", ("POST", "/personen/{persoon}/wissing"): "consent",
    ("POST", "/sessies"): "portal", ("POST", "/plannen/{plan}/acties"): "plan",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    data = tmp_path_factory.mktemp("wegen")
    schrijf_personas(data)
    world = Embedded(Settings(data=data, demo=True))
    world.worker.start()
    yield world
    world.close()


def test_every_route_has_exactly_one_owner(world: Embedded) -> None:
    wegen = routes.wegen(demo=True)
    published = {
        (method.upper(), path)
        for path, methods in world.api().openapi()["paths"].items()
        for method in methods
    }
    assert len(published) > 40
    assert {(m, weg.route.path) for weg in wegen.alle for m in weg.route.methods or ()} == published
    for method, template in published:
        path = re.sub(r"\{\w+\}", "11111111-1111-4111-8111-111111111111", template)
        owners = {
            weg.dienst
            for weg in wegen.alle
            if weg.route.path_regex.match(path) and method in (weg.route.methods or ())
        }
        assert owners == {wegen.vind(method, path).dienst}, template
    for (method, template), dienst in EIGENAAR.items():
        assert wegen.vind(method, re.sub(r"\{\w+\}", "x", template)).dienst == dienst


def test_without_the_demo_nobody_signs_in_by_persona() -> None:
    assert "/sessies" not in {weg.route.path for weg in routes.wegen(demo=False).alle}
    assert "/sessies" not in routes.document(demo=False)["paths"]


def test_the_document_is_that_of_the_embedded_mode(world: Embedded) -> None:
    assert routes.document(demo=True) == world.api().openapi()


class Diensten:
    """The services of one world on a server each, and the front door before them."""

    def __init__(self, world: Embedded, stack: ExitStack) -> None:
        self._world = world
        routers = {
            "intake": intake_api.router(world.intake),
            "plan": plan_api.router(world.plannen),
            "consent": consent_api.router(world.consent, world.staff),
        }
        urls = {
            dienst: stack.enter_context(serving(self._mounted(self._api(router))))
            for dienst, router in routers.items()
        }
        self.url = stack.enter_context(serving(self._front(urls)))

    def _api(self, *routers: APIRouter) -> FastAPI:
        w = self._world
        api = make_api(w.tokens, w.settings.gemeente, clock, w.reached, w.posities)
        for router in routers:
            api.include_router(router)
        return api

    def _mounted(self, api: FastAPI) -> FastAPI:
        whole = FastAPI(openapi_url=None, redirect_slashes=False)
        whole.mount("/v1", api)
        return whole

    def _front(self, urls: dict[str, str]) -> FastAPI:
        w = self._world
        api = self._api(
            portal_api.router(w.portal, b"geheim"),
            aanmelden.router(w.staff, w.tokens, clock, w.portal.werkt_met),
        )
        clients = {
            dienst: httpx.AsyncClient(base_url=url, trust_env=False) for dienst, url in urls.items()
        }
        Gateway(routes.wegen(demo=True), clients).behind(api, routes.document(demo=True))

        @asynccontextmanager
        async def running(_app: FastAPI) -> AsyncIterator[None]:
            yield
            for client in clients.values():
                await client.aclose()

        whole = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=running)
        whole.mount("/v1", api)
        whole.include_router(
            pages.router(w.portal, w.tokens, w.staff, api, clock, b"formulier", True)
        )
        return whole


def test_the_whole_story_passes_the_front_door(world: Embedded) -> None:
    with ExitStack() as stack:
        url = Diensten(world, stack).url
        client = stack.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))
        today = clock().astimezone(NEDERLAND).date()
        verhaal = Verhaal(Toneel(client, iter(world.staff)), today)
        assert sum(1 for _ in verhaal.stappen()) > 5
        embedded: Any = world.api().openapi()
        assert client.get("/v1/openapi.json").json() == embedded

        # A page gives its command through the same door.
        wie = str(next(p.id for p in world.staff if p.naam == verhaal.ellen.naam))
        same = {"Origin": url}
        assert client.post("/aanmelden", data={"persona": wie}, headers=same).status_code == 303
        vraag = f"/huishoudens/{verhaal.huishouden}/vraag"
        page = client.get(vraag)
        assert page.status_code == 200
        formulier = re.search(r'name="formulier" value="(\w+)"', page.text)
        assert formulier is not None
        asked = {"formulier": formulier[1], "persoon": str(verhaal.samira), "doel": "",
                 "herkomst": "gezinsplan", "onderwerp": "financien-en-schulden"}  # fmt: skip
        answer = client.post(vraag, data=asked, headers=same)
        assert answer.status_code == 200, answer.text
