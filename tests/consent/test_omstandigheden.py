"""Measures, representatives, substitutes and who decides for whom, over HTTP in one town."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from events.base import Hoed
from events.begrippen import Leefgebied, Rubriek
from infra.auth import Rol
from infra.staff import Persona
from services.consent.projections import tabel
from tests.consent.huis import NERGENS, Huis

BEGIN = "2026-01-01"
OTS = {"wat": "maatregel", "soort": "ondertoezichtstelling", "instelling": "Bescherming Noord",
       "kenmerk": "C/09/1", "van": BEGIN}  # fmt: skip


def professional(huis: Huis, nr: int, naam: str, organisatie: str, code: str) -> str:
    """Somebody more who works here; her first name."""
    huis.stad.world.staff.add(Persona(
        id=UUID(int=7000 + nr), naam=f"{naam} Proef", organisatie=organisatie, functie="proef",
        rol=Rol.PROFESSIONAL, hoed=Hoed.HULPVERLENING, herkomst=code,
    ))  # fmt: skip
    return naam.lower()


def doet_mee(huis: Huis, wie: str) -> None:
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/deelnemers", {
        "medewerker": str(huis.stad.wie[wie].id), "taak": "haar taak"})  # fmt: skip


def vast(huis: Huis, wie: str, over: UUID, wat: dict[str, Any]) -> Any:
    body = {"huishouden": str(huis.id), "persoon": str(over), "omstandigheid": wat}
    return huis.stad.vraag("POST", wie, "/omstandigheden", body)


def grond(huis: Huis, wie: str, persoon: UUID, doel: str, regime: str, onderwerp: str) -> None:
    huis.stad.doe(wie, "/grondslagen", {
        "huishouden": str(huis.id), "personen": [str(persoon)], "doel": doel, "regimes": [regime],
        "onderwerpen": [onderwerp], "noodzaak": "Zonder dit klopt het plan niet."})  # fmt: skip


def rijen(huis: Huis) -> int:
    """How much consent remembers."""
    with huis.consent.database.read() as tx:
        return tx.execute(select(func.count()).select_from(tabel)).scalar_one()


def test_a_measure_makes_the_answer_a_duty_and_nothing_stops_it(huis: Huis) -> None:
    """Jeugdwet 7.3.11 lid 4: without consent and despite an objection, until the measure ends."""
    gerda = professional(huis, 1, "Gerda", "Bescherming Noord", "gi-maatregel")
    doet_mee(huis, gerda)
    kid = huis.kid(huis.kees, bron="wmo-onderzoek", over=Leefgebied.WONEN)
    assert not huis.vraag(gerda, kid).keys
    zelf = vast(huis, gerda, huis.kees, OTS)
    assert (zelf.status_code, zelf.json()["code"]) == (409, "alleen-het-college")
    maatregel = vast(huis, "ellen", huis.kees, OTS).json()["id"]
    assert not huis.vraag(gerda, kid).keys
    grond(huis, gerda, huis.kees, "jeugdbescherming", "wmo", "wonen")
    vrij = huis.vraag(gerda, kid)
    assert vrij.waarom[kid].besluit.uitkomst == "moet"
    assert UUID(maatregel) in vrij.waarom[kid].besluit.gebruikt
    huis.stad.doe("kees", "/bezwaren", {
        "huishouden": str(huis.id), "persoon": str(huis.kees), "doel": "jeugdbescherming",
        "reden": "Ik wil dit niet."})  # fmt: skip
    assert huis.vraag(gerda, kid).keys
    geweigerd = huis.stad.vraag(
        "POST", "anna", f"/vastleggingen/{maatregel}/intrekking", {"huishouden": str(huis.id)}
    )
    assert geweigerd.json()["code"] == "omstandigheid-blijft"
    huis.trek_in(maatregel, "ellen")
    assert not huis.vraag(gerda, kid).keys


def wie_ziet(huis: Huis, door: str, wie: UUID, *, gericht: bool = False) -> set[str]:
    """As what somebody may see something of Anna's, as told to this reader; asked of all, or
    (`gericht`) of this one."""
    vraag = {"huishouden": str(huis.id), "persoon": str(huis.anna), "reden": "Een klacht van haar."}
    vraag |= {"wie": str(wie)} if gericht else {}
    answer = huis.stad.vraag("POST", door, "/simulaties", vraag)
    assert answer.status_code == 200, answer.text
    return {
        als
        for rij in answer.json()["rijen"]
        if rij["wie"] == str(wie) and rij["besluit"]["uitkomst"] in ("mag", "moet")
        for als in rij["relaties"]
    }


def test_a_substitute_does_the_task_without_consent_until_it_ends(huis: Huis) -> None:
    """Wmo 2015 5.3.3 lid 3: named by the deelnemer, of the same organisation."""
    organisatie = huis.wie("yusuf").actor.organisatie
    yara = professional(huis, 2, "Yara", organisatie, "wgs-schuldhulp")
    ella = professional(huis, 3, "Ella", "Elders", "wgs-schuldhulp")
    kid = huis.kid(huis.anna)
    body = {"huishouden": str(huis.id), "soort": "vervangt", "van": BEGIN}
    assert not huis.vraag(yara, kid).relaties
    for wie in (yara, ella):
        medewerker = {"medewerker": str(huis.stad.wie[wie].id)}
        assert huis.stad.vraag("POST", "ellen", "/vervangers", body | medewerker).json()[
            "code"
        ] == "alleen-deelnemer"  # fmt: skip
        record = huis.stad.doe("yusuf", "/vervangers", body | medewerker)["id"]
    assert set(huis.vraag(yara, kid).keys) == {kid}
    assert not huis.vraag(ella, kid).keys
    for gericht in (False, True):
        wie_is_zij = wie_ziet(huis, "joris", huis.wie(yara).actor.id, gericht=gericht)
        assert "vervanger" in wie_is_zij
    assert wie_ziet(huis, "joris", huis.wie(ella).actor.id) == set()
    for ander in ("ellen", "anna"):
        assert wie_ziet(huis, ander, huis.wie(yara).actor.id) == set(), "known to few"
        assert wie_ziet(huis, ander, huis.wie(yara).actor.id, gericht=True) == set()
    assert not huis.vraag(yara, huis.kid(huis.anna, bron="zorg-behandeling")).keys
    huis.trek_in(str(record), "yusuf")
    assert not huis.vraag(ella, kid).relaties
    huis.stad.doe("ellen", f"/plannen/{huis.plan}/deelnemers/{huis.wie('yusuf').actor.id}/vertrek",
                  {"reden": "klaar"})  # fmt: skip
    assert not huis.vraag(yara, kid).relaties


def test_who_cannot_decide_is_represented_in_the_order_of_the_law(huis: Huis) -> None:
    """Jeugdwet 7.3.15, UAVG 5: first the judgement, then who speaks; she herself no longer."""
    mia = UUID(int=7100)
    huis.stad.inwoner("Mia", str(mia))
    doet_mee(huis, "sanne")
    mentor = {"wat": "vertegenwoordiger", "persoon": str(mia), "als": "mentor", "van": BEGIN,
              "kenmerk": "C/13/1"}  # fmt: skip
    assert vast(huis, "ellen", huis.anna, mentor).json()["code"] == "alleen-meerderjarig"
    oordeel = {"wat": "wilsonbekwaamheid", "door": "arts", "toelichting": "ernstig ziek",
               "van": BEGIN}  # fmt: skip
    assert vast(huis, "anna", huis.anna, oordeel).status_code == 403
    assert vast(huis, "sanne", huis.anna, oordeel).status_code == 201
    kid = huis.kid(huis.anna, bron="wmo-onderzoek", over=Leefgebied.WONEN)
    assert not huis.vraag("anna", kid).keys
    assert not huis.vraag("mia", kid).relaties
    record = vast(huis, "ellen", huis.anna, mentor).json()["id"]
    assert huis.vraag("mia", kid).waarom[kid].besluit.regel == "R-48"
    assert "vertegenwoordiger" in wie_ziet(huis, "joris", mia)
    wil = {"huishouden": str(huis.id), "persoon": str(huis.anna), "doel": "regie",
           "regimes": ["wgs"], "onderwerpen": ["wonen"], "wijze": "mondeling",
           "ontvanger": {"medewerker": str(huis.wie("ellen").actor.id)}}  # fmt: skip
    zelf = huis.stad.vraag("POST", "anna", "/toestemmingen", wil | {"gegevenDoor": str(huis.anna)})
    assert zelf.json()["code"] == "mag-niet-namens"
    huis.stad.doe("mia", "/toestemmingen", wil | {"gegevenDoor": str(mia)})
    huis.trek_in(record, "ellen")
    assert not huis.vraag("mia", kid).relaties


def test_what_a_youth_chose_is_not_a_parents(huis: Huis) -> None:
    """Kees is 14: his objection, his agreement and who still must agree stay with him; a parent
    neither sees nor ends them."""
    over_kees = {"huishouden": str(huis.id), "persoon": str(huis.kees)}
    bezwaar = huis.stad.doe(
        "kees", "/bezwaren", over_kees | {"doel": "schuldhulp", "reden": "Dit is van mij."}
    )["id"]
    akkoord = huis.stad.doe(
        "kees", "/akkoorden", over_kees | {"hulp": "begeleiding", "gegevenDoor": str(huis.kees)}
    )["id"]
    for record in (bezwaar, akkoord):
        antwoord = huis.stad.vraag(
            "POST", "anna", f"/vastleggingen/{record}/intrekking", {"huishouden": str(huis.id)}
        )
        niets = huis.stad.vraag(
            "POST", "anna", f"/vastleggingen/{NERGENS}/intrekking", {"huishouden": str(huis.id)}
        )
        assert (antwoord.status_code, antwoord.json()["code"]) == (404, niets.json()["code"])
    delen = huis.kid(huis.kees, bron="delen", over=Rubriek.DELEN)
    assert set(huis.vraag("kees", delen).keys) == {delen}
    assert not huis.vraag("anna", delen).keys
    pad = f"/huishoudens/{huis.id}/beslissers"
    hulp = {"persoon": str(huis.kees), "handeling": "hulp", "hulp": "begeleiding"}
    assert huis.stad.vraag("GET", "anna", pad, params=hulp).status_code == 404
    wie = huis.stad.zie("ellen", pad, **hulp)
    assert set(wie["samen"]) == {str(huis.kees), str(huis.anna), str(huis.bert)}
    assert wie["ontbreekt"] is None, "what was recorded about sharing is his"
    assert set(huis.stad.zie("kees", pad, **hulp)["ontbreekt"]) == {str(huis.anna), str(huis.bert)}
    huis.stad.doe("anna", "/akkoorden",
                  over_kees | {"hulp": "begeleiding", "gegevenDoor": str(huis.anna)})  # fmt: skip
    assert huis.stad.zie("kees", pad, **hulp)["ontbreekt"] == [str(huis.bert)]
    huis.trek_in(str(bezwaar), "kees")


def test_who_may_not_see_custody_is_told_the_law_and_nothing_of_this_person(huis: Huis) -> None:
    """Yusuf takes part and sees no custody: whether there is any, and whether somebody can decide
    herself, is no part of the answer; that he asked is on the record."""
    doet_mee(huis, "sanne")
    pad = f"/huishoudens/{huis.id}/beslissers"
    soorten = ("hulp", "verstrekken", "toestemming", "intrekken", "rechten")

    def antwoorden(wie: str, over: UUID) -> list[Any]:
        return [
            huis.stad.zie(wie, pad, persoon=str(over), handeling=soort, hulp="begeleiding")
            for soort in soorten
        ]

    eerst = antwoorden("yusuf", huis.anna)
    oordeel = {"wat": "wilsonbekwaamheid", "door": "arts", "toelichting": "ernstig ziek",
               "van": BEGIN}  # fmt: skip
    assert vast(huis, "sanne", huis.anna, oordeel).status_code == 201
    assert antwoorden("yusuf", huis.anna) == eerst == antwoorden("yusuf", huis.kees)
    for een in eerst:
        assert (een["samen"], een["eenVan"], een["ontbreekt"]) == ([], [], None)
        assert een["artikel"]
        assert een["zin"].startswith("Wie hierover beslist, hangt af van")
    assert antwoorden("ellen", huis.anna)[1]["code"] == "A5-WILSONBEKWAAM"
    gevraagd = [rij for rij in huis.log() if rij["actie"] == "beslissers"]
    assert len(gevraagd) == 4 * len(soorten)
    assert not any(rij["gezien"] for rij in gevraagd[: -len(soorten)])
    assert all(rij["gezien"] for rij in gevraagd[-len(soorten) :])


def test_what_a_form_asks_is_on_the_record(huis: Huis) -> None:
    """Also where the answer is that she has no task."""
    yusuf = huis.wie("yusuf").actor.id
    for wie, pad, status in (
        ("yusuf", "vervangers", 200), ("ellen", "vervangers", 200), ("anna", "vervangers", 404),
        ("ellen", f"ontvangers/{yusuf}/doelen", 200), ("tom", f"ontvangers/{yusuf}/doelen", 404),
    ):  # fmt: skip
        voor = huis.regels()
        assert huis.stad.vraag("GET", wie, f"/huishoudens/{huis.id}/{pad}").status_code == status
        assert huis.regels() > voor, (wie, pad)


def test_the_purposes_of_a_receiver_do_not_tell_that_she_stands_in(huis: Huis) -> None:
    naast = professional(huis, 8, "Dora", huis.stad.wie["yusuf"].organisatie, "wgs-schuldhulp")
    pad = f"/huishoudens/{huis.id}/ontvangers/{huis.stad.wie[naast].id}/doelen"
    voor = huis.stad.zie("ellen", pad)
    huis.stad.doe("yusuf", "/vervangers", {
        "huishouden": str(huis.id), "medewerker": str(huis.stad.wie[naast].id),
        "soort": "vervangt", "van": BEGIN})  # fmt: skip
    assert huis.stad.zie("ellen", pad) == voor


GEWEIGERD: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("ellen", "kees", OTS | {"van": "2026-03-03"}, "nog-niet-ingegaan"),
    ("ellen", "kees", OTS | {"tot": "2025-12-31"}, "einde-voor-begin"),
    ("ellen", "kees", OTS | {"tot": "2026-03-01"}, "lopend-verleden"),
    ("ellen", "anna", OTS, "alleen-minderjarig"),
    ("yusuf", "kees", OTS, "alleen-het-college"),
    ("ellen", "anna", {"wat": "veiligheidshuiscasus", "door": "politie", "toets": "past",
                       "van": BEGIN}, "alleen-het-veiligheidshuis"),
    ("ellen", "anna", {"wat": "doorbreking", "herkomst": "zorg-behandeling", "van": BEGIN,
                       "onderwerpen": ["wonen"], "ontvanger": {"organisatie": "Wijkteam Noord"},
                       "afweging": "Er dreigt ernstig gevaar en niets lichters helpt."},
     "alleen-de-geheimhouder"),
    ("ellen", "kees", {"wat": "verwijzing", "melder": str(UUID(int=1)), "contact": "06",
                       "van": BEGIN, "tot": "2027-01-01"}, "alleen-voor-zichzelf"),
    ("ellen", "anna", {"wat": "verwijzing", "melder": "11111111-0000-4000-8000-000000000001",
                       "contact": "06", "van": BEGIN, "tot": "2027-01-01"}, "alleen-jeugdige"),
    ("ellen", "kees", OTS | {"soort": "huisarrest"}, None),
    ("ellen", "kees", OTS | {"van": 5}, None),
    ("ellen", "kees", {"wat": "gerucht"}, None),
]  # fmt: skip


def test_what_cannot_be_is_refused_in_dutch_and_stores_nothing(huis: Huis) -> None:
    voor = rijen(huis)
    for wie, over, wat, code in GEWEIGERD:
        antwoord = vast(huis, wie, getattr(huis, over), wat)
        if code is None:
            assert antwoord.status_code == 400
        else:
            assert (antwoord.status_code, antwoord.json()["code"]) == (409, code)
            assert antwoord.json()["detail"].endswith((".", "(Jeugdwet 7.1.4.5)."))
    assert rijen(huis) == voor


def test_a_holder_speaks_to_nobody_who_does_not_work_here(huis: Huis) -> None:
    doet_mee(huis, "sanne")
    sprak = {"wat": "doorbreking", "herkomst": "zorg-behandeling", "onderwerpen": ["wonen"],
             "van": BEGIN, "afweging": "Er dreigt ernstig gevaar en niets lichters helpt."
             }  # fmt: skip
    niemand = vast(huis, "sanne", huis.anna, sprak | {"ontvanger": {"organisatie": "Geen BV"}})
    assert (niemand.status_code, niemand.json()["code"]) == (409, "ontvanger-onbekend")
    team = {"ontvanger": {"organisatie": huis.stad.wie["yusuf"].organisatie}}
    assert vast(huis, "sanne", huis.anna, sprak | team).status_code == 201


def situatie(huis: Huis, wie: str, over: UUID) -> dict[str, Any]:
    found: dict[str, Any] = huis.stad.zie(wie, f"/huishoudens/{huis.id}/personen/{over}/situatie")
    return found


def test_each_is_offered_what_is_hers_to_record_and_can_end_what_runs(huis: Huis) -> None:
    def kan(wie: str, over: UUID) -> set[str]:
        return set(situatie(huis, wie, over)["kan"])

    assert kan("ellen", huis.kees) == {"maatregel", "verwijzing"}
    assert kan("yusuf", huis.kees) == {"verwijzing"}
    assert kan("ellen", huis.anna) == set()
    doet_mee(huis, "sanne")
    assert kan("sanne", huis.anna) == {"wilsonbekwaamheid", "doorbreking", "noodafspraak"}
    record = vast(huis, "ellen", huis.kees, OTS).json()["id"]
    (loopt,) = situatie(huis, "ellen", huis.kees)["loopt"]
    assert loopt == {"id": record, "wat": "maatregel", "van": BEGIN, "tot": None}
    assert situatie(huis, "yusuf", huis.kees)["loopt"] == []
    huis.trek_in(record, wie="ellen")
    assert situatie(huis, "ellen", huis.kees)["loopt"] == []


def test_an_incapable_adult_first_then_who_speaks_for_her(huis: Huis) -> None:
    doet_mee(huis, "sanne")
    assert "vertegenwoordiger" not in situatie(huis, "sanne", huis.anna)["kan"]
    vast(huis, "sanne", huis.anna, {
        "wat": "wilsonbekwaamheid", "door": "de huisarts", "toelichting": "Ernstig ziek.",
        "van": BEGIN})  # fmt: skip
    gevonden = situatie(huis, "sanne", huis.anna)
    assert "vertegenwoordiger" in gevonden["kan"]
    assert "Ernstig ziek." not in str(gevonden)
    assert [een["wat"] for een in gevonden["loopt"]] == ["wilsonbekwaamheid"]


def test_whom_she_named_for_her_own_task_is_told_to_her_only(huis: Huis) -> None:
    naast = professional(huis, 9, "Mila", huis.stad.wie["yusuf"].organisatie, "wgs-schuldhulp")
    pad = f"/huishoudens/{huis.id}/vervangers"
    assert huis.stad.zie("yusuf", pad) == {"kan": True, "vervangers": []}
    record = huis.stad.doe("yusuf", "/vervangers", {
        "huishouden": str(huis.id), "medewerker": str(huis.stad.wie[naast].id),
        "soort": "vervangt", "van": BEGIN})["id"]  # fmt: skip
    (een,) = huis.stad.zie("yusuf", pad)["vervangers"]
    assert (een["id"], een["medewerker"]) == (record, str(huis.stad.wie[naast].id))
    assert huis.stad.zie("ellen", pad) == {"kan": False, "vervangers": []}
    huis.trek_in(record, wie="yusuf")
    assert huis.stad.zie("yusuf", pad)["vervangers"] == []


def test_what_is_so_of_a_person_is_told_to_professionals_of_the_household_only(huis: Huis) -> None:
    for wie in ("tom", "anna", "joris", "nadia"):
        for over in (huis.anna, NERGENS):
            pad = f"/huishoudens/{huis.id}/personen/{over}/situatie"
            assert huis.stad.vraag("GET", wie, pad).status_code == 404
        assert huis.stad.vraag("GET", wie, f"/huishoudens/{huis.id}/vervangers").status_code == 404
