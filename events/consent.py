"""The facts of consent: grounds and what people decided about their data; a stream per record."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from events.base import Fact, Personal
from events.waarden import (
    Akkoord,
    Bevestiging,
    Bevestigtermijn,
    Bezwaar,
    Grond,
    Instemming,
    Noodafspraak,
    Omstandigheid,
    Opheffing,
    Taak,
    Tekst,
    Vervanging,
)


class GrondslagVastgelegd(Fact, naam="nl.samenplan.grondslag-vastgelegd"):
    """A legal ground to use what was collected elsewhere, with its necessity."""

    huishouden: UUID
    persoon: UUID
    grond: Personal[Grond]


class ToestemmingGegeven(Fact, naam="nl.samenplan.toestemming-gegeven"):
    """A person (or who speaks for her) agreed to one use of her data (AVG 6 lid 1 a)."""

    huishouden: UUID
    persoon: UUID
    toestemming: Personal[Instemming]


class GeheimhoudingOpgeheven(Fact, naam="nl.samenplan.geheimhouding-opgeheven"):
    """A person let a secrecy holder speak; a ground is needed beside it."""

    huishouden: UUID
    persoon: UUID
    opheffing: Personal[Opheffing]


class HulpAkkoordGegeven(Fact, naam="nl.samenplan.hulp-akkoord-gegeven"):
    """A person agreed with help; says nothing about sharing."""

    huishouden: UUID
    persoon: UUID
    akkoord: Personal[Akkoord]


class OmstandigheidVastgelegd(Fact, naam="nl.samenplan.omstandigheid-vastgelegd"):
    """Something about a person that changes who may see or decide; which, only the seal knows."""

    huishouden: UUID
    persoon: UUID
    omstandigheid: Personal[Omstandigheid]


class VervangerAangewezen(Fact, naam="nl.samenplan.vervanger-aangewezen"):
    """A deelnemer named who does her task with her or in her place (Wmo 2015 5.3.3 lid 3).

    `persoon` is the household itself: the record is about nobody in it.
    """

    huishouden: UUID
    persoon: UUID
    medewerker: UUID
    vervangt: UUID
    vervanging: Personal[Vervanging]


class BezwaarGemaakt(Fact, naam="nl.samenplan.bezwaar-gemaakt"):
    """A person objected against a use of her data (AVG 21)."""

    huishouden: UUID
    persoon: UUID
    bezwaar: Personal[Bezwaar]


class NoodafspraakVastgelegd(Fact, naam="nl.samenplan.noodafspraak-vastgelegd"):
    """Family and holder of secrecy agreed what opens in an emergency (a veiligheidskern)."""

    huishouden: UUID
    persoon: UUID
    afspraak: Personal[Noodafspraak]


class Ingetrokken(Fact, naam="nl.samenplan.vastlegging-ingetrokken"):
    """A ground, consent, waiver, agreement or objection ended; holds from the next request on."""

    huishouden: UUID
    persoon: UUID
    reden: Personal[Tekst] | None = None


class PersoonGewist(Fact, naam="nl.samenplan.persoon-gewist"):
    """The keys of a person were destroyed; `bewijs` is the hash of the ids of those keys."""

    persoon: UUID
    bewijs: str


ConsentFact: TypeAlias = (
    GrondslagVastgelegd
    | ToestemmingGegeven
    | GeheimhoudingOpgeheven
    | HulpAkkoordGegeven
    | BezwaarGemaakt
    | OmstandigheidVastgelegd
    | VervangerAangewezen
    | NoodafspraakVastgelegd
    | Ingetrokken
    | PersoonGewist
)


class TaakOntstaan(Fact, naam="nl.samenplan.taak-ontstaan"):
    """Something waits for a person; for whom, about whom and why is sealed."""

    taak: Personal[Taak]


class TaakAfgehandeld(Fact, naam="nl.samenplan.taak-afgehandeld"):
    """Somebody did what was waiting, or it no longer has to be done."""

    uitkomst: Personal[Tekst]


TaakFact: TypeAlias = TaakOntstaan | TaakAfgehandeld


class BevestigingGevraagd(Fact, naam="nl.samenplan.bevestiging-gevraagd"):
    """What another signed for somebody has to be confirmed by her; it holds all the same."""

    huishouden: UUID
    persoon: UUID
    record: UUID
    termijn: Personal[Bevestigtermijn]


class VastleggingBevestigd(Fact, naam="nl.samenplan.vastlegging-bevestigd"):
    """She whom a record is about lets stand what another signed for her."""

    huishouden: UUID
    persoon: UUID
    record: UUID
    bevestiging: Personal[Bevestiging]


BevestigingFact: TypeAlias = BevestigingGevraagd | VastleggingBevestigd
