"""Point in time: the dossier as it was recorded on a date, decided by today's rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.system.stad import Stad, stad


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Stad]:
    with stad(tmp_path) as made:
        yield made


def later(s: Stad, days: int = 1) -> datetime:
    """A moment between what happened and what is to come."""
    moment = s.uur()
    s.uur.nu += timedelta(days=days)
    s._tokens.clear()  # a sign-in lasts a working day
    return moment


def leden(dossier: Any) -> dict[str, bool]:
    return {lid["persoonsnaam"]: lid["geldt"] for lid in dossier["leden"]}


def test_members_come_and_go(s: Stad) -> None:
    huis, (anna,) = s.huishouden("ellen", "Anna")
    eerst = later(s)
    bram = s.doe("ellen", f"/huishoudens/{huis}/leden", {
        "naam": "Bram", "geboortedatum": "2026-03-01", "rol": "kind", "sinds": "2026-03-01",
        "reden": "geboren"})["id"]  # fmt: skip
    samen = later(s)
    s.doe("ellen", f"/huishoudens/{huis}/leden/{anna}/vertrek",
          {"op": "2026-03-02", "reden": "overleden"})  # fmt: skip
    daarna = later(s)
    s.doe("ellen", f"/huishoudens/{huis}/leden/{bram}/correcties", {"naam": "Abram"})
    later(s)

    def toen(moment: datetime) -> dict[str, bool]:
        return leden(s.dossier("ellen", huis, moment=moment.isoformat()))

    assert toen(eerst) == {"Anna": True}
    assert toen(samen) == {"Anna": True, "Bram": True}
    assert toen(daarna) == {"Anna": False, "Bram": True}
    assert leden(s.dossier("ellen", huis)) == {"Anna": False, "Abram": True}


def test_before_anything_was_recorded_there_is_nothing(s: Stad) -> None:
    voor = later(s)
    huis, _ = s.huishouden("ellen", "Anna")
    toen = s.dossier("ellen", huis, moment=voor.isoformat())
    assert (toen["leden"], toen["plan"], toen["regie"], toen["notities"]) == ([], None, None, [])


def test_a_child_in_two_households(s: Stad) -> None:
    een, (anna,) = s.huishouden("ellen", "Anna")
    twee, (dirk,) = s.huishouden("fatma", "Dirk")
    kind = s.doe("ellen", f"/huishoudens/{een}/leden", {
        "naam": "Kees", "geboortedatum": "2015-01-01", "rol": "kind", "sinds": "2026-01-01",
        "reden": "ingetrokken"})["id"]  # fmt: skip
    alleen_hier = later(s)
    s.doe("fatma", f"/huishoudens/{twee}/leden", {
        "persoon": kind, "rol": "kind", "sinds": "2026-01-01", "reden": "ingetrokken"})  # fmt: skip
    beide = later(s)
    s.doe("ellen", f"/huishoudens/{een}/leden/{kind}/vertrek",
          {"op": "2026-03-02", "reden": "verhuisd"})  # fmt: skip

    def toen(wie: str, huis: str, moment: datetime) -> dict[str, bool]:
        return leden(s.dossier(wie, huis, moment=moment.isoformat()))

    assert anna != dirk
    assert toen("ellen", een, alleen_hier) == {"Anna": True, "Kees": True}
    assert toen("fatma", twee, alleen_hier) == {"Dirk": True}
    assert toen("ellen", een, beide) == {"Anna": True, "Kees": True}
    assert toen("fatma", twee, beide) == {"Dirk": True, "Kees": True}
    assert leden(s.dossier("ellen", een)) == {"Anna": True, "Kees": False}
    assert leden(s.dossier("fatma", twee)) == {"Dirk": True, "Kees": True}


def test_the_plan_as_it_was(s: Stad) -> None:
    huis, (anna,) = s.huishouden("ellen", "Anna")
    plan = s.doe("ellen", f"/huishoudens/{huis}/plan")["id"]
    inhoud = {"resultaat": "klaar", "evaluatieOp": "2027-01-01", "leefgebied": "wonen"}
    doel = s.doe("ellen", f"/plannen/{plan}/doelen",
                 inhoud | {"personen": [anna], "woorden": "eerst dit"})["id"]  # fmt: skip
    eerst = later(s)
    s.doe("ellen", f"/plannen/{plan}/doelen/{doel}/bijstellingen", inhoud | {"woorden": "dan dat"})
    toen = s.dossier("ellen", huis, moment=eerst.isoformat())["plan"]
    nu = s.dossier("ellen", huis)["plan"]
    assert [d["woorden"] for d in toen["doelen"]] == ["eerst dit"]
    assert [d["woorden"] for d in nu["doelen"]] == ["dan dat"]
    assert (toen["versie"], nu["versie"]) == (1, 2)


def test_rights_are_those_of_today(s: Stad) -> None:
    """A past date opens nothing that is closed now, and closes nothing that is open now."""
    huis, _ = s.huishouden("ellen", "Anna")
    eerst = later(s)
    s.doe("hanna", f"/huishoudens/{huis}/regie", {
        "regisseur": str(s.wie["fatma"].id), "mandaat": s.mensen(), "reden": "wissel"})  # fmt: skip
    toen = s.dossier("fatma", huis, moment=eerst.isoformat())
    assert toen["regie"]["medewerker"]["naam"] == s.wie["ellen"].naam
    params = {"moment": eerst.isoformat()}
    refused = s.vraag("GET", "ellen", f"/dossiers/{huis}", params=params)
    unknown = s.vraag("GET", "ellen", "/dossiers/6f1f0a52-8f5c-4a52-9b39-8f60b5fb6c11")
    assert (refused.status_code, refused.text) == (404, unknown.text)


def test_who_was_erased_is_erased_in_the_past_too(s: Stad) -> None:
    huis, _ = s.huishouden("ellen", "Anna")
    buur = s.doe("ellen", f"/huishoudens/{huis}/netwerk",
                 {"naam": "Ria", "kanHelpenMet": "oppassen"})["id"]  # fmt: skip
    eerst = later(s)
    assert s.dossier("ellen", huis, moment=eerst.isoformat())["netwerk"][0]["persoonsnaam"] == "Ria"
    s.doe("hanna", f"/personen/{buur}/wissing")
    toen = s.dossier("ellen", huis, moment=eerst.isoformat())
    assert toen["netwerk"][0]["persoonsnaam"] == {"gewist": True}
    assert leden(toen) == {"Anna": True}


@pytest.mark.parametrize("moment", ["2026-03-02", "2026-03-02T10:00:00", "gisteren", "1e9"])
def test_a_moment_has_a_time_zone(s: Stad, moment: str) -> None:
    huis, _ = s.huishouden("ellen", "Anna")
    answer = s.vraag("GET", "ellen", f"/dossiers/{huis}", params={"moment": moment})
    assert answer.status_code == 400


def test_a_moment_in_another_time_zone_is_the_same_moment(s: Stad) -> None:
    huis, _ = s.huishouden("ellen", "Anna")
    eerst = later(s)
    s.doe("ellen", f"/huishoudens/{huis}/leden", {
        "naam": "Bram", "geboortedatum": "2020-03-01", "rol": "kind", "sinds": "2026-03-01",
        "reden": "ingetrokken"})  # fmt: skip
    elders = (eerst + timedelta(hours=5)).replace(tzinfo=None).isoformat() + "+05:00"
    assert leden(s.dossier("ellen", huis, moment=elders)) == {"Anna": True}


def test_moment_that_is_in_no_calendar_is_refused(s: Stad) -> None:
    huis, _ = s.huishouden("ellen", "Anna")
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        answer = s.vraag("GET", "ellen", f"/dossiers/{huis}", params={"moment": moment})
        assert answer.status_code == 400
        assert answer.json()["fouten"] == [
            {"waar": "query.moment", "wat": "dit tijdstip valt buiten de kalender"}
        ]
