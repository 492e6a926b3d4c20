"""The signed log as outsiders meet it: heads over HTTP, a witness, the commands, the alarm."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from typer.testing import CliRunner, Result

from app.__main__ import cli
from app.front import _openbaar
from infra.getuige import LogbookGoneError, RemoteLog, Witness
from infra.koppen import WITNESS, HeadRefusedError, KeyFile, read
from infra.logbook import LogDamagedError, logregels
from infra.volgorde import CHECKPOINT
from tests.consent.huis import Huis
from tests.system.stad import Uur, stad


class Later(Uur):
    """A clock that can be put on."""

    verder = timedelta()

    def __call__(self) -> Any:
        return super().__call__() + self.verder


@pytest.fixture
def uur() -> Later:
    return Later()


@pytest.fixture
def huis(tmp_path: Path, uur: Later) -> Iterator[Huis]:
    with stad(tmp_path / "stad", uur) as made:
        yield Huis(made)


def teken(huis: Huis) -> int:
    (sequencer,) = huis.stad.world.volgorde.consumers
    return sequencer.step()


def commando(huis: Huis, *woorden: str) -> Result:
    data = str(huis.stad.world.settings.data)
    return CliRunner().invoke(cli, ["logboek", *woorden, "--data", data])


def test_heads_and_proofs_are_read_without_signing_in(huis: Huis, tmp_path: Path) -> None:
    weg = huis.stad.vraag("GET", None, "/logboek/9999/checkpoint")
    assert (weg.status_code, weg.json()["code"]) == (409, "nog-geen-kop")
    teken(huis)
    kop = huis.stad.vraag("GET", None, "/logboek/9999/checkpoint")
    assert kop.headers["Content-Type"].startswith("text/plain")
    verifier = huis.consent.uitgegeven.verifier  # type: ignore[union-attr]
    assert read(kop.text, verifier).size == huis.regels()
    for pad in (
        "/logboek/9998/checkpoint", "/logboek/9999/samenhang?van=5&tot=4",
        "/logboek/9999/samenhang?van=1&tot=99999", "/logboek/9998/samenhang?van=1&tot=2",
    ):  # fmt: skip
        assert huis.stad.vraag("GET", None, pad).status_code == 404, pad
    for pad in ("/logboek/9999/samenhang", "/logboek/9999/samenhang?van=-1&tot=x"):
        assert huis.stad.vraag("GET", None, pad).status_code == 400, pad


def test_a_witness_follows_over_http_and_refuses_a_log_that_was_put_back(
    huis: Huis, tmp_path: Path
) -> None:
    verifier = huis.consent.uitgegeven.verifier if teken(huis) and huis.consent.uitgegeven else None
    assert verifier is not None
    key = KeyFile(tmp_path / "sleutel", "getuige.example/fg", WITNESS, create=True)
    getuige = Witness(tmp_path / "koppen", verifier, key, huis.stad.uur)
    log = RemoteLog(huis.stad.client, "/v1/logboek/9999")
    eerste = getuige.look(log)
    oud = (huis.stad.world.settings.log_folder("9999") / CHECKPOINT).read_bytes()
    huis.vraag("yusuf", huis.kid(huis.anna))
    teken(huis)
    assert getuige.look(log).size > eerste.size
    (huis.stad.world.settings.log_folder("9999") / CHECKPOINT).write_bytes(oud)
    with pytest.raises(HeadRefusedError, match="teruggezet"):
        getuige.look(log)
    with pytest.raises(LogbookGoneError):
        getuige.look(RemoteLog(huis.stad.client, "/v1/logboek/9998"))


def test_commands_say_whether_the_log_is_whole(huis: Huis, tmp_path: Path) -> None:
    teken(huis)
    goed = commando(huis, "narekenen")
    assert goed.exit_code == 0, goed.output
    assert f"{huis.regels()} regels in de boom, 1 koppen kloppen." in goed.output
    sleutel = commando(huis, "sleutel").output.strip()
    assert sleutel == str(huis.consent.uitgegeven.verifier)  # type: ignore[union-attr]
    huis.vraag("yusuf", huis.kid(huis.anna))
    assert "wachten nog op een kop" in commando(huis, "narekenen", "--sleutel", sleutel).output
    with huis.consent.database.write() as tx:
        tx.execute(update(logregels).where(logregels.c.nr == 3).values(verbintenis=bytes(32)))
    fout = commando(huis, "narekenen")
    assert fout.exit_code == 9
    assert "het logboek klopt niet: de regels passen niet bij de tegels" in fout.stderr
    kopie = shutil.copytree(huis.stad.world.settings.data, tmp_path / "kopie")  # nobody works in it
    dicht = CliRunner().invoke(cli, ["logboek", "controleer", "--data", str(kopie)])
    assert dicht.exit_code == 9
    assert "logregel 3" in dicht.stderr


def test_a_log_that_does_not_fit_closes_reading_until_it_is_repaired(huis: Huis) -> None:
    teken(huis)
    dossier = f"/dossiers/{huis.id}"
    assert huis.stad.vraag("GET", "ellen", dossier).status_code == 200
    with huis.consent.database.write() as tx:
        weg = [row._asdict() for row in tx.execute(select(logregels).where(logregels.c.nr > 3))]
        tx.execute(delete(logregels).where(logregels.c.nr > 3))
    with pytest.raises(LogDamagedError):
        teken(huis)
    dicht = huis.stad.vraag("GET", "ellen", dossier)
    assert (dicht.status_code, dicht.json()["code"]) == (503, "logboek-dicht")
    assert "klopt niet meer" in dicht.json()["detail"]
    fout = commando(huis, "narekenen")
    assert fout.exit_code == 9
    with huis.consent.database.write() as tx:
        tx.execute(insert(logregels), weg)
    teken(huis)
    assert huis.stad.vraag("GET", "ellen", dossier).status_code == 200


def test_the_key_of_another_log_proves_nothing(huis: Huis, tmp_path: Path) -> None:
    teken(huis)
    ander = KeyFile(tmp_path / "ander", "samenplan/9999/logboek", create=True).verifier
    assert commando(huis, "narekenen", "--sleutel", str(ander)).exit_code == 9


def test_rows_that_nobody_signs_are_an_alarm(huis: Huis, uur: Later) -> None:
    teken(huis)
    assert huis.stad.world.health().body["status"] == "goed"
    huis.vraag("yusuf", huis.kid(huis.anna))
    assert huis.stad.world.health().body["status"] == "goed"
    Later.verder = timedelta(seconds=61)
    try:
        assert huis.stad.world.health().body["status"] == "aandacht"
        teken(huis)
        assert huis.stad.world.health().body["status"] == "goed"
    finally:
        Later.verder = timedelta()


@pytest.mark.parametrize(("pad", "gemeente"), [
    ("/v1/logboek/9998/checkpoint", "9998"), ("/v1/logboek/9998/sleutel", "9998"),
    ("/v1/logboek/9998/samenhang", "9998"),
    ("/v1/logboek/9998/lezen", ""), ("/v1/logboek/99980/checkpoint", ""),
    ("/v1/logboek/9998/checkpoint/meer", ""), ("/v1/dossiers", ""),
])  # fmt: skip
def test_only_heads_are_for_everybody(pad: str, gemeente: str) -> None:
    assert _openbaar(pad) == gemeente
