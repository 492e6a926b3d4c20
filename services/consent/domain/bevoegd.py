"""Whose it is to record here today: who has a task, and of which kind. Pure.

Rules kept here: looking in an emergency is no task; a regisseur acts by a mandate that holds today,
a substitute by a substitution that holds today.
"""

from __future__ import annotations

from infra.decider import GeenRecht
from services.consent.domain.feiten import Feiten, Vrager, mandaat_geldt, vervangingen


class NoodIsGeenTaak(GeenRecht):
    """Met noodtoegang kunt u hier kijken, maar niets vastleggen. Doe verslag van uw noodtoegang;
    wie een taak heeft in dit huishouden legt vast wat er verder nodig is."""


class MandaatGeldtNiet(GeenRecht):
    """Uw mandaat als regisseur geldt vandaag niet. Vraag het college om een nieuw mandaat; tot die
    dag legt u hier niets vast."""


class VervangingGeldtNiet(GeenRecht):
    """Uw vervanging geldt vandaag niet. Vraag wie u vervangt om u opnieuw aan te wijzen."""


_BEHANDELAARS = ("zorg", "jeugdhulp")


def regisseert(vrager: Vrager, feiten: Feiten) -> bool:
    """Whether she is the regisseur, under a mandate that holds today (Awb 10:3)."""
    return feiten.regisseur == vrager.actor.id and mandaat_geldt(feiten)


def doet_mee(vrager: Vrager, feiten: Feiten) -> bool:
    """Whether she takes part herself, or does the task of who does."""
    return vrager.actor.id in feiten.deelnemers or bool(vervangingen(vrager, feiten))


def behandelt(vrager: Vrager, feiten: Feiten) -> bool:
    """Whether she treats or helps here, so that the law gives it to her to judge whether somebody
    can weigh her interests (BW 7:465 lid 2 and 3, Jeugdwet 7.3.4 lid 2 and 7.3.15 lid 2)."""
    eigen = feiten.deelnemers.get(vrager.actor.id) == vrager.regime
    return vrager.regime in _BEHANDELAARS and (eigen or bool(vervangingen(vrager, feiten)))


def heeft_taak(vrager: Vrager, feiten: Feiten) -> bool:
    """Whether she has a task in this household today."""
    return doet_mee(vrager, feiten) or regisseert(vrager, feiten)


def controleer_taak(vrager: Vrager, feiten: Feiten) -> None:
    """A professional records for her task, and has one today; a resident for herself.

    Raises MandaatGeldtNiet, VervangingGeldtNiet, NoodIsGeenTaak.
    """
    if vrager.rol != "professional" or heeft_taak(vrager, feiten):
        return
    if feiten.regisseur == vrager.actor.id:
        raise MandaatGeldtNiet
    if vrager.actor.id in feiten.vervangers:
        raise VervangingGeldtNiet
    raise NoodIsGeenTaak
