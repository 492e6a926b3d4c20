"""Good requests to consent, for tests to send, change and break."""

from __future__ import annotations

from typing import Any

import httpx

from tests.consent.huis import Huis

GEHEIM = "Zilverreiger7731"
"""A word that no answer may repeat."""


def bodies(huis: Huis) -> dict[str, dict[str, Any]]:
    """A good body per path, as Ellen or Yusuf would send it."""
    hier = {"huishouden": str(huis.id), "persoon": str(huis.anna)}
    wie = {"medewerker": str(huis.stad.wie["ellen"].id)}
    return {
        "/grondslagen": {
            "huishouden": str(huis.id), "personen": [str(huis.anna)], "doel": "schuldhulp",
            "regimes": ["wmo"], "onderwerpen": ["wonen"],
            "noodzaak": "De huur bepaalt de volgorde.",
        },
        "/toestemmingen": hier | {
            "doel": "regie", "regimes": ["wgs"], "onderwerpen": ["financien-en-schulden"],
            "ontvanger": wie, "gegevenDoor": str(huis.anna), "wijze": "mondeling",
        },
        "/opheffingen": hier | {
            "herkomst": "zorg-behandeling", "houder": "huisarts", "ontvanger": wie,
            "gegevenDoor": str(huis.anna),
        },
        "/akkoorden": hier | {"hulp": "begeleiding", "gegevenDoor": str(huis.anna)},
        "/bezwaren": hier | {"doel": "regie", "reden": "Ik wil dit niet."},
        "/vragen": hier | {"herkomst": "wgs-schuldhulp", "onderwerp": "financien-en-schulden"},
    }  # fmt: skip


def wie_mag(pad: str) -> str:
    return "yusuf" if pad == "/grondslagen" else "ellen"


PADEN = ("/grondslagen", "/toestemmingen", "/opheffingen", "/akkoorden", "/bezwaren")
ALLE = (*PADEN, "/vragen")


def post(huis: Huis, wie: str | None, pad: str, body: Any, **meer: Any) -> httpx.Response:
    return huis.stad.vraag("POST", wie, pad, body, **meer)
