"""The pages in a real browser: quiet, alone on this host, narrow and wide, by keyboard."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.portal.conftest import Wereld, aangemeld

pytestmark = [pytest.mark.servers, pytest.mark.beside]


@pytest.mark.parametrize("breedte", [320, 390, 1366])
def test_nothing_scrolls_sideways_and_targets_are_large_enough(
    page: Page, wereld: Wereld, breedte: int
) -> None:
    page.set_viewport_size({"width": breedte, "height": 844})
    paden = {
        "Ellen de Wit": ["/huishoudens", wereld.pad, f"{wereld.pad}/vraag",
                         f"{wereld.pad}/toestemming", "/regels?van=wgs", "/terugblik",
                         f"{wereld.pad}/personen/{wereld.verhaal.samira}/nodig",
                         f"{wereld.pad}/personen/{wereld.verhaal.noah}/situatie?wat=maatregel",
                         f"{wereld.pad}/waarom?persoon={wereld.verhaal.samira}"
                         "&herkomst=jeugdhulp-dossier&onderwerp=veiligheid"],
        "Bram Postma": [f"{wereld.pad}/personen/{wereld.verhaal.noah}/situatie?wat=doorbreking"],
        "Yusuf Kaya": [f"{wereld.pad}/vervanging"],
        "Samira Amrani": [f"{wereld.pad}/personen/{wereld.verhaal.samira}/zicht",
                          wereld.pad, "/wie-keek", "/verwerkingsregister"],
        "Joris Meijer": [f"/inzagen?huishouden={wereld.verhaal.huishouden}"],
    }  # fmt: skip
    for naam, plaatsen in paden.items():
        aangemeld(page, naam)
        for pad in plaatsen:
            page.goto(pad)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert over <= 0, (pad, over)
            small = page.evaluate(
                """[...document.querySelectorAll('button, summary, input, select, textarea, nav a')]
                .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
                .filter(([, r]) => r.width && (r.height < 24 || r.width < 24))
                .map(([html]) => html)"""
            )
            assert small == [], pad


def test_every_stop_of_the_keyboard_shows_and_sign_in_needs_no_mouse(
    page: Page, wereld: Wereld
) -> None:
    page.goto("/aanmelden")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhoud"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/huishoudens")
    page.goto(wereld.pad)
    stops = page.locator(
        "a:visible, button:visible, summary:visible, input:visible, select:visible, "
        "textarea:visible"
    ).count()
    seen = set()
    for _ in range(stops + 20):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => { const e = document.activeElement, r = e.getBoundingClientRect();
            const rand = parseFloat(getComputedStyle(e).outlineWidth);
            const inBeeld = r.bottom > 0 && r.top < innerHeight;
            return [e.tagName, r.top + scrollY, r.left, rand, inBeeld] }"""
        )
        if place[0] == "BODY":
            break
        assert place[3] >= 2, place
        assert place[4], place
        seen.add(tuple(place[:3]))
    assert len(seen) >= stops * 0.95


def test_a_regisseur_asks_and_is_answered_in_a_browser(page: Page, wereld: Wereld) -> None:
    aangemeld(page, "Ellen de Wit")
    page.goto(f"{wereld.pad}/vraag")
    page.get_by_label("Over wie").select_option(wereld.verhaal.samira)
    page.get_by_label("Waar het vandaan komt").select_option("wgs-schuldhulp")
    page.get_by_label("Waarover").select_option("financien-en-schulden")
    page.get_by_role("button", name="Vraag het").click()
    page.get_by_text("Nog niet: er ontbreekt een stap").wait_for()
    page.get_by_role("button", name="Afmelden").click()
    page.wait_for_url("**/aanmelden")
    page.goto(wereld.pad)
    assert urlsplit(page.url).path == "/aanmelden"
