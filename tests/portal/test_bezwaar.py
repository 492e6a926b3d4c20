"""A resident objects to a ground where she reads it; only a professional withdraws one."""

from __future__ import annotations

import re
from html import unescape

from tests.portal.conftest import Wereld


def _grond(wereld: Wereld, zin: str) -> str:
    """Yusuf records one about Samira; the address of the form to object to it."""
    yusuf = wereld.bezoeker("Yusuf Kaya")
    pad = f"{wereld.pad}/personen/{wereld.verhaal.samira}/nodig"
    (deel,) = (d for d in yusuf.zie(pad).split("<form") if 'value="grond-schuldhulp-R-30"' in d)
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', deel))
    form |= {"alleen": "wmo", "onderwerpen": "justitie", "noodzaak": zin}
    answer = yusuf.verstuur(pad, form)
    assert answer.status_code == 303
    yusuf.zie(answer.headers["Location"])
    page = wereld.bezoeker("Samira Amrani").zie(wereld.pad)
    (blok,) = (b for b in page.split("<article") if zin in b)
    blok = blok.partition("</article>")[0]
    assert "/intrekking" not in blok
    (link,) = re.findall(r'href="([^"]+/bezwaar\?[^"]+)"', blok)
    return unescape(link)


def test_she_objects_beside_the_ground_and_takes_the_objection_back(wereld: Wereld) -> None:
    samira, link, pad = (
        wereld.bezoeker("Samira Amrani"),
        _grond(wereld, "Boetes tellen mee."),
        f"{wereld.pad}/bezwaar",
    )
    form = samira.verborgen(link, pad)
    leeg = samira.verstuur(pad, form)
    assert leeg.status_code == 400
    assert '<a href="#veld-reden">' in leeg.text
    assert "schuldhulp" in leeg.text
    answer = samira.verstuur(pad, form | {"reden": "Dit hoort niet bij mijn schulden."})
    assert answer.status_code == 303
    page = samira.zie(answer.headers["Location"])
    assert "Uw bezwaar is vastgelegd" in page
    (blok,) = (b for b in page.split("<article") if "Dit hoort niet bij mijn schulden." in b)
    (weg,) = re.findall(r'action="([^"]+/intrekking)"', blok.partition("</article>")[0])
    assert samira.verstuur(weg, samira.verborgen(wereld.pad, weg)).status_code == 303


def test_a_form_about_nobody_here_or_no_purpose_is_no_page(wereld: Wereld) -> None:
    samira, link = wereld.bezoeker("Samira Amrani"), _grond(wereld, "Een zaak kost geld.")
    samira.zie(link.replace("doel=schuldhulp", "doel=onzin"), 404)
    samira.zie(link.replace(wereld.verhaal.samira, wereld.verhaal.huishouden), 404)
    for wie in ("Ellen de Wit", "Tom Aarts"):
        wereld.bezoeker(wie).zie(link, 404)
