"""The page of what is needed: only what the law offers her, and nothing lost when it is refused."""

from __future__ import annotations

import re
import sqlite3
from html import unescape
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from services.consent.delen.vastleggen import Vastleggen
from services.portal.pages.nodig import gronden, toestemmingen
from services.portal.woorden import WOORDEN
from tests.portal.bezoeker import gelezen
from tests.portal.conftest import Wereld, eigen_wereld

wereld = eigen_wereld


def pad(wereld: Wereld) -> str:
    return f"{wereld.pad}/personen/{wereld.verhaal.samira}/nodig"


GROND = "grond-schuldhulp-R-30"


def velden(wereld: Wereld, html: str, groep: str) -> dict[str, Any]:
    """The hidden fields of one form; all forms of the page go to the same address."""
    (deel,) = (d for d in html.split("<form") if f'name="groep" value="{groep}"' in d)
    found: dict[str, Any] = {}
    for naam, waarde in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', deel):
        found[naam] = [*found.get(naam, []), waarde] if naam == "regimes" else waarde
    return found


def test_without_a_reason_nothing_is_recorded_and_the_choice_stays(wereld: Wereld) -> None:
    yusuf = wereld.bezoeker("Yusuf Kaya")
    form = velden(wereld, yusuf.zie(pad(wereld)), GROND)
    gekozen_ = {"onderwerpen": "geestelijke-gezondheid", "alleen": "jeugd"}
    answer = yusuf.verstuur(pad(wereld), form | gekozen_)
    assert answer.status_code == 400
    assert "Er is niets bewaard" in answer.text
    assert '<a href="#veld-noodzaak">' in answer.text
    gekozen = [a["value"] for t, a in gelezen(answer.text).tags if t == "input" and "checked" in a]
    assert gekozen == ["geestelijke-gezondheid", "jeugd"]
    assert "<details open><summary>Niet alles nodig?" in answer.text


def test_consent_without_a_subject_records_no_lifting_of_secrecy_either(wereld: Wereld) -> None:
    """About somebody of whom no other test lifts any: were it stored, the form would not ask it."""
    ellen, groep = wereld.bezoeker("Ellen de Wit"), "zorg-regie-opheffing-toestemming"
    hier = f"{wereld.pad}/personen/{wereld.verhaal.peter}/nodig"
    form = velden(wereld, ellen.zie(hier), groep)
    form |= {"opheffing": "zorg-behandeling", "wijze": "mondeling"}
    answer = ellen.verstuur(hier, form)
    assert answer.status_code == 400
    assert '<a href="#veld-onderwerpen">' in answer.text
    gekozen = [a["value"] for t, a in gelezen(answer.text).tags if t == "input" and "checked" in a]
    assert gekozen == ["zorg-behandeling"]
    door = form.pop("opheffingDoor")
    form["onderwerpen"] = "wonen"
    answer = ellen.verstuur(hier, form)
    assert (answer.status_code, '<a href="#veld-opheffingDoor">' in answer.text) == (400, True)
    assert "opheffingDoor" in velden(wereld, ellen.zie(hier), groep)
    assert ellen.verstuur(hier, form | {"opheffingDoor": door}).status_code == 303
    assert f'value="{groep}"' not in ellen.zie(hier)


def test_when_the_second_record_is_refused_the_page_says_that_the_first_stands(
    wereld: Wereld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What remains is asked with a key of its own; all of it sent again adds only what lacks."""
    for wie, pagina, over, voor in (
        ("Ellen de Wit", "nodig", wereld.verhaal.samira, ""),
        ("Samira Amrani", "zicht", wereld.verhaal.samira, wereld.verhaal.yusuf.id),
    ):
        mens, hier = wereld.bezoeker(wie), f"{wereld.pad}/personen/{over}/{pagina}"
        html = mens.zie(hier)
        (groep, *_) = re.findall(
            rf'name="groep" value="({voor}zorg-[^"]*opheffing-toest[^"]*)"', html
        )
        form = velden(wereld, html, groep) | {"opheffing": "zorg-behandeling"}
        form |= {"onderwerpen": "geestelijke-gezondheid", "wijze": "mondeling"}
        with monkeypatch.context() as zonder:
            zonder.setattr(Vastleggen, "opheffing", _op_slot)
            answer = mens.verstuur(hier, form)
        assert answer.status_code == 503
        assert "Wel bewaard: de toestemming. Nog niet bewaard: de opheffing" in answer.text
        assert "Er is niets bewaard" not in answer.text
        rest = velden(wereld, answer.text, groep.replace("-toestemming", ""))
        assert rest["sleutel"] != form["sleutel"]
        assert "onderwerpen" not in rest
        leeg = mens.verstuur(hier, rest)
        assert '<a href="#veld-opheffing">' in leeg.text
        for deel in (form, rest | {"opheffing": "zorg-behandeling"}):
            assert mens.verstuur(hier, deel).status_code == 303
        anders = mens.verstuur(hier, form | {"onderwerpen": "wonen"})
        assert anders.status_code == 409
        assert "U heeft dit formulier al een keer verstuurd" in anders.text
        assert "Idempotency-Key" not in anders.text
        assert form["sleutel"] not in anders.text


def test_when_the_session_is_over_all_that_was_chosen_is_shown_in_words(wereld: Wereld) -> None:
    yusuf = wereld.bezoeker("Yusuf Kaya")
    form = velden(wereld, yusuf.zie(pad(wereld)), GROND) | {
        "reden": "wonen,onderwijs|wmo,jeugd|De huur bepaalt wat er overblijft.",
        "onderwerpen": ["veiligheid", "middelengebruik"], "alleen": ["wmo", "jeugd"],
        "noodzaak": "Grond onder de voeten.", "gegevenDoor": wereld.verhaal.samira,
        "van": "2026-03-02",
    }  # fmt: skip
    yusuf.cookie = ""
    answer = yusuf.verstuur(pad(wereld), form)
    assert answer.status_code == 403
    lijst = answer.text.partition("<dl")[2].partition("</dl>")[0]
    assert [unescape(wat) for wat in re.findall(r"<d[td][^>]*>([^<]*)<", lijst)] == [
        "Waarvoor", WOORDEN["doel"]["schuldhulp"],
        "Reden", "Wonen en School en onderwijs: De huur bepaalt wat er overblijft.",
        "Waarover", "Veiligheid", "Middelengebruik", "Alleen uit", "de Wmo", "de Jeugdwet",
        "Waarom is dit nodig", "Grond onder de voeten.", "Vanaf", "2 maart 2026",
    ]  # fmt: skip


def test_a_form_that_is_too_long_says_so_and_gives_the_text_back(wereld: Wereld) -> None:
    yusuf = wereld.bezoeker("Yusuf Kaya")
    form = velden(wereld, yusuf.zie(pad(wereld)), GROND)
    lang = "Grond onder de voeten. " * 8000
    for meer, terug in (
        ({"noodzaak": lang}, lang.strip()),
        ({"noodzaak": "Kort.", "onderwerpen": ["wonen"] * 201}, "Kort."),
        ({"noodzaak": lang * 10}, None),
    ):
        answer = yusuf.verstuur(pad(wereld), form | meer)
        assert answer.status_code == 413
        assert "Alles samen mag ongeveer 100.000 tekens zijn" in answer.text
        assert "Er is niets bewaard." in answer.text
        assert "niet van deze website" not in answer.text
        assert ("Kopieer wat u wilt bewaren" in answer.text) == (terug is not None)
        assert (terug or "") in answer.text
        assert "Meld u opnieuw aan" not in answer.text


def _op_slot(*_: object) -> None:
    raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))


def test_sending_it_twice_records_it_once(wereld: Wereld) -> None:
    yusuf = wereld.bezoeker("Yusuf Kaya")
    form = velden(wereld, yusuf.zie(pad(wereld)), GROND)
    form |= {"reden": "sociaal-netwerk|wmo|Wie kan helpen, bepaalt welke hulp nog nodig is."}
    for _ in range(2):
        answer = yusuf.verstuur(pad(wereld), form)
        assert answer.status_code == 303
    page = yusuf.zie(answer.headers["Location"])
    assert "De reden is vastgelegd." in page


def test_one_ground_is_for_all_laws_of_the_rule_or_for_fewer(wereld: Wereld) -> None:
    """Of what was chosen: those one names, else those of the reason, else all."""
    yusuf, vastgelegd = wereld.bezoeker("Yusuf Kaya"), f"{wereld.pad}/vastgelegd"
    hier = f"{wereld.pad}/personen/{wereld.verhaal.peter}/nodig"
    reden = "wonen|wmo|De huur bepaalt wat er voor de schulden overblijft."
    zelf = {"onderwerpen": "veiligheid", "noodzaak": "Wie thuis veilig is, kan de kosten delen."}
    for gekozen, zin, waaruit in (
        (zelf, zelf["noodzaak"], "de Wmo, de Jeugdwet, de Participatiewet"),
        (zelf | {"alleen": ["jeugd", "pw"]}, zelf["noodzaak"], "de Jeugdwet, de Participatiewet"),
        ({"reden": reden}, reden.split("|")[2], "de Wmo"),
    ):
        answer = yusuf.verstuur(hier, velden(wereld, yusuf.zie(hier), GROND) | gekozen)
        assert answer.status_code == 303
        yusuf.zie(answer.headers["Location"])
        (blok,) = (een for een in yusuf.zie(vastgelegd).split("<article")[1:] if zin in een)
        assert f"<dt>Waaruit</dt><dd>{waaruit}</dd>" in blok
        (actie,) = re.findall(r'action="([^"]+)"', blok)
        assert yusuf.verstuur(actie, yusuf.verborgen(vastgelegd, actie)).status_code == 303


def test_the_page_is_for_who_has_a_task_and_says_nothing_to_others(wereld: Wereld) -> None:
    for wie in ("Tom Aarts", "Samira Amrani", "Joris Meijer"):
        wereld.bezoeker(wie).zie(pad(wereld), 404)


def test_names_keep_their_capitals(wereld: Wereld) -> None:
    """In the middle of a sentence and at the head of it."""
    samira, ellen = wereld.bezoeker("Samira Amrani"), wereld.bezoeker("Ellen de Wit")
    zicht = samira.zie(f"{wereld.pad}/personen/{wereld.verhaal.samira}/zicht")
    hier = ellen.zie(f"{wereld.pad}/personen/{wereld.verhaal.peter}/nodig")
    for page in (zicht, hier):
        assert "dossier van Veilig Thuis" in page
        for fout in ("veilig thuis", "veiligheidshuis</", "de wmo", "volgens de wmo"):
            assert fout not in re.sub(r'="[^"]*"', "", page), fout


def test_what_no_rule_opens_is_not_on_the_page(wereld: Wereld) -> None:
    """What no rule allows is not there, and is not said to be there either."""
    page = wereld.bezoeker("Yusuf Kaya").zie(pad(wereld))
    assert page.count(">Vastleggen</button>") == 1, "one button for all the laws of the purpose"
    assert "Dit gaat over gegevens uit de Wmo, de Jeugdwet en de Participatiewet." in page
    assert "Uit school" in page
    assert "gronden en toestemmingen" not in page.lower()


def test_one_form_for_reasons_and_one_per_law_for_consent() -> None:
    def een(
        regime: str, wat: str, soort: str = "grond", uitkomst: str = "moet", regel: str = "R-30"
    ) -> dict[str, object]:
        stap = {"soort": soort, "doel": "schuldhulp", "door": ["x"]}
        return {
            "regime": regime, "herkomst": f"{regime}-1", "onderwerp": wat, "regel": regel,
            "zin": "", "artikel": "", "zinnen": [],
            "opening": {"stappen": [stap], "uitkomst": uitkomst},
        }  # fmt: skip

    mogelijk = [
        een("pw", "wonen", "toestemming"),
        een("wmo", "wonen"),
        een("jeugd", "dagbesteding"),
    ]
    (grond,), (toestemming,) = gronden(mogelijk), toestemmingen(mogelijk)
    assert (list(grond["regimes"]), list(grond["onderwerpen"])) == (
        ["wmo", "jeugd"], ["wonen", "dagbesteding"]
    )  # fmt: skip
    assert (toestemming["regime"], toestemming["onderwerpen"]) == ("pw", ["wonen"])
    assert grond["moet"]
    mogelijk.append(een("school", "schoolgang", uitkomst="mag"))
    assert not gronden(mogelijk)[0]["moet"], "of one form with several it is said that one may"
    mogelijk.append(een("wgs", "wonen", regel="R-31"))
    moet, mag = (list(grond["regimes"]) for grond in gronden(mogelijk))
    assert (moet, mag) == (["wmo", "jeugd", "school"], ["wgs"]), "a ground names one article"
