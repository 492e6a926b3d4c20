"""One plan as decisions know it: its people, its goals and actions, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import TypeVar, assert_never
from uuid import UUID

from events.base import Open
from events.begrippen import Leefgebied, Rubriek
from events.plan import (
    ActieAfgesproken,
    ActieBijgewerkt,
    DeelnemerToegetreden,
    DeelnemerVertrokken,
    DoelBijgesteld,
    DoelGeevalueerd,
    DoelGesteld,
    LedenGevolgd,
    PlanAfgesloten,
    PlanFact,
    PlanGeopend,
    PlanHeropend,
    RegieGevolgd,
    StandpuntVastgelegd,
    VolgordeBepaald,
)
from events.waarden import Actiestatus, Deelnemer, Doeluitkomst, Eigenaarsoort, Standpunt
from infra.auth import Aangemeld, Rol
from infra.decider import NietBekend
from services.plan.domain.regels import (
    STELLERS,
    Afspraak,
    AlDeelnemer,
    AlleenEigenaar,
    AlleenEigenStandpunt,
    AlleenRegisseur,
    AlleenSteller,
    Doelinhoud,
    EigenaarDoetNietMee,
    GeenDeelnemer,
    Gezien,
    HoedPastNiet,
    PersoonHoortErNietBij,
    PlanIsAfgesloten,
    PlanLooptAl,
    RedenOntbreekt,
    VolgordeKloptNiet,
    gedeeld,
    in_de_toekomst,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doelstand:
    """What decisions need of a goal; `versie` is that of the last fact about it."""

    personen: tuple[UUID, ...]
    versie: int
    afgerond: bool = False


@dataclass(frozen=True, slots=True)
class Actiestand:
    """What decisions need of an action; `versie` is that of the last fact about it."""

    doel: UUID
    eigenaar: UUID
    eigenaarsoort: Eigenaarsoort
    versie: int


class Fase(Enum):
    """Where the plan is in its life."""

    GEEN = "geen"
    LOPEND = "lopend"
    AFGESLOTEN = "afgesloten"


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one household, and who is who in it."""

    huishouden: UUID | None = None
    regisseur: UUID | None = None
    leden: frozenset[UUID] = frozenset()
    netwerk: frozenset[UUID] = frozenset()
    deelnemers: frozenset[UUID] = frozenset()
    fase: Fase = Fase.GEEN
    doelen: Mapping[UUID, Doelstand] = field(default_factory=dict)
    acties: Mapping[UUID, Actiestand] = field(default_factory=dict)
    planversie: int = 0
    """How often the content changed: a goal set or revised, an action agreed. People agree with
    such a version; progress, order and evaluation leave it as it is."""
    versie: int = 0
    """Number of facts, which is the version of the stream."""

    def evolve(self, fact: PlanFact) -> Plan:
        na = replace(self, versie=self.versie + 1)
        match fact:
            case RegieGevolgd(huishouden=huishouden, regisseur=wie):
                return replace(na, huishouden=huishouden, regisseur=wie)
            case LedenGevolgd(huishouden=huishouden, netwerk=True):
                return replace(na, huishouden=huishouden, netwerk=_gevolgd(na.netwerk, fact))
            case LedenGevolgd(huishouden=huishouden):
                return replace(na, huishouden=huishouden, leden=_gevolgd(na.leden, fact))
            case PlanGeopend() | PlanHeropend():
                return replace(na, fase=Fase.LOPEND)
            case PlanAfgesloten():
                return replace(na, fase=Fase.AFGESLOTEN, deelnemers=frozenset())
            case DoelGesteld(doel=doel, personen=personen):
                return na._met_doel(doel, Doelstand(personen, na.versie))._gewijzigd()
            case DoelBijgesteld(doel=doel):
                stand = replace(na.doelen[doel], versie=na.versie)
                return na._met_doel(doel, stand)._gewijzigd()
            case DoelGeevalueerd(doel=doel, afgerond=afgerond):
                stand = replace(na.doelen[doel], versie=na.versie, afgerond=afgerond)
                return na._met_doel(doel, stand)
            case ActieAfgesproken(actie=actie, doel=doel, eigenaar=wie, eigenaarsoort=soort):
                return na._met_actie(actie, Actiestand(doel, wie, soort, na.versie))._gewijzigd()
            case ActieBijgewerkt(actie=actie):
                return na._met_actie(actie, replace(na.acties[actie], versie=na.versie))
            case DeelnemerToegetreden(medewerker=wie):
                return replace(na, deelnemers=na.deelnemers | {wie})
            case DeelnemerVertrokken(medewerker=wie):
                return replace(na, deelnemers=na.deelnemers - {wie})
            case VolgordeBepaald() | StandpuntVastgelegd():
                return na
            case _:
                assert_never(fact)

    # --- followed from intake -----------------------------------------------------------------

    def volg_regie(self, huishouden: UUID, regisseur: UUID) -> list[PlanFact]:
        if self.regisseur == regisseur:
            return []
        return [RegieGevolgd(huishouden=huishouden, regisseur=regisseur)]

    def volg_komst(self, huishouden: UUID, wie: UUID, *, netwerk: bool) -> list[PlanFact]:
        if wie in (self.netwerk if netwerk else self.leden):
            return []
        return [LedenGevolgd(huishouden=huishouden, erbij=wie, netwerk=netwerk)]

    def volg_vertrek(self, huishouden: UUID, wie: UUID, *, netwerk: bool) -> list[PlanFact]:
        if wie not in (self.netwerk if netwerk else self.leden):
            return []
        return [LedenGevolgd(huishouden=huishouden, eraf=wie, netwerk=netwerk)]

    # --- the plan as a whole ------------------------------------------------------------------

    def open(self, wie: Aangemeld) -> list[PlanFact]:
        """Raises NietBekend, AlleenRegisseur, PlanLooptAl, PlanIsAfgesloten."""
        self._alleen_regisseur(wie, nog_geen_plan=True)
        if self.fase is Fase.LOPEND:
            raise PlanLooptAl
        if self.fase is Fase.AFGESLOTEN:
            raise PlanIsAfgesloten
        return [PlanGeopend(huishouden=self._huishouden)]

    def sluit_af(self, wie: Aangemeld, reden: str) -> list[PlanFact]:
        """Raises NietBekend, AlleenRegisseur, PlanIsAfgesloten."""
        self._alleen_regisseur(wie)
        self._loopt()
        return [PlanAfgesloten(huishouden=self._huishouden, reden=self._van_allen(reden))]

    def heropen(self, wie: Aangemeld, reden: str) -> list[PlanFact]:
        """Everybody has to join anew. Raises NietBekend, AlleenRegisseur, PlanLooptAl."""
        self._alleen_regisseur(wie)
        if self.fase is Fase.LOPEND:
            raise PlanLooptAl
        return [PlanHeropend(huishouden=self._huishouden, reden=self._van_allen(reden))]

    def laat_toe(self, wie: Aangemeld, medewerker: UUID, deelnemer: Deelnemer) -> list[PlanFact]:
        """Raises NietBekend, AlleenRegisseur, PlanIsAfgesloten, AlDeelnemer, HoedPastNiet."""
        self._alleen_regisseur(wie)
        self._loopt()
        if medewerker in self.deelnemers:
            raise AlDeelnemer
        if deelnemer.hoed not in STELLERS:
            raise HoedPastNiet
        return [
            DeelnemerToegetreden(
                huishouden=self._huishouden,
                medewerker=medewerker,
                deelnemer=self._van_allen(deelnemer),
            )
        ]

    def laat_gaan(self, wie: Aangemeld, medewerker: UUID, reden: str) -> list[PlanFact]:
        """Raises NietBekend, AlleenRegisseur, PlanIsAfgesloten, GeenDeelnemer."""
        self._alleen_regisseur(wie)
        self._loopt()
        if medewerker not in self.deelnemers:
            raise GeenDeelnemer
        return [
            DeelnemerVertrokken(
                huishouden=self._huishouden, medewerker=medewerker, reden=self._van_allen(reden)
            )
        ]

    def bepaal_volgorde(
        self, wie: Aangemeld, doelen: tuple[UUID, ...], reden: str
    ) -> list[PlanFact]:
        """Raises NietBekend, AlleenSteller, PlanIsAfgesloten, VolgordeKloptNiet."""
        self._steller(wie)
        lopend = [doel for doel, stand in self.doelen.items() if not stand.afgerond]
        if sorted(doelen) != sorted(lopend):
            raise VolgordeKloptNiet
        return [
            VolgordeBepaald(
                huishouden=self._huishouden, doelen=doelen, reden=self._van_allen(reden)
            )
        ]

    # --- goals --------------------------------------------------------------------------------

    def stel_doel(
        self,
        wie: Aangemeld,
        doel: UUID,
        personen: tuple[UUID, ...],
        inhoud: Doelinhoud,
        vandaag: date,
    ) -> list[PlanFact]:
        """Raises NietBekend, AlleenSteller, PlanIsAfgesloten, PersoonHoortErNietBij,
        EvaluatieInVerleden."""
        self._steller(wie)
        if not self.leden.issuperset(personen):
            raise PersoonHoortErNietBij
        in_de_toekomst(inhoud, vandaag)
        plaats = gedeeld(personen, inhoud.leefgebied)
        return [
            DoelGesteld(
                huishouden=self._huishouden,
                doel=doel,
                personen=plaats.betrokkenen,
                woorden=Open(inhoud.woorden, plaats),
                resultaat=Open(inhoud.resultaat, plaats),
                evaluatie_op=Open(inhoud.evaluatie_op, plaats),
                leefgebied=Open(inhoud.leefgebied, plaats),
            )
        ]

    def stel_bij(
        self, wie: Aangemeld, doel: UUID, inhoud: Doelinhoud, vandaag: date, gezien: Gezien
    ) -> list[PlanFact]:
        """Raises NietBekend, AlleenSteller, PlanIsAfgesloten, Verouderd, EvaluatieInVerleden."""
        self._steller(wie)
        stand = self._doel(doel)
        gezien(doel, stand.versie)
        in_de_toekomst(inhoud, vandaag)
        plaats = gedeeld(stand.personen, inhoud.leefgebied)
        return [
            DoelBijgesteld(
                huishouden=self._huishouden,
                doel=doel,
                woorden=Open(inhoud.woorden, plaats),
                resultaat=Open(inhoud.resultaat, plaats),
                evaluatie_op=Open(inhoud.evaluatie_op, plaats),
            )
        ]

    def evalueer(
        self,
        wie: Aangemeld,
        doel: UUID,
        uitkomst: Doeluitkomst,
        toelichting: str,
        leefgebied: Leefgebied,
        gezien: Gezien,
    ) -> list[PlanFact]:
        """Raises NietBekend, AlleenSteller, PlanIsAfgesloten, Verouderd."""
        self._steller(wie)
        stand = self._doel(doel)
        gezien(doel, stand.versie)
        plaats = gedeeld(stand.personen, leefgebied)
        return [
            DoelGeevalueerd(
                huishouden=self._huishouden,
                doel=doel,
                afgerond=uitkomst is Doeluitkomst.GEHAALD,
                uitkomst=Open(uitkomst, plaats),
                toelichting=Open(toelichting, plaats),
            )
        ]

    # --- actions ------------------------------------------------------------------------------

    def spreek_af(self, wie: Aangemeld, actie: UUID, afspraak: Afspraak) -> list[PlanFact]:
        """Raises NietBekend, AlleenSteller, PlanIsAfgesloten, EigenaarDoetNietMee."""
        self._steller(wie)
        stand = self._doel(afspraak.doel)
        if afspraak.eigenaar not in self._kring(afspraak.eigenaarsoort):
            raise EigenaarDoetNietMee
        plaats = gedeeld(stand.personen, afspraak.leefgebied)
        return [
            ActieAfgesproken(
                huishouden=self._huishouden,
                actie=actie,
                doel=afspraak.doel,
                eigenaar=afspraak.eigenaar,
                eigenaarsoort=afspraak.eigenaarsoort,
                wat=Open(afspraak.wat, plaats),
                uiterlijk_op=Open(afspraak.uiterlijk_op, plaats),
                aard=Open(afspraak.aard, plaats),
            )
        ]

    def werk_bij(
        self,
        wie: Aangemeld,
        actie: UUID,
        status: Actiestatus,
        reden: str | None,
        leefgebied: Leefgebied,
        gezien: Gezien,
    ) -> list[PlanFact]:
        """Raises NietBekend, AlleenEigenaar, PlanIsAfgesloten, Verouderd, RedenOntbreekt."""
        stand = self.acties.get(actie)
        eigen = stand is not None and (wie.actor.id, self._deelname(wie)) == (
            stand.eigenaar,
            stand.eigenaarsoort,
        )
        if not eigen:  # a neighbour from the network knows her own action and nothing else
            self._toegelaten(wie)
        if stand is None:
            raise NietBekend
        if not eigen and not self._mag_stellen(wie):
            raise AlleenEigenaar
        self._loopt()
        gezien(actie, stand.versie)
        if status is Actiestatus.NIET_GELUKT and reden is None:
            raise RedenOntbreekt
        plaats = gedeeld(self.doelen[stand.doel].personen, leefgebied)
        return [
            ActieBijgewerkt(
                huishouden=self._huishouden,
                actie=actie,
                status=Open(status, plaats),
                reden=None if reden is None else Open(reden, plaats),
            )
        ]

    # --- what people think --------------------------------------------------------------------

    def leg_standpunt_vast(
        self,
        wie: Aangemeld,
        persoon: UUID,
        over: UUID | None,
        standpunt: Standpunt,
        waarom: str | None,
        gezien: Gezien,
    ) -> list[PlanFact]:
        """About the plan as it stands now, or one goal or action in it.

        Raises NietBekend, AlleenEigenStandpunt, PlanIsAfgesloten, PersoonHoortErNietBij, Verouderd.
        """
        if self._toegelaten(wie) is Eigenaarsoort.LID and persoon != wie.actor.id:
            raise AlleenEigenStandpunt
        self._loopt()
        if persoon not in self.leden:
            raise PersoonHoortErNietBij
        if over is not None:
            deel = self.doelen.get(over) or self.acties.get(over)
            if deel is None:
                raise NietBekend
            gezien(over, deel.versie)
        plaats = gedeeld((persoon,), Rubriek.REGIE)
        return [
            StandpuntVastgelegd(
                huishouden=self._huishouden,
                persoon=persoon,
                planversie=self.planversie,
                over=over,
                standpunt=Open(standpunt, plaats),
                waarom=None if waarom is None else Open(waarom, plaats),
            )
        ]

    # --- who is who ---------------------------------------------------------------------------

    def _kring(self, soort: Eigenaarsoort) -> frozenset[UUID]:
        match soort:
            case Eigenaarsoort.PROFESSIONAL:
                return self.deelnemers | ({self.regisseur} if self.regisseur else set())
            case Eigenaarsoort.LID:
                return self.leden
            case Eigenaarsoort.NETWERK:
                return self.netwerk
            case _:
                assert_never(soort)

    def _deelname(self, wie: Aangemeld) -> Eigenaarsoort | None:
        """As what somebody takes part; None for an outsider."""
        soorten = {
            Rol.PROFESSIONAL: (Eigenaarsoort.PROFESSIONAL,),
            Rol.INWONER: (Eigenaarsoort.LID, Eigenaarsoort.NETWERK),
        }
        for soort in soorten.get(wie.rol, ()):
            if wie.actor.id in self._kring(soort):
                return soort
        return None

    def _toegelaten(self, wie: Aangemeld, *, nog_geen_plan: bool = False) -> Eigenaarsoort:
        """Raises NietBekend for an outsider, exactly as for a plan that is not there."""
        soort = self._deelname(wie)
        if soort in (None, Eigenaarsoort.NETWERK):
            raise NietBekend
        if self.fase is Fase.GEEN and not nog_geen_plan:
            raise NietBekend
        return soort

    def _alleen_regisseur(self, wie: Aangemeld, *, nog_geen_plan: bool = False) -> None:
        self._toegelaten(wie, nog_geen_plan=nog_geen_plan)
        if wie.rol is not Rol.PROFESSIONAL or wie.actor.id != self.regisseur:
            raise AlleenRegisseur

    def _mag_stellen(self, wie: Aangemeld) -> bool:
        return self._deelname(wie) is Eigenaarsoort.PROFESSIONAL and (
            wie.actor.id == self.regisseur or wie.hoed in STELLERS
        )

    def _steller(self, wie: Aangemeld) -> None:
        self._toegelaten(wie)
        if not self._mag_stellen(wie):
            raise AlleenSteller
        self._loopt()

    # --- parts --------------------------------------------------------------------------------

    @property
    def _huishouden(self) -> UUID:
        assert self.huishouden is not None, "who belongs to a plan was followed from a household"
        return self.huishouden

    def _loopt(self) -> None:
        if self.fase is not Fase.LOPEND:
            raise PlanIsAfgesloten

    def _doel(self, doel: UUID) -> Doelstand:
        stand = self.doelen.get(doel)
        if stand is None:
            raise NietBekend
        return stand

    def _van_allen(self, waarde: T) -> Open[T]:
        return Open(waarde, gedeeld((self._huishouden,), Rubriek.REGIE))

    def _met_doel(self, doel: UUID, stand: Doelstand) -> Plan:
        return replace(self, doelen={**self.doelen, doel: stand})

    def _met_actie(self, actie: UUID, stand: Actiestand) -> Plan:
        return replace(self, acties={**self.acties, actie: stand})

    def _gewijzigd(self) -> Plan:
        return replace(self, planversie=self.planversie + 1)


def _gevolgd(kring: frozenset[UUID], fact: LedenGevolgd) -> frozenset[UUID]:
    kring = kring if fact.erbij is None else kring | {fact.erbij}
    return kring - {fact.eraf}
