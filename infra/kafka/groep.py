"""A member of a group, kept in it where kafka-python (3.0.12) would let it go without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import structlog
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.range import RangePartitionAssignor

log = structlog.get_logger()


def member(groep: str, lid: str) -> dict[str, Any]:
    """What makes a client a member of a group, by a name that it keeps over restarts."""
    return {
        "client_id": f"{groep}.{lid}",
        "group_id": groep,
        "group_instance_id": lid,
        # All of a topic is divided in one go. The cooperative way of kafka-python takes two, and
        # what a member gives up in the first has no reader ever after when it is put out, or killed
        # and back, before it asked for the second.
        "partition_assignment_strategy": [RangePartitionAssignor()],
        "session_timeout_ms": 6000,
        "heartbeat_interval_ms": 1000,
        "max_poll_interval_ms": 300_000,
    }


class Forget(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """All is divided anew, so all is sought anew. Runs on the client's own thread: no I/O here."""

    def __init__(self, known: dict[int, int]) -> None:
        self._known = known

    def on_partitions_assigned(self, _assigned: Iterable[Any]) -> None:
        self._known.clear()

    on_partitions_revoked = on_partitions_lost = on_partitions_assigned


def come_back(consumer: Any, topic: str) -> None:
    """To be called before every poll: mends three ways to stay out of the group for good."""
    coordinator = consumer._coordinator
    if coordinator.rejoining and not coordinator.need_rejoin():
        # The reason to join was gone before the poll ended: it would never ask again.
        log.warning("join was forgotten, joining again", topic=topic)
        coordinator.request_rejoin()
    join = coordinator._join_task
    if coordinator.rejoining and join is not None and join.is_done and join.succeeded():
        # It would throw away what came between two polls and ask again, which sends everybody in
        # the group back to the start.
        coordinator._join_task = _Answer(join.value)
    if coordinator.stable() and not (coordinator.rejoining or coordinator._heartbeat_enabled):
        # Another member took its name, gone or not: it would do without the group and not know.
        log.warning("place in the group was taken, joining again", topic=topic)
        coordinator.reset_generation()


class _Answer:
    """What a join came to, for whoever waits for it from now on."""

    is_done = False  # until somebody asked

    def __init__(self, value: bytes) -> None:
        self._value = value

    def add_callback(self, told: Callable[[bytes], None]) -> None:
        told(self._value)

    def add_errback(self, told: Callable[[BaseException], None]) -> None:
        """Never told: it went well."""
