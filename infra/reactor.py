"""Runs a service's policies: facts of other services ask for decisions on streams of this one.

Rules kept here: every decision that a fact asks for has its effect once. First the decisions, each
in a transaction of its own and with a key that names the fact; then one transaction moves the
positions. A crash in between makes the facts come again, and the keys make that harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from events.base import Envelope, Hoed
from events.begrippen import Actor, herkomst
from infra import positions, trace
from infra.database import Tx
from infra.decider import Context, Reaction
from infra.feed import Consumer, Feed
from infra.positions import Located
from infra.store import Store

SYSTEEM = Actor(
    id=UUID("5a3e9d1c-6f0b-4c7e-8f53-2d1b7a904e60"),
    naam="Samenplan",
    organisatie="Samenplan",
    functie="systeem",
)
"""Who decides when a policy does."""


class Reactor(Consumer):
    """A consumer whose effect is decisions; its positions live in the store's own database."""

    def __init__(
        self,
        name: str,
        store: Store,
        feeds: Sequence[Feed],
        react: Callable[[Envelope], Sequence[Reaction]],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(name, store.database, feeds, _only_positions)
        self._store = store
        self._react = react
        self._now = now

    def _process(self, bron: str, batch: Sequence[Located]) -> None:
        with self.database.read() as tx:
            todo = positions.look(tx, bron, batch).todo
        for _, envelope in todo:
            self._decide(bron, envelope)
        super()._process(bron, batch)

    def _catch_up(self, bron: str, stream: UUID, facts: Sequence[Envelope]) -> None:
        with self.database.read() as tx:
            done = positions.done(tx, bron, stream)
        for envelope in facts:
            if envelope.version > done:
                self._decide(bron, envelope)
        super()._catch_up(bron, stream, facts)

    def _decide(self, bron: str, envelope: Envelope) -> None:
        # Stream and version name a fact on every road; a replay does not know log positions.
        fact = f"{bron}:{envelope.stream}:{envelope.version}"
        for number, reaction in enumerate(self._react(envelope)):
            context = Context(
                gemeente=self._store.gemeente,
                actor=SYSTEEM,
                hoed=Hoed.SYSTEEM,
                nu=self._now(),
                herkomst=herkomst("gezinsplan"),
                correlation=envelope.correlation,
                causation=fact,
                sleutel=f"{fact}:{number}",
            )
            with trace.binnen(envelope.correlation):
                self._store.handle(reaction.kind, reaction.stream, reaction.decide, context)


def _only_positions(_tx: Tx, _bron: str, _facts: Sequence[Located]) -> None:
    """The effect was decided before the transaction that moves the positions."""
