"""The contract of the log: no number is missing, no row can be changed unnoticed, months expire."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, update

from infra import keys, logbook
from infra.database import Database, Tx
from infra.keys import KeyStore
from infra.logbook import Logbook, LogDamagedError, Regel, delen, logregels
from infra.provider import FileKeyProvider
from infra.seal import canonical
from tests.infra.world import GEMEENTE, NU, contents, plaats

ANNA, BRAM, HUIS = UUID(int=0xA), UUID(int=0xB), UUID(int=0xF)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


class Boek:
    """A log with its keys."""

    def __init__(self, database: Database, file: Path) -> None:
        self.database = database
        database.create(keys.tables)
        database.create(logbook.tables)
        self.keys = KeyStore(FileKeyProvider(file, create=True))
        self.log = Logbook(self.keys, GEMEENTE)

    def write(self, *regels: Regel, nu: datetime = NU) -> None:
        with self.database.write() as tx:
            self.log.write(tx, nu, regels)

    def read(self) -> list[tuple[int, datetime, Regel]]:
        with self.database.read() as tx:
            found = self.log.read(tx, select(logregels).order_by(logregels.c.nr))
            return [(row.nr, row.tijdstip, row.regel) for row in found]

    def verify(self) -> int:
        with self.database.read() as tx:
            return self.log.verify(tx)

    def expire(self, month: datetime) -> None:
        """Destroy the key of a month, as the retention term of the log will."""
        with self.database.write() as tx:
            (subject,) = tx.execute(
                select(keys.key_subjects.c.subject)
                .join(logregels, logregels.c.kid == keys.key_subjects.c.kid)
                .where(logregels.c.tijdstip == month.isoformat())
                .distinct()
            ).scalars()
            self.keys.destroy(tx, subject, NU)
        self.keys.rotate(self.database)


@pytest.fixture
def boek(database: Database, tmp_path: Path) -> Boek:
    return Boek(database, tmp_path / "sleutels.json")


def regel(wat: str = "keek", persoon: UUID | None = ANNA, **meer: Any) -> Regel:
    return Regel("inzage", uuid4(), {"wat": wat, "delen": [1, "é", None]} | meer, HUIS, persoon)


def test_what_was_written_is_read_in_its_order(boek: Boek) -> None:
    first, second = regel("een"), regel("twee", None)
    third = Regel("besluit", uuid4(), {})
    boek.write(first, second)
    boek.write(third, nu=APRIL)
    assert boek.read() == [(1, NU, first), (2, NU, second), (3, APRIL, third)]
    assert boek.verify() == 3


def test_empty_log_is_whole(boek: Boek) -> None:
    assert boek.verify() == 0
    assert boek.read() == []


def test_selection_is_read_and_checked(boek: Boek) -> None:
    boek.write(regel("van Anna"), regel("van Bram", BRAM))
    with boek.database.read() as tx:
        (found,) = boek.log.read(tx, select(logregels).where(logregels.c.persoon == BRAM))
    assert (found.nr, found.regel.inhoud["wat"]) == (2, "van Bram")


def test_line_stands_or_falls_with_its_transaction(boek: Boek) -> None:
    boek.write(regel("een"))

    def fail_after(tx: Tx) -> None:
        boek.log.write(tx, NU, [regel("twee")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), boek.database.write() as tx:
        fail_after(tx)
    boek.write(regel("drie"))
    assert [(nr, found.inhoud["wat"]) for nr, _, found in boek.read()] == [(1, "een"), (2, "drie")]
    assert boek.verify() == 2


def test_sixteen_writers_leave_no_hole(boek: Boek) -> None:
    together = threading.Barrier(16)

    def write(who: int) -> None:
        together.wait()
        for number in range(10):
            boek.write(regel(f"{who}-{number}"), regel(f"{who}-{number}", BRAM))

    threads = [threading.Thread(target=write, args=(who,)) for who in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert boek.verify() == 16 * 10 * 2
    found = boek.read()
    assert [nr for nr, _, _ in found] == list(range(1, 321))
    texts = [line.inhoud["wat"] for _, _, line in found]
    assert texts[::2] == texts[1::2]  # what was written together stands together
    for who in range(16):
        own = [text for text in texts[::2] if text.startswith(f"{who}-")]
        assert own == [f"{who}-{number}" for number in range(10)]


def test_content_is_not_readable_in_the_database(boek: Boek) -> None:
    boek.write(regel("Marloes-keek-naar-de-huurschuld", artikel="Wgs 8d"))
    kept = contents(boek.database)
    assert b"inzage" in kept  # we are looking in the right place
    assert b"Marloes" not in kept
    assert b"Wgs 8d" not in kept


def test_equal_lines_have_different_commitments(boek: Boek) -> None:
    same = regel()
    boek.write(same, same)
    with boek.database.read() as tx:
        found = tx.execute(select(logregels.c.verbintenis)).scalars().all()
    assert len(set(found)) == 2


def test_a_part_shown_with_its_salt_fits_a_row_that_keeps_the_rest_back(boek: Boek) -> None:
    one = regel("keek", wie="Ellen")
    boek.write(one)
    with boek.database.read() as tx:
        row = tx.execute(select(logregels)).one()
        (read,) = boek.log.read(tx, select(logregels))
    kept = {name: commit for name, (_, commit) in delen(read.zaad, read.regel.delen).items()}
    salt = sha256(read.zaad + b"wie").digest()
    assert kept["wie"] == sha256(salt + b'"Ellen"').digest()
    assert set(kept) == {"wie", "wat", "delen", "huishouden", "persoon"}
    parts = {name: commit.hex() for name, commit in kept.items()}
    outside = [2, 1, "inzage", NU.isoformat(), str(one.vraag), one.span, None, parts]
    assert row.verbintenis == sha256(canonical(outside)).digest()


@pytest.mark.parametrize("name", ["huishouden", "persoon"])
def test_a_part_is_not_named_as_a_column_that_counts_as_one(boek: Boek, name: str) -> None:
    with pytest.raises(ValueError, match="kolom"):
        boek.write(Regel("inzage", uuid4(), {name: "iets"}))
    assert boek.read() == []


def _swapped(tx: Tx) -> None:
    """Two lines exchange everything but their number."""
    columns = [column for column in logregels.c if column.name != "nr"]
    two, three = (
        dict(tx.execute(select(*columns).where(logregels.c.nr == nr)).mappings().one())
        for nr in (2, 3)
    )
    tx.execute(update(logregels).where(logregels.c.nr == 2).values(three))
    tx.execute(update(logregels).where(logregels.c.nr == 3).values(two))


def _flipped(column: str) -> Callable[[Tx], None]:
    def tamper(tx: Tx) -> None:
        value = tx.execute(select(logregels.c[column]).where(logregels.c.nr == 2)).scalar_one()
        changed = value[:-1] + bytes([value[-1] ^ 1])
        tx.execute(update(logregels).where(logregels.c.nr == 2).values({column: changed}))

    return tamper


def _set(**values: Any) -> Callable[[Tx], None]:
    return lambda tx: tx.execute(update(logregels).where(logregels.c.nr == 2).values(values))


def _copied(column: str) -> Callable[[Tx], None]:
    def tamper(tx: Tx) -> None:
        other = tx.execute(select(logregels.c[column]).where(logregels.c.nr == 3)).scalar_one()
        tx.execute(update(logregels).where(logregels.c.nr == 2).values({column: other}))

    return tamper


TAMPERING: dict[str, Callable[[Tx], Any]] = {
    "first removed": lambda tx: tx.execute(delete(logregels).where(logregels.c.nr == 1)),
    "one removed": lambda tx: tx.execute(delete(logregels).where(logregels.c.nr == 2)),
    "one removed, the rest moved up": lambda tx: (
        tx.execute(delete(logregels).where(logregels.c.nr == 2)),
        tx.execute(update(logregels).where(logregels.c.nr == 3).values(nr=2)),
    ),
    "two exchanged": _swapped,
    "other person": _set(persoon=BRAM),
    "no person": _set(persoon=None),
    "other household": _set(huishouden=uuid4()),
    "no household": _set(huishouden=None),
    "other kind": _set(soort="zegelsleutel"),
    "other moment": _set(tijdstip=(NU + timedelta(hours=1)).isoformat()),
    "other question": _set(vraag=uuid4()),
    "other number": _set(nr=7),
    "other span": _set(span="00f067aa0ba902b7"),
    "no span": _set(span=None),
    "another row above it": _set(boven="00f067aa0ba902b7"),
    "older form": _set(vorm=1),
    "unknown form": _set(vorm=3),
    "content of another line": _copied("inhoud"),
    "commitment of another line": _copied("verbintenis"),
    "content damaged": _flipped("inhoud"),
    "commitment damaged": _flipped("verbintenis"),
    "content emptied": _set(inhoud=b""),
    "unknown key": _set(kid="00" * 16),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found(boek: Boek, how: str) -> None:
    boek.write(regel("een"), regel("twee"))
    boek.write(regel("drie"))
    assert boek.verify() == 3
    with boek.database.write() as tx:
        TAMPERING[how](tx)
    with pytest.raises(LogDamagedError):
        boek.verify()


def test_line_cannot_be_passed_off_as_expired_with_the_key_of_an_erased_person(
    boek: Boek,
) -> None:
    boek.write(regel("een"), regel("twee"))
    with boek.database.write() as tx:
        kid, _ = boek.keys.sealing_key(tx, plaats(BRAM))
        boek.keys.destroy(tx, BRAM, NU)
        _set(kid=kid)(tx)
    with pytest.raises(LogDamagedError):
        boek.verify()


def test_month_expires_by_itself_and_its_commitments_stay(boek: Boek) -> None:
    boek.write(regel("maart"), regel("maart"))
    boek.write(regel("april"), nu=APRIL)
    boek.expire(NU)
    assert [(nr, line.inhoud["wat"]) for nr, _, line in boek.read()] == [(3, "april")]
    assert boek.verify() == 3
    with boek.database.read() as tx:
        assert tx.execute(select(func.count(logregels.c.verbintenis))).scalar() == 3


def test_log_of_another_gemeente_does_not_open(boek: Boek) -> None:
    boek.write(regel())
    with boek.database.read() as tx, pytest.raises(LogDamagedError):
        Logbook(boek.keys, "9998").verify(tx)
