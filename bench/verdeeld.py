"""The benches that need a whole cluster, on one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.cluster import Cluster
from bench import lezen_verdeeld, processen, vertraging


def regels(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    with Cluster() as cluster:
        yield from processen.regels(cluster)
        cluster.start()
        cluster.ready(180)
        yield from vertraging.regels(cluster)
        yield from lezen_verdeeld.regels(folder, cluster)
        yield from processen.na_gebruik(cluster)
