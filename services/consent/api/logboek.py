"""The log over HTTP: signed heads and proofs for everybody, exports for whom they are about.

Heads and proofs hold no personal data: sizes and hashes. They are read without signing in, so that
a witness elsewhere can ask. With `/logboek/<gemeente>` as prefix they are as C2SP has them.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from infra.decider import NietBekend
from infra.uitgegeven import NogGeenKop, Published
from infra.web import Bericht, Wie
from services.consent import NAAM
from services.consent.application import Consent

MAX = 2**53
Nummer = Annotated[int, Query(ge=0, le=MAX)]


def _groottes(text: str) -> str:
    if text and not all(one.isdecimal() and len(one) < 16 for one in text.split(",")):
        raise ValueError("dit is geen lijst van aantallen, met komma's ertussen")
    return text


Koppen = Annotated[
    str,
    Query(max_length=200, description="Groottes van koppen die u al had, met komma's ertussen."),
    AfterValidator(_groottes),
]


class Samenhang(Bericht):
    """Hashes (base64) that show that one head continues another (RFC 6962 §2.1.2)."""

    bewijs: list[str]


class UitvoerAntwoord(BaseModel):
    """What `controleer_logboek.py` checks."""

    model_config = ConfigDict(alias_generator=to_camel)
    vorm: str
    gemeente: str
    soort: str
    over: UUID
    kop: str
    regels: list[dict[str, Any]]
    bewijs: list[str]
    samenhang: dict[str, list[str]]


def router(consent: Consent) -> APIRouter:
    routes = APIRouter(tags=[NAAM])

    def uitgegeven(gemeente: str) -> Published:
        if gemeente != consent.store.gemeente:
            raise NietBekend
        if consent.uitgegeven is None:
            raise NogGeenKop
        return consent.uitgegeven

    @routes.get(
        "/logboek/{gemeente}/checkpoint", summary="De laatste ondertekende kop van het logboek",
        operation_id="checkpoint", response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )  # fmt: skip
    def checkpoint(gemeente: str) -> Response:
        """Zonder aanmelden: een kop zegt hoeveel regels er zijn en hun hash, en niets van wie."""
        return Response(uitgegeven(gemeente).checkpoint(), media_type="text/plain")

    @routes.get(
        "/logboek/{gemeente}/sleutel", summary="De openbare sleutel van het logboek",
        operation_id="logsleutel", response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )  # fmt: skip
    def sleutel(gemeente: str) -> Response:
        """Om koppen mee te controleren. Vergelijk haar met die van de gemeente zelf: wie het
        logboek vervalst, geeft hier ook een andere sleutel."""
        return Response(f"{uitgegeven(gemeente).verifier}\n", media_type="text/plain")

    @routes.get(
        "/logboek/{gemeente}/samenhang", response_model=Samenhang,
        summary="Dat een kop verder gaat op een eerdere", operation_id="samenhang",
    )  # fmt: skip
    def samenhang(gemeente: str, van: Nummer, tot: Nummer) -> dict[str, Any]:
        """Het bewijs voor een getuige, die de vorige kop bewaarde. Zonder aanmelden."""
        hashes = uitgegeven(gemeente).consistency(van, tot)
        return {"bewijs": [b64encode(one).decode() for one in hashes]}

    @routes.get(
        "/personen/{persoon}/inzagen/uitvoer", response_model=UitvoerAntwoord,
        summary="Uw regels uit het logboek, met bewijs", operation_id="persoonsuitvoer",
    )  # fmt: skip
    def persoon(persoon: UUID, wie: Wie, koppen: Koppen = "") -> dict[str, Any]:
        """Om mee te nemen en elders te controleren, met `controleer_logboek.py`."""
        return consent.uitvoer.persoon(wie, persoon, _aantallen(koppen))

    @routes.get(
        "/huishoudens/{huishouden}/inzagen/uitvoer", response_model=UitvoerAntwoord,
        summary="Een stuk van het logboek, met bewijs dat er niets ontbreekt",
        operation_id="huishoudensuitvoer",
    )  # fmt: skip
    def huishouden(
        huishouden: UUID, wie: Wie, van: Annotated[int | None, Query(ge=1, le=MAX)] = None,
        tot: Annotated[int | None, Query(ge=1, le=MAX)] = None, koppen: Koppen = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Voor de privacy officer en de FG: alle regels van dat stuk, en die van het huishouden
        open. Dicht blijven uw eigen inzagen (niemand beoordeelt zichzelf) en, als u niet de FG
        bent, die van de FG. Het bestand zegt niet waarom een regel dicht is: een collega neemt uw
        regels open mee, en alleen een andere FG die van de FG."""
        return consent.uitvoer.huishouden(wie, huishouden, van, tot, _aantallen(koppen))

    return routes


def _aantallen(koppen: str) -> list[int]:
    return [int(one) for one in koppen.split(",") if one]
