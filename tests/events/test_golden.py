"""What an earlier release stored can be read by this one: a golden file per fact and version."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from events.base import Envelope, Fact, Sealed
from events.begrippen import Verantwoording
from infra.mapper import from_bytes, to_bytes
from infra.seal import Opener
from tests.events.voorbeelden import STROOM, VERSIE, inner, published, sealed_example

GOLDEN = Path(__file__).with_name("golden")
FILES = sorted(GOLDEN.glob("*.json"))


def golden(naam: str, versie: int) -> Path:
    return GOLDEN / f"{naam}.v{versie}.json"


def write(kind: type[Fact]) -> None:
    envelope, keys = sealed_example(kind)
    found = {
        "naam": kind.naam,
        "stroom": str(STROOM),
        "versie": VERSIE,
        "bytes": to_bytes(envelope).decode(),
        "sleutels": {kid: key.hex() for kid, key in keys.items()},
        "open": opened(envelope, keys),
    }
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    golden(kind.naam, kind.versie).write_text(text + "\n")


def opened(envelope: Envelope, keys: dict[str, bytes]) -> dict[str, Any]:
    """Everything of an envelope in clear; personal values under the name they were sealed with."""
    opener = Opener(keys)
    assert isinstance(envelope.verantwoording, Sealed)
    fields = dict(envelope.fact)
    sealed = [value for value in fields.values() if isinstance(value, Sealed)]
    clear = {name: value for name, value in fields.items() if not isinstance(value, Sealed)}
    return {
        "gemeente": envelope.gemeente,
        "opgenomen_op": envelope.opgenomen_op.isoformat(),
        "hoed": envelope.hoed.value,
        "correlatie": str(envelope.correlation),
        "oorzaak": envelope.causation,
        "verantwoording": opener.open(envelope.verantwoording),
        "leesbaar": to_jsonable_python(clear),
        "persoonlijk": {value.name: opener.open(value) for value in sealed},
    }


def read(path: Path) -> tuple[Envelope, dict[str, bytes], dict[str, Any]]:
    found = json.loads(path.read_text())
    envelope = from_bytes(
        UUID(found["stroom"]), found["versie"], found["naam"], found["bytes"].encode()
    )
    keys = {kid: bytes.fromhex(key) for kid, key in found["sleutels"].items()}
    return envelope, keys, found["open"]


@pytest.mark.parametrize("kind", published(), ids=lambda kind: kind.naam)
def test_every_version_of_a_fact_has_a_golden_file(
    kind: type[Fact], pytestconfig: pytest.Config
) -> None:
    if pytestconfig.getoption("--golden") and not golden(kind.naam, kind.versie).exists():
        write(kind)
    for versie in range(1, kind.versie + 1):
        path = golden(kind.naam, versie)
        assert path.exists(), f"{path.name} is missing: run pytest tests/events --golden"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_file_opens_for_ever(path: Path) -> None:
    envelope, keys, expected = read(path)
    found = opened(envelope, keys)
    clear = expected.pop("leesbaar")
    if path == golden(type(envelope.fact).naam, type(envelope.fact).versie):
        # Fields that got a default since then may be more; none is less or other.
        assert found["leesbaar"].items() >= clear.items()
    assert {key: found[key] for key in expected} == expected
    Verantwoording.model_validate(found["verantwoording"])
    kind = type(envelope.fact)
    for name in kind.personal:
        value = getattr(envelope.fact, name)
        if isinstance(value, Sealed):
            TypeAdapter(inner(kind, name)).validate_python(found["persoonlijk"][value.name])


@pytest.mark.parametrize("kind", published(), ids=lambda kind: kind.naam)
def test_what_is_read_is_what_was_stored(kind: type[Fact]) -> None:
    envelope, _ = sealed_example(kind)
    stored = to_bytes(envelope)
    again = from_bytes(envelope.stream, envelope.version, kind.naam, stored)
    # Each capsule holds the verantwoording; which of them is read makes no difference.
    assert replace(again, verantwoording=envelope.verantwoording) == envelope
    assert to_bytes(again) == stored


def test_golden_files_belong_to_facts_we_know() -> None:
    versies = {kind.naam: kind.versie for kind in published()}
    for path in FILES:
        naam, _, versie = path.stem.rpartition(".v")
        assert 1 <= int(versie) <= versies[naam], path.name


@pytest.mark.parametrize("kind", published(), ids=lambda kind: kind.naam)
def test_nothing_personal_is_readable_in_stored_bytes(kind: type[Fact]) -> None:
    envelope, keys = sealed_example(kind)
    stored = to_bytes(envelope).decode()
    texts = [text for text in _texts(opened(envelope, keys)["persoonlijk"]) if len(text) > 3]
    assert bool(texts) == bool(kind.personal)
    for text in texts:
        assert text not in stored


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for part in value.values() for found in _texts(part)]
    if isinstance(value, list):
        return [found for part in value for found in _texts(part)]
    return [value] if isinstance(value, str) else []
