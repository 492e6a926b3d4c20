"""Tasks over HTTP: what waits for whoever asks, and saying what was done."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from events.waarden import Dag, Kort, Tekst
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.tijd.taken import OpenTaak


class TaakAntwoord(Bericht):
    """A task that waits: what it is, what to do, about whom, before which day."""

    id: UUID
    soort: str
    zin: str
    doe: str
    hier: bool
    """Whether it is done by saying what was done."""
    pad: str | None
    brief: str | None
    over: UUID
    huishouden: UUID | None
    bij: UUID | None
    uiterlijk: Dag | None
    sinds: AwareDatetime


class Taken(Bericht):
    """First what must be done first."""

    taken: list[TaakAntwoord]


class BevestigingBericht(Bericht):
    """That she whom a record is about lets it stand; `wijze`: how she said so."""

    huishouden: UUID
    wijze: Kort


class TaakafhandelingBericht(Bericht):
    uitkomst: Tekst


def router(consent: Consent) -> APIRouter:
    """The tasks' part of `/v1`."""
    routes = APIRouter(tags=[NAAM])

    @routes.get("/taken", response_model=Taken, summary="Wat wacht op mij?", operation_id="taken")
    def taken(
        wie: Wie,
        huishouden: Annotated[
            UUID | None, Query(description="Alleen wat over dit huishouden gaat.")
        ] = None,
    ) -> Taken:
        """Wat op u wacht, met wat u kunt doen en voor wanneer."""
        return Taken(taken=[_taak(taak) for taak in consent.taken.voor(wie, huishouden)])

    @routes.post(
        "/taken/{taak}/afhandeling", response_model=Antwoord, summary="Taak afhandelen",
        operation_id="handelTaakAf",
    )  # fmt: skip
    def handel_af(taak: UUID, body: TaakafhandelingBericht, opdracht: Command) -> dict[str, Any]:
        """Zeg wat u met een taak heeft gedaan; daarna wacht zij niet meer."""
        gedaan = consent.taken.handel_af(taak, opdracht.wie, body.uitkomst, opdracht.context)
        return antwoord(gedaan)

    @routes.post(
        "/vastleggingen/{record}/bevestiging", response_model=Antwoord,
        summary="Vastlegging bevestigen", operation_id="bevestig",
    )  # fmt: skip
    def bevestig(record: UUID, body: BevestigingBericht, opdracht: Command) -> dict[str, Any]:
        """Wat een ander eerder tekende, laat wie het aangaat zo. Alleen zij kan dat zeggen."""
        gedaan = consent.bevestigen.bevestig(
            opdracht.wie, body.huishouden, record, body.wijze, opdracht.context
        )
        consent.dagwerk.geraakt({body.huishouden})
        return antwoord(gedaan)

    return routes


def _taak(open_: OpenTaak) -> TaakAntwoord:
    taak, soort = open_.taak, open_.soort
    nummers = {"huishouden": taak.huishouden, "over": taak.over, "bij": taak.bij}
    return TaakAntwoord(
        id=open_.id, soort=taak.soort, zin=soort.zin, doe=soort.doe,
        hier=soort.afhandeling == "hier",
        pad=None if soort.pad is None else soort.pad.format(**nummers),
        brief=soort.brief, over=taak.over, huishouden=taak.huishouden, bij=taak.bij,
        uiterlijk=taak.uiterlijk, sinds=open_.sinds,
    )  # fmt: skip
