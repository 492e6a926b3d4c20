"""Tasks: whose they are, that they come once, and that nobody else learns of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from infra.auth import Rol
from infra.decider import NietBekend
from services.consent.tijd import taken as module
from services.consent.tijd.taken import Taaksoort, soorten
from tests.consent.huis import NERGENS, Huis

DAG = date(2026, 6, 1)
ROLLEN = ("beslisser", "privacy-officer", "fg")


@pytest.fixture(autouse=True)
def _soorten(monkeypatch: pytest.MonkeyPatch) -> None:
    proef = {
        "proef": Taaksoort(over="persoon", zin="Er is iets.", doe="Doe iets."),
        "elders": Taaksoort(
            over="huishouden", afhandeling="elders", zin="Er is iets.", doe="Doe het daar.",
            pad="/nood/{bij}",
        ),
    }  # fmt: skip
    monkeypatch.setattr(module, "soorten", lambda: soorten() | proef)


def ontsta(huis: Huis, voor: str = "regisseur", soort: str = "proef", **meer: UUID) -> UUID:
    taken = huis.consent.taken
    taak = {"huishouden": huis.id} | meer
    nummer = taken.ontsta(soort, voor, huis.kees, DAG, taken.systeem(), **taak)
    huis.stad.world.worker.drain()
    return nummer


def zie(huis: Huis, wie: str, **params: str) -> list[str]:
    return [taak["id"] for taak in huis.stad.zie(wie, "/taken", **params)["taken"]]


def handel_af(huis: Huis, wie: str, taak: UUID, **meer: dict[str, str]) -> int:
    body = {"uitkomst": "Besproken aan tafel."}
    return huis.stad.vraag("POST", wie, f"/taken/{taak}/afhandeling", body, **meer).status_code


def test_the_regisseur_sees_it_and_says_what_was_done(huis: Huis) -> None:
    taak = ontsta(huis)
    (gezien,) = huis.stad.zie("ellen", "/taken")["taken"]
    assert gezien["id"] == str(taak)
    assert gezien["over"] == str(huis.kees)
    assert gezien["uiterlijk"] == "2026-06-01"
    assert gezien["hier"] is True
    assert handel_af(huis, "ellen", taak) == 200
    assert zie(huis, "ellen") == []
    assert handel_af(huis, "ellen", taak) == 404


def test_the_same_task_comes_once_also_after_it_was_done(huis: Huis) -> None:
    taak = ontsta(huis)
    assert ontsta(huis) == taak
    assert ontsta(huis, bij=uuid4()) != taak
    assert handel_af(huis, "ellen", taak) == 200
    assert ontsta(huis) == taak
    assert str(taak) not in zie(huis, "ellen")


def test_a_repeated_request_gives_the_same_answer(huis: Huis) -> None:
    taak = ontsta(huis)
    sleutel = {"Idempotency-Key": str(uuid4())}
    assert handel_af(huis, "ellen", taak, headers=sleutel) == 200
    assert handel_af(huis, "ellen", taak, headers=sleutel) == 200


def test_for_anybody_else_it_does_not_exist(huis: Huis) -> None:
    """The same answer and the same statements as for a task that is not there."""
    taak = ontsta(huis)
    for wie in ("yusuf", "tom", "anna", "joris"):
        assert zie(huis, wie) == []
        antwoorden, sporen = [], []
        for nummer in (taak, NERGENS):
            with huis.statements() as ran:
                antwoorden.append(handel_af(huis, wie, nummer))
            sporen.append(ran)
        assert antwoorden == [404, 404]
        assert sporen[0] == sporen[1]
    assert zie(huis, "ellen") == [str(taak)]


@pytest.mark.parametrize("rol", ROLLEN)
def test_an_office_sees_its_own_tasks_only(huis: Huis, rol: str) -> None:
    taak = ontsta(huis, voor=rol)
    taken = huis.consent.taken
    for ander in Rol:
        wie = replace(huis.wie("joris"), rol=ander)
        assert [t.id for t in taken.voor(wie)] == ([taak] if ander.value == rol else [])
        if ander.value != rol:
            with pytest.raises(NietBekend):
                taken.handel_af(taak, wie, "klaar", taken.systeem())


def test_a_task_for_one_professional_is_hers_only(huis: Huis) -> None:
    yusuf = huis.wie("yusuf").actor.id
    taak = ontsta(huis, voor="medewerker", medewerker=yusuf)
    assert zie(huis, "yusuf") == [str(taak)]
    assert zie(huis, "ellen") == []


def test_a_handover_takes_the_tasks_along(huis: Huis) -> None:
    taak = ontsta(huis)
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/regie", {
        "regisseur": str(huis.stad.wie["ruben"].id), "reden": "Ander werk.",
        "mandaat": huis.stad.mensen()})  # fmt: skip
    assert zie(huis, "ellen") == []
    assert zie(huis, "ruben") == [str(taak)]


def test_of_one_household_if_asked(huis: Huis) -> None:
    taak = ontsta(huis)
    ontsta(huis, huishouden=huis.id, voor="medewerker", medewerker=huis.wie("ellen").actor.id)
    assert len(zie(huis, "ellen")) == 2
    assert str(taak) in zie(huis, "ellen", huishouden=str(huis.id))
    assert zie(huis, "ellen", huishouden=str(NERGENS)) == []


def test_a_task_that_is_done_elsewhere_is_not_done_by_saying_so(huis: Huis) -> None:
    bij = uuid4()
    taak = ontsta(huis, soort="elders", bij=bij)
    (gezien,) = huis.stad.zie("ellen", "/taken")["taken"]
    assert (gezien["hier"], gezien["pad"]) == (False, f"/nood/{bij}")
    assert handel_af(huis, "ellen", taak) == 409
    taken = huis.consent.taken
    assert taken.wacht(taak)
    taken.handel_af(taak, None, "Het is gedaan.", taken.systeem())
    assert not taken.wacht(taak)
    assert zie(huis, "ellen") == []


def test_who_reads_tasks_is_in_the_log_with_a_line_per_person(huis: Huis) -> None:
    voor = huis.regels()
    assert zie(huis, "ellen") == []
    assert huis.regels() == voor, "nothing of anybody was read"
    ontsta(huis)
    voor = huis.regels()
    zie(huis, "ellen")
    assert huis.regels() == voor + 2
    (regel,) = (r for r in huis.log() if r["soort"] == "taakinzage")
    assert regel["persoon"] == str(huis.kees)


def test_of_whom_it_is_nothing_can_be_read(huis: Huis) -> None:
    """Neither kind, nor role, nor person: equal work for two offices looks like nothing alike."""
    taak = ontsta(huis, voor="privacy-officer")
    with huis.consent.database.read() as tx:
        (rij,) = tx.execute(text("SELECT * FROM taken")).all()
        bytes_ = tx.execute(
            text("SELECT state FROM stored_events WHERE originator_id = :s"), {"s": taak.hex}
        ).scalar_one()
    for geheim in ("privacy", "proef", str(huis.kees), huis.kees.hex, str(huis.id)):
        assert geheim.encode() not in bytes_
        assert geheim not in str(rij.vak)


def test_a_task_about_who_was_erased_is_gone(huis: Huis) -> None:
    taak = ontsta(huis)
    huis.stad.doe("hanna", f"/personen/{huis.kees}/wissing", {})
    assert zie(huis, "ellen") == []
    assert handel_af(huis, "ellen", taak) == 404


def test_when_following_stopped_a_professional_sees_no_tasks(huis: Huis) -> None:
    ontsta(huis)
    ontsta(huis, voor="privacy-officer")
    huis.consent.volgt = lambda _tx: False
    assert huis.stad.vraag("GET", "ellen", "/taken").status_code == 503
    assert len(zie(huis, "joris")) == 1
