"""Recomputes the whole log without a key to open it: every row, every tile, every signed head.

What the sequencer does not do at every step, because it would cost more with every row: it is done
daily, a slice at a time so that readers hardly notice, and after a restore at one go. Rows are
hashed as they are stored; what they say stays sealed. The published head and all tiles are looked
at too: a log that was put back is whole in itself, and behind on those. Damage does not heal: what
is written between two slices changes nothing that was recomputed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from infra.boom import consistent, leaf_hash
from infra.database import Database
from infra.koppen import Head, HeadRefusedError, Verifier, read
from infra.logbook import LogDamagedError, logkoppen, logregels
from infra.tegels import WIDTH, Tree
from infra.volgorde import published

_BATCH = 50_000


class Recomputed(NamedTuple):
    """What was checked: rows under the last head, rows after it, signed heads."""

    rows: int
    waiting: int
    heads: int


def recompute(database: Database, folder: Path, key: Verifier) -> Recomputed:
    """At one go. Raises LogDamagedError, TreeDamagedError or HeadRefusedError for what does not
    fit."""
    *_, found = in_slices(database, folder, key, _BATCH)
    assert found is not None
    return found


def in_slices(
    database: Database, folder: Path, key: Verifier, batch: int
) -> Iterator[Recomputed | None]:
    """The same with a pause after every `batch` rows or so; the last of what it gives is the
    outcome, all before it are None. Holds no transaction during a pause."""
    known = published(folder, key)  # before the database, as the sequencer does
    with database.read() as tx:
        kept = select(logkoppen.c.kop).order_by(logkoppen.c.grootte)
        heads = [read(signed, key) for signed in tx.execute(kept).scalars()]
    size = heads[-1].size if heads else 0
    if known.size > size:
        raise HeadRefusedError(f"er is een kop van {known.size} regels uitgegeven, na de laatste")
    tree, number = Tree(folder, size), 0
    made = tree.beyond()
    leaves = made.leaves()
    while found := _rows(database, number, batch):
        if [row[0] for row in found] != list(range(number + 1, number + 1 + len(found))):
            raise LogDamagedError("er ontbreekt een logregel")
        stored = list(islice(leaves, len(found)))
        if stored != [leaf_hash(row[1]) for row in found[: len(stored)]]:
            raise LogDamagedError("de regels passen niet bij de tegels")
        number += len(found)
        yield None
    if number < size:
        raise LogDamagedError(f"er zijn {number} regels, en {size} zijn er ondertekend")
    if number < made.size:
        raise LogDamagedError(f"er zijn {number} regels, en de tegels hebben er {made.size}")
    parts = tree.check_parts()
    while list(islice(parts, max(1, batch // WIDTH))):
        yield None
    for head in (*heads, known):
        _continues(tree, head)
        yield None
    yield Recomputed(size, number - size, len(heads))


def _rows(database: Database, after: int, limit: int) -> list[tuple[int, bytes]]:
    rows = select(logregels.c.nr, logregels.c.verbintenis).where(logregels.c.nr > after)
    with database.read() as tx:
        return [(nr, row) for nr, row in tx.execute(rows.order_by(logregels.c.nr).limit(limit))]


def _continues(tree: Tree, head: Head) -> None:
    proof = tree.consistency(head.size)
    if not consistent(head.size, head.root, tree.size, tree.root(), proof):
        raise HeadRefusedError(f"de kop van {head.size} regels past niet bij de regels")
