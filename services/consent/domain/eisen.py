"""The conditions of a rule, one function each: what must hold for one person concerned.

Here those about what was recorded; those about people are in `eisen_personen.py`.

A function gives the record that meets the condition, None when it holds without one, or the code
that says why it does not. What a condition means in law stands with it; `Eis.tekst` is how a reader
is told.
"""

from __future__ import annotations

from collections.abc import Callable

from events.waarden import (
    Bezwaar,
    Doel,
    Doorbreking,
    Grond,
    Instemming,
    Opheffing,
    Reikwijdte,
    Veiligheidshuiscasus,
    Veiligheidskern,
    Verwijzing,
)
from services.consent.domain.eisen_personen import (
    gezag_onder_twaalf,
    gezag_onder_zestien,
    jeugdige_of_ouder,
    meebetrokken,
    onder_drieentwintig,
    ondertoezichtstelling,
    twaalf,
    vertegenwoordiger,
    voogdij_onder_twaalf,
    voogdij_onder_zestien,
    wettelijk_vertegenwoordiger,
    zelf,
    zestien,
)
from services.consent.domain.feiten import Feiten, bestemd, geldig, vervangingen
from services.consent.domain.geval import Bewijs, Geval
from services.consent.domain.uitkomst import Code
from services.consent.domain.vertegenwoordiging import getekend
from services.consent.regels import Eis, Wie

ZONDER_BEZWAAR = frozenset({Doel.TOEZICHT, Doel.NOOD, Doel.VEILIG_THUIS})
"""Purposes an objection does not stop by itself: supervision, and the safety of another (UAVG 41
lid 1 onder i). The college weighs the objection."""


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
    """The person, or all who decide for her, released the holder of this very file from secrecy,
    towards who asks."""
    gegeven = {
        wil.gegeven_door: nummer
        for nummer, wil in geval.van(Opheffing)
        if wil.herkomst == geval.vraag.herkomst.code
        and geldig(None, wil.tot, geval.feiten)
        and bestemd(wil.ontvanger, geval.vraag.vrager)
    }
    waarom_niet = getekend(geval.persoon, gegeven, geval.feiten)
    return waarom_niet or next(iter(gegeven.values()))


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
        if melding.melder == geval.wie and verwijzing_staat(melding, geval.feiten):
            return nummer
    return Code.GEEN_GROND


def verwijzing_staat(melding: Verwijzing, feiten: Feiten) -> bool:
    """Whether a report to the verwijsindex stands today: two years at most, whatever its end
    (Jeugdwet 7.1.4.5 lid 2 onder a)."""
    dag, van = feiten.vandaag, melding.van
    te_oud = (dag.year, dag.month, dag.day) > (van.year + 2, van.month, van.day)
    return geldig(van, melding.tot, feiten) and not te_oud


def veiligheidskern(geval: Geval) -> Bewijs:
    """Family and professionals agreed beforehand that this opens in an emergency: before the
    access began in which it is asked."""
    toegang = geval.feiten.noodtoegang.get(geval.wie)
    te_laat = () if toegang is None else toegang.te_laat
    for nummer, kern in geval.van(Veiligheidskern):
        if (
            nummer not in te_laat
            and kern.herkomst == geval.vraag.herkomst.code
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
    voor = vervangingen(geval.vraag.vrager, geval.feiten)
    return voor[0].id if voor else Code.GEEN_REGEL


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
    Eis.JEUGDIGE_OF_OUDER: jeugdige_of_ouder,
    Eis.ONDER_DRIEENTWINTIG: onder_drieentwintig,
    Eis.VEILIGHEIDSKERN: veiligheidskern,
    Eis.OPENGESTELD: opengesteld,
    Eis.VERVANGING: vervanging,
}


def bezwaar(geval: Geval, als: Wie) -> bool:
    """Whether the person objected to this use (AVG 21). It stops what another member sees of her;
    not her own rights, nor those of who represents her."""
    if geval.doel is Doel.EIGEN_INZAGE and (als is not Wie.LID or geval.persoon == geval.wie):
        return False
    return geval.doel not in ZONDER_BEZWAAR and any(
        wil.doel is geval.doel
        and (not wil.regimes or geval.vraag.herkomst.regime in wil.regimes)
        and (not wil.onderwerpen or geval.vraag.onderwerp in wil.onderwerpen)
        for _, wil in geval.van(Bezwaar)
    )


SCHRIFTELIJK = frozenset({"schriftelijk", "zelf, op de eigen pagina"})


def is_schriftelijk(wijze: str) -> bool:
    """Whether a consent was given in writing, by the way it was given: these words and no other,
    for what stands around them may take them back."""
    return wijze.strip().casefold() in SCHRIFTELIJK


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
