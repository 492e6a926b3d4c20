"""Keys that left and lines that say so, counted apart: equal, or somebody has to find out why."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from events.begrippen import Rubriek
from infra.keys import key_releases
from infra.limited import Limited
from infra.logbook import LogDamagedError, logregels
from infra.testbed.processes import until
from services.consent.log.volledigheid import TAAK
from tests.consent.huis import Huis


def laatste_regel(huis: Huis) -> int:
    with huis.consent.database.read() as tx:
        return int(
            tx.execute(
                select(func.max(logregels.c.nr)).where(logregels.c.soort == "inzage")
            ).scalar_one()
        )


def taken(huis: Huis) -> list[dict[str, Any]]:
    gezien: list[dict[str, Any]] = huis.stad.zie("joris", "/taken")["taken"]
    return [taak for taak in gezien if taak["soort"] == TAAK]


def test_what_left_is_what_the_lines_say(huis: Huis) -> None:
    samen, dicht = huis.kid(huis.anna, huis.bert), huis.kid(huis.anna, bron="zorg-behandeling")
    huis.vraag("yusuf", samen, huis.kid(huis.anna), dicht)
    huis.vraag("tom", samen)
    huis.vraag("ellen", samen)
    with huis.consent.database.read() as tx:
        rijen = tx.execute(select(key_releases)).all()
    assert {(rij.subject, rij.number) for rij in rijen} == {(huis.anna, 2), (huis.bert, 1)}
    assert huis.consent.volledigheid.controleer() == 0
    assert huis.consent.volledigheid.controleer(alles=True) == 0
    assert huis.consent.volledigheid.open() == 0


def test_what_is_about_the_household_has_no_line_and_is_counted_all_the_same(huis: Huis) -> None:
    voor = huis.regels()
    huis.vraag("ellen", huis.kid(huis.id, bron="gezinsplan", over=Rubriek.REGIE))
    assert huis.regels() == voor + 2  # the key to seal with, and the decision
    assert huis.consent.volledigheid.controleer() == 0
    with huis.consent.database.write() as tx:
        tx.execute(delete(key_releases))
    assert huis.consent.volledigheid.controleer(alles=True) == 1


def test_a_line_that_disappeared_is_an_incident(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna, huis.bert))
    huis.consent.volledigheid.controleer()  # what was fine then is looked at again below
    weg = laatste_regel(huis)
    with huis.consent.database.write() as tx:
        persoon = tx.execute(select(logregels.c.persoon).where(logregels.c.nr == weg)).scalar_one()
        tx.execute(delete(logregels).where(logregels.c.nr == weg))
    volledigheid = huis.consent.volledigheid
    assert volledigheid.controleer() == 0
    assert volledigheid.controleer(alles=True) == 1
    (taak,) = taken(huis)
    antwoord = huis.stad.zie("joris", "/logboek/volledigheid")
    (verschil,) = antwoord["verschillen"]
    assert (verschil["persoon"], verschil["meer"], antwoord["open"]) == (str(persoon), 1, 1)
    assert verschil["taak"] == taak["id"]
    with pytest.raises(LogDamagedError):
        volledigheid.eis()
    assert volledigheid.controleer(alles=True) == 0  # known is known, and one task is enough
    assert len(taken(huis)) == 1
    huis.stad.doe("joris", f"/taken/{taak['id']}/afhandeling", {"uitkomst": "Hersteld uit kopie."})
    assert huis.stad.zie("joris", "/logboek/volledigheid")["open"] == 0
    assert len(huis.stad.zie("joris", "/logboek/volledigheid")["verschillen"]) == 1


def test_a_key_that_leaves_without_a_line_is_an_incident(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted fault: the code forgets the lines, and the decision stands alone in the log."""
    kid, maak = huis.kid(huis.anna), huis.consent.verantwoording.besluit
    with monkeypatch.context() as patch:
        patch.setattr(huis.consent.verantwoording, "besluit", lambda *a, **k: maak(*a, **k)[:1])
        assert huis.vraag("yusuf", kid).keys
    assert huis.consent.volledigheid.controleer() == 1
    assert len(taken(huis)) == 1
    assert huis.consent.volledigheid.open() == 1


def test_a_line_of_a_key_that_never_left_is_an_incident(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    with huis.consent.database.write() as tx:
        tx.execute(update(key_releases).values(number=key_releases.c.number - 1))
    assert huis.consent.volledigheid.controleer() == 1
    (verschil,) = huis.stad.zie("wil", "/logboek/volledigheid")["verschillen"]
    assert verschil["meer"] == -1


def test_many_faults_are_a_few_tasks_and_all_are_known(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.consent.log.volledigheid._TAKEN", 2)
    kid = huis.kid(huis.anna)
    for _ in range(4):
        huis.vraag("yusuf", kid)
    with huis.consent.database.write() as tx:
        tx.execute(delete(key_releases))
    assert huis.consent.volledigheid.controleer() == 4
    assert len(taken(huis)) == 2
    assert huis.consent.volledigheid.open() == 4


def test_a_question_that_fails_releases_and_counts_nothing(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks after the count, it is undone together with the lines."""
    kid = huis.kid(huis.anna)
    echt = huis.consent._keys.release

    def breekt(*args: Any) -> Any:
        echt(*args)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(huis.consent._keys, "release", breekt)
        with pytest.raises(RuntimeError):
            huis.vraag("yusuf", kid)
    with huis.consent.database.read() as tx:
        assert tx.execute(select(func.count()).select_from(key_releases)).scalar_one() == 0
    assert huis.consent.volledigheid.controleer(alles=True) == 0


def test_reads_from_all_sides_at_once_are_complete(huis: Huis) -> None:
    kids = [huis.kid(huis.anna), huis.kid(huis.anna, huis.bert), huis.kid(huis.kees)]

    def lees() -> None:
        for nummer in range(60):
            huis.vraag("yusuf", *kids[nummer % 3 :])

    threads = [threading.Thread(target=lees) for _ in range(4)]
    for thread in threads:
        thread.start()
    tussendoor = [huis.consent.volledigheid.controleer() for _ in range(5)]
    for thread in threads:
        thread.join()
    assert [*tussendoor, huis.consent.volledigheid.controleer()] == [0] * 6
    with huis.consent.database.read() as tx:
        vragen = select(func.count(key_releases.c.vraag.distinct()))
        assert tx.execute(vragen).scalar_one() == 240


def test_it_is_done_every_day_and_told_in_health_and_figures(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    world = huis.stad.world
    assert b"samenplan_logverschillen" in world.metrics().text()[1]
    assert world.health().body["logverschillen"] == 0
    with huis.consent.database.write() as tx:
        tx.execute(delete(key_releases))
    huis.consent.dagwerk.step()
    assert b'samenplan_logverschillen{gemeente="9999"} 1.0' in world.metrics().text()[1]
    assert (world.health().body["status"], world.health().body["logverschillen"]) == ("aandacht", 1)


def test_when_it_was_compared_is_told_and_it_is_compared_again_when_asked(huis: Huis) -> None:
    pad = "/logboek/volledigheid"
    assert huis.stad.zie("joris", pad)["vergeleken"] is None
    huis.vraag("yusuf", huis.kid(huis.anna))
    huis.consent.volledigheid.controleer()
    gisteren = huis.stad.zie("joris", pad)
    assert gisteren["vergeleken"]["regel"] == huis.regels()
    assert gisteren["helemaal"] is None
    weg = laatste_regel(huis)
    with huis.consent.database.write() as tx:
        tx.execute(delete(logregels).where(logregels.c.nr == weg))
    tot = huis.regels()  # what is gone was the last row
    nu = huis.stad.vraag("POST", "femke", f"{pad}/controle").json()
    assert nu["open"] == 1
    assert nu["vergeleken"] == nu["helemaal"]
    assert nu["vergeleken"]["op"] > gisteren["vergeleken"]["op"]
    assert nu["vergeleken"]["regel"] == tot
    with huis.consent.database.read() as tx:
        zelf = max(huis.consent.logboek.read(tx, select(logregels)), key=lambda rij: rij.nr)
    assert zelf.regel.inhoud["wie"]["id"] == str(huis.stad.wie["femke"].id)
    assert zelf.regel.inhoud["vraag"]["wat"] == "volledigheid"


def test_comparing_by_hand_is_for_who_supervises(huis: Huis) -> None:
    for wie in ("hanna", "ellen", "nadia", "pieter", "anna"):
        answer = huis.stad.vraag("POST", wie, "/logboek/volledigheid/controle")
        assert answer.status_code == 404, wie
    assert huis.stad.zie("joris", "/logboek/volledigheid")["vergeleken"] is None


def test_what_takes_long_goes_on_once_after_who_asked_has_her_answer(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    pad, verder, keren = "/logboek/volledigheid", threading.Event(), []

    def langzaam() -> int:
        keren.append(verder.wait(60))
        return huis.consent.volledigheid.controleer(alles=True)

    bezig = Limited(langzaam, 0.01)
    monkeypatch.setattr(huis.consent.volledigheid, "_alles", bezig)
    for wie in ("joris", "wil"):
        gevraagd = huis.stad.vraag("POST", wie, f"{pad}/controle").json()
        assert (gevraagd["loopt"], gevraagd["vergeleken"]) == (True, None)
    verder.set()
    assert until(lambda: not bezig.running, 30)
    na = huis.stad.zie("joris", pad)
    assert (na["loopt"], keren) == (False, [True])
    assert na["helemaal"] is not None


def test_once_a_week_everything_is_compared(huis: Huis, monkeypatch: pytest.MonkeyPatch) -> None:
    volledigheid, keren = huis.consent.volledigheid, []
    begin, controleer = volledigheid._now(), volledigheid.controleer
    monkeypatch.setattr(
        volledigheid, "controleer", lambda *, alles: keren.append(alles) or controleer(alles=alles)
    )
    for dag in range(15):
        monkeypatch.setattr(volledigheid, "_now", lambda dag=dag: begin + timedelta(days=dag))
        volledigheid.dagelijks()
    assert [dag for dag, alles in enumerate(keren) if alles] == [0, 7, 14]


@pytest.mark.parametrize("kapot", [
    {"inhoud": b"weg"}, {"kid": "00" * 16}, {"persoon": UUID(int=7)}, {"boven": "1" * 16},
])  # fmt: skip
def test_a_line_that_cannot_be_read_back_is_an_incident_and_the_rest_is_compared(
    huis: Huis, kapot: dict[str, Any]
) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    nr = laatste_regel(huis)
    huis.vraag("yusuf", huis.kid(huis.kees))
    with huis.consent.database.write() as tx:
        tx.execute(update(logregels).where(logregels.c.nr == nr).values(kapot))
        tx.execute(delete(key_releases).where(key_releases.c.subject == huis.kees))
    nu = huis.stad.vraag("POST", "joris", "/logboek/volledigheid/controle").json()
    gevonden = {(verschil["persoon"], verschil["meer"]) for verschil in nu["verschillen"]}
    assert {(str(huis.anna), 1), (str(huis.kees), -1)} <= gevonden
    assert nu["open"] == len(gevonden)
    huis.consent.dagwerk.step()
    assert nu["open"] == huis.consent.volledigheid.open(), "known is known"


def test_a_line_without_keys_that_cannot_be_read_back_is_an_incident(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna, bron="zorg-behandeling"))
    nr = laatste_regel(huis)
    assert huis.consent.volledigheid.controleer(alles=True) == 0
    with huis.consent.database.write() as tx:
        tx.execute(update(logregels).where(logregels.c.nr == nr).values(tijdstip="gisteren"))
    assert huis.consent.volledigheid.controleer(alles=True) == 1
    (verschil,) = huis.stad.zie("joris", "/logboek/volledigheid")["verschillen"]
    assert (verschil["persoon"], verschil["meer"]) == (str(huis.anna), 0)


@pytest.mark.parametrize("record", [False, True])
def test_a_damaged_row_is_closed_in_an_export_and_stops_no_central_log(
    huis: Huis, *, record: bool
) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    nr = laatste_regel(huis)
    huis.vraag("yusuf", huis.kid(huis.kees))
    huis.teken()
    weg = nr - 1 if record else nr
    with huis.consent.database.write() as tx:
        tx.execute(update(logregels).where(logregels.c.nr == weg).values(inhoud=b"weg"))
    uitvoer = huis.stad.zie("joris", f"/huishoudens/{huis.id}/inzagen/uitvoer")
    regels = {regel["nr"]: regel for regel in uitvoer["regels"]}
    assert regels[weg].keys() == {"nr", "verbintenis"}
    # Whose look it was is in the record: without it nobody can tell that it was not her own.
    assert regels[nr].keys() == {"nr", "verbintenis"}
    assert "delen" in regels[laatste_regel(huis)]
    voor = huis.stad.zie("joris", "/logboek/otlp", na=0)
    verder = huis.stad.zie("joris", "/logboek/otlp", na=voor["verder"])
    assert verder["verder"] > voor["verder"] >= nr


def test_who_reads_a_damaged_part_of_the_log_is_told_so(huis: Huis) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    with huis.consent.database.write() as tx:
        tx.execute(
            update(logregels).where(logregels.c.nr == laatste_regel(huis)).values(inhoud=b"weg")
        )
    answer = huis.stad.vraag("GET", "anna", f"/personen/{huis.anna}/inzagen")
    assert (answer.status_code, answer.json()["code"]) == (500, "logboek-beschadigd")
    assert "Meld dit aan de privacy officer" in answer.json()["detail"]


def test_two_that_compare_at_once_keep_a_difference_once(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    huis.vraag("yusuf", huis.kid(huis.anna))
    with huis.consent.database.write() as tx:
        tx.execute(delete(key_releases))
    volledigheid = huis.consent.volledigheid
    gelezen = volledigheid._gelezen
    eerst = True

    def tussendoor(*args: Any) -> Any:
        nonlocal eerst
        if eerst:
            eerst = False
            assert volledigheid.controleer() == 1
        yield from gelezen(*args)

    monkeypatch.setattr(volledigheid, "_gelezen", tussendoor)
    assert volledigheid.controleer() == 0
    assert len(taken(huis)) == volledigheid.open() == 1
