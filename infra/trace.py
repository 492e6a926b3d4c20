"""W3C trace context, level 1: one trace id from the request to whatever follows from it.

The trace id of a command is the correlation of its facts, in hex; so the log lines of every process
that worked on it, the header on the bus and the stored fact name the same number. It is a label
that a client may choose: nothing may take its uniqueness, order or rights from it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID, uuid4

HEADER = "traceparent"
_FORM = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_current: ContextVar[UUID | None] = ContextVar("trace", default=None)


def huidige() -> UUID | None:
    """The trace we are working in: the correlation of a command given now."""
    return _current.get()


@contextmanager
def binnen(correlation: UUID) -> Iterator[None]:
    """Work in this trace, such as that of the fact that is being processed."""
    token = _current.set(correlation)
    try:
        yield
    finally:
        _current.reset(token)


def kop(correlation: UUID) -> str:
    """The traceparent to send along: this trace, and a step of our own that nothing points back to.

    The last byte says "sampled": every step has its log lines.
    """
    step = int.from_bytes(os.urandom(8), "big") or 1
    return f"00-{correlation.hex}-{step:016x}-01"


def lees(traceparent: str) -> UUID | None:
    """The trace id of a header; None for what is no valid one, which means: begin a new trace."""
    found = _FORM.fullmatch(traceparent)
    if found is None:
        return None
    version, trace, step, more = found.groups()
    # Only a later version may say more than the four parts of version 00; all zeros is no id.
    if (version == "00" and more is not None) or not int(trace, 16) or not int(step, 16):
        return None
    return UUID(hex=trace)


def van(headers: Iterable[tuple[bytes, bytes]]) -> UUID:
    """The trace of a request: the one it names once and validly, else a new one."""
    named = [value for name, value in headers if name.lower() == HEADER.encode()]
    found = lees(named[0].decode("latin-1")) if len(named) == 1 else None
    return found or uuid4()


def in_regel(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: every line names its trace."""
    trace = _current.get()
    if trace is not None:
        line.setdefault("trace", trace.hex)
    return line
