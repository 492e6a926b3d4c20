"""Birthdays and custody: what waits, what ends that day, and what is never cut without notice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.begrippen import Leefgebied
from services.consent.domain import Feiten, leeftijd
from services.consent.tijd.taken import Taken, soorten
from services.consent.tijd.verjaardagen import aankondigingen, termijnen, verjaardag
from tests.consent.huis import Huis
from tests.portal.bezoeker import Bezoeker

ZESTIEN = date(2028, 1, 5)
"""Kees turns 16."""


def reis(huis: Huis, dag: date, *, werk: bool = True) -> None:
    """It becomes this day, at noon, and (unless nothing runs) the work of the day is done."""
    huis.stad.uur.nu = datetime(dag.year, dag.month, dag.day, 11, tzinfo=UTC)
    huis.stad._tokens.clear()  # nobody stays signed in that long
    if werk:
        huis.consent.dagwerk.step()
        huis.stad.world.worker.drain()


def taken(huis: Huis, wie: str = "ellen") -> list[dict[str, Any]]:
    gezien: list[dict[str, Any]] = huis.stad.zie(wie, "/taken")["taken"]
    return gezien


def wat(huis: Huis, wie: str = "ellen") -> list[str]:
    return [taak["soort"] for taak in taken(huis, wie)]


def namens(huis: Huis, **anders: Any) -> str:
    """Anna lets somebody (Ellen) see what debt help knows of Kees, who is 14; the record."""
    return huis.toestemming(persoon=str(huis.kees), **anders)


# --- before the day -------------------------------------------------------------------------


def test_tasks_come_90_and_30_days_before_for_the_regisseur(huis: Huis) -> None:
    reis(huis, ZESTIEN - timedelta(days=91))
    assert wat(huis) == []
    reis(huis, ZESTIEN - timedelta(days=90))
    (taak,) = taken(huis)
    assert (taak["soort"], taak["uiterlijk"]) == ("verjaardag-16", "2028-01-05")
    assert taak["over"] == str(huis.kees)
    reis(huis, ZESTIEN - timedelta(days=31))
    assert wat(huis) == ["verjaardag-16"]
    reis(huis, ZESTIEN - timedelta(days=30))
    assert wat(huis) == ["verjaardag-16-bijna"], "the nearer one takes its place"
    for wie in ("yusuf", "anna", "kees", "tom"):
        assert wat(huis, wie) == []
    reis(huis, ZESTIEN + timedelta(days=3))
    assert wat(huis) == ["verjaardag-16-bijna"], "it waits until somebody says it was done"


def test_a_machine_that_was_off_catches_up_once(huis: Huis) -> None:
    reis(huis, ZESTIEN - timedelta(days=60))
    assert wat(huis) == ["verjaardag-16"]
    voor = huis.consent.store.log.end
    huis.consent.dagwerk.step()
    reis(huis, ZESTIEN - timedelta(days=59))
    assert huis.consent.store.log.end == voor
    reis(huis, ZESTIEN - timedelta(days=1))
    assert wat(huis) == ["verjaardag-16-bijna"]


def test_another_birth_date_takes_the_old_task_away(huis: Huis) -> None:
    reis(huis, ZESTIEN - timedelta(days=80))
    assert wat(huis) == ["verjaardag-16"]
    pad = f"/huishoudens/{huis.id}/leden/{huis.kees}/correcties"
    huis.stad.doe("ellen", pad, {"geboortedatum": "2012-02-05"})
    huis.consent.dagwerk.step()
    assert wat(huis) == []
    reis(huis, date(2028, 2, 5) - timedelta(days=90))
    assert [t["uiterlijk"] for t in taken(huis)] == ["2028-02-05"]


@given(geboren=st.dates(date(1990, 1, 1), date(2030, 12, 31)), dagen=st.integers(0, 120))
def test_a_birthday_is_the_first_day_of_that_age(geboren: date, dagen: int) -> None:
    for jaren in termijnen().mijlpalen:
        dag = verjaardag(geboren, jaren)
        assert leeftijd(geboren, dag) == jaren
        assert leeftijd(geboren, dag - timedelta(days=1)) == jaren - 1
        kind = UUID(int=7)
        feiten = Feiten(
            dag - timedelta(days=dagen), UUID(int=1), leden=(kind,), geboortedata={kind: geboren}
        )
        gevonden = [v.soort for v in aankondigingen(feiten, termijnen())]
        if not 0 < dagen <= 90:
            assert gevonden == []
        else:
            assert gevonden == [f"verjaardag-{jaren}" + ("-bijna" if dagen <= 30 else "")]


def test_every_kind_of_task_says_what_to_do() -> None:
    for jaren in termijnen().mijlpalen:
        for achter in ("", "-bijna"):
            assert soorten()[f"verjaardag-{jaren}{achter}"].afhandeling == "hier"
    assert "verandert er niets" in str(soorten()["te-bevestigen"].brief)
    assert "geldt nu nog" in str(soorten()["niet-bevestigd"].brief)


# --- on the day -----------------------------------------------------------------------------


def test_what_a_parent_may_see_ends_that_very_day(huis: Huis) -> None:
    kid = huis.kid(huis.kees, bron="wmo-onderzoek", over=Leefgebied.OPGROEIEN_EN_OPVOEDEN)
    reis(huis, ZESTIEN - timedelta(days=1))
    assert kid in huis.vraag("anna", kid).keys
    reis(huis, ZESTIEN, werk=False)  # the law needs no job of ours
    assert kid not in huis.vraag("anna", kid).keys


def test_what_a_parent_signed_stays_and_has_to_be_confirmed(huis: Huis) -> None:
    record, kid = namens(huis), huis.kid(huis.kees)
    reis(huis, ZESTIEN - timedelta(days=1))
    assert "te-bevestigen" not in wat(huis)
    reis(huis, ZESTIEN)
    (taak,) = (t for t in taken(huis) if t["soort"] == "te-bevestigen")
    assert taak["uiterlijk"] == str(ZESTIEN + timedelta(days=60))
    assert taak["bij"] == record
    assert taak["brief"].startswith("Beste jongere,")
    assert taak["hier"] is False
    assert kid in huis.vraag("ellen", kid).keys
    reis(huis, ZESTIEN + timedelta(days=60))
    assert "te-bevestigen" in wat(huis)
    reis(huis, ZESTIEN + timedelta(days=61))
    assert "te-bevestigen" not in wat(huis)
    assert "niet-bevestigd" in wat(huis), "a person decides, nothing is cut by itself"
    assert kid in huis.vraag("ellen", kid).keys


def bevestig(huis: Huis, wie: str, record: str, **meer: Any) -> int:
    body = {"huishouden": str(huis.id), "wijze": "aan tafel"}
    pad = f"/vastleggingen/{record}/bevestiging"
    return huis.stad.vraag("POST", wie, pad, body, **meer).status_code


@pytest.mark.parametrize("wie", ["kees", "yusuf"])
def test_she_confirms_herself_or_through_a_professional(huis: Huis, wie: str) -> None:
    record, kid = namens(huis), huis.kid(huis.kees)
    assert bevestig(huis, wie, record) == 404, "nothing was asked yet"
    reis(huis, ZESTIEN)
    for ander in ("anna", "bert", "tom"):
        assert bevestig(huis, ander, record) == 404
        assert bevestig(huis, ander, str(uuid4())) == 404
    sleutel = {"headers": {"Idempotency-Key": str(uuid4())}}
    assert bevestig(huis, wie, record, **sleutel) == 200
    assert bevestig(huis, wie, record, **sleutel) == 200
    assert bevestig(huis, wie, record) == 404
    huis.consent.dagwerk.step()
    assert "te-bevestigen" not in wat(huis)
    reis(huis, ZESTIEN + timedelta(days=400))
    assert not {"te-bevestigen", "niet-bevestigd"} & set(wat(huis))
    assert kid in huis.vraag("ellen", kid).keys
    reis(huis, date(2030, 1, 5))
    assert not {"te-bevestigen", "niet-bevestigd"} & set(wat(huis)), "her own word stands"


def test_a_withdrawal_ends_the_asking(huis: Huis) -> None:
    record, kid = namens(huis), huis.kid(huis.kees)
    reis(huis, ZESTIEN)
    huis.trek_in(record, "kees")
    assert kid not in huis.vraag("ellen", kid).keys
    huis.consent.dagwerk.step()
    assert "te-bevestigen" not in wat(huis)
    reis(huis, ZESTIEN + timedelta(days=61))
    assert "niet-bevestigd" not in wat(huis)


def test_the_term_begins_at_the_notice(huis: Huis) -> None:
    """Off for half a year after the birthday: she gets her sixty days all the same."""
    namens(huis)
    laat = ZESTIEN + timedelta(days=180)
    reis(huis, laat)
    (taak,) = (t for t in taken(huis) if t["soort"] == "te-bevestigen")
    assert taak["uiterlijk"] == str(laat + timedelta(days=60))


def test_what_she_signed_herself_has_not_to_be_confirmed(huis: Huis) -> None:
    reis(huis, ZESTIEN)
    huis.stad.doe("kees", "/toestemmingen", {
        "huishouden": str(huis.id), "persoon": str(huis.kees), "doel": "regie",
        "regimes": ["wgs"], "onderwerpen": ["financien-en-schulden"],
        "ontvanger": {"medewerker": str(huis.stad.wie["ellen"].id)},
        "gegevenDoor": str(huis.kees), "wijze": "zelf"})  # fmt: skip
    reis(huis, date(2030, 2, 1))
    assert "te-bevestigen" not in wat(huis)


def test_a_receiver_with_a_task_of_her_own_is_asked_instead_of_the_regisseur(huis: Huis) -> None:
    aan = {"medewerker": str(huis.stad.wie["yusuf"].id)}
    namens(huis, ontvanger=aan, doel="schuldhulp", regimes=["onderwijs"])
    reis(huis, ZESTIEN)
    assert wat(huis, "yusuf") == ["te-bevestigen"]
    assert "te-bevestigen" not in wat(huis)


def test_help_is_confirmed_too_at_12(huis: Huis) -> None:
    lot = huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden", {
        "naam": "Lot Proef", "geboortedatum": "2015-06-01", "rol": "kind",
        "sinds": "2026-01-01", "reden": "gevormd"})["id"]  # fmt: skip
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{lot}/gezag", {
        "uitkomst": "eenhoofdig-ouderlijk-gezag", "houders": [str(huis.anna)]})  # fmt: skip
    huis.stad.doe("anna", "/akkoorden", {
        "huishouden": str(huis.id), "persoon": lot, "hulp": "begeleiding",
        "gegevenDoor": str(huis.anna)})  # fmt: skip
    reis(huis, date(2027, 5, 31))
    assert "te-bevestigen" not in wat(huis)
    reis(huis, date(2027, 6, 1))
    assert [t["over"] for t in taken(huis) if t["soort"] == "te-bevestigen"] == [lot]


def test_no_parent_learns_what_a_youth_answers(huis: Huis) -> None:
    """Neither by a task, nor in the dossier, nor in what she can ask: byte for byte the same."""
    record = namens(huis)
    reis(huis, ZESTIEN)
    voor = huis.stad.dossier("anna", str(huis.id))
    assert bevestig(huis, "kees", record) == 200
    huis.consent.dagwerk.step()
    assert huis.stad.dossier("anna", str(huis.id)) == voor
    huis.trek_in(record, "kees")
    assert huis.stad.dossier("anna", str(huis.id)) == voor
    for wie in ("anna", "bert"):
        assert wat(huis, wie) == []


@pytest.mark.parametrize("wie", ["ellen", "kees"])
def test_on_the_pages_it_is_one_button(huis: Huis, wie: str) -> None:
    record = namens(huis)
    reis(huis, ZESTIEN)
    bezoeker = Bezoeker(huis.stad.client)
    bezoeker.meld_aan(huis.stad.wie[wie].id)
    pad = f"/huishoudens/{huis.id}"
    actie = f"{pad}/vastleggingen/{record}/bevestiging"
    knop = "Het mag zo blijven" if wie == "ellen" else "Ja, dit mag zo blijven"
    assert knop in bezoeker.zie(pad)
    klaar = bezoeker.verstuur(actie, {"wijze": "aan tafel"} | bezoeker.verborgen(pad, actie))
    assert klaar.status_code == 303
    huis.stad.world.worker.drain()
    na = bezoeker.zie(klaar.headers["Location"])
    assert "De bevestiging is vastgelegd." in na
    huis.consent.dagwerk.step()
    assert knop not in bezoeker.zie(pad)
    andere = Bezoeker(huis.stad.client)
    andere.meld_aan(huis.stad.wie["anna"].id)
    assert "mag zo blijven" not in andere.zie(pad)


# --- custody --------------------------------------------------------------------------------


def gezag(huis: Huis, uitkomst: str, *houders: UUID) -> None:
    huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{huis.kees}/gezag", {
        "uitkomst": uitkomst, "houders": [str(houder) for houder in houders]})  # fmt: skip
    huis.consent.dagwerk.step()


@pytest.mark.parametrize("uitkomst", ["niet-te-bepalen", "tijdelijk-geen-gezag"])
def test_custody_nobody_can_tell_is_one_task_until_it_is_recorded_anew(
    huis: Huis, uitkomst: str
) -> None:
    huis.consent.dagwerk.step()
    assert wat(huis) == []
    gezag(huis, uitkomst)
    (eerst,) = taken(huis)
    assert (eerst["soort"], eerst["over"]) == ("gezag-onbepaald", str(huis.kees))
    reis(huis, date(2026, 3, 9))
    assert len(taken(huis)) == 1
    assert huis.stad.vraag(
        "POST", "ellen", f"/taken/{eerst['id']}/afhandeling", {"uitkomst": "gezien"}
    ).status_code == 409, "it is done by finding out"  # fmt: skip
    gezag(huis, "gezamenlijk-ouderlijk-gezag", huis.anna, huis.bert)
    assert wat(huis) == []
    gezag(huis, uitkomst)
    (weer,) = taken(huis)
    assert weer["id"] != eerst["id"]


def test_nothing_is_concluded_while_custody_is_not_known(huis: Huis) -> None:
    gezag(huis, "niet-te-bepalen")
    kid = huis.kid(huis.kees, bron="wmo-onderzoek", over=Leefgebied.OPGROEIEN_EN_OPVOEDEN)
    assert kid not in huis.vraag("anna", kid).keys
    body = {
        "huishouden": str(huis.id), "persoon": str(huis.kees), "hulp": "begeleiding",
        "gegevenDoor": str(huis.anna),
    }  # fmt: skip
    assert huis.stad.vraag("POST", "anna", "/akkoorden", body).status_code in (404, 409)


# --- when it goes wrong ---------------------------------------------------------------------


@pytest.fixture
def hapert(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    echt, keren = Taken.ontsta, [0]

    def soms(self: Taken, *wat: Any, **meer: Any) -> UUID:
        keren[0] += 1
        if keren[0] == 1:
            raise OSError
        return echt(self, *wat, **meer)

    monkeypatch.setattr(Taken, "ontsta", soms)
    yield
    assert keren[0] > 1


@pytest.mark.usefixtures("hapert")
def test_one_household_that_fails_keeps_no_other_from_its_tasks(huis: Huis) -> None:
    ander, _ = huis.stad.huishouden("ellen", "Ina Proef", geboortedatum="2012-01-05", rol="kind")
    dag = ZESTIEN - timedelta(days=90)
    reis(huis, dag, werk=False)
    with pytest.raises(OSError):  # noqa: PT011  # the disk says no more than this
        huis.consent.dagwerk.step()
    assert len(taken(huis)) == 1
    huis.consent.dagwerk.step()
    assert {taak["huishouden"] for taak in taken(huis)} == {str(huis.id), ander}


def test_what_is_not_followed_is_not_concluded_from(huis: Huis) -> None:
    huis.consent.volgt = lambda _tx: False
    voor = huis.consent.store.log.end
    reis(huis, ZESTIEN - timedelta(days=30), werk=False)
    huis.consent.dagwerk.step()
    assert huis.consent.store.log.end == voor
    huis.consent.volgt = lambda _tx: True
    huis.consent.dagwerk.step()
    assert wat(huis) == ["verjaardag-16-bijna"]
