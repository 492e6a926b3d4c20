"""A reader at the tail of the log: it misses nothing of what many write at the same time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.errors import UniqueViolation
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from infra.postgres import Listener, PostgreSQL
from infra.recorder import feiten
from infra.store import Log
from infra.testbed.postgres import Postgres
from tests.infra.world import a_schema

pytestmark = [pytest.mark.servers, pytest.mark.beside]
STATE = b'{"schema":1,"dicht":[["0123456789abcdef0123456789abcdef",["tekst"],"..."]]}'
Write = Callable[[PostgreSQL, list[StoredEvent]], None]
Ends = dict[UUID, int]
"""Of each stream the last version that was committed."""


@pytest.fixture(scope="module")
def hasty() -> Iterator[Postgres]:
    """Without fsync: a million facts are about order, and here nothing crashes."""
    with Postgres(fsync=False) as server:
        yield server


@pytest.mark.timeout(600)
def test_a_tailing_reader_over_a_million_facts_of_sixteen_writers_misses_none(
    hasty: Postgres,
) -> None:
    database = a_schema(hasty.url)
    log = Log(database)
    ends, seen = _tail(database, _in_turn, each=62_500, batch=400)
    assert sum(ends.values()) == 1_000_000
    assert seen.ends == ends  # nothing missed
    assert seen.count == 1_000_000  # and nothing twice
    assert seen.disorder == 0
    assert seen.along > 0, "de lezer las pas toen er niet meer werd geschreven"
    assert log.end == 1_000_000, "een terugdraaiing liet een gat"
    database.close()


def test_the_same_reader_misses_facts_of_writers_that_do_not_take_turns(hasty: Postgres) -> None:
    """Positions of a sequence, as a plain insert gets them: what the turn is there against."""
    database = a_schema(hasty.url)
    Log(database)
    with database.write() as tx:
        tx.exec_driver_sql(
            "CREATE SEQUENCE nummers;"
            "ALTER TABLE stored_events ALTER notification_id SET DEFAULT nextval('nummers')"
        )
    ends, seen = _tail(database, _all_at_once, each=600, batch=20)
    assert sum(ends.values()) == 9_600
    assert seen.count < 9_600
    assert seen.disorder > 0
    database.close()


def test_without_turns_a_position_is_still_given_once(hasty: Postgres) -> None:
    """Should the lock ever fail us, then the second writer is refused; no reader is misled."""
    database = a_schema(hasty.url)
    log, without = Log(database), Log(PostgreSQL(hasty.url, database.schema, one_writer=False))
    with pytest.raises(UniqueViolation), without.turn([], []) as second:  # noqa: PT012
        with log.turn([], []) as first:
            first.stored += _facts(uuid4(), 0, 3)
        second.stored += _facts(uuid4(), 0, 3)
    assert log.end == 3
    without.database.close()
    database.close()


class _Seen:
    """What a reader saw, in the order of the log."""

    def __init__(self) -> None:
        self.ends: Ends = {}
        self.count = 0
        self.disorder = 0
        """How often a stream did not go on with its next version."""
        self.along = 0
        """How many facts came by while there still was written."""

    def read(self, log: Log, after: int) -> int:
        """One read; the position to read on after."""
        for found in log.read(after, 2000):
            assert found.id > after
            after = found.id
            stream = found.originator_id
            assert isinstance(stream, UUID)
            self.disorder += found.originator_version != self.ends.get(stream, 0) + 1
            self.ends[stream] = found.originator_version
            self.count += 1
        return after


def _tail(database: PostgreSQL, write: Write, each: int, batch: int) -> tuple[Ends, _Seen]:
    """Four processes of four writers, and a reader that reads along; what either end has."""
    spawn = get_context("spawn")
    out = spawn.Queue()
    given = (database.url, database.schema, write, each, batch, out)
    writers = [spawn.Process(target=_writers, args=given) for _ in range(4)]
    for process in writers:
        process.start()
    seen, after, log = _Seen(), 0, Log(database)
    listener = Listener(database.url, [database.schema])
    deadline = time.monotonic() + 500
    while any(process.is_alive() for process in writers) and out.qsize() < len(writers):
        assert time.monotonic() < deadline
        after, before = seen.read(log, after), after
        if after == before:
            listener.wait(0.05)
    seen.along = seen.count
    ends: Ends = {}
    for process in writers:
        ends |= out.get(timeout=60)
        process.join()
    while (following := seen.read(log, after)) > after:
        after = following
    listener.close()
    return ends, seen


def _writers(url: str, schema: str, write: Write, each: int, batch: int, out: Any) -> None:
    database = PostgreSQL(url, schema, one_writer=write is _in_turn)
    ends: Ends = {}
    threads = [
        threading.Thread(target=_writer, args=(database, write, each, batch, ends))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    out.put(ends)


def _writer(database: PostgreSQL, write: Write, each: int, batch: int, ends: Ends) -> None:
    """Batches, commits of one fact, and transactions that are rolled back after their inserts."""
    mine = {uuid4(): 0 for _ in range(20)}
    chance = random.Random()
    left = each
    while left:
        stream = chance.choice(list(mine))
        count = min(left, batch if chance.random() < 0.3 else 1)
        facts = _facts(stream, mine[stream], count)
        if chance.random() < 0.05:
            with suppress(UniqueViolation):  # its last fact is there already
                write(database, [*facts, facts[0]])
                raise AssertionError
        write(database, facts)
        mine[stream] += count
        left -= count
    ends |= {stream: end for stream, end in mine.items() if end}


def _facts(stream: UUID, after: int, count: int) -> list[StoredEvent]:
    versions = range(after + 1, after + 1 + count)
    return [StoredEvent(stream, n, "nl.samenplan.proef-genoteerd", STATE) for n in versions]


def _in_turn(database: PostgreSQL, facts: list[StoredEvent]) -> None:
    with Log(database).turn([facts[0].originator_id], []) as turn:  # type: ignore[list-item]
        turn.stored += facts


def _all_at_once(database: PostgreSQL, facts: list[StoredEvent]) -> None:
    rows = [
        {"originator_id": f.originator_id, "originator_version": f.originator_version,
         "topic": f.topic, "state": f.state}
        for f in facts
    ]  # fmt: skip
    try:
        with database.write() as tx:
            tx.execute(insert(feiten), rows)
    except IntegrityError as error:
        raise UniqueViolation from error
