from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest

from tests.consent.huis import Huis
from tests.consent.nacht import Klok, Nacht
from tests.consent.twee import Twee, bekeken, maak
from tests.system.stad import stad


@pytest.fixture
def huis(tmp_path: Path) -> Iterator[Huis]:
    with stad(tmp_path) as made:
        yield Huis(made)


@pytest.fixture
def vers(tmp_path: Path) -> Iterator[Huis]:
    """A household of which nothing was read yet, where `huis` is one for a whole file."""
    with stad(tmp_path) as made:
        yield Huis(made)


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
