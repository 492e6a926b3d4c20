"""Recomputes the whole log without a key to open it: every row, every tile, every signed head.

What the sequencer does not do at every step, because it would cost more with every row: run it
daily, and after a restore. Rows are hashed as they are stored; what they say stays sealed.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from infra.boom import consistent, leaf_hash
from infra.database import Database
from infra.koppen import HeadRefusedError, Verifier, read
from infra.logbook import LogDamagedError, logkoppen, logregels
from infra.tegels import Tree

_BATCH = 50_000


class Recomputed(NamedTuple):
    """What was checked: rows under the last head, rows after it, signed heads."""

    rows: int
    waiting: int
    heads: int


def recompute(database: Database, folder: Path, key: Verifier) -> Recomputed:
    """Raises LogDamagedError, TreeDamagedError or HeadRefusedError for what does not fit."""
    with database.read() as tx:
        kept = select(logkoppen.c.kop).order_by(logkoppen.c.grootte)
        heads = [read(signed, key) for signed in tx.execute(kept).scalars()]
        size = heads[-1].size if heads else 0
        tree = Tree(folder, size)
        leaves = tree.leaves()
        rows = select(logregels.c.nr, logregels.c.verbintenis).order_by(logregels.c.nr)
        number = 0
        for batch in tx.execution_options(yield_per=_BATCH).execute(rows).partitions():
            numbers = [row[0] for row in batch]
            if numbers != list(range(number + 1, number + 1 + len(batch))):
                raise LogDamagedError("er ontbreekt een logregel")
            stored = list(islice(leaves, len(batch)))
            if stored != [leaf_hash(row[1]) for row in batch[: len(stored)]]:
                raise LogDamagedError("de regels passen niet bij de tegels")
            number += len(batch)
    if number < size:
        raise LogDamagedError(f"er zijn {number} regels, en {size} zijn er ondertekend")
    tree.check()
    for head in heads:
        proof = tree.consistency(head.size)
        if not consistent(head.size, head.root, size, tree.root(), proof):
            raise HeadRefusedError(f"de kop van {head.size} regels past niet bij de regels")
    return Recomputed(size, number - size, len(heads))
