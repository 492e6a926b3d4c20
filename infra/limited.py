"""A call with a time limit, for questions to something that may hang, such as a database.

Rules kept here: whoever asks has an answer or a TimeoutError in time; a call that hangs is not made
a second time beside itself, so that a database that is stuck costs one thread and no more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Limited(Generic[T]):
    """Calls `call` on a thread of its own; who asks meanwhile shares that call's answer."""

    def __init__(self, call: Callable[[], T], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._lock = threading.Lock()
        self._running: Future[T] | None = None

    def __call__(self) -> T:
        """Raises TimeoutError, and what the call raises."""
        with self._lock:
            if self._running is None:
                self._running = Future()
                # A daemon: a call that hangs must not keep the process from ending.
                threading.Thread(target=self._run, args=(self._running,), daemon=True).start()
            running = self._running
        return running.result(self._seconds)

    @property
    def running(self) -> bool:
        with self._lock:
            return self._running is not None

    def _run(self, running: Future[T]) -> None:
        try:
            result = self._call()
        except BaseException as error:  # noqa: BLE001  # it is raised to whoever asked
            self._forget()
            running.set_exception(error)
        else:
            self._forget()
            running.set_result(result)

    def _forget(self) -> None:
        with self._lock:
            self._running = None
