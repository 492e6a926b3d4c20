"""The shared value types: leefgebieden, herkomsten, actors, grounds and their small words.

Words and codes are in docs/begrippen.md. A leefgebied never implies a legal regime: the same debt
noted by youth help falls under the Jeugdwet, noted by debt help under the Wgs. The regime is the
herkomst.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Leefgebied(StrEnum):
    """Part of life a note, a goal or a concern is about (design: configurable, at least these)."""

    WERK_EN_INKOMEN = "werk-en-inkomen"
    FINANCIEN_EN_SCHULDEN = "financien-en-schulden"
    WONEN = "wonen"
    OPGROEIEN_EN_OPVOEDEN = "opgroeien-en-opvoeden"
    ONDERWIJS = "onderwijs"
    GEESTELIJKE_GEZONDHEID = "geestelijke-gezondheid"
    LICHAMELIJKE_GEZONDHEID = "lichamelijke-gezondheid"
    MIDDELENGEBRUIK = "middelengebruik"
    VEILIGHEID = "veiligheid"
    SOCIAAL_NETWERK = "sociaal-netwerk"
    DAGBESTEDING = "dagbesteding"
    JUSTITIE = "justitie"


class Rubriek(StrEnum):
    """What belongs to no leefgebied, kept apart because different people may see it."""

    PERSONALIA = "personalia"
    """Name, birth date, relation."""
    CONTACT = "contact"
    """Telephone, e-mail, preference."""
    ADRES = "adres"
    ADRES_AFGESCHERMD = "adres-afgeschermd"
    IDENTIFICATIE = "identificatie"
    """BSN."""
    GEZAG = "gezag"
    REGIE = "regie"
    """Who coordinates, mandate, who was informed, verkenning."""
    MELDING = "melding"
    """What a reporter told, and who the reporter is."""
    DELEN = "delen"
    """Grounds, consents, waivers, objections."""


Onderwerp: TypeAlias = Leefgebied | Rubriek


def onderwerp(code: str) -> Onderwerp:
    """The leefgebied or rubriek with this code. Raises ValueError for an unknown code."""
    return Leefgebied(code) if code in Leefgebied._value2member_map_ else Rubriek(code)


class Waarde(BaseModel):
    """Base of the value types: frozen, closed, silent about its input in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Grondslag(Waarde):
    """A legal ground: law by BWB id, article and paragraph (Juriconnect style, without a date)."""

    bwb: str
    artikel: str
    lid: str | None = None

    def __str__(self) -> str:
        return f"{self.bwb} artikel {self.artikel}" + (f" lid {self.lid}" if self.lid else "")


class Herkomst(Waarde):
    """Under which law and task something was collected, and by whom (AVG 5, 6, 26)."""

    code: str
    naam: str
    wet: str
    """Short name of the law, as professionals say it."""
    grondslag: Grondslag
    taak: str
    verwerkingsverantwoordelijke: str
    geheimhouder: str | None
    """Who holds professional secrecy over it, if anybody."""
    bewaarklasse: str
    """Retention class, see docs/begrippen.md; counted from the last change."""
    regime: str
    """The sharing regime the rules of consent speak of: wmo, jeugd, pw, wgs, …"""

    def __hash__(self) -> int:
        return hash(self.code)


@cache
def herkomsten() -> dict[str, Herkomst]:
    """The versioned table of herkomsten, by code, with the files of this installation."""
    return dict(_tabel())


def gebruik_dossiers(tekst: str) -> None:
    """The files of this installation, told once and first of all. Raises as `met_dossiers`."""
    herkomsten().update(met_dossiers(tekst))


@cache
def _tabel() -> dict[str, Herkomst]:
    table = json.loads(resources.files("events").joinpath("herkomsten.json").read_text())
    rows = [Herkomst.model_validate(row) for row in table["herkomsten"]]
    return {row.code: row for row in rows}


def met_dossiers(tekst: str) -> dict[str, Herkomst]:
    """The table, with a file for each of several holders of secrecy: "code=as which:name;…".

    Secrecy is of a file: two youth workers in one plan do not read each other's because they are
    both youth workers (Jeugdwet 7.3.11 lid 2 onder a, BW 7:457 lid 2). Raises ValueError, with a
    sentence for the operator.
    """
    rijen, gevonden = _tabel(), dict(_tabel())
    for deel in filter(None, map(str.strip, tekst.split(";"))):
        code, _, rest = deel.partition("=")
        als, _, naam = rest.partition(":")
        rij = rijen.get(als)
        if rij is None or rij.geheimhouder is None:
            raise ValueError(f"SAMENPLAN_DOSSIERS: {als!r} is geen dossier onder geheimhouding")
        if not re.fullmatch(r"[a-z][a-z0-9-]{2,39}", code) or code in gevonden:
            raise ValueError(f"SAMENPLAN_DOSSIERS: {code!r} is geen nieuwe code")
        if not 0 < len(naam) <= 100:
            raise ValueError(f"SAMENPLAN_DOSSIERS: {code!r} heeft geen naam na de dubbele punt")
        gevonden[code] = rij.model_copy(update={"code": code, "naam": naam})
    return gevonden


def herkomst(code: str) -> Herkomst:
    """The herkomst with this code. Raises KeyError for an unknown code."""
    return herkomsten()[code]


class Bron(StrEnum):
    """How a statement is known; every statement carries one."""

    GEZIEN = "gezien"
    GEZEGD = "gezegd"
    BEOORDEELD = "beoordeeld"


class Actor(Waarde):
    """Who did something, as the log and the record of a fact know it."""

    id: UUID
    naam: str
    organisatie: str
    functie: str


class Verantwoording(Waarde):
    """Who recorded a fact and on which ground; sealed with its content."""

    actor: Actor
    grondslag: Grondslag
