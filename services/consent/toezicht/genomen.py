"""The emergency accesses that were taken, as the decision facts tell how they stand; and the
searches that found nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.toezicht import Nooduitkomst
from infra.database import Database, Tx
from infra.decider import NietBekend
from services.consent.projections import Beslisfeiten, Rij, nood_tot
from services.consent.toezicht.noodstand import Eerdere

_SOORTEN = ("noodtoegang", "noodverslag", "noodoordeel", "noodvrijgave")
"""The decision facts that say how an emergency access stands; beside these `noodeinde`."""


@dataclass(frozen=True, slots=True)
class Vergeefs:
    """A search that did not find exactly one household: by whom and when."""

    id: UUID
    medewerker: UUID
    op: datetime


class Genomen:
    """Reads them; who may is for the caller to ask."""

    def __init__(self, database: Database, feiten: Beslisfeiten) -> None:
        self._database, self._feiten = database, feiten

    def alle(self, tx: Tx, medewerker: UUID | None = None) -> list[Eerdere]:
        """Every emergency access, of one professional if asked, oldest first."""
        rijen = [
            rij
            for soort in _SOORTEN
            for rij in self._feiten.van_soort(tx, soort, medewerker=medewerker)
        ]
        return self._gelezen(tx, rijen, medewerker)

    def vergeefs(self, tx: Tx, behalve: UUID) -> list[Vergeefs]:
        """The searches that found nothing, newest first; not those of one."""
        rijen = [r for r in self._feiten.van_soort(tx, "noodzoeking") if r.medewerker != behalve]
        momenten = self._feiten.inhoud(rijen)
        gevonden = (
            Vergeefs(UUID(r.sleutel.rpartition(":")[2]), r.medewerker, datetime.fromisoformat(op))
            for r in rijen
            if (op := momenten.get(r.sleutel)) is not None
        )
        return sorted(gevonden, key=lambda een: een.op, reverse=True)

    def een(self, nummer: UUID, medewerker: UUID | None = None) -> Eerdere:
        """One of them; given who took it, only hers: to another it does not exist, and finding
        that out takes the same statements. Raises NietBekend."""
        with self._database.read() as tx:
            rijen = self._feiten.van_sleutels(tx, [f"{soort}:{nummer}" for soort in _SOORTEN])
            if medewerker is not None:
                rijen = [rij for rij in rijen if rij.medewerker == medewerker]
            if rijen:
                for een in self._gelezen(tx, rijen, rijen[0].medewerker):
                    return een
        raise NietBekend

    def _gelezen(self, tx: Tx, rijen: Sequence[Rij], medewerker: UUID | None) -> list[Eerdere]:
        inhoud = self._feiten.inhoud(rijen)
        gesloten = self._feiten.van_soort(tx, "noodeinde", medewerker=medewerker)
        einden = self._feiten.inhoud(gesloten)
        gevonden = []
        for rij in rijen:
            nummer = rij.sleutel.rpartition(":")[2]
            if rij.soort != "noodtoegang":
                continue
            oordeel, genomen = inhoud.get(f"noodoordeel:{nummer}"), inhoud[rij.sleutel]
            tot = nood_tot(
                genomen,
                (
                    datetime.fromisoformat(einden[einde.sleutel])
                    for einde in gesloten
                    if einde.sleutel in einden
                    and (einde.huishouden, einde.medewerker) == (rij.huishouden, rij.medewerker)
                ),
            )
            gevonden.append(
                Eerdere(
                    UUID(nummer), rij.huishouden, rij.medewerker,
                    datetime.fromisoformat(genomen), tot, f"noodverslag:{nummer}" in inhoud,
                    None if oordeel is None else Nooduitkomst(oordeel),
                    f"noodvrijgave:{nummer}" in inhoud,
                )
            )  # fmt: skip
        return sorted(gevonden, key=lambda een: een.genomen)
