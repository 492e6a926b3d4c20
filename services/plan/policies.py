"""What the plan does when intake says something: follow who directs and who belongs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.base import Envelope
from events.intake import (
    LidToegevoegd,
    LidVertrokken,
    NetwerklidToegevoegd,
    NetwerklidVertrokken,
    RegieOvergedragen,
    RegisseurAangewezen,
)
from events.plan import plan_id
from infra.decider import Reaction
from services.plan.domain import Plan


def react(envelope: Envelope) -> Sequence[Reaction]:
    """The decisions a fact of intake asks for; each says nothing when it already holds."""
    huishouden = envelope.stream
    match envelope.fact:
        case RegisseurAangewezen(regisseur=wie) | RegieOvergedragen(aan=wie):
            return [_regie(huishouden, wie)]
        case LidToegevoegd(persoon=wie):
            return [_erbij(huishouden, wie, netwerk=False)]
        case NetwerklidToegevoegd(persoon=wie):
            return [_erbij(huishouden, wie, netwerk=True)]
        case LidVertrokken(persoon=wie):
            return [_eraf(huishouden, wie, netwerk=False)]
        case NetwerklidVertrokken(persoon=wie):
            return [_eraf(huishouden, wie, netwerk=True)]
        case _:
            return []


def _regie(huishouden: UUID, wie: UUID) -> Reaction:
    return Reaction(Plan, plan_id(huishouden), lambda plan: plan.volg_regie(huishouden, wie))


def _erbij(huishouden: UUID, wie: UUID, *, netwerk: bool) -> Reaction:
    return Reaction(
        Plan,
        plan_id(huishouden),
        lambda plan: plan.volg_komst(huishouden, wie, netwerk=netwerk),
    )


def _eraf(huishouden: UUID, wie: UUID, *, netwerk: bool) -> Reaction:
    return Reaction(
        Plan,
        plan_id(huishouden),
        lambda plan: plan.volg_vertrek(huishouden, wie, netwerk=netwerk),
    )
