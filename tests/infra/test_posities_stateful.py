"""Whatever a topic and a group of readers do, every fact has its effect once and in order.

Two processes share a topic of two gemeenten. Records come again, partitions change hands while a
process still holds a batch of them, reading starts anew, processes crash before, in and after the
effect, the topic gets more partitions: in any order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Column, Integer, MetaData, Table, Uuid, delete, select
from sqlalchemy.exc import OperationalError

from events.base import SHARDS, Envelope, shard
from infra import dispatcher, positions
from infra.database import Database, Tx
from infra.dispatcher import Dispatcher
from infra.feed import Batch, Consumer
from infra.positions import Located
from infra.sqlite import SQLite
from infra.testbed.postgres import Postgres
from tests.infra.world import Genoteerd, a_schema, envelope

GEMEENTEN = ("9998", "9999")
STREAMS = [UUID(int=n) for n in range(6)]
LEDEN = ("een", "twee")
NU = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

tables = MetaData()
gezien = Table(
    "gezien", tables, Column("volgnummer", Integer, primary_key=True),
    Column("stroom", Uuid), Column("versie", Integer),
)  # fmt: skip


class Onderwerp:
    """A topic: per partition what was ever sent to it."""

    def __init__(self) -> None:
        self.partitions: list[list[Located]] = [[] for _ in range(12)]

    def send(self, located: Located) -> None:
        self.partitions[shard(located[1].stream) % len(self.partitions)].append(located)


class Lid:
    """How one member of the group sees the topic (a `Topic`)."""

    name = "proef"

    def __init__(self, onderwerp: Onderwerp) -> None:
        self._onderwerp = onderwerp
        self.holds: set[int] = set()
        self.kept: Batch | None = None
        """What it fetched some time ago and has yet to process."""

    def read(self, cursors: Mapping[int, int], limit: int) -> Batch:
        if self.kept is not None:
            kept, self.kept = self.kept, None
            return kept
        facts: list[Located] = []
        after: dict[int, int] = {}
        for n in sorted(self.holds):
            begin = cursors.get(n, 0)
            found = self._onderwerp.partitions[n][begin : begin + limit - len(facts)]
            if found:
                facts += found
                after[n] = begin + len(found)
        return Batch(facts, after)

    def stream(self, stream: UUID) -> Sequence[Envelope]:
        raise AssertionError("nothing was to be repaired")

    def lag(self, cursors: Mapping[int, int]) -> dict[int, int]:
        return {
            n: len(sent) - cursors.get(n, 0) for n, sent in enumerate(self._onderwerp.partitions)
        }

    def held(self) -> set[int]:
        return self.holds


class Schakelaar:
    """A database that can be told to fail at the next transaction but so many."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.over: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    @contextlib.contextmanager
    def write(self) -> Iterator[Tx]:
        if self.over is not None:
            self.over -= 1
            if self.over < 0:
                self.over = None
                raise OperationalError("", None, Exception("weg"))
        with self.database.write() as tx:
            yield tx


def machine(databases: Callable[[], Sequence[Database]]) -> type[RuleBasedStateMachine]:
    """`databases` gives three that are empty: for all gemeenten together, and for each."""

    class Groep(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            centraal, *eigen = databases()
            self.centraal = Schakelaar(centraal)
            self.eigen = dict(zip(GEMEENTEN, map(Schakelaar, eigen), strict=True))
            self.topic = Onderwerp()
            self.logs: dict[str, list[Located]] = {gemeente: [] for gemeente in GEMEENTEN}
            self.versions: dict[UUID, int] = {}
            self.leden = {lid: self.started(lid) for lid in LEDEN}

        def started(self, lid: str) -> Dispatcher:
            feed = Lid(self.topic)
            consumers = {
                gemeente: Consumer("lezer", database, [feed], self.apply)
                for gemeente, database in self.eigen.items()
            }
            return Dispatcher("lezer", self.centraal, feed, consumers, lambda: NU)

        @staticmethod
        def apply(tx: Tx, _bron: str, facts: Sequence[Located]) -> None:
            for _, found in facts:
                tx.execute(gezien.insert(), {"stroom": found.stream, "versie": found.version})

        def feed(self, lid: str) -> Lid:
            feed = self.leden[lid].feed
            assert isinstance(feed, Lid)
            return feed

        @rule(
            gemeente=st.sampled_from(GEMEENTEN),
            streams=st.lists(st.sampled_from(STREAMS), min_size=1, max_size=6),
        )
        def record(self, gemeente: str, streams: list[UUID]) -> None:
            """Facts are recorded, and the relay brings them out."""
            for stream in streams:
                own = UUID(int=stream.int + 1000 * GEMEENTEN.index(gemeente))
                version = self.versions[own] = self.versions.get(own, 0) + 1
                position = len(self.logs[gemeente]) + 1
                made = envelope(own, version, Genoteerd(nummer=position))
                located = (position, replace(made, gemeente=gemeente))
                self.logs[gemeente].append(located)
                self.topic.send(located)

        @rule(gemeente=st.sampled_from(GEMEENTEN), after=st.integers(0, 30))
        def bring_out_again(self, gemeente: str, after: int) -> None:
            for located in self.logs[gemeente][after:]:
                self.topic.send(located)

        @rule(hers=st.sets(st.integers(0, SHARDS - 1)))
        def rebalance(self, hers: set[int]) -> None:
            every = set(range(len(self.topic.partitions)))
            self.feed("een").holds, self.feed("twee").holds = every & hers, every - hers

        @rule(lid=st.sampled_from(LEDEN))
        def fetch(self, lid: str) -> None:
            """A batch is fetched; what happens to it comes later, perhaps to somebody else too."""
            feed = self.feed(lid)
            feed.kept = feed.read(self.leden[lid].cursors(), 5)

        @rule(lid=st.sampled_from(LEDEN))
        def step(self, lid: str) -> None:
            self.leden[lid].step()

        @rule(lid=st.sampled_from(LEDEN), where=st.sampled_from(["centraal", *GEMEENTEN]))
        def crash(self, lid: str, where: str) -> None:
            """Before the effect, between that of two gemeenten, or before the cursor moves."""
            database = self.centraal if where == "centraal" else self.eigen[where]
            database.over = 0
            with contextlib.suppress(OperationalError):
                self.leden[lid].step()
            database.over = None
            held = self.feed(lid).holds
            self.leden[lid] = self.started(lid)
            self.feed(lid).holds = held

        @rule()
        def rewind(self) -> None:
            self.leden["een"].rewind()

        @precondition(lambda self: len(self.topic.partitions) < SHARDS // 2)
        @rule()
        def double(self) -> None:
            """More partitions, once everything was read: what follows of a stream stands elsewhere
            than what came before."""
            self.drain()
            self.topic.partitions += [[] for _ in self.topic.partitions]

        @invariant()
        def each_stream_is_in_order_and_without_a_hole(self) -> None:
            for versions in self.seen().values():
                assert versions == list(range(1, len(versions) + 1))

        def seen(self) -> dict[UUID, list[int]]:
            found: dict[UUID, list[int]] = {}
            for database in self.eigen.values():
                with database.read() as tx:
                    for row in tx.execute(select(gezien).order_by(gezien.c.volgnummer)):
                        found.setdefault(row.stroom, []).append(row.versie)
            return found

        def drain(self) -> None:
            """Everybody processes what she still had, and then reads whatever is left."""
            for lid in LEDEN:
                self.leden[lid].step()
            self.rebalance(set(range(0, SHARDS, 2)))
            while self.leden["een"].behind():
                assert sum(one.step() for one in self.leden.values())
            assert {stream: len(v) for stream, v in self.seen().items()} == self.versions

        def teardown(self) -> None:
            self.drain()
            assert [one.quarantined() for one in self.leden.values()] == [0, 0]
            assert all(one.stopped is None for one in self.leden.values())

    return Groep


def emptied(made: Sequence[Database]) -> Sequence[Database]:
    for database in made:
        for metadata in (tables, positions.tables, dispatcher.tables):
            database.create(metadata)
            with database.write() as tx:
                for table in metadata.sorted_tables:
                    tx.execute(delete(table))
    return made


@pytest.mark.parametrize(
    ("kind", "examples", "steps"),
    [
        ("sqlite", 60, 30),
        pytest.param("postgresql", 6, 25, marks=[pytest.mark.servers, pytest.mark.beside]),
    ],
)
def test_every_fact_has_its_effect_once(
    request: pytest.FixtureRequest, kind: str, examples: int, steps: int
) -> None:
    made: Sequence[Database]
    if kind == "sqlite":
        made = [SQLite(None) for _ in range(3)]
    else:
        server: Postgres = request.getfixturevalue("postgres")
        made = [a_schema(server.url) for _ in range(3)]
    run_state_machine_as_test(
        machine(lambda: emptied(made)),
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None),
    )
    for database in made:
        database.close()
