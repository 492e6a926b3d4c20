"""What who makes an export can try to hide: rows, who looked, a sentence of her own."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import pytest

from controle.controleer_logboek import Onleesbaar, Uitslag, toon, vul_aan
from infra.logbook import logregels
from tests.consent.bewijs import Bewijs, met_bewijs, sluit, verbintenis_van
from tests.consent.huis import Huis
from tests.infra.world import NU
from tests.system.stad import stad


@pytest.fixture(scope="module")
def bewijs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bewijs]:
    folder = tmp_path_factory.mktemp("bedrog")
    with stad(folder / "stad") as made:
        yield Bewijs(Huis(made), folder)


def test_a_row_of_which_only_the_commitment_is_given_is_named(bewijs: Bewijs) -> None:
    """As of a row that expired: it is there, and nobody claims to know what it says."""
    uitvoer = bewijs.huishouden(van=1, tot=6)
    with bewijs.huis.consent.database.read() as tx:
        row = tx.execute(logregels.select().where(logregels.c.nr == 4)).one()
    uitvoer["regels"][3] = {"nr": 4, "verbintenis": row.verbintenis.hex()}
    uitslag = bewijs.controleer(uitvoer)
    assert uitslag.fout == []
    assert "1 van de 6 regels" in uitslag.dicht[0]
    assert "(regel 4)" in uitslag.dicht[0]
    assert toon(uitslag, regels=False).splitlines()[-1].startswith("NIETS VERANDERD, MAAR")


def test_rows_that_were_kept_closed_are_counted_and_no_reason_is_believed(bewijs: Bewijs) -> None:
    """Every look of one reader closed; the first rows; everything."""
    yusuf = str(bewijs.huis.wie("yusuf").actor.id)
    heel = bewijs.huishouden()
    zijn = {
        one["span"] for one in heel["regels"]
        if one["delen"].get("wie", {}).get("waarde", {}).get("id") == yusuf
    }  # fmt: skip
    een = sluit(copy.deepcopy(heel), lambda r: bool({r["span"], r["boven"]} & zijn))
    aantal = sum("vorm" not in one for one in een["regels"])
    assert aantal >= 2
    uitslag = bewijs.controleer(een)
    assert uitslag.fout == []
    assert uitslag.dicht[0].startswith(f"Van {aantal} van de {len(heel['regels'])} regels")
    assert "bewaartermijn is dus niet voorbij" in uitslag.dicht[-1]
    assert any(f"van {aantal} is dat niet te zien" in zin for zin in uitslag.bewezen)
    samen = bewijs.controleer(vul_aan(een, heel))  # with what a colleague took along
    assert (samen.fout, samen.dicht) == ([], [])
    vals = copy.deepcopy(heel)
    for one in vals["regels"]:
        one["tijdstip"] = NU.isoformat()
    assert bewijs.controleer(vul_aan(een, vals)).fout != []
    with pytest.raises(Onleesbaar, match="over iets anders"):
        vul_aan(een, bewijs.persoon())
    begin = bewijs.controleer(sluit(copy.deepcopy(heel), lambda r: r["nr"] < 4))
    assert "3 daarvan (regel 1, 2, 3) komen voor de eerste open regel van 2026-03" in begin.dicht[1]
    alles = bewijs.controleer(sluit(copy.deepcopy(heel), lambda _: True))
    assert alles.fout == []
    assert alles.regels == []
    for uitslag in (begin, alles):
        assert "IN ORDE" not in toon(uitslag, regels=False)


def test_a_row_that_was_left_out_is_named(bewijs: Bewijs) -> None:
    """Of a household by its number, with a new proof or the old one; of a person the places where
    one row can be missing, as the proof that came along was made for it too."""
    heel = bewijs.huishouden()
    laatste = len(heel["regels"])
    for weg, gezegd in (
        ({4}, "weggelaten: regel 4."), ({4, 5, 9}, "regel 4 tot en met 5, regel 9."),
        ({1}, "een van: regel 1."), ({laatste}, f"regel {laatste}."),
        ({laatste - 1, laatste}, "meer dan één regel"),
    ):  # fmt: skip
        zonder = copy.deepcopy(heel)
        zonder["regels"] = [one for one in heel["regels"] if one["nr"] not in weg]
        (fout,) = bewijs.controleer(zonder).fout
        assert gezegd in fout
    heel = bewijs.persoon()
    eigen = [one["nr"] for one in heel["regels"] if "waarde" in one["delen"]["persoon"]]
    for weg_ in eigen:
        zonder = copy.deepcopy(heel)
        zonder["regels"] = [one for one in heel["regels"] if one["nr"] != weg_]
        (fout,) = bewijs.controleer(zonder).fout
        assert weg_ in _genoemd(fout)
        assert _genoemd(fout).isdisjoint({one["nr"] for one in zonder["regels"]})
    eerste, *_ = eigen
    onder = copy.deepcopy(heel)
    vraag = next(one["vraag"] for one in heel["regels"] if one["nr"] == eerste)
    onder["regels"] = [
        one for one in heel["regels"] if one["vraag"] != vraag or one["nr"] not in eigen
    ]
    boven = [one["nr"] for one in onder["regels"] if one["vraag"] == vraag]
    (fout,) = bewijs.controleer(met_bewijs(onder, bewijs)).fout
    assert f"Bij regel {', '.join(map(str, boven))} ontbreekt wat er onder hoort" in fout


def _genoemd(fout: str) -> set[int]:
    """The rows that a sentence names."""
    stukken = re.findall(r"regel (\d+)(?: tot en met (\d+))?", fout.rpartition(": ")[2])
    return {nr for van, tot in stukken for nr in range(int(van), int(tot or van) + 1)}


def test_of_every_own_line_it_is_there_who_looked(bewijs: Bewijs) -> None:
    heel = bewijs.persoon()
    zonder = copy.deepcopy(heel)
    zonder["regels"] = [one for one in heel["regels"] if "waarde" in one["delen"]["persoon"]]
    (fout,) = bewijs.controleer(met_bewijs(zonder, bewijs)).fout
    assert "ontbreekt wie er keek" in fout
    for one in heel["regels"]:
        if "functie" in one["delen"]:
            one["delen"]["functie"] = {"verbintenis": verbintenis_van(one["delen"]["functie"])}
    uitslag = bewijs.controleer(heel)
    assert uitslag.fout == []
    assert any("in welke functie" in zin for zin in uitslag.dicht)


def test_a_name_in_the_file_says_nothing_in_the_verdict(bewijs: Bewijs) -> None:
    """Only what is a number can be the subject, and no line can be forged in what is shown."""
    uitvoer = bewijs.persoon()
    for over in ("0f3c\n  - Een getuige zag alles\x1b[8m", str(bewijs.huis.anna).upper(), 3):
        (fout,) = bewijs.controleer(uitvoer | {"over": over}).fout
        assert fout == "De uitvoer heeft niet de juiste vorm."
    vals = Uitslag(["een\n  - twee\x1b[8m\u202e\ud800"], [], [], [], [])
    assert toon(vals, regels=False) == (
        "Bewezen:\n  - een\\u000a  - twee\\u001b[8m\\u202e\\ud800\nIN ORDE"
    )
