"""What does not continue the log: put back, changed, forked. Not signed, not called whole, and
nothing is read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, update

from infra.database import Database
from infra.koppen import Head, HeadRefusedError, KeyFile, note, origin
from infra.logbook import (
    LogboekDicht,
    LogDamagedError,
    Regel,
    logkoppen,
    logregels,
)
from infra.narekenen import recompute
from infra.tegels import Tree
from infra.volgorde import (
    CHECKPOINT,
    REFUSED,
    readable,
    stored_head,
)
from tests.infra.boek import Boek
from tests.infra.world import GEMEENTE, NU


@pytest.fixture
def boek(database: Database, tmp_path: Path) -> Boek:
    return Boek(database, tmp_path)


def _spoil(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def _forget_a_row(boek: Boek) -> None:
    with boek.database.write() as tx:
        tx.execute(delete(logregels).where(logregels.c.nr == 301))


def _change_a_row_and_lose_the_tiles(boek: Boek) -> None:
    with boek.database.write() as tx:
        tx.execute(update(logregels).where(logregels.c.nr == 7).values(verbintenis=bytes(32)))
    shutil.rmtree(boek.tiles / "tile")


def _shorten(boek: Boek) -> None:
    """Put the database back to a moment before the last head, with a real head of then."""
    with boek.database.write() as tx:
        tx.execute(delete(logregels).where(logregels.c.nr > 200))
        tx.execute(delete(logkoppen))
        head = Head(origin(GEMEENTE), 200, Tree(boek.tiles, 200).root())
        signed = note(head, [boek.key.signer().sign(head.text)])
        tx.execute(logkoppen.insert().values(dag="2026-03-01", grootte=200, kop=signed))


def _without_checkpoint(boek: Boek) -> None:
    """As before, and nobody knows of the later head: but the tiles have its rows."""
    _shorten(boek)
    (boek.tiles / CHECKPOINT).unlink()


def _another_way(boek: Boek) -> None:
    """And since then as many rows, and more, that are others."""
    _without_checkpoint(boek)
    boek.write(150)


def _without_the_end(boek: Boek) -> None:
    with boek.database.write() as tx:
        tx.execute(delete(logregels).where(logregels.c.nr > 299))


def _fake_head(boek: Boek) -> None:
    other = KeyFile(boek.folder / "ander", origin(GEMEENTE), create=True).signer()
    head = boek.head()
    with boek.database.write() as tx:
        tx.execute(update(logkoppen).values(kop=note(head, [other.sign(head.text)])))


def _other_history(boek: Boek) -> None:
    """As if the machine had signed another tree of the same size."""
    head = Head(origin(GEMEENTE), 300, bytes(32))
    signed = note(head, [boek.key.signer().sign(head.text)])
    (boek.tiles / CHECKPOINT).write_text(signed)


WRONG: dict[str, tuple[Callable[[Boek], Any], str]] = {
    "tile changed": (lambda boek: _spoil(boek.tiles / "tile/0/001.p/44"), "tegels passen niet"),
    "full tile's hash changed": (
        lambda boek: _spoil(boek.tiles / "tile/1/000.p/1"), "tegels passen niet",
    ),
    "row removed": (_forget_a_row, "ontbreekt"),
    "row changed, tiles lost": (_change_a_row_and_lose_the_tiles, "regels passen niet"),
    "put back": (_shorten, "uitgegeven die het logboek niet kent"),
    "put back, checkpoint gone": (_without_checkpoint, "tegels hebben 300 regels"),
    "put back, checkpoint gone, other rows": (_another_way, "tegels hebben 300 regels"),
    "last rows removed": (_without_the_end, "regels weg die waren ondertekend"),
    "head of another key": (_fake_head, "handtekening|niet ondertekend"),
    "another history": (_other_history, "uitgegeven die het logboek niet kent"),
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_what_does_not_continue_the_log_is_not_signed(boek: Boek, how: str) -> None:
    for size in (200, 100):
        boek.write(size)
        boek.sequencer.step()
    boek.write(3)
    tamper, said = WRONG[how]
    tamper(boek)
    with boek.database.read() as tx:
        before = stored_head(tx)
    for sequencer in (boek.sequencer, boek.another()):
        with pytest.raises((HeadRefusedError, LogDamagedError), match=said):
            sequencer.step()
    with boek.database.read() as tx:
        assert stored_head(tx) == before


@pytest.mark.parametrize("how", [_shorten, _without_checkpoint, _another_way, _without_the_end])
def test_a_log_that_was_put_back_is_not_whole(boek: Boek, how: Callable[[Boek], None]) -> None:
    for size in (200, 100):
        boek.write(size)
        boek.sequencer.step()
    key = boek.key.verifier
    assert recompute(boek.database, boek.tiles, key) == (300, 0, 1)
    how(boek)
    with pytest.raises((HeadRefusedError, LogDamagedError)):
        recompute(boek.database, boek.tiles, key)


def test_as_long_as_the_log_is_refused_nothing_is_read(boek: Boek) -> None:
    """Recording goes on; once it is repaired, reading does too. Without the folder it begins anew
    from the rows: the documented step after a restore."""
    boek.log.tekent = readable(boek.tiles, boek.key)
    boek.write(200)
    boek.sequencer.step()
    boek.write(100)
    boek.sequencer.step()
    tile = boek.tiles / "tile/0/001.p/44"
    whole = tile.read_bytes()
    tile.write_bytes(bytes(len(whole)))
    boek.write(1)  # nobody looked yet
    with pytest.raises(HeadRefusedError):
        boek.another().step()
    assert "tegels" in (boek.tiles / REFUSED).read_text()
    with pytest.raises(LogboekDicht):
        boek.write(1)
    with boek.database.write() as tx:
        boek.log.write(tx, NU, [Regel("vastlegging", uuid4(), {})], opent=False)
    tile.write_bytes(whole)
    assert boek.sequencer.step() == 2
    boek.write(1)
    _shorten(boek)
    with pytest.raises(HeadRefusedError):
        boek.sequencer.step()
    shutil.move(boek.tiles, boek.folder / "bewijs")
    assert boek.sequencer.step() == 0
    boek.write(3)
    assert boek.sequencer.step() == 3
    boek.whole()
