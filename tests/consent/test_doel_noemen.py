"""Purposes of one's task that one names oneself: what it takes to record a ground for them, and
what then opens for that purpose and for no other."""

from __future__ import annotations

from typing import Any

import pytest

from events.begrippen import Leefgebied
from events.waarden import Doel
from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import doet_mee, rijen

REDEN = "De raad moet weten of het kind een veilige plek heeft."


def grondslag(huis: Huis, wie: str, doel: str, regime: str, onderwerp: str) -> Any:
    return huis.stad.vraag("POST", wie, "/grondslagen", {
        "huishouden": str(huis.id), "personen": [str(huis.kees)], "doel": doel,
        "regimes": [regime], "onderwerpen": [onderwerp], "noodzaak": REDEN})  # fmt: skip


def test_a_ground_for_a_purpose_one_names_opens_for_that_purpose_only(huis: Huis) -> None:
    """Jeugdwet 7.4.0 lid 1 onder b: what the college knows, for a request to the raad."""
    doet_mee(huis, "karin")
    karin = huis.wie("karin")
    kid = huis.kid(huis.kees, bron="wmo-onderzoek", over=Leefgebied.WONEN)

    def open_(doel: Doel | None) -> bool:
        return kid in huis.consent.vrijgave(karin, huis.id, [kid], doel).keys

    assert not open_(Doel.JEUGD_RAAD)
    made = grondslag(huis, "karin", "jeugd-raadsonderzoek", "wmo", "wonen")
    assert made.status_code == 201
    assert open_(Doel.JEUGD_RAAD)
    assert not open_(None)
    assert not open_(Doel.JEUGD_CONTROLE)
    huis.trek_in(made.json()["ids"][0], wie="karin")
    assert not open_(Doel.JEUGD_RAAD)


@pytest.mark.parametrize(
    ("wie", "doel", "regime", "onderwerp"),
    [
        ("karin", "onderzoek", "jeugd", "wonen"),  # nothing opens for it
        ("karin", "verkenning", "wgs", "wonen"),  # consent, not a ground; the Wams is no law
        ("karin", "jeugd-bekostiging", "jeugdhulp", "wonen"),  # forbidden
        ("karin", "jeugd-raadsonderzoek", "pw", "wonen"),  # the closed list
        ("yusuf", "jeugd-raadsonderzoek", "wmo", "wonen"),  # not his task
        ("ellen", "jeugd-bekostiging", "plan", "identificatie"),
    ],
)
def test_where_the_rules_ask_no_ground_none_is_recorded(
    huis: Huis, wie: str, doel: str, regime: str, onderwerp: str
) -> None:
    doet_mee(huis, "karin")
    voor = rijen(huis)
    answer = grondslag(huis, wie, doel, regime, onderwerp)
    assert (answer.status_code, answer.json()["code"]) == (409, "geen-uitdrukkelijke-grond")
    assert rijen(huis) == voor


def test_what_may_open_is_told_per_purpose(huis: Huis) -> None:
    doet_mee(huis, "karin")
    pad = f"/huishoudens/{huis.id}/personen/{huis.kees}/mogelijkheden"
    van_karin, van_yusuf = huis.stad.zie("karin", pad), huis.stad.zie("yusuf", pad)
    assert van_yusuf["doelen"] == []
    assert {m["noemt"] for m in van_yusuf["mogelijkheden"]} == {None}
    assert set(van_karin["doelen"]) == {
        "jeugd-raadsonderzoek", "jeugd-bekostiging", "jeugd-controle", "verkenning",
    }  # fmt: skip
    (bsn,) = (
        m for m in van_karin["mogelijkheden"]
        if (m["noemt"], m["herkomst"], m["onderwerp"])
        == ("jeugd-bekostiging", "gezinsplan", "identificatie")
    )  # fmt: skip
    (stap,) = bsn["opening"]["stappen"]
    assert (stap["soort"], stap["doel"]) == ("grond", "jeugd-bekostiging")
    assert stap["door"] == [str(huis.stad.wie["karin"].id)]
    assert bsn["zinnen"]
