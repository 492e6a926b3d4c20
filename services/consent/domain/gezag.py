"""Ages, custody over a child, and who was judged not able to decide.

Custody that is not established stops every conclusion: a person must sort it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.waarden import Gezag, Gezagsuitkomst, Wilsonbekwaamheid
from services.consent.domain.feiten import Feiten, geldig
from services.consent.domain.uitkomst import Code

GEZAG_ZIN = (
    "Het gezag over dit kind staat niet vast. Een medewerker zoekt dat eerst uit; tot die tijd "
    "beslist niemand namens dit kind."
)
_HOUDERS: dict[Gezagsuitkomst, int] = {
    Gezagsuitkomst.GEZAMENLIJK_OUDERLIJK: 2,
    Gezagsuitkomst.GEZAMENLIJK: 2,
    Gezagsuitkomst.EENHOOFDIG: 1,
    Gezagsuitkomst.VOOGDIJ: 1,
}
"""How many holders an outcome has at least; an outcome that is not here establishes nothing."""


@dataclass(frozen=True, slots=True)
class GezagOnbepaald:
    """A child of whom it is not known who decides for her: a person must resolve it."""

    kind: UUID
    uitkomst: Gezagsuitkomst
    code: Code = Code.GEZAG_ONBEPAALD
    zin: str = GEZAG_ZIN


def gezaghouders(kind: UUID, feiten: Feiten) -> Collection[UUID]:
    """Who has custody of this child: nobody from 18 on (BW 1:245 lid 1), nor while custody rests or
    cannot be established."""
    gezag = feiten.gezag.get(kind)
    if (
        gezag is None
        or gezag.uitkomst not in _HOUDERS
        or leeftijd_ten_minste(18, kind, feiten) is not Code.TE_JONG
    ):
        return ()
    return gezag.houders


def onbepaald(gezag: Gezag) -> bool:
    """Whether an outcome leaves open who decides: it says so, or fewer are known than it needs."""
    return len(set(gezag.houders)) < _HOUDERS.get(gezag.uitkomst, 99)


def gezag_onbepaald(feiten: Feiten) -> tuple[GezagOnbepaald, ...]:
    """The minors of this household of whom custody was asked and not established."""
    return tuple(
        GezagOnbepaald(kind, gezag.uitkomst)
        for kind, gezag in sorted(feiten.gezag.items())
        if kind in feiten.leden
        and onbepaald(gezag)
        and leeftijd_ten_minste(18, kind, feiten) is not None
    )


def vertegenwoordigt(wie: UUID, kind: UUID, feiten: Feiten, tot: int = 16) -> bool:
    """Whether somebody may act for a child because of custody: below an age (UAVG 5 lid 1), or
    below 18 when the child was judged incapable (Wmo 2015 5.3.2 lid 3, Jeugdwet 7.3.15 lid 2)."""
    return wie in gezaghouders(kind, feiten) and (
        leeftijd_ten_minste(tot, kind, feiten) is Code.TE_JONG or wilsonbekwaam(kind, feiten)
    )


def kinderen_van(wie: UUID, feiten: Feiten) -> Iterator[UUID]:
    """The children somebody has custody of."""
    return (kind for kind in feiten.gezag if wie in gezaghouders(kind, feiten))


def leeftijd(geboren: date, op: date) -> int:
    """Age in whole years; the day of the birthday counts."""
    return op.year - geboren.year - ((op.month, op.day) < (geboren.month, geboren.day))


def leeftijd_van(persoon: UUID, feiten: Feiten) -> int | None:
    """Age today, None when the birth date is not known."""
    geboren = feiten.geboortedata.get(persoon)
    return None if geboren is None else leeftijd(geboren, feiten.vandaag)


def leeftijd_ten_minste(grens: int, persoon: UUID, feiten: Feiten) -> Code | None:
    """None for somebody of at least this age, or why not."""
    jaren = leeftijd_van(persoon, feiten)
    if jaren is None:
        return Code.LEEFTIJD_ONBEKEND
    return None if jaren >= grens else Code.TE_JONG


def wilsonbekwaam(persoon: UUID, feiten: Feiten) -> bool:
    """Whether somebody was judged, and is still held, not able to weigh her interests."""
    return any(
        geldig(oordeel.van, oordeel.tot, feiten)
        for _, oordeel in feiten.over(persoon, Wilsonbekwaamheid)
    )
