"""Consent over HTTP: a file per part."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from infra.staff import Persona, Staff
from services.consent import NAAM
from services.consent.api import (
    afwijkingen,
    authzen,
    beperking,
    delen,
    destijds,
    eigen,
    logboek,
    nood,
    noodzoekingen,
    omstandigheden,
    regels,
    taken,
    toezicht,
    uitleg,
    verantwoording,
)
from services.consent.application import Consent


def router(consent: Consent, gids: Staff) -> APIRouter:
    """Consent's part of `/v1`; `gids` is who works here and can sign in."""
    routes = APIRouter(tags=[NAAM])

    def staf(wie: UUID) -> Persona | None:
        return gids.get(wie)

    for part in (
        delen.router(consent, gids),
        eigen.router(consent),
        taken.router(consent),
        verantwoording.router(consent),
        logboek.router(consent),
        omstandigheden.router(consent, gids),
        regels.router(consent),
        uitleg.router(consent, staf),
        authzen.router(consent, staf),
        destijds.router(consent),
        nood.router(consent),
        nood.afspraken(consent, gids),
        noodzoekingen.router(consent),
        beperking.router(consent),
        toezicht.router(consent),
        afwijkingen.router(consent),
    ):
        routes.routes.extend(part.routes)  # flat: the front door reads them one by one
    return routes
