"""Emergency access and the work of supervision on the pages, by people who fill in forms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from infra.logbook import logregels
from services.portal.pages.werk import termijn
from tests.consent.huis import Huis
from tests.portal.bezoeker import Bezoeker, gelezen
from tests.system.stad import stad

REDEN = "De politie belt: het jongste kind is alleen thuis en wordt bedreigd."


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("nacht")) as made:
        yield Huis(made)


class Mens(Bezoeker):
    """Somebody who signed in, and whose forms are followed by everybody at once."""

    def __init__(self, huis: Huis, wie: str) -> None:
        super().__init__(huis.stad.client)
        self._huis = huis
        self.meld_aan(huis.stad.wie[wie].id)

    def doe(self, pad: str, actie: str, **velden: str) -> str:
        """Fill in a form of a page and send it; where it leads, or the page that says why not."""
        answer = self.verstuur(actie, self.verborgen(pad, actie) | velden)
        self._huis.stad.world.worker.drain()
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer.headers.get("Location") or answer.text


def test_in_a_night_from_the_front_page_to_the_verdict(huis: Huis) -> None:
    nadia, joris, hanna = Mens(huis, "nadia"), Mens(huis, "joris"), Mens(huis, "hanna")
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/deelnemers", {
        "medewerker": str(huis.stad.wie["bram"].id), "taak": "jeugdhulp"})  # fmt: skip
    assert 'href="/noodtoegang"' in nadia.zie("/huishoudens")
    assert "Open vier uur" not in nadia.zie("/noodtoegang")
    assert nadia.doe("/noodtoegang", "/noodtoegang/bevestigen") == "/noodtoegang"
    assert "Open vier uur" in nadia.zie("/noodtoegang")
    wat = {"categorie": "gevaar-voor-een-kind", "reden": REDEN}
    kort = nadia.doe("/noodtoegang", "/noodtoegang", categorie="", reden="Snel", naam="Kees Proef")
    assert "ten minste 40 tekens en vier woorden" in kort
    assert "Kees Proef" in kort  # what was typed is not lost
    niemand = nadia.doe("/noodtoegang", "/noodtoegang", **wat, naam="Niemand Hier",
                        geboortedatum="2012-01-05")  # fmt: skip
    assert "niet precies één huishouden" in niemand
    naar = nadia.doe("/noodtoegang", "/noodtoegang", **wat, naam="Kees Proef",
                     geboortedatum="2012-01-05")  # fmt: skip
    assert naar.startswith(f"/huishoudens/{huis.id}?")
    dossier = nadia.zie(naar)
    assert "Noodtoegang: nog 4 uur" in dossier or "Noodtoegang: nog 3 uur en" in dossier
    (nummer,) = {
        given["href"]
        for tag, given in gelezen(dossier).tags
        if tag == "a" and (given.get("href") or "").startswith("/noodtoegang/")
    }
    assert nummer is not None
    open_ = f"{nummer}/openstellen"
    assert open_ in nadia.zie(nummer)  # to be sent to a holder
    bram = Mens(huis, "bram")
    assert open_ in bram.zie(f"/huishoudens/{huis.id}")
    assert REDEN in bram.zie(open_)
    assert "vul dit in" in bram.doe(open_, f"{nummer}/openstelling", reden="")
    kort = bram.doe(open_, f"{nummer}/openstelling", reden="Het kind is in gevaar.")
    assert "Schrijf een zin waarin staat waarom: ten minste 40 tekens en vier woorden" in kort
    acuut = "Het kind is in gevaar en toestemming vragen kan nu niet."
    naar_huis = bram.doe(open_, f"{nummer}/openstelling", reden=acuut)
    assert naar_huis.startswith(f"/huishoudens/{huis.id}?")
    assert open_ not in bram.zie(naar_huis)
    assert nadia.doe(nummer, f"{nummer}/einde").startswith(nummer)
    assert "Noodtoegang nu beëindigen" not in nadia.zie(nummer)
    nadia.zie(f"/huishoudens/{huis.id}", 404)
    nadia.doe(nummer, f"{nummer}/verslag", verslag="Kind veilig bij oma gebracht.")
    assert nummer in joris.zie("/werk")
    assert "nog geen advies" in hanna.zie(nummer)
    joris.doe(nummer, f"{nummer}/voorbereiding", advies="Het was nodig.")
    hanna.doe(nummer, f"{nummer}/oordeel", uitkomst="terecht", motivering="Het kind was alleen.")
    for wie in (nadia, joris, hanna):
        gezien = wie.zie(nummer)
        assert "Terecht" in gezien
        assert REDEN in gezien
    assert REDEN not in Mens(huis, "femke").zie(nummer)


def test_what_was_typed_is_still_there_when_she_had_to_confirm_again(huis: Huis) -> None:
    """With line ends and all; the form that follows is of the session that was just confirmed."""
    nadia, hier = Mens(huis, "nadia"), "/noodtoegang"
    velden = {"categorie": "vermissing", "reden": f'{REDEN}\n"Nu"', "naam": "Niemand Hier",
              "geboortedatum": "2012-01-05"}  # fmt: skip
    begin = nadia.verborgen(hier, f"{hier}/bevestigen")
    dicht = nadia.verstuur(hier, begin | velden)
    assert dicht.status_code == 403
    assert REDEN in dicht.text
    mee = gelezen(dicht.text).formulieren[f"{hier}/bevestigen"]
    assert mee.items() >= velden.items()
    answer = nadia.verstuur(f"{hier}/bevestigen", mee)
    nadia.cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert answer.status_code == 200
    assert "Stap 2 van 2" in answer.text
    assert f">{REDEN}\n&#34;Nu&#34;</textarea>" in answer.text
    assert '<option value="vermissing" selected>' in answer.text
    assert 'value="Niemand Hier"' in answer.text
    gezocht = nadia.verstuur(hier, velden | gelezen(answer.text).formulieren[hier])
    assert "niet precies één huishouden" in gezocht.text


def test_what_was_typed_in_a_second_tab_is_still_there_when_the_step_was_done(huis: Huis) -> None:
    nadia, joris = Mens(huis, "nadia"), Mens(huis, "joris")
    nadia.doe("/noodtoegang", "/noodtoegang/bevestigen")
    nadia.doe("/noodtoegang", "/noodtoegang", categorie="vermissing", reden=REDEN,
              naam="Kees Proef", geboortedatum="2012-01-05")  # fmt: skip
    (een, *_) = huis.stad.zie("joris", "/noodtoegangen")["noodtoegangen"]
    pad = f"/noodtoegang/{een['id']}"
    tweede = joris.verborgen(pad, f"{pad}/voorbereiding")
    joris.doe(pad, f"{pad}/voorbereiding", advies="Het was nodig.")
    answer = joris.verstuur(f"{pad}/voorbereiding", tweede | {"advies": "Toch niet nodig."})
    assert answer.status_code == 409
    assert f'action="{pad}/voorbereiding"' not in answer.text
    assert "Wat u invulde staat er nog" in answer.text
    assert "Toch niet nodig." in answer.text
    assert "Wat u schreef" not in joris.zie(pad)


def test_who_searched_in_vain_is_on_a_page_and_not_for_whom(huis: Huis) -> None:
    nadia, joris = Mens(huis, "nadia"), Mens(huis, "joris")
    nadia.doe("/noodtoegang", "/noodtoegang/bevestigen")
    wat = {"categorie": "vermissing", "reden": REDEN}
    for huisnummer in ("77", "79"):
        nadia.doe("/noodtoegang", "/noodtoegang", **wat, postcode="9876zz", huisnummer=huisnummer)
    for wie in ("joris", "hanna", "femke", "pieter"):
        assert 'href="/werk/noodzoekingen"' in Mens(huis, wie).zie("/werk"), wie
        gezien = Mens(huis, wie).zie("/werk/noodzoekingen")
        assert "Nadia" in gezien
        assert "adres" in gezien
        assert "2e keer binnen 24 uur" in gezien
        for dicht in (REDEN, "9876zz", "9876ZZ"):
            assert dicht not in gezien, (wie, dicht)
    with huis.consent.database.read() as tx:
        welke = select(logregels).where(logregels.c.soort == "handeling")
        laatste = max(huis.consent.logboek.read(tx, welke), key=lambda regel: regel.nr)
    assert laatste.regel.inhoud["vraag"]["soort"] == "noodinzage"
    assert len(laatste.regel.inhoud["vraag"]["noodzoekingen"]) >= 2
    assert "Zocht" in joris.zie("/werk/noodzoekingen")


@pytest.mark.parametrize(
    ("velden", "zinnen"),
    [
        ({"naam": "Kees Proef"}, ["Geboortedatum: vul dit ook in, of maak de naam leeg"]),
        ({"huisnummer": "12"}, ["Postcode: vul dit ook in, of maak het huisnummer leeg"]),
        ({}, ["Naam: vul naam en geboortedatum in, of postcode en huisnummer"]),
        ({"naam": "Kees Proef", "geboortedatum": "2012-01-05", "postcode": "1234ab",
          "huisnummer": "12"}, ["Naam: zoek op naam en geboortedatum of op adres"]),
        ({"reden": "", "categorie": ""}, ["Waarom kan het niet wachten: vul dit in",
                                         "Wat is er aan de hand: maak een keuze"]),
    ],
)  # fmt: skip
def test_what_an_emergency_form_lacks_is_told_at_its_field(
    huis: Huis, velden: dict[str, str], zinnen: list[str]
) -> None:
    nadia = Mens(huis, "nadia")
    nadia.doe("/noodtoegang", "/noodtoegang/bevestigen")
    gevuld = {"categorie": "vermissing", "reden": REDEN} | velden
    html = nadia.doe("/noodtoegang", "/noodtoegang", **gevuld)
    for zin in zinnen:
        assert zin in html
    assert ">: " not in html


def test_in_an_emergency_is_what_she_may_look_at_and_nothing_to_press_in_vain(huis: Huis) -> None:
    kop = f"/huishoudens/{huis.id}"
    huis.stad.doe("ellen", f"{kop}/verkenning", {
        "meervoudig": True, "waarom": "Schulden en slapen.",
        "grondslag": {"bwb": "BWBR0035362", "artikel": "2.3.2"}})  # fmt: skip
    doel = huis.stad.doe("ellen", f"/plannen/{huis.plan}/doelen", {
        "personen": [str(huis.kees)], "woorden": "Thuis is het rustig", "resultaat": "rust",
        "leefgebied": "veiligheid", "evaluatieOp": "2026-09-01"})["id"]  # fmt: skip
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/acties", {
        "doel": doel, "eigenaar": str(huis.anna), "eigenaarsoort": "lid", "wat": "Afspraken maken",
        "uiterlijkOp": "2026-08-01", "aard": "ondersteunend", "leefgebied": "veiligheid",
    })  # fmt: skip
    nadia, ellen = Mens(huis, "nadia"), Mens(huis, "ellen")
    nadia.doe("/noodtoegang", "/noodtoegang/bevestigen")
    naar = nadia.doe("/noodtoegang", "/noodtoegang", categorie="vermissing", reden=REDEN,
                     naam="Kees Proef", geboortedatum="2012-01-05")  # fmt: skip
    ziet, alles = nadia.zie(naar), ellen.zie(kop)
    for tekst in ("Thuis is het rustig", "Afspraken maken", "Yusuf Kaya", "die nog te doen is"):
        assert tekst in ziet, tekst
        assert tekst in alles, tekst
    for tekst in ("Schulden en slapen.", "Taak: schuldhulp", "Bijwerken", "Meer nodig over",
                  "Mag ik iets anders zien?", "/situatie", "/toestemming", "/vraag"):  # fmt: skip
        assert tekst in alles, tekst
        assert tekst not in ziet, tekst


def test_a_restriction_on_the_pages(huis: Huis) -> None:
    joris, hanna, femke = Mens(huis, "joris"), Mens(huis, "hanna"), Mens(huis, "femke")
    gevraagd = (
        "weging", "doeleinden", "categorieen", "waarborgen", "verantwoordelijken", "opslag",
        "risicos", "mededeling",
    )  # fmt: skip
    tekst = dict.fromkeys(gevraagd, "Zo overwogen.")
    velden = tekst | {
        "persoon": str(huis.anna), "gronden": "i", "medewerkers": str(huis.stad.wie["sanne"].id),
        "van": "2026-03-01", "herzienOp": "2026-06-01", "tot": "2026-09-01",
    }  # fmt: skip
    fout = joris.doe("/werk/beperking", "/werk/beperking", **velden | {"herzienOp": "2026-10-01"})
    assert "De dag om dit opnieuw te bekijken kan niet" in fout
    naar = joris.doe("/werk/beperking", "/werk/beperking", **velden)
    pad = naar.partition("?")[0]
    assert "Zonder besluit wordt niets afgeschermd" in joris.zie(pad)
    assert pad in hanna.zie("/werk")
    hanna.doe(pad, f"{pad}/besluit")
    assert "wordt niet getoond" in hanna.zie(pad)
    assert "Sanne Dijkstra" in hanna.zie(pad)
    assert "Sanne Dijkstra" not in femke.zie(pad)
    hanna.doe(pad, f"{pad}/einde", reden="Niet meer nodig.")
    assert "Er wordt niets meer afgeschermd" in joris.zie(pad)


def test_the_fg_advises_and_keeps_her_own_work(huis: Huis) -> None:
    femke, hanna = Mens(huis, "femke"), Mens(huis, "hanna")
    femke.doe("/werk", "/werk/aantekeningen", tekst="Klacht van een inwoner.", uiterlijk="")
    assert "Klacht van een inwoner." in femke.zie("/werk")
    assert "Een aantekening van de FG" in Mens(huis, "wil").zie("/werk")  # who stands in for her
    assert "Klacht" not in hanna.zie("/werk")
    pad = f"/werk/advies/{huis.id}"
    femke.doe(pad, pad, advies="Bewaar dit korter.")
    assert "Bewaar dit korter." in hanna.zie(pad)
    (taak,) = (
        actie for actie in gelezen(femke.zie("/werk")).formulieren if "/werk/taken/" in actie
    )
    femke.doe("/werk", taak, uitkomst="Beantwoord.")
    assert "Klacht van een inwoner." not in femke.zie("/werk")


def test_outliers_on_the_pages(huis: Huis) -> None:
    joris, hanna = Mens(huis, "joris"), Mens(huis, "hanna")
    pad = "/werk/afwijkingen"
    assert "niet naar afwijkingen gezocht" in joris.zie(pad)
    velden = {"doel": "Onrechtmatig kijken tegengaan.", "instemming": "OR-7", "van": "2026-01-01",
              "instemmingOp": "2026-01-15", "tot": "2027-06-01"}  # fmt: skip
    assert "ten hoogste een jaar" in hanna.doe(pad, f"{pad}/instelling", **velden)
    hanna.doe(pad, f"{pad}/instelling", **velden | {"tot": "2026-12-31"})
    familie, _ = huis.stad.huishouden("ellen", "Greta de Wit")
    huis.stad.dossier("ellen", familie)
    gezien = joris.zie(pad)
    assert "Ellen de Wit" in gezien
    assert f"/inzagen?huishouden={familie}" in gezien
    femke = Mens(huis, "femke")
    assert pad in femke.zie("/werk")
    assert "Ellen de Wit" in femke.zie(pad)
    assert f"{pad}/" not in femke.zie(pad), "she reads it and sets nothing"
    hanna.doe(pad, f"{pad}/einde", reden="Klaar.")
    assert "Ellen de Wit" not in joris.zie(pad)


def test_for_whom_these_pages_do_not_exist(huis: Huis) -> None:
    paden = {
        "/noodtoegang": {"nadia"},
        "/werk": {"hanna", "joris", "femke", "wil", "pieter"},
        "/werk/noodzoekingen": {"hanna", "joris", "femke", "wil", "pieter"},
        "/werk/beperking": {"joris"},
        "/werk/afwijkingen": {"joris", "hanna", "femke", "wil"},
        f"/werk/advies/{huis.id}": {"hanna", "joris", "femke", "wil"},
        f"/noodtoegang/{huis.id}": set(),
        f"/werk/beperking/{huis.id}": set(),
        f"/noodtoegang/{huis.id}/openstellen": set(),
    }
    for wie in ("ellen", "tom", "sanne", "bram", "nadia", "hanna", "joris", "femke", "wil",
                "pieter", "anna"):  # fmt: skip
        mens = Mens(huis, wie)
        for pad, mogen in paden.items():
            mens.zie(pad, 200 if wie in mogen else 404)


@pytest.mark.parametrize(
    ("uiterlijk", "zin", "laat"),
    [
        (None, "zonder termijn", False),
        ("2026-03-02", "vandaag", False),
        ("2026-03-03", "uiterlijk morgen, 3 maart 2026", False),
        ("2026-03-11", "nog 9 dagen, uiterlijk 11 maart 2026", False),
        ("2026-03-01", "1 dag te laat (uiterlijk 1 maart 2026)", True),
        ("2026-02-27", "3 dagen te laat (uiterlijk 27 februari 2026)", True),
    ],
)
def test_a_deadline_in_words(uiterlijk: str | None, zin: str, laat: bool) -> None:
    from datetime import date

    assert termijn(uiterlijk, date(2026, 3, 2)) == (zin, laat)
