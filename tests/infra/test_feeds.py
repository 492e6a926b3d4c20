"""The contract that every kind of feed keeps: a log that is read directly, and one that a relay
brought to a topic. A feed has partitions; within each, facts come in the order of the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import pytest

from events.base import Fact, UnknownFactError
from infra.feed import Feed, LogFeed
from infra.mapper import to_bytes
from infra.outbox import SqlOutbox, Uitgaand
from infra.positions import Located
from infra.relay import Relay
from infra.sqlite import SQLite
from infra.store import Store
from tests.infra.topic import LEAVES_SOCKETS, WAARMERK, Topic, in_order, swept, until
from tests.infra.world import GEMEENTE, Gesloten, Schrift, a_store, context, over

__all__ = ["swept"]
pytestmark = LEAVES_SOCKETS
A, B, C = UUID(int=11), UUID(int=12), UUID(int=13)


class Bron(NamedTuple):
    store: Store
    feed: Feed
    relay: Relay | None

    def bring(self) -> None:
        """Let everything that was stored reach the feed."""
        while self.relay is not None and self.relay.step():
            pass

    def note(self, *streams: UUID) -> None:
        for stream in streams:
            self.store.handle(Schrift, stream, lambda s: s.noteer(over("tekst")), context())
        self.bring()


@pytest.fixture(params=["log", pytest.param("kafka", marks=pytest.mark.servers)])
def bron(request: pytest.FixtureRequest) -> Iterator[Bron]:
    database = SQLite(None)
    if request.param == "log":
        store = a_store(database)
        yield Bron(store, LogFeed(store), None)
        database.close()
        return
    topic = Topic(request.getfixturevalue("kafka"))
    store = a_store(database, name=topic.bron)

    def read(after: int, limit: int) -> list[Uitgaand]:
        return [
            Uitgaand(n.id, n.originator_id, n.originator_version, n.topic, n.state)
            for n in store.log.read(after, limit)
        ]

    outbox = SqlOutbox(topic.bron, GEMEENTE, database, read)
    relay = Relay(topic.bron, [outbox], topic.producer, WAARMERK, lambda _: None)
    with topic.feed() as feed:
        yield Bron(store, feed, relay)
    relay._discard()
    database.close()


class Reader:
    """Reads on from its cursors, as a consumer does that moves them after every batch."""

    def __init__(self, feed: Feed, limit: int = 100) -> None:
        self.found: list[Located] = []
        self.cursors: dict[int, int] = {}
        self._feed, self._limit = feed, limit

    def step(self) -> None:
        batch = self._feed.read(self.cursors, self._limit)
        assert len(batch.facts) <= self._limit
        self.found += batch.facts
        self.cursors |= batch.cursors

    def read(self, count: int) -> list[Located]:
        until(lambda: self.step() or len(self.found) >= count)
        return self.found


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_every_fact_comes_each_stream_in_its_own_order(bron: Bron, limit: int) -> None:
    bron.note(A, B, A, C, B, A)
    found = Reader(bron.feed, limit).read(6)
    assert sorted(position for position, _ in found) == [1, 2, 3, 4, 5, 6]
    assert in_order(found) == {A: [1, 2, 3], B: [1, 2], C: [1]}


def test_what_comes_is_what_was_stored(bron: Bron) -> None:
    bron.note(A, A, B)
    found = Reader(bron.feed).read(3)
    stored = {each.id: bytes(each.state) for each in bron.store.log.read(0, 10)}
    assert {position: to_bytes(read) for position, read in found} == stored


def test_what_is_stored_later_comes_later(bron: Bron) -> None:
    reader = Reader(bron.feed)
    bron.note(A, B)
    reader.read(2)
    bron.note(A, C)
    assert sorted(position for position, _ in reader.read(4)) == [1, 2, 3, 4]


def test_cursors_that_did_not_move_bring_the_same_again(bron: Bron) -> None:
    """The database is rolled back, or another process had read further: the feed follows."""
    bron.note(*[A] * 6)
    reader = Reader(bron.feed, 2)
    reader.read(2)
    before = dict(reader.cursors)
    reader.read(6)
    again = Reader(bron.feed, 100)
    again.cursors = before
    assert [position for position, _ in again.read(4)] == [3, 4, 5, 6]


def test_a_stream_by_itself(bron: Bron) -> None:
    bron.note(A, B, A, A)
    assert [read.version for read in bron.feed.stream(A)] == [1, 2, 3]
    assert {read.stream for read in bron.feed.stream(A)} == {A}
    assert bron.feed.stream(UUID(int=99)) == []


def test_an_unknown_type_stops_a_reader_after_what_comes_before_it(
    bron: Bron, monkeypatch: pytest.MonkeyPatch
) -> None:
    bron.note(A, A)
    bron.store.handle(Schrift, A, Schrift.sluit, context())
    bron.bring()
    monkeypatch.delitem(Fact._registry, Gesloten.naam)  # as an older release would have it
    reader = Reader(bron.feed)
    assert [position for position, _ in reader.read(2)] == [1, 2]
    for _ in range(2):
        with pytest.raises(UnknownFactError, match=Gesloten.naam):
            until(lambda: reader.step() or False)
