"""The conditions of a rule about people: who asks, her age, custody, representation, measures."""

from __future__ import annotations

from events.begrippen import Rubriek
from events.waarden import Gezagsuitkomst, Maatregel, Maatregelsoort
from services.consent.domain.feiten import geldig
from services.consent.domain.geval import Bewijs, Geval
from services.consent.domain.gezag import (
    gezaghouders,
    leeftijd_ten_minste,
    onbepaald,
    vertegenwoordigt,
    wilsonbekwaam,
)
from services.consent.domain.uitkomst import Code
from services.consent.domain.vertegenwoordiging import spreekt_namens


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
    """Who asks is 12 or older and not incapable (Wmo 5.3.2 lid 2)."""
    return _mondig(12, geval)


def zestien(geval: Geval) -> Bewijs:
    """Who asks is 16 or older, an age of our choice, and not incapable (Wmo 5.3.2 lid 2)."""
    return _mondig(16, geval)


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
    """The organisation of who asks is guardian of this child: below 12, or a minor judged
    incapable (Jeugdwet 7.3.15 lid 1, 2)."""
    return _voogdij(geval, 12)


def voogdij_onder_zestien(geval: Geval) -> Bewijs:
    """The organisation of who asks is guardian of this child: below 16, or a minor judged
    incapable (Wmo 5.3.2 lid 3)."""
    return _voogdij(geval, 16)


def jeugdige_of_ouder(geval: Geval) -> Bewijs:
    """It is about a youth of this household, or her parent; a BSN only of the youth (Jeugdwet 7.4.0
    lid 1 and 2: "persoonsgegevens van een jeugdige of zijn ouders, waaronder het
    burgerservicenummer van de jeugdige").

    Of Jeugdwet 1.1 what is recorded here can tell: a youth is below 18, a parent has custody of
    her. That help goes on after 18, or that somebody without custody raises her, it cannot tell; a
    guardian may be a foster parent, who is no parent. Of those it stays closed.
    """
    feiten = geval.feiten
    jeugdigen = [
        wie for wie in feiten.leden if leeftijd_ten_minste(18, wie, feiten) is Code.TE_JONG
    ]
    if geval.persoon in jeugdigen:
        return None
    gezag = [(kind, feiten.gezag.get(kind)) for kind in jeugdigen]
    om_bsn = geval.vraag.onderwerp is Rubriek.IDENTIFICATIE
    if not om_bsn and any(
        over is not None
        and over.uitkomst is not Gezagsuitkomst.VOOGDIJ
        and geval.persoon in gezaghouders(kind, feiten)
        for kind, over in gezag
    ):
        return None
    if geval.persoon in feiten.leden and geval.persoon not in feiten.geboortedata:
        return Code.LEEFTIJD_ONBEKEND
    if not om_bsn and any(over is None or onbepaald(over) for _, over in gezag):
        return Code.GEZAG_ONBEPAALD
    return Code.GEEN_REGEL


def onder_drieentwintig(geval: Geval) -> Bewijs:
    """The person is not yet 23 (Jeugdwet 7.1.4.5 lid 2 onder b)."""
    code = leeftijd_ten_minste(23, geval.persoon, geval.feiten)
    return None if code is Code.TE_JONG else code or Code.GEEN_REGEL


def _mondig(jaren: int, geval: Geval) -> Bewijs:
    if wilsonbekwaam(geval.wie, geval.feiten):
        return Code.WILSONBEKWAAM
    return leeftijd_ten_minste(jaren, geval.wie, geval.feiten)


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
    grens = 18 if wilsonbekwaam(geval.persoon, geval.feiten) else tot
    for nummer, maatregel in geval.van(Maatregel):
        if (
            maatregel.soort is Maatregelsoort.VOOGDIJ
            and _van_deze_instelling(maatregel, geval)
            and leeftijd_ten_minste(grens, geval.persoon, geval.feiten) is Code.TE_JONG
        ):
            return nummer
    return Code.GEEN_REGEL


def _van_deze_instelling(maatregel: Maatregel, geval: Geval) -> bool:
    return maatregel.instelling == geval.vraag.vrager.actor.organisatie and geldig(
        maatregel.van, maatregel.tot, geval.feiten
    )
