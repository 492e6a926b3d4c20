"""One service's database, whatever keeps it: reading and writing transactions.

Rules kept here, by each kind: a write is durable when it returns, and there is one writer at a
time, so the order of positions is the order of commits and a log has no hole (a database of
views may let its positions keep the writers apart); reading sees one moment.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, MetaData

Tx = Connection
"""An open transaction; whoever gets one writes together with its other holders."""


class DamagedDataError(Exception):
    """The data are none of ours, damaged, or older than what others read of them."""


class Database(Protocol):
    """What services and the machinery ask of a database."""

    def write(self) -> AbstractContextManager[Tx]:
        """A durable transaction: everything in it, or nothing. Waits for the writer before it."""

    def read(self) -> AbstractContextManager[Tx]:
        """A snapshot: all statements in it see the same moment."""

    def create(self, tables: MetaData) -> None:
        """Make the tables that are not there yet, where a service may do that by itself."""

    def check(self) -> None:
        """Whether this can be worked on. Raises DamagedDataError."""

    def checkpoint(self) -> bool:
        """Let no log file keep what was deleted; False when a reader is in the way."""

    def close(self) -> None: ...
