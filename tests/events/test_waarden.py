"""What people write is taken as they mean it, or refused."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from events.waarden import Dag

DAG = TypeAdapter(Dag)


def test_a_date_is_written_as_year_month_day() -> None:
    assert DAG.validate_python("2026-11-22").isoformat() == "2026-11-22"


@pytest.mark.parametrize(
    "geen",
    [0, 6.6e-265, 86400, "0", "1493979010", "0000000000", "22-11-2026", "2026-02-30", "", True],
)
def test_a_number_of_seconds_is_no_date(geen: object) -> None:
    with pytest.raises(ValidationError):
        DAG.validate_python(geen)
