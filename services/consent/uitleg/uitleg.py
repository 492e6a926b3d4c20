"""Why she may see something or not, and the least that would open it; every question is logged.

For anybody with a task, or who belongs here, about her own access. The answer is the same whether
any such data exist or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from uuid import UUID

from events.begrippen import Rubriek, herkomst
from events.waarden import Doel
from infra.auth import Aangemeld
from infra.decider import NietBekend
from services.consent.application import Consent, vrager
from services.consent.domain import (
    GEEN_RELATIE,
    Besluit,
    Code,
    Feiten,
    Vraag,
    mag,
    zelf_te_noemen,
)
from services.consent.log.verantwoording import Deel
from services.consent.regels import Regelset, Uitkomst
from services.consent.uitleg.openingen import Opening, Stap, minste
from services.consent.uitleg.simulatie import (
    Onderdeel,
    beslis,
    onderdelen,
)


@dataclass(frozen=True, slots=True)
class Waarom:
    """A decision about oneself, and the least that would open it."""

    besluit: Besluit
    openingen: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class Mogelijkheid:
    """A kind of data about one person that does not open now, and one smallest way to open it.

    `noemt`: the purpose she then has to name to see it; none where it follows from her task.
    """

    onderdeel: Onderdeel
    besluit: Besluit
    opening: Opening
    noemt: Doel | None = None


@dataclass(frozen=True, slots=True)
class Mogelijkheden:
    """What may open about one person, and the purposes she can name for which something does."""

    stuks: list[Mogelijkheid]
    doelen: tuple[Doel, ...]


class Uitleggen:
    """The questions of people about their own access."""

    def __init__(self, consent: Consent) -> None:
        self._consent = consent

    def waarom(
        self, wie: Aangemeld, huishouden: UUID, onderdeel: Onderdeel, doel: Doel | None = None,
        meer: Mapping[str, Any] | None = None, nummer: UUID | None = None, *,
        met_openingen: bool = True,
    ) -> Waarom:  # fmt: skip
        """May I see this, and if not, what is the least that opens it (most of the work: left out
        for who does not ask for that).

        The same answer whether anything exists or not.
        """
        vraagt = vrager(wie)
        vraag = Vraag(vraagt, doel, onderdeel.betrokkenen, onderdeel.herkomst, onderdeel.onderwerp)

        def beantwoord(feiten: Feiten) -> tuple[Waarom, list[Deel]] | None:
            besluit = mag(vraag, feiten, self._consent.regels)
            # Of people outside the household only what she sees anyway has a reason to be told.
            if not besluit.open and not {*onderdeel.betrokkenen} <= {*feiten.leden}:
                return None
            openingen = (
                _zonder_houders(minste(vraag, feiten, self._consent.regels), vraag, feiten,
                                self._consent.regels)
                if met_openingen and herstelbaar(besluit) else ()
            )  # fmt: skip
            return Waarom(besluit, openingen), [deel_van(onderdeel, besluit)]

        found = self._consent.stel(wie, huishouden, doel, beantwoord, meer, nummer=nummer)
        return found or Waarom(GEEN_RELATIE)

    def mogelijkheden(self, wie: Aangemeld, huishouden: UUID, persoon: UUID) -> Mogelijkheden:
        """What about this person does not open to her now, but would after a step: for the purpose
        of her task, and for those she names herself.

        Rules and records decide what is in this list, never what data there are. Raises NietBekend.
        """
        vraagt, regels = vrager(wie), self._consent.regels

        def beantwoord(feiten: Feiten) -> tuple[Mogelijkheden, list[Deel]] | None:
            if persoon not in feiten.leden:
                return None
            stuks: list[Mogelijkheid] = []
            doelen: dict[Doel, None] = {}
            genoemd = (None, *zelf_te_noemen(vraagt, feiten))
            for doel, onderdeel in product(genoemd, onderdelen(persoon)):
                besluit = beslis(vraagt, onderdeel, feiten, regels, doel)
                opening = None
                if herstelbaar(besluit):
                    vraag = Vraag(vraagt, doel, (persoon,), onderdeel.herkomst, onderdeel.onderwerp)
                    gevonden = minste(vraag, feiten, regels)
                    opening = next(iter(_zonder_houders(gevonden, vraag, feiten, regels)), None)
                if opening is not None:
                    stuks.append(Mogelijkheid(onderdeel, besluit, opening, doel))
                if doel is not None and (opening is not None or besluit.open):
                    doelen[doel] = None
            delen = [deel_van(m.onderdeel, m.besluit) for m in stuks]
            return Mogelijkheden(stuks, tuple(doelen)), delen

        meer = {"actie": "mogelijkheden"}
        found = self._consent.stel(wie, huishouden, None, beantwoord, meer)
        if found is None:
            raise NietBekend
        return found


def deel_van(onderdeel: Onderdeel, besluit: Besluit) -> Deel:
    """A decision as the log has it."""
    return Deel(onderdeel.betrokkenen, onderdeel.herkomst, onderdeel.onderwerp, besluit)


def herstelbaar(besluit: Besluit) -> bool:
    """Whether people can open it by recording something."""
    return besluit.uitkomst is Uitkomst.MAG_NA or besluit.code is Code.BEZWAAR


def _zonder_houders(
    openingen: Iterable[Opening], vraag: Vraag, feiten: Feiten, regels: Regelset
) -> tuple[Opening, ...]:
    """Who has custody is told only to who may see it; to others a step names no holder."""

    def kent(persoon: UUID) -> bool:
        gezag = Onderdeel((persoon,), herkomst("gezinsplan"), Rubriek.GEZAG)
        return beslis(vraag.vrager, gezag, feiten, regels).open

    def zonder(stap: Stap) -> Stap:
        if kent(stap.persoon):
            return stap
        eigen = (stap.persoon, vraag.vrager.actor.id)
        return replace(stap, door=tuple(wie for wie in stap.door if wie in eigen))

    return tuple(
        replace(opening, stappen=tuple(zonder(stap) for stap in opening.stappen))
        for opening in openingen
    )
