"""The library's recorders on our transactions, so that everything in an append is one of them.

Rules kept here: nothing but an append inside `Database.write` inserts, and that has one writer at
a time: it keeps the order of positions the order of commits, so the library's own table lock and
its insert functions (which let a tailing reader miss facts) are not used.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, cast
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore
from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    insert,
)

from infra.database import Database, Tx
from infra.postgres import PostgreSQL, driver

feiten = Table(
    "stored_events", MetaData(),
    Column("originator_id", Uuid), Column("originator_version", BigInteger),
    Column("topic", String), Column("state", LargeBinary),
)  # fmt: skip
"""The library's own table, for what its recorders have no statement for."""
tables = MetaData()
opdrachten = Table(
    "opdrachten", tables,
    Column("sleutel", String, primary_key=True),
    Column("verzoek", LargeBinary, nullable=False),
    Column("antwoord", LargeBinary, nullable=False),
)  # fmt: skip
Opdracht = tuple[str, bytes, bytes]
"""What is remembered of a command: its idempotency key, a hash of the request, the answer."""


@dataclass(slots=True)
class Turn:
    """A transaction that appends while nobody else does. What is put on it is written as the last
    thing before the commit; the first fact gets the position after `end`."""

    tx: Tx
    versions: dict[UUID, int]
    """The last version of each stream that was asked about and has one."""
    used: set[str]
    """Which of the idempotency keys that were asked about were used before."""
    end: int
    stored: list[StoredEvent] = field(default_factory=list)
    opdrachten: list[Opdracht] = field(default_factory=list)

    @property
    def positions(self) -> list[int]:
        return list(range(self.end + 1, self.end + 1 + len(self.stored)))


class Recorder(Protocol):
    """Appends stored facts and reads them back, in order."""

    def create_table(self) -> None: ...
    def turn(
        self, streams: Collection[UUID], sleutels: Collection[str]
    ) -> AbstractContextManager[Turn]:
        """Begin an append, asking about these streams and idempotency keys."""

    def select_events(self, originator_id: UUID) -> Sequence[StoredEvent]: ...
    def select_notifications(
        self, start: int, limit: int, *, inclusive_of_start: bool
    ) -> Sequence[Notification]: ...
    def max_notification_id(self) -> int | None: ...


def recorder(database: Database) -> Recorder:
    """The recorder for a kind of database."""
    if isinstance(database, PostgreSQL):
        return cast(Recorder, _PostgresRecorder(database))
    return cast(Recorder, _SQLiteRecorder(database))


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
    def __init__(self, database: Database) -> None:
        super().__init__(_SQLiteStore(database))
        self._database = database

    @contextmanager
    def turn(self, streams: Collection[UUID], sleutels: Collection[str]) -> Iterator[Turn]:
        with self._database.write() as tx:
            turn = _stand(tx, streams, sleutels)
            yield turn
            for cursor in _cursor(tx):
                positions = self._insert_events(cursor, turn.stored)
                assert positions == turn.positions
            if turn.opdrachten:
                tx.execute(
                    _ONTHOUD, [dict(zip(_NAMEN, row, strict=True)) for row in turn.opdrachten]
                )


_NAMEN = opdrachten.c.keys()
_ONTHOUD = insert(opdrachten)


def _stand(tx: Tx, streams: Collection[UUID], sleutels: Collection[str]) -> Turn:
    """One statement: each costs SQLAlchemy as much as it costs SQLite."""
    asked = _asked(len(streams), len(sleutels))
    found = tx.exec_driver_sql(asked, (*(stream.hex for stream in streams), *sleutels)).all()
    return Turn(
        tx,
        {UUID(stream): version for stream, version, _ in found if stream is not None},
        {sleutel for _, _, sleutel in found if sleutel is not None},
        sum(end for stream, end, _ in found if stream is None and end is not None),
    )


@cache
def _asked(streams: int, sleutels: int) -> str:
    def some(number: int) -> str:
        return ", ".join("?" * number)

    return f"""
SELECT NULL, max(rowid), NULL FROM stored_events
UNION ALL
SELECT originator_id, max(originator_version), NULL FROM stored_events
WHERE originator_id IN ({some(streams)}) GROUP BY originator_id
UNION ALL
SELECT NULL, NULL, sleutel FROM opdrachten WHERE sleutel IN ({some(sleutels)})"""  # noqa: S608


class _PostgresStore(PostgresDatastore):
    """What the library's recorder asks of its datastore, to make its table."""

    def __init__(self, database: PostgreSQL) -> None:
        self.database = database
        self.originator_id_type = "uuid"
        self.single_row_tracking = True
        self.enable_db_functions = False
        self.lock_timeout = 0
        self.schema = database.schema
        self.db_type_names = set()

    @contextmanager
    def transaction(self, *, commit: bool = False) -> Iterator[Any]:
        assert commit
        with self.database.write() as tx:
            yield driver(tx.connection).cursor()

    def register_type_adapters(self) -> None:
        pass  # arrays of what PostgreSQL has itself do for us

    def close(self) -> None:
        pass  # the database belongs to whoever made it


class _PostgresRecorder(PostgresApplicationRecorder):
    """The library's table; our own statements, which ask for bytes as they are.

    An append is four round trips (begin, ask, add, commit), however many commands share it.
    """

    def __init__(self, database: PostgreSQL) -> None:
        super().__init__(_PostgresStore(database))
        self._database = database
        # Its insert function and the type that takes are made by nobody: they would be there to
        # be used.
        self.sql_create_statements = [
            made for made in self.sql_create_statements
            if made.as_string().split()[:2] in (["CREATE", "TABLE"], ["CREATE", "UNIQUE"])
        ]  # fmt: skip

    def create_table(self) -> None:
        """As the library does, where the migration may."""
        if self._database.migrates:
            super().create_table()

    def select_events(self, originator_id: Any, **_: Any) -> Sequence[StoredEvent]:
        return [StoredEvent(*row) for row in self._read(_STROOM, originator_id)]

    def select_notifications(
        self, start: int | None, limit: int, *_: Any, **__: Any
    ) -> Sequence[Notification]:
        return [Notification(*row) for row in self._read(_VERVOLG, start, limit)]

    def max_notification_id(self) -> int:
        [[end]] = self._read(_EINDE)
        return int(end)

    def _read(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        with self._database.glance() as connection:
            return connection.execute(statement, given, prepare=True, binary=True).fetchall()

    @contextmanager
    def turn(self, streams: Collection[UUID], sleutels: Collection[str]) -> Iterator[Turn]:
        with self._database.write() as tx:
            asked = (list(streams), list(sleutels))
            found = driver(tx.connection).execute(_STAND, asked, prepare=True).fetchall()
            turn = Turn(
                tx,
                {stream: version for stream, version, _ in found if stream is not None},
                {sleutel for _, _, sleutel in found if sleutel is not None},
                sum(end for stream, end, _ in found if stream is None and end is not None),
            )
            yield turn
            added = (*_columns(turn), self._database.schema)
            driver(tx.connection).execute(_VOEG_TOE, added, prepare=True)


def _columns(turn: Turn) -> list[list[Any]]:
    facts = [
        (each.originator_id, each.originator_version, each.topic, each.state, position)
        for each, position in zip(turn.stored, turn.positions, strict=True)
    ]
    return [
        *([row[n] for row in facts] for n in range(5)),
        *([row[n] for row in turn.opdrachten] for n in range(3)),
    ]


_STROOM = """
SELECT originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = %b ORDER BY originator_version"""
_VERVOLG = """
SELECT originator_id, originator_version, topic, state, notification_id FROM stored_events
WHERE notification_id > %b ORDER BY notification_id LIMIT %b"""
_EINDE = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_STAND = """
SELECT NULL::uuid, coalesce(max(notification_id), 0), NULL::text FROM stored_events
UNION ALL
SELECT asked.id, last.version, NULL FROM unnest(%b::uuid[]) AS asked (id), LATERAL (
  SELECT originator_version AS version FROM stored_events
  WHERE originator_id = asked.id ORDER BY originator_version DESC LIMIT 1
) AS last
UNION ALL
SELECT NULL, NULL, sleutel FROM opdrachten WHERE sleutel = ANY (%b::text[])"""
# With positions of our own, as there is one writer: no rollback leaves a hole.
_VOEG_TOE = """
WITH feiten AS (
  INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
  SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[])
), opdrachten AS (
  INSERT INTO opdrachten (sleutel, verzoek, antwoord)
  SELECT * FROM unnest(%b::text[], %b::bytea[], %b::bytea[])
)
SELECT pg_notify(%b, '')"""
