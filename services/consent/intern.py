"""Consent for the other services: keys to seal with, keys to read with. Not part of `/v1`.

Two proofs are asked. Every call: a service token for exactly this request. To read: also the
professional's own sign-in token, which consent checks itself, so that no service can ask in the
name of somebody who is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from infra import trace
from infra.auth import Tokens
from infra.decider import Context
from infra.diensttoken import DienstGeweigerdError, Diensttokens, Verzoek
from infra.keys import UnknownKeyError
from infra.positions import Positie, Posities
from infra.remote import (
    SCHEME,
    Bereikt,
    Inzageantwoord,
    Inzagevraag,
    NogOpenAntwoord,
    Noodaanvraag,
    Noodantwoord,
    OnderdeelRegel,
    RedenRegel,
    SleutelRegel,
    Zegelantwoord,
    Zegelvraag,
)
from infra.web import problem
from services.consent.application import Consent

SCHRIJVERS = frozenset({"intake", "plan", "consent"})
"""Services with facts of their own to seal."""
ZOEKERS = frozenset({"intake"})
"""Services that find a household in an emergency."""
LEZERS = frozenset({"portal"})
"""Services that show people what they may see."""


class _Route(APIRoute):
    """What only services do wrong, in the same form as every other refusal."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def geantwoord(request: Request) -> Response:
            with trace.binnen(*trace.van(request.headers.raw)):
                try:
                    response = await handle(request)
                except DienstGeweigerdError:
                    return problem(
                        403, "Geweigerd", "Deze dienst mag dit niet.", "dienst-geweigerd"
                    )
                except UnknownKeyError:
                    return problem(409, "Kan niet", "Deze sleutel is er niet.", "onbekende-sleutel")
            response.headers["Cache-Control"] = "no-store"
            return response

        return geantwoord


def router(
    consent: Consent, tokens: Tokens, diensttokens: Diensttokens, posities: Posities,
    bereikt: Callable[[Positie], bool], now: Callable[[], datetime],
) -> APIRouter:  # fmt: skip
    """The routes of one gemeente, below `/intern/<gemeente>`; `tokens` are those of that gemeente.

    For an application with `install_errors`.
    """
    routes = APIRouter(
        prefix=f"/intern/{consent.store.gemeente}", route_class=_Route, include_in_schema=False
    )

    async def dienst(request: Request) -> str:
        """The service that calls. Raises DienstGeweigerdError."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != SCHEME:
            raise DienstGeweigerdError
        pad, query = request.scope["raw_path"], request.scope["query_string"]
        pad = (pad + b"?" + query if query else pad).decode("latin-1")
        verzoek = Verzoek(request.method, pad, await request.body())
        return diensttokens.check(token, verzoek, now())

    @routes.post("/zegelsleutels")
    def zegelsleutels(vraag: Zegelvraag, dienst: str = Depends(dienst)) -> Response:
        if dienst not in SCHRIJVERS:
            raise DienstGeweigerdError
        try:
            plaatsen = [regel.plaats for regel in vraag.plaatsen]
        except (KeyError, ValueError):
            return problem(400, "Onjuiste invoer", "Een plaats bestaat niet.", "onjuiste-invoer")
        gegeven = consent.geef_zegelsleutels(dienst, plaatsen)
        return _json(
            Zegelantwoord(
                sleutels=tuple(
                    SleutelRegel(kid=kid, sleutel=sleutel)
                    for kid, sleutel in (gegeven[plaats] for plaats in plaatsen)
                )
            )
        )

    @routes.post("/vrijgaven")
    def vrijgaven(vraag: Inzagevraag, dienst: str = Depends(dienst)) -> Response:
        if dienst not in LEZERS:
            raise DienstGeweigerdError
        wie = tokens.check(vraag.token, now())
        vrijgave = consent.vrijgave(wie, vraag.huishouden, vraag.kids, vraag.doel)
        return _json(
            Inzageantwoord(
                relaties=tuple(vrijgave.relaties),
                keys=vrijgave.keys,
                erased=frozenset(vrijgave.erased),
                waarom={
                    kid: OnderdeelRegel(
                        besluit=RedenRegel(
                            regel=deel.besluit.regel, artikel=deel.besluit.artikel,
                            zin=deel.besluit.zin,
                        ),
                        betrokkenen=deel.betrokkenen, uit=deel.herkomst.code,
                        over=deel.onderwerp.value,
                    )
                    for kid, deel in vrijgave.waarom.items()
                },
                stappen=vrijgave.stappen,
            )
        )  # fmt: skip

    @routes.post("/nog-open")
    def nog_open(vraag: Inzagevraag, dienst: str = Depends(dienst)) -> Response:
        if dienst not in LEZERS:
            raise DienstGeweigerdError
        wie = tokens.check(vraag.token, now())
        return _json(
            NogOpenAntwoord(open=consent.nog_open(wie, vraag.huishouden, vraag.kids, vraag.doel))
        )

    @routes.post("/noodtoegangen")
    def noodtoegangen(aanvraag: Noodaanvraag, dienst: str = Depends(dienst)) -> Response:
        if dienst not in ZOEKERS:
            raise DienstGeweigerdError
        wie, nu = tokens.check(aanvraag.token, now()), now()
        context = Context(
            consent.store.gemeente, wie.actor, wie.hoed, nu, wie.herkomst,
            trace.huidige() or uuid4(), None, aanvraag.sleutel, aanvraag.verzoek,
        )  # fmt: skip
        gedaan = consent.nood.neem(wie, aanvraag.vraag, context)
        return _json(
            Noodantwoord(
                stroom=gedaan.stream, versie=gedaan.version, positie=gedaan.position,
                antwoord=gedaan.answer, token=gedaan.token,
            )
        )  # fmt: skip

    @routes.get("/bereikt", dependencies=[Depends(dienst)])
    def is_bereikt(request: Request) -> Response:
        try:
            positie = posities.read(request.query_params.get("naPositie", ""))
        except ValueError:
            return problem(400, "Onjuiste invoer", "Dit is geen positie.", "onjuiste-positie")
        return _json(Bereikt(bereikt=bereikt(positie)))

    return routes


def _json(
    antwoord: Zegelantwoord | Inzageantwoord | NogOpenAntwoord | Noodantwoord | Bereikt,
) -> Response:
    return Response(antwoord.model_dump_json(), media_type="application/json")
