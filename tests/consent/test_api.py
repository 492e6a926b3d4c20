"""Recording over HTTP: yes, no, bad input, again, and one answer for outsiders."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.client import lasting_headers
from tests.consent.huis import NERGENS, Huis
from tests.consent.verzoeken import ALLE, GEHEIM, PADEN, bodies, post, wie_mag

# --- recording --------------------------------------------------------------------------------


@pytest.mark.parametrize("pad", PADEN)
def test_a_professional_of_the_household_records(huis: Huis, pad: str) -> None:
    answer = post(huis, wie_mag(pad), pad, bodies(huis)[pad])
    assert answer.status_code == 201
    assert str(UUID(answer.json()["id"])) == answer.json()["id"]
    assert answer.json()["positie"]


@pytest.mark.parametrize("pad", ALLE)
def test_a_command_without_a_key_or_a_name_is_refused(huis: Huis, pad: str) -> None:
    body = bodies(huis)[pad]
    assert post(huis, None, pad, body).status_code == 401
    if pad != "/vragen":
        kort = post(huis, wie_mag(pad), pad, body, headers={"Idempotency-Key": "kort"})
        assert kort.status_code == 400


@pytest.mark.parametrize("pad", PADEN)
def test_the_same_command_again_gives_the_same_answer(huis: Huis, pad: str) -> None:
    body, wie = bodies(huis)[pad], wie_mag(pad)
    sleutel = {"Idempotency-Key": str(uuid4())}
    eerste, weer = (post(huis, wie, pad, body, headers=sleutel) for _ in range(2))
    assert eerste.json() == weer.json()
    assert (eerste.status_code, weer.status_code) == (201, 201)
    bert = str(huis.bert)
    wissel = {"persoon": bert, "personen": [bert], "gegevenDoor": bert}
    anders = {naam: wissel.get(naam, waarde) for naam, waarde in body.items()}
    ander = post(huis, wie, pad, anders, headers=sleutel)
    assert (ander.status_code, ander.json()["code"]) == (409, "sleutel-hergebruikt")
    assert "Idempotency" not in ander.json()["detail"]
    for vreemd in ("sleutel-één-twee", "sleutel-\u20ac\u20ac"):
        kop = {"Idempotency-Key": vreemd.encode()}
        geen = post(huis, wie, pad, body, headers=kop)
        assert (geen.status_code, geen.json()["code"]) == (400, "onjuiste-invoer")


@pytest.mark.parametrize("pad", ALLE)
def test_for_outsiders_a_household_is_as_one_that_does_not_exist(huis: Huis, pad: str) -> None:
    body = bodies(huis)[pad]
    _, (dirk,) = huis.stad.huishouden("fatma", "Dirk Elders")
    huis.stad.inwoner("Dirk", dirk)
    for wie in ("tom", "dirk", "joris", "hanna"):
        if pad == "/grondslagen" and wie != "tom":
            continue  # these are told that a ground is for professionals, whatever they name
        echt = post(huis, wie, pad, body)
        verzonnen = post(huis, wie, pad, body | {"huishouden": str(NERGENS)})
        assert echt.status_code == verzonnen.status_code == (200 if pad == "/vragen" else 404)
        assert echt.json() == verzonnen.json()
        assert lasting_headers(echt) == lasting_headers(verzonnen)


@pytest.mark.parametrize("pad", ALLE)
def test_a_person_of_elsewhere_does_not_exist_here(huis: Huis, pad: str) -> None:
    _, (dirk,) = huis.stad.huishouden("fatma", "Dirk Elders")
    body = bodies(huis)[pad]

    def met(persoon: str) -> httpx.Response:
        wissel = {"personen": [persoon]} if "personen" in body else {"persoon": persoon}
        return post(huis, wie_mag(pad), pad, body | wissel)

    echt, verzonnen = met(dirk), met(str(uuid4()))
    assert echt.status_code == verzonnen.status_code == (200 if pad == "/vragen" else 404)
    assert echt.json() == verzonnen.json()


FOUT: list[tuple[str, dict[str, Any]]] = [
    ("/grondslagen", {"noodzaak": "want 77"}),
    ("/grondslagen", {"noodzaak": "." * 10}),
    ("/grondslagen", {"noodzaak": "\u200b" * 12}),
    ("/grondslagen", {"personen": []}),
    ("/grondslagen", {"personen": [GEHEIM]}),
    ("/grondslagen", {"regimes": [GEHEIM]}),
    ("/grondslagen", {"regimes": ["intern"]}),
    ("/grondslagen", {"onderwerpen": [GEHEIM]}),
    ("/grondslagen", {"doel": GEHEIM}),
    ("/grondslagen", {"tot": GEHEIM}),
    ("/toestemmingen", {"ontvanger": {}}),
    ("/toestemmingen", {"ontvanger": {"medewerker": str(NERGENS), "organisatie": GEHEIM}}),
    ("/toestemmingen", {"gegevenDoor": GEHEIM}),
    ("/toestemmingen", {"wijze": ""}),
    ("/toestemmingen", {"onderwerpen": []}),
    ("/toestemmingen", {GEHEIM: 1}),
    ("/opheffingen", {"herkomst": GEHEIM}),
    ("/opheffingen", {"houder": GEHEIM * 100}),
    ("/akkoorden", {"hulp": ""}),
    ("/akkoorden", {"huishouden": GEHEIM}),
    ("/bezwaren", {"reden": " "}),
    ("/bezwaren", {"regimes": [GEHEIM]}),
    ("/bezwaren", {"doel": None}),
    ("/vragen", {"herkomst": GEHEIM}),
    ("/vragen", {"onderwerp": GEHEIM}),
    ("/vragen", {"doel": GEHEIM}),
]


@pytest.mark.parametrize(("pad", "fout"), FOUT)
def test_bad_input_is_400_and_not_repeated(huis: Huis, pad: str, fout: dict[str, Any]) -> None:
    answer = post(huis, wie_mag(pad), pad, bodies(huis)[pad] | fout)
    assert (answer.status_code, answer.json()["code"]) == (400, "onjuiste-invoer")
    for waarde in (v for v in fout.values() if isinstance(v, str) and v.strip()):
        assert waarde not in answer.text
    assert answer.json()["fouten"]
