"""The log: gapless rows, each committed with a salt, its content sealed so that it can expire.

Rules kept here: a row's number is one higher than the last, given inside the transaction that
commits the reason for it; the commitment, SHA-256(salt | canonical JSON of every column and the
content), stays when the content's key is destroyed; whoever reads gets the row checked against it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
)

from events.base import Capsule, KeyId, Place, Zegelplaats
from events.begrippen import Rubriek, herkomst
from infra.database import Tx
from infra.keys import KeyStore, UnknownKeyError
from infra.seal import SealError, SealingKey, canonical, open_capsule

tables = MetaData()
logregels = Table(
    "logregels",
    tables,
    Column("nr", Integer, primary_key=True),
    Column("soort", String, nullable=False),
    Column("tijdstip", String, nullable=False),
    Column("vraag", Uuid, nullable=False),
    Column("huishouden", Uuid, index=True),
    Column("persoon", Uuid, index=True),
    Column("verbintenis", LargeBinary(32), nullable=False),
    Column("kid", String(32), nullable=False),
    Column("inhoud", LargeBinary, nullable=False),
)
_LOG = UUID("5d0f6a3e-6c1c-4a53-9b6e-0d6a52c7c9aa")


class LogDamagedError(Exception):
    """A row is missing, or does not fit its commitment."""


@dataclass(frozen=True, slots=True)
class Regel:
    """One thing to record: a decision (besluit), or what it meant for one person (inzage)."""

    soort: str
    vraag: UUID
    inhoud: dict[str, Any]
    huishouden: UUID | None = None
    persoon: UUID | None = None


@dataclass(frozen=True, slots=True)
class Geschreven:
    """A row read back, its content checked."""

    nr: int
    tijdstip: datetime
    regel: Regel


class Logbook:
    """Writes and reads the log inside the caller's transaction."""

    def __init__(self, keys: KeyStore, gemeente: str) -> None:
        self._keys = keys
        self._gemeente = gemeente

    def write(self, tx: Tx, now: datetime, regels: Iterable[Regel]) -> None:
        """Append rows; durable when the transaction commits."""
        kid, key = self._keys.sealing_key(tx, _plaats(now))
        sealing = SealingKey(kid, key)
        last = self.last(tx)
        rows = []
        for nr, regel in enumerate(regels, start=last + 1):
            salt = os.urandom(32)
            capsule = sealing.seal(
                self._place(regel.vraag, nr), {"zout": salt.hex(), "inhoud": regel.inhoud}
            )
            rows.append(
                {
                    "nr": nr,
                    "soort": regel.soort,
                    "tijdstip": now.isoformat(),
                    "vraag": regel.vraag,
                    "huishouden": regel.huishouden,
                    "persoon": regel.persoon,
                    "verbintenis": _commit(salt, nr, now.isoformat(), regel),
                    "kid": kid,
                    "inhoud": capsule.sealed,
                }
            )
        tx.execute(insert(logregels), rows)

    def last(self, tx: Tx) -> int:
        """The number of the last line; 0 of an empty log."""
        return tx.execute(_LAST).scalar() or 0

    def read(self, tx: Tx, where: Select[Any]) -> Iterator[Geschreven]:
        """The rows of a selection on `logregels`. Raises LogDamagedError."""
        rows = tx.execute(where).all()
        keys = self._month_keys(tx, {row.kid for row in rows})
        for row in rows:
            key = keys[row.kid]
            if key is None:
                continue  # expired: the commitment stays, the content is gone
            capsule = Capsule(
                self._place(row.vraag, row.nr), ("inhoud", "zout"), row.kid, row.inhoud
            )
            try:
                opened = open_capsule(capsule, key)
            except SealError:
                raise LogDamagedError(f"logregel {row.nr}") from None
            salt, inhoud = bytes.fromhex(opened["zout"]), opened["inhoud"]
            regel = Regel(row.soort, row.vraag, inhoud, row.huishouden, row.persoon)
            if not hmac.compare_digest(_commit(salt, row.nr, row.tijdstip, regel), row.verbintenis):
                raise LogDamagedError(f"logregel {row.nr}")
            yield Geschreven(row.nr, datetime.fromisoformat(row.tijdstip), regel)

    def verify(self, tx: Tx) -> int:
        """Check that no number is missing and every content fits; the number of rows.

        Raises LogDamagedError.
        """
        numbers = tx.execute(select(logregels.c.nr).order_by(logregels.c.nr)).scalars().all()
        if list(numbers) != list(range(1, len(numbers) + 1)):
            raise LogDamagedError("er ontbreekt een logregel")
        for _ in self.read(tx, select(logregels)):
            pass
        return len(numbers)

    def _month_keys(self, tx: Tx, kids: Collection[KeyId]) -> dict[KeyId, bytes | None]:
        try:
            infos = self._keys.describe(tx, kids)
        except UnknownKeyError:
            raise LogDamagedError("een logregel noemt een onbekende sleutel") from None
        if any(info.herkomst != herkomst("logboek") for info in infos):
            raise LogDamagedError("een logregel noemt de sleutel van een persoon")
        return {info.kid: None if info.erased else self._keys.unwrap(info) for info in infos}

    def _place(self, vraag: UUID, nr: int) -> Place:
        return Place(self._gemeente, vraag, nr, "logregel", 1)


_LAST = select(func.max(logregels.c.nr))


def _plaats(now: datetime) -> Zegelplaats:
    # A key per month, so that a month of lines can expire by destroying one key.
    return Zegelplaats((uuid5(_LOG, now.strftime("%Y-%m")),), herkomst("logboek"), Rubriek.REGIE)


def _commit(salt: bytes, nr: int, tijdstip: str, regel: Regel) -> bytes:
    wie = [str(known) if known else None for known in (regel.huishouden, regel.persoon)]
    row = [nr, regel.soort, tijdstip, str(regel.vraag), *wie, regel.inhoud]
    return sha256(salt + canonical(row)).digest()
