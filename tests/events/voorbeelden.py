"""One example of every published fact, made from the types of its fields; all people invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import Enum
from hashlib import sha256
from types import NoneType
from typing import Any, get_args, get_origin
from uuid import UUID, uuid5

from pydantic import BaseModel

import events  # importing it registers every fact
from events.base import Envelope, Fact, Hoed, KeyId, Open, Zegelplaats
from events.begrippen import Actor, Grondslag, Leefgebied, Rubriek, Verantwoording, herkomst
from events.waarden import Ontvanger
from infra.mapper import seal_envelope
from infra.seal import SealingKey

RUIMTE = UUID("0e7c2a52-54d3-4c39-9d0e-3c7e3f5b7f10")
NOAH, MOEDER = uuid5(RUIMTE, "Noah"), uuid5(RUIMTE, "moeder")
STROOM, VERSIE = uuid5(RUIMTE, "stroom"), 7

_WAARDEN: dict[Any, Any] = {
    Ontvanger: Ontvanger(organisatie="Kredietbank Duinstad"),  # one of its two fields, never both
    int: 3,
    bool: True,
    date: date(2024, 2, 29),
}
_TEKSTEN = {
    "bsn": "999990019",
    "postcode": "1234 AB",
    "huisnummer": "12-bis",
    "telefoon": "+31 6 0000 0000",
    "email": "noah@voorbeeld.example",
    "herkomst": "wgs-schuldhulp",
    "reden": "Voorbeeld van reden: dit kind kan vannacht niet thuis blijven · €",
}


def published() -> list[type[Fact]]:
    """Every fact of the published language; samples of other tests are left out."""
    found = [kind for kind in Fact.known() if kind.__module__.startswith(f"{events.__name__}.")]
    return sorted(found, key=lambda kind: kind.naam)


def inner(kind: type[Fact], name: str) -> Any:
    """What a personal field holds: the T of its `Personal[T]`."""
    parts = _parts(kind.model_fields[name].annotation)
    return next(get_args(part)[0] for part in parts if get_origin(part) is Open)


def example(kind: type[Fact]) -> Fact:
    """A fact with every field filled, each differently, so that no field changes unnoticed."""
    return kind.model_validate(
        {
            name: Open(_value(inner(kind, name), name), _plaats(name))
            if name in kind.personal
            else _value(field.annotation, name)
            for name, field in kind.model_fields.items()
        }
    )


def sealed_example(kind: type[Fact]) -> tuple[Envelope, dict[KeyId, bytes]]:
    """The example as it is stored, with the keys that open it: fixed, they guard nothing."""
    fact = example(kind)
    actor = Actor(
        id=uuid5(RUIMTE, "Anna"), naam="Anna Voorbeeld", organisatie="Wijkteam", functie="regisseur"
    )
    reason = Open(
        Verantwoording(actor=actor, grondslag=Grondslag(bwb="BWBR0035362", artikel="2.3.2")),
        Zegelplaats((STROOM,), herkomst("gezinsplan"), Rubriek.REGIE),
    )
    opened = Envelope(
        "9999", STROOM, VERSIE, fact, datetime(2026, 3, 2, 9, 30, tzinfo=UTC), Hoed.COORDINATIE,
        uuid5(RUIMTE, "verzoek"), "intake:oorzaak:1", reason,
    )  # fmt: skip
    places = {getattr(fact, name).plaats for name in fact.personal} or {reason.plaats}
    keys = {place: sha256(repr(place).encode()).digest() for place in places}
    kids = {place: key[:16].hex() for place, key in keys.items()}
    sealed = seal_envelope(opened, {p: SealingKey(kids[p], key) for p, key in keys.items()})
    return sealed, {kids[place]: key for place, key in keys.items()}


def _plaats(name: str) -> Zegelplaats:
    # One half of the fields is Noah's, the other also his mother's: facts with two capsules.
    persons = (NOAH,) if name < "n" else (NOAH, MOEDER)
    return Zegelplaats(persons, herkomst("wmo-onderzoek"), Leefgebied.WONEN)


def _value(annotation: Any, name: str) -> Any:
    arguments = [part for part in get_args(annotation) if part is not NoneType]
    if get_origin(annotation) is tuple:
        return (_value(arguments[0], name), _value(arguments[0], f"{name}.2"))
    if arguments:  # Annotated[T, …], T | None, A | B: the first of them
        return _value(arguments[0], name)
    if annotation in _WAARDEN:
        return _WAARDEN[annotation]
    if isinstance(annotation, str):  # a literal is its only example
        return annotation
    if annotation is UUID:
        return uuid5(RUIMTE, name)
    if annotation is str:
        return _TEKSTEN.get(name.rpartition(".")[2], f"Voorbeeld van {name}: één · €")
    if issubclass(annotation, Enum):
        return list(annotation)[-1]
    assert issubclass(annotation, BaseModel)
    fields = annotation.model_fields.items()
    return annotation.model_validate(
        {key: _value(field.annotation, f"{name}.{key}") for key, field in fields}
    )


def _parts(annotation: Any) -> list[Any]:
    return [annotation, *(found for part in get_args(annotation) for found in _parts(part))]
