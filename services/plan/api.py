"""HTTP words ⇄ the plan's use cases. Reading goes through the portal."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import Field

from events.base import Hoed
from events.begrippen import Leefgebied
from events.waarden import (
    Aard,
    Actiestatus,
    Dag,
    Doeluitkomst,
    Eigenaarsoort,
    Kort,
    Standpunt,
    Tekst,
)
from infra.decider import Recorded
from infra.web import Antwoord, Bericht, Command, antwoord
from services.plan import NAAM
from services.plan.application import Plannen
from services.plan.domain import Afspraak, Doelinhoud

Personen = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=50)]
Doelen = Annotated[tuple[UUID, ...], Field(max_length=200)]


def met_etag(status: int) -> dict[int | str, dict[str, Any]]:
    """Documents the entity tag that comes with the answer about one part."""
    etag = {
        "description": "Versie van dit onderdeel, voor If-Match.",
        "schema": {"type": "string"},
    }
    return {status: {"headers": {"ETag": etag}}}


class Doelbijstelling(Bericht):
    """A goal as it reads from now on."""

    woorden: Tekst
    resultaat: Tekst
    evaluatie_op: Dag
    leefgebied: Leefgebied

    @property
    def inhoud(self) -> Doelinhoud:
        return Doelinhoud(self.woorden, self.resultaat, self.evaluatie_op, self.leefgebied)


class NieuwDoel(Doelbijstelling):
    """A goal and the members of the household it concerns."""

    personen: Personen


class Evaluatie(Bericht):
    """How far a goal was reached; `leefgebied` is that of the goal."""

    uitkomst: Doeluitkomst
    toelichting: Tekst
    leefgebied: Leefgebied


class Volgorde(Bericht):
    """Which goal first, and why."""

    doelen: Doelen
    reden: Tekst


class NieuweActie(Bericht):
    """Who does what, before when; `leefgebied` is that of the goal."""

    doel: UUID
    eigenaar: UUID
    eigenaarsoort: Eigenaarsoort
    wat: Tekst
    uiterlijk_op: Dag
    aard: Aard
    leefgebied: Leefgebied


class Voortgang(Bericht):
    """How an action stands; `leefgebied` is that of the goal."""

    status: Actiestatus
    reden: Tekst | None = None
    leefgebied: Leefgebied


class NieuweDeelnemer(Bericht):
    """Which colleague joins, with which task."""

    medewerker: UUID
    taak: Kort
    hoed: Hoed | None = None


class NieuwStandpunt(Bericht):
    """What a person thinks of the plan, or of one goal or action in it."""

    persoon: UUID
    over: UUID | None = None
    standpunt: Standpunt
    waarom: Tekst | None = None


class MetReden(Bericht):
    """Why."""

    reden: Tekst


def router(app: Plannen) -> APIRouter:
    """The plan's part of `/v1`."""
    api = APIRouter(tags=[NAAM])

    def klaar(recorded: Recorded, response: Response | None = None) -> dict[str, Any]:
        if response is not None:
            response.headers["ETag"] = app.etag(recorded)
        return antwoord(recorded)

    @api.post(
        "/huishoudens/{huishouden}/plan",
        operation_id="openPlan",
        summary="Open het plan van een huishouden",
        status_code=201,
        response_model=Antwoord,
    )
    def open_plan(huishouden: UUID, opdracht: Command) -> dict[str, Any]:
        """Alleen de regisseur. Een huishouden heeft hoogstens één plan."""
        return klaar(app.open(huishouden, opdracht))

    @api.post(
        "/plannen/{plan}/doelen",
        operation_id="stelDoel",
        summary="Stel een doel",
        status_code=201,
        response_model=Antwoord,
        responses=met_etag(201),
    )
    def stel_doel(
        plan: UUID, body: NieuwDoel, opdracht: Command, response: Response
    ) -> dict[str, Any]:
        """In de woorden van het gezin, met een meetbaar resultaat en een evaluatiedatum."""
        return klaar(app.stel_doel(plan, uuid4(), body.personen, body.inhoud, opdracht), response)

    @api.post(
        "/plannen/{plan}/doelen/{doel}/bijstellingen",
        operation_id="stelDoelBij",
        summary="Stel een doel bij",
        response_model=Antwoord,
        responses=met_etag(200),
    )
    def stel_bij(
        plan: UUID, doel: UUID, body: Doelbijstelling, opdracht: Command, response: Response
    ) -> dict[str, Any]:
        """De eerdere tekst blijft bewaard. Met If-Match alleen als niemand u voor was."""
        return klaar(app.stel_bij(plan, doel, body.inhoud, opdracht), response)

    @api.post(
        "/plannen/{plan}/doelen/{doel}/evaluaties",
        operation_id="evalueerDoel",
        summary="Evalueer een doel",
        response_model=Antwoord,
        responses=met_etag(200),
    )
    def evalueer(
        plan: UUID, doel: UUID, body: Evaluatie, opdracht: Command, response: Response
    ) -> dict[str, Any]:
        """Hoever het doel is gehaald. Een gehaald doel verdwijnt uit de volgorde."""
        return klaar(
            app.evalueer(plan, doel, body.uitkomst, body.toelichting, body.leefgebied, opdracht),
            response,
        )

    @api.post(
        "/plannen/{plan}/volgorde",
        operation_id="bepaalVolgorde",
        summary="Bepaal welk doel het eerst komt",
        response_model=Antwoord,
    )
    def bepaal_volgorde(plan: UUID, body: Volgorde, opdracht: Command) -> dict[str, Any]:
        """Noem elk lopend doel één keer, met de reden."""
        return klaar(app.bepaal_volgorde(plan, body.doelen, body.reden, opdracht))

    @api.post(
        "/plannen/{plan}/acties",
        operation_id="spreekActieAf",
        summary="Spreek een actie af",
        status_code=201,
        response_model=Antwoord,
        responses=met_etag(201),
    )
    def spreek_af(
        plan: UUID, body: NieuweActie, opdracht: Command, response: Response
    ) -> dict[str, Any]:
        """Wie doet wat, uiterlijk wanneer: een professional, een lid of iemand uit het netwerk."""
        afspraak = Afspraak(
            doel=body.doel,
            eigenaar=body.eigenaar,
            eigenaarsoort=body.eigenaarsoort,
            wat=body.wat,
            uiterlijk_op=body.uiterlijk_op,
            aard=body.aard,
            leefgebied=body.leefgebied,
        )
        return klaar(app.spreek_af(plan, uuid4(), afspraak, opdracht), response)

    @api.post(
        "/plannen/{plan}/acties/{actie}/voortgang",
        operation_id="werkActieBij",
        summary="Werk de stand van een actie bij",
        response_model=Antwoord,
        responses=met_etag(200),
    )
    def werk_bij(
        plan: UUID, actie: UUID, body: Voortgang, opdracht: Command, response: Response
    ) -> dict[str, Any]:
        """Door wie de actie uitvoert of een professional. Niet gelukt vraagt om een reden."""
        return klaar(
            app.werk_bij(plan, actie, body.status, body.reden, body.leefgebied, opdracht),
            response,
        )

    @api.post(
        "/plannen/{plan}/deelnemers",
        operation_id="laatDeelnemerToe",
        summary="Laat een professional meedoen",
        status_code=201,
        response_model=Antwoord,
    )
    def laat_toe(plan: UUID, body: NieuweDeelnemer, opdracht: Command) -> dict[str, Any]:
        """Alleen de regisseur. Naam en organisatie komen uit de medewerkersgids."""
        return klaar(app.laat_toe(plan, body.medewerker, body.taak, body.hoed, opdracht))

    @api.post(
        "/plannen/{plan}/deelnemers/{medewerker}/vertrek",
        operation_id="laatDeelnemerGaan",
        summary="Laat een professional vertrekken",
        response_model=Antwoord,
    )
    def laat_gaan(
        plan: UUID, medewerker: UUID, body: MetReden, opdracht: Command
    ) -> dict[str, Any]:
        """Alleen de regisseur. Inzage eindigt hiermee; afgesproken acties blijven staan."""
        return klaar(app.laat_gaan(plan, medewerker, body.reden, opdracht))

    @api.post(
        "/plannen/{plan}/standpunten",
        operation_id="legStandpuntVast",
        summary="Leg vast wat iemand vindt",
        status_code=201,
        response_model=Antwoord,
    )
    def standpunt(plan: UUID, body: NieuwStandpunt, opdracht: Command) -> dict[str, Any]:
        """Van het plan zoals het nu is, of van één doel of actie. Een bewoner alleen voor zich."""
        return klaar(
            app.leg_standpunt_vast(
                plan, body.persoon, body.over, body.standpunt, body.waarom, opdracht
            )
        )

    @api.post(
        "/plannen/{plan}/afsluiting",
        operation_id="sluitPlanAf",
        summary="Sluit het plan af",
        response_model=Antwoord,
    )
    def sluit_af(plan: UUID, body: MetReden, opdracht: Command) -> dict[str, Any]:
        """Alleen de regisseur. Niemand doet daarna nog mee."""
        return klaar(app.sluit_af(plan, body.reden, opdracht))

    @api.post(
        "/plannen/{plan}/heropening",
        operation_id="heropenPlan",
        summary="Heropen het plan",
        response_model=Antwoord,
    )
    def heropen(plan: UUID, body: MetReden, opdracht: Command) -> dict[str, Any]:
        """Alleen de regisseur. Geen inzage en geen toestemming herleeft."""
        return klaar(app.heropen(plan, body.reden, opdracht))

    return api
