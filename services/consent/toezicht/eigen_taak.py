"""Whether a task of an office is about what its holder did herself: then another one does it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from events.waarden import Taak
from infra.auth import Aangemeld
from infra.database import Tx
from infra.logbook import Logbook, logregels
from services.consent.log.blik import Blik
from services.consent.log.volledigheid import TAAK as VERSCHIL
from services.consent.projections import Beslisfeiten
from services.consent.toezicht.afscherming import Afscherming


class EigenTaak:
    """Asked when somebody says what she did about a task (`Taken.eigen`)."""

    def __init__(self, feiten: Beslisfeiten, logboek: Logbook, afscherming: Afscherming) -> None:
        self._feiten, self._logboek, self._afscherming = feiten, logboek, afscherming

    def __call__(self, tx: Tx, wie: Aangemeld, taak: Taak) -> bool:
        match taak.soort:
            case "nood-zoeken":
                return taak.medewerker == wie.actor.id
            case "nood-onterecht" | "nood-opnieuw":
                genomen = self._feiten.van_sleutels(tx, [f"noodtoegang:{taak.bij}"])
                return any(rij.medewerker == wie.actor.id for rij in genomen)
            case "beperking-herzien":
                besloten = self._afscherming.besloten(tx).get(taak.bij or UUID(int=0))
                return besloten is not None and self._afscherming.over_haarzelf(tx, wie, besloten)
            case soort if soort == VERSCHIL:
                welke = select(logregels).where(logregels.c.vraag == taak.over)
                return any(Blik(rij, None).van(wie) for rij in self._logboek.read(tx, welke))
            case _:
                return False
