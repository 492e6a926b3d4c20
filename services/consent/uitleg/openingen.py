"""The least that opens it: the smallest sets of records after which the answer would be yes. Pure.

Every set is tried on `mag` itself, so what is promised here is what will be decided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from uuid import UUID, uuid5

from events.waarden import Bezwaar, Doel, Grond, Instemming, Ontvanger, Opheffing
from infra.decider import RegelFout
from services.consent.domain import (
    Besluit,
    Feiten,
    Handeling,
    Vastlegging,
    Vraag,
    controleer_instemming,
    controleer_opheffing,
    hoedanigheden,
    mag,
    vertegenwoordigt,
    wie_beslist,
)
from services.consent.regels import Eis, Regelset, Wie

_ALS = UUID("3c0b6f0e-5a52-4b58-8a7e-6f2f4c1d9b10")


class Stapsoort(StrEnum):
    """What people can record, or take back, that may open something.

    What only a court, a holder of secrecy or the safety house can bring about is no step here.
    """

    GROND = "grond"
    TOESTEMMING = "toestemming"
    VERKLARING = "verklaring"
    """A toestemming in writing, where the law asks for that (Participatiewet 65 lid 2 onder b)."""
    OPHEFFING = "opheffing"
    BEZWAAR_WEG = "bezwaar-weg"
    """The person takes her objection back, or the college weighs it and lets the use go on."""


@dataclass(frozen=True, slots=True)
class Stap:
    """One record about one person; `door` is who can make it, nobody when nobody can now."""

    soort: Stapsoort
    persoon: UUID
    doel: Doel
    door: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A smallest set of steps, and the decision that would follow from it."""

    stappen: tuple[Stap, ...]
    besluit: Besluit


def minste(vraag: Vraag, feiten: Feiten, regels: Regelset) -> tuple[Opening, ...]:
    """The smallest sets of records that open this; nothing when it is open, or when none does.

    Rules ask the same of every person concerned, so it is enough to try each combination of kinds
    for everybody and then leave out each record that proves not to be needed. So many kinds make
    at least so many records: more kinds than the least so far need not be tried.
    """
    if mag(vraag, feiten, regels).open:
        return ()
    gevonden: dict[frozenset[Stap], Opening] = {}
    kleinste = len(Stapsoort) * len(vraag.betrokkenen)
    for wie, doel in hoedanigheden(vraag.vrager, vraag.doel, feiten):
        gericht = replace(vraag, doel=doel)
        zinvol = _zinvol(wie, gericht, feiten, regels)
        for aantal in range(1, len(zinvol) + 1):
            if aantal > kleinste:
                break
            for soorten in combinations(zinvol, aantal):
                if (opening := _krimp(soorten, gericht, feiten, regels)) is not None:
                    gevonden.setdefault(frozenset(opening.stappen), opening)
                    kleinste = min(kleinste, len(opening.stappen))
    return tuple(
        replace(opening, stappen=tuple(_door(stap, vraag, feiten) for stap in opening.stappen))
        for stappen, opening in gevonden.items()
        if len(stappen) == kleinste and not _onnodig_schriftelijk(stappen, gevonden)
    )


_BIJ_EIS = {
    Eis.NOODZAAK: Stapsoort.GROND, Eis.TOESTEMMING: Stapsoort.TOESTEMMING,
    Eis.VERKLARING: Stapsoort.VERKLARING, Eis.OPHEFFING: Stapsoort.OPHEFFING,
}  # fmt: skip


def _zinvol(wie: Wie, vraag: Vraag, feiten: Feiten, regels: Regelset) -> list[Stapsoort]:
    """The kinds of records that any rule asks here, or that stand in the way."""
    assert vraag.doel is not None
    gevraagd = {
        _BIJ_EIS[eis]
        for regel in regels.voor(wie, vraag.doel, vraag.herkomst.regime, vraag.onderwerp)
        for eis in regel.eist
        if eis in _BIJ_EIS
    }
    if wie is not Wie.LID and any(  # who lives with her is not told that she objected
        isinstance(record.inhoud, Bezwaar) and record.persoon in vraag.betrokkenen
        for record in feiten.vastleggingen
    ):
        gevraagd.add(Stapsoort.BEZWAAR_WEG)
    return [soort for soort in Stapsoort if soort in gevraagd]


def _onnodig_schriftelijk(
    stappen: frozenset[Stap], gevonden: Mapping[frozenset[Stap], Opening]
) -> bool:
    """Whether consent in any form would do as well."""
    los = frozenset(
        replace(stap, soort=Stapsoort.TOESTEMMING) if stap.soort is Stapsoort.VERKLARING else stap
        for stap in stappen
    )
    return los != stappen and los in gevonden


def _krimp(
    soorten: Sequence[Stapsoort], vraag: Vraag, feiten: Feiten, regels: Regelset
) -> Opening | None:
    """These kinds of records for everybody, less what is not needed; None when it stays closed."""
    assert vraag.doel is not None
    stappen = [
        Stap(soort, persoon, vraag.doel) for soort in soorten for persoon in vraag.betrokkenen
    ]
    if not mag(vraag, na(stappen, vraag, feiten), regels).open:
        return None
    for stap in tuple(stappen):
        zonder = [other for other in stappen if other is not stap]
        if mag(vraag, na(zonder, vraag, feiten), regels).open:
            stappen = zonder
    return Opening(tuple(stappen), mag(vraag, na(stappen, vraag, feiten), regels))


def na(stappen: Collection[Stap], vraag: Vraag, feiten: Feiten) -> Feiten:
    """The facts as they are after these steps."""
    weg = {stap.persoon for stap in stappen if stap.soort is Stapsoort.BEZWAAR_WEG}
    blijft = [
        record
        for record in feiten.vastleggingen
        if not (isinstance(record.inhoud, Bezwaar) and record.persoon in weg)
    ]
    erbij = [
        Vastlegging(
            uuid5(_ALS, f"{stap.soort}|{stap.persoon}|{door}|{vraag.onderwerp}"), stap.persoon,
            inhoud,
        )
        for stap in stappen
        for door in _gevers(stap, feiten)
        if (inhoud := _inhoud(stap, vraag, door)) is not None
    ]  # fmt: skip
    return replace(feiten, vastleggingen=(*blijft, *erbij))


def _gevers(stap: Stap, feiten: Feiten) -> tuple[UUID, ...]:
    """Who must all sign it: for a child's file everybody with custody, each her own record."""
    if stap.soort is not Stapsoort.OPHEFFING:
        return (stap.persoon,)
    return wie_beslist(Handeling.VERSTREKKEN, stap.persoon, feiten).samen or (stap.persoon,)


def _inhoud(stap: Stap, vraag: Vraag, door: UUID) -> Grond | Instemming | Opheffing | None:
    """The record a step would make, given by somebody; None for the step that takes one back."""
    ontvanger = Ontvanger(medewerker=vraag.vrager.actor.id)
    bereik = {
        "doel": stap.doel, "regimes": (vraag.herkomst.regime,),
        "onderwerpen": (vraag.onderwerp,), "ontvanger": ontvanger,
    }  # fmt: skip
    match stap.soort:
        case Stapsoort.GROND:
            noodzaak = "nog te schrijven"
            return Grond(**bereik, grondslag=vraag.herkomst.grondslag, noodzaak=noodzaak)
        case Stapsoort.TOESTEMMING:
            return Instemming(**bereik, gegeven_door=door, wijze="nog te geven")
        case Stapsoort.VERKLARING:
            return Instemming(**bereik, gegeven_door=door, wijze="schriftelijk")
        case Stapsoort.OPHEFFING:
            return Opheffing(
                herkomst=vraag.herkomst.code, houder="houder", ontvanger=ontvanger,
                gegeven_door=door,
            )  # fmt: skip
        case Stapsoort.BEZWAAR_WEG:
            return None


def _door(stap: Stap, vraag: Vraag, feiten: Feiten) -> Stap:
    """The step with who can make it: the professional a ground; else whoever decides for her."""
    if stap.soort is Stapsoort.GROND:
        return replace(stap, door=(vraag.vrager.actor.id,))
    kandidaten = dict.fromkeys((stap.persoon, *feiten.bekenden))
    wel = (wie for wie in kandidaten if _kan(wie, stap, vraag, feiten))
    return replace(stap, door=tuple(wel))


def _kan(wie: UUID, stap: Stap, vraag: Vraag, feiten: Feiten) -> bool:
    inhoud = _inhoud(stap, vraag, wie)
    if inhoud is None:
        return wie == stap.persoon or vertegenwoordigt(wie, stap.persoon, feiten)
    controle: Callable[..., None] = (
        controleer_opheffing if isinstance(inhoud, Opheffing) else controleer_instemming
    )
    try:
        controle(inhoud, stap.persoon, feiten)
    except RegelFout:
        return False
    return True


def met(feiten: Feiten, stappen: Iterable[tuple[Stap, Vraag]]) -> Feiten:
    """The facts with records that nobody made, each as the answer to a question."""
    for stap, vraag in stappen:
        feiten = na((stap,), vraag, feiten)
    return feiten
