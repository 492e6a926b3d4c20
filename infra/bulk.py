"""Many rows in one statement, where the database takes arrays.

A driver sends the rows of an `executemany` one after another; PostgreSQL takes them as one array
per column, which is several times cheaper for both. SQLite runs in our process: there the plain
way is the quick one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Delete,
    Insert,
    Update,
    any_,
    bindparam,
    func,
    literal,
    select,
)

from infra.database import Tx

Statement = Insert | Update | Delete


def execute_many(tx: Tx, statement: Statement, rows: Sequence[dict[str, Any]]) -> None:
    """Execute a statement for each of these rows, in order.

    An insert that updates what is there may not meet one row twice, on PostgreSQL.
    """
    if len(rows) > 1 and isinstance(statement, Insert) and tx.dialect.name == "postgresql":
        names = tuple(rows[0])
        arrays = {name: [row[name] for row in rows] for name in names}
        tx.execute(_of_arrays(statement, names), arrays)
    else:
        tx.execute(statement, rows)


@cache
def _of_arrays(statement: Insert, names: tuple[str, ...]) -> Insert:
    columns = statement.table.c
    arrays = [bindparam(name, type_=ARRAY(columns[name].type)) for name in names]
    rows = func.unnest(*arrays).table_valued(*names).render_derived()
    return statement.from_select(names, select(*(rows.c[name] for name in names)))


def among(tx: Tx, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column has one of these values: an IN of one parameter, however many there are."""
    if tx.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(values)
