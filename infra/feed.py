"""The one reading loop: a feed brings facts in order, a consumer applies each once.

Rules kept here: effect and position are committed together; a fact that cannot be processed
quarantines its stream and the rest goes on; a fact type this release does not know stops the
consumer (an old reader must not guess).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import select

from events.base import Envelope, UnknownFactError
from infra import positions, trace
from infra.database import Database, Tx
from infra.positions import Located, Positie
from infra.store import Store
from infra.transient import TRANSIENT

log = structlog.get_logger()
BATCH = 500


R = TypeVar("R", bound="Reader")


class HoleError(Exception):
    """A stream still misses a fact, so what comes after cannot be processed."""


class Batch(NamedTuple):
    """Facts, each stream's in order, and from where to read on once they are processed."""

    facts: Sequence[Located]
    cursors: Mapping[int, int]
    """Per partition of the source; a source that is one log has partition 0 only."""


class Feed(Protocol):
    """Facts of one source."""

    name: str

    def read(self, cursors: Mapping[int, int], limit: int) -> Batch:
        """What comes after; all of it from where no cursor says otherwise.

        Raises UnknownFactError when the first fact is of a kind this release does not know.
        """

    def stream(self, stream: UUID) -> Sequence[Envelope]:
        """Everything of one stream, oldest first."""


class LogFeed:
    """Reads a service's store directly: the log is the feed (embedded mode)."""

    def __init__(self, store: Store) -> None:
        self.name = store.name
        self._store = store

    def read(self, cursors: Mapping[int, int], limit: int) -> Batch:
        after = cursors.get(0, 0)
        facts = self._store.envelopes(after, limit)
        return Batch(facts, {0: facts[-1][0] if facts else after})

    def stream(self, stream: UUID) -> Sequence[Envelope]:
        return list(self._store.stream(stream))

    @property
    def position(self) -> int:
        """The end of the log."""
        return self._store.log.end


class Consumer:
    """Applies the facts of its feeds to one database, each exactly once in effect.

    `apply` gets an open transaction and facts in order. `setup` is the tables it writes.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        feeds: Sequence[Feed],
        apply: Callable[[Tx, str, Sequence[Located]], None],
        batch: int = BATCH,
    ) -> None:
        self.name = name
        self.database = database
        self.feeds = feeds
        self.stopped: str | None = None
        """Why this consumer stopped, or None while it runs."""
        self.failing: str | None = None
        """What keeps it from going on for the moment; it tries again."""
        self._apply = apply
        self._batch = batch
        database.create(positions.tables)

    def step(self) -> int:
        """Process one batch of each feed; the number of facts read."""
        return sum(self._step(feed) for feed in self.feeds)

    def take(self, bron: str, facts: Sequence[Located]) -> None:
        """Process facts of a source; what cannot be processed quarantines its stream."""
        if not facts:
            return
        try:
            self._process(bron, facts)
        except TRANSIENT:
            raise
        except Exception:  # one of them cannot be processed: find out which
            for located in facts:
                self._one(bron, located)

    def reached(self, token: Positie) -> bool:
        with self.database.read() as tx:
            return positions.reached(tx, token)

    def quarantined(self) -> int:
        """How many streams wait for a repair."""
        with self.database.read() as tx:
            return positions.quarantined(tx, [feed.name for feed in self.feeds])

    def quarantine(self) -> Sequence[Any]:
        """The streams set apart here: `bron`, `stroom`, `fout` (the code of what went wrong)."""
        table = positions.quarantaine
        names = [feed.name for feed in self.feeds]
        with self.database.read() as tx:
            return tx.execute(select(table).where(table.c.bron.in_(names))).all()

    def position(self, bron: str) -> int:
        """The last position of a source that was processed; 0 before the first."""
        with self.database.read() as tx:
            return positions.start(tx, bron)

    def replay(self, bron: str, stream: UUID, gemeente: str | None = None) -> None:
        """Lift the quarantine of a stream and process what it missed, all or nothing.

        `gemeente` tells whose facts are ours in a source of several.
        """
        feed = next(feed for feed in self.feeds if feed.name == bron)
        facts = [e for e in feed.stream(stream) if gemeente in (None, e.gemeente)]
        self._catch_up(bron, stream, facts)

    def repair(self, gemeente: str | None = None) -> Iterator[tuple[str, str, bool]]:
        """Replay every stream set apart here: source, error code, and whether it went well."""
        for row in self.quarantine():
            try:
                self.replay(row.bron, row.stroom, gemeente)
            except Exception as error:  # it stays aside, with the reason it has now
                yield row.bron, type(error).__name__, False
            else:
                yield row.bron, row.fout, True

    def _process(self, bron: str, batch: Sequence[Located]) -> None:
        """Apply what is fresh of a batch and move on, all or nothing."""
        with self.database.write() as tx:
            self._apply(tx, bron, positions.fresh(tx, bron, batch))

    def _catch_up(self, bron: str, stream: UUID, facts: Sequence[Envelope]) -> None:
        with self.database.write() as tx:
            done = positions.release(tx, bron, stream)
            for envelope in facts:
                if envelope.version > done + 1:
                    raise HoleError(str(stream))
                if envelope.version > done:
                    done = envelope.version
                    self._apply(tx, bron, [(0, envelope)])
                    positions.advance(tx, bron, envelope)

    def _step(self, feed: Feed) -> int:
        if self.stopped is not None:
            return 0
        with self.database.read() as tx:
            after = positions.start(tx, feed.name)
        try:
            facts, _ = feed.read({0: after}, self._batch)
        except UnknownFactError as error:
            self.stopped = f"onleesbaar feit in {feed.name}: {error}"
            log.error("consumer stopped", consumer=self.name, reason=self.stopped)
            return 0
        self.take(feed.name, facts)
        return len(facts)

    def _one(self, bron: str, located: Located) -> None:
        try:
            self._process(bron, [located])
        except TRANSIENT:
            raise
        except Exception as error:
            position, envelope = located
            with trace.binnen(envelope.correlation):
                log.error(
                    "stream quarantined",
                    consumer=self.name,
                    source=bron,
                    stream=str(envelope.stream),
                    position=position,
                    error=type(error).__name__,
                )
            with self.database.write() as tx:
                positions.park(tx, bron, position, envelope, type(error).__name__)
                positions.fresh(tx, bron, [located])


class Reader(Protocol):
    """What a worker runs."""

    name: str
    stopped: str | None
    failing: str | None

    def step(self) -> int:
        """Process what there is, up to a batch; how many facts that were."""


class Worker(Generic[R]):
    """Runs readers on one thread, woken after every append and polling as well.

    `poll` (seconds) is 0 for readers that wait by themselves.
    """

    def __init__(self, consumers: Sequence[R], poll: float = 0.25) -> None:
        self.consumers = consumers
        self._poll = poll
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        self._wake.set()

    def drain(self) -> None:
        """Process until nothing is left (tests and start-up)."""
        while sum(consumer.step() for consumer in self.consumers):
            pass

    def _run(self) -> None:
        while not self._stop.is_set():
            # One that fails does not keep the others from what is theirs.
            while sum([self._try(consumer) for consumer in self.consumers]):
                if self._stop.is_set():
                    return
            if any(c.failing for c in self.consumers) or all(c.stopped for c in self.consumers):
                self._stop.wait(1.0)
            self._wake.wait(self._poll)
            self._wake.clear()

    @staticmethod
    def _try(consumer: Reader) -> int:
        try:
            done = consumer.step()
        except Exception as error:
            if consumer.failing is None:
                log.error(
                    "consumer fails, retrying", consumer=consumer.name, error=type(error).__name__
                )
            consumer.failing = type(error).__name__
            return 0
        consumer.failing = None
        return done
