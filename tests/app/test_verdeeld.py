"""What an operator can do wrong with the commands of the distributed mode: each is one Dutch
sentence on standard error, with an exit code of its own and never a traceback."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import cli
from infra.geheimen import DIENSTEN, maak

DICHT = "postgresql://127.0.0.1:1/samenplan"
"""Nobody listens there."""


@pytest.fixture(scope="module")
def gemaakt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Secrets of a cluster of one gemeente."""
    folder = tmp_path_factory.mktemp("geheimen")
    maak(folder, ["9999"])
    return folder


@pytest.fixture
def geheimen(gemaakt: Path, tmp_path: Path) -> Path:
    """The same, to damage."""
    return Path(shutil.copytree(gemaakt, tmp_path / "geheimen"))


def run(*words: str | Path, **settings: str | Path) -> Result:
    """A command with these settings and no others; said on standard error is what it says."""
    environment = {f"SAMENPLAN_{name.upper()}": str(value) for name, value in settings.items()}
    return CliRunner().invoke(cli, [str(word) for word in words], env=environment)


def stops(code: int, sentence: str, *words: str | Path, **settings: str | Path) -> None:
    said = run(*words, **settings)
    assert (said.exit_code, said.stderr, said.stdout) == (code, f"{sentence}\n", ""), said


@pytest.fixture(autouse=True)
def _no_other_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SAMENPLAN_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


ALLE = [(dienst, rol) for dienst in DIENSTEN for rol in ("api", "worker")] + [
    (dienst, rol) for dienst in DIENSTEN if dienst != "portal" for rol in ("relay", "herstel")
] + [("portal", "herbouw"), ("consent", "sleutels"), ("consent", "controle")]  # fmt: skip


@pytest.mark.parametrize("words", ALLE, ids=" ".join)
def test_every_command_says_which_setting_is_missing(
    words: tuple[str, str], geheimen: Path
) -> None:
    own = geheimen / words[0]
    said = "De instelling klopt niet: SAMENPLAN_{} ontbreekt."
    stops(2, said.format("GEHEIMEN"), *words)
    stops(2, said.format("DATABASE"), *words, geheimen=own)
    stops(2, said.format("GEMEENTEN"), *words, geheimen=own, database=DICHT)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("database", "postgresql://ik:geheim@127.0.0.1/samenplan",
         "SAMENPLAN_DATABASE heeft geen geldige waarde"),
        ("database", "sqlite:///x", "SAMENPLAN_DATABASE heeft geen geldige waarde"),
        ("gemeenten", "Duinstad", "SAMENPLAN_GEMEENTEN is een lijst van codes van vier cijfers"),
        ("gemeenten", "9999,", "SAMENPLAN_GEMEENTEN is een lijst van codes van vier cijfers"),
        ("beheerpoort", "veel", "SAMENPLAN_BEHEERPOORT heeft geen geldige waarde"),
        ("exemplaar", "1/2", "SAMENPLAN_EXEMPLAAR heeft geen geldige waarde"),
        ("kafak", "127.0.0.1:1", "SAMENPLAN_KAFAK bestaat niet"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", [("plan", "worker"), ("migreer",), ("gezond",)], ids=" ".join)
def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(
    words: tuple[str, ...], setting: str, value: str, said: str, geheimen: Path
) -> None:
    given: dict[str, str | Path] = {
        "geheimen": geheimen / "plan", "database": DICHT, "gemeenten": "9999",
    }  # fmt: skip
    stops(2, f"De instelling klopt niet: {said}.", *words, **(given | {setting: value}))


def test_a_folder_that_is_not_that_of_the_service_is_refused(geheimen: Path) -> None:
    given = {"database": DICHT, "gemeenten": "9999"}
    stops(
        6, "Samenplan start niet: de geheimen in plan zijn niet die van intake.",
        "intake", "relay", geheimen=geheimen / "plan", **given,
    )  # fmt: skip
    said = run("intake", "relay", geheimen=geheimen / "weg", **given)
    assert (said.exit_code, said.stderr.count("\n")) == (6, 1), said.stderr


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *((name, how) for name in ("wortel", "gedeeld", "database")
          for how in ("weg", "leeg", "leesbaar")),
        ("tls.key", "weg"), ("tls.key", "leesbaar"),  # what is in it is read when it is shown
    ],
)  # fmt: skip
def test_a_damaged_secret_is_named_and_not_shown(name: str, damage: str, geheimen: Path) -> None:
    secret = geheimen / "plan" / name
    content = secret.read_text()
    if damage == "weg":
        secret.unlink()
    elif damage == "leeg":
        secret.write_text("")
    else:
        secret.chmod(0o644)
    said = run(
        "plan", "herstel", geheimen=geheimen / "plan", database=DICHT, gemeenten="9999",
        kafka="127.0.0.1:1",
    )  # fmt: skip
    assert said.exit_code == 6, said
    assert said.stderr.startswith("Samenplan start niet: "), said.stderr
    assert said.stderr.count("\n") == 1
    assert name in said.stderr or "certificaat" in said.stderr
    assert content not in said.stderr


@pytest.mark.parametrize(
    "vanaf", ["9999", "9998:0", "9999:-1", "9999:x", ":", "9999:1:2", "9999:²"]
)
def test_the_relay_says_from_where_it_can_go_back_to(vanaf: str, geheimen: Path) -> None:
    stops(
        2, "De instelling klopt niet: --vanaf is GEMEENTE:POSITIE.", "plan", "relay",
        f"--vanaf={vanaf}", geheimen=geheimen / "plan", database=DICHT, gemeenten="9999",
    )  # fmt: skip


@pytest.mark.parametrize("gemeenten", ["", "9999,", "99999", "duin", "9999;9998", "٩٩٩٩"])
def test_secrets_are_made_for_codes_of_gemeenten_only(gemeenten: str, tmp_path: Path) -> None:
    stops(
        2, "De gemeenten zijn codes van vier cijfers, met komma's ertussen.",
        "geheimen", tmp_path / "nieuw", f"--gemeenten={gemeenten}",
    )  # fmt: skip
    assert not (tmp_path / "nieuw").exists()


def test_secrets_that_are_there_stay(geheimen: Path) -> None:
    before = {path: path.read_bytes() for path in geheimen.rglob("*") if path.is_file()}
    said = run("geheimen", geheimen, "--gemeenten=9999")
    assert (said.exit_code, said.stdout) == (0, f"Er was al alles in {geheimen.resolve()}.\n")
    assert {path: path.read_bytes() for path in geheimen.rglob("*") if path.is_file()} == before


def test_who_is_not_there_is_not_well() -> None:
    said = run("gezond", beheerpoort="1")
    assert said.exit_code == 1
    assert said.stderr == ""
    stops(2, "De instelling klopt niet: SAMENPLAN_BEHEERPOORT ontbreekt.", "gezond")


@pytest.mark.parametrize(
    "words", [("migreer",), ("plan", "herstel"), ("consent", "controle"), ("portal", "herbouw"),
              ("plan", "relay", "--vanaf=9999:0")], ids=" ".join,
)  # fmt: skip
def test_a_server_that_is_away_is_one_sentence(words: tuple[str, ...], geheimen: Path) -> None:
    """Commands that end do not wait for what is not there."""
    own = geheimen if words == ("migreer",) else geheimen / words[0]
    said = run(*words, geheimen=own, database=DICHT, gemeenten="9999", kafka="127.0.0.1:1")
    assert isinstance(said.exception, SystemExit), said.exception
    assert said.exit_code == 8, said
    away = "Samenplan kan de database niet bereiken.\n"
    assert said.stderr == away or words == ("migreer",), said.stderr
    assert said.stderr.count("\n") == 1
