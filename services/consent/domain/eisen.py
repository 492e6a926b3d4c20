"""The conditions of a rule, one function each: what must hold for one person concerned.

A function gives the record that meets the condition, None when it holds without one, or the code
that says why it does not. What a condition means in law stands with it; `Eis.tekst` is how a reader
is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from events.waarden import (
    Bezwaar,
    Doel,
    Doorbreking,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Maatregel,
    Maatregelsoort,
    Opheffing,
    Reikwijdte,
    Veiligheidshuiscasus,
    Veiligheidskern,
    Verwijzing,
)
from services.consent.domain.feiten import Feiten, Vraag, bestemd, geldig
from services.consent.domain.uitkomst import Code
from services.consent.domain.vertegenwoordiging import (
    leeftijd_ten_minste,
    spreekt_namens,
    vertegenwoordigt,
    wilsonbekwaam,
)
from services.consent.regels import Eis

T = TypeVar("T")
Bewijs = UUID | Code | None
ZONDER_BEZWAAR = frozenset({Doel.EIGEN_INZAGE, Doel.TOEZICHT, Doel.NOOD, Doel.VEILIG_THUIS})
"""Purposes an objection does not stop by itself: one's own rights, supervision, and the safety of
another (UAVG 41 lid 1 onder i). The college weighs the objection."""


@dataclass(frozen=True, slots=True)
class Geval:
    """One person concerned of a question, for one purpose."""

    persoon: UUID
    doel: Doel
    vraag: Vraag
    feiten: Feiten

    @property
    def wie(self) -> UUID:
        """Who asks."""
        return self.vraag.vrager.actor.id

    def van(self, soort: type[T]) -> Iterator[tuple[UUID, T]]:
        """The records of one kind about this person."""
        for record in self.feiten.vastleggingen:
            if record.persoon == self.persoon and isinstance(record.inhoud, soort):
                yield record.id, record.inhoud


def noodzaak(geval: Geval) -> Bewijs:
    """A legal ground for this very use was recorded, with the necessity in one sentence."""
    return _gedekt(geval, Grond)


def toestemming(geval: Geval) -> Bewijs:
    """The person, or who may do so for her, consented explicitly to this very use."""
    return _gedekt(geval, Instemming)


def verklaring(geval: Geval) -> Bewijs:
    """The person declared in writing to have no objection (Participatiewet 65 lid 2 onder b)."""
    return _gedekt(geval, Instemming, schriftelijk=True)


def opheffing(geval: Geval) -> Bewijs:
    """The person released the holder of this very file from secrecy, towards who asks."""
    for nummer, wil in geval.van(Opheffing):
        if (
            wil.herkomst == geval.vraag.herkomst.code
            and geldig(None, wil.tot, geval.feiten)
            and bestemd(wil.ontvanger, geval.vraag.vrager)
        ):
            return nummer
    return Code.GEHEIMHOUDING


def doorbreking(geval: Geval) -> Bewijs:
    """The holder of this very file decided, and wrote down why, to speak to who asks about this
    without the person's leave: a right or duty by law, or a conflict of duties."""
    for nummer, wil in geval.van(Doorbreking):
        if (
            wil.herkomst == geval.vraag.herkomst.code
            and geval.vraag.onderwerp in wil.onderwerpen
            and geldig(wil.van, wil.tot, geval.feiten)
            and bestemd(wil.ontvanger, geval.vraag.vrager)
        ):
            return nummer
    return Code.GEHEIMHOUDING


def zelf(geval: Geval) -> Bewijs:
    """It is about who asks, who is 12 or older and not incapable (Wmo 5.3.2 lid 2)."""
    if geval.persoon != geval.wie:
        return Code.GEEN_REGEL
    if wilsonbekwaam(geval.persoon, geval.feiten):
        return Code.WILSONBEKWAAM
    return leeftijd_ten_minste(12, geval.persoon, geval.feiten)


def meebetrokken(geval: Geval) -> Bewijs:
    """Who asks is one of those it is about."""
    return None if geval.wie in geval.vraag.betrokkenen else Code.GEEN_REGEL


def twaalf(geval: Geval) -> Bewijs:
    """Who asks is 12 or older."""
    return leeftijd_ten_minste(12, geval.wie, geval.feiten)


def zestien(geval: Geval) -> Bewijs:
    """Who asks is 16 or older."""
    return leeftijd_ten_minste(16, geval.wie, geval.feiten)


def gezag_onder_twaalf(geval: Geval) -> Bewijs:
    """Who asks has custody over a child below 12, or a minor judged incapable."""
    return _gezag(geval, 12)


def gezag_onder_zestien(geval: Geval) -> Bewijs:
    """Who asks has custody over a child below 16, or a minor judged incapable."""
    return _gezag(geval, 16)


def wettelijk_vertegenwoordiger(geval: Geval) -> Bewijs:
    """Who asks is curator or mentor of an adult judged incapable (UAVG 5 lid 4 onder c)."""
    return _namens(geval, alleen_wettelijk=True)


def vertegenwoordiger(geval: Geval) -> Bewijs:
    """Who asks is of the first kind of representative that exists (Jeugdwet 7.3.15 lid 2, 3)."""
    return _namens(geval, alleen_wettelijk=False)


def ondertoezichtstelling(geval: Geval) -> Bewijs:
    """A supervision order about a minor is in force and executed by the organisation of who asks;
    and it is about that minor, or about a parent or guardian with custody of her (Jeugdwet 7.3.11
    lid 4)."""
    for record in geval.feiten.vastleggingen:
        maatregel = record.inhoud
        if (
            isinstance(maatregel, Maatregel)
            and maatregel.soort is Maatregelsoort.ONDERTOEZICHTSTELLING
            and _van_deze_instelling(maatregel, geval)
            and leeftijd_ten_minste(18, record.persoon, geval.feiten) is Code.TE_JONG
        ):
            gezag = geval.feiten.gezag.get(record.persoon)
            ouders = () if gezag is None else gezag.houders
            if geval.persoon == record.persoon or geval.persoon in ouders:
                return record.id
    return Code.GEEN_GROND


def voogdij_onder_twaalf(geval: Geval) -> Bewijs:
    """The organisation of who asks is guardian of this child, who is below 12."""
    return _voogdij(geval, 12)


def voogdij_onder_zestien(geval: Geval) -> Bewijs:
    """The organisation of who asks is guardian of this child, who is below 16."""
    return _voogdij(geval, 16)


def veiligheidshuiscasus(geval: Geval) -> Bewijs:
    """The person is in a case that was admitted by the test of WGS 2.31 and is not closed."""
    for nummer, casus in geval.van(Veiligheidshuiscasus):
        if geldig(casus.van, casus.tot, geval.feiten):
            return nummer
    return Code.GEEN_GROND


def gemeld(geval: Geval) -> Bewijs:
    """A melding by or for this person led to this household (Wmo 2.3.2 lid 1)."""
    return None if geval.persoon in geval.feiten.gemelden else Code.GEEN_GROND


def eigen_verwijzing(geval: Geval) -> Bewijs:
    """Who asks reported this person to the verwijsindex, and the report still stands."""
    for nummer, melding in geval.van(Verwijzing):
        if melding.melder == geval.wie and geldig(melding.van, melding.tot, geval.feiten):
            return nummer
    return Code.GEEN_GROND


def onder_drieentwintig(geval: Geval) -> Bewijs:
    """The person is not yet 23 (Jeugdwet 7.1.4.5 lid 2 onder b)."""
    code = leeftijd_ten_minste(23, geval.persoon, geval.feiten)
    return None if code is Code.TE_JONG else code or Code.GEEN_REGEL


def veiligheidskern(geval: Geval) -> Bewijs:
    """Family and professionals agreed beforehand that this opens in an emergency."""
    for nummer, kern in geval.van(Veiligheidskern):
        if (
            kern.herkomst == geval.vraag.herkomst.code
            and geval.vraag.onderwerp in kern.onderwerpen
            and geldig(None, kern.tot, geval.feiten)
        ):
            return nummer
    return Code.GEHEIMHOUDING


def opengesteld(geval: Geval) -> Bewijs:
    """The holder of this very file opened it for this emergency access."""
    toegang = geval.feiten.noodtoegang.get(geval.wie)
    if toegang is not None and geval.vraag.herkomst.code in toegang.opengesteld:
        return toegang.id
    return Code.GEHEIMHOUDING


def vervanging(geval: Geval) -> Bewijs:
    """A deelnemer of the same organisation and regime named who asks to do her task with her or in
    her place, and still takes part herself (Wmo 5.3.3 lid 3, Jeugdwet 7.3.11 lid 2 onder a)."""
    wie = geval.feiten.vervangers.get(geval.wie)
    if (
        wie is not None
        and geval.feiten.deelnemers.get(wie.vervangt) == geval.vraag.vrager.regime
        and wie.vervanging.organisatie == geval.vraag.vrager.actor.organisatie
        and geldig(wie.vervanging.van, wie.vervanging.tot, geval.feiten)
    ):
        return wie.id
    return Code.GEEN_REGEL


EISEN: dict[Eis, Callable[[Geval], Bewijs]] = {
    Eis.NOODZAAK: noodzaak,
    Eis.TOESTEMMING: toestemming,
    Eis.VERKLARING: verklaring,
    Eis.OPHEFFING: opheffing,
    Eis.DOORBREKING: doorbreking,
    Eis.ZELF: zelf,
    Eis.MEEBETROKKEN: meebetrokken,
    Eis.TWAALF: twaalf,
    Eis.ZESTIEN: zestien,
    Eis.GEZAG_ONDER_TWAALF: gezag_onder_twaalf,
    Eis.GEZAG_ONDER_ZESTIEN: gezag_onder_zestien,
    Eis.WETTELIJK_VERTEGENWOORDIGER: wettelijk_vertegenwoordiger,
    Eis.VERTEGENWOORDIGER: vertegenwoordiger,
    Eis.ONDERTOEZICHTSTELLING: ondertoezichtstelling,
    Eis.VOOGDIJ_ONDER_TWAALF: voogdij_onder_twaalf,
    Eis.VOOGDIJ_ONDER_ZESTIEN: voogdij_onder_zestien,
    Eis.VEILIGHEIDSHUISCASUS: veiligheidshuiscasus,
    Eis.GEMELD: gemeld,
    Eis.EIGEN_VERWIJZING: eigen_verwijzing,
    Eis.ONDER_DRIEENTWINTIG: onder_drieentwintig,
    Eis.VEILIGHEIDSKERN: veiligheidskern,
    Eis.OPENGESTELD: opengesteld,
    Eis.VERVANGING: vervanging,
}


def bezwaar(geval: Geval) -> bool:
    """Whether the person objected to this use (AVG 21)."""
    return geval.doel not in ZONDER_BEZWAAR and any(
        wil.doel is geval.doel
        and (not wil.regimes or geval.vraag.herkomst.regime in wil.regimes)
        and (not wil.onderwerpen or geval.vraag.onderwerp in wil.onderwerpen)
        for _, wil in geval.van(Bezwaar)
    )


def is_schriftelijk(wijze: str) -> bool:
    """Whether a consent was given in writing, by the way it was given."""
    return wijze.strip().casefold().startswith(("schriftelijk", "zelf, op de eigen pagina"))


def _gedekt(
    geval: Geval, soort: type[Grond] | type[Instemming], *, schriftelijk: bool = False
) -> Bewijs:
    for nummer, inhoud in geval.van(soort):
        if _dekt(inhoud, geval) and not (
            schriftelijk and isinstance(inhoud, Instemming) and not is_schriftelijk(inhoud.wijze)
        ):
            return nummer
    return Code.GEEN_GROND


def _dekt(inhoud: Reikwijdte, geval: Geval) -> bool:
    return (
        inhoud.doel is geval.doel
        and geval.vraag.herkomst.regime in inhoud.regimes
        and geval.vraag.onderwerp in inhoud.onderwerpen
        and bestemd(inhoud.ontvanger, geval.vraag.vrager)
        and geldig(None, inhoud.tot, geval.feiten)
    )


def _gezag(geval: Geval, tot: int) -> Bewijs:
    if vertegenwoordigt(geval.wie, geval.persoon, geval.feiten, tot):
        return None
    gezag = geval.feiten.gezag.get(geval.persoon)
    if gezag is not None and gezag.uitkomst in (
        Gezagsuitkomst.NIET_TE_BEPALEN,
        Gezagsuitkomst.IN_ONDERZOEK,
        Gezagsuitkomst.TIJDELIJK_GEEN,
    ):
        return Code.GEZAG_ONBEPAALD
    return Code.GEEN_REGEL


def _namens(geval: Geval, *, alleen_wettelijk: bool) -> Bewijs:
    ja = spreekt_namens(geval.wie, geval.persoon, geval.feiten, alleen_wettelijk=alleen_wettelijk)
    return None if ja else Code.GEEN_REGEL


def _voogdij(geval: Geval, tot: int) -> Bewijs:
    for nummer, maatregel in geval.van(Maatregel):
        if (
            maatregel.soort is Maatregelsoort.VOOGDIJ
            and _van_deze_instelling(maatregel, geval)
            and leeftijd_ten_minste(tot, geval.persoon, geval.feiten) is Code.TE_JONG
        ):
            return nummer
    return Code.GEEN_REGEL


def _van_deze_instelling(maatregel: Maatregel, geval: Geval) -> bool:
    return maatregel.instelling == geval.vraag.vrager.actor.organisatie and geldig(
        maatregel.van, maatregel.tot, geval.feiten
    )
