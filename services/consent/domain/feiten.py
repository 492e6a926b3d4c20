"""What a decision knows: who asks what, and the facts. What is not in here does not hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from events.base import Hoed
from events.begrippen import Actor, Herkomst, Onderwerp, Waarde
from events.waarden import (
    Akkoord,
    Bezwaar,
    Doel,
    Doorbreking,
    Gezag,
    Grond,
    Instemming,
    Maatregel,
    Mandaat,
    Ontvanger,
    Opheffing,
    Veiligheidshuiscasus,
    Veiligheidskern,
    Vertegenwoordiger,
    Vervanging,
    Verwijzing,
    Wilsonbekwaamheid,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Vrager:
    """Who asks, and the law under which she works."""

    actor: Actor
    rol: str
    hoed: Hoed
    regime: str
    herkomst: str = ""
    """Code of the herkomst of what she writes: her own file, when that is under secrecy."""

    def werkt_onder(self, herkomst: Herkomst) -> bool:
        """Whether data are of her own task. Secrecy is kept per file: another youth worker or
        doctor in the same plan is not "directly involved" in this one (Jeugdwet 7.3.11 lid 2 a,
        BW 7:457 lid 2)."""
        return self.regime == herkomst.regime and (
            herkomst.geheimhouder is None or self.herkomst == herkomst.code
        )


@dataclass(frozen=True, slots=True)
class Vraag:
    """One part somebody wants to see: whose, from which herkomst, about what, and for what."""

    vrager: Vrager
    doel: Doel | None
    betrokkenen: tuple[UUID, ...]
    herkomst: Herkomst
    onderwerp: Onderwerp


Inhoud = (
    Grond
    | Instemming
    | Opheffing
    | Akkoord
    | Bezwaar
    | Maatregel
    | Wilsonbekwaamheid
    | Vertegenwoordiger
    | Veiligheidshuiscasus
    | Doorbreking
    | Verwijzing
    | Veiligheidskern
)


@dataclass(frozen=True, slots=True)
class Vastlegging:
    """A record about one person that a decision may rest on."""

    id: UUID
    persoon: UUID
    inhoud: Inhoud


@dataclass(frozen=True, slots=True)
class Noodtoegang:
    """An emergency access that is open now: the record of it."""

    id: UUID
    opengesteld: Collection[str] = ()
    """Codes of the herkomsten under secrecy that their holder herself opened for this access."""
    te_laat: Collection[UUID] = ()
    """Safety cores that were recorded when it had begun: not agreed beforehand."""


@dataclass(frozen=True, slots=True)
class Vervanger:
    """Somebody a deelnemer named to do her task with her or in her place; `id` is the record."""

    id: UUID
    vervangt: UUID
    vervanging: Vervanging


@dataclass(frozen=True, slots=True)
class Feiten:
    """All a decision knows. What is not in here does not hold."""

    vandaag: date
    huishouden: UUID
    regisseur: UUID | None = None
    mandaat: Mandaat | None = None
    deelnemers: Mapping[UUID, str] = field(default_factory=dict)
    """Professional in the plan → regime of her task there."""
    leden: Collection[UUID] = ()
    bekenden: Collection[UUID] = ()
    """Everybody who is or was in the household or its network, and the household itself: a
    relation to one household opens nothing about people of another."""
    vertrokken: Collection[UUID] = ()
    """Of the `bekenden` who is no longer in the household nor in its network: how she lives and is
    reached since is not for this household."""
    gemelden: Collection[UUID] = ()
    """Whom a melding that led to this household was about: known as far as that melding."""
    geboortedata: Mapping[UUID, date] = field(default_factory=dict)
    gezag: Mapping[UUID, Gezag] = field(default_factory=dict)
    vastleggingen: Sequence[Vastlegging] = ()
    """All that was recorded and is not withdrawn: grounds, consents, waivers, agreements with
    help, objections, circumstances, and the safety core agreed beforehand."""
    noodtoegang: Mapping[UUID, Noodtoegang] = field(default_factory=dict)
    """Professional → the emergency access of hers that is open at this moment."""
    vervangers: Mapping[UUID, Sequence[Vervanger]] = field(default_factory=dict)
    """Professional → for whom she may do the task; each of those stands by itself."""
    getekend: Sequence[Vastlegging] = ()
    """What somebody signed for another, as she knows it until she or a professional withdraws it:
    also when he withdrew it himself. Nothing opens by it; it only keeps what he chose his own."""
    _over: dict[tuple[UUID, type], list[tuple[UUID, Any]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """The records by person and kind: a question looks here for every condition of every rule."""

    def __post_init__(self) -> None:
        for record in self.vastleggingen:
            for soort in _soorten(type(record.inhoud)):
                hier = self._over.setdefault((record.persoon, soort), [])
                hier.append((record.id, record.inhoud))

    def over(self, persoon: UUID, soort: type[T]) -> Sequence[tuple[UUID, T]]:
        """The records of one kind about a person, each with its id."""
        return self._over.get((persoon, soort), ())


@cache
def _soorten(soort: type) -> tuple[type, ...]:
    """As which kinds a record counts: an agreement for an emergency is a safety core, too."""
    return tuple(kind for kind in soort.__mro__ if issubclass(kind, Waarde) and kind is not Waarde)


def geldig(van: date | None, tot: date | None, feiten: Feiten) -> bool:
    """Whether a period holds today: its first and its last day count; no date is no limit."""
    return (van is None or van <= feiten.vandaag) and (tot is None or feiten.vandaag <= tot)


def mandaat_geldt(feiten: Feiten) -> bool:
    """Whether the regisseur has a mandate that holds today (Awb 10:3)."""
    mandaat = feiten.mandaat
    return mandaat is not None and geldig(mandaat.van, mandaat.tot, feiten)


def vervangingen(vrager: Vrager, feiten: Feiten) -> list[Vervanger]:
    """For whom she does the task today: named by a deelnemer of her own organisation and regime,
    who still takes part herself (Wmo 2015 5.3.3 lid 3, Jeugdwet 7.3.11 lid 2 onder a)."""
    return [
        een
        for een in feiten.vervangers.get(vrager.actor.id, ())
        if feiten.deelnemers.get(een.vervangt) == vrager.regime
        and een.vervanging.organisatie == vrager.actor.organisatie
        and geldig(een.vervanging.van, een.vervanging.tot, feiten)
    ]


def bestemd(ontvanger: Ontvanger, vrager: Vrager) -> bool:
    """Whether a record is meant for who asks: for her, or for everybody of her organisation."""
    return ontvanger.medewerker == vrager.actor.id or (
        ontvanger.organisatie is not None and ontvanger.organisatie == vrager.actor.organisatie
    )
