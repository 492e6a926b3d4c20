"""Exports of the log and the file that checks them: what is there is proven, and what was changed,
left out, moved or put in its place is found."""

from __future__ import annotations

import ast
import copy
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from controle.controleer_logboek import controleer, main, splits_koppen
from infra.koppen import WITNESS, KeyFile
from infra.logbook import logregels
from infra.volgorde import CHECKPOINT
from services.consent.log.uitvoer import regel
from tests.consent.bewijs import Bewijs, met_bewijs, sluit, verbintenis_van
from tests.consent.huis import Huis
from tests.system.stad import stad

GEKNOEI = 100_000
BESTAND = Path(__file__).parents[2] / "controle" / "controleer_logboek.py"


@pytest.fixture(scope="module")
def bewijs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bewijs]:
    folder = tmp_path_factory.mktemp("bewijs")
    with stad(folder / "stad") as made:
        yield Bewijs(Huis(made), folder)


def test_a_person_takes_her_own_lines_along_and_proves_them(bewijs: Bewijs) -> None:
    uitvoer = bewijs.persoon()
    uitslag = bewijs.controleer(uitvoer)
    assert uitslag.fout == []
    assert any("gaan over" in zin for zin in uitslag.bewezen)
    assert any("getuige.example/fg zag die op 02-03-2026" in zin for zin in uitslag.bewezen)
    assert any("alle regels over deze persoon" in zin for zin in uitslag.ontbreekt)
    eigen = [one for one in uitvoer["regels"] if "waarde" in one["delen"]["persoon"]]
    assert {one["delen"]["persoon"]["waarde"] for one in eigen} == {str(bewijs.huis.anna)}
    boven = [one for one in uitvoer["regels"] if one not in eigen]
    assert boven
    for one in boven:
        open_ = {naam for naam, deel in one["delen"].items() if "waarde" in deel}
        assert "functie" in open_
        assert open_ <= {"functie", "wie"}
    assert uitslag.dicht == []


def test_nothing_of_anybody_else_is_in_it(bewijs: Bewijs) -> None:
    text = json.dumps(bewijs.persoon())
    for ander in (bewijs.huis.bert, bewijs.huis.kees, bewijs.huis.id):
        assert str(ander) not in text
    for medewerker in ("tom",):  # not in the plan
        assert bewijs.huis.stad.wie[medewerker].naam not in text


def test_of_a_household_every_row_is_there_and_only_its_own_are_open(bewijs: Bewijs) -> None:
    uitvoer = bewijs.huishouden()
    uitslag = bewijs.controleer(uitvoer)
    assert uitslag.fout == []
    kop = int(uitvoer["kop"].split("\n")[1])
    assert [one["nr"] for one in uitvoer["regels"]] == list(range(1, kop + 1))
    hier = [one for one in uitvoer["regels"] if one in uitslag.regels]
    with bewijs.huis.consent.database.read() as tx:
        nummers = tx.execute(
            logregels.select()
            .where(logregels.c.huishouden == bewijs.huis.id, logregels.c.nr <= kop)
            .order_by(logregels.c.nr)
        ).all()
    assert [one["nr"] for one in hier] == [row.nr for row in nummers]
    for one in uitvoer["regels"]:
        if one not in hier:
            assert [n for n, deel in one["delen"].items() if "waarde" in deel] == ["huishouden"]


def test_a_part_of_the_log_says_that_it_is_a_part(bewijs: Bewijs) -> None:
    heel = bewijs.huishouden()
    uitslag = bewijs.controleer(bewijs.huishouden(van=3, tot=7))
    assert uitslag.fout == []
    (zin,) = uitslag.dicht
    eind = len(heel["regels"])
    assert f"regel 1 tot en met 2, regel 8 tot en met {eind} hoort er niet bij" in zin
    assert bewijs.controleer(bewijs.huishouden(van=1)).dicht == []


def test_without_an_earlier_head_it_says_so(bewijs: Bewijs) -> None:
    uitslag = controleer(bewijs.persoon(), bewijs.sleutel)
    assert uitslag.fout == []
    assert any("geen eerdere kop" in zin for zin in uitslag.ontbreekt)


def test_taking_it_along_is_on_the_record(bewijs: Bewijs) -> None:
    before = bewijs.huis.regels()
    bewijs.persoon()
    bewijs.huishouden(van=1, tot=2)
    with bewijs.huis.consent.database.read() as tx:
        soorten = tx.execute(
            logregels.select().where(logregels.c.nr > before).order_by(logregels.c.nr)
        ).all()
    huis = bewijs.huis
    assert [row.soort for row in soorten[:3]] == ["handeling", "loginzage", "handeling"]
    assert soorten[1].persoon == huis.anna
    # Of a household everybody alike, also of whom the two rows say nothing.
    assert {row.persoon for row in soorten[3:]} == {huis.anna, huis.bert, huis.kees}


def test_who_may_not_gets_nothing(bewijs: Bewijs) -> None:
    huis = bewijs.huis
    for wie, pad in (
        ("bert", f"/personen/{huis.anna}"), ("ellen", f"/personen/{huis.anna}"),
        ("joris", f"/personen/{huis.anna}"), ("anna", f"/huishoudens/{huis.id}"),
        ("ellen", f"/huishoudens/{huis.id}"),
    ):  # fmt: skip
        antwoord = huis.stad.vraag("GET", wie, f"{pad}/inzagen/uitvoer")
        assert antwoord.status_code == 404, (wie, pad)


# What somebody who makes exports could try.


def _zonder(uitvoer: Any, bewijs: Bewijs) -> Any:
    """Leave a row of the household out, with a real proof of what remains."""
    weg = next(
        one["nr"] for one in uitvoer["regels"][1:-1] if "waarde" in one["delen"].get("wie", {})
    )
    uitvoer["regels"] = [one for one in uitvoer["regels"] if one["nr"] != weg]
    return met_bewijs(uitvoer, bewijs)


def _dicht(uitvoer: Any, bewijs: Bewijs) -> Any:
    """Keep back a part of a row of the household."""
    row = next(one for one in uitvoer["regels"] if "waarde" in one["delen"].get("wie", {}))
    nr = row["nr"]
    with bewijs.huis.consent.database.read() as tx:
        (read,) = bewijs.huis.consent.logboek.read(
            tx, logregels.select().where(logregels.c.nr == nr)
        )
    plaats = uitvoer["regels"].index(row)
    uitvoer["regels"][plaats] = regel(read, set(row["delen"]) - {"wie"})
    return uitvoer


def _elders(uitvoer: Any, bewijs: Bewijs) -> Any:
    """Keep back which household a row of it is about."""
    row = next(one for one in uitvoer["regels"] if "waarde" in one["delen"].get("wie", {}))
    row["delen"] = {
        naam: {"verbintenis": verbintenis_van(deel)} for naam, deel in row["delen"].items()
    }
    return uitvoer


@pytest.mark.parametrize(("hoe", "zin"), [
    (_zonder, "regels weggelaten: regel "), (_dicht, "is weggelaten: wie"),
    (_elders, "bij welk huishouden"),
])  # fmt: skip
def test_an_export_that_hides_a_row_of_the_household_is_refused(
    bewijs: Bewijs, hoe: Callable[[Any, Bewijs], Any], zin: str
) -> None:
    uitslag = bewijs.controleer(hoe(bewijs.huishouden(), bewijs))
    assert any(zin in fout for fout in uitslag.fout), uitslag
    assert uitslag.bewezen == uitslag.regels == []


def test_a_log_that_was_put_back_is_noticed_by_who_kept_a_head(bewijs: Bewijs) -> None:
    uitvoer, later = bewijs.persoon(), bewijs.checkpoint()
    oud = {**uitvoer, "kop": "\n".join(bewijs.eerder[0].split("\n")[:5]) + "\n", "samenhang": {}}
    eerste = [one for one in uitvoer["regels"] if one["nr"] <= bewijs.grootte]
    oud = met_bewijs({**oud, "regels": eerste}, bewijs)
    assert controleer(oud, bewijs.sleutel).fout == []
    uitslag = controleer(oud, bewijs.sleutel, [later])
    assert any("teruggezet" in zin for zin in uitslag.fout)


def test_random_tampering_is_never_accepted(bewijs: Bewijs) -> None:
    """Flip, remove, repeat, exchange, cut, add, another head: each noticed, and none accepted."""
    dice = random.Random(6962)
    persoon = bewijs.persoon()
    persoon["regels"] = [one for one in persoon["regels"] if one["nr"] >= bewijs.begin][:4]
    huishouden = bewijs.huishouden(van=bewijs.begin, tot=bewijs.begin + 3)
    ander = "\n".join(bewijs.eerder[0].split("\n")[:5]) + "\n"
    accepted = tried = 0
    for uitvoer in (met_bewijs(persoon, bewijs), huishouden):
        whole = bewijs.controleer(uitvoer)
        assert whole.fout == []
        text, plaatsen = json.dumps(uitvoer), list(_plaatsen(uitvoer))
        for _ in range(GEKNOEI // 2):
            changed = _geknoei(dice, json.loads(text), plaatsen, ander)
            if changed == uitvoer and json.dumps(changed) == text:
                continue
            tried += 1
            uitslag = bewijs.controleer(changed)
            same = (uitslag.dicht, uitslag.ontbreekt) == (whole.dicht, whole.ontbreekt)
            accepted += not uitslag.fout and same
    assert tried > 0.99 * GEKNOEI
    assert accepted == 0


def _geknoei(dice: random.Random, uitvoer: Any, plaatsen: Sequence[Any], ander: str) -> Any:
    kind = dice.randrange(12)
    regels = uitvoer["regels"]
    if kind == 0:
        uitvoer["kop"] = ander
    elif kind == 1:
        del regels[dice.randrange(len(regels))]
    elif kind == 2:
        regels.insert(dice.randrange(len(regels)), copy.deepcopy(dice.choice(regels)))
    elif kind == 3:
        een, twee = dice.sample(range(len(regels)), 2)
        regels[een], regels[twee] = regels[twee], regels[een]
    elif kind == 4:  # parts of two rows change places
        een, twee = dice.sample(regels, 2)
        naam = dice.choice(sorted(set(een["delen"]) & set(twee["delen"])))
        een["delen"][naam], twee["delen"][naam] = twee["delen"][naam], een["delen"][naam]
    elif kind == 5:
        uitvoer["regels"] = regels[: dice.randrange(len(regels))]
    else:  # anything, anywhere
        *weg, naam = dice.choice(plaatsen)
        waar = uitvoer
        for stap in weg:
            waar = waar[stap]
        waar[naam] = _anders(dice, waar[naam])
    return uitvoer


def _plaatsen(value: Any, weg: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for naam in value if isinstance(value, dict) else range(len(value)):
        yield (*weg, naam)
        if isinstance(value[naam], dict | list):
            yield from _plaatsen(value[naam], (*weg, naam))


def _anders(dice: random.Random, value: Any) -> Any:
    if isinstance(value, str) and value:
        at = dice.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ (1 << dice.randrange(6))) + value[at + 1 :]
    if isinstance(value, bool) or value is None or value == "":
        return dice.choice([0, "x", [], {}])
    if isinstance(value, int):
        return dice.choice([value + 1, -value - 1, float(value), str(value), None])
    if isinstance(value, list):
        return dice.choice([value[:-1], [*value, *value[:1], ""], [*value[::-1], 0], {}])
    return dice.choice([
        {**value, "x": 1}, dict(list(value.items())[1:]) if value else {"x": 1}, [*value, 1],
    ])  # fmt: skip


def test_the_program_says_it_in_dutch(
    bewijs: Bewijs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bestand = tmp_path / "uitvoer.json"
    bestand.write_text(json.dumps(bewijs.persoon()))
    sleutel = tmp_path / "sleutel.pub"
    sleutel.write_text(bewijs.sleutel + "\n")
    gevraagd = [
        str(bestand), "--sleutel", str(sleutel), "--kop", str(bewijs.koppen),
        "--getuige", bewijs.getuige, "--regels",
    ]  # fmt: skip
    assert main(gevraagd) == 0
    gezegd = capsys.readouterr().out
    assert gezegd.startswith("Bewezen:\n")
    assert gezegd.endswith("IN ORDE\n")
    assert "Yusuf" in gezegd
    bestand.write_text(bestand.read_text().replace('"nr": ', '"nr": 1', 1))
    assert main(gevraagd) == 1
    assert "NIET IN ORDE" in capsys.readouterr().out
    bestand.write_text('{"vorm": 1, "vorm": 2}')
    assert main(gevraagd) == 2
    assert "dubbel" in capsys.readouterr().err
    bestand.write_text(json.dumps(sluit(bewijs.huishouden(), lambda one: one["nr"] == 5)))
    assert main(gevraagd) == 3


def test_a_witness_that_was_named_must_have_signed(
    bewijs: Bewijs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bestand, zonder = tmp_path / "uitvoer.json", tmp_path / "zonder.kop"
    bestand.write_text(json.dumps(bewijs.persoon()))
    zonder.write_text(bewijs.checkpoint())
    gevraagd = [str(bestand), "--sleutel", bewijs.sleutel, "--getuige", bewijs.getuige]
    alleen, beide = ["--kop", str(zonder)], ["--kop", str(zonder), "--kop", str(bewijs.koppen)]
    for koppen, code in (([], 1), (alleen, 1), (beide, 0)):
        assert main([*gevraagd, *koppen]) == code
        assert ("tekende geen kop mee" in capsys.readouterr().out) == (code == 1)


def test_of_a_witness_the_newest_head_counts_and_without_its_proof_it_says_what_to_ask(
    bewijs: Bewijs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bestand, koppen = tmp_path / "uitvoer.json", tmp_path / "koppen"
    koppen.mkdir()
    for kop in bewijs.koppen.glob("*.kop"):
        (koppen / kop.name).write_text(kop.read_text())
    ouder = (bewijs.map / CHECKPOINT).read_text().replace(f"\n{bewijs.grootte}\n", "\n1\n")
    (koppen / f"{1:012}.kop").write_text(ouder)  # was the witness's own to check
    gevraagd = [str(bestand), "--sleutel", bewijs.sleutel, "--kop", str(koppen)]
    bestand.write_text(json.dumps(bewijs.persoon()))
    assert main(gevraagd) == 0
    uitvoer = bewijs.persoon()
    del uitvoer["samenhang"][str(bewijs.grootte)]
    bestand.write_text(json.dumps(uitvoer))
    capsys.readouterr()
    assert main(gevraagd) == 1
    assert f"?koppen={bewijs.grootte}." in capsys.readouterr().out


def test_what_cannot_be_read_is_one_line_and_no_verdict(
    bewijs: Bewijs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for naam, inhoud in (
        ("goed", json.dumps(bewijs.persoon()).encode()), ("diep", b"[" * 200_000 + b"]" * 200_000),
        ("ruw", b"\xff\xfe\x00"), ("half", b'{"vorm": '), ("lijst", b"[]"),
    ):  # fmt: skip
        (tmp_path / naam).write_bytes(inhoud)
    (tmp_path / "leeg").mkdir()
    for uitvoer, sleutel, *meer in (
        ("diep", bewijs.sleutel), ("ruw", bewijs.sleutel), ("half", bewijs.sleutel),
        ("weg", bewijs.sleutel), ("goed", str(tmp_path / "ruw")), ("goed", "geen sleutel"),
        ("goed", bewijs.getuige), ("goed", bewijs.sleutel, "--getuige", bewijs.sleutel),
        ("goed", bewijs.sleutel, "--kop", str(tmp_path / "leeg")),
        ("goed", bewijs.sleutel, "--kop", str(tmp_path / "half")),
        ("goed", bewijs.sleutel, "--kop", str(tmp_path / "ruw")),
        ("goed", bewijs.sleutel, "--erbij", str(tmp_path / "half")),
        ("goed", bewijs.sleutel, "--erbij", str(tmp_path / "lijst")),
    ):  # fmt: skip
        assert main([str(tmp_path / uitvoer), "--sleutel", sleutel, *meer]) == 2, (uitvoer, meer)
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("Er kon niet worden gecontroleerd: ")
        assert said.err.count("\n") == 1
        assert not re.search(r"Errno|No such|Expecting|line 1|column", said.err)


def test_a_wrong_command_and_a_missing_package_are_told_in_dutch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for gevraagd in ([], ["uitvoer.json"], ["uitvoer.json", "--sleutel", "x", "--anders"]):
        with pytest.raises(SystemExit) as eind:
            main(gevraagd)
        said = capsys.readouterr()
        assert (eind.value.code, said.out) == (2, "")
        assert said.err.startswith("Er kon niet worden gecontroleerd: de opdracht klopt niet.")
        assert said.err.count("\n") == 1
    with pytest.raises(SystemExit) as eind:
        main(["--help"])
    assert eind.value.code == 0
    uitleg = capsys.readouterr().out
    assert not re.search(r"usage|options|arguments|show this", uitleg)
    kaal = [sys.executable, "-I", "-S", str(BESTAND), "--help"]  # -S: no packages
    done = subprocess.run(kaal, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pakket cryptography ontbreekt" in done.stderr


def test_a_screen_that_knows_few_characters_gets_the_verdict(
    bewijs: Bewijs, tmp_path: Path
) -> None:
    (tmp_path / "u.json").write_text(json.dumps(bewijs.persoon()))
    getuige = KeyFile(tmp_path / "getuige", "getuige.example/één", WITNESS, create=True).verifier
    done = subprocess.run(
        [sys.executable, str(BESTAND), "u.json", "--sleutel", bewijs.sleutel,
         "--getuige", str(getuige)],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        env={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "\\xe9\\xe9n tekende geen kop mee" in done.stdout


def test_it_is_one_file_that_needs_nothing_of_samenplan_and_no_network(
    bewijs: Bewijs, tmp_path: Path
) -> None:
    tree = ast.parse(BESTAND.read_text())
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names == {"cryptography"}
    assert names.isdisjoint({"socket", "urllib", "http", "ssl", "asyncio"})
    alleen = tmp_path / "controleer_logboek.py"
    alleen.write_text(BESTAND.read_text())
    (tmp_path / "u.json").write_text(json.dumps(bewijs.huishouden()))
    done = subprocess.run(
        [sys.executable, "-I", str(alleen), "u.json", "--sleutel", bewijs.sleutel],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "Alle regels van 1 tot en met" in done.stdout


def test_heads_one_below_the_other_are_told_apart(bewijs: Bewijs) -> None:
    koppen = [bewijs.eerder[0], bewijs.checkpoint()]
    assert splits_koppen("".join(koppen)) == koppen
    assert splits_koppen("\n\n".join(koppen))[0].strip() == koppen[0].strip()
    assert splits_koppen("") == []
