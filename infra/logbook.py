"""The log: gapless rows of named parts, each committed, their content sealed so it can expire.

Rules kept here: a row's number is one higher than the last, given inside the transaction that
commits the reason for it; the commitment stays when the content's key is destroyed; whoever reads
gets the row checked against it.

    seed       = 32 random bytes per row, sealed with the content
    salt       = SHA-256(seed | name of the part)
    part       = SHA-256(salt | canonical JSON of its value)
    row        = SHA-256(canonical JSON of [2, nr, soort, tijdstip, vraag, span, boven, parts])
    parts      = {name: part in hex}, with household and person as the parts of those names

So a part can be shown with its salt, or kept back behind its commitment, and the row still fits.
Rows of form 1 are from before there were parts: SHA-256(salt | canonical JSON of all of it).
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Row,
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
from infra.decider import RegelFout
from infra.keys import KeyStore
from infra.provider import KeyFileError
from infra.seal import SealError, SealingKey, canonical, open_capsule

tables = MetaData()
logregels = Table(
    "logregels",
    tables,
    Column("nr", Integer, primary_key=True),
    Column("soort", String, nullable=False),
    Column("tijdstip", String, nullable=False),
    Column("vraag", Uuid, nullable=False, index=True),
    Column("huishouden", Uuid, index=True),
    Column("persoon", Uuid, index=True),
    Column("verbintenis", LargeBinary(32), nullable=False),
    Column("kid", String(32), nullable=False),
    Column("inhoud", LargeBinary, nullable=False),
    Column("vorm", Integer, nullable=False, server_default="1"),
    Column("span", String(16)),
    Column("boven", String(16)),
)
logkoppen = Table(
    "logkoppen",
    tables,
    Column("dag", String(10), primary_key=True),
    Column("grootte", Integer, nullable=False),
    Column("kop", String, nullable=False),
)
"""The last signed head of the log's tree of every day (`infra.volgorde`)."""
_LOG = UUID("5d0f6a3e-6c1c-4a53-9b6e-0d6a52c7c9aa")
VORM = 2
WIE = ("huishouden", "persoon")
"""Columns that are committed as parts, so that an export can keep them back."""
_VELDEN = {1: ("inhoud", "zout"), 2: ("inhoud", "zaad")}
"""What the sealed content of a row is made of, per form."""


class LogDamagedError(Exception):
    """A row is missing, or does not fit its commitment."""


def nieuwe_span() -> str:
    """A span id as W3C trace context has them: 8 random bytes in hex, not all zero."""
    return f"{int.from_bytes(os.urandom(8), 'big') or 1:016x}"


class LogboekDicht(RegelFout, ConnectionError):
    """Het logboek van inzagen kan nu niet worden bijgewerkt, of het klopt niet meer. Zolang dat zo
    is, kan niemand iets inzien; er is niets getoond. De beheerder ziet wat er is; als het is
    verholpen, gaat Samenplan vanzelf verder."""

    # A ConnectionError, because it is of the moment: whoever follows facts tries again.


@dataclass(frozen=True, slots=True)
class Regel:
    """One thing to record: a decision (besluit), or what it meant for one person (inzage).

    `vraag` is the trace it belongs to, `boven` the span of the row it follows from; `inhoud` are
    the named parts, each of which can be shown or kept back by itself.
    """

    soort: str
    vraag: UUID
    inhoud: dict[str, Any]
    huishouden: UUID | None = None
    persoon: UUID | None = None
    span: str | None = field(default_factory=nieuwe_span)
    """None only of a row from before there were spans."""
    boven: str | None = None

    @property
    def delen(self) -> dict[str, Any]:
        """Every part by its name, household and person among them."""
        wie = zip(WIE, (self.huishouden, self.persoon), strict=True)
        return self.inhoud | {name: str(known) if known else None for name, known in wie}


@dataclass(frozen=True, slots=True)
class Geschreven:
    """A row read back, its content checked."""

    nr: int
    tijdstip: datetime
    regel: Regel
    vorm: int
    zaad: bytes
    """The seed of its salts; of form 1 the one salt."""

    @property
    def verbintenis(self) -> bytes:
        """What the tree holds of it."""
        return _commit(self.vorm, self.zaad, self.nr, self.tijdstip.isoformat(), self.regel)


@dataclass(slots=True)
class _Pen:
    """What writing in one transaction needs: the key of the month, the last number, and whether it
    was seen that the rows can be signed."""

    maand: str
    key: SealingKey
    last: int
    tekent: bool = False


class Logbook:
    """Writes and reads the log inside the caller's transaction."""

    def __init__(self, keys: KeyStore, gemeente: str) -> None:
        self._keys = keys
        self._gemeente = gemeente
        self.tekent: Callable[[], object] = lambda: None
        """Raises KeyFileError when nobody could sign these rows, LogDamagedError when nobody will;
        the wiring knows."""
        self._pennen: WeakKeyDictionary[Tx, _Pen] = WeakKeyDictionary()

    def write(self, tx: Tx, now: datetime, regels: Iterable[Regel], *, opent: bool = True) -> None:
        """Append rows; durable when the transaction commits.

        `opent` is False when nothing is shown to anybody on the strength of these rows: then they
        may wait for the key that signs them. Raises LogboekDicht without that key and when the log
        is damaged, ValueError for a part named as one of the columns that count as parts.
        """
        pen, tijdstip = self._pen(tx, now), now.isoformat()
        if opent and not pen.tekent:
            try:
                self.tekent()
            except (KeyFileError, LogDamagedError):
                raise LogboekDicht from None
            pen.tekent = True
        rows = []
        for nr, regel in enumerate(regels, start=pen.last + 1):
            if not regel.inhoud.keys().isdisjoint(WIE):
                raise ValueError("een deel heet als een kolom")
            zaad = os.urandom(32)
            capsule = pen.key.seal(
                self._place(regel.vraag, nr), {"zaad": zaad.hex(), "inhoud": regel.inhoud}
            )
            rows.append(
                {
                    "nr": nr,
                    "soort": regel.soort,
                    "tijdstip": tijdstip,
                    "vraag": regel.vraag,
                    "huishouden": regel.huishouden,
                    "persoon": regel.persoon,
                    "verbintenis": _commit(VORM, zaad, nr, tijdstip, regel),
                    "kid": pen.key.kid,
                    "inhoud": capsule.sealed,
                    "vorm": VORM,
                    "span": regel.span,
                    "boven": regel.boven,
                }
            )
        tx.execute(_INSERT, rows)
        pen.last += len(rows)

    def _pen(self, tx: Tx, now: datetime) -> _Pen:
        """What to write with. Those who share a transaction share it: one writer at a time, so
        nobody else can have written since."""
        pen, maand = self._pennen.get(tx), _maand(now)
        if pen is None or pen.maand != maand:
            key = SealingKey(*self._keys.sealing_key(tx, _plaats(now)))
            pen = self._pennen[tx] = _Pen(maand, key, self.last(tx))
        return pen

    def last(self, tx: Tx) -> int:
        """The number of the last line; 0 of an empty log."""
        return tx.execute(_LAST).scalar() or 0

    def read(self, tx: Tx, where: Select[Any]) -> Iterator[Geschreven]:
        """The rows of a selection on `logregels`. Raises LogDamagedError."""
        for _, written in self.each(tx, where):
            if isinstance(written, LogDamagedError):
                raise written
            yield written

    def whole(self, tx: Tx, where: Select[Any]) -> Iterator[Geschreven]:
        """Those that can be read back, for who does not hide that the others are there."""
        for _, written in self.each(tx, where):
            if not isinstance(written, LogDamagedError):
                yield written

    def each(
        self, tx: Tx, where: Select[Any]
    ) -> Iterator[tuple[Row[Any], Geschreven | LogDamagedError]]:
        """The same for who looks for damage: each row with what it says, or what is wrong with it.

        What expired is passed over: its commitment stays, its content is gone.
        """
        rows = tx.execute(where).all()
        keys = self._month_keys(tx, {row.kid for row in rows})
        for row in rows:
            try:
                written = self._written(row, keys)
            except LogDamagedError as error:
                yield row, error
            else:
                if written is not None:
                    yield row, written

    def _written(self, row: Row[Any], keys: Mapping[KeyId, bytes | None]) -> Geschreven | None:
        """What a row says, None when it expired. Raises LogDamagedError."""
        if row.kid not in keys:
            raise LogDamagedError(f"logregel {row.nr} noemt geen sleutel van het logboek")
        key = keys[row.kid]
        if key is None:
            return None
        zaad, inhoud = self._open(row, key)
        regel = Regel(
            row.soort, row.vraag, inhoud, row.huishouden, row.persoon, row.span, row.boven
        )
        found = _commit(row.vorm, zaad, row.nr, row.tijdstip, regel)
        if not hmac.compare_digest(found, row.verbintenis):
            raise LogDamagedError(f"logregel {row.nr}")
        return Geschreven(row.nr, datetime.fromisoformat(row.tijdstip), regel, row.vorm, zaad)

    def _open(self, row: Any, key: bytes) -> tuple[bytes, dict[str, Any]]:
        """The seed and the content of a row. Raises LogDamagedError."""
        try:
            names = _VELDEN[row.vorm]
            place = self._place(row.vraag, row.nr)
            opened = open_capsule(Capsule(place, names, row.kid, row.inhoud), key)
        except (SealError, KeyError):
            raise LogDamagedError(f"logregel {row.nr}") from None
        return bytes.fromhex(opened[names[1]]), opened["inhoud"]

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
        """The keys of months among these, None for one that expired."""
        ours = [i for i in self._keys.known(tx, kids) if i.herkomst == herkomst("logboek")]
        return dict.fromkeys(info.kid for info in ours) | self._keys.unwrap(ours)

    def _place(self, vraag: UUID, nr: int) -> Place:
        return Place(self._gemeente, vraag, nr, "logregel", 1)


_INSERT = insert(logregels)
_LAST = select(func.max(logregels.c.nr))


def _plaats(now: datetime) -> Zegelplaats:
    # A key per month, so that a month of lines can expire by destroying one key.
    return Zegelplaats((uuid5(_LOG, _maand(now)),), herkomst("logboek"), Rubriek.REGIE)


def _maand(now: datetime) -> str:
    return now.isoformat()[:7]


def _commit(vorm: int, zaad: bytes, nr: int, tijdstip: str, regel: Regel) -> bytes:
    """What the row is bound to (above). A column that its form does not have fits nothing."""
    if vorm == 1:
        wie = [str(known) if known else None for known in (regel.huishouden, regel.persoon)]
        more = [known for known in (regel.span, regel.boven) if known is not None]
        row = [nr, regel.soort, tijdstip, str(regel.vraag), *wie, regel.inhoud, *more]
        return sha256(zaad + canonical(row)).digest()
    parts = {name: commit.hex() for name, (_, commit) in delen(zaad, regel.delen).items()}
    what = [regel.soort, tijdstip, str(regel.vraag), regel.span, regel.boven, parts]
    return sha256(canonical([vorm, nr, *what])).digest()


def delen(zaad: bytes, parts: Mapping[str, Any]) -> dict[str, tuple[bytes, bytes]]:
    """The salt and the commitment of every part."""
    salts = {name: sha256(zaad + name.encode()).digest() for name in parts}
    return {
        name: (salt, sha256(salt + canonical(parts[name])).digest()) for name, salt in salts.items()
    }
