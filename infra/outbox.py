"""How far the relay of one service brought its log outside: one number per source.

Rules kept here: the number moves by compare-and-set, so that a relay that lost its place to another
one notices; it never says that more was brought out than the broker acknowledged (`infra.relay`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, MetaData, String, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from infra.database import Database

tables = MetaData()
uitgang = Table(
    "uitgang",
    tables,
    Column("bron", String, primary_key=True),
    Column("positie", BigInteger, nullable=False),
)


class Uitgaand(NamedTuple):
    """A stored fact on its way out: its position in the log, and its bytes as they are stored."""

    position: int
    stream: UUID
    version: int
    naam: str
    state: bytes


class SqlOutbox:
    """The log of one service and gemeente as an outbox, its position beside it.

    `read` gives the log after a position, oldest first, at most so many.
    """

    def __init__(
        self,
        bron: str,
        gemeente: str,
        database: Database,
        read: Callable[[int, int], Sequence[Uitgaand]],
    ) -> None:
        self.gemeente = gemeente
        self.read = read
        self._bron = bron
        self._database = database
        database.create(tables)

    def position(self) -> int:
        """The last log position that was brought out; 0 before the first."""
        with self._database.read() as tx:
            found = tx.execute(select(uitgang.c.positie).where(uitgang.c.bron == self._bron))
            return found.scalar() or 0

    def move(self, van: int, naar: int) -> bool:
        """Go from one position to another; False when it is not at `van` (any more)."""
        at = update(uitgang).where(uitgang.c.bron == self._bron, uitgang.c.positie == van)
        try:
            with self._database.write() as tx:
                if tx.execute(at.values(positie=naar)).rowcount == 1:
                    return True
                if van != 0:
                    return False
                tx.execute(insert(uitgang).values(bron=self._bron, positie=naar))
                return True
        except IntegrityError:  # there is a row already, and it is not at 0
            return False
