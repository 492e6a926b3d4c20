"""How far a consumer is: per source and shard the last log position, per stream the last version.

Rules kept here: both move in the transaction of the effect. The version decides whether a fact is
new: lower or equal is a redelivery and skipped, a hole quarantines that stream at this consumer,
visibly, as does a fact that cannot be processed, and the rest goes on. The position only tells
whoever waits how far it is; a fact that comes late, after others of its shard, is not lost for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from events.base import Envelope, shard
from infra.bulk import among, execute_many
from infra.database import Tx
from infra.seal import SealError, TokenBox

Located = tuple[int, Envelope]
"""A fact with its position in its source's log."""

tables = MetaData()
posities = Table(
    "posities",
    tables,
    Column("bron", String, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("positie", BigInteger, nullable=False),
)
versies = Table(
    "versies",
    tables,
    Column("bron", String, primary_key=True),
    Column("stroom", Uuid, primary_key=True),
    Column("versie", Integer, nullable=False),
)
quarantaine = Table(
    "quarantaine",
    tables,
    Column("bron", String, primary_key=True),
    Column("stroom", Uuid, primary_key=True),
    Column("positie", BigInteger, nullable=False),
    Column("fout", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Positie:
    """Where a command's facts stand: source, shard, log position. Opaque to its holder."""

    bron: str
    shard: int
    positie: int

    @classmethod
    def of(cls, bron: str, stream: UUID, positie: int) -> Positie:
        return cls(bron, shard(stream), positie)


class Posities:
    """Makes and reads the tokens of positions: encrypted, so that they tell nothing about how busy
    it is or what a command did, and cannot be made up."""

    def __init__(self, secret: bytes) -> None:
        self._box = TokenBox(secret)

    def token(self, positie: Positie) -> str:
        """The same token for the same position, of one length."""
        text = f"{positie.bron}.{positie.shard}.{positie.positie}"
        return self._box.seal(text.ljust(32).encode())

    def read(self, token: str) -> Positie:
        """Raises ValueError for anything that is not a token of ours."""
        try:
            bron, number, positie = self._box.open(token).decode().split(".")
        except SealError:
            raise ValueError("naPositie is geen positie") from None
        return Positie(bron, int(number), int(positie))


def start(tx: Tx, bron: str) -> int:
    """Where to read on in a log that is read in order."""
    return (
        tx.execute(select(func.max(posities.c.positie)).where(posities.c.bron == bron)).scalar()
        or 0
    )


def quarantined(tx: Tx, bronnen: Collection[str]) -> int:
    """How many streams of these sources are set apart here."""
    found = select(func.count()).where(quarantaine.c.bron.in_(bronnen))
    return tx.execute(found).scalar_one()


def reached(tx: Tx, token: Positie) -> bool:
    """Whether this consumer has processed what the token stands for."""
    found = tx.execute(
        select(posities.c.positie).where(
            posities.c.bron == token.bron, posities.c.shard == token.shard
        )
    ).scalar()
    return found is not None and found >= token.positie


@dataclass(frozen=True, slots=True)
class Step:
    """What a batch asks of a consumer, and how far it is when that is done."""

    todo: Sequence[Located]
    gaps: Sequence[Located]
    positions: Mapping[int, int]
    versions: Mapping[UUID, int]


def fresh(tx: Tx, bron: str, batch: Sequence[Located]) -> Sequence[Located]:
    """What of a batch is still to be done: no redeliveries, nothing of a quarantined stream.

    Moves positions and versions; call it in the transaction of the effect. It holds the rows of
    these shards until the end: who processes the same facts at the same time waits, and then finds
    nothing to do.
    """
    _hold(tx, bron, _shards(batch))
    step = look(tx, bron, batch)
    _move(tx, bron, step)
    return step.todo


def _shards(batch: Sequence[Located]) -> set[int]:
    return {shard(envelope.stream) for _, envelope in batch}


def _hold(tx: Tx, bron: str, shards: Collection[int]) -> None:
    held = (
        select(posities.c.shard)
        .where(posities.c.bron == bron, among(tx, posities.c.shard, shards))
        .order_by(posities.c.shard)
        .with_for_update()
    )
    missing = set(shards) - set(tx.execute(held).scalars())
    if missing:
        rows = [{"bron": bron, "shard": n, "positie": 0} for n in sorted(missing)]
        tx.execute(insert(posities).on_conflict_do_nothing(), rows)
        tx.execute(held).all()


def look(tx: Tx, bron: str, batch: Sequence[Located]) -> Step:
    """As `fresh`, without moving anything."""
    reached_by = dict(
        tx.execute(
            select(posities.c.shard, posities.c.positie).where(
                posities.c.bron == bron, among(tx, posities.c.shard, _shards(batch))
            )
        ).all()
    )
    streams = {envelope.stream for _, envelope in batch}
    known = dict(
        tx.execute(
            select(versies.c.stroom, versies.c.versie).where(
                versies.c.bron == bron, among(tx, versies.c.stroom, streams)
            )
        ).all()
    )
    parked = set(
        tx.execute(select(quarantaine.c.stroom).where(quarantaine.c.bron == bron)).scalars()
    )
    todo: list[Located] = []
    gaps: list[Located] = []
    changed: dict[UUID, int] = {}
    for position, envelope in batch:
        number = shard(envelope.stream)
        # A lower one may still be new: brought out again after it was lost on its way.
        reached_by[number] = max(position, reached_by.get(number, 0))
        last = known.get(envelope.stream, 0)
        if envelope.stream in parked or envelope.version <= last:
            continue
        if envelope.version > last + 1:
            gaps.append((position, envelope))
            parked.add(envelope.stream)
            continue
        known[envelope.stream] = changed[envelope.stream] = envelope.version
        todo.append((position, envelope))
    return Step(todo, gaps, reached_by, changed)


def _move(tx: Tx, bron: str, step: Step) -> None:
    for position, envelope in step.gaps:
        park(tx, bron, position, envelope, "gat")
    rows = [{"bron": bron, "shard": n, "positie": p} for n, p in step.positions.items()]
    execute_many(tx, _TO_POSITION, rows)
    if step.versions:
        rows = [{"bron": bron, "stroom": s, "versie": v} for s, v in step.versions.items()]
        execute_many(tx, _TO_VERSION, rows)


_POSITION, _VERSION = insert(posities), insert(versies)
_TO_POSITION = _POSITION.on_conflict_do_update(
    index_elements=["bron", "shard"], set_={"positie": _POSITION.excluded.positie}
)
_TO_VERSION = _VERSION.on_conflict_do_update(
    index_elements=["bron", "stroom"], set_={"versie": _VERSION.excluded.versie}
)


def park(tx: Tx, bron: str, position: int, envelope: Envelope, fout: str) -> None:
    """Quarantine the stream of a fact at this consumer; `fout` is a code, never content."""
    tx.execute(
        insert(quarantaine)
        .values(bron=bron, stroom=envelope.stream, positie=position, fout=fout)
        .on_conflict_do_nothing()
    )


def release(tx: Tx, bron: str, stream: UUID) -> int:
    """Lift a quarantine; the last version that was processed, to replay from."""
    tx.execute(
        delete(quarantaine).where(quarantaine.c.bron == bron, quarantaine.c.stroom == stream)
    )
    return done(tx, bron, stream)


def done(tx: Tx, bron: str, stream: UUID) -> int:
    """The last version of a stream that was processed."""
    return (
        tx.execute(
            select(versies.c.versie).where(versies.c.bron == bron, versies.c.stroom == stream)
        ).scalar()
        or 0
    )


def advance(tx: Tx, bron: str, envelope: Envelope) -> None:
    """Note one replayed fact of a stream."""
    tx.execute(_TO_VERSION, {"bron": bron, "stroom": envelope.stream, "versie": envelope.version})
