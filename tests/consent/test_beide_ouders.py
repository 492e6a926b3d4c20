"""Of a child below 12 all parents with custody open the file (Jeugdwet 7.3.15 lid 1)."""

from __future__ import annotations

from events.begrippen import Leefgebied
from tests.consent.huis import Huis

OVER = Leefgebied.GEESTELIJKE_GEZONDHEID


def test_one_of_two_parents_does_not_open_a_childs_file(huis: Huis) -> None:
    stad, ellen = huis.stad, {"medewerker": str(huis.stad.wie["ellen"].id)}
    lia = huis.kind()
    ouders = {"anna": str(huis.anna), "bert": str(huis.bert)}
    dossier = huis.kid(lia, bron="jeugdhulp-dossier", over=OVER)
    open_na = []
    for wie, nummer in ouders.items():
        over = {"huishouden": str(huis.id), "persoon": str(lia), "ontvanger": ellen,
                "gegevenDoor": nummer}  # fmt: skip
        stad.doe(wie, "/toestemmingen", over | {
            "doel": "regie", "regimes": ["jeugdhulp"], "onderwerpen": [OVER.value],
            "wijze": "mondeling"})  # fmt: skip
        stad.doe(wie, "/opheffingen", over | {"herkomst": "jeugdhulp-dossier", "houder": "Sam"})
        open_na.append(bool(huis.vraag("ellen", dossier).keys))
    assert open_na == [False, True]
