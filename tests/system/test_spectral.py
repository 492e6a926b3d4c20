"""The linter of the NL API Design Rules finds no error in the OpenAPI document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.system.stad import stad
from tests.tools import spectral

pytestmark = [
    pytest.mark.servers,
    pytest.mark.beside,
    pytest.mark.skipif(spectral.missing() is not None, reason=str(spectral.missing())),
]


def _write(folder: Path, document: object) -> Path:
    path = folder / "openapi.json"
    path.write_text(json.dumps(document))
    return path


def test_the_document_has_no_error(tmp_path: Path) -> None:
    with stad(tmp_path / "stad") as s:
        document = s.client.get("/v1/openapi.json").json()
    found = spectral.lint(_write(tmp_path, document))
    assert [(one["code"], one["path"]) for one in found if one["severity"] == 0] == []


def test_the_linter_sees_what_is_wrong(tmp_path: Path) -> None:
    with stad(tmp_path / "stad") as s:
        document = s.client.get("/v1/openapi.json").json()
    document["paths"]["/Foute_Weg/"] = document["paths"].pop("/dossiers")
    del document["info"]["contact"]
    codes = {one["code"] for one in spectral.lint(_write(tmp_path, document))}
    assert {"nlgov:paths-kebab-case", "info-contact"} <= codes
