"""What tests on a real broker share: a topic of their own, facts for it, and ways to read it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from infra.cloudevents import Record, Waarmerk, to_record
from infra.kafka.feed import KafkaFeed
from infra.kafka.producer import Producer
from infra.kafka.topics import maak_topics
from infra.kafka.verbinding import Verbinding
from infra.mapper import to_bytes
from infra.outbox import Uitgaand
from infra.positions import Located
from infra.testbed.kafka import Kafka
from tests.infra.world import GEMEENTE, Genoteerd, envelope

WAARMERK = Waarmerk(b"w" * 32)
LEAVES_SOCKETS = [
    # A client of kafka-python that finds no broker, or is closed while it connects, leaves its
    # sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("swept"),
]
STREAMS = [UUID(int=1000 + number) for number in range(40)]


@pytest.fixture
def swept() -> Iterator[None]:
    """What a test leaves to the garbage collector is not found by the next one."""
    yield
    gc.collect()


def until(reached: Callable[[], object], seconds: float = 60) -> None:
    """Try until it is true; it does the waiting. Fails at the deadline."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "niet bereikt binnen de tijd"


def facts(count: int, start: int = 1, streams: Sequence[UUID] = STREAMS) -> list[Uitgaand]:
    """A log: position n is version 1 + (n - 1) // len(streams) of one of the streams."""
    made = []
    for position in range(start, start + count):
        stream = streams[(position - 1) % len(streams)]
        stored = envelope(stream, 1 + (position - 1) // len(streams), Genoteerd(nummer=position))
        made.append(Uitgaand(position, stream, stored.version, stored.fact.naam, to_bytes(stored)))
    return made


class Topic:
    """A topic of a source nobody else uses."""

    def __init__(self, kafka: Kafka) -> None:
        self.bron = f"proef-{uuid4().hex[:8]}"
        self.verbinding = Verbinding(kafka.bootstrap)
        maak_topics(self.verbinding, [self.bron])

    def records(self, log: Iterable[Uitgaand]) -> list[Record]:
        return [to_record(WAARMERK, self.bron, GEMEENTE, fact) for fact in log]

    def producer(self, deadline: float = 30.0) -> Producer:
        return Producer(self.verbinding, self.bron, deadline)

    def publish(self, records: Sequence[Record]) -> None:
        producer = self.producer()
        producer.send(records)
        producer.discard()

    @contextmanager
    def feed(self, lid: str = "1", lezer: str = "lezer") -> Iterator[KafkaFeed]:
        groep = f"samenplan.{lezer}.{self.bron}"
        made = KafkaFeed(self.bron, self.verbinding, WAARMERK, groep, lid, 0.05)
        try:
            yield made
        finally:
            made.close()

    def read(self, count: int) -> list[Located]:
        """Read from the beginning, as a group of its own, until there were so many facts and
        nothing follows."""
        found: list[Located] = []
        cursors: dict[int, int] = {}
        with self.feed(lezer=f"lezer-{uuid4().hex[:6]}") as feed:

            def done() -> bool:
                batch = feed.read(cursors, 500)
                found.extend(batch.facts)
                cursors.update(batch.cursors)
                return len(found) >= count and not batch.cursors

            until(done)
        return found


def in_order(found: Sequence[Located]) -> dict[UUID, list[int]]:
    """Per stream its versions as they first came by: what a reader is left with after skipping
    what it had already."""
    versions: dict[UUID, list[int]] = {}
    for _, read in found:
        kept = versions.setdefault(read.stream, [])
        if read.version not in kept:
            kept.append(read.version)
    return versions


def assert_complete(found: Sequence[Located], log: Sequence[Uitgaand]) -> None:
    """Nothing of the log is lost, nothing else was read, and no stream has a hole or a turn."""
    assert {position for position, _ in found} == {fact.position for fact in log}
    for stream, versions in in_order(found).items():
        assert versions == sorted(fact.version for fact in log if fact.stream == stream)
