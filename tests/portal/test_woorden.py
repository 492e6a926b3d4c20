"""Every code that people read has a plain word; dates and articles read as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from events.base import Hoed
from events.begrippen import Leefgebied, Rubriek, herkomsten
from events.waarden import (
    Aard,
    Actiestatus,
    Doel,
    Doeluitkomst,
    Gezagsuitkomst,
    Huishoudrol,
    Ledenreden,
    Standpunt,
)
from services.consent.domain import Code
from services.consent.regels import Uitkomst, Wie
from services.portal.pages.beeld import WEG, zichtbaar
from services.portal.pages.regels import in_woorden
from services.portal.woorden import WOORDEN, artikel, datum, leeftijd, opsomming, tijdstip, woord


@pytest.mark.parametrize(
    ("soort", "codes"),
    [("onderwerp", [*Leefgebied, *Rubriek]), ("relatie", Wie), ("omdat", Wie),
     ("huishoudrol", Huishoudrol), ("ledenreden", Ledenreden), ("gezag", Gezagsuitkomst),
     ("actiestatus", Actiestatus), ("aard", Aard), ("standpunt", Standpunt),
     ("doeluitkomst", Doeluitkomst), ("doel", Doel), ("uitkomst", Uitkomst),
     ("hoed", Hoed), ("logboekuitkomst", Uitkomst), ("vooruitblik", Uitkomst),
     ("weigering", [code for code in Code if code is not Code.MAG]),
     ("regime", {row.regime for row in herkomsten().values()} - {"intern"})],
)  # fmt: skip
def test_every_code_has_a_word_and_every_word_a_code(soort: str, codes: list[StrEnum]) -> None:
    assert set(WOORDEN[soort]) == {str(code) for code in codes}


def test_a_rule_that_changed_is_read_in_words() -> None:
    codes = {"wie": ["regisseur"], "doelen": ["veilig-thuis"], "regimes": ["zorg"],
             "onderwerpen": ["leefgebieden", "regie"], "hoeden": ["toeleiding", "coordinatie"],
             "uitkomst": "mag-niet", "zin": "Zo is het.", "groep": None}  # fmt: skip
    assert in_woorden(codes) == {
        "wie": ["regisseur"], "doelen": ["onderzoek door Veilig Thuis"], "regimes": ["de zorg"],
        "onderwerpen": ["alle leefgebieden", "Regie en informatie"],
        "hoeden": ["toeleiding", "coördinatie"], "uitkomst": "Mag niet", "zin": "Zo is het.",
        "groep": None,
    }  # fmt: skip


def test_dates_read_as_people_write_them() -> None:
    assert datum("2026-11-22") == datum(date(2026, 11, 22)) == "22 november 2026"
    laat = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    assert datum(laat) == datum(laat.isoformat()) == "1 augustus 2026"
    assert tijdstip("2026-11-22T14:04:00Z") == "22 november 2026 om 15.04 uur"
    assert leeftijd("2011-03-02", date(2026, 3, 1)) == 14
    assert leeftijd("2011-03-02", date(2026, 3, 2)) == 15


def test_articles_and_lists_read_as_people_write_them() -> None:
    grondslag = {"bwb": "BWBR0035362", "artikel": "2.3.2", "lid": "4"}
    assert artikel(grondslag) == "Wmo 2015 artikel 2.3.2 lid 4"
    assert artikel(grondslag | {"lid": None}) == "Wmo 2015 artikel 2.3.2"
    assert opsomming(["Anna", "Bram", "Chris"]) == "Anna, Bram en Chris"
    assert opsomming(["Anna"]) == "Anna"
    assert opsomming([]) == ""


def test_what_was_erased_passes_every_filter() -> None:
    seen = zichtbaar({"adres": {"gewist": True}, "namen": [{"gewist": True}, "Anna"]})
    assert seen == {"adres": WEG, "namen": [WEG, "Anna"]}
    assert str(seen["adres"].straat) == "[gewist]"
    assert opsomming(seen["namen"]) == "[gewist] en Anna"
    for value in (woord(WEG, "doel"), datum(WEG), tijdstip(WEG), artikel(WEG), woord(None, "doel")):
        assert value in (WEG, None)
    assert leeftijd(WEG, date(2026, 3, 2)) is WEG
