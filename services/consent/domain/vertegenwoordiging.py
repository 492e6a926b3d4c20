"""Who decides for whom: four tables that differ, custody, and adults who cannot decide.

(a) Agreement with youth help (Jeugdwet 7.3.4, 7.3.5); (b) permission to disclose from a file (Wmo
2015 5.3.3, Jeugdwet 7.3.11 and 7.3.15, BW 7:465): from 12 the youth alone; (c) consent in the sense
of the AVG (UAVG 5 lid 1), which the youth may withdraw too from 12 (lid 3); (d) rights of the AVG
(UAVG 5 lid 4). Of an incapable adult only the first kind of representative that exists may speak.
Custody that is not established stops every conclusion: a person must sort it out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from events.waarden import Akkoord, Vertegenwoordiging
from events.waarden import Vertegenwoordiger as Namens
from services.consent.domain.feiten import Feiten, geldig
from services.consent.domain.gezag import (
    GEZAG_ZIN,
    gezaghouders,
    leeftijd_ten_minste,
    leeftijd_van,
    onbepaald,
    wilsonbekwaam,
)
from services.consent.domain.uitkomst import Code


class Handeling(StrEnum):
    """What is decided; each has a table of its own."""

    HULP = "hulp"
    VERSTREKKEN = "verstrekken"
    TOESTEMMING = "toestemming"
    INTREKKEN = "intrekken"
    RECHTEN = "rechten"


class Beslist(StrEnum):
    """Who decides in an age band."""

    ZELF = "zelf"
    GEZAG_SAMEN = "gezag-samen"
    """Everybody with custody, each with a record of her own."""
    GEZAG_EEN = "gezag-een"
    """One of those with custody is enough."""
    ZELF_EN_GEZAG = "zelf-en-gezag"
    """The youth, and everybody with custody."""
    ZELF_OF_GEZAG = "zelf-of-gezag"
    """The youth and each of those with custody, each alone."""


@dataclass(frozen=True, slots=True)
class Band:
    """Below this age (None: no upper end) these decide, by this article."""

    tot: int | None
    wie: Beslist
    artikel: str


TABELLEN: dict[Handeling, tuple[Band, ...]] = {
    Handeling.HULP: (
        Band(12, Beslist.GEZAG_SAMEN, "Jeugdwet artikel 7.3.15 lid 1"),
        Band(16, Beslist.ZELF_EN_GEZAG, "Jeugdwet artikel 7.3.4 lid 2"),
        Band(None, Beslist.ZELF, "Jeugdwet artikel 7.3.5 lid 1"),
    ),
    Handeling.VERSTREKKEN: (
        Band(12, Beslist.GEZAG_SAMEN, "Jeugdwet artikel 7.3.15 lid 1"),
        Band(None, Beslist.ZELF, "Jeugdwet artikel 7.3.11 lid 1"),
    ),
    Handeling.TOESTEMMING: (
        Band(16, Beslist.GEZAG_EEN, "UAVG artikel 5 lid 1"),
        Band(None, Beslist.ZELF, "AVG artikel 7 lid 1"),
    ),
    Handeling.INTREKKEN: (
        Band(12, Beslist.GEZAG_EEN, "UAVG artikel 5 lid 3 onder a"),
        Band(16, Beslist.ZELF_OF_GEZAG, "UAVG artikel 5 lid 3 onder b"),
        Band(None, Beslist.ZELF, "AVG artikel 7 lid 3"),
    ),
    Handeling.RECHTEN: (
        Band(12, Beslist.GEZAG_EEN, "UAVG artikel 5 lid 4 onder a"),
        Band(16, Beslist.ZELF_OF_GEZAG, "UAVG artikel 5 lid 4 onder b"),
        Band(None, Beslist.ZELF, "AVG artikel 15 lid 1"),
    ),
}
VOLGORDE: tuple[frozenset[Vertegenwoordiging], ...] = (
    frozenset({Vertegenwoordiging.CURATOR, Vertegenwoordiging.MENTOR}),
    frozenset({Vertegenwoordiging.GEMACHTIGDE}),
    frozenset({Vertegenwoordiging.PARTNER}),
    frozenset({Vertegenwoordiging.FAMILIE}),
)
"""Jeugdwet 7.3.15 lid 2 and 3, BW 7:465 lid 2 and 3: only the first kind that exists may speak."""
WETTELIJK = VOLGORDE[0]
"""Who represents by law; for the AVG nobody else does (UAVG 5 lid 2, 3 c and 4 c)."""
_ALLEEN_WETTELIJK = frozenset({Handeling.TOESTEMMING, Handeling.INTREKKEN, Handeling.RECHTEN})
_ZINNEN: dict[Code, str] = {
    Code.GEZAG_ONBEPAALD: GEZAG_ZIN,
    Code.LEEFTIJD_ONBEKEND: "De geboortedatum is niet bekend. Leg die eerst vast.",
    Code.WILSONBEKWAAM: (
        "Deze persoon kan hierover niet zelf beslissen, en er is niemand vastgelegd die dat namens "
        "deze persoon mag."
    ),
}


@dataclass(frozen=True, slots=True)
class Beslissers:
    """Who decides: all of `samen`, or any one of `een_van`; nobody when `code` says why not."""

    artikel: str
    samen: tuple[UUID, ...] = ()
    een_van: tuple[UUID, ...] = ()
    code: Code = Code.MAG
    zin: str = ""

    def telt(self, wie: UUID) -> bool:
        """Whether the word of this person counts."""
        return wie in self.samen or wie in self.een_van


def wie_beslist(handeling: Handeling, persoon: UUID, feiten: Feiten) -> Beslissers:
    """Who decides this for a person, today."""
    jaren = leeftijd_van(persoon, feiten)
    if jaren is None:
        return _niemand(Code.LEEFTIJD_ONBEKEND, TABELLEN[handeling][-1].artikel)
    if jaren >= 18 and wilsonbekwaam(persoon, feiten):
        return _voor_volwassene(handeling, persoon, feiten)
    band = next(b for b in TABELLEN[handeling] if b.tot is None or jaren < b.tot)
    wie = band.wie
    if 12 <= jaren < 18 and wilsonbekwaam(persoon, feiten):
        # As for a child below 12; withdrawing stays open to whoever is 12 (UAVG 5 lid 3 b).
        intrekken = handeling is Handeling.INTREKKEN
        wie = Beslist.ZELF_OF_GEZAG if intrekken else TABELLEN[handeling][0].wie
    return _in_band(wie, band.artikel, persoon, feiten)


def _in_band(wie: Beslist, artikel: str, persoon: UUID, feiten: Feiten) -> Beslissers:
    if wie is Beslist.ZELF:
        return Beslissers(artikel, samen=(persoon,))
    houders = tuple(gezaghouders(persoon, feiten))
    if wie is Beslist.ZELF_OF_GEZAG:
        return Beslissers(artikel, een_van=(persoon, *houders))
    gezag = feiten.gezag.get(persoon)
    if not houders or gezag is None:
        return _niemand(Code.GEZAG_ONBEPAALD, artikel)
    if wie is Beslist.GEZAG_EEN:
        return Beslissers(artikel, een_van=houders)
    if onbepaald(gezag):  # all must agree, and not all are known
        return _niemand(Code.GEZAG_ONBEPAALD, artikel)
    zelf = (persoon,) if wie is Beslist.ZELF_EN_GEZAG else ()
    return Beslissers(artikel, samen=(*zelf, *houders))


def _voor_volwassene(handeling: Handeling, persoon: UUID, feiten: Feiten) -> Beslissers:
    """Jeugdwet 7.3.15 lid 2 and 3; for the AVG only who represents by law, and withdrawing a
    consent stays open to the person herself (UAVG 5 lid 3 b)."""
    wettelijk = handeling in _ALLEEN_WETTELIJK
    namens = vertegenwoordigers(persoon, feiten, alleen_wettelijk=wettelijk)
    artikel = "UAVG artikel 5 lid 2" if wettelijk else "Jeugdwet artikel 7.3.15 lid 3"
    zelf = (persoon,) if handeling is Handeling.INTREKKEN else ()
    if not namens and not zelf:
        return _niemand(Code.WILSONBEKWAAM, artikel)
    return Beslissers(artikel, een_van=(*zelf, *namens))


def _niemand(code: Code, artikel: str) -> Beslissers:
    return Beslissers(artikel, code=code, zin=_ZINNEN[code])


def vertegenwoordigers(
    persoon: UUID, feiten: Feiten, *, alleen_wettelijk: bool = False
) -> tuple[UUID, ...]:
    """Who speaks for an incapable adult: of the kinds in the law's order, the first there is."""
    for soort in VOLGORDE[:1] if alleen_wettelijk else VOLGORDE:
        gevonden = tuple(
            namens.persoon
            for _, namens in feiten.over(persoon, Namens)
            if namens.als in soort and geldig(namens.van, namens.tot, feiten)
        )
        if gevonden:
            return gevonden
    return ()


def spreekt_namens(wie: UUID, persoon: UUID, feiten: Feiten, *, alleen_wettelijk: bool) -> bool:
    """Whether somebody represents an incapable adult, who is never herself."""
    return (
        wie != persoon
        and leeftijd_ten_minste(18, persoon, feiten) is None
        and wilsonbekwaam(persoon, feiten)
        and wie in vertegenwoordigers(persoon, feiten, alleen_wettelijk=alleen_wettelijk)
    )


def getekend(persoon: UUID, gevers: Collection[UUID], feiten: Feiten) -> Code | None:
    """None when these together may open a file about somebody, or why not.

    Of a child below 12 all who have custody ("de ouders", Jeugdwet 7.3.15 lid 1). What parents
    signed still counts when she is older, until she confirms it or not: but never the word of one
    of two.
    """
    beslissers = wie_beslist(Handeling.VERSTREKKEN, persoon, feiten)
    if beslissers.code is Code.GEZAG_ONBEPAALD:
        return beslissers.code
    samen: Collection[UUID] = beslissers.samen
    if not samen or persoon in samen:
        gezag = feiten.gezag.get(persoon)
        houders = () if gezag is None else gezag.houders
        samen = () if persoon in gevers or not set(houders) & set(gevers) else houders
    return None if gevers and set(samen) <= set(gevers) else Code.GEHEIMHOUDING


def ontbrekende_akkoorden(persoon: UUID, hulp: str, feiten: Feiten) -> tuple[UUID, ...]:
    """Who has not yet agreed with this help; each gives a record of her own.

    A youth of 12 to 15 suffices herself where the professional wrote down why (Jeugdwet 7.3.4 lid
    2). Of those of whom one is enough, all are named until one agreed.
    """
    beslissers = wie_beslist(Handeling.HULP, persoon, feiten)
    akkoorden = [a for _, a in feiten.over(persoon, Akkoord) if a.hulp == hulp]
    gaven = {akkoord.gegeven_door for akkoord in akkoorden}
    if beslissers.een_van:
        return () if gaven.intersection(beslissers.een_van) else beslissers.een_van
    zelf = any(
        akkoord.gegeven_door == persoon and akkoord.zonder_gezag is not None
        for akkoord in akkoorden
    )
    nodig = (persoon,) if zelf and persoon in beslissers.samen else beslissers.samen
    return tuple(wie for wie in nodig if wie not in gaven)
