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


# --- what a youth withdrew is his to tell -------------------------------------------------------


def ziet(huis: Huis, wie: str) -> list[Any]:
    """All that somebody can look at here in which a withdrawal could show."""
    kees = f"/huishoudens/{huis.id}/personen/{huis.kees}"
    paden = (
        f"/huishoudens/{huis.id}/vastleggingen", f"{kees}/vastleggingen", f"{kees}/zicht",
        f"/dossiers/{huis.id}", f"/personen/{huis.kees}/inzagen", "/taken",
    )  # fmt: skip
    antwoorden = [huis.stad.vraag("GET", wie, pad) for pad in paden]
    return [(een.status_code, een.json()) for een in antwoorden]


def trek_in(huis: Huis, wie: str, record: str, **headers: str) -> Any:
    pad, body = f"/vastleggingen/{record}/intrekking", {"huishouden": str(huis.id)}
    return huis.stad.vraag("POST", wie, pad, body, headers=headers)


def vorm(antwoord: Any) -> Any:
    """Of an answer all but the values that are new each time."""
    body = antwoord.json() | {"positie": len(antwoord.json().get("positie", ""))}
    return antwoord.status_code, body, sorted(antwoord.headers)


def test_a_parent_does_not_learn_that_the_youth_withdrew_what_she_signed(vers: Huis) -> None:
    """Kees is 14. To Anna, who signed, and to Bert, all stays as it was; access is shut at once."""
    huis, kees = vers, str(vers.kees)
    kid = huis.kid(huis.kees)
    voor_anna = huis.toestemming("anna")
    eerste = huis.toestemming("anna", persoon=kees)
    huis.toestemming("anna", persoon=kees, regimes=["pw"])
    voor = {wie: ziet(huis, wie) for wie in ("anna", "bert")}
    assert huis.vraag("ellen", kid).keys
    huis.trek_in(eerste, "kees")
    assert not huis.vraag("ellen", kid).keys
    assert {wie: ziet(huis, wie) for wie in ("anna", "bert")} == voor
    assert len(hier(huis, "kees")) == 1, "he himself sees that it is gone"
    weer = {"huishouden": str(huis.id), "persoon": kees, "doel": "regie", "regimes": ["wgs"],
            "onderwerpen": ["financien-en-schulden"], "gegevenDoor": str(huis.anna),
            "ontvanger": {"medewerker": str(huis.stad.wie["ellen"].id)},
            "wijze": "mondeling"}  # fmt: skip
    again = huis.stad.vraag("POST", "anna", "/toestemmingen", weer)
    assert (again.status_code, again.json()["code"]) == (409, "loopt-al"), "as when it stood"
    assert trek_in(huis, "kees", eerste).json()["code"] == "al-ingetrokken"
    assert voor_anna in [een["id"] for een in hier(huis, "anna")]


def test_to_a_parent_withdrawing_after_the_youth_is_the_first_time(vers: Huis) -> None:
    huis, kees = vers, str(vers.kees)
    na_kees, alleen = (
        huis.toestemming("anna", persoon=kees, regimes=[uit]) for uit in ("wgs", "pw")
    )
    huis.trek_in(na_kees, "kees")
    gewoon = trek_in(huis, "anna", alleen)
    sleutel = {"Idempotency-Key": "anna-trekt-in-na-kees"}
    na_hem, herhaald = (trek_in(huis, "anna", na_kees, **sleutel) for _ in range(2))
    assert na_hem.status_code == 200
    assert vorm(na_hem) == (200, vorm(gewoon)[1] | {"id": na_kees}, vorm(gewoon)[2])
    assert herhaald.json() == na_hem.json(), "the same command again is the same answer"
    assert not huis.vraag("ellen", huis.kid(huis.kees)).keys
    assert hier(huis, "anna") == []
    for record in (alleen, na_kees):
        nog = trek_in(huis, "anna", record)
        assert (nog.status_code, nog.json()["code"]) == (409, "al-ingetrokken")
    regels = [r for r in huis.log() if r["soort"] == "intrekking"]
    assert [r["functie"] for r in regels] == ["inwoner"] * 3, "each act has its line"
    assert huis.toestemming("anna", persoon=kees), "and she can sign anew"


def test_the_other_parent_ends_it_for_both(vers: Huis) -> None:
    huis = vers
    record = huis.toestemming("anna", persoon=str(huis.kees))
    huis.trek_in(record, "kees")
    assert trek_in(huis, "bert", record).status_code == 200
    assert hier(huis, "anna") == hier(huis, "bert") == []
    assert trek_in(huis, "anna", record).json()["code"] == "al-ingetrokken"


def test_what_a_professional_or_the_end_of_the_plan_ends_is_gone_for_the_parent(vers: Huis) -> None:
    """Only what the youth himself took back is his to tell."""
    huis, kees = vers, str(vers.kees)
    body = {"persoon": kees, "gegevenDoor": str(huis.anna)}
    huis.trek_in(huis.toestemming("ellen", **body), "ellen")
    assert hier(huis, "anna") == []
    huis.trek_in(huis.toestemming("anna", **body), "kees")
    assert len(hier(huis, "anna")) == 1
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/afsluiting", {"reden": "Klaar."})
    assert hier(huis, "anna") == []


def test_whether_a_parent_may_end_a_youths_own_does_not_change_when_he_withdraws(
    vers: Huis,
) -> None:
    """Who knows its number gets the same answer as before: it does not exist for her."""
    huis, kees = vers, str(vers.kees)
    eigen = huis.toestemming("kees", persoon=kees, gegevenDoor=kees, regimes=["jeugdhulp"])
    akkoord = huis.stad.doe("kees", "/akkoorden", {
        "huishouden": str(huis.id), "persoon": kees, "hulp": "begeleiding",
        "gegevenDoor": kees})["id"]  # fmt: skip
    for record in (eigen, akkoord):
        voor = trek_in(huis, "anna", record)
        huis.trek_in(record, "kees")
        na = trek_in(huis, "anna", record)
        assert (na.status_code, na.json()) == (voor.status_code, voor.json())
        assert na.status_code == 404
