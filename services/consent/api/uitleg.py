"""Why and who over HTTP: may I see this, what would open it, who sees what; and the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from events.begrippen import Herkomst, Leefgebied, Rubriek, herkomst, herkomsten
from events.waarden import Dag, Doel, Kort
from infra.decider import NietBekend
from infra.staff import Persona
from infra.web import Bericht, Wie
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.delen import noodzaken
from services.consent.domain import Besluit
from services.consent.regels import Regelset, regelset
from services.consent.uitleg import zicht
from services.consent.uitleg.openingen import Opening, Stapsoort
from services.consent.uitleg.simulatie import (
    Onderdeel,
)
from services.consent.uitleg.uitleg import Uitleggen
from services.consent.uitleg.zicht import Rij, Simulatie, Zicht


def _herkomst(code: str) -> str:
    if code not in herkomsten():
        raise ValueError("deze herkomst staat niet in de tabel van herkomsten")
    return code


Herkomstcode = Annotated[Kort, AfterValidator(_herkomst)]
Wat = Leefgebied | Rubriek


class VraagBericht(Bericht):
    """May I see this? Answered the same whether anything exists or not."""

    huishouden: UUID
    persoon: UUID
    ook: Annotated[tuple[UUID, ...], Field(max_length=30)] = ()
    """Of something about several people: the others."""
    herkomst: Herkomstcode
    onderwerp: Wat
    doel: Doel | None = None


class ControleAntwoord(Bericht):
    code: str
    wat: str
    goed: bool | None


class BesluitAntwoord(Bericht):
    """An outcome with its sentence, rule and article."""

    uitkomst: str
    code: str
    zin: str
    regel: str | None
    artikel: str | None
    ontbreekt: list[str]


class StapAntwoord(Bericht):
    """A record that lacks; `door`: who can make it, as far as you may know."""

    soort: Stapsoort
    persoon: UUID
    doel: Doel
    door: list[UUID]


class OpeningAntwoord(Bericht):
    """A smallest set of steps, and the outcome and sentence that would hold then."""

    stappen: list[StapAntwoord]
    uitkomst: str
    zin: str


class Uitleg(BesluitAntwoord):
    """A decision that explains itself, with the least that would open it."""

    controles: list[ControleAntwoord]
    openingen: list[OpeningAntwoord]


class MogelijkheidAntwoord(BesluitAntwoord):
    """Something that opens after a step; `zinnen` are examples of a reason, for a ground; `noemt`
    is the purpose you then name to see it, if it does not follow from your task."""

    noemt: Doel | None
    herkomst: str
    regime: str
    onderwerp: Wat
    opening: OpeningAntwoord
    zinnen: list[str]


class Mogelijkheden(Bericht):
    """`doelen`: the purposes you may name, for which something is open or would open."""

    mogelijkheden: list[MogelijkheidAntwoord]
    doelen: list[Doel]


class StelBericht(Bericht):
    """Suppose this were recorded about the person."""

    soort: Stapsoort
    ontvanger: UUID
    doel: Doel
    herkomst: Herkomstcode
    onderwerpen: Annotated[tuple[Wat, ...], Field(min_length=1, max_length=20)]


class SimulatieBericht(Bericht):
    """Who sees what about one person; what is left out is asked for all."""

    huishouden: UUID
    persoon: UUID
    herkomst: Herkomstcode | None = None
    onderwerp: Wat | None = None
    wie: UUID | None = None
    als_deelnemer: Herkomstcode | None = None
    op: Dag | None = None
    stel: Annotated[tuple[StelBericht, ...], Field(max_length=10)] = ()
    vergelijk: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None
    reden: Kort | None = None


class RijAntwoord(Bericht):
    """What one person would be told of one kind of data; `eerst`: what it is without the change;
    `opening`: what you could record yourself, so that this one sees it."""

    wie: UUID | None
    relaties: dict[str, Doel]
    herkomst: str
    regime: str
    onderwerp: Wat
    besluit: BesluitAntwoord
    eerst: BesluitAntwoord | None
    opening: OpeningAntwoord | None


class SimulatieAntwoord(Bericht):
    rijen: list[RijAntwoord]
    slotzin: str
    """What the answer leaves out."""


def router(consent: Consent, staf: Callable[[UUID], Persona | None]) -> APIRouter:
    """These questions' part of `/v1`; `staf` is who can sign in, by id."""
    routes = APIRouter(tags=[NAAM])
    uitleggen, wie_ziet = Uitleggen(consent), Zicht(consent, staf)

    @routes.post("/vragen", response_model=Uitleg, summary="Mag ik dit zien?", operation_id="vraag")
    def vraag(body: VraagBericht, wie: Wie) -> Uitleg:
        """Het besluit met uitleg; hetzelfde antwoord of er nu iets is of niet."""
        over = tuple(sorted({body.persoon, *body.ook}))
        onderdeel = Onderdeel(over, herkomst(body.herkomst), body.onderwerp)
        waarom = uitleggen.waarom(wie, body.huishouden, onderdeel, body.doel)
        return Uitleg(
            **_besluit(waarom.besluit),
            controles=[
                ControleAntwoord(code=c.code, wat=c.wat, goed=c.goed)
                for c in waarom.besluit.controles
            ],
            openingen=[_opening(opening) for opening in waarom.openingen],
        )

    @routes.get(
        "/huishoudens/{huishouden}/personen/{persoon}/mogelijkheden",
        response_model=Mogelijkheden, summary="Wat kan er voor mij opengaan?",
        operation_id="mogelijkheden",
    )  # fmt: skip
    def mogelijkheden(huishouden: UUID, persoon: UUID, wie: Wie) -> Mogelijkheden:
        """Wat u over deze persoon pas ziet na een stap, en welke; niet of het er is."""
        gevonden = uitleggen.mogelijkheden(wie, huishouden, persoon)
        return Mogelijkheden(
            mogelijkheden=[
                MogelijkheidAntwoord(
                    **_besluit(m.besluit), noemt=m.noemt, herkomst=m.onderdeel.herkomst.code,
                    regime=m.onderdeel.herkomst.regime, onderwerp=m.onderdeel.onderwerp,
                    opening=_opening(m.opening), zinnen=_zinnen(m.onderdeel, m.opening),
                )
                for m in gevonden.stuks
            ],
            doelen=list(gevonden.doelen),
        )  # fmt: skip

    @routes.post(
        "/simulaties", response_model=SimulatieAntwoord, summary="Wie ziet wat?",
        operation_id="simuleer",
    )  # fmt: skip
    def simuleer(body: SimulatieBericht, wie: Wie) -> SimulatieAntwoord:
        """Wie wat over iemand zou zien: nu, op een andere dag, of als iets anders was."""
        vraag = Simulatie(
            body.huishouden, body.persoon, _maybe(body.herkomst), body.onderwerp, body.wie,
            _maybe(body.als_deelnemer), body.op,
            tuple(
                zicht.Stel(s.soort, s.ontvanger, s.doel, herkomst(s.herkomst), s.onderwerpen)
                for s in body.stel
            ),
            None if body.vergelijk is None else _regels(body.vergelijk),
        )  # fmt: skip
        return SimulatieAntwoord(
            rijen=[_rij(rij) for rij in wie_ziet.simuleer(wie, vraag, body.reden)],
            slotzin=zicht.slotzin(wie.rol),
        )  # fmt: skip

    return routes


def _regels(hash_: str) -> Regelset:
    """A released rule set. Raises NietBekend."""
    try:
        return regelset(hash_)
    except KeyError:
        raise NietBekend from None


def _maybe(code: str | None) -> Herkomst | None:
    return None if code is None else herkomst(code)


def _besluit(besluit: Besluit) -> dict[str, Any]:
    return {
        "uitkomst": besluit.uitkomst, "code": besluit.code, "zin": besluit.zin,
        "regel": besluit.regel, "artikel": besluit.artikel, "ontbreekt": list(besluit.ontbreekt),
    }  # fmt: skip


def _rij(rij: Rij) -> RijAntwoord:
    return RijAntwoord(
        wie=rij.wie,
        relaties={als.value: doel for als, doel in rij.relaties.items()},
        herkomst=rij.onderdeel.herkomst.code,
        regime=rij.onderdeel.herkomst.regime,
        onderwerp=rij.onderdeel.onderwerp,
        besluit=BesluitAntwoord(**_besluit(rij.besluit)),
        eerst=None if rij.eerst is None else BesluitAntwoord(**_besluit(rij.eerst)),
        opening=None if rij.opening is None else _opening(rij.opening),
    )


def _opening(opening: Opening) -> OpeningAntwoord:
    return OpeningAntwoord(
        stappen=[
            StapAntwoord(soort=s.soort, persoon=s.persoon, doel=s.doel, door=list(s.door))
            for s in opening.stappen
        ],
        uitkomst=opening.besluit.uitkomst,
        zin=opening.besluit.zin,
    )


def _zinnen(onderdeel: Onderdeel, opening: Opening) -> list[str]:
    doelen = {stap.doel for stap in opening.stappen if stap.soort is Stapsoort.GROND}
    return [
        zin
        for doel in doelen
        for zin in noodzaken.zinnen(doel, onderdeel.herkomst.regime, onderdeel.onderwerp)
    ]
