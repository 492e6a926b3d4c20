"""Records need authority: who may make and end each, and who may not, over HTTP in one town."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import BEGIN, doet_mee, professional


def post(huis: Huis, wie: str, pad: str, **body: Any) -> httpx.Response:
    return huis.stad.vraag("POST", wie, pad, {"huishouden": str(huis.id)} | body)


def eindig(huis: Huis, wie: str, record: object) -> httpx.Response:
    return post(huis, wie, f"/vastleggingen/{record}/intrekking")


def geweigerd(antwoord: httpx.Response, code: str, status: int = 403) -> None:
    """Refused by this rule, with a sentence that says what to do."""
    assert (antwoord.status_code, antwoord.json().get("code")) == (status, code), antwoord.text
    assert len(antwoord.json()["detail"]) > 40


def id_van(huis: Huis, wie: str) -> str:
    return str(huis.stad.wie[wie].id)


# --- substitutes --------------------------------------------------------------------------------


def test_a_substitute_for_two_colleagues_keeps_the_one_when_the_other_ends(huis: Huis) -> None:
    organisatie = huis.wie("yusuf").actor.organisatie
    yara = professional(huis, 4, "Yara", organisatie, "wgs-schuldhulp")
    yon = professional(huis, 5, "Yon", organisatie, "wgs-schuldhulp")
    doet_mee(huis, yon)
    kid = huis.kid(huis.anna)
    wie: dict[str, Any] = {"medewerker": id_van(huis, yara), "soort": "vervangt", "van": BEGIN}
    eerste = post(huis, "yusuf", "/vervangers", **wie).json()["id"]
    tweede = post(huis, yon, "/vervangers", **wie, tot="2026-03-02").json()["id"]
    assert kid in huis.vraag(yara, kid).keys
    huis.stad.uur.nu += timedelta(days=1)
    huis.stad._tokens.clear()
    assert huis.vraag(yara, kid).waarom[kid].besluit.gebruikt == (UUID(eerste),)
    assert eindig(huis, yon, tweede).status_code == 200
    assert kid in huis.vraag(yara, kid).keys
    assert eindig(huis, "yusuf", eerste).status_code == 200
    assert not huis.vraag(yara, kid).relaties
