"""The plain values between a service and the machinery. No I/O.

A service's state is a frozen dataclass: its defaults are the state before the first fact, `evolve`
folds one fact in, and every other method is one decision that returns facts or raises the rule
that was broken. A decision with nothing to say returns an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from events.base import Fact, Hoed
from events.begrippen import Actor, Herkomst

NEDERLAND = ZoneInfo("Europe/Amsterdam")


class State(Protocol):
    """What a stream has become."""

    def evolve(self, fact: Any) -> Self: ...


class RegelFout(Exception):
    """A rule of the domain was broken. Subclasses say which, in one Dutch sentence.

    `code` is stable and may be shown; the sentence holds no personal value. Where the reason is
    another one per case, an instance has a sentence of its own.
    """

    code: ClassVar[str] = "regel"
    zin: str = "Dit kan niet."

    def __init_subclass__(cls) -> None:
        cls.code = "".join(
            f"-{letter.lower()}" if letter.isupper() else letter for letter in cls.__name__
        ).lstrip("-")
        cls.zin = " ".join((cls.__doc__ or "Dit kan niet.").split())

    def __str__(self) -> str:
        return self.zin


class NietBekend(RegelFout):
    """Dit bestaat niet, of u mag het niet zien."""


class GeenRecht(RegelFout):
    """Dit hoort niet bij uw rol."""


class WordtHersteld(RegelFout):
    """Een deel van dit dossier kon niet worden verwerkt en wordt hersteld. Er is niets verloren."""


class Verouderd(RegelFout):
    """Iemand anders was u voor. Haal de laatste stand op en probeer het opnieuw."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a decision may know about the moment and the one who asks.

    `sleutel` is the idempotency key of the command, with `verzoek` the hash of its body; both are
    None when a policy decides, which is idempotent by position.
    """

    gemeente: str
    actor: Actor
    hoed: Hoed
    nu: datetime
    herkomst: Herkomst
    correlation: UUID
    causation: str | None = None
    sleutel: str | None = None
    verzoek: bytes = b""

    @property
    def vandaag(self) -> date:
        return self.nu.astimezone(NEDERLAND).date()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a command did: which stream, its version now, the log position to wait for."""

    stream: UUID
    version: int
    position: int
    answer: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    """The position as it is given to others, to wait for."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A decision that another service's fact asks for, on a stream of this one."""

    kind: type[Any]
    stream: UUID
    decide: Callable[[Any], Sequence[Fact]]


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError without a time zone, or outside the calendar."""
    if moment.tzinfo is None:
        raise ValueError("een tijdstip heeft een tijdzone nodig")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("dit tijdstip valt buiten de kalender") from None
