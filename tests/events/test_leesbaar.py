"""What anybody with the database can read of a fact: only what the register allows, with a reason.

The register is `leesbaar.json`; docs/security-properties.md shows it to an administrator.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from events import consent, intake, plan
from events.base import Fact, Hoed
from events.begrippen import Leefgebied, herkomsten
from infra.mapper import to_bytes
from tests.events.voorbeelden import published, sealed_example

REGISTER = json.loads(Path(__file__).with_name("leesbaar.json").read_text())
DOC = Path(__file__).parents[2] / "docs" / "security-properties.md"
SOORTEN: dict[str, tuple[type, ...]] = {
    "nummer": (UUID,), "ja/nee": (bool,), "getal": (int,), "hash": (str,), "keuze": (Enum,),
}  # fmt: skip
# "plan" is the name of the shared plan itself and of its regime; it tells nothing about anybody.
# "delen" and "intern" are regimes of our own administration.
WOORDEN = {word for area in Leefgebied for word in area.value.split("-") if word != "en"} | {
    row.regime for row in herkomsten().values()
} - {"plan", "delen", "intern"}
# Short words that are parts of quite other words: bijgewerkt, medewerker, netwerklid, zorgen.
HEEL = {"werk", "netwerk", "wonen", "sociaal", "jeugd", "zorg", "pw", "wmo", "wgs"}


def clear_fields() -> set[tuple[str, str]]:
    return {
        (kind.naam.removeprefix("nl.samenplan."), name)
        for kind in published()
        for name in kind.model_fields.keys() - kind.personal
    }


def types(annotation: Any) -> set[type]:
    arguments = [part for part in get_args(annotation) if part is not Ellipsis]
    if not arguments:
        return {annotation}
    return {found for part in arguments for found in types(part)} - {type(None)}


def test_every_clear_field_is_in_the_register_and_no_other() -> None:
    registered = {field for row in REGISTER for field in row["velden"]}
    used = set()
    for fact, name in clear_fields():
        match = registered & {name, f"{fact}.{name}"}
        assert match, f"{fact}.{name} is readable without a reason"
        used |= match
    assert used == registered, "in the register, and in no fact"
    assert all(len(row["waarom"].split()) >= 4 for row in REGISTER)


def test_a_clear_field_is_what_the_register_says_it_is() -> None:
    """Free text, a date, an amount or a composite value is never readable."""
    soort = {field: row["soort"] for row in REGISTER for field in row["velden"]}
    for kind in published():
        fact = kind.naam.removeprefix("nl.samenplan.")
        for name in kind.model_fields.keys() - kind.personal:
            allowed = SOORTEN[soort.get(f"{fact}.{name}") or soort[name]]
            for found in types(kind.model_fields[name].annotation):
                assert issubclass(found, allowed), f"{fact}.{name}: {found.__name__}"


def test_the_document_for_administrators_shows_the_register() -> None:
    section = DOC.read_text().split("### Leesbaar binnen een feit")[1].split("\n#")[0]
    rows = re.findall(r"^\| (?!veld |---)(.+?) \| (.+?) \|$", section, re.MULTILINE)
    shown = {frozenset(fields.split(", ")): reason for fields, reason in rows}
    assert shown == {frozenset(row["velden"]): row["waarom"] for row in REGISTER}


@pytest.mark.parametrize("kind", published(), ids=lambda kind: kind.naam)
def test_stored_bytes_show_the_envelope_and_the_register_only(kind: type[Fact]) -> None:
    envelope, _ = sealed_example(kind)
    stored = json.loads(to_bytes(envelope))
    assert stored.keys() == {
        "schema", "gemeente", "op", "hoed", "correlatie", "oorzaak", "open", "dicht",
    }  # fmt: skip
    assert stored["open"].keys() == kind.model_fields.keys() - kind.personal
    names = {name for _, names, _ in stored["dicht"] for name in names}
    assert names == kind.personal | {"verantwoording"}
    for kid, _, _ in stored["dicht"]:
        assert re.fullmatch("[0-9a-f]{32}", kid)


def test_nothing_readable_names_a_leefgebied_or_a_law() -> None:
    readable = {
        *(kind.naam for kind in published()),
        *(name for kind in published() for name in kind.model_fields),
        *(module.__name__ for module in (intake, plan, consent)),  # topics are named after them
        *(hat.value for hat in Hoed),
        *(value for kind in published() for value in _choices(kind)),
    }
    for text in readable:
        parts = set(re.split(r"[._-]", text.removeprefix("nl.samenplan.")))
        told = (parts & WOORDEN) | {word for word in WOORDEN - HEEL if word in text}
        # That somebody is of the network says who, not what about: it is in the register.
        assert told <= {"netwerk"}, f"{text} tells {told}"


def _choices(kind: type[Fact]) -> set[str]:
    fields = (kind.model_fields[name] for name in kind.model_fields.keys() - kind.personal)
    found = {part for field in fields for part in types(field.annotation)}
    return {member.value for part in found if issubclass(part, Enum) for member in part}
