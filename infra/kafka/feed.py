"""The topic of a source as a feed.

Rules kept here: a feed reads on where the caller's database says, never where the broker thinks it
was; a topic we may not read is an error, not silence; a client that says nothing while there is
something to read is replaced; what is not ours is counted and skipped, and a fact of ours that this
release cannot read is never passed over.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from threading import Lock
from typing import Any
from uuid import UUID

import structlog
from kafka import TopicPartition
from kafka.errors import AuthorizationError, KafkaError

from events.base import Envelope, UnknownFactError, shard
from infra.cloudevents import PARTITIES, ForeignRecordError, Waarmerk, from_record
from infra.feed import Batch
from infra.kafka.groep import Forget, come_back, member
from infra.kafka.stilte import Stilte
from infra.kafka.verbinding import (
    REQUEST,
    BrokerError,
    Verbinding,
    calm_down,
    new_consumer,
    topic_of,
)
from infra.positions import Located

log = structlog.get_logger()


class TopicRefusedError(Exception):
    """A topic is not there, or we may not read it."""


class KafkaFeed:
    """The topic of one source as a feed, its partitions shared by the processes of one reader.

    `groep` is of one service and one source: "samenplan.<dienst>.<bron>". `lid` names this process
    within it and stays the same over restarts: it then gets the same partitions back and nobody
    else is disturbed. `wacht` (seconds) is how long a read waits for something new. `vreemd`
    counts by code what was skipped because it is not ours. For one thread, except `lag` and
    `stream`. Raises TopicRefusedError, BrokerError.
    """

    def __init__(
        self,
        bron: str,
        verbinding: Verbinding,
        waarmerk: Waarmerk,
        groep: str,
        lid: str,
        wacht: float = 0.25,
    ) -> None:
        self.name = bron
        self.vreemd: Counter[str] = Counter()
        self._topic = topic_of(bron)
        self._waarmerk = waarmerk
        self._wacht = round(wacht * 1000)
        self._next: dict[int, int] = {}
        """Per partition that we hold: the offset the broker client reads next."""
        self._unreadable: dict[tuple[int, int], UnknownFactError] = {}
        self._side_lock = Lock()
        self._verbinding, self._groep, self._lid = verbinding, groep, lid
        self._opened = ExitStack()
        calm_down()
        self._open()

    def read(self, cursors: Mapping[int, int], limit: int) -> Batch:
        """Facts that follow these cursors, of the partitions that are ours at the moment; at most
        so many, oldest first per partition.

        Raises UnknownFactError when the next fact of a partition cannot be read by this release;
        TopicRefusedError, BrokerError.
        """
        if self._stilte.too_long():
            log.warning("client says nothing, making a new one", topic=self._topic)
            self._open()
        self._go_to(cursors)
        come_back(self._consumer, self._topic)
        try:
            polled = self._consumer.poll(timeout_ms=self._wacht, max_records=limit)
        except AuthorizationError as error:
            raise TopicRefusedError(self._topic) from error
        except KafkaError as error:
            raise BrokerError(type(error).__name__) from error
        facts: list[Located] = []
        after: dict[int, int] = {}
        for found, records in polled.items():
            # What became ours during this poll is read where the broker thought best: next time.
            if found.partition in self._next:
                after[found.partition] = self._take(found.partition, records, facts)
        self._stilte.heard(after)
        return Batch(facts, after)

    def stream(self, stream: UUID) -> Sequence[Envelope]:
        """All facts of one stream, oldest first. Reads its whole partition: for repairs only.
        Who serves one gemeente leaves out the envelopes of another.

        Raises UnknownFactError, BrokerError.
        """
        ending = f"/{stream}".encode()
        found: dict[tuple[str, int], Envelope] = {}
        with self._side_lock:
            for record in self._all(shard(stream)):
                if record.key is None or not record.key.endswith(ending):
                    continue
                try:
                    _, envelope = self._parse(record)
                except ForeignRecordError:
                    continue
                found.setdefault((envelope.gemeente, envelope.version), envelope)
        return [found[key] for key in sorted(found)]

    def lag(self, cursors: Mapping[int, int]) -> dict[int, int]:
        """Per partition of the topic: how many records follow the cursor. Raises BrokerError."""
        try:
            with self._side_lock:
                ends = self._ends(self._side)
        except BrokerError:
            self._stilte.expect(self.held())  # for all we know
            raise
        behind = {number: max(0, end - cursors.get(number, 0)) for number, end in ends.items()}
        self._stilte.expect(number for number in self.held() if behind[number])
        return behind

    def held(self) -> set[int]:
        """The partitions that this member reads."""
        return set(self._next)

    def close(self) -> None:
        self._opened.close()

    def _open(self) -> None:
        """Both clients, in the place of those that were. Raises TopicRefusedError, BrokerError."""
        with ExitStack() as made:
            # A second one, outside the group, to look around without disturbing the first.
            side = self._client(made, client_id=f"{self._groep}.{self._lid}.terzijde")
            self._partitions = self._readable(side)
            consumer = self._client(made, **member(self._groep, self._lid))
            consumer.subscribe([self._topic], listener=Forget(self._next))
            # Before it joins: a leader that does not know the topic yet gives nobody anything.
            self._ends(consumer)
            with self._side_lock:
                self._side, self._consumer = side, consumer
                self._next.clear()
                self._stilte = Stilte()
                former, self._opened = self._opened, made.pop_all()
        former.close()

    def _client(self, made: ExitStack, **options: Any) -> Any:
        client = new_consumer(self._verbinding, **options)
        made.callback(client.close, autocommit=False, timeout_ms=3000)
        return client

    def _readable(self, client: Any) -> list[TopicPartition]:
        """Ask for what only a reader gets: without the right to read, polling is just empty."""
        try:
            numbers = client.partitions_for_topic(self._topic)
            if not numbers:
                raise TopicRefusedError(self._topic)
            found = [TopicPartition(self._topic, n) for n in sorted(numbers)]
            client.end_offsets(found, timeout_ms=REQUEST)
        except AuthorizationError as error:
            raise TopicRefusedError(self._topic) from error
        except KafkaError as error:
            raise BrokerError(type(error).__name__) from error
        return found

    def _go_to(self, cursors: Mapping[int, int]) -> None:
        if self._consumer._coordinator.rejoining:
            return  # what it still seems to have was given up, and may be somebody else's
        for held in self._consumer.assignment():
            wanted = cursors.get(held.partition, 0)
            if (error := self._unreadable.get((held.partition, wanted))) is not None:
                raise error
            if self._next.get(held.partition) != wanted:
                self._consumer.seek(held, wanted)
                self._next[held.partition] = wanted

    def _take(self, partition: int, records: Sequence[Any], facts: list[Located]) -> int:
        """Add the facts of one partition; the offset to read on from."""
        after = int(records[-1].offset) + 1
        foreign: Counter[str] = Counter()
        for record in records:
            try:
                facts.append(self._parse(record))
            except ForeignRecordError as error:
                foreign[error.code] += 1
            except UnknownFactError as error:
                # First what comes before it; whoever asks for it by its offset gets the error.
                after = int(record.offset)
                self._unreadable[partition, after] = error
                break
        if foreign:
            self.vreemd.update(foreign)
            log.warning(
                "foreign records skipped", topic=self._topic, partition=partition, **foreign
            )
        self._next[partition] = int(records[-1].offset) + 1
        return after

    def _parse(self, record: Any) -> Located:
        return from_record(
            self._waarmerk, self.name, record.key, record.value, record.headers, record.partition
        )

    def _all(self, of: int) -> Iterator[Any]:
        """Every record of the partitions where a shard stands or stood before they doubled."""
        mine = [tp for tp in self._partitions if (of - tp.partition) % PARTITIES == 0]
        try:
            ends = self._ends(self._side)
            self._side.assign(mine)
            self._side.seek_to_beginning(*mine)
            until = time.monotonic() + 30
            while any(self._side.position(tp) < ends[tp.partition] for tp in mine):
                polled = self._side.poll(timeout_ms=1000)
                if polled:
                    until = time.monotonic() + 30
                elif time.monotonic() > until:
                    raise BrokerError("stil")
                for records in polled.values():
                    yield from records
        except KafkaError as error:
            raise BrokerError(type(error).__name__) from error

    def _ends(self, consumer: Any) -> dict[int, int]:
        try:
            found = consumer.end_offsets(self._partitions, timeout_ms=REQUEST)
        except KafkaError as error:
            raise BrokerError(type(error).__name__) from error
        return {tp.partition: int(end) for tp, end in found.items()}
