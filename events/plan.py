"""The facts of the plan: one stream per household, `plan_id(huishouden)`."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias
from uuid import UUID, uuid5

from events.base import Fact, Personal
from events.begrippen import Leefgebied
from events.waarden import (
    Aard,
    Actiestatus,
    Deelnemer,
    Doeluitkomst,
    Eigenaarsoort,
    Standpunt,
    Tekst,
)


def plan_id(huishouden: UUID) -> UUID:
    """The one plan stream of a household: two plans cannot exist."""
    return uuid5(huishouden, "plan")


class RegieGevolgd(Fact, naam="nl.samenplan.regie-gevolgd"):
    """Plan learned from intake who directs this household."""

    huishouden: UUID
    regisseur: UUID


class LedenGevolgd(Fact, naam="nl.samenplan.leden-gevolgd"):
    """Plan learned from intake who belongs to the household, or to its network."""

    huishouden: UUID
    erbij: UUID | None = None
    eraf: UUID | None = None
    netwerk: bool = False


class PlanGeopend(Fact, naam="nl.samenplan.plan-geopend"):
    """The household has an active plan."""

    huishouden: UUID


class DoelGesteld(Fact, naam="nl.samenplan.doel-gesteld"):
    """A goal in the family's own words, with a measurable result and an evaluation date."""

    huishouden: UUID
    doel: UUID
    personen: tuple[UUID, ...]
    woorden: Personal[Tekst]
    resultaat: Personal[Tekst]
    evaluatie_op: Personal[date]
    leefgebied: Personal[Leefgebied]


class DoelBijgesteld(Fact, naam="nl.samenplan.doel-bijgesteld"):
    """A goal got other words, another result or another date; the earlier ones stay."""

    huishouden: UUID
    doel: UUID
    woorden: Personal[Tekst]
    resultaat: Personal[Tekst]
    evaluatie_op: Personal[date]


class DoelGeevalueerd(Fact, naam="nl.samenplan.doel-geevalueerd"):
    """How far a goal was reached, looked at together. What is `afgerond` leaves the order."""

    huishouden: UUID
    doel: UUID
    afgerond: bool = False
    uitkomst: Personal[Doeluitkomst]
    toelichting: Personal[Tekst]


class VolgordeBepaald(Fact, naam="nl.samenplan.volgorde-bepaald"):
    """Which problem first, with the reason; no hidden score."""

    huishouden: UUID
    doelen: tuple[UUID, ...]
    reden: Personal[Tekst]


class ActieAfgesproken(Fact, naam="nl.samenplan.actie-afgesproken"):
    """Who does what, before when."""

    huishouden: UUID
    actie: UUID
    doel: UUID
    eigenaar: UUID
    eigenaarsoort: Eigenaarsoort
    wat: Personal[Tekst]
    uiterlijk_op: Personal[date]
    aard: Personal[Aard]


class ActieBijgewerkt(Fact, naam="nl.samenplan.actie-bijgewerkt"):
    """How an action stands; with the reason when it was not done."""

    huishouden: UUID
    actie: UUID
    status: Personal[Actiestatus]
    reden: Personal[Tekst] | None = None


class DeelnemerToegetreden(Fact, naam="nl.samenplan.deelnemer-toegetreden"):
    """A professional joined the plan: organisation, role, hoed and task."""

    huishouden: UUID
    medewerker: UUID
    deelnemer: Personal[Deelnemer]


class DeelnemerVertrokken(Fact, naam="nl.samenplan.deelnemer-vertrokken"):
    """A professional left the plan; access ends with it."""

    huishouden: UUID
    medewerker: UUID
    reden: Personal[Tekst]


class StandpuntVastgelegd(Fact, naam="nl.samenplan.standpunt-vastgelegd"):
    """What a person thinks of a version of the plan, or of one goal or action in it."""

    huishouden: UUID
    persoon: UUID
    planversie: int
    over: UUID | None
    standpunt: Personal[Standpunt]
    waarom: Personal[Tekst] | None = None


class PlanAfgesloten(Fact, naam="nl.samenplan.plan-afgesloten"):
    """The plan ended; everybody's place in it ends too."""

    huishouden: UUID
    reden: Personal[Tekst]


class PlanHeropend(Fact, naam="nl.samenplan.plan-heropend"):
    """The plan goes on; no access and no consent revives."""

    huishouden: UUID
    reden: Personal[Tekst]


PlanFact: TypeAlias = (
    RegieGevolgd
    | LedenGevolgd
    | PlanGeopend
    | DoelGesteld
    | DoelBijgesteld
    | DoelGeevalueerd
    | VolgordeBepaald
    | ActieAfgesproken
    | ActieBijgewerkt
    | DeelnemerToegetreden
    | DeelnemerVertrokken
    | StandpuntVastgelegd
    | PlanAfgesloten
    | PlanHeropend
)
