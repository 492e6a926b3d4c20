"""Who decides for whom: the four tables, line by line, in `gevallen_namens.json`.

To extend: add a line. `samen` must all decide, of `een-van` one is enough; `ontbreekt` are those
who have not yet agreed with the help.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from events.waarden import Gezag, Gezagsuitkomst
from services.consent.domain import (
    Beslissers,
    Code,
    Feiten,
    Handeling,
    gezag_onbepaald,
    ontbrekende_akkoorden,
    wie_beslist,
)
from services.consent.domain.vertegenwoordiging import TABELLEN
from tests.consent.gezin import LINA, MENSEN, MOEDER, NOAH, PERSONEN, VADER, gezin
from tests.consent.test_gevallen import feiten_van

GEVALLEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "gevallen_namens.json").read_text(encoding="utf-8")
)


def feiten(geval: dict[str, Any]) -> Feiten:
    return feiten_van(geval, MENSEN["regisseur"])


@pytest.mark.parametrize("geval", GEVALLEN, ids=lambda geval: geval["geval"])
def test_golden_case_of_who_decides(geval: dict[str, Any]) -> None:
    wie = wie_beslist(Handeling(geval["handeling"]), PERSONEN[geval["over"]], feiten(geval))
    assert wie.samen == tuple(PERSONEN[naam] for naam in geval["samen"])
    assert wie.een_van == tuple(PERSONEN[naam] for naam in geval["een-van"])
    assert (wie.code, wie.artikel) == (geval["code"], geval.get("artikel", wie.artikel))
    assert geval.get("zin", "") in wie.zin
    assert (wie.code is Code.MAG) == bool(wie.samen or wie.een_van)
    if "ontbreekt" in geval:
        over = ontbrekende_akkoorden(PERSONEN[geval["over"]], geval["hulp"], feiten(geval))
        assert over == tuple(PERSONEN[naam] for naam in geval["ontbreekt"])


def test_every_line_of_every_table_has_a_case_on_its_edge() -> None:
    bewezen = {geval.get("artikel") for geval in GEVALLEN}
    assert {band.artikel for banden in TABELLEN.values() for band in banden} <= bewezen


def test_only_who_decides_has_a_word_that_counts() -> None:
    wie = Beslissers("artikel", samen=(MOEDER,), een_van=(VADER,))
    assert (wie.telt(MOEDER), wie.telt(VADER), wie.telt(NOAH)) == (True, True, False)


@pytest.mark.parametrize(
    ("uitkomst", "houders", "onbepaald"),
    [
        ("niet-te-bepalen", (), True), ("in-onderzoek", (), True),
        ("tijdelijk-geen-gezag", (), True), ("voogdij", (), True), ("voogdij", (VADER,), False),
        ("gezamenlijk-ouderlijk-gezag", (MOEDER,), True),
        ("gezamenlijk-ouderlijk-gezag", (MOEDER, VADER), False),
        ("eenhoofdig-ouderlijk-gezag", (MOEDER,), False),
    ],
)  # fmt: skip
def test_custody_that_is_not_established_is_for_a_person(
    uitkomst: str, houders: tuple[Any, ...], onbepaald: bool
) -> None:
    gezag = Gezag(uitkomst=Gezagsuitkomst(uitkomst), houders=houders)
    hier = replace(gezin(), gezag={LINA: gezag})
    gevonden = gezag_onbepaald(hier)
    assert [wie.kind for wie in gevonden] == ([LINA] if onbepaald else [])
    assert all(wie.uitkomst == uitkomst and "medewerker" in wie.zin for wie in gevonden)
    elders = replace(hier, leden=(MOEDER,))
    volwassen = replace(hier, geboortedata={LINA: gezin().geboortedata[MOEDER]})
    assert not gezag_onbepaald(elders)
    assert not gezag_onbepaald(volwassen)
    assert len(gezag_onbepaald(replace(hier, geboortedata={}))) == onbepaald
