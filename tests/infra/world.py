"""What tests of the machinery share: sample facts, keys to open with, a feed to play with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import inspect

from events.base import Envelope, Fact, Hoed, KeyId, Open, Personal, Place, Zegelplaats
from events.begrippen import Actor, Grondslag, Leefgebied, Rubriek, Verantwoording, herkomst
from infra import keys, logbook
from infra.database import Database, Tx
from infra.decider import Context, RegelFout
from infra.feed import Batch
from infra.keys import KeyStore
from infra.mapper import seal_envelope
from infra.positions import Located
from infra.postgres import PostgreSQL
from infra.seal import Opener, SealingKey
from infra.sqlite import SQLite
from infra.store import Store

NU = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANNA = Actor(id=UUID(int=1), naam="Anna Voorbeeld", organisatie="Wijkteam", functie="regisseur")
GEMEENTE = "9999"
D = TypeVar("D", bound=Database)


class Genoteerd(Fact, naam="nl.samenplan.proef-genoteerd"):
    """Sample: something was written about one or more persons."""

    nummer: int
    tekst: Personal[str] | None = None
    ander: Personal[str] | None = None


class Gesloten(Fact, naam="nl.samenplan.proef-gesloten"):
    """Sample: nothing can be written any more."""


class AlGesloten(RegelFout):
    """Dit is al gesloten."""


@dataclass(frozen=True, slots=True)
class Schrift:
    """Sample state: how many notes there are, and whether it is closed."""

    aantal: int = 0
    gesloten: bool = False

    def evolve(self, fact: Any) -> Schrift:
        if isinstance(fact, Genoteerd):
            return replace(self, aantal=self.aantal + 1)
        return replace(self, gesloten=True)

    def noteer(self, *teksten: Open[str] | None) -> list[Fact]:
        if self.gesloten:
            raise AlGesloten
        return [
            Genoteerd(nummer=self.aantal + number, tekst=tekst)
            for number, tekst in enumerate(teksten, start=1)
        ]

    def sluit(self) -> list[Fact]:
        if self.gesloten:
            raise AlGesloten
        return [Gesloten()]


def plaats(*personen: UUID, over: Leefgebied | Rubriek = Leefgebied.WONEN) -> Zegelplaats:
    return Zegelplaats(personen, herkomst("wmo-onderzoek"), over)


def over(tekst: str, *personen: UUID) -> Open[str]:
    return Open(tekst, plaats(*(personen or (UUID(int=7),))))


def context(sleutel: str | None = None, verzoek: bytes = b"", gemeente: str = GEMEENTE) -> Context:
    return Context(
        gemeente,
        ANNA,
        Hoed.COORDINATIE,
        NU,
        herkomst("wmo-onderzoek"),
        uuid4(),
        None,
        sleutel,
        verzoek,
    )


class Sleutels:
    """Every place's key, made when asked; a test opens with them what a store sealed."""

    def __init__(self) -> None:
        self.keys: dict[KeyId, bytes] = {}
        self._kids: dict[Zegelplaats, KeyId] = {}

    def sealing_keys(self, plaatsen: Sequence[Zegelplaats]) -> dict[Zegelplaats, SealingKey]:
        return {asked: self._key(asked) for asked in plaatsen}

    def opener(self) -> Opener:
        return Opener(self.keys)

    def _key(self, asked: Zegelplaats) -> SealingKey:
        kid = self._kids.setdefault(asked, os.urandom(16).hex())
        return SealingKey(kid, self.keys.setdefault(kid, os.urandom(32)))


def issue(
    database: Database, keys: KeyStore
) -> Callable[[str, Sequence[Zegelplaats]], dict[Zegelplaats, tuple[KeyId, bytes]]]:
    """What consent's issuer does, without its log."""

    def issued(
        _service: str, plaatsen: Sequence[Zegelplaats]
    ) -> dict[Zegelplaats, tuple[KeyId, bytes]]:
        with database.write() as tx:
            return {asked: keys.sealing_key(tx, asked) for asked in plaatsen}

    return issued


def a_store(database: Database, sleutels: Sleutels | None = None, **given: Any) -> Store:
    return Store(
        given.pop("name", "proef"),
        database,
        given.pop("gemeente", GEMEENTE),
        sleutels or Sleutels(),
        **given,
    )


def envelope(stream: UUID, version: int, fact: Fact) -> Envelope:
    """A sealed envelope as a feed would bring it."""
    reason = Open(
        Verantwoording(actor=ANNA, grondslag=Grondslag(bwb="BWBR0035362", artikel="2.3.2")),
        plaats(stream, over=Rubriek.REGIE),
    )
    opened = Envelope(GEMEENTE, stream, version, fact, NU, Hoed.SYSTEEM, stream, None, reason)
    return seal_envelope(opened, _KEYS.sealing_keys([reason.plaats]))


_KEYS = Sleutels()


class LijstFeed:
    """A feed in memory. `again` makes it deliver everything it ever had, as a broker may."""

    def __init__(self, name: str, facts: Iterable[Located] = (), *, again: bool = False) -> None:
        self.name = name
        self.facts = list(facts)
        self.again = again

    def read(self, cursors: Mapping[int, int], limit: int) -> Batch:
        after = cursors.get(0, 0)
        found = [located for located in self.facts if self.again or located[0] > after][:limit]
        return Batch(found, {0: max((position for position, _ in found), default=after)})

    def stream(self, stream: UUID) -> Sequence[Envelope]:
        return [envelope for _, envelope in self.facts if envelope.stream == stream]


def with_keys_and_log(database: D) -> D:
    """The tables that a migration makes, as they are now."""
    database.create(keys.tables)
    database.create(logbook.tables)
    return database


def a_schema(url: str) -> PostgreSQL:
    """An empty schema of its own, in which tables may be made."""
    schema = f"proef_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    return PostgreSQL(url, schema, migrates=True)


def contents(database: Database) -> bytes:
    """Every byte a database keeps (or would keep) in its tables: what a thief reads."""
    if isinstance(database, PostgreSQL):
        with database.read() as tx, tx.connection.cursor() as cursor:
            names = inspect(tx).get_table_names(database.schema)
            return b"".join(
                bytes(part)
                for name in names
                for copy in [
                    cursor.copy(SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(Identifier(name)))
                ]
                for part in _whole(copy)
            )
    assert isinstance(database, SQLite)
    if database.path is None:
        with database.read() as tx:
            return bytes(tx.connection.driver_connection.serialize())
    return b"".join(
        file.read_bytes() for file in database.path.parent.glob(f"{database.path.name}*")
    )


def _whole(copy: Any) -> Iterator[bytes]:
    with copy as parts:
        yield from parts


def rows(tx: Tx, table: Any) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in tx.execute(table.select()))


A_PLACE = Place(GEMEENTE, UUID(int=3), 5, "nl.samenplan.proef-genoteerd", 1)
