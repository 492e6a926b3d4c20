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
from uuid import UUID

import pytest
from sqlalchemy import event, select

from infra import volgorde
from infra.boom import consistent, leaf_hash
from infra.database import Database
from infra.koppen import Head, note
from infra.logbook import (
    logkoppen,
    logregels,
)
from infra.provider import KeyFileError
from infra.sqlite import SQLite
from infra.tegels import Tree
from infra.volgorde import (
    Sequencer,
    Waiting,
)
from tests.infra.boek import Boek
from tests.infra.world import NU


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
