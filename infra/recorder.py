"""The library's recorders on our transactions, so that everything in an append is one of them.

Rules kept here: nothing but an append inside `Database.write` inserts, and that has one writer at
a time: it keeps the order of positions the order of commits, so the library's own table lock and
its insert functions (which let a tailing reader miss facts) are not used.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore
from psycopg.rows import dict_row, tuple_row
from psycopg.types.composite import register_composite
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, Uuid, func, select

from infra.database import Database, Tx
from infra.postgres import PostgreSQL

feiten = Table(
    "stored_events", MetaData(),
    Column("originator_id", Uuid), Column("originator_version", BigInteger),
    Column("topic", String), Column("state", LargeBinary),
)  # fmt: skip
"""The library's own table, for what its recorders have no statement for."""


class Recorder(Protocol):
    """Appends stored facts and reads them back, in order."""

    def create_table(self) -> None: ...
    def insert_within(self, tx: Tx, stored: Sequence[StoredEvent]) -> Sequence[int]:
        """Append inside the caller's transaction; the position of each fact."""

    def select_events(self, originator_id: UUID) -> Sequence[StoredEvent]: ...
    def select_notifications(
        self, start: int, limit: int, *, inclusive_of_start: bool
    ) -> Sequence[Notification]: ...
    def max_notification_id(self) -> int | None: ...


def recorder(database: Database) -> Recorder:
    """The recorder for a kind of database."""
    if isinstance(database, PostgreSQL):
        return cast(Recorder, _PostgresRecorder(_PostgresStore(database)))
    return cast(Recorder, _SQLiteRecorder(_SQLiteStore(database)))


def versions(tx: Tx, streams: Collection[UUID]) -> dict[UUID, int]:
    """The last version of each of these streams that has one."""
    found = (
        select(feiten.c.originator_id, func.max(feiten.c.originator_version))
        .where(feiten.c.originator_id.in_(streams))
        .group_by(feiten.c.originator_id)
    )
    return dict(tx.execute(found).all())


class _SQLiteStore(SQLiteDatastore):
    def __init__(self, database: Database) -> None:
        self.database = database
        self.originator_id_type = "uuid"
        self.single_row_tracking = True

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with self.database.write() if commit else self.database.read() as tx:
            yield from _cursor(tx)

    def close(self) -> None:
        pass  # the database belongs to whoever made it


def _cursor(tx: Tx) -> Iterator[SQLiteCursor]:
    raw = cast(sqlite3.Cursor, tx.connection.cursor())
    raw.row_factory = sqlite3.Row
    try:
        yield SQLiteCursor(raw)
    finally:
        raw.close()


class _SQLiteRecorder(SQLiteApplicationRecorder):
    def insert_within(self, tx: Tx, stored: Sequence[StoredEvent]) -> Sequence[int]:
        for cursor in _cursor(tx):
            positions = self._insert_events(cursor, stored)
            assert positions
            return positions
        raise AssertionError


class _PostgresStore(PostgresDatastore):
    def __init__(self, database: PostgreSQL) -> None:
        self.database = database
        self.originator_id_type = "uuid"
        self.single_row_tracking = True
        self.enable_db_functions = False
        self.lock_timeout = 0
        self.schema = database.schema
        self.db_type_names = set()
        self.psycopg_type_adapters = {}
        self.psycopg_python_types = {}

    @contextmanager
    def get_connection(self) -> Iterator[Any]:
        with self.database.read() as tx, self.within(tx) as connection:
            yield connection

    @contextmanager
    def transaction(self, *, commit: bool = False) -> Iterator[Any]:
        with (
            self.database.write() if commit else self.database.read() as tx,
            self.within(tx) as connection,
        ):
            yield connection.cursor()

    @contextmanager
    def within(self, tx: Tx) -> Iterator[Any]:
        """The connection of a transaction, speaking as the library expects it to."""
        connection: Any = tx.connection.driver_connection
        for info in self.psycopg_type_adapters.values():
            if connection.adapters.types.get(info.oid) is None:
                register_composite(info, connection)
        connection.row_factory = dict_row
        try:
            yield connection
        finally:
            connection.row_factory = tuple_row

    def close(self) -> None:
        pass  # the database belongs to whoever made it


class _PostgresRecorder(PostgresApplicationRecorder):
    def __init__(self, datastore: _PostgresStore) -> None:
        super().__init__(datastore)
        self._store = datastore
        self.lock_table_statements = []
        self.channel_name = datastore.schema
        # The insert function is made by nobody: it would be there to be used.
        del self.sql_create_statements[self.create_insert_function_statement_index]

    def create_table(self) -> None:
        """As the library does, where the migration may."""
        if self._store.database.migrates:
            super().create_table()

    def insert_within(self, tx: Tx, stored: Sequence[StoredEvent]) -> Sequence[int]:
        with self._store.within(tx) as connection, connection.cursor() as cursor:
            self._insert_stored_events(cursor, stored)
            positions = self._fetch_ids_after_insert_events(cursor, stored)
            assert positions
            return positions
