"""Why, now and in the past; who sees what, for who may ask it; nothing hidden shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from events.begrippen import Leefgebied, herkomst
from infra import trace
from infra.logbook import Geschreven, Regel, logregels
from services.consent.domain import Code
from services.consent.log.verantwoording import Deel, per_uitkomst, uitkomst
from services.consent.regels import Eis, regelset, regelsets
from services.consent.uitleg.derde import over_een_ander
from services.consent.uitleg.destijds import toen
from tests.consent.huis import NERGENS, Huis
from tests.consent.test_gevallen import GEVALLEN, besluit
from tests.system.stad import BEGIN, Stad, stad

_HERKOMST = herkomst("wmo-onderzoek")
REDEN = "vraag van een inwoner over inzage"


@pytest.fixture(scope="module")
def dorp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stad]:
    with stad(tmp_path_factory.mktemp("uitleg")) as made:
        yield made


@pytest.fixture
def huis(dorp: Stad) -> Huis:
    """A household of its own for every test, in one town."""
    return Huis(dorp)


def waarom(huis: Huis, wie: str, **anders: Any) -> Any:
    body = {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "herkomst": "wgs-schuldhulp",
        "onderwerp": "financien-en-schulden",
    } | anders  # fmt: skip
    answer = huis.stad.vraag("POST", wie, "/vragen", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def simuleer(huis: Huis, door: str, /, status: int = 200, **anders: Any) -> Any:
    body = {"huishouden": str(huis.id), "persoon": str(huis.anna)} | anders
    answer = huis.stad.vraag("POST", door, "/simulaties", body)
    assert answer.status_code == status, answer.text
    return answer.json()


def rijen(huis: Huis, door: str, **anders: Any) -> dict[tuple[str, str, str], str]:
    """(who, herkomst, onderwerp) → outcome."""
    namen = {str(p.id): naam for naam, p in huis.stad.wie.items()} | {None: "nieuw"}
    return {
        (namen.get(rij["wie"], rij["wie"]), rij["herkomst"], rij["onderwerp"]): rij["besluit"][
            "uitkomst"
        ]
        for rij in simuleer(huis, door, **anders)["rijen"]
    }


# --- outside the lock --------------------------------------------------------------------------


def test_others_read_while_an_answer_is_worked_out(huis: Huis) -> None:
    """It waits for another's look, which has its line before this question has."""
    kid = huis.kid(huis.anna)
    with ThreadPoolExecutor(1) as ander:

        def beantwoord(_feiten: Any) -> tuple[str, list[Deel]]:
            ander.submit(huis.vraag, "yusuf", kid).result(timeout=30)
            return "klaar", []

        assert huis.consent.stel(huis.wie("ellen"), huis.id, None, beantwoord) == "klaar"
    assert [regel["wie"] for regel in huis.log()][-3:-1] == ["Yusuf Kaya", "Yusuf Kaya"]


def test_what_changed_while_it_was_worked_out_counts(huis: Huis) -> None:
    gezien: list[int] = []
    with ThreadPoolExecutor(1) as ander:

        def beantwoord(feiten: Any) -> tuple[int, list[Deel]]:
            gezien.append(len(feiten.vastleggingen))
            if len(gezien) == 1:
                ander.submit(huis.toestemming).result(timeout=30)
            return gezien[-1], []

        assert huis.consent.stel(huis.wie("ellen"), huis.id, None, beantwoord) == gezien[0] + 1
    assert len(gezien) == 2


# --- why, now ----------------------------------------------------------------------------------


def test_a_refusal_says_the_least_that_opens_it(huis: Huis) -> None:
    uitleg = waarom(huis, "ellen")
    (opening,) = uitleg["openingen"]
    (stap,) = opening["stappen"]
    assert (stap["soort"], stap["persoon"], stap["door"]) == (
        "toestemming", str(huis.anna), [str(huis.anna)]
    )  # fmt: skip
    huis.toestemming()
    assert waarom(huis, "ellen")["uitkomst"] == "mag"
    assert waarom(huis, "ellen")["openingen"] == []


def test_of_something_about_several_it_asks_each(huis: Huis) -> None:
    uitleg = waarom(huis, "ellen", ook=[str(huis.bert)])
    (opening,) = uitleg["openingen"]
    assert {stap["persoon"] for stap in opening["stappen"]} == {str(huis.anna), str(huis.bert)}


def test_who_has_custody_is_named_only_to_who_may_see_it(huis: Huis) -> None:
    kind = {"persoon": str(huis.kees), "herkomst": "jeugd-toegang"}

    def door(wie: str, **anders: Any) -> set[str]:
        openingen = waarom(huis, wie, **(kind | anders))["openingen"]
        return {wie for o in openingen for stap in o["stappen"] for wie in stap["door"]}

    assert door("ellen") <= {str(huis.anna), str(huis.bert)}
    assert door("ellen")
    yusuf = door("yusuf", herkomst="school")
    assert not yusuf & {str(huis.anna), str(huis.bert)}


def test_an_outsider_is_told_what_does_not_exist(huis: Huis) -> None:
    hier, nergens = waarom(huis, "tom"), waarom(huis, "tom", huishouden=str(NERGENS))
    vreemde = waarom(huis, "ellen", persoon=str(uuid4()))
    assert hier == nergens == vreemde
    assert hier["openingen"] == []


def test_what_may_open_is_a_list_of_rules_not_of_data(huis: Huis) -> None:
    def mogelijk(wie: str) -> Any:
        pad = f"/huishoudens/{huis.id}/personen/{huis.anna}/mogelijkheden"
        return huis.stad.zie(wie, pad)["mogelijkheden"]

    eerst = mogelijk("yusuf")
    assert {m["regime"] for m in eerst if m["zinnen"]} == {"wmo", "jeugd", "pw"}
    huis.kid(huis.anna, bron="wmo-onderzoek", over=Leefgebied.WONEN)  # now there is something
    assert mogelijk("yusuf") == eerst
    huis.stad.doe("yusuf", "/grondslagen", {
        "huishouden": str(huis.id), "personen": [str(huis.anna)], "doel": "schuldhulp",
        "regimes": ["wmo"], "onderwerpen": ["wonen"], "noodzaak": "De woonlasten bepalen het plan."
    })  # fmt: skip
    nu = mogelijk("yusuf")
    assert {(m["regime"], m["onderwerp"]) for m in eerst if m not in nu} == {("wmo", "wonen")}


def test_what_may_open_exists_for_nobody_else(huis: Huis) -> None:
    pad = "/huishoudens/{}/personen/{}/mogelijkheden"
    for wie, waar, persoon in (
        ("tom", huis.id, huis.anna), ("tom", NERGENS, huis.anna), ("ellen", huis.id, uuid4()),
    ):  # fmt: skip
        assert huis.stad.vraag("GET", wie, pad.format(waar, persoon)).status_code == 404


# --- who sees what -----------------------------------------------------------------------------

WGS: dict[str, Any] = {"herkomst": "wgs-schuldhulp", "onderwerp": "financien-en-schulden"}


def test_she_sees_who_may_see_her_data_and_who_would_if_she_consented(huis: Huis) -> None:
    nu = rijen(huis, "anna", **WGS)
    ellen, yusuf = (
        (naam, "wgs-schuldhulp", "financien-en-schulden") for naam in ("ellen", "yusuf")
    )
    assert (nu[ellen], nu[yusuf]) == ("mag-na", "mag")
    (rij,) = (r for r in simuleer(huis, "anna", **WGS)["rijen"] if r["opening"])
    assert rij["wie"] == str(huis.stad.wie["ellen"].id)
    stel = {
        "soort": "toestemming", "ontvanger": rij["wie"], "doel": "regie",
        "herkomst": "wgs-schuldhulp", "onderwerpen": ["financien-en-schulden", "wonen"],
    }  # fmt: skip
    anders = simuleer(huis, "anna", stel=[stel])["rijen"]
    assert {(r["wie"], r["onderwerp"]) for r in anders} == {
        (rij["wie"], "financien-en-schulden"), (rij["wie"], "wonen"),
    }  # fmt: skip
    assert all(r["eerst"]["uitkomst"] == "mag-na" for r in anders)
    assert all(r["besluit"]["uitkomst"] == "mag" for r in anders)
    assert rijen(huis, "anna", **WGS) == nu  # supposing it recorded nothing


def test_nobody_asks_it_about_another_resident(huis: Huis) -> None:
    for wie, persoon in (("anna", huis.bert), ("bert", huis.kees), ("anna", uuid4())):
        simuleer(huis, wie, status=404, persoon=str(persoon))
    simuleer(huis, "yusuf", status=404)
    simuleer(huis, "tom", status=404)


def test_the_regisseur_hears_the_rules_and_not_what_people_recorded(huis: Huis) -> None:
    eerst = simuleer(huis, "ellen")
    huis.stad.doe("anna", "/bezwaren", {
        "huishouden": str(huis.id), "persoon": str(huis.anna), "doel": "schuldhulp",
        "regimes": ["wmo"], "reden": "ik wil dit niet"})  # fmt: skip
    huis.toestemming(
        doel="schuldhulp", regimes=["onderwijs"], onderwerpen=["onderwijs"],
        ontvanger={"medewerker": str(huis.stad.wie["yusuf"].id)},
    )  # fmt: skip
    assert simuleer(huis, "ellen") == eerst
    assert "telt hier niet mee" in eerst["slotzin"]


def test_supervision_asks_with_a_reason_that_is_in_the_log(huis: Huis) -> None:
    assert simuleer(huis, "joris", status=409)["code"] == "reden-ontbreekt"
    huis.toestemming()
    gezien = rijen(huis, "joris", reden=REDEN, wie=str(huis.stad.wie["ellen"].id))
    assert gezien["ellen", "wgs-schuldhulp", "financien-en-schulden"] == "mag"
    assert any(REDEN in str(regel) for regel in _inhoud(huis))


def test_on_another_day_and_for_who_does_not_take_part_yet(huis: Huis) -> None:
    onderwerp = {"herkomst": "gezinsplan", "onderwerp": "wonen", "persoon": str(huis.kees)}
    kees = {"wie": str(huis.kees), **onderwerp}
    nu = rijen(huis, "ellen", **kees)
    later = rijen(huis, "ellen", op="2031-01-05", **kees)
    assert set(nu.values()) | set(later.values()) == {"mag"}
    met_gezag = {"wie": str(huis.anna), "herkomst": "wmo-onderzoek", "onderwerp": "wonen",
                 "persoon": str(huis.kees)}  # fmt: skip
    assert set(rijen(huis, "ellen", **met_gezag).values()) == {"mag"}
    assert set(rijen(huis, "ellen", op="2028-01-05", **met_gezag).values()) == {"mag-niet"}
    nieuw = rijen(huis, "ellen", alsDeelnemer="wgs-schuldhulp", **WGS)
    assert nieuw == {("nieuw", "wgs-schuldhulp", "financien-en-schulden"): "mag"}


def test_a_change_of_rules_is_shown_on_a_real_household(huis: Huis) -> None:
    (oud,) = (r for r in huis.stad.zie("joris", "/regels")["versies"] if r["versie"] == "3")
    anders = simuleer(huis, "joris", vergelijk=oud["hash"], reden=REDEN)["rijen"]
    assert anders
    assert all(
        (rij["eerst"]["uitkomst"], rij["eerst"]["regel"], rij["eerst"]["artikel"])
        != (rij["besluit"]["uitkomst"], rij["besluit"]["regel"], rij["besluit"]["artikel"])
        for rij in anders
    )
    simuleer(huis, "joris", status=404, vergelijk="0" * 64, reden=REDEN)


def _inhoud(huis: Huis) -> list[dict[str, Any]]:
    with huis.consent.database.read() as tx:
        return [r.regel.inhoud for r in huis.consent.logboek.read(tx, select(logregels))]


# --- why, in the past --------------------------------------------------------------------------


def terug(huis: Huis, wie: str, spoor: UUID, status: int = 200, reden: str | None = None) -> Any:
    body = {"spoor": str(spoor), "reden": reden}
    answer = huis.stad.vraag("POST", wie, "/terugblikken", body)
    assert answer.status_code == status, answer.text
    return answer.json()


def in_spoor(spoor: UUID) -> dict[str, Any]:
    return {"headers": {trace.HEADER: trace.kop(spoor)}}


def test_a_decision_of_before_is_told_by_its_own_rule(huis: Huis) -> None:
    spoor, record = uuid4(), huis.toestemming()
    vraag = {"huishouden": str(huis.id), "persoon": str(huis.anna), **WGS}
    huis.stad.vraag("POST", "ellen", "/vragen", vraag, **in_spoor(spoor))
    huis.trek_in(record)  # what held then need not hold now
    (gezegd,) = terug(huis, "ellen", spoor)["besluiten"]
    (deel,) = gezegd["delen"]
    assert gezegd["hash"] == huis.consent.regels.hash
    assert deel["besluit"]["uitkomst"] == "mag"
    assert deel["besluit"]["gebruikt"] == [record]
    assert deel["besluit"]["regeltekst"]["artikel"] == deel["besluit"]["artikel"]
    assert all(c["goed"] for c in deel["besluit"]["controles"])
    assert waarom(huis, "ellen")["uitkomst"] == "mag-na"


def test_a_refusal_of_before_says_what_lacked_and_how_far_it_came(huis: Huis) -> None:
    spoor = uuid4()
    vraag = {"huishouden": str(huis.id), "persoon": str(huis.anna), **WGS}
    huis.stad.vraag("POST", "ellen", "/vragen", vraag, **in_spoor(spoor))
    (gezegd,) = terug(huis, "ellen", spoor)["besluiten"]
    besluit = gezegd["delen"][0]["besluit"]
    assert besluit["ontbreekt"] == waarom(huis, "ellen")["ontbreekt"]
    assert [(c["code"], c["goed"]) for c in besluit["controles"]] == [
        ("A2", True), ("A3", True), ("A4", False), ("A7", None),
    ]  # fmt: skip


def test_what_stayed_closed_in_a_dossier_is_not_told_to_who_looked(huis: Huis) -> None:
    spoor = uuid4()
    open_ = huis.kid(huis.anna, bron="wmo-onderzoek", over=Leefgebied.WONEN)
    dicht = huis.kid(huis.anna)
    huis.consent.vrijgave(huis.wie("ellen"), huis.id, [open_, dicht], vraag=spoor)
    (gezegd,) = terug(huis, "ellen", spoor)["besluiten"]
    assert [d["onderwerp"] for d in gezegd["delen"]] == ["wonen"]
    (alles,) = terug(huis, "joris", spoor, reden=REDEN)["besluiten"]
    assert {d["onderwerp"] for d in alles["delen"]} == {"wonen", "financien-en-schulden"}


def test_a_decision_is_known_to_who_asked_and_who_supervises(huis: Huis) -> None:
    spoor = uuid4()
    huis.consent.vrijgave(huis.wie("ellen"), huis.id, [huis.kid(huis.anna)], vraag=spoor)
    voor = huis.regels()
    for wie in ("yusuf", "tom", "anna"):
        terug(huis, wie, spoor, 404)
    terug(huis, "ellen", uuid4(), 404)
    assert huis.regels() == voor + 4  # asking is on the record, found or not
    assert terug(huis, "joris", spoor, 409)["code"] == "reden-ontbreekt"
    assert terug(huis, "hanna", spoor, reden=REDEN)["besluiten"]


def test_what_the_rules_say_to_one_is_told_of_her_to_another() -> None:
    zinnen = {
        zin
        for gelezen in regelsets()
        for regel in gelezen.regels
        for zin in (regel.zin, regel.zin_zonder, regel.hoedzin)
        if zin
    } | {eis.tekst for eis in Eis}
    assert len(zinnen) > 100
    tot_haar = re.compile(r"\b(u|uw|uzelf|bent|kunt|wilt|zult)\b", re.IGNORECASE)
    assert any(tot_haar.search(zin) for zin in zinnen)
    for zin in zinnen:
        verteld = over_een_ander(zin, "deze medewerker")
        assert not tot_haar.search(verteld), verteld
        assert (verteld != zin) is bool(tot_haar.search(zin))
        assert verteld[0] == verteld[0].upper() or zin[0] == zin[0].lower()
    zin = "U ziet dit omdat u curator bent van wie uw huis kent en uzelf ook."
    assert over_een_ander(zin, "deze inwoner") == (
        "Deze inwoner ziet dit omdat deze inwoner curator is van wie zijn of haar huis kent en "
        "deze inwoner zelf ook."
    )


@pytest.mark.parametrize("geval", GEVALLEN, ids=lambda geval: geval["geval"])
def test_the_record_tells_the_same_story_as_the_decision(geval: dict[str, Any]) -> None:
    nu = besluit(geval)
    deel = Deel((UUID(int=1),), _HERKOMST, Leefgebied.WONEN, nu)
    geheel = uitkomst(nu) if nu.code is Code.GEEN_RELATIE else None
    inhoud = {
        "wie": {"id": str(UUID(int=2)), "naam": "Proef"}, "functie": {},
        "vraag": {"soort": "uitleg"}, "geheel": geheel,
        "regelset": {"versie": regelset().versie, "hash": regelset().hash},
        "delen": [] if geheel else per_uitkomst([deel], betrokkenen=True),
    }  # fmt: skip
    rij = Geschreven(1, BEGIN, Regel("besluit", uuid4(), inhoud), 2, b"")
    gezegd = toen(rij, alles=True)
    verteld = gezegd.geheel or gezegd.delen[0].toen
    assert (verteld.uitkomst, verteld.code, verteld.artikel) == (nu.uitkomst, nu.code, nu.artikel)
    assert verteld.ontbrak == nu.ontbreekt
    if nu.code not in _ANDERE_TIJD:
        assert verteld.zin == nu.zin
    if nu.open:
        assert all(controle.goed for controle in verteld.controles)
    else:
        assert [c.code for c in verteld.controles if c.goed is False] == [nu.code[:2]]


_ANDERE_TIJD = (Code.MANDAAT_VERLOPEN, Code.DOEL_PAST_NIET, Code.GEEN_REGEL, Code.BEZWAAR,
                Code.GEZAG_ONBEPAALD, Code.HOED_PAST_NIET)  # fmt: skip
"""Said in the past tense, to somebody else."""
