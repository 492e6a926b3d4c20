"""The relay on a real broker: whatever breaks, nothing is lost and no stream is turned round."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import pytest

from infra.cloudevents import Record
from infra.database import Database
from infra.outbox import SqlOutbox, Uitgaand
from infra.relay import Outbox, Relay, Sender
from infra.sqlite import SQLite
from infra.testbed.kafka import Kafka
from tests.infra.topic import (
    LEAVES_SOCKETS,
    WAARMERK,
    Topic,
    assert_complete,
    facts,
    in_order,
    swept,
    until,
)
from tests.infra.world import GEMEENTE

__all__ = ["swept"]
pytestmark = LEAVES_SOCKETS


@pytest.fixture
def topic(kafka: Kafka) -> Topic:
    return Topic(kafka)


class Log:
    """A log that can grow while it is read, with the position of its relay in a real database."""

    def __init__(self, content: Iterable[Uitgaand] = (), gemeente: str = GEMEENTE) -> None:
        self.facts = list(content)
        self.database = SQLite(None)
        self.outbox = SqlOutbox("proef", gemeente, self.database, self.read)

    def read(self, after: int, limit: int) -> Sequence[Uitgaand]:
        return self.facts[after : after + limit]


def relay(topic: Topic, *outboxes: Outbox, batch: int = 100, deadline: float = 30.0) -> Relay:
    wake = threading.Event()
    return Relay(
        topic.bron, outboxes, lambda: topic.producer(deadline), WAARMERK, lambda _: wake.wait(0.02),
        batch,
    )  # fmt: skip


@contextmanager
def running(started: Relay) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=started.run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


class TestOutbox:
    """Its position, on every kind of database."""

    def test_it_moves_from_where_it_is_and_from_nowhere_else(self, database: Database) -> None:
        outbox = SqlOutbox("proef", GEMEENTE, database, lambda after, limit: [])
        assert outbox.position() == 0
        assert not outbox.move(3, 5)
        assert outbox.move(0, 5)
        assert not outbox.move(0, 7)
        assert outbox.position() == 5
        assert outbox.move(5, 9)
        assert outbox.move(9, 2)
        assert outbox.position() == 2
        other = SqlOutbox("ander", GEMEENTE, database, lambda after, limit: [])
        assert other.position() == 0


class TestRelay:
    def test_it_brings_out_the_log_in_order_and_remembers_how_far(self, topic: Topic) -> None:
        log = Log(facts(250))
        first = relay(topic, log.outbox)
        assert [first.step() for _ in range(4)] == [100, 100, 50, 0]
        assert log.outbox.position() == first.positions[GEMEENTE] == first.sent == 250
        log.facts += facts(30, start=251)
        second = relay(topic, log.outbox)
        assert second.step() == 30
        found = topic.read(280)
        assert len(found) == 280
        assert_complete(found, log.facts)

    def test_gemeenten_share_a_relay_and_none_waits_for_another(self, topic: Topic) -> None:
        def foreign(fact: Uitgaand) -> Uitgaand:
            return fact._replace(state=fact.state.replace(b'"9999"', b'"9998"', 1))

        large, small = Log(facts(500)), Log(map(foreign, facts(10)), "9998")
        shared = relay(topic, large.outbox, small.outbox)
        shared.step()
        shared.step()
        assert small.outbox.position() == 10
        until(lambda: not shared.step())
        found = topic.read(510)
        assert_complete([each for each in found if each[1].gemeente == GEMEENTE], large.facts)
        assert_complete([each for each in found if each[1].gemeente == "9998"], small.facts)

    def test_a_fact_of_another_gemeente_is_not_sent(self, topic: Topic) -> None:
        log = Log(facts(3), "9998")
        with pytest.raises(ValueError, match="hoort niet in gemeente 9998"):
            relay(topic, log.outbox).step()
        assert log.outbox.position() == 0

    def test_rewinding_brings_it_out_again_also_while_it_idles(self, topic: Topic) -> None:
        log = Log(facts(120))
        started = relay(topic, log.outbox)
        with running(started):
            until(lambda: started.sent == 120)
            relay(topic, log.outbox).rewind(GEMEENTE, 50)  # a command, in a process of its own
            until(lambda: started.sent == 190)
        assert log.outbox.position() == 120
        found = topic.read(190)
        assert sorted(position for position, _ in found) == sorted(
            [*range(1, 121), *range(51, 121)]
        )
        assert_complete(found, log.facts)

    def test_two_relays_at_once_lose_nothing(self, topic: Topic) -> None:
        log = Log(facts(3000))
        one, two = (relay(topic, log.outbox, batch=70) for _ in range(2))
        with running(one), running(two):
            until(lambda: log.outbox.position() == 3000)
        assert_complete(topic.read(3000), log.facts)

    def test_it_outlives_whoever_wakes_it(self, topic: Topic) -> None:
        """The database that would say that there is something new is gone for a moment."""
        log, broken = Log(facts(10)), threading.Event()

        def wake(_: float) -> None:
            if not broken.is_set():
                broken.set()
                raise ConnectionError

        started = Relay(topic.bron, [log.outbox], topic.producer, WAARMERK, wake)
        with running(started):
            until(broken.is_set)
            log.facts += facts(10, start=11)
            until(lambda: started.sent == 20)
        assert started.failures == 1
        assert started.failing is None

    def test_stopping_finishes_what_is_under_way(self, topic: Topic) -> None:
        log = Log(facts(5000))
        started = relay(topic, log.outbox)
        with running(started):
            until(lambda: started.sent > 0)
            assert _producer_threads(topic)
        assert log.outbox.position() == started.sent
        assert len(topic.read(started.sent)) == started.sent
        assert not _producer_threads(topic)


def _producer_threads(topic: Topic) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if topic.bron in thread.name]


class Grow:
    """Adds to a log from another thread while something else happens to the broker."""

    def __init__(self, log: Log, content: Sequence[Uitgaand]) -> None:
        self._stop = threading.Event()
        self._log, self._rest = log, list(content)
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while self._rest and not self._stop.wait(0.005):
            self._log.facts += self._rest[:10]
            del self._rest[:10]
        self._log.facts += self._rest

    def __enter__(self) -> Grow:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


class TestBroker:
    """The broker fails under load. Whoever breaks it mends it: it is shared."""

    def test_frozen_beyond_the_deadline(self, topic: Topic, kafka: Kafka) -> None:
        """The producer of then says nothing any more; its last records may still be written."""
        everything = facts(4000)
        log = Log(everything[:500])
        started = relay(topic, log.outbox, deadline=1.0)
        with running(started), Grow(log, everything[500:]):
            until(lambda: started.sent >= 500)
            kafka.freeze()
            try:
                until(lambda: started.failures >= 2)
                assert started.failing in ("PublishError", "BrokerError")
            finally:
                kafka.thaw()
            until(lambda: log.outbox.position() == 4000)
            until(lambda: started.failing is None)
        assert_complete(topic.read(4000), everything)

    def test_killed_and_started_again(self, topic: Topic, kafka: Kafka) -> None:
        everything = facts(4000)
        log = Log(everything[:500])
        started = relay(topic, log.outbox, deadline=2.0)
        with running(started), Grow(log, everything[500:]):
            until(lambda: started.sent >= 500)
            kafka.kill()
            try:
                until(lambda: started.failures >= 1)
            finally:
                kafka.start()
            until(lambda: log.outbox.position() == 4000)
        assert_complete(topic.read(4000), everything)


class Crash(Exception):
    """Thrown by a test where a process could end."""


class Fuse:
    """Lets so many boundaries pass and breaks at the next one, once."""

    def __init__(self, count: int) -> None:
        self.left = count

    def pass_by(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise Crash


class Fragile:
    """The real outbox and the real producer; every call can break before, after or halfway."""

    def __init__(self, fuse: Fuse, outbox: Outbox, new_producer: Callable[[], Sender]) -> None:
        self.gemeente = outbox.gemeente
        self._fuse, self._outbox, self._new_producer = fuse, outbox, new_producer

    def position(self) -> int:
        self._fuse.pass_by()
        return self._outbox.position()

    def read(self, after: int, limit: int) -> Sequence[Uitgaand]:
        self._fuse.pass_by()
        return self._outbox.read(after, limit)

    def move(self, van: int, naar: int) -> bool:
        self._fuse.pass_by()
        moved = self._outbox.move(van, naar)
        self._fuse.pass_by()
        return moved

    def producer(self) -> Sender:
        self._fuse.pass_by()
        self._producer = self._new_producer()
        return self

    def send(self, records: Iterable[Record]) -> None:
        self._fuse.pass_by()
        together = list(records)
        self._producer.send(together[: len(together) // 2])
        self._fuse.pass_by()
        self._producer.send(together[len(together) // 2 :])
        self._fuse.pass_by()

    def discard(self) -> None:
        self._producer.discard()


@pytest.mark.parametrize("again", [True, False], ids=["same relay", "new relay"])
def test_a_crash_at_any_step_loses_nothing(topic: Topic, again: bool) -> None:
    logs: list[list[Uitgaand]] = []
    crashed = True
    while crashed:  # one boundary further each time, until the fuse outlives the work
        content = facts(50, streams=[UUID(int=5000 + 10 * len(logs) + n) for n in range(10)])
        log, fuse = Log(content), Fuse(len(logs))
        fragile = Fragile(fuse, log.outbox, topic.producer)

        def new(fragile: Fragile = fragile) -> Relay:
            return Relay(
                topic.bron, [fragile], fragile.producer, WAARMERK, lambda _: None, batch=30
            )

        made, sent, crashed = new(), 1, False
        while sent:
            try:
                sent = made.step()
            except Crash:
                crashed = True
                made = made if again else new()
        fragile.discard()
        assert log.outbox.position() == 50
        logs.append(content)
    assert len(logs) > 15
    found = topic.read(50 * len(logs))
    until_now = in_order(found)
    for content in logs:
        for stream in {fact.stream for fact in content}:
            assert until_now[stream] == [1, 2, 3, 4, 5]
