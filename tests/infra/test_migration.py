"""The steps of the key store and the log lead to the tables that the code speaks to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text

from infra import keys, logbook
from infra.database import DamagedDataError, Database
from infra.migration import _STEPS, HEAD, migrate, verify


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
    for tables in (keys.tables, logbook.tables):
        database.create(tables)
    with database.write() as tx:
        tx.execute(
            keys.erased_subjects.insert(),
            {"subject": keys.UUID(int=1), "erased_at": "", "proof": ""},
        )
    migrate(database)
    with database.read() as tx:
        assert len(tx.execute(keys.erased_subjects.select()).all()) == 1


def test_nothing_or_a_newer_step_is_refused(new_database: Callable[[], Database]) -> None:
    with pytest.raises(DamagedDataError):
        verify(new_database())
    newer = new_database()
    migrate(newer)
    with newer.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DamagedDataError):
        migrate(newer)
