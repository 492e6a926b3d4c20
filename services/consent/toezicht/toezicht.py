"""What the three roles do beside deciding: advice, the FG's own work, a reason for reading more.

Rules kept here: the FG advises and never decides; what the FG works on is seen by the FG alone, for
anybody else it does not exist; more than the metadata of a line of the log is read with a reason,
which is on the record before anything is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from events.base import Open
from events.toezicht import AantekeningGemaakt, AdviesGegeven
from infra.auth import Aangemeld, Rol
from infra.decider import Context, NietBekend, Recorded
from infra.logbook import Logbook, Regel, logregels
from infra.store import Store
from services.consent.log.blik import EigenInzage
from services.consent.log.loginzage import Loginzage
from services.consent.log.register import TOEZICHT
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.plaatsen import plaats_toezicht
from services.consent.projections import Beslisfeiten
from services.consent.tijd.taken import Taken
from services.consent.toezicht.eigen import Lezer, Stap


@dataclass(frozen=True, slots=True)
class Geen:
    """A stream that holds one fact."""

    def evolve(self, _fact: AdviesGegeven | AantekeningGemaakt) -> Geen:
        return self


@dataclass(frozen=True, slots=True)
class Aantekening:
    """Something the FG has to do."""

    id: UUID
    op: datetime
    tekst: str
    open: bool


class Toezicht:
    """The use cases."""

    def __init__(
        self, store: Store, logboek: Logbook, feiten: Beslisfeiten, lezer: Lezer, taken: Taken,
        maak: Verantwoording, loginzage: Loginzage, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._store, self._logboek, self._feiten = store, logboek, feiten
        self._lezer, self._taken, self._maak = lezer, taken, maak
        self._loginzage, self._now = loginzage, now

    def adviseer(self, wie: Aangemeld, over: UUID, advies: str, context: Context) -> Recorded:
        """The FG advises about an emergency access, a restriction or whatever has a number."""
        _alleen(wie, Rol.FG)
        fact = AdviesGegeven(over=over, advies=Open(advies, plaats_toezicht(over)))
        gedaan = self._store.handle(Geen, uuid4(), lambda _: [fact], context)
        for voor in ("beslisser", "privacy-officer"):
            self._taken.ontsta("fg-advies", voor, over, None, context, bij=gedaan.stream)
        return gedaan

    def adviezen(self, wie: Aangemeld, over: UUID) -> list[Stap]:
        """What the FG advised about something, for who prepares, decides or advises."""
        _alleen(wie, Rol.PRIVACY_OFFICER, Rol.BESLISSER, Rol.FG)
        with self._store.database.write() as tx:
            self._logboek.write(tx, self._now(), self._regels(wie, "adviezen", {"over": str(over)}))
            gevonden = [
                stap
                for rij in self._feiten.van_soort(tx, "advies")
                if rij.sleutel.startswith(f"advies:{over}:")
                for stap in self._lezer.stappen(tx, UUID(rij.sleutel.rpartition(":")[2]))
            ]
        return sorted(gevonden, key=lambda stap: stap.op)

    # --- the FG's own work --------------------------------------------------------------------

    def noteer(
        self, wie: Aangemeld, tekst: str, uiterlijk: date | None, context: Context
    ) -> Recorded:
        """Something the FG has to do, such as a complaint. Raises NietBekend."""
        _alleen(wie, Rol.FG)
        nummer = uuid4()
        fact = AantekeningGemaakt(aantekening=Open(tekst, plaats_toezicht(nummer)))
        gedaan = self._store.handle(Geen, nummer, lambda _: [fact], context, {"id": str(nummer)})
        self._taken.ontsta("fg-werk", "fg", gedaan.stream, uiterlijk, context, bij=gedaan.stream)
        return gedaan

    def aantekeningen(self, wie: Aangemeld) -> list[Aantekening]:
        """The work of the FG, oldest first. Raises NietBekend for anybody else."""
        _alleen(wie, Rol.FG)
        open_ = {taak.taak.bij for taak in self._taken.voor(wie)}
        with self._store.database.write() as tx:
            self._logboek.write(tx, self._now(), self._regels(wie, "eigen werk", {}))
            stukken = [
                (nummer, self._lezer.stappen(tx, nummer)[0])
                for rij in self._feiten.van_soort(tx, "aantekening")
                for nummer in [UUID(rij.sleutel.removeprefix("aantekening:"))]
            ]
        gevonden = [
            Aantekening(nummer, stap.op, stap.inhoud.get("aantekening", ""), nummer in open_)
            for nummer, stap in stukken
        ]
        return sorted(gevonden, key=lambda stuk: stuk.op)

    # --- more than metadata -------------------------------------------------------------------

    def regel(self, wie: Aangemeld, nr: int, reden: str) -> dict[str, Any]:
        """All of one line of the log, for the privacy officer who says why.

        Raises NietBekend, also for what the FG did; EigenInzage.
        """
        _alleen(wie, Rol.PRIVACY_OFFICER)
        with self._store.database.read() as tx:
            rijen = list(self._logboek.read(tx, select(logregels).where(logregels.c.nr == nr)))
            blikken = self._loginzage.onder_record(tx, rijen)
            blik = next((een for een in blikken if not een.geheim_voor(wie)), None)
            gezien = None if blik is None or blik.van(wie) else blik.regel
            personen = self._loginzage.over_wie(tx, [] if gezien is None else [gezien])
        huishouden = None if gezien is None else gezien.regel.huishouden
        meer = {"reden": reden, "regel": str(nr)}
        self._loginzage.schrijf(wie, personen, meer, huishouden)
        if blik is None:
            raise NietBekend
        if gezien is None:
            raise EigenInzage
        return {"nr": nr, "tijdstip": gezien.tijdstip, "inhoud": gezien.regel.inhoud}

    def _regels(self, wie: Aangemeld, wat: str, meer: dict[str, str]) -> list[Regel]:
        kop = Kop.hier(self._now(), self._now())
        return self._maak.handeling(kop, wie, "toezichtinzage", TOEZICHT, meer=meer | {"wat": wat})


def _alleen(wie: Aangemeld, *rollen: Rol) -> None:
    """For whom it exists. Raises NietBekend."""
    if wie.rol not in rollen:
        raise NietBekend
