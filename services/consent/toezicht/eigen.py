"""Consent's own facts, opened for who supervises. Who calls this logs that it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.base import Envelope, Erased, Fact, Sealed
from events.begrippen import Actor, Grondslag
from infra.database import Tx
from infra.keys import KeyStore
from infra.seal import Opener
from infra.store import Store
from services.consent.openen import opener


@dataclass(frozen=True, slots=True)
class Stap:
    """One fact of a stream: what, when, by whom and on which ground (None of who was erased), and
    what it says."""

    fact: Fact
    op: datetime
    door: Actor | None
    inhoud: dict[str, Any]
    grondslag: Grondslag | None = None

    @property
    def soort(self) -> str:
        return self.fact.naam.removeprefix("nl.samenplan.")


class Lezer:
    """Opens whole streams of consent's own."""

    def __init__(self, store: Store, keys: KeyStore) -> None:
        self._store, self._keys = store, keys

    def stappen(self, tx: Tx, stream: UUID) -> list[Stap]:
        """Everything that happened in a stream, oldest first."""
        envelopes = list(self._store.stream(stream))
        opener = self._opener(tx, envelopes)
        return [_stap(envelope, opener) for envelope in envelopes]

    def _opener(self, tx: Tx, envelopes: Sequence[Envelope]) -> Opener:
        kids = {
            value.capsule.kid
            for envelope in envelopes
            for value in (*vars(envelope.fact).values(), envelope.verantwoording)
            if isinstance(value, Sealed)
        }
        return opener(self._keys, tx, kids)


def _stap(envelope: Envelope, opener: Opener) -> Stap:
    inhoud = {
        naam: opened
        for naam, value in vars(envelope.fact).items()
        if isinstance(value, Sealed) and not isinstance(opened := opener.open(value), Erased)
    }
    door: Actor | None = None
    grondslag: Grondslag | None = None
    if isinstance(envelope.verantwoording, Sealed):
        reden = opener.open(envelope.verantwoording)
        if not isinstance(reden, Erased):
            door = Actor.model_validate(reden["actor"])
            grondslag = Grondslag.model_validate(reden["grondslag"])
    return Stap(envelope.fact, envelope.opgenomen_op, door, inhoud, grondslag)
