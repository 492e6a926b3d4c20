"""One reader of a topic for several gemeenten: whose facts go where, who tells that it lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from events.base import Envelope, UnknownFactError
from infra import dispatcher
from infra.database import Database, Tx
from infra.dispatcher import SIGN, SILENCE, Dispatcher, follows
from infra.feed import Batch, Consumer
from infra.positions import Located
from infra.sqlite import SQLite
from tests.infra.world import NU, Genoteerd, envelope


class Partitie:
    """A topic of one partition; `unreadable` is the offset of what nobody here can read."""

    name = "bron"

    def __init__(self) -> None:
        self.sent: list[Located] = []
        self.unreadable: int | None = None

    def read(self, cursors: Mapping[int, int], limit: int) -> Batch:
        begin = cursors.get(0, 0)
        if begin == self.unreadable:
            raise UnknownFactError("nl.samenplan.van-morgen versie 1")
        found = self.sent[begin : min(begin + limit, self.unreadable or begin + limit)]
        return Batch(found, {0: begin + len(found)} if found else {})

    def stream(self, stream: UUID) -> Sequence[Envelope]:
        return [envelope for _, envelope in self.sent if envelope.stream == stream]

    def lag(self, cursors: Mapping[int, int]) -> dict[int, int]:
        return {0: len(self.sent) - cursors.get(0, 0)}

    def held(self) -> set[int]:
        return {0}


class Groep:
    """A reader for these gemeenten; `got` is what each processed."""

    def __init__(self, *gemeenten: str) -> None:
        self.feed, self.centraal, self.nu = Partitie(), SQLite(None), NU
        self.centraal.create(dispatcher.tables)
        self.got: dict[str, list[UUID]] = {gemeente: [] for gemeente in gemeenten}
        self.weg: set[str] = set()
        """Gemeenten whose database is away."""
        self.consumers = {g: self._consumer(g, SQLite(None)) for g in gemeenten}

    def _consumer(self, gemeente: str, database: Database) -> Consumer:
        def apply(_tx: Tx, _bron: str, facts: Sequence[Located]) -> None:
            if gemeente in self.weg:
                raise OperationalError("", None, Exception())
            self.got[gemeente] += [found.stream for _, found in facts]

        return Consumer("lezer", database, [self.feed], apply)

    def reader(self, batch: int = 100) -> Dispatcher:
        return Dispatcher("lezer", self.centraal, self.feed, self.consumers, lambda: self.nu, batch)

    def send(self, *gemeenten: str) -> None:
        for gemeente in gemeenten:
            n = len(self.feed.sent) + 1
            made = envelope(UUID(int=n), 1, Genoteerd(nummer=n))
            self.feed.sent.append((n, replace(made, gemeente=gemeente)))

    def follows(self, later: timedelta = timedelta()) -> bool:
        with self.centraal.read() as tx:
            return follows(tx, "main", "lezer", ["bron"], 1, self.nu + later)


def test_every_gemeente_gets_its_own_and_nothing_else() -> None:
    groep = Groep("9998", "9999")
    groep.send("9999", "9998", "9999")
    assert groep.reader().step() == 3
    assert groep.got == {"9999": [UUID(int=1), UUID(int=3)], "9998": [UUID(int=2)]}


def test_a_gemeente_that_is_not_served_stops_the_reader_and_loses_nothing() -> None:
    groep = Groep("9998", "9999")
    groep.send("9999", "9998")
    served = groep.consumers.pop("9998")
    reader = groep.reader()
    assert (reader.step(), reader.step()) == (0, 0)
    assert reader.stopped is not None
    assert (reader.cursors(), groep.got["9999"]) == ({}, [])
    assert not groep.follows()
    groep.consumers["9998"] = served
    assert groep.reader().step() == 2
    assert groep.got == {"9998": [UUID(int=2)], "9999": [UUID(int=1)]}


def test_reading_goes_on_where_all_gemeenten_are_done() -> None:
    """The one whose database is away gets its facts later, the other does not get them twice."""
    groep = Groep("9998", "9999")
    groep.send("9998", "9999")
    groep.weg = {"9998"}
    reader = groep.reader()
    with pytest.raises(OperationalError):
        reader.step()
    assert (reader.cursors(), reader.behind()) == ({}, 2)
    assert groep.got == {"9998": [], "9999": [UUID(int=2)]}  # nobody waits for the other
    groep.weg = set()
    assert reader.step() == 2
    assert (reader.cursors(), reader.behind()) == ({0: 2}, 0)
    assert groep.got == {"9998": [UUID(int=1)], "9999": [UUID(int=2)]}


def test_who_comes_after_reads_on_and_after_a_rewind_nothing_happens_twice() -> None:
    groep = Groep("9999")
    groep.send("9999", "9999", "9999")
    assert groep.reader(batch=2).step() == 2
    other = groep.reader()
    assert other.step() == 1
    other.rewind()
    assert other.behind() == 3
    assert other.step() == 3
    assert groep.got["9999"] == [UUID(int=1), UUID(int=2), UUID(int=3)]


def test_what_nobody_can_read_stops_the_reader_after_all_that_comes_before() -> None:
    groep = Groep("9999")
    groep.send("9999", "9999")
    groep.feed.unreadable = 1
    reader = groep.reader()
    assert reader.step() == 1
    assert groep.follows()
    assert (reader.step(), reader.step()) == (0, 0)
    assert reader.stopped is not None
    assert "bron" in reader.stopped
    assert groep.got["9999"] == [UUID(int=1)]
    assert not groep.follows()
    # A release that can read it starts anew, and is then followed again.
    groep.feed.unreadable = None
    again = groep.reader()
    assert again.step() == 1
    assert groep.follows()


def test_a_reader_shows_that_it_lives_also_when_nothing_comes() -> None:
    groep = Groep("9999")
    assert not groep.follows()  # nobody ever read
    reader = groep.reader()
    reader.step()
    assert groep.follows(SILENCE - timedelta(seconds=1))
    assert not groep.follows(SILENCE)
    groep.nu += SIGN + timedelta(seconds=1)
    reader.step()
    assert groep.follows(SILENCE - timedelta(seconds=1))


def test_nobody_follows_while_a_partition_is_read_by_nobody() -> None:
    groep = Groep("9999")
    groep.reader().step()
    with groep.centraal.read() as tx:
        assert not follows(tx, "main", "lezer", ["bron"], 2, NU)


def test_whether_somebody_reads_at_the_moment() -> None:
    groep = Groep("9999")
    reader = groep.reader()
    assert not reader.alive()
    reader.step()
    assert groep.reader().alive()
    groep.nu += 4 * SIGN
    assert not groep.reader().alive()


def test_the_age_of_the_last_fact_is_measured_when_it_is_processed() -> None:
    groep = Groep("9999")
    groep.send("9999")
    groep.nu = NU + timedelta(seconds=7)
    reader = groep.reader()
    reader.step()
    assert reader.age == 7.0


def test_what_is_set_apart_is_counted_over_all_gemeenten() -> None:
    groep = Groep("9998", "9999")
    groep.send("9998", "9999")
    for n, (position, found) in enumerate(groep.feed.sent):
        groep.feed.sent[n] = (position, replace(found, version=2))  # the first one is missing
    reader = groep.reader()
    reader.step()
    assert reader.quarantined() == 2
    assert reader.stopped is None
