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
RONDE1 = (
    "toestemming", "schriftelijk", "noodzaak", "opheffing", "doorbreking", "bezwaar",
    "ondertoezicht", "voogdij", "onbekwaam", "casus", "verwijzing", "kern", "isCuratorOfMentor",
    "isGemachtigde", "isPartner", "isFamilie", "heeftCuratorOfMentor", "heeftGemachtigde",
    "heeftPartner",
)  # fmt: skip
RONDE2 = (
    "onderMaatregel", "gezag12", "gezag16", "voogd12", "voogd16", "curatele", "spreekt", "onder23",
)  # fmt: skip
"""The lists a round fills: the people for whom its policies said yes."""
NAAR_MENSEN = ("eigen-inzage", "jeugdbescherming", "verwijsindex")
"""The purposes for which it matters how one stands to people; only there round two is asked."""
GEEN_VASTLEGGING = ("Mens", "Huishouden", "Gegeven")
UITKOMST = {"moet": "moet", "mag": "mag", "moet-na": "mag-na", "mag-na": "mag-na"}
"""Outcome per action, the strongest first."""
STERKER = {"moet": (), "mag": ("moet",), "mag-na": ("moet", "mag")}
"""What need not be asked any more once this is found."""


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

    return Beleid({actie: van(actie) for actie in ("telt", "staat", *UITKOMST)}, schema, annotaties)


def _acties(waarvoor: dict[str, Any]) -> set[str]:
    """The actions a policy names; the group is short for all of the second round."""
    namen = {e["id"] for e in waarvoor.get("entities", [waarvoor.get("entity")])}
    return namen | set(UITKOMST) if "oordeel" in namen else namen


def _vraag(wie: UUID, actie: str, wat: dict[str, str], context: dict[str, Any]) -> dict[str, Any]:
    return {
        "principal": feit.uid("Mens", wie),
        "action": feit.uid("Action", actie),
        "resource": wat,
        "context": json.dumps(context),
    }


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
    lijsten: dict[str, list[Any]] = field(default_factory=dict)

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

    def vul(
        self, actie: str, standen: Sequence[_Stand], lijsten: Sequence[str],
        vragen: Sequence[tuple[Gevraagd, Any]],
    ) -> None:  # fmt: skip
        """A round: the people for whom a policy says yes come on its list, for the next round."""
        for stand in standen:
            stand.lijsten = {naam: [] for naam in lijsten}
        antwoorden = self(actie, [vraag for vraag, _wie in vragen])
        for ((stand, _, _), wie), (ja, regels) in zip(vragen, antwoorden, strict=True):
            for regel in regels if ja else ():
                stand.lijsten[self.wetten.annotaties[regel]["lijst"]].append(wie)
        for stand in standen:
            stand.context |= stand.lijsten


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
    cedar.vul("telt", standen, RONDE1, [
        ((stand, wat["uid"], {"gegeven": feit.wijs("Gegeven", stand.nr)}), wat["attrs"]["van"])
        for stand in standen
        for wat in _hierover(stand.vraag, vastgelegd)
    ])  # fmt: skip
    cedar.vul("staat", standen, RONDE2, [
        ((stand, feit.uid("Mens", wie), {}), feit.wijs("Mens", wie))
        for stand in standen
        if stand.context["doel"] in NAAR_MENSEN
        for wie in stand.vraag.betrokkenen
    ])  # fmt: skip
    beste = [Mening("mag-niet") for _ in vragen]
    for actie, uitkomst in UITKOMST.items():
        open_ = [stand for stand in standen if beste[stand.nr].uitkomst not in STERKER[uitkomst]]
        oordelen = cedar(actie, [(s, feit.uid("Gegeven", s.nr), {}) for s in open_])
        for stand, (ja, regels) in zip(open_, oordelen, strict=True):
            al = beste[stand.nr]
            if ja or (actie == "mag" and al.uitkomst == "mag-niet"):
                van = uitkomst if ja else "mag-niet"
                samen = regels | (al.regels if al.uitkomst == van else frozenset())
                beste[stand.nr] = Mening(van, _artikelen(samen), frozenset(samen))
    for stand in standen:
        if stand.fouten:
            beste[stand.nr] = Mening("mag-niet", fouten=tuple(stand.fouten))
    return beste


def _artikelen(regels: Iterable[str]) -> frozenset[str]:
    return frozenset(beleid().annotaties[regel]["artikel"] for regel in regels)


def _hierover(vraag: Vraag, vastgelegd: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is recorded of these people or of the one who asks; a measure reaches parents too."""
    mensen = {str(wie) for wie in (*vraag.betrokkenen, vraag.vrager.actor.id)}
    return [
        wat for wat in vastgelegd
        if wat["uid"]["type"] == "Maatregel" or wat["attrs"]["van"]["__entity"]["id"] in mensen
    ]  # fmt: skip
