"""Reading the log: for the person it is about, for who supervises, and the records of one trace.

Rules kept here: that somebody reads the log is itself on the record, durable before anything is
shown, with a line for each person she reads about; without a restriction decision nothing is
withheld from the person herself, and what is withheld is left out first, so that counts, order and
pages are of what remains; a name of a professional is known to a resident only from the plan of the
household that was looked at; who supervises sees neither her own access (nobody reviews that) nor,
unless she is the FG, the work of the FG (AVG 38 lid 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, select

from infra.auth import Aangemeld, Rol
from infra.database import Database, Tx
from infra.decider import NietBekend
from infra.logbook import Geschreven, Logbook, logregels
from infra.pseudoniem import Pseudoniemen
from services.consent.log import register
from services.consent.log.blik import Blik, EigenInzage
from services.consent.log.ldv import GEEN_REGEL, Zoekvraag, past, record
from services.consent.log.verantwoording import Kop, Verantwoording
from services.consent.projections import Beslisfeiten, heeft_relatie

TOEZICHT = (Rol.PRIVACY_OFFICER, Rol.FG)
Afgeschermd = Callable[[Geschreven], bool]
"""Whether a line stays out of the sight of whom it is about."""
_boven = logregels.alias("boven")


class Loginzage:
    """Reads the log of one gemeente for people."""

    def __init__(
        self, database: Database, logboek: Logbook, feiten: Beslisfeiten, maak: Verantwoording,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.database, self.logboek = database, logboek
        self._feiten, self._maak, self._now = feiten, maak, now
        self.afgeschermd: Callable[[Tx, UUID, UUID], Afgeschermd] = lambda *_: lambda _: False
        """What restriction decisions keep now of the lines about a person from who reads them
        (UAVG 41); who decides fills it."""
        self.namens: Callable[[Tx, Aangemeld, UUID], bool] = lambda *_: False
        """Whether somebody reads in the place of another; who knows custody fills it."""

    def wie_keek(
        self, wie: Aangemeld, persoon: UUID
    ) -> tuple[list[Blik], Mapping[UUID, frozenset[UUID]]]:
        """The lines about one person, for her or who speaks for her, oldest first; and per
        household whom the reader knows by name from its plan. Raises NietBekend, WordtHersteld.
        """
        if wie.rol is not Rol.INWONER:
            raise NietBekend
        with self.database.read() as tx:
            if wie.actor.id != persoon and not self.namens(tx, wie, persoon):
                raise NietBekend
            afgeschermd = self.afgeschermd(tx, persoon, wie.actor.id)
            gevonden = self.blikken(tx, logregels.c.persoon == persoon)
            blikken = [blik for blik in gevonden if not afgeschermd(blik.regel)]
            huizen = {blik.regel.regel.huishouden for blik in blikken}
            bekend = {huis: self._bekenden(tx, huis, wie.actor.id) for huis in huizen if huis}
        self.schrijf(wie, [persoon])
        return blikken, bekend

    def vertrouwelijk(self, regel: Geschreven) -> bool:
        """Whether a line is of an activity that is confidential as a whole (LDV-13)."""
        ldv = regel.regel.inhoud.get("ldv")
        if ldv is None:  # from before there was a register
            return False
        uri = ldv["attributes"]["dpl.core.processing_activity_id"]
        return self._maak.register.lees(uri)[1].confidential

    def overzicht(self, wie: Aangemeld, huishouden: UUID) -> list[Blik]:
        """The rows of a household, oldest first, for who supervises. Raises NietBekend."""
        if wie.rol not in TOEZICHT:
            raise NietBekend
        with self.database.read() as tx:
            gevonden = self.blikken(tx, logregels.c.huishouden == huishouden)
            blikken = [blik for blik in gevonden if not blik.dicht_voor(wie)]
            personen = self.over_wie(tx, (blik.regel for blik in blikken), huishouden)
        self.schrijf(wie, personen, None, huishouden)
        return blikken

    def over_wie(
        self, tx: Tx, regels: Iterable[Geschreven], huishouden: UUID | None = None
    ) -> set[UUID]:
        """About whom somebody reads who reads these lines: each of them has a line of that.

        Of a household everybody alike, looked at or not; of others who finds one of these lines in
        her own log. Where all of them are withheld, a line that somebody read them would tell.
        """
        alle = set(self._feiten.bewoners(tx, huishouden)) if huishouden else set()
        per_persoon: dict[UUID, list[Geschreven]] = {}
        for regel in regels:
            if regel.regel.persoon is not None and regel.regel.persoon not in alle:
                per_persoon.setdefault(regel.regel.persoon, []).append(regel)
        for persoon, haar in per_persoon.items():
            dicht = self.afgeschermd(tx, persoon, persoon)
            if not all(dicht(regel) for regel in haar):
                alle.add(persoon)
        return alle

    def zoek(
        self, wie: Aangemeld, vraag: Zoekvraag, pseudoniemen: Pseudoniemen, systeem: str
    ) -> list[dict[str, Any]]:
        """The records of processing that somebody asks for, oldest first: at most MEESTE, and of
        more the newest. Who supervises finds all, but what is confidential only the FG; a resident
        her own, as far as nothing was decided about them.

        Raises NietBekend, EigenInzage when all there is in a trace is of who asks.
        """
        if wie.rol not in (*TOEZICHT, Rol.INWONER):
            raise NietBekend
        waar, gezocht = _waar(vraag), set[UUID]()
        if vraag.betrokkene is not None:
            persoon = pseudoniemen.lees(vraag.betrokkene)
            # A pseudonym that was not made here finds nothing.
            waar.append(false() if persoon is None else logregels.c.persoon == persoon)
            gezocht |= set() if persoon is None else {persoon}
        if wie.rol is Rol.INWONER:
            waar.append(logregels.c.persoon == wie.actor.id)
        gevonden: list[tuple[Geschreven, dict[str, Any]]] = []
        eigen = False
        with self.database.read() as tx:
            dicht = self._dicht(tx, wie)
            for blik in self._nieuwste(tx, waar):
                made = record(blik.regel, pseudoniemen, systeem)
                if not past(made, vraag):
                    continue
                if dicht(blik):
                    eigen |= blik.van(wie)
                    continue
                gevonden.append((blik.regel, made))
                if len(gevonden) == MEESTE:
                    break
            personen = self.over_wie(tx, (regel for regel, _ in gevonden))
        self.schrijf(wie, personen | gezocht)
        if vraag.vraag is not None and eigen and not gevonden and wie.rol is not Rol.INWONER:
            raise EigenInzage
        return [made for _, made in reversed(gevonden)]

    def na(
        self, wie: Aangemeld, nr: int, pseudoniemen: Pseudoniemen, systeem: str
    ) -> tuple[list[dict[str, Any]], int]:
        """The next records after a row number, for a central log, and the number to go on from;
        not the work of the FG, which stays here. Raises NietBekend.
        """
        if wie.rol is not Rol.PRIVACY_OFFICER:
            raise NietBekend
        welke = select(logregels).where(logregels.c.nr > nr, _REGEL).order_by(logregels.c.nr)
        with self.database.read() as tx:
            nummers = welke.with_only_columns(logregels.c.nr).limit(MEESTE)
            verder = max(tx.execute(nummers).scalars(), default=nr)
            # A line that cannot be read back is an incident here; what follows goes on.
            alle = self.logboek.whole(tx, welke.where(logregels.c.nr <= verder))
            regels = [regel for regel in alle if not self.vertrouwelijk(regel)]
            personen = self.over_wie(tx, regels)
        self.schrijf(wie, personen)
        return [record(regel, pseudoniemen, systeem) for regel in regels], verder

    def schrijf(
        self, wie: Aangemeld, personen: Iterable[UUID], meer: Mapping[str, str] | None = None,
        huishouden: UUID | None = None,
    ) -> None:  # fmt: skip
        """Put on the record that somebody reads the log about these persons; durable at return."""
        nu = self._now()
        activiteit = register.INZAGE if wie.rol is Rol.INWONER else register.TOEZICHT
        regels = self._maak.handeling(
            Kop.hier(nu, self._now()), wie, "loginzage", activiteit, personen, huishouden, meer
        )
        with self.database.write() as tx:
            self.logboek.write(tx, nu, regels)

    def _nieuwste(self, tx: Tx, waar: list[ColumnElement[bool]]) -> Iterator[Blik]:
        """Lines of a selection, newest first, a part of them at a time."""
        tot = self.logboek.last(tx) + 1
        while True:
            welke = select(logregels).where(*waar, _REGEL, logregels.c.nr < tot)
            nummers = (
                tx.execute(
                    welke.with_only_columns(logregels.c.nr)
                    .order_by(logregels.c.nr.desc())
                    .limit(MEESTE)
                )
                .scalars()
                .all()
            )
            if not nummers:
                return
            tot = nummers[-1]
            deze = select(logregels).where(*waar, _REGEL, logregels.c.nr.between(tot, nummers[0]))
            regels = sorted(self.logboek.read(tx, deze), key=lambda regel: -regel.nr)
            yield from self.onder_record(tx, regels)

    def blikken(self, tx: Tx, waar: ColumnElement[bool]) -> list[Blik]:
        """The rows of a selection, oldest first, each with the record it hangs under."""
        welke = select(logregels).where(waar, logregels.c.soort != "zegelsleutel")
        regels = sorted(self.logboek.read(tx, welke), key=lambda regel: regel.nr)
        return self.onder_record(tx, regels)

    def onder_record(
        self, tx: Tx, regels: Sequence[Geschreven], *, heel: bool = True
    ) -> list[Blik]:
        """These rows, each with the record it hangs under; unless all must be `heel` without those
        that cannot be read back."""
        lees = self.logboek.read if heel else self.logboek.whole
        onder = select(_boven).join(
            logregels, and_(_boven.c.vraag == logregels.c.vraag, _boven.c.span == logregels.c.boven)
        )
        nummers = [regel.nr for regel in regels if regel.regel.boven is not None]
        records: dict[tuple[UUID, str | None], Geschreven] = {}
        for begin in range(0, len(nummers), _PER_KEER):
            deze = nummers[begin : begin + _PER_KEER]
            for boven in lees(tx, onder.where(logregels.c.nr.in_(deze)).distinct()):
                records[boven.regel.vraag, boven.regel.span] = boven
        return [Blik(r, records.get((r.regel.vraag, r.regel.boven))) for r in regels]

    def _dicht(self, tx: Tx, wie: Aangemeld) -> Callable[[Blik], bool]:
        """What of the looks is not for her; of a trace that she shares with another only hers."""
        if wie.rol is Rol.INWONER:
            dicht = self.afgeschermd(tx, wie.actor.id, wie.actor.id)
            return lambda blik: dicht(blik.regel)
        return lambda blik: blik.dicht_voor(wie)

    def _bekenden(self, tx: Tx, huishouden: UUID, persoon: UUID) -> frozenset[UUID]:
        rijen = self._feiten.rijen(tx, huishouden)
        if not heeft_relatie(rijen, persoon, inwoner=True):  # who left knows no newcomers
            return frozenset()
        return frozenset(rij.medewerker for rij in rijen if rij.soort in ("regisseur", "deelnemer"))


def _waar(vraag: Zoekvraag) -> list[ColumnElement[bool]]:
    """What of a question the database can find; moments a day wider: they are text there."""
    waar: list[ColumnElement[bool]] = []
    if vraag.vraag is not None:
        waar.append(logregels.c.vraag == vraag.vraag)
    if vraag.van is not None:
        waar.append(logregels.c.tijdstip >= _dag(vraag.van, -1))
    if vraag.tot is not None:
        waar.append(logregels.c.tijdstip <= _dag(vraag.tot, 2))
    return waar


def _dag(moment: int, verder: int) -> str:
    begin = datetime.fromtimestamp(min(max(moment // 1000, _DAG), _EEUWIG), UTC)
    return (begin + timedelta(days=verder)).date().isoformat()


MEESTE = 1000
"""Records in one answer."""
_PER_KEER = 500
_DAG, _EEUWIG = 86_400, 250_000_000_000
"""Seconds since 1970 between which a moment is a date."""
_REGEL = logregels.c.soort.not_in(GEEN_REGEL)
