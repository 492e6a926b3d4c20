"""One service's event store: fold, decide, seal, append, all or nothing.

Rules kept here: a fact is sealed before it reaches the database; an append carries the idempotency
record of its command in the same transaction; on a conflict the key is looked up first, then the
position, then the decision is made again, and nothing that was sealed is renumbered.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteCursor,
    SQLiteDatastore,
)
from pydantic_core import from_json, to_json
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, insert, select
from sqlalchemy.exc import IntegrityError

from events.base import (
    SHARDS,
    Capsule,
    Envelope,
    Fact,
    Hoed,
    Open,
    Personal,
    Place,
    Sealed,
    UnknownFactError,
    Zegelplaats,
    shard,
)
from events.begrippen import Rubriek, Verantwoording
from infra.database import Database, Tx
from infra.decider import Context, Recorded, RegelFout, State, Verouderd
from infra.positions import Positie, Posities
from infra.seal import SealingKey

S = TypeVar("S", bound=State)
MAX_FACT = 64 * 1024
VERANTWOORDING = "verantwoording"

tables = MetaData()
opdrachten = Table(
    "opdrachten",
    tables,
    Column("sleutel", String, primary_key=True),
    Column("verzoek", LargeBinary, nullable=False),
    Column("antwoord", LargeBinary, nullable=False),
)


class SealingKeys(Protocol):
    """Hands a writer the keys of exactly these places (`infra.keyring`)."""

    def sealing_keys(self, plaatsen: Sequence[Zegelplaats]) -> dict[Zegelplaats, SealingKey]: ...


class FeitTeGroot(RegelFout):
    """Deze tekst is te lang om in een keer vast te leggen. Verdeel hem over meer notities."""


class SleutelHergebruikt(RegelFout):
    """Deze Idempotency-Key is al gebruikt voor een ander verzoek."""


class UnreadableFactError(UnknownFactError):
    """The stored bytes of a fact are damaged."""


class SealedInNewFactError(Exception):
    """A sealed value was put in a new fact: open it and seal it anew for its new place."""


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
        appended: Callable[[Sequence[Envelope]], None] = lambda _: None,
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
        self._mapper = _MAPPER
        self._recorder = _Recorder(_Datastore(database))
        self._recorder.create_table()
        database.create(tables)

    def load(self, kind: Callable[[], S], stream: UUID) -> tuple[S, int]:
        """Fold a stream; the state and its version (0 when there is none)."""
        state, version = kind(), 0
        for stored in self._recorder.select_events(stream):
            envelope = self._mapper.to_domain_event(stored)
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
            for _ in range(8):
                state, version = self.load(kind, stream)
                try:
                    facts = decide(state)
                except RegelFout:
                    earlier = self._earlier(context)
                    if earlier is not None:
                        return earlier
                    raise
                try:
                    return self._append(stream, version, facts, context, answer or {}, within)
                except (IntegrityError, sqlite3.IntegrityError):
                    earlier = self._earlier(context)
                    if earlier is not None:
                        return earlier
            raise Verouderd

    def envelopes(self, after: int, limit: int) -> list[tuple[int, Envelope]]:
        """The log after a position, oldest first, up to the first fact that cannot be read.

        Raises UnknownFactError when that is the very first: UnreadableFactError when its bytes
        are damaged.
        """
        found: list[tuple[int, Envelope]] = []
        for notification in self._recorder.select_notifications(
            after, limit, inclusive_of_start=False
        ):
            try:
                found.append((notification.id, self._mapper.to_domain_event(notification)))
            except Exception as error:
                if found:
                    break  # first what comes before it
                if isinstance(error, UnknownFactError):
                    raise
                raise UnreadableFactError(f"positie {notification.id}") from error
        return found

    def stream(self, stream: UUID) -> Iterator[Envelope]:
        """The facts of one stream, oldest first."""
        return map(self._mapper.to_domain_event, self._recorder.select_events(stream))

    @property
    def position(self) -> int:
        """The last position of the log."""
        return self._recorder.max_notification_id() or 0

    def _append(
        self,
        stream: UUID,
        version: int,
        facts: Sequence[Fact],
        context: Context,
        answer: dict[str, Any],
        within: Callable[[Tx], None] | None,
    ) -> Recorded:
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
        stored = self._seal(opened)
        with self.database.write() as tx:
            if within is not None:
                within(tx)
            position = self._recorder.insert_within(tx, stored) if stored else 0
            recorded = self._recorded(stream, version + len(stored), position, answer)
            if context.sleutel is not None:
                tx.execute(
                    insert(opdrachten),
                    {
                        "sleutel": context.sleutel,
                        "verzoek": context.verzoek,
                        "antwoord": _answer(recorded),
                    },
                )
            if self._also is not None:
                self._also(tx, opened)
        self._appended(opened)
        return recorded

    def _seal(self, opened: Sequence[Envelope]) -> list[StoredEvent]:
        plaatsen = {plaats for envelope in opened for plaats in _plaatsen(envelope)}
        keys = self._keys.sealing_keys(sorted(plaatsen, key=repr)) if plaatsen else {}
        stored = []
        for envelope in opened:
            event = self._mapper.to_stored_event(seal_envelope(envelope, keys))
            if len(event.state) > MAX_FACT:
                raise FeitTeGroot
            stored.append(event)
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


def _open_fields(envelope: Envelope) -> dict[str, Open[Any]]:
    fields: dict[str, Open[Any]] = {}
    for name in envelope.fact.personal:
        value: Personal[Any] | None = getattr(envelope.fact, name)
        if isinstance(value, Sealed):
            raise SealedInNewFactError(name)
        if isinstance(value, Open):
            fields[name] = value
    return fields


def _plaatsen(envelope: Envelope) -> set[Zegelplaats]:
    fields = _open_fields(envelope)
    if not fields:
        assert isinstance(envelope.verantwoording, Open)
        return {envelope.verantwoording.plaats}
    return {value.plaats for value in fields.values()}


def seal_envelope(envelope: Envelope, keys: dict[Zegelplaats, SealingKey]) -> Envelope:
    """The same envelope with every open value sealed: one capsule per fact × key.

    The verantwoording goes into each capsule; a fact without personal fields gets one capsule
    under the key of its stream.
    """
    assert isinstance(envelope.verantwoording, Open)
    groups: dict[Zegelplaats, dict[str, Any]] = {p: {} for p in _plaatsen(envelope)}
    for name, value in _open_fields(envelope).items():
        groups[value.plaats][name] = value.waarde
    sealed: dict[str, Sealed] = {}
    reason = envelope.verantwoording.waarde.model_dump(mode="json")
    for plaats, fields in groups.items():
        capsule = keys[plaats].seal(envelope.place, {**fields, VERANTWOORDING: reason})
        for name in (*fields, VERANTWOORDING):
            sealed[name] = Sealed(capsule, name)
    reason_sealed = sealed.pop(VERANTWOORDING)
    return replace(
        envelope, fact=envelope.fact.model_copy(update=sealed), verantwoording=reason_sealed
    )


class EnvelopeMapper(Mapper[UUID]):
    """Sealed envelope ⇄ stored bytes. The registry of `events` is closed; no name is imported."""

    def __init__(self) -> None:
        pass  # no transcoder, compressor or cipher: pydantic serialises, infra.seal seals

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        envelope: Envelope = domain_event
        fact = envelope.fact
        capsules: dict[int, Capsule] = {}
        clear: dict[str, Any] = {}
        for name, value in fact:
            if isinstance(value, Sealed):
                capsules[id(value.capsule)] = value.capsule
            elif isinstance(value, Open) or (name in fact.personal and value is not None):
                raise SealedInNewFactError(name)
            else:
                clear[name] = value
        assert isinstance(envelope.verantwoording, Sealed)
        capsules.setdefault(id(envelope.verantwoording.capsule), envelope.verantwoording.capsule)
        state = to_json(
            {
                "schema": fact.versie,
                "gemeente": envelope.gemeente,
                "op": envelope.opgenomen_op,
                "hoed": envelope.hoed,
                "correlatie": envelope.correlation,
                "oorzaak": envelope.causation,
                "open": clear,
                "dicht": [
                    [c.kid, c.names, b2a_base64(c.sealed, newline=False).decode()]
                    for c in capsules.values()
                ],
            },
        )
        return StoredEvent(envelope.stream, envelope.version, fact.naam, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Envelope:
        stream = stored_event.originator_id
        assert isinstance(stream, UUID)
        state = from_json(stored_event.state)
        place = Place(
            state["gemeente"],
            stream,
            stored_event.originator_version,
            stored_event.topic,
            state["schema"],
        )
        fields: dict[str, Any] = state["open"]
        reason: Sealed | None = None
        for kid, names, sealed in state["dicht"]:
            capsule = Capsule(place, tuple(names), kid, a2b_base64(sealed))
            for name in names:
                if name == VERANTWOORDING:
                    reason = reason or Sealed(capsule, name)
                else:
                    fields[name] = Sealed(capsule, name)
        assert reason is not None
        return Envelope(
            state["gemeente"],
            stream,
            stored_event.originator_version,
            Fact.build(stored_event.topic, state["schema"], fields),
            datetime.fromisoformat(state["op"]),
            Hoed(state["hoed"]),
            UUID(state["correlatie"]),
            state["oorzaak"],
            reason,
            stored_event.state,
        )


_MAPPER = EnvelopeMapper()


def to_bytes(envelope: Envelope) -> bytes:
    """A sealed envelope as it is stored; stream, version and type stand beside it."""
    return envelope.stored or _MAPPER.to_stored_event(envelope).state


def from_bytes(stream: UUID, version: int, naam: str, state: bytes) -> Envelope:
    """The sealed envelope again. Raises UnknownFactError."""
    return _MAPPER.to_domain_event(StoredEvent(stream, version, naam, state))


class _Datastore(SQLiteDatastore):
    """Lets the library's recorder work on our connections, so that everything in an append is one
    transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.originator_id_type = "uuid"
        self.single_row_tracking = True

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with self.database.write() if commit else self.database.read() as tx:
            yield from _cursor(tx)

    def close(self) -> None:
        pass  # the database belongs to whoever made it


def _cursor(tx: Tx) -> Iterator[SQLiteCursor]:
    raw = cast(sqlite3.Cursor, tx.connection.cursor())
    raw.row_factory = sqlite3.Row
    try:
        yield SQLiteCursor(raw)
    finally:
        raw.close()


class _Recorder(SQLiteApplicationRecorder):
    def insert_within(self, tx: Tx, stored: Sequence[StoredEvent]) -> int:
        """Append inside the caller's transaction; the position of the last fact."""
        for cursor in _cursor(tx):
            positions = self._insert_events(cursor, stored)
            assert positions
            return positions[-1]
        raise AssertionError
