"""Three roles: one decides, one prepares and executes, one sees the metadata of all and advises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from infra.logbook import logregels
from services.consent.log.register import FG, register
from tests.consent.huis import Huis
from tests.system.stad import stad

IEDEREEN = ("ellen", "yusuf", "tom", "nadia", "hanna", "joris", "femke", "wil", "pieter", "anna")
"""Regisseur, participant, outsider, crisis, beslisser, privacy officer, both FGs, duty manager,
resident."""
GEHEIM = "Een inwoner klaagt over haar consulent."


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("rollen")) as made:
        yield Huis(made)


def status(huis: Huis, wie: str, pad: str, body: Any = None, methode: str = "POST") -> int:
    return huis.stad.vraag(methode, wie, pad, body).status_code


# --- the FG decides nothing, and her own work is hers -------------------------------------------


def test_the_fg_decides_and_prepares_nothing(huis: Huis) -> None:
    ergens = uuid4()
    for pad, body in (
        (f"/noodtoegangen/{ergens}/voorbereiding", {"advies": "Ja."}),
        (f"/noodtoegangen/{ergens}/oordeel", {"uitkomst": "terecht", "motivering": "Ja, terecht."}),
        (f"/noodtoegangen/{ergens}/vrijgave", {"reden": "Ja."}),
        (f"/beperkingen/{ergens}/besluit", None),
        (f"/beperkingen/{ergens}/einde", {"reden": "Ja."}),
        (f"/personen/{huis.anna}/wissing", {}),
        (f"/huishoudens/{huis.id}/regie", {
            "regisseur": str(huis.stad.wie["ellen"].id), "mandaat": huis.stad.mensen(),
            "reden": "Ja."}),
    ):  # fmt: skip
        for wie in ("femke", "wil"):
            assert status(huis, wie, pad, body) in (403, 404), pad


def test_what_the_fg_works_on_is_seen_by_the_fg_alone(huis: Huis) -> None:
    huis.stad.doe("femke", "/aantekeningen", {"tekst": GEHEIM, "uiterlijk": "2026-04-01"})
    for wie in IEDEREEN:
        eigen = wie in ("femke", "wil")
        lezen = huis.stad.vraag("GET", wie, "/aantekeningen")
        assert (lezen.status_code == 200, GEHEIM in lezen.text) == (eigen, eigen), wie
        if not eigen:
            niets = huis.stad.vraag("GET", wie, f"/dossiers/{uuid4()}")
            assert lezen.json() == niets.json()  # as what does not exist
            assert status(huis, wie, "/aantekeningen", {"tekst": GEHEIM}) == 404
        taken = huis.stad.zie(wie, "/taken")["taken"]
        assert ("fg-werk" in [taak["soort"] for taak in taken]) is eigen, wie


def test_the_work_of_the_fg_is_in_no_list_of_anybody_else(huis: Huis) -> None:
    (taak,) = (t for t in huis.stad.zie("femke", "/taken")["taken"] if t["soort"] == "fg-werk")
    for wie in IEDEREEN:
        if wie not in ("femke", "wil"):
            pad = f"/taken/{taak['id']}/afhandeling"
            assert status(huis, wie, pad, {"uitkomst": "Gedaan."}) == 404, wie
            dossier = huis.stad.vraag("GET", wie, f"/dossiers/{huis.id}")
            assert GEHEIM not in dossier.text
    huis.stad.doe("femke", f"/taken/{taak['id']}/afhandeling", {"uitkomst": "Beantwoord."})
    (stuk,) = huis.stad.zie("femke", "/aantekeningen")["aantekeningen"]
    assert (stuk["tekst"], stuk["open"]) == (GEHEIM, False)


def test_nothing_of_the_fgs_work_is_readable_on_disk(huis: Huis) -> None:
    folder = huis.stad.world.settings.data
    for path in folder.glob("*.sqlite*"):
        assert GEHEIM.encode() not in path.read_bytes()


def test_advice_reaches_who_prepares_and_decides(huis: Huis) -> None:
    over = str(uuid4())
    body = {"over": over, "advies": "Weeg ook het belang van het kind."}
    for wie in IEDEREEN:
        if wie not in ("femke", "wil"):
            assert status(huis, wie, "/adviezen", body) == 404, wie
    huis.stad.doe("femke", "/adviezen", body)
    for wie in IEDEREEN:
        mag = wie in ("femke", "wil", "joris", "hanna")
        answer = huis.stad.vraag("GET", wie, f"/adviezen/{over}")
        assert (answer.status_code == 200) is mag, wie
        assert ("belang van het kind" in answer.text) is mag, wie
    for wie in ("joris", "hanna"):
        soorten = [taak["soort"] for taak in huis.stad.zie(wie, "/taken")["taken"]]
        assert "fg-advies" in soorten


def test_whom_it_is_about_learns_that_the_fg_looked_and_staff_learns_nothing(huis: Huis) -> None:
    """Without a decision nothing is withheld from a resident; the rest is the FG's secret."""
    stad, reden = huis.stad, {"reden": f"{GEHEIM} Kijk na."}
    spoor = huis.vraag_in_spoor("yusuf", huis.kid(huis.anna))
    eerst, voor = len(huis.van("anna")), huis.regels()
    stad.zie("femke", f"/huishoudens/{huis.id}/inzagen")
    stad.vraag("POST", "femke", "/terugblikken", {"spoor": spoor, **reden})
    stad.vraag("POST", "femke", "/simulaties", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), **reden})  # fmt: skip
    nieuw = huis.van("anna")[eerst:]
    assert len(nieuw) == 3
    for regel in nieuw:
        regel.pop("tijdstip")
        assert regel == {
            "wie": "functionaris gegevensbescherming", "naam": None,
            "functie": "functionaris gegevensbescherming", "organisatie": None,
            "waarvoor": "om toezicht te houden op de privacy", "wat": ["wie uw gegevens zag"],
            "waarom": "", "grond": "", "uitkomst": "gezien",
        }  # fmt: skip
    huis.teken()
    uitvoer = stad.zie("anna", f"/personen/{huis.anna}/inzagen/uitvoer")
    assert GEHEIM not in str(uitvoer)
    assert "Femke" not in str(uitvoer)
    vragen = [r["delen"]["delen"] for r in uitvoer["regels"] if r["soort"] == "uitleg"]
    assert [set(deel) for deel in vragen] == [{"verbintenis"}]  # of which kinds she asked: closed

    fg, bij_fg = str(stad.wie["femke"].id), register("9999").uri(FG, stad.uur.nu.date())
    gezien = [
        stad.vraag("GET", "joris", f"/huishoudens/{huis.id}/inzagen").text,
        stad.vraag("GET", "joris", f"/huishoudens/{huis.id}/inzagen/uitvoer").text,
        stad.vraag("GET", "joris", "/logboek/otlp").text,
    ]
    with huis.consent.database.read() as tx:
        rijen = list(huis.consent.logboek.read(tx, select(logregels).where(logregels.c.nr > voor)))
        blikken = huis.consent.loginzage.onder_record(tx, rijen)
    van_de_fg = [blik.regel.nr for blik in blikken if blik.door.get("rol") == "fg"]
    assert len(van_de_fg) >= 6
    for nr in van_de_fg:
        answer = stad.vraag("POST", "joris", f"/logboek/regels/{nr}", reden)
        assert answer.status_code == 404
        gezien.append(answer.text)
    for text in gezien:
        assert not [woord for woord in (GEHEIM, "Femke", fg, bij_fg) if woord in text]
    bij_wil = stad.zie("wil", f"/huishoudens/{huis.id}/inzagen")["regels"]
    assert "Femke" in str(bij_wil)


def test_a_decision_can_withhold_that_the_fg_looked(huis: Huis) -> None:
    huis.stad.zie("wil", f"/huishoudens/{huis.id}/inzagen")
    eerst = huis.van("bert")
    assert "functionaris gegevensbescherming" in str(eerst)
    gebied = {"medewerkers": [str(huis.stad.wie[fg].id) for fg in ("wil", "femke")],
              "van": "2026-03-01"}  # fmt: skip
    nummer = huis.stad.doe("joris", "/beperkingen", huis.beperking(huis.bert, gebied))["id"]
    huis.stad.doe("hanna", f"/beperkingen/{nummer}/besluit")
    assert "functionaris gegevensbescherming" not in str(huis.van("bert"))


# --- the metadata of all, and more only with a reason -------------------------------------------


def test_more_than_the_metadata_of_a_line_asks_a_reason_that_is_on_the_record(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    nr = huis.regels()
    pad = f"/logboek/regels/{nr}"
    reden = {"reden": "Klacht van 2 maart: wat werd hier precies gevraagd?"}
    for wie in IEDEREEN:
        if wie != "joris":
            assert status(huis, wie, pad, reden) == 404, wie
    for kort in ({}, {"reden": "nodig"}, {"reden": " " * 40}):
        assert status(huis, "joris", pad, kort) == 400
    voor = huis.regels()
    answer = huis.stad.vraag("POST", "joris", pad, reden)
    assert answer.status_code == 200
    assert answer.json()["nr"] == nr
    assert answer.json()["inhoud"]
    assert huis.regels() == voor + 2  # who read it and why; and a line for whom it was about
    with huis.consent.database.read() as tx:
        (record,) = huis.consent.logboek.read(
            tx, select(logregels).where(logregels.c.nr == voor + 1)
        )
    assert record.regel.inhoud["vraag"]["reden"] == reden["reden"]
    assert status(huis, "joris", "/logboek/regels/99999999", reden) == 404


def test_without_a_log_nothing_more_is_read(huis: Huis, monkeypatch: pytest.MonkeyPatch) -> None:
    def weg(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(huis.consent.logboek, "write", weg)
    for pad, body in (
        ("/logboek/regels/1", {"reden": "Klacht van 2 maart over deze regel."}),
        (f"/adviezen/{UUID(int=1)}", None),
    ):
        answer = huis.stad.vraag("POST" if body else "GET", "joris", pad, body)
        assert answer.status_code == 500
        assert "inhoud" not in answer.json()
