"""A read model: tables that follow facts, rebuilt from the log and never migrated.

`project` is pure: one fact in, changes out. A change is a statement, shared by many facts, and its
parameters; changes on different tables are independent, so a batch runs as few statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import MetaData, delete

from events.base import Envelope
from infra import positions
from infra.bulk import Statement, execute_many
from infra.database import Database, Tx
from infra.feed import Consumer, Feed
from infra.positions import Located

Change = tuple[Statement, dict[str, Any]]
Project = Callable[[Envelope], Iterable[Change]]


def apply_changes(tx: Tx, changes: Iterable[Change]) -> None:
    """Run changes in order per table, equal statements together."""
    per_table: dict[str, list[tuple[Statement, list[dict[str, Any]]]]] = {}
    for statement, parameters in changes:
        runs = per_table.setdefault(str(statement.table), [])
        if runs and runs[-1][0] is statement:
            runs[-1][1].append(parameters)
        else:
            runs.append((statement, [parameters]))
    for runs in per_table.values():
        for statement, rows in runs:
            execute_many(tx, statement, rows)


class View(Consumer):
    """A consumer whose effect is a projection."""

    def __init__(
        self,
        name: str,
        database: Database,
        feeds: Sequence[Feed],
        tables: MetaData,
        project: Project,
    ) -> None:
        super().__init__(name, database, feeds, self._project)
        self.tables = tables
        self._facts_to_changes = project
        database.create(tables)

    def rebuild(self) -> None:
        """Empty it and read everything again."""
        self.empty()
        self.stopped = None
        while self.step():
            pass

    def empty(self) -> None:
        """Empty the tables and positions in one transaction."""
        with self.database.write() as tx:
            for table in (*self.tables.sorted_tables, *positions.tables.sorted_tables):
                tx.execute(delete(table))

    def _project(self, tx: Tx, _bron: str, facts: Sequence[Located]) -> None:
        apply_changes(
            tx, (change for _, envelope in facts for change in self._facts_to_changes(envelope))
        )
