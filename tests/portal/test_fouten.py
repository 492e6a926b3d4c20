"""What people read when something is wrong: each field as the page calls it, and what to do."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from infra.logbook import LogboekDicht
from infra.staff import Persona
from infra.web import NU_NIET
from services.consent.application import Consent
from services.portal.application import Portal
from tests.consent.huis import Huis
from tests.consent.test_dicht import zonder_sleutel
from tests.portal.conftest import Wereld
from tests.portal.test_nood import REDEN, Mens
from tests.system.stad import stad

_GEEN_TEKST = ("hidden", "submit", "radio", "checkbox")
_ZELF = re.compile(r"<textarea|<select|type=.(?:radio|checkbox|text|date)|\bveld\(|\bstap\(")
_MORGEN = "2026-03-03"


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    """A household with something to fill in for everybody."""
    with stad(tmp_path_factory.mktemp("fouten")) as made:
        huis = Huis(made)
        made.doe("ellen", f"/plannen/{huis.plan}/deelnemers", {
            "medewerker": str(made.wie["bram"].id), "taak": "jeugdhulp"})  # fmt: skip
        doel = made.doe("ellen", f"/plannen/{huis.plan}/doelen", {
            "leefgebied": "wonen", "personen": [str(huis.anna)], "woorden": "Een dak",
            "resultaat": "een huis", "evaluatieOp": _MORGEN})["id"]  # fmt: skip
        made.doe("ellen", f"/plannen/{huis.plan}/acties", {
            "doel": doel, "wat": "Bellen", "eigenaarsoort": "professional", "aard": "preventief",
            "eigenaar": str(made.wie["ellen"].id), "uiterlijkOp": _MORGEN,
            "leefgebied": "wonen"})  # fmt: skip
        collega = made.wie["yusuf"].model_dump() | {"id": str(UUID(int=15)), "naam": "Mila Bos"}
        made.world.staff.add(Persona.model_validate(collega))
        nadia = Mens(huis, "nadia")
        nadia.doe("/noodtoegang", "/noodtoegang/bevestigen")
        nadia.doe(
            "/noodtoegang", "/noodtoegang", categorie="vermissing", reden=REDEN,
            naam="Kees Proef", geboortedatum="2012-01-05",
        )  # fmt: skip
        yield huis


class _Formulieren(HTMLParser):
    """The forms of a page: where it goes, what it hides, what one writes and what one chooses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.gevonden: list[tuple[str, dict[str, str], set[str], set[str]]] = []
        self._nu: tuple[str, dict[str, str], set[str], set[str]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._nu = (given["action"], {}, set(), set())
            self.gevonden.append(self._nu)
        if self._nu is None or not (naam := given.get("name")):
            return
        _, verborgen, tekst, keuze = self._nu
        if given.get("type") == "hidden" or tag == "button":
            verborgen.setdefault(naam, given["value"])
        elif tag == "textarea" or (tag == "input" and given.get("type") not in _GEEN_TEKST):
            tekst.add(naam)
        else:
            keuze.add(naam)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._nu = None


def _gewoon(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def _paginas(huis: Huis) -> list[tuple[str, str, str]]:
    """Template, who, and where she finds its forms."""
    stad = huis.stad
    thuis = f"/huishoudens/{huis.id}"
    anna, kees = (f"{thuis}/personen/{een}" for een in (huis.anna, huis.kees))
    (noodtoegang,) = stad.zie("nadia", "/noodtoegangen")["noodtoegangen"]
    nood = f"/noodtoegang/{noodtoegang['id']}"
    beperking = stad.doe("joris", "/beperkingen", huis.beperking(huis.anna, {
        "medewerkers": [str(stad.wie["yusuf"].id)], "van": "2026-01-01"}))["id"]  # fmt: skip
    aan = f"persoon={huis.anna}&ontvanger={stad.wie['ellen'].id}"
    situatie = [
        ("situatie", wie, f"{kees}/situatie?wat={wat}")
        for wie, wat in (
            ("ellen", "maatregel"), ("ellen", "gezag"), ("bram", "wilsonbekwaamheid"),
            ("bram", "doorbreking"), ("bram", "noodafspraak"),
            ("bram", "verwijzing"),
        )
    ]  # fmt: skip
    return [
        ("huishouden", "ellen", thuis), ("vraag", "yusuf", f"{thuis}/vraag"),
        ("nodig", "yusuf", f"{anna}/nodig"), ("nodig", "bram", f"{kees}/nodig"),
        ("toestemming", "ellen", f"{thuis}/toestemming?{aan}"),
        ("bezwaar", "anna", f"{thuis}/bezwaar?persoon={huis.anna}&doel=schuldhulp"),
        ("vervanging", "yusuf", f"{thuis}/vervanging"), ("zicht", "anna", f"{anna}/zicht"),
        ("zicht_toezicht", "joris", f"{anna}/zicht"),
        *situatie, ("nood", "nadia", "/noodtoegang"), ("nood_een", "nadia", nood),
        ("nood_openstellen", "bram", f"{nood}/openstellen"), ("nood_een", "joris", nood),
        ("nood_een", "hanna", nood),
        ("beperking_nieuw", "joris", "/werk/beperking"), ("terugblik", "joris", "/terugblik"),
        ("beperking", "hanna", f"/werk/beperking/{beperking}"),
        ("afwijkingen", "hanna", "/werk/afwijkingen"), ("werk", "femke", "/werk"),
        ("werk_advies", "femke", f"/werk/advies/{beperking}"),
    ]  # fmt: skip


def test_every_form_says_what_is_wrong_in_the_words_on_the_page(huis: Huis) -> None:
    """Sent empty, and with too little in it. The key of the form is too short as well, so that
    nothing is recorded; of that no name is shown, as nobody filled it in."""
    paginas = _paginas(huis)
    for template, wie, pad in paginas:
        mens = Mens(huis, wie)
        if pad == "/noodtoegang":
            mens.doe(pad, f"{pad}/bevestigen")
        if (template, wie) == ("nood_een", "hanna"):  # she judges what was prepared
            Mens(huis, "joris").doe(pad, f"{pad}/voorbereiding", advies="Dit was nodig.")
        in_te_vullen = {
            (een[0], frozenset(een[2] | een[3])): een
            for een in _Formulieren(mens.zie(pad)).gevonden
            if een[2] | een[3]
        }
        assert in_te_vullen, (wie, pad)
        for actie, verborgen, tekst, keuze in in_te_vullen.values():
            for gevuld in ({}, dict.fromkeys(tekst, "x")):
                velden = dict.fromkeys(tekst | keuze, "") | gevuld | verborgen | {"sleutel": "kort"}
                answer = mens.verstuur(actie, velden)
                _klopt(answer, (wie, pad, actie))
    met_formulier = {
        file.name.removesuffix(".html")
        for file in resources.files("services.portal").joinpath("templates").iterdir()
        if 'method="post"' in (text := file.read_text()) and _ZELF.search(text)
    }
    assert met_formulier == {template for template, *_ in paginas}


def test_a_reason_that_nobody_can_read_is_told_beside_its_field(huis: Huis) -> None:
    """Long enough for the browser, and still no reason."""
    nadia, pad = Mens(huis, "nadia"), "/noodtoegang"
    nadia.doe(pad, f"{pad}/bevestigen")
    bram, kees = Mens(huis, "bram"), f"/huishoudens/{huis.id}/personen/{huis.kees}/situatie"
    for mens, waar, actie, veld, velden in (
        (nadia, pad, pad, "reden", {
            "categorie": "vermissing", "naam": "Kees Proef", "geboortedatum": "2012-01-05"}),
        (bram, f"{kees}?wat=doorbreking", kees, "afweging", {
            "onderwerpen": "wonen", "aan": "", "van": "2026-03-02"}),
    ):  # fmt: skip
        for leeg in ("." * 60, "\u200b" * 60):
            html = mens.verstuur(actie, mens.verborgen(waar, actie) | velden | {veld: leeg}).text
            melding = re.search(r'melding--fout" role="alert">(.*?)</div>', html, re.DOTALL)
            assert melding is not None, waar
            assert f'href="#veld-{veld}"' in melding[1]
            assert "Schrijf een zin waarin staat waarom: ten minste 40 tekens" in melding[1]
            (bij,) = re.findall(rf'id="fout-{veld}"[^>]*>(.*?)</p>', html, re.DOTALL)
            assert "vier woorden" in bij


def test_a_list_that_is_too_short_is_told_in_dutch_that_people_speak(huis: Huis) -> None:
    yusuf = Mens(huis, "yusuf")
    wie = {"Authorization": f"Bearer {yusuf.cookie.partition('=')[2]}", "Idempotency-Key": "k" * 32}
    answer = yusuf.vraag("POST", "/v1/grondslagen", json={"onderwerpen": []}, headers=wie)
    (wat,) = (f["wat"] for f in answer.json()["fouten"] if f["waar"].endswith("onderwerpen"))
    assert wat == "kies of noem er ten minste 1"


def test_when_the_log_cannot_be_written_every_page_says_so_and_that_it_passes(huis: Huis) -> None:
    """503 with the sentence, for a look and for a form alike: never that one may not."""
    thuis = f"/huishoudens/{huis.id}"
    nodig = f"{thuis}/personen/{huis.anna}/nodig"
    ellen, anna, yusuf = (Mens(huis, wie) for wie in ("ellen", "anna", "yusuf"))
    vraag = yusuf.verborgen(f"{thuis}/vraag", f"{thuis}/vraag") | {
        "persoon": str(huis.anna), "herkomst": "wmo-toegang", "onderwerp": "wonen",
    }  # fmt: skip
    for sequencer in huis.stad.world.volgorde.consumers:
        sequencer.step()
    with zonder_sleutel(huis):
        for answer in (
            ellen.vraag("GET", thuis), anna.vraag("GET", thuis), anna.vraag("GET", "/wie-keek"),
            ellen.vraag("GET", f"{thuis}/personen/{huis.kees}/situatie?wat=gezag"),
            yusuf.vraag("GET", nodig), yusuf.verstuur(f"{thuis}/vraag", vraag),
            ellen.vraag("GET", "/huishoudens"),
        ):  # fmt: skip
            assert answer.status_code == 503, answer.request.url
            assert "Het logboek van inzagen kan nu niet worden bijgewerkt" in answer.text
    assert ellen.vraag("GET", thuis).status_code == 200


def test_an_explanation_that_cannot_be_logged_is_not_told_as_what_does_not_exist(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dicht(*_: Any, **__: Any) -> None:
        raise LogboekDicht

    ellen = Mens(huis, "ellen")
    pad = f"/huishoudens/{huis.id}/waarom?persoon={huis.anna}&herkomst=gezinsplan&onderwerp=wonen"
    assert ellen.vraag("GET", pad).status_code == 200
    monkeypatch.setattr(Consent, "stel", dicht)
    answer = ellen.vraag("GET", pad)
    assert answer.status_code == 503
    assert LogboekDicht.zin in answer.text


def test_what_is_of_the_moment_is_not_told_as_a_fault(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def op_slot(*_: Any) -> None:
        raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))

    ellen = Mens(huis, "ellen")
    monkeypatch.setattr(Portal, "geopend", op_slot)
    answer = ellen.vraag("GET", f"/huishoudens/{huis.id}")
    assert answer.status_code == 503
    assert NU_NIET in answer.text
    assert "Meld dit nummer" not in answer.text


def _klopt(answer: Any, waar: object) -> None:
    html = answer.text
    assert answer.status_code in (400, 409), waar  # 409: one rule, in a sentence of its own
    meldingen = re.findall(r'melding--fout" role="alert">(.*?)</div>', html, re.DOTALL)
    assert len(meldingen) == 1, (waar, [*map(_gewoon, meldingen)])
    (melding,) = meldingen
    labels = re.findall(r"<(label|legend)\b[^>]*>(.*?)</\1>", html, re.DOTALL)
    namen = {_gewoon(een).partition(" (")[0].rstrip("?") for _, een in labels}
    for veld in re.findall(r'<a href="#([^"]+)"', melding):
        assert html.count(f' id="{veld}"') == 1, (waar, veld)
    fouten = [_gewoon(een) for een in re.findall(r"<li>(.*?)</li>", melding, re.DOTALL)]
    assert fouten or answer.status_code == 409, waar
    for fout in {*fouten} - {"Dit formulier klopt niet. Open de pagina opnieuw."}:
        label, scheiding, _ = fout.partition(": ")
        assert scheiding, (waar, fout)
        assert label in namen, (waar, fout)


def test_a_key_that_no_form_of_ours_holds_is_refused(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    velden = ellen.verborgen(f"{wereld.pad}/vraag", f"{wereld.pad}/vraag")
    antwoord = ellen.verstuur(
        f"{wereld.pad}/taken/{uuid4()}",
        {"formulier": velden["formulier"], "sleutel": "€", "uitkomst": "klaar"},
    )
    assert antwoord.status_code == 400
    assert 'role="alert"' in antwoord.text
