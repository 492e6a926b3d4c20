"""Notices a client that says nothing while there is something to read."""

from __future__ import annotations

import time
from collections.abc import Iterable

TOO_LONG = 15.0
"""Seconds. A broker that works answers within one, on a busy machine within a few."""


class Stilte:
    """Since when which partitions of ours owe us a record. Two threads may use it."""

    def __init__(self) -> None:
        self._since: dict[int, float] = {}

    def expect(self, partitions: Iterable[int]) -> None:
        """These, and no others, hold what was not read yet."""
        before, now = self._since, time.monotonic()
        self._since = {number: before.get(number, now) for number in partitions}

    def heard(self, partitions: Iterable[int]) -> None:
        """These gave something."""
        for number in partitions:
            self._since.pop(number, None)

    def too_long(self) -> bool:
        now = time.monotonic()
        return any(now - since > TOO_LONG for since in self._since.copy().values())
