"""What may not be known leaves no trace: the same bytes before and after, for who may not see it.

Something hidden is added to a household; what readers who may not see it get stays the same to the
byte, headers and entity tags included: counts, totals, versions, ids and order would all tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.client import lasting_headers
from tests.system.gezin import Gezin, zaai
from tests.system.stad import stad


@pytest.fixture
def gezin(tmp_path: Path) -> Iterator[Gezin]:
    with stad(tmp_path) as s:
        yield zaai(s)


def alles(g: Gezin, wie: str) -> dict[str, tuple[Any, ...]]:
    """Everything a reader can ask about these households, as it comes over the line."""
    huis = g.ids["huis"]
    vraag = {"huishouden": huis, "persoon": g.ids["anna"]}
    asked = [
        ("GET", "/dossiers", None, {}),
        ("GET", f"/dossiers/{huis}", None, {}),
        ("GET", f"/dossiers/{huis}", None, {"moment": "2026-03-02T12:00:00Z"}),
        ("GET", f"/dossiers/{huis}", None, {"doel": "regie"}),
        ("GET", f"/dossiers/{g.ids['elders']}", None, {}),
        ("GET", f"/huishoudens/{huis}/inzagen", None, {})
        if wie == "tom"
        else ("GET", f"/personen/{g.ids['bert' if wie == 'anna' else 'anna']}/inzagen", None, {}),
        *(
            ("POST", "/vragen", vraag | {"herkomst": herkomst, "onderwerp": onderwerp}, {})
            for herkomst, onderwerp in (
                ("wgs-schuldhulp", "financien-en-schulden"),
                ("zorg-behandeling", "justitie"),
                ("gezinsplan", "wonen"),
                ("delen", "delen"),
            )
        ),
        ("POST", "/personen/_zoek", {"bsn": "999971773"}, {}),
    ]
    seen: dict[str, tuple[Any, ...]] = {}
    for methode, pad, body, params in asked:
        answer = g.stad.vraag(methode, wie, pad, body, params=params)
        seen[f"{methode} {pad} {params} {body}"] = (
            answer.status_code,
            lasting_headers(answer),
            answer.text,
        )
    return seen


def schuld(g: Gezin) -> None:
    """A debt in a conversation of its own."""
    made = g.doe("yusuf", "/huishoudens/{huis}/gesprekken", {"deelnemers": [g.ids["bert"]]})
    notitie = g.doe("yusuf", f"/gesprekken/{made['id']}/notities", _schuld(g))["id"]
    g.doe(
        "yusuf",
        f"/gesprekken/{made['id']}/notities/{notitie}/aanvullingen",
        {
            "leefgebied": "financien-en-schulden",
            "aanvulling": {"tekst": "nog een", "bron": "gezien"},
        },
    )


def _schuld(g: Gezin) -> dict[str, Any]:
    return {
        "personen": [g.ids["bert"]],
        "leefgebied": "financien-en-schulden",
        "reden": "de schuld",
        "zorgen": {"tekst": "een schuld", "bron": "gezien"},
    }


def doel_van_volwassene(g: Gezin) -> None:
    """A goal about a grown-up, which a child of fourteen does not see."""
    doel = g.doe(
        "ellen",
        "/plannen/{plan}/doelen",
        {
            "personen": [g.ids["bert"]],
            "woorden": "iets anders",
            "resultaat": "klaar",
            "evaluatieOp": "2027-01-01",
            "leefgebied": "justitie",
        },
    )["id"]
    actie = g.doe(
        "ellen",
        "/plannen/{plan}/acties",
        {
            "doel": doel,
            "eigenaar": g.ids["bert"],
            "eigenaarsoort": "lid",
            "wat": "iets doen",
            "uiterlijkOp": "2026-12-01",
            "aard": "preventief",
            "leefgebied": "justitie",
        },
    )["id"]
    g.doe(
        "ellen",
        f"/plannen/{{plan}}/acties/{actie}/voortgang",
        {"status": "bezig", "leefgebied": "justitie"},
    )
    g.doe(
        "ellen",
        f"/plannen/{{plan}}/doelen/{doel}/evaluaties",
        {"uitkomst": "gehaald", "toelichting": "klaar", "leefgebied": "justitie"},
    )


def toestemming(g: Gezin) -> None:
    """A consent for somebody else, and an objection that touches nobody here."""
    over = {"huishouden": g.ids["huis"], "persoon": g.ids["bert"]}
    made = g.doe(
        "bert",
        "/toestemmingen",
        over
        | {
            "doel": "regie",
            "regimes": ["wgs"],
            "onderwerpen": ["justitie"],
            "ontvanger": {"organisatie": "Wijkteam Zuid"},
            "gegevenDoor": g.ids["bert"],
            "wijze": "zelf",
        },
    )
    g.doe("bert", "/akkoorden", over | {"hulp": "budgetcoach", "gegevenDoor": g.ids["bert"]})
    g.doe("bert", f"/vastleggingen/{made['id']}/intrekking", {"huishouden": g.ids["huis"]})


def uitgesteld(g: Gezin) -> None:
    """Why somebody was not told yet: for the regisseur only."""
    g.doe(
        "ellen",
        "/huishoudens/{huis}/informatie",
        {"persoon": g.ids["kees"], "waarom": "dat is gevaarlijk"},
    )


def afgeschermd(g: Gezin) -> None:
    """A shielded address of somebody whose other data are seen."""
    g.doe(
        "ellen",
        "/huishoudens/{huis}/leden/{opa}/adressen",
        {"adres": {"plaats": "Elders", "sinds": "2026-01-01"}, "afgeschermd": True},
    )


def melding(g: Gezin) -> None:
    """A report about a member, which becomes a task of the regisseurs."""
    g.doe(
        "ruben",
        "/meldingen",
        {
            "melder": {"soort": "professional", "naam": "Ruben Hoekstra"},
            "aangemelde": {"naam": "x", "bsn": "999971773"},
            "hulpvraag": {"vraag": "opnieuw", "wieWeetErvan": "x", "wieWilHulp": "x"},
            "clientondersteuningAangeboden": True,
        },
    )


HIDDEN: list[tuple[Callable[[Gezin], None], tuple[str, ...]]] = [
    (schuld, ("ellen", "karin", "omar", "bram", "anna", "kees", "fatma", "dirk", "tom")),
    (doel_van_volwassene, ("kees", "fatma", "dirk", "tom")),
    (toestemming, ("ellen", "yusuf", "karin", "anna", "kees", "fatma", "tom")),
    (uitgesteld, ("karin", "yusuf", "anna", "kees", "fatma", "tom")),
    (afgeschermd, ("karin", "yusuf", "anna", "kees", "fatma", "tom")),
    (melding, ("karin", "yusuf", "anna", "kees", "fatma", "dirk", "tom")),
]


@pytest.mark.parametrize(("doe", "lezers"), HIDDEN, ids=lambda x: getattr(x, "__name__", ""))
def test_what_is_hidden_changes_not_a_byte(
    gezin: Gezin, doe: Callable[[Gezin], None], lezers: tuple[str, ...]
) -> None:
    before = {wie: alles(gezin, wie) for wie in lezers}
    doe(gezin)
    for wie in lezers:
        for asked, answer in alles(gezin, wie).items():
            assert answer == before[wie][asked], (wie, asked)


@pytest.mark.parametrize(
    ("doe", "ziener"),
    [
        (schuld, "bert"),
        (schuld, "yusuf"),
        (doel_van_volwassene, "anna"),
        (toestemming, "bert"),
        (uitgesteld, "ellen"),
        (afgeschermd, "opa"),
        (melding, "ellen"),
    ],
    ids=lambda x: getattr(x, "__name__", x),
)
def test_who_may_see_it_gets_another_answer(
    gezin: Gezin, doe: Callable[[Gezin], None], ziener: str
) -> None:
    """Without this the test above could compare nothing with nothing."""
    before = alles(gezin, ziener)
    doe(gezin)
    assert alles(gezin, ziener) != before


def test_what_comes_after_something_hidden_is_as_if_it_was_not_there(tmp_path: Path) -> None:
    """What is written later must not count what was written in between."""
    answers = []
    for name, between in (("zonder", None), ("met", doel_van_volwassene)):
        with stad(tmp_path / name) as s:
            g = zaai(s)
            if between is not None:
                between(g)
            g.doe(
                "ellen",
                "/plannen/{plan}/doelen/{doel_kees}/evaluaties",
                {"uitkomst": "deels", "toelichting": "gaat goed", "leefgebied": "wonen"},
            )
            g.doe(
                "kees",
                "/plannen/{plan}/standpunten",
                {"persoon": g.ids["kees"], "standpunt": "eens"},
            )
            plan = g.stad.dossier("kees", g.ids["huis"])["plan"]
            answers.append(_without_random(plan, g))
    assert "versie" not in answers[0]  # it would count what is hidden
    assert answers[0] == answers[1]


def _without_random(value: Any, g: Gezin) -> Any:
    """The same with every id by its name in the family; ids and tags differ between towns."""
    names = {one: name for name, one in g.ids.items()}
    if isinstance(value, dict):
        return {k: _without_random(v, g) for k, v in value.items() if k not in ("etag", "op")}
    if isinstance(value, list):
        return [_without_random(part, g) for part in value]
    return names.get(value, value) if isinstance(value, str) else value


def test_ids_of_parts_are_no_numbers(gezin: Gezin) -> None:
    """An id that holds the version of its stream counts everything in it, seen or not."""

    def ids(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (value["id"],) if "id" in value else ()
            for part in value.values():
                yield from ids(part)
        elif isinstance(value, list):
            for part in value:
                yield from ids(part)

    found = list(ids(gezin.stad.dossier("ellen", gezin.ids["huis"])))
    assert len(found) > 20
    assert [one for one in found if UUID(one).int < 2**32] == []
