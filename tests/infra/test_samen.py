"""Transactions that share a commit: of one moment, each as if alone, none answered too early."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from infra import trace
from infra.database import Database, Tx
from infra.samen import Shared

tables = MetaData()
rijen = Table(
    "proef", tables, Column("nr", Integer, primary_key=True), Column("wie", String, unique=True)
)


class Proef:
    """A shared writer whose commits are counted, and can be held up."""

    def __init__(self, database: Database) -> None:
        database.create(tables)
        self.database, self.commits = database, 0
        self.hold = threading.Event()
        self.hold.set()
        self.begun = threading.Event()
        write = database.write

        @contextmanager
        def counted() -> Any:
            self.begun.set()
            self.hold.wait(10)
            with write() as tx:
                yield tx
            self.commits += 1

        database.write = counted  # type: ignore[method-assign]
        self.shared = Shared(database)

    def kept(self) -> list[str]:
        with self.database.read() as tx:
            return list(tx.execute(select(rijen.c.wie).order_by(rijen.c.nr)).scalars())

    def together(self, works: list[Callable[[Tx], Any]]) -> list[Any]:
        """The first alone, held before it begins; the others wait, so they share the next."""
        with ThreadPoolExecutor(len(works)) as pool:
            self.hold.clear()
            first = pool.submit(self.outcome, works[0])
            self.begun.wait(10)
            rest = [pool.submit(self.outcome, work) for work in works[1:]]
            while len(self.shared._together._waiting) < len(works) - 1:
                threading.Event().wait(0.001)
            self.hold.set()
            return [one.result(10) for one in (first, *rest)]

    def outcome(self, work: Callable[[Tx], Any]) -> Any:
        try:
            return self.shared.write(work)
        except Exception as error:  # noqa: BLE001  # the error is what the test looks at
            return error


def adds(wie: str, then: Exception | None = None) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        tx.execute(insert(rijen).values(wie=wie))
        if then is not None:
            raise then
        return wie

    return work


@pytest.fixture
def proef(database: Database) -> Proef:
    return Proef(database)


def test_who_waits_together_shares_a_commit(proef: Proef) -> None:
    names = [f"nr {number}" for number in range(16)]
    assert proef.together([adds(name) for name in names]) == names
    assert sorted(proef.kept()) == sorted(names)
    assert proef.commits == 2


def test_who_fails_takes_back_what_it_did_and_the_others_go_on(proef: Proef) -> None:
    broken = RuntimeError("stuk")
    works = [adds("een"), adds("twee"), adds("drie", broken), adds("twee"), adds("vier")]
    found = proef.together(works)
    assert found[:3] == ["een", "twee", broken]
    assert isinstance(found[3], Exception)  # the same value twice
    assert found[4] == "vier"
    assert sorted(proef.kept()) == ["een", "twee", "vier"]


def test_alone_a_failure_leaves_nothing(proef: Proef) -> None:
    broken = RuntimeError("stuk")
    assert proef.outcome(adds("een", broken)) is broken
    assert proef.kept() == []
    assert proef.outcome(adds("een")) == "een"


def test_when_the_commit_fails_nobody_is_told_it_went_well(proef: Proef) -> None:
    write = proef.database.write

    @contextmanager
    def failing() -> Any:
        with write() as tx:
            yield tx
            raise OSError("schijf vol")

    proef.database.write = failing  # type: ignore[method-assign]
    found = proef.together([adds("een"), adds("twee"), adds("drie")])
    assert [type(one) for one in found] == [OSError] * 3
    proef.database.write = write  # type: ignore[method-assign]
    assert proef.kept() == []
    assert proef.shared.write(adds("vier")) == "vier"  # and it goes on


def test_work_is_done_in_the_trace_of_who_asked(proef: Proef) -> None:
    traces = [uuid4() for _ in range(6)]
    seen: dict[UUID, UUID | None] = {}

    def asks(which: UUID) -> Callable[[Tx], None]:
        def work(_tx: Tx) -> None:
            seen[which] = trace.huidige()

        return work

    def one(which: UUID) -> None:
        with trace.binnen(which):
            proef.shared.write(asks(which))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, traces))
    assert seen == {which: which for which in traces}


def test_it_sees_what_was_committed_before_it_came(proef: Proef) -> None:
    """A withdrawal that was answered is seen by every decision that is asked after it."""
    plain = proef.database
    late = 0

    def looks(tx: Tx) -> int:
        return len(tx.execute(select(rijen)).all())

    stop = threading.Event()
    answered = 0

    def withdraw() -> None:
        nonlocal answered
        for number in range(60):
            with plain.write() as tx:
                tx.execute(insert(rijen).values(wie=str(number)))
            answered = number + 1
        stop.set()

    def read() -> int:
        found = 0
        while not stop.is_set():
            before = answered
            found += proef.shared.write(looks) < before
        return found

    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        pool.submit(withdraw).result(60)
        late = sum(one.result(60) for one in readers)
    assert late == 0
