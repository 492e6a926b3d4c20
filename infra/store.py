"""One service's event store: fold, decide, seal, append, all or nothing.

Rules kept here: a fact is sealed before it reaches the database; an append carries the idempotency
record of its command in the same transaction; on a conflict the key is looked up first, then the
position, then the decision is made again, and nothing that was sealed is renumbered.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from pydantic_core import from_json, to_json
from sqlalchemy import select

from events.base import SHARDS, Envelope, Fact, Open, UnknownFactError, Zegelplaats, shard
from events.begrippen import Rubriek, Verantwoording
from infra.database import Database, Tx
from infra.decider import Context, Recorded, RegelFout, State, Verouderd
from infra.mapper import from_stored, plaatsen_van, seal_envelope, to_stored
from infra.positions import Positie, Posities
from infra.recorder import Turn, opdrachten, recorder, tables
from infra.samen import Together
from infra.seal import SealingKey

S = TypeVar("S", bound=State)
MAX_FACT = 64 * 1024


class SealingKeys(Protocol):
    """Hands a writer the keys of exactly these places (`infra.keyring`)."""

    def sealing_keys(self, plaatsen: Sequence[Zegelplaats]) -> dict[Zegelplaats, SealingKey]: ...


class FeitTeGroot(RegelFout):
    """Deze tekst is te lang om in een keer vast te leggen. Verdeel hem over meer notities."""


class SleutelHergebruikt(RegelFout):
    """Dit is al eerder verstuurd, met een andere inhoud. Wat u toen stuurde, geldt; dit is niet
    bewaard. Laad de bladzijde opnieuw en vul het nog eens in."""


class UnreadableFactError(UnknownFactError):
    """The stored bytes of a fact are damaged."""


class _ConflictError(Exception):
    """Somebody appended to the stream first, or recorded this command."""


@dataclass(slots=True, eq=False)
class _Append:
    """What one command adds, and how that ended: `recorded`, or the `error`."""

    stream: UUID
    version: int
    opened: Sequence[Envelope]
    stored: Sequence[StoredEvent]
    context: Context
    answer: dict[str, Any]
    within: Callable[[Tx], None] | None
    recorded: Recorded | None = None
    done: bool = False
    error: BaseException | None = None
    awake: threading.Event = field(default_factory=threading.Event)


class Store:
    """The facts of one service, in its own database.

    `also` is called inside every append's transaction with what was recorded, still open: the one
    place for a view that may never lag (consent's decision facts).
    """

    def __init__(
        self,
        name: str,
        database: Database,
        gemeente: str,
        keys: SealingKeys,
        also: Callable[[Tx, Sequence[Envelope]], None] | None = None,
        appended: Callable[[Sequence[Envelope], Recorded], None] = lambda _, __: None,
        posities: Posities | None = None,
    ) -> None:
        self.name = name
        self.database = database
        self.gemeente = gemeente
        self._keys = keys
        self._also = also
        self._appended = appended
        self.posities = posities or Posities(os.urandom(32))
        # Writers of one process take turns per stream, else a few of them keep beating another.
        self._turns = [threading.RLock() for _ in range(SHARDS)]
        self._together: Together[_Append] = Together(self._commit)
        self.log = Log(database)

    def load(self, kind: Callable[[], S], stream: UUID) -> tuple[S, int]:
        """Fold a stream; the state and its version (0 when there is none)."""
        state, version = kind(), 0
        for envelope in self.stream(stream):
            if envelope.gemeente != self.gemeente:
                return kind(), 0
            state, version = state.evolve(envelope.fact), envelope.version
        return state, version

    def handle(
        self,
        kind: Callable[[], S],
        stream: UUID,
        decide: Callable[[S], Sequence[Fact]],
        context: Context,
        answer: dict[str, Any] | None = None,
        within: Callable[[Tx], None] | None = None,
    ) -> Recorded:
        """Decide on a stream and record the facts; the whole path of a command.

        1. fold; 2. decide; 3. seal; 4. append with the idempotency record, and with what `within`
        writes. Raises the rule that was broken, Verouderd, SleutelHergebruikt, FeitTeGroot.
        """
        with self._turns[shard(stream)]:
            recorded, appended = self._handle(kind, stream, decide, context, answer or {}, within)
        if appended is not None:
            self._appended(appended, recorded)
        return recorded

    def _handle(
        self,
        kind: Callable[[], S],
        stream: UUID,
        decide: Callable[[S], Sequence[Fact]],
        context: Context,
        answer: dict[str, Any],
        within: Callable[[Tx], None] | None,
    ) -> tuple[Recorded, Sequence[Envelope] | None]:
        """What a command did, and what it appended unless it had been recorded before."""
        for _ in range(8):
            state, version = self.load(kind, stream)
            try:
                facts = decide(state)
            except RegelFout:
                earlier = self._earlier(context)
                if earlier is not None:
                    return earlier, None
                raise
            try:
                return self._append(stream, version, facts, context, answer, within)
            except _ConflictError:
                earlier = self._earlier(context)
                if earlier is not None:
                    return earlier, None
        raise Verouderd

    def envelopes(self, after: int, limit: int) -> list[tuple[int, Envelope]]:
        """The log after a position, oldest first, up to the first fact that cannot be read.

        Raises UnknownFactError when that is the very first: UnreadableFactError when its bytes
        are damaged.
        """
        found: list[tuple[int, Envelope]] = []
        for notification in self.log.read(after, limit):
            try:
                found.append((notification.id, from_stored(notification)))
            except Exception as error:
                if found:
                    break  # first what comes before it
                if isinstance(error, UnknownFactError):
                    raise
                raise UnreadableFactError(f"positie {notification.id}") from error
        return found

    def stream(self, stream: UUID) -> Iterator[Envelope]:
        """The facts of one stream, oldest first."""
        return map(from_stored, self.log.stream(stream))

    def _append(
        self,
        stream: UUID,
        version: int,
        facts: Sequence[Fact],
        context: Context,
        answer: dict[str, Any],
        within: Callable[[Tx], None] | None,
    ) -> tuple[Recorded, Sequence[Envelope]]:
        opened = [
            Envelope(
                self.gemeente,
                stream,
                version + number,
                fact,
                context.nu,
                context.hoed,
                context.correlation,
                context.causation,
                Open(
                    Verantwoording(actor=context.actor, grondslag=context.herkomst.grondslag),
                    Zegelplaats((stream,), context.herkomst, Rubriek.REGIE),
                ),
            )
            for number, fact in enumerate(facts, start=1)
        ]
        append = _Append(stream, version, opened, self._seal(opened), context, answer, within)
        self._together.run(append)
        assert append.recorded is not None
        return append.recorded, opened

    def _commit(self, group: Sequence[_Append]) -> None:
        streams = {one.stream for one in group}
        sleutels = {one.context.sleutel for one in group if one.context.sleutel is not None}
        with self.log.turn(streams, sleutels) as turn:
            for one in group:
                if self._fits(turn, one):
                    try:
                        self._beside(turn.tx, one, alone=len(group) == 1)
                    except Exception as error:
                        if len(group) == 1:
                            raise
                        one.error = error  # it took back what it did; the others go on
                        continue
                    self._put(turn, one)
                else:
                    one.error = _ConflictError()

    @staticmethod
    def _fits(turn: Turn, one: _Append) -> bool:
        known = turn.versions.get(one.stream, 0)
        return known == one.version and one.context.sleutel not in turn.used

    def _put(self, turn: Turn, one: _Append) -> None:
        turn.stored += one.stored
        version = turn.versions[one.stream] = one.version + len(one.stored)
        position = turn.end + len(turn.stored) if one.stored else 0
        one.recorded = self._recorded(one.stream, version, position, one.answer)
        if one.context.sleutel is not None:
            turn.used.add(one.context.sleutel)
            turn.opdrachten.append(
                (one.context.sleutel, one.context.verzoek, _answer(one.recorded))
            )

    def _beside(self, tx: Tx, one: _Append, *, alone: bool) -> None:
        """What a command writes besides facts; undone by itself when it fails among others."""
        if one.within is None and self._also is None:
            return
        with nullcontext() if alone else tx.begin_nested():
            if one.within is not None:
                one.within(tx)
            if self._also is not None:
                self._also(tx, one.opened)

    def _seal(self, opened: Sequence[Envelope]) -> list[StoredEvent]:
        plaatsen = {plaats for envelope in opened for plaats in plaatsen_van(envelope)}
        keys = self._keys.sealing_keys(sorted(plaatsen, key=repr)) if plaatsen else {}
        stored = [to_stored(seal_envelope(envelope, keys)) for envelope in opened]
        if any(len(event.state) > MAX_FACT for event in stored):
            raise FeitTeGroot
        return stored

    def _earlier(self, context: Context) -> Recorded | None:
        """What this command answered before. Raises SleutelHergebruikt for another body."""
        if context.sleutel is None:
            return None
        with self.database.read() as tx:
            row = tx.execute(
                select(opdrachten.c.verzoek, opdrachten.c.antwoord).where(
                    opdrachten.c.sleutel == context.sleutel
                )
            ).first()
        if row is None:
            return None
        if row.verzoek != context.verzoek:
            raise SleutelHergebruikt
        stream, version, position, answer = from_json(row.antwoord)
        return self._recorded(UUID(stream), version, position, answer)

    def _recorded(
        self, stream: UUID, version: int, position: int, answer: dict[str, Any]
    ) -> Recorded:
        token = self.posities.token(Positie.of(self.name, stream, position))
        return Recorded(stream, version, position, answer, token)


def _answer(recorded: Recorded) -> bytes:
    return to_json([recorded.stream, recorded.version, recorded.position, recorded.answer])


class Log:
    """The facts of one service as they are stored: read without a key, sent on as they are."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._recorder = recorder(database)
        self._recorder.create_table()
        database.create(tables)

    def turn(
        self, streams: Collection[UUID], sleutels: Collection[str]
    ) -> AbstractContextManager[Turn]:
        """A transaction to append in, knowing what was there of these streams and keys."""
        return self._recorder.turn(streams, sleutels)

    def read(self, after: int, limit: int) -> Sequence[Notification]:
        """What was stored after a position, oldest first."""
        return self._recorder.select_notifications(after, limit, inclusive_of_start=False)

    def stream(self, stream: UUID) -> Sequence[StoredEvent]:
        """What was stored in one stream, oldest first."""
        return self._recorder.select_events(stream)

    @property
    def end(self) -> int:
        """The last position; 0 of an empty log."""
        return self._recorder.max_notification_id() or 0
