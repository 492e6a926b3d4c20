"""The contract of a read model: however facts arrive, the rows are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Uuid, bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from events.base import Envelope
from infra.database import Database
from infra.positions import Located
from infra.views import Change, View
from tests.infra.world import Genoteerd, Gesloten, LijstFeed, envelope, rows

tables = MetaData()
laatste = Table(
    "laatste", tables, Column("stroom", Uuid, primary_key=True), Column("nummer", Integer)
)
alle = Table(
    "alle", tables,
    Column("stroom", Uuid, primary_key=True), Column("versie", Integer, primary_key=True),
)  # fmt: skip
_upsert = insert(laatste)
_LAATSTE = _upsert.on_conflict_do_update(
    index_elements=["stroom"], set_={"nummer": _upsert.excluded.nummer}
)
_ALLE = insert(alle)
_WEG = delete(laatste).where(laatste.c.stroom == bindparam("b_stroom"))


def project(found: Envelope) -> Iterable[Change]:
    """Rows that are added, replaced and taken away again: order within a stream matters."""
    yield _ALLE, {"stroom": found.stream, "versie": found.version}
    if isinstance(found.fact, Genoteerd):
        yield _LAATSTE, {"stroom": found.stream, "nummer": found.fact.nummer}
    else:
        yield _WEG, {"b_stroom": found.stream}


def shown(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as tx:
        return {table.name: rows(tx, table) for table in (laatste, alle)}


def log(picks: list[tuple[int, bool]]) -> list[Located]:
    """A log from a choice per fact: which of four streams, and whether it closes it."""
    versions: dict[UUID, int] = {}
    made: list[Located] = []
    for position, (number, closes) in enumerate(picks, start=1):
        stream = UUID(int=number)
        versions[stream] = versions.get(stream, 0) + 1
        fact = Gesloten() if closes else Genoteerd(nummer=position)
        made.append((position, envelope(stream, versions[stream], fact)))
    return made


def view(database: Database, *feeds: LijstFeed, batch: int = 500) -> View:
    made = View("proef", database, feeds, tables, project)
    made._batch = batch
    return made


def drained(of: View) -> View:
    while of.step():
        pass
    return of


LOGS = st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=25).map(log)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LOGS, st.integers(1, 9))
def test_in_batches_is_one_by_one_is_a_rebuild(
    new_database: Callable[[], Database], facts: list[Located], batch: int
) -> None:
    one, many = new_database(), new_database()
    drained(view(one, LijstFeed("bron", facts), batch=1))
    followed = drained(view(many, LijstFeed("bron", facts), batch=batch))
    expected = shown(one)
    assert len(expected["alle"]) == len(facts)
    assert shown(many) == expected
    followed.rebuild()
    assert shown(many) == expected


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LOGS, st.data())
def test_sources_may_come_in_any_order(
    new_database: Callable[[], Database], facts: list[Located], data: st.DataObject
) -> None:
    halves: dict[str, list[Located]] = {"links": [], "rechts": []}
    for position, found in facts:  # a stream belongs to one source
        halves["links" if found.stream.int % 2 else "rechts"].append((position, found))
    expected = new_database()
    drained(view(expected, *(LijstFeed(name, part) for name, part in halves.items())))
    other = new_database()
    feeds = {name: LijstFeed(name) for name in halves}
    shuffled = view(other, *feeds.values())
    left = {name: list(part) for name, part in halves.items()}
    while any(left.values()):
        name = data.draw(st.sampled_from(sorted(n for n, part in left.items() if part)))
        feeds[name].facts.append(left[name].pop(0))
        shuffled.step()
    assert shown(other) == shown(expected)


def test_a_rebuild_starts_a_stopped_view_again(database: Database) -> None:
    made = drained(view(database, LijstFeed("bron", log([(1, False), (2, False)]))))
    expected = shown(database)
    made.stopped = "onbekend feittype"
    assert made.step() == 0
    made.rebuild()
    assert made.stopped is None
    assert shown(database) == expected


def test_a_rebuild_that_breaks_off_reads_on_where_it_was(database: Database) -> None:
    feed = LijstFeed("bron", log([(1, False), (1, False), (2, False)]))
    made = drained(view(database, feed, batch=1))
    expected = shown(database)
    read, feed.read = feed.read, lambda at, limit: _break(at.get(0, 0), read(at, limit))  # type: ignore[method-assign]
    with pytest.raises(OSError, match="weg"):
        made.rebuild()
    feed.read = read  # type: ignore[method-assign]
    drained(made)
    assert shown(database) == expected


def _break(after: int, found: object) -> object:
    if after >= 2:
        raise OSError("bron is weg")
    return found
