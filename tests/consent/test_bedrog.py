"""What who makes an export can try to hide: rows, who looked, a sentence of her own."""

from __future__ import annotations

import copy
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
