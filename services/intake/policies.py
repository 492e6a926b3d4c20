"""What intake does when plan says something: it follows who works along. Pure."""

from __future__ import annotations

from events.base import Envelope
from events.plan import DeelnemerToegetreden, DeelnemerVertrokken, PlanAfgesloten
from infra.decider import Reaction
from services.intake.domain import Huishouden


def react(envelope: Envelope) -> list[Reaction]:
    """Regisseur and meewerkers may write notes; re-opening a plan revives nobody's place."""
    match envelope.fact:
        case DeelnemerToegetreden(huishouden=huishouden, medewerker=wie):
            return [Reaction(Huishouden, huishouden, lambda h: h.volg_meewerker(erbij=wie))]
        case DeelnemerVertrokken(huishouden=huishouden, medewerker=wie):
            return [Reaction(Huishouden, huishouden, lambda h: h.volg_meewerker(eraf=wie))]
        case PlanAfgesloten(huishouden=huishouden):
            return [Reaction(Huishouden, huishouden, lambda h: h.laat_meewerkers_vervallen())]
        case _:
            return []
