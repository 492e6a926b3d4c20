"""A question to the rules, told to Cedar: facts only, no conclusion.

What is left out on purpose: any call into `services.consent`. Only its value types are read, ages
are counted here again, and which purpose somebody asks for follows from what is recorded of her.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from events.begrippen import Leefgebied, Rubriek
from events.waarden import (
    Bezwaar,
    Doorbreking,
    Gezagsuitkomst,
    Grond,
    Instemming,
    Maatregel,
    Ontvanger,
    Opheffing,
    Veiligheidshuiscasus,
    Veiligheidskern,
    Vertegenwoordiger,
    Verwijzing,
    Wilsonbekwaamheid,
)
from services.consent.domain import Feiten, Vastlegging, Vraag, Vrager

Json: TypeAlias = Any

TAAK = {
    "wmo": "wmo-ondersteuning",
    "wmo-aanbieder": "wmo-hulp",
    "jeugd": "jeugd-toegang",
    "jeugdhulp": "jeugdhulp",
    "jeugdbescherming": "jeugdbescherming",
    "wgs": "schuldhulp",
    "pw": "werk-en-inkomen",
    "onderwijs": "onderwijs",
    "zorg": "zorg",
    "veilig-thuis": "veilig-thuis",
    "veiligheidshuis": "veiligheidshuis",
}
"""For which purpose somebody works who takes part under this law."""

OUDERLIJK = (
    Gezagsuitkomst.GEZAMENLIJK_OUDERLIJK, Gezagsuitkomst.EENHOOFDIG, Gezagsuitkomst.GEZAMENLIJK,
)  # fmt: skip
"""Custody of a parent, or of a parent with somebody else (BW 1:251, 1:253sa, 1:253t)."""


def dag(datum: date) -> int:
    return datum.year * 10_000 + datum.month * 100 + datum.day


def leeftijd(geboren: date, vandaag: date) -> int:
    """In whole years; the day of the birthday counts. Born on 29 February: older on 1 March."""
    voorbij = (vandaag.month, vandaag.day) >= (geboren.month, geboren.day)
    return vandaag.year - geboren.year - (0 if voorbij else 1)


def hoedanigheden(vraag: Vraag, feiten: Feiten) -> tuple[tuple[str, str], ...]:
    """As what, and for which purpose, Cedar is asked: what is recorded of her, or what she says."""
    wie, taken = vraag.vrager.actor.id, []
    if vraag.vrager.rol == "inwoner":
        taken.append(("inwoner", "eigen-inzage"))
    if feiten.regisseur == wie:
        taken.append(("regisseur", "regie"))
    if wie in feiten.deelnemers:
        taken.append(("deelnemer", TAAK.get(feiten.deelnemers[wie], "onbekend")))
    for een in feiten.vervangers.get(wie, ()):
        voor = feiten.deelnemers.get(een.vervangt, "")
        taken.append(("vervanger", TAAK.get(voor, "onbekend")))
    if wie in feiten.noodtoegang:
        taken.append(("noodhulp", "noodhulp"))
    doel = vraag.doel
    return tuple((als, taak if doel is None else doel.value) for als, taak in taken)


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
        "mandaat": None if mandaat is None else {"van": dag(mandaat.van), **_tot(mandaat.tot)},
        "deelnemers": [
            {"wie": wijs("Mens", wie), "regime": regime}
            for wie, regime in feiten.deelnemers.items()
        ],
        "leden": mensen(feiten.leden),
        "bekenden": mensen(feiten.bekenden),
        "vertrokken": mensen(feiten.vertrokken),
        "gemelden": mensen(feiten.gemelden),
        "bekendOfGemeld": mensen((*feiten.bekenden, *feiten.gemelden)),
    })  # fmt: skip


def mens(wie: UUID, feiten: Feiten, vrager: Vrager | None) -> Json:
    """Somebody as far as this household knows; with her role and task when it is she who asks."""
    geboren, gezag = feiten.geboortedata.get(wie), feiten.gezag.get(wie)
    (vervangt,) = feiten.vervangers.get(wie, (None,))  # Cedar has no loops: one at a time
    nood = feiten.noodtoegang.get(wie)
    return entiteit("Mens", wie, {
        "leeftijd": None if geboren is None else leeftijd(geboren, feiten.vandaag),
        "gezag": None if gezag is None else {
            "uitkomst": gezag.uitkomst.value, "houders": mensen(gezag.houders),
            "aantal": len(set(gezag.houders)),
        },
        "gezagOver": mensen(kind for kind, over in feiten.gezag.items() if wie in over.houders),
        "ouderlijkGezagOver": mensen(
            kind for kind, over in feiten.gezag.items()
            if wie in over.houders and over.uitkomst in OUDERLIJK
        ),
        "rol": None if vrager is None else vrager.rol,
        "hoed": None if vrager is None else vrager.hoed.value,
        "organisatie": None if vrager is None else vrager.actor.organisatie,
        "regime": None if vrager is None else vrager.regime,
        "dossier": None if vrager is None else vrager.herkomst,
        "vervangt": None if vervangt is None else {
            "wie": wijs("Mens", vervangt.vervangt),
            "organisatie": vervangt.vervanging.organisatie,
            "vanaf": dag(vervangt.vervanging.van), **_tot(vervangt.vervanging.tot),
        },
        "noodtoegang": None if nood is None else sorted(nood.opengesteld),
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
    return {} if datum is None else {"tot": dag(datum)}


def vastlegging(wat: Vastlegging) -> Json | None:
    """What was recorded about somebody, or None for what says nothing about seeing."""
    van, inhoud = {"van": wijs("Mens", wat.persoon)}, wat.inhoud
    match inhoud:
        case Instemming() | Grond():
            bereik = van | _aan(inhoud.ontvanger) | _tot(inhoud.tot) | _waarover(inhoud)
            if isinstance(inhoud, Grond):
                return entiteit("Grond", wat.id, bereik)
            return entiteit("Toestemming", wat.id, bereik | {"wijze": inhoud.wijze.strip().lower()})
        case Opheffing():
            hierover = {
                "herkomst": inhoud.herkomst, "door": wijs("Mens", inhoud.gegeven_door),
            }  # fmt: skip
            return entiteit(
                "Opheffing", wat.id, van | _aan(inhoud.ontvanger) | _tot(inhoud.tot) | hierover
            )
        case Doorbreking():
            hierover = {"herkomst": inhoud.herkomst, "onderwerpen": _codes(inhoud.onderwerpen)}
            return entiteit(
                "Doorbreking", wat.id, van | _aan(inhoud.ontvanger) | _loopt(inhoud) | hierover
            )
        case Bezwaar():
            return entiteit("Bezwaar", wat.id, van | _waarover(inhoud))
        case Maatregel():
            soort = {"soort": inhoud.soort.value, "instelling": inhoud.instelling}
            return entiteit("Maatregel", wat.id, van | _loopt(inhoud) | soort)
        case Wilsonbekwaamheid():
            return entiteit("Onbekwaam", wat.id, van | _loopt(inhoud))
        case Vertegenwoordiger():
            als = {"wie": wijs("Mens", inhoud.persoon), "als": inhoud.als.value}
            return entiteit("Vertegenwoordiger", wat.id, van | _loopt(inhoud) | als)
        case Veiligheidshuiscasus():
            return entiteit("Casus", wat.id, van | _loopt(inhoud))
        case Verwijzing():
            melder = {"melder": wijs("Mens", inhoud.melder)}
            return entiteit("Verwijzing", wat.id, van | _loopt(inhoud) | melder)
        case Veiligheidskern():
            hierover = {"herkomst": inhoud.herkomst, "onderwerpen": _codes(inhoud.onderwerpen)}
            return entiteit("Veiligheidskern", wat.id, van | _tot(inhoud.tot) | hierover)
    return None


def _codes(onderwerpen: Iterable[Leefgebied | Rubriek]) -> Json:
    return [onderwerp.value for onderwerp in onderwerpen]


def _waarover(inhoud: Instemming | Grond | Bezwaar) -> dict[str, Json]:
    return {
        "doel": inhoud.doel.value,
        "regimes": list(inhoud.regimes),
        "onderwerpen": _codes(inhoud.onderwerpen),
    }


def _loopt(
    inhoud: Doorbreking | Maatregel | Wilsonbekwaamheid | Vertegenwoordiger
    | Veiligheidshuiscasus | Verwijzing,
) -> dict[str, Json]:  # fmt: skip
    return {"vanaf": dag(inhoud.van), **_tot(inhoud.tot)}
