"""Emergency access: who may, what opens, who hears of it, how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from events.begrippen import Leefgebied
from infra.auth import Rol
from infra.logbook import logregels
from tests.consent.nacht import NAAM, REDEN, Nacht

THUIS = {"postcode": "1234 AB", "huisnummer": "12"}

# --- who may, and what is asked -----------------------------------------------------------------


def test_one_household_opens_for_four_hours_and_closes_by_itself(nacht: Nacht) -> None:
    assert nacht.stad.vraag("GET", "nadia", f"/dossiers/{nacht.id}").status_code == 404
    nacht.genomen()
    gezien = nacht.stad.dossier("nadia", str(nacht.id))
    assert gezien["rollen"] == ["noodhulp"]
    assert {lid["persoonsnaam"] for lid in gezien["leden"]} >= {"Kees Proef"}
    nacht.later(hours=3, minutes=59)
    assert nacht.stad.vraag("GET", "nadia", f"/dossiers/{nacht.id}").status_code == 200
    nacht.later(minutes=2)
    assert nacht.stad.vraag("GET", "nadia", f"/dossiers/{nacht.id}").status_code == 404


def test_the_same_command_twice_is_one_access(nacht: Nacht) -> None:
    nacht.bevestig()
    body = {"categorie": "levensgevaar", "reden": REDEN, **NAAM}
    key = {"Idempotency-Key": "een-druk-op-de-knop"}
    eerste, tweede = (
        nacht.stad.vraag("POST", "nadia", "/noodtoegangen", body, headers=key) for _ in range(2)
    )
    assert eerste.json() == tweede.json()
    assert nacht.taken("joris") == ["nood-voorbereiden"]
    assert nacht.taken("pieter") == []


def test_a_reason_a_category_and_one_way_to_search(nacht: Nacht) -> None:
    nacht.bevestig()
    voor = nacht.regels()
    for anders in (
        {"reden": "Het moet."},
        {"reden": " " * 60},
        {"reden": "." * 40},
        {"reden": "\u200b" * 40},
        {"categorie": "nieuwsgierig"},
        {"naam": None},
        {"postcode": "1234 AB", "huisnummer": "12"},
        {"geboortedatum": "morgen"},
    ):
        answer = nacht.neem(bevestigd=False, **(NAAM | anders))
        assert (answer.status_code, answer.json()["code"]) == (400, "onjuiste-invoer"), anders
    assert nacht.regels() == voor


def test_only_who_was_appointed_and_confirmed_a_moment_ago(nacht: Nacht) -> None:
    for wie in ("tom", "ellen", "joris", "hanna", "wil", "pieter", "anna"):
        answer = nacht.neem(wie)
        assert (answer.status_code, answer.json()["code"]) == (403, "alleen-noodhulp"), wie
    answer = nacht.neem(bevestigd=False)
    assert (answer.status_code, answer.json()["code"]) == (403, "bevestig-eerst")
    nacht.bevestig()
    nacht.klok.nu += timedelta(minutes=15)
    answer = nacht.neem(bevestigd=False)
    assert (answer.status_code, answer.json()["code"]) == (403, "bevestig-eerst")
    assert nacht.taken("joris") == []


# --- finding ------------------------------------------------------------------------------------


def _woont(nacht: Nacht, persoon: UUID, afgeschermd: bool = False, **adres: Any) -> None:
    nacht.stad.doe("ellen", f"/huishoudens/{nacht.id}/leden/{persoon}/adressen", {
        "adres": {"straat": "Proefstraat", "plaats": "Voorbeeldstad", "sinds": "2026-01-01"}
        | THUIS | adres, "afgeschermd": afgeschermd})  # fmt: skip


def test_found_by_the_address_where_somebody_lives_now(nacht: Nacht) -> None:
    assert nacht.neem(**THUIS).json()["huishouden"] is None
    _woont(nacht, nacht.anna)
    _woont(nacht, nacht.kees)
    nacht.genomen(postcode="1234ab", huisnummer="12")
    _woont(nacht, nacht.anna, huisnummer="14")
    _woont(nacht, nacht.kees, huisnummer="16", tot="2026-02-01")
    assert nacht.neem(**THUIS).json()["huishouden"] is None
    nacht.genomen(**THUIS | {"huisnummer": "14"})


def test_a_shielded_address_finds_nobody(nacht: Nacht) -> None:
    _woont(nacht, nacht.anna)
    _woont(nacht, nacht.anna, afgeschermd=True, huisnummer="99")
    assert nacht.neem(**THUIS).json()["huishouden"] is None
    assert nacht.neem(**THUIS | {"huisnummer": "99"}).json()["huishouden"] is None


def test_no_household_and_two_are_one_answer_and_one_trace(nacht: Nacht) -> None:
    nacht.stad.huishouden("fatma", "Dubbel Gezien")
    nacht.stad.huishouden("ellen", "Dubbel Gezien")
    nacht.neem(naam="Iemand Anders", geboortedatum="1990-05-05")  # keys are made at the first
    traces, answers, lines = [], [], []
    for naam in ("Niemand Hier", "Dubbel Gezien"):
        nacht.bevestig()
        voor = nacht.regels()
        with nacht.statements() as ran:
            answer = nacht.neem(bevestigd=False, naam=naam, geboortedatum="1990-05-05")
        traces.append(ran)
        lines.append(nacht.regels() - voor)
        answers.append((answer.status_code, answer.json()["huishouden"], answer.json()["tot"]))
    assert traces[0] == traces[1]
    assert answers == [(201, None, None)] * 2
    assert lines[0] == lines[1] > 0


@pytest.mark.parametrize("wie", ["tom", "nadia"])
def test_who_is_refused_learns_nothing_of_who_exists(nacht: Nacht, wie: str) -> None:
    """Not appointed (Tom), or not confirmed (Nadia): the same words after the same questions."""
    traces, answers = [], []
    for naam in ("Kees Proef", "Niemand Hier"):
        nacht.stad._tokens.clear()
        with nacht.statements() as ran:
            answer = nacht.neem(wie, bevestigd=False, naam=naam, geboortedatum="2012-01-05")
        traces.append(ran)
        answers.append((answer.status_code, answer.json()))
    assert traces[0] == traces[1]
    assert answers[0] == answers[1]
    assert answers[0][0] == 403


def test_fishing_ends_and_is_told(nacht: Nacht) -> None:
    for nummer in range(5):
        answer = nacht.neem(naam=f"Niemand {nummer}", geboortedatum="1990-05-05")
        assert answer.status_code == 201
    for naam in ("Niemand", "Kees Proef"):
        answer = nacht.neem(naam=naam, geboortedatum="2012-01-05")
        assert (answer.status_code, answer.json()["code"]) == (409, "te-vaak-gezocht")
    assert nacht.taken("joris") == nacht.taken("pieter") == ["nood-zoeken"]
    nacht.later(hours=25)
    nacht.genomen()


def test_every_attempt_is_in_the_log(nacht: Nacht) -> None:
    def laatste() -> dict[str, Any]:
        consent = nacht.consent
        with consent.database.read() as tx:
            regels = consent.logboek.read(tx, select(logregels).order_by(logregels.c.nr))
            gevonden = [
                regel.regel.inhoud
                for regel in regels
                if regel.regel.inhoud.get("vraag", {}).get("soort") == "noodtoegang"
            ]
        return gevonden[-1]["vraag"] | gevonden[-1]["wie"]

    nacht.neem("tom")
    assert (laatste()["uitkomst"], laatste()["naam"]) == ("alleen-noodhulp", "Tom Aarts")
    nacht.neem(naam="Niemand", geboortedatum="1990-05-05")
    assert laatste()["uitkomst"] == "niets gevonden"
    nummer = nacht.genomen()
    assert (laatste()["uitkomst"], laatste()["noodtoegang"]) == ("genomen", nummer)
    assert "Kees" not in str(laatste())


# --- afterwards ---------------------------------------------------------------------------------


def test_privacy_officer_regisseur_and_beslisser_are_told_at_once(nacht: Nacht) -> None:
    nacht.genomen()
    assert nacht.taken("joris") == ["nood-voorbereiden"]
    assert nacht.taken("ellen") == ["nood-gemeld"]
    assert nacht.taken("hanna") == ["nood-beoordelen"]
    assert nacht.taken("nadia") == ["nood-verslag"]
    (taak,) = nacht.stad.zie("hanna", "/taken")["taken"]
    assert taak["uiterlijk"] == "2026-03-11"  # Friday night: Wednesday
    for wie in ("fatma", "pieter", "femke", "wil"):
        assert nacht.taken(wie) == [], wie


def test_who_must_know_is_told_before_anything_opens(
    nacht: Nacht, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the two leaves a task, never an access nobody heard of."""

    def weg(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(nacht.consent.nood, "_leg_vast", weg)
        assert nacht.neem().status_code == 500
    assert nacht.stad.vraag("GET", "nadia", f"/dossiers/{nacht.id}").status_code == 404
    assert nacht.taken("joris") == ["nood-voorbereiden"]


def test_the_verdict_after_the_preparation_by_others_than_who_took_it(nacht: Nacht) -> None:
    nummer = nacht.genomen()
    oordeel = {"uitkomst": "terecht", "motivering": "Het kind was in gevaar."}
    assert nacht.stap("hanna", nummer, "oordeel", **oordeel).json()["code"] == "nog-niet-voorbereid"
    for wie in ("nadia", "ellen", "hanna", "femke", "pieter", "anna"):
        answer = nacht.stap(wie, nummer, "voorbereiding", advies="Terecht.")
        assert answer.status_code == 404, wie
    assert nacht.stap("joris", nummer, "voorbereiding", advies="Klopt.").status_code == 201
    for wie in ("nadia", "ellen", "joris", "femke", "pieter", "anna"):
        assert nacht.stap(wie, nummer, "oordeel", **oordeel).status_code == 404, wie
    assert nacht.stap("hanna", nummer, "oordeel", **oordeel).status_code == 201
    assert nacht.stap("hanna", nummer, "oordeel", **oordeel).json()["code"] == "al-beoordeeld"
    assert nacht.taken("joris") == nacht.taken("hanna") == []
    gezien = nacht.stad.zie("nadia", f"/noodtoegangen/{nummer}")
    assert gezien["oordeel"] == "terecht"
    assert [stap["soort"] for stap in gezien["stappen"]] == [
        "noodtoegang-genomen", "noodtoegang-voorbereid", "noodtoegang-beoordeeld",
    ]  # fmt: skip
    assert gezien["stappen"][0]["inhoud"]["reden"] == REDEN


def test_nobody_judges_her_own_access(nacht: Nacht) -> None:
    """The same human with another hat: the number decides, not the role."""
    nummer = nacht.genomen()
    nadia = nacht.stad.wie["nadia"]
    for rol, wat, body in (
        ("privacy-officer", "voorbereiding", {"advies": "Niets mis mee."}),
        ("beslisser", "oordeel", {"uitkomst": "terecht", "motivering": "Niets mis mee."}),
    ):
        nacht.stad.world.staff.add(nadia.model_copy(update={"rol": Rol(rol)}))
        nacht.stad._tokens.clear()
        answer = nacht.stap("nadia", nummer, wat, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "niet-eigen")


def test_who_prepares_the_verdict_does_not_give_it(nacht: Nacht) -> None:
    """Not even with another role by then."""
    nummer, joris = nacht.genomen(), nacht.stad.wie["joris"]
    nacht.stap("joris", nummer, "voorbereiding", advies="De reden klopt met de melding.")
    nacht.stad.world.staff.add(joris.model_copy(update={"rol": Rol.BESLISSER}))
    nacht.stad._tokens.clear()
    oordeel = {"uitkomst": "terecht", "motivering": "Gezien mijn advies."}
    answer = nacht.stap("joris", nummer, "oordeel", **oordeel)
    assert (answer.status_code, answer.json()["code"]) == (403, "zelf-voorbereid")
    assert nacht.stap("hanna", nummer, "oordeel", **oordeel).status_code == 201


def test_who_sees_what_of_it(nacht: Nacht) -> None:
    nummer = nacht.genomen()
    nacht.stap("nadia", nummer, "verslag", verslag="Ik sprak met moeder.")
    for wie, ziet in (("joris", True), ("hanna", True), ("nadia", True), ("femke", False),
                      ("pieter", False)):  # fmt: skip
        gezien = nacht.stad.zie(wie, f"/noodtoegangen/{nummer}")
        assert (REDEN in str(gezien)) is ziet, wie
        assert ("Ik sprak met moeder." in str(gezien)) is ziet, wie
        assert gezien["stappen"][0]["naam"] == "Nadia Bouzid"
        assert REDEN not in str(nacht.stad.zie(wie, "/noodtoegangen"))
    for wie in ("ellen", "tom", "anna"):
        assert nacht.stad.vraag("GET", wie, f"/noodtoegangen/{nummer}").status_code == 404, wie
    for wie in ("ellen", "tom"):
        assert nacht.stad.zie(wie, "/noodtoegangen")["noodtoegangen"] == []
    assert nacht.stad.vraag("GET", "anna", "/noodtoegangen").status_code == 404


def test_to_others_an_emergency_access_that_exists_is_one_that_does_not(nacht: Nacht) -> None:
    nummer = nacht.genomen()
    for wie in ("tom", "anna", "bram"):
        nacht.stad.token(wie)
        for pad, body in (
            ("", None), ("/verslag", {"verslag": "Gedaan."}), ("/openstelling", {"reden": REDEN}),
        ):  # fmt: skip
            traces, answers = [], []
            for welke in (nummer, str(UUID(int=404))):
                with nacht.statements() as ran:
                    answer = nacht.stad.vraag(
                        "POST" if body else "GET", wie, f"/noodtoegangen/{welke}{pad}", body
                    )
                traces.append(ran)
                answers.append((answer.status_code, answer.json()))
            assert answers[0] == answers[1], (wie, pad)
            assert answers[0][0] == 404
            assert traces[0] == traces[1], (wie, pad)


def test_an_unjudged_friday_does_not_block_saturdays_child(nacht: Nacht) -> None:
    nacht.genomen()
    nacht.later(days=1)
    nacht.genomen()
    assert nacht.taken("pieter") == ["nood-opnieuw"]


def test_her_own_overdue_account_blocks_and_others_being_late_does_not(nacht: Nacht) -> None:
    nummer = nacht.genomen()
    nacht.later(days=5)  # Wednesday, the last day
    nacht.genomen()
    nacht.later(days=1)
    answer = nacht.neem()
    assert (answer.status_code, answer.json()["code"]) == (409, "eerst-verslag")
    assert nacht.stap("nadia", nummer, "verslag", verslag="Gedaan.").status_code == 201
    nacht.genomen()


def test_the_verdict_onterecht_shuts_what_is_open_at_once(nacht: Nacht) -> None:
    """Both times she went into this household; what another opened stays open."""
    eerste, tweede = nacht.genomen(), nacht.genomen()
    kid = nacht.kid(nacht.anna, bron="gezinsplan", over=Leefgebied.VEILIGHEID)
    nacht.beoordeeld(eerste, "terecht")
    assert nacht.ziet(kid)
    nacht.klok.nu += timedelta(hours=1)
    dicht_op = nacht.klok.nu
    nacht.beoordeeld(tweede, "onterecht")
    assert not nacht.ziet(kid)
    assert nacht.stad.vraag("GET", "nadia", f"/dossiers/{nacht.id}").status_code == 404
    for nummer in (eerste, tweede):
        tot = datetime.fromisoformat(nacht.stad.zie("joris", f"/noodtoegangen/{nummer}")["tot"])
        assert dicht_op <= tot <= nacht.klok.nu
    nacht.stap("hanna", tweede, "vrijgave", reden="Gesproken.")
    assert not nacht.ziet(kid)
    nacht.genomen()
    assert nacht.ziet(kid)


def test_who_took_it_and_nobody_else_ends_it_earlier(nacht: Nacht) -> None:
    nummer, kid = (
        nacht.genomen(),
        nacht.kid(nacht.anna, bron="gezinsplan", over=Leefgebied.VEILIGHEID),
    )
    for wie in ("ellen", "tom", "joris", "hanna", "femke", "pieter", "anna"):
        assert nacht.stap(wie, nummer, "einde").status_code == 404, wie
    assert nacht.ziet(kid)
    assert nacht.stap("nadia", nummer, "einde").status_code == 201
    assert not nacht.ziet(kid)
    for _ in range(2):
        assert nacht.stap("nadia", nummer, "einde").json()["code"] == "nood-voorbij"
        nacht.later(hours=5)
    gezien = nacht.stad.zie("hanna", f"/noodtoegangen/{nummer}")
    einde = gezien["stappen"][-1]
    assert (einde["soort"], einde["naam"]) == ("noodtoegang-beeindigd", "Nadia Bouzid")
    assert gezien["tot"] == einde["op"]
    assert nacht.taken("nadia") == ["nood-verslag"]
    nacht.genomen()
    assert nacht.ziet(kid)


def test_the_verdict_onterecht_blocks_until_it_is_lifted(nacht: Nacht) -> None:
    nummer = nacht.genomen()
    nacht.beoordeeld(nummer, "onterecht")
    assert nacht.taken("joris") == ["nood-onterecht"]
    answer = nacht.neem()
    assert (answer.status_code, answer.json()["code"]) == (409, "eerder-onterecht")
    for wie in ("joris", "femke", "nadia", "pieter"):
        assert nacht.stap(wie, nummer, "vrijgave", reden="Gesproken.").status_code == 404
    assert nacht.stap("hanna", nummer, "vrijgave", reden="Gesproken.").status_code == 201
    nacht.genomen()
    assert nacht.stad.zie("joris", f"/noodtoegangen/{nummer}")["oordeel"] == "onterecht"


def test_who_searched_in_vain_is_for_supervision_and_reading_it_is_logged(nacht: Nacht) -> None:
    nacht.neem(naam="Niemand Hier", geboortedatum="2012-01-05")
    nacht.later(hours=25)
    nacht.neem(postcode="9876ZZ", huisnummer="77")
    voor = nacht.regels()
    for wie in ("joris", "hanna", "femke", "pieter"):
        laatste, eerste = nacht.stad.zie(wie, "/noodzoekingen")["noodzoekingen"]
        assert (laatste["langs"], eerste["langs"]) == ("adres", "naam-en-geboortedatum")
        assert laatste["hoeveelste"] == 1, "the first one is of the day before"
        assert set(laatste) == {
            "id",
            "op",
            "naam",
            "functie",
            "organisatie",
            "categorie",
            "langs",
            "hoeveelste",
        }
    assert nacht.regels() == voor + 4
    for wie in ("ellen", "yusuf", "nadia", "anna"):
        assert nacht.stad.vraag("GET", wie, "/noodzoekingen").status_code == 404
