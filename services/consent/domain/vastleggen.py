"""Whether a record may be made: by whom, from when, beside what there is already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import assert_never
from uuid import UUID

from events.begrippen import herkomsten
from events.waarden import (
    Akkoord,
    Bezwaar,
    Doel,
    Doorbreking,
    Instemming,
    Maatregel,
    Noodafspraak,
    Omstandigheid,
    Opheffing,
    Reikwijdte,
    Veiligheidshuiscasus,
    Vervanging,
    Verwijzing,
    Wilsonbekwaamheid,
)
from events.waarden import Vertegenwoordiger as Namens
from infra.decider import RegelFout
from services.consent.domain.bevoegd import behandelt, regisseert
from services.consent.domain.feiten import Feiten, Inhoud, Vastlegging, Vrager, geldig
from services.consent.domain.gezag import leeftijd_ten_minste, wilsonbekwaam
from services.consent.domain.uitkomst import Code
from services.consent.domain.vertegenwoordiging import WETTELIJK, Handeling, wie_beslist
from services.consent.domain.wie_tekent import wie_tekent


class MagNietNamens(RegelFout):
    """Deze persoon kan hiervoor niet tekenen."""

    def __init__(self, zin: str = "") -> None:
        """`zin` where more can be said: whose word does count, and by which article."""
        super().__init__()
        self.zin = zin or type(self).zin


class VraagPerWet(MagNietNamens):
    """Voor deze wetten tekent niet dezelfde persoon. Leg per wet een eigen toestemming vast: over
    een dossier bij een hulpverlener en over wat een ander uit de Wmo te zien krijgt, beslist een
    jongere vanaf 12 jaar zelf (Jeugdwet 7.3.11, Wmo 2015 5.3.3)."""


class GezagStaatNietVast(MagNietNamens):
    """Het gezag over dit kind staat niet vast. Een medewerker zoekt dat eerst uit."""


class NiemandNamens(MagNietNamens):
    """Hiervoor kan nu niemand tekenen."""


class LopendVerleden(RegelFout):
    """De einddatum is al voorbij. Kies een dag vanaf vandaag."""


class NogNietIngegaan(RegelFout):
    """Dit gaat pas later in. Leg het vast op de dag dat het ingaat."""


class EindeVoorBegin(RegelFout):
    """De einddatum ligt voor de begindatum."""


class LooptAl(RegelFout):
    """Hiervoor loopt al een toestemming. Trek die eerst in, of vraag alleen wat er nog bij moet."""


class BezwaarStaat(RegelFout):
    """Tegen dit gebruik staat een bezwaar van dezelfde persoon. Trek dat eerst in."""


class AlleenMinderjarig(RegelFout):
    """Dit kan alleen bij een kind onder de 18. Is de geboortedatum niet bekend? Leg die eerst
    vast."""


class AlleenJeugdige(RegelFout):
    """Dit kan alleen bij een jongere onder de 23. Is de geboortedatum niet bekend? Leg die eerst
    vast."""


class AlleenMeerderjarig(RegelFout):
    """Een vertegenwoordiger kan alleen bij een volwassene die hierover niet zelf kan beslissen. Leg
    dat eerst vast."""


class NietVoorZichzelf(RegelFout):
    """Wie zichzelf niet kan vertegenwoordigen, kan ook niet haar of zijn eigen vertegenwoordiger
    zijn."""


class AlleenDeBehandelaar(RegelFout):
    """Of iemand hierover zelf kan beslissen en wie er anders spreekt, legt vast wie deze persoon
    behandelt of als jeugdhulpverlener helpt (BW 7:465, Jeugdwet 7.3.15). Vraag het daar."""


class VertegenwoordigerHeeftTaak(RegelFout):
    """Wie in dit huishouden een taak heeft, kan niet ook de vertegenwoordiger zijn. Dat geldt ook
    voor uzelf."""


class BeslissingOntbreekt(RegelFout):
    """Een curator of mentor benoemt de rechter. Vul het kenmerk van die beslissing in, en de dag
    waarop zij inging."""


class AlleenHetCollege(RegelFout):
    """Een maatregel legt het college vast, na de beslissing van de rechter: de regisseur of de
    jeugdconsulent. Wie de maatregel uitvoert, doet dat niet zelf."""


class AlleenHetVeiligheidshuis(RegelFout):
    """Of een casus is toegelaten, leggen de deelnemers van het Zorg- en Veiligheidshuis vast."""


class AlleenDeGeheimhouder(RegelFout):
    """Alleen wie dit dossier zelf houdt, kan besluiten het geheim te doorbreken."""


class AlleenVoorZichzelf(RegelFout):
    """In de verwijsindex meldt u alleen voor uzelf. Vraag uw collega om dat zelf te doen."""


class AlleenDeelnemer(RegelFout):
    """Alleen wie zelf een taak in het plan heeft, wijst aan wie die overneemt of meedoet."""


class NietZichzelf(RegelFout):
    """U kunt uzelf niet aanwijzen."""


class MeldingTeLang(RegelFout):
    """Een melding in de verwijsindex staat er ten hoogste twee jaar (Jeugdwet 7.1.4.5)."""


def handelingen(instemming: Instemming) -> frozenset[Handeling]:
    """Whose word counts for this toestemming, for each of its laws. What a holder of secrecy or a
    provider may tell of his file a youth decides alone from 12 (Jeugdwet 7.3.11 and 7.3.15, Wmo
    2015 5.3.3, BW 7:465), and so what the college may tell others of its own under the Wmo, which
    5.3.3 names in one breath; any other toestemming is that of the AVG (UAVG 5 lid 1)."""
    dossiers = {h.regime for h in herkomsten().values() if h.geheimhouder is not None}
    return frozenset(
        Handeling.VERSTREKKEN
        if regime in dossiers | _AANBIEDERS or (instemming.doel, regime) in VAN_HET_COLLEGE
        else Handeling.TOESTEMMING
        for regime in instemming.regimes
    )


_AANBIEDERS = {"wmo-aanbieder"}
VAN_HET_COLLEGE = frozenset({
    (Doel.JEUGDHULP, "wmo"), (Doel.ONDERWIJS, "wmo"), (Doel.EIGEN_INZAGE, "plan"),
})  # fmt: skip
"""For which purpose the rules ask a toestemming of Wmo 2015 5.3.3 for what the college has itself;
a test holds this against the rules."""


def controleer_instemming(
    instemming: Instemming, persoon: UUID, feiten: Feiten, record: UUID | None = None,
    getekend: Iterable[Vastlegging] = (),
) -> None:  # fmt: skip
    """Who may give a toestemming, and not twice or against one's own objection.

    What somebody else of the family decided is not told here: a parent does not learn of the
    objection of a youth; the objection simply stands. `record` is what is being recorded: the same
    command again is no second consent. `getekend` counts as if it stands: a second consent that is
    accepted would tell a parent that the youth withdrew the first.
    Raises MagNietNamens, VraagPerWet, LopendVerleden, LooptAl, BezwaarStaat.
    """
    if not geldig(None, instemming.tot, feiten):
        raise LopendVerleden
    _controleer_gevers(instemming, persoon, feiten)
    for ander in (*feiten.vastleggingen, *getekend):
        if ander.persoon != persoon or ander.id == record:
            continue
        eerder = ander.inhoud
        if (
            isinstance(eerder, Instemming)
            and eerder.gegeven_door == instemming.gegeven_door
            and eerder.ontvanger == instemming.ontvanger
            and geldig(None, eerder.tot, feiten)
            and _overlapt(eerder, instemming)
        ):
            raise LooptAl
        if (
            isinstance(eerder, Bezwaar)
            and instemming.gegeven_door == persoon
            and eerder.doel is instemming.doel
            and (not eerder.regimes or set(eerder.regimes) & set(instemming.regimes))
            and (not eerder.onderwerpen or set(eerder.onderwerpen) & set(instemming.onderwerpen))
        ):
            raise BezwaarStaat


def getekend_voor_kind(vrager: Vrager, feiten: Feiten) -> list[Vastlegging]:
    """What was signed for children, as a resident knows it who is not that child: also what a youth
    withdrew himself since, which is his to tell. Of an adult who cannot decide, whoever speaks for
    her must know what holds."""
    return [
        een
        for een in feiten.getekend
        if vrager.rol == "inwoner"
        and een.persoon != vrager.actor.id
        and leeftijd_ten_minste(18, een.persoon, feiten) is Code.TE_JONG
    ]


def _controleer_gevers(instemming: Instemming, persoon: UUID, feiten: Feiten) -> None:
    """She must be able to give it for each law it names: no law comes along with another."""
    gever, nodig = instemming.gegeven_door, handelingen(instemming)
    telt = {soort for soort in nodig if wie_beslist(soort, persoon, feiten).telt(gever)}
    if telt and telt != nodig:
        raise VraagPerWet
    for soort in sorted(nodig):
        controleer_gever(gever, persoon, feiten, soort)


def _overlapt(eerder: Reikwijdte, nieuw: Reikwijdte) -> bool:
    return (
        eerder.doel is nieuw.doel
        and bool(set(eerder.regimes) & set(nieuw.regimes))
        and bool(set(eerder.onderwerpen) & set(nieuw.onderwerpen))
    )


def controleer_gever(gever: UUID, persoon: UUID, feiten: Feiten, handeling: Handeling) -> None:
    """Whether somebody's word counts in this for a person (the four tables).

    Raises MagNietNamens, GezagStaatNietVast, NiemandNamens.
    """
    beslissers = wie_beslist(handeling, persoon, feiten)
    if beslissers.telt(gever):
        return
    if beslissers.code is Code.GEZAG_ONBEPAALD:
        raise GezagStaatNietVast
    soort = NiemandNamens if beslissers.code is Code.WILSONBEKWAAM else MagNietNamens
    raise soort(f"{soort.zin} {wie_tekent(handeling, persoon, feiten)}")


def controleer_opheffing(wil: Opheffing | Noodafspraak, persoon: UUID, feiten: Feiten) -> None:
    """Who may lift secrecy, now or for an emergency. Raises MagNietNamens, LopendVerleden."""
    if not geldig(None, wil.tot, feiten):
        raise LopendVerleden
    controleer_gever(wil.gegeven_door, persoon, feiten, Handeling.VERSTREKKEN)


def controleer_akkoord(akkoord: Akkoord, persoon: UUID, feiten: Feiten) -> None:
    """Who may agree with help (Jeugdwet 7.3.4); each gives a record of her own.

    Raises MagNietNamens.
    """
    controleer_gever(akkoord.gegeven_door, persoon, feiten, Handeling.HULP)


def controleer_periode(van: date, tot: date | None, feiten: Feiten) -> None:
    """What is recorded holds today. Raises EindeVoorBegin, LopendVerleden, NogNietIngegaan."""
    if tot is not None and tot < van:
        raise EindeVoorBegin
    if not geldig(None, tot, feiten):
        raise LopendVerleden
    if not geldig(van, None, feiten):
        raise NogNietIngegaan


def controleer_omstandigheid(wat: Omstandigheid, persoon: UUID, feiten: Feiten) -> None:
    """Whether this can be so of this person, today.

    Raises what `controleer_periode` raises, AlleenMinderjarig, AlleenMeerderjarig,
    NietVoorZichzelf, BeslissingOntbreekt, AlleenJeugdige, MeldingTeLang.
    """
    controleer_periode(wat.van, wat.tot, feiten)
    if isinstance(wat, Maatregel) and leeftijd_ten_minste(18, persoon, feiten) is not Code.TE_JONG:
        raise AlleenMinderjarig
    if isinstance(wat, Namens):
        if wat.persoon == persoon:
            raise NietVoorZichzelf
        if wat.als in WETTELIJK and wat.kenmerk is None:
            raise BeslissingOntbreekt
        volwassen = leeftijd_ten_minste(18, persoon, feiten) is None
        if not (volwassen and wilsonbekwaam(persoon, feiten)):
            raise AlleenMeerderjarig
    if isinstance(wat, Verwijzing) and leeftijd_ten_minste(23, persoon, feiten) is not Code.TE_JONG:
        raise AlleenJeugdige
    if isinstance(wat, Verwijzing) and (
        wat.tot is None
        or (wat.tot.year - wat.van.year, wat.tot.month, wat.tot.day)
        > (2, wat.van.month, wat.van.day)
    ):
        raise MeldingTeLang


def controleer_vastlegger(wat: Omstandigheid, vrager: Vrager, feiten: Feiten) -> None:
    """Who may say that this is so: never whoever it gives access to.

    What a court decided about representation the regisseur may record too; the rest of it follows
    from a judgement that is the helper's. Raises AlleenHetCollege, AlleenDeBehandelaar,
    VertegenwoordigerHeeftTaak, AlleenHetVeiligheidshuis, AlleenDeGeheimhouder, AlleenVoorZichzelf.
    """
    match wat:
        case Wilsonbekwaamheid():
            if not behandelt(vrager, feiten):
                raise AlleenDeBehandelaar
        case Namens():
            if not mag_beeindigen(wat, vrager, feiten):  # first: who has a task is not for anybody
                raise AlleenDeBehandelaar
            # Nor can a court appoint who treats or helps her (BW 1:383, 1:452).
            taken = {vrager.actor.id, feiten.regisseur, *feiten.deelnemers, *feiten.vervangers}
            if wat.persoon in taken:
                raise VertegenwoordigerHeeftTaak
        case Maatregel():
            if not regisseert(vrager, feiten) and vrager.regime != "jeugd":
                raise AlleenHetCollege
        case Veiligheidshuiscasus():
            if vrager.regime != "veiligheidshuis":
                raise AlleenHetVeiligheidshuis
        case Doorbreking():
            dossier = herkomsten().get(wat.herkomst)
            eigen = dossier is not None and vrager.werkt_onder(dossier)
            if dossier is None or dossier.geheimhouder is None or not eigen:
                raise AlleenDeGeheimhouder
        case Verwijzing():
            if wat.melder != vrager.actor.id:
                raise AlleenVoorZichzelf
        case _:
            assert_never(wat)


def mag_beeindigen(wat: Inhoud, vrager: Vrager, feiten: Feiten) -> bool:
    """Whether this is hers to end by what it is, whoever recorded it: a measure is the college's
    and of who executes it, a judgement on deciding is any helper's."""
    match wat:
        case Maatregel():
            van_het_college = regisseert(vrager, feiten) or vrager.regime == "jeugd"
            return van_het_college or wat.instelling == vrager.actor.organisatie
        case Wilsonbekwaamheid():
            return behandelt(vrager, feiten)
        case Namens():
            van_de_rechter = wat.als in WETTELIJK and regisseert(vrager, feiten)
            return van_de_rechter or behandelt(vrager, feiten)
        case Veiligheidshuiscasus():
            return vrager.regime == "veiligheidshuis"
        case _:
            return False


def controleer_vervanger(wie: UUID, vervanging: Vervanging, vrager: Vrager, feiten: Feiten) -> None:
    """A deelnemer names somebody else, for a period that runs now.

    Raises AlleenDeelnemer, NietZichzelf and what `controleer_periode` raises.
    """
    if vrager.actor.id not in feiten.deelnemers:
        raise AlleenDeelnemer
    if wie == vrager.actor.id:
        raise NietZichzelf
    controleer_periode(vervanging.van, vervanging.tot, feiten)
