"""Hostile records: whatever anybody puts on a topic, only what our relay made is ever read.

Seeded, so that a failure comes back; the seed is in the message.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from kafka import KafkaProducer

from infra.cloudevents import ForeignRecordError, Record, Waarmerk, from_record, to_record
from infra.mapper import to_bytes
from infra.outbox import Uitgaand
from infra.testbed.kafka import Kafka
from tests.infra.topic import STREAMS, WAARMERK, Topic, assert_complete, facts
from tests.infra.world import GEMEENTE

SEED = 20261123
FOREIGN = Waarmerk(b"another secret")

Loose = tuple[bytes | None, bytes | None, list[tuple[str, bytes]], int]
"""A record as anybody can put it on a topic."""

Attack = Callable[[random.Random, Record, Record], Loose]


def noise(r: random.Random, most: int = 300) -> bytes:
    return r.randbytes(r.randrange(most))


def random_bytes(r: random.Random, _one: Record, _other: Record) -> Loose:
    headers = [(f"ce_{r.choice(['id', 'type', 'x'])}", noise(r)) for _ in range(r.randrange(12))]
    return noise(r), noise(r, 3000), headers, r.randrange(12)


def flipped_bit(r: random.Random, one: Record, _other: Record) -> Loose:
    where = r.randrange(len(one.value))
    value = bytearray(one.value)
    value[where] ^= 1 << r.randrange(8)
    return one.key, bytes(value), one.headers, one.partition


def truncated(r: random.Random, one: Record, _other: Record) -> Loose:
    return one.key, one.value[: r.randrange(len(one.value))], one.headers, one.partition


def oversized(r: random.Random, one: Record, _other: Record) -> Loose:
    return one.key, one.value + b" " * r.randrange(1, 90_000), one.headers, one.partition


def no_key_or_value(r: random.Random, one: Record, _other: Record) -> Loose:
    return (None, one.value, one.headers, 0) if r.random() < 0.5 else (one.key, None, [], 0)


def header_changed(r: random.Random, one: Record, other: Record) -> Loose:
    """One header of ours made random, taken from another record, left out or there twice."""
    headers = list(one.headers)
    at = r.randrange(len(headers))
    name = headers[at][0]
    match r.randrange(4):
        case 0:
            headers[at] = (name, noise(r, 80))
        case 1:
            headers[at] = (name, dict(other.headers)[name])
        case 2:
            del headers[at]
        case _:
            headers.insert(r.randrange(len(headers)), (name, noise(r, 80)))
    return one.key, one.value, headers, one.partition


def moved_to_another_gemeente(_r: random.Random, one: Record, _other: Record) -> Loose:
    headers = [
        (name, value.replace(GEMEENTE.encode(), b"9998")) if name == "ce_id" else (name, value)
        for name, value in one.headers
    ]
    value = one.value.replace(b'"gemeente":"9999"', b'"gemeente":"9998"')
    return one.key.replace(GEMEENTE.encode(), b"9998"), value, headers, one.partition


def moved_to_another_stream(r: random.Random, one: Record, other: Record) -> Loose:
    """The content of one under the name, or only the key, of the other."""
    headers = one.headers if r.random() < 0.5 else other.headers
    return other.key, one.value, headers, other.partition


def moved_to_another_partition(r: random.Random, one: Record, _other: Record) -> Loose:
    return one.key, one.value, one.headers, (one.partition + r.randrange(1, 12)) % 12


def other_secret(r: random.Random, one: Record, _other: Record) -> Loose:
    """Well made in every way, also of a type nobody knows, by who does not have the secret."""
    stream = UUID(one.key.decode().split("/")[1])
    naam = r.choice(["nl.samenplan.proef-genoteerd", "nl.samenplan.van-morgen", "os.system", ""])
    made = Uitgaand(r.randrange(1, 10**6), stream, r.randrange(1, 10**6), naam, one.value)
    return tuple(to_record(FOREIGN, "proef", GEMEENTE, made))


def other_source(_r: random.Random, one: Record, _other: Record) -> Loose:
    """Authentic, of the relay of another service."""
    named = dict(one.headers)
    _, stream, version = named["ce_id"].decode().split("/")
    made = Uitgaand(
        int(named["ce_sequence"]), UUID(stream), int(version), named["ce_type"].decode(), one.value
    )
    return tuple(to_record(WAARMERK, "ander", GEMEENTE, made))


def replayed(_r: random.Random, one: Record, _other: Record) -> Loose:
    """An exact copy: it is read, and what it says is what it said. Positions skip it."""
    return tuple(one)


ATTACKS: Sequence[Attack] = [
    random_bytes, flipped_bit, truncated, oversized, no_key_or_value, header_changed,
    moved_to_another_gemeente, moved_to_another_stream, moved_to_another_partition, other_secret,
    other_source, replayed,
]  # fmt: skip


def hostile(r: random.Random, ours: Sequence[Record]) -> tuple[Attack, Loose]:
    attack = r.choice(ATTACKS)
    one, other = r.sample(ours, 2)
    return attack, attack(r, one, other)


def test_of_100000_hostile_records_only_exact_copies_are_read() -> None:
    log = facts(200)
    stored = {fact.position: fact for fact in log}
    ours = [to_record(WAARMERK, "proef", GEMEENTE, fact) for fact in log]
    r = random.Random(SEED)
    read: dict[Attack, int] = dict.fromkeys(ATTACKS, 0)
    refused: dict[Attack, int] = dict.fromkeys(ATTACKS, 0)
    for number in range(100_000):
        attack, (key, value, headers, partition) = hostile(r, ours)
        try:
            position, found = from_record(WAARMERK, "proef", key, value, headers, partition)
        except ForeignRecordError:
            refused[attack] += 1
            continue
        read[attack] += 1
        fact = stored[position]
        assert (found.gemeente, found.stream, found.version, found.fact.naam) == (
            (GEMEENTE, fact.stream, fact.version, fact.naam)
        ), (SEED, number, attack)
        assert (value, key) == (fact.state, f"{GEMEENTE}/{fact.stream}".encode())
        assert to_bytes(found) == fact.state
    accepted = {attack for attack, count in read.items() if count}
    # A header that nobody here believes (time, trace) may be anything; the fact is the same.
    # Two records of one stream, or two headers of one value, can be taken for each other.
    assert accepted <= {replayed, header_changed, moved_to_another_stream}
    assert refused[replayed] == 0
    assert all(refused[attack] > 1000 for attack in ATTACKS if attack is not replayed)


def test_around_hostile_records_a_feed_reads_exactly_ours(kafka: Kafka) -> None:
    topic = Topic(kafka)
    log = facts(400)
    ours = topic.records(log)
    r = random.Random(SEED)
    producer = KafkaProducer(**topic.verbinding.options(), compression_type="lz4")
    for number, record in enumerate(ours):
        attacks = [hostile(r, ours[:number])[1] for _ in range(8)] if number > 1 else []
        for key, value, headers, partition in [*attacks, record]:
            if key is not None or value is not None:
                producer.send(f"samenplan.{topic.bron}", value, key, headers, partition)
    producer.close(30)
    found = topic.read(400)
    assert_complete(found, log)
    stored = {fact.position: fact.state for fact in log}
    assert all(to_bytes(read) == stored[position] for position, read in found)


@pytest.mark.parametrize("stream", STREAMS[:3])
def test_an_attack_on_a_known_stream_is_refused(stream: UUID) -> None:
    """What is best known to an attacker: the next version of a stream, well made but unsigned."""
    fact = facts(1, streams=[stream])[0]._replace(version=2, position=2)
    key, value, headers, partition = to_record(WAARMERK, "proef", GEMEENTE, fact)
    unsigned = [pair for pair in headers if pair[0] != "ce_waarmerk"]
    with pytest.raises(ForeignRecordError, match="kop"):
        from_record(WAARMERK, "proef", key, value, unsigned, partition)
