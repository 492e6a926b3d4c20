"""Outliers in looking: off until it may, a question with the lines behind it, never a figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from infra.auth import Rol
from services.consent.toezicht.afwijking import (
    Afwijking,
    Afwijkingsoort,
    Kijk,
    achternamen,
    ongewoon_veel,
    zelfde_naam,
    zonder_werk,
)
from tests.consent.huis import Huis
from tests.system.stad import stad

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ELLEN, YUSUF, HUIS = UUID(int=1), UUID(int=2), UUID(int=100)


def kijk(nr: int, dagen: float, wie: UUID = ELLEN, huis: UUID = HUIS, naam: str = "Ellen de Wit"
         ) -> Kijk:  # fmt: skip
    op = BEGIN + timedelta(days=dagen)
    return Kijk(nr, op, op.date(), wie, naam, huis)


def nrs(gevonden: list[Afwijking]) -> list[list[int]]:
    return [[k.nr for k in een.kijken] for een in gevonden]


# --- what stands out, pure ----------------------------------------------------------------------


def test_a_look_without_work_in_the_case() -> None:
    werk = {HUIS: [BEGIN]}
    kijken = [kijk(1, 89), kijk(2, 91), kijk(3, 95), kijk(4, -6), kijk(5, -8)]
    assert nrs(zonder_werk(kijken, werk)) == [[2, 3, 5]]
    assert nrs(zonder_werk(kijken[:1], {})) == [[1]]
    assert zonder_werk(kijken[:1], werk) == []


def test_many_more_households_than_on_her_other_days() -> None:
    gewoon = [kijk(n, n % 5, huis=UUID(int=n)) for n in range(20)]  # four a day
    druk = [kijk(100 + n, 9, huis=UUID(int=n)) for n in range(12)]
    assert ongewoon_veel(gewoon) == []
    assert ongewoon_veel([*gewoon, *druk]) == []  # not more than three times her usual day
    erbij = kijk(112, 9, huis=UUID(int=50))
    assert nrs(ongewoon_veel([*gewoon, *druk, erbij])) == [[*range(100, 113)]]
    zelfde = [kijk(200 + n, 9) for n in range(40)]  # one household, again and again
    assert ongewoon_veel([*gewoon, *zelfde]) == []
    ander = [kijk(300 + n, 9, wie=YUSUF, huis=UUID(int=n)) for n in range(11)]
    assert nrs(ongewoon_veel([*gewoon, *ander])) == [[*range(300, 311)]]  # no other day to compare


@pytest.mark.parametrize(
    ("naam", "delen"),
    [
        ("Ellen de Wit", {"wit"}), ("Bram Postma", {"postma"}), ("Ana Gómez", {"gomez"}),
        ("Jan Jansen-de Boer", {"jansen", "boer"}), ("Cher", set()), ("", set()),
        ("Peter van 't Hof", {"hof"}), ("ellen de wit", {"wit"}),
    ],
)  # fmt: skip
def test_surnames(naam: str, delen: set[str]) -> None:
    assert achternamen(naam) == delen


def test_the_same_surname_as_somebody_there() -> None:
    namen = {HUIS: {"#wit", "#bos"}, UUID(int=101): {"#postma"}}
    kijken = [kijk(1, 0), kijk(2, 1), kijk(3, 0, huis=UUID(int=101)), kijk(4, 0, naam="Tom Aarts")]
    assert nrs(zelfde_naam(kijken, namen, lambda naam: f"#{naam}")) == [[1, 2]]


# --- when, for whom, and what of it -------------------------------------------------------------

INSTELLING = {
    "doel": "Onrechtmatig kijken tegengaan.", "instemming": "OR-2026-7",
    "instemmingOp": "2026-01-15", "van": "2026-01-01", "tot": "2026-12-31",
}  # fmt: skip


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("afwijkingen")) as made:
        yield Huis(made)


def status(huis: Huis, wie: str, pad: str, body: Any) -> tuple[int, str]:
    answer = huis.stad.vraag("POST", wie, pad, body)
    return answer.status_code, answer.json().get("code", "")


def test_off_until_the_conditions_are_on_record_and_off_again(huis: Huis) -> None:
    answer = huis.stad.vraag("GET", "joris", "/afwijkingen")
    assert (answer.status_code, answer.json()["code"]) == (409, "afwijkingen-uit")
    pad = "/afwijkingen/instelling"
    for wie in ("joris", "femke", "pieter", "ellen", "anna"):
        assert status(huis, wie, pad, INSTELLING)[0] == 404, wie
    for anders, code in (
        ({"instemmingOp": "2026-12-01"}, "nog-geen-instemming"),
        ({"tot": "2026-01-31"}, "termijn-klopt-niet"),
        ({"tot": "2027-02-01"}, "termijn-klopt-niet"),
        ({"van": "2027-01-01"}, "termijn-klopt-niet"),
    ):
        assert status(huis, "hanna", pad, INSTELLING | anders) == (409, code), anders
    for mist in INSTELLING:
        zonder = {naam: waarde for naam, waarde in INSTELLING.items() if naam != mist}
        assert status(huis, "hanna", pad, zonder) == (400, "onjuiste-invoer"), mist
    huis.stad.doe("hanna", pad, INSTELLING)
    assert huis.stad.zie("joris", "/afwijkingen")["doel"] == INSTELLING["doel"]
    for wie in ("joris", "femke", "ellen"):
        assert status(huis, wie, "/afwijkingen/einde", {"reden": "Klaar."})[0] == 404, wie
    huis.stad.doe("hanna", "/afwijkingen/einde", {"reden": "De proef is voorbij."})
    assert huis.stad.vraag("GET", "joris", "/afwijkingen").status_code == 409
    assert status(huis, "hanna", "/afwijkingen/einde", {"reden": "Klaar."}) == (409, "al-uitgezet")


def test_the_lines_behind_it_for_who_supervises_only(huis: Huis) -> None:
    huis.stad.doe("hanna", "/afwijkingen/instelling", INSTELLING)
    familie, _ = huis.stad.huishouden("ellen", "Greta de Wit")
    huis.stad.dossier("ellen", familie)
    huis.stad.dossier("ellen", str(huis.id))
    for wie in ("hanna", "pieter", "ellen", "anna"):
        assert huis.stad.vraag("GET", wie, "/afwijkingen").status_code == 404, wie
    voor = huis.regels()
    (een,) = huis.stad.zie("joris", "/afwijkingen")["afwijkingen"]
    assert huis.regels() == voor + 1  # that he looked is in the log
    for wie in ("femke", "wil"):
        assert huis.stad.zie(wie, "/afwijkingen")["afwijkingen"] == [een], wie
    assert huis.regels() == voor + 3
    assert (een["soort"], een["naam"]) == ("zelfde-naam", "Ellen de Wit")
    assert {regel["huishouden"] for regel in een["regels"]} == {familie}
    assert set(een) == {"soort", "medewerker", "naam", "regels"}  # no total, no rank
    assert set(een["regels"][0]) == {"nr", "op", "huishouden"}


def test_nobody_sees_what_stands_out_about_herself(huis: Huis) -> None:
    ellen = huis.stad.wie["ellen"]
    huis.stad.world.staff.add(ellen.model_copy(update={"rol": Rol.PRIVACY_OFFICER}))
    huis.stad._tokens.clear()
    try:
        assert huis.stad.zie("ellen", "/afwijkingen")["afwijkingen"] == []
    finally:
        huis.stad.world.staff.add(ellen)
        huis.stad._tokens.clear()
    assert huis.stad.zie("joris", "/afwijkingen")["afwijkingen"]


def test_a_look_long_after_the_last_work_is_asked_about(huis: Huis) -> None:
    huis.stad.uur.nu += timedelta(days=120)
    huis.stad._tokens.clear()
    huis.stad.dossier("yusuf", str(huis.id))
    gevonden = huis.stad.zie("joris", "/afwijkingen")["afwijkingen"]
    zonder = [een for een in gevonden if een["soort"] == Afwijkingsoort.ZONDER_WERK]
    assert [(een["naam"], {r["huishouden"] for r in een["regels"]}) for een in zonder] == [
        ("Yusuf Kaya", {str(huis.id)})
    ]


def test_no_surname_is_readable_and_none_is_left_of_who_was_erased(huis: Huis) -> None:
    sleutel = f"achternaam:{huis.bert}"
    with huis.consent.database.read() as tx:
        (rij,) = huis.consent._feiten.van_sleutels(tx, [sleutel])
        assert b"proef" not in rij.inhoud.lower()
    huis.stad.doe("hanna", f"/personen/{huis.bert}/wissing")
    with huis.consent.database.read() as tx:
        assert huis.consent._feiten.van_sleutels(tx, [sleutel]) == []
