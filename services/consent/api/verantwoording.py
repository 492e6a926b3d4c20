"""Accountability over HTTP: the register of processing, the LDV read API, completeness."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from events.waarden import Dag
from infra.auth import Aangemeld
from infra.decider import NietBekend
from infra.web import API_VERSION, Bericht, Wie
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.log import ldv
from services.consent.log.register import Activiteit, Versie


def _spoor(text: str) -> str:
    """A trace id as W3C or as a UUID writes it."""
    if not re.fullmatch(
        r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text
    ):
        raise ValueError("is geen spoornummer")
    return text


Moment = Annotated[int, Field(ge=0, le=2**53, description="Milliseconden sinds 1970.")]


class LdvVraag(BaseModel):
    """What somebody asks of the log, in the words of the LDV extension Lezen (1.1.0)."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True,
        json_schema_extra={"minProperties": 1},
    )  # fmt: skip

    trace_id: Annotated[str, AfterValidator(_spoor)] | None = Field(
        None, alias="traceId", description="Als UUID of als 32 hexadecimale cijfers."
    )
    activiteit: Annotated[str, Field(max_length=200)] | None = Field(
        None, alias="dpl.core.processing_activity_id"
    )
    betrokkene: Annotated[str, Field(max_length=200)] | None = Field(
        None, alias="dpl.core.data_subject_id"
    )
    start_time: Moment | None = Field(None, alias="startTime")
    end_time: Moment | None = Field(None, alias="endTime")

    @model_validator(mode="after")
    def _specific(self) -> LdvVraag:
        if self.trace_id is None and self.activiteit is None and self.betrokkene is None:
            raise ValueError(
                "noem traceId, dpl.core.processing_activity_id of dpl.core.data_subject_id"
            )
        return self

    @property
    def zoekvraag(self) -> ldv.Zoekvraag:
        spoor = None if self.trace_id is None else UUID(self.trace_id)
        return ldv.Zoekvraag(
            spoor, self.activiteit, self.betrokkene, self.start_time, self.end_time
        )


class LdvAntwoord(BaseModel):
    """Records of processing, oldest first; of more than fit the newest."""

    processingActivities: list[dict[str, Any]]  # noqa: N815  # the standard's own name


class OtlpAntwoord(BaseModel):
    """An ExportTraceServiceRequest of OTLP, and the row number to go on from."""

    resourceSpans: list[dict[str, Any]]  # noqa: N815  # the standard's own name
    verder: int


class ActiviteitAntwoord(Bericht):
    """An activity with the version in force; `rollen` of the register tell who answers for what."""

    id: str
    active: bool
    latest_version: int
    uri: str
    versie: Versie


class RolAntwoord(Bericht):
    herkomst: str
    controller: str
    joint_controllers: list[str]
    processor: str


class RegisterAntwoord(Bericht):
    activiteiten: list[ActiviteitAntwoord]
    rollen: list[RolAntwoord]


class VerschilAntwoord(Bericht):
    """Where releases and lines differ: `meer` keys left more than the lines say, or fewer; 0: a
    line that cannot be read back."""

    vraag: UUID
    persoon: UUID
    meer: int
    taak: UUID | None


class NagerekendAntwoord(Bericht):
    """The last time the whole log was computed anew; `fout`: what did not fit."""

    dag: Dag
    regels: int
    fout: str | None


class VergelekenAntwoord(Bericht):
    """When releases and lines were compared, and up to which row of the log."""

    op: AwareDatetime
    regel: int


class VolledigheidAntwoord(Bericht):
    """`open`: how many differences nobody has looked into yet; `vergeleken`: the last time, and
    `helemaal` the last time from the first row on; `loopt`: it is being compared from there now."""

    open: int
    vergeleken: VergelekenAntwoord | None
    helemaal: VergelekenAntwoord | None
    loopt: bool
    verschillen: list[VerschilAntwoord]
    nagerekend: NagerekendAntwoord | None


def router(consent: Consent) -> APIRouter:
    """The accountability part of `/v1`."""
    routes = APIRouter(tags=[NAAM])

    @routes.get(
        "/verwerkingsregister", response_model=RegisterAntwoord,
        summary="Het register van verwerkingen", operation_id="verwerkingsregister",
    )  # fmt: skip
    def register(_wie: Wie) -> dict[str, Any]:
        """Wat de gemeente met gegevens doet, waarom, en op welke grond (AVG artikel 30)."""
        boek, vandaag = consent.verantwoording.register, consent.vandaag
        return {
            "activiteiten": [
                _activiteit(a, boek.uri(a.id, vandaag), vandaag) for a in boek.activiteiten.values()
            ],
            "rollen": [rol.model_dump() for rol in boek.rollen],
        }

    @routes.get(
        "/verwerkingsregister/{activiteit}/versies/{versie}", response_model=Versie,
        summary="Eén versie van een verwerking", operation_id="verwerkingsversie",
    )  # fmt: skip
    def versie(activiteit: str, versie: int, _wie: Wie) -> Versie:
        """De tekst zoals die toen gold; een regel in het logboek verwijst hiernaar."""
        try:
            return consent.verantwoording.register.activiteiten[activiteit].versie(versie)
        except LookupError:
            raise NietBekend from None

    @routes.post(
        "/logboek/processing-activities", response_model=LdvAntwoord,
        summary="Verwerkingen opvragen (LDV Lezen)", operation_id="listProcessingActivitiesPost",
    )  # fmt: skip
    def lezen(body: LdvVraag, wie: Wie) -> dict[str, Any]:
        """Hoogstens 1000 verwerkingen, van meer de nieuwste. Voor wie toezicht houdt; een inwoner
        vindt alleen wat over haarzelf gaat. Ook dit lezen staat in het logboek."""
        gevonden = consent.loginzage.zoek(wie, body.zoekvraag, consent.pseudoniemen, API_VERSION)
        return {"processingActivities": gevonden}

    @routes.get(
        "/logboek/otlp", response_model=OtlpAntwoord,
        summary="Verwerkingen voor een centraal logboek", operation_id="logboekOtlp",
    )  # fmt: skip
    def otlp(
        wie: Wie,
        na: Annotated[int, Query(ge=0, le=2**53, description="Waar u gebleven was.")] = 0,
    ) -> dict[str, Any]:
        """De volgende verwerkingen in de vorm van OTLP, voor de privacy officer. Onder een
        pseudoniem, zonder wie er keek."""
        gevonden, verder = consent.loginzage.na(wie, na, consent.pseudoniemen, API_VERSION)
        return {**ldv.otlp(gevonden), "verder": verder}

    @routes.get(
        "/logboek/volledigheid", response_model=VolledigheidAntwoord,
        summary="Klopt het logboek met de uitgegeven sleutels?", operation_id="volledigheid",
    )  # fmt: skip
    def volledigheid(wie: Wie) -> dict[str, Any]:
        """Voor wie toezicht houdt: elk verschil dat ooit gevonden is, en of het hele logboek nog
        past bij wat ervan is ondertekend."""
        return _volledigheid(consent, wie)

    @routes.post(
        "/logboek/volledigheid/controle", response_model=VolledigheidAntwoord,
        summary="Het logboek nu vergelijken met de uitgegeven sleutels",
        operation_id="controleerVolledigheid",
    )  # fmt: skip
    def controle(wie: Wie) -> dict[str, Any]:
        """Vanaf de eerste regel, voor wie toezicht houdt; duurt het lang, dan gaat het vanzelf
        verder (`loopt`). Dat u dit deed, staat in het logboek."""
        consent.volledigheid.controleer_nu(wie)
        consent.loginzage.schrijf(wie, (), {"wat": "volledigheid"})
        return _volledigheid(consent, wie)

    return routes


def _volledigheid(consent: Consent, wie: Aangemeld) -> dict[str, Any]:
    verschillen = consent.volledigheid.overzicht(wie)
    laatst, helemaal = consent.volledigheid.vergeleken(wie)
    stand = consent.narekening.overzicht(wie)
    return {
        "nagerekend": None
        if stand is None
        else {"dag": stand.dag, "regels": stand.regels, "fout": stand.fout},
        "open": consent.volledigheid.open(),
        "vergeleken": None if laatst is None else {"op": laatst.op, "regel": laatst.regel},
        "helemaal": None if helemaal is None else {"op": helemaal.op, "regel": helemaal.regel},
        "loopt": consent.volledigheid.loopt,
        "verschillen": [
            {"vraag": v.vraag, "persoon": v.persoon, "meer": v.meer, "taak": v.taak}
            for v in verschillen
        ],
    }


def _activiteit(activiteit: Activiteit, uri: str, vandaag: date) -> dict[str, Any]:
    versie = activiteit.op(vandaag)
    return {
        "id": activiteit.id, "active": True, "latest_version": activiteit.versies[-1].version,
        "uri": uri, "versie": versie,
    }  # fmt: skip
