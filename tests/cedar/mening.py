"""The second opinion: Cedar decides by `beleid.cedar`, in three rounds.

Round one asks of every record whether it counts for this question, round two how the one who asks
stands to each person concerned, round three decides: moet, mag, mag na …, or mag niet.
Any error in Cedar's diagnosis is a difference: a `forbid` that fails is skipped and would open.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import cedarpy

from services.consent.domain import Feiten, Vraag, Vrager
from tests.cedar import vraag as feit

MAP = Path(__file__).parent
VOOR_JEUGD = ("jeugd-toegang", "jeugd-raadsonderzoek", "jeugd-bekostiging", "jeugd-controle")
"""The purposes for which the law speaks of a youth and his parents."""
NAAR_MENSEN = ("eigen-inzage", "jeugdbescherming", "verwijsindex", *VOOR_JEUGD)
"""The purposes for which it matters how one stands to people; only there round two is asked, and
for a file under secrecy."""
GEEN_VASTLEGGING = ("Mens", "Huishouden", "Gegeven")
ACTIES = ("moet", "moet-na", "mag", "mag-na")
"""The questions of round three; `-na`: what would open if what must be recorded yet was there."""


@dataclass(frozen=True)
class Mening:
    """What Cedar finds: the outcome, the articles and policies that decide, and its errors."""

    uitkomst: str
    artikelen: frozenset[str] = frozenset()
    regels: frozenset[str] = frozenset()
    fouten: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beleid:
    """Per action the policies that can apply to it, and the schema, parsed once."""

    regels: dict[str, cedarpy.PolicySet]
    schema: cedarpy.Schema
    annotaties: dict[str, dict[str, str]]


@cache
def beleid() -> Beleid:
    """Raises ValueError when a policy does not fit the schema."""
    tekst = (MAP / "beleid.cedar").read_text(encoding="utf-8")
    gelezen = lees(tekst)
    oordeel = cedarpy.validate_policies(tekst, gelezen.schema)
    if not oordeel:
        raise ValueError("\n".join(str(fout) for fout in oordeel.errors))
    return gelezen


def lees(tekst: str) -> Beleid:
    """These policies, not held against the schema yet."""
    schema = cedarpy.Schema.from_str((MAP / "schema.cedarschema").read_text(encoding="utf-8"))
    gelezen = json.loads(cedarpy.policies_to_json_str(tekst))["staticPolicies"]
    annotaties = {
        regel["annotations"]["id"]: regel["annotations"] | {"effect": regel["effect"]}
        for regel in gelezen.values()
    }
    if len(annotaties) != len(gelezen):
        raise ValueError("twee regels in beleid.cedar hebben dezelfde @id")

    def van(actie: str) -> cedarpy.PolicySet:
        regels = {k: r for k, r in gelezen.items() if actie in _acties(r["action"])}
        deel = {"staticPolicies": regels, "templates": {}, "templateLinks": []}
        return cedarpy.PolicySet.from_json_str(json.dumps(deel))

    return Beleid(
        {actie: van(actie) for actie in ("telt", "heet", "staat", *ACTIES)}, schema, annotaties
    )


def _acties(waarvoor: dict[str, Any]) -> set[str]:
    """The actions a policy names; the group is short for all of the third round."""
    if waarvoor["op"] == "All":
        return {"telt", "heet", "staat", *ACTIES}
    namen = {e["id"] for e in waarvoor.get("entities", [waarvoor.get("entity")])}
    return namen | set(ACTIES) if "oordeel" in namen else namen


def entiteiten_van(vragen: Sequence[Vraag], feiten: Feiten) -> list[dict[str, Any]]:
    """Everything Cedar has to know of these questions about one household."""
    vragers: dict[UUID, Vrager] = {vraag.vrager.actor.id: vraag.vrager for vraag in vragen}
    mensen = {
        *vragers, *feiten.leden, *feiten.bekenden, *feiten.gemelden, *feiten.geboortedata,
        *feiten.gezag, *(wie for vraag in vragen for wie in vraag.betrokkenen),
    }  # fmt: skip
    return [
        feit.huishouden(feiten),
        *(feit.mens(wie, feiten, vragers.get(wie)) for wie in sorted(mensen)),
        *(feit.gegeven(vraag, str(nr)) for nr, vraag in enumerate(vragen)),
        *(e for wat in feiten.vastleggingen if (e := feit.vastlegging(wat)) is not None),
    ]


@dataclass
class _Stand:
    """One question in one capacity: what the rounds have found so far."""

    nr: int
    vraag: Vraag
    context: dict[str, Any]
    fouten: list[str] = field(default_factory=list)
    lijsten: dict[str, set[str]] = field(default_factory=dict)
    """Who the policies said yes for, per list."""
    door: dict[str, set[str]] = field(default_factory=dict)
    """Per person who gave the lifting of secrecy about her that counts."""

    def van(self, wie: UUID) -> list[str]:
        """The lists somebody is on."""
        return [naam for naam, mensen in self.lijsten.items() if str(wie) in mensen]

    def samen(self) -> dict[str, Any]:
        """What the third round gets of the first two."""
        over = {str(wie) for wie in self.vraag.betrokkenen}
        return {
            "allen": [naam for naam, mensen in self.lijsten.items() if over <= mensen],
            "iemand": [naam for naam, mensen in self.lijsten.items() if over & mensen],
            "vrager": self.van(self.vraag.vrager.actor.id),
        }

    def verzoek(self, actie: str, wat: dict[str, str], ook: dict[str, Any]) -> dict[str, Any]:
        return {
            "principal": feit.uid("Mens", self.vraag.vrager.actor.id),
            "action": feit.uid("Action", actie),
            "resource": wat,
            "context": json.dumps(self.context | ook),
        }


Gevraagd: TypeAlias = tuple[_Stand, dict[str, str], dict[str, Any]]
"""A stand, the resource, and what the context has besides."""


class _Cedar:
    """The policies with everything known of one household."""

    def __init__(self, vragen: Sequence[Vraag], feiten: Feiten) -> None:
        self.wetten = beleid()
        self.alles = entiteiten_van(vragen, feiten)
        self.entiteiten = cedarpy.Entities.from_json_str(
            json.dumps(self.alles), schema=self.wetten.schema
        )

    def __call__(self, actie: str, vragen: Sequence[Gevraagd]) -> list[tuple[bool, set[str]]]:
        """Per request whether Cedar allows it, and the policies that decided."""
        antwoorden = cedarpy.is_authorized_batch(
            [stand.verzoek(actie, wat, ook) for stand, wat, ook in vragen],
            self.wetten.regels[actie], self.entiteiten, self.wetten.schema,
        )  # fmt: skip
        gevonden = []
        for (stand, _wat, _ook), antwoord in zip(vragen, antwoorden, strict=True):
            stand.fouten += antwoord.diagnostics.errors
            regels = set(antwoord.diagnostics.id_annotations_by_reason.values())
            gevonden.append((antwoord.allowed, regels))
        return gevonden

    def vul(self, actie: str, vragen: Sequence[tuple[Gevraagd, str]]) -> None:
        """A round: the people for whom a policy says yes come on its list."""
        antwoorden = self(actie, [vraag for vraag, _wie in vragen])
        gevers = {
            e["uid"]["id"]: e["attrs"]["door"]["__entity"]["id"]
            for e in self.alles
            if e["uid"]["type"] == "Opheffing"
        }
        for ((stand, wat, _), wie), (ja, regels) in zip(vragen, antwoorden, strict=True):
            if ja and wat["type"] == "Opheffing":
                stand.door.setdefault(wie, set()).add(gevers[wat["id"]])
            for regel in regels if ja else ():
                stand.lijsten.setdefault(self.wetten.annotaties[regel]["lijst"], set()).add(wie)


def meningen(vragen: Sequence[Vraag], feiten: Feiten) -> list[Mening]:
    """Cedar's opinion on questions about one household; whoever asks twice asks as the same."""
    cedar = _Cedar(vragen, feiten)
    vast = {
        "huis": feit.wijs("Huishouden", feiten.huishouden), "vandaag": feit.dag(feiten.vandaag),
    }  # fmt: skip
    standen = [
        _Stand(nr, vraag, vast | {"als": als, "doel": doel})
        for nr, vraag in enumerate(vragen)
        for als, doel in feit.hoedanigheden(vraag, feiten)
    ]
    vastgelegd = [e for e in cedar.alles if e["uid"]["type"] not in GEEN_VASTLEGGING]
    cedar.vul("telt", [
        (
            (stand, wat["uid"], {"gegeven": feit.wijs("Gegeven", stand.nr)}),
            wat["attrs"]["van"]["__entity"]["id"],
        )
        for stand in standen
        for wat in _hierover(stand.vraag, vastgelegd)
    ])  # fmt: skip
    cedar.vul(
        "heet",
        [
            ((stand, feit.uid("Mens", lid), {}), str(lid))
            for stand in standen
            if stand.context["doel"] in VOOR_JEUGD
            for lid in feiten.leden
        ],
    )
    cedar.vul("staat", [
        ((stand, feit.uid("Mens", wie), {
            "deze": stand.van(wie),
            "opgehevenDoor": [feit.wijs("Mens", m) for m in stand.door.get(str(wie), ())],
            "jeugdigen": [feit.wijs("Mens", m) for m in stand.lijsten.get("jeugdige", ())],
            "ondertoezicht": [feit.wijs("Mens", m) for m in stand.lijsten.get("ondertoezicht", ())],
        }), str(wie))
        for stand in standen
        if stand.context["doel"] in NAAR_MENSEN or stand.vraag.herkomst.geheimhouder is not None
        for wie in stand.vraag.betrokkenen
    ])  # fmt: skip
    for stand in standen:
        stand.context |= stand.samen()
    antwoord = _antwoorden(cedar, standen)
    return [
        _oordeel([stand for stand in standen if stand.nr == nr], antwoord)
        for nr in range(len(vragen))
    ]


Antwoorden: TypeAlias = dict[str, dict[int, set[str]]]
"""Per action the policies that decided, for each stand (by its identity) it was asked for; those of
`verboden` are the ones that forbade."""


def _antwoorden(cedar: _Cedar, standen: Sequence[_Stand]) -> Antwoorden:
    """Round three. What does not oblige even if all was recorded is not asked whether it does."""
    gevonden: Antwoorden = {actie: {} for actie in (*ACTIES, "verboden")}

    def vraag(actie: str, wie: Sequence[_Stand]) -> None:
        antwoorden = cedar(actie, [(s, feit.uid("Gegeven", s.nr), {}) for s in wie])
        for stand, (ja, regels) in zip(wie, antwoorden, strict=True):
            if ja:
                gevonden[actie][id(stand)] = regels
            elif actie == "mag":
                gevonden["verboden"][id(stand)] = regels

    vraag("moet-na", standen)
    vraag("moet", [stand for stand in standen if id(stand) in gevonden["moet-na"]])
    vraag("mag", standen)
    vraag("mag-na", [stand for stand in standen if id(stand) not in gevonden["mag"]])
    return gevonden


def _oordeel(standen: Sequence[_Stand], antwoord: Antwoorden) -> Mening:
    """The strongest outcome of the capacities somebody asks in."""
    if fouten := [fout for stand in standen for fout in stand.fouten]:
        return Mening("mag-niet", fouten=tuple(fouten))
    for uitkomst, acties in (
        ("moet", ("moet",)), ("mag", ("mag",)), ("mag-na", ("moet-na", "mag-na")),
        ("mag-niet", ("verboden",)),
    ):  # fmt: skip
        regels = {
            regel
            for stand in standen for actie in acties
            for regel in antwoord[actie].get(id(stand), ())
        }  # fmt: skip
        if regels:
            return Mening(uitkomst, _artikelen(regels), frozenset(regels))
    return Mening("mag-niet")


def _artikelen(regels: Iterable[str]) -> frozenset[str]:
    return frozenset(beleid().annotaties[regel]["artikel"] for regel in regels)


def _hierover(vraag: Vraag, vastgelegd: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is recorded of these people or of the one who asks; a measure reaches parents too."""
    mensen = {str(wie) for wie in (*vraag.betrokkenen, vraag.vrager.actor.id)}
    return [
        wat for wat in vastgelegd
        if wat["uid"]["type"] == "Maatregel" or wat["attrs"]["van"]["__entity"]["id"] in mensen
    ]  # fmt: skip
