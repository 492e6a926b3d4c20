"""The checks themselves: they find what they are there for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from tests.system.storing.access import Access
from tests.system.storing.checks import _without_line, withdrawals
from tests.system.storing.oracle import Gezin, Inzage, Opdracht, Oracle

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GEZIN = Gezin("huis", ("anna",), "plan", "gesprek", "ellen", "yusuf", "schuld")
NIEMAND = cast(Access, None)


def at(second: float) -> datetime:
    return BEGIN + timedelta(seconds=second)


def look(begin: float, end: float, *notities: str) -> Inzage:
    return Inzage("ellen", "huis", at(begin), at(end), frozenset(notities))


@pytest.mark.parametrize(
    ("looks", "lines", "without"),
    [
        ([(0, 2)], [1], None),
        ([(0, 2)], [3], 0),
        ([(0, 2)], [], 0),
        ([(1, 2)], [0.5], 0),
        ([(0, 4), (1, 2)], [1.5], 0),  # the line can only be of one of them
        ([(0, 4), (1, 2)], [1.5, 1.7], None),
        ([(0, 4), (1, 2)], [1.5, 3], None),
        ([(0, 1), (2, 3)], [0.4, 0.5], 1),  # two lines of one look
    ],
)
def test_look_without_a_line_of_its_own_is_found(
    looks: list[tuple[float, float]], lines: list[float], without: int | None
) -> None:
    inzagen = [look(*when) for when in looks]
    found = _without_line(inzagen, [at(line) for line in lines])
    assert found == (None if without is None else inzagen[without])


def act(soort: str, begin: float, end: float) -> Opdracht:
    return Opdracht(soort, "ellen", "huis", "sleutel", at(begin), at(end), {})


def seen(*inzagen: Inzage) -> dict[str, Any]:
    acts = [act("toestemming", 10, 11), act("intrekking", 20, 22)]
    oracle = Oracle(opdrachten=acts, inzagen=list(inzagen), gezinnen=[GEZIN])
    return withdrawals(NIEMAND, oracle)


@pytest.mark.parametrize(
    "wrong",
    [look(1, 2, "schuld"), look(12, 13), look(23, 24, "schuld"), look(1, 9.9, "schuld")],
    ids=["before", "not opened", "after the withdrawal", "just before"],
)
def test_look_that_opens_what_was_closed_is_found(wrong: Inzage) -> None:
    with pytest.raises(AssertionError):
        seen(wrong)


def test_looks_that_are_right_or_were_at_the_same_time_pass() -> None:
    meanwhile = [look(9, 10.5), look(9, 10.5, "schuld"), look(21, 23), look(21, 23, "schuld")]
    right = [look(1, 2), look(12, 13, "schuld"), look(23, 24), look(30, 31)]
    assert list(seen(*right, *meanwhile).values()) == [1, 2]
