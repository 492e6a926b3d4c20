"""Kill -9 in the middle of reads: every key that left has its line, and every line its key.

`make test` takes 150 reads a kind of database, `make onderbroken` 10,000.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from infra.keys import key_releases
from infra.logbook import logregels
from infra.sqlite import SQLite
from services.consent.application import Consent
from tests.consent.onderbroken import ELLEN, Outcome, maker, reconcile, seed

AANTAL = int(os.environ.get("SAMENPLAN_ONDERBROKEN", "150"))


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.servers, pytest.mark.beside])]
)
def test_every_key_that_left_has_its_line(kind: str, request: pytest.FixtureRequest) -> None:
    """In a process of its own, because it forks."""
    command = [sys.executable, "-m", "tests.consent.onderbroken", "--aantal", str(AANTAL)]
    if kind == "postgresql":
        command += ["--database", request.getfixturevalue("postgres").url]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    answers, kills, keys, lines, *_ = map(int, re.findall(r"\d+ (?=[a-z])", ended.stdout))
    assert answers >= AANTAL
    assert kills >= 3
    assert keys > answers
    assert lines > answers


@pytest.fixture
def make(tmp_path: Path) -> Callable[[], Consent]:
    return maker(tmp_path, lambda: SQLite(tmp_path / "consent.sqlite"))


@pytest.mark.parametrize("weg", ["niets", "telling", "regels", "antwoord"])
def test_what_is_missing_is_found(make: Callable[[], Consent], weg: str) -> None:
    """The comparison itself: one trace of ten, of which something disappears."""
    consent, outcome = make(), Outcome()
    for huis in seed(consent):
        found = consent.vrijgave(ELLEN, huis.id, huis.kids, vraag=(vraag := uuid4()))
        outcome.told[vraag] = len(found.keys)
    with consent.database.write() as tx:
        match weg:
            case "telling":
                tx.execute(sa.delete(key_releases).where(key_releases.c.vraag == vraag))
            case "regels":  # the last of the log: no number is missing
                tx.execute(sa.delete(logregels).where(logregels.c.vraag == vraag))
            case "antwoord":
                outcome.told[uuid4()] = 1
    consent.database.close()
    reconcile(make(), outcome)
    assert (outcome.differences > 0, outcome.missing) == {
        "niets": (False, 0), "telling": (True, 1), "regels": (True, 1), "antwoord": (False, 1),
    }[weg]  # fmt: skip
