"""Who recorded something about sharing sees it and ends it; a resident what is hers to end."""

from __future__ import annotations

from typing import Any

from tests.consent.huis import Huis


def hier(huis: Huis, wie: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = huis.stad.zie(wie, f"/huishoudens/{huis.id}/vastleggingen")[
        "vastleggingen"
    ]
    return found


def test_a_ground_is_seen_by_who_recorded_it_and_by_no_colleague_and_ended(vers: Huis) -> None:
    huis, reden = vers, "De kosten van de dagbesteding tellen mee in het budget."
    grond = huis.stad.doe("yusuf", "/grondslagen", {
        "huishouden": str(huis.id), "personen": [str(huis.bert)], "doel": "schuldhulp",
        "regimes": ["wmo"], "onderwerpen": ["dagbesteding"], "noodzaak": reden,
    })["ids"][0]  # fmt: skip
    ja = huis.toestemming("ellen")
    (van_yusuf,) = hier(huis, "yusuf")
    assert (van_yusuf["id"], van_yusuf["soort"], van_yusuf["persoon"], van_yusuf["reden"]) == (
        grond, "grond", str(huis.bert), reden,
    )  # fmt: skip
    assert [een["id"] for een in hier(huis, "ellen")] == [ja]
    assert [(een["id"], een["ontvanger"]["medewerker"]) for een in hier(huis, "anna")] == [
        (ja, str(huis.stad.wie["ellen"].id))
    ]
    assert hier(huis, "bert") == [], "a ground is objected to"
    huis.trek_in(grond, "yusuf")
    huis.trek_in(ja, "anna")
    assert hier(huis, "yusuf") == hier(huis, "ellen") == hier(huis, "anna") == []
    assert huis.stad.vraag(
        "GET", "tom", f"/huishoudens/{huis.id}/vastleggingen"
    ).status_code == 404  # fmt: skip


def test_a_parent_sees_what_she_gave_for_a_child_and_not_what_a_youth_chose(vers: Huis) -> None:
    """Kees is 14: of a college's law the parents decide, of a helper's file he does."""
    huis, kees = vers, str(vers.kees)
    samen = huis.toestemming("anna", persoon=kees)
    huis.toestemming("kees", persoon=kees, gegevenDoor=kees, regimes=["jeugdhulp"])
    assert [een["id"] for een in hier(huis, "anna")] == [samen]
    assert len(hier(huis, "kees")) == 2
    huis.trek_in(samen, "anna")
    assert hier(huis, "anna") == []


def test_looking_at_ones_own_records_is_in_the_log_of_whom_they_are_about(vers: Huis) -> None:
    huis = vers
    huis.toestemming("ellen")
    hier(huis, "ellen")
    keek = huis.van("anna")[-1]
    assert (keek["wat"], keek["uitkomst"]) == (["delen"], "gezien")
    assert "AVG artikel 5 lid 1 onder d" in keek["grond"]
    assert not [een for een in huis.van("bert") if een["wat"] == ["delen"]]
