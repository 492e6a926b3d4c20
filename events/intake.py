"""The facts of intake: meldingen, persons, households, conversations, regie.

Streams: a melding, a person, a household, a gesprek; each by its own random id.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias
from uuid import UUID

from events.base import Fact, Personal
from events.begrippen import Leefgebied
from events.waarden import (
    Aangemelde,
    Adres,
    Bsn,
    Contact,
    Gezag,
    Huishoudrol,
    Hulpvraag,
    Informatie,
    Kort,
    Ledenreden,
    Mandaat,
    Medewerker,
    Melder,
    Tekst,
    Uitspraak,
    Verkenning,
    Zrm,
)


class MeldingOntvangen(Fact, naam="nl.samenplan.melding-ontvangen"):
    """Somebody asked for help, or reported a worry (Wmo 2.3.2 lid 1)."""

    persoon: UUID
    melder: Personal[Melder]
    aangemelde: Personal[Aangemelde]
    hulpvraag: Personal[Hulpvraag]
    clientondersteuning_aangeboden: bool


class MeldingAfgehandeld(Fact, naam="nl.samenplan.melding-afgehandeld"):
    """The melding found its place: a household of its own, an existing one, or advice."""

    huishouden: UUID | None
    persoon: UUID | None = None
    uitkomst: Personal[Tekst]


class PersoonVastgelegd(Fact, naam="nl.samenplan.persoon-vastgelegd"):
    """Who somebody is. Recorded again, it corrects: what is absent stays as it was, and the
    earlier statement stays beside it."""

    persoonsnaam: Personal[Kort] | None = None
    geboortedatum: Personal[date] | None = None
    bsn: Personal[Bsn] | None = None


class AdresVastgelegd(Fact, naam="nl.samenplan.adres-vastgelegd"):
    """Where somebody lives or lived, for the household that recorded it: she may belong to two.
    Whether it is shielded, only its key knows."""

    adres: Personal[Adres]
    huishouden: UUID | None = None


class ContactVastgelegd(Fact, naam="nl.samenplan.contact-vastgelegd"):
    """How somebody wants to be reached, for the household that recorded it."""

    contact: Personal[Contact]
    huishouden: UUID | None = None


class GezagVastgelegd(Fact, naam="nl.samenplan.gezag-vastgelegd"):
    """Who holds custody over this child."""

    gezag: Personal[Gezag]


class HuishoudenGevormd(Fact, naam="nl.samenplan.huishouden-gevormd"):
    """A household became a case, with its first regisseur in the same breath."""

    melding: UUID | None = None


class LidToegevoegd(Fact, naam="nl.samenplan.lid-toegevoegd"):
    """Somebody belongs to this household from a date on."""

    persoon: UUID
    rol: Personal[Huishoudrol]
    sinds: Personal[date]
    reden: Personal[Ledenreden]


class LidVertrokken(Fact, naam="nl.samenplan.lid-vertrokken"):
    """Somebody no longer belongs to this household."""

    persoon: UUID
    op: Personal[date]
    reden: Personal[Ledenreden]


class NetwerklidToegevoegd(Fact, naam="nl.samenplan.netwerklid-toegevoegd"):
    """Somebody around the household who can help (Wmo 2.3.2 lid 4 c)."""

    persoon: UUID
    persoonsnaam: Personal[Kort]
    kan_helpen_met: Personal[Tekst]
    contact: Personal[Contact] | None = None


class NetwerklidVertrokken(Fact, naam="nl.samenplan.netwerklid-vertrokken"):
    """Somebody from the network no longer takes part."""

    persoon: UUID


class RegisseurAangewezen(Fact, naam="nl.samenplan.regisseur-aangewezen"):
    """The college gave one person the direction over this household."""

    regisseur: UUID
    medewerker: Personal[Medewerker]
    mandaat: Personal[Mandaat]


class RegieOvergedragen(Fact, naam="nl.samenplan.regie-overgedragen"):
    """The direction went from one person to another, in one fact: never nobody, never two."""

    van: UUID
    aan: UUID
    medewerker: Personal[Medewerker]
    mandaat: Personal[Mandaat]
    reden: Personal[Tekst]


class MeewerkerGevolgd(Fact, naam="nl.samenplan.meewerker-gevolgd"):
    """Intake learned from plan which professional works along in this household."""

    erbij: UUID | None = None
    eraf: UUID | None = None


class MeewerkersVervallen(Fact, naam="nl.samenplan.meewerkers-vervallen"):
    """Intake learned from plan that it was closed: nobody works along any more."""


class MeldingGekoppeld(Fact, naam="nl.samenplan.melding-gekoppeld"):
    """A melding about this household came in: a task for its regisseur."""

    melding: UUID


class MeldingOpgepakt(Fact, naam="nl.samenplan.melding-opgepakt"):
    """The regisseur did something with a melding about this household."""

    melding: UUID
    uitkomst: Personal[Tekst]


class VerkenningAfgerond(Fact, naam="nl.samenplan.verkenning-afgerond"):
    """Whether the problems hang together, why, and what allowed the look."""

    verkenning: Personal[Verkenning]


class RegistratieMeegedeeld(Fact, naam="nl.samenplan.registratie-meegedeeld"):
    """A person was told that this is recorded (AVG 13, 14), absent parents included."""

    persoon: UUID
    informatie: Personal[Informatie]


class RegistratieNogNietMeegedeeld(Fact, naam="nl.samenplan.registratie-nog-niet-meegedeeld"):
    """A person was not told yet, with the reason (AVG 14 lid 5)."""

    persoon: UUID
    waarom: Personal[Tekst]


class GesprekGestart(Fact, naam="nl.samenplan.gesprek-gestart"):
    """A keukentafelgesprek began; it may take several sittings."""

    huishouden: UUID
    deelnemers: tuple[UUID, ...]


class ZittingGehouden(Fact, naam="nl.samenplan.zitting-gehouden"):
    """One sitting of a gesprek: how long it took and who sat at the table (minutes)."""

    deelnemers: tuple[UUID, ...]
    minuten: int


class LeefgebiedBesproken(Fact, naam="nl.samenplan.leefgebied-besproken"):
    """A leefgebied was talked about, because it was needed; about one person or several."""

    huishouden: UUID
    notitie: UUID
    personen: tuple[UUID, ...]
    leefgebied: Personal[Leefgebied]
    reden: Personal[Tekst]
    gaat_goed: Personal[Uitspraak] | None = None
    zorgen: Personal[Uitspraak] | None = None
    wens: Personal[Uitspraak] | None = None
    zelf_doen: Personal[Uitspraak] | None = None
    wie_helpt: Personal[Uitspraak] | None = None
    zrm: Personal[Zrm] | None = None


class NotitieAangevuld(Fact, naam="nl.samenplan.notitie-aangevuld"):
    """A correction or another reading beside an earlier note; the first stays as it was."""

    huishouden: UUID
    notitie: UUID
    personen: tuple[UUID, ...]
    aanvulling: Personal[Uitspraak]


class GesprekAfgerond(Fact, naam="nl.samenplan.gesprek-afgerond"):
    """The last sitting was held and the household has the report."""

    huishouden: UUID


MeldingFact: TypeAlias = MeldingOntvangen | MeldingAfgehandeld
PersoonFact: TypeAlias = PersoonVastgelegd | AdresVastgelegd | ContactVastgelegd | GezagVastgelegd
HuishoudenFact: TypeAlias = (
    HuishoudenGevormd
    | LidToegevoegd
    | LidVertrokken
    | NetwerklidToegevoegd
    | NetwerklidVertrokken
    | RegisseurAangewezen
    | RegieOvergedragen
    | MeewerkerGevolgd
    | MeewerkersVervallen
    | MeldingGekoppeld
    | MeldingOpgepakt
    | VerkenningAfgerond
    | RegistratieMeegedeeld
    | RegistratieNogNietMeegedeeld
)
GesprekFact: TypeAlias = (
    GesprekGestart | ZittingGehouden | LeefgebiedBesproken | NotitieAangevuld | GesprekAfgerond
)
