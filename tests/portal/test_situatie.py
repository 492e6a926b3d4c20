"""The pages on which a professional records what is so of somebody, and who does her own task."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from infra.staff import Persona
from services.consent.tijd.taken import soorten
from services.portal.pages.situatie import VELDEN
from services.portal.woorden import WOORDEN
from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import doet_mee, professional
from tests.portal.bezoeker import Bezoeker, gelezen
from tests.portal.conftest import Wereld, aangemeld
from tests.system.stad import stad

pytestmark = [pytest.mark.servers, pytest.mark.beside]
AFWEGING = "Het kind is in gevaar en vragen om toestemming maakt het gevaar groter."


# --- without a browser --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("situatie")) as made:
        found = Huis(made)
        professional(found, 1, "Zvher", "Veiligheidshuis Noord", "zvh-casus")
        for wie in ("sanne", "zvher"):
            doet_mee(found, wie)
        yield found


def mens(huis: Huis, wie: str) -> Bezoeker:
    found = Bezoeker(huis.stad.client)
    found.meld_aan(huis.stad.wie[wie].id)
    return found


def vul_in(huis: Huis, wie: str, pad: str, wat: str, **velden: str) -> tuple[int, str]:
    """Fill in the form of one kind; the status, and where it leads or the page that says why."""
    wie_ = mens(huis, wie)
    html = wie_.zie(f"{pad}?wat={wat}")
    verborgen = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
    answer = wie_.verstuur(pad, verborgen | velden)
    huis.stad.world.worker.drain()
    return answer.status_code, answer.headers.get("Location") or answer.text


GOED = {
    ("ellen", "kees", "maatregel"): {
        "soort": "ondertoezichtstelling", "instelling": "Bescherming", "kenmerk": "C/1",
        "van": "2026-01-01"},
    ("sanne", "anna", "wilsonbekwaamheid"): {
        "door": "de huisarts", "toelichting": "Kan dit nu niet overzien.", "van": "2026-01-01"},
    ("yusuf", "kees", "verwijzing"): {
        "contact": "06 00000000", "van": "2026-01-01", "tot": "2027-01-01"},
    ("sanne", "bert", "doorbreking"): {
        "aan": "", "onderwerpen": "veiligheid", "afweging": AFWEGING, "van": "2026-01-01"},
    ("sanne", "bert", "noodafspraak"): {
        "onderwerpen": "veiligheid", "door": "bert", "wijze": "mondeling"},
    ("zvher", "bert", "veiligheidshuiscasus"): {
        "door": "politie", "toets": "Past bij het doel.", "van": "2026-01-01"},
    ("ellen", "kees", "gezag"): {
        "uitkomst": "eenhoofdig-ouderlijk-gezag", "houders": "anna"},
}  # fmt: skip


@pytest.mark.parametrize("wie_over_wat", GOED, ids=" ".join)
def test_each_kind_is_recorded_by_whose_it_is(
    huis: Huis, wie_over_wat: tuple[str, str, str]
) -> None:
    wie, over, wat = wie_over_wat
    ids = {"anna": str(huis.anna), "bert": str(huis.bert)}
    velden = {n: ids.get(v, v) for n, v in GOED[wie_over_wat].items()}
    if "aan" in velden:
        velden["aan"] = str(huis.stad.wie["ellen"].id)
    pad = f"/huishoudens/{huis.id}/personen/{getattr(huis, over)}/situatie"
    status, waar = vul_in(huis, wie, pad, wat, **velden)
    assert status == 303, waar
    assert "Vastgelegd. Het geldt vanaf nu." in mens(huis, wie).zie(waar)
    if wat != "gezag":  # what the register says is not ended, it is recorded anew
        ((einde, sleutels),) = (
            (actie, formulier)
            for actie, formulier in gelezen(mens(huis, wie).zie(pad)).formulieren.items()
            if actie.endswith("/einde")
        )
        assert mens(huis, wie).verstuur(einde, sleutels).status_code == 403  # another's form
        wie_ = mens(huis, wie)
        antwoord = wie_.verstuur(einde, wie_.verborgen(pad, einde))
        assert "Beëindigd. Het geldt niet meer." in wie_.zie(antwoord.headers["Location"])
        assert "/einde" not in wie_.zie(pad)


def test_the_task_to_record_custody_anew_leads_to_where_that_is_done(huis: Huis) -> None:
    thuis, dagwerk = f"/huishoudens/{huis.id}", huis.consent.dagwerk
    zin = "Wie over dit kind beslist, staat niet vast."
    huis.stad.doe("ellen", f"{thuis}/leden/{huis.kees}/gezag", {
        "uitkomst": "niet-te-bepalen", "houders": []})  # fmt: skip
    dagwerk.step()
    ellen = mens(huis, "ellen")
    (taak,) = (blok for blok in ellen.zie(thuis).split("<article") if zin in blok)
    (link,) = re.findall(r'<a href="([^"]+)">Hier doet u dat', taak)
    pad, _, wat = link.partition("?wat=")
    assert 'name="uitkomst"' in ellen.zie(link)
    status, waar = vul_in(huis, "ellen", pad, wat, uitkomst="eenhoofdig-ouderlijk-gezag",
                          houders=str(huis.anna))  # fmt: skip
    assert status == 303, waar
    dagwerk.step()
    assert zin not in ellen.zie(thuis)


@pytest.mark.parametrize("taak", ["verjaardag-18", "verjaardag-18-bijna"])
def test_the_task_about_turning_18_leads_to_what_ends_and_who_speaks(huis: Huis, taak: str) -> None:
    pad = soorten()[taak].pad
    assert pad is not None
    html = mens(huis, "ellen").zie(pad.format(huishouden=huis.id, over=huis.kees))
    assert "Situatie van Kees Proef" in html


def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(huis: Huis) -> None:
    pad = f"/huishoudens/{huis.id}/personen/{huis.kees}/situatie"
    velden = {"soort": "voogdij", "instelling": "Bescherming", "kenmerk": "", "van": "2026-01-01"}
    status, html = vul_in(huis, "ellen", pad, "maatregel", **velden)
    assert status == 400
    assert 'id="fout-kenmerk"' in html
    assert "Kenmerk van de beslissing: vul dit in" in html
    assert 'value="Bescherming"' in html
    assert '<option value="voogdij" selected>' in html
    later = velden | {"kenmerk": "C/1", "van": "2027-01-01"}
    status, html = vul_in(huis, "ellen", pad, "maatregel", **later)
    assert (status, "Dit gaat pas later in." in html) == (409, True)
    assert "/einde" not in mens(huis, "ellen").zie(pad)


def test_a_kind_that_is_not_hers_has_no_form(huis: Huis) -> None:
    pad = f"/huishoudens/{huis.id}/personen/{huis.kees}/situatie"
    for wat in ("maatregel", "doorbreking", "gezag", "bestaat-niet"):
        assert "Wat wilt u vastleggen?" in mens(huis, "yusuf").zie(f"{pad}?wat={wat}")
    for wie in ("tom", "anna", "joris", "nadia"):
        mens(huis, wie).zie(pad, 404)
        mens(huis, wie).zie(f"/huishoudens/{huis.id}/vervanging", 404)


def test_every_kind_has_a_name() -> None:
    assert {*VELDEN, "noodafspraak", "gezag"} == set(WOORDEN["situatie"])


# --- in a browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def _een_collega_van_yusuf(wereld: Wereld) -> None:
    (yusuf,) = (p for p in wereld.embedded.staff if p.naam == "Yusuf Kaya")
    velden = yusuf.model_dump() | {"id": "11111111-0000-4000-8000-0000000000ff", "naam": "Mila Bos"}
    wereld.embedded.staff.add(Persona.model_validate(velden))


def test_a_measure_in_a_browser(page: Page, wereld: Wereld) -> None:
    aangemeld(page, "Ellen de Wit")
    page.goto(wereld.pad)
    page.get_by_role("link", name="Situatie van Noah Jansen vastleggen").click()
    page.get_by_role("link", name="Een maatregel van de rechter").click()
    page.get_by_label("Welke maatregel").select_option("ondertoezichtstelling")
    page.get_by_label("Instelling die de maatregel uitvoert").fill("Jeugdbescherming Voorbeeldland")
    page.get_by_label("Kenmerk van de beslissing").fill("C/09/2")
    page.get_by_label("Vanaf").fill("2026-01-01")
    page.get_by_role("button", name="Vastleggen").click()
    page.get_by_text("Vastgelegd. Het geldt vanaf nu.").wait_for()
    page.get_by_role("button", name="Een maatregel van de rechter").click()
    page.get_by_text("Beëindigd. Het geldt niet meer.").wait_for()


def test_an_agreement_for_an_emergency_in_a_browser(page: Page, wereld: Wereld) -> None:
    aangemeld(page, "Bram Postma")
    page.goto(f"{wereld.pad}/personen/{wereld.verhaal.noah}/situatie?wat=noodafspraak")
    page.get_by_role("checkbox", name="Veiligheid").check()
    page.get_by_label("Met wie is dit afgesproken").select_option(wereld.verhaal.noah)
    page.get_by_role("button", name="Vastleggen: in een gesprek").click()
    page.get_by_text("Vastgelegd. Het geldt vanaf nu.").wait_for()
    page.get_by_role("button", name="Een afspraak voor als er nood is").click()
    page.get_by_text("Beëindigd. Het geldt niet meer.").wait_for()


def test_a_substitute_in_a_browser(page: Page, wereld: Wereld) -> None:
    aangemeld(page, "Yusuf Kaya")
    page.goto(wereld.pad)
    page.get_by_role("link", name="Wie vervangt u?").click()
    page.get_by_label("Wie", exact=True).select_option(label="Mila Bos, schuldhulpverlener")
    page.get_by_role("button", name="Neemt mijn taak over").click()
    page.get_by_text("Vastgelegd. Uw collega kan meteen aan het werk.").wait_for()
    page.get_by_role("button", name="Mila Bos").click()
    page.get_by_text("Beëindigd. Uw collega ziet dit huishouden niet meer.").wait_for()
