"""Brings the tables of the key store and the log, which cannot be rebuilt, to this release.

Rules kept here: one step after another, each in `infra/migraties`, in one transaction; no step is
ever changed once it was released; data of a newer release are refused. What can be rebuilt from
facts is not migrated.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from infra.database import DamagedDataError, Database, Tx

HEAD = "0003"
"""The step this release stands on."""
_STEPS = Path(__file__).parent / "migraties"


def migrate(database: Database) -> None:
    """To the present step, from any earlier one or from nothing. Raises DamagedDataError."""
    with database.read() as tx:
        if _step(tx) == HEAD:
            return
    with database.write() as tx:
        _upgrade(tx)


def verify(database: Database) -> None:
    """Whether the migration was here. Raises DamagedDataError."""
    with database.read() as tx:
        if _step(tx) != HEAD:
            raise DamagedDataError("sleutels en logboek")


def _step(tx: Tx) -> str | None:
    if not inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(tx: Tx) -> None:
    from alembic import command  # takes long to load, and is seldom needed
    from alembic.config import Config
    from alembic.util import CommandError

    steps = Config()
    steps.set_main_option("script_location", str(_STEPS))
    steps.attributes["connection"] = tx
    try:
        command.upgrade(steps, "head")
    except CommandError:
        raise DamagedDataError("sleutels en logboek van een nieuwere versie") from None
