"""The page of one's own records: seen, ended with one button, and there only for whose they are."""

from __future__ import annotations

import re

from tests.portal.bezoeker import Bezoeker
from tests.portal.conftest import Wereld


def _geef(wereld: Wereld, wie: Bezoeker, **anders: str) -> None:
    pad = f"{wereld.pad}/personen/{wereld.verhaal.samira}/nodig"
    html = wie.zie(pad)
    (deel,) = (d for d in html.split("<form") if 'name="groep" value="grond-schuldhulp-R-30"' in d)
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', deel))
    assert wie.verstuur(pad, form | {"alleen": "wmo"} | anders).status_code == 303


def test_who_recorded_a_reason_finds_it_and_takes_it_back(wereld: Wereld) -> None:
    yusuf, hier = wereld.bezoeker("Yusuf Kaya"), f"{wereld.pad}/vastgelegd"
    eerder = re.findall(rf'action="({hier}/[^"]+)"', yusuf.zie(hier))
    reden = "De kosten van het reizen naar school tellen mee."
    _geef(wereld, yusuf, onderwerpen="onderwijs", noodzaak=reden)
    assert f'href="{hier}"' in yusuf.zie(wereld.pad)
    page = yusuf.zie(hier)
    assert reden in page
    assert "Samira Amrani" in page
    (actie,) = set(re.findall(rf'action="({hier}/[^"]+)"', page)) - set(eerder)
    answer = yusuf.verstuur(actie, yusuf.verborgen(hier, actie))
    assert answer.status_code == 303
    page = yusuf.zie(answer.headers["Location"])
    assert "De intrekking is vastgelegd" in page
    assert reden not in page
    again = yusuf.verstuur(actie, yusuf.verborgen(wereld.pad, "/afmelden") | {"sleutel": "x" * 32})
    assert again.status_code == 409
    assert "al ingetrokken" in again.text
    assert "Wat u invulde" not in again.text, "one button: nothing was filled in"


def test_a_resident_takes_back_what_she_gave(wereld: Wereld) -> None:
    samira, hier = wereld.bezoeker("Samira Amrani"), f"{wereld.pad}/vastgelegd"
    pad = f"{wereld.pad}/toestemming"
    wie = f"?persoon={wereld.verhaal.samira}&ontvanger={wereld.verhaal.ellen.id}"
    form = samira.verborgen(pad + wie, pad) | {
        "persoon": str(wereld.verhaal.samira), "doel": "regie", "herkomst": "school",
        "onderwerpen": "opgroeien-en-opvoeden", "ontvanger": str(wereld.verhaal.ellen.id),
    }  # fmt: skip
    eerder = samira.zie(hier)
    assert samira.verstuur(pad, form).status_code == 303
    nu = samira.zie(hier)
    assert nu.count("Ellen de Wit") == eerder.count("Ellen de Wit") + 1
    actie = next(a for a in re.findall(rf'action="({hier}/[^"]+)"', nu) if a not in eerder)
    assert samira.verstuur(actie, samira.verborgen(hier, actie)).status_code == 303
    assert actie not in samira.zie(hier)


def test_what_two_parents_gave_for_one_child_is_told_apart(wereld: Wereld) -> None:
    ellen, hier = wereld.bezoeker("Ellen de Wit"), f"{wereld.pad}/vastgelegd"
    pad, v = f"{wereld.pad}/toestemming", wereld.verhaal
    eerder = re.findall(rf'action="({hier}/[^"]+)"', ellen.zie(hier))
    for ouder in (v.samira, v.peter):
        form = ellen.verborgen(f"{pad}?persoon={v.lina}&ontvanger={v.ellen.id}", pad) | {
            "persoon": v.lina, "doel": "regie", "herkomst": "school", "onderwerpen": "veiligheid",
            "ontvanger": str(v.ellen.id), "gegevenDoor": ouder, "wijze": "mondeling",
        }  # fmt: skip
        assert ellen.verstuur(pad, form).status_code == 303
    nieuw = [
        blok
        for blok in ellen.zie(hier).split("<article")[1:]
        if not any(actie in blok for actie in eerder)
    ]
    door = [re.findall(r"<dt>Gegeven door</dt><dd>([^<]+)</dd>", blok) for blok in nieuw]
    assert sorted(door) == [["Peter Jansen"], ["Samira Amrani"]]
    for blok in nieuw:
        (actie,) = re.findall(rf'action="({hier}/[^"]+)"', blok)
        assert ellen.verstuur(actie, ellen.verborgen(hier, actie)).status_code == 303


def test_the_button_to_give_consent_leads_a_resident_to_where_it_opens_something(
    wereld: Wereld,
) -> None:
    """The page with who sees what, which also asks to lift secrecy."""
    zicht = f"{wereld.pad}/personen/{wereld.verhaal.samira}/zicht"
    for wie, waar in (("Samira Amrani", zicht), ("Ellen de Wit", f"{wereld.pad}/toestemming")):
        page = wereld.bezoeker(wie).zie(wereld.pad)
        assert re.findall(r'href="([^"]+)">Toestemming (?:geven|vastleggen)<', page) == [waar]


def test_nobody_else_has_such_a_page(wereld: Wereld) -> None:
    for wie in ("Tom Aarts", "Joris Meijer"):
        wereld.bezoeker(wie).zie(f"{wereld.pad}/vastgelegd", 404)


def test_consent_is_offered_for_what_it_can_open_to_this_receiver(wereld: Wereld) -> None:
    samira, pad = wereld.bezoeker("Samira Amrani"), f"{wereld.pad}/toestemming"
    kies = samira.zie(pad)
    assert "dossier van een hulpverlener, dan vanaf 12 jaar" in kies
    assert 'name="doel"' not in kies
    page = samira.zie(f"{pad}?persoon={wereld.verhaal.samira}&ontvanger={wereld.verhaal.ellen.id}")
    assert re.findall(r'<option value="([\w-]+)"', page.partition('name="doel"')[2]) == [
        "regie", "verkenning", "jeugd-toegang", "jeugdhulp-dossier", "wgs-schuldhulp", "pw-inkomen",
        "school", "zorg-behandeling", "wmo-aanbieder", "gi-maatregel", "veilig-thuis",
    ]  # fmt: skip
