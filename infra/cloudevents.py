"""A stored fact as a Kafka record and back: CloudEvents (NL GOV profile) in binary mode.

Rules kept here: the value is the stored bytes, unchanged and still sealed; key and headers hold
nothing but what stands in clear in the envelope; nothing of a record is parsed before its waarmerk
is verified, which binds source, gemeente, stream, version, position, type and value together.
`ce_time` and `traceparent` repeat what the value says, for tools that look at topics: nobody here
believes them. Left to others: sending and polling (`infra.kafka`).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import cache
from struct import pack
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json

from events.base import SHARDS, UnknownFactError, shard
from infra.mapper import from_bytes
from infra.outbox import Uitgaand
from infra.positions import Located
from infra.store import UnreadableFactError

PARTITIES = 12
"""Partitions of a topic at its start. It only ever doubles, up to the number of shards, so that
a record always stands in a partition that is its shard modulo this."""
MAX_VALUE = 65 * 1024
"""Bytes of a value: the 64 kB of a fact and some slack."""

_VERSION = ("ce_specversion", b"1.0")
_JSON = ("content-type", b"application/json")

Headers = list[tuple[str, bytes]]


class ForeignRecordError(Exception):
    """Not one of ours: malformed, damaged, moved or made up. `code` says which check it failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Record(NamedTuple):
    """What is sent: to which partition, under which key."""

    key: bytes
    value: bytes
    headers: Headers
    partition: int


class Waarmerk:
    """Proves that a record was made by the relay of its source: HMAC-SHA256, a key per source."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._begun: dict[bytes, hmac.HMAC] = {}

    def over(self, source: bytes, *parts: bytes) -> bytes:
        """The waarmerk in hexadecimal digits."""
        begun = self._begun.get(source)
        if begun is None:
            key = hmac.digest(self._secret, b"samenplan waarmerk 1 " + source, "sha256")
            begun = self._begun[source] = hmac.new(key, b"", "sha256")
        proof = begun.copy()  # cheaper than to begin with the key again
        # The lengths in front: no two lists of as many parts give the same bytes.
        parts = (source, *parts)
        proof.update(pack(f"!{len(parts)}I", *map(len, parts)) + b"".join(parts))
        return proof.hexdigest().encode()


@cache
def source_of(bron: str) -> bytes:
    return b"urn:samenplan:" + bron.encode()


def partitie(stream: UUID, partitions: int = PARTITIES) -> int:
    """The partition of a stream. Raises ValueError for a number of partitions we cannot have."""
    if partitions % PARTITIES or SHARDS % partitions:
        raise ValueError(f"{partitions} partities kan niet: 12, 24, 48 of 96")
    return shard(stream) % partitions


def to_record(
    waarmerk: Waarmerk, bron: str, gemeente: str, uit: Uitgaand, partitions: int = PARTITIES
) -> Record:
    """A stored fact as the record of its source. Raises ValueError when it is of another gemeente
    or too large to be read back: it is then no fact that our store wrote here."""
    head: dict[str, Any] = from_json(uit.state)
    if head["gemeente"] != gemeente or len(uit.state) > MAX_VALUE:
        raise ValueError(f"positie {uit.position} van {bron} hoort niet in gemeente {gemeente}")
    source = source_of(bron)
    key = f"{gemeente}/{uit.stream}".encode()
    number = b"%b/%d" % (key, uit.version)
    sequence = b"%020d" % uit.position
    naam = uit.naam.encode()
    headers = [
        _VERSION,
        ("ce_id", number),
        ("ce_source", source),
        ("ce_type", naam),
        ("ce_time", head["op"].encode()),
        ("ce_sequence", sequence),
        _JSON,
        (
            "traceparent",
            f"00-{head['correlatie'].replace('-', '')}-{uit.position:016x}-01".encode(),
        ),
        ("ce_waarmerk", waarmerk.over(source, number, sequence, naam, uit.state)),
    ]
    return Record(key, uit.state, headers, partitie(uit.stream, partitions))


def from_record(
    waarmerk: Waarmerk,
    bron: str,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]],
    partition: int,
) -> Located:
    """The position and the envelope of a record of this source, read from this partition.

    Raises ForeignRecordError for whatever its relay did not make, or not for this place;
    UnknownFactError for an authentic fact that this release cannot read.
    """
    if key is None or value is None or len(value) > MAX_VALUE:
        raise ForeignRecordError("vorm")
    found = dict(headers)
    try:
        source, number = found["ce_source"], found["ce_id"]
        sequence, naam, proof = found["ce_sequence"], found["ce_type"], found["ce_waarmerk"]
    except KeyError:
        raise ForeignRecordError("kop") from None
    if (
        source is None
        or number is None
        or sequence is None
        or naam is None
        or proof is None
        or len(found) != len(headers)
        or found.get("ce_specversion") != b"1.0"
    ):
        raise ForeignRecordError("kop")
    if source != source_of(bron):
        raise ForeignRecordError("bron")
    if not hmac.compare_digest(proof, waarmerk.over(source, number, sequence, naam, value)):
        raise ForeignRecordError("waarmerk")
    # From here on these are the words of the relay; only the key stands outside the waarmerk.
    place, _, version = number.rpartition(b"/")
    if key != place:
        raise ForeignRecordError("sleutel")
    gemeente, _, stream_text = place.decode().partition("/")
    stream = UUID(stream_text)
    if (shard(stream) - partition) % PARTITIES:
        raise ForeignRecordError("partitie")
    position = int(sequence)
    try:
        envelope = from_bytes(stream, int(version), naam.decode(), value)
    except UnknownFactError:
        raise
    except Exception as error:
        raise UnreadableFactError(f"positie {position}") from error
    if envelope.gemeente != gemeente:
        raise UnreadableFactError(f"positie {position}")
    return position, envelope
