"""What people write is taken as they mean it, or refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from events.begrippen import herkomst
from events.toezicht import Nood, Noodreden
from events.waarden import (
    Afweging,
    Dag,
    Doorbreking,
    Grond,
    Kijkreden,
    Motivering,
    Noodzaak,
    Reden,
    leesbaar,
)

DAG = TypeAdapter(Dag)


def test_a_date_is_written_as_year_month_day() -> None:
    assert DAG.validate_python("2026-11-22").isoformat() == "2026-11-22"


@pytest.mark.parametrize(
    "geen",
    [0, 6.6e-265, 86400, "0", "1493979010", "0000000000", "22-11-2026", "2026-02-30", "", True],
)
def test_a_number_of_seconds_is_no_date(geen: object) -> None:
    with pytest.raises(ValidationError):
        DAG.validate_python(geen)


NIETS = (
    "." * 40, "\u200b" * 40, " \u00ad" * 40, "\u3164 \u115f" * 20, "\u2800" * 40, "1 2 3 4 5 " * 8,
)  # fmt: skip


@pytest.mark.parametrize("soort", [Reden, Noodzaak, Motivering, Kijkreden, Afweging, Noodreden])
@pytest.mark.parametrize("niets", ["", "\n\t ", *NIETS])
def test_what_nobody_can_read_is_no_reason(soort: Any, niets: str) -> None:
    with pytest.raises(ValidationError, match="waarom: ten minste"):
        TypeAdapter(soort).validate_python(niets)


@pytest.mark.parametrize(
    ("soort", "goed", "kort"),
    [
        (Reden, "Klaar.", "k."),
        (Noodzaak, "Om de huur.", "Om de huu"),
        (Noodzaak, "dringend nodig", "dringend!!!"),
        (Noodzaak, "één én meer!", "één één één"),
        (Motivering, "Gezien het advies.", "Overwogen."),
        (Kijkreden, "Een klacht van haar.", "Klacht 12345678901234567890."),
        (Afweging, "Het kind is alleen thuis en wordt bedreigd.", f"Het kind is alleen{' ' * 40}."),
        (Noodreden, "Het kind is alleen thuis en wordt bedreigd.", "nood nood nood " * 8),
    ],
)  # fmt: skip
def test_a_reason_is_counted_by_what_can_be_read_of_it(soort: Any, goed: str, kort: str) -> None:
    """So many characters, and so many different words of letters."""
    reden = TypeAdapter(soort)
    assert reden.validate_python(goed) == goed
    with pytest.raises(ValidationError, match="waarom: ten minste"):
        reden.validate_python(kort)
    with pytest.raises(ValidationError):
        reden.validate_python(7)


def test_a_reason_goes_on_as_it_can_be_read() -> None:
    """What turns the reading direction around would make the log say something else."""
    typed = " De\u202e  huur\u200b\tbepaalt\r\n\r\nde\x00 volgorde. "
    assert TypeAdapter(Noodzaak).validate_python(typed) == "De huur bepaalt\n\nde volgorde."
    assert leesbaar("Nood\u00adzaak") == "Noodzaak"


def test_what_was_stored_with_less_stays_readable() -> None:
    """Golden files hold real sentences; what was accepted before this check must open as well."""
    nood = {"categorie": "vermissing", "reden": "." * 40, "langs": "adres"}
    assert Nood.model_validate(nood).reden == "." * 40
    spreekt = {
        "wat": "doorbreking", "herkomst": "zorg-behandeling", "onderwerpen": ["wonen"],
        "ontvanger": {"organisatie": "Wijkteam"}, "afweging": "-" * 40, "van": "2026-01-01",
    }  # fmt: skip
    assert Doorbreking.model_validate(spreekt).afweging == "-" * 40
    grond = {
        "doel": "regie", "regimes": ["wmo"], "onderwerpen": ["wonen"], "noodzaak": "." * 10,
        "ontvanger": {"organisatie": "Wijkteam"},
        "grondslag": herkomst("delen").grondslag,
    }  # fmt: skip
    assert Grond.model_validate(grond).noodzaak == "." * 10


@pytest.mark.parametrize(
    ("soort", "hoogstens"),
    [(Noodzaak, 500), (Motivering, 8000), (Kijkreden, 1000), (Afweging, 8000), (Noodreden, 2000)],
)
def test_a_reason_that_is_too_long_as_it_came_is_refused(soort: Any, hoogstens: int) -> None:
    past = "Dit is een goede reden om te delen. ".ljust(hoogstens, "\u200b")
    assert TypeAdapter(soort).validate_python("Er is gevaar, " + past[:-14])
    with pytest.raises(ValidationError, match=f"at most {hoogstens}"):
        TypeAdapter(soort).validate_python("Er is gevaar, " + past)
