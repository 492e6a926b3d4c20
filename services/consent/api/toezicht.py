"""Supervision over HTTP: advice of the FG, the FG's own work, the whole of a line of the log."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from events.waarden import Dag, Kijkreden, Tekst
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.api.nood import StapAntwoord, stap_antwoord
from services.consent.application import Consent


class AdviesBericht(Bericht):
    over: UUID
    advies: Tekst


class Adviezen(Bericht):
    """Oldest first."""

    adviezen: list[StapAntwoord]


class AantekeningBericht(Bericht):
    tekst: Tekst
    uiterlijk: Dag | None = None


class AantekeningAntwoord(Bericht):
    id: UUID
    op: AwareDatetime
    tekst: str
    open: bool


class Aantekeningen(Bericht):
    """Oldest first."""

    aantekeningen: list[AantekeningAntwoord]


class RegelvraagBericht(Bericht):
    """Why more than the metadata of a line is needed."""

    reden: Kijkreden


class RegelAntwoord(BaseModel):
    """One line of the log with all its parts."""

    model_config = ConfigDict(alias_generator=to_camel)
    nr: int
    tijdstip: AwareDatetime
    inhoud: dict[str, Any]


def router(consent: Consent) -> APIRouter:
    """The part of `/v1` for beslisser, privacy officer and FG."""
    routes = APIRouter(tags=[NAAM])

    @routes.post(
        "/adviezen", status_code=201, response_model=Antwoord, summary="Advies geven",
        operation_id="geefAdvies",
    )  # fmt: skip
    def adviseer(body: AdviesBericht, opdracht: Command) -> dict[str, Any]:
        """Door de FG; beslisser en privacy officer krijgen het te lezen. De FG beslist nooit."""
        return antwoord(
            consent.toezicht.adviseer(opdracht.wie, body.over, body.advies, opdracht.context)
        )

    @routes.get(
        "/adviezen/{over}", response_model=Adviezen, summary="Adviezen van de FG",
        operation_id="adviezen",
    )  # fmt: skip
    def adviezen(over: UUID, wie: Wie) -> Adviezen:
        """Wat de FG over deze noodtoegang of beperking adviseerde."""
        return Adviezen(adviezen=[stap_antwoord(s) for s in consent.toezicht.adviezen(wie, over)])

    @routes.post(
        "/aantekeningen", status_code=201, response_model=Antwoord, summary="Aantekening maken",
        operation_id="maakAantekening",
    )  # fmt: skip
    def noteer(body: AantekeningBericht, opdracht: Command) -> dict[str, Any]:
        """Werk van de FG, zoals een klacht. Alleen de FG ziet het (UAVG 39)."""
        return antwoord(
            consent.toezicht.noteer(opdracht.wie, body.tekst, body.uiterlijk, opdracht.context)
        )

    @routes.get(
        "/aantekeningen", response_model=Aantekeningen, summary="Werk van de FG",
        operation_id="aantekeningen",
    )  # fmt: skip
    def aantekeningen(wie: Wie) -> Aantekeningen:
        """Voor ieder ander dan de FG bestaat dit niet."""
        return Aantekeningen(
            aantekeningen=[
                AantekeningAntwoord(id=a.id, op=a.op, tekst=a.tekst, open=a.open)
                for a in consent.toezicht.aantekeningen(wie)
            ]
        )

    @routes.post(
        "/logboek/regels/{nr}", response_model=RegelAntwoord, summary="Eén logregel helemaal",
        operation_id="logregel",
    )  # fmt: skip
    def regel(
        nr: Annotated[int, Path(ge=1, le=2**31 - 1)], body: RegelvraagBericht, wie: Wie
    ) -> dict[str, Any]:
        """Voor de privacy officer, met de reden; die staat in het logboek vóór u iets ziet."""
        return consent.toezicht.regel(wie, nr, body.reden)

    return routes
