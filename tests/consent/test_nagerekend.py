"""The whole log is computed anew every day: damage of long ago is found, told, and stops nobody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from infra.logbook import logregels
from infra.narekenen import in_slices, recompute
from services.consent.log.nagerekend import TAAK, Narekening
from tests.consent.huis import Huis


@pytest.fixture
def narekening(huis: Huis) -> Narekening:
    """Of a log that is signed, in slices of two rows and without a pause."""
    huis.vraag("yusuf", huis.kid(huis.anna, huis.bert))
    huis.teken()
    consent = huis.consent
    return Narekening(
        consent.database, consent.taken, huis.stad.uur, lambda: consent.uitgegeven,
        slice_=2, pause=0,
    )  # fmt: skip


def reken(narekening: Narekening) -> int:
    """A day's work; in how many slices."""
    slices = 1
    while narekening.step():
        slices += 1
    return slices


def taken(huis: Huis) -> list[dict[str, Any]]:
    gezien = huis.stad.zie("joris", "/taken")["taken"]
    return [taak for taak in gezien if taak["soort"] == TAAK]


def breek(huis: Huis) -> bytes:
    """Another hash in a tile from long ago; what was there."""
    path = huis.consent.uitgegeven.folder / "tile" / "0"  # type: ignore[union-attr]
    tile = next(one for one in sorted(path.rglob("*")) if one.is_file())
    was = tile.read_bytes()
    tile.write_bytes(bytes([was[0] ^ 1]) + was[1:])
    return was


def heel(huis: Huis, was: bytes) -> None:
    path = huis.consent.uitgegeven.folder / "tile" / "0"  # type: ignore[union-attr]
    next(one for one in sorted(path.rglob("*")) if one.is_file()).write_bytes(was)


def test_once_a_day_in_slices_and_what_fits_is_told(huis: Huis, narekening: Narekening) -> None:
    assert huis.stad.zie("joris", "/logboek/volledigheid")["nagerekend"] is None
    size = huis.consent.uitgegeven.head().size  # type: ignore[union-attr]
    assert reken(narekening) > size // 2
    gezien = huis.stad.zie("femke", "/logboek/volledigheid")["nagerekend"]
    assert gezien == {"dag": "2026-03-02", "regels": size, "fout": None}
    assert narekening.step() == 0  # done for today
    assert (narekening.open(), taken(huis)) == (0, [])
    huis.stad.uur.nu = huis.stad.uur.nu.replace(day=3)
    assert narekening.step() == 1


def test_damage_is_a_task_a_figure_and_no_reason_to_stop(
    huis: Huis, narekening: Narekening
) -> None:
    was = breek(huis)
    reken(narekening)
    (taak,) = taken(huis)
    world = huis.stad.world
    assert huis.stad.zie("joris", "/logboek/volledigheid")["nagerekend"]["fout"]
    assert (world.health().body["status"], world.health().body["logschade"]) == ("aandacht", 1)
    assert world.health().code == 200
    assert b'samenplan_logboek_schade{gemeente="9999"} 1.0' in world.metrics().text()[1]
    assert huis.vraag("yusuf", kid := huis.kid(huis.anna)).keys.keys() == {kid}  # who reads, reads

    def morgen() -> None:
        huis.stad._tokens.clear()
        huis.stad.uur.nu = huis.stad.uur.nu.replace(day=huis.stad.uur.nu.day + 1)
        reken(narekening)

    morgen()
    assert [een["id"] for een in taken(huis)] == [taak["id"]]  # one is enough
    huis.stad.doe("joris", f"/taken/{taak['id']}/afhandeling", {"uitkomst": "Is hersteld."})
    morgen()
    (nieuw,) = taken(huis)  # said to be settled, and still so
    assert nieuw["id"] != taak["id"]
    heel(huis, was)
    morgen()
    assert (narekening.open(), narekening.cijfers()[1]) == (0, 0)
    assert world.health().body["logschade"] == 0


def test_the_beslisser_and_others_are_not_told(huis: Huis, narekening: Narekening) -> None:
    breek(huis)
    reken(narekening)
    for wie in ("hanna", "ellen", "anna"):
        assert huis.stad.vraag("GET", wie, "/logboek/volledigheid").status_code == 404
        assert not [t for t in huis.stad.zie(wie, "/taken")["taken"] if t["soort"] == TAAK]


def test_a_database_that_is_away_is_no_damage(
    huis: Huis, narekening: Narekening, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert narekening.step() == 1

    def weg(*_: Any) -> Any:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("infra.narekenen._rows", weg)
        with pytest.raises(ConnectionError):
            narekening.step()
    assert narekening.stand() is None
    reken(narekening)  # from the beginning
    stand = narekening.stand()
    assert stand is not None
    assert stand.fout is None


@pytest.mark.parametrize("wat", ["row", "number", "last"])
def test_in_slices_what_is_wrong_is_what_it_is_at_one_go(
    huis: Huis, narekening: Narekening, wat: str
) -> None:
    published, database = huis.consent.uitgegeven, huis.consent.database
    assert published is not None
    with database.write() as tx:
        last = tx.execute(select(func.max(logregels.c.nr))).scalar_one()
        if wat == "row":
            tx.execute(update(logregels).where(logregels.c.nr == 3).values(verbintenis=bytes(32)))
        else:
            nr = 4 if wat == "number" else last
            tx.execute(delete(logregels).where(logregels.c.nr >= nr if wat == "last" else
                                               logregels.c.nr == nr))  # fmt: skip
    said = []
    for how in (
        lambda: recompute(database, published.folder, published.verifier),
        lambda: list(in_slices(database, published.folder, published.verifier, 2)),
    ):
        with pytest.raises(Exception, match="regel") as found:
            how()
        said.append((type(found.value), str(found.value)))
    assert said[0] == said[1]
