"""The rules over HTTP: in force or released before, searched by source and purpose, compared."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from events.waarden import Doel
from infra.decider import NietBekend
from infra.web import Bericht, Wie
from services.consent import NAAM
from services.consent.application import Consent
from services.consent.regels import Regel, Regelset, regelset, regelsets
from services.consent.uitleg.simulatie import regelverschil

Hash = Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")]


class Versie(Bericht):
    """A released rule set; its hash stands in every decision made by it."""

    versie: str
    hash: str


class RegelsAntwoord(BaseModel):
    """A rule set, or the part that was asked for. `voorwaarden`: what a rule asks, in words."""

    versie: str
    hash: str
    versies: list[Versie]
    regels: list[dict[str, Any]]


class AndereRegel(BaseModel):
    """A rule that says something else: before, after, and which parts of it."""

    oud: dict[str, Any]
    nieuw: dict[str, Any]
    velden: list[str]


class Verschillen(BaseModel):
    """What came, what went, what changed."""

    oud: Versie
    nieuw: Versie
    erbij: list[dict[str, Any]]
    weg: list[dict[str, Any]]
    anders: list[AndereRegel]


def router(consent: Consent) -> APIRouter:
    """The rules' part of `/v1`."""
    routes = APIRouter(tags=[NAAM])

    @routes.get(
        "/regels", response_model=RegelsAntwoord, summary="De regels voor delen",
        operation_id="regels",
    )  # fmt: skip
    def regels(
        _wie: Wie,
        van: Annotated[
            str | None, Query(max_length=50, description="Regime waar het vandaan komt.")
        ] = None,
        voor: Annotated[Doel | None, Query(description="Waarvoor het gebruikt wordt.")] = None,
        hash_: Annotated[
            str | None,
            Query(alias="hash", pattern=r"^[0-9a-f]{64}$", description="Een eerdere versie."),
        ] = None,
    ) -> dict[str, Any]:
        """Welke herkomst waarvoor gebruikt mag worden, met artikel en voorwaarden."""
        rules = consent.regels if hash_ is None else _regelset(hash_)
        return _versie(rules) | {
            "versies": [_versie(released) for released in regelsets()],
            "regels": [
                _regel(rule)
                for rule in rules.regels
                if van in (None, *rule.regimes) and voor in (None, *rule.doelen)
            ],
        }

    @routes.get(
        "/regels/verschillen", response_model=Verschillen, summary="Wat er in de regels veranderde",
        operation_id="regelverschillen",
    )  # fmt: skip
    def verschillen(_wie: Wie, oud: Hash, nieuw: Hash) -> dict[str, Any]:
        """Twee versies van de regels naast elkaar: erbij, weg, en anders."""
        eerst, dan = _regelset(oud), _regelset(nieuw)
        verschil = regelverschil(eerst, dan)
        return {
            "oud": _versie(eerst), "nieuw": _versie(dan),
            "erbij": [_regel(regel) for regel in verschil.erbij],
            "weg": [_regel(regel) for regel in verschil.weg],
            "anders": [
                {"oud": _regel(was), "nieuw": _regel(wordt), "velden": list(velden)}
                for was, wordt, velden in verschil.anders
            ],
        }  # fmt: skip

    return routes


def _regelset(hash_: str) -> Regelset:
    """Raises NietBekend."""
    try:
        return regelset(hash_)
    except KeyError:
        raise NietBekend from None


def _versie(rules: Regelset) -> dict[str, Any]:
    return {"versie": rules.versie, "hash": rules.hash}


def _regel(regel: Regel) -> dict[str, Any]:
    return regel.model_dump(mode="json") | {"voorwaarden": [eis.tekst for eis in regel.eist]}
