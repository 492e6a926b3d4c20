"""Somebody left, or a child has two homes: what the other household records stays there.

A shielded address recorded where she fled to must not open in the household she fled from
(Jeugdwet 7.3.11 lid 1, AVG 5 lid 1 onder f).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from events.begrippen import Rubriek
from tests.consent.huis import Huis

HIER = ("ellen", "bert", "yusuf", "kees")


def _woont(huis: Huis, wie: str, waar: str, persoon: UUID, straat: str, geheim: bool) -> None:
    adres = {"straat": straat, "plaats": "Elders", "postcode": "9999 ZZ", "huisnummer": "7",
             "sinds": "2026-03-02"}  # fmt: skip
    pad = f"/huishoudens/{waar}/leden/{persoon}"
    huis.stad.doe(wie, f"{pad}/adressen", {"adres": adres, "afgeschermd": geheim})
    huis.stad.doe(wie, f"{pad}/contactvoorkeuren", {"voorkeur": f"bellen, {straat}"})


@pytest.fixture
def elders(huis: Huis) -> str:
    """Anna leaves; she and Kees, who stays here too, belong to Fatma's household."""
    stad = huis.stad
    _woont(huis, "ellen", str(huis.id), huis.anna, "Oudelaan", False)
    nieuw = stad.doe("ruben", "/huishoudens", {
        "regisseur": str(stad.wie["fatma"].id), "mandaat": stad.mensen(),
        "leden": [{"naam": "Vriendin Proef", "geboortedatum": "1990-05-05", "rol": "volwassene",
                   "sinds": "2026-03-01", "reden": "gevormd"}],
    })["id"]  # fmt: skip
    weg = {"op": "2026-03-01", "reden": "gescheiden"}
    stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{huis.anna}/vertrek", weg)
    for persoon, rol in ((huis.anna, "volwassene"), (huis.kees, "kind")):
        erbij = {"persoon": str(persoon), "rol": rol, "sinds": "2026-03-02", "reden": "ingetrokken"}
        stad.doe("fatma", f"/huishoudens/{nieuw}/leden", erbij)
    return str(nieuw)


def _dossier(huis: Huis, wie: str, waar: Any) -> str:
    return str(huis.stad.vraag("GET", wie, f"/dossiers/{waar}").text)


def _lid(huis: Huis, wie: str, persoon: UUID) -> dict[str, Any]:
    leden: list[dict[str, Any]] = huis.stad.zie(wie, f"/dossiers/{huis.id}")["leden"]
    return next(lid for lid in leden if lid["id"] == str(persoon))


@pytest.mark.parametrize("geheim", [True, False])
def test_what_the_new_household_records_does_not_open_in_the_old_one(
    huis: Huis, elders: str, geheim: bool
) -> None:
    _woont(huis, "fatma", elders, huis.anna, "Blijfhuisweg", geheim)
    _woont(huis, "fatma", elders, huis.kees, "Kindhof", geheim)
    assert "Blijfhuisweg" in _dossier(huis, "fatma", elders)
    assert "Kindhof" in _dossier(huis, "fatma", elders)
    for wie in HIER:
        oud = _dossier(huis, wie, huis.id)
        assert "Kees Proef" in oud, wie
        assert "Blijfhuisweg" not in oud, wie
        assert "Kindhof" not in oud, wie


def test_of_who_left_the_name_of_then_stays_and_how_she_lives_closes(
    huis: Huis, elders: str
) -> None:
    huis.stad.doe(
        "fatma", f"/huishoudens/{elders}/leden/{huis.anna}/correcties", {"naam": "Anna Nieuw"}
    )
    assert "Anna Nieuw" in _dossier(huis, "fatma", elders)
    lid = _lid(huis, "ellen", huis.anna)
    assert lid["persoonsnaam"] == "Anna Proef"
    assert (lid["adressen"], lid.get("contact"), lid["geldt"]) == ([], None, False)


def test_no_key_of_how_she_lives_leaves_for_the_old_household(huis: Huis, elders: str) -> None:
    leeft = [
        huis.kid(huis.anna, bron="gezinsplan", over=rubriek)
        for rubriek in (Rubriek.ADRES, Rubriek.ADRES_AFGESCHERMD, Rubriek.CONTACT,
                        Rubriek.IDENTIFICATIE, Rubriek.GEZAG)
    ]  # fmt: skip
    naam = huis.kid(huis.anna, bron="gezinsplan", over=Rubriek.PERSONALIA)
    assert set(huis.vraag("ellen", *leeft, naam).keys) == {naam}
    assert set(huis.vraag("fatma", *leeft, huis=UUID(elders)).keys) == set(leeft)


def test_what_was_recorded_here_of_a_child_with_two_homes_stays_here(
    huis: Huis, elders: str
) -> None:
    _woont(huis, "ellen", str(huis.id), huis.kees, "Thuisplein", False)
    _woont(huis, "fatma", elders, huis.kees, "Kindhof", False)
    assert [adres["adres"]["straat"] for adres in _lid(huis, "ellen", huis.kees)["adressen"]] == [
        "Thuisplein"
    ]
    assert "Thuisplein" not in _dossier(huis, "fatma", elders)


def test_who_comes_back_is_reached_here_again(huis: Huis, elders: str) -> None:
    terug = {"persoon": str(huis.anna), "rol": "volwassene", "sinds": "2026-03-02",
             "reden": "ingetrokken"}  # fmt: skip
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden", terug)
    _woont(huis, "fatma", elders, huis.anna, "Blijfhuisweg", True)
    _woont(huis, "ellen", str(huis.id), huis.anna, "Weerthuis", False)
    oud = _dossier(huis, "ellen", huis.id)
    assert "Weerthuis" in oud
    assert "Blijfhuisweg" not in oud
