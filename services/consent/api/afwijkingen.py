"""Outliers over HTTP: switched on by the beslisser, seen by the privacy officer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime

from events.toezicht import Afwijkingsinstelling
from events.waarden import Dag, Kort, Motivering
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.api.nood import RedenBericht
from services.consent.application import Consent
from services.consent.toezicht.afwijking import Afwijkingsoort


class InstellingBericht(Bericht):
    """Purpose, term and the consent of the works council (WOR 27)."""

    doel: Motivering
    instemming: Kort
    instemming_op: Dag
    van: Dag
    tot: Dag


class KijkAntwoord(Bericht):
    """A line of the log behind an outlier."""

    nr: int
    op: AwareDatetime
    huishouden: UUID


class AfwijkingAntwoord(Bericht):
    """A question to ask somebody, with the lines behind it; no judgement."""

    soort: Afwijkingsoort
    medewerker: UUID
    naam: str
    regels: list[KijkAntwoord]


class AfwijkingenAntwoord(Bericht):
    doel: str
    tot: Dag
    afwijkingen: list[AfwijkingAntwoord]


def router(consent: Consent) -> APIRouter:
    """The part of `/v1` about outliers."""
    routes = APIRouter(prefix="/afwijkingen", tags=[NAAM])
    gedaan: dict[str, Any] = {"status_code": 201, "response_model": Antwoord}

    @routes.post(
        "/instelling", summary="Zoeken naar afwijkingen instellen",
        operation_id="stelAfwijkingenIn", **gedaan,
    )  # fmt: skip
    def stel_in(body: InstellingBericht, opdracht: Command) -> dict[str, Any]:
        """Door de beslisser, met de instemming van de ondernemingsraad; ten hoogste een jaar."""
        instelling = Afwijkingsinstelling(**dict(body))
        return antwoord(consent.afwijkingen.stel_in(opdracht.wie, instelling, opdracht.context))

    @routes.post(
        "/einde", summary="Zoeken naar afwijkingen uitzetten", operation_id="zetAfwijkingenUit",
        **gedaan,
    )  # fmt: skip
    def zet_uit(body: RedenBericht, opdracht: Command) -> dict[str, Any]:
        """Door de beslisser; er wordt daarna niets meer vergeleken."""
        return antwoord(consent.afwijkingen.zet_uit(opdracht.wie, body.reden, opdracht.context))

    @routes.get(
        "", response_model=AfwijkingenAntwoord, summary="Afwijkingen in inzage",
        operation_id="afwijkingen",
    )  # fmt: skip
    def zoek(wie: Wie) -> AfwijkingenAntwoord:
        """Voor privacy officer en FG, niet over zichzelf: wat een vraag waard is, met de regels."""
        instelling, gevonden = consent.afwijkingen.zoek(wie)
        return AfwijkingenAntwoord(
            doel=instelling.doel, tot=instelling.tot,
            afwijkingen=[
                AfwijkingAntwoord(
                    soort=een.soort, medewerker=een.kijken[0].wie, naam=een.kijken[0].naam,
                    regels=[
                        KijkAntwoord(nr=k.nr, op=k.op, huishouden=k.huishouden) for k in een.kijken
                    ],
                )
                for een in gevonden
            ],
        )  # fmt: skip

    return routes
