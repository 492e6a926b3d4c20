"""A result of the safety house with whom it was given to: for that case and that task only."""

from __future__ import annotations

from events.begrippen import Leefgebied
from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import BEGIN, doet_mee, grond, professional, vast

AFWEGING = "De schuldhulp moet dit weten om de afspraak uit het overleg uit te voeren."


def test_what_the_safety_house_gives_opens_within_the_case_and_the_task(huis: Huis) -> None:
    """WGS 1.7 lid 1, 2.29 lid 3, 2.31 lid 8."""
    zvh = professional(huis, 3, "Zvher", "Veiligheidshuis Noord", "zvh-casus")
    doet_mee(huis, zvh)
    kid = huis.kid(huis.anna, bron="zvh-casus", over=Leefgebied.VEILIGHEID)
    ander = huis.kid(huis.anna, bron="zvh-casus", over=Leefgebied.WONEN)
    casus = vast(huis, zvh, huis.anna, {
        "wat": "veiligheidshuiscasus", "door": "politie", "toets": "Past bij het doel.",
        "van": BEGIN}).json()["id"]  # fmt: skip
    uitkomst = {
        "wat": "doorbreking", "herkomst": "zvh-casus", "onderwerpen": ["veiligheid"],
        "ontvanger": {"medewerker": str(huis.stad.wie["yusuf"].id)}, "afweging": AFWEGING,
        "van": BEGIN,
    }  # fmt: skip
    zelf = vast(huis, "yusuf", huis.anna, uitkomst)
    assert (zelf.status_code, zelf.json()["code"]) == (409, "alleen-de-geheimhouder")
    assert vast(huis, zvh, huis.anna, uitkomst).status_code == 201
    assert not huis.vraag("yusuf", kid).keys
    grond(huis, "yusuf", huis.anna, "schuldhulp", "veiligheidshuis", "veiligheid")
    vrij = huis.vraag("yusuf", kid, ander)
    assert set(vrij.keys) == {kid}
    assert "alleen voor deze casus" in vrij.waarom[kid].besluit.zin
    assert not huis.vraag("ellen", kid).keys
    huis.trek_in(casus, wie=zvh)
    assert not huis.vraag("yusuf", kid).keys
