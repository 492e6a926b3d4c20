"""Bad input about sharing: a clear Dutch refusal that repeats nothing, and nothing stored.

What cannot be so (from the future, without authority, contradicting itself) beside what is no
answer at all (wrong types, a megabyte of text, an unknown purpose). Every refusal is followed by a
count of all rows of every database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, inspect, select, table

from infra.web import MAX_BODY
from tests.consent.huis import Huis
from tests.consent.verzoeken import GEHEIM, bodies, wie_mag
from tests.system.stad import stad

PADEN = ("/grondslagen", "/toestemmingen", "/opheffingen", "/akkoorden", "/bezwaren")
MOET_LOG = {"logregels", "sleutelvrijgaven"}
"""A refused question is put on the record: that is not what was asked to be stored."""


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("stad")) as made:
        yield Huis(made)


def rijen(huis: Huis) -> dict[str, int]:
    """How many rows every table has, of every service."""
    geteld = {}
    for naam, database in huis.stad.world._databases.items():
        with database.read() as tx:
            for tabel in inspect(tx).get_table_names():
                if tabel not in MOET_LOG:
                    aantal = tx.execute(select(func.count()).select_from(table(tabel))).scalar_one()
                    geteld[f"{naam}.{tabel}"] = aantal
    return geteld


def geweigerd(huis: Huis, wie: str, pad: str, body: Any, **meer: Any) -> httpx.Response:
    """Send it; refused, nothing stored, nothing repeated, in words."""
    voor = rijen(huis)
    answer = huis.stad.vraag("POST", wie, pad, body, **meer)
    assert 400 <= answer.status_code < 500, (pad, body, answer.status_code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    probleem = answer.json()
    assert probleem["detail"].endswith((".", "!"))
    assert GEHEIM not in answer.text
    assert rijen(huis) == voor, (pad, body)
    return answer


# --- no answer at all -----------------------------------------------------------------------

ONZIN: list[Any] = [
    None, [], "tekst", 7, {}, {"huishouden": 7}, {"huishouden": GEHEIM},
    {"huishouden": {"diep": {"dieper": GEHEIM}}},
]  # fmt: skip


@pytest.mark.parametrize("pad", PADEN)
def test_what_has_the_wrong_form_is_refused_per_field(huis: Huis, pad: str) -> None:
    goed = bodies(huis)[pad]
    for onzin in ONZIN:
        body = onzin if not isinstance(onzin, dict) else goed | onzin
        if body != goed:
            geweigerd(huis, wie_mag(pad), pad, body)
    for veld in goed:
        for waarde in (7.5, True, [GEHEIM], {GEHEIM: GEHEIM}, "", " ", None):
            answer = geweigerd(huis, wie_mag(pad), pad, goed | {veld: waarde})
            assert answer.status_code == 400, (veld, waarde)
    geweigerd(huis, wie_mag(pad), pad, goed | {GEHEIM: 1})


@pytest.mark.parametrize("pad", PADEN)
def test_a_megabyte_of_text_is_refused(huis: Huis, pad: str) -> None:
    goed = bodies(huis)[pad]
    lang = "Zilver" * 200_000
    for veld, waarde in goed.items():
        if isinstance(waarde, str):
            answer = geweigerd(huis, wie_mag(pad), pad, goed | {veld: lang})
            assert answer.status_code == 413
            answer = geweigerd(huis, wie_mag(pad), pad, goed | {veld: lang[: MAX_BODY // 2]})
            assert answer.status_code == 400
            assert "Zilver" not in answer.text


@pytest.mark.parametrize("pad", ["/grondslagen", "/toestemmingen", "/bezwaren"])
@pytest.mark.parametrize("doel", ["nieuwsgierigheid", "", "REGIE", "regie ", 3])
def test_an_unknown_purpose_is_refused(huis: Huis, pad: str, doel: Any) -> None:
    answer = geweigerd(huis, wie_mag(pad), pad, bodies(huis)[pad] | {"doel": doel})
    assert answer.status_code == 400
    assert any("doel" in fout["waar"] for fout in answer.json()["fouten"])


@pytest.mark.parametrize("veld", ["regimes", "onderwerpen"])
def test_an_unknown_law_or_subject_is_refused(huis: Huis, veld: str) -> None:
    for pad in ("/grondslagen", "/toestemmingen", "/bezwaren"):
        for waarde in (["bestaat-niet"], ["intern"], [""], [GEHEIM], "wgs"):
            answer = geweigerd(huis, wie_mag(pad), pad, bodies(huis)[pad] | {veld: waarde})
            assert answer.status_code == 400, (pad, waarde)


def test_a_task_is_not_done_by_nonsense(huis: Huis) -> None:
    taken = huis.consent.taken
    taak = taken.ontsta("verjaardag-16", "regisseur", huis.kees, None, taken.systeem(), huis.id)
    huis.stad.world.worker.drain()
    pad = f"/taken/{taak}/afhandeling"
    for uitkomst in (None, "", " ", 7, [GEHEIM], "x" * 8001):
        assert geweigerd(huis, "ellen", pad, {"uitkomst": uitkomst}).status_code == 400
    assert geweigerd(huis, "ellen", pad, {"uitkomst": "klaar", GEHEIM: 1}).status_code == 400
    assert taken.wacht(taak)


# --- what cannot be so ----------------------------------------------------------------------


def test_an_end_in_the_past_is_refused(huis: Huis) -> None:
    for pad in ("/grondslagen", "/toestemmingen", "/opheffingen"):
        for tot in ("2026-03-01", "1900-01-01"):
            answer = geweigerd(huis, wie_mag(pad), pad, bodies(huis)[pad] | {"tot": tot})
            assert answer.json()["code"] == "lopend-verleden"
        for tot in ("2026-02-30", "morgen", "01-03-2027", 1_900_000_000):
            answer = geweigerd(huis, wie_mag(pad), pad, bodies(huis)[pad] | {"tot": tot})
            assert answer.status_code == 400, tot


NIET_BEVOEGD: list[tuple[str, str, Callable[[Huis], dict[str, Any]]]] = [
    # A father writes down what the mother would have agreed to, and the other way about.
    ("bert", "/toestemmingen", lambda h: {"gegevenDoor": str(h.bert)}),
    ("bert", "/toestemmingen", lambda h: {}),
    # A child of 14 does not consent by herself (UAVG 5 lid 1).
    ("kees", "/toestemmingen", lambda h: {"persoon": str(h.kees), "gegevenDoor": str(h.kees)}),
    # From 12 on her secret is hers alone (Jeugdwet 7.3.11).
    ("anna", "/opheffingen", lambda h: {"persoon": str(h.kees), "gegevenDoor": str(h.anna)}),
    # Somebody who has no say over anybody here.
    ("ellen", "/toestemmingen", lambda h: {"gegevenDoor": str(h.stad.wie["ellen"].id)}),
    ("ellen", "/akkoorden", lambda h: {"gegevenDoor": str(h.bert)}),
    ("tom", "/toestemmingen", lambda h: {}),
    ("tom", "/akkoorden", lambda h: {}),
    # A professional takes no ground for a task that is not hers.
    ("ellen", "/grondslagen", lambda h: {"doel": "schuldhulp", "regimes": ["wmo"]}),
    ("anna", "/grondslagen", lambda h: {}),
    # Somebody of another household.
    ("ellen", "/bezwaren", lambda h: {"persoon": str(h.stad.wie["ellen"].id)}),
]


@pytest.mark.parametrize("nummer", range(len(NIET_BEVOEGD)))
def test_without_authority_nothing_is_recorded(huis: Huis, nummer: int) -> None:
    wie, pad, anders = NIET_BEVOEGD[nummer]
    answer = geweigerd(huis, wie, pad, bodies(huis)[pad] | anders(huis))
    assert answer.status_code in (403, 404, 409)


def test_a_consent_where_the_law_asks_something_else_opens_nothing(huis: Huis) -> None:
    """A ground where only consent will do is refused, whatever is written down as necessity."""
    body = bodies(huis)["/grondslagen"] | {"doel": "regie", "regimes": ["wgs"]}
    answer = geweigerd(huis, "ellen", "/grondslagen", body)
    assert answer.json()["code"] == "geen-uitdrukkelijke-grond"


def test_a_receiver_is_one_thing(huis: Huis) -> None:
    ellen = str(huis.stad.wie["ellen"].id)
    for pad in ("/toestemmingen", "/opheffingen"):
        for ontvanger in (
            {}, {"medewerker": ellen, "organisatie": "Wijkteam"}, {"medewerker": None},
            {"organisatie": ""}, ellen, [ellen],
        ):  # fmt: skip
            answer = geweigerd(huis, "ellen", pad, bodies(huis)[pad] | {"ontvanger": ontvanger})
            assert answer.status_code == 400, ontvanger


def test_withdrawing_what_is_not_there_or_not_hers(huis: Huis) -> None:
    record = huis.toestemming()
    hier = {"huishouden": str(huis.id)}
    pad = f"/vastleggingen/{record}/intrekking"
    for wie in ("bert", "kees", "tom"):
        assert geweigerd(huis, wie, pad, hier).status_code == 404
    elders = geweigerd(huis, "anna", "/vastleggingen/" + str(huis.anna) + "/intrekking", hier)
    assert elders.status_code == 404
    for reden in (7, "", "x" * 8001, [GEHEIM]):
        assert geweigerd(huis, "anna", pad, hier | {"reden": reden}).status_code == 400
    huis.trek_in(record)
    assert geweigerd(huis, "anna", pad, hier).json()["code"] == "al-ingetrokken"
    for methode in ("PUT", "PATCH", "DELETE"):
        voor = rijen(huis)
        assert huis.stad.vraag(methode, "anna", pad, hier).status_code == 405
        assert rijen(huis) == voor


def test_consents_that_overlap_or_contradict_are_refused(huis: Huis) -> None:
    """A second consent for the same, or one against which her own objection stands."""
    record = huis.toestemming(regimes=["pw"])
    goed = bodies(huis)["/toestemmingen"] | {"regimes": ["pw"]}
    assert geweigerd(huis, "anna", "/toestemmingen", goed).json()["code"] == "loopt-al"
    huis.trek_in(record)
    bezwaar = bodies(huis)["/bezwaren"] | {"regimes": ["pw"]}
    staat = huis.stad.doe("anna", "/bezwaren", bezwaar)["id"]
    assert geweigerd(huis, "anna", "/toestemmingen", goed).json()["code"] == "bezwaar-staat"
    huis.trek_in(staat)
    assert huis.stad.doe("anna", "/toestemmingen", goed)["id"]


@pytest.mark.parametrize(
    ("van", "tot", "code"),
    [
        ("2026-03-03", None, "nog-niet-ingegaan"),
        ("2026-03-01", "2026-02-01", "einde-voor-begin"),
    ],
)
def test_a_basis_from_the_future_or_that_ends_before_it_begins(
    huis: Huis, van: str, tot: str | None, code: str
) -> None:
    maatregel = {
        "wat": "maatregel", "soort": "ondertoezichtstelling", "instelling": "GI Duinstad",
        "kenmerk": "C/1/26", "van": van, "tot": tot,
    }  # fmt: skip
    body = {"huishouden": str(huis.id), "persoon": str(huis.kees), "omstandigheid": maatregel}
    assert geweigerd(huis, "ellen", "/omstandigheden", body).json()["code"] == code
