"""A question to the rules, told to Cedar: facts only, no conclusion.

What is left out on purpose: any call into `services.consent`. Only its value types are read, ages
are counted here again, and which purpose somebody asks for follows from what is recorded of her.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from events.begrippen import Leefgebied
from events.waarden import (
    Bezwaar,
    Grond,
    Instemming,
    Maatregel,
    Ontvanger,
    Opheffing,
    Veiligheidskern,
)
from services.consent.domain import Feiten, Vastlegging, Vraag, Vrager

Json: TypeAlias = Any

TAAK = {
    "wmo": "wmo-ondersteuning",
    "jeugd": "jeugd-toegang",
    "jeugdhulp": "jeugdhulp",
    "wgs": "schuldhulp",
    "pw": "werk-en-inkomen",
    "onderwijs": "onderwijs",
    "zorg": "zorg",
}
"""For which purpose somebody works who takes part under this law."""


def dag(datum: date) -> int:
    return datum.year * 10_000 + datum.month * 100 + datum.day


def leeftijd(geboren: date, vandaag: date) -> int:
    """In whole years; the day of the birthday counts. Born on 29 February: older on 1 March."""
    voorbij = (vandaag.month, vandaag.day) >= (geboren.month, geboren.day)
    return vandaag.year - geboren.year - (0 if voorbij else 1)


def doelen(vraag: Vraag, feiten: Feiten) -> tuple[str, ...]:
    """The purposes to ask Cedar about: the one declared, else those of the recorded tasks."""
    if vraag.doel is not None:
        return (vraag.doel.value,)
    wie, gevonden = vraag.vrager.actor.id, []
    if vraag.vrager.rol == "inwoner":
        gevonden.append("eigen-inzage")
    if feiten.regisseur == wie:
        gevonden.append("regie")
    if wie in feiten.deelnemers:
        gevonden.append(TAAK.get(feiten.deelnemers[wie], "onbekend"))
    if wie in feiten.noodtoegang:
        gevonden.append("noodhulp")
    return tuple(gevonden)


def uid(soort: str, naam: object) -> Json:
    return {"type": soort, "id": str(naam)}


def wijs(soort: str, naam: object) -> Json:
    return {"__entity": uid(soort, naam)}


def mensen(wie: Iterable[UUID]) -> Json:
    return [wijs("Mens", mens) for mens in sorted(set(wie))]


def entiteit(soort: str, naam: object, wat: Mapping[str, Json]) -> Json:
    attrs = {sleutel: waarde for sleutel, waarde in wat.items() if waarde is not None}
    return {"uid": uid(soort, naam), "attrs": attrs, "parents": []}


def huishouden(feiten: Feiten) -> Json:
    mandaat = feiten.mandaat
    return entiteit("Huishouden", feiten.huishouden, {
        "regisseur": None if feiten.regisseur is None else wijs("Mens", feiten.regisseur),
        "mandaat": None if mandaat is None else {
            "van": dag(mandaat.van), **({} if mandaat.tot is None else {"tot": dag(mandaat.tot)}),
        },
        "deelnemers": [
            {"wie": wijs("Mens", wie), "regime": regime}
            for wie, regime in feiten.deelnemers.items()
        ],
        "leden": mensen(feiten.leden),
        "bekenden": mensen(feiten.bekenden),
        "gemelden": mensen(feiten.gemelden),
        "noodtoegang": mensen(feiten.noodtoegang),
        "zvh": mensen(feiten.zvh),
    })  # fmt: skip


def mens(wie: UUID, feiten: Feiten, vrager: Vrager | None) -> Json:
    """Somebody as far as this household knows; with her role and task when it is she who asks."""
    geboren, gezag = feiten.geboortedata.get(wie), feiten.gezag.get(wie)
    return entiteit("Mens", wie, {
        "leeftijd": None if geboren is None else leeftijd(geboren, feiten.vandaag),
        "gezag": None if gezag is None else {
            "uitkomst": gezag.uitkomst.value, "houders": mensen(gezag.houders),
        },
        "rol": None if vrager is None else vrager.rol,
        "hoed": None if vrager is None else vrager.hoed.value,
        "organisatie": None if vrager is None else vrager.actor.organisatie,
        "regime": None if vrager is None else vrager.regime,
    })  # fmt: skip


def gegeven(vraag: Vraag, naam: str) -> Json:
    return entiteit("Gegeven", naam, {
        "regime": vraag.herkomst.regime,
        "herkomst": vraag.herkomst.code,
        "onderwerp": vraag.onderwerp.value,
        "leefgebied": isinstance(vraag.onderwerp, Leefgebied),
        "geheim": vraag.herkomst.geheimhouder is not None,
        "betrokkenen": mensen(vraag.betrokkenen),
    })  # fmt: skip


def _aan(wie: Ontvanger) -> dict[str, Json]:
    return {
        "medewerker": None if wie.medewerker is None else wijs("Mens", wie.medewerker),
        "organisatie": wie.organisatie,
    }


def _tot(datum: date | None) -> dict[str, Json]:
    return {"tot": None if datum is None else dag(datum)}


def vastlegging(wat: Vastlegging) -> Json | None:
    """What was recorded about somebody, or None for what says nothing about seeing."""
    van, inhoud = {"van": wijs("Mens", wat.persoon)}, wat.inhoud
    match inhoud:
        case Instemming() | Grond():
            soort = "Toestemming" if isinstance(inhoud, Instemming) else "Grond"
            return entiteit(soort, wat.id, van | _aan(inhoud.ontvanger) | _tot(inhoud.tot) | {
                "doel": inhoud.doel.value,
                "regimes": list(inhoud.regimes),
                "onderwerpen": [onderwerp.value for onderwerp in inhoud.onderwerpen],
            })  # fmt: skip
        case Opheffing():
            return entiteit("Opheffing", wat.id, van | _aan(inhoud.ontvanger) | _tot(inhoud.tot) | {
                "herkomst": inhoud.herkomst,
            })  # fmt: skip
        case Bezwaar():
            return entiteit("Bezwaar", wat.id, van | {
                "doel": inhoud.doel.value,
                "regimes": list(inhoud.regimes),
                "onderwerpen": [onderwerp.value for onderwerp in inhoud.onderwerpen],
            })  # fmt: skip
        case Maatregel():
            return entiteit("Maatregel", wat.id, van | _tot(inhoud.tot) | {
                "soort": inhoud.soort.value,
                "instelling": inhoud.instelling,
                "vanaf": dag(inhoud.van),
            })  # fmt: skip
        case Veiligheidskern():
            return entiteit("Veiligheidskern", wat.id, van | _tot(inhoud.tot) | {
                "herkomst": inhoud.herkomst,
                "onderwerpen": [onderwerp.value for onderwerp in inhoud.onderwerpen],
            })  # fmt: skip
    return None
