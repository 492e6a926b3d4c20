"""Ports on each of their implementations; small worlds that tests build on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from infra import collector
from infra.database import Database
from infra.sqlite import SQLite
from tests.infra.world import a_schema

pytest_plugins = ["tests.scratch", "tests.servers"]

# Tests never assert on time; examples stay few so that the fast loop stays fast.
settings.register_profile("samenplan", deadline=None, max_examples=40, print_blob=True)
settings.load_profile("samenplan")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden",
        action="store_true",
        help="write golden files and vectors that are missing; existing ones are never touched",
    )


def pytest_collection_finish() -> None:
    collector.settled()


POSTGRESQL = pytest.param("postgresql", marks=[pytest.mark.servers, pytest.mark.beside])
KINDS = ["geheugen", "sqlite", POSTGRESQL]


@pytest.fixture(params=KINDS)
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Database]]:
    """Makes empty databases of each kind we support."""
    made: list[Database] = []

    def make() -> Database:
        if request.param == "postgresql":
            made.append(a_schema(request.getfixturevalue("postgres").url))
        else:
            path = tmp_path / f"test-{len(made)}.sqlite"
            made.append(SQLite(None if request.param == "geheugen" else path))
        return made[-1]

    yield make
    for database in made:
        database.close()


@pytest.fixture
def database(new_database: Callable[[], Database]) -> Database:
    """One empty database of each kind."""
    return new_database()
