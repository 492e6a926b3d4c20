"""The rules of intake by name, and what their checks share."""

from __future__ import annotations

from datetime import date
from typing import TypeVar
from uuid import UUID

from events.base import Open, Zegelplaats
from events.begrippen import Rubriek, herkomst
from infra.decider import Context, RegelFout

T = TypeVar("T")


class MandaatGeldtNiet(RegelFout):
    """Dit mandaat geldt vandaag niet. Kies een mandaat dat vandaag geldt (Awb 10:3)."""


class EigenMandaat(RegelFout):
    """De regie kan niet naar uzelf gaan. Een mandaat verlengen doet de beslisser."""


class GeenLeden(RegelFout):
    """Er is geen lid gekozen. Noem ten minste één lid."""


class AlGevormd(RegelFout):
    """Dit huishouden is al gevormd."""


class AlBetrokken(RegelFout):
    """Deze persoon hoort al bij dit huishouden of zijn netwerk."""


class RedenPastNiet(RegelFout):
    """Deze reden past niet. Erbij komt wie is geboren of intrekt; weg gaat wie verhuist,
    scheidt, uit huis gaat of overlijdt."""


class InDeToekomst(RegelFout):
    """Deze datum ligt in de toekomst. Leg vast wat nu zo is."""


class EindeVoorBegin(RegelFout):
    """De einddatum ligt voor de begindatum."""


class GezagKloptNiet(RegelFout):
    """Dit aantal mensen past niet bij deze vorm van gezag. Kies wie er in het gezagsregister
    staat."""


class AlMeegedeeld(RegelFout):
    """Deze persoon weet al van de registratie."""


class AlOntvangen(RegelFout):
    """Deze melding is al ontvangen."""


class AlAfgehandeld(RegelFout):
    """Deze melding is al afgehandeld."""


class AlOpgepakt(RegelFout):
    """Deze melding is al opgepakt."""


class DeelnemerOnbekend(RegelFout):
    """Iemand aan tafel is hier niet bekend. Kies leden, mensen uit het netwerk, of medewerkers
    uit de gids."""


class GesprekAlAfgerond(RegelFout):
    """Dit gesprek is afgerond. Begin een nieuw gesprek, of vul een notitie aan."""


class GeenZitting(RegelFout):
    """Een gesprek is pas afgerond na minstens één zitting."""


class LegeNotitie(RegelFout):
    """Deze notitie is leeg. Schrijf op wat goed gaat, een zorg, een wens, eigen kracht, of wie
    helpt."""


class ZrmPerPersoon(RegelFout):
    """Kies één persoon voor dit niveau van de zelfredzaamheid-matrix."""


def gedeeld(rubriek: Rubriek, *betrokkenen: UUID) -> Zegelplaats:
    """The place of what the shared plan holds."""
    return Zegelplaats(betrokkenen, herkomst("gezinsplan"), rubriek)


def optioneel(waarde: T | None, plaats: Zegelplaats) -> Open[T] | None:
    return None if waarde is None else Open(waarde, plaats)


def niet_later(dag: date | None, context: Context) -> None:
    if dag is not None and dag > context.vandaag:
        raise InDeToekomst
