"""One restriction: how it stands, and why a step is refused. Pure.

Who it is about is sealed with what it says: a stream that named her would tell everybody who reads
facts that something is kept from her.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import resources
from typing import assert_never

from pydantic import BaseModel, ConfigDict

from events.toezicht import (
    Beperking,
    BeperkingBeeindigd,
    BeperkingBesloten,
    BeperkingFact,
    BeperkingVoorgesteld,
)
from infra.decider import GeenRecht, NietBekend, RegelFout


class LeegBereik(RegelFout):
    """Noem wiens inzage wordt afgeschermd: medewerkers, organisaties of doelen."""


class HerzienNaEinde(RegelFout):
    """De dag om dit opnieuw te bekijken kan niet. Kies een dag na vandaag, en niet na het einde
    van de beperking."""


class Termijnen(BaseModel):
    """`beperking.json`: in days from today, at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    herzien_binnen: int
    duurt_hoogstens: int
    bron: str
    """Where these numbers come from: no law sets them."""


def _termijnen() -> Termijnen:
    text = resources.files("services.consent.toezicht").joinpath("beperking.json").read_bytes()
    return Termijnen.model_validate_json(text)


TERMIJNEN = _termijnen()


class DuurtTeLang(RegelFout):
    """De herziening of het einde ligt te ver weg."""


DuurtTeLang.zin = (
    f"Een beperking wordt binnen {TERMIJNEN.herzien_binnen} dagen herzien en duurt hoogstens "
    f"{TERMIJNEN.duurt_hoogstens} dagen. Is zij daarna nog nodig, bereid dan een nieuwe voor."
)


class EigenToezicht(GeenRecht):
    """Dit verbergt ook de inzage van wie bij uw eigen organisatie voorbereidt of beslist. Noem
    een andere organisatie, of medewerkers die dat niet doen."""


class AlBesloten(RegelFout):
    """Over dit voorstel is al besloten."""


class AlBeeindigd(RegelFout):
    """Deze beperking is al beëindigd."""


class ZelfVoorbereid(GeenRecht):
    """U bereidde dit voor, dus u beslist er niet over. Vraag een andere beslisser."""


def toets(beperking: Beperking, vandaag: date) -> None:
    """Whether what is prepared may be decided. Raises LeegBereik, HerzienNaEinde, DuurtTeLang."""
    gebied = beperking.toepassingsgebied
    if not (gebied.medewerkers or gebied.organisaties or gebied.doelen):
        raise LeegBereik
    if not vandaag < beperking.herzien_op <= beperking.tot:
        raise HerzienNaEinde
    herzien = vandaag + timedelta(days=TERMIJNEN.herzien_binnen)
    einde = vandaag + timedelta(days=TERMIJNEN.duurt_hoogstens)
    if beperking.herzien_op > herzien or beperking.tot > einde:
        raise DuurtTeLang


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
