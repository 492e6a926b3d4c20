"""No line in the log, no key; and what may not be known leaves no trace in what is done."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, func, select

from events.begrippen import Leefgebied, Rubriek, herkomst
from infra.keys import UnknownKeyError, data_keys
from infra.logbook import logregels
from tests.consent.huis import NERGENS, Huis


class NoLogError(Exception):
    pass


def _no_log(*_args: Any, **_named: Any) -> None:
    raise NoLogError


def test_a_released_key_has_its_line(huis: Huis) -> None:
    kid = huis.kid(huis.anna)
    voor = huis.regels()
    vrij = huis.vraag("yusuf", kid)
    assert set(vrij.keys) == {kid}
    assert huis.regels() == voor + 2  # the decision, and one line for Anna
    besluit, regel = huis.log()[-2:]
    assert (besluit["soort"], regel["soort"]) == ("besluit", "inzage")
    assert besluit["vraag"] == regel["vraag"]
    assert regel["persoon"] == str(huis.anna)
    assert [deel["regel"] for deel in regel["gezien"]] == ["R-23"]


def test_without_a_log_no_key_leaves(huis: Huis, monkeypatch: pytest.MonkeyPatch) -> None:
    kid, voor = huis.kid(huis.anna), huis.regels()
    monkeypatch.setattr(huis.consent.logboek, "write", _no_log)
    for wie in ("yusuf", "tom"):
        with pytest.raises(NoLogError):
            huis.vraag(wie, kid)
    assert huis.regels() == voor


def test_a_line_that_cannot_be_committed_releases_nothing(huis: Huis) -> None:
    kid, voor = huis.kid(huis.anna), huis.regels()
    engine = huis.consent.database.engine
    event.listen(engine, "commit", _no_log)
    try:
        with pytest.raises(NoLogError):
            huis.vraag("yusuf", kid)
    finally:
        event.remove(engine, "commit", _no_log)
    assert huis.regels() == voor


def test_without_a_log_nobody_gets_a_key_to_write_with(
    huis: Huis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keys() -> int:
        with huis.consent.database.read() as tx:
            return tx.execute(select(func.count()).select_from(data_keys)).scalar_one()

    voor = keys()
    with monkeypatch.context() as patch:
        patch.setattr(huis.consent.logboek, "write", _no_log)
        with pytest.raises(NoLogError):
            huis.kid(huis.bert, over=Leefgebied.JUSTITIE)
    assert keys() == voor


def test_a_refusal_is_on_the_record_too(huis: Huis) -> None:
    kid = huis.kid(huis.anna)
    vrij = huis.vraag("ellen", kid)
    assert vrij.relaties
    assert not vrij.keys
    assert not vrij.waarom
    regel = huis.log()[-1]
    assert regel["persoon"] == str(huis.anna)
    assert [(d["uitkomst"], d["code"], d["artikel"]) for d in regel["geweigerd"]] == [
        ("mag-na", "A4-GEEN-GROND", "Wmo 2015 artikel 5.1.1 lid 4")
    ]


def test_an_outsider_is_on_the_record_and_gets_nothing(huis: Huis) -> None:
    vrij = huis.vraag("tom", huis.kid(huis.anna))
    assert (dict(vrij.relaties), dict(vrij.keys), dict(vrij.waarom)) == ({}, {}, {})
    regel = huis.log()[-1]
    assert (regel["wie"], regel["weigering"]) == ("Tom Aarts", "A2-GEEN-RELATIE")


def test_a_joint_part_has_a_line_for_each_person(huis: Huis) -> None:
    samen = huis.kid(huis.anna, huis.bert)
    huis.vraag("yusuf", samen, huis.kid(huis.anna))
    besluit, *regels = huis.log()[-3:]
    assert {regel["persoon"] for regel in regels} == {str(huis.anna), str(huis.bert)}
    assert len(besluit["gezien"]) == 2
    per_persoon = {regel["persoon"]: len(regel["gezien"]) for regel in regels}
    assert per_persoon == {str(huis.anna): 2, str(huis.bert): 1}


def test_only_what_is_allowed_leaves_among_much(huis: Huis) -> None:
    mag = huis.kid(huis.anna)
    mag_niet = [
        huis.kid(huis.anna, bron="wmo-onderzoek", over=Leefgebied.WONEN),
        huis.kid(huis.anna, bron="zorg-behandeling", over=Leefgebied.GEESTELIJKE_GEZONDHEID),
        huis.kid(huis.anna, bron="gezinsplan", over=Rubriek.ADRES_AFGESCHERMD),
        huis.kid(huis.anna, bron="beslisfeiten", over=Rubriek.DELEN),
        huis.kid(huis.id, bron="logboek", over=Rubriek.REGIE),
    ]
    vrij = huis.vraag("yusuf", mag, *mag_niet)
    assert set(vrij.keys) == set(vrij.waarom) == {mag}


def test_about_people_of_another_household_nothing_opens(huis: Huis) -> None:
    elders, (carla,) = huis.stad.huishouden("fatma", "Carla Elders")
    del elders
    huis.stad.inwoner("Carla", carla)
    kid = huis.kid(huis.wie("carla").actor.id)
    samen = huis.kid(huis.anna, huis.wie("carla").actor.id)
    assert not huis.vraag("yusuf", kid, samen).keys


def test_a_key_that_was_never_given_out_is_an_error_on_the_record(huis: Huis) -> None:
    with pytest.raises(UnknownKeyError):
        huis.vraag("yusuf", huis.kid(huis.anna), "0" * 32)
    besluit, regel = huis.log()[-2:]
    assert (besluit["soort"], regel["soort"], regel["persoon"]) == ("besluit", "inzage", None)
    assert besluit["gezien"] == regel["gezien"] == []


@pytest.mark.parametrize("wie", ["tom", "hanna", "joris", "dirk"])
def test_an_outsider_leaves_the_same_trace_on_what_exists_and_what_does_not(
    huis: Huis, wie: str
) -> None:
    """Professional, beslisser, privacy officer and a resident of elsewhere."""
    _, (dirk,) = huis.stad.huishouden("fatma", "Dirk Elders")
    huis.stad.inwoner("Dirk", dirk)
    kids = [huis.kid(huis.anna), huis.kid(huis.anna, huis.bert)]
    wonen = herkomst("wmo-onderzoek")

    def spoor(waar: Any) -> tuple[list[str], list[str], Any]:
        voor = huis.regels()
        with huis.statements() as ran:
            vrij = huis.vraag(wie, *kids, huis=waar)
            uitleg = huis.consent.uitleg(
                huis.wie(wie), waar, huis.anna, wonen, Leefgebied.WONEN, None
            )
        with huis.consent.database.read() as tx:
            soorten = tx.execute(
                select(logregels.c.soort).where(logregels.c.nr > voor).order_by(logregels.c.nr)
            ).scalars()
            return ran, list(soorten), (vrij, uitleg)

    spoor(NERGENS)  # the first line of a month makes its key
    echt, verzonnen = spoor(huis.id), spoor(NERGENS)
    assert echt == verzonnen
    assert echt[1] == ["besluit", "besluit"]


def test_a_log_with_a_hole_or_a_changed_line_is_found_out(huis: Huis) -> None:
    from infra.logbook import LogDamagedError

    huis.vraag("yusuf", huis.kid(huis.anna))
    with huis.consent.database.read() as tx:
        aantal = huis.consent.logboek.verify(tx)
        assert aantal == huis.regels()
    with huis.consent.database.write() as tx:
        tx.execute(logregels.delete().where(logregels.c.nr == aantal - 1))
    with huis.consent.database.read() as tx, pytest.raises(LogDamagedError):
        huis.consent.logboek.verify(tx)
