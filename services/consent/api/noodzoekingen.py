"""Searches in an emergency that found nothing, over HTTP: for who supervises."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime

from events.toezicht import Noodcategorie, Zoekwijze
from infra.web import Bericht, Wie
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.toezicht.noodzicht import Zoeking


class NoodzoekingAntwoord(Bericht):
    """A search that did not find exactly one household; `hoeveelste`: of hers within a day."""

    id: UUID
    op: AwareDatetime
    naam: str
    functie: str
    organisatie: str
    categorie: Noodcategorie | None
    langs: Zoekwijze | None
    hoeveelste: int


class Noodzoekingen(Bericht):
    """The last ones, newest first; `aantal` is of all."""

    aantal: int
    noodzoekingen: list[NoodzoekingAntwoord]


def router(consent: Consent) -> APIRouter:
    """The part of `/v1` about searches that found nothing."""
    routes = APIRouter(tags=[NAAM])

    @routes.get(
        "/noodzoekingen", response_model=Noodzoekingen, summary="Zoekingen zonder resultaat",
        operation_id="noodzoekingen",
    )  # fmt: skip
    def zoekingen(wie: Wie) -> Noodzoekingen:
        """Wie in nood zocht en niet precies één huishouden vond, en wanneer; nooit naar wie."""
        aantal, gezien = consent.noodzicht.vergeefs(wie)
        return Noodzoekingen(aantal=aantal, noodzoekingen=[_zoeking(een) for een in gezien])

    return routes


def _zoeking(gezien: Zoeking) -> NoodzoekingAntwoord:
    door, nood = gezien.door, gezien.nood
    return NoodzoekingAntwoord(
        id=gezien.id, op=gezien.op, naam="" if door is None else door.naam,
        functie="" if door is None else door.functie,
        organisatie="" if door is None else door.organisatie,
        categorie=None if nood is None else nood.categorie,
        langs=None if nood is None else nood.langs, hoeveelste=gezien.hoeveelste,
    )  # fmt: skip
