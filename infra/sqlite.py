"""A database in one SQLite file: what one process needs.

Rules kept here: a write starts with BEGIN IMMEDIATE and there is one writer at a time, so there is
also one checkpointing connection (SQLite before 3.51.3 can corrupt a WAL file otherwise); commits
are durable (synchronous=FULL); deleted bytes are overwritten (secure_delete).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from infra.database import DamagedDataError, Tx

_BUSY = "busy_timeout=10000"


class SQLite:
    """A SQLite file (or, without a path, a database in memory) that belongs to one service.

    `readonly` looks along with the process whose file it is.
    """

    def __init__(self, path: Path | None, *, readonly: bool = False) -> None:
        self.path = path
        self.engine = _engine(path, readonly=readonly)
        self._writer = threading.RLock()
        self._inside: Tx | None = None

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A durable transaction: everything in it, or nothing. Waits for the writer before it."""
        with self._writer, self.engine.connect() as tx:
            tx.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                with self._shared_by(tx):
                    yield tx
            except BaseException:
                tx.rollback()
                raise
            try:
                tx.commit()
            except BaseException:
                tx.invalidate()  # else the pool keeps a connection that is still in it
                raise

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A snapshot: all statements in it see the same moment."""
        if self.path is not None:
            with self.engine.connect() as tx:
                tx.exec_driver_sql("BEGIN")
                yield tx
                tx.rollback()
            return
        with self._writer:  # one shared connection: reading waits for the writer too
            if self._inside is not None:
                yield self._inside  # closing it would end the transaction we are in
                return
            with self.engine.connect() as tx, self._shared_by(tx):
                tx.exec_driver_sql("BEGIN")
                yield tx
                tx.rollback()

    @contextmanager
    def _shared_by(self, tx: Tx) -> Iterator[None]:
        self._inside = tx
        try:
            yield
        finally:
            self._inside = None

    def check(self) -> None:
        """Read every page once. Raises DamagedDataError."""
        try:
            with self.read() as tx:
                found = tx.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        except DatabaseError as error:
            raise DamagedDataError(str(self.path)) from error
        if found != "ok":
            raise DamagedDataError(str(self.path))

    def create(self, tables: MetaData) -> None:
        """Make the tables that are not there yet."""
        with self.write() as tx:
            tables.create_all(tx)

    def checkpoint(self) -> bool:
        """Fold the log file into the database and empty it; False when a reader is in the way."""
        if self.path is None:
            return True
        with self._writer, self.engine.connect() as tx:
            # Wait shortly: whoever waits here keeps everybody else from writing.
            tx.exec_driver_sql("PRAGMA busy_timeout=1000")
            try:
                busy = tx.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            finally:
                tx.exec_driver_sql(f"PRAGMA {_BUSY}")
        return int(busy) == 0

    def close(self) -> None:
        self.engine.dispose()


def _engine(path: Path | None, *, readonly: bool) -> Engine:
    if path is None:
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        engine = create_engine(
            f"sqlite:///file:{path}?mode=ro&uri=true" if readonly else f"sqlite:///{path}",
            pool_size=32,
            max_overflow=32,
            pool_use_lifo=True,  # who wrote last still has the pages
            connect_args={"check_same_thread": False},
        )

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        if readonly:
            connection.execute(f"PRAGMA {_BUSY}")
            return
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "wal_autocheckpoint=4000",  # a checkpoint costs much at once: let it be rare
            _BUSY,
            "cell_size_check=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine
