"""Sending the records of one source.

Rules kept here: every record of a batch is acknowledged within the deadline, or its producer is of
no use any more (an idempotent producer of kafka-python can die without a word, and after one fatal
error it refuses everything for ever); what waits for an acknowledgement is bounded.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
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
                linger_ms=20,  # fewer, larger requests while a batch is sent; its end does not wait
                batch_size=128 * 1024,
                request_timeout_ms=5000,
                # Expiry of a batch kills the producer in silence: the deadline is ours instead.
                delivery_timeout_ms=2**31 - 1,
                max_block_ms=5000,
                allow_auto_create_topics=False,
            )
        except KafkaError as error:
            raise BrokerError(type(error).__name__) from error

    def send(self, records: Iterable[Record]) -> None:
        """Send in order and wait until each is acknowledged. Raises PublishError at the first that
        failed, or when the deadline is over.

        Takes records as they are made: each is gone before the next, and the garbage collector has
        much less to look through.
        """
        until = time.monotonic() + self._deadline
        sent: list[Any] = []
        size = 0
        try:
            for key, value, headers, partition in records:
                sent.append(self._producer.send(self._topic, value, key, headers, partition))
                size += len(value)
                if size >= self._unacked:
                    self._settle(sent, until)
                    sent, size = [], 0
            self._settle(sent, until)
        except KafkaError as error:
            raise PublishError(type(error).__name__) from error

    def _settle(self, sent: Sequence[Any], until: float) -> None:
        self._producer.flush(timeout=max(until - time.monotonic(), 0.001))
        for future in sent:
            if not future.succeeded():
                raise PublishError(type(future.exception).__name__)

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
