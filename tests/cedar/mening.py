"""The second opinion: Cedar decides by `beleid.cedar`, in two rounds of a batch each.

Round one asks of every record and person whether it counts for this question; round two decides.
Any error in Cedar's diagnosis is a difference: a `forbid` that fails is skipped and would open.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import cedarpy

from services.consent.domain import Feiten, Vraag, Vrager
from tests.cedar import vraag as feit

MAP = Path(__file__).parent
SOORTEN = ("Toestemming", "Grond", "Opheffing", "Bezwaar", "Maatregel", "Veiligheidskern")
LIJSTEN = (
    "toestemming", "noodzaak", "opheffing", "bezwaar", "gezagOnder12", "gezagOnder16",
    "ondertoezicht", "kern",
)  # fmt: skip
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

    return Beleid({actie: van(actie) for actie in ("telt", *UITKOMST)}, schema, annotaties)


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


def meningen(vragen: Sequence[Vraag], feiten: Feiten) -> list[Mening]:
    """Cedar's opinion on questions about one household; whoever asks twice asks as the same."""
    wetten = beleid()
    alles = entiteiten_van(vragen, feiten)
    entiteiten = cedarpy.Entities.from_json_str(json.dumps(alles), schema=wetten.schema)
    vastgelegd = [e for e in alles if e["uid"]["type"] in SOORTEN]

    def vraag_cedar(
        actie: str, verzoeken: list[dict[str, Any]]
    ) -> list[tuple[bool, set[str], list[str]]]:
        antwoorden = cedarpy.is_authorized_batch(
            verzoeken, wetten.regels[actie], entiteiten, wetten.schema
        )
        return [
            (
                a.allowed and not a.diagnostics.errors,
                set(a.diagnostics.id_annotations_by_reason.values()),
                list(a.diagnostics.errors),
            )
            for a in antwoorden
        ]

    standen = [
        (nr, doel, {
            "huis": feit.wijs("Huishouden", feiten.huishouden), "doel": doel,
            "vandaag": feit.dag(feiten.vandaag),
        })
        for nr, vraag in enumerate(vragen)
        for doel in feit.doelen(vraag, feiten)
    ]  # fmt: skip
    eerste = [
        (stand, wat)
        for stand, (nr, _doel, _) in enumerate(standen)
        for wat in _mogelijk(vragen[nr], vastgelegd)
    ]
    lijsten: list[dict[str, list[Any]]] = [{naam: [] for naam in LIJSTEN} for _ in standen]
    fouten: list[list[str]] = [[] for _ in standen]
    telt = vraag_cedar("telt", [
        _vraag(
            vragen[standen[stand][0]].vrager.actor.id, "telt", wat["uid"],
            {**standen[stand][2], "gegeven": feit.wijs("Gegeven", standen[stand][0])},
        )
        for stand, wat in eerste
    ])  # fmt: skip
    for (stand, wat), (ja, regels, fout) in zip(eerste, telt, strict=True):
        fouten[stand] += fout
        mens = wat["attrs"].get("van", {"__entity": wat["uid"]})
        for regel in regels if ja else ():
            lijsten[stand][wetten.annotaties[regel]["lijst"]].append(mens)

    beste = [Mening("mag-niet") for _ in vragen]
    for actie, uitkomst in UITKOMST.items():
        open_ = [
            stand for stand, (nr, _doel, _) in enumerate(standen)
            if beste[nr].uitkomst not in STERKER[uitkomst]
        ]  # fmt: skip
        oordelen = vraag_cedar(actie, [
            _vraag(
                vragen[standen[stand][0]].vrager.actor.id, actie,
                feit.uid("Gegeven", standen[stand][0]), standen[stand][2] | lijsten[stand],
            )
            for stand in open_
        ])  # fmt: skip
        for stand, (ja, regels, fout) in zip(open_, oordelen, strict=True):
            fouten[stand] += fout
            nr = standen[stand][0]
            if ja:
                al = beste[nr].regels if beste[nr].uitkomst == uitkomst else frozenset()
                beste[nr] = Mening(uitkomst, _artikelen(al | regels), al | regels)
    for (nr, _doel, _), fout in zip(standen, fouten, strict=True):
        if fout:
            beste[nr] = Mening("mag-niet", fouten=tuple(fout))
    return beste


def _artikelen(regels: Iterable[str]) -> frozenset[str]:
    return frozenset(beleid().annotaties[regel]["artikel"] for regel in regels)


def _mogelijk(vraag: Vraag, vastgelegd: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What round one has to look at: what is recorded of these people, and these people."""
    betrokkenen = {str(wie) for wie in vraag.betrokkenen}
    gevonden = [e for e in vastgelegd if e["attrs"]["van"]["__entity"]["id"] in betrokkenen]
    if vraag.vrager.rol == "inwoner":
        gevonden += [
            {"uid": feit.uid("Mens", wie), "attrs": {}}
            for wie in sorted(betrokkenen - {str(vraag.vrager.actor.id)})
        ]
    return gevonden
