"""A small municipality in which the whole story was played, once for all tests of the pages."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from app.demo import schrijf_personas
from app.gesproken import clock
from app.verhaal import Toneel, Verhaal
from app.wiring import Embedded
from infra.decider import NEDERLAND
from infra.settings import Settings
from tests.client import sync_client
from tests.portal.bezoeker import Bezoeker

CHROMIUM = shutil.which("chromium")
GEVAARLIJK = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'


@dataclass(frozen=True)
class Wereld:
    embedded: Embedded
    client: httpx.Client
    verhaal: Verhaal

    @property
    def pad(self) -> str:
        return f"/huishoudens/{self.verhaal.huishouden}"

    def bezoeker(self, naam: str) -> Bezoeker:
        bezoeker = Bezoeker(self.client)
        (persona,) = (p for p in self.embedded.staff if p.naam == naam)
        bezoeker.meld_aan(persona.id)
        return bezoeker


@contextmanager
def gespeeld(data: Path) -> Iterator[Wereld]:
    """A municipality of its own."""
    schrijf_personas(data)
    embedded = Embedded(Settings(data=data, demo=True))
    embedded.worker.start()
    with sync_client(embedded.web()) as client:
        vandaag = clock().astimezone(NEDERLAND).date()
        verhaal = Verhaal(Toneel(client, iter(embedded.staff)), vandaag)
        for _ in verhaal.stappen():
            pass
        verhaal.notitie(
            verhaal.ellen, verhaal.gesprek, [verhaal.samira], "veiligheid", GEVAARLIJK, GEVAARLIJK
        )
        verhaal.t.dossier(verhaal.ellen.id, verhaal.huishouden)  # waits until all of it is seen
        yield Wereld(embedded, client, verhaal)
    embedded.close()


@pytest.fixture(scope="session")
def wereld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wereld]:
    with gespeeld(tmp_path_factory.mktemp("wereld")) as made:
        yield made


@pytest.fixture(scope="module")
def eigen_wereld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wereld]:
    """For a file of tests in which much happens (`wereld = eigen_wereld`): in no other test it
    did."""
    with gespeeld(tmp_path_factory.mktemp("eigen")) as made:
        yield made


@pytest.fixture(scope="module")
def adres(wereld: Wereld) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(wereld.embedded.web(), log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser(adres: str) -> Iterator[Browser]:
    """After the world was made: no other event loop runs in this thread as long as it is open."""
    assert CHROMIUM is not None, "chromium ontbreekt: sh infra/install.sh chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, adres: str) -> Iterator[Page]:
    """A page that is quiet and asks nothing of other hosts."""
    context = browser.new_context(base_url=adres, locale="nl-NL", reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(5000)
    said: list[str] = []
    hosts: set[str] = set()
    opened.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    yield opened
    context.close()
    assert said == []
    assert hosts == {urlsplit(adres).netloc}


def aangemeld(page: Page, naam: str) -> None:
    page.goto("/aanmelden")
    page.get_by_role("button", name=f"Aanmelden als {naam}", exact=True).click()
    page.wait_for_url(lambda url: "/aanmelden" not in url)
