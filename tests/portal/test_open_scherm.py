"""An open screen: what was withdrawn leaves it within a second, and nobody loads it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal.conftest import Wereld, aangemeld

pytestmark = [pytest.mark.servers, pytest.mark.beside]
SCHULD = "Huurachterstand van drie maanden"


@pytest.fixture
def ander(browser: Browser, adres: str) -> Iterator[Callable[[str], Page]]:
    """Somebody else, at another machine."""
    made = []

    def open_(naam: str) -> Page:
        made.append(browser.new_context(base_url=adres, locale="nl-NL"))
        page = made[-1].new_page()
        page.set_default_timeout(5000)
        aangemeld(page, naam)
        return page

    yield open_
    for context in made:
        context.close()


def geef(samira: Page, wereld: Wereld) -> None:
    samira.goto(f"{wereld.pad}/toestemming")
    samira.get_by_label("Wie mag het zien").select_option(
        label="Ellen de Wit, regisseur (Wijkteam Noord)"
    )
    samira.get_by_role("button", name="Verder").click()
    samira.get_by_label("Waarvoor").select_option("regie")
    samira.get_by_label("Waar het vandaan komt").select_option("wgs-schuldhulp")
    samira.locator("input[value=financien-en-schulden]").check()
    samira.get_by_role("button", name="Toestemming geven").click()
    samira.get_by_text("De toestemming is vastgelegd.").wait_for()


def trek_in(samira: Page, wereld: Wereld) -> None:
    samira.goto(f"{wereld.pad}/vastgelegd")
    samira.get_by_role("button", name="Intrekken").last.click()
    samira.get_by_text("De intrekking is vastgelegd").wait_for()


@contextmanager
def geteld(page: Page, pad: str) -> Iterator[list[int]]:
    """The answers to what a page asks at an address."""
    found: list[int] = []
    page.on("response", lambda r: found.append(r.status) if urlsplit(r.url).path == pad else None)
    yield found


def test_what_is_withdrawn_leaves_the_open_screen(
    page: Page, ander: Callable[[str], Page], wereld: Wereld
) -> None:
    samira = ander("Samira Amrani")
    geef(samira, wereld)
    aangemeld(page, "Ellen de Wit")
    page.goto(wereld.pad)
    expect(page.get_by_text(SCHULD).first).to_be_visible()
    reden = page.locator("main input[name=reden]").first
    reden.evaluate("veld => veld.closest('details')?.setAttribute('open', '')")
    reden.fill("morgen belt zij terug")
    with geteld(page, f"{wereld.pad}/nog-open") as antwoorden:
        page.wait_for_event("response", lambda r: r.url.endswith("/nog-open"))
        trek_in(samira, wereld)
        expect(page.get_by_role("heading", name="Dit scherm is leeggemaakt")).to_be_visible()
    assert antwoorden[0] == 204, "as long as nothing was withdrawn it stays"
    assert antwoorden[-1] == 205
    assert SCHULD not in page.content()
    assert page.locator("main form").count() == 0
    assert page.get_by_label("Reden").input_value() == "morgen belt zij terug", "nothing is lost"
    page.get_by_role("link", name="Laat zien wat ik nu mag zien").click()
    page.get_by_text("U ziet dit huishouden omdat").wait_for()
    assert SCHULD not in page.content()


def test_a_form_with_their_names_is_emptied_when_her_part_ends(page: Page, wereld: Wereld) -> None:
    t, ellen = wereld.verhaal.t, wereld.verhaal.ellen.id
    fatma = t.wie("Fatma Yildiz").id
    plan = f"/plannen/{wereld.verhaal.plan}/deelnemers"
    with ThreadPoolExecutor(1) as elders:  # in this thread the browser has its loop

        def doe(pad: str, **inhoud: str) -> None:
            elders.submit(t.doe, ellen, pad, inhoud).result()

        doe(plan, medewerker=str(fatma), taak="jeugdhulp")
        elders.submit(t.dossier, fatma, wereld.verhaal.huishouden).result()
        aangemeld(page, "Fatma Yildiz")
        page.goto(f"{wereld.pad}/vraag")
        naam = page.get_by_label("Over wie").locator("option").last.inner_text()
        assert naam in page.content()
        doe(f"{plan}/{fatma}/vertrek", reden="klaar")
    expect(page.get_by_role("heading", name="Dit scherm is leeggemaakt")).to_be_visible()
    assert naam not in page.content()
