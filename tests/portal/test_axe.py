"""Every screen passes axe-core: wide by day, on a phone in the dark, some on paper.

What runs are the rules of axe for the success criteria of WCAG 2.0, 2.1 and 2.2 at levels A and AA
(EN 301 549), and its best practices: what a machine can tell. Among others 1.1.1 (an image has a
text), 1.3.1 (headings, lists and tables are what they look like), 1.4.3 (contrast), 2.4.2 (a page
has a title), 2.4.4 (a link says where to), 2.5.8 (targets of 24 by 24), 3.1.1 (the language), and
4.1.2 (a field has a name). Of level A in 2.2 (3.2.6, 3.3.7) axe 4.14 has no rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from infra.staff import Persona
from tests.portal.conftest import Wereld, aangemeld, eigen_wereld
from tests.portal.test_nood import REDEN

pytestmark = [pytest.mark.servers, pytest.mark.beside]
wereld = eigen_wereld
AXE = Path(__file__).parent.parent / "tools" / "node_modules" / "axe-core" / "axe.min.js"
NORMEN = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
"""The tags of the rules that run. None is off; one that must be is named here, with its reason."""
SCHERM: dict[str, Any] = {"media": "screen", "color_scheme": "light"}
BREED = (1366, SCHERM)
SMAL = (390, SCHERM | {"color_scheme": "dark"})
PAPIER = (794, {"media": "print", "color_scheme": "dark"})  # A4, from a phone in the dark
MEET = """async (normen) => (await axe.run({ runOnly: normen, resultTypes: ["violations"] }))
  .violations.flatMap(({ id, tags, nodes }) => nodes.map(({ target }) =>
    `${[id, ...tags.filter((tag) => /^wcag\\d{3}/.test(tag))].join(" ")}: ${target.join(" ")}`))"""
ALLES_OPEN = "for (const een of document.querySelectorAll('details')) een.open = true"
VERSTUUR = """(form, velden) => {
  for (const veld of form.elements) if (veld.name in velden) veld.value = velden[veld.name];
  form.submit(); // past what the browser asks for, so that the page itself has to tell it
}"""
WEGING = ("weging", "doeleinden", "categorieen", "waarborgen", "verantwoordelijken", "opslag",
          "risicos", "mededeling")  # fmt: skip


class Scherm(NamedTuple):
    """A page, or what comes of sending a form of it; opened up first, or done to it otherwise."""

    template: str
    pad: str
    actie: str = ""
    velden: dict[str, str] = {}  # noqa: RUF012  # nobody writes in it
    goed: bool = True
    eerst: str = ALLES_OPEN
    beelden: tuple[tuple[int, dict[str, Any]], ...] = (BREED, SMAL)

    def __str__(self) -> str:
        return f"{self.template} {self.actie or self.pad}"


def fout(template: str, pad: str, actie: str = "", **velden: str) -> Scherm:
    """What somebody reads whose form lacks something, or who is where there is nothing."""
    return Scherm(template, pad, actie, velden, goed=False)


@pytest.fixture(scope="module")
def schermen(wereld: Wereld) -> dict[str, list[Scherm]]:
    """Who → what she sees, in this order; after a night, and before the browser is there. Of most
    forms only what comes of them empty: that is the form once more, with its mistakes."""
    t, v, thuis = wereld.verhaal.t, wereld.verhaal, wereld.pad
    collega = v.yusuf.model_dump() | {"id": UUID(int=15), "naam": "Mila Bos"}
    wereld.embedded.staff.add(Persona.model_validate(collega))
    nadia, joris = t.wie("Nadia Bouzid").id, v.privacy.id
    t.bevestig(nadia)
    for naam in ("Niemand Hier", "Noah Jansen"):
        t.doe(nadia, "/noodtoegangen", {
            "categorie": "vermissing", "reden": REDEN, "naam": naam,
            "geboortedatum": v.geboren(15)})  # fmt: skip
    beperking = "/werk/beperking/" + t.doe(joris, "/beperkingen", {
        "persoon": v.samira, "gronden": ["i"], "herzienOp": v.over(30), "tot": v.over(60),
        "toepassingsgebied": {"medewerkers": [str(v.yusuf.id)], "van": v.over(0)},
        **dict.fromkeys(WEGING, "Zo overwogen.")})["id"]  # fmt: skip
    t.doe(v.college.id, "/afwijkingen/instelling", {
        "doel": "Onrechtmatig kijken tegengaan.", "instemming": "OR-7", "van": v.over(-30),
        "instemmingOp": v.over(-30), "tot": v.over(300)})  # fmt: skip
    besluit = next(regel for regel in t.zie(joris, f"{thuis}/inzagen")["regels"]
                   if regel["soort"] == "besluit")  # fmt: skip
    oud, nieuw = (versie["hash"] for versie in t.zie(joris, "/regels")["versies"][-2:])
    nood = "/noodtoegang/" + t.zie(nadia, "/noodtoegangen")["noodtoegangen"][0]["id"]
    samira, noah = (f"{thuis}/personen/{een}" for een in (v.samira, v.noah))
    aan = f"{thuis}/toestemming?persoon={v.samira}&ontvanger={v.ellen.id}"
    waartegen = f"{thuis}/bezwaar?persoon={v.samira}&doel=schuldhulp"
    vraag, actie = f"{thuis}/vraag", f"{thuis}/acties/{v.acties[0]}"
    advies = f"/werk/advies/{beperking[-36:]}"
    kijk = {"reden": "Een klacht van deze inwoner."}
    return {
        "": [Scherm("aanmelden", "/aanmelden")],
        "Ellen de Wit": [
            Scherm("huishoudens", "/huishoudens"),
            Scherm("huishouden", thuis, beelden=(BREED, SMAL, PAPIER)),
            Scherm("huishouden", thuis, eerst="sluit()"),
            fout("huishouden", thuis, actie, status="niet-gelukt"),
            Scherm("huishouden", f"{thuis}?moment=2020-01-01"),
            Scherm("vraag", vraag), fout("vraag", vraag, vraag),
            Scherm("vraag", vraag, vraag, {
                "persoon": v.samira, "herkomst": "wgs-schuldhulp",
                "onderwerp": "financien-en-schulden"}),
            Scherm("toestemming", f"{thuis}/toestemming"),
            Scherm("toestemming", aan), fout("toestemming", aan, f"{thuis}/toestemming"),
            Scherm("waarom", f"{thuis}/waarom?persoon={v.samira}&herkomst=jeugdhulp-dossier"
                   "&onderwerp=veiligheid"),
            Scherm("situatie", f"{noah}/situatie"),
            fout("situatie", f"{noah}/situatie?wat=maatregel", f"{noah}/situatie"),
            Scherm("zicht", f"{samira}/zicht"), Scherm("vastgelegd", f"{thuis}/vastgelegd"),
            Scherm("regels", "/regels"), Scherm("regels", "/regels?van=wgs"),
            Scherm("regelverschillen", f"/regels/verschillen?oud={oud}&nieuw={nieuw}"),
            Scherm("register", "/verwerkingsregister"),
            Scherm("register_versie", "/verwerkingsregister/regie/versies/1"),
            Scherm("terugblik", "/terugblik"),
            fout("niet_bekend", "/huishoudens/1"),
            fout("fout", "/regels/verschillen?oud=x&nieuw=x"),
            fout("verlopen", "/huishoudens", "/afmelden", formulier="x"),
            fout("te_groot", "/huishoudens", "/afmelden", formulier="x" * 140_000),
        ],
        "Yusuf Kaya": [
            fout("nodig", f"{samira}/nodig", f"{samira}/nodig"),
            fout("vervanging", f"{thuis}/vervanging", f"{thuis}/vervanging"),
        ],
        "Bram Postma": [
            Scherm("huishouden", thuis), Scherm("nodig", f"{noah}/nodig"),
            fout("situatie", f"{noah}/situatie?wat=doorbreking", f"{noah}/situatie"),
            fout("nood_openstellen", f"{nood}/openstellen", f"{nood}/openstelling"),
        ],
        "Samira Amrani": [
            Scherm("huishouden", thuis, beelden=(BREED, SMAL, PAPIER)),
            Scherm("vastgelegd", f"{thuis}/vastgelegd"),
            Scherm("wie_keek", "/wie-keek?ook=zelf", beelden=(BREED, SMAL, PAPIER)),
            Scherm("zicht", f"{samira}/zicht"),
            fout("bezwaar", waartegen, f"{thuis}/bezwaar"),
        ],
        "Nadia Bouzid": [
            Scherm("nood", "/noodtoegang"),
            Scherm("nood", "/noodtoegang", "/noodtoegang/bevestigen"),
            fout("nood", "/noodtoegang", "/noodtoegang"), Scherm("huishouden", thuis),
            fout("nood_een", nood, f"{nood}/verslag"),
        ],
        "Joris Meijer": [
            Scherm("inzagen", f"/inzagen?huishouden={v.huishouden}", eerst=""),  # they are alike
            fout("inzagen", "/inzagen?huishouden=fout"),
            Scherm("volledigheid", "/inzagen/volledigheid"),
            Scherm("volledigheid", "/inzagen/volledigheid", "/inzagen/volledigheid"),
            fout("zicht_toezicht", f"{samira}/zicht", f"{samira}/zicht"),
            Scherm("zicht_toezicht", f"{samira}/zicht", f"{samira}/zicht", kijk),
            fout("terugblik", "/terugblik", "/terugblik"),
            Scherm("terugblik", "/terugblik", "/terugblik", {"spoor": besluit["vraag"]} | kijk),
            Scherm("werk", "/werk"), Scherm("nood_een", nood),
            fout("beperking_nieuw", "/werk/beperking", "/werk/beperking"),
            Scherm("afwijkingen", "/werk/afwijkingen"),
        ],
        "Hanna Bos": [
            Scherm("werk", "/werk"), Scherm("nood_een", nood),
            fout("beperking", beperking, f"{beperking}/einde"),
            fout("afwijkingen", "/werk/afwijkingen", "/werk/afwijkingen/instelling"),
        ],
        "Femke Postma": [
            fout("werk", "/werk", "/werk/aantekeningen"),
            fout("werk_advies", advies, advies),
            Scherm("noodzoekingen", "/werk/noodzoekingen"),
        ],
    }  # fmt: skip


@pytest.fixture
def page(schermen: dict[str, list[Scherm]], browser: Browser, adres: str) -> Iterator[Page]:
    """A page with axe in it. It may say something aloud: of an answer that is an error it must."""
    assert AXE.exists(), "axe-core ontbreekt: sh infra/install.sh tools"
    context = browser.new_context(base_url=adres, locale="nl-NL", reduced_motion="reduce")
    context.add_init_script(path=AXE)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    yield opened
    context.close()


def _open(page: Page, scherm: Scherm) -> None:
    page.emulate_media(**SCHERM)
    answer = page.goto(scherm.pad)
    if scherm.actie:
        with page.expect_navigation() as sent:
            page.locator(f'form[action="{scherm.actie}"]').first.evaluate(VERSTUUR, scherm.velden)
        answer = sent.value
    assert answer is not None
    assert answer.ok is scherm.goed, (scherm, answer.status)
    waar = urlsplit(page.url).path
    assert waar in (urlsplit(scherm.pad).path, scherm.actie), (scherm, waar)
    page.evaluate(scherm.eerst)


def _gemeten(page: Page, scherm: Scherm) -> Iterator[str]:
    for breedte, beeld in scherm.beelden:
        page.set_viewport_size({"width": breedte, "height": 844})
        page.emulate_media(**beeld)
        for regel in page.evaluate(MEET, NORMEN):
            yield f"{regel} ({', '.join(beeld.values())}, {breedte} px)"


def test_every_screen_passes(page: Page, schermen: dict[str, list[Scherm]]) -> None:
    gevonden = []
    for wie, gezien in schermen.items():
        if wie:
            aangemeld(page, wie)
        for scherm in gezien:
            _open(page, scherm)
            gevonden += [f"{scherm} ({wie or 'niemand'}): {een}" for een in _gemeten(page, scherm)]
    assert not gevonden, "\n".join(["", *gevonden])


def test_every_template_is_a_screen_here(schermen: dict[str, list[Scherm]]) -> None:
    templates = resources.files("services.portal").joinpath("templates").iterdir()
    paginas = {een.name for een in templates if een.read_text().startswith("{% extends")}
    assert paginas == {f"{een.template}.html" for gezien in schermen.values() for een in gezien}


def test_a_screen_that_is_broken_is_found(page: Page) -> None:
    scherm = Scherm("aanmelden", "/aanmelden", beelden=(BREED,), eerst="""
        document.documentElement.lang = document.title = "";
        document.querySelector("img").removeAttribute("alt");
        document.querySelector("h1").style.color = "#ddd";
        document.querySelector(".overslaan").textContent = "";
        document.querySelector("main").append(document.createElement("input"));""")  # fmt: skip
    _open(page, scherm)
    assert {een.partition(":")[0] for een in _gemeten(page, scherm)} >= {
        "html-has-lang wcag311", "document-title wcag242", "image-alt wcag111",
        "color-contrast wcag143", "link-name wcag244 wcag412", "label wcag412",
    }  # fmt: skip
