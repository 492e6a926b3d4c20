"""Restriction decisions: withholding who looked, and when it ends (UAVG 41, Wmo 5.3.2 lid 4).

Rules kept here: without a decision that holds today nothing is withheld; the privacy officer
prepares, the beslisser decides on what was prepared, and neither about her own looks; a decision
has an end, after which the lines are there; that there is one leaves no trace in what the person
sees, so no row about it names her.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from uuid import UUID, uuid4

from sqlalchemy import and_, select

from events.base import Open
from events.toezicht import (
    Beperking,
    BeperkingBeeindigd,
    BeperkingBesloten,
    BeperkingFact,
    BeperkingVoorgesteld,
    Toepassingsgebied,
)
from infra.auth import Aangemeld, Rol
from infra.database import Tx
from infra.decider import NEDERLAND, Context, GeenRecht, NietBekend, Recorded, RegelFout
from infra.keys import SubjectErasedError
from infra.logbook import Geschreven, Logbook, Regel, logregels
from infra.store import Store
from services.consent.log.blik import EigenInzage
from services.consent.log.register import TOEZICHT
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.plaatsen import plaats_toezicht
from services.consent.projections import Beslisfeiten
from services.consent.tijd.taken import Taken, taaknummer
from services.consent.toezicht.eigen import Lezer, Stap

_boven = logregels.alias("boven")


class LeegBereik(RegelFout):
    """Noem wiens inzage wordt afgeschermd: medewerkers, organisaties of doelen."""


class HerzienNaEinde(RegelFout):
    """De herziening ligt na vandaag en niet na het einde van de beperking."""


class AlBesloten(RegelFout):
    """Over dit voorstel is al besloten."""


class AlBeeindigd(RegelFout):
    """Deze beperking is al beëindigd."""


class ZelfVoorbereid(GeenRecht):
    """Wie een besluit voorbereidt, neemt het niet zelf."""


@dataclass(frozen=True, slots=True)
class Beperkingsstand:
    """One restriction: proposed, decided, ended."""

    persoon: UUID | None = None
    besloten: bool = False
    beeindigd: bool = False

    def evolve(self, fact: BeperkingFact) -> Beperkingsstand:
        match fact:
            case BeperkingVoorgesteld():
                return replace(self, persoon=fact.persoon)
            case BeperkingBesloten():
                return replace(self, besloten=True)
            case BeperkingBeeindigd():
                return replace(self, beeindigd=True)
            case _:
                assert_never(fact)

    def besluit(self, fact: BeperkingFact) -> list[BeperkingFact]:
        if self.persoon is None:
            raise NietBekend
        if self.besloten or self.beeindigd:
            raise AlBesloten
        return [fact]

    def beeindig(self, fact: BeperkingFact) -> list[BeperkingFact]:
        """Also a proposal that the beslisser does not follow ends like this."""
        if self.persoon is None:
            raise NietBekend
        if self.beeindigd:
            raise AlBeeindigd
        return [fact]


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


@dataclass(frozen=True, slots=True)
class Gezien:
    """A restriction as one reader sees it; `stappen` only for who prepares and decides."""

    id: UUID
    stand: Beperkingsstand
    stappen: tuple[Stap, ...]


class Beperkingen:
    """The use cases of restriction, on consent's own store."""

    def __init__(
        self, store: Store, logboek: Logbook, feiten: Beslisfeiten, lezer: Lezer, taken: Taken,
        maak: Verantwoording, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._store, self._logboek, self._feiten = store, logboek, feiten
        self._lezer, self._taken, self._maak, self._now = lezer, taken, maak, now

    def stel_voor(
        self, wie: Aangemeld, persoon: UUID, beperking: Beperking, context: Context
    ) -> Recorded:
        """The privacy officer prepares. Raises NietBekend, LeegBereik, HerzienNaEinde,
        EigenInzage."""
        if wie.rol is not Rol.PRIVACY_OFFICER or not self._bestaat(persoon):
            raise NietBekend
        gebied = beperking.toepassingsgebied
        if not (gebied.medewerkers or gebied.organisaties or gebied.doelen):
            raise LeegBereik
        if not self._vandaag < beperking.herzien_op <= beperking.tot:
            raise HerzienNaEinde
        _niet_eigen(wie, beperking)
        nummer = uuid4()
        fact = BeperkingVoorgesteld(
            persoon=persoon, beperking=Open(beperking, plaats_toezicht(persoon))
        )
        gedaan = self._store.handle(
            Beperkingsstand, nummer, lambda _: [fact], context, {"id": str(nummer)},
            self._op_de_lijst(wie, "voorgesteld", nummer, context),
        )  # fmt: skip
        self._taken.ontsta(
            "beperking-beslissen", "beslisser", persoon, None, context, bij=gedaan.stream
        )
        return gedaan

    def besluit(self, wie: Aangemeld, nummer: UUID, context: Context) -> Recorded:
        """The beslisser takes the decision that was prepared; it holds from the next question on.

        Raises NietBekend, ZelfVoorbereid, EigenInzage, AlBesloten.
        """
        voorstel, beperking = self._voorstel(wie, nummer)
        _niet_eigen(wie, beperking)
        if voorstel.door is not None and voorstel.door.id == wie.actor.id:
            raise ZelfVoorbereid
        persoon = self._stand(nummer).persoon
        assert persoon is not None
        fact = BeperkingBesloten(
            persoon=persoon, beperking=Open(beperking, plaats_toezicht(persoon))
        )
        gedaan = self._store.handle(
            Beperkingsstand, nummer, lambda b: b.besluit(fact), context, None,
            self._op_de_lijst(wie, "besloten", nummer, context),
        )  # fmt: skip
        self._klaar(persoon, nummer)
        return gedaan

    def beeindig(self, wie: Aangemeld, nummer: UUID, reden: str, context: Context) -> Recorded:
        """The beslisser ends it, or does not follow the proposal.

        Raises NietBekend, AlBeeindigd.
        """
        self._voorstel(wie, nummer)
        persoon = self._stand(nummer).persoon
        assert persoon is not None
        fact = BeperkingBeeindigd(persoon=persoon, reden=Open(reden, plaats_toezicht(persoon)))
        gedaan = self._store.handle(
            Beperkingsstand, nummer, lambda b: b.beeindig(fact), context, None,
            self._op_de_lijst(wie, "beëindigd", nummer, context),
        )  # fmt: skip
        self._klaar(persoon, nummer)
        return gedaan

    # --- looking ------------------------------------------------------------------------------

    def zie(self, wie: Aangemeld, nummer: UUID) -> Gezien:
        """All of it for who prepares and decides, how it stands for the FG. Raises NietBekend."""
        if wie.rol not in (Rol.PRIVACY_OFFICER, Rol.BESLISSER, Rol.FG):
            raise NietBekend
        stand = self._stand(nummer)
        if stand.persoon is None:
            raise NietBekend
        with self._store.database.write() as tx:
            stappen = [] if wie.rol is Rol.FG else self._lezer.stappen(tx, nummer)
            self._logboek.write(tx, self._now(), self._regels(wie, "gelezen", nummer))
        return Gezien(nummer, stand, tuple(stappen))

    def alle(self, wie: Aangemeld) -> list[Gezien]:
        """The decisions that were taken and not ended, without what they say. Raises NietBekend."""
        if wie.rol not in (Rol.PRIVACY_OFFICER, Rol.BESLISSER, Rol.FG):
            raise NietBekend
        with self._store.database.write() as tx:
            nummers = [_nummer(rij.sleutel) for rij in self._feiten.van_soort(tx, "beperking")]
            regels = [regel for n in nummers for regel in self._regels(wie, "gelezen", n)]
            if regels:
                self._logboek.write(tx, self._now(), regels)
        return [Gezien(nummer, self._stand(nummer), ()) for nummer in nummers]

    def afgeschermd(self, tx: Tx, persoon: UUID) -> Callable[[Geschreven], bool]:
        """What is withheld from this person today, as a question about one line of hers."""
        gebieden = [
            beperking.toepassingsgebied
            for beperking in self._geldend(tx, persoon)
            if self._vandaag <= beperking.tot
        ]
        if not gebieden:
            return lambda _: False

        def raakt_een(record: Geschreven) -> bool:
            return any(raakt(gebied, record) for gebied in gebieden)

        records = select(_boven).join(
            logregels, and_(_boven.c.vraag == logregels.c.vraag, _boven.c.span == logregels.c.boven)
        )
        over = self._logboek.read(tx, records.where(logregels.c.persoon == persoon).distinct())
        dicht = {(r.regel.vraag, r.regel.span) for r in over if raakt_een(r)}

        def afgeschermd(regel: Geschreven) -> bool:
            if regel.regel.boven is None:
                return raakt_een(regel)
            return (regel.regel.vraag, regel.regel.boven) in dicht

        return afgeschermd

    def dagelijks(self) -> None:
        """A task for every decision of which the day of review has come."""
        with self._store.database.read() as tx:
            rijen = self._feiten.van_soort(tx, "beperking")
            inhoud = self._feiten.inhoud(tx, rijen)
        for rij in rijen:
            if rij.sleutel in inhoud:
                beperking = Beperking.model_validate(inhoud[rij.sleutel])
                if beperking.herzien_op <= self._vandaag <= beperking.tot:
                    with suppress(SubjectErasedError):
                        self._taken.ontsta(
                            "beperking-herzien", "privacy-officer", rij.persoon,
                            beperking.herzien_op, self._taken.systeem(), bij=_nummer(rij.sleutel),
                        )  # fmt: skip

    # --- inside -------------------------------------------------------------------------------

    @property
    def _vandaag(self) -> date:
        return self._now().astimezone(NEDERLAND).date()

    def _stand(self, nummer: UUID) -> Beperkingsstand:
        return self._store.load(Beperkingsstand, nummer)[0]

    def _bestaat(self, persoon: UUID) -> bool:
        with self._store.database.read() as tx:
            soorten = ("lid", "oud-lid", "netwerk", "oud-netwerk")
            return any(self._feiten.van_soort(tx, soort, persoon=persoon) for soort in soorten)

    def _voorstel(self, wie: Aangemeld, nummer: UUID) -> tuple[Stap, Beperking]:
        """What was prepared, for the beslisser. Raises NietBekend."""
        if wie.rol is not Rol.BESLISSER or self._stand(nummer).persoon is None:
            raise NietBekend
        with self._store.database.read() as tx:
            voorstel = self._lezer.stappen(tx, nummer)[0]
        if "beperking" not in voorstel.inhoud:  # whom it was about was erased
            raise NietBekend
        return voorstel, Beperking.model_validate(voorstel.inhoud["beperking"])

    def _geldend(self, tx: Tx, persoon: UUID) -> Iterable[Beperking]:
        rijen = self._feiten.van_soort(tx, "beperking", persoon=persoon)
        return map(Beperking.model_validate, self._feiten.inhoud(tx, rijen).values())

    def _op_de_lijst(
        self, wie: Aangemeld, wat: str, nummer: UUID, context: Context
    ) -> Callable[[Tx], None]:
        regels = self._regels(wie, wat, nummer)
        return lambda tx: self._logboek.write(tx, context.nu, regels)

    def _regels(self, wie: Aangemeld, wat: str, nummer: UUID) -> list[Regel]:
        """On the record by its number: a row that named the person would show in her own log."""
        meer = {"beperking": str(nummer), "wat": wat}
        kop = Kop.hier(self._now(), self._now())
        return self._maak.handeling(kop, wie, "beperking", TOEZICHT, meer=meer)

    def _klaar(self, persoon: UUID, nummer: UUID) -> None:
        for soort, voor, uiterlijk in (
            ("beperking-beslissen", "beslisser", None),
            *(("beperking-herzien", "privacy-officer", dag) for dag in self._herzien_op(nummer)),
        ):
            taak = taaknummer(soort=soort, voor=voor, over=persoon, uiterlijk=uiterlijk, bij=nummer)
            if self._taken.wacht(taak):
                self._taken.handel_af(taak, None, "besloten", self._taken.systeem())

    def _herzien_op(self, nummer: UUID) -> Iterable[date]:
        with self._store.database.read() as tx:
            for stap in self._lezer.stappen(tx, nummer):
                if isinstance(stap.fact, BeperkingBesloten) and "beperking" in stap.inhoud:
                    yield Beperking.model_validate(stap.inhoud["beperking"]).herzien_op


def _niet_eigen(wie: Aangemeld, beperking: Beperking) -> None:
    if wie.actor.id in beperking.toepassingsgebied.medewerkers:
        raise EigenInzage


def _nummer(sleutel: str) -> UUID:
    return UUID(sleutel.removeprefix("beperking:"))
