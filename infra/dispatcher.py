"""Reads one source for all gemeenten of a service, and gives each its own facts.

Rules kept here: where to read on is written after every gemeente committed its part, so a crash in
between makes facts come again, which their versions make harmless; a type of fact that this
release does not know, or of a gemeente it does not serve, stops all of them; a sign of life tells
the other processes of the service which partitions are being read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from events.base import UnknownFactError
from infra.database import Database, Tx
from infra.feed import BATCH, Consumer, Feed
from infra.positions import Located
from infra.transient import TRANSIENT

log = structlog.get_logger()
tables = MetaData()
leesstanden = Table(
    "leesstanden",
    tables,
    Column("lezer", String, primary_key=True),
    Column("bron", String, primary_key=True),
    Column("partitie", Integer, primary_key=True),
    Column("stand", BigInteger, nullable=False),
)
levenstekens = Table(
    "levenstekens",
    tables,
    Column("lezer", String, primary_key=True),
    Column("bron", String, primary_key=True),
    Column("partitie", Integer, primary_key=True),
    Column("gestopt", String),
    Column("op", String, nullable=False),
)
SIGN = timedelta(seconds=2)
SILENCE = timedelta(minutes=15)
"""After so long without a sign of life, nobody follows any more. Long enough for help to go on when
the broker is away for a moment, short enough for what ended somebody's access not to wait long."""


class Topic(Feed, Protocol):
    """A source that several processes share."""

    def lag(self, cursors: Mapping[int, int]) -> dict[int, int]:
        """Per partition: how much follows the cursor."""

    def held(self) -> set[int]:
        """The partitions that are ours to read at the moment."""


class Dispatcher:
    """One reader (`lezer`) of one source; several processes may share the source's partitions.

    `database` keeps where to read on, for all gemeenten together.
    """

    def __init__(
        self,
        lezer: str,
        database: Database,
        feed: Topic,
        consumers: Mapping[str, Consumer],
        now: Callable[[], datetime],
        batch: int = BATCH,
    ) -> None:
        self.name = f"{lezer}-{feed.name}"
        self.feed = feed
        self.consumers = consumers
        self.stopped: str | None = None
        self.failing: str | None = None
        self.age = 0.0
        """Seconds between the recording of the last fact and its processing here."""
        self._lezer = lezer
        self._database = database
        self._now = now
        self._batch = batch
        self._signed = datetime.min.replace(tzinfo=now().tzinfo)

    def step(self) -> int:
        """Process one batch; the number of facts read."""
        if self.stopped is not None:
            return 0
        try:
            facts, cursors = self.feed.read(self.cursors(), self._batch)
        except UnknownFactError as error:
            return self._stop(f"onleesbaar feit in {self.feed.name}: {error}")
        per_gemeente = _per_gemeente(facts)
        if not per_gemeente.keys() <= self.consumers.keys():
            return self._stop("een gemeente wordt hier niet bediend")
        failed: list[Exception] = []
        for gemeente, found in per_gemeente.items():
            try:
                self.consumers[gemeente].take(self.feed.name, found)
            except TRANSIENT as error:  # the others need not wait for it within this batch
                failed.append(error)
        if failed:
            raise failed[0]
        if cursors:
            self._move(cursors)
        if facts:
            self.age = (self._now() - facts[-1][1].opgenomen_op).total_seconds()
        if self._now() - self._signed > SIGN:
            self.behind()  # a broker that is away gives nothing to read, and no error either
            self._sign()
        return len(facts)

    def _stop(self, why: str) -> int:
        self.stopped = why
        log.error("consumer stopped", consumer=self.name, reason=why)
        self._sign()
        return 0

    def cursors(self) -> dict[int, int]:
        """Per partition, where to read on."""
        with self._database.read() as tx:
            found = tx.execute(
                select(leesstanden.c.partitie, leesstanden.c.stand).where(
                    leesstanden.c.lezer == self._lezer, leesstanden.c.bron == self.feed.name
                )
            )
            return {row.partitie: row.stand for row in found}

    def behind(self) -> int:
        """How many facts of the source are still to be read, by whoever has their partition."""
        return sum(self.feed.lag(self.cursors()).values())

    def alive(self) -> bool:
        """Whether somebody reads this source now, or did a moment ago."""
        signed = select(levenstekens.c.op).where(
            levenstekens.c.lezer == self._lezer, levenstekens.c.bron == self.feed.name
        )
        with self._database.read() as tx:
            moments = [datetime.fromisoformat(op) for op in tx.execute(signed).scalars()]
        return any(moment > self._now() - 3 * SIGN for moment in moments)

    def rewind(self) -> None:
        """Read everything again; what was processed is skipped by its version."""
        with self._database.write() as tx:
            tx.execute(
                delete(leesstanden).where(
                    leesstanden.c.lezer == self._lezer, leesstanden.c.bron == self.feed.name
                )
            )

    def quarantined(self) -> int:
        """How many streams wait for a repair, of all gemeenten."""
        return sum(consumer.quarantined() for consumer in self.consumers.values())

    def _move(self, cursors: Mapping[int, int]) -> None:
        upsert = insert(leesstanden)
        with self._database.write() as tx:
            tx.execute(
                upsert.on_conflict_do_update(
                    index_elements=["lezer", "bron", "partitie"],
                    set_={"stand": upsert.excluded.stand},
                ),
                [
                    {"lezer": self._lezer, "bron": self.feed.name, "partitie": n, "stand": stand}
                    for n, stand in sorted(cursors.items())
                ],
            )

    def _sign(self) -> None:
        now = self._now()
        told = {"gestopt": self.stopped, "op": now.isoformat()}
        rows = [
            {"lezer": self._lezer, "bron": self.feed.name, "partitie": n, **told}
            for n in sorted(self.feed.held())
        ]
        if rows:  # else as soon as there is something to sign for
            with self._database.write() as tx:
                tx.execute(_SIGN, rows)
            self._signed = now


_NEW = insert(levenstekens)
_SIGN = _NEW.on_conflict_do_update(
    index_elements=["lezer", "bron", "partitie"],
    set_={"gestopt": _NEW.excluded.gestopt, "op": _NEW.excluded.op},
)


def follows(
    tx: Tx, schema: str, lezer: str, bronnen: Iterable[str], partitions: int, now: datetime
) -> bool:
    """Whether somebody still reads every partition of these sources, and nothing stopped it.

    `tx` is in a schema of a gemeente; `schema` is the one where the service's readers sign.
    """
    signed = select(levenstekens).where(levenstekens.c.lezer == lezer)
    rows = tx.execute(signed, execution_options={"schema_translate_map": {None: schema}}).all()
    fresh = now - SILENCE
    read = Counter(
        row.bron for row in rows if row.gestopt is None and datetime.fromisoformat(row.op) > fresh
    )
    return all(read[bron] >= partitions for bron in bronnen)


def _per_gemeente(facts: Sequence[Located]) -> dict[str, list[Located]]:
    found: dict[str, list[Located]] = {}
    for located in facts:
        found.setdefault(located[1].gemeente, []).append(located)
    return found
