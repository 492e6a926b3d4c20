"""May she see this? The pure decision, and the records it stands on.

Rules kept here: deny by default; a missing fact is a refusal with a code; a field about several
persons opens only when it may for each of them; a ground, the lifting of secrecy and an agreement
with help are three things and none implies another; "moet" is never blocked by an objection.
Which regime may serve which purpose is data: `regels.json`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from events.base import Hoed
from events.begrippen import Actor, Herkomst, Onderwerp, Rubriek
from events.consent import (
    BezwaarGemaakt,
    ConsentFact,
    GeheimhoudingOpgeheven,
    GrondslagVastgelegd,
    HulpAkkoordGegeven,
    Ingetrokken,
    PersoonGewist,
    ToestemmingGegeven,
)
from events.waarden import (
    Akkoord,
    Bezwaar,
    Doel,
    Gezag,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Maatregel,
    Mandaat,
    Ontvanger,
    Opheffing,
    Reikwijdte,
    Veiligheidskern,
    Vertegenwoordiger,
    Wilsonbekwaamheid,
)
from infra.decider import NietBekend, RegelFout
from services.consent.regels import Eis, Regel, Regelset, Uitkomst, Wie


class Code(StrEnum):
    """Why a part opens or stays closed; stable, for machines."""

    MAG = "MAG"
    GEEN_RELATIE = "A2-GEEN-RELATIE"
    MANDAAT_VERLOPEN = "A2-MANDAAT-VERLOPEN"
    DOEL_PAST_NIET = "A3-DOEL-PAST-NIET"
    GEEN_REGEL = "A4-GEEN-REGEL"
    GEEN_GROND = "A4-GEEN-GROND"
    LEEFTIJD_ONBEKEND = "A5-LEEFTIJD-ONBEKEND"
    TE_JONG = "A5-TE-JONG"
    BEZWAAR = "A7-BEZWAAR"
    GEHEIMHOUDING = "A7-GEHEIMHOUDING"


@dataclass(frozen=True, slots=True)
class Vrager:
    """Who asks, and the law under which she works."""

    actor: Actor
    rol: str
    hoed: Hoed
    regime: str
    herkomst: str = ""
    """Code of the herkomst of what she writes: her own file, when that is under secrecy."""

    def werkt_onder(self, herkomst: Herkomst) -> bool:
        """Whether data are of her own task. Secrecy is kept per file: another youth worker or
        doctor in the same plan is not "directly involved" in this one (Jeugdwet 7.3.11 lid 2 a,
        BW 7:457 lid 2)."""
        return self.regime == herkomst.regime and (
            herkomst.geheimhouder is None or self.herkomst == herkomst.code
        )


@dataclass(frozen=True, slots=True)
class Vraag:
    """One part somebody wants to see: whose, from which herkomst, about what, and for what."""

    vrager: Vrager
    doel: Doel | None
    betrokkenen: tuple[UUID, ...]
    herkomst: Herkomst
    onderwerp: Onderwerp


@dataclass(frozen=True, slots=True)
class Vastlegging:
    """A record about one person that a decision may rest on."""

    id: UUID
    persoon: UUID
    inhoud: (
        Grond
        | Instemming
        | Opheffing
        | Bezwaar
        | Maatregel
        | Wilsonbekwaamheid
        | Vertegenwoordiger
        | Veiligheidskern
    )


@dataclass(frozen=True, slots=True)
class Noodtoegang:
    """An emergency access that is open now: the record of it."""

    id: UUID
    opengesteld: Collection[str] = ()
    """Codes of the herkomsten under secrecy that their holder herself opened for this access."""


@dataclass(frozen=True, slots=True)
class Feiten:
    """All a decision knows. What is not in here does not hold."""

    vandaag: date
    huishouden: UUID
    regisseur: UUID | None = None
    mandaat: Mandaat | None = None
    deelnemers: Mapping[UUID, str] = field(default_factory=dict)
    """Professional in the plan → regime of her task there."""
    leden: Collection[UUID] = ()
    bekenden: Collection[UUID] = ()
    """Everybody who is or was in the household or its network, and the household itself: a
    relation to one household opens nothing about people of another."""
    gemelden: Collection[UUID] = ()
    """Whom a melding that led to this household was about: known as far as that melding."""
    geboortedata: Mapping[UUID, date] = field(default_factory=dict)
    gezag: Mapping[UUID, Gezag] = field(default_factory=dict)
    vastleggingen: Sequence[Vastlegging] = ()
    """All that was recorded and holds: grounds, consents, waivers, objections, measures (of a
    minor), incapacity, representatives, and the safety core agreed beforehand."""
    noodtoegang: Mapping[UUID, Noodtoegang] = field(default_factory=dict)
    """Professional → the emergency access of hers that is open at this moment."""
    zvh: Collection[UUID] = ()
    """Persons of an open, admitted case of the Zorg- en Veiligheidshuis (WGS 2.31)."""


@dataclass(frozen=True, slots=True)
class Controle:
    """One check: what was asked and how it ended (None: not reached)."""

    code: str
    wat: str
    goed: bool | None


@dataclass(frozen=True, slots=True)
class Besluit:
    """The outcome with its explanation; `ontbreekt` names the step that would open it."""

    uitkomst: Uitkomst
    code: Code
    zin: str
    regel: str | None = None
    artikel: str | None = None
    ontbreekt: tuple[str, ...] = ()
    controles: tuple[Controle, ...] = ()
    gebruikt: tuple[UUID, ...] = ()
    """Records the decision rests on."""

    @property
    def open(self) -> bool:
        return self.uitkomst in (Uitkomst.MAG, Uitkomst.MOET)


GEEN_RELATIE = Besluit(
    Uitkomst.MAG_NIET,
    Code.GEEN_RELATIE,
    "Dit bestaat niet, of u mag het niet zien.",
    controles=(Controle("A2", "u heeft een taak in dit huishouden", False),),
)

_DOEL_BIJ_REGIME = {
    "wmo": Doel.WMO, "plan": Doel.WMO, "jeugd": Doel.JEUGD, "jeugdhulp": Doel.JEUGDHULP,
    "wgs": Doel.SCHULDHULP, "pw": Doel.INKOMEN, "onderwijs": Doel.ONDERWIJS, "zorg": Doel.ZORG,
}  # fmt: skip


def relaties(vrager: Vrager, feiten: Feiten) -> dict[Wie, Doel]:
    """What somebody is to this household, with the purpose that follows from it."""
    gevonden: dict[Wie, Doel] = {}
    if vrager.rol == "inwoner":
        if vrager.actor.id in feiten.leden:
            gevonden[Wie.LID] = Doel.EIGEN_INZAGE
        if any(vrager.actor.id in gezaghouders(kind, feiten) for kind in feiten.gezag):
            gevonden[Wie.GEZAGHOUDER] = Doel.EIGEN_INZAGE
        return gevonden
    if vrager.rol != "professional":
        return gevonden
    if feiten.regisseur == vrager.actor.id:
        gevonden[Wie.REGISSEUR] = Doel.REGIE
    regime = feiten.deelnemers.get(vrager.actor.id)
    if regime is not None:
        gevonden[Wie.DEELNEMER] = _DOEL_BIJ_REGIME.get(regime, Doel.WMO)
    if vrager.actor.id in feiten.noodtoegang:
        gevonden[Wie.NOODHULP] = Doel.NOOD
    return gevonden


def gezaghouders(kind: UUID, feiten: Feiten) -> Collection[UUID]:
    """Who has custody of this child: nobody from 18 on (BW 1:245 lid 1), nor while custody rests or
    cannot be established."""
    gezag = feiten.gezag.get(kind)
    if (
        gezag is None
        or gezag.uitkomst in (Gezagsuitkomst.TIJDELIJK_GEEN, Gezagsuitkomst.NIET_TE_BEPALEN)
        or _leeftijd_ten_minste(18, kind, feiten) is not Code.TE_JONG
    ):
        return ()
    return gezag.houders


def vertegenwoordigt(wie: UUID, kind: UUID, feiten: Feiten, tot: int = 16) -> bool:
    """Whether somebody may act for a child below an age, because of custody (UAVG 5 lid 1)."""
    return (
        wie in gezaghouders(kind, feiten)
        and _leeftijd_ten_minste(tot, kind, feiten) is Code.TE_JONG
    )


def mag(vraag: Vraag, feiten: Feiten, regels: Regelset) -> Besluit:
    """Decide on one part.

    A2 relation and mandate; A3 purpose; A4 a rule for source and purpose, and its conditions for
    every person concerned; A5 age, for a resident; A7 secrecy and objections (trust.md §3.1).
    """
    controles: list[Controle] = []

    def klaar(besluit: Besluit) -> Besluit:
        return replace(besluit, controles=(*controles, *_niet_bereikt(controles)))

    # A2
    hier = relaties(vraag.vrager, feiten)
    if not hier:
        return GEEN_RELATIE
    if Wie.REGISSEUR in hier and not _mandaat_geldig(feiten):
        del hier[Wie.REGISSEUR]
        if not hier:
            controles.append(Controle("A2", "uw mandaat als regisseur geldt vandaag", False))
            return klaar(
                _niet(Code.MANDAAT_VERLOPEN, "Uw mandaat als regisseur geldt vandaag niet.")
            )
    bekenden = {*feiten.bekenden}
    if vraag.onderwerp is Rubriek.MELDING:
        bekenden |= {*feiten.gemelden}
    if not vraag.betrokkenen or not bekenden.issuperset(vraag.betrokkenen):
        return GEEN_RELATIE
    controles.append(Controle("A2", "u heeft een taak in dit huishouden", True))
    # A3
    passend = {wie: doel for wie, doel in hier.items() if vraag.doel in (None, doel)}
    controles.append(Controle("A3", "het doel past bij uw taak", bool(passend)))
    if not passend:
        return klaar(
            _niet(Code.DOEL_PAST_NIET, "Dit doel past niet bij uw taak in dit huishouden.")
        )
    # A4, A5, A7 per rule; the first that opens wins, else the first that can be made to open
    bijna: Besluit | None = None
    for wie, doel in passend.items():
        for regel in regels.voor(wie, doel, vraag.herkomst.regime, vraag.onderwerp):
            if regel.eigen_regime and not vraag.vrager.werkt_onder(vraag.herkomst):
                continue
            besluit = _toets(regel, doel, vraag, feiten)
            if besluit.open:
                controles.append(Controle("A4", f"regel {regel.id}, {regel.artikel}", True))
                controles.append(Controle("A7", "geen bezwaar of geheimhouding in de weg", True))
                return replace(besluit, controles=tuple(controles))
            bijna = bijna or besluit
    if bijna is None:
        bijna = _niet(Code.GEEN_REGEL, "Geen regel staat toe dat u dit voor uw taak ziet.")
    controles.append(Controle(bijna.code[:2], bijna.zin, False))
    return klaar(bijna)


def _toets(regel: Regel, doel: Doel, vraag: Vraag, feiten: Feiten) -> Besluit:
    gebruikt: list[UUID] = []
    ontbreekt: list[str] = []
    code = Code.GEEN_GROND
    for persoon in vraag.betrokkenen:
        for eis in regel.eist:
            bewijs = _voldoet(eis, persoon, doel, vraag, feiten)
            if isinstance(bewijs, Code):
                code = bewijs
                if eis.tekst not in ontbreekt:
                    ontbreekt.append(eis.tekst)
            elif bewijs is not None:
                gebruikt.append(bewijs)
        if regel.uitkomst is not Uitkomst.MOET and _bezwaar(persoon, doel, vraag, feiten):
            return _niet(
                Code.BEZWAAR, "De betrokkene heeft bezwaar gemaakt tegen dit gebruik.", regel
            )
    if not ontbreekt:
        return Besluit(
            regel.uitkomst, Code.MAG, regel.zin, regel.id, regel.artikel, gebruikt=tuple(gebruikt)
        )
    herstelbaar = code in (Code.GEEN_GROND, Code.GEHEIMHOUDING)
    return Besluit(
        Uitkomst.MAG_NA if herstelbaar else Uitkomst.MAG_NIET,
        code,
        regel.zin_zonder or regel.zin,
        regel.id,
        regel.artikel,
        tuple(ontbreekt),
    )


def _voldoet(
    eis: Eis, persoon: UUID, doel: Doel, vraag: Vraag, feiten: Feiten
) -> UUID | Code | None:
    """The record that meets a condition, None when it holds without one, or why it does not."""
    match eis:
        case Eis.TOESTEMMING:
            return _zoek(Instemming, persoon, doel, vraag, feiten) or Code.GEEN_GROND
        case Eis.NOODZAAK:
            return _zoek(Grond, persoon, doel, vraag, feiten) or Code.GEEN_GROND
        case Eis.OPHEFFING:
            for record in feiten.vastleggingen:
                inhoud = record.inhoud
                if (
                    record.persoon == persoon
                    and isinstance(inhoud, Opheffing)
                    and inhoud.herkomst == vraag.herkomst.code
                    and _geldig(inhoud.tot, feiten)
                    and _bestemd(inhoud.ontvanger, vraag.vrager)
                ):
                    return record.id
            return Code.GEHEIMHOUDING
        case Eis.ZELF:
            if persoon != vraag.vrager.actor.id:
                return Code.GEEN_REGEL
            return _leeftijd_ten_minste(12, persoon, feiten)
        case Eis.MEEBETROKKEN:
            return None if vraag.vrager.actor.id in vraag.betrokkenen else Code.GEEN_REGEL
        case Eis.TWAALF:
            return _leeftijd_ten_minste(12, vraag.vrager.actor.id, feiten)
        case Eis.ZESTIEN:
            return _leeftijd_ten_minste(16, vraag.vrager.actor.id, feiten)
        case Eis.GEZAG_ONDER_TWAALF:
            ja = vertegenwoordigt(vraag.vrager.actor.id, persoon, feiten, 12)
            return None if ja else Code.GEEN_REGEL
        case Eis.GEZAG_ONDER_ZESTIEN:
            ja = vertegenwoordigt(vraag.vrager.actor.id, persoon, feiten)
            return None if ja else Code.GEEN_REGEL
        case _:
            assert_never(eis)


def _zoek(
    soort: type[Grond] | type[Instemming], persoon: UUID, doel: Doel, vraag: Vraag, feiten: Feiten
) -> UUID | None:
    for record in feiten.vastleggingen:
        inhoud = record.inhoud
        if (
            record.persoon == persoon
            and isinstance(inhoud, soort)
            and _dekt(inhoud, doel, vraag, feiten)
        ):
            return record.id
    return None


def _dekt(inhoud: Reikwijdte, doel: Doel, vraag: Vraag, feiten: Feiten) -> bool:
    return (
        inhoud.doel is doel
        and vraag.herkomst.regime in inhoud.regimes
        and vraag.onderwerp in inhoud.onderwerpen
        and _bestemd(inhoud.ontvanger, vraag.vrager)
        and _geldig(inhoud.tot, feiten)
    )


def _bezwaar(persoon: UUID, doel: Doel, vraag: Vraag, feiten: Feiten) -> bool:
    return doel not in (Doel.EIGEN_INZAGE, Doel.TOEZICHT) and any(
        record.persoon == persoon
        and isinstance(record.inhoud, Bezwaar)
        and record.inhoud.doel is doel
        and (not record.inhoud.regimes or vraag.herkomst.regime in record.inhoud.regimes)
        and (not record.inhoud.onderwerpen or vraag.onderwerp in record.inhoud.onderwerpen)
        for record in feiten.vastleggingen
    )


def _bestemd(ontvanger: Ontvanger, vrager: Vrager) -> bool:
    return ontvanger.medewerker == vrager.actor.id or (
        ontvanger.organisatie is not None and ontvanger.organisatie == vrager.actor.organisatie
    )


def _geldig(tot: date | None, feiten: Feiten) -> bool:
    return tot is None or feiten.vandaag <= tot


def _mandaat_geldig(feiten: Feiten) -> bool:
    mandaat = feiten.mandaat
    return mandaat is not None and mandaat.van <= feiten.vandaag and _geldig(mandaat.tot, feiten)


def leeftijd(geboren: date, op: date) -> int:
    """Age in whole years; the day of the birthday counts."""
    return op.year - geboren.year - ((op.month, op.day) < (geboren.month, geboren.day))


def _leeftijd_ten_minste(grens: int, persoon: UUID, feiten: Feiten) -> Code | None:
    geboren = feiten.geboortedata.get(persoon)
    if geboren is None:
        return Code.LEEFTIJD_ONBEKEND
    return None if leeftijd(geboren, feiten.vandaag) >= grens else Code.TE_JONG


def _niet(code: Code, zin: str, regel: Regel | None = None) -> Besluit:
    if regel is None:
        return Besluit(Uitkomst.MAG_NIET, code, zin)
    return Besluit(Uitkomst.MAG_NIET, code, zin, regel.id, regel.artikel)


def _niet_bereikt(controles: Sequence[Controle]) -> list[Controle]:
    gedaan = {controle.code for controle in controles}
    alle = {"A2": "relatie", "A3": "doel", "A4": "grond", "A7": "bezwaar en geheimhouding"}
    return [Controle(code, wat, None) for code, wat in alle.items() if code not in gedaan]


# --- the records -----------------------------------------------------------------------------


class AlIngetrokken(RegelFout):
    """Deze vastlegging is al ingetrokken."""


class AlVastgelegd(RegelFout):
    """Deze vastlegging bestaat al."""


class GrondBlijft(RegelFout):
    """Een wettelijke grond trekt alleen een professional in. U kunt wel bezwaar maken."""


class BezwaarBlijft(RegelFout):
    """Een bezwaar trekt alleen de betrokkene zelf in, of wie het gezag heeft."""


class MagNietNamens(RegelFout):
    """Deze persoon kan hiervoor niet tekenen. Onder de 16 tekent wie het gezag heeft (UAVG 5)."""


class GeenUitdrukkelijkeGrond(RegelFout):
    """Voor dit gebruik kan geen grondslag worden vastgelegd; er is toestemming voor nodig."""


class LopendVerleden(RegelFout):
    """De einddatum ligt in het verleden."""


@dataclass(frozen=True, slots=True)
class Record:
    """One ground, toestemming, waiver, agreement or objection."""

    huishouden: UUID | None = None
    persoon: UUID | None = None
    soort: type[ConsentFact] | None = None
    ingetrokken: bool = False

    def evolve(self, fact: ConsentFact) -> Record:
        match fact:
            case Ingetrokken():
                return replace(self, ingetrokken=True)
            case PersoonGewist(persoon=persoon):
                return replace(self, persoon=persoon, ingetrokken=True)
            case (
                GrondslagVastgelegd()
                | ToestemmingGegeven()
                | GeheimhoudingOpgeheven()
                | HulpAkkoordGegeven()
                | BezwaarGemaakt()
            ):
                return Record(fact.huishouden, fact.persoon, type(fact))
            case _:
                assert_never(fact)

    def leg_vast(self, fact: ConsentFact) -> list[ConsentFact]:
        if self.persoon is not None:
            raise AlVastgelegd
        return [fact]

    def trek_in(self, huishouden: UUID, fact: Ingetrokken) -> list[ConsentFact]:
        if self.persoon is None or self.huishouden != huishouden:
            raise NietBekend
        if self.ingetrokken:
            raise AlIngetrokken
        return [fact]

    def controleer_intrekker(self, huishouden: UUID, hoed: Hoed) -> None:
        """A ground ends by who stands for it; an objection by whose it is: no professional takes
        away what keeps her out (AVG 21). Raises NietBekend, GrondBlijft, BezwaarBlijft."""
        if self.persoon is None or self.huishouden != huishouden:
            raise NietBekend
        if self.soort is GrondslagVastgelegd and hoed is Hoed.INWONER:
            raise GrondBlijft
        if self.soort is BezwaarGemaakt and hoed is not Hoed.INWONER:
            raise BezwaarBlijft

    def wis(self, fact: PersoonGewist) -> list[ConsentFact]:
        return [] if self.ingetrokken else [fact]


def controleer_instemming(instemming: Instemming, persoon: UUID, feiten: Feiten) -> None:
    """Who may give a toestemming (UAVG 5 lid 1). Raises MagNietNamens, LopendVerleden."""
    if not _geldig(instemming.tot, feiten):
        raise LopendVerleden
    controleer_gever(instemming.gegeven_door, persoon, feiten, vanaf=16)


def controleer_gever(
    gever: UUID, persoon: UUID, feiten: Feiten, vanaf: int = 12, namens_tot: int | None = None
) -> None:
    """Whether somebody can decide for a person: herself from an age on; below `namens_tot` (the
    same age unless given) who has custody.

    From 12 for secrecy (Jeugdwet 7.3.11; Wmo 5.3.3), from 16 for a toestemming in the sense of
    the AVG; with help a youth of 12 to 15 and who has custody each agree (Jeugdwet 7.3.4).
    Raises MagNietNamens.
    """
    if gever == persoon and _leeftijd_ten_minste(vanaf, persoon, feiten) is None:
        return
    if not vertegenwoordigt(gever, persoon, feiten, namens_tot or vanaf):
        raise MagNietNamens


def controleer_opheffing(opheffing: Opheffing, persoon: UUID, feiten: Feiten) -> None:
    """Who may lift secrecy. Raises MagNietNamens, LopendVerleden."""
    if not _geldig(opheffing.tot, feiten):
        raise LopendVerleden
    controleer_gever(opheffing.gegeven_door, persoon, feiten)


def controleer_akkoord(akkoord: Akkoord, persoon: UUID, feiten: Feiten) -> None:
    """Who may agree with help (Jeugdwet 7.3.4); each gives a record of her own.

    Raises MagNietNamens.
    """
    controleer_gever(akkoord.gegeven_door, persoon, feiten, namens_tot=16)


def regel_voor_grond(bereik: Reikwijdte, vrager: Vrager, feiten: Feiten, regels: Regelset) -> Regel:
    """The rule that asks for the necessity of a ground: it names the article.

    Raises GeenUitdrukkelijkeGrond where no rule, or more than one, covers all of it;
    LopendVerleden.
    """
    if not _geldig(bereik.tot, feiten):
        raise LopendVerleden
    gevonden: set[Regel] = set()
    for regime in bereik.regimes:
        for onderwerp in bereik.onderwerpen:
            passend = [
                regel
                for wie, doel in relaties(vrager, feiten).items()
                if doel is bereik.doel
                for regel in regels.voor(wie, doel, regime, onderwerp)
                if Eis.NOODZAAK in regel.eist
            ]
            if not passend:
                raise GeenUitdrukkelijkeGrond
            gevonden.add(passend[0])
    if len(gevonden) != 1:
        raise GeenUitdrukkelijkeGrond
    return gevonden.pop()
