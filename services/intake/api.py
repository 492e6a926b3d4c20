"""Intake over HTTP: meldingen, personen, huishoudens and gesprekken under `/v1`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, model_validator

from events.begrippen import Leefgebied
from events.toezicht import Noodcategorie, Noodreden, Zoekwijze
from events.waarden import (
    Aangemelde,
    Adres,
    Bsn,
    Contact,
    Dag,
    Gezag,
    Huishoudrol,
    Hulpvraag,
    Informatie,
    Kort,
    Ledenreden,
    Mandaat,
    Medewerker,
    Melder,
    Postcode,
    Tekst,
    Uitspraak,
    Verkenning,
    Zrm,
)
from infra.decider import Recorded
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.intake import NAAM
from services.intake.application import Intake, NieuwLid
from services.intake.domain import Notitie, Personalia
from services.intake.projections import Kenmerken

Personen = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=30)]
Huisnummer = Annotated[str, Field(pattern=r"^\d{1,5}[A-Za-z0-9-]{0,6}$")]


class HulpvraagBericht(Bericht, Hulpvraag):
    """What is asked, by whom, and who knows of it."""


class AdresBericht(Bericht, Adres):
    """An address with the dates it holds."""


class MeldingBericht(Bericht):
    melder: Melder
    aangemelde: Aangemelde
    hulpvraag: HulpvraagBericht
    clientondersteuning_aangeboden: bool


class Ontvangstbevestiging(Antwoord):
    """The receipt, the same for everybody and about everybody."""

    ontvangen_op: datetime
    bericht: str


class ZoekBericht(Bericht):
    """By BSN, or by name, birth date and address (Wmo 5.2.9)."""

    bsn: Bsn | None = None
    naam: Kort | None = None
    geboortedatum: Dag | None = None
    postcode: Postcode | None = None
    huisnummer: Huisnummer | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ZoekBericht:
        ander = (self.naam, self.geboortedatum, self.postcode, self.huisnummer)
        met_bsn = self.bsn is not None and ander == (None,) * 4
        if not met_bsn and (self.bsn is not None or None in ander):
            raise ValueError("zoek met bsn, of met naam, geboortedatum, postcode en huisnummer")
        return self


class NoodBericht(Bericht):
    """Why it cannot wait, and one household by name and birth date or by address."""

    categorie: Noodcategorie
    reden: Noodreden
    naam: Kort | None = None
    geboortedatum: Dag | None = None
    postcode: Postcode | None = None
    huisnummer: Huisnummer | None = None

    @model_validator(mode="after")
    def _one_way(self) -> NoodBericht:
        naam, adres = (self.naam, self.geboortedatum), (self.postcode, self.huisnummer)
        geen = (None, None)
        if not ((None not in naam and adres == geen) or (None not in adres and naam == geen)):
            raise ValueError("zoek met naam en geboortedatum, of met postcode en huisnummer")
        return self

    @property
    def langs(self) -> Zoekwijze:
        return Zoekwijze.ADRES if self.naam is None else Zoekwijze.NAAM


class NoodtoegangGegeven(Antwoord):
    """The household that opened and until when; both empty when not exactly one fitted."""

    huishouden: UUID | None
    tot: AwareDatetime | None


class ContactpersoonBericht(Bericht):
    naam: str
    functie: str
    contact: str | None

    @classmethod
    def van(cls, wie: Medewerker) -> ContactpersoonBericht:
        return cls(naam=wie.naam, functie=wie.functie, contact=wie.contact)


class ZoekAntwoord(Bericht):
    """Whether somebody has a regisseur here, and how to reach her. Nothing else."""

    bekend: bool
    contact: ContactpersoonBericht | None


class AfhandelingBericht(Bericht):
    huishouden: UUID | None
    uitkomst: Tekst


class LidBericht(Bericht):
    persoon: UUID | None = None
    naam: Kort | None = None
    geboortedatum: Dag | None = None
    bsn: Bsn | None = None
    rol: Huishoudrol
    sinds: Dag
    reden: Ledenreden

    @model_validator(mode="after")
    def _somebody(self) -> LidBericht:
        if self.persoon is None and self.naam is None:
            raise ValueError("een nieuw lid heeft een naam")
        return self

    def lid(self) -> NieuwLid:
        wie = Personalia(self.naam, self.geboortedatum, self.bsn)
        return NieuwLid(self.persoon, wie, self.rol, self.sinds, self.reden)


class HuishoudenBericht(Bericht):
    melding: UUID | None = None
    regisseur: UUID
    mandaat: Mandaat
    leden: Annotated[tuple[LidBericht, ...], Field(min_length=1, max_length=30)]


class HuishoudenAntwoord(Antwoord):
    """`leden` in the order in which they were given."""

    leden: list[UUID]


class VertrekBericht(Bericht):
    op: Dag
    reden: Ledenreden


class WoonBericht(Bericht):
    adres: AdresBericht
    afgeschermd: bool = False


class CorrectieBericht(Bericht):
    naam: Kort | None = None
    geboortedatum: Dag | None = None
    bsn: Bsn | None = None

    @model_validator(mode="after")
    def _something(self) -> CorrectieBericht:
        if self.naam is None and self.geboortedatum is None and self.bsn is None:
            raise ValueError("een correctie noemt minstens één gegeven")
        return self


class NetwerkBericht(Bericht):
    naam: Kort
    kan_helpen_met: Tekst
    contact: Contact | None = None


class RegieBericht(Bericht):
    regisseur: UUID
    mandaat: Mandaat
    reden: Tekst


class UitkomstBericht(Bericht):
    uitkomst: Tekst


class InformatieBericht(Bericht):
    """Told (`op`, `hoe`), or not yet (`waarom`)."""

    persoon: UUID
    op: Dag | None = None
    hoe: Kort | None = None
    waarom: Tekst | None = None

    @model_validator(mode="after")
    def _told_or_not(self) -> InformatieBericht:
        verteld = self.op is not None and self.hoe is not None
        niets = self.op is None and self.hoe is None
        if not (verteld if self.waarom is None else niets):
            raise ValueError("geef op en hoe, of alleen waarom nog niet")
        return self


class GesprekBericht(Bericht):
    deelnemers: Personen


class ZittingBericht(Bericht):
    deelnemers: Personen
    minuten: Annotated[int, Field(ge=1, le=1440)]


class NotitieBericht(Bericht):
    personen: Personen
    leefgebied: Leefgebied
    reden: Tekst
    gaat_goed: Uitspraak | None = None
    zorgen: Uitspraak | None = None
    wens: Uitspraak | None = None
    zelf_doen: Uitspraak | None = None
    wie_helpt: Uitspraak | None = None
    zrm: Zrm | None = None

    def notitie(self) -> Notitie:
        return Notitie(**dict(self))


class AanvullingBericht(Bericht):
    leefgebied: Leefgebied
    aanvulling: Uitspraak


def router(intake: Intake) -> APIRouter:
    """Every endpoint of intake; commands answer with the position to wait for."""
    api = APIRouter(tags=[NAAM])
    made: dict[str, Any] = {"status_code": 201, "response_model": Antwoord}
    done: dict[str, Any] = {"response_model": Antwoord}

    def klaar(recorded: Recorded) -> dict[str, Any]:
        return antwoord(recorded)

    @api.post(
        "/meldingen", summary="Melding doen", operation_id="doeMelding", status_code=201,
        response_model=Ontvangstbevestiging,
    )  # fmt: skip
    def doe_melding(body: MeldingBericht, opdracht: Command) -> dict[str, Any]:
        """Voor inwoner en professional. De bevestiging is voor iedereen gelijk."""
        return klaar(
            intake.meld(
                opdracht.wie, body.melder, body.aangemelde,
                Hulpvraag.model_validate(body.hulpvraag.model_dump()),
                body.clientondersteuning_aangeboden, opdracht.context,
            )
        )  # fmt: skip

    @api.post(
        "/personen/_zoek", summary="Zoeken wie iemand begeleidt", operation_id="zoekPersoon",
        response_model=ZoekAntwoord,
    )  # fmt: skip
    def zoek(body: ZoekBericht, wie: Wie) -> ZoekAntwoord:
        """Voor toeleiding en coördinatie: met wie neemt u contact op? Meer niet."""
        gevonden = intake.zoek(wie, Kenmerken(**dict(body)))
        contact = gevonden.contact
        return ZoekAntwoord(
            bekend=gevonden.bekend,
            contact=None if contact is None else ContactpersoonBericht.van(contact),
        )

    @api.post(
        "/noodtoegangen", summary="Noodtoegang nemen", operation_id="neemNoodtoegang",
        status_code=201, response_model=NoodtoegangGegeven,
    )  # fmt: skip
    def noodtoegang(body: NoodBericht, opdracht: Command) -> dict[str, Any]:
        """Eén huishouden, vier uur, in nood. De privacy officer en de regisseur horen het meteen.

        Zonder precies één huishouden gaat er niets open; het zoeken staat wel in het logboek.
        """
        kenmerken = Kenmerken(None, body.naam, body.geboortedatum, body.postcode, body.huisnummer)
        return klaar(
            intake.zoek_in_nood(
                opdracht.wie, body.categorie, body.reden, body.langs, kenmerken, opdracht.context
            )
        )

    @api.post(
        "/meldingen/{melding}/afhandeling", summary="Melding afhandelen",
        operation_id="handelMeldingAf", **done,
    )  # fmt: skip
    def handel_af(melding: UUID, body: AfhandelingBericht, opdracht: Command) -> dict[str, Any]:
        """De melding krijgt een plaats: een huishouden (door zijn regisseur), of advies."""
        return klaar(
            intake.handel_af(
                opdracht.wie, melding, body.huishouden, body.uitkomst, opdracht.context
            )
        )

    @api.post(
        "/huishoudens", summary="Huishouden vormen", operation_id="vormHuishouden",
        status_code=201, response_model=HuishoudenAntwoord,
    )  # fmt: skip
    def vorm(body: HuishoudenBericht, opdracht: Command) -> dict[str, Any]:
        """Een huishouden begint met zijn leden en met één regisseur met een geldig mandaat."""
        leden = [lid.lid() for lid in body.leden]
        return klaar(
            intake.vorm(
                opdracht.wie, body.regisseur, body.mandaat, leden, body.melding, opdracht.context
            )
        )

    @api.post(
        "/huishoudens/{huishouden}/leden", summary="Lid toevoegen", operation_id="voegLidToe",
        **made,
    )  # fmt: skip
    def voeg_lid_toe(huishouden: UUID, body: LidBericht, opdracht: Command) -> dict[str, Any]:
        """Iemand trekt in of wordt geboren; hij mag ook bij een ander huishouden horen."""
        return klaar(intake.voeg_lid_toe(huishouden, body.lid(), opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/leden/{persoon}/vertrek", summary="Lid laten vertrekken",
        operation_id="laatLidVertrekken", **done,
    )  # fmt: skip
    def laat_gaan(
        huishouden: UUID, persoon: UUID, body: VertrekBericht, opdracht: Command
    ) -> dict[str, Any]:
        """Verhuisd, gescheiden, uit huis of overleden."""
        return klaar(
            intake.laat_lid_gaan(huishouden, persoon, body.op, body.reden, opdracht.context)
        )

    @api.post(
        "/huishoudens/{huishouden}/leden/{persoon}/adressen", summary="Adres vastleggen",
        operation_id="legAdresVast", **made,
    )  # fmt: skip
    def woont(
        huishouden: UUID, persoon: UUID, body: WoonBericht, opdracht: Command
    ) -> dict[str, Any]:
        """Een adres hoort bij een persoon en bij data. Een afgeschermd adres ziet bijna niemand."""
        adres = Adres.model_validate(body.adres.model_dump())
        return klaar(intake.woont(huishouden, persoon, adres, body.afgeschermd, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/leden/{persoon}/contactvoorkeuren",
        summary="Contactvoorkeur vastleggen", operation_id="legContactVast", **made,
    )  # fmt: skip
    def bereik(huishouden: UUID, persoon: UUID, body: Contact, opdracht: Command) -> dict[str, Any]:
        """Hoe iemand bereikt wil worden."""
        return klaar(intake.bereik(huishouden, persoon, body, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/leden/{persoon}/gezag", summary="Gezag vastleggen",
        operation_id="legGezagVast", **made,
    )  # fmt: skip
    def gezag(huishouden: UUID, persoon: UUID, body: Gezag, opdracht: Command) -> dict[str, Any]:
        """Wie het gezag over dit kind heeft (BW 1:245)."""
        return klaar(intake.leg_gezag_vast(huishouden, persoon, body, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/leden/{persoon}/correcties", summary="Personalia corrigeren",
        operation_id="corrigeerPersonalia", **made,
    )  # fmt: skip
    def corrigeer(
        huishouden: UUID, persoon: UUID, body: CorrectieBericht, opdracht: Command
    ) -> dict[str, Any]:
        """Wat u niet noemt, blijft zoals het was (AVG 16)."""
        wie = Personalia(body.naam, body.geboortedatum, body.bsn)
        return klaar(intake.corrigeer(huishouden, persoon, wie, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/netwerk", summary="Iemand uit het netwerk toevoegen",
        operation_id="voegNetwerklidToe", **made,
    )  # fmt: skip
    def voeg_netwerklid_toe(
        huishouden: UUID, body: NetwerkBericht, opdracht: Command
    ) -> dict[str, Any]:
        """Wie rond het huishouden kan helpen; zonder BSN."""
        return klaar(
            intake.voeg_netwerklid_toe(
                huishouden, body.naam, body.kan_helpen_met, body.contact, opdracht.context
            )
        )

    @api.post(
        "/huishoudens/{huishouden}/netwerk/{persoon}/vertrek",
        summary="Iemand uit het netwerk laten vertrekken", operation_id="laatNetwerklidVertrekken",
        **done,
    )  # fmt: skip
    def laat_netwerklid_gaan(huishouden: UUID, persoon: UUID, opdracht: Command) -> dict[str, Any]:
        """Diegene doet niet meer mee."""
        return klaar(intake.laat_netwerklid_gaan(huishouden, persoon, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/regie", summary="Regie overdragen",
        operation_id="draagRegieOver", **done,
    )  # fmt: skip
    def draag_over(huishouden: UUID, body: RegieBericht, opdracht: Command) -> dict[str, Any]:
        """Door de regisseur, of door de beslisser namens het college. Nooit niemand, nooit twee."""
        return klaar(
            intake.draag_over(
                opdracht.wie, huishouden, body.regisseur, body.mandaat, body.reden,
                opdracht.context,
            )
        )  # fmt: skip

    @api.post(
        "/huishoudens/{huishouden}/meldingen/{melding}/opvolging", summary="Melding oppakken",
        operation_id="pakMeldingOp", **done,
    )  # fmt: skip
    def pak_op(
        huishouden: UUID, melding: UUID, body: UitkomstBericht, opdracht: Command
    ) -> dict[str, Any]:
        """De regisseur zegt wat zij met een nieuwe melding over dit huishouden deed."""
        return klaar(intake.pak_op(huishouden, melding, body.uitkomst, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/verkenning", summary="Verkenning afronden",
        operation_id="rondVerkenningAf", **made,
    )  # fmt: skip
    def verken(huishouden: UUID, body: Verkenning, opdracht: Command) -> dict[str, Any]:
        """Hangen de problemen samen, waarom, en op welke grondslag is dat bekeken?"""
        return klaar(intake.verken(huishouden, body, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/informatie", summary="Vastleggen wie is geïnformeerd",
        operation_id="legInformatieVast", **made,
    )  # fmt: skip
    def informatie(huishouden: UUID, body: InformatieBericht, opdracht: Command) -> dict[str, Any]:
        """Per persoon, ook een ouder die elders woont: wanneer en hoe, of waarom nog niet."""
        if body.op is None or body.hoe is None:
            assert body.waarom is not None
            return klaar(
                intake.stel_mededeling_uit(huishouden, body.persoon, body.waarom, opdracht.context)
            )
        verteld = Informatie(op=body.op, hoe=body.hoe)
        return klaar(intake.deel_mee(huishouden, body.persoon, verteld, opdracht.context))

    @api.post(
        "/huishoudens/{huishouden}/gesprekken", summary="Gesprek beginnen",
        operation_id="beginGesprek", **made,
    )  # fmt: skip
    def begin_gesprek(huishouden: UUID, body: GesprekBericht, opdracht: Command) -> dict[str, Any]:
        """Een keukentafelgesprek; het mag meer dan één zitting duren."""
        return klaar(intake.start_gesprek(huishouden, body.deelnemers, opdracht.context))

    @api.post(
        "/gesprekken/{gesprek}/zittingen", summary="Zitting vastleggen",
        operation_id="legZittingVast", **made,
    )  # fmt: skip
    def zitting(gesprek: UUID, body: ZittingBericht, opdracht: Command) -> dict[str, Any]:
        """Wie aan tafel zat en hoe lang het duurde."""
        return klaar(intake.houd_zitting(gesprek, body.deelnemers, body.minuten, opdracht.context))

    @api.post(
        "/gesprekken/{gesprek}/notities", summary="Leefgebied bespreken",
        operation_id="legNotitieVast", **made,
    )  # fmt: skip
    def noteer(gesprek: UUID, body: NotitieBericht, opdracht: Command) -> dict[str, Any]:
        """Alleen een leefgebied dat nodig is, met de reden. De ZRM mag, en gaat over één mens."""
        return klaar(intake.noteer(gesprek, body.notitie(), opdracht.context))

    @api.post(
        "/gesprekken/{gesprek}/notities/{notitie}/aanvullingen", summary="Notitie aanvullen",
        operation_id="vulNotitieAan", **made,
    )  # fmt: skip
    def vul_aan(
        gesprek: UUID, notitie: UUID, body: AanvullingBericht, opdracht: Command
    ) -> dict[str, Any]:
        """Een correctie of een andere lezing; de eerste blijft ernaast staan."""
        return klaar(
            intake.vul_aan(gesprek, notitie, body.leefgebied, body.aanvulling, opdracht.context)
        )

    @api.post(
        "/gesprekken/{gesprek}/afronding", summary="Gesprek afronden",
        operation_id="rondGesprekAf", **done,
    )  # fmt: skip
    def rond_af(gesprek: UUID, opdracht: Command) -> dict[str, Any]:
        """Na de laatste zitting; het huishouden krijgt het verslag."""
        return klaar(intake.rond_af(gesprek, opdracht.context))

    return api
