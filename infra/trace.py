"""W3C trace context, level 1: one trace id from the request to whatever follows from it.

The trace id of a command is the correlation of its facts, in hex; so the log lines of every process
that worked on it, the header on the bus and the stored fact name the same number. It is a label
that a client may choose: nothing may take its uniqueness, order or rights from it. The flag
"sampled" decides nothing here: every step has its lines (LDV-05).
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
_caller: ContextVar[str | None] = ContextVar("caller", default=None)


def huidige() -> UUID | None:
    """The trace we are working in: the correlation of a command given now."""
    return _current.get()


def aanroeper() -> str | None:
    """The step that called us, 16 hex digits, when the request named one."""
    return _caller.get()


@contextmanager
def binnen(correlation: UUID, caller: str | None = None) -> Iterator[None]:
    """Work in this trace, such as that of the fact that is being processed."""
    token, step = _current.set(correlation), _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(step)
        _current.reset(token)


def verder() -> str | None:
    """The traceparent of a request that we make while we answer one; None outside a trace.

    Who has no line of her own in the log points on to the step that called her.
    """
    correlation = _current.get()
    return None if correlation is None else kop(correlation, _caller.get())


def kop(correlation: UUID, step: str | None = None) -> str:
    """The traceparent to send along: this trace, and this step or a new one of our own.

    The last byte says "sampled": every step has its log lines.
    """
    step = step or f"{int.from_bytes(os.urandom(8), 'big') or 1:016x}"
    return f"00-{correlation.hex}-{step}-01"


def lees(traceparent: str) -> UUID | None:
    """The trace id of a header; None for what is no valid one, which means: begin a new trace."""
    found = _lees(traceparent)
    return None if found is None else found[0]


def _lees(traceparent: str) -> tuple[UUID, str] | None:
    found = _FORM.fullmatch(traceparent)
    if found is None:
        return None
    version, trace, step, more = found.groups()
    # Only a later version may say more than the four parts of version 00; all zeros is no id.
    if (version == "00" and more is not None) or not int(trace, 16) or not int(step, 16):
        return None
    return UUID(hex=trace), step


def van(headers: Iterable[tuple[bytes, bytes]]) -> tuple[UUID, str | None]:
    """The trace of a request and the step that called: those it names once and validly, else new.

    For `binnen`.
    """
    named = [value for name, value in headers if name.lower() == HEADER.encode()]
    found = _lees(named[0].decode("latin-1")) if len(named) == 1 else None
    return found or (uuid4(), None)


def in_regel(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: every line names its trace."""
    trace = _current.get()
    if trace is not None:
        line.setdefault("trace", trace.hex)
    return line
