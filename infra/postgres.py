"""A database in one schema of PostgreSQL: what a service has for one gemeente.

Rules kept here: one writer at a time, by an advisory lock that ends with the transaction, so that
the order of positions is the order of commits for whoever reads along (views may do without: their
positions keep writers apart); nothing waits for ever; tables are made by the migration alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import Engine, MetaData, create_engine, event, exc, text
from sqlalchemy.engine import make_url

from infra.database import DamagedDataError, Tx

Driver = psycopg.Connection[tuple[Any, ...]]
"""A connection as the driver knows it: quicker than SQLAlchemy where every command passes."""

_SETTINGS = (
    "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
    " -c tcp_user_timeout=10000 -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
    " -c tcp_keepalives_count=3 -c synchronous_commit=on"
)
"""Said to the server, so that it does not wait for a client that is gone either."""
_CONNECT: dict[str, Any] = {
    "connect_timeout": 5, "tcp_user_timeout": 10_000,
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
}  # fmt: skip


class PostgreSQL:
    """One schema. `one_writer` is False for a database of views only; `migrates` makes tables."""

    def __init__(
        self, url: str, schema: str, *, one_writer: bool = True, migrates: bool = False,
        connections: int = 4,
    ) -> None:  # fmt: skip
        self.schema = schema
        self.url = url
        self.migrates = migrates
        self.engine = _engine(url, schema, connections)
        self._look = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        # In one message; threads first take turns among themselves.
        self._begin = f"BEGIN; SELECT pg_advisory_xact_lock({_number(schema)})".encode()
        self._one_writer = one_writer
        self._writer = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A durable transaction: everything in it, or nothing. Waits for the writer before it.

        An error while it commits leaves open whether it did: repeat with the same idempotency key.
        """
        if not self._one_writer:
            with self.engine.begin() as tx:
                yield tx
            return
        with self._writer, self.engine.connect() as tx, self._by_hand(tx.connection) as below:
            below.execute(self._begin)
            with tx.begin():
                yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A snapshot: all statements in it see the same moment."""
        with self._look.connect() as tx:
            yield tx

    @contextmanager
    def glance(self) -> Iterator[Driver]:
        """For one statement: a snapshot by itself, without a transaction around it."""
        with (
            _as_sqlalchemy(),
            closing(self.engine.raw_connection()) as held,
            self._by_hand(held) as below,
        ):
            yield below

    @contextmanager
    def _by_hand(self, held: Any) -> Iterator[Driver]:
        """The driver sends what it is given; a BEGIN of its own would wait for an answer."""
        below = driver(held)
        with _as_sqlalchemy():
            try:
                below.autocommit = True
                yield below
            finally:
                if below.closed:
                    self.engine.dispose()  # the others in the pool broke with it
                else:
                    below.rollback()
                    below.autocommit = False

    def create(self, tables: MetaData) -> None:
        """Only the migration makes tables; a service has no right to."""
        if self.migrates:
            with self.write() as tx:
                tables.create_all(tx)

    def check(self) -> None:
        """Whether the migration was here. Raises DamagedDataError."""
        with self.read() as tx:
            # The last right that the migration gives.
            asked = text("SELECT has_schema_privilege(to_regnamespace(:schema), 'USAGE')")
            found = tx.scalar(asked, {"schema": self.schema})
        if not found:
            raise DamagedDataError(self.schema)

    def checkpoint(self) -> bool:
        """Nothing to do: what a log file keeps is dead with the wrap key it was wrapped under."""
        return True

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def lead(self, role: str) -> Iterator[bool]:
        """Whether we are the only one with this role here, until the block ends. When the
        connection breaks meanwhile another may think so too: what both do must do no harm."""
        with self.engine.connect() as held:
            held.execution_options(isolation_level="AUTOCOMMIT")
            number = _number(f"{self.schema}/{role}")
            yield bool(held.scalar(text(f"SELECT pg_try_advisory_lock({number})")))
            held.invalidate()  # the lock goes with the session


class Listener:
    """Hears of appends to the schemas of one service; a hint, never the only way to know."""

    def __init__(self, url: str, schemas: list[str]) -> None:
        with _as_sqlalchemy():
            self._connection = psycopg.connect(
                _plain(url), autocommit=True, options=_SETTINGS, **_CONNECT
            )
            for schema in schemas:
                self._connection.execute(psycopg.sql.SQL("LISTEN {}").format(
                    psycopg.sql.Identifier(schema)
                ))  # fmt: skip

    def wait(self, seconds: float) -> set[str]:
        """The schemas somebody appended to; empty after so many seconds of silence."""
        with _as_sqlalchemy():
            return {n.channel for n in self._connection.notifies(timeout=seconds, stop_after=1)}

    def close(self) -> None:
        self._connection.close()


def _engine(url: str, schema: str, connections: int) -> Engine:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=3 * connections,
        pool_timeout=5,
        pool_recycle=3600,
        connect_args={
            **_CONNECT,
            "options": f"{_SETTINGS} -c search_path={schema}",
            "prepare_threshold": 2,
        },
    )

    @event.listens_for(engine, "connect")
    def _arrays(connection: Driver, _record: object) -> None:
        # Arrays as they are; the other form has every element of them quoted.
        connection.adapters.register_dumper(list, ListBinaryDumper)

    return engine


def driver(held: Any) -> Driver:
    """What is below a connection that SQLAlchemy keeps."""
    below: Driver = held.driver_connection
    return below


@contextmanager
def _as_sqlalchemy() -> Iterator[None]:
    """Whoever tries again what fails for the moment knows it by one name."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise exc.OperationalError(None, None, error) from error


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _number(name: str) -> int:
    """The number that stands for a lock: 64 bits of a hash."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
