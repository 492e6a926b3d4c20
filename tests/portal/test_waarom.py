"""The pages that explain: why from every part, the rules, who may see what."""

from __future__ import annotations

import re
from html import unescape

from tests.portal.bezoeker import gelezen
from tests.portal.conftest import Wereld


def verwijzingen(html: str, deel: str) -> list[str]:
    return [
        unescape(a["href"] or "")
        for tag, a in gelezen(html).tags
        if tag == "a" and deel in (a.get("href") or "")
    ]


def test_every_part_of_a_dossier_leads_to_its_explanation(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    dossier = ellen.zie(wereld.pad)
    paden = verwijzingen(dossier, "/waarom?")
    assert len(paden) == dossier.count('<details class="waarom">')
    for pad in sorted(set(paden)):
        page = ellen.zie(pad)
        assert "Ja, u mag dit zien" in page or "U moet dit kunnen zien" in page, pad
        assert "Goed: u heeft een taak in dit huishouden" in page
        for regel in verwijzingen(page, "/regels?"):
            path, _, anker = regel.partition("#")
            assert f'id="{anker}"' in ellen.zie(path), regel


def test_a_no_says_the_least_that_opens_it_with_the_way_to_begin(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    pad = f"{wereld.pad}/waarom?persoon={wereld.verhaal.samira}&herkomst=jeugdhulp-dossier"
    page = ellen.zie(pad + "&onderwerp=veiligheid")
    assert "Het minste dat dit opent" in page
    assert "heft het beroepsgeheim op" in page
    (begin,) = verwijzingen(page, "/nodig")
    assert "Wat heeft u nodig over Samira" in ellen.zie(begin)


def test_an_explanation_is_the_same_page_for_what_is_not_hers_to_know(wereld: Wereld) -> None:
    tom = wereld.bezoeker("Tom Aarts")
    over = f"persoon={wereld.verhaal.samira}&herkomst=gezinsplan&onderwerp=wonen"
    leeg = "/huishoudens/11111111-1111-4111-8111-111111111111"
    hier, nergens = (tom.zie(f"{pad}/waarom?{over}", 404) for pad in (wereld.pad, leeg))
    assert hier == nergens
    ellen = wereld.bezoeker("Ellen de Wit")
    for onzin in ("", "persoon=x", over.replace("wonen", "onzin")):
        ellen.zie(f"{wereld.pad}/waarom?{onzin}", 404)


def test_the_rules_are_read_by_source_and_purpose_in_every_version(wereld: Wereld) -> None:
    samira = wereld.bezoeker("Samira Amrani")
    overzicht = samira.zie("/regels")
    assert "Uit de schuldhulp" in overzicht
    deel = samira.zie("/regels?van=wmo&voor=schuldhulp")
    assert "Wgs artikel 8d" in deel
    assert "één zin waarom dit voor uw taak nodig is" in deel
    assert "Uit de zorg" not in deel
    (verschil,) = verwijzingen(overzicht, "/regels/verschillen")
    page = samira.zie(verschil)
    assert re.search(r"\d+ erbij, \d+ weg, \d+ anders\.", page)
    ouder = verschil.partition("oud=")[2].partition("&")[0]
    assert "Versie 3" in samira.zie(f"/regels?hash={ouder}")
    assert samira.zie("/regels?van=nergens").count("Geen regel staat dit toe.") == 1
    samira.zie("/regels?hash=" + "0" * 64, 404)
    assert samira.vraag("GET", "/regels/verschillen").headers["Location"] == "/regels"


def test_the_regisseur_reads_who_may_see_and_others_do_not(wereld: Wereld) -> None:
    pad = f"{wereld.pad}/personen/{wereld.verhaal.samira}/zicht"
    page = wereld.bezoeker("Ellen de Wit").zie(pad)
    assert "Yusuf Kaya" in page
    assert "telt hier niet mee" in page
    assert "Toestemming geven" not in page
    for wie in ("Yusuf Kaya", "Tom Aarts"):
        wereld.bezoeker(wie).zie(pad, 404)


def test_a_decision_of_before_is_told_on_a_page(wereld: Wereld) -> None:
    ellen, joris = wereld.bezoeker("Ellen de Wit"), wereld.bezoeker("Joris Meijer")
    spoor = "11112222333344445555666677778888"
    pad = f"{wereld.pad}/waarom?persoon={wereld.verhaal.samira}&herkomst=school&onderwerp=wonen"
    answer = ellen.vraag("GET", pad, headers={"traceparent": f"00-{spoor}-00f067aa0ba902b7-01"})
    assert answer.status_code == 200
    for bezoeker, reden in ((ellen, {}), (joris, {"reden": "klacht over een weigering"})):
        velden = bezoeker.verborgen("/terugblik", "/terugblik") | {"spoor": spoor}
        page = bezoeker.verstuur("/terugblik", velden | reden)
        assert page.status_code == 200, page.text
        assert "Er ontbrak: uitdrukkelijke toestemming" in page.text
        van_een_ander = bezoeker is joris
        assert ("Ellen de Wit, regisseur" in page.text) is van_een_ander
        assert ("mag deze medewerker alleen zien" in page.text) is van_een_ander
        assert ("mag u alleen zien" in page.text) is not van_een_ander
        assert ("Mocht" in page.text or "er ontbrak een stap" in page.text) is van_een_ander
        wie = f"persoon {str(wereld.verhaal.samira)[:8]}" if van_een_ander else "Samira Amrani"
        assert f"Over {wie}" in re.sub("<[^>]+>", "", page.text)
        assert ("alleen wat openging" in page.text) is not van_een_ander
        for woord in ("traceparent", "uuid"):
            assert woord not in page.text
    velden = joris.verborgen("/terugblik", "/terugblik") | {"spoor": spoor}
    zonder = joris.verstuur("/terugblik", velden)
    assert zonder.status_code == 409
    assert "waarom u dit wilt weten" in zonder.text
    onzin = joris.verstuur("/terugblik", velden | {"spoor": "x", "reden": "klacht van iemand"})
    assert "Kenmerk van de vraag: is geen geldig nummer" in onzin.text
    assert "uuid" not in onzin.text
    tom = wereld.bezoeker("Tom Aarts")
    velden = tom.verborgen("/terugblik", "/terugblik") | {"spoor": spoor}
    assert tom.verstuur("/terugblik", velden).status_code == 404
