"""Emergency access: who may, what opens, who hears of it, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from events.toezicht import Nooduitkomst
from infra.auth import Rol
from infra.nood import EerderOnterecht, EerstVerslag
from services.consent.noodstand import Eerdere, weigering
from services.consent.werkdagen import feestdagen, is_werkdag, werkdagen_na
from tests.consent.huis import Huis
from tests.system.stad import stad

REDEN = "De politie belt: het jongste kind is alleen thuis en wordt bedreigd."
NAAM = {"naam": "Kees Proef", "geboortedatum": "2012-01-05"}
THUIS = {"postcode": "1234 AB", "huisnummer": "12"}


class Klok:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.nu = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # a Friday evening

    def __call__(self) -> datetime:
        self.nu += timedelta(microseconds=1)
        return self.nu


class Nacht(Huis):
    """The household, with a crisis worker who may take emergency access."""

    klok: Klok

    def bevestig(self, wie: str = "nadia") -> None:
        """Sign in anew and confirm it."""
        stad = self.stad
        stad._tokens.pop(stad.wie[wie].id, None)
        answer = stad.vraag("POST", wie, "/sessies/bevestiging")
        stad._tokens[stad.wie[wie].id] = answer.json()["token"]

    def neem(self, wie: str = "nadia", *, bevestigd: bool = True, **anders: Any) -> httpx.Response:
        if bevestigd:
            self.bevestig(wie)
        body = {"categorie": "gevaar-voor-een-kind", "reden": REDEN} | (anders or NAAM)
        return self.stad.vraag("POST", wie, "/noodtoegangen", body)

    def genomen(self, **anders: Any) -> str:
        answer = self.neem(**anders)
        assert answer.status_code == 201, answer.text
        assert answer.json()["huishouden"] == str(self.id)
        return str(answer.json()["id"])

    def later(self, **hoeveel: float) -> None:
        self.klok.nu += timedelta(**hoeveel)
        self.stad._tokens.clear()

    def taken(self, wie: str) -> list[str]:
        return [taak["soort"] for taak in self.stad.zie(wie, "/taken")["taken"]]

    def stap(self, wie: str, nummer: str, wat: str, **body: str) -> httpx.Response:
        return self.stad.vraag("POST", wie, f"/noodtoegangen/{nummer}/{wat}", body)

    def beoordeeld(self, nummer: str, uitkomst: str = "terecht") -> None:
        for wie, wat, body in (
            ("joris", "voorbereiding", {"advies": "De reden klopt met de melding."}),
            ("hanna", "oordeel", {"uitkomst": uitkomst, "motivering": "Gezien het advies."}),
        ):
            answer = self.stap(wie, nummer, wat, **body)
            assert answer.status_code == 201, answer.text


@pytest.fixture
def nacht(tmp_path: Path) -> Iterator[Nacht]:
    klok = Klok()
    with stad(tmp_path, klok) as made:
        huis = Nacht(made)
        huis.klok = klok
        yield huis


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


@pytest.mark.parametrize(
    ("anders", "code"),
    [
        ({"reden": "Het moet."}, "onjuiste-invoer"),
        ({"reden": " " * 60}, "onjuiste-invoer"),
        ({"categorie": "nieuwsgierig"}, "onjuiste-invoer"),
        ({"naam": None}, "onjuiste-invoer"),
        ({"postcode": "1234 AB", "huisnummer": "12"}, "onjuiste-invoer"),
        ({"geboortedatum": "morgen"}, "onjuiste-invoer"),
    ],
)
def test_a_reason_a_category_and_one_way_to_search(
    nacht: Nacht, anders: dict[str, Any], code: str
) -> None:
    voor = nacht.regels()
    answer = nacht.neem(**(NAAM | anders))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
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
    nacht.genomen(postcode="1234AB", huisnummer="12")
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
        from sqlalchemy import select

        from infra.logbook import logregels

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


# --- secrecy ------------------------------------------------------------------------------------


def _ziet(nacht: Nacht, kid: str) -> bool:
    return kid in nacht.consent.vrijgave(nacht.wie("nadia"), nacht.id, [kid]).keys


def test_what_is_secret_opens_only_by_its_holder(nacht: Nacht) -> None:
    from events.begrippen import Leefgebied

    geheim = nacht.kid(nacht.kees, bron="jeugdhulp-dossier", over=Leefgebied.VEILIGHEID)
    zorg = nacht.kid(nacht.kees, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID)
    nummer = nacht.genomen()
    assert not _ziet(nacht, geheim)
    assert nacht.stap("bram", nummer, "openstelling", reden="Geen tijd.").status_code == 404
    nacht.stad.doe("ellen", f"/plannen/{nacht.plan}/deelnemers", {
        "medewerker": str(nacht.stad.wie["bram"].id), "taak": "jeugdhulp"})  # fmt: skip
    answer = nacht.stap("yusuf", nummer, "openstelling", reden="Ik vind het nodig.")
    assert answer.json()["code"] == "alleen-houder"
    reden = "Het kind loopt gevaar; toestemming vragen kan nu niet."
    assert nacht.stap("bram", nummer, "openstelling", reden=reden).status_code == 201
    assert _ziet(nacht, geheim)
    assert not _ziet(nacht, zorg)
    nacht.later(hours=5)
    assert not _ziet(nacht, geheim)
    assert nacht.stap("bram", nummer, "openstelling", reden=reden).json()["code"] == "nood-voorbij"


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


# --- pure ---------------------------------------------------------------------------------------

VRIJDAG = datetime(2026, 3, 6, 23, 30, tzinfo=UTC)  # already Saturday in the Netherlands


def eerder(**anders: Any) -> Eerdere:
    velden: dict[str, Any] = {
        "id": UUID(int=1), "huishouden": UUID(int=2), "medewerker": UUID(int=3),
        "genomen": VRIJDAG, "tot": VRIJDAG + timedelta(hours=4), "verantwoord": False,
        "oordeel": None, "vrijgegeven": False,
    }  # fmt: skip
    return Eerdere(**velden | anders)


@pytest.mark.parametrize(
    ("een", "dag", "fout"),
    [
        (eerder(), date(2026, 3, 11), None),
        (eerder(), date(2026, 3, 12), EerstVerslag),
        (eerder(verantwoord=True), date(2026, 3, 12), None),
        (eerder(oordeel=Nooduitkomst.TERECHT), date(2027, 1, 1), None),
        (eerder(oordeel=Nooduitkomst.ONTERECHT, verantwoord=True), date(2026, 3, 7),
         EerderOnterecht),
        (eerder(oordeel=Nooduitkomst.ONTERECHT, vrijgegeven=True), date(2027, 1, 1), None),
    ],
)  # fmt: skip
def test_why_another_one_is_refused(een: Eerdere, dag: date, fout: type | None) -> None:
    assert weigering([eerder(oordeel=Nooduitkomst.TERECHT), een], dag) is fout


def test_the_holidays_of_the_law() -> None:
    assert feestdagen(2026) == {
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 27), date(2026, 5, 5),
        date(2026, 5, 14), date(2026, 5, 25), date(2026, 12, 25), date(2026, 12, 26),
    }  # fmt: skip
    assert date(2025, 4, 26) in feestdagen(2025)  # the 27th is a Sunday
    assert date(2025, 4, 27) not in feestdagen(2025)
    for pasen in (date(2024, 3, 31), date(2025, 4, 20), date(2027, 3, 28), date(2038, 4, 25)):
        assert {pasen + timedelta(days=n) for n in (-2, 1, 39, 50)} <= feestdagen(pasen.year)


@pytest.mark.parametrize(
    ("van", "tot"),
    [
        (date(2026, 3, 4), date(2026, 3, 9)),  # Wednesday: Thursday, Friday, Monday
        (date(2026, 3, 6), date(2026, 3, 11)),
        (date(2026, 3, 7), date(2026, 3, 11)),
        (date(2026, 4, 2), date(2026, 4, 9)),  # Goede Vrijdag, Pasen
        (date(2026, 12, 24), date(2026, 12, 30)),
        (date(2026, 12, 31), date(2027, 1, 6)),
    ],
)
def test_three_working_days(van: date, tot: date) -> None:
    assert werkdagen_na(van, 3) == tot
    assert is_werkdag(tot)


def test_working_days_count_themselves() -> None:
    tel: Callable[[date, date], int] = lambda a, b: sum(  # noqa: E731
        is_werkdag(a + timedelta(days=n)) for n in range(1, (b - a).days + 1)
    )
    for dagen in range(400):
        van = date(2026, 1, 1) + timedelta(days=dagen)
        assert tel(van, werkdagen_na(van, 3)) == 3


# --- a safety core, agreed beforehand -----------------------------------------------------------


def _afspraak(nacht: Nacht, wie: str = "bram", **anders: Any) -> httpx.Response:
    body = {
        "huishouden": str(nacht.id), "persoon": str(nacht.kees), "onderwerpen": ["veiligheid"],
        "gegevenDoor": str(nacht.kees), "wijze": "in het overleg van 1 maart",
    } | anders  # fmt: skip
    return nacht.stad.vraag("POST", wie, "/noodafspraken", body)


def test_what_family_and_holder_agreed_opens_in_an_emergency_until_it_is_withdrawn(
    nacht: Nacht,
) -> None:
    from events.begrippen import Leefgebied

    veilig, school = (
        nacht.kid(nacht.kees, bron="jeugdhulp-dossier", over=over)
        for over in (Leefgebied.VEILIGHEID, Leefgebied.ONDERWIJS)
    )
    assert _afspraak(nacht).status_code == 404  # Bram does not work here yet
    nacht.stad.doe("ellen", f"/plannen/{nacht.plan}/deelnemers", {
        "medewerker": str(nacht.stad.wie["bram"].id), "taak": "jeugdhulp"})  # fmt: skip
    for wie, anders, code in (
        ("ellen", {}, "alleen-houder"),
        ("kees", {}, "alleen-houder"),
        ("bram", {"gegevenDoor": str(UUID(int=404))}, "mag-niet-namens"),
        ("bram", {"tot": "2026-03-01"}, "lopend-verleden"),
    ):
        answer = _afspraak(nacht, wie, **anders)
        assert answer.json()["code"] == code, (wie, answer.text)
    record = _afspraak(nacht).json()["id"]
    nacht.genomen()
    assert _ziet(nacht, veilig)
    assert not _ziet(nacht, school)
    nacht.trek_in(record, "kees")
    assert not _ziet(nacht, veilig)


def test_an_agreement_for_emergencies_opens_nothing_else(nacht: Nacht) -> None:
    from events.begrippen import Leefgebied

    geheim = nacht.kid(nacht.kees, bron="jeugdhulp-dossier", over=Leefgebied.VEILIGHEID)
    nacht.stad.doe("ellen", f"/plannen/{nacht.plan}/deelnemers", {
        "medewerker": str(nacht.stad.wie["bram"].id), "taak": "jeugdhulp"})  # fmt: skip
    assert _afspraak(nacht).status_code == 201
    for wie in ("ellen", "yusuf", "nadia"):
        assert geheim not in nacht.vraag(wie, geheim).keys, wie
