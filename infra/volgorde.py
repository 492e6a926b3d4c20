"""The sequencer: puts committed rows of the log in its tree and signs the new head, within a second
and outside the path of whoever reads.

One step: 1. the last signed head, and the rows from the last one it holds; 2. the tiles still give
that head, no later one was published, and tiles that go on are of these rows; 3. the tree grows,
its tiles are on disk; 4. it is read anew and shown to continue the last head; 5. in one
transaction: the last head is still the last, the new one is signed and stored; 6. it is published
as the file `checkpoint`.

Rules kept here: it never signs what does not continue what it signed; a step that ends anywhere,
by kill -9 too, is repeated and gives the same tiles, because rows never change; one works at a time
(a lock on the folder), and if two did, the transaction lets one sign and the other begin anew. What
it refuses, it says in the file `geweigerd`: as long as that is there, nobody reads anything.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select

from infra.boom import consistent, leaf_hash, root_of
from infra.database import Database, Tx
from infra.koppen import Head, HeadRefusedError, KeyFile, Verifier, note, origin, read
from infra.logbook import LogDamagedError, logkoppen, logregels
from infra.tegels import Tree, TreeDamagedError, write

BATCH = 20_000
"""Rows that one head takes in at most."""
CHECKPOINT, PUBLIC, REFUSED = "checkpoint", "sleutel.pub", "geweigerd"
WRONG = (HeadRefusedError, LogDamagedError, TreeDamagedError)
"""What is wrong with a log, and stays so until somebody looks into it."""


POLL = 0.5
"""Seconds between two steps: with the step itself, every row is signed within a second."""
LATE = 60.0
"""Seconds that a row may wait for a signed head before it is an alarm."""


class Waiting(NamedTuple):
    """Rows that no signed head holds yet, and for how long the first of them has waited."""

    rows: int
    seconds: float


class Sequencer:
    """Of one log. A reader for `infra.feed.Worker`: `step`, and whether it falters.

    `stopped` stays None: what it refuses to sign it looks at again, and goes on once it is right.
    """

    name = "volgorde"
    stopped: str | None = None

    def __init__(
        self, database: Database, folder: Path, key: KeyFile, now: Callable[[], datetime]
    ) -> None:
        self.failing: str | None = None
        self.folder = folder
        self._database, self._key, self._now = database, key, now

    def quarantined(self) -> int:
        """Rows that wait too long: the log is read and written, and somebody has to look."""
        rows, seconds = self.waiting()
        return rows if seconds > LATE else 0

    def step(self) -> int:
        """Sign what is new; how many rows that were. The path of the module, step by step.

        Raises KeyFileError without its key, HeadRefusedError, LogDamagedError or TreeDamagedError
        for what it will not sign, and what the database raises.
        """
        with _alone(self.folder) as alone:
            if not alone:
                return 0
            try:
                signed = self._step()
            except WRONG as wrong:
                refused = f"{wrong}\n".encode()
                if not self._refused.exists() or self._refused.read_bytes() != refused:
                    write(self._refused, refused)
                raise
            if self._refused.exists():
                self._refused.unlink()
            return signed

    @property
    def _refused(self) -> Path:
        return self.folder / REFUSED

    def _step(self) -> int:
        signer = self._key.signer()
        # Before the database: what another signs in between is then in neither, or only there.
        known = published(self.folder, signer.verifier)
        with self._database.read() as tx:  # 1
            made = Tree(self.folder, last_head(tx, signer.verifier).size).beyond()
        with self._database.read() as tx:  # after the tiles: all they hold was committed before
            last = last_head(tx, signer.verifier)
            rows = _after(tx, last, max(BATCH, made.size - last.size))
        self._continues(last, known)  # 2
        if rows or known != last:
            _fit(made, last, rows)
        rows = rows[:BATCH]
        if not rows:
            if known != last:
                self._publish()
            return 0
        tree = self._tree(last)
        grown = tree.grow([leaf_hash(row) for row in rows])  # 3
        new = Head(last.origin, grown.size, grown.root())
        again = Tree(self.folder, new.size)  # 4
        if not consistent(last.size, last.root, new.size, new.root, again.consistency(last.size)):
            raise HeadRefusedError("de nieuwe kop gaat niet verder op de vorige")
        with self._database.write() as tx:  # 5
            if last_head(tx, signer.verifier) != last:
                return 0  # another was first
            dag = self._now().date().isoformat()
            tx.execute(delete(logkoppen).where(logkoppen.c.dag == dag))
            signed = note(new, [signer.sign(new.text)])
            tx.execute(insert(logkoppen).values(dag=dag, grootte=new.size, kop=signed))
        self._publish()  # 6
        return len(rows)

    def waiting(self) -> Waiting:
        """What is not signed yet. Needs no key."""
        with self._database.read() as tx:
            size = tx.scalar(select(func.max(logkoppen.c.grootte))) or 0
            rest = select(func.count(), func.min(logregels.c.tijdstip)).where(logregels.c.nr > size)
            rows, first = tx.execute(rest).one()
        if first is None:
            return Waiting(0, 0.0)
        return Waiting(rows, (self._now() - datetime.fromisoformat(first)).total_seconds())

    @staticmethod
    def _continues(last: Head, published: Head) -> None:
        """A log that was put back to an earlier moment has a published head that it does not."""
        if published.size > last.size or (published.size == last.size and published != last):
            raise HeadRefusedError(
                f"er is een kop van {published.size} regels uitgegeven die het logboek niet kent"
            )

    def _tree(self, last: Head) -> Tree:
        """The tree of the last head; from the rows when tiles are missing."""
        tree = Tree(self.folder, last.size)
        try:
            root = tree.root()
        except TreeDamagedError:
            tree = self._rebuild(last)
            root = tree.root()
        if root != last.root:
            raise HeadRefusedError("de tegels passen niet bij de laatste ondertekende kop")
        return tree

    def _rebuild(self, last: Head) -> Tree:
        """The tiles anew, from rows that still give the signed root. Raises LogDamagedError."""
        with self._database.read() as tx:
            leaves = [leaf_hash(row) for row in entries(tx, 0, last.size)]
        if len(leaves) != last.size or root_of(leaves) != last.root:
            raise LogDamagedError("de regels passen niet bij de laatste ondertekende kop")
        return Tree(self.folder, 0).grow(leaves)

    def _publish(self) -> None:
        with self._database.read() as tx:
            signed = stored_head(tx)
        if signed is not None:
            write(self.folder / PUBLIC, f"{self._key.verifier}\n".encode())
            write(self.folder / CHECKPOINT, signed.encode())


def signing_key(database: Database, path: Path, gemeente: str) -> KeyFile:
    """The key of a log, made when the log never had a head; a key that is lost is not replaced."""
    with database.read() as tx:
        new = stored_head(tx) is None
    return KeyFile(path, origin(gemeente), create=new)


def published(folder: Path, key: Verifier) -> Head:
    """The head that is published in a folder; that of nothing when there is none.

    Raises HeadRefusedError.
    """
    path = folder / CHECKPOINT
    return read(path.read_text(), key) if path.exists() else _none(key)


def readable(folder: Path, key: KeyFile) -> Callable[[], None]:
    """What says before every look whether its lines can be signed and will be; costs a look at two
    files. It raises KeyFileError without the key, LogDamagedError when the sequencer refuses.
    """

    refused = folder / REFUSED

    def check() -> None:
        key.signer()
        if refused.exists():
            raise LogDamagedError

    return check


def _after(tx: Tx, last: Head, limit: int) -> Sequence[bytes]:
    """The rows after a head, of which the last one must still be there. Raises LogDamagedError."""
    rows = entries(tx, max(0, last.size - 1), limit + 1)
    if last.size and not rows:
        raise LogDamagedError("er zijn regels weg die waren ondertekend")
    return rows[1:] if last.size else rows[:limit]


def _fit(made: Tree, last: Head, rows: Sequence[bytes]) -> None:
    """That tiles which go on after the last head are of rows that are there: of what was broken
    off, and not of a log that was put back. Raises LogDamagedError, TreeDamagedError."""
    if made.size <= last.size:
        return
    further = list(made.leaves(last.size))
    if further != [leaf_hash(row) for row in rows[: len(further)]]:
        raise LogDamagedError(
            f"de tegels hebben {made.size} regels, en na regel {last.size} heeft het logboek "
            "andere of geen"
        )


def entries(tx: Tx, after: int, limit: int) -> Sequence[bytes]:
    """The commitments of rows after a number, in order. Raises LogDamagedError for a hole."""
    found = tx.execute(
        select(logregels.c.nr, logregels.c.verbintenis)
        .where(logregels.c.nr > after)
        .order_by(logregels.c.nr)
        .limit(limit)
    ).all()
    if [nr for nr, _ in found] != list(range(after + 1, after + 1 + len(found))):
        raise LogDamagedError("er ontbreekt een logregel")
    return [verbintenis for _, verbintenis in found]


def stored_head(tx: Tx) -> str | None:
    """The last signed head as it was stored."""
    found: str | None = tx.scalar(
        select(logkoppen.c.kop).order_by(logkoppen.c.grootte.desc()).limit(1)
    )
    return found


def last_head(tx: Tx, key: Verifier) -> Head:
    """The last signed head, checked; of a new log that of nothing. Raises HeadRefusedError."""
    signed = stored_head(tx)
    return _none(key) if signed is None else read(signed, key)


def _none(key: Verifier) -> Head:
    return Head(key.name, 0, root_of([]))


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else works on these tiles, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(held)
