"""`make bench`: everything in one run, one table."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import besluit, lezen, logboek, opdracht, start, stroom, toevoegen, verdeeld


def main() -> None:
    """Measure and print; ratios are against the baseline beside them, taken in the same run."""
    table = Table(
        title=f"{os.cpu_count()} kernen, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, PostgreSQL en Kafka op dezelfde kernen"
    )
    for column in ("wat", "gemeten", "ijkpunt in dezelfde run"):
        table.add_column(column)
    with tempfile.TemporaryDirectory() as folder:
        for part in (besluit, opdracht, lezen, logboek, start, verdeeld, toevoegen, stroom):
            for row in part.regels(Path(folder)):
                table.add_row(*row)
    Console(width=110).print(table)


main()
