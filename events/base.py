"""What a fact is, how it travels, and the three states of a personal value.

Rules kept here: a fact is frozen and closed; its stored name is a literal that is registered once
and never derived from a class or module name; nothing read from a store or a topic decides what is
imported. Left to others: sealing (`infra.seal`), storing (`infra.store`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Generic,
    NamedTuple,
    TypeAlias,
    TypeVar,
    get_args,
)
from uuid import UUID

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from events.begrippen import Herkomst, Onderwerp, Verantwoording

T = TypeVar("T")
KeyId: TypeAlias = str
"""32 hexadecimal digits, random, without meaning outside the key store."""


class Gezamenlijk(StrEnum):
    """What happens to a field about several persons when one of them is erased."""

    ALLEN = "allen"
    """The field goes as soon as one of them is erased (the default)."""
    LAATSTE = "laatste"
    """The field stays until the last of them is erased; needs a ground in the herkomst."""


class Hoed(StrEnum):
    """The hat under which somebody acts; the only thing about an actor that travels in clear."""

    TOELEIDING = "toeleiding"
    HULPVERLENING = "hulpverlening"
    COORDINATIE = "coordinatie"
    TOEZICHT = "toezicht"
    INWONER = "inwoner"
    SYSTEEM = "systeem"

    @property
    def woord(self) -> str:
        """As it is written in a sentence."""
        return "coördinatie" if self is Hoed.COORDINATIE else self.value


@dataclass(frozen=True, slots=True)
class Zegelplaats:
    """Whose field it is, under which law and task it was collected, and what it is about.

    Exactly one data key belongs to it. Several persons make a joint field (trust: one key of its
    own, with the policy `gezamenlijk`).
    """

    betrokkenen: tuple[UUID, ...]
    herkomst: Herkomst
    onderwerp: Onderwerp
    gezamenlijk: Gezamenlijk = Gezamenlijk.ALLEN

    def __post_init__(self) -> None:
        if not self.betrokkenen:
            raise ValueError("een persoonlijk veld heeft minstens een betrokkene")
        object.__setattr__(self, "betrokkenen", tuple(sorted(set(self.betrokkenen))))


class Place(NamedTuple):
    """Where a capsule was sealed; bound into it, so it opens nowhere else."""

    gemeente: str
    stream: UUID
    version: int
    type: str
    schema: int


class Capsule(NamedTuple):
    """The fields of one fact under one key, sealed together."""

    place: Place
    names: tuple[str, ...]
    kid: KeyId
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Open(Generic[T]):
    """A personal value in memory, with the place that decides its key. Never stored."""

    waarde: T
    plaats: Zegelplaats


class Sealed(NamedTuple):
    """A personal value as it is stored and sent: a name inside a capsule."""

    capsule: Capsule
    name: str


@dataclass(frozen=True, slots=True)
class Erased:
    """A personal value whose key was destroyed on purpose."""


ERASED = Erased()


class _PersonalField:
    """Lets pydantic accept the three states and validate the value of an Open one."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        inner = handler.generate_schema(get_args(get_args(source)[0])[0])

        def check(value: Any, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
            if isinstance(value, Open):
                return replace(value, waarde=validate(value.waarde))
            raise ValueError("een persoonlijk veld is Open, Sealed of Erased")

        return core_schema.union_schema(
            [
                core_schema.is_instance_schema(Sealed),
                core_schema.is_instance_schema(Erased),
                core_schema.no_info_wrap_validator_function(check, inner),
            ],
            mode="left_to_right",
            serialization=core_schema.plain_serializer_function_ser_schema(_refuse_to_serialise),
        )


def _marks(annotation: Any, metadata: Iterable[object] = ()) -> Iterable[object]:
    yield from metadata
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)


def _refuse_to_serialise(value: object) -> str:
    raise TypeError(
        f"een persoonlijk veld ({type(value).__name__}) gaat alleen verzegeld naar buiten"
    )


Personal: TypeAlias = Annotated[Open[T] | Sealed | Erased, _PersonalField()]
"""A field about a person. mypy makes every reader handle all three states."""


class UnknownFactError(Exception):
    """A type name or schema version this release does not know: an old reader must not guess."""


class Fact(BaseModel):
    """Something that happened in the domain. Subclass with a literal name:

    `class DoelGesteld(Fact, naam="nl.samenplan.doel-gesteld", versie=1)`.

    A subclass of version n brings `upcast_v1_v2` … `upcast_v(n-1)_vn`, pure functions on the
    stored fields; sealed values in them are moved, never opened or changed.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True
    )
    naam: ClassVar[str]
    versie: ClassVar[int]
    personal: ClassVar[frozenset[str]]
    _registry: ClassVar[dict[str, type[Fact]]] = {}

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # every fact must have a naam
        cls, *, naam: str, versie: int = 1
    ) -> None:
        if naam in Fact._registry:
            raise TypeError(f"feitnaam {naam} bestaat al")
        cls.naam, cls.versie = naam, versie
        cls.personal = frozenset(
            name
            for name, info in cls.model_fields.items()
            if any(
                isinstance(mark, _PersonalField) for mark in _marks(info.annotation, info.metadata)
            )
        )
        Fact._registry[naam] = cls

    if not TYPE_CHECKING:

        def __init_subclass__(cls, **kwargs: Any) -> None:
            super().__init_subclass__()

    @staticmethod
    def known() -> Iterable[type[Fact]]:
        """Every registered fact class."""
        return Fact._registry.values()

    @staticmethod
    def build(naam: str, versie: int, fields: dict[str, Any]) -> Fact:
        """Make a fact from stored fields, upcasting them first.

        Raises UnknownFactError for an unknown name or a newer version, pydantic.ValidationError
        for fields that do not fit.
        """
        kind = Fact._registry.get(naam)
        if kind is None or not 1 <= versie <= kind.versie:
            raise UnknownFactError(f"{naam} versie {versie}")
        for step in range(versie, kind.versie):
            fields = getattr(kind, f"upcast_v{step}_v{step + 1}")(fields)
        return kind.model_validate(fields)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A fact with where, when, under which hat and why it was recorded.

    `verantwoording` (who, on which grondslag) is sealed together with the content: "Wgs 8d"
    already says debts.
    """

    gemeente: str
    stream: UUID
    version: int
    fact: Fact
    opgenomen_op: datetime
    hoed: Hoed
    correlation: UUID
    causation: str | None
    verantwoording: Open[Verantwoording] | Sealed | Erased
    stored: bytes | None = field(default=None, compare=False, repr=False)
    """The bytes it was read from: relayed and kept as they are."""

    @property
    def place(self) -> Place:
        return Place(self.gemeente, self.stream, self.version, self.fact.naam, self.fact.versie)

    # The two names that the event store library asks of what it stores.
    @property
    def originator_id(self) -> UUID:
        return self.stream

    @property
    def originator_version(self) -> int:
        return self.version


SHARDS = 96


@lru_cache(maxsize=4096)  # asked several times on the way of every fact
def shard(stream: UUID) -> int:
    """The shard of a stream: part of the published language, fixed for ever."""
    return int.from_bytes(sha256(stream.bytes).digest()[:8], "big") % SHARDS
