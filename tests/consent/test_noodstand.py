"""Why another emergency access is refused, and the days of a term: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from events.toezicht import Nooduitkomst
from infra.nood import EerderOnterecht, EerstVerslag
from services.consent.toezicht.noodstand import Eerdere, weigering
from services.consent.toezicht.werkdagen import feestdagen, is_werkdag, werkdagen_na

VRIJDAG = datetime(2026, 3, 6, 23, 30, tzinfo=UTC)  # already Saturday in the Netherlands


def eerder(**anders: Any) -> Eerdere:
    velden: dict[str, Any] = {
        "id": UUID(int=1), "huishouden": UUID(int=2), "medewerker": UUID(int=3),
        "genomen": VRIJDAG, "tot": VRIJDAG + timedelta(hours=4), "verantwoord": False,
        "oordeel": None, "vrijgegeven": False,
    }  # fmt: skip
    return Eerdere(**velden | anders)


@pytest.mark.parametrize(
    ("een", "dag", "fout"),
    [
        (eerder(), date(2026, 3, 11), None),
        (eerder(), date(2026, 3, 12), EerstVerslag),
        (eerder(verantwoord=True), date(2026, 3, 12), None),
        (eerder(oordeel=Nooduitkomst.TERECHT), date(2027, 1, 1), None),
        (eerder(oordeel=Nooduitkomst.ONTERECHT, verantwoord=True), date(2026, 3, 7),
         EerderOnterecht),
        (eerder(oordeel=Nooduitkomst.ONTERECHT, vrijgegeven=True), date(2027, 1, 1), None),
    ],
)  # fmt: skip
def test_why_another_one_is_refused(een: Eerdere, dag: date, fout: type | None) -> None:
    assert weigering([eerder(oordeel=Nooduitkomst.TERECHT), een], dag) is fout


def test_the_holidays_of_the_law() -> None:
    assert feestdagen(2026) == {
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 27), date(2026, 5, 5),
        date(2026, 5, 14), date(2026, 5, 25), date(2026, 12, 25), date(2026, 12, 26),
    }  # fmt: skip
    assert date(2025, 4, 26) in feestdagen(2025)  # the 27th is a Sunday
    assert date(2025, 4, 27) not in feestdagen(2025)
    for pasen in (date(2024, 3, 31), date(2025, 4, 20), date(2027, 3, 28), date(2038, 4, 25)):
        assert {pasen + timedelta(days=n) for n in (-2, 1, 39, 50)} <= feestdagen(pasen.year)


@pytest.mark.parametrize(
    ("van", "tot"),
    [
        (date(2026, 3, 4), date(2026, 3, 9)),  # Wednesday: Thursday, Friday, Monday
        (date(2026, 3, 6), date(2026, 3, 11)),
        (date(2026, 3, 7), date(2026, 3, 11)),
        (date(2026, 4, 2), date(2026, 4, 9)),  # Goede Vrijdag, Pasen
        (date(2026, 12, 24), date(2026, 12, 30)),
        (date(2026, 12, 31), date(2027, 1, 6)),
    ],
)
def test_three_working_days(van: date, tot: date) -> None:
    assert werkdagen_na(van, 3) == tot
    assert is_werkdag(tot)


def test_working_days_count_themselves() -> None:
    def tel(a: date, b: date) -> int:
        return sum(is_werkdag(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))

    for dagen in range(400):
        van = date(2026, 1, 1) + timedelta(days=dagen)
        assert tel(van, werkdagen_na(van, 3)) == 3
