from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest

from tests.consent.huis import Huis
from tests.consent.nacht import Klok, Nacht
from tests.consent.twee import Twee, bekeken, maak
from tests.system.stad import stad

Thuis = tuple[Path, dict[str, Any], datetime]


@pytest.fixture(scope="session")
def thuis(tmp_path_factory: pytest.TempPathFactory) -> Thuis:
    """The data folder of a household, made once to be copied; what is known about it, and when."""
    data = tmp_path_factory.mktemp("thuis") / "data"
    with stad(data) as made:
        return data, vars(Huis(made)), made.uur.nu


@contextmanager
def _copy(thuis: Thuis, data: Path) -> Iterator[Huis]:
    bron, kent, nu = thuis
    copytree(bron, data, ignore=lambda *_: ["in-gebruik"], dirs_exist_ok=True)
    with stad(data) as made:
        made.uur.nu = nu
        huis = Huis.__new__(Huis)
        vars(huis).update(kent | {"stad": made})
        yield huis


@pytest.fixture
def huis(thuis: Thuis, tmp_path: Path) -> Iterator[Huis]:
    with _copy(thuis, tmp_path) as made:
        yield made


@pytest.fixture
def vers(thuis: Thuis, tmp_path: Path) -> Iterator[Huis]:
    """A household of which nothing was read yet, where `huis` is one for a whole file."""
    with _copy(thuis, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def twee_thuis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    data = tmp_path_factory.mktemp("twee") / "data"
    return data, maak(data)


@pytest.fixture
def twee(twee_thuis: tuple[Path, dict[str, Any]], tmp_path: Path) -> Iterator[Twee]:
    with bekeken(*twee_thuis, tmp_path / "data") as made:
        yield made


@pytest.fixture
def spoor() -> str:
    return uuid4().hex


@pytest.fixture(scope="session")
def avond(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The data folder of a household, made once to be copied; and what is known about it."""
    data = tmp_path_factory.mktemp("avond") / "data"
    with stad(data, klok := Klok()) as made:
        kent = vars(Nacht(made))
    return data, kent | {"klok": klok.nu}


@pytest.fixture
def nacht(avond: tuple[Path, dict[str, Any]], tmp_path: Path) -> Iterator[Nacht]:
    data, kent = avond
    copytree(data, tmp_path / "data", ignore=lambda *_: ["in-gebruik"])
    klok = Klok()
    klok.nu = kent["klok"]
    with stad(tmp_path / "data", klok) as made:
        huis = Nacht.__new__(Nacht)
        vars(huis).update(kent | {"stad": made, "klok": klok})
        yield huis
