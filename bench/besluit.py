"""A decision with its explanation, in process, beside Cedar with every handle prepared.

Cedar gets the lightest work there is: one request of the second round ("mag"), policies, schema and
entities parsed beforehand. Its whole opinion takes at least three of those, and one per record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import cedarpy

from bench.meet import om_en_om, p50, p99, tijden
from services.consent.domain import Feiten, Vraag, mag
from services.consent.regels import regelset
from tests.cedar import vraag as feit
from tests.cedar.mening import beleid, entiteiten_van, meningen
from tests.cedar.toeval import Toeval

HUISHOUDENS = 50
KEER = 4000


def _verzoek(vraag: Vraag, feiten: Feiten, nr: int) -> dict[str, Any]:
    als, doel = next(iter(feit.hoedanigheden(vraag, feiten)), ("deelnemer", "regie"))
    context = {
        "huis": feit.wijs("Huishouden", feiten.huishouden), "vandaag": feit.dag(feiten.vandaag),
        "als": als, "doel": doel, "allen": [], "iemand": [], "vrager": [],
    }  # fmt: skip
    return {
        "principal": feit.uid("Mens", vraag.vrager.actor.id),
        "action": feit.uid("Action", "mag"),
        "resource": feit.uid("Gegeven", nr),
        "context": json.dumps(context),
    }


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs"


def regels(_folder: Path) -> Iterator[tuple[str, str, str]]:
    """Rows for the table: both on the same questions, in turns."""
    toeval, regelset_, wetten = Toeval(2026), regelset(), beleid()
    onze, cedars, gevallen = [], [], []
    for _ in range(HUISHOUDENS):
        feiten, vragen = toeval.geval()
        gevallen.append((vragen, feiten))
        entiteiten = cedarpy.Entities.from_json_str(
            json.dumps(entiteiten_van(vragen, feiten)), schema=wetten.schema
        )
        for nr, vraag in enumerate(vragen):
            onze.append((vraag, feiten))
            cedars.append((_verzoek(vraag, feiten, nr), entiteiten))
    een, ander = cycle(onze), cycle(cedars)

    def wij() -> object:
        return mag(*next(een), regelset_)

    def cedar() -> object:
        verzoek, entiteiten = next(ander)
        return cedarpy.is_authorized(verzoek, wetten.regels["mag"], entiteiten, wetten.schema)

    ours, theirs = om_en_om(wij, cedar, KEER)
    yield (
        "besluit met uitleg, p50 / p99 (Cedar: alles klaargezet)",
        f"{_us(p50(ours))} / {_us(p99(ours))}",
        f"{_us(p50(theirs))} / {_us(p99(theirs))}: {p50(theirs) / p50(ours):.0f} × / "
        f"{p99(theirs) / p99(ours):.0f} × sneller",
    )
    alleen = tijden(wij, KEER)
    yield (
        "hetzelfde, zonder Cedar ertussen",
        f"{_us(p50(alleen))} / {_us(p99(alleen))}",
        "p99 hooguit 50 µs",
    )
    huizen = cycle(gevallen)
    geheel = [duur / len(gevallen[0][0]) for duur in tijden(lambda: meningen(*next(huizen)), 200)]
    yield (
        "hetzelfde antwoord van Cedar (vier uitkomsten, per vraag)",
        f"{_us(p50(ours))} / {_us(p99(ours))}",
        f"{_us(p50(geheel))} / {_us(p99(geheel))}: {p50(geheel) / p50(ours):.0f} × sneller",
    )
