"""Decisions of before over HTTP: why it was decided so then."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime

from events.waarden import Kort
from infra.web import Bericht, Wie
from services.consent import NAAM
from services.consent.api.uitleg import BesluitAntwoord, ControleAntwoord
from services.consent.application import Consent
from services.consent.uitleg.destijds import INZIEN, BesluitToen, Destijds, Toen

SLOTZIN = (
    "Dit is wat er toen is besloten en waarop. De feiten van toen worden niet opnieuw berekend."
)
VOOR_WIE_KEEK = " Van een heel dossier staat hier alleen wat openging."


class TerugblikBericht(Bericht):
    """A decision of before, by the trace in which it was made (W3C trace id, as a uuid or hex)."""

    spoor: UUID
    reden: Kort | None = None


class ToenAntwoord(BesluitAntwoord):
    """An outcome of before, with its checks and the rule as it was then."""

    controles: list[ControleAntwoord]
    gebruikt: list[UUID]
    regeltekst: dict[str, Any] | None


class DeelToenAntwoord(Bericht):
    personen: list[UUID]
    herkomst: str
    onderwerp: str
    besluit: ToenAntwoord


class Terugblik(Bericht):
    """One question of before; `geheel` when all of it was refused at once."""

    nr: int
    tijdstip: AwareDatetime
    huishouden: UUID | None
    wie: dict[str, Any]
    vraag: dict[str, Any]
    versie: str
    hash: str
    geheel: ToenAntwoord | None
    delen: list[DeelToenAntwoord]


class Terugblikken(Bericht):
    besluiten: list[Terugblik]
    slotzin: str
    """What a look back does not do."""


def router(consent: Consent) -> APIRouter:
    """Looking back's part of `/v1`."""
    routes = APIRouter(tags=[NAAM])
    destijds = Destijds(consent)

    @routes.post(
        "/terugblikken", response_model=Terugblikken, summary="Waarom werd dit toen zo besloten?",
        operation_id="terugblik",
    )  # fmt: skip
    def terugblik(body: TerugblikBericht, wie: Wie) -> Terugblikken:
        """Een besluit van eerder: wat er bleek, op welke regel van toen, en wat ontbrak."""
        besluiten = destijds.waarom(wie, body.spoor, body.reden)
        slotzin = SLOTZIN if wie.rol in INZIEN else SLOTZIN + VOOR_WIE_KEEK
        return Terugblikken(besluiten=[_terugblik(b) for b in besluiten], slotzin=slotzin)

    return routes


def _terugblik(toen: BesluitToen) -> Terugblik:
    return Terugblik(
        nr=toen.nr, tijdstip=toen.tijdstip, huishouden=toen.huishouden, wie=dict(toen.wie),
        vraag=dict(toen.vraag), versie=toen.versie, hash=toen.hash,
        geheel=None if toen.geheel is None else _toen(toen.geheel),
        delen=[
            DeelToenAntwoord(
                personen=list(deel.personen), herkomst=deel.herkomst, onderwerp=deel.onderwerp,
                besluit=_toen(deel.toen),
            )
            for deel in toen.delen
        ],
    )  # fmt: skip


def _toen(toen: Toen) -> ToenAntwoord:
    return ToenAntwoord(
        uitkomst=toen.uitkomst, code=toen.code, zin=toen.zin, artikel=toen.artikel,
        regel=None if toen.regel is None else toen.regel.id, ontbreekt=list(toen.ontbrak),
        controles=[ControleAntwoord(code=c.code, wat=c.wat, goed=c.goed) for c in toen.controles],
        gebruikt=list(toen.gebruikt),
        regeltekst=None if toen.regel is None else toen.regel.model_dump(mode="json"),
    )  # fmt: skip
