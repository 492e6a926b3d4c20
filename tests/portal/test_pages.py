"""The pages as a browser without script meets them."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from app.verhaal import PLAATS, Verhaal
from app.wiring import Embedded
from infra.settings import Settings
from infra.staff import Persona
from services.portal.pages.kader import HEADERS
from tests.client import sync_client
from tests.portal.bezoeker import HIER, Bezoeker, gelezen
from tests.portal.conftest import GEVAARLIJK, Wereld

LEEG = "/huishoudens/" + str(uuid4())


def test_without_sign_in_every_page_leads_to_sign_in(wereld: Wereld) -> None:
    for pad in ("/", "/huishoudens", wereld.pad, LEEG, "/inzagen", "/wie-keek", "/bestaat-niet"):
        answer = Bezoeker(wereld.client).vraag("GET", pad)
        assert answer.status_code == 303, pad
        assert answer.headers["Location"].startswith("/aanmelden?naar="), pad


def test_sign_in_sets_a_cookie_that_only_this_site_gets(wereld: Wereld) -> None:
    ellen = wereld.verhaal.ellen
    page = Bezoeker(wereld.client).zie("/aanmelden")
    assert ellen.naam in page
    assert ellen.uitleg in page
    answer = Bezoeker(wereld.client).meld_aan(ellen.id)
    assert answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("samenplan=")
    for part in ("HttpOnly", "Path=/", "SameSite=strict"):
        assert part in cookie
    assert "Secure" not in cookie
    veilig = Bezoeker(wereld.client).vraag(
        "POST", "https://samenplan/aanmelden", data={"persona": str(ellen.id)},
        headers={"Origin": "https://samenplan"},
    )  # fmt: skip
    assert "Secure" in veilig.headers["Set-Cookie"]


@pytest.mark.parametrize("naar", ["//elders.example", "https://elders.example", "/\\elders"])
def test_sign_in_leads_to_no_other_site(wereld: Wereld, naar: str) -> None:
    velden = {"persona": str(wereld.verhaal.ellen.id), "naar": naar}
    answer = Bezoeker(wereld.client).verstuur("/aanmelden", velden)
    assert answer.headers["Location"] == "/"


def test_in_production_nobody_signs_in_as_a_persona(tmp_path: Path) -> None:
    embedded = Embedded(Settings(data=tmp_path, productie=True))
    with sync_client(embedded.web()) as client:
        bezoeker = Bezoeker(client)
        assert "nog niet ingesteld" in bezoeker.zie("/aanmelden")
        answer = bezoeker.verstuur("/aanmelden", {"persona": str(uuid4())})
        assert answer.headers["Location"] == "/aanmelden"
        assert "Set-Cookie" not in answer.headers
    embedded.close()


def test_sign_out_takes_the_cookie_away(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    answer = ellen.verstuur("/afmelden", ellen.verborgen("/huishoudens", "/afmelden"))
    assert answer.headers["Set-Cookie"].startswith('samenplan=""')
    assert answer.headers["Location"] == "/aanmelden"


def test_what_does_not_exist_and_what_may_not_be_known_are_one_page(wereld: Wereld) -> None:
    tom = wereld.bezoeker("Tom Aarts")
    paden = [
        wereld.pad, LEEG, f"{wereld.pad}/vraag", f"{LEEG}/vraag", f"{wereld.pad}/toestemming",
        f"{wereld.pad}?moment=2020-01-01", f"{wereld.pad}?moment=ooit", "/inzagen", "/wie-keek",
        "/huishoudens/1", "/bestaat-niet", "/static/bestaat-niet",
    ]  # fmt: skip
    answers = [tom.vraag("GET", pad) for pad in paden]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "Heeft u een taak in dit huishouden?" in answers[0].text
    samira = wereld.bezoeker("Samira Amrani")
    hier, nergens = (samira.zie(pad, 404) for pad in (LEEG, "/bestaat-niet"))
    assert hier == nergens
    assert "Vraag het dan aan uw regisseur." in hier
    assert "taak" not in hier
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_refused_command_tells_an_outsider_no_more_than_a_page(wereld: Wereld) -> None:
    tom = wereld.bezoeker("Tom Aarts")
    velden = tom.verborgen("/huishoudens", "/afmelden") | {"sleutel": uuid4().hex}
    velden |= {"persoon": wereld.verhaal.samira, "herkomst": "wgs-schuldhulp"}
    bodies = {
        tom.verstuur(huishouden + naar, velden | {"onderwerp": "wonen"}).content
        for huishouden in (wereld.pad, LEEG)
        for naar in ("/vraag", "/grondslagen", "/toestemming", f"/meldingen/{uuid4()}")
    }
    assert bodies == {tom.vraag("GET", LEEG).content}


def _paginas(wereld: Wereld) -> list[httpx.Response]:
    ellen, joris = wereld.bezoeker("Ellen de Wit"), wereld.bezoeker("Joris Meijer")
    samira = wereld.bezoeker("Samira Amrani")
    return [
        Bezoeker(wereld.client).vraag("GET", "/aanmelden"),
        Bezoeker(wereld.client).vraag("GET", wereld.pad),
        *(ellen.vraag("GET", pad) for pad in ("/", "/huishoudens", wereld.pad, LEEG)),
        *(ellen.vraag("GET", f"{wereld.pad}/{naar}") for naar in ("vraag", "toestemming")),
        ellen.vraag("GET", f"{wereld.pad}?moment=2020-01-01"),
        joris.vraag("GET", f"/inzagen?huishouden={wereld.verhaal.huishouden}"),
        joris.vraag("GET", "/inzagen?huishouden=fout"),
        samira.vraag("GET", wereld.pad),
        samira.vraag("GET", "/wie-keek?ook=zelf"),
        ellen.verstuur("/afmelden", {}, origin=None),
        ellen.verstuur("/afmelden", {}),
        ellen.vraag("DELETE", "/huishoudens"),
    ]


def test_every_page_keeps_script_and_strangers_out(wereld: Wereld) -> None:
    for page in _paginas(wereld):
        for name, value in HEADERS.items():
            assert page.headers[name] == value, (page.url, name)
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        for tag, attrs in gelezen(page.text).tags:
            assert tag not in ("style", "iframe", "object"), page.url
            if tag == "script":  # our own file: what stands between the tags would not run
                assert (attrs.get("src") or "").startswith("/static/samenplan.js?v="), page.url
            assert not [a for a in attrs if a == "style" or a.startswith("on")], page.url
            for place in ("href", "src", "action"):
                assert (attrs.get(place) or "/").startswith(("/", "#")), page.url


def test_every_page_is_well_made(wereld: Wereld) -> None:
    for page in _paginas(wereld):
        if not page.text:
            continue
        tags = gelezen(page.text).tags
        names = [tag for tag, _ in tags]
        assert ("html", {"lang": "nl"}) in tags
        assert names.count("h1") == 1 + names.count("template")  # what can take its place
        levels = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
        assert all(b - a <= 1 for a, b in zip([0, *levels], levels, strict=False)), page.url
        ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
        assert len(ids) == len(set(ids)), page.url
        links = [a["href"] or "" for tag, a in tags if tag == "a"]
        assert links[0] == "#inhoud"
        assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
        pointed = [attrs.get("for") or attrs.get("aria-labelledby") for _, attrs in tags]
        assert {p for p in pointed if p} <= set(ids), page.url
        assert names.count("table") == names.count("caption")
        assert all("scope" in attrs for tag, attrs in tags if tag == "th")
        title = re.search("<title>(.*)</title>", page.text)
        assert title is not None
        assert "Amrani" not in title[1]


def test_hostile_text_stays_text(wereld: Wereld) -> None:
    page = wereld.bezoeker("Ellen de Wit").zie(wereld.pad)
    assert GEVAARLIJK not in page
    assert page.count("&lt;script&gt;") == 2
    assert not [tag for tag, attrs in gelezen(page).tags if attrs.get("src") == "x"]


def test_a_household_says_why_each_part_is_visible(wereld: Wereld) -> None:
    page = wereld.bezoeker("Ellen de Wit").zie(wereld.pad)
    assert "U ziet dit huishouden omdat u de regisseur bent." in page
    assert "U ziet dit omdat u als regisseur het gedeelde plan coördineert." in page
    assert re.search(r"Wmo 2015 artikel [\d.]+ .*\(regel R-01\)", page)
    notes = page.split('id="gesprekken"')[1].split("</section>")[0]
    assert notes.count("<article") == notes.count('<details class="waarom">') > 3
    assert "Er kan meer zijn dat u niet mag zien." in page
    assert "Gezegd door het gezin" in page


def test_disagreement_shows_at_its_goal(wereld: Wereld) -> None:
    page = wereld.bezoeker("Ellen de Wit").zie(wereld.pad)
    (goal,) = (part for part in page.split("<article") if "elke dag naar school" in part)
    assert "Niet eens" in goal
    assert "Noah Jansen" in goal
    assert "Elke dag is te veel ineens." in goal


def test_what_was_erased_shows_as_erased(wereld: Wereld) -> None:
    page = wereld.bezoeker("Ellen de Wit").zie(wereld.pad)
    assert "[gewist]" in page
    assert "Verhoef" not in page


def test_what_may_not_be_seen_is_not_in_the_page(wereld: Wereld) -> None:
    schulden = "Huurachterstand van drie maanden."
    assert schulden in wereld.bezoeker("Yusuf Kaya").zie(wereld.pad)
    ellen = wereld.bezoeker("Ellen de Wit")
    assert schulden not in ellen.zie(wereld.pad)
    assert "999900018" not in ellen.zie("/huishoudens")


def test_a_household_as_it_was(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    vroeger = ellen.zie(f"{wereld.pad}?moment=2020-01-01")
    assert "Zoals het was vastgelegd op 1 januari 2020." in vroeger
    assert "Noah" not in vroeger
    vandaag = ellen.zie(f"{wereld.pad}?moment={wereld.verhaal.vandaag}")
    assert "Noah Jansen" in vandaag
    assert gelezen(vandaag).formulieren.keys() == {"/afmelden", wereld.pad}


@pytest.mark.parametrize("moment", ["2026-02-30", "abc", "2020-01-01T00:00"])
def test_a_date_that_is_none_is_said_beside_it_and_shows_today(wereld: Wereld, moment: str) -> None:
    page = wereld.bezoeker("Ellen de Wit").zie(f"{wereld.pad}?moment={moment}", 400)
    assert 'id="fout-moment"' in page
    assert "Kies een dag tot en met vandaag." in page
    assert "Noah Jansen" in page
    assert f'"{moment}"' not in page


@pytest.mark.parametrize("moment", ["0001-01-01", "2020-01-01"])
def test_before_anything_was_recorded_the_page_says_so(wereld: Wereld, moment: str) -> None:
    page = wereld.bezoeker("Ellen de Wit").zie(f"{wereld.pad}?moment={moment}")
    assert "<h1>Nog niets vastgelegd</h1>" in page
    assert "was hier nog niets vastgelegd dat u mag zien." in page
    assert 'id="moment"' in page
    assert "Er is nog geen plan" not in page


@pytest.mark.parametrize(
    ("origin", "headers"),
    [(None, {}), ("https://elders.example", {}), ("null", {}),
     (HIER, {"Sec-Fetch-Site": "cross-site"}), (HIER, {"Sec-Fetch-Site": "same-site"})],
)  # fmt: skip
def test_a_form_from_another_site_is_refused(
    wereld: Wereld, origin: str | None, headers: dict[str, str]
) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    velden = ellen.verborgen("/huishoudens", "/afmelden")
    answer = ellen.verstuur("/afmelden", velden | {"tekst": "eigen"}, origin, **headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert "eigen" not in answer.text


def test_a_form_of_another_session_is_refused_and_keeps_what_was_typed(wereld: Wereld) -> None:
    ellen, yusuf = wereld.bezoeker("Ellen de Wit"), wereld.bezoeker("Yusuf Kaya")
    vreemd = yusuf.verborgen(f"{wereld.pad}/vraag", f"{wereld.pad}/vraag")
    for bezoeker in (ellen, Bezoeker(wereld.client)):
        answer = bezoeker.verstuur(f"{wereld.pad}/vraag", vreemd | {"tekst": "lang <b> verhaal"})
        assert answer.status_code == 403
        assert "lang &lt;b&gt; verhaal" in answer.text
        assert vreemd["formulier"] not in answer.text


def _toestemming(wereld: Wereld, onderwerp: str) -> dict[str, str]:
    return {
        "persoon": wereld.verhaal.samira, "ontvanger": str(wereld.verhaal.ellen.id),
        "doel": "regie", "herkomst": "wgs-schuldhulp", "onderwerpen": onderwerp, "tot": "",
    }  # fmt: skip


def _voor_ellen(wereld: Wereld) -> str:
    """The form once it is said about whom and for whom."""
    wie = f"persoon={wereld.verhaal.samira}&ontvanger={wereld.verhaal.ellen.id}"
    return f"{wereld.pad}/toestemming?{wie}"


def test_a_form_sent_twice_is_stored_once_and_withdrawn_with_one_button(wereld: Wereld) -> None:
    samira = wereld.bezoeker("Samira Amrani")
    pad = f"{wereld.pad}/toestemming"
    velden = samira.verborgen(_voor_ellen(wereld), pad) | _toestemming(wereld, "middelengebruik")
    een, twee = samira.verstuur(pad, velden), samira.verstuur(pad, velden)
    assert een.status_code == twee.status_code == 303
    assert een.headers["Location"] == twee.headers["Location"]
    page = samira.zie(een.headers["Location"])
    assert "De toestemming is vastgelegd." in page
    (deel,) = (part for part in page.split("<article") if "Middelengebruik" in part)
    assert "Geldt" in deel
    (intrekken,) = (p for p in gelezen(deel).formulieren if p.endswith("/intrekking"))
    weg = samira.verstuur(intrekken, samira.verborgen(wereld.pad, intrekken))
    page = samira.zie(weg.headers["Location"])
    (deel,) = (part for part in page.split("<article") if "Middelengebruik" in part)
    assert "Geldt niet meer" in deel
    assert "/intrekking" not in deel


def test_a_refused_form_comes_back_with_what_was_typed(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    pad = f"{wereld.pad}/toestemming"
    velden = ellen.verborgen(_voor_ellen(wereld), pad) | _toestemming(wereld, "wonen")
    velden |= {"gegevenDoor": wereld.verhaal.peter, "wijze": "mondeling aan tafel"}
    answer = ellen.verstuur(pad, velden)
    assert answer.status_code == 409
    assert "Deze persoon kan hiervoor niet tekenen." in answer.text
    assert "mondeling aan tafel" in answer.text
    assert velden["sleutel"] in answer.text
    answer = ellen.verstuur(pad, velden | {"gegevenDoor": "", "tot": "ooit"})
    assert answer.status_code == 400
    for naam in ("gegevenDoor", "tot"):
        assert f'href="#veld-{naam}"' in answer.text
        assert f'aria-describedby="fout-{naam}"' in answer.text


def test_what_was_left_empty_is_asked_for_at_its_field(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    pad = f"{wereld.pad}/toestemming"
    answer = ellen.verstuur(pad, ellen.verborgen(_voor_ellen(wereld), pad))
    assert answer.status_code == 400
    keuzes = ("doel", "herkomst", "onderwerpen", "gegevenDoor")
    for naam in keuzes:
        assert re.search(rf'<a href="#veld-{naam}">[^<]*: maak een keuze</a>', answer.text), naam
    assert '<a href="#veld-wijze">Hoe is dat gegaan: vul dit in</a>' in answer.text
    pad = f"{wereld.pad}/vraag"
    vraag = ellen.verstuur(pad, ellen.verborgen(pad, pad))
    for naam in ("persoon", "herkomst", "onderwerp"):
        assert re.search(rf'<a href="#veld-{naam}">[^<]*: maak een keuze</a>', vraag.text), naam
    for machine in ("regimes", "uuid", "klopt niet", "te kort"):
        assert machine not in answer.text + vraag.text


def test_may_i_see_this_explains_and_one_sentence_opens_it(wereld: Wereld) -> None:
    yusuf = wereld.bezoeker("Yusuf Kaya")
    pad, grond = f"{wereld.pad}/vraag", f"{wereld.pad}/grondslagen"
    assert "Noah slaapt slecht" not in yusuf.zie(wereld.pad)
    vraag = {
        "persoon": wereld.verhaal.noah, "herkomst": "wmo-onderzoek", "onderwerp": "onderwijs"
    }  # fmt: skip
    uitleg = yusuf.verstuur(pad, yusuf.verborgen(pad, pad) | vraag).text
    assert "Nog niet: er ontbreekt een stap" in uitleg
    assert "Wgs artikel 8d" in uitleg
    assert "Niet bekeken" in uitleg
    velden = gelezen(uitleg).formulieren[grond]
    kort = yusuf.verstuur(grond, velden | {"noodzaak": "te kort"})
    assert kort.status_code == 400
    assert ">te kort</textarea>" in kort.text
    velden = gelezen(kort.text).formulieren[grond]
    klaar = yusuf.verstuur(grond, velden | {"noodzaak": "Verzuim kost het gezin de toeslag."})
    assert "Noah slaapt slecht" in yusuf.zie(klaar.headers["Location"])


def test_when_consent_lacks_the_answer_leads_to_its_form(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    pad = f"{wereld.pad}/vraag"
    vraag = {
        "persoon": wereld.verhaal.samira, "herkomst": "wgs-schuldhulp",
        "onderwerp": "financien-en-schulden",
    }  # fmt: skip
    uitleg = ellen.verstuur(pad, ellen.verborgen(pad, pad) | vraag).text
    assert "Wmo 2015 artikel 5.1.1 lid 4" in uitleg
    (link,) = (
        a["href"] for t, a in gelezen(uitleg).tags if "toestemming?" in (a.get("href") or "")
    )
    assert link is not None
    form = ellen.zie(link)
    assert f'name="persoon" value="{wereld.verhaal.samira}"' in form
    assert 'value="financien-en-schulden" checked' in form


def meld(v: Verhaal, door: Persona, naam: str, jaren: int, vraag: str) -> None:
    """A melding by a professional about somebody known, as far as her regisseur can see it."""
    v.t.doe(door.id, "/meldingen", {
        "melder": {"soort": "professional", "naam": door.naam},
        "aangemelde": {"naam": naam, "geboortedatum": v.geboren(jaren), **PLAATS},
        "hulpvraag": {"vraag": vraag, "wieWeetErvan": "het gezin", "wieWilHulp": "de melder"},
        "clientondersteuningAangeboden": True,
    })  # fmt: skip
    v.t.dossier(v.ellen.id, v.huishouden)


def test_a_melding_waits_as_a_task_until_the_regisseur_picks_it_up(wereld: Wereld) -> None:
    v = wereld.verhaal
    meld(v, v.school, "Noah Jansen", 15, "Weer verzuim.")
    ellen = wereld.bezoeker("Ellen de Wit")
    assert "1 melding wacht op u" in ellen.zie("/huishoudens")
    assert "wacht op u" not in wereld.bezoeker("Yusuf Kaya").zie("/huishoudens")
    forms = gelezen(ellen.zie(wereld.pad)).formulieren
    (taak,) = (pad for pad in forms if pad.startswith(f"{wereld.pad}/meldingen/"))
    leeg = ellen.verstuur(taak, forms[taak] | {"uitkomst": ""})
    assert leeg.status_code == 400
    klaar = ellen.verstuur(taak, forms[taak] | {"uitkomst": "Besproken met moeder."})
    page = ellen.zie(klaar.headers["Location"])
    assert "U heeft de melding opgepakt." in page
    assert "Te doen</h2>" not in page
    assert "wacht op u" not in ellen.zie("/huishoudens")


def test_a_melding_under_another_law_waits_and_is_read_with_consent(wereld: Wereld) -> None:
    """Wmo 5.1.1 lid 4: that it waits is the regisseur's task, what it says is for consent."""
    v = wereld.verhaal
    meld(v, v.yusuf, "Peter Jansen", 41, "Een nieuwe huurschuld.")
    ellen, yusuf = wereld.bezoeker("Ellen de Wit"), wereld.bezoeker("Yusuf Kaya")
    voor = ellen.zie(wereld.pad)
    assert "Er wacht een melding over Peter Jansen die u nog niet mag lezen" in voor
    assert "huurschuld" not in voor
    assert "1 melding wacht op u" in ellen.zie("/huishoudens")
    assert "Er wacht een melding" not in yusuf.zie(wereld.pad)
    nodig = f"{wereld.pad}/personen/{v.peter}/nodig"
    assert nodig in voor
    assert 'value="melding"' in ellen.zie(nodig)
    v.t.doe(v.ellen.id, "/toestemmingen", {
        "huishouden": v.huishouden, "persoon": v.peter, "doel": "regie", "regimes": ["wgs"],
        "onderwerpen": ["melding"], "ontvanger": {"medewerker": str(v.ellen.id)},
        "gegevenDoor": v.peter, "wijze": "mondeling",
    })  # fmt: skip
    v.t.dossier(v.ellen.id, v.huishouden)
    na = ellen.zie(wereld.pad)
    assert "Een nieuwe huurschuld." in na
    assert "Er wacht een melding" not in na
    (taak,) = (pad for pad in gelezen(na).formulieren if "/meldingen/" in pad)
    velden = gelezen(na).formulieren[taak] | {"uitkomst": "Besproken."}
    assert ellen.verstuur(taak, velden).status_code == 303


def test_an_action_is_brought_up_to_date_by_who_saw_it_last(wereld: Wereld) -> None:
    ellen = wereld.bezoeker("Ellen de Wit")
    pad = f"{wereld.pad}/acties/{wereld.verhaal.acties[0]}"
    velden, later = ellen.verborgen(wereld.pad, pad), ellen.verborgen(wereld.pad, pad)
    page = ellen.verstuur(pad, velden | {"status": "niet-gelukt", "reden": ""})
    assert page.status_code == 409
    page = ellen.verstuur(pad, velden | {"status": "niet-gelukt", "reden": "Verhuurder wil niet."})
    assert "Reden: Verhuurder wil niet." in ellen.zie(page.headers["Location"])
    te_laat = ellen.verstuur(pad, later | {"status": "niet-gelukt", "reden": "Mijn lezing."})
    assert te_laat.status_code == 412
    assert 'value="Mijn lezing."' in te_laat.text


def test_the_privacy_officer_reads_looks_and_refusals(wereld: Wereld) -> None:
    wereld.bezoeker("Tom Aarts").zie(wereld.pad, 404)
    joris = wereld.bezoeker("Joris Meijer")
    page = joris.zie(f"/inzagen?huishouden={wereld.verhaal.huishouden}")
    eerste = page.split("<tbody>")[1].split("</tr>")[0]
    assert "Tom Aarts" in eerste
    assert "geen taak in dit huishouden" in eerste
    assert "Wgs artikel 8d" in page
    assert "Peter Jansen" not in page
    assert f"<code>{wereld.verhaal.huishouden}</code>" in wereld.bezoeker("Samira Amrani").zie(
        wereld.pad
    )
    page = joris.zie(f"/inzagen?huishouden={wereld.verhaal.huishouden}")
    eigen = next(r for r in page.split("</tr>") if f">Inwoner {wereld.verhaal.samira[:8]}<" in r)
    assert ">eigen inzage</td>" in eigen
    assert "Samira Amrani" not in page
    assert not re.search(r"<code>(\w+)</code> (<code>\w+</code> )*<code>\1</code>", page)
    assert joris.zie("/inzagen?huishouden=fout", 400).count("dit is geen nummer") == 1
    assert "Hier keek nog niemand." in joris.zie(f"/inzagen?huishouden={uuid4()}")


def test_a_resident_reads_who_looked(wereld: Wereld) -> None:
    samira = wereld.bezoeker("Samira Amrani")
    samira.zie(wereld.pad)
    page = samira.zie("/wie-keek")
    assert "<strong>Ellen de Wit</strong>" in page
    assert "regisseur, Wijkteam Noord" in page
    assert "Geld en schulden" in page
    assert "Uzelf" not in page
    assert "Uzelf" in samira.zie("/wie-keek?ook=zelf")


def _ondertekend(wereld: Wereld) -> None:
    (sequencer,) = wereld.embedded.volgorde.consumers
    while sequencer.step():
        pass


def test_a_resident_reads_every_time_and_takes_it_along(wereld: Wereld) -> None:
    samira = wereld.bezoeker("Samira Amrani")
    ellen = wereld.bezoeker("Ellen de Wit")
    for _ in range(2):
        ellen.zie(f"{wereld.pad}/personen/{wereld.verhaal.samira}/nodig")
    _ondertekend(wereld)
    page = samira.zie("/wie-keek")
    (rij,) = [r for r in page.split("</tr>") if "Vroeg wat de regels zeggen" in r and "Ellen" in r]
    assert "Gevraagd, niet gezien" not in rij
    assert len(re.findall(r"<p>\d+ \w+ \d{4} om \d\d\.\d\d uur</p>", rij)) >= 2
    for bestand, heeft in (("overzicht.json", "waarvoor"), ("uitvoer.json", "bewijs")):
        assert f'href="/wie-keek/{bestand}"' in page
        antwoord = samira.vraag("GET", f"/wie-keek/{bestand}")
        assert antwoord.headers["Content-Disposition"].startswith("attachment")
        assert heeft in antwoord.text
        assert antwoord.json()["regels"]
        assert ellen.vraag("GET", f"/wie-keek/{bestand}").status_code == 404
    assert samira.vraag("GET", "/wie-keek/iets.json").status_code == 404


def test_a_parent_reads_who_looked_at_a_child_below_12(wereld: Wereld) -> None:
    samira = wereld.bezoeker("Samira Amrani")
    _ondertekend(wereld)
    page = samira.zie(wereld.pad)
    for kind, mag in ((wereld.verhaal.lina, True), (wereld.verhaal.noah, False)):
        hier = f"{wereld.pad}/personen/{kind}"
        for pad in (f"{hier}/wie-keek", f"{hier}/wie-keek/uitvoer.json", f"{hier}/zicht"):
            assert samira.vraag("GET", pad).status_code == (200 if mag else 404), pad
        assert (f'href="{hier}/wie-keek"' in page) is mag
    page = samira.zie(f"{wereld.pad}/personen/{wereld.verhaal.lina}/wie-keek")
    assert "Wie keek er naar gegevens van Lina Jansen?" in page


def test_the_privacy_officer_narrows_the_list_down_and_takes_it_along(wereld: Wereld) -> None:
    joris, hier = (
        wereld.bezoeker("Joris Meijer"),
        f"/inzagen?huishouden={wereld.verhaal.huishouden}",
    )
    yusuf = joris.zie(f"{hier}&medewerker=kaya&soort=inzage&persoon={wereld.verhaal.samira[:8]}")
    assert yusuf.count('<th scope="row">') > 0
    assert yusuf.count('<td data-kop="Wie">Yusuf Kaya') == yusuf.count('<th scope="row">')
    assert ">eigen taak</td>" not in yusuf
    assert "0 vragen over de regels" in yusuf
    assert "past hierbij" in joris.zie(f"{hier}&tot=2020-01-01")
    assert "dit is geen datum" in joris.zie(f"{hier}&van=gisteren", 400)
    uitvoer = joris.vraag("GET", f"/inzagen/uitvoer.json?huishouden={wereld.verhaal.huishouden}")
    assert uitvoer.json()["over"] == wereld.verhaal.huishouden
    assert wereld.bezoeker("Ellen de Wit").vraag("GET", "/inzagen/uitvoer.json").status_code == 404


def test_of_a_day_to_come_nothing_was_recorded(wereld: Wereld) -> None:
    page = wereld.bezoeker("Samira Amrani").zie(f"{wereld.pad}?moment=2099-01-01", 400)
    assert "Kies een dag tot en met vandaag." in page
    assert "Zoals het was vastgelegd op" not in page


def test_a_position_that_is_none_is_ignored(wereld: Wereld) -> None:
    assert "Noah Jansen" in wereld.bezoeker("Ellen de Wit").zie(f"{wereld.pad}?naPositie=onzin")


def test_everybody_reads_what_the_gemeente_uses_data_for(wereld: Wereld) -> None:
    for naam in ("Samira Amrani", "Ellen de Wit", "Joris Meijer"):
        page = wereld.bezoeker(naam).zie("/verwerkingsregister")
        assert "Schuldhulpverlening" in page
        assert "Wgs artikel 3" in page
        assert "urn:samenplan:verwerking:9999:schuldhulp:1" in page
    bezoeker = wereld.bezoeker("Samira Amrani")
    assert "Helpen bij problematische schulden" in bezoeker.zie(
        "/verwerkingsregister/schuldhulp/versies/1"
    )
    for pad in ("schuldhulp/versies/2", "niets/versies/1", "schuldhulp/versies/een"):
        assert bezoeker.vraag("GET", f"/verwerkingsregister/{pad}").status_code == 404


def test_the_overview_says_what_for_and_names_whom_she_knows(wereld: Wereld) -> None:
    page = wereld.bezoeker("Samira Amrani").zie("/wie-keek")
    assert "Om u te helpen met schulden" in page
    assert "Yusuf Kaya" in page
    assert "Tom Aarts" not in page


def test_whether_the_log_adds_up_is_for_who_supervises(wereld: Wereld) -> None:
    page = wereld.bezoeker("Joris Meijer").zie("/inzagen/volledigheid")
    assert "Wanneer vergeleken" in page
    for naam in ("Samira Amrani", "Ellen de Wit", "Hanna Bos"):
        assert wereld.bezoeker(naam).vraag("GET", "/inzagen/volledigheid").status_code == 404
