"""The steps of the key store and the log lead to the tables that the code speaks to."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Uuid, bindparam, select, text

from events.base import Place
from infra import keys, logbook
from infra.database import DamagedDataError, Database
from infra.keys import KeyStore
from infra.logbook import Logbook, LogDamagedError, Regel, _plaats
from infra.migration import _STEPS, HEAD, migrate, verify
from infra.provider import FileKeyProvider
from infra.seal import SealingKey, canonical
from tests.infra.world import GEMEENTE, NU

nr = logbook.logregels.c.nr


def _both() -> MetaData:
    together = MetaData()
    for tables in (keys.tables, logbook.tables):
        for table in tables.sorted_tables:
            table.to_metadata(together)
    return together


def test_the_last_step_is_the_one_the_code_expects() -> None:
    assert ScriptDirectory(str(_STEPS)).get_heads() == [HEAD]


def test_the_steps_make_what_the_code_speaks_to(database: Database) -> None:
    migrate(database)
    migrate(database)
    verify(database)
    with database.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), _both()) == []


def test_data_from_before_the_first_step_are_taken_over(database: Database) -> None:
    to_step(database, "0001")
    with database.write() as tx:
        tx.execute(text("DROP TABLE alembic_version"))
        tx.execute(
            keys.erased_subjects.insert(),
            {"subject": keys.UUID(int=1), "erased_at": "", "proof": ""},
        )
    migrate(database)
    with database.read() as tx:
        assert len(tx.execute(keys.erased_subjects.select()).all()) == 1


def test_a_row_from_before_there_were_parts_stays_what_it_was(
    database: Database, tmp_path: Path
) -> None:
    to_step(database, "0001")
    provider = FileKeyProvider(tmp_path / "sleutels.json", create=True)
    store, trace, salt = KeyStore(provider), UUID(int=7), bytes(32)
    with database.write() as tx:
        kid, key = store.sealing_key(tx, _plaats(NU))
        place = Place(GEMEENTE, trace, 1, "logregel", 1)
        inhoud = {"wat": "keek"}
        sealed = SealingKey(kid, key).seal(place, {"zout": salt.hex(), "inhoud": inhoud}).sealed
        row = [1, "inzage", NU.isoformat(), str(trace), None, None, inhoud]
        statement = text(
            "INSERT INTO logregels (nr, soort, tijdstip, vraag, verbintenis, kid, inhoud)"
            " VALUES (1, 'inzage', :tijdstip, :vraag, :verbintenis, :kid, :inhoud)"
        ).bindparams(bindparam("vraag", type_=Uuid))
        values = {"tijdstip": NU.isoformat(), "vraag": trace, "kid": kid, "inhoud": sealed}
        tx.execute(statement, values | {"verbintenis": sha256(salt + canonical(row)).digest()})
    migrate(database)
    log = Logbook(store, GEMEENTE)
    with database.write() as tx:
        log.write(tx, NU, [Regel("inzage", trace, {"wat": "keek weer"})])
    with database.read() as tx:
        assert log.verify(tx) == 2
        old, new = log.read(tx, select(logbook.logregels).order_by(logbook.logregels.c.nr))
        assert (old.vorm, old.regel) == (1, Regel("inzage", trace, inhoud, span=None))
        assert (new.vorm, new.regel.inhoud) == (2, {"wat": "keek weer"})
    for column, value in (("span", "00" * 8), ("boven", "00" * 8), ("vorm", 2)):
        with database.write() as tx, tx.begin_nested() as tried:
            tx.execute(logbook.logregels.update().values({column: value}).where(nr == 1))
            with pytest.raises(LogDamagedError):
                log.verify(tx)
            tried.rollback()


def to_step(database: Database, step: str) -> None:
    """The tables of an earlier release."""
    steps = Config()
    steps.set_main_option("script_location", str(_STEPS))
    with database.write() as tx:
        steps.attributes["connection"] = tx
        command.upgrade(steps, step)


def test_nothing_or_a_newer_step_is_refused(new_database: Callable[[], Database]) -> None:
    with pytest.raises(DamagedDataError):
        verify(new_database())
    newer = new_database()
    migrate(newer)
    with newer.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DamagedDataError):
        migrate(newer)
