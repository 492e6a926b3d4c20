"""A topic of a real broker as a feed: order, cursors, members that come and go, refusals."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.base import UnknownFactError, shard
from infra.kafka.feed import KafkaFeed, TopicRefusedError
from infra.kafka.producer import Producer, PublishError
from infra.kafka.topics import maak_topics, sta_toe
from infra.kafka.verbinding import BrokerError, Mtls, Verbinding
from infra.mapper import to_bytes
from infra.positions import Located
from infra.testbed.kafka import Kafka
from tests.infra.topic import (
    LEAVES_SOCKETS,
    STREAMS,
    WAARMERK,
    Topic,
    assert_complete,
    facts,
    swept,
    until,
)
from tests.infra.world import GEMEENTE

__all__ = ["swept"]
ROOT = Path(__file__).parents[2]
pytestmark = LEAVES_SOCKETS


@pytest.fixture
def topic(kafka: Kafka) -> Topic:
    return Topic(kafka)


class TestFeed:
    def test_every_fact_once_each_stream_in_order(self, topic: Topic) -> None:
        log = facts(1000)
        topic.publish(topic.records(log))
        found = topic.read(1000)
        assert len(found) == 1000
        assert_complete(found, log)
        stored = {fact.position: fact.state for fact in log}
        assert all(to_bytes(read) == stored[position] for position, read in found)

    def test_reading_goes_on_where_the_caller_says(self, topic: Topic) -> None:
        """Also backwards, and whatever the client had read in between."""
        topic.publish(topic.records(facts(200)))
        partition = shard(STREAMS[0]) % 12
        mine = [fact.position for fact in facts(200) if shard(fact.stream) % 12 == partition]
        with topic.feed() as feed:
            until(lambda: feed.read({}, 500).cursors)
            for cursor in (3, 0, len(mine) - 1, 5):
                found: list[int] = []

                def complete(found: list[int] = found, cursor: int = cursor) -> bool:
                    batch = feed.read({partition: cursor + len(found)}, 7)
                    assert batch.cursors.get(partition, 0) in (
                        0, cursor + len(found) + sum(shard(e.stream) % 12 == partition
                                                     for _, e in batch.facts),
                    )  # fmt: skip
                    found += [
                        position
                        for position, read in batch.facts
                        if shard(read.stream) % 12 == partition
                    ]
                    return len(found) >= len(mine) - cursor

                until(complete)
                assert found == mine[cursor:]

    def test_what_is_not_moved_is_delivered_again(self, topic: Topic) -> None:
        topic.publish(topic.records(facts(5, streams=STREAMS[:1])))
        with topic.feed() as feed:
            for _ in range(3):
                found: list[Located] = []
                until(lambda found=found: found.extend(feed.read({}, 500).facts) or found)
                assert [position for position, _ in found] == [1, 2, 3, 4, 5]

    def test_a_stream_can_be_read_from_its_beginning(self, topic: Topic) -> None:
        log = facts(400)
        topic.publish([*topic.records(log), *topic.records(log[:80])])  # some of it twice
        with topic.feed() as feed:
            found = feed.stream(STREAMS[7])
            assert [read.version for read in found] == list(range(1, 11))
            assert {read.stream for read in found} == {STREAMS[7]}
            assert feed.stream(uuid4()) == []

    def test_lag_is_what_follows_the_cursor(self, topic: Topic) -> None:
        log = facts(120)
        topic.publish(topic.records(log))
        with topic.feed() as feed:
            lag = feed.lag({})
            assert len(lag) == 12
            assert sum(lag.values()) == 120
            full = max(lag, key=lambda number: lag[number])
            assert feed.lag({full: 2})[full] == lag[full] - 2
            assert feed.lag(lag) == dict.fromkeys(lag, 0)

    def test_what_comes_before_an_unknown_type_is_read_and_then_it_stops(
        self, topic: Topic
    ) -> None:
        log = facts(6, streams=STREAMS[:1])
        log[4] = log[4]._replace(naam="nl.samenplan.van-morgen")
        topic.publish(topic.records(log))
        with topic.feed() as feed:
            found: list[Located] = []
            cursors: dict[int, int] = {}

            def read() -> bool:
                batch = feed.read(cursors, 500)
                found.extend(batch.facts)
                cursors.update(batch.cursors)
                return len(found) >= 4

            until(read)
            assert [position for position, _ in found] == [1, 2, 3, 4]
            for _ in range(2):
                with pytest.raises(UnknownFactError, match="van-morgen"):
                    until(lambda: feed.read(cursors, 500).facts)
            with pytest.raises(UnknownFactError):
                feed.stream(STREAMS[0])
        with topic.feed("2", "ander") as restarted, pytest.raises(UnknownFactError):
            until(lambda: restarted.read(cursors, 500).facts)


class TestMembers:
    def test_two_members_share_and_whoever_stays_takes_over(self, topic: Topic) -> None:
        log = facts(600)
        records = topic.records(log)
        found: list[Located] = []
        cursors: dict[int, int] = {}  # as the database of both would keep them

        def step(*feeds: KafkaFeed) -> None:
            for feed in feeds:
                batch = feed.read(cursors, 50)
                found.extend(batch.facts)
                cursors.update(batch.cursors)

        def positions() -> set[int]:
            return {position for position, _ in found}

        with topic.feed("een") as een:
            topic.publish(records[:200])
            until(lambda: step(een) or len(positions()) == 200)
            with topic.feed("twee") as twee:
                topic.publish(records[200:400])
                until(lambda: step(een, twee) or (len(een.held()) == len(twee.held()) == 6))
                assert not een.held() & twee.held()
                until(lambda: step(een, twee) or len(positions()) == 400)
            # A static member that leaves says nothing: its partitions follow after the session.
            topic.publish(records[400:])
            until(lambda: step(een) or len(positions()) == 600)
            assert len(een.held()) == 12
        assert_complete(found, log)

    def test_a_killed_member_is_taken_over(self, topic: Topic) -> None:
        command = [sys.executable, "-m", "tests.infra.lid", topic.verbinding.bootstrap, topic.bron,
                   "lezer", "gedood"]  # fmt: skip
        log = facts(400)
        records = topic.records(log)
        topic.publish(records[:200])
        with (
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other,
            topic.feed("blijft") as feed,
        ):
            try:
                assert other.stdout is not None
                found: list[Located] = []
                cursors: dict[int, int] = {}

                def step() -> None:
                    batch = feed.read(cursors, 50)
                    found.extend(batch.facts)
                    cursors.update(batch.cursors)

                assert other.stdout.readline() == "leest\n"
                until(lambda: step() or len(feed.held()) == 6)
            finally:
                other.kill()
            topic.publish(records[200:])
            until(lambda: step() or len(feed.held()) == 12, 20)
            until(lambda: step() or len({position for position, _ in found}) == 400)
        assert_complete(found, log)


class TestBroker:
    """Whoever breaks the broker mends it: it is shared."""

    @pytest.mark.parametrize("how", ["killed", "frozen"])
    def test_reading_goes_on_when_it_is_back(self, topic: Topic, kafka: Kafka, how: str) -> None:
        log = facts(400)
        records = topic.records(log)
        topic.publish(records[:200])
        found: list[Located] = []
        cursors: dict[int, int] = {}
        with topic.feed() as feed:

            def step() -> None:
                try:
                    batch = feed.read(cursors, 50)
                except BrokerError:  # a worker tries again
                    return
                found.extend(batch.facts)
                cursors.update(batch.cursors)

            until(lambda: step() or len({position for position, _ in found}) == 200)
            if how == "killed":
                kafka.kill()
                step()
                kafka.start()
            else:
                kafka.freeze()
                try:
                    left = time.monotonic() + 8  # longer than a session lasts
                    until(lambda: step() or time.monotonic() > left)
                finally:
                    kafka.thaw()
            topic.publish(records[200:])
            until(lambda: step() or len({position for position, _ in found}) == 400)
        assert_complete(found, log)


def test_a_client_that_says_nothing_is_replaced(
    topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a broker that just came back is not yet in what it tells of itself."""
    monkeypatch.setattr("infra.kafka.stilte.TOO_LONG", 1.0)
    log = facts(80)
    records = topic.records(log)
    topic.publish(records[:40])
    found: list[Located] = []
    cursors: dict[int, int] = {}
    with topic.feed() as feed:

        def read() -> int:
            batch = feed.read(cursors, 50)
            found.extend(batch.facts)
            cursors.update(batch.cursors)
            feed.lag(cursors)
            return len(found)

        until(lambda: read() == 40)
        silent = feed._consumer
        fetcher = silent._fetcher
        with monkeypatch.context() as away:
            away.setattr(fetcher._manager.cluster, "broker_metadata", lambda _: None)
            for node in list(fetcher._manager._conns):
                fetcher._manager.run(fetcher._manager.close, node)
            with pytest.raises(BrokerError, match="UnknownBrokerId"):
                until(lambda: not read())
        topic.publish(records[40:])
        until(lambda: read() == 80)
        assert feed._consumer is not silent
    assert_complete(found, log)


class TestProducer:
    def test_too_large_for_the_broker_is_an_error_and_a_new_producer_works(
        self, topic: Topic
    ) -> None:
        good = topic.records(facts(3))
        producer = topic.producer()
        with pytest.raises(PublishError):
            producer.send([good[0], good[1]._replace(value=b"x" * 3_000_000), good[2]])
        producer.discard()
        topic.publish(good)
        assert {position for position, _ in topic.read(3)} == {1, 2, 3}

    def test_what_waits_for_acknowledgement_is_bounded(self, topic: Topic) -> None:
        log = facts(300)
        producer = Producer(topic.verbinding, topic.bron, unacked=10_000)  # about twelve facts
        producer.send(topic.records(log))
        producer.discard()
        assert_complete(topic.read(300), log)

    def test_no_broker(self) -> None:
        with pytest.raises(BrokerError):
            Producer(Verbinding("127.0.0.1:1"), "proef")


def test_topics_keep_everything_and_can_be_made_again(topic: Topic) -> None:
    topic.publish(topic.records(facts(3)))
    maak_topics(topic.verbinding, [topic.bron])
    assert len(topic.read(3)) == 3


def test_a_topic_that_is_not_there_is_an_error(topic: Topic) -> None:
    with pytest.raises(TopicRefusedError):
        KafkaFeed("bestaat-niet", topic.verbinding, WAARMERK, "lezer", "1")


class TestRights:
    """A service writes its own topic, reads what it was given, and is refused the rest."""

    @pytest.fixture
    def diensten(self, secured_kafka: Kafka) -> tuple[str, dict[str, Verbinding]]:
        bron = uuid4().hex[:8]
        names = ("beheer", f"intake{bron}", f"plan{bron}", f"vreemd{bron}")
        made = {}
        for name in names:
            identity = secured_kafka.pki.identity(name)
            mtls = Mtls(secured_kafka.pki.ca, identity.cert, identity.key)
            made[name.removesuffix(bron)] = Verbinding(secured_kafka.bootstrap, mtls)
        maak_topics(made["beheer"], [f"intake{bron}", f"plan{bron}"])
        sta_toe(made["beheer"], f"intake{bron}", [f"intake{bron}"], [f"plan{bron}"])
        sta_toe(made["beheer"], f"plan{bron}", [f"plan{bron}"], [f"intake{bron}"])
        return bron, made

    def test_rights(self, diensten: tuple[str, dict[str, Verbinding]]) -> None:
        bron, verbinding = diensten
        intake, plan = f"intake{bron}", f"plan{bron}"

        def feed(who: str, wat: str, lezer: str | None = None) -> KafkaFeed:
            groep = f"samenplan.{lezer or who + bron}.{wat}"
            return KafkaFeed(wat, verbinding[who], WAARMERK, groep, "1", 0.05)

        def allowed() -> bool:  # rights take effect a moment after they were given
            try:
                feed("plan", intake).close()
            except TopicRefusedError:
                return False
            return True

        until(allowed)
        made = Topic.__new__(Topic)
        made.bron = intake
        records = made.records(facts(10))
        producer = Producer(verbinding["intake"], intake)
        producer.send(records)
        producer.discard()
        lezer = feed("plan", intake)
        found: list[Located] = []
        until(lambda: found.extend(lezer.read({}, 500).facts) or len(found) >= 10)
        assert {read.gemeente for _, read in found} == {GEMEENTE}

        for who, wat in (("vreemd", intake), ("vreemd", plan)):
            with pytest.raises(TopicRefusedError):
                feed(who, wat)
        schrijver = feed("intake", intake)  # who may write a topic may know that it exists
        with pytest.raises(TopicRefusedError):
            until(lambda: schrijver.read({}, 10).facts)
        schrijver.close()
        for who, wat in (("plan", intake), ("vreemd", plan)):
            producer = Producer(verbinding[who], wat)
            with pytest.raises(PublishError):
                producer.send(records)
            producer.discard()
        # A group of another service is refused too, when the member first asks to join.
        indringer = feed("plan", intake, f"intake{bron}")
        with pytest.raises(TopicRefusedError):
            until(lambda: indringer.read({}, 10).facts)
        indringer.close()
        lezer.close()
        with pytest.raises(BrokerError):
            sta_toe(verbinding["plan"], plan, [intake], [])


def test_positions_of_a_log_are_those_of_its_records(topic: Topic) -> None:
    stream = UUID(int=5)
    log = facts(4, start=11, streams=[stream])
    topic.publish(topic.records(log))
    assert [position for position, _ in topic.read(4)] == [11, 12, 13, 14]


def test_kafka_python_does_not_fill_the_log(topic: Topic, caplog: pytest.LogCaptureFixture) -> None:
    """Without a coordinator it says so hundreds of times a second."""
    with topic.feed():
        storm = logging.getLogger("kafka.coordinator")
        for number in range(1000):
            storm.warning("Marking the coordinator dead (%s)", number)
        storm.warning("something else")
    ours = [line for line in caplog.records if line.name == "kafka.coordinator"]
    assert [line.args for line in ours if "dead" in line.msg] in ([(0,)], [])
    assert any(line.msg == "something else" for line in ours)
