"""Reading the log: for the person it is about, for who supervises, and the records of one trace.

Rules kept here: that somebody reads the log is itself on the record, durable before a row is read,
with a line for each person she reads about; what is withheld under a restriction decision is left
out first, so that counts, order and pages are of what remains; a name of a professional is known
to a resident only from the plan of the household that was looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from infra.auth import Aangemeld, Rol
from infra.database import Database, Tx
from infra.decider import NietBekend
from infra.logbook import Geschreven, Logbook, logregels
from services.consent import register
from services.consent.projections import Beslisfeiten, heeft_relatie
from services.consent.verantwoording import Kop, Verantwoording

TOEZICHT = (Rol.PRIVACY_OFFICER, Rol.FG)
Afgeschermd = Callable[[Geschreven], bool]
"""Whether a line stays out of the sight of whom it is about."""
_boven = logregels.alias("boven")


@dataclass(frozen=True, slots=True)
class Blik:
    """A line, and the record it hangs under; None for a line from before there were records."""

    regel: Geschreven
    besluit: Geschreven | None


class Loginzage:
    """Reads the log of one gemeente for people."""

    def __init__(
        self, database: Database, logboek: Logbook, feiten: Beslisfeiten, maak: Verantwoording,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.database, self.logboek = database, logboek
        self._feiten, self._maak, self._now = feiten, maak, now
        self.afgeschermd: Callable[[Tx, UUID], Afgeschermd] = lambda _tx, _persoon: lambda _: False
        """What a restriction decision keeps from a person now (UAVG 41); who decides fills it."""

    def wie_keek(
        self, wie: Aangemeld, persoon: UUID
    ) -> tuple[list[Blik], Mapping[UUID, frozenset[UUID]]]:
        """The lines about one person, for that person, oldest first; and per household whom she
        knows by name from its plan. Raises NietBekend.
        """
        if wie.rol is not Rol.INWONER or wie.actor.id != persoon:
            raise NietBekend
        tot = self.schrijf(wie, [persoon], {})
        with self.database.read() as tx:
            zichtbaar = self.zichtbaar(tx, persoon)
            blikken = [
                blik
                for blik in self.blikken(tx, tot, logregels.c.persoon == persoon)
                if zichtbaar(blik.regel)
            ]
            huizen = {b.regel.regel.huishouden for b in blikken} - {None}
            bekend = {huis: self._bekenden(tx, huis, persoon) for huis in huizen if huis}
        return blikken, bekend

    def zichtbaar(self, tx: Tx, persoon: UUID) -> Afgeschermd:
        """What the person herself may see of the lines about her: nothing withheld by a decision,
        nor an activity that is confidential as a whole (LDV-13)."""
        afgeschermd = self.afgeschermd(tx, persoon)
        boek = self._maak.register

        def zien(regel: Geschreven) -> bool:
            if afgeschermd(regel):
                return False
            ldv = regel.regel.inhoud.get("ldv")
            if ldv is None:  # from before there was a register
                return True
            uri = ldv["attributes"]["dpl.core.processing_activity_id"]
            return not boek.lees(uri)[1].confidential

        return zien

    def overzicht(self, wie: Aangemeld, huishouden: UUID) -> list[Blik]:
        """All rows of a household, oldest first, for who supervises. Raises NietBekend."""
        if wie.rol not in TOEZICHT:
            raise NietBekend
        waar = logregels.c.huishouden == huishouden
        with self.database.read() as tx:
            over = tx.execute(
                select(logregels.c.persoon).where(waar, logregels.c.persoon.is_not(None)).distinct()
            ).scalars()
            personen = list(over)
        tot = self.schrijf(wie, personen, {}, huishouden)
        with self.database.read() as tx:
            return self.blikken(tx, tot, waar)

    def schrijf(
        self, wie: Aangemeld, personen: Iterable[UUID], meer: Mapping[str, str],
        huishouden: UUID | None = None,
    ) -> int:  # fmt: skip
        """Put on the record that somebody reads the log about these persons; durable at return.

        The number of the last row before: she reads what there was when she asked.
        """
        nu = self._now()
        match wie.rol:
            case Rol.FG:
                activiteit = register.FG
            case Rol.INWONER:
                activiteit = register.INZAGE
            case _:
                activiteit = register.TOEZICHT
        regels = self._maak.handeling(
            Kop.hier(nu, self._now()), wie, "loginzage", activiteit, personen, huishouden, meer
        )
        with self.database.write() as tx:
            tot = self.logboek.last(tx)
            self.logboek.write(tx, nu, regels)
        return tot

    def blikken(
        self, tx: Tx, tot: int, waar: ColumnElement[bool], *, laatste: int | None = None
    ) -> list[Blik]:
        """The rows of a selection up to a number, oldest first, each with the record it hangs
        under; `laatste` keeps the newest so many."""
        welke = select(logregels).where(
            waar, logregels.c.nr <= tot, logregels.c.soort != "zegelsleutel"
        )
        if laatste is not None:
            welke = welke.order_by(logregels.c.nr.desc()).limit(laatste)
        regels = sorted(self.logboek.read(tx, welke), key=lambda regel: regel.nr)
        onder = select(_boven).join(
            logregels, and_(_boven.c.vraag == logregels.c.vraag, _boven.c.span == logregels.c.boven)
        )
        nummers = [regel.nr for regel in regels if regel.regel.boven is not None]
        records: dict[tuple[UUID, str | None], Geschreven] = {}
        for begin in range(0, len(nummers), _PER_KEER):
            deze = nummers[begin : begin + _PER_KEER]
            for record in self.logboek.read(tx, onder.where(logregels.c.nr.in_(deze)).distinct()):
                records[record.regel.vraag, record.regel.span] = record
        return [Blik(r, records.get((r.regel.vraag, r.regel.boven))) for r in regels]

    def _bekenden(self, tx: Tx, huishouden: UUID, persoon: UUID) -> frozenset[UUID]:
        rijen = self._feiten.rijen(tx, huishouden)
        if not heeft_relatie(rijen, persoon, inwoner=True):  # who left knows no newcomers
            return frozenset()
        return frozenset(rij.medewerker for rij in rijen if rij.soort in ("regisseur", "deelnemer"))


_PER_KEER = 500
