"""What restriction decisions withhold today, asked of each line when somebody reads her own log.

Rules kept here: a decision withholds looks, not lines. A look at Anna and Bert together that Anna
may not know of is withheld from Bert too, or his overview would tell her; a look at Bert alone is
his to know. The rows, the tree and what supervision sees do not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select

from events.toezicht import Beperking, Toepassingsgebied
from events.waarden import Doel, Ontvanger
from infra.auth import Aangemeld
from infra.database import Tx
from infra.decider import NEDERLAND
from infra.logbook import Geschreven, Logbook, logregels
from infra.staff import Persona
from services.consent.domain.feiten import Inhoud, Vastlegging
from services.consent.log.blik import Blik
from services.consent.log.register import Register
from services.consent.projections import Beslisfeiten

Look = tuple[UUID, str | None]
"""The lines of one look: their trace, and the span of the record they hang under."""
_ander = logregels.alias("ander")
_boven = logregels.alias("boven")


def raakt(gebied: Toepassingsgebied, blik: Blik, doel: Doel | None) -> bool:
    """Whether a decision withholds this look; `doel` is the purpose that held at it. Pure."""
    dag = (blik.besluit or blik.regel).tijdstip.astimezone(NEDERLAND).date()
    if dag < gebied.van or (gebied.tot is not None and dag > gebied.tot):
        return False
    door = blik.door
    return bool(door) and (
        UUID(door["id"]) in gebied.medewerkers
        or door["organisatie"] in gebied.organisaties
        or doel in gebied.doelen
    )


class Afscherming:
    """Of one gemeente."""

    def __init__(
        self, logboek: Logbook, feiten: Beslisfeiten, register: Register,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._logboek, self._feiten, self._register = logboek, feiten, register
        self._now = now

    def voor(self, tx: Tx, persoon: UUID, lezer: UUID) -> Callable[[Geschreven], bool]:
        """What is withheld today, as a question about one line about this person; of who reads in
        her place also what a decision about that reader withholds."""
        geldend = self._geldend(tx)
        samen = self._samen_met(tx, persoon, {een.persoon for een in geldend})
        dicht = {
            look
            for een in geldend
            if een.persoon in samen
            for look in self._geraakt(tx, een.persoon, een.toepassingsgebied)
        }
        if lezer != persoon:
            van_lezer = (een for een in geldend if een.persoon == lezer)
            for een in van_lezer:
                dicht |= set(self._geraakt(tx, persoon, een.toepassingsgebied))
        return lambda regel: _look(regel) in dicht

    def verborgen(
        self, tx: Tx, persoon: UUID, staf: Callable[[UUID], Persona | None]
    ) -> Callable[[Vastlegging], bool]:
        """Which records about this person would tell her of looks that are withheld today: that
        they were made is withheld, or they are for who looks. What she gave herself she knows.
        """
        gebieden = [een.toepassingsgebied for een in self._geldend(tx) if een.persoon == persoon]
        blikken = list(self._blikken(tx, persoon)) if gebieden else []
        gemaakt = {
            blik.besluit.regel.inhoud["vraag"].get("record")
            for gebied in gebieden
            for blik in blikken
            if blik.besluit is not None and raakt(gebied, blik, self._doel(blik))
        }

        def dicht(record: Vastlegging) -> bool:
            if getattr(record.inhoud, "gegeven_door", None) == persoon:
                return False
            return str(record.id) in gemaakt or any(
                _voor_wie_keek(gebied, record.inhoud, staf) for gebied in gebieden
            )

        return dicht

    def besloten(self, tx: Tx) -> dict[UUID, Beperking]:
        """The decisions that were taken and not ended, by number."""
        inhoud = self._feiten.inhoud(self._feiten.van_soort(tx, "beperking"))
        return {
            UUID(sleutel.removeprefix("beperking:")): Beperking.model_validate(waarde)
            for sleutel, waarde in inhoud.items()
        }

    def over_haarzelf(self, tx: Tx, wie: Aangemeld, beperking: Beperking) -> bool:
        """Whether a decision names her, or would withhold a look of hers."""
        gebied = beperking.toepassingsgebied
        return wie.actor.id in gebied.medewerkers or any(
            blik.van(wie) and raakt(gebied, blik, self._doel(blik))
            for blik in self._blikken(tx, beperking.persoon)
        )

    def _geldend(self, tx: Tx) -> list[Beperking]:
        vandaag = self._now().astimezone(NEDERLAND).date()
        return [een for een in self.besloten(tx).values() if vandaag <= een.tot]

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
        for blik in self._blikken(tx, persoon):
            if raakt(gebied, blik, self._doel(blik)):
                yield _look(blik.regel)

    def _blikken(self, tx: Tx, persoon: UUID) -> Iterator[Blik]:
        """Who looked at her: each line about her, with the record it hangs under."""
        boven = select(_boven).join(
            logregels, and_(_boven.c.vraag == logregels.c.vraag, _boven.c.span == logregels.c.boven)
        )
        gelezen = self._logboek.read(tx, boven.where(logregels.c.persoon == persoon).distinct())
        records = {(rij.regel.vraag, rij.regel.span): rij for rij in gelezen}
        eigen = select(logregels).where(logregels.c.persoon == persoon)
        for regel in self._logboek.read(tx, eigen):
            yield Blik(regel, records.get(_look(regel)))

    def _doel(self, blik: Blik) -> Doel | None:
        """The purpose that held: of the activity that the line names, because who asks seldom
        names one and it follows from her task; a line from before the register has its own."""
        inhoud = blik.regel.regel.inhoud
        if "ldv" in inhoud:
            uri = inhoud["ldv"]["attributes"]["dpl.core.processing_activity_id"]
            return self._register.lees(uri)[0].doel
        genoemd = (blik.besluit or blik.regel).regel.inhoud.get("doel")
        return None if genoemd is None else Doel(genoemd)


def _voor_wie_keek(
    gebied: Toepassingsgebied, inhoud: Inhoud, staf: Callable[[UUID], Persona | None]
) -> bool:
    """Whether a record lets somebody look whose looks a decision withholds, or for such a purpose;
    an objection is her own."""
    ontvanger: Ontvanger | None = getattr(inhoud, "ontvanger", None)
    if ontvanger is None:
        return False
    wie = ontvanger.medewerker
    persona = None if wie is None else staf(wie)
    waar = ontvanger.organisatie if persona is None else persona.organisatie
    doel: Doel | None = getattr(inhoud, "doel", None)
    return wie in gebied.medewerkers or waar in gebied.organisaties or doel in gebied.doelen


def _look(regel: Geschreven) -> Look:
    return regel.regel.vraag, regel.regel.boven
