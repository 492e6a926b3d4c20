"""Records: what stands in them, that they come back as they were, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from events.base import UnknownFactError, shard
from infra.cloudevents import (
    MAX_VALUE,
    PARTITIES,
    ForeignRecordError,
    Record,
    Waarmerk,
    from_record,
    partitie,
    to_record,
)
from infra.mapper import to_bytes
from infra.outbox import Uitgaand
from infra.positions import Located
from infra.store import UnreadableFactError
from tests.infra.world import GEMEENTE, Genoteerd, envelope

WAARMERK = Waarmerk(b"w" * 32)
STREAM = UUID(int=77)


def uit(stream: UUID = STREAM, position: int = 41, version: int = 3) -> Uitgaand:
    stored = envelope(stream, version, Genoteerd(nummer=position))
    return Uitgaand(position, stream, version, stored.fact.naam, to_bytes(stored))


def record(fact: Uitgaand | None = None, partitions: int = PARTITIES) -> Record:
    return to_record(WAARMERK, "proef", GEMEENTE, fact or uit(), partitions)


def read(made: Record, bron: str = "proef", waarmerk: Waarmerk = WAARMERK) -> Located:
    return from_record(waarmerk, bron, made.key, made.value, made.headers, made.partition)


def code(made: Record, bron: str = "proef", waarmerk: Waarmerk = WAARMERK) -> str:
    with pytest.raises(ForeignRecordError) as refused:
        read(made, bron, waarmerk)
    return refused.value.code


def with_header(made: Record, name: str, value: bytes | None) -> Record:
    """The same record with another value in one header, or without it."""
    kept = [pair for pair in made.headers if pair[0] != name]
    return made._replace(headers=kept if value is None else [*kept, (name, value)])


def test_a_fact_comes_back_as_it_was_stored() -> None:
    fact = uit()
    position, found = read(record(fact))
    assert position == 41
    assert (found.stream, found.version, found.gemeente) == (STREAM, 3, GEMEENTE)
    assert found.fact.naam == fact.naam
    assert to_bytes(found) == fact.state == record(fact).value


HEADERS = dict(record().headers)


class TestProfile:
    """NL GOV profile for CloudEvents 1.1, and the Kafka binding in binary mode."""

    def test_required_attributes(self) -> None:
        assert HEADERS["ce_specversion"] == b"1.0"
        assert HEADERS["ce_id"] == f"{GEMEENTE}/{STREAM}/3".encode()
        assert HEADERS["ce_source"] == b"urn:samenplan:proef"
        assert re.fullmatch(rb"nl\.samenplan\.[a-z-]+", HEADERS["ce_type"])
        assert HEADERS["content-type"] == b"application/json"

    def test_time_is_the_moment_of_recording(self) -> None:
        time = HEADERS["ce_time"].decode()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", time)
        assert datetime.fromisoformat(time) == read(record())[1].opgenomen_op

    def test_sequence_is_ordered_as_text(self) -> None:
        made = [dict(record(uit(position=n)).headers)["ce_sequence"] for n in (2, 10, 10**12)]
        assert made == sorted(made)
        assert {len(sequence) for sequence in made} == {20}

    def test_names_are_short_lower_case_letters_and_digits(self) -> None:
        for name in HEADERS:
            if name not in ("content-type", "traceparent"):
                assert re.fullmatch(r"ce_[a-z0-9]{1,20}", name)

    def test_trace_is_the_correlation(self) -> None:
        traced = re.fullmatch(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-01", HEADERS["traceparent"])
        assert traced is not None
        assert UUID(traced[1].decode()) == read(record())[1].correlation
        assert int(traced[2], 16) > 0

    def test_the_key_keeps_a_stream_together(self) -> None:
        assert record().key == f"{GEMEENTE}/{STREAM}".encode()
        assert record().partition == shard(STREAM) % 12


class TestNotOurs:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ce_id", f"{GEMEENTE}/{STREAM}/4".encode()),
            ("ce_id", f"9998/{STREAM}/3".encode()),
            ("ce_sequence", b"%020d" % 42),
            ("ce_type", b"nl.samenplan.proef-gesloten"),
            ("ce_type", b"nl.samenplan.bestaat-niet"),
            ("ce_waarmerk", b"0" * 64),
            ("ce_waarmerk", "é".encode()),
        ],
    )
    def test_whatever_is_changed_breaks_the_waarmerk(self, name: str, value: bytes) -> None:
        assert code(with_header(record(), name, value)) == "waarmerk"

    def test_a_changed_value_breaks_the_waarmerk(self) -> None:
        made = record()
        assert code(made._replace(value=made.value.replace(b"41", b"42"))) == "waarmerk"

    def test_another_secret_and_another_source_have_other_waarmerken(self) -> None:
        assert code(record(), waarmerk=Waarmerk(b"x" * 32)) == "waarmerk"
        assert code(record(), bron="ander") == "bron"
        moved = with_header(record(), "ce_source", b"urn:samenplan:ander")
        assert code(moved, bron="ander") == "waarmerk"

    def test_another_key_or_partition_is_not_its_place(self) -> None:
        made = record()
        assert code(made._replace(key=f"9998/{STREAM}".encode())) == "sleutel"
        assert code(made._replace(key=f"{GEMEENTE}/{uuid4()}".encode())) == "sleutel"
        assert code(made._replace(partition=(made.partition + 1) % 12)) == "partitie"

    @pytest.mark.parametrize(
        "name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_sequence", "ce_waarmerk"]
    )
    def test_a_header_less_or_twice(self, name: str) -> None:
        made = record()
        assert code(with_header(made, name, None)) == "kop"
        twice = made._replace(headers=[*made.headers, (name, dict(made.headers)[name])])
        assert code(twice) == "kop"

    def test_no_key_no_value_or_too_much(self) -> None:
        made = record()
        for key, value in ((None, made.value), (made.key, None), (made.key, b"x" * 70_000)):
            with pytest.raises(ForeignRecordError, match="vorm"):
                from_record(WAARMERK, "proef", key, value, made.headers, made.partition)

    def test_no_two_lists_of_parts_have_one_waarmerk(self) -> None:
        assert WAARMERK.over(b"s", b"ab", b"c") != WAARMERK.over(b"s", b"a", b"bc")
        assert WAARMERK.over(b"s", b"a", b"") != WAARMERK.over(b"s", b"a")


class TestOursButUnreadable:
    def test_an_authentic_unknown_type_is_not_passed_over(self) -> None:
        made = record(uit()._replace(naam="nl.samenplan.van-morgen"))
        with pytest.raises(UnknownFactError, match="van-morgen"):
            read(made)

    def test_an_authentic_newer_schema_is_not_passed_over(self) -> None:
        fact = uit()
        state = fact.state.replace(b'"schema":1', b'"schema":2')
        with pytest.raises(UnknownFactError):
            read(record(fact._replace(state=state)))

    def test_authentic_bytes_that_are_no_fact_are_not_passed_over(self) -> None:
        fact = uit()
        state = fact.state.replace(b'"hoed":"systeem"', b'"hoed":"pet"')
        with pytest.raises(UnreadableFactError):
            read(record(fact._replace(state=state)))


def test_what_the_store_did_not_write_here_is_not_sent() -> None:
    with pytest.raises(ValueError, match="hoort niet in gemeente 9998"):
        to_record(WAARMERK, "proef", "9998", uit())
    fact = uit()
    large = fact.state[:-1] + b" " * MAX_VALUE + b"}"
    with pytest.raises(ValueError, match="hoort niet"):
        record(fact._replace(state=large))


def test_partitions_only_double() -> None:
    for partitions in (12, 24, 48, 96):
        made = record(partitions=partitions)
        assert made.partition == shard(STREAM) % partitions
        assert read(made)[0] == 41  # also for a reader who knew the topic when it was smaller
    for impossible in (1, 6, 13, 36, 192):
        with pytest.raises(ValueError, match="partities"):
            partitie(STREAM, impossible)
