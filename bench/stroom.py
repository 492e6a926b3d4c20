"""The way outside and back in: the relay against kafka-python's own send loop, a worker's consumer
against its own consume loop, over the same records in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from kafka import KafkaConsumer, TopicPartition

from app.gesproken import clock
from app.processen import _outgoing
from bench.toevoegen import verzegeld
from infra import collector, dispatcher
from infra.cloudevents import PARTITIES, Record, Waarmerk, to_record
from infra.dispatcher import Dispatcher
from infra.kafka.feed import KafkaFeed
from infra.kafka.producer import Producer
from infra.kafka.topics import maak_topics
from infra.kafka.verbinding import Verbinding, topic_of
from infra.outbox import SqlOutbox
from infra.postgres import PostgreSQL
from infra.relay import Relay
from infra.store import Log
from infra.testbed.kafka import Kafka
from infra.testbed.postgres import Postgres
from infra.views import View
from services.portal import projections

FEITEN = 100_000
BLOK = 20_000
"""Facts per turn: ours and theirs alternate."""
STROMEN = 2_000
WAARMERK = Waarmerk(b"ijkpunt-" * 4)


def regels(_folder: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    with Postgres() as server, Kafka() as kafka:
        with psycopg.connect(server.url, autocommit=True) as connection:
            for schema in ("ons", "portal"):
                connection.execute(f"CREATE SCHEMA {schema}")
        verbinding = Verbinding(kafka.bootstrap)
        maak_topics(verbinding, ["intake", "ijkpunt"])
        database = _gevuld(server.url)
        collector.settled()  # as our processes do when they have started
        yield _naar_buiten(database, verbinding)
        yield _naar_binnen(server.url, verbinding)


def _gevuld(url: str) -> PostgreSQL:
    """A log of facts as they are stored: one sealed fact, over and over, in other streams."""
    verzegeld(url, "ons", maak=True)()
    database = PostgreSQL(url, "ons", migrates=True)
    log = Log(database)
    [one] = log.read(0, 1)
    streams = [uuid4() for _ in range(STROMEN)]
    for first in range(1, FEITEN, 10_000):
        with log.turn([], []) as turn:
            turn.stored += [
                StoredEvent(streams[n % STROMEN], 1 + n // STROMEN, one.topic, one.state)
                for n in range(first - 1, min(first + 9_999, FEITEN - 1))
            ]
    return database


def _naar_buiten(database: PostgreSQL, verbinding: Verbinding) -> tuple[str, str, str]:
    read = _outgoing(Log(database))
    outbox = SqlOutbox("intake", "9999", database, read)
    relay = Relay(
        "intake", [outbox], lambda: Producer(verbinding, "intake"), WAARMERK, lambda _: None
    )
    theirs = Producer(verbinding, "ijkpunt")._producer  # its settings are ours
    relay.step()  # connects
    pairs = []
    while relay.sent < FEITEN:
        facts = read(relay.sent, BLOK)
        records = [to_record(WAARMERK, "intake", "9999", fact) for fact in facts]
        base = _per_seconde(partial(_zend, theirs, records))
        pairs.append((_per_seconde(partial(_tot, relay, len(facts))), base))
    theirs.close()
    return _rij("relay", pairs, "zendlus van kafka-python")


def _tot(relay: Relay, aantal: int) -> int:
    until = relay.sent + aantal
    while relay.sent < until and relay.step():
        pass
    return aantal


def _zend(producer: Any, records: Sequence[Record]) -> int:
    sent = [producer.send(topic_of("ijkpunt"), r.value, r.key, r.headers, r.partition)
            for r in records]  # fmt: skip
    producer.flush()
    assert all(future.succeeded() for future in sent)
    return len(sent)


def _naar_binnen(url: str, verbinding: Verbinding) -> tuple[str, str, str]:
    database = PostgreSQL(url, "portal", one_writer=False, migrates=True)
    database.create(dispatcher.tables)
    feed = KafkaFeed("intake", verbinding, WAARMERK, "samenplan.portal.intake", "1", 1.0)
    view = View("portal", database, [feed], projections.tables, projections.project)
    reader = Dispatcher("portal", database, feed, {"9999": view}, clock)
    theirs = KafkaConsumer(**verbinding.options(), enable_auto_commit=False)
    theirs.assign([TopicPartition(topic_of("intake"), n) for n in range(PARTITIES)])
    theirs.seek_to_beginning()
    while not reader.step():  # until it has its partitions
        pass
    theirs.poll(10_000)
    pairs, done = [], 0
    while done < FEITEN - 2 * BLOK:
        base = _per_seconde(lambda: _lees(theirs))
        pairs.append((_per_seconde(lambda: _verwerk(reader)), base))
        done += BLOK
    theirs.close(autocommit=False)
    feed.close()
    return _rij("achterstand van een werker", pairs, "leeslus van kafka-python")


def _lees(consumer: Any) -> int:
    count = 0
    while count < BLOK:
        count += sum(map(len, consumer.poll(10_000, max_records=500).values()))
    return count


def _verwerk(reader: Dispatcher) -> int:
    count = 0
    while count < BLOK:
        count += reader.step()
    return count


def _per_seconde(doe: Callable[[], int]) -> float:
    begin = time.perf_counter()
    return doe() / (time.perf_counter() - begin)


def _rij(wat: str, pairs: Sequence[tuple[float, float]], ijkpunt: str) -> tuple[str, str, str]:
    ours = statistics.median(mine for mine, _ in pairs)
    theirs = statistics.median(base for _, base in pairs)
    ratio = statistics.median(mine / base for mine, base in pairs)
    return wat, f"{ours:,.0f} feiten/s · {ratio:.2f} ×", f"{ijkpunt} {theirs:,.0f}/s"
