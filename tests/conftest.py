"""Ports on each of their implementations; small worlds that tests build on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.database import Database


@pytest.fixture(params=["geheugen", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind we support; PostgreSQL will be one more line here."""
    made = Database(None if request.param == "geheugen" else tmp_path / "test.sqlite")
    yield made
    made.close()
