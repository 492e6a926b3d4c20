"""Restriction decisions over HTTP (UAVG 41): prepared, decided, ended, read."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from events.toezicht import Beperking, Beperkingsgrond, Toepassingsgebied
from events.waarden import Dag, Doel, Kort, Motivering, Tekst
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.api.nood import RedenBericht, StapAntwoord, stap_antwoord
from services.consent.application import Consent
from services.consent.toezicht.beperking import Gezien

Begin = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9a-fA-F]{8}$")]


class GebiedBericht(Bericht):
    """Whose looks, for what, and of which days are withheld (UAVG 41 lid 2 c)."""

    medewerkers: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    organisaties: Annotated[tuple[Kort, ...], Field(max_length=50)] = ()
    doelen: Annotated[tuple[Doel, ...], Field(max_length=20)] = ()
    van: Dag
    tot: Dag | None = None


class BeperkingBericht(Bericht):
    """A decision with its weighing and the eight things of UAVG 41 lid 2; of the person the number,
    or as much of it as the log shows."""

    persoon: UUID | Begin
    gronden: Annotated[tuple[Beperkingsgrond, ...], Field(min_length=1, max_length=10)]
    weging: Motivering
    doeleinden: Tekst
    categorieen: Tekst
    toepassingsgebied: GebiedBericht
    waarborgen: Tekst
    verantwoordelijken: Tekst
    opslag: Tekst
    risicos: Tekst
    mededeling: Tekst
    herzien_op: Dag
    tot: Dag

    def beperking(self, persoon: UUID) -> Beperking:
        gebied = Toepassingsgebied(**dict(self.toepassingsgebied))
        return Beperking(**dict(self) | {"persoon": persoon, "toepassingsgebied": gebied})


class BeperkingAntwoord(Bericht):
    """How a restriction stands; what it says only for who prepares and decides. Of an erased
    person `persoon` is empty."""

    id: UUID
    persoon: UUID | None
    besloten: bool
    beeindigd: bool
    stappen: list[StapAntwoord]


class BeperkingenAntwoord(Bericht):
    beperkingen: list[BeperkingAntwoord]


def router(consent: Consent) -> APIRouter:
    """The part of `/v1` about restrictions."""
    routes = APIRouter(prefix="/beperkingen", tags=[NAAM])

    @routes.post(
        "", status_code=201, response_model=Antwoord, summary="Beperking voorstellen",
        operation_id="stelBeperkingVoor",
    )  # fmt: skip
    def stel_voor(body: BeperkingBericht, opdracht: Command) -> dict[str, Any]:
        """Door de privacy officer: wat wordt niet getoond, waarom mag dat, en tot wanneer. Wie in
        dezelfde blik is bekeken, ziet haar ook niet: anders verraadt zijn overzicht haar."""
        wie, persoon = opdracht.wie, body.persoon
        if not isinstance(persoon, UUID):
            persoon = consent.beperkingen.persoon(wie, persoon)
        beperking = body.beperking(persoon)
        return antwoord(consent.beperkingen.stel_voor(wie, beperking, opdracht.context))

    @routes.get(
        "", response_model=BeperkingenAntwoord, summary="Beperkingen die gelden",
        operation_id="beperkingen",
    )  # fmt: skip
    def alle(wie: Wie) -> BeperkingenAntwoord:
        """Voor toezicht: over wie een besluit loopt; niet wat erin staat."""
        return BeperkingenAntwoord(
            beperkingen=[_toon(gezien) for gezien in consent.beperkingen.alle(wie)]
        )

    @routes.get(
        "/{beperking}", response_model=BeperkingAntwoord, summary="Eén beperking",
        operation_id="beperking",
    )  # fmt: skip
    def zie(beperking: UUID, wie: Wie) -> BeperkingAntwoord:
        """Voor wie voorbereidt en beslist; de FG ziet hoe het ervoor staat."""
        return _toon(consent.beperkingen.zie(wie, beperking))

    @routes.post(
        "/{beperking}/besluit", status_code=201, response_model=Antwoord,
        summary="Beperking besluiten", operation_id="besluitBeperking",
    )  # fmt: skip
    def besluit(beperking: UUID, opdracht: Command) -> dict[str, Any]:
        """Door de beslisser namens het college, op het voorstel zoals het er ligt."""
        return antwoord(consent.beperkingen.besluit(opdracht.wie, beperking, opdracht.context))

    @routes.post(
        "/{beperking}/einde", status_code=201, response_model=Antwoord,
        summary="Beperking beëindigen", operation_id="beeindigBeperking",
    )  # fmt: skip
    def einde(beperking: UUID, body: RedenBericht, opdracht: Command) -> dict[str, Any]:
        """Door de beslisser: niet meer nodig, of het voorstel wordt niet gevolgd."""
        return antwoord(
            consent.beperkingen.beeindig(opdracht.wie, beperking, body.reden, opdracht.context)
        )

    return routes


def _toon(gezien: Gezien) -> BeperkingAntwoord:
    return BeperkingAntwoord(
        id=gezien.id, persoon=gezien.persoon, besloten=gezien.stand.besloten,
        beeindigd=gezien.stand.beeindigd,
        stappen=[stap_antwoord(stap) for stap in gezien.stappen],
    )  # fmt: skip
