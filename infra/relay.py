"""Brings the log of a service outside: the store is the outbox, the relay its postman.

Rules kept here: a position moves only after every record up to it was acknowledged; at the first
failed or silent record the producer is discarded and the relay goes on from its position, so
records may come twice but never get lost or overtake each other within a stream; a batch is the
bound on what is in memory. Left to others: that there is one relay per service at a time. Two do
no harm but double work: a position moves by compare-and-set.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import structlog

from infra.cloudevents import PARTITIES, Record, Waarmerk, to_record
from infra.outbox import Uitgaand

log = structlog.get_logger()
BATCH = 2000
"""Facts sent before the acknowledgements are waited for, of all gemeenten together."""
POLL = 0.25
"""Seconds between two looks when nobody says that there is something new."""
PATIENCE = (0.1, 10.0)
"""Seconds of waiting after a failure: the first time, and at most."""


class Outbox(Protocol):
    """The log of one gemeente, and how far it was brought out (`infra.outbox`)."""

    gemeente: str

    def read(self, after: int, limit: int) -> Sequence[Uitgaand]: ...

    def position(self) -> int: ...

    def move(self, van: int, naar: int) -> bool: ...


class Sender(Protocol):
    """`infra.kafka.producer`: sends in order and waits for every acknowledgement."""

    def send(self, records: Iterable[Record]) -> None: ...

    def discard(self) -> None: ...


class Relay:
    """The relay of one source, for all its gemeenten.

    `producer` makes a new sender; `wacht` waits so many seconds at most for something new.
    """

    def __init__(
        self,
        bron: str,
        outboxes: Sequence[Outbox],
        producer: Callable[[], Sender],
        waarmerk: Waarmerk,
        wacht: Callable[[float], None],
        batch: int = BATCH,
        partitions: int = PARTITIES,
    ) -> None:
        self.bron = bron
        self.sent = 0
        """Records acknowledged since the start."""
        self.failures = 0
        self.failing: str | None = None
        """What keeps it from going on for the moment: the name of an error. It tries again."""
        self.positions: dict[str, int] = {}
        """Per gemeente the last log position that was brought out, as far as it was read."""
        self.last_success: float | None = None
        """When (seconds since 1970) it last looked at every outbox and sent what was there."""
        self._outboxes = list(outboxes)
        self._new_producer = producer
        self._producer: Sender | None = None
        self._waarmerk = waarmerk
        self._wacht = wacht
        self._batch = batch
        self._partitions = partitions

    def run(self, stop: threading.Event) -> None:
        """Go on until asked to stop; a batch under way is finished first."""
        patience = PATIENCE[0]
        while not stop.is_set():
            try:
                if not self.step():
                    self._wacht(POLL)
            except Exception as error:  # noqa: BLE001  # whatever it is, the facts are still there
                self._failed(error)
                stop.wait(patience)
                patience = min(patience * 2, PATIENCE[1])
            else:
                patience = PATIENCE[0]
        self._discard()

    def step(self) -> int:
        """Send one batch; how many facts were in it. Raises whatever went wrong: go on after it."""
        try:
            return self._step()
        except BaseException:
            self._discard()
            raise

    def rewind(self, gemeente: str, position: int) -> None:
        """Bring everything after a position out once more. A relay that runs goes on from there."""
        outbox = next(outbox for outbox in self._outboxes if outbox.gemeente == gemeente)
        while not outbox.move(outbox.position(), position):
            pass

    def _step(self) -> int:
        parcels: list[tuple[Outbox, int, Sequence[Uitgaand]]] = []
        failed: list[Exception] = []
        room = self._batch
        for outbox in self._outboxes:
            try:
                van = self.positions[outbox.gemeente] = outbox.position()
                facts = outbox.read(van, room)
            except Exception as error:  # noqa: BLE001  # what it has waits; the others go on
                failed.append(error)
                continue
            if facts:
                parcels.append((outbox, van, facts))
                room -= len(facts)
            if not room:
                break
        if parcels:
            self._send(parcels)
            # Who comes last in one batch comes first in the next: no gemeente waits for another.
            self._outboxes = self._outboxes[1:] + self._outboxes[:1]
        if len(failed) == len(self._outboxes):
            raise failed[0]
        if failed:
            self._failed(failed[0])
        else:
            self.failing = None
        self.last_success = time.time()
        return self._batch - room

    def _send(self, parcels: Sequence[tuple[Outbox, int, Sequence[Uitgaand]]]) -> None:
        if self._producer is None:
            self._producer = self._new_producer()
        self._producer.send(
            to_record(self._waarmerk, self.bron, outbox.gemeente, fact, self._partitions)
            for outbox, _, facts in parcels
            for fact in facts
        )
        for outbox, van, facts in parcels:
            self.sent += len(facts)
            self._move(outbox, van, facts[-1].position)

    def _move(self, outbox: Outbox, van: int, naar: int) -> None:
        if outbox.move(van, naar):
            self.positions[outbox.gemeente] = naar
        else:  # rewound by command, or another relay was here: the next step starts from there
            log.info("position moved by another", source=self.bron, gemeente=outbox.gemeente)

    def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.discard()

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        if self.failing is None:
            log.error("relay fails, retrying", source=self.bron, error=type(error).__name__)
        self.failing = type(error).__name__
