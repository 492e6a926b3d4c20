"""The verwijsindex: who reported a youth learns who else did, and never why."""

from __future__ import annotations

from typing import Any

from tests.consent.huis import NERGENS, Huis
from tests.consent.test_omstandigheden import BEGIN, doet_mee, vast


def meldt(huis: Huis, wie: str, **anders: str) -> str:
    body = {"wat": "verwijzing", "melder": str(huis.stad.wie[wie].id), "contact": f"tel {wie}",
            "van": BEGIN, "tot": "2027-01-01"} | anders  # fmt: skip
    return str(vast(huis, wie, huis.kees, body).json()["id"])


def ook(huis: Huis, wie: str) -> dict[str, Any]:
    found: dict[str, Any] = huis.stad.zie(
        wie, f"/huishoudens/{huis.id}/personen/{huis.kees}/verwijzingen"
    )
    return found


def test_who_reported_learns_who_else_did_and_nothing_more(huis: Huis) -> None:
    """Jeugdwet 7.1.4.3 lid 2: with a line for the youth, and shut when her own report ends."""
    doet_mee(huis, "sanne")
    eigen = meldt(huis, "yusuf")
    assert ook(huis, "yusuf")["meldingen"] == []
    sanne = str(huis.stad.wie["sanne"].id)
    meldt(huis, "sanne")
    assert ook(huis, "yusuf")["meldingen"] == [{"melder": sanne, "contact": "tel sanne"}]
    gezien = huis.van("kees")[-1]
    assert gezien["wie"].startswith("Yusuf Kaya")
    assert gezien["uitkomst"] == "gezien"
    assert "verwijsindex" not in str(huis.van("anna"))
    huis.trek_in(eigen, wie="yusuf")
    dicht = ook(huis, "yusuf")
    assert (dicht["uitkomst"], dicht["meldingen"]) == ("mag-na", [])


def test_a_report_that_is_over_is_told_to_nobody(huis: Huis) -> None:
    doet_mee(huis, "sanne")
    meldt(huis, "yusuf")
    meldt(huis, "sanne", tot="2026-03-02")
    assert len(ook(huis, "yusuf")["meldingen"]) == 1
    huis.stad.uur.nu = huis.stad.uur.nu.replace(day=3)
    huis.stad._tokens.clear()
    assert ook(huis, "yusuf")["meldingen"] == []


def test_for_who_has_no_task_here_it_does_not_exist(huis: Huis) -> None:
    for wie in ("tom", "anna", "joris", "yusuf"):
        for over in (NERGENS, *([] if wie in ("yusuf", "anna") else [huis.kees])):
            pad = f"/huishoudens/{huis.id}/personen/{over}/verwijzingen"
            assert huis.stad.vraag("GET", wie, pad).status_code == 404
