"""Days that count in a term: the holidays of the Algemene termijnenwet, and working days. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache


@cache
def feestdagen(jaar: int) -> frozenset[date]:
    """The generally recognised holidays of a year (Algemene termijnenwet 3 lid 1, 2).

    Nieuwjaarsdag, Goede Vrijdag, tweede Paasdag, de verjaardag van de Koning (27 April, on the
    26th when that is a Sunday), 5 May, Hemelvaartsdag, tweede Pinksterdag, both Kerstdagen.
    """
    pasen = _pasen(jaar)
    koning = date(jaar, 4, 27)
    if koning.weekday() == 6:
        koning -= timedelta(days=1)
    return frozenset(
        {
            date(jaar, 1, 1), koning, date(jaar, 5, 5), date(jaar, 12, 25), date(jaar, 12, 26),
            *(pasen + timedelta(days=dagen) for dagen in (-2, 1, 39, 50)),
        }
    )  # fmt: skip


def is_werkdag(dag: date) -> bool:
    """Whether it is no Saturday, Sunday or holiday."""
    return dag.weekday() < 5 and dag not in feestdagen(dag.year)


def werkdagen_na(dag: date, aantal: int) -> date:
    """The last day of a term of so many working days; the day itself does not count."""
    while aantal:
        dag += timedelta(days=1)
        aantal -= is_werkdag(dag)
    return dag


def _pasen(jaar: int) -> date:
    """Easter Sunday (the rule of the Gregorian calendar, as Butcher wrote it down)."""
    eeuw, rest = divmod(jaar, 100)
    maan = (19 * (jaar % 19) + eeuw - eeuw // 4 - (eeuw - (eeuw + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (eeuw % 4) + 2 * (rest // 4) - maan - rest % 4) % 7
    correctie = (jaar % 19 + 11 * maan + 22 * week) // 451
    maand, dag = divmod(maan + week - 7 * correctie + 114, 31)
    return date(jaar, maand, dag + 1)
