"""PostgreSQL that goes away: whoever asks gets an error that says it is of the moment."""

from __future__ import annotations

from contextlib import closing, suppress

import psycopg
import pytest
from sqlalchemy import text

from infra.postgres import Listener, PostgreSQL
from infra.testbed.postgres import Postgres
from infra.transient import TRANSIENT
from tests.infra.world import a_schema


def test_server_that_is_away_is_of_the_moment_whoever_asks(postgres: Postgres) -> None:
    database = a_schema(postgres.url)

    def glance() -> None:
        with database.glance() as below:
            below.execute("SELECT 1")

    def write() -> None:
        with database.write() as tx:
            tx.execute(text("SELECT 1"))

    def read() -> None:
        with database.read() as tx:
            tx.execute(text("SELECT 1"))

    asks = (glance, write, read)
    with closing(database), closing(Listener(postgres.url, [database.schema])) as listener:
        for ask in asks:  # each meets the broken connection that it leaves in the pool now
            ask()
            postgres.stop("immediate")
            try:
                for _ in range(2):  # and then that there is no server at all
                    with pytest.raises(TRANSIENT):
                        ask()
                with pytest.raises(TRANSIENT):
                    listener.wait(5)
                with pytest.raises(TRANSIENT):
                    Listener(postgres.url, [database.schema])
            finally:
                postgres.start()
            _comes_back(database)


def test_connection_that_breaks_inside_a_transaction(postgres: Postgres) -> None:
    with closing(a_schema(postgres.url)) as database:

        def broken() -> None:
            with database.write() as tx:
                pid = tx.scalar(text("SELECT pg_backend_pid()"))
                with psycopg.connect(postgres.url, autocommit=True) as other:
                    other.execute("SELECT pg_terminate_backend(%s)", (pid,))
                tx.execute(text("SELECT 1"))

        with pytest.raises(TRANSIENT):
            broken()
        _comes_back(database)


def _comes_back(database: PostgreSQL) -> None:
    """A connection or two that broke may still be in the pool; no more than that."""
    for _ in range(3):
        with suppress(*TRANSIENT), database.write() as tx:
            assert tx.scalar(text("SELECT 1")) == 1
            return
    raise AssertionError
