"""Restriction decisions: with one, what a person sees is what a person sees who has none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from infra.auth import Rol
from infra.decider import NietBekend
from tests.consent.twee import Twee


def test_without_a_decision_nothing_is_withheld(twee: Twee) -> None:
    twee.kijkt("yusuf", twee.anna, twee.bert)
    twee.kijkt("sanne", twee.anna)
    assert len(twee.overzicht("anna")) == len(twee.overzicht("bert")) + 1
    twee.stad.doe("joris", "/beperkingen", twee.voorstel())  # a proposal withholds nothing
    assert any("praktijkondersteuner" in str(regel) for regel in twee.overzicht("anna"))


@pytest.mark.parametrize("naar", ["medewerker", "doel"])
def test_what_she_sees_is_what_somebody_sees_without_shielded_lines(twee: Twee, naar: str) -> None:
    """Sanne names no purpose: that of her task held, and the decision withholds that one too."""
    gebied = {"doelen": ["zorg"], "van": "2026-03-01"}
    twee.besluit(**({"toepassingsgebied": gebied} if naar == "doel" else {}))
    for _ in range(3):
        twee.kijkt("yusuf", twee.anna, twee.bert)
        twee.kijkt("sanne", twee.anna)
        twee.kijkt("ellen", twee.anna, twee.bert)
    anna, bert = twee.overzicht("anna"), twee.overzicht("bert")
    assert len(anna) >= 6
    assert str(anna).replace(str(twee.anna), "…") == str(bert).replace(str(twee.bert), "…")
    assert not any("praktijkondersteuner" in str(regel) for regel in anna)
    assert twee.blad("anna") == twee.blad("bert")


def test_after_the_end_and_after_it_was_ended_the_lines_are_there(twee: Twee) -> None:
    def gezien() -> int:
        return sum("praktijkondersteuner" in str(regel) for regel in twee.overzicht("anna"))

    twee.kijkt("sanne", twee.anna)
    eerste = twee.besluit()
    assert gezien() == 0
    answer = twee.stad.vraag("POST", "joris", f"/beperkingen/{eerste}/einde", {"reden": "Klaar."})
    assert answer.status_code == 404
    twee.stad.doe("hanna", f"/beperkingen/{eerste}/einde", {"reden": "Het gevaar is voorbij."})
    assert gezien() == 1
    twee.besluit()
    assert gezien() == 0
    twee.klok.nu = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)  # the last day
    twee.stad._tokens.clear()
    assert gezien() == 0
    twee.later(days=1)
    assert gezien() == 1


@pytest.mark.parametrize(
    ("gebied", "dicht"),
    [
        ({"organisaties": ["Huisartsenpraktijk De Linde"], "van": "2026-03-02"}, True),
        ({"organisaties": ["Huisartsenpraktijk De Linde"], "van": "2026-03-03"}, False),
        ({"organisaties": ["Wijkteam Noord"], "van": "2026-03-01"}, False),
        ({"doelen": ["zorg"], "van": "2026-03-01"}, True),
        ({"doelen": ["noodhulp"], "van": "2026-03-01"}, False),
        ({"organisaties": ["Huisartsenpraktijk De Linde"], "van": "2026-02-01",
          "tot": "2026-03-01"}, False),
    ],
)  # fmt: skip
def test_a_decision_withholds_what_it_names_and_no_more(
    twee: Twee, gebied: dict[str, Any], dicht: bool
) -> None:
    twee.kijkt("sanne", twee.anna, twee.bert)
    twee.besluit(toepassingsgebied=gebied)
    assert any("praktijkondersteuner" in str(r) for r in twee.overzicht("anna")) is not dicht
    assert any("praktijkondersteuner" in str(r) for r in twee.overzicht("bert"))


def test_supervision_sees_every_line(twee: Twee) -> None:
    twee.besluit()
    twee.kijkt("sanne", twee.anna)
    for wie in ("joris", "femke"):
        regels = twee.stad.zie(wie, f"/huishoudens/{twee.id}/inzagen")["regels"]
        assert any("Sanne" in str(regel) for regel in regels), wie


def test_one_prepares_another_decides_and_neither_about_her_own_looks(twee: Twee) -> None:
    for wie in ("hanna", "femke", "pieter", "ellen", "sanne", "anna"):
        answer = twee.stad.vraag("POST", wie, "/beperkingen", twee.voorstel())
        assert answer.status_code == 404, wie
    nummer = twee.stad.doe("joris", "/beperkingen", twee.voorstel())["id"]
    besluit = f"/beperkingen/{nummer}/besluit"
    for wie in ("joris", "femke", "pieter", "ellen", "sanne", "anna"):
        assert twee.stad.vraag("POST", wie, besluit).status_code == 404, wie
    staff, joris = twee.stad.world.staff, twee.stad.wie["joris"]
    staff.add(joris.model_copy(update={"rol": Rol.BESLISSER}))
    twee.stad._tokens.clear()
    assert twee.stad.vraag("POST", "joris", besluit).json()["code"] == "zelf-voorbereid"
    staff.add(joris)
    twee.stad._tokens.clear()
    over_joris = {"medewerkers": [str(joris.id)], "van": "2026-03-01"}
    answer = twee.stad.vraag(
        "POST", "joris", "/beperkingen", twee.voorstel(toepassingsgebied=over_joris)
    )
    assert answer.json()["code"] == "eigen-inzage"
    twee.stad.doe("hanna", besluit)
    assert twee.stad.vraag("POST", "hanna", besluit).json()["code"] == "al-besloten"


def test_nobody_withholds_what_supervision_at_her_own_organisation_does(twee: Twee) -> None:
    """Though nobody of them ever looked at Anna: the decision would hold for what comes."""
    stad, joris, hanna = twee.stad, twee.stad.wie["joris"], twee.stad.wie["hanna"]
    elders = {"organisaties": ["Elders"], "van": "2026-03-01"}
    ander = stad.doe("joris", "/beperkingen", twee.voorstel(toepassingsgebied=elders))["id"]
    for gebied in (
        {"organisaties": [joris.organisatie]}, {"doelen": ["toezicht"]},
        {"medewerkers": [str(hanna.id)]},
    ):  # fmt: skip
        voorstel = twee.voorstel(toepassingsgebied=gebied | {"van": "2026-03-01"})
        answer = stad.vraag("POST", "joris", "/beperkingen", voorstel)
        assert (answer.status_code, answer.json()["code"]) == (403, "eigen-toezicht"), gebied
    stad.world.staff.add(hanna.model_copy(update={"organisatie": "Elders"}))
    stad._tokens.clear()
    answer = stad.vraag("POST", "hanna", f"/beperkingen/{ander}/besluit")
    assert answer.json()["code"] == "eigen-toezicht"
    stad.doe("hanna", f"/beperkingen/{ander}/einde", {"reden": "Zo kan dit niet."})


@pytest.mark.parametrize(
    ("anders", "status", "code"),
    [
        ({"toepassingsgebied": {"van": "2026-03-01"}}, 409, "leeg-bereik"),
        ({"herzienOp": "2026-03-02"}, 409, "herzien-na-einde"),
        ({"herzienOp": "2026-06-01"}, 409, "herzien-na-einde"),
        ({"herzienOp": "2027-03-03", "tot": "2027-03-03"}, 409, "duurt-te-lang"),
        ({"tot": "2028-03-02"}, 409, "duurt-te-lang"),
        ({"gronden": []}, 400, "onjuiste-invoer"),
        ({"gronden": ["k"]}, 400, "onjuiste-invoer"),
        ({"risicos": " "}, 400, "onjuiste-invoer"),
        ({"weging": None}, 400, "onjuiste-invoer"),
        ({"persoon": str(UUID(int=404))}, 404, "niet-bekend"),
    ],
)
def test_all_of_the_law_is_asked(
    twee: Twee, anders: dict[str, Any], status: int, code: str
) -> None:
    voor = twee.regels()
    answer = twee.stad.vraag("POST", "joris", "/beperkingen", twee.voorstel(**anders))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert twee.regels() == voor


def test_review_is_a_task_once_and_is_over_when_it_ends(twee: Twee) -> None:
    def taken(wie: str) -> list[str]:
        return [taak["soort"] for taak in twee.stad.zie(wie, "/taken")["taken"]]

    nummer = twee.stad.doe("joris", "/beperkingen", twee.voorstel())["id"]
    assert taken("hanna") == ["beperking-beslissen"]
    twee.stad.doe("hanna", f"/beperkingen/{nummer}/besluit")
    assert taken("hanna") == []
    twee.later(days=31)
    for _ in range(2):
        twee.consent.beperkingen.dagelijks()
    assert taken("joris") == ["beperking-herzien"]
    twee.stad.doe("hanna", f"/beperkingen/{nummer}/einde", {"reden": "Voorbij."})
    assert taken("joris") == []


def test_who_reads_the_decision(twee: Twee) -> None:
    nummer = twee.besluit()
    for wie, ziet in (("joris", True), ("hanna", True), ("femke", False)):
        gezien = twee.stad.zie(wie, f"/beperkingen/{nummer}")
        assert gezien["besloten"] is True
        assert ("Overwogen: risicos." in str(gezien)) is ziet, wie
        (een,) = twee.stad.zie(wie, "/beperkingen")["beperkingen"]
        assert een["stappen"] == []
    for wie in ("ellen", "sanne", "pieter", "anna", "bert"):
        for pad in ("/beperkingen", f"/beperkingen/{nummer}"):
            assert twee.stad.vraag("GET", wie, pad).status_code == 404, wie


def test_the_begin_of_a_number_finds_one_person_or_nobody(twee: Twee) -> None:
    """Who is not there, who is not alone and who asks without being the privacy officer: alike."""
    begin = str(twee.anna)[:8]
    answer = twee.stad.vraag("POST", "joris", "/beperkingen", twee.voorstel(persoon=begin))
    assert answer.status_code == 201, answer.text
    gezien = twee.stad.zie("joris", f"/beperkingen/{answer.json()['id']}")
    assert gezien["persoon"] == str(twee.anna)
    niemand = "00000000" if begin != "00000000" else "11111111"
    fout = {
        wie: twee.stad.vraag("POST", wie, "/beperkingen", twee.voorstel(persoon=nummer))
        for wie, nummer in (("joris", niemand), ("hanna", begin), ("ellen", begin))
    }
    for wie, antwoord in fout.items():
        assert (antwoord.status_code, antwoord.json()) == (404, fout["joris"].json()), wie
    beperkingen, gevraagd = twee.consent.beperkingen, []
    for begin in ("", niemand):  # with "" begins the number of Anna, and of Bert
        with twee.statements() as ran, pytest.raises(NietBekend):
            beperkingen.persoon(twee.wie("joris"), begin)
        gevraagd.append(ran)
    assert gevraagd[0] == gevraagd[1]
