"""Restriction decisions: with one, what a person sees is what a person sees who has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from events.begrippen import Leefgebied
from infra.auth import Rol
from tests.consent.huis import Huis
from tests.consent.test_omstandigheden import doet_mee, grond, professional, vast
from tests.portal.bezoeker import Bezoeker
from tests.system.stad import stad


class Klok:
    """Stands still until a test moves it: what two people see differs by nothing but them."""

    def __init__(self) -> None:
        self.nu = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.nu


class Twee(Huis):
    """Anna and Bert, looked at in the same way; only Anna also by who may stay unseen."""

    klok: Klok

    def later(self, **hoeveel: float) -> None:
        self.klok.nu += timedelta(**hoeveel)
        self.stad._tokens.clear()

    def voorstel(self, **anders: Any) -> dict[str, Any]:
        gebied = {"medewerkers": [str(self.stad.wie["sanne"].id)], "van": "2026-03-01"}
        return self.beperking(self.anna, gebied) | anders

    def besluit(self, **anders: Any) -> str:
        nummer = self.stad.doe("joris", "/beperkingen", self.voorstel(**anders))["id"]
        self.stad.doe("hanna", f"/beperkingen/{nummer}/besluit")
        return str(nummer)

    def kijkt(self, wie: str, *personen: UUID) -> None:
        for persoon in personen:
            kid = self.kid(persoon, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID)
            self.consent.vrijgave(self.wie(wie), self.id, [kid])

    def zicht(self, wie: str) -> str:
        """What she reads about who sees what of her, with herself blotted out."""
        persoon = str(self.wie(wie).actor.id)
        body = {"huishouden": str(self.id), "persoon": persoon}
        rijen = self.stad.vraag("POST", wie, "/simulaties", body).json()["rijen"]
        ander = str(self.bert if persoon == str(self.anna) else self.anna)
        zonder = [rij for rij in rijen if rij["wie"] not in (persoon, ander)]
        return str(zonder).replace(persoon, "…")

    def overzicht(self, wie: str) -> list[dict[str, Any]]:
        regels: list[dict[str, Any]] = self.stad.zie(
            wie, f"/personen/{self.wie(wie).actor.id}/inzagen"
        )["regels"]
        return regels

    def blad(self, wie: str) -> str:
        """The page "Wie keek er?" with who reads it blotted out, and her session."""
        bezoeker = Bezoeker(self.stad.client)
        bezoeker.meld_aan(self.wie(wie).actor.id)
        html = bezoeker.zie("/wie-keek")
        form = bezoeker.verborgen("/wie-keek", "/afmelden")["formulier"]
        persona = self.stad.wie[wie]
        return html.replace(form, "…").replace(persona.naam, "…").replace(str(persona.id), "…")


@pytest.fixture
def twee(tmp_path: Path) -> Iterator[Twee]:
    klok = Klok()
    with stad(tmp_path, klok) as made:
        huis = Twee(made)
        huis.klok = klok
        made.doe("ellen", f"/plannen/{huis.plan}/deelnemers", {
            "medewerker": str(made.wie["sanne"].id), "taak": "behandeling"})  # fmt: skip
        huis.later(minutes=1)
        yield huis


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


def vorm(value: Any) -> Any:
    """What something looks like: names, order, counts and kinds; of numbers, hashes and proofs only
    that they are there (how long a proof is follows from where in the tree a row stands)."""
    if isinstance(value, dict):
        return {
            naam: "bewijs" if naam in ("pad", "bewijs", "insluiting") else vorm(inner)
            for naam, inner in value.items()
        }
    if isinstance(value, list):
        return [vorm(inner) for inner in value]
    if isinstance(value, str):
        return re.sub(r"[0-9a-f]{16,}", "#", re.sub(r"[0-9a-f-]{36}", "#", value))
    return type(value).__name__


def test_her_export_and_the_api_for_lines_look_like_anybodys(twee: Twee) -> None:
    twee.besluit()
    for _ in range(3):
        twee.kijkt("yusuf", twee.anna, twee.bert)
        twee.kijkt("sanne", twee.anna)
    (sequencer,) = twee.stad.world.volgorde.consumers
    while sequencer.step():
        pass
    uitvoer, regels = [], []
    for wie in ("anna", "bert"):
        persoon = twee.wie(wie).actor.id
        uitvoer.append(twee.stad.zie(wie, f"/personen/{persoon}/inzagen/uitvoer"))
        body = {"dpl.core.data_subject_id": twee.consent.pseudoniemen.van(persoon)}
        lezen = twee.stad.vraag("POST", wie, "/logboek/processing-activities", body)
        assert lezen.status_code == 200, lezen.text
        regels.append(lezen.json()["processingActivities"])
    assert len(uitvoer[0]["regels"]) >= 6
    assert vorm(uitvoer[0]) == vorm(uitvoer[1])
    assert len(regels[0]) >= 3
    assert len(regels[0]) == len(regels[1])
    assert vorm(regels[0]) == vorm(regels[1])
    sanne = str(twee.stad.wie["sanne"].id)
    assert sanne not in str(uitvoer[0])


def test_a_look_at_two_is_withheld_from_both_and_neither_list_betrays_it(twee: Twee) -> None:
    """Bert, not named in the decision, against Evert, at whom nobody looked in secret."""
    stad = twee.stad
    huis, (dora, evert) = stad.huishouden("ellen", "Dora Proef", "Evert Proef")
    plan = stad.doe("ellen", f"/huishoudens/{huis}/plan", {})["id"]
    stad.doe("ellen", f"/plannen/{plan}/deelnemers", {
        "medewerker": str(stad.wie["yusuf"].id), "taak": "schuldhulp"})  # fmt: skip
    for naam, persoon in (("Dora", dora), ("Evert", evert)):
        stad.inwoner(naam, persoon)
    twee.besluit()
    thuis = {twee.id: (twee.anna, twee.bert), UUID(huis): (UUID(dora), UUID(evert))}
    for _ in range(2):
        for waar, samen in thuis.items():
            for wie, kid in (("yusuf", twee.kid(*samen)), ("ellen", twee.kid(samen[1]))):
                twee.consent.vrijgave(twee.wie(wie), waar, [kid])
        samen_gezien = twee.kid(
            twee.anna, twee.bert, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID
        )
        twee.consent.vrijgave(twee.wie("sanne"), twee.id, [samen_gezien])
    twee.teken()
    gezien = []
    for wie in ("bert", "evert"):
        persoon = twee.wie(wie).actor.id
        body = {"dpl.core.data_subject_id": twee.consent.pseudoniemen.van(persoon)}
        gezien.append([
            twee.overzicht(wie),
            vorm(stad.zie(wie, f"/personen/{persoon}/inzagen/uitvoer")),
            vorm(stad.vraag("POST", wie, "/logboek/processing-activities", body).json()),
            twee.blad(wie),
        ])  # fmt: skip
    assert gezien[0] == gezien[1]
    assert len(gezien[0][0]) == 4
    assert "praktijkondersteuner" not in str(gezien[0])
    twee.kijkt("sanne", twee.bert)  # at him alone: his to know
    assert "praktijkondersteuner" in str(twee.overzicht("bert"))
    assert "praktijkondersteuner" not in str(twee.overzicht("anna"))


def test_that_supervision_read_the_log_does_not_tell_what_there_was_to_read(twee: Twee) -> None:
    """Anna was looked at in secret, Bert not at all: what supervision does is told alike."""
    stad = twee.stad
    twee.besluit()
    spoor = UUID(int=1)
    kid = twee.kid(twee.anna, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID)
    twee.consent.vrijgave(twee.wie("sanne"), twee.id, [kid], vraag=spoor)
    twee.teken()
    log = f"/huishoudens/{twee.id}/inzagen"
    regels = stad.zie("joris", log)["regels"]
    (nr,) = [regel["nr"] for regel in regels if regel["persoon"] == str(twee.anna)]
    ldv = "/logboek/processing-activities"
    stad.zie("joris", f"{log}/uitvoer")
    stad.zie("joris", "/logboek/otlp")
    for pad, body in (
        (ldv, {"traceId": spoor.hex}),
        *((ldv, {"dpl.core.data_subject_id": twee.consent.pseudoniemen.van(wie)})
          for wie in (twee.anna, twee.bert)),
        (f"/logboek/regels/{nr}", {"reden": "Een klacht van de familie."}),
        ("/terugblikken", {"spoor": str(spoor), "reden": "Een klacht van de familie."}),
    ):  # fmt: skip
        assert stad.vraag("POST", "joris", pad, body).status_code == 200, pad
    assert twee.overzicht("anna") == twee.overzicht("bert")
    assert len(twee.overzicht("anna")) == 4  # household, export, central log, and asked by name


def test_a_parent_reads_in_the_list_of_a_child_no_look_that_is_withheld_from_her(
    twee: Twee,
) -> None:
    """Sanne looked at the child alone: Anna, from whom Sanne's looks are withheld, reads for it."""
    stad = twee.stad
    lia = UUID(stad.doe("ellen", f"/huishoudens/{twee.id}/leden", {
        "naam": "Lia Proef", "geboortedatum": "2018-01-05", "rol": "kind",
        "sinds": "2026-01-01", "reden": "gevormd"})["id"])  # fmt: skip
    stad.doe("ellen", f"/huishoudens/{twee.id}/leden/{lia}/gezag", {
        "uitkomst": "gezamenlijk-ouderlijk-gezag",
        "houders": [str(twee.anna), str(twee.bert)]})  # fmt: skip
    twee.besluit()
    twee.kijkt("sanne", lia)
    gezien = [str(stad.zie(wie, f"/personen/{lia}/inzagen")) for wie in ("anna", "bert")]
    assert ["praktijkondersteuner" in regels for regels in gezien] == [False, True]


@pytest.mark.parametrize("naar", ["medewerkers", "organisaties", "doelen"])
def test_who_sees_what_tells_of_no_record_for_a_look_that_is_withheld(
    twee: Twee, naar: str
) -> None:
    """A ground of Veilig Thuis, and a doctor who spoke without leave, about Anna only."""
    vera = professional(twee, 1, "Vera", "Veilig Thuis", "veilig-thuis")
    doet_mee(twee, vera)
    wie = [twee.stad.wie[naam] for naam in (vera, "sanne")]
    gebied = {
        "medewerkers": [str(persona.id) for persona in wie],
        "organisaties": [persona.organisatie for persona in wie],
        "doelen": ["veilig-thuis"],
    }
    twee.besluit(toepassingsgebied={naar: gebied[naar], "van": "2026-03-01"})
    twee.toestemming()
    twee.toestemming(persoon=str(twee.bert), gegevenDoor=str(twee.bert), wie="bert")
    voor = [twee.zicht(wie) for wie in ("anna", "bert")]
    assert voor[0] == voor[1]
    grond(twee, vera, twee.anna, "veilig-thuis", "wmo", "veiligheid")
    if naar != "doelen":
        gesproken = {
            "wat": "doorbreking", "herkomst": "zorg-behandeling", "onderwerpen": ["veiligheid"],
            "ontvanger": {"medewerker": str(twee.stad.wie[vera].id)}, "van": "2026-03-01",
            "afweging": "Er is acuut gevaar en een lichter middel helpt hier niet meer.",
        }  # fmt: skip
        assert vast(twee, "sanne", twee.anna, gesproken).status_code == 201
    assert twee.zicht("anna") == twee.zicht("bert") == voor[0]
    grond(twee, "yusuf", twee.anna, "schuldhulp", "wmo", "wonen")
    assert twee.zicht("anna") != voor[0]  # what is not withheld counts


def test_nothing_in_a_fact_or_a_column_says_whom_a_restriction_is_about(twee: Twee) -> None:
    nummer = UUID(twee.besluit())
    twee.stad.doe("hanna", f"/beperkingen/{nummer}/einde", {"reden": "Het gevaar is voorbij."})
    ander = UUID(twee.besluit())
    wie = (twee.anna.hex, str(twee.anna))
    with twee.consent.database.read() as tx:
        feiten = tx.execute(
            text("SELECT topic, state FROM stored_events WHERE originator_id IN (:een, :twee)"),
            {"een": nummer.hex, "twee": ander.hex},
        ).all()
        rijen = tx.execute(
            text(
                "SELECT sleutel, huishouden, persoon, medewerker FROM beslisfeiten "
                "WHERE soort = 'beperking'"
            )
        ).all()
    assert len(feiten) == 5
    assert len(rijen) == 1
    assert not [rij for rij in (*feiten, *rijen) if any(naam in str(rij) for naam in wie)]


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
