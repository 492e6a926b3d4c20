"""Restriction decisions: withholding who looked, and when it ends (UAVG 41, Wmo 5.3.2 lid 4).

Rules kept here: without a decision that holds today nothing is withheld; the privacy officer
prepares, the beslisser decides on what was prepared, and neither about looks of her own or of who
prepares or decides at her organisation; a decision is reviewed within a year and has an end, after
which the lines are there; that there is one leaves no trace in what the person sees, so no row
about it names her, and no fact does so in clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from events.base import Open
from events.toezicht import (
    Beperking,
    BeperkingBeeindigd,
    BeperkingBesloten,
    BeperkingVoorgesteld,
)
from events.waarden import Doel
from infra.auth import Aangemeld, Rol
from infra.database import Tx
from infra.decider import NEDERLAND, Context, NietBekend, Recorded
from infra.keys import SubjectErasedError
from infra.logbook import Logbook, Regel
from infra.staff import Persona
from infra.store import Store
from services.consent.log.blik import EigenInzage
from services.consent.log.register import TOEZICHT
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.plaatsen import plaats_toezicht
from services.consent.projections import Beslisfeiten
from services.consent.tijd.taken import Taken, taaknummer
from services.consent.toezicht.afscherming import Afscherming
from services.consent.toezicht.beperkingsstand import (
    Beperkingsstand,
    EigenToezicht,
    ZelfVoorbereid,
    toets,
)
from services.consent.toezicht.eigen import Lezer, Stap


@dataclass(frozen=True, slots=True)
class Gezien:
    """A restriction as one reader sees it; `persoon` is None when she was erased, `stappen` are
    only for who prepares and decides."""

    id: UUID
    persoon: UUID | None
    stand: Beperkingsstand
    stappen: tuple[Stap, ...]


class Beperkingen:
    """The use cases of restriction, on consent's own store."""

    def __init__(
        self, store: Store, logboek: Logbook, feiten: Beslisfeiten, afscherming: Afscherming,
        lezer: Lezer, taken: Taken, maak: Verantwoording, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._store, self._logboek, self._feiten = store, logboek, feiten
        self._afscherming, self._lezer = afscherming, lezer
        self._taken, self._maak, self._now = taken, maak, now
        self.staf: Callable[[UUID], Persona | None] = lambda _: None
        """Who works here, by id; the API knows."""

    def persoon(self, wie: Aangemeld, begin: str) -> UUID:
        """Whose number begins so, for the privacy officer, whose pages show no more of it.

        Raises NietBekend when nobody's does, and when more than one does.
        """
        if wie.rol is not Rol.PRIVACY_OFFICER:
            raise NietBekend
        with self._store.database.read() as tx:
            gevonden = self._feiten.personen_met(tx, begin)
        if len(gevonden) != 1:
            raise NietBekend
        return gevonden.pop()

    def stel_voor(self, wie: Aangemeld, beperking: Beperking, context: Context) -> Recorded:
        """The privacy officer prepares.

        Raises NietBekend, LeegBereik, HerzienNaEinde, DuurtTeLang, EigenInzage, EigenToezicht.
        """
        persoon = beperking.persoon
        if wie.rol is not Rol.PRIVACY_OFFICER or not self._bestaat(persoon):
            raise NietBekend
        toets(beperking, self._vandaag)
        self._niet_eigen(wie, beperking)
        self._geen_eigen_toezicht(wie, beperking)
        nummer = uuid4()
        fact = BeperkingVoorgesteld(beperking=Open(beperking, plaats_toezicht(persoon)))
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

        Raises NietBekend, ZelfVoorbereid, EigenInzage, EigenToezicht, AlBesloten.
        """
        voorstel, beperking = self._voorstel(wie, nummer)
        self._niet_eigen(wie, beperking)
        self._geen_eigen_toezicht(wie, beperking)
        if voorstel.door is not None and voorstel.door.id == wie.actor.id:
            raise ZelfVoorbereid
        persoon = beperking.persoon
        fact = BeperkingBesloten(beperking=Open(beperking, plaats_toezicht(persoon)))
        gedaan = self._store.handle(
            Beperkingsstand, nummer, lambda b: b.besluit(fact), context, None,
            self._op_de_lijst(wie, "besloten", nummer, context),
        )  # fmt: skip
        self._klaar(persoon, nummer)
        return gedaan

    def beeindig(self, wie: Aangemeld, nummer: UUID, reden: str, context: Context) -> Recorded:
        """The beslisser ends it, or does not follow the proposal.

        Raises NietBekend, EigenInzage, AlBeeindigd.
        """
        _, beperking = self._voorstel(wie, nummer)
        self._niet_eigen(wie, beperking)
        persoon = beperking.persoon
        fact = BeperkingBeeindigd(reden=Open(reden, plaats_toezicht(persoon)))
        gedaan = self._store.handle(
            Beperkingsstand, nummer, lambda b: b.beeindig(fact), context, None,
            self._op_de_lijst(wie, "beëindigd", nummer, context),
        )  # fmt: skip
        self._klaar(persoon, nummer)
        return gedaan

    # --- looking ------------------------------------------------------------------------------

    def zie(self, wie: Aangemeld, nummer: UUID) -> Gezien:
        """All of it for who prepares and decides, how it stands for the FG.

        Raises NietBekend, EigenInzage.
        """
        if wie.rol not in _ROLLEN:
            raise NietBekend
        stand = self._stand(nummer)
        if not stand.voorgesteld:
            raise NietBekend
        with self._store.database.write() as tx:
            stappen = self._lezer.stappen(tx, nummer)
            self._logboek.write(tx, self._now(), self._regels(wie, "gelezen", nummer))
        beperking = _beperking(stappen)
        if beperking is not None:
            self._niet_eigen(wie, beperking)
        persoon = None if beperking is None else beperking.persoon
        return Gezien(nummer, persoon, stand, () if wie.rol is Rol.FG else tuple(stappen))

    def alle(self, wie: Aangemeld) -> list[Gezien]:
        """The decisions that were taken and not ended, without what they say. Raises NietBekend."""
        if wie.rol not in _ROLLEN:
            raise NietBekend
        with self._store.database.write() as tx:
            besloten = self._afscherming.besloten(tx)
            regels = [regel for n in besloten for regel in self._regels(wie, "gelezen", n)]
            if regels:
                self._logboek.write(tx, self._now(), regels)
        return [Gezien(n, een.persoon, self._stand(n), ()) for n, een in besloten.items()]

    def dagelijks(self) -> None:
        """A task for every decision of which the day of review has come."""
        with self._store.database.read() as tx:
            besloten = self._afscherming.besloten(tx)
        for nummer, beperking in besloten.items():
            if beperking.herzien_op <= self._vandaag <= beperking.tot:
                with suppress(SubjectErasedError):
                    self._taken.ontsta(
                        "beperking-herzien", "privacy-officer", beperking.persoon,
                        beperking.herzien_op, self._taken.systeem(), bij=nummer,
                    )  # fmt: skip

    # --- inside -------------------------------------------------------------------------------

    @property
    def _vandaag(self) -> date:
        return self._now().astimezone(NEDERLAND).date()

    def _stand(self, nummer: UUID) -> Beperkingsstand:
        return self._store.load(Beperkingsstand, nummer)[0]

    def _bestaat(self, persoon: UUID) -> bool:
        with self._store.database.read() as tx:
            return persoon in self._feiten.personen_met(tx, persoon.hex)

    def _voorstel(self, wie: Aangemeld, nummer: UUID) -> tuple[Stap, Beperking]:
        """What was prepared, for the beslisser. Raises NietBekend."""
        if wie.rol is not Rol.BESLISSER or not self._stand(nummer).voorgesteld:
            raise NietBekend
        with self._store.database.read() as tx:
            stappen = self._lezer.stappen(tx, nummer)
        beperking = _beperking(stappen)
        if beperking is None:
            raise NietBekend
        return stappen[0], beperking

    def _niet_eigen(self, wie: Aangemeld, beperking: Beperking) -> None:
        """Raises EigenInzage for who is named, or whose looks would be withheld by it."""
        with self._store.database.read() as tx:
            if self._afscherming.over_haarzelf(tx, wie, beperking):
                raise EigenInzage

    def _geen_eigen_toezicht(self, wie: Aangemeld, beperking: Beperking) -> None:
        """Raises EigenToezicht where it would withhold, today or later, what who prepares and who
        decides at her own organisation do: she too, though she never looked at this person yet.
        That the FG looked may be withheld by name: he takes no part in it (AVG 38 lid 5)."""
        gebied = beperking.toepassingsgebied
        genoemd = (self.staf(medewerker) for medewerker in gebied.medewerkers)
        if (
            wie.actor.organisatie in gebied.organisaties
            or Doel.TOEZICHT in gebied.doelen
            or any(
                een is not None
                and een.rol in _BESLUITEN
                and een.organisatie == wie.actor.organisatie
                for een in genoemd
            )
        ):
            raise EigenToezicht

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


_BESLUITEN = (Rol.PRIVACY_OFFICER, Rol.BESLISSER)
_ROLLEN = (*_BESLUITEN, Rol.FG)


def _beperking(stappen: Sequence[Stap]) -> Beperking | None:
    """What was prepared; None when whom it was about was erased."""
    voorstel = stappen[0].inhoud.get("beperking")
    return None if voorstel is None else Beperking.model_validate(voorstel)
