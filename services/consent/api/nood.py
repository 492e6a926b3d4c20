"""Emergency access over HTTP, afterwards: account, preparation, verdict. Intake takes it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from pydantic.alias_generators import to_camel

from events.begrippen import Leefgebied
from events.toezicht import Noodcategorie, Noodoordeel, Nooduitkomst
from events.waarden import Afweging, Dag, Kort, Motivering, Noodafspraak, Reden, Tekst
from infra.staff import Staff
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.delen.vastleggen import Vastleggen
from services.consent.toezicht.eigen import Stap
from services.consent.toezicht.noodzicht import Gezien


class StapAntwoord(Bericht):
    """Something that happened: what, when, by whom, and the texts for who may read them."""

    soort: str
    op: AwareDatetime
    naam: str
    functie: str
    organisatie: str
    inhoud: dict[str, Any]


class NoodtoegangAntwoord(Bericht):
    """An emergency access and how it stands; `uiterlijk` is the last day for a verdict."""

    id: UUID
    huishouden: UUID
    medewerker: UUID
    genomen: AwareDatetime
    tot: AwareDatetime
    uiterlijk: Dag
    verantwoord: bool
    voorbereid: bool
    oordeel: Nooduitkomst | None
    vrijgegeven: bool
    stappen: list[StapAntwoord]


class Noodtoegangen(Bericht):
    """The last one first."""

    noodtoegangen: list[NoodtoegangAntwoord]


class OpenstellingAntwoord(Bericht):
    """What a holder of secrecy weighs: who took it, until when, and what for."""

    huishouden: UUID
    naam: str
    functie: str
    organisatie: str
    genomen: AwareDatetime
    tot: AwareDatetime
    categorie: Noodcategorie
    reden: str


class VerslagBericht(Bericht):
    verslag: Tekst


class AdviesBericht(Bericht):
    advies: Tekst


class OordeelBericht(Bericht):
    uitkomst: Nooduitkomst
    motivering: Motivering


class RedenBericht(Bericht):
    reden: Reden


class AfwegingBericht(Bericht):
    """As much as breaking secrecy asks: here, too, one duty goes before another."""

    reden: Afweging


class NoodafspraakBericht(Bericht):
    """What opens of one's own file in an emergency, and by whom of the family it was agreed."""

    huishouden: UUID
    persoon: UUID
    onderwerpen: Annotated[tuple[Leefgebied, ...], Field(min_length=1, max_length=12)]
    gegeven_door: UUID
    wijze: Kort
    tot: Dag | None = None


def afspraken(consent: Consent, gids: Staff) -> APIRouter:
    """The part of `/v1` about what was agreed beforehand."""
    routes = APIRouter(tags=[NAAM])
    leg = Vastleggen(consent, gids)

    @routes.post(
        "/noodafspraken", status_code=201, response_model=Antwoord,
        summary="Afspraak voor nood vastleggen", operation_id="legNoodafspraakVast",
    )  # fmt: skip
    def afspraak(body: NoodafspraakBericht, opdracht: Command) -> dict[str, Any]:
        """Door wie het beroepsgeheim heeft, samen met het gezin: wat in nood opengaat."""
        inhoud = Noodafspraak(
            herkomst=opdracht.wie.herkomst.code, onderwerpen=body.onderwerpen, tot=body.tot,
            gegeven_door=body.gegeven_door, wijze=body.wijze,
        )  # fmt: skip
        return antwoord(leg.noodafspraak(opdracht, body.huishouden, body.persoon, inhoud))

    return routes


def router(consent: Consent) -> APIRouter:
    """The part of `/v1` about emergency accesses that were taken."""
    routes = APIRouter(prefix="/noodtoegangen", tags=[NAAM])
    gedaan: dict[str, Any] = {"status_code": 201, "response_model": Antwoord}

    @routes.get(
        "", response_model=Noodtoegangen, summary="Noodtoegangen", operation_id="noodtoegangen"
    )
    def alle(wie: Wie) -> Noodtoegangen:
        """Uw eigen noodtoegangen; voor toezicht alle, zonder de teksten."""
        return Noodtoegangen(noodtoegangen=[_toon(een) for een in consent.noodzicht.alle(wie)])

    @routes.get(
        "/{noodtoegang}", response_model=NoodtoegangAntwoord, summary="Eén noodtoegang",
        operation_id="noodtoegang",
    )  # fmt: skip
    def een(noodtoegang: UUID, wie: Wie) -> NoodtoegangAntwoord:
        """Met reden, verslag, advies en oordeel, voor wie haar nam of beoordeelt."""
        return _toon(consent.noodzicht.een(wie, noodtoegang))

    @routes.post(
        "/{noodtoegang}/verslag", summary="Verslag doen van noodtoegang",
        operation_id="doeNoodverslag", **gedaan,
    )  # fmt: skip
    def verslag(noodtoegang: UUID, body: VerslagBericht, opdracht: Command) -> dict[str, Any]:
        """Wat u zag en deed; door wie de noodtoegang nam."""
        return antwoord(
            consent.nood.verantwoord(opdracht.wie, noodtoegang, body.verslag, opdracht.context)
        )

    @routes.post(
        "/{noodtoegang}/einde", summary="Noodtoegang eerder beëindigen",
        operation_id="beeindigNoodtoegang", **gedaan,
    )  # fmt: skip
    def einde(noodtoegang: UUID, opdracht: Command) -> dict[str, Any]:
        """Door wie haar nam, zodra het niet meer nodig is; het huishouden gaat meteen dicht."""
        return antwoord(consent.nood.beeindig(opdracht.wie, noodtoegang, opdracht.context))

    @routes.post(
        "/{noodtoegang}/voorbereiding", summary="Oordeel over noodtoegang voorbereiden",
        operation_id="bereidNoodoordeelVoor", **gedaan,
    )  # fmt: skip
    def voorbereiding(noodtoegang: UUID, body: AdviesBericht, opdracht: Command) -> dict[str, Any]:
        """Het advies van de privacy officer; over een ander dan zichzelf."""
        return antwoord(
            consent.nood.bereid_voor(opdracht.wie, noodtoegang, body.advies, opdracht.context)
        )

    @routes.post(
        "/{noodtoegang}/oordeel", summary="Noodtoegang beoordelen",
        operation_id="beoordeelNoodtoegang", **gedaan,
    )  # fmt: skip
    def oordeel(noodtoegang: UUID, body: OordeelBericht, opdracht: Command) -> dict[str, Any]:
        """Terecht of onterecht, door de beslisser namens het college, na de voorbereiding.

        Na onterecht gaat het huishouden meteen dicht, ook als de vier uur nog niet om zijn.
        """
        gezegd = Noodoordeel(uitkomst=body.uitkomst, motivering=body.motivering)
        return antwoord(consent.nood.beoordeel(opdracht.wie, noodtoegang, gezegd, opdracht.context))

    @routes.post(
        "/{noodtoegang}/vrijgave", summary="Noodtoegang weer mogelijk maken",
        operation_id="geefNoodtoegangVrij", **gedaan,
    )  # fmt: skip
    def vrijgave(noodtoegang: UUID, body: RedenBericht, opdracht: Command) -> dict[str, Any]:
        """Na het oordeel onterecht; het oordeel zelf blijft staan."""
        return antwoord(
            consent.nood.hef_op(opdracht.wie, noodtoegang, body.reden, opdracht.context)
        )

    @routes.get(
        "/{noodtoegang}/openstelling", response_model=OpenstellingAntwoord,
        summary="Wat een geheimhouder weegt", operation_id="noodtoegangVoorHouder",
    )  # fmt: skip
    def te_wegen(noodtoegang: UUID, wie: Wie) -> OpenstellingAntwoord:
        """Voor wie zelf het beroepsgeheim heeft en aan het plan van dit huishouden meewerkt."""
        gezien = consent.noodzicht.voor_houder(wie, noodtoegang)
        (genomen,) = map(stap_antwoord, gezien.stappen)
        return OpenstellingAntwoord(
            huishouden=gezien.een.huishouden,
            naam=genomen.naam, functie=genomen.functie, organisatie=genomen.organisatie,
            genomen=gezien.een.genomen, tot=gezien.een.tot,
            categorie=genomen.inhoud["categorie"], reden=genomen.inhoud["reden"],
        )  # fmt: skip

    @routes.post(
        "/{noodtoegang}/openstelling", summary="Eigen dossier openstellen in nood",
        operation_id="stelDossierOpen", **gedaan,
    )  # fmt: skip
    def openstelling(noodtoegang: UUID, body: AfwegingBericht, opdracht: Command) -> dict[str, Any]:
        """Door wie zelf het beroepsgeheim heeft: een eigen afweging (conflict van plichten)."""
        return antwoord(
            consent.nood.stel_open(opdracht.wie, noodtoegang, body.reden, opdracht.context)
        )

    return routes


def _toon(gezien: Gezien) -> NoodtoegangAntwoord:
    een, stand = gezien.een, gezien.stand
    return NoodtoegangAntwoord(
        id=een.id, huishouden=een.huishouden, medewerker=een.medewerker, genomen=een.genomen,
        tot=een.tot, uiterlijk=gezien.uiterlijk, verantwoord=een.verantwoord,
        voorbereid=stand.voorbereid, oordeel=een.oordeel, vrijgegeven=een.vrijgegeven,
        stappen=[stap_antwoord(stap) for stap in gezien.stappen],
    )  # fmt: skip


def stap_antwoord(stap: Stap) -> StapAntwoord:
    """One fact of a stream as it goes out; the names inside it as they are outside."""
    door = stap.door
    return StapAntwoord(
        soort=stap.soort, op=stap.op, naam="" if door is None else door.naam,
        functie="" if door is None else door.functie,
        organisatie="" if door is None else door.organisatie,
        inhoud={to_camel(naam): value for naam, value in plat(stap.inhoud).items()},
    )  # fmt: skip


def plat(inhoud: dict[str, Any]) -> dict[str, Any]:
    """What the one field of a fact says: its own fields, or the text itself under its name."""
    return {
        sleutel: waarde
        for naam, veld in inhoud.items()
        for sleutel, waarde in (veld.items() if isinstance(veld, dict) else [(naam, veld)])
    }
