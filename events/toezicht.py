"""The facts of supervision: emergency access, restriction decisions, advice, outliers.

Published with the facts of consent, and read by consent alone: the herkomst `toezicht` opens for
no ordinary question. In clear stand numbers only.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from events.base import Fact, Personal
from events.begrippen import Waarde
from events.waarden import Dag, Doel, Kort, Tekst, waarom

# --- emergency access ---------------------------------------------------------------------------

Noodtekst = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=2000)]
"""Why it cannot wait, as facts hold it."""
Noodreden = Annotated[Noodtekst, BeforeValidator(waarom(40, 4, 2000))]
"""Why it cannot wait, as it is asked: in so many words that it can be judged afterwards."""


class Noodcategorie(StrEnum):
    """What an emergency access is for: a closed list."""

    GEVAAR_KIND = "gevaar-voor-een-kind"
    GEWELD = "geweld-in-huis"
    LEVENSGEVAAR = "levensgevaar"
    ONTREGELING = "acute-ontregeling"
    VERWAARLOZING = "acute-verwaarlozing"
    VERMISSING = "vermissing"


class Zoekwijze(StrEnum):
    """By what one household is found in an emergency."""

    NAAM = "naam-en-geboortedatum"
    ADRES = "adres"


class Nood(Waarde):
    """Why somebody takes emergency access, and how she looked for the household."""

    categorie: Noodcategorie
    reden: Noodtekst
    langs: Zoekwijze


class Nooduitkomst(StrEnum):
    TERECHT = "terecht"
    ONTERECHT = "onterecht"


class Noodoordeel(Waarde):
    """The verdict of the beslisser on an emergency access, and why."""

    uitkomst: Nooduitkomst
    motivering: Tekst


class Openstelling(Waarde):
    """A holder of secrecy opens her own file for one emergency access: which, and why."""

    herkomst: str
    reden: Tekst


class NoodtoegangGenomen(Fact, naam="nl.samenplan.noodtoegang-genomen"):
    """A professional opened one household by herself, for four hours."""

    huishouden: UUID
    medewerker: UUID
    nood: Personal[Nood]


class NoodzoekingVergeefs(Fact, naam="nl.samenplan.noodzoeking-vergeefs"):
    """A professional looked for a household in an emergency and not exactly one fitted."""

    medewerker: UUID
    nood: Personal[Nood]


class NoodtoegangVerantwoord(Fact, naam="nl.samenplan.noodtoegang-verantwoord"):
    """She told afterwards what she saw and did."""

    huishouden: UUID
    medewerker: UUID
    verslag: Personal[Tekst]


class NoodtoegangBeeindigd(Fact, naam="nl.samenplan.noodtoegang-beeindigd"):
    """She needs it no longer: it is shut before its four hours are over."""

    huishouden: UUID
    medewerker: UUID


class GeheimOpengesteld(Fact, naam="nl.samenplan.geheim-opengesteld"):
    """A holder of secrecy opened her own file for this emergency access (conflict of duties)."""

    huishouden: UUID
    medewerker: UUID
    openstelling: Personal[Openstelling]


class NoodtoegangVoorbereid(Fact, naam="nl.samenplan.noodtoegang-voorbereid"):
    """The privacy officer prepared the verdict."""

    advies: Personal[Tekst]


class NoodtoegangBeoordeeld(Fact, naam="nl.samenplan.noodtoegang-beoordeeld"):
    """The beslisser judged an emergency access."""

    huishouden: UUID
    medewerker: UUID
    oordeel: Personal[Noodoordeel]


class NoodblokkadeOpgeheven(Fact, naam="nl.samenplan.noodblokkade-opgeheven"):
    """After the verdict "onterecht" the beslisser lets her take emergency access again."""

    huishouden: UUID
    medewerker: UUID
    reden: Personal[Tekst]


NoodFact: TypeAlias = (
    NoodtoegangGenomen
    | NoodzoekingVergeefs
    | NoodtoegangVerantwoord
    | NoodtoegangBeeindigd
    | GeheimOpengesteld
    | NoodtoegangVoorbereid
    | NoodtoegangBeoordeeld
    | NoodblokkadeOpgeheven
)

# --- restriction decisions ----------------------------------------------------------------------


class Beperkingsgrond(StrEnum):
    """Why a right may be set aside: the letters of UAVG 41 lid 1."""

    NATIONALE_VEILIGHEID = "a"
    LANDSVERDEDIGING = "b"
    OPENBARE_VEILIGHEID = "c"
    STRAFBARE_FEITEN = "d"
    ALGEMEEN_BELANG = "e"
    RECHTSPRAAK = "f"
    BEROEPSCODES = "g"
    TOEZICHTSTAAK = "h"
    BESCHERMING = "i"
    INNING = "j"


class Toepassingsgebied(Waarde):
    """Which looks at the person are withheld: by whom or for what, and from which days.

    A look is withheld when it is by one of the `medewerkers` or `organisaties`, or for one of the
    `doelen`, and was on a day from `van` to `tot` (both included; without end when None).
    """

    medewerkers: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    organisaties: Annotated[tuple[Kort, ...], Field(max_length=50)] = ()
    doelen: Annotated[tuple[Doel, ...], Field(max_length=20)] = ()
    van: Dag
    tot: Dag | None = None


class Beperking(Waarde):
    """A restriction of the right to know who looked (UAVG 41; in Wmo terms 5.3.2 lid 4).

    The eight fields of lid 2, a to h, with the grounds of lid 1, the weighing, and the dates.
    `persoon` is whom a look is withheld from; who was looked at with her does not see it either.
    """

    persoon: UUID
    gronden: Annotated[tuple[Beperkingsgrond, ...], Field(min_length=1, max_length=10)]
    weging: Tekst
    """Why it is necessary and proportionate (lid 1)."""
    doeleinden: Tekst
    categorieen: Tekst
    toepassingsgebied: Toepassingsgebied
    waarborgen: Tekst
    verantwoordelijken: Tekst
    opslag: Tekst
    risicos: Tekst
    mededeling: Tekst
    """Whether and when the person is told, or why that would defeat the purpose."""
    herzien_op: Dag
    """On this day somebody looks again whether it is still needed."""
    tot: Dag
    """The last day it holds; from the next day on the lines are there."""


class BeperkingVoorgesteld(Fact, naam="nl.samenplan.beperking-voorgesteld"):
    """The privacy officer prepared a restriction decision; about whom is sealed."""

    beperking: Personal[Beperking]


class BeperkingBesloten(Fact, naam="nl.samenplan.beperking-besloten"):
    """The beslisser took a restriction decision; it holds from the next question on."""

    beperking: Personal[Beperking]


class BeperkingBeeindigd(Fact, naam="nl.samenplan.beperking-beeindigd"):
    """A restriction ended, or a proposal was refused; nothing is withheld for it any more."""

    reden: Personal[Tekst]


BeperkingFact: TypeAlias = BeperkingVoorgesteld | BeperkingBesloten | BeperkingBeeindigd

# --- advice, outliers ---------------------------------------------------------------------------


class AdviesGegeven(Fact, naam="nl.samenplan.advies-gegeven"):
    """The FG gave advice about something; it decides nothing (AVG 39 lid 1 a)."""

    over: UUID
    advies: Personal[Tekst]


class AantekeningGemaakt(Fact, naam="nl.samenplan.aantekening-gemaakt"):
    """The FG wrote down something to do; bound to secrecy about it (AVG 38 lid 5, UAVG 39)."""

    aantekening: Personal[Tekst]


class Afwijkingsinstelling(Waarde):
    """What must be decided before outliers are looked for (AVG 5, 35; WOR 27 lid 1 k, l)."""

    doel: Tekst
    instemming: Kort
    """Reference of the works council's consent."""
    instemming_op: Dag
    van: Dag
    tot: Dag


class AfwijkingenIngesteld(Fact, naam="nl.samenplan.afwijkingen-ingesteld"):
    """The beslisser decided that outliers in looking are looked for, for a term."""

    instelling: Personal[Afwijkingsinstelling]


class AfwijkingenUitgezet(Fact, naam="nl.samenplan.afwijkingen-uitgezet"):
    """No outliers are looked for any more."""

    reden: Personal[Tekst]


AfwijkingenFact: TypeAlias = AfwijkingenIngesteld | AfwijkingenUitgezet
ToezichtFact: TypeAlias = (
    NoodFact | BeperkingFact | AdviesGegeven | AantekeningGemaakt | AfwijkingenFact
)
