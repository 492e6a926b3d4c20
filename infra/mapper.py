"""Envelope ⇄ stored bytes: sealing what is open, and the form in which a fact is kept and sent.

Rules kept here: a value that is still open never reaches the bytes, a sealed one never enters a
new fact; the registry of `events` is closed, so no stored name imports anything.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent
from pydantic_core import from_json, to_json

from events.base import Capsule, Envelope, Fact, Hoed, Open, Personal, Place, Sealed, Zegelplaats
from infra.seal import SealingKey

VERANTWOORDING = "verantwoording"


class SealedInNewFactError(Exception):
    """A sealed value was put in a new fact: open it and seal it anew for its new place."""


def _open_fields(envelope: Envelope) -> dict[str, Open[Any]]:
    fields: dict[str, Open[Any]] = {}
    for name in envelope.fact.personal:
        value: Personal[Any] | None = getattr(envelope.fact, name)
        if isinstance(value, Sealed):
            raise SealedInNewFactError(name)
        if isinstance(value, Open):
            fields[name] = value
    return fields


def plaatsen_van(envelope: Envelope) -> set[Zegelplaats]:
    """Whose keys a fact needs to be sealed."""
    fields = _open_fields(envelope)
    if not fields:
        assert isinstance(envelope.verantwoording, Open)
        return {envelope.verantwoording.plaats}
    return {value.plaats for value in fields.values()}


def seal_envelope(envelope: Envelope, keys: dict[Zegelplaats, SealingKey]) -> Envelope:
    """The same envelope with every open value sealed: one capsule per fact × key.

    The verantwoording goes into each capsule; a fact without personal fields gets one capsule
    under the key of its stream.
    """
    assert isinstance(envelope.verantwoording, Open)
    groups: dict[Zegelplaats, dict[str, Any]] = {p: {} for p in plaatsen_van(envelope)}
    for name, value in _open_fields(envelope).items():
        groups[value.plaats][name] = value.waarde
    sealed: dict[str, Sealed] = {}
    reason = envelope.verantwoording.waarde.model_dump(mode="json")
    for plaats, fields in groups.items():
        capsule = keys[plaats].seal(envelope.place, {**fields, VERANTWOORDING: reason})
        for name in (*fields, VERANTWOORDING):
            sealed[name] = Sealed(capsule, name)
    reason_sealed = sealed.pop(VERANTWOORDING)
    return replace(
        envelope, fact=envelope.fact.model_copy(update=sealed), verantwoording=reason_sealed
    )


class EnvelopeMapper(Mapper[UUID]):
    """Sealed envelope ⇄ stored bytes. The registry of `events` is closed; no name is imported."""

    def __init__(self) -> None:
        pass  # no transcoder, compressor or cipher: pydantic serialises, infra.seal seals

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        envelope: Envelope = domain_event
        fact = envelope.fact
        capsules: dict[int, Capsule] = {}
        clear: dict[str, Any] = {}
        for name, value in fact:
            if isinstance(value, Sealed):
                capsules[id(value.capsule)] = value.capsule
            elif isinstance(value, Open) or (name in fact.personal and value is not None):
                raise SealedInNewFactError(name)
            else:
                clear[name] = value
        assert isinstance(envelope.verantwoording, Sealed)
        capsules.setdefault(id(envelope.verantwoording.capsule), envelope.verantwoording.capsule)
        state = to_json(
            {
                "schema": fact.versie,
                "gemeente": envelope.gemeente,
                "op": envelope.opgenomen_op,
                "hoed": envelope.hoed,
                "correlatie": envelope.correlation,
                "oorzaak": envelope.causation,
                "open": clear,
                "dicht": [
                    [c.kid, c.names, b2a_base64(c.sealed, newline=False).decode()]
                    for c in capsules.values()
                ],
            },
        )
        return StoredEvent(envelope.stream, envelope.version, fact.naam, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Envelope:
        stream = stored_event.originator_id
        assert isinstance(stream, UUID)
        state = from_json(stored_event.state)
        place = Place(
            state["gemeente"],
            stream,
            stored_event.originator_version,
            stored_event.topic,
            state["schema"],
        )
        fields: dict[str, Any] = state["open"]
        reason: Sealed | None = None
        for kid, names, sealed in state["dicht"]:
            capsule = Capsule(place, tuple(names), kid, a2b_base64(sealed))
            for name in names:
                if name == VERANTWOORDING:
                    reason = reason or Sealed(capsule, name)
                else:
                    fields[name] = Sealed(capsule, name)
        assert reason is not None
        return Envelope(
            state["gemeente"],
            stream,
            stored_event.originator_version,
            Fact.build(stored_event.topic, state["schema"], fields),
            datetime.fromisoformat(state["op"]),
            Hoed(state["hoed"]),
            UUID(state["correlatie"]),
            state["oorzaak"],
            reason,
            stored_event.state,
        )


_MAPPER = EnvelopeMapper()


def to_stored(envelope: Envelope) -> StoredEvent:
    """A sealed envelope as the recorder keeps it. Raises SealedInNewFactError."""
    return _MAPPER.to_stored_event(envelope)


def from_stored(stored: StoredEvent) -> Envelope:
    """The sealed envelope again. Raises UnknownFactError."""
    return _MAPPER.to_domain_event(stored)


def to_bytes(envelope: Envelope) -> bytes:
    """A sealed envelope as it is stored; stream, version and type stand beside it."""
    return envelope.stored or to_stored(envelope).state


def from_bytes(stream: UUID, version: int, naam: str, state: bytes) -> Envelope:
    """The sealed envelope again. Raises UnknownFactError."""
    return from_stored(StoredEvent(stream, version, naam, state))
