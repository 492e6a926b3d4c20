"""Every role by itself: from start to ready, and what memory it takes; all of them after use."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from app.cluster import Cluster
from infra.geheimen import DIENSTEN

NAMEN = [
    f"{dienst}-{rol}"
    for dienst in DIENSTEN
    for rol in ("api", "worker-1", "relay")
    if (dienst, rol) != ("portal", "relay")
]
"""The first process of every role."""


def regels(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """Rows of the table, one process at a time."""
    kaal = f"kale Python {_kaal():.2f} s"
    for name in NAMEN:
        begin = time.perf_counter()
        cluster.start(name)
        cluster.ready()
        seconds = time.perf_counter() - begin
        yield f"start {name}", f"{seconds:.2f} s, {_geheugen(cluster, name):.0f} MB", kaal
        cluster.end(name, signal.SIGTERM)


def na_gebruik(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """What all processes together hold, after whatever was measured before."""
    found = {name: _geheugen(cluster, name) for name in cluster.processes}
    meest = max(found, key=lambda name: found[name])
    yield (
        f"geheugen van {len(found)} processen na gebruik", f"{sum(found.values()):.0f} MB",
        f"meest: {meest} {found[meest]:.0f} MB",
    )  # fmt: skip


def _geheugen(cluster: Cluster, name: str) -> float:
    """Resident megabytes."""
    status = Path(f"/proc/{cluster.processes[name].pid}/status").read_text()
    return next(int(r.split()[1]) for r in status.splitlines() if r.startswith("VmRSS")) / 1024


def _kaal() -> float:
    """Seconds that an interpreter takes that does nothing."""
    found = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", ""], check=True)
        found.append(time.perf_counter() - begin)
    return statistics.median(found)
