"""How often Python's garbage collector looks through everything there is.

Most of what a process of ours holds was loaded when it started and stays: looking through it again
and again costs a fifth of a start, and a pause under way.
"""

from __future__ import annotations

import gc


def seldom() -> None:
    """From now on, look seldom."""
    gc.set_threshold(20_000, 20, 50)


def settled() -> None:
    """What is loaded by now stays: do not look through it again."""
    gc.collect()
    gc.freeze()
    seldom()
