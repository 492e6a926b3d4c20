"""Circumstances, substitutes and who decides for whom, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from events.waarden import (
    Afweging,
    Dag,
    Doorbreking,
    Kort,
    Maatregel,
    Omstandigheid,
    Veiligheidshuiscasus,
    Vertegenwoordiger,
    Vervanging,
    Vervangingsoort,
    Verwijzing,
    Wilsonbekwaamheid,
)
from infra.staff import Staff
from infra.web import Antwoord, Bericht, Command, Wie, antwoord
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.delen.omstandigheden import Omstandigheden
from services.consent.delen.verwijsindex import ook_gemeld
from services.consent.domain import Handeling


class DoorbrekingBericht(Doorbreking):
    """With more asked of the weighing than of one that was stored."""

    afweging: Afweging


class OmstandigheidBericht(Bericht):
    """What is so of a person; `wat` in it says which kind it is."""

    huishouden: UUID
    persoon: UUID
    omstandigheid: Annotated[
        Maatregel
        | Wilsonbekwaamheid
        | Vertegenwoordiger
        | Veiligheidshuiscasus
        | DoorbrekingBericht
        | Verwijzing,
        Field(discriminator="wat"),
    ]


class VervangerBericht(Bericht):
    """Who takes over the task of the caller, or works along with her."""

    huishouden: UUID
    medewerker: UUID
    soort: Vervangingsoort
    van: Dag
    tot: Dag | None = None


class LooptAntwoord(Bericht):
    """A record that stands: which kind and when, not what it says."""

    id: UUID
    wat: str
    van: Dag | None
    tot: Dag | None


class SituatieAntwoord(Bericht):
    """`kan`: the kinds you may record about this person; `loopt`: what stands of those kinds."""

    kan: list[str]
    loopt: list[LooptAntwoord]


class VervangerAntwoord(Bericht):
    """Somebody you named; `id` is the record."""

    id: UUID
    medewerker: UUID
    soort: Vervangingsoort
    van: Dag
    tot: Dag | None


class Vervangers(Bericht):
    """`kan`: whether you have a task here that another may do."""

    kan: bool
    vervangers: list[VervangerAntwoord]


class VerwijzingAntwoord(Bericht):
    """Somebody else who reported this youth, and how to reach her."""

    melder: UUID
    contact: str


class OokGemeldAntwoord(Bericht):
    """The decision with its sentence; `meldingen` only when it opens."""

    uitkomst: str
    zin: str
    meldingen: list[VerwijzingAntwoord]


class BeslissersAntwoord(Bericht):
    """Who decides: everybody of `samen`, or one of `een_van`; nobody, with the general sentence,
    where you may not know it. `ontbreekt` has not yet agreed; none where you may not know that."""

    artikel: str
    samen: list[UUID]
    een_van: list[UUID]
    code: str
    zin: str
    ontbreekt: list[UUID] | None


Hulp = Annotated[Kort | None, Query(description="Wie moet met deze hulp nog akkoord gaan?")]


def router(consent: Consent, gids: Staff) -> APIRouter:
    """This part of `/v1`."""
    routes = APIRouter(tags=[NAAM])
    leg = Omstandigheden(consent, gids)

    @routes.post(
        "/omstandigheden", status_code=201, response_model=Antwoord,
        summary="Omstandigheid vastleggen", operation_id="legOmstandigheidVast",
    )  # fmt: skip
    def omstandigheid(body: OmstandigheidBericht, opdracht: Command) -> dict[str, Any]:
        """Een maatregel, wilsonbekwaamheid, vertegenwoordiger, casus, doorbreking of verwijzing."""
        wat: Omstandigheid = body.omstandigheid
        if isinstance(wat, DoorbrekingBericht):
            wat = Doorbreking(**dict(wat))
        return antwoord(leg.leg_vast(opdracht, body.huishouden, body.persoon, wat))

    @routes.post(
        "/vervangers", status_code=201, response_model=Antwoord, summary="Vervanger aanwijzen",
        operation_id="wijsVervangerAan",
    )  # fmt: skip
    def vervanger(body: VervangerBericht, opdracht: Command) -> dict[str, Any]:
        """Wie van uw organisatie uw taak overneemt of meedoet; dat vraagt geen toestemming."""
        vervanging = Vervanging(
            soort=body.soort, organisatie=opdracht.wie.actor.organisatie, van=body.van,
            tot=body.tot,
        )  # fmt: skip
        return antwoord(leg.vervanger(opdracht, body.huishouden, body.medewerker, vervanging))

    @routes.get(
        "/huishoudens/{huishouden}/personen/{persoon}/situatie", response_model=SituatieAntwoord,
        summary="Wat kan ik vastleggen over iemands situatie?", operation_id="situatie",
    )  # fmt: skip
    def situatie(huishouden: UUID, persoon: UUID, wie: Wie) -> SituatieAntwoord:
        """Wat u over deze persoon mag vastleggen, en wat daarvan nu loopt, zonder de inhoud."""
        gevonden = leg.situatie(wie, huishouden, persoon)
        return SituatieAntwoord(
            kan=list(gevonden.kan),
            loopt=[
                LooptAntwoord(id=een.id, wat=een.wat, van=een.van, tot=een.tot)
                for een in gevonden.loopt
            ],
        )

    @routes.get(
        "/huishoudens/{huishouden}/personen/{persoon}/verwijzingen",
        response_model=OokGemeldAntwoord, summary="Wie meldde deze jeugdige ook?",
        operation_id="ookGemeld",
    )  # fmt: skip
    def wie_meldde(huishouden: UUID, persoon: UUID, wie: Wie) -> OokGemeldAntwoord:
        """Wie deze jeugdige ook in de verwijsindex meldde, als u dat zelf deed; nooit waarom."""
        gevonden = ook_gemeld(consent, wie, huishouden, persoon)
        return OokGemeldAntwoord(
            uitkomst=gevonden.besluit.uitkomst, zin=gevonden.besluit.zin,
            meldingen=[
                VerwijzingAntwoord(melder=melding.melder, contact=melding.contact)
                for melding in gevonden.meldingen
            ],
        )  # fmt: skip

    @routes.get(
        "/huishoudens/{huishouden}/vervangers", response_model=Vervangers,
        summary="Wie vervangt mij?", operation_id="vervangers",
    )  # fmt: skip
    def vervangers(huishouden: UUID, wie: Wie) -> Vervangers:
        """Wie u zelf aanwees om uw taak hier over te nemen of mee te doen."""
        gevonden = leg.vervangers(wie, huishouden)
        return Vervangers(
            kan=gevonden is not None,
            vervangers=[
                VervangerAntwoord(
                    id=een.id, medewerker=naast, soort=een.vervanging.soort,
                    van=een.vervanging.van, tot=een.vervanging.tot,
                )
                for naast, een in gevonden or ()
            ],
        )  # fmt: skip

    @routes.get(
        "/huishoudens/{huishouden}/beslissers", response_model=BeslissersAntwoord,
        summary="Wie beslist voor wie?", operation_id="beslissers",
    )  # fmt: skip
    def beslissers(
        huishouden: UUID, persoon: UUID, handeling: Handeling, wie: Wie, hulp: Hulp = None
    ) -> BeslissersAntwoord:
        """Wie hierover beslist, volgens welk artikel, en wie nog ontbreekt; zover u dat mag weten.

        Mag u het gezag niet zien, dan is het antwoord altijd hetzelfde.
        """
        dan, ontbreekt = leg.beslissers(wie, huishouden, persoon, handeling, hulp)
        return BeslissersAntwoord(
            artikel=dan.artikel, samen=list(dan.samen), een_van=list(dan.een_van), code=dan.code,
            zin=dan.zin,
            ontbreekt=None if ontbreekt is None else list(ontbreekt),
        )  # fmt: skip

    return routes
