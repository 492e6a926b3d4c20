"""The rule set as data: which source regime may serve which purpose, on which article.

A lawyer reads and extends `regels.json`; its hash stands in every decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

from events.begrippen import Grondslag, Leefgebied, Onderwerp, Rubriek
from events.waarden import Doel


class Uitkomst(StrEnum):
    """Four outcomes; `mag-na` names the step that lacks."""

    MOET = "moet"
    MAG = "mag"
    MAG_NA = "mag-na"
    MAG_NIET = "mag-niet"


class Wie(StrEnum):
    """Relation to the household."""

    REGISSEUR = "regisseur"
    DEELNEMER = "deelnemer"
    LID = "lid"
    GEZAGHOUDER = "gezaghouder"
    NOODHULP = "noodhulp"
    """Opened the household herself in an emergency, for four hours (trust: own action)."""


class Eis(StrEnum):
    """A condition of a rule, to be met for every person concerned."""

    NOODZAAK = "noodzaak"
    TOESTEMMING = "toestemming"
    OPHEFFING = "opheffing"
    ZELF = "zelf"
    MEEBETROKKEN = "meebetrokken"
    TWAALF = "twaalf"
    ZESTIEN = "zestien"
    GEZAG_ONDER_TWAALF = "gezag-onder-twaalf"
    GEZAG_ONDER_ZESTIEN = "gezag-onder-zestien"

    @property
    def tekst(self) -> str:
        return _EISTEKST[self]


_EISTEKST = {
    Eis.NOODZAAK: "één zin waarom dit voor uw taak nodig is",
    Eis.TOESTEMMING: "uitdrukkelijke toestemming van ieder over wie het gaat",
    Eis.OPHEFFING: "opheffing van het beroepsgeheim door ieder over wie het gaat",
    Eis.ZELF: "dat het over uzelf gaat",
    Eis.MEEBETROKKEN: "dat het ook over uzelf gaat",
    Eis.TWAALF: "dat u 12 jaar of ouder bent",
    Eis.ZESTIEN: "dat u 16 jaar of ouder bent",
    Eis.GEZAG_ONDER_TWAALF: "gezag over een kind dat nog geen 12 is",
    Eis.GEZAG_ONDER_ZESTIEN: "gezag over een kind dat nog geen 16 is",
}


_BWB = {
    "Wmo 2015": "BWBR0035362", "Jeugdwet": "BWBR0034925", "Wgs": "BWBR0031331",
    "Participatiewet": "BWBR0015703", "Leerplichtwet 1969": "BWBR0002628", "BW": "BWBR0005290",
    "UAVG": "BWBR0040940", "AVG": "32016R0679",
}  # fmt: skip


class Regel(BaseModel):
    """One line of the rule set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    wie: tuple[Wie, ...]
    doelen: tuple[Doel, ...]
    regimes: tuple[str, ...]
    onderwerpen: tuple[Leefgebied | Rubriek | Literal["leefgebieden"], ...]
    eigen_regime: bool = False
    """Holds only for whoever works under the regime the data come from."""
    uitkomst: Uitkomst = Uitkomst.MAG
    eist: tuple[Eis, ...] = ()
    artikel: str
    zin: str
    zin_zonder: str | None = None
    """The sentence when a condition is not met."""

    @property
    def grondslag(self) -> Grondslag:
        """The article as a reference by BWB id. Raises KeyError for a law that has none here."""
        wet, _, plaats = self.artikel.partition(" artikel ")
        artikel, _, lid = plaats.partition(" lid ")
        return Grondslag(bwb=_BWB[wet], artikel=artikel, lid=lid or None)

    def raakt(self, onderwerp: Onderwerp) -> bool:
        return onderwerp in self.onderwerpen or (
            isinstance(onderwerp, Leefgebied) and "leefgebieden" in self.onderwerpen
        )

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Regelset:
    """All rules of one version."""

    versie: str
    hash: str
    regels: tuple[Regel, ...]

    def voor(self, wie: Wie, doel: Doel, regime: str, onderwerp: Onderwerp) -> Iterator[Regel]:
        """The rules that speak of this, in the order of the file."""
        for regel in self.regels:
            if (
                wie in regel.wie
                and doel in regel.doelen
                and regime in regel.regimes
                and regel.raakt(onderwerp)
            ):
                yield regel


@cache
def regelset() -> Regelset:
    """The rule set of this release."""
    text = resources.files("services.consent").joinpath("regels.json").read_bytes()
    content = _Bestand.model_validate_json(text)
    return Regelset(content.versie, sha256(text).hexdigest(), content.regels)


class _Bestand(BaseModel):
    model_config = ConfigDict(extra="forbid")
    versie: str
    regels: tuple[Regel, ...]
