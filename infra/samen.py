"""Group commit: those that come during a transaction share the next one.

Rules kept here: what waits is done in the order in which it came, by the thread of the one that
waited longest; nobody is answered before the commit; when the commit fails, all fail.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from infra.database import Database, Tx
from infra.transient import TRANSIENT

T = TypeVar("T")


class Waiting(Protocol):
    """One that waits for its commit. `awake`: it is done, or it is the one to commit for all."""

    awake: threading.Event
    done: bool
    error: BaseException | None


W = TypeVar("W", bound=Waiting)


class Together(Generic[W]):
    """Takes turns: `commit` gets all that wait, in order; one that fails alone sets its `error`."""

    def __init__(self, commit: Callable[[Sequence[W]], None]) -> None:
        self._commit = commit
        self._waiting: list[W] = []
        self._guard = threading.Lock()
        self._committing = False
        """Whether one of the waiting commits, or is woken to."""

    def run(self, one: W) -> None:
        """Returns when it is committed; raises its error, or that of the commit."""
        with self._guard:
            self._waiting.append(one)
            if not self._committing:
                self._committing = True
                one.awake.set()
        one.awake.wait()
        if not one.done:  # else the one before us took it along
            self._lead()
        if one.error is not None:
            raise one.error

    def _lead(self) -> None:
        with self._guard:
            group, self._waiting = self._waiting, []
        try:
            self._commit(group)
        except BaseException as error:
            for one in group:
                one.error = one.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            for one in group:
                one.done = True
            with self._guard:
                self._committing = bool(self._waiting)
                following = self._waiting[:1]
            for one in (*following, *group):  # first who goes on: the database waits for it
                one.awake.set()


@dataclass(slots=True, eq=False)
class _Work:
    work: Callable[[Tx], Any]
    result: Any = None
    done: bool = False
    error: BaseException | None = None
    awake: threading.Event = field(default_factory=threading.Event)
    context: Context = field(default_factory=copy_context)
    """Of who asks: the trace, whichever thread does the work."""

    def do(self, tx: Tx) -> None:
        self.result = self.context.run(self.work, tx)


class Shared:
    """Writing transactions of one database that share their commits.

    A transaction begins after all that share it had come, so each sees whatever was committed
    before it came: what somebody else withdrew a moment earlier, too. When one fails among others,
    all is taken back and each is done by itself; so work may be done twice, but counts once, and
    must leave nothing outside its transaction. (A savepoint for each costs as much as it saves.)
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together: Together[_Work] = Together(self._commit)

    def write(self, work: Callable[[Tx], T]) -> T:
        """What the work gives, once it is durable. Raises what it raises, or the commit."""
        one = _Work(work)
        self._together.run(one)
        result: T = one.result
        return result

    def _commit(self, group: Sequence[_Work]) -> None:
        try:
            with self._database.write() as tx:
                for one in group:
                    one.do(tx)
        except TRANSIENT:
            raise  # it would be the same for each
        except Exception:
            if len(group) == 1:
                raise
            for one in group:  # all was taken back; now it shows whose mistake it was
                try:
                    with self._database.write() as tx:
                        one.do(tx)
                except Exception as error:  # noqa: BLE001  # who asked raises it
                    one.error = error
