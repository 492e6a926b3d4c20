"""A toestemming is for a purpose it can open something for, to this receiver."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from events.waarden import Doel
from tests.consent.huis import Huis
from tests.system.stad import stad


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("ontvangst")) as made:
        yield Huis(made)


def _geef(huis: Huis, doel: str, regime: str, aan: str) -> httpx.Response:
    return huis.stad.vraag("POST", "anna", "/toestemmingen", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "doel": doel, "regimes": [regime],
        "onderwerpen": ["wonen"], "ontvanger": {"medewerker": str(huis.stad.wie[aan].id)},
        "gegevenDoor": str(huis.anna), "wijze": "mondeling",
    })  # fmt: skip


@pytest.mark.parametrize(
    ("doel", "regime", "aan"),
    [("noodhulp", "wgs", "ellen"), ("veiligheidshuis", "zorg", "yusuf"), ("regie", "wgs", "yusuf"),
     ("schuldhulp", "zorg", "ellen"), ("toezicht", "wgs", "ellen"), ("regie", "wmo", "ellen")],
)  # fmt: skip
def test_a_purpose_without_a_rule_for_the_receiver_is_refused(
    huis: Huis, doel: str, regime: str, aan: str
) -> None:
    antwoord = _geef(huis, doel, regime, aan)
    assert (antwoord.status_code, antwoord.json()["code"]) == (409, "opent-niets"), antwoord.text


def test_what_is_offered_is_accepted_and_what_is_not_is_refused(huis: Huis) -> None:
    for aan in ("ellen", "yusuf"):
        pad = f"/huishoudens/{huis.id}/ontvangers/{huis.stad.wie[aan].id}/doelen"
        wel = {d["doel"]: d["regimes"] for d in huis.stad.zie("anna", pad)["doelen"]}
        assert wel
        for doel in Doel:
            (regime, *_) = wel.get(doel.value, ["wgs"])
            antwoord = _geef(huis, doel.value, regime, aan)
            assert (antwoord.status_code == 201) == (doel.value in wel), (aan, doel)
    pad = f"/huishoudens/{huis.id}/ontvangers/{huis.stad.wie['ellen'].id}/doelen"
    assert huis.stad.vraag("GET", "tom", pad).status_code == 404
