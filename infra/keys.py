"""The key store: person keys, data keys per person × herkomst × onderwerp, joint keys, erasure.

Hierarchy: wrap key (provider) → person key → data key. A joint key is wrapped by the wrap key
itself and knows its persons and its policy. Deleting a person key leaves no way to that person's
data keys; a new wrap key, with the old one forgotten, takes the copies in backups and log files
with it. Only this store knows whose a key is; a key id says nothing.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from events.base import Gezamenlijk, KeyId, Zegelplaats
from events.begrippen import Herkomst, Onderwerp, herkomst, onderwerp
from infra.database import Database, Tx
from infra.provider import FileKeyProvider
from infra.wrapped import SubjectErasedError as SubjectErasedError
from infra.wrapped import Wrapped

tables = MetaData()

person_keys = Table(
    "person_keys",
    tables,
    Column("subject", Uuid, primary_key=True),
    Column("wrap", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
data_keys = Table(
    "data_keys",
    tables,
    Column("kid", String(32), primary_key=True),
    Column("herkomst", String, nullable=False),
    Column("onderwerp", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("subjects_hash", String(64), nullable=False),
    Column("current", Boolean, nullable=False),
    Column("wrap", Integer),  # filled for a joint key only
    Column("wrapped", LargeBinary),  # empty once destroyed
    Column("single", Uuid),  # whose person key wraps it; empty for a joint key
    Index("data_keys_place", "subjects_hash", "herkomst", "onderwerp", "policy"),
)
key_subjects = Table(
    "key_subjects",
    tables,
    Column("kid", ForeignKey("data_keys.kid"), primary_key=True),
    Column("subject", Uuid, primary_key=True, index=True),
)
key_releases = Table(
    "key_releases",
    tables,
    Column("nr", Integer, primary_key=True, autoincrement=False),
    Column("vraag", Uuid, nullable=False),
    Column("span", String(16), nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
)
"""How many keys about whom left for a reader, per question: counted here, whatever the log says."""
erased_subjects = Table(
    "erased_subjects",
    tables,
    Column("subject", Uuid, primary_key=True),
    Column("erased_at", String, nullable=False),
    Column("proof", String(64), nullable=False),
)


class UnknownKeyError(Exception):
    """A key id that this store never gave out."""


class CheckpointBusyError(Exception):
    """A reader kept the log file open; the erasure is not confirmed yet and can be repeated."""


class KeyInfo(NamedTuple):
    """What a data key is about, and the key itself, still closed."""

    kid: KeyId
    betrokkenen: tuple[UUID, ...]
    herkomst: Herkomst
    onderwerp: Onderwerp
    closed: Wrapped

    @property
    def erased(self) -> bool:
        return self.closed.erased


class KeyStore:
    """Keys in the database they are used in; every method works inside the caller's transaction."""

    def __init__(self, provider: FileKeyProvider) -> None:
        self._provider = provider
        self._rotating = threading.Lock()

    def sealing_key(self, tx: Tx, plaats: Zegelplaats) -> tuple[KeyId, bytes]:
        """The current data key of a place, made when there is none.

        Raises SubjectErasedError when one of its persons was erased.
        """
        place = {
            "b_subjects": _subjects_hash(plaats.betrokkenen),
            "b_herkomst": plaats.herkomst.code,
            "b_onderwerp": plaats.onderwerp.value,
            "b_policy": plaats.gezamenlijk.value,
        }
        found = tx.execute(_CURRENT, place).first()
        if found is None or found.single is None:  # a joint key outlives one of its persons
            erased = select(erased_subjects.c.subject).where(
                erased_subjects.c.subject.in_(plaats.betrokkenen)
            )
            if tx.execute(erased).first() is not None:
                raise SubjectErasedError
        if found is None:
            return self._make(tx, plaats)
        kid, _, *closed = found
        return kid, Wrapped(*closed).open(self._provider.unwrap)

    def describe(self, tx: Tx, kids: Collection[KeyId]) -> list[KeyInfo]:
        """What these keys are about. Raises UnknownKeyError for a kid that was never given out."""
        infos = self.known(tx, kids)
        if len(infos) != len(set(kids)):
            raise UnknownKeyError
        return infos

    def known(self, tx: Tx, kids: Collection[KeyId]) -> list[KeyInfo]:
        """What those of these keys are about that were ever given out."""
        infos: dict[KeyId, KeyInfo] = {}
        for kid, uit, over, subject, *closed in tx.execute(_DESCRIBE, {"kids": list(kids)}).all():
            known = infos.get(kid)
            if known is None:
                infos[kid] = KeyInfo(
                    kid, (subject,), herkomst(uit), onderwerp(over), Wrapped(*closed)
                )
            else:  # a joint key: a row for each of its persons
                subjects = tuple(sorted((*known.betrokkenen, subject)))
                infos[kid] = known._replace(betrokkenen=subjects)
        return list(infos.values())

    def unwrap(self, infos: Iterable[KeyInfo]) -> dict[KeyId, bytes]:
        """The data keys themselves, without the erased ones. Raises KeyFileError.

        One look at the wrap keys for all of them; each person key is unwrapped once and forgotten
        with this call.
        """
        unwrap = cache(self._provider.unwrapper())
        return {info.kid: info.closed.open(unwrap) for info in infos if not info.erased}

    def unwrap_rows(self, rows: Iterable[Row[Any]]) -> dict[KeyId, bytes]:
        """`unwrap` for rows that were read `with_key`. Raises UnknownKeyError, KeyFileError."""
        closed = {row.key_id: Wrapped(*row[-len(_CLOSED) :]) for row in rows}
        if None in closed:
            raise UnknownKeyError
        unwrap = cache(self._provider.unwrapper())
        return {kid: key.open(unwrap) for kid, key in closed.items() if not key.erased}

    def release(
        self, tx: Tx, infos: Iterable[KeyInfo], vraag: UUID, span: str
    ) -> dict[KeyId, bytes]:
        """The data keys for a reader, without the erased ones; counted per person.

        `vraag` and `span` tell for which question. Raises KeyFileError.
        """
        left = [info for info in infos if not info.erased]
        counted = Counter(subject for info in left for subject in info.betrokkenen)
        if counted:
            tx.execute(
                _COUNT_RELEASE,
                [
                    {"vraag": vraag, "span": span, "subject": subject, "number": number}
                    for subject, number in sorted(counted.items())
                ],
            )
        return self.unwrap(left)

    def verify(self, tx: Tx) -> None:
        """Whether this provider belongs to this store. Raises KeyFileError."""
        row = tx.execute(select(person_keys.c.wrap, person_keys.c.wrapped).limit(1)).first()
        if row is not None:
            self._provider.unwrap(row.wrap, row.wrapped)

    def _make(self, tx: Tx, plaats: Zegelplaats) -> tuple[KeyId, bytes]:
        kid, key = os.urandom(16).hex(), os.urandom(32)
        single = plaats.betrokkenen[0] if len(plaats.betrokkenen) == 1 else None
        if single is None:
            wrap, wrapped = self._provider.wrap(key)
        else:
            wrap, wrapped = None, aes_key_wrap(self._person_key(tx, single), key)
        tx.execute(
            insert(data_keys).values(
                kid=kid,
                herkomst=plaats.herkomst.code,
                onderwerp=plaats.onderwerp.value,
                policy=plaats.gezamenlijk.value,
                subjects_hash=_subjects_hash(plaats.betrokkenen),
                current=True,
                wrap=wrap,
                wrapped=wrapped,
                single=single,
            )
        )
        tx.execute(
            insert(key_subjects),
            [{"kid": kid, "subject": subject} for subject in plaats.betrokkenen],
        )
        return kid, key

    def _person_key(self, tx: Tx, subject: UUID) -> bytes:
        row = tx.execute(
            select(person_keys.c.wrap, person_keys.c.wrapped).where(
                person_keys.c.subject == subject
            )
        ).first()
        if row is not None:
            return self._provider.unwrap(row.wrap, row.wrapped)
        key = os.urandom(32)
        wrap, wrapped = self._provider.wrap(key)
        tx.execute(insert(person_keys).values(subject=subject, wrap=wrap, wrapped=wrapped))
        return key

    def succeed(self, tx: Tx, plaats: Zegelplaats) -> None:
        """From now on a place gets a new data key; what was sealed keeps its own."""
        tx.execute(
            update(data_keys)
            .where(
                data_keys.c.subjects_hash == _subjects_hash(plaats.betrokkenen),
                data_keys.c.herkomst == plaats.herkomst.code,
                data_keys.c.onderwerp == plaats.onderwerp.value,
            )
            .values(current=False)
        )

    def destroy(self, tx: Tx, subject: UUID, now: datetime) -> str:
        """Delete the keys of one person and the joint keys whose policy says so.

        Returns the proof: the hash of the ids of all keys that became unreadable. What is deleted
        here is gone for good only after `rotate`.
        """
        known = tx.execute(
            select(erased_subjects.c.proof).where(erased_subjects.c.subject == subject)
        ).scalar()
        if known is not None:
            return str(known)
        concerned = tx.execute(
            select(data_keys.c.kid, data_keys.c.single, data_keys.c.policy)
            .join(key_subjects)
            .where(key_subjects.c.subject == subject, data_keys.c.wrapped.is_not(None))
        ).all()
        gone = [
            row.kid
            for row in concerned
            if row.single is not None
            or row.policy == Gezamenlijk.ALLEN.value
            or self._is_last(tx, row.kid, subject)
        ]
        tx.execute(delete(person_keys).where(person_keys.c.subject == subject))
        if gone:
            tx.execute(update(data_keys).where(data_keys.c.kid.in_(gone)).values(wrapped=None))
        proof = sha256("\n".join(sorted(gone)).encode()).hexdigest()
        tx.execute(
            insert(erased_subjects).values(subject=subject, erased_at=now.isoformat(), proof=proof)
        )
        return proof

    def _is_last(self, tx: Tx, kid: KeyId, subject: UUID) -> bool:
        others = (
            select(key_subjects.c.subject)
            .where(key_subjects.c.kid == kid, key_subjects.c.subject != subject)
            .where(key_subjects.c.subject.not_in(select(erased_subjects.c.subject)))
        )
        return tx.execute(others).first() is None

    def rotate(self, database: Database) -> None:
        """Wrap everything under a new wrap key and forget the old one; also finishes an erasure.

        1. a new wrap key, kept beside the old one; 2. re-wrap in one transaction; 3. empty the
        log file, with no reader open; 4. forget the old wrap key. A crash in between leaves both
        wrap keys and the next rotation finishes. Raises CheckpointBusyError after 3 failed.
        """
        with self._rotating:  # else one could forget a wrap key that another still needs
            new = self._provider.renew()  # 1
            with database.write() as tx:  # 2
                for table, key in ((person_keys, "subject"), (data_keys, "kid")):
                    rows = tx.execute(
                        select(table.c[key], table.c.wrap, table.c.wrapped).where(
                            table.c.wrap.is_not(None), table.c.wrapped.is_not(None)
                        )
                    ).all()
                    renewed = [
                        {"b_key": row[0], "b_wrap": wrap, "b_wrapped": wrapped}
                        for row in rows
                        for wrap, wrapped in [
                            self._provider.wrap(self._provider.unwrap(row.wrap, row.wrapped))
                        ]
                    ]
                    if renewed:
                        tx.execute(
                            update(table)
                            .where(table.c[key] == bindparam("b_key"))
                            .values(wrap=bindparam("b_wrap"), wrapped=bindparam("b_wrapped")),
                            renewed,
                        )
            if not _attempt(database):  # 3
                raise CheckpointBusyError
            # Not the current one: another process may have begun its own rotation meanwhile.
            self._provider.forget(keep=new)  # 4


_CLOSED = (
    data_keys.c.wrap.label("key_wrap"),
    data_keys.c.wrapped.label("key_wrapped"),
    person_keys.c.wrap.label("person_wrap"),
    person_keys.c.wrapped.label("person_wrapped"),
)
"""What `Wrapped` is made of."""


def with_key(rows: Select[Any], kid: ColumnElement[KeyId]) -> Select[Any]:
    """Rows of a table, each with the key that this column of it names: for `unwrap_rows`."""
    return (
        rows.add_columns(data_keys.c.kid.label("key_id"), *_CLOSED)
        .outerjoin(data_keys, data_keys.c.kid == kid)
        .outerjoin(person_keys, person_keys.c.subject == data_keys.c.single)
    )


_CURRENT = (
    select(data_keys.c.kid, data_keys.c.single, *_CLOSED)
    .outerjoin(person_keys, person_keys.c.subject == data_keys.c.single)
    .where(
        data_keys.c.subjects_hash == bindparam("b_subjects"),
        data_keys.c.herkomst == bindparam("b_herkomst"),
        data_keys.c.onderwerp == bindparam("b_onderwerp"),
        data_keys.c.policy == bindparam("b_policy"),
        data_keys.c.current,
    )
)
# Numbered here and not by a sequence: one writer at a time, and no right to one.
_NEXT_RELEASE = select(func.coalesce(func.max(key_releases.c.nr), 0) + 1).scalar_subquery()
_COUNT_RELEASE = insert(key_releases).values(nr=_NEXT_RELEASE)
_DESCRIBE = (
    select(
        data_keys.c.kid,
        data_keys.c.herkomst,
        data_keys.c.onderwerp,
        key_subjects.c.subject,
        *_CLOSED,
    )
    .join(key_subjects, key_subjects.c.kid == data_keys.c.kid)
    .outerjoin(person_keys, person_keys.c.subject == data_keys.c.single)
    .where(data_keys.c.kid.in_(bindparam("kids", expanding=True)))
)


def _attempt(database: Database, tries: int = 3) -> bool:
    return any(database.checkpoint() for _ in range(tries))


def _subjects_hash(subjects: Iterable[UUID]) -> str:
    return sha256(b"".join(subject.bytes for subject in subjects)).hexdigest()
