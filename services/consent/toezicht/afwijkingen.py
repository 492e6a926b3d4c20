"""Outliers in looking, for who supervises: off until the law's conditions are on record.

Rules kept here: nothing is compared before purpose, term and the works council's consent are
recorded by the beslisser (WOR 27 lid 1 k, l); only the privacy officer sees it, and the FG, who
watches over how it is used (AVG 39 lid 1 b); nobody her own; that she looked is in the log before
anything is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, assert_never
from uuid import UUID, uuid5

from sqlalchemy import select

from events.base import Erased, Open, Sealed, Zegelplaats
from events.intake import PersoonVastgelegd
from events.plan import plan_id
from events.toezicht import (
    AfwijkingenFact,
    AfwijkingenIngesteld,
    AfwijkingenUitgezet,
    Afwijkingsinstelling,
)
from infra.auth import Aangemeld, Rol
from infra.database import Tx
from infra.decider import NEDERLAND, Context, NietBekend, Recorded, RegelFout
from infra.derive import Root
from infra.keys import KeyStore
from infra.logbook import Geschreven, Logbook, logregels
from infra.positions import Located
from infra.store import Store
from services.consent.log.register import TOEZICHT
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.openen import opener
from services.consent.plaatsen import plaats_toezicht
from services.consent.policies import Zet
from services.consent.projections import Beslisfeiten
from services.consent.toezicht.afwijking import (
    STIL,
    Afwijking,
    Kijk,
    achternamen,
    ongewoon_veel,
    zelfde_naam,
    zonder_werk,
)

LANGST = timedelta(days=366)
_RUIMTE = UUID("b7a4f1d2-0c35-4b0e-9a57-2f6f5b8e1c11")
_GEZIEN = ("mag", "moet")


class AfwijkingenUit(RegelFout):
    """Er wordt niet naar afwijkingen gezocht. Dat kan pas als de beslisser doel, termijn en de
    instemming van de ondernemingsraad heeft vastgelegd."""


class TermijnKloptNiet(RegelFout):
    """Deze termijn kan niet. Kies een laatste dag vanaf vandaag, na de eerste dag, en ten
    hoogste een jaar daarna."""


class NogGeenInstemming(RegelFout):
    """De ondernemingsraad heeft op deze dag nog niet ingestemd."""


class AlUitgezet(RegelFout):
    """Er wordt al niet naar afwijkingen gezocht."""


@dataclass(frozen=True, slots=True)
class Instelstand:
    """Whether it was switched on, and not off again."""

    aan: bool = False

    def evolve(self, fact: AfwijkingenFact) -> Instelstand:
        match fact:
            case AfwijkingenIngesteld():
                return replace(self, aan=True)
            case AfwijkingenUitgezet():
                return replace(self, aan=False)
            case _:
                assert_never(fact)

    def zet_uit(self, fact: AfwijkingenFact) -> list[AfwijkingenFact]:
        if not self.aan:
            raise AlUitgezet
        return [fact]


class Afwijkingen:
    """The use cases, on consent's own store and log."""

    def __init__(
        self, store: Store, keys: KeyStore, logboek: Logbook, feiten: Beslisfeiten,
        maak: Verantwoording, provider: Root, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._store, self._keys, self._logboek, self._feiten = store, keys, logboek, feiten
        self._maak, self._provider, self._now = maak, provider, now
        self._stroom = uuid5(_RUIMTE, store.gemeente)

    # --- on and off ---------------------------------------------------------------------------

    def stel_in(
        self, wie: Aangemeld, instelling: Afwijkingsinstelling, context: Context
    ) -> Recorded:
        """The beslisser decides. Raises NietBekend, TermijnKloptNiet, NogGeenInstemming."""
        if wie.rol is not Rol.BESLISSER:
            raise NietBekend
        if not instelling.van <= instelling.tot or instelling.tot < context.vandaag:
            raise TermijnKloptNiet
        if instelling.tot - instelling.van > LANGST:
            raise TermijnKloptNiet
        if instelling.instemming_op > context.vandaag:
            raise NogGeenInstemming
        fact = AfwijkingenIngesteld(instelling=Open(instelling, self._plaats))
        return self._store.handle(Instelstand, self._stroom, lambda _: [fact], context)

    def zet_uit(self, wie: Aangemeld, reden: str, context: Context) -> Recorded:
        """Raises NietBekend, AlUitgezet."""
        if wie.rol is not Rol.BESLISSER:
            raise NietBekend
        fact = AfwijkingenUitgezet(reden=Open(reden, self._plaats))
        return self._store.handle(Instelstand, self._stroom, lambda i: i.zet_uit(fact), context)

    # --- looking ------------------------------------------------------------------------------

    def zoek(self, wie: Aangemeld) -> tuple[Afwijkingsinstelling, list[Afwijking]]:
        """What stands out within the term, without her own. Raises NietBekend, AfwijkingenUit."""
        if wie.rol not in (Rol.PRIVACY_OFFICER, Rol.FG):
            raise NietBekend
        nu = self._now()
        with self._store.database.write() as tx:
            instelling = self._instelling(tx, nu)
            kop = Kop.hier(nu, self._now())
            regels = self._maak.handeling(kop, wie, "afwijkingen", TOEZICHT)
            self._logboek.write(tx, nu, regels)
        with self._store.database.read() as tx:
            kijken, werk = self._lees(tx, instelling)
            kijken = [kijk for kijk in kijken if kijk.wie != wie.actor.id]
            huizen = {kijk.huishouden for kijk in kijken}
            leden = {huis: self._leden(tx, huis) for huis in huizen}
            namen = self._namen(tx, leden)
        momenten = {
            huis: [op for wie_, op in werk if not wie_.isdisjoint(ids)]
            for huis, ids in leden.items()
        }
        gevonden = chain(
            zonder_werk(kijken, momenten),
            ongewoon_veel(kijken),
            zelfde_naam(kijken, namen, self._spoor),
        )
        return instelling, sorted(gevonden, key=lambda a: (a.soort, a.kijken[0].nr))

    def volg(self, tx: Tx, facts: Sequence[Located]) -> None:
        """Keep the surname of a person as a keyed hash, sealed; opened only to compare."""
        namen = {
            envelope.stream: (envelope.version, naam)
            for _, envelope in facts
            if isinstance(envelope.fact, PersoonVastgelegd)
            and isinstance(naam := envelope.fact.persoonsnaam, Sealed)
        }
        if not namen:
            return
        openen = opener(self._keys, tx, {naam.capsule.kid for _, naam in namen.values()})
        for persoon, (versie, naam) in namen.items():
            waarde = openen.open(naam)
            if isinstance(waarde, str) and not isinstance(waarde, Erased):
                sporen = sorted(map(self._spoor, achternamen(waarde)))
                zet = Zet(f"achternaam:{persoon}", "achternaam", persoon, sporen)
                self._feiten.schrijf(tx, versie, [zet])

    # --- inside -------------------------------------------------------------------------------

    @property
    def _plaats(self) -> Zegelplaats:
        return plaats_toezicht(self._stroom)

    def _spoor(self, naam: str) -> str:
        return self._provider.search_hash(self._store.gemeente, "achternaam", naam)

    def _instelling(self, tx: Tx, nu: datetime) -> Afwijkingsinstelling:
        """What was decided and holds today. Raises AfwijkingenUit."""
        inhoud = self._feiten.inhoud(self._feiten.van_soort(tx, "afwijkingen"))
        vandaag = nu.astimezone(NEDERLAND).date()
        for waarde in inhoud.values():
            instelling = Afwijkingsinstelling.model_validate(waarde)
            if instelling.van <= vandaag <= instelling.tot:
                return instelling
        raise AfwijkingenUit

    def _lees(
        self, tx: Tx, instelling: Afwijkingsinstelling
    ) -> tuple[list[Kijk], list[tuple[set[UUID], datetime]]]:
        """The looks within the term, and whom each writing before or during it was about."""
        vanaf = (instelling.van - STIL).isoformat()
        welke = select(logregels).where(
            logregels.c.soort.in_(("besluit", "zegelsleutel")), logregels.c.tijdstip >= vanaf
        )
        kijken: list[Kijk] = []
        werk: list[tuple[set[UUID], datetime]] = []
        for regel in self._logboek.read(tx, welke.order_by(logregels.c.nr)):
            if regel.regel.soort == "zegelsleutel":
                werk.append((_over(regel.regel.inhoud), regel.tijdstip))
            elif (kijk := _kijk(regel)) is not None and instelling.van <= kijk.dag:
                kijken.append(kijk)
        return kijken, werk

    def _leden(self, tx: Tx, huishouden: UUID) -> set[UUID]:
        """Everybody who belongs or belonged to a household, the household itself and its plan."""
        rijen = self._feiten.rijen(tx, huishouden)
        personen = {rij.persoon for rij in rijen if rij.persoon is not None}
        return personen | {huishouden, plan_id(huishouden)}

    def _namen(self, tx: Tx, leden: dict[UUID, set[UUID]]) -> dict[UUID, set[str]]:
        sleutels = {f"achternaam:{persoon}": huis for huis, ids in leden.items() for persoon in ids}
        per_huis: dict[UUID, set[str]] = defaultdict(set)
        inhoud = self._feiten.inhoud(self._feiten.van_sleutels(tx, list(sleutels)))
        for huis, ids in leden.items():
            for persoon in ids:
                per_huis[huis] |= set(inhoud.get(f"achternaam:{persoon}", ()))
        return per_huis


def _kijk(regel: Geschreven) -> Kijk | None:
    """The look a record tells of, when a professional saw something of a household."""
    inhoud: dict[str, Any] = regel.regel.inhoud
    huishouden = regel.regel.huishouden
    if (
        huishouden is None
        or inhoud.get("functie", {}).get("rol") != Rol.PROFESSIONAL.value
        or inhoud.get("vraag", {}).get("soort") != "inzage"
        or not any(deel["uitkomst"] in _GEZIEN for deel in inhoud.get("delen", ()))
    ):
        return None
    wie = inhoud["wie"]
    dag = regel.tijdstip.astimezone(NEDERLAND).date()
    return Kijk(regel.nr, regel.tijdstip, dag, UUID(wie["id"]), wie["naam"], huishouden)


def _over(inhoud: dict[str, Any]) -> set[UUID]:
    """Whom a sealing key was for; consent's own writing about looks is no work in a case."""
    return {
        UUID(wie)
        for sleutel in inhoud.get("sleutels", ())
        if sleutel["herkomst"] not in ("toezicht", "taken", "logboek")
        for wie in sleutel.get("betrokkenen", ())
    }
