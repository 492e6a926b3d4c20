"""Small tools to time with: medians, percentiles, and two measurements taken in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def tijden(doe: Callable[[], object], keer: int, warm: int = 3) -> list[float]:
    """Seconds per call, sorted."""
    for _ in range(warm):
        doe()
    found = []
    for _ in range(keer):
        begin = time.perf_counter()
        doe()
        found.append(time.perf_counter() - begin)
    return sorted(found)


def om_en_om(
    een: Callable[[], object], ander: Callable[[], object], keer: int, blok: int = 20
) -> tuple[list[float], list[float]]:
    """Two measurements in alternating blocks, so that a drifting machine drifts for both."""
    eerste, tweede = [], []
    for doe in (een, ander):
        tijden(doe, 1)
    for _ in range(keer // blok):
        eerste += tijden(een, blok, 1)
        tweede += tijden(ander, blok, 1)
    return sorted(eerste), sorted(tweede)


def p50(found: list[float]) -> float:
    return statistics.median(found)


def p99(found: list[float]) -> float:
    return found[min(len(found) - 1, int(len(found) * 0.99))]


def ms(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms"
