"""Examples of a reason why data are necessary, per situation: chosen by a person, never filled in.

Data in `noodzaken.json`, so that lawyers and professionals write them. Where the law asks no
necessity there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from events.begrippen import Leefgebied, Onderwerp, Rubriek
from events.waarden import Doel


class Noodzaak(BaseModel):
    """The reasons for one purpose and subject, for data of these regimes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doel: Doel
    regimes: tuple[str, ...]
    onderwerp: Leefgebied | Rubriek
    zinnen: Annotated[tuple[str, ...], Field(min_length=1, max_length=3)]


class _Bestand(BaseModel):
    model_config = ConfigDict(extra="forbid")
    versie: str
    toelichting: str
    noodzaken: tuple[Noodzaak, ...]


@cache
def noodzaken() -> tuple[Noodzaak, ...]:
    """All examples of this release."""
    text = resources.files("services.consent.delen").joinpath("noodzaken.json").read_bytes()
    return _Bestand.model_validate_json(text).noodzaken


def zinnen(doel: Doel, regime: str, onderwerp: Onderwerp) -> Sequence[str]:
    """The reasons that may fit; none is no objection to writing one."""
    return [
        zin
        for noodzaak in noodzaken()
        if (noodzaak.doel, noodzaak.onderwerp) == (doel, onderwerp) and regime in noodzaak.regimes
        for zin in noodzaak.zinnen
    ]
