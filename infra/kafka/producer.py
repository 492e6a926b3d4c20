"""Sending the records of one source.

Rules kept here: every record of a batch is acknowledged within the deadline, or its producer is of
no use any more (an idempotent producer of kafka-python can die without a word, and after one fatal
error it refuses everything for ever); what waits for an acknowledgement is bounded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError

from infra.cloudevents import Record
from infra.kafka.verbinding import BrokerError, Verbinding, calm_down, topic_of

log = structlog.get_logger()


class PublishError(Exception):
    """Not everything was acknowledged: anything between nothing and all of it was written."""


class Producer:
    """Sends records to the topic of one source. Of no use after a PublishError: discard it.

    `deadline` (seconds) is for one call of `send`, `unacked` (bytes of values) bounds what is sent
    and not yet acknowledged. Raises BrokerError when no broker answers.
    """

    def __init__(
        self,
        verbinding: Verbinding,
        bron: str,
        deadline: float = 30.0,
        unacked: int = 8 * 1024 * 1024,
    ) -> None:
        self._topic = topic_of(bron)
        self._deadline = deadline
        self._unacked = unacked
        calm_down()
        try:
            self._producer = KafkaProducer(
                **verbinding.options(),
                client_id=f"samenplan.{bron}.relay",
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                linger_ms=5,
                batch_size=128 * 1024,
                request_timeout_ms=5000,
                # Expiry of a batch kills the producer in silence: the deadline is ours instead.
                delivery_timeout_ms=2**31 - 1,
                max_block_ms=5000,
                allow_auto_create_topics=False,
            )
        except KafkaError as error:
            raise BrokerError(type(error).__name__) from error

    def send(self, records: Sequence[Record]) -> None:
        """Send in order and wait until each is acknowledged. Raises PublishError at the first that
        failed, or when the deadline is over."""
        until = time.monotonic() + self._deadline
        try:
            for part in _parts(records, self._unacked):
                sent = [self._send(record) for record in part]
                for future in sent:
                    # `get` wakes for the batch, so most are done when we come by.
                    if not future.is_done:
                        future.get(timeout=max(until - time.monotonic(), 0.001))
                    elif future.exception is not None:
                        raise future.exception
        except KafkaError as error:
            raise PublishError(type(error).__name__) from error

    def _send(self, record: Record) -> Any:
        return self._producer.send(
            self._topic, record.value, record.key, record.headers, record.partition
        )

    def close(self) -> None:
        """As `discard`: `send` leaves nothing behind that is worth waiting for."""
        self.discard()

    def discard(self) -> None:
        """Stop it, whatever it still holds. `close` alone raises and leaves its thread alive."""
        sender = self._producer._sender
        self._close()
        sender.initiate_close()
        sender.force_close()
        sender.join(5)
        self._close()

    def _close(self) -> None:
        try:
            self._producer.close(0)
        except KafkaError:
            log.debug("producer holds records", topic=self._topic)


def _parts(records: Sequence[Record], limit: int) -> Iterator[Sequence[Record]]:
    """Cut where the values together would be larger than the limit."""
    start = size = 0
    for number, record in enumerate(records):
        if size + len(record.value) > limit and number > start:
            yield records[start:number]
            start, size = number, 0
        size += len(record.value)
    yield records[start:]
