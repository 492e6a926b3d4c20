"""Sharing as short as the law allows: counted in a real browser, activation by activation."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page

from events.begrippen import Leefgebied, herkomst
from services.consent.delen.noodzaken import noodzaken, zinnen
from services.consent.regels import Eis, Uitkomst, Wie, regelset
from tests.portal.conftest import Wereld, aangemeld, eigen_wereld

pytestmark = [pytest.mark.servers, pytest.mark.beside]
wereld = eigen_wereld


class Handen:
    """Somebody at a page: every click, choice and key press that does something is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keer = 0

    def doe(self, waar: Locator) -> None:
        """One activation of one control; typing a sentence is none."""
        self.keer += 1
        waar.click()


@pytest.fixture(scope="module", autouse=True)
def _karin_doet_mee(wereld: Wereld) -> None:
    """Before the browser starts: afterwards no other event loop runs in this thread."""
    t, karin = wereld.verhaal.t, wereld.verhaal.t.wie("Karin Smeets")
    t.doe(wereld.verhaal.ellen.id, f"/plannen/{wereld.verhaal.plan}/deelnemers", {
        "medewerker": str(karin.id), "taak": "toegang tot jeugdhulp"})  # fmt: skip
    t.doe(wereld.verhaal.ellen.id, f"{wereld.pad}/leden/{wereld.verhaal.noah}/correcties", {
        "bsn": "999900195"})  # fmt: skip
    t.dossier(karin.id, wereld.verhaal.huishouden)


@pytest.fixture
def handen(page: Page) -> Handen:
    return Handen(page)


def deel(page: Page, kop: str) -> Locator:
    return page.get_by_role("region", name=kop)


def groep(page: Page, kop: str) -> Locator:
    return deel(page, "Alleen met toestemming").locator("details", has_text=kop)


def keuzes(page: Page) -> list[str]:
    """What is chosen on this page without anybody having chosen it."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('input:checked, option:checked')].map(e => e.outerHTML)"
    )
    return found


def test_sharing_on_a_statutory_ground_takes_three_activations_and_one_sentence(
    handen: Handen, wereld: Wereld
) -> None:
    page = handen.page
    aangemeld(page, "Yusuf Kaya")
    page.goto(wereld.pad)
    handen.doe(page.get_by_role("link", name="Meer nodig over Samira Amrani?"))
    assert keuzes(page) == []
    grond = deel(page, "Eén zin is genoeg")
    handen.doe(grond.get_by_label("De kosten voor de kinderen tellen mee"))
    handen.doe(grond.get_by_role("button", name="Vastleggen"))
    page.get_by_text("De reden is vastgelegd.").wait_for()
    assert handen.keer <= 3


def test_a_purpose_one_names_oneself_takes_no_more_and_is_then_what_one_looks_for(
    handen: Handen, wereld: Wereld
) -> None:
    """Jeugdwet 7.4.0 lid 1 onder c: the BSN of the youth, to pay; not what is in the plan."""
    page = handen.page
    aangemeld(page, "Karin Smeets")
    page.goto(wereld.pad)
    plan = page.get_by_text("Wij blijven in ons huis wonen")
    assert plan.count()
    assert not page.get_by_text("Burgerservicenummer").count()
    handen.doe(page.get_by_role("link", name="Meer nodig over Noah Jansen?"))
    assert keuzes(page) == []
    grond = deel(page, "Eén zin is genoeg: betaling van jeugdhulp, uit het gedeelde plan")
    handen.doe(grond.get_by_label("Zonder naam en BSN kan de rekening niet"))
    handen.doe(grond.get_by_role("button", name="Vastleggen"))
    page.get_by_text("U kijkt nu voor een ander doel: betaling van jeugdhulp.").wait_for()
    assert handen.keer <= 3
    assert page.get_by_text("Burgerservicenummer").count()
    assert not plan.count()
    page.get_by_role("link", name="Terug naar uw gewone taak").click()
    plan.first.wait_for()
    assert not page.get_by_text("Burgerservicenummer").count()


def test_a_sentence_of_ones_own_takes_no_more(handen: Handen, wereld: Wereld) -> None:
    page = handen.page
    aangemeld(page, "Yusuf Kaya")
    page.goto(wereld.pad)
    handen.doe(page.get_by_role("link", name="Meer nodig over Samira Amrani?"))
    grond = deel(page, "Eén zin is genoeg")
    handen.doe(grond.get_by_role("checkbox", name="Dagbesteding"))
    grond.get_by_label("Waarom is dit nodig voor uw taak?").fill(
        "De kosten van het vervoer naar de dagbesteding tellen mee in het budget."
    )
    handen.doe(grond.get_by_role("button", name="Vastleggen"))
    page.get_by_text("De reden is vastgelegd.").wait_for()
    assert handen.keer <= 3


def test_asking_consent_takes_five_activations(handen: Handen, wereld: Wereld) -> None:
    page = handen.page
    aangemeld(page, "Ellen de Wit")
    page.goto(wereld.pad)
    handen.doe(page.get_by_role("link", name="Meer nodig over Samira Amrani?"))
    assert keuzes(page) == []
    pw = groep(page, "Uit de Participatiewet")
    handen.doe(pw.locator("summary"))
    handen.doe(pw.get_by_role("checkbox", name="Werk en inkomen"))
    handen.doe(pw.get_by_role("button", name="Vastleggen: in een gesprek"))
    page.get_by_text("De toestemming is vastgelegd.").wait_for()
    assert handen.keer <= 5


def test_consent_for_a_purpose_one_names_takes_five_activations(
    handen: Handen, wereld: Wereld
) -> None:
    page = handen.page
    aangemeld(page, "Ellen de Wit")
    page.goto(wereld.pad)
    handen.doe(page.get_by_role("link", name="Meer nodig over Samira Amrani?"))
    schulden = deel(page, "Verkennen of problemen samenhangen").locator(
        "details", has_text="Uit de schuldhulp"
    )
    handen.doe(schulden.locator("summary"))
    handen.doe(schulden.get_by_role("checkbox", name="Geld en schulden"))
    handen.doe(schulden.get_by_role("button", name="Vastleggen: in een gesprek"))
    page.get_by_text("U kijkt nu voor een ander doel: verkennen").wait_for()
    assert handen.keer <= 5


def test_secrecy_is_lifted_by_a_choice_of_its_own(handen: Handen, wereld: Wereld) -> None:
    page = handen.page
    aangemeld(page, "Ellen de Wit")
    page.goto(wereld.pad)
    handen.doe(page.get_by_role("link", name="Meer nodig over Samira Amrani?"))
    zorg = groep(page, "Uit de zorg")
    handen.doe(zorg.locator("summary"))
    handen.doe(zorg.get_by_role("checkbox", name="Dagbesteding"))
    handen.doe(zorg.get_by_role("checkbox", name="het beroepsgeheim is hiervoor opgeheven"))
    handen.doe(zorg.get_by_role("button", name="Vastleggen: in een gesprek"))
    page.get_by_text("De toestemming is vastgelegd.").wait_for()
    assert handen.keer <= 5
    (ellen,) = (p for p in wereld.embedded.staff if p.naam == "Ellen de Wit")
    besluit = wereld.embedded.consent.uitleg(
        ellen.aangemeld, UUID(wereld.verhaal.huishouden), UUID(wereld.verhaal.samira),
        herkomst("zorg-behandeling"), Leefgebied.DAGBESTEDING, None,
    )  # fmt: skip
    assert besluit.uitkomst is Uitkomst.MAG


def test_a_resident_sees_who_may_see_and_consents_in_five_activations(
    handen: Handen, wereld: Wereld
) -> None:
    page = handen.page
    aangemeld(page, "Samira Amrani")
    page.goto(wereld.pad)
    handen.doe(page.get_by_role("link", name="Toestemming geven"))
    ellen = page.get_by_role("region", name="Ellen de Wit")
    ellen.get_by_text("Uit het gedeelde plan:").first.wait_for()
    school = ellen.locator("details", has_text="uit school")
    handen.doe(school.locator("summary"))
    handen.doe(school.get_by_role("checkbox", name="School en onderwijs"))
    handen.doe(school.get_by_role("button", name="Toestemming geven"))
    page.get_by_text("De toestemming is vastgelegd.").wait_for()
    assert handen.keer <= 5


# --- the examples of a reason ------------------------------------------------------------------


def test_every_example_is_of_a_situation_in_which_the_law_asks_a_reason() -> None:
    for noodzaak in noodzaken():
        for regime in noodzaak.regimes:
            gevraagd = [
                regel
                for wie in Wie
                for regel in regelset().voor(wie, noodzaak.doel, regime, noodzaak.onderwerp)
                if Eis.NOODZAAK in regel.eist
            ]
            assert gevraagd, (noodzaak.doel, regime, noodzaak.onderwerp)


def test_an_example_is_a_whole_sentence_of_a_length_that_is_accepted() -> None:
    for noodzaak in noodzaken():
        for zin in noodzaak.zinnen:
            assert zin[0].isupper(), zin
            assert zin.endswith("."), zin
            assert 30 <= len(zin) <= 160, zin
            assert "|" not in zin
            assert zin in zinnen(noodzaak.doel, noodzaak.regimes[0], noodzaak.onderwerp)
