"""What an operator does while Samenplan stands still: rotate, check, repair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.wiring import Embedded
from infra.views import View


class OngelijkError(Exception):
    """A read model differs from what the facts say."""


def vervang_wikkelsleutel(world: Embedded) -> None:
    """A new wrap key for all keys; the old one is destroyed. To be done every week."""
    world.consent.vervang_wikkelsleutel()


def controleer(world: Embedded) -> tuple[int, int]:
    """Verify the log and compare the read model with a rebuild; lines and rows that were checked.

    Raises LogDamagedError, OngelijkError.
    """
    world.worker.drain()
    with world.consent.database.read() as tx:
        lines = world.consent.logboek.verify(tx)
    world.consent.volledigheid.eis()
    live = rijen(world.view)
    world.view.rebuild()
    if rijen(world.view) != live:
        raise OngelijkError(world.view.name)
    return lines, sum(len(rows) for rows in live.values())


def herstel(world: Embedded) -> Iterator[tuple[str, str, str, bool]]:
    """Replay every quarantined stream: consumer, source, error code, and whether it went well."""
    world.worker.drain()
    for consumer in world.worker.consumers:
        for outcome in consumer.repair():
            yield consumer.name, *outcome


def rijen(view: View) -> dict[str, list[Any]]:
    """All rows of a read model, comparable."""
    with view.database.read() as tx:
        return {
            table.name: sorted(map(repr, tx.execute(select(table)).all()))
            for table in view.tables.sorted_tables
        }
