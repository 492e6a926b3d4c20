"""What who makes an export can try to hide: rows, parts, who looked, that there is nothing; a
sentence of her own. A genuine export is none of it."""

from __future__ import annotations

import copy
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from controle.controleer_logboek import Onleesbaar, Uitslag, controleer, main, toon, vul_aan
from infra.logbook import logregels
from tests.consent.bewijs import (
    Bewijs,
    eigen_regels,
    met_bewijs,
    sluit,
    verbintenis_van,
    zonder_deel,
)
from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import BEGIN, doet_mee, vast
from tests.infra.world import NU
from tests.system.stad import stad


@pytest.fixture(scope="module")
def bewijs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bewijs]:
    folder = tmp_path_factory.mktemp("bedrog")
    with stad(folder / "stad") as made:
        yield Bewijs(Huis(made), folder)


@pytest.fixture(scope="module")
def vol(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bewijs]:
    """The same after more looks at Anna, one of them by who is not in the plan."""
    folder = tmp_path_factory.mktemp("vol")
    with stad(folder / "stad") as made:
        bewijs = Bewijs(Huis(made), folder)
        bewijs.huis.vraag("yusuf", bewijs.huis.kid(bewijs.huis.anna))
        made.zie("joris", f"/huishoudens/{bewijs.huis.id}/inzagen")
        bewijs.teken()
        yield bewijs


def test_a_row_of_which_only_the_commitment_is_given_is_named(bewijs: Bewijs) -> None:
    """As of a row that expired: it is there, and nobody claims to know what it says."""
    uitvoer = bewijs.huishouden()
    with bewijs.huis.consent.database.read() as tx:
        row = tx.execute(logregels.select().where(logregels.c.nr == 4)).one()
    uitvoer["regels"][3] = {"nr": 4, "verbintenis": row.verbintenis.hex()}
    uitslag = bewijs.controleer(uitvoer)
    assert uitslag.fout == []
    assert f"1 van de {len(uitvoer['regels'])} regels" in uitslag.dicht[0]
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
    for sleutel in ("5 regels is bewezen. Een kop van 7", "07", "0", "-3", str(10**9)):
        vals = uitvoer | {"samenhang": uitvoer["samenhang"] | {sleutel: []}}
        (fout,) = bewijs.controleer(vals).fout
        assert fout == "De uitvoer heeft niet de juiste vorm."
    gezegd = Uitslag(["een\n  - twee\x1b[8m\u202e\ud800"], [], [], [], [], [])
    assert toon(gezegd, regels=False) == (
        "Bewezen:\n  - een\\u000a  - twee\\u001b[8m\\u202e\\ud800\nIN ORDE"
    )


def oordeel(uitslag: Uitslag) -> str:
    return toon(uitslag, regels=False).splitlines()[-1]


def nieuw(huis: Huis, wie: str, pad: str) -> tuple[Any, Uitslag]:
    """A genuine export of all there is now, and what is said of it."""
    huis.teken()
    uitvoer = huis.stad.zie(wie, f"{pad}/inzagen/uitvoer")
    return uitvoer, na(huis, uitvoer)


def na(huis: Huis, uitvoer: Any) -> Uitslag:
    return controleer(uitvoer, huis.stad.client.get("/v1/logboek/9999/sleutel").text)


DICHT = "NIETS VERANDERD, MAAR NIET ALLES IS OPEN"
NIETS = "OVER WIE HET GAAT IS NIETS BEWEZEN"


@pytest.mark.parametrize(("naam", "zin"), [
    ("ldv", "waarvoor er is gekeken"),
    ("delen", "wat er is gezien of gevraagd, waarom en op welke grond"),
    ("functie", "in welke functie er is gekeken"),
])  # fmt: skip
def test_a_part_of_her_own_line_that_was_closed_is_told(vol: Bewijs, naam: str, zin: str) -> None:
    """Of all her lines, and of one: which ones, and that who made the file or passed it on did."""
    heel = vol.persoon()
    eigen = eigen_regels(heel)
    if naam == "functie":
        wiens = {(one["vraag"], one["boven"]): one["nr"] for one in eigen}
        met = {
            one["nr"]: wiens[one["vraag"], one["span"]]
            for one in heel["regels"] if naam in one["delen"]
        }  # fmt: skip
    else:
        met = {one["nr"]: one["nr"] for one in eigen if naam in one["delen"]}
    assert len(met) >= 2
    een = max(met)
    for nummers in ({een}, set(met)):
        uitslag = vol.controleer(zonder_deel(heel, naam, nummers=nummers))
        assert (uitslag.fout, oordeel(uitslag)) == ([], DICHT)
        genoemd, wie = uitslag.dicht
        regels = ", ".join(str(met[nr]) for nr in sorted(nummers)[:10])
        assert genoemd.startswith(f"Bij regel {regels}")
        assert genoemd.endswith(f"is dicht gehouden {zin}.")
        assert "maakte of doorgaf, hield ze dicht" in wie


def test_an_export_of_which_what_why_and_who_are_gone_is_not_in_order(
    vol: Bewijs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bestand = tmp_path / "uitvoer.json"
    bestand.write_text(json.dumps(zonder_deel(vol.persoon(), "ldv", "delen", "wie")))
    assert main([str(bestand), "--sleutel", vol.sleutel]) == 3
    gezegd = capsys.readouterr().out
    assert "Dicht gehouden:\n" in gezegd
    assert "is de naam van wie keek dicht" in gezegd
    assert gezegd.endswith(f"{DICHT}\n")


def test_a_name_that_is_closed_is_told_and_no_alarm(vol: Bewijs) -> None:
    """Who she does not know from the plan has no name; which that are, no file can prove."""
    heel = vol.persoon()
    zonder = zonder_deel(heel, "wie")
    assert zonder != heel  # Yusuf is in the plan, Joris is not
    aantal = []
    for uitvoer in (heel, zonder):
        uitslag = vol.controleer(uitvoer)
        assert (uitslag.fout, uitslag.dicht, oordeel(uitslag)) == ([], [], "IN ORDE")
        (zin,) = [zin for zin in uitslag.ontbreekt if "naam van wie keek dicht" in zin]
        assert "in dit bestand dicht gehouden" in zin
        aantal.append(len(re.findall(r"\d+", zin)))
    assert aantal[0] < aantal[1]


def test_no_part_of_a_row_of_the_household_can_be_closed(bewijs: Bewijs) -> None:
    heel = bewijs.huishouden()
    hier = str(bewijs.huis.id)
    eigen = [o for o in heel["regels"] if o["delen"]["huishouden"].get("waarde") == hier]
    namen = {naam for one in eigen for naam in one["delen"]}
    assert {"ldv", "delen", "wie", "functie", "persoon", "vraag", "huishouden"} <= namen
    for naam in namen:
        een = max(one["nr"] for one in eigen if naam in one["delen"])
        for nummers in ({een}, {one["nr"] for one in eigen}):
            uitslag = bewijs.controleer(zonder_deel(heel, naam, nummers=nummers))
            (fout,) = uitslag.fout
            gezegd = "bij welk huishouden" if naam == "huishouden" else f"is weggelaten: {naam}."
            assert gezegd in fout
            assert oordeel(uitslag) == "NIET IN ORDE"


def test_an_export_without_a_line_proves_nothing(
    bewijs: Bewijs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has a head makes it of anybody, known or not; with rows that say nothing it is no more.
    Of whom there truly is no line it is genuine, and proves as little."""
    heel = bewijs.persoon()
    for over in (heel["over"], str(uuid4())):
        wortel = heel["kop"].split("\n")[2]
        leeg = heel | {"over": over, "regels": [], "bewijs": [_hex(wortel)]}
        uitslag = bewijs.controleer(leeg)
        assert (uitslag.fout, oordeel(uitslag)) == ([], NIETS)
        assert uitslag.leeg[0].startswith(f"Er staat geen open regel in over {over}. Zo'n uitvoer")
        assert not any(zin.startswith("De 0 regels") or "gaan over" in zin
                       for zin in uitslag.bewezen)  # fmt: skip
        bestand = tmp_path / "leeg.json"
        bestand.write_text(json.dumps(leeg))
        assert main([str(bestand), "--sleutel", bewijs.sleutel]) == 4
        assert capsys.readouterr().out.endswith(f"{NIETS}\n")
    dicht = bewijs.controleer(sluit(copy.deepcopy(heel), lambda _: True))
    assert (dicht.fout, oordeel(dicht)) == ([], NIETS)
    nora = UUID(int=7200)
    bewijs.huis.stad.inwoner("Nora", str(nora))
    echt = bewijs.van("nora", f"/personen/{nora}")
    assert echt["regels"] == []
    uitslag = bewijs.controleer(echt)
    assert oordeel(uitslag) == NIETS
    assert "ook als er echt geen regel is" in uitslag.leeg[0]


def _hex(code: str) -> str:
    return b64decode(code).hex()


def test_until_when_an_export_says_something_is_told(vol: Bewijs) -> None:
    """Without her last lines, and with the proof of the rest, it still fits: a proof of what is
    there. So is an old one. Until when it goes is in the verdict, and so is the head."""
    heel = vol.persoon()
    kort = copy.deepcopy(heel)
    laatste = eigen_regels(heel)[-1]["vraag"]
    kort["regels"] = [one for one in heel["regels"] if one["vraag"] != laatste]
    gesloten = sluit(copy.deepcopy(heel), lambda one: one["vraag"] == laatste)
    assert oordeel(vol.controleer(gesloten)) == DICHT  # that there is more cannot be hidden so
    uitslag = vol.controleer(met_bewijs(kort, vol))
    assert uitslag.fout == []
    assert any("niet of er aan het begin of het einde ontbreken" in z for z in uitslag.ontbreekt)
    (zin,) = [zin for zin in uitslag.ontbreekt if zin.startswith("De laatste open regel is van ")]
    assert "is van 02-03-2026 " in zin
    assert f"Haar kop is van {heel['kop'].split()[1]} regels" in zin
    stuk = vol.huishouden(van=1, tot=1)
    assert str(vol.huis.id) not in str(stuk["regels"])
    assert oordeel(vol.controleer(stuk)) == NIETS


def test_every_genuine_export_of_a_person_is_in_order(huis: Huis) -> None:
    """A resident, a youth, a parent for a child, a curator; after looks of every kind of reader."""
    stad, lia = huis.stad, huis.kind()
    mia = UUID(int=7100)
    stad.inwoner("Mia", str(mia))
    doet_mee(huis, "sanne")
    for wat in (
        {"wat": "wilsonbekwaamheid", "door": "arts", "toelichting": "ernstig ziek", "van": BEGIN},
        {"wat": "vertegenwoordiger", "persoon": str(mia), "als": "curator", "van": BEGIN,
         "kenmerk": "C/13/1"},
    ):  # fmt: skip
        wie = "sanne" if "door" in wat else "ellen"
        assert vast(huis, wie, huis.bert, wat).status_code == 201
    kijk_allen(huis, lia)
    for wie, over in (
        ("anna", huis.anna), ("bert", huis.bert), ("kees", huis.kees), ("anna", lia),
        ("mia", huis.bert),
    ):  # fmt: skip
        uitvoer, uitslag = nieuw(huis, wie, f"/personen/{over}")
        assert (uitslag.fout, uitslag.dicht, oordeel(uitslag)) == ([], [], "IN ORDE"), wie
        assert uitvoer["over"] == str(over)
        if over == huis.anna:
            assert any("wat hij vroeg is vertrouwelijk" in zin for zin in uitslag.ontbreekt)
            assert any("hun naam staat nooit open" in zin for zin in uitslag.ontbreekt)
            van_fg = next(o["nr"] for o in uitvoer["regels"]
                          if "verbintenis" in o["delen"].get("delen", {})
                          and "waarde" in o["delen"]["persoon"])  # fmt: skip
            mag_niet = na(huis, zonder_deel(uitvoer, "ldv", nummers={van_fg}))
            assert oordeel(mag_niet) == DICHT  # that it was the FG is hers to know


def kijk_allen(huis: Huis, kind: UUID) -> None:
    """Looks of who is in the plan, of who is not, of a resident, and of who supervises."""
    for wie in ("yusuf", "tom", "ellen", "anna"):
        huis.vraag(wie, huis.kid(huis.anna, huis.bert), huis.kid(huis.kees), huis.kid(kind))
    huis.vraag("kees", huis.kid(huis.anna, huis.kees, bron="gezinsplan"))
    reden = {"reden": "Een klacht van de familie."}
    huis.stad.vraag("POST", "femke", "/simulaties", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), **reden})  # fmt: skip
    for wie in ("joris", "femke"):
        huis.stad.zie(wie, f"/huishoudens/{huis.id}/inzagen")


def test_every_genuine_export_of_a_household_has_nothing_wrong_and_says_what_is_closed(
    huis: Huis,
) -> None:
    """The privacy officer's, closed as to herself and the FG; together with the FG's all is open
    but what the FG did."""
    _, uitslag = nieuw(huis, "joris", f"/huishoudens/{huis.id}")
    assert (uitslag.fout, uitslag.dicht, oordeel(uitslag)) == ([], [], "IN ORDE")
    kijk_allen(huis, huis.kees)
    van_joris, uitslag = nieuw(huis, "joris", f"/huishoudens/{huis.id}")
    assert (uitslag.fout, oordeel(uitslag)) == ([], DICHT)
    van_femke, uitslag = nieuw(huis, "femke", f"/huishoudens/{huis.id}")
    assert (uitslag.fout, oordeel(uitslag)) == ([], DICHT)
    samen = vul_aan(van_joris, van_femke)
    aantal = [sum("vorm" not in o for o in u["regels"]) for u in (van_joris, samen)]
    assert 0 < aantal[1] < aantal[0]


def test_a_head_that_ends_between_a_record_and_its_line_gives_a_genuine_export(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a backlog a head can end anywhere; a record without her line stays out of it."""
    huis.vraag("yusuf", huis.kid(huis.anna))
    huis.teken()
    huis.vraag("yusuf", huis.kid(huis.anna))
    (sequencer,) = huis.stad.world.volgorde.consumers
    monkeypatch.setattr("infra.volgorde.BATCH", 1)
    for _ in range(6):
        assert sequencer.step() == 1
        uitslag = na(huis, huis.stad.zie("anna", f"/personen/{huis.anna}/inzagen/uitvoer"))
        assert (uitslag.fout, oordeel(uitslag)) == ([], "IN ORDE")
