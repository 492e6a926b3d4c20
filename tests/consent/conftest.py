from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consent.huis import Huis
from tests.system.stad import stad


@pytest.fixture
def huis(tmp_path: Path) -> Iterator[Huis]:
    with stad(tmp_path) as made:
        yield Huis(made)
