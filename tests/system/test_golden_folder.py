"""A data folder of every released version opens in this one and shows the same dossier."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from events.base import Sealed
from tests.system.golden import GOLDEN, gezien
from tests.system.stad import Uur, stad

VERSIES = sorted(path.name.removesuffix(".tar.gz") for path in GOLDEN.glob("*.tar.gz"))
WOORDEN = ("leden", "netwerk", "regie", "notities", "plan", "verkenning", "informatie")


def unpacked(name: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    with tarfile.open(GOLDEN / f"{name}.tar.gz") as tar:
        tar.extractall(folder, filter="data")
    (folder / "sleutels.json").chmod(0o600)
    return folder, json.loads((GOLDEN / f"{name}.json").read_text())


def test_there_is_one_and_it_is_small() -> None:
    assert "v1" in VERSIES
    for name in VERSIES:
        assert (GOLDEN / f"{name}.tar.gz").stat().st_size < 1_000_000


@pytest.mark.parametrize("name", VERSIES)
def test_it_opens_and_shows_the_same(name: str, tmp_path: Path) -> None:
    data, expected = unpacked(name, tmp_path)
    with stad(data, Uur()) as s:
        s.world.worker.drain()
        for wie, before in expected["gezien"].items():
            now = gezien(s, wie, expected["huishouden"])
            # Later versions may show more and explain better; what was recorded stays.
            for part in WOORDEN:
                assert _holds(now[part], before[part]), (wie, part)
        assert expected["gezien"]["ellen"] != expected["gezien"]["yusuf"]


@pytest.mark.parametrize("name", VERSIES)
def test_a_rebuild_from_its_log_gives_the_same(name: str, tmp_path: Path) -> None:
    data, expected = unpacked(name, tmp_path)
    with stad(data, Uur()) as s:
        before = gezien(s, "ellen", expected["huishouden"])
        s.world.view.rebuild()
        assert gezien(s, "ellen", expected["huishouden"]) == before
        with s.world.consent.database.read() as tx:
            assert s.world.consent.logboek.verify(tx) > 50


@pytest.mark.parametrize("name", VERSIES)
def test_it_can_be_worked_on(name: str, tmp_path: Path) -> None:
    data, expected = unpacked(name, tmp_path)
    with stad(data, Uur()) as s:
        s.doe("ellen", f"/huishoudens/{expected['huishouden']}/netwerk",
              {"naam": "Nieuwe buur", "kanHelpenMet": "boodschappen"})  # fmt: skip
        netwerk = s.dossier("ellen", expected["huishouden"])["netwerk"]
        assert "Nieuwe buur" in [one["persoonsnaam"] for one in netwerk]
        assert {"gewist": True} in [one["persoonsnaam"] for one in netwerk]
        facts = [fact for _, fact in s.world.intake.store.envelopes(0, 10_000)]
        assert all(isinstance(fact.verantwoording, Sealed) for fact in facts)


def _holds(now: Any, before: Any) -> bool:
    """Whether everything that was there is still there; a name may have come beside it."""
    if isinstance(before, dict):
        return isinstance(now, dict) and all(
            name in now and _holds(now[name], part)
            for name, part in before.items()
            if name != "waarom"  # names of rules may change with the rule set
        )
    if isinstance(before, list):
        return len(now) == len(before) and all(map(_holds, now, before))
    return bool(now == before)
