"""What stands out in looking: a question to ask, never a judgement or a figure about anybody. Pure.

Rules kept here: each outcome is the lines behind it and nothing besides; no ranking, no totals per
professional; what is compared is looks with work in the case, with her own other days, and with
surnames as keyed hashes. Where somebody lives is not processed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from uuid import UUID

STIL = timedelta(days=90)
"""So long nothing was recorded about a household before somebody looked at it."""
DAARNA = timedelta(days=7)
"""Work that follows a look explains it too."""
VEEL, KEER = 10, 3
"""More households on one day than this, and more than so many times her usual day."""


class Afwijkingsoort(StrEnum):
    ZONDER_WERK = "zonder-werk"
    ONGEWOON_VEEL = "ongewoon-veel"
    ZELFDE_NAAM = "zelfde-naam"


@dataclass(frozen=True, slots=True)
class Kijk:
    """A look of a professional that opened something, from the log."""

    nr: int
    op: datetime
    dag: date
    wie: UUID
    naam: str
    huishouden: UUID


@dataclass(frozen=True, slots=True)
class Afwijking:
    """Something to ask about, with the looks behind it."""

    soort: Afwijkingsoort
    kijken: tuple[Kijk, ...]


def zonder_werk(kijken: Iterable[Kijk], werk: Mapping[UUID, Sequence[datetime]]) -> list[Afwijking]:
    """Looks at a household in which nothing was recorded for long; `werk`: when something was."""
    groepen: dict[tuple[UUID, UUID], list[Kijk]] = defaultdict(list)
    for kijk in kijken:
        if not any(
            kijk.op - STIL <= moment <= kijk.op + DAARNA for moment in werk.get(kijk.huishouden, ())
        ):
            groepen[kijk.wie, kijk.huishouden].append(kijk)
    return [Afwijking(Afwijkingsoort.ZONDER_WERK, tuple(groep)) for groep in groepen.values()]


def ongewoon_veel(kijken: Iterable[Kijk]) -> list[Afwijking]:
    """Days on which somebody opened many more households than on her other days."""
    dagen: dict[UUID, dict[date, list[Kijk]]] = defaultdict(lambda: defaultdict(list))
    for kijk in kijken:
        dagen[kijk.wie][kijk.dag].append(kijk)
    gevonden = []
    for van_haar in dagen.values():
        aantallen = {dag: len({k.huishouden for k in groep}) for dag, groep in van_haar.items()}
        for dag, groep in van_haar.items():
            anders = [aantal for ander, aantal in aantallen.items() if ander != dag]
            gewoon = median(anders) if anders else 0
            if aantallen[dag] > max(VEEL, KEER * gewoon):
                gevonden.append(Afwijking(Afwijkingsoort.ONGEWOON_VEEL, tuple(groep)))
    return gevonden


def zelfde_naam(
    kijken: Iterable[Kijk], namen: Mapping[UUID, Collection[str]], spoor: Callable[[str], str]
) -> list[Afwijking]:
    """Looks at a household with a member of the reader's surname; `namen`: hashes per household."""
    groepen: dict[tuple[UUID, UUID], list[Kijk]] = defaultdict(list)
    for kijk in kijken:
        eigen = {spoor(naam) for naam in achternamen(kijk.naam)}
        if not eigen.isdisjoint(namen.get(kijk.huishouden, ())):
            groepen[kijk.wie, kijk.huishouden].append(kijk)
    return [Afwijking(Afwijkingsoort.ZELFDE_NAAM, tuple(groep)) for groep in groepen.values()]


def achternamen(naam: str) -> frozenset[str]:
    """The surnames in a full name, without prefixes: of a double name each of both."""
    woorden = naam.split()[1:]
    namen = [woord for woord in woorden[:-1] if "-" in woord] + woorden[-1:]
    delen = [deel for woord in namen for deel in re.split(r"[-'’]", woord)]
    groot = [deel for deel in delen if deel[:1].isupper()] or delen
    plat = (unicodedata.normalize("NFKD", deel).encode("ascii", "ignore") for deel in groot)
    return frozenset(deel.decode().lower() for deel in plat if len(deel) > 1)
