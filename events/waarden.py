"""What the fields of facts hold: people, addresses, statements, agreements, grounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from events.base import Hoed
from events.begrippen import Bron, Grondslag, Leefgebied, Rubriek, Waarde

Tekst = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
Kort = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

_LEEG = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(nummer) for nummer in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
"""What shows nothing though Unicode counts it as a letter, a mark or a symbol."""
_WOORD = re.compile(r"[^\W\d_]{2,}")
_AANTAL = ("geen woord", "één woord", "twee woorden", "drie woorden", "vier woorden")


def leesbaar(tekst: str) -> str:
    """What of a text somebody can read: nothing that does not show, and one space between words."""
    te_zien = "".join(
        teken
        for teken in tekst
        if teken.isspace() or not (teken in _LEEG or unicodedata.category(teken) in ("Cc", "Cf"))
    )
    return "\n".join(" ".join(regel.split()) for regel in te_zien.split("\n")).strip()


def zegt_waarom(tekst: str, tekens: int, woorden: int) -> bool:
    """Whether a reason is long enough to be one, by what can be read of it: so many characters, and
    so many different words. Whether it is a good one stays for people to judge."""
    gelezen = leesbaar(tekst)
    anders = {woord.casefold() for woord in _WOORD.findall(gelezen)}
    return len(" ".join(gelezen.split())) >= tekens and len(anders) >= woorden


def waarom(tekens: int, woorden: int, hoogstens: int) -> Callable[[object], object]:
    """A check of a reason as it comes in, before any other: it goes on as it can be read.

    What is longer than `hoogstens` as it came goes on whole, to be refused for that. Only for what
    is asked of people: a fact that was stored with less must stay readable.
    """
    if tekens > 1:
        vraag = f"Schrijf een zin waarin staat waarom: ten minste {tekens} tekens en "
    else:
        vraag = "Schrijf waarom: ten minste "

    def controleer(value: object) -> object:
        if not isinstance(value, str) or len(value) > hoogstens:
            return value  # said of every field in the same words
        if not zegt_waarom(value, tekens, woorden):
            raise ValueError(f"{vraag}{_AANTAL[woorden]}")
        return leesbaar(value)

    return controleer


Reden = Annotated[
    str, StringConstraints(min_length=1, max_length=8000), BeforeValidator(waarom(1, 1, 8000))
]
"""Why, in a word at least."""
Noodzaak = Annotated[
    str, StringConstraints(min_length=10, max_length=500), BeforeValidator(waarom(10, 2, 500))
]
"""Why data are necessary, in one sentence."""
Motivering = Annotated[
    str, StringConstraints(min_length=10, max_length=8000), BeforeValidator(waarom(10, 2, 8000))
]
"""Why somebody decided as she did."""
Kijkreden = Annotated[
    str, StringConstraints(min_length=20, max_length=1000), BeforeValidator(waarom(20, 3, 1000))
]
"""Why somebody who supervises looks at what is not about her own task."""
Afweging = Annotated[
    str, StringConstraints(min_length=40, max_length=8000), BeforeValidator(waarom(40, 4, 8000))
]
"""Which duties conflict, and why nothing lighter helps."""


def _geen_getal(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and value[4:5] == value[7:8] == "-"):
        return value
    raise ValueError("is geen geldige datum")  # pydantic would take a number of seconds as well


Dag = Annotated[date, BeforeValidator(_geen_getal)]
"""A date as people write it: year, month, day."""
Postcode = Annotated[
    str, StringConstraints(pattern=r"^[1-9]\d{3} ?[A-Za-z]{2}$"), AfterValidator(str.upper)
]


def _elfproef(bsn: str) -> str:
    digits = [int(digit) for digit in bsn]
    total = sum(
        weight * digit for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True)
    )
    if total % 11 or not any(digits):
        raise ValueError("dit is geen geldig BSN")
    return bsn


Bsn = Annotated[str, StringConstraints(pattern=r"^\d{9}$"), AfterValidator(_elfproef)]
"""Burgerservicenummer that passes the eleven-test (Wabb 12: verify before use)."""


class Melderssoort(StrEnum):
    INWONER = "inwoner"
    PROFESSIONAL = "professional"
    ANDER = "ander"


class Melder(Waarde):
    """Who reports, and how to reach the reporter."""

    soort: Melderssoort
    naam: Kort
    organisatie: Kort | None = None
    contact: Kort | None = None


class Aangemelde(Waarde):
    """Who the report is about, as far as the reporter knows."""

    naam: Kort
    geboortedatum: Dag | None = None
    bsn: Bsn | None = None
    postcode: Postcode | None = None
    huisnummer: Annotated[str, StringConstraints(pattern=r"^\d{1,5}[A-Za-z0-9-]{0,6}$")] | None = (
        None
    )


class Hulpvraag(Waarde):
    """What is asked, by whom, and who knows of it (Wmo 2.3.2 lid 1-3)."""

    vraag: Tekst
    namens: Kort | None = None
    wie_weet_ervan: Kort
    wie_wil_hulp: Kort


class Adres(Waarde):
    """An address of a person, with the dates it holds; no fixed address is an address too."""

    straat: Kort | None = None
    huisnummer: Annotated[str, StringConstraints(pattern=r"^\d{1,5}[A-Za-z0-9-]{0,6}$")] | None = (
        None
    )
    postcode: Postcode | None = None
    plaats: Kort
    sinds: Dag
    tot: Dag | None = None
    geen_vast_adres: bool = False


class Contact(Waarde):
    """How somebody wants to be reached."""

    telefoon: Annotated[str, StringConstraints(pattern=r"^\+?[\d \-]{6,20}$")] | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")] | None = None
    voorkeur: Kort


class Huishoudrol(StrEnum):
    """What a member is in the household; not limited to parents and children."""

    VOLWASSENE = "volwassene"
    OUDER = "ouder"
    KIND = "kind"
    PARTNER = "partner"
    GROOTOUDER = "grootouder"
    HUISGENOOT = "huisgenoot"
    ANDER = "ander"


class Ledenreden(StrEnum):
    """Why somebody joined or left."""

    GEVORMD = "gevormd"
    INGETROKKEN = "ingetrokken"
    GEBOREN = "geboren"
    VERHUISD = "verhuisd"
    GESCHEIDEN = "gescheiden"
    UIT_HUIS = "uit-huis"
    OVERLEDEN = "overleden"


class Gezagsuitkomst(StrEnum):
    """Outcome of the BRP on custody; the last three stop automation."""

    GEZAMENLIJK_OUDERLIJK = "gezamenlijk-ouderlijk-gezag"
    EENHOOFDIG = "eenhoofdig-ouderlijk-gezag"
    GEZAMENLIJK = "gezamenlijk-gezag"
    VOOGDIJ = "voogdij"
    TIJDELIJK_GEEN = "tijdelijk-geen-gezag"
    NIET_TE_BEPALEN = "niet-te-bepalen"
    IN_ONDERZOEK = "in-onderzoek"


class Gezag(Waarde):
    """Who holds custody over a child (BW 1:245 and following)."""

    uitkomst: Gezagsuitkomst
    houders: tuple[UUID, ...] = ()


class Mandaat(Waarde):
    """By which decision of the college somebody is regisseur (Awb 10:3)."""

    kenmerk: Kort
    van: Dag
    tot: Dag | None = None


class Medewerker(Waarde):
    """A professional as the family and the other professionals know her."""

    naam: Kort
    organisatie: Kort
    functie: Kort
    contact: Kort | None = None


class Uitspraak(Waarde):
    """A statement with its source: seen, said by somebody, or judged."""

    tekst: Tekst
    bron: Bron
    van: Kort | None = None

    @model_validator(mode="after")
    def _said_by_somebody(self) -> Uitspraak:
        if self.bron is Bron.GEZEGD and self.van is None:
            raise ValueError("bij 'gezegd' hoort door wie")
        return self


Zrm = Annotated[int, Field(ge=1, le=5)]
"""Level of the zelfredzaamheid-matrix: 1 acute problematiek … 5 volledig zelfredzaam."""


class Informatie(Waarde):
    """That somebody was told of the registration, when and how (AVG 13, 14)."""

    op: Dag
    hoe: Kort


class Verkenning(Waarde):
    """Whether there are coherent multiple problems, why, and what allowed looking."""

    meervoudig: bool
    waarom: Tekst
    grondslag: Grondslag


class Aard(StrEnum):
    PREVENTIEF = "preventief"
    ONDERSTEUNEND = "ondersteunend"


class Actiestatus(StrEnum):
    OPEN = "open"
    BEZIG = "bezig"
    KLAAR = "klaar"
    NIET_GELUKT = "niet-gelukt"


class Eigenaarsoort(StrEnum):
    """Who does an action: a professional, a member of the household, or the network."""

    PROFESSIONAL = "professional"
    LID = "lid"
    NETWERK = "netwerk"


class Standpunt(StrEnum):
    EENS = "eens"
    ONEENS = "oneens"
    NIET_GEVRAAGD = "niet-gevraagd"


class Doeluitkomst(StrEnum):
    GEHAALD = "gehaald"
    DEELS = "deels"
    NIET = "niet"
    ONBEKEND = "onbekend"


class Deelnemer(Medewerker):
    """A professional in the plan: for which organisation, under which hat, with which task."""

    hoed: Hoed
    taak: Kort
    herkomst: str
    """Code of the herkomst of what this professional writes; her legal regime."""


class Doel(StrEnum):
    """Purpose of a question for inzage; follows from the task (doelbinding, AVG 5 lid 1 b)."""

    REGIE = "regie"
    WMO = "wmo-ondersteuning"
    JEUGD = "jeugd-toegang"
    JEUGD_RAAD = "jeugd-raadsonderzoek"
    JEUGD_BEKOSTIGING = "jeugd-bekostiging"
    JEUGD_CONTROLE = "jeugd-controle"
    JEUGDHULP = "jeugdhulp"
    JEUGDBESCHERMING = "jeugdbescherming"
    WMO_HULP = "wmo-hulp"
    SCHULDHULP = "schuldhulp"
    INKOMEN = "werk-en-inkomen"
    ONDERWIJS = "onderwijs"
    ZORG = "zorg"
    VEILIG_THUIS = "veilig-thuis"
    VEILIGHEIDSHUIS = "veiligheidshuis"
    VERWIJSINDEX = "verwijsindex"
    VERKENNING = "verkenning"
    ONDERZOEK = "onderzoek"
    EIGEN_INZAGE = "eigen-inzage"
    TOEZICHT = "toezicht"
    NOOD = "noodhulp"


class Ontvanger(Waarde):
    """To whom: one professional, or everybody in the plan of one organisation."""

    medewerker: UUID | None = None
    organisatie: Kort | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Ontvanger:
        if (self.medewerker is None) == (self.organisatie is None):
            raise ValueError("een ontvanger is een medewerker of een organisatie")
        return self


class Reikwijdte(Waarde):
    """What a ground or consent covers: purpose, regimes, subjects, receiver, until."""

    doel: Doel
    regimes: Annotated[tuple[str, ...], Field(min_length=1)]
    onderwerpen: Annotated[tuple[Leefgebied | Rubriek, ...], Field(min_length=1)]
    ontvanger: Ontvanger
    tot: Dag | None = None


class Grond(Reikwijdte):
    """A legal ground for sharing, with the necessity in one sentence."""

    grondslag: Grondslag
    noodzaak: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)
    ]


class Instemming(Reikwijdte):
    """A toestemming: by whom it was given and how (AVG 7 lid 1)."""

    gegeven_door: UUID
    wijze: Kort


class Opheffing(Waarde):
    """Lifting of professional secrecy by the person it protects; no ground by itself."""

    herkomst: str
    houder: Kort
    ontvanger: Ontvanger
    gegeven_door: UUID
    tot: Dag | None = None


class Akkoord(Waarde):
    """Agreement with the help or the plan; never a ground for sharing."""

    hulp: Kort
    gegeven_door: UUID
    zonder_gezag: Tekst | None = None
    """Why a youth of 12 to 15 gets help without who has custody (Jeugdwet 7.3.4 lid 2)."""


class Bezwaar(Waarde):
    """Objection against a use of one's data (AVG 21)."""

    doel: Doel
    regimes: tuple[str, ...] = ()
    onderwerpen: tuple[Leefgebied | Rubriek, ...] = ()
    reden: Tekst


class Veiligheidskern(Waarde):
    """What family and professionals agreed beforehand to open in an emergency, secrecy or not."""

    herkomst: str
    onderwerpen: Annotated[tuple[Leefgebied | Rubriek, ...], Field(min_length=1)]
    tot: Dag | None = None


class Noodafspraak(Veiligheidskern):
    """A safety core as it was agreed: by the holder of secrecy, and by whom of the family."""

    gegeven_door: UUID
    wijze: Kort


class Maatregelsoort(StrEnum):
    """A measure that a gecertificeerde instelling executes."""

    ONDERTOEZICHTSTELLING = "ondertoezichtstelling"
    VOOGDIJ = "voogdij"
    JEUGDRECLASSERING = "jeugdreclassering"


class Maatregel(Waarde):
    """A measure about a minor, as in the decision of the court (BW 1:255, 1:257, 1:302)."""

    wat: Literal["maatregel"] = "maatregel"
    soort: Maatregelsoort
    instelling: Kort
    """Organisation of the gecertificeerde instelling that executes it."""
    kenmerk: Kort
    van: Dag
    tot: Dag | None = None


class Wilsonbekwaamheid(Waarde):
    """Judged not able to weigh one's interests in this, and by whom (Jeugdwet 7.3.15 lid 2)."""

    wat: Literal["wilsonbekwaamheid"] = "wilsonbekwaamheid"
    door: Kort
    toelichting: Tekst
    van: Dag
    tot: Dag | None = None


class Vertegenwoordiging(StrEnum):
    """As what somebody speaks for an adult who cannot, in the order of the law."""

    CURATOR = "curator"
    MENTOR = "mentor"
    GEMACHTIGDE = "gemachtigde"
    PARTNER = "partner"
    FAMILIE = "familie"


class Vertegenwoordiger(Waarde):
    """One who may speak for a person, and as what (Jeugdwet 7.3.15 lid 2 and 3, BW 7:465)."""

    wat: Literal["vertegenwoordiger"] = "vertegenwoordiger"
    persoon: UUID
    als: Vertegenwoordiging
    kenmerk: Kort | None = None
    """Of the decision of the court that appointed a curator or mentor; `van` is its day."""
    van: Dag
    tot: Dag | None = None


class Veiligheidshuiscasus(Waarde):
    """A case that the participants of a Zorg- en Veiligheidshuis tested and admitted (WGS 2.31)."""

    wat: Literal["veiligheidshuiscasus"] = "veiligheidshuiscasus"
    door: Kort
    toets: Tekst
    """Why the case fits the purpose of WGS 2.25."""
    van: Dag
    tot: Dag | None = None


class Doorbreking(Waarde):
    """A holder of secrecy speaks without the person's leave, and says why (overmacht, Sr 40)."""

    wat: Literal["doorbreking"] = "doorbreking"
    herkomst: str
    onderwerpen: Annotated[tuple[Leefgebied | Rubriek, ...], Field(min_length=1)]
    ontvanger: Ontvanger
    afweging: Annotated[str, StringConstraints(strip_whitespace=True, min_length=40)]
    """Which duties conflict, and why nothing lighter helps."""
    van: Dag
    tot: Dag | None = None


class Verwijzing(Waarde):
    """A report to the verwijsindex: who reported, nothing of why (Jeugdwet 7.1.4.3)."""

    wat: Literal["verwijzing"] = "verwijzing"
    melder: UUID
    contact: Kort
    van: Dag
    tot: Dag | None = None


Omstandigheid = Annotated[
    Maatregel
    | Wilsonbekwaamheid
    | Vertegenwoordiger
    | Veiligheidshuiscasus
    | Doorbreking
    | Verwijzing,
    Field(discriminator="wat"),
]
"""What about a person changes who may see or decide. One fact for all of them: the name of a fact
is readable, and none of these may be told by a name."""


class Vervangingsoort(StrEnum):
    """Whether somebody stands in for a deelnemer, or works along with her."""

    VERVANGT = "vervangt"
    WERKT_MEE = "werkt-mee"


class Vervanging(Waarde):
    """Somebody of the same organisation who does the task of a deelnemer, or helps her do it."""

    soort: Vervangingsoort
    organisatie: Kort
    van: Dag
    tot: Dag | None = None


class Taak(Waarde):
    """What waits for a person: which kind, for which role, about whom, before which day."""

    soort: Kort
    voor: Kort
    """Role: "regisseur" of the household, "medewerker" (one professional), or an office."""
    over: UUID
    uiterlijk: Dag | None = None
    huishouden: UUID | None = None
    medewerker: UUID | None = None
    bij: UUID | None = None
    """What it is about besides a person: the number of an emergency access, of an incident."""


class Bevestigtermijn(Waarde):
    """Until when somebody can confirm what was signed for her, and because of which birthday."""

    mijlpaal: int
    uiterlijk: Dag


class Bevestiging(Waarde):
    """That she whom it is about lets it stand, and how she said so."""

    mijlpaal: int
    wijze: Kort
