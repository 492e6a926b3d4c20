"""What tests of the Logboek Dataverwerkingen share: the log opened, and questions to it."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from infra.logbook import Geschreven, logregels
from services.consent.log import ldv
from tests.consent.huis import Huis

SPOOR = "4bf92f3577b34da6a3ce929d0e0e4736"
STAP = "00f067aa0ba902b7"
LEZEN = "/logboek/processing-activities"
STANDAARD = os.environ.get("LDV_LEZEN_OPENAPI", "")
"""Where the published document is, for who has it; it may not be copied here."""
WIE = "dpl.core.data_subject_id"
WAT = "dpl.core.processing_activity_id"


def rijen(huis: Huis, na: int = 0) -> list[Geschreven]:
    """The whole log after a number, opened."""
    with huis.consent.database.read() as tx:
        waar = select(logregels).where(logregels.c.nr > na).order_by(logregels.c.nr)
        return list(huis.consent.logboek.read(tx, waar))


def lijnen(huis: Huis, na: int = 0) -> list[Geschreven]:
    return [rij for rij in rijen(huis, na) if rij.regel.soort not in ldv.GEEN_REGEL]


def lees(huis: Huis, wie: str, **body: Any) -> httpx.Response:
    return huis.stad.vraag("POST", wie, LEZEN, body)


def gevonden(huis: Huis, wie: str, **body: Any) -> list[dict[str, Any]]:
    antwoord = lees(huis, wie, **body)
    assert antwoord.status_code == 200, antwoord.text
    found: list[dict[str, Any]] = antwoord.json()["processingActivities"]
    return found


def pseudoniem(huis: Huis, persoon: UUID) -> str:
    return huis.consent.pseudoniemen.van(persoon)
