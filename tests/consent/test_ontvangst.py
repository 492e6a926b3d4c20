"""A toestemming is for a purpose it can open something for, to a receiver who works here; and
whether it is accepted tells nobody what was recorded before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from events.waarden import Doel
from tests.consent.huis import Huis
from tests.system.stad import stad


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("ontvangst")) as made:
        yield Huis(made)


@pytest.fixture
def vers(tmp_path: Path) -> Iterator[Huis]:
    with stad(tmp_path) as made:
        yield Huis(made)


def _geef(huis: Huis, doel: str, regime: str, aan: str) -> httpx.Response:
    return huis.stad.vraag("POST", "anna", "/toestemmingen", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "doel": doel, "regimes": [regime],
        "onderwerpen": ["wonen"], "ontvanger": {"medewerker": str(huis.stad.wie[aan].id)},
        "gegevenDoor": str(huis.anna), "wijze": "mondeling",
    })  # fmt: skip


@pytest.mark.parametrize(
    ("doel", "regime", "aan"),
    [("noodhulp", "wgs", "ellen"), ("veiligheidshuis", "zorg", "yusuf"), ("regie", "wgs", "yusuf"),
     ("schuldhulp", "zorg", "ellen"), ("toezicht", "wgs", "ellen"), ("regie", "wmo", "ellen")],
)  # fmt: skip
def test_a_purpose_without_a_rule_for_the_receiver_is_refused(
    huis: Huis, doel: str, regime: str, aan: str
) -> None:
    antwoord = _geef(huis, doel, regime, aan)
    assert (antwoord.status_code, antwoord.json()["code"]) == (409, "opent-niets"), antwoord.text


def test_what_is_offered_is_accepted_and_what_is_not_is_refused(huis: Huis) -> None:
    for aan in ("ellen", "yusuf"):
        pad = f"/huishoudens/{huis.id}/ontvangers/{huis.stad.wie[aan].id}/doelen"
        wel = {d["doel"]: d["regimes"] for d in huis.stad.zie("anna", pad)["doelen"]}
        assert wel
        for doel in Doel:
            (regime, *_) = wel.get(doel.value, ["wgs"])
            antwoord = _geef(huis, doel.value, regime, aan)
            assert (antwoord.status_code == 201) == (doel.value in wel), (aan, doel)
    pad = f"/huishoudens/{huis.id}/ontvangers/{huis.stad.wie['ellen'].id}/doelen"
    assert huis.stad.vraag("GET", "tom", pad).status_code == 404


def _leg(huis: Huis, wie: str, **anders: Any) -> httpx.Response:
    return huis.stad.vraag("POST", wie, "/toestemmingen", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "doel": "regie", "regimes": ["wgs"],
        "onderwerpen": ["financien-en-schulden"], "gegevenDoor": str(huis.anna),
        "ontvanger": {"medewerker": str(huis.stad.wie["ellen"].id)}, "wijze": "mondeling",
    } | anders)  # fmt: skip


def test_who_does_not_know_of_a_consent_does_not_learn_of_it(vers: Huis) -> None:
    """Anna gave it herself, for Ellen: both are told that it runs; Yusuf is not."""
    eerste = vers.toestemming()
    for wie in ("anna", "ellen"):
        assert _leg(vers, wie).json()["code"] == "loopt-al", wie
    tweede = _leg(vers, "yusuf")
    assert tweede.status_code == 201
    assert _leg(vers, "yusuf").json()["code"] == "loopt-al", "now it is his own"
    kid = vers.kid(vers.anna)
    assert vers.vraag("ellen", kid).keys
    vers.trek_in(eerste)
    vers.trek_in(tweede.json()["id"])
    assert not vers.vraag("ellen", kid).keys


def test_who_does_not_know_of_an_objection_does_not_learn_of_it(vers: Huis) -> None:
    """What he records opens nothing; Anna, and Ellen whose task it stops, are told."""
    vers.stad.doe("anna", "/bezwaren", {
        "huishouden": str(vers.id), "persoon": str(vers.anna), "doel": "regie",
        "regimes": ["wgs"], "reden": "Liever niet."})  # fmt: skip
    for wie in ("anna", "ellen"):
        assert _leg(vers, wie).json()["code"] == "bezwaar-staat", wie
    assert _leg(vers, "yusuf").status_code == 201
    assert not vers.vraag("ellen", vers.kid(vers.anna)).keys
    # Nor by an organisation, for a purpose of others in it.
    team = {"organisatie": vers.wie("ellen").actor.organisatie}
    assert _leg(vers, "ellen", ontvanger=team).status_code == 201


def test_a_purpose_that_opens_nothing_is_told_before_what_was_recorded(vers: Huis) -> None:
    vers.stad.doe("anna", "/bezwaren", {
        "huishouden": str(vers.id), "persoon": str(vers.anna), "doel": "schuldhulp",
        "reden": "Liever niet."})  # fmt: skip
    niets = {"doel": "schuldhulp", "regimes": ["zorg"]}
    assert _leg(vers, "ellen", **niets).json()["code"] == "opent-niets"


def test_what_a_refusal_tells_of_another_record_is_on_the_record(vers: Huis) -> None:
    vers.toestemming()
    _leg(vers, "ellen")
    (rij,) = [rij for rij in vers.log() if rij["actie"] == "toestemming"]
    assert (rij["wie"].split()[0], [deel["onderwerp"] for deel in rij["gezien"]]) == (
        "Ellen", ["delen"])  # fmt: skip


@pytest.mark.parametrize("pad", ["/toestemmingen", "/opheffingen"])
def test_nobody_is_no_receiver(huis: Huis, pad: str) -> None:
    """Who does not belong here, or supervises: also not as the name of an organisation."""
    body: dict[str, Any] = {
        "huishouden": str(huis.id), "persoon": str(huis.bert), "gegevenDoor": str(huis.bert),
    }  # fmt: skip
    if pad == "/opheffingen":
        body |= {"herkomst": "zorg-behandeling", "houder": "de huisarts"}
    else:
        body |= {"doel": "regie", "regimes": ["wgs"], "onderwerpen": ["wonen"], "wijze": "zelf"}
    for ontvanger in (
        {"medewerker": str(uuid4())}, {"medewerker": str(huis.stad.wie["joris"].id)},
        {"organisatie": "Onbestaande BV <b>"},
    ):  # fmt: skip
        antwoord = huis.stad.vraag("POST", "bert", pad, body | {"ontvanger": ontvanger})
        assert (antwoord.status_code, antwoord.json()["code"]) == (409, "ontvanger-onbekend")
        assert "BV" not in antwoord.text
    team = {"organisatie": huis.wie("ellen").actor.organisatie}
    antwoord = huis.stad.vraag("POST", "bert", pad, body | {"ontvanger": team})
    assert antwoord.status_code == 201, antwoord.text
