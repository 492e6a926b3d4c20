"""What would be seen, by whom, and what would change it: questions around the one decision. Pure.

Everything here asks `mag` and nothing else, so a simulation cannot disagree with a decision. No
question is about data that exist: it is about a kind of data (an `Onderdeel`), so an answer never
tells whether there is any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from events.begrippen import Herkomst, Leefgebied, Onderwerp, Rubriek, herkomsten
from events.waarden import Doel
from services.consent.domain import (
    Besluit,
    Feiten,
    Vraag,
    Vrager,
    mag,
)
from services.consent.regels import Regel, Regelset


@dataclass(frozen=True, slots=True)
class Onderdeel:
    """A kind of data, there or not: about whom, from which herkomst, about what."""

    betrokkenen: tuple[UUID, ...]
    herkomst: Herkomst
    onderwerp: Onderwerp


@dataclass(frozen=True, slots=True)
class Verschil:
    """One question that two rule sets, or two sets of facts, answer differently."""

    vrager: Vrager
    onderdeel: Onderdeel
    eerst: Besluit
    dan: Besluit


def deelbaar() -> Iterator[tuple[Herkomst, Onderwerp]]:
    """Every kind of data that rules may speak of; what is kept to decide or to account is not."""
    for herkomst in herkomsten().values():
        if herkomst.regime not in ("intern", "delen"):
            for onderwerp in (*Leefgebied, *Rubriek):
                if onderwerp is not Rubriek.DELEN:
                    yield herkomst, onderwerp


def onderdelen(persoon: UUID) -> list[Onderdeel]:
    """All kinds of data about one person."""
    return [Onderdeel((persoon,), herkomst, over) for herkomst, over in deelbaar()]


def beslis(
    vrager: Vrager, onderdeel: Onderdeel, feiten: Feiten, regels: Regelset, doel: Doel | None = None
) -> Besluit:
    """The decision that a real question would get."""
    vraag = Vraag(vrager, doel, onderdeel.betrokkenen, onderdeel.herkomst, onderdeel.onderwerp)
    return mag(vraag, feiten, regels)


def op(feiten: Feiten, dag: date) -> Feiten:
    """The same facts on another day: ages, mandates and end dates as they are then."""
    return replace(feiten, vandaag=dag)


def zonder_vastleggingen(feiten: Feiten) -> Feiten:
    """What may be told of another's access without telling what people recorded.

    Consents, waivers, objections, measures and emergencies are themselves data about people, and
    who stands in for whom is known to few: who may not see them gets the answer of the rules alone.
    """
    return replace(feiten, vastleggingen=(), noodtoegang={}, vervangers={})


def wie_ziet(
    onderdeel: Onderdeel, vragers: Iterable[Vrager], feiten: Feiten, regels: Regelset
) -> list[tuple[Vrager, Besluit]]:
    """Of these people, what each would be told of this."""
    return [(vrager, beslis(vrager, onderdeel, feiten, regels)) for vrager in vragers]


def opent(
    delen: Iterable[Onderdeel], vragers: Sequence[Vrager], feiten: Feiten, erbij: Feiten,
    regels: Regelset,
) -> list[Verschil]:  # fmt: skip
    """What would be answered otherwise with other facts, such as one consent more."""
    return list(_verschillen(delen, vragers, (feiten, regels), (erbij, regels)))


def regelwijziging(
    delen: Iterable[Onderdeel], vragers: Sequence[Vrager], feiten: Feiten, oud: Regelset,
    nieuw: Regelset,
) -> list[Verschil]:  # fmt: skip
    """What a change of the rules means for a household: every question answered otherwise."""
    return list(_verschillen(delen, vragers, (feiten, oud), (feiten, nieuw)))


def _verschillen(
    delen: Iterable[Onderdeel], vragers: Sequence[Vrager], eerst: tuple[Feiten, Regelset],
    dan: tuple[Feiten, Regelset],
) -> Iterator[Verschil]:  # fmt: skip
    for onderdeel in delen:
        for vrager in vragers:
            was, wordt = (beslis(vrager, onderdeel, *stand) for stand in (eerst, dan))
            if (was.uitkomst, was.regel, was.artikel) != (
                wordt.uitkomst,
                wordt.regel,
                wordt.artikel,
            ):
                yield Verschil(vrager, onderdeel, was, wordt)


@dataclass(frozen=True, slots=True)
class Regelverschil:
    """What differs between two rule sets, rule by rule."""

    erbij: tuple[Regel, ...]
    weg: tuple[Regel, ...]
    anders: tuple[tuple[Regel, Regel, tuple[str, ...]], ...]
    """Before, after, and the names of what changed."""


def regelverschil(oud: Regelset, nieuw: Regelset) -> Regelverschil:
    """The rules that came, went, or say something else."""
    was = {regel.id: regel for regel in oud.regels}
    wordt = {regel.id: regel for regel in nieuw.regels}
    anders = []
    for nummer in was.keys() & wordt.keys():
        velden = tuple(
            naam
            for naam in type(wordt[nummer]).model_fields
            if getattr(was[nummer], naam) != getattr(wordt[nummer], naam)
        )
        if velden:
            anders.append((was[nummer], wordt[nummer], velden))
    return Regelverschil(
        tuple(regel for regel in nieuw.regels if regel.id not in was),
        tuple(regel for regel in oud.regels if regel.id not in wordt),
        tuple(sorted(anders, key=lambda drie: drie[0].id)),
    )
