"""The rule set as data: which source regime may serve which purpose, on which article.

A lawyer reads and extends `regelsets/<version>.json`; the hash of the file stands in every
decision, and every released version stays readable by it. A version that was released does not
change: a change is a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from events.base import Hoed
from events.begrippen import Grondslag, Leefgebied, Onderwerp, Rubriek
from events.waarden import Doel

HUIDIG = "5"
"""The version in force."""


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
    VERVANGER = "vervanger"
    """Named by a deelnemer to do her task with her or in her place."""
    LID = "lid"
    GEZAGHOUDER = "gezaghouder"
    VERTEGENWOORDIGER = "vertegenwoordiger"
    """Speaks for an adult member who was judged not able to."""
    NOODHULP = "noodhulp"
    """Opened the household herself in an emergency, for four hours (trust: own action)."""


class Eis(StrEnum):
    """A condition of a rule, to be met for every person concerned; what each means in law stands
    with its function in `domain/eisen.py`."""

    NOODZAAK = "noodzaak"
    TOESTEMMING = "toestemming"
    VERKLARING = "verklaring"
    OPHEFFING = "opheffing"
    DOORBREKING = "doorbreking"
    ZELF = "zelf"
    MEEBETROKKEN = "meebetrokken"
    TWAALF = "twaalf"
    ZESTIEN = "zestien"
    GEZAG_ONDER_TWAALF = "gezag-onder-twaalf"
    GEZAG_ONDER_ZESTIEN = "gezag-onder-zestien"
    WETTELIJK_VERTEGENWOORDIGER = "wettelijk-vertegenwoordiger"
    VERTEGENWOORDIGER = "vertegenwoordiger"
    ONDERTOEZICHTSTELLING = "ondertoezichtstelling"
    VOOGDIJ_ONDER_TWAALF = "voogdij-onder-twaalf"
    VOOGDIJ_ONDER_ZESTIEN = "voogdij-onder-zestien"
    VEILIGHEIDSHUISCASUS = "veiligheidshuiscasus"
    GEMELD = "gemeld"
    EIGEN_VERWIJZING = "eigen-verwijzing"
    JEUGDIGE_OF_OUDER = "jeugdige-of-ouder"
    ONDER_DRIEENTWINTIG = "onder-drieentwintig"
    VEILIGHEIDSKERN = "veiligheidskern"
    OPENGESTELD = "opengesteld"
    VERVANGING = "vervanging"

    @property
    def tekst(self) -> str:
        return _EISTEKST[self]


_EISTEKST = {
    Eis.NOODZAAK: "één zin waarom dit voor uw taak nodig is",
    Eis.TOESTEMMING: "uitdrukkelijke toestemming van ieder over wie het gaat",
    Eis.VERKLARING: "een schriftelijke verklaring van ieder over wie het gaat: geen bezwaar",
    Eis.OPHEFFING: "opheffing van het beroepsgeheim door ieder over wie het gaat",
    Eis.DOORBREKING: "een vastgelegde afweging van de geheimhouder zelf om u dit te vertellen",
    Eis.ZELF: "dat het over uzelf gaat",
    Eis.MEEBETROKKEN: "dat het ook over uzelf gaat",
    Eis.TWAALF: "dat u 12 jaar of ouder bent",
    Eis.ZESTIEN: "dat u 16 jaar of ouder bent",
    Eis.GEZAG_ONDER_TWAALF: "gezag over een kind dat nog geen 12 is",
    Eis.GEZAG_ONDER_ZESTIEN: "gezag over een kind dat nog geen 16 is",
    Eis.WETTELIJK_VERTEGENWOORDIGER: "dat u curator of mentor bent van deze persoon",
    Eis.VERTEGENWOORDIGER: "dat u volgens de wet voor deze persoon spreekt",
    Eis.ONDERTOEZICHTSTELLING: "een lopende ondertoezichtstelling die uw instelling uitvoert",
    Eis.VOOGDIJ_ONDER_TWAALF: "voogdij van uw instelling over een kind dat nog geen 12 is",
    Eis.VOOGDIJ_ONDER_ZESTIEN: "voogdij van uw instelling over een kind dat nog geen 16 is",
    Eis.VEILIGHEIDSHUISCASUS: "een toegelaten en nog open casus in het Zorg- en Veiligheidshuis",
    Eis.GEMELD: "een melding door of voor deze persoon",
    Eis.EIGEN_VERWIJZING: "een eigen melding van deze jeugdige in de verwijsindex",
    Eis.JEUGDIGE_OF_OUDER: (
        "dat het gaat over een jeugdige onder de 18 in dit huishouden, of over wie het ouderlijk "
        "gezag heeft, zoals vastgelegd; een burgerservicenummer alleen van de jeugdige"
    ),
    Eis.ONDER_DRIEENTWINTIG: "dat deze jeugdige nog geen 23 is",
    Eis.VEILIGHEIDSKERN: "een vooraf gemaakte afspraak dat dit in nood opengaat",
    Eis.OPENGESTELD: "dat de geheimhouder dit dossier voor deze nood openstelt",
    Eis.VERVANGING: "dat een deelnemer u aanwees om haar taak mee te doen of over te nemen",
}


_BWB = {
    "Wmo 2015": "BWBR0035362", "Jeugdwet": "BWBR0034925", "Wgs": "BWBR0031331",
    "Participatiewet": "BWBR0015703", "Leerplichtwet 1969": "BWBR0002628", "BW": "BWBR0005290",
    "UAVG": "BWBR0040940", "AVG": "32016R0679", "WGS": "BWBR0049962", "Sr": "BWBR0001854",
    "Wams": "kst-36295",
}  # fmt: skip
"""Wams is a bill: it has no BWB id, only its number in parliament."""


class Regel(BaseModel):
    """One line of the rule set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    wie: tuple[Wie, ...]
    doelen: tuple[Doel, ...]
    regimes: tuple[str, ...]
    onderwerpen: tuple[Leefgebied | Rubriek | Literal["leefgebieden"], ...]
    hoeden: tuple[Hoed, ...] = ()
    """Holds only under these hats, where the ground differs per hat; empty: under any."""
    eigen_regime: bool = False
    """Holds only for whoever works under the regime the data come from."""
    uitkomst: Uitkomst = Uitkomst.MAG
    """What the rule says when its conditions are met; `mag-niet` is an explicit prohibition."""
    eist: tuple[Eis, ...] = ()
    artikel: str
    zin: str
    zin_zonder: str | None = None
    """The sentence when a condition is not met."""
    noemt: bool = False
    """Whoever lacks no more than a condition may know that it is there: a task waits for her."""
    geldt_vanaf: date | Literal["onbekend"] | None = None
    """First day of force; "onbekend": not yet law, so it cannot hold."""
    geldt_tot: date | None = None
    groep: str | None = None
    """A part that can be switched off as a whole in the head of the file."""

    @model_validator(mode="after")
    def _a_prohibition_has_no_conditions(self) -> Regel:
        if self.uitkomst is Uitkomst.MAG_NA or (self.uitkomst is Uitkomst.MAG_NIET and self.eist):
            raise ValueError("een regel zegt moet, mag of mag-niet; een verbod eist niets")
        return self

    @property
    def grondslag(self) -> Grondslag:
        """The article as a reference by BWB id. Raises KeyError for a law that has none here."""
        wet, _, plaats = self.artikel.partition(" artikel ")
        artikel, _, lid = plaats.partition(" lid ")
        return Grondslag(bwb=_BWB[wet], artikel=artikel, lid=lid or None)

    @property
    def hoedzin(self) -> str:
        """Under which hats this would hold."""
        return f"Dit kan alleen met de hoed {' of '.join(hoed.woord for hoed in self.hoeden)}."

    def raakt(self, onderwerp: Onderwerp) -> bool:
        return onderwerp in self.onderwerpen or (
            isinstance(onderwerp, Leefgebied) and "leefgebieden" in self.onderwerpen
        )

    def geldt(self, dag: date) -> bool:
        """Whether the rule is in force: its first and its last day count."""
        if isinstance(self.geldt_vanaf, str):
            return False
        return (self.geldt_vanaf is None or self.geldt_vanaf <= dag) and (
            self.geldt_tot is None or dag <= self.geldt_tot
        )

    def __hash__(self) -> int:
        return hash(self.id)


_EERST = {Uitkomst.MOET: 0, Uitkomst.MAG_NIET: 1, Uitkomst.MAG: 2}
Sleutel = tuple[Wie, Doel, str, Onderwerp]


@dataclass(frozen=True, slots=True)
class Regelset:
    """All rules of one version."""

    versie: str
    hash: str
    regels: tuple[Regel, ...]
    _per_sleutel: dict[Sleutel, tuple[Regel, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _noemend: set[str] = field(init=False, repr=False, compare=False, default_factory=set)

    def __post_init__(self) -> None:
        gevonden: dict[Sleutel, list[Regel]] = {}
        onderwerpen: tuple[Onderwerp, ...] = (*Leefgebied, *Rubriek)
        for regel in self.regels:
            geraakt = [onderwerp for onderwerp in onderwerpen if regel.raakt(onderwerp)]
            for wie in regel.wie:
                for doel in regel.doelen:
                    for regime in regel.regimes:
                        for onderwerp in geraakt:
                            sleutel = (wie, doel, regime, onderwerp)
                            gevonden.setdefault(sleutel, []).append(regel)
        for sleutel, regels in gevonden.items():
            self._per_sleutel[sleutel] = tuple(sorted(regels, key=lambda r: _EERST[r.uitkomst]))
        self._noemend.update(regel.id for regel in self.regels if regel.noemt)

    def noemt(self, regel: str | None) -> bool:
        """Whether who lacks a condition of this rule may know that there is something."""
        return regel in self._noemend

    def voor(self, wie: Wie, doel: Doel, regime: str, onderwerp: Onderwerp) -> Sequence[Regel]:
        """The rules that speak of this: what must, what is forbidden, what may; each in the order
        of the file."""
        return self._per_sleutel.get((wie, doel, regime, onderwerp), ())


@cache
def regelset(hash: str | None = None) -> Regelset:  # noqa: A002 - a decision calls it so too
    """The rule set in force, or the released one with this hash. Raises KeyError."""
    if hash is None:
        return _lees(f"{HUIDIG}.json")
    return {gelezen.hash: gelezen for gelezen in regelsets()}[hash]


@cache
def regelsets() -> tuple[Regelset, ...]:
    """Every released rule set, oldest first."""
    folder = resources.files("services.consent").joinpath("regelsets")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json"))
    return tuple(_lees(name) for name in sorted(names, key=lambda name: int(name[:-5])))


def lees(text: bytes) -> Regelset:
    """A rule set from a file; groups that are switched off are left out. Raises ValidationError."""
    content = _Bestand.model_validate_json(text)
    regels = tuple(
        regel for regel in content.regels if regel.groep is None or content.groepen[regel.groep]
    )
    return Regelset(content.versie, sha256(text).hexdigest(), regels)


@cache
def _lees(name: str) -> Regelset:
    folder = resources.files("services.consent").joinpath("regelsets")
    return lees(folder.joinpath(name).read_bytes())


class _Bestand(BaseModel):
    model_config = ConfigDict(extra="forbid")
    versie: str
    groepen: dict[str, bool] = {}
    """Parts that can be switched off: false leaves out every rule of the group."""
    regels: tuple[Regel, ...]

    @model_validator(mode="after")
    def _numbers_and_groups(self) -> _Bestand:
        if len({regel.id for regel in self.regels}) != len(self.regels):
            raise ValueError("elke regel heeft een eigen nummer")
        if not {regel.groep for regel in self.regels} - {None} <= self.groepen.keys():
            raise ValueError("elke groep staat in de kop van het bestand, aan of uit")
        return self
