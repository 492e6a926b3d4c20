"""The sequencer: every row in a signed tree, nothing signed that does not continue it, wherever
it was killed."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, event, select, update

from infra import keys, logbook, volgorde
from infra.boom import consistent, leaf_hash, root_by_inclusion
from infra.database import Database
from infra.keys import KeyStore
from infra.koppen import Head, HeadRefusedError, KeyFile, note, origin, read
from infra.logbook import (
    LogboekDicht,
    Logbook,
    LogDamagedError,
    Regel,
    logkoppen,
    logregels,
)
from infra.narekenen import recompute
from infra.provider import FileKeyProvider, KeyFileError
from infra.sqlite import SQLite
from infra.tegels import Tree
from infra.volgorde import (
    CHECKPOINT,
    REFUSED,
    Sequencer,
    Waiting,
    entries,
    last_head,
    readable,
    stored_head,
)
from tests.infra.world import GEMEENTE, NU


class Boek:
    """A log with its sequencer."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        for tables in (keys.tables, logbook.tables):
            database.create(tables)
        store = KeyStore(FileKeyProvider(folder / "sleutels.json", create=True))
        self.log = Logbook(store, GEMEENTE)
        self.key = KeyFile(folder / "log.sleutel", origin(GEMEENTE), create=True)
        self.nu = NU
        self.sequencer = self.another()

    @property
    def tiles(self) -> Path:
        return self.folder / "tegels"

    def another(self) -> Sequencer:
        return Sequencer(self.database, self.tiles, self.key, lambda: self.nu)

    def write(self, rows: int = 1) -> None:
        regels = [Regel("inzage", uuid4(), {"wat": number}) for number in range(rows)]
        with self.database.write() as tx:
            self.log.write(tx, self.nu, regels)

    def rows(self) -> list[bytes]:
        with self.database.read() as tx:
            return list(entries(tx, 0, 1_000_000))

    def head(self) -> Head:
        with self.database.read() as tx:
            return last_head(tx, self.key.verifier)

    def published(self) -> Head | None:
        path = self.tiles / CHECKPOINT
        return read(path.read_text(), self.key.verifier) if path.exists() else None

    def whole(self) -> None:
        """Every row is in the tree of the last head, which is published."""
        head, rows = self.head(), self.rows()
        assert self.published() == head
        assert head.size == len(rows)
        tree = Tree(self.tiles, head.size)
        tree.check()
        assert tree.root() == head.root
        for index in {0, 1, head.size // 2, head.size - 1} & set(range(head.size)):
            leaf, path = leaf_hash(rows[index]), tree.inclusion(index)
            assert root_by_inclusion(leaf, index, head.size, path) == head.root


@pytest.fixture
def boek(database: Database, tmp_path: Path) -> Boek:
    return Boek(database, tmp_path)


def test_rows_are_in_a_signed_tree_after_a_step(boek: Boek) -> None:
    assert boek.sequencer.step() == 0
    assert boek.published() is None
    heads = [boek.head()]
    for rows in (1, 2, 300, 1):
        boek.write(rows)
        assert boek.sequencer.step() == rows
        assert boek.sequencer.step() == 0
        boek.whole()
        heads.append(boek.head())
    tree = Tree(boek.tiles, 304)
    for head in heads:
        proof = tree.consistency(head.size)
        assert consistent(head.size, head.root, 304, heads[-1].root, proof)


def test_more_than_a_batch_takes_more_steps(boek: Boek, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volgorde, "BATCH", 5)
    boek.write(12)
    assert [boek.sequencer.step() for _ in range(4)] == [5, 5, 2, 0]
    boek.whole()


def test_of_every_day_the_last_head_is_kept(boek: Boek) -> None:
    for days, rows in ((0, 1), (0, 2), (1, 1), (2, 1)):
        boek.nu = NU + timedelta(days=days)
        boek.write(rows)
        boek.sequencer.step()
    with boek.database.read() as tx:
        kept = tx.execute(select(logkoppen.c.dag, logkoppen.c.grootte).order_by("dag")).all()
    assert [tuple(row) for row in kept] == [
        ("2026-03-02", 3), ("2026-03-03", 4), ("2026-03-04", 5),
    ]  # fmt: skip


def test_rows_that_wait_are_counted_and_timed(boek: Boek) -> None:
    assert boek.sequencer.waiting() == Waiting(0, 0.0)
    boek.write(2)
    boek.nu = NU + timedelta(seconds=75)
    boek.write(1)
    assert boek.sequencer.waiting() == Waiting(3, 75.0)
    boek.sequencer.step()
    assert boek.sequencer.waiting() == Waiting(0, 0.0)


def test_without_its_key_it_signs_nothing_and_goes_on_when_it_is_back(boek: Boek) -> None:
    boek.write(2)
    boek.sequencer.step()
    path = boek.folder / "log.sleutel"
    path.rename(boek.folder / "weg")
    boek.write(1)
    with pytest.raises(KeyFileError):
        boek.sequencer.step()
    assert boek.head().size == 2
    (boek.folder / "weg").rename(path)
    assert boek.sequencer.step() == 1
    boek.whole()


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


def test_tiles_that_are_lost_come_back_from_the_rows(boek: Boek) -> None:
    boek.write(700)
    boek.sequencer.step()
    shutil.rmtree(boek.tiles)
    assert boek.sequencer.step() == 0
    boek.write(1)
    assert boek.sequencer.step() == 1
    boek.whole()


def test_two_at_once_never_sign_different_heads(
    boek: Boek, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also without the lock on the folder, as on a disk that does not know it."""
    monkeypatch.setattr(volgorde, "_alone", lambda _folder: nullcontext(enter_result=True))
    signed: list[str] = []
    monkeypatch.setattr(volgorde, "note", lambda h, s: signed.append(h.text) or note(h, s))
    stop = threading.Event()

    def sign() -> None:
        sequencer = boek.another()
        while not stop.is_set():
            sequencer.step()

    threads = [threading.Thread(target=sign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(60):
        boek.write(3)
    while boek.head().size < 180 and all(thread.is_alive() for thread in threads):
        stop.wait(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    boek.sequencer.step()
    boek.whole()
    sizes = [text.split("\n")[1] for text in signed]
    assert len(sizes) == len(set(sizes)) > 1


def test_only_one_works_on_the_tiles(boek: Boek) -> None:
    boek.write(1)
    with volgorde._alone(boek.tiles) as alone:
        assert alone
        assert boek.another().step() == 0
    assert boek.another().step() == 1


def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    """kill -9 before every call that leaves something on disk, one after another."""
    boek = Boek(SQLite(tmp_path / "log.sqlite"), tmp_path)
    boek.write(250)
    boek.sequencer.step()
    seen: list[Head] = [boek.head()]
    kills = 0
    for rows in (1, 256):  # within a tile, and always over its edge
        number = 0
        while True:
            boek.write(rows)
            if not _killed(boek, number):
                break
            kills += 1
            seen += [head for head in (boek.head(), boek.published()) if head is not None]
            boek.another().step()
            boek.whole()
            seen.append(boek.head())
            number += 1
    boek.database.close()
    assert kills > 20
    last = seen[-1]
    tree = Tree(boek.tiles, last.size)
    for head in seen:
        assert consistent(
            head.size, head.root, last.size, last.root, tree.consistency(head.size)
        ), head


def _killed(boek: Boek, number: int) -> bool:
    """Whether a step in a process of its own was killed at that call."""
    boek.database.close()  # a connection does not survive a fork
    child = os.fork()
    if child == 0:
        code = 1
        try:
            database = SQLite(boek.folder / "log.sqlite")
            _mortal(database, number)
            Sequencer(database, boek.tiles, boek.key, lambda: NU).step()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def _mortal(database: SQLite, left: int) -> None:
    def once() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **named: Any) -> Any:
            once()
            return call(*args, **named)

        return wrapped

    for where, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "rmdir")):
        setattr(where, name, dying(getattr(where, name)))
    event.listen(database.engine, "commit", lambda _connection: once())


def test_a_row_number_says_where_its_leaf_is(boek: Boek) -> None:
    boek.write(5)
    boek.sequencer.step()
    with boek.database.read() as tx:
        row = tx.execute(select(logregels).where(logregels.c.nr == 4)).one()
    assert list(Tree(boek.tiles, 5).leaves())[row.nr - 1] == leaf_hash(row.verbintenis)
    assert isinstance(row.vraag, UUID)
