"""The real command: it starts, serves, survives kill -9, ends politely, and says what is wrong."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from app.wiring import claim, release
from tests.proces import Server, run

pytestmark = [pytest.mark.servers, pytest.mark.beside]
ELLEN = "11111111-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished demo folder; copy it before changing it."""
    data = tmp_path_factory.mktemp("demo") / "data"
    made = run("demo", "--data", data)
    assert made.returncode == 0, made.stderr
    return data


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "data"))


def test_demo_starts_from_nothing_in_one_screen_and_ends_with_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    with Server("demo", "--start", "--data", data) as server:
        mine = server.get(ELLEN, "/dossiers")
        assert len(mine) >= 5
        memory = server.memory()
        code, out, err = server.end(signal.SIGTERM)
    assert code == 0
    for told in (server.url, str(data), sqlite3.sqlite_version, "één schrijver", "Ellen de Wit"):
        assert told in out
    assert len(out.splitlines()) <= 34, out
    assert all(json.loads(line)["level"] for line in err.splitlines()), err
    with capsys.disabled():
        print(f"\n  resident memory of the demo: {memory} MB")  # noqa: T201


def test_restart_keeps_the_data_and_again_makes_new(data: Path) -> None:
    with Server("demo", "--start", "--data", data) as server:
        before = {h["id"] for h in server.get(ELLEN, "/dossiers")}
        assert server.end(signal.SIGINT)[0] == 0
    with Server("start", "--data", data, SAMENPLAN_DEMO="1") as server:
        assert {h["id"] for h in server.get(ELLEN, "/dossiers")} == before
    with Server("demo", "--opnieuw", "--start", "--data", data) as server:
        after = {h["id"] for h in server.get(ELLEN, "/dossiers")}
    assert len(after) == len(before)
    assert not after & before


def test_without_demo_nobody_signs_in_by_persona(data: Path) -> None:
    with Server("start", "--data", data) as server:
        answer = server.client.post("/v1/sessies", json={"persona": ELLEN})
    assert answer.status_code == 404


def test_kill_in_the_middle_of_writing_loses_nothing_acknowledged(data: Path) -> None:
    with Server("demo", "--start", "--data", data) as server:
        huis = server.get(ELLEN, "/dossiers")[0]
        wie = [lid["id"] for lid in huis["leden"]][:1]
        gesprek = server.post(ELLEN, f"/huishoudens/{huis['id']}/gesprekken", {"deelnemers": wie})
        pad = f"/gesprekken/{gesprek['id']}/notities"
        asked: list[str] = []
        wrong: list[BaseException] = []
        acknowledged: dict[str, dict[str, str]] = {}

        def note(on: Server, sleutel: str) -> dict[str, str]:
            gezien = {"tekst": f"Notitie {sleutel}", "bron": "gezien"}
            body = {"personen": wie, "leefgebied": "wonen", "reden": "proef", "gaatGoed": gezien}
            made: dict[str, str] = on.post(ELLEN, pad, body, sleutel)
            return made

        enough = threading.Event()

        def write_on() -> None:
            while True:
                sleutel = str(uuid4())
                asked.append(sleutel)
                try:
                    acknowledged[sleutel] = note(server, sleutel)
                except httpx.TransportError:
                    return
                except AssertionError as error:
                    wrong.append(error)
                    enough.set()
                    return
                if len(acknowledged) >= 60:
                    enough.set()

        writers = [threading.Thread(target=write_on) for _ in range(4)]
        for writer in writers:
            writer.start()
        assert enough.wait(60)
        assert server.end(signal.SIGKILL)[0] == -signal.SIGKILL
        for writer in writers:
            writer.join()
        assert not wrong, wrong

    with Server("demo", "--start", "--data", data) as server:
        for sleutel, made in acknowledged.items():
            assert note(server, sleutel) == made
        last = [note(server, sleutel) for sleutel in asked][-1]
        dossier = server.get(ELLEN, f"/dossiers/{huis['id']}", naPositie=last["positie"])
    told = [n["gaatGoed"]["tekst"] for n in dossier["notities"] if "gaatGoed" in n]
    mine = sorted(text for text in told if text.startswith("Notitie "))
    assert mine == sorted(f"Notitie {sleutel}" for sleutel in asked)


def test_taken_port_is_told_before_any_data_are_touched(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = run("demo", "--start", "--data", tmp_path / "data", SAMENPLAN_POORT=str(port))
    refused(said, 3, f"Poort {port} is al in gebruik")
    assert not (tmp_path / "data").exists()


def test_second_process_in_the_folder_is_refused(data: Path) -> None:
    claimed = claim(data)
    try:
        for words in (("start",), ("demo",), ("demo", "--opnieuw")):
            refused(run(*words, "--data", data, SAMENPLAN_POORT="1"), 4, "Een ander proces")
    finally:
        release(claimed)
    assert (data / "intake.sqlite").exists()


def _garbage(name: str) -> Callable[[Path], object]:
    return lambda data: (data / name).write_bytes(b"geen database, gewoon tekst\n" * 200)


def _torn(data: Path) -> None:
    """A page in the middle of the file was overwritten."""
    with (data / "intake.sqlite").open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 4096)


def _foreign_keys(data: Path) -> None:
    key = json.loads((data / "sleutels.json").read_text())
    key["wikkel"] = dict.fromkeys(key["wikkel"], "00" * 32)
    (data / "sleutels.json").write_text(json.dumps(key))


@pytest.mark.parametrize(
    ("damage", "code", "sentence"),
    [
        (_garbage("intake.sqlite"), 5, "intake.sqlite is beschadigd"),
        (_garbage("plan.sqlite"), 5, "plan.sqlite is beschadigd"),
        (_garbage("consent.sqlite"), 5, "consent.sqlite is beschadigd"),
        (_garbage("portal.sqlite"), 5, "portal.sqlite is beschadigd"),
        (_torn, 5, "intake.sqlite is beschadigd"),
        (lambda data: (data / "consent.sqlite").unlink(), 5, "consent.sqlite"),
        (lambda data: (data / "plan.sqlite").unlink(), 5, "plan.sqlite"),
        (_garbage("medewerkers.json"), 5, "medewerkersgids medewerkers.json is beschadigd"),
        (lambda data: (data / "sleutels.json").unlink(), 6, "sleutels.json ontbreekt"),
        (_garbage("sleutels.json"), 6, "sleutels.json is beschadigd"),
        (_foreign_keys, 6, "hoort niet bij deze gegevens"),
        (lambda data: (data / "sleutels.json").chmod(0o644), 6, "leesbaar voor anderen"),
    ],
)
def test_damaged_folder_is_told_in_one_sentence(
    data: Path, damage: Callable[[Path], object], code: int, sentence: str
) -> None:
    damage(data)
    refused(run("start", "--data", data, SAMENPLAN_POORT="0" * 4 + "1"), code, sentence)


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (("start",), {"SAMENPLAN_POORT": "abc"}, "SAMENPLAN_POORT heeft geen geldige waarde"),
        (("start", "--poort", "70000"), {}, "SAMENPLAN_POORT heeft geen geldige waarde"),
        (("start",), {"SAMENPLAN_PORT": "8000"}, "SAMENPLAN_PORT bestaat niet"),
        (("demo",), {"SAMENPLAN_PRODUCTIE": "1"}, "gaan niet samen"),
    ],
)
def test_bad_settings_are_told_in_one_sentence(
    tmp_path: Path, words: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    refused(run(*words, "--data", tmp_path / "data", **environment), 2, sentence)
    assert not (tmp_path / "data").exists()


def test_folder_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("een bestand, geen map")
    refused(run("demo", "--data", tmp_path / "data"), 8, "niet gebruiken")


def test_demo_never_touches_what_it_did_not_make(data: Path) -> None:
    (data / "foto.jpg").write_bytes(b"van iemand")
    assert run("demo", "--opnieuw", "--data", data).returncode == 0
    assert (data / "foto.jpg").read_bytes() == b"van iemand"
    (data / "demo").unlink()  # now these could be anybody's data
    before = (data / "intake.sqlite").read_bytes()
    for words in (("demo",), ("demo", "--opnieuw")):
        refused(run(*words, "--data", data), 7, "niet van de demo")
    assert (data / "intake.sqlite").read_bytes() == before


def test_filling_that_was_cut_short_is_made_anew(data: Path) -> None:
    (data / "demo").write_text("wordt gevuld\n")
    (data / "plan.sqlite").unlink()
    assert "staat klaar" in run("demo", "--data", data).stdout
    assert "stond al" in run("demo", "--data", data).stdout


def refused(said: subprocess.CompletedProcess[str], code: int, sentence: str) -> None:
    """Exactly one sentence on standard error, and this exit code."""
    assert said.returncode == code, said.stderr
    assert said.stderr.count("\n") == 1, said.stderr
    assert sentence in said.stderr
