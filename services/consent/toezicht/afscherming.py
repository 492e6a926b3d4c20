"""What restriction decisions withhold today, asked of each line when somebody reads her own log.

Rules kept here: a decision withholds looks, not lines. A look at Anna and Bert together that Anna
may not know of is withheld from Bert too, or his overview would tell her; a look at Bert alone is
his to know. The rows, the tree and what supervision sees do not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select

from events.toezicht import Beperking, Toepassingsgebied
from infra.auth import Aangemeld
from infra.database import Tx
from infra.decider import NEDERLAND
from infra.logbook import Geschreven, Logbook, logregels
from services.consent.projections import Beslisfeiten

Look = tuple[UUID, str | None]
"""The lines of one look: their trace, and the span of the record they hang under."""
_ander = logregels.alias("ander")
_boven = logregels.alias("boven")


def raakt(gebied: Toepassingsgebied, record: Geschreven) -> bool:
    """Whether a decision withholds the look that this record of the log tells of. Pure."""
    inhoud = record.regel.inhoud
    dag = record.tijdstip.astimezone(NEDERLAND).date()
    if dag < gebied.van or (gebied.tot is not None and dag > gebied.tot):
        return False
    if "wie" in inhoud:
        wie, waar = inhoud["wie"]["id"], inhoud["functie"]["organisatie"]
        doel = inhoud.get("vraag", {}).get("doel")
    elif "door" in inhoud:  # a line from before there were records
        wie, waar = inhoud["door"]["id"], inhoud["door"]["organisatie"]
        doel = inhoud.get("doel")
    else:
        return False
    return (
        UUID(wie) in gebied.medewerkers
        or waar in gebied.organisaties
        or doel in [ander.value for ander in gebied.doelen]
    )


class Afscherming:
    """Of one gemeente."""

    def __init__(self, logboek: Logbook, feiten: Beslisfeiten, now: Callable[[], datetime]) -> None:
        self._logboek, self._feiten, self._now = logboek, feiten, now

    def voor(self, tx: Tx, persoon: UUID) -> Callable[[Geschreven], bool]:
        """What is withheld from this person today, as a question about one line of hers."""
        vandaag = self._now().astimezone(NEDERLAND).date()
        geldend = [een for een in self.besloten(tx).values() if vandaag <= een.tot]
        samen = self._samen_met(tx, persoon, {een.persoon for een in geldend})
        dicht = {
            look
            for een in geldend
            if een.persoon in samen
            for look in self._geraakt(tx, een.persoon, een.toepassingsgebied)
        }
        return lambda regel: _look(regel) in dicht

    def besloten(self, tx: Tx) -> dict[UUID, Beperking]:
        """The decisions that were taken and not ended, by number."""
        inhoud = self._feiten.inhoud(tx, self._feiten.van_soort(tx, "beperking"))
        return {
            UUID(sleutel.removeprefix("beperking:")): Beperking.model_validate(waarde)
            for sleutel, waarde in inhoud.items()
        }

    def over_haarzelf(self, tx: Tx, wie: Aangemeld, beperking: Beperking) -> bool:
        """Whether a decision names her, or would withhold a look of hers."""
        gebied = beperking.toepassingsgebied
        if wie.actor.id in gebied.medewerkers:
            return True
        return any(
            raakt(gebied, record) and _door(record) == wie.actor.id
            for record in self._records(tx, beperking.persoon)
        )

    def _samen_met(self, tx: Tx, persoon: UUID, personen: set[UUID]) -> set[UUID]:
        """Who of these was looked at together with her; she too, if she is one of them."""
        samen = select(_ander.c.persoon).join(
            logregels,
            and_(
                _ander.c.vraag == logregels.c.vraag,
                _ander.c.boven.is_not_distinct_from(logregels.c.boven),
            ),
        )
        waar = (logregels.c.persoon == persoon, _ander.c.persoon.in_(personen))
        gevonden = set(tx.execute(samen.where(*waar).distinct()).scalars()) if personen else set()
        return gevonden | ({persoon} & personen)

    def _geraakt(self, tx: Tx, persoon: UUID, gebied: Toepassingsgebied) -> Iterator[Look]:
        for record in self._records(tx, persoon):
            if raakt(gebied, record):
                span = record.regel.span if record.regel.persoon is None else record.regel.boven
                yield record.regel.vraag, span

    def _records(self, tx: Tx, persoon: UUID) -> Iterable[Geschreven]:
        """Who looked at her: the records above her lines, and lines that are their own record."""
        boven = select(_boven).join(
            logregels, and_(_boven.c.vraag == logregels.c.vraag, _boven.c.span == logregels.c.boven)
        )
        yield from self._logboek.read(tx, boven.where(logregels.c.persoon == persoon).distinct())
        oud = select(logregels).where(logregels.c.persoon == persoon, logregels.c.boven.is_(None))
        yield from self._logboek.read(tx, oud)


def _look(regel: Geschreven) -> Look:
    return regel.regel.vraag, regel.regel.boven


def _door(record: Geschreven) -> UUID | None:
    wie = record.regel.inhoud.get("wie") or record.regel.inhoud.get("door")
    return None if wie is None else UUID(wie["id"])
