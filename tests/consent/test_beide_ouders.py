"""Of a child below 12 all parents with custody open the file (Jeugdwet 7.3.15 lid 1)."""

from __future__ import annotations

from uuid import UUID

from events.begrippen import Leefgebied
from tests.consent.huis import Huis

OVER = Leefgebied.GEESTELIJKE_GEZONDHEID


def test_one_of_two_parents_does_not_open_a_childs_file(huis: Huis) -> None:
    stad, ellen = huis.stad, {"medewerker": str(huis.stad.wie["ellen"].id)}
    lia = stad.doe("ellen", f"/huishoudens/{huis.id}/leden", {
        "naam": "Lia Proef", "geboortedatum": "2018-01-05", "rol": "kind", "sinds": "2026-01-01",
        "reden": "gevormd"})["id"]  # fmt: skip
    ouders = {"anna": str(huis.anna), "bert": str(huis.bert)}
    stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{lia}/gezag", {
        "uitkomst": "gezamenlijk-ouderlijk-gezag", "houders": list(ouders.values())})  # fmt: skip
    dossier = huis.kid(UUID(lia), bron="jeugdhulp-dossier", over=OVER)
    open_na = []
    for wie, nummer in ouders.items():
        over = {"huishouden": str(huis.id), "persoon": lia, "ontvanger": ellen,
                "gegevenDoor": nummer}  # fmt: skip
        stad.doe(wie, "/toestemmingen", over | {
            "doel": "regie", "regimes": ["jeugdhulp"], "onderwerpen": [OVER.value],
            "wijze": "mondeling"})  # fmt: skip
        stad.doe(wie, "/opheffingen", over | {"herkomst": "jeugdhulp-dossier", "houder": "Sam"})
        open_na.append(bool(huis.vraag("ellen", dossier).keys))
    assert open_na == [False, True]
