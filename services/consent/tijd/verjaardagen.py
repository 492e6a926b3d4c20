"""Birthdays at 12, 16 and 18, and custody that nobody can tell: what then waits for whom. Pure.

Rules kept here: what the law ends by age ends by itself, because every decision computes age
itself; what another signed for a youth is never cut without notice: it has to be confirmed within a
term that begins at the notice, and after that a person decides; what is due is computed from what
is so today, so a day on which nothing ran is caught up, once (ADR 23).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from events.waarden import Akkoord, Instemming, Opheffing
from services.consent.domain import Feiten, wilsonbekwaam

Getekend = Instemming | Opheffing | Akkoord
"""What another may have signed for a youth."""


class Termijnen(BaseModel):
    """The terms of `verjaardagen.json`, in days, and the ages from which somebody signs herself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mijlpalen: tuple[int, ...]
    vooraf: Mapping[int, Literal["verjaardag", "verjaardag-bijna"]]
    bevestigen_binnen: int
    beslissen_binnen: int
    zelf_vanaf: Mapping[Literal["toestemming", "opheffing", "akkoord"], int]

    def zelf(self, inhoud: Getekend) -> int:
        match inhoud:
            case Instemming():
                return self.zelf_vanaf["toestemming"]
            case Opheffing():
                return self.zelf_vanaf["opheffing"]
            case Akkoord():
                return self.zelf_vanaf["akkoord"]


@cache
def termijnen() -> Termijnen:
    """The terms of this release."""
    text = resources.files("services.consent.tijd").joinpath("verjaardagen.json").read_bytes()
    return Termijnen.model_validate_json(text)


@dataclass(frozen=True, slots=True)
class Voornemen:
    """A task that should wait now."""

    soort: str
    over: UUID
    uiterlijk: date | None
    medewerker: UUID | None = None
    """For whom; the regisseur when None."""
    bij: UUID | None = None


@dataclass(frozen=True, slots=True)
class Namens:
    """A record that somebody else signed: for whom, by whom, for which receiver, and when."""

    record: UUID
    persoon: UUID
    inhoud: Getekend
    op: date


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a record is with being confirmed after a birthday: until when it can be."""

    mijlpaal: int
    uiterlijk: date | None
    """None once it was confirmed."""


def verjaardag(geboren: date, jaren: int) -> date:
    """The day somebody reaches an age; born on 29 February: 1 March in most years."""
    try:
        return geboren.replace(year=geboren.year + jaren)
    except ValueError:
        return date(geboren.year + jaren, 3, 1)


def aankondigingen(feiten: Feiten, termijnen: Termijnen) -> Iterator[Voornemen]:
    """What should wait because a birthday comes; the nearest announcement stands for the others."""
    for persoon in feiten.leden:
        geboren = feiten.geboortedata.get(persoon)
        if geboren is None:
            continue
        for jaren in termijnen.mijlpalen:
            dag = verjaardag(geboren, jaren)
            te_gaan = (dag - feiten.vandaag).days
            binnen = [n for n in termijnen.vooraf if 0 < te_gaan <= n]
            if binnen:
                naam = termijnen.vooraf[min(binnen)]
                achter = naam.removeprefix("verjaardag")
                yield Voornemen(f"verjaardag-{jaren}{achter}", persoon, dag)


def mijlpaal(namens: Namens, feiten: Feiten, termijnen: Termijnen) -> int | None:
    """The last birthday since a record was signed by another from which she signs herself.

    None when there was none, or when she cannot decide for herself (then who represents her goes
    on, until custody ends at 18: BW 1:245 lid 1).
    """
    geboren = feiten.geboortedata.get(namens.persoon)
    if geboren is None or namens.inhoud.gegeven_door == namens.persoon:
        return None
    bereikt = [
        jaren
        for jaren in termijnen.mijlpalen
        if jaren >= termijnen.zelf(namens.inhoud)
        and namens.op < verjaardag(geboren, jaren) <= feiten.vandaag
        and (jaren >= 18 or not wilsonbekwaam(namens.persoon, feiten))
    ]
    return max(bereikt, default=None)


def te_vragen(
    namens: Collection[Namens], stand: Mapping[UUID, Stand], feiten: Feiten, termijnen: Termijnen
) -> Iterator[tuple[Namens, Stand]]:
    """Records of which a confirmation has to be asked now, once, and the term that begins today."""
    uiterlijk = feiten.vandaag + timedelta(days=termijnen.bevestigen_binnen)
    for een in namens:
        jaren = mijlpaal(een, feiten, termijnen)
        if jaren is not None and een.record not in stand:
            yield een, Stand(jaren, uiterlijk)


def bevestigingen(
    namens: Collection[Namens], stand: Mapping[UUID, Stand], feiten: Feiten, termijnen: Termijnen
) -> Iterator[Voornemen]:
    """What should wait because a confirmation was asked: to ask it, or, too late, to decide."""
    for een in namens:
        gevraagd = stand.get(een.record)
        if gevraagd is None or gevraagd.uiterlijk is None:
            continue
        uiterlijk, soort = gevraagd.uiterlijk, "te-bevestigen"
        if feiten.vandaag > uiterlijk:
            soort = "niet-bevestigd"
            uiterlijk += timedelta(days=termijnen.beslissen_binnen)
        yield Voornemen(soort, een.persoon, uiterlijk, _ontvanger(een.inhoud, feiten), een.record)


def _ontvanger(inhoud: Getekend, feiten: Feiten) -> UUID | None:
    """The professional who works with it, if she still has a task here: who else need not know."""
    if isinstance(inhoud, Akkoord):
        return None
    wie = inhoud.ontvanger.medewerker
    return wie if wie in feiten.deelnemers else None
