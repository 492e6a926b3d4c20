"""AuthZEN 1.0 in front of the one decision, with the NL GOV profile: is this access allowed?

Rules kept here: what is decided about somebody follows from her own sign-in and from facts, never
from properties in the request; a deny is an answer and no error; a trace is asked for, because
every evaluation is in the log under it; what is unknown is denied with the sentence for what does
not exist. A decision is about now: a `time` that is not, is refused (`zicht` asks about
other days). Pure.

    resource  type "onderdeel", id "<huishouden>/<persoon>/<herkomst>/<onderwerp>"
    subject   type "medewerker" or "inwoner", id as in the sign-in
    action    name "inzien", optionally properties.processing_activity_id from the register
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from events.begrippen import herkomst, onderwerp
from events.waarden import zegt_waarom
from infra import trace
from infra.auth import Aangemeld, Rol
from services.consent.uitleg.simulatie import Onderdeel

SPELING = timedelta(minutes=5)
"""How far clocks may differ before a time is another time."""
LANGSTE_REDEN = 200
"""Characters of a reason, here as elsewhere (`events.waarden.Kort`): it goes into the log."""
_TIJD = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339: a date, a time with seconds, and an offset."""
T = TypeVar("T")


class Semantiek(StrEnum):
    """When a batch is done (AuthZEN 7.1.2.1)."""

    ALLES = "execute_all"
    TOT_NEE = "deny_on_first_deny"
    TOT_JA = "permit_on_first_permit"


class OngeldigVerzoek(Exception):
    """A request, or one evaluation of a batch, that asks nothing: status and a Dutch sentence."""

    def __init__(self, zin: str, status: int = 400) -> None:
        super().__init__(zin)
        self.zin, self.status = zin, status


@dataclass(frozen=True, slots=True)
class Evaluatie:
    """One question, understood. `onderdeel` is None for what we do not have."""

    spoor: UUID
    over: UUID
    huishouden: UUID
    onderdeel: Onderdeel | None
    activiteit: str | None
    reden: str | None


def lees(verzoek: Mapping[str, Any], wie: Aangemeld, nu: datetime) -> Evaluatie:
    """One access evaluation by somebody who is signed in. Raises OngeldigVerzoek."""
    subject, action, resource = (
        _object(verzoek, naam) for naam in ("subject", "action", "resource")
    )
    context = verzoek.get("context")
    if not isinstance(context, Mapping):
        raise OngeldigVerzoek("context ontbreekt: daarin hoort traceparent")
    spoor = trace.lees(_tekst(context, "traceparent", "context"))
    if spoor is None:
        raise OngeldigVerzoek("context.traceparent heeft niet de vorm van W3C Trace Context")
    _nu(context.get("time"), nu)
    over = _subject(subject, wie)
    reden = context.get("reden")
    if reden is not None and not (isinstance(reden, str) and len(reden) <= LANGSTE_REDEN):
        raise OngeldigVerzoek(f"context.reden is tekst van hoogstens {LANGSTE_REDEN} tekens")
    if over != wie.actor.id and not zegt_waarom(reden or "", 10, 2):
        raise OngeldigVerzoek(
            "over een ander hoort context.reden erbij: ten minste 10 tekens en twee woorden"
        )
    huishouden, onderdeel = _resource(resource)
    naam = _tekst(action, "name", "action")
    activiteit = (action.get("properties") or {}).get("processing_activity_id")
    return Evaluatie(
        spoor, over, huishouden, onderdeel if naam == "inzien" else None,
        activiteit if isinstance(activiteit, str) else None, reden,
    )  # fmt: skip


def uitgeschreven(verzoek: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The evaluations of a batch, each with the defaults it did not replace (AuthZEN 7.1.1)."""
    velden = ("subject", "action", "resource", "context")
    vast = {naam: verzoek[naam] for naam in velden if verzoek.get(naam) is not None}
    return [
        vast | {naam: een[naam] for naam in velden if een.get(naam) is not None}
        for een in verzoek["evaluations"]
    ]


def semantiek(verzoek: Mapping[str, Any]) -> Semantiek:
    """Raises OngeldigVerzoek."""
    gevraagd = (verzoek.get("options") or {}).get("evaluations_semantic", Semantiek.ALLES)
    try:
        return Semantiek(gevraagd)
    except ValueError:
        raise OngeldigVerzoek("options.evaluations_semantic bestaat niet") from None


def voer_uit(
    verzoeken: Iterable[T], hoe: Semantiek, beslis: Callable[[T], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Decide in order, until the answer of the whole is known."""
    for verzoek in verzoeken:
        antwoord = beslis(verzoek)
        yield antwoord
        if hoe is Semantiek.TOT_NEE and not antwoord["decision"]:
            return
        if hoe is Semantiek.TOT_JA and antwoord["decision"]:
            return


def _object(verzoek: Mapping[str, Any], naam: str) -> Mapping[str, Any]:
    value = verzoek.get(naam)
    if not isinstance(value, Mapping):
        raise OngeldigVerzoek(f"{naam} ontbreekt")
    properties = value.get("properties")
    if properties is not None and not isinstance(properties, Mapping):
        raise OngeldigVerzoek(f"{naam}.properties is geen object")
    return value


def _tekst(value: Mapping[str, Any], naam: str, waar: str) -> str:
    found = value.get(naam)
    if not isinstance(found, str) or not found:
        raise OngeldigVerzoek(f"{waar}.{naam} ontbreekt of is geen tekst")
    return found


def _nu(tijd: object, nu: datetime) -> None:
    """Raises OngeldigVerzoek for a time that is none, or that is not now."""
    if tijd is None:
        return
    if not isinstance(tijd, str) or not _TIJD.fullmatch(tijd):
        raise OngeldigVerzoek("context.time heeft niet de vorm van RFC 3339")
    try:
        gezegd = datetime.fromisoformat(tijd.upper())
    except ValueError:
        raise OngeldigVerzoek("context.time bestaat niet") from None
    if abs(gezegd - nu) > SPELING:
        raise OngeldigVerzoek("context.time is niet nu; vraag naar een andere dag met /simulaties")


def _subject(subject: Mapping[str, Any], wie: Aangemeld) -> UUID:
    """About whom: oneself, or, for who supervises, anybody."""
    soort, id_ = _tekst(subject, "type", "subject"), _tekst(subject, "id", "subject")
    eigen = "inwoner" if wie.rol is Rol.INWONER else "medewerker"
    toezicht = wie.rol in (Rol.PRIVACY_OFFICER, Rol.FG)
    try:
        over = UUID(id_)
    except ValueError:
        over = None
    if over == wie.actor.id and soort == eigen:
        return over
    if not toezicht:
        raise OngeldigVerzoek("subject is niet wie zich aanmeldde", 403)
    if over is None or soort not in ("medewerker", "inwoner"):
        raise OngeldigVerzoek("subject.type is medewerker of inwoner, subject.id een nummer (uuid)")
    return over


def _resource(resource: Mapping[str, Any]) -> tuple[UUID, Onderdeel | None]:
    """The household and the part; None for a part that we have no rules for, or another type."""
    soort, id_ = _tekst(resource, "type", "resource"), _tekst(resource, "id", "resource")
    stukken = id_.split("/")
    try:
        huishouden, persoon = UUID(stukken[0]), UUID(stukken[1])
        _, _, uit, wat = stukken
    except (ValueError, IndexError):
        zin = "resource.id is huishouden/persoon/herkomst/onderwerp"
        raise OngeldigVerzoek(zin) from None
    try:
        deel = Onderdeel((persoon,), herkomst(uit), onderwerp(wat))
    except (KeyError, ValueError):
        return huishouden, None
    return huishouden, deel if soort == "onderdeel" else None
