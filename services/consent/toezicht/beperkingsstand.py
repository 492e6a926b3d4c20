"""One restriction: how it stands, and why a step is refused. Pure.

Who it is about is sealed with what it says: a stream that named her would tell everybody who reads
facts that something is kept from her.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from events.toezicht import (
    BeperkingBeeindigd,
    BeperkingBesloten,
    BeperkingFact,
    BeperkingVoorgesteld,
)
from infra.decider import GeenRecht, NietBekend, RegelFout


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
    """Proposed, decided, ended."""

    voorgesteld: bool = False
    besloten: bool = False
    beeindigd: bool = False

    def evolve(self, fact: BeperkingFact) -> Beperkingsstand:
        match fact:
            case BeperkingVoorgesteld():
                return replace(self, voorgesteld=True)
            case BeperkingBesloten():
                return replace(self, besloten=True)
            case BeperkingBeeindigd():
                return replace(self, beeindigd=True)
            case _:
                assert_never(fact)

    def besluit(self, fact: BeperkingFact) -> list[BeperkingFact]:
        if not self.voorgesteld:
            raise NietBekend
        if self.besloten or self.beeindigd:
            raise AlBesloten
        return [fact]

    def beeindig(self, fact: BeperkingFact) -> list[BeperkingFact]:
        """Also a proposal that the beslisser does not follow ends like this."""
        if not self.voorgesteld:
            raise NietBekend
        if self.beeindigd:
            raise AlBeeindigd
        return [fact]
