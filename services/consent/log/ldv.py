"""Lines of the log in the words of the Logboek Dataverwerkingen: the record of the extension Lezen,
and OTLP/JSON for a central log. Pure; the one place that knows the names of the standard.

A line tells which action, when, for which activity and about whom, under a pseudonym: nothing of
who acted and nothing of the content (LDV-11, LDV-12, LDV-15).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from infra.logbook import Geschreven
from infra.pseudoniem import Pseudoniemen
from services.consent.log.verantwoording import NAMEN, ms

GEEN_REGEL = ("besluit", "handeling", "zegelsleutel")
"""Rows that are no line about a processing: who asked, and keys for writing."""
_STATUS = {"Unset": 0, "Ok": 1, "Error": 2}


@dataclass(frozen=True, slots=True)
class Zoekvraag:
    """What somebody asks of the log; moments in ms since 1970, both ends included."""

    vraag: UUID | None = None
    activiteit: str | None = None
    betrokkene: str | None = None
    """A pseudonym."""
    van: int | None = None
    tot: int | None = None


def record(regel: Geschreven, pseudoniemen: Pseudoniemen, systeem: str) -> dict[str, Any]:
    """A line as `processingActivity` of the extension Lezen."""
    row, moment = regel.regel, ms(regel.tijdstip)
    ldv: dict[str, Any] = row.inhoud.get("ldv") or {  # from before there was a register
        "name": NAMEN.get(row.soort, row.soort), "status": "Ok", "start": moment, "end": moment,
        "attributes": {},
    }  # fmt: skip
    attributes = dict(ldv["attributes"])
    if row.persoon is not None:
        attributes["dpl.core.data_subject_id"] = pseudoniemen.van(row.persoon)
        attributes["dpl.core.data_subject_id_type"] = pseudoniemen.soort
    made = {
        "traceId": str(row.vraag),
        "spanId": row.span or f"{regel.nr:016x}",
        "status": ldv["status"],
        "name": ldv["name"],
        "startTime": ldv["start"],
        "endTime": ldv["end"],
        "resource": {"attributes": {"name": "samenplan", "version": systeem}},
        "attributes": attributes,
    }
    return made if row.boven is None else made | {"parentSpanId": row.boven}


def past(gemaakt: dict[str, Any], gezocht: Zoekvraag) -> bool:
    """Whether a record is of the activity and the time that were asked."""
    activiteit = gemaakt["attributes"].get("dpl.core.processing_activity_id")
    return (
        gezocht.activiteit in (None, activiteit)
        and (gezocht.van is None or gemaakt["startTime"] >= gezocht.van)
        and (gezocht.tot is None or gemaakt["endTime"] <= gezocht.tot)
    )


def otlp(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Records as an OTLP/JSON ExportTraceServiceRequest (LDV-16): ids in hex, times in ns."""
    if not records:
        return {"resourceSpans": []}
    spans = []
    for made in records:
        span = {
            "traceId": made["traceId"].replace("-", ""),
            "spanId": made["spanId"],
            "name": made["name"],
            "kind": 1,
            "startTimeUnixNano": str(made["startTime"] * 1_000_000),
            "endTimeUnixNano": str(made["endTime"] * 1_000_000),
            "attributes": _lijst(made["attributes"].items()),
            "status": {"code": _STATUS[made["status"]]},
        }
        if "parentSpanId" in made:
            span["parentSpanId"] = made["parentSpanId"]
        spans.append(span)
    systeem = records[0]["resource"]["attributes"]
    attributes = _lijst((f"service.{name}", value) for name, value in systeem.items())
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes},
                "scopeSpans": [{"scope": {"name": "samenplan.consent"}, "spans": spans}],
            }
        ]
    }


def _lijst(attributes: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"key": name, "value": {"stringValue": value}} for name, value in attributes]
