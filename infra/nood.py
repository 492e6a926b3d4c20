"""Emergency access as one service asks another for it, and why it can be refused.

Intake finds the household and consent decides, whether something was found or not: so what may not
be done is refused in the same words, after the same questions, whoever exists.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from events.toezicht import Noodcategorie, Noodreden, Zoekwijze
from infra.auth import Aangemeld
from infra.decider import Context, GeenRecht, Recorded, RegelFout


class Noodvraag(BaseModel):
    """What somebody wants to open, and why; `huishouden` is the one that fits, if just one did."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    categorie: Noodcategorie
    reden: Noodreden
    langs: Zoekwijze
    huishouden: UUID | None


Noodpoort: TypeAlias = Callable[[Aangemeld, Noodvraag, Context], Recorded]
"""Consent's side. The answer holds `huishouden` and `tot`, both None when nothing opened."""


class AlleenNoodhulp(GeenRecht):
    """Noodtoegang kan alleen een medewerker nemen die daarvoor is aangewezen. Bel de
    dienstleider."""


class BevestigEerst(GeenRecht):
    """Bevestig eerst opnieuw dat u het bent. Dat geldt een kwartier."""


class EerstVerslag(RegelFout):
    """Over een eerdere noodtoegang van u is nog geen verslag, en de termijn is voorbij. Doe eerst
    verslag, of bel de dienstleider."""


class EerderOnterecht(RegelFout):
    """Een eerdere noodtoegang van u is onterecht bevonden. Nieuwe noodtoegang kan pas als de
    beslisser die vrijgeeft. Bel de dienstleider."""


class TeVaakGezocht(RegelFout):
    """U heeft te vaak gezocht zonder één huishouden te vinden. Bel de dienstleider."""


WEIGERINGEN: tuple[type[RegelFout], ...] = (
    AlleenNoodhulp, BevestigEerst, EerstVerslag, EerderOnterecht, TeVaakGezocht,
)  # fmt: skip
