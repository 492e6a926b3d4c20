"""Records need authority: who may make and end each, and who may not, over HTTP in one town."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from events.begrippen import Leefgebied
from tests.consent.huis import Huis
from tests.consent.nacht import Nacht
from tests.consent.test_omstandigheden import BEGIN, OTS, professional, vast
from tests.system.stad import stad


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("bevoegd")) as made:
        yield Huis(made)


def erbij(huis: Huis, wie: str) -> None:
    """Somebody takes part, from here on; more than one test of this file asks that."""
    pad = f"/plannen/{huis.plan}/deelnemers"
    body = {"medewerker": id_van(huis, wie), "taak": "haar taak"}
    assert huis.stad.vraag("POST", "ellen", pad, body).json().get("code") in (None, "al-deelnemer")


def post(huis: Huis, wie: str, pad: str, **body: Any) -> httpx.Response:
    return huis.stad.vraag("POST", wie, pad, {"huishouden": str(huis.id)} | body)


def eindig(huis: Huis, wie: str, record: object) -> httpx.Response:
    return post(huis, wie, f"/vastleggingen/{record}/intrekking")


def geweigerd(antwoord: httpx.Response, code: str, status: int = 403) -> None:
    """Refused by this rule, with a sentence that says what to do."""
    assert (antwoord.status_code, antwoord.json().get("code")) == (status, code), antwoord.text
    assert len(antwoord.json()["detail"]) > 40


def id_van(huis: Huis, wie: str) -> str:
    return str(huis.stad.wie[wie].id)


def wil(huis: Huis, **anders: Any) -> dict[str, Any]:
    """A toestemming of Anna for Ellen."""
    return {
        "persoon": str(huis.anna), "doel": "regie", "regimes": ["wgs"],
        "onderwerpen": ["wonen"], "ontvanger": {"medewerker": id_van(huis, "ellen")},
        "gegevenDoor": str(huis.anna), "wijze": "mondeling",
    } | anders  # fmt: skip


# --- a task -------------------------------------------------------------------------------------


def test_a_regisseur_records_while_her_mandate_holds_and_not_after(nacht: Nacht) -> None:
    """Awb 10:3: she sees nothing any more, and what she writes would open for others."""
    mandaat = {"kenmerk": "M-2", "van": "2026-01-01", "tot": "2026-03-07"}
    lid = {"rol": "volwassene", "sinds": "2026-01-01", "reden": "gevormd"}
    made = nacht.stad.doe("ruben", "/huishoudens", {
        "regisseur": id_van(nacht, "ellen"), "mandaat": mandaat, "leden": [
            lid | {"naam": "Oma Ginds", "geboortedatum": "1960-01-01"},
            lid | {"naam": "Kind Ginds", "geboortedatum": "2015-01-01", "rol": "kind"}],
    })  # fmt: skip
    oma, kind = made["leden"]
    hier = {"huishouden": made["id"]}
    ots = hier | {"persoon": kind, "omstandigheid": OTS}
    ja = wil(nacht) | hier | {"persoon": oma, "gegevenDoor": oma}
    maatregel = nacht.stad.doe("ellen", "/omstandigheden", ots)["id"]
    nacht.later(days=5)
    pad = f"/huishoudens/{made['id']}/beslissers?persoon={kind}&handeling=hulp"
    geweigerd(post(nacht, "ellen", "/omstandigheden", **ots), "mandaat-geldt-niet")
    geweigerd(post(nacht, "ellen", "/toestemmingen", **ja), "mandaat-geldt-niet")
    geweigerd(
        post(nacht, "ellen", f"/vastleggingen/{maatregel}/intrekking", **hier),
        "mandaat-geldt-niet",
    )
    geweigerd(nacht.stad.vraag("GET", "ellen", pad), "mandaat-geldt-niet")
    assert post(nacht, "ellen", "/toestemmingen", **wil(nacht)).status_code == 201


def test_an_emergency_access_is_no_task_to_record_anything(nacht: Nacht) -> None:
    """She looks, and tells afterwards what she did; somebody who takes part records the rest."""
    record = nacht.toestemming()
    nummer = nacht.genomen()
    voor_anna = {"persoon": str(nacht.anna)}
    wat = {"wat": "verwijzing", "melder": id_van(nacht, "nadia"), "contact": "06", "van": BEGIN,
           "tot": "2027-01-01"}  # fmt: skip
    for pad, body in (
        ("/toestemmingen", wil(nacht)),
        ("/bezwaren", voor_anna | {"doel": "schuldhulp", "reden": "weg"}),
        ("/akkoorden", voor_anna | {"hulp": "hulp", "gegevenDoor": str(nacht.anna)}),
        ("/omstandigheden", voor_anna | {"omstandigheid": wat}),
        (f"/vastleggingen/{record}/intrekking", {}),
    ):
        geweigerd(post(nacht, "nadia", pad, **body), "nood-is-geen-taak")
    pad = f"/huishoudens/{nacht.id}/beslissers?persoon={nacht.kees}&handeling=hulp"
    geweigerd(nacht.stad.vraag("GET", "nadia", pad), "nood-is-geen-taak")
    assert nacht.stap("nadia", nummer, "verslag", verslag="Kees is veilig.").status_code == 201
    nacht.doet_mee("nadia")
    assert post(
        nacht, "nadia", "/omstandigheden", persoon=str(nacht.kees), omstandigheid=wat
    ).is_success
    assert post(nacht, "nadia", "/toestemmingen", **wil(nacht)).status_code == 201


def test_a_safety_core_counts_for_an_access_that_began_after_it(nacht: Nacht) -> None:
    """Agreed beforehand means before she came in, also when she goes in again from there."""
    kid = nacht.kid(nacht.anna, bron="zorg-behandeling", over=Leefgebied.VEILIGHEID)
    nacht.doet_mee("sanne")
    kern = {"persoon": str(nacht.anna), "onderwerpen": ["veiligheid"], "wijze": "in een gesprek",
            "gegevenDoor": str(nacht.anna)}  # fmt: skip
    nacht.genomen()
    te_laat = post(nacht, "sanne", "/noodafspraken", **kern).json()["id"]
    assert not nacht.ziet(kid)
    nacht.genomen()
    assert not nacht.ziet(kid)
    nacht.later(hours=5)
    nacht.genomen()
    assert nacht.vraag("nadia", kid).waarom[kid].besluit.gebruikt == (UUID(te_laat),)


# --- who cannot decide --------------------------------------------------------------------------

ONBEKWAAM = {"wat": "wilsonbekwaamheid", "door": "huisarts", "toelichting": "ernstig ziek",
             "van": BEGIN}  # fmt: skip


def namens(persoon: str, als: str = "mentor", **anders: Any) -> dict[str, Any]:
    wat = {"wat": "vertegenwoordiger", "persoon": persoon, "als": als, "van": BEGIN}
    return wat | ({"kenmerk": "C/13/2"} if als in ("mentor", "curator") else {}) | anders


def test_only_who_treats_says_that_somebody_cannot_decide(huis: Huis) -> None:
    """BW 7:465, Jeugdwet 7.3.15: a teacher opens nobody's file by declaring a youth incapable."""
    juf = professional(huis, 2, "Juf", "School", "school")
    erbij(huis, juf)
    geheim = huis.kid(huis.kees, bron="jeugdhulp-dossier", over=Leefgebied.WONEN)
    eigen = huis.kid(huis.kees, bron="gezinsplan", over=Leefgebied.WONEN)
    for wie in (juf, "ellen", "yusuf"):
        for over in (huis.kees, huis.anna):
            geweigerd(vast(huis, wie, over, ONBEKWAAM), "alleen-de-behandelaar", 409)
    assert not huis.vraag("anna", geheim).keys
    assert huis.vraag("kees", eigen).keys
    bram = huis.stad.wie["bram"]
    assert vast(huis, "bram", huis.kees, ONBEKWAAM).status_code == 404, "no task here"
    erbij(huis, "bram")
    record = vast(huis, "bram", huis.kees, ONBEKWAAM).json()["id"]
    assert huis.vraag("anna", geheim).keys
    assert eindig(huis, "bram", record).status_code == 200, bram
    assert not huis.vraag("anna", geheim).keys


def test_nobody_names_herself_nor_another_who_works_here(vers: Huis) -> None:
    huis = vers
    erbij(huis, "sanne")
    assert vast(huis, "sanne", huis.anna, ONBEKWAAM).status_code == 201
    for wie in ("sanne", "yusuf", "ellen"):
        for als in ("curator", "gemachtigde"):
            antwoord = vast(huis, "sanne", huis.anna, namens(id_van(huis, wie), als))
            geweigerd(antwoord, "vertegenwoordiger-heeft-taak", 409)
            elders = vast(huis, "yusuf", huis.anna, namens(id_van(huis, wie), als))
            geweigerd(elders, "alleen-de-behandelaar", 409)  # who has a task is not for anybody
    mia = str(UUID(int=7100))
    zonder = vast(huis, "sanne", huis.anna, namens(mia, kenmerk=None))
    geweigerd(zonder, "beslissing-ontbreekt", 409)
    geweigerd(vast(huis, "yusuf", huis.anna, namens(mia)), "alleen-de-behandelaar", 409)
    geweigerd(vast(huis, "ellen", huis.anna, namens(mia, "partner")), "alleen-de-behandelaar", 409)
    assert vast(huis, "sanne", huis.anna, namens(mia, "partner")).status_code == 201
    assert vast(huis, "ellen", huis.anna, namens(mia)).status_code == 201


# --- whose word counts --------------------------------------------------------------------------


def test_no_law_comes_along_with_another(huis: Huis) -> None:
    """Kees is 14: over a helper's file he decides, over the college's who has custody."""
    kees, anna, over = str(huis.kees), str(huis.anna), ["onderwijs"]
    for regimes in (["jeugdhulp", "wmo"], ["zorg", "jeugd"], ["wmo-aanbieder", "wgs"]):
        for wie, door in (("anna", anna), ("kees", kees), ("ellen", anna), ("ellen", kees)):
            body = wil(huis, persoon=kees, regimes=regimes, gegevenDoor=door, onderwerpen=over)
            geweigerd(post(huis, wie, "/toestemmingen", **body), "vraag-per-wet", 409)
    for regime, wie, ander in (("jeugdhulp", "kees", "anna"), ("wmo-aanbieder", "kees", "anna"),
                               ("wgs", "anna", "kees")):  # fmt: skip
        for door, status in ((wie, 201), (ander, 409)):
            gever = kees if door == "kees" else anna
            body = wil(huis, persoon=kees, regimes=[regime], gegevenDoor=gever, onderwerpen=over)
            assert post(huis, door, "/toestemmingen", **body).status_code == status, regime
    ja = wil(huis, regimes=["jeugdhulp", "wmo"], onderwerpen=over)
    assert post(huis, "anna", "/toestemmingen", **ja).status_code == 201, "her own, all of it"


# --- what a record rests on ---------------------------------------------------------------------


def zeg(huis: Huis, wie: str, persoon: UUID, doel: str, regime: str) -> httpx.Response:
    return post(huis, wie, "/grondslagen", personen=[str(persoon)], doel=doel, regimes=[regime],
                onderwerpen=["wonen"], noodzaak="Zonder dit klopt het plan niet.")  # fmt: skip


def test_a_ground_that_rests_on_a_measure_waits_for_the_measure(huis: Huis) -> None:
    """Jeugdwet 7.3.11 lid 4: of a minor under supervision, and of who has custody of her."""
    gerda = professional(huis, 1, "Gerda", "Bescherming Noord", "gi-maatregel")
    erbij(huis, gerda)
    for over in (huis.kees, huis.anna):
        geweigerd(zeg(huis, gerda, over, "jeugdbescherming", "wmo"), "maatregel-ontbreekt", 409)
    assert vast(huis, "ellen", huis.kees, OTS | {"instelling": "Elders"}).status_code == 201
    geweigerd(zeg(huis, gerda, huis.kees, "jeugdbescherming", "wmo"), "maatregel-ontbreekt", 409)
    assert vast(huis, "ellen", huis.kees, OTS).status_code == 201
    for over in (huis.kees, huis.anna):
        assert zeg(huis, gerda, over, "jeugdbescherming", "wmo").status_code == 201


def test_a_ground_that_rests_on_what_a_holder_told_waits_for_the_holder(huis: Huis) -> None:
    """Sr 40: who reads does not weigh the duties of who keeps the secret."""
    erbij(huis, "sanne")
    geweigerd(zeg(huis, "yusuf", huis.anna, "schuldhulp", "zorg"), "houder-sprak-niet", 409)
    sprak = {"wat": "doorbreking", "herkomst": "zorg-behandeling", "onderwerpen": ["wonen"],
             "ontvanger": {"medewerker": id_van(huis, "yusuf")}, "van": BEGIN,
             "afweging": "Er dreigt ernstig gevaar en niets lichters helpt."}  # fmt: skip
    assert vast(huis, "sanne", huis.anna, sprak).status_code == 201
    geweigerd(zeg(huis, "yusuf", huis.bert, "schuldhulp", "zorg"), "houder-sprak-niet", 409)
    assert zeg(huis, "yusuf", huis.anna, "schuldhulp", "zorg").status_code == 201


def test_help_without_the_parents_is_judged_by_the_helper(huis: Huis) -> None:
    """Jeugdwet 7.3.4 lid 2: neither the youth nor a teacher passes the parents by."""
    juf = professional(huis, 2, "Juf", "School", "school")
    for wie in (juf, "bram"):
        erbij(huis, wie)
    ja = {"persoon": str(huis.kees), "hulp": "traject", "gegevenDoor": str(huis.kees)}
    waarom = {"zonderGezag": "Thuis is het niet veilig om dit te bespreken."}
    for wie in ("kees", juf, "ellen"):
        geweigerd(post(huis, wie, "/akkoorden", **ja, **waarom), "alleen-de-hulpverlener")
    pad = f"/huishoudens/{huis.id}/beslissers"
    hulp = {"persoon": str(huis.kees), "handeling": "hulp", "hulp": "traject"}
    assert post(huis, "kees", "/akkoorden", **ja).status_code == 201
    ouders = {str(huis.anna), str(huis.bert)}
    assert set(huis.stad.zie("kees", pad, **hulp)["ontbreekt"]) == ouders
    assert post(huis, "bram", "/akkoorden", **ja, **waarom).status_code == 201
    assert huis.stad.zie("kees", pad, **hulp)["ontbreekt"] == []


# --- ending -------------------------------------------------------------------------------------


def test_a_professional_ends_what_she_or_her_colleague_recorded(huis: Huis) -> None:
    """Not what another stands for, however much she takes part; the person always may."""
    juf = professional(huis, 2, "Juf", "School", "school")
    anders = professional(huis, 3, "Anders", "Wijkteam Noord", "wgs-schuldhulp")
    collega = professional(huis, 7, "Collega", "Wijkteam Noord", "wmo-onderzoek")
    for wie in (juf, anders, collega):
        erbij(huis, wie)
    kid = huis.kid(huis.anna)
    zelf_gegeven = huis.toestemming()
    for wie in (juf, "ellen", "yusuf"):
        geweigerd(eindig(huis, wie, zelf_gegeven), "niet-uw-vastlegging")
    assert kid in huis.vraag("ellen", kid).keys
    assert eindig(huis, "anna", zelf_gegeven).status_code == 200
    for mag_het in ("ellen", collega, "anna"):
        record = post(huis, "ellen", "/toestemmingen", **wil(huis)).json()["id"]
        for wie in (juf, anders):
            geweigerd(eindig(huis, wie, record), "niet-uw-vastlegging")
        assert eindig(huis, mag_het, record).status_code == 200
        assert eindig(huis, mag_het, record).json()["code"] == "al-ingetrokken"
    grond = zeg(huis, "yusuf", huis.anna, "schuldhulp", "wmo").json()["ids"][0]
    geweigerd(eindig(huis, "ellen", grond), "niet-uw-vastlegging")
    assert eindig(huis, "yusuf", grond).status_code == 200


def test_a_measure_ends_by_the_college_or_by_who_executes_it(huis: Huis) -> None:
    gerda = professional(huis, 1, "Gerda", "Bescherming Noord", "gi-maatregel")
    ander = professional(huis, 6, "Gijs", "Bescherming Zuid", "gi-maatregel")
    for wie in (gerda, ander, "karin"):
        erbij(huis, wie)
    for mag_het in (gerda, "karin", "ellen"):
        record = vast(huis, "ellen", huis.kees, OTS).json()["id"]
        for wie in (ander, "yusuf"):
            geweigerd(eindig(huis, wie, record), "niet-uw-vastlegging")
        assert eindig(huis, mag_het, record).status_code == 200


def test_an_objection_written_down_wrongly_is_undone_by_who_wrote_it_or_whose_it_is(
    huis: Huis,
) -> None:
    tegen = {"persoon": str(huis.anna), "doel": "schuldhulp", "reden": "verkeerd begrepen"}
    kid = huis.kid(huis.anna)
    for mag_het in ("ellen", "anna"):
        record = post(huis, "ellen", "/bezwaren", **tegen).json()["id"]
        assert not huis.vraag("yusuf", kid).keys
        geweigerd(eindig(huis, "yusuf", record), "bezwaar-blijft", 409)
        assert eindig(huis, mag_het, record).status_code == 200
        assert huis.vraag("yusuf", kid).keys


def test_what_a_youth_allowed_of_her_file_no_parent_takes_back(huis: Huis) -> None:
    kees = str(huis.kees)
    ja = wil(huis, persoon=kees, gegevenDoor=kees, regimes=["jeugdhulp"])
    record = post(huis, "kees", "/toestemmingen", **ja).json()["id"]
    assert eindig(huis, "anna", record).status_code == 404
    assert eindig(huis, "kees", record).status_code == 200
    ja = wil(huis, persoon=kees, gegevenDoor=str(huis.anna))
    for wie in ("anna", "bert", "kees"):
        record = post(huis, "anna", "/toestemmingen", **ja).json()["id"]
        assert eindig(huis, wie, record).status_code == 200, "UAVG 5 lid 3 onder b"


# --- who left -----------------------------------------------------------------------------------


def test_who_left_still_ends_and_objects_to_what_was_recorded_about_her_here(vers: Huis) -> None:
    """AVG 7 lid 3, 21: and sees what she can end; of the household she sees nothing."""
    huis = vers
    voor_anna, voor_bert = huis.toestemming(), post(huis, "bert", "/toestemmingen", **wil(
        huis, persoon=str(huis.bert), gegevenDoor=str(huis.bert))).json()["id"]  # fmt: skip
    voor_kees = post(huis, "anna", "/toestemmingen", **wil(huis, persoon=str(huis.kees))).json()
    pad = f"/huishoudens/{huis.id}/personen"
    for wie in (huis.anna, huis.kees):
        huis.stad.doe("ellen", f"/huishoudens/{huis.id}/leden/{wie}/vertrek", {
            "op": "2026-03-01", "reden": "gescheiden"})  # fmt: skip
    kid, plan = huis.kid(huis.anna), huis.kid(huis.anna, bron="gezinsplan", over=Leefgebied.WONEN)
    assert not huis.vraag("anna", plan).relaties
    (eigen,) = huis.stad.zie("anna", f"{pad}/{huis.anna}/vastleggingen")["vastleggingen"]
    assert (eigen["id"], eigen["soort"], eigen["doel"]) == (voor_anna, "instemming", "regie")
    (zijn,) = huis.stad.zie("kees", f"{pad}/{huis.kees}/vastleggingen")["vastleggingen"]
    assert zijn["id"] == voor_kees["id"]
    assert huis.stad.zie("anna", f"{pad}/{huis.kees}/vastleggingen")["vastleggingen"] == [zijn]
    for kijkt, over in (("anna", huis.bert), ("tom", huis.anna), ("ellen", huis.anna)):
        assert huis.stad.vraag("GET", kijkt, f"{pad}/{over}/vastleggingen").status_code == 404
    assert eindig(huis, "anna", voor_bert).status_code == 404
    assert eindig(huis, "anna", voor_anna).status_code == 200
    assert kid not in huis.vraag("ellen", kid).keys
    assert eindig(huis, "anna", voor_kees["id"]).status_code == 200, "by who has custody"
    tegen = {"doel": "schuldhulp", "reden": "Ik woon hier niet meer."}
    assert kid in huis.vraag("yusuf", kid).keys
    for over, status in ((huis.bert, 404), (huis.kees, 201), (huis.anna, 201)):
        antwoord = post(huis, "anna", "/bezwaren", **tegen, persoon=str(over))
        assert antwoord.status_code == status
    assert kid not in huis.vraag("yusuf", kid).keys
    ja = wil(huis, regimes=["pw"])
    assert post(huis, "anna", "/toestemmingen", **ja).status_code == 404, "nothing new from here"
    gezien = [regel["wat"] for regel in huis.van("anna")]
    assert gezien, "who looked stays hers to read"


# --- substitutes --------------------------------------------------------------------------------


def test_a_substitute_for_two_colleagues_keeps_the_one_when_the_other_ends(vers: Huis) -> None:
    huis = vers
    organisatie = huis.wie("yusuf").actor.organisatie
    yara = professional(huis, 4, "Yara", organisatie, "wgs-schuldhulp")
    yon = professional(huis, 5, "Yon", organisatie, "wgs-schuldhulp")
    erbij(huis, yon)
    kid = huis.kid(huis.anna)
    wie: dict[str, Any] = {"medewerker": id_van(huis, yara), "soort": "vervangt", "van": BEGIN}
    eerste = post(huis, "yusuf", "/vervangers", **wie).json()["id"]
    tweede = post(huis, yon, "/vervangers", **wie, tot="2026-03-02").json()["id"]
    assert kid in huis.vraag(yara, kid).keys
    huis.stad.uur.nu += timedelta(days=1)
    huis.stad._tokens.clear()
    assert huis.vraag(yara, kid).waarom[kid].besluit.gebruikt == (UUID(eerste),)
    assert eindig(huis, yon, tweede).status_code == 200
    assert kid in huis.vraag(yara, kid).keys
    assert eindig(huis, "yusuf", eerste).status_code == 200
    assert not huis.vraag(yara, kid).relaties
