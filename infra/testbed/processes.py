"""Signals to a process and all its descendants, as Linux shows them in /proc.

A process group would not do: each backend of PostgreSQL makes a session of its own.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PATIENCE = 30.0  # seconds for what the kernel does at once, on a machine that is very busy


def family(pid: int) -> list[int]:
    """`pid` and its descendants, parents first; the dead that nobody waited for count as gone."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    alive = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked
            state, parent = _stat(int(folder.name))
            if state not in "ZX":
                children[parent].append(int(folder.name))
                alive.add(int(folder.name))
    found = [pid] if pid in alive else []
    for member in found:  # grows while we walk
        found += children[member]
    return found


def freeze(pid: int) -> None:
    """SIGSTOP for the family; returns when all of it stands still."""
    if not family(pid):
        return
    _stop(pid)  # first, so that no new child escapes
    for member in family(pid)[1:]:
        _stop(member)


def thaw(pid: int) -> None:
    """SIGCONT for the family."""
    for member in family(pid):
        _send(member, signal.SIGCONT)


def kill(pid: int) -> None:
    """SIGKILL for the family; returns when all of it is gone."""
    freeze(pid)
    members = {member: _handle(member) for member in family(pid)}
    for member in reversed(members):
        _send(member, signal.SIGKILL)
    for handle in members.values():
        if handle is not None and not gone(handle, _PATIENCE):
            raise TimeoutError
        if handle is not None:
            os.close(handle)


def gone(handle: int, seconds: float) -> bool:
    """Whether the process behind a pidfd ended within so many seconds."""
    ended = select.poll()
    ended.register(handle, select.POLLIN)
    return bool(ended.poll(seconds * 1000))


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true within so many seconds; it is asked every 10 ms, and less
    and less until it is every 200 ms: asking takes time from whoever must make it true."""
    deadline = time.monotonic() + seconds
    pause = 0.01
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
    return True


def _stop(pid: int) -> None:
    _send(pid, signal.SIGSTOP)
    if not until(lambda: _still(pid), _PATIENCE):
        raise TimeoutError


def _still(pid: int) -> bool:
    try:
        return _stat(pid)[0] in "TtZX"
    except OSError:
        return True


def _stat(pid: int) -> tuple[str, int]:
    """State letter and parent. The name before them is in brackets and may hold anything."""
    after = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return after[0], int(after[1])


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _handle(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None
