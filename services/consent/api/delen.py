"""Grounds and what people decided, withdrawing it, who looked, and erasure, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from events.begrippen import Leefgebied, Rubriek, herkomsten
from events.waarden import (
    Akkoord,
    Bezwaar,
    Dag,
    Doel,
    Instemming,
    Kort,
    Noodzaak,
    Ontvanger,
    Opheffing,
    Tekst,
)
from events.waarden import Reikwijdte as Bereik
from infra.decider import Recorded
from infra.staff import Staff
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.delen.intrekken import Intrekken
from services.consent.delen.vastleggen import Vastleggen
from services.consent.log.inzagen import voor_betrokkene, voor_toezicht

Onderwerpen = Annotated[tuple[Leefgebied | Rubriek, ...], Field(min_length=1, max_length=20)]


def _regime(code: str) -> str:
    if code not in {h.regime for h in herkomsten().values()} - {"intern"}:
        raise ValueError("dit regime bestaat niet")
    return code


def _herkomst(code: str) -> str:
    if code not in herkomsten():
        raise ValueError("deze herkomst staat niet in de tabel van herkomsten")
    return code


Regime = Annotated[Kort, AfterValidator(_regime)]
Regimes = Annotated[tuple[Regime, ...], Field(min_length=1, max_length=10)]
Herkomstcode = Annotated[Kort, AfterValidator(_herkomst)]


class GrondslagBericht(Bericht):
    """A ground for one's own task, with the necessity in one sentence."""

    huishouden: UUID
    personen: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=30)]
    doel: Doel
    regimes: Regimes
    onderwerpen: Onderwerpen
    noodzaak: Noodzaak
    tot: Dag | None = None


class Grondslagen(Antwoord):
    """`ids`: one record per person."""

    ids: list[UUID]


class OverPersoon(Bericht):
    huishouden: UUID
    persoon: UUID


class ToestemmingBericht(OverPersoon):
    doel: Doel
    regimes: Regimes
    onderwerpen: Onderwerpen
    ontvanger: Ontvanger
    tot: Dag | None = None
    gegeven_door: UUID
    wijze: Kort


class OntvangerDoel(Bericht):
    """A purpose, and the laws whose data a toestemming can open for it."""

    doel: Doel
    regimes: list[str]


class OntvangerDoelen(Bericht):
    doelen: list[OntvangerDoel]


class OpheffingBericht(OverPersoon):
    herkomst: Herkomstcode
    houder: Kort
    ontvanger: Ontvanger
    gegeven_door: UUID
    tot: Dag | None = None


class AkkoordBericht(OverPersoon):
    hulp: Kort
    gegeven_door: UUID
    zonder_gezag: Tekst | None = None


class BezwaarBericht(OverPersoon):
    doel: Doel
    regimes: Annotated[tuple[Regime, ...], Field(max_length=10)] = ()
    onderwerpen: Annotated[tuple[Leefgebied | Rubriek, ...], Field(max_length=20)] = ()
    reden: Tekst


class IntrekkingBericht(Bericht):
    huishouden: UUID
    reden: Tekst | None = None


class Overzicht(BaseModel):
    """Lines of the log, oldest first."""

    model_config = ConfigDict(alias_generator=to_camel)
    regels: list[dict[str, Any]]


class Wissing(Antwoord):
    """`bewijs`: the hash of the ids of all keys that were destroyed."""

    bewijs: str


def router(consent: Consent, gids: Staff) -> APIRouter:
    """This part of `/v1`."""
    routes = APIRouter(tags=[NAAM])
    leg, einde = Vastleggen(consent, gids), Intrekken(consent)

    def klaar(recorded: Recorded) -> dict[str, Any]:
        return antwoord(recorded)

    @routes.post(
        "/grondslagen", status_code=201, response_model=Grondslagen,
        summary="Grondslag vastleggen", operation_id="legGrondslagVast",
    )  # fmt: skip
    def grondslag(body: GrondslagBericht, opdracht: Command) -> dict[str, Any]:
        """Waarom gegevens van elders voor uw eigen taak noodzakelijk zijn, in één zin."""
        bereik = Bereik(
            doel=body.doel, regimes=body.regimes, onderwerpen=body.onderwerpen, tot=body.tot,
            ontvanger=Ontvanger(medewerker=opdracht.wie.actor.id),
        )  # fmt: skip
        made = leg.grond(opdracht, body.huishouden, body.personen, bereik, body.noodzaak)
        return klaar(made[-1]) | {"ids": [record.stream for record in made]}

    @routes.post(
        "/toestemmingen", status_code=201, response_model=Antwoord,
        summary="Toestemming vastleggen", operation_id="legToestemmingVast",
    )  # fmt: skip
    def toestemming(body: ToestemmingBericht, opdracht: Command) -> dict[str, Any]:
        """Wie waarvoor toestemming gaf, voor wie, tot wanneer."""
        inhoud = Instemming(**_zonder_wie(body))
        return klaar(leg.toestemming(opdracht, body.huishouden, body.persoon, inhoud))

    @routes.get(
        "/huishoudens/{huishouden}/ontvangers/{medewerker}/doelen", response_model=OntvangerDoelen,
        summary="Waarvoor opent een toestemming iets?", operation_id="ontvangerDoelen",
    )  # fmt: skip
    def doelen(huishouden: UUID, medewerker: UUID, wie: Wie) -> OntvangerDoelen:
        """Voor welke doelen een toestemming iets opent bij deze medewerker, en uit welke wetten."""
        wel = leg.doelen(wie, huishouden, medewerker)
        return OntvangerDoelen(
            doelen=[OntvangerDoel(doel=doel, regimes=list(uit)) for doel, uit in wel.items()]
        )

    @routes.post(
        "/opheffingen", status_code=201, response_model=Antwoord,
        summary="Opheffing van geheimhouding vastleggen", operation_id="legOpheffingVast",
    )  # fmt: skip
    def opheffing(body: OpheffingBericht, opdracht: Command) -> dict[str, Any]:
        """Wie een geheimhouder laat spreken; dat is nog geen grond om te delen."""
        inhoud = Opheffing(**_zonder_wie(body))
        return klaar(leg.opheffing(opdracht, body.huishouden, body.persoon, inhoud))

    @routes.post(
        "/akkoorden", status_code=201, response_model=Antwoord,
        summary="Akkoord met hulp vastleggen", operation_id="legAkkoordVast",
    )  # fmt: skip
    def akkoord(body: AkkoordBericht, opdracht: Command) -> dict[str, Any]:
        """Wie het met welke hulp eens is; dat zegt niets over delen."""
        inhoud = Akkoord(**_zonder_wie(body))
        return klaar(leg.akkoord(opdracht, body.huishouden, body.persoon, inhoud))

    @routes.post(
        "/bezwaren", status_code=201, response_model=Antwoord,
        summary="Bezwaar vastleggen", operation_id="legBezwaarVast",
    )  # fmt: skip
    def bezwaar(body: BezwaarBericht, opdracht: Command) -> dict[str, Any]:
        """Waartegen iemand bezwaar maakt (AVG artikel 21)."""
        inhoud = Bezwaar(**_zonder_wie(body))
        return klaar(leg.bezwaar(opdracht, body.huishouden, body.persoon, inhoud))

    @routes.post(
        "/vastleggingen/{record}/intrekking", response_model=Antwoord,
        summary="Vastlegging intrekken", operation_id="trekIn",
    )  # fmt: skip
    def trek_in(record: UUID, body: IntrekkingBericht, opdracht: Command) -> dict[str, Any]:
        """Geldt vanaf het eerstvolgende verzoek."""
        return klaar(einde.trek_in(opdracht, body.huishouden, record, body.reden))

    @routes.get(
        "/personen/{persoon}/inzagen", response_model=Overzicht, summary="Wie keek er?",
        operation_id="wieKeek",
    )  # fmt: skip
    def wie_keek(persoon: UUID, wie: Wie) -> dict[str, Any]:
        """Voor uzelf, een kind onder de 12 over wie u gezag heeft, of wie u als curator of mentor
        vertegenwoordigt: wie gegevens zag of vroeg, waarom, en op welke grond."""
        blikken, bekend = consent.loginzage.wie_keek(wie, persoon)
        boek = consent.verantwoording.register
        return {"regels": voor_betrokkene(blikken, bekend, wie.actor.id, consent.regels, boek)}

    @routes.get(
        "/huishoudens/{huishouden}/inzagen", response_model=Overzicht,
        summary="Inzagen van een huishouden", operation_id="inzagen",
    )  # fmt: skip
    def inzagen(huishouden: UUID, wie: Wie) -> dict[str, Any]:
        """Voor de privacy officer en de FG: alle besluiten en regels, met de weigeringen."""
        boek = consent.verantwoording.register
        return {"regels": voor_toezicht(consent.loginzage.overzicht(wie, huishouden), boek)}

    @routes.post(
        "/personen/{persoon}/wissing", response_model=Wissing, summary="Gegevens wissen",
        operation_id="wis",
    )  # fmt: skip
    def wis(persoon: UUID, opdracht: Command) -> dict[str, Any]:
        """Vernietigt de sleutels van een persoon; alleen de beslisser namens het college."""
        return klaar(consent.wis(opdracht.wie, persoon, opdracht.context))

    return routes


def _zonder_wie(body: OverPersoon) -> dict[str, Any]:
    return {name: value for name, value in body if name not in ("huishouden", "persoon")}
