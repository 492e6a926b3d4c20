"""The contract of a feed and of the one loop that reads it, on every kind of database."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from uuid import UUID

import pytest
import structlog
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.exc import OperationalError

from infra.database import Database, Tx
from infra.feed import Consumer, HoleError, LogFeed, Worker
from infra.positions import Located, Positie, quarantaine
from infra.recorder import feiten
from infra.store import Store
from tests.infra.world import (
    Genoteerd,
    LijstFeed,
    Schrift,
    a_store,
    context,
    envelope,
    over,
    rows,
)

A, B, C = UUID(int=11), UUID(int=12), UUID(int=13)

tables = MetaData()
gezien = Table(
    "gezien", tables, Column("volgnummer", Integer, primary_key=True), Column("nummer", Integer)
)


class Lezer:
    """A consumer that writes down what it got, and cannot handle the numbers in `breekt_op`."""

    def __init__(self, database: Database, *feeds: LijstFeed | LogFeed, batch: int = 500) -> None:
        database.create(tables)
        self.database = database
        self.breekt_op: set[int] = set()
        self.consumer = Consumer("lezer", database, feeds, self._apply, batch)

    def _apply(self, tx: Tx, _bron: str, facts: Sequence[Located]) -> None:
        for _, found in facts:
            assert isinstance(found.fact, Genoteerd)
            tx.execute(gezien.insert(), {"nummer": found.fact.nummer})
            if found.fact.nummer in self.breekt_op:  # after the effect: it must be undone
                raise RuntimeError("dit kan deze versie niet aan")

    def gezien(self) -> list[int]:
        with self.database.read() as tx:
            return [nummer for _, nummer in rows(tx, gezien)]

    def apart(self) -> dict[UUID, str]:
        with self.database.read() as tx:
            return {row.stroom: row.fout for row in tx.execute(quarantaine.select())}


def facts(*which: tuple[UUID, int], start: int = 1) -> list[Located]:
    """(stream, version) pairs; the log position is also the number of the fact."""
    return [
        (position, envelope(stream, version, Genoteerd(nummer=position)))
        for position, (stream, version) in enumerate(which, start=start)
    ]


@pytest.fixture
def store(database: Database) -> Store:
    made = a_store(database)
    for number, stream in enumerate((A, B, A, C, B)):
        made.handle(Schrift, stream, lambda s, n=number: s.noteer(over(f"tekst {n}")), context())
    return made


class TestFeed:
    def test_facts_come_oldest_first_each_stream_in_its_own_order(self, store: Store) -> None:
        read = LogFeed(store).read({}, 100).facts
        assert [position for position, _ in read] == [1, 2, 3, 4, 5]
        assert [found.stream for _, found in read] == [A, B, A, C, B]
        assert [found.version for _, found in read] == [1, 1, 2, 1, 2]

    def test_reading_goes_on_after_a_position(self, store: Store) -> None:
        feed = LogFeed(store)
        everything = feed.read({}, 100).facts
        for after in range(6):
            assert feed.read({0: after}, 100).facts == everything[after:]

    def test_a_limit_is_a_limit(self, store: Store) -> None:
        feed = LogFeed(store)
        assert feed.read({0: 1}, 2).facts == feed.read({}, 100).facts[1:3]
        assert feed.read({0: 5}, 10) == ([], {0: 5})

    def test_a_stream_by_itself(self, store: Store) -> None:
        feed = LogFeed(store)
        assert feed.name == store.name
        assert [found.version for found in feed.stream(A)] == [1, 2]
        assert feed.stream(UUID(int=99)) == []

    def test_what_comes_is_sealed_as_it_was_stored(self, store: Store) -> None:
        assert [found for _, found in LogFeed(store).read({}, 1).facts] == list(store.stream(A))[:1]
        assert b"tekst 0" not in repr(LogFeed(store).read({}, 100).facts).encode()


class TestConsumer:
    def test_each_fact_once_in_order(self, database: Database) -> None:
        lezer = Lezer(database, LijstFeed("bron", facts((A, 1), (B, 1), (A, 2))), batch=2)
        while lezer.consumer.step():
            pass
        assert lezer.gezien() == [1, 2, 3]

    def test_a_redelivery_has_no_second_effect(self, database: Database) -> None:
        feed = LijstFeed("bron", facts((A, 1), (B, 1), (A, 2)), again=True)
        lezer = Lezer(database, feed)
        for _ in range(3):
            assert lezer.consumer.step() == 3
        assert Lezer(database, feed).consumer.step() == 3  # nor after a start
        assert lezer.gezien() == [1, 2, 3]

    def test_the_same_fact_under_a_new_position_has_no_second_effect(
        self, database: Database
    ) -> None:
        once, again = facts((A, 1)), facts((A, 1), start=7)
        lezer = Lezer(database, LijstFeed("bron", [*once, *again]))
        lezer.consumer.step()
        assert lezer.gezien() == [1]
        assert lezer.apart() == {}

    def test_sources_are_counted_apart(self, database: Database) -> None:
        lezer = Lezer(database, LijstFeed("een", facts((A, 1))), LijstFeed("twee", facts((A, 1))))
        assert lezer.consumer.step() == 2
        assert lezer.gezien() == [1, 1]

    def test_a_hole_parks_its_stream_and_the_rest_goes_on(self, database: Database) -> None:
        lezer = Lezer(database, LijstFeed("bron", facts((A, 1), (A, 3), (B, 1), (A, 4), (B, 2))))
        lezer.consumer.step()
        assert lezer.gezien() == [1, 3, 5]
        assert lezer.apart() == {A: "gat"}
        assert lezer.consumer.quarantined() == 1

    def test_a_fact_that_fails_parks_its_stream_and_the_rest_goes_on(
        self, database: Database
    ) -> None:
        feed = LijstFeed("bron", facts((A, 1), (B, 1), (A, 2), (B, 2), (A, 3), (C, 1)))
        lezer = Lezer(database, feed)
        lezer.breekt_op = {3}
        with structlog.testing.capture_logs() as logged:
            lezer.consumer.step()
        assert lezer.gezien() == [1, 2, 4, 6]
        assert lezer.apart() == {A: "RuntimeError"}
        assert lezer.consumer.stopped is None
        (line,) = logged
        assert (line["event"], line["log_level"]) == ("stream quarantined", "error")
        assert "dit kan deze versie niet aan" not in str(line)  # a text may quote a person

    def test_a_replay_makes_good_what_was_missed(self, database: Database) -> None:
        feed = LijstFeed("bron", facts((A, 1), (A, 2), (B, 1), (A, 3)))
        lezer = Lezer(database, feed)
        lezer.breekt_op = {2}
        lezer.consumer.step()
        assert lezer.gezien() == [1, 3]
        with pytest.raises(RuntimeError):  # not repaired yet: it stays apart, and nothing is half
            lezer.consumer.replay("bron", A)
        assert (lezer.gezien(), lezer.apart()) == ([1, 3], {A: "RuntimeError"})
        lezer.breekt_op = set()
        lezer.consumer.replay("bron", A)
        assert (lezer.gezien(), lezer.apart()) == ([1, 3, 2, 4], {})
        feed.facts += facts((A, 4), start=5)
        lezer.consumer.step()
        assert lezer.gezien() == [1, 3, 2, 4, 5]

    def test_an_unknown_fact_type_stops_the_consumer_visibly(
        self, store: Store, database: Database
    ) -> None:
        lezer = Lezer(database, LogFeed(store), batch=2)
        with database.write() as tx:
            tx.execute(
                feiten.update()
                .where(feiten.c.originator_id == C)
                .values(topic="nl.samenplan.van-later")
            )
        with structlog.testing.capture_logs() as logged:
            while lezer.consumer.step():
                pass
        assert lezer.gezien() == [1, 1, 2]  # what came before it; nothing was guessed
        assert lezer.consumer.stopped is not None
        assert "nl.samenplan.van-later" in lezer.consumer.stopped
        assert [line["event"] for line in logged] == ["consumer stopped"]
        assert lezer.consumer.step() == 0
        assert not lezer.consumer.reached(Positie.of(store.name, C, 4))

    def test_effect_and_position_move_together(self, database: Database) -> None:
        lezer = Lezer(database, LijstFeed("bron", facts((A, 1), (B, 1))))
        token = Positie.of("bron", B, 2)
        assert not lezer.consumer.reached(token)
        lezer.consumer.step()
        assert lezer.consumer.reached(token)
        assert not lezer.consumer.reached(Positie.of("bron", B, 3))
        assert not lezer.consumer.reached(Positie.of("elders", B, 1))


def test_a_worker_drains_all_its_consumers(store: Store, database: Database) -> None:
    lezer = Lezer(database, LogFeed(store), batch=2)
    Worker([lezer.consumer]).drain()
    assert len(lezer.gezien()) == 5


def test_what_is_of_the_moment_is_tried_again_and_sets_nothing_apart(database: Database) -> None:
    lezer = Lezer(database, LijstFeed("bron", facts((A, 1), (B, 1))))
    locked = OperationalError("x", {}, Exception("database is locked"))
    apply = lezer.consumer._apply

    def busy(_tx: Tx, _bron: str, _facts: Sequence[Located]) -> None:
        raise locked

    lezer.consumer._apply = busy
    with pytest.raises(OperationalError):
        lezer.consumer.step()
    assert (lezer.apart(), lezer.consumer.position("bron")) == ({}, 0)
    lezer.consumer._apply = apply
    lezer.consumer.step()
    assert lezer.gezien() == [1, 2]


def test_damaged_bytes_stop_the_consumer_after_what_came_before(
    store: Store, database: Database
) -> None:
    lezer = Lezer(database, LogFeed(store))
    with database.write() as tx:
        tx.execute(feiten.update().where(feiten.c.originator_id == C).values(state=b"\xff\x00"))
    while lezer.consumer.step():
        pass
    assert len(lezer.gezien()) == 3
    assert lezer.consumer.stopped == f"onleesbaar feit in {store.name}: positie 4"


def test_a_replay_does_not_pass_over_a_hole(database: Database) -> None:
    feed = LijstFeed("bron", facts((A, 1), (A, 3)))
    lezer = Lezer(database, feed)
    lezer.consumer.step()
    with pytest.raises(HoleError):
        lezer.consumer.replay("bron", A)
    assert (lezer.gezien(), lezer.apart()) == ([1], {A: "gat"})


def test_a_consumer_that_fails_does_not_keep_another_from_its_work(database: Database) -> None:
    class Stuk(LijstFeed):
        def read(self, after: int, limit: int) -> Sequence[Located]:
            raise OSError("schijf vol")

    stuk = Lezer(database, Stuk("bron", []))
    heel = Lezer(database, LijstFeed("elders", facts((A, 1))))
    worker = Worker([stuk.consumer, heel.consumer], poll=0.01)
    done = threading.Event()
    heel.consumer._apply = lambda *_: done.set()
    worker.start()
    assert done.wait(10)
    worker.stop()
    assert (stuk.consumer.failing, heel.consumer.failing) == ("OSError", None)
