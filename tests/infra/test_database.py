"""The contract of a database: transactions whole or not at all, one writer, durable, erasing."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError, InternalError

from infra.database import DamagedDataError, Database, Tx
from infra.sqlite import SQLite
from tests.infra.world import contents

tables = MetaData()
getallen = Table(
    "getallen", tables,
    Column("nummer", Integer, primary_key=True), Column("tekst", String, nullable=False),
)  # fmt: skip


def add(tx: Tx, *nummers: int, tekst: str = "x") -> None:
    tx.execute(insert(getallen), [{"nummer": n, "tekst": tekst} for n in nummers])


def there(database: Database) -> list[int]:
    with database.read() as tx:
        return list(tx.execute(select(getallen.c.nummer).order_by(getallen.c.nummer)).scalars())


@pytest.fixture
def made(database: Database) -> Database:
    database.create(tables)
    return database


def test_tables_are_made_once_and_kept(made: Database) -> None:
    with made.write() as tx:
        add(tx, 1)
    made.create(tables)
    assert there(made) == [1]


def test_everything_in_a_transaction_or_nothing(made: Database) -> None:
    with made.write() as tx:
        add(tx, 1, 2)
    with suppress(ZeroDivisionError), made.write() as tx:
        add(tx, 3)
        raise ZeroDivisionError
    with suppress(IntegrityError), made.write() as tx:
        add(tx, 4)
        add(tx, 1)
    assert there(made) == [1, 2]
    with made.write() as tx:  # and the next one works
        add(tx, 5)
    assert there(made) == [1, 2, 5]


def test_reading_changes_nothing(made: Database) -> None:
    with suppress(InternalError), made.read() as tx:  # one may write in vain, another refuses
        add(tx, 1)
    assert there(made) == []


def test_a_failure_while_reading_leaves_the_database_usable(made: Database) -> None:
    with suppress(ZeroDivisionError), made.read():
        raise ZeroDivisionError
    with made.write() as tx:
        add(tx, 1)
    assert there(made) == [1]


def test_writers_take_turns(made: Database) -> None:
    together = threading.Barrier(8)

    def count_up() -> None:
        together.wait()
        for _ in range(10):
            with made.write() as tx:
                last = max(tx.execute(select(getallen.c.nummer)).scalars(), default=0)
                add(tx, last + 1)  # two at once would give one number twice

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert there(made) == list(range(1, 81))


def test_a_reader_sees_one_moment(made: Database) -> None:
    writer_is_ready, reader_has_looked = threading.Event(), threading.Event()

    def write() -> None:
        writer_is_ready.set()
        reader_has_looked.wait()
        with made.write() as tx:
            add(tx, 1)

    thread = threading.Thread(target=write)
    thread.start()
    with made.read() as tx:
        writer_is_ready.wait()
        before = tx.execute(select(getallen)).all()
        reader_has_looked.set()
        if getattr(made, "path", made) is not None:  # in memory the writer waits for us
            thread.join()
        assert tx.execute(select(getallen)).all() == before == []
    thread.join()
    assert there(made) == [1]


def test_reading_inside_a_write_does_not_end_it(made: Database) -> None:
    with suppress(ZeroDivisionError), made.write() as tx:
        add(tx, 1)
        with made.read() as inside:
            inside.execute(select(getallen)).all()
        add(tx, 2)
        raise ZeroDivisionError
    assert there(made) == []
    with made.write() as tx:
        add(tx, 1)
        with made.read() as inside:
            inside.execute(select(getallen)).all()
        add(tx, 2)
    assert there(made) == [1, 2]


def test_deleted_bytes_are_gone_after_a_checkpoint(made: Database) -> None:
    with made.write() as tx:
        add(tx, 1, 2, tekst="Noah-Duin-wil-gewist-worden")
    assert b"Noah-Duin" in contents(made)
    with made.write() as tx:
        tx.execute(delete(getallen))
    assert made.checkpoint()
    assert b"Noah-Duin" not in contents(made)


def test_a_whole_database_passes_its_check(made: Database) -> None:
    with made.write() as tx:
        add(tx, *range(500))
    made.check()


class TestFile:
    """What only a file can do."""

    def test_settings_that_durability_and_erasure_rest_on(self, tmp_path: Path) -> None:
        database = SQLite(tmp_path / "test.sqlite")
        with database.read() as tx:
            found = {
                name: tx.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
            }
        assert found == {
            "journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1,
        }  # fmt: skip
        database.close()

    def test_a_reader_in_the_way_makes_a_checkpoint_busy(self, tmp_path: Path) -> None:
        database = SQLite(tmp_path / "test.sqlite")
        database.create(tables)
        with database.read() as tx:
            tx.execute(select(getallen)).all()
            with database.write() as writing:
                add(writing, 1)
            assert not database.checkpoint()
        assert database.checkpoint()
        assert (tmp_path / "test.sqlite-wal").stat().st_size == 0
        database.close()

    def test_what_was_committed_is_there_after_opening_again(self, tmp_path: Path) -> None:
        database = SQLite(tmp_path / "test.sqlite")
        database.create(tables)
        with database.write() as tx:
            add(tx, 1)
        again = SQLite(tmp_path / "test.sqlite")  # the first was never closed: as after a crash
        assert there(again) == [1]
        again.close()
        database.close()

    @pytest.mark.parametrize("damage", ["no database", "page", "cut off"])
    def test_damage_is_found(self, tmp_path: Path, damage: str) -> None:
        path = tmp_path / "test.sqlite"
        database = SQLite(path)
        database.create(tables)
        with database.write() as tx:
            add(tx, *range(2000), tekst="y" * 50)
        assert database.checkpoint()
        database.close()
        whole = path.read_bytes()
        path.write_bytes(
            {
                "no database": b"dit is geen database" * 500,
                "page": whole[: 4096 * 5] + b"\xff" * 4096 + whole[4096 * 6 :],
                "cut off": whole[: len(whole) // 2],
            }[damage]
        )
        with pytest.raises((DamagedDataError, DatabaseError)):
            SQLite(path).check()
