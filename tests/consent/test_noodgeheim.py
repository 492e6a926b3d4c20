"""What is secret in an emergency: opened by its holder, or agreed beforehand; by nothing else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from events.begrippen import Leefgebied
from tests.consent.nacht import REDEN, Nacht

ACUUT = "Het kind loopt gevaar; toestemming vragen kan nu niet."

# --- secrecy ------------------------------------------------------------------------------------


def test_what_is_secret_opens_only_by_its_holder(nacht: Nacht) -> None:
    geheim = nacht.kid(nacht.kees, bron="jeugdhulp-dossier", over=Leefgebied.VEILIGHEID)
    zorg = nacht.kid(nacht.kees, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID)
    nummer = nacht.genomen()
    assert not nacht.ziet(geheim)
    assert nacht.stap("bram", nummer, "openstelling", reden=ACUUT).status_code == 404
    nacht.doet_mee("bram")
    assert nacht.stap("yusuf", nummer, "openstelling", reden=ACUUT).status_code == 404
    for leeg in ("x", "Geen tijd.", "." * 40, "\u200b" * 40):
        answer = nacht.stap("bram", nummer, "openstelling", reden=leeg)
        assert (answer.status_code, answer.json()["code"]) == (400, "onjuiste-invoer"), leeg
    assert nacht.stap("bram", nummer, "openstelling", reden=ACUUT).status_code == 201
    assert nacht.ziet(geheim)
    assert not nacht.ziet(zorg)
    nacht.later(hours=5)
    assert not nacht.ziet(geheim)
    assert nacht.stap("bram", nummer, "openstelling", reden=ACUUT).json()["code"] == "nood-voorbij"


def test_every_holder_who_works_here_is_asked_and_sees_what_she_weighs(nacht: Nacht) -> None:
    nacht.doet_mee("bram")
    nummer = nacht.genomen()
    for wie, taken in (("bram", ["nood-openstellen"]), ("yusuf", []), ("sanne", [])):
        assert nacht.taken(wie) == taken, wie
    (taak,) = nacht.stad.zie("bram", f"/taken?huishouden={nacht.id}")["taken"]
    assert taak["pad"] == f"/noodtoegang/{nummer}/openstellen"
    pad = f"/noodtoegangen/{nummer}/openstelling"
    gezien = nacht.stad.zie("bram", pad)
    assert gezien["naam"] == "Nadia Bouzid"
    assert gezien["reden"] == REDEN
    for wie, status in (("yusuf", 404), ("sanne", 404), ("nadia", 404), ("joris", 404)):
        assert nacht.stad.vraag("GET", wie, pad).status_code == status, wie
    niets = nacht.stad.vraag("GET", "yusuf", f"/noodtoegangen/{UUID(int=404)}/openstelling")
    assert nacht.stad.vraag("GET", "yusuf", pad).json() == niets.json(), "one answer"
    assert nacht.stap("bram", nummer, "openstelling", reden=ACUUT).status_code == 201
    assert nacht.taken("bram") == []


@pytest.mark.parametrize("hoe", ["einde", "onterecht", "vanzelf"])
def test_what_asked_a_holder_is_over_when_the_access_has_closed(nacht: Nacht, hoe: str) -> None:
    nacht.doet_mee("bram")
    nummer = nacht.genomen()
    if hoe == "einde":
        nacht.stap("nadia", nummer, "einde")
    elif hoe == "onterecht":
        nacht.beoordeeld(nummer, "onterecht")
    else:
        nacht.consent.nood.dagelijks()
        assert nacht.taken("bram") == ["nood-openstellen"]  # it is open still
        nacht.later(hours=4)
        nacht.consent.nood.dagelijks()
    assert nacht.taken("bram") == []


# --- a safety core, agreed beforehand -----------------------------------------------------------


def _afspraak(nacht: Nacht, wie: str = "bram", **anders: Any) -> httpx.Response:
    body = {
        "huishouden": str(nacht.id), "persoon": str(nacht.kees), "onderwerpen": ["veiligheid"],
        "gegevenDoor": str(nacht.kees), "wijze": "in het overleg van 1 maart",
    } | anders  # fmt: skip
    return nacht.stad.vraag("POST", wie, "/noodafspraken", body)


def test_what_family_and_holder_agreed_opens_in_an_emergency_until_it_is_withdrawn(
    nacht: Nacht,
) -> None:
    veilig, school = (
        nacht.kid(nacht.kees, bron="jeugdhulp-dossier", over=over)
        for over in (Leefgebied.VEILIGHEID, Leefgebied.ONDERWIJS)
    )
    assert _afspraak(nacht).status_code == 404  # Bram does not work here yet
    nacht.doet_mee("bram")
    for wie, anders, code in (
        ("ellen", {}, "alleen-houder"),
        ("kees", {}, "alleen-houder"),
        ("bram", {"gegevenDoor": str(UUID(int=404))}, "mag-niet-namens"),
        ("bram", {"tot": "2026-03-01"}, "lopend-verleden"),
    ):
        answer = _afspraak(nacht, wie, **anders)
        assert answer.json()["code"] == code, (wie, answer.text)
    record = _afspraak(nacht).json()["id"]
    nacht.genomen()
    assert nacht.ziet(veilig)
    assert not nacht.ziet(school)
    nacht.trek_in(record, "kees")
    assert not nacht.ziet(veilig)


def test_ending_and_going_in_again_makes_nothing_agreed_beforehand(nacht: Nacht) -> None:
    veilig = nacht.kid(nacht.kees, bron="jeugdhulp-dossier", over=Leefgebied.VEILIGHEID)
    nacht.doet_mee("bram")
    nummer = nacht.genomen()
    assert _afspraak(nacht).status_code == 201
    assert nacht.stap("nadia", nummer, "einde").status_code == 201
    nacht.genomen()
    assert not nacht.ziet(veilig)


def test_an_agreement_for_emergencies_opens_nothing_else(nacht: Nacht) -> None:
    geheim = nacht.kid(nacht.kees, bron="jeugdhulp-dossier", over=Leefgebied.VEILIGHEID)
    nacht.doet_mee("bram")
    assert _afspraak(nacht).status_code == 201
    for wie in ("ellen", "yusuf", "nadia"):
        assert geheim not in nacht.vraag(wie, geheim).keys, wie
