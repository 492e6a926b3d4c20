"""One household's story, end to end over the HTTP API: in one process, and spread over many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import httpx
import pytest

from app.cluster import Cluster
from app.demo import schrijf_personas
from app.gesproken import clock
from app.verhaal import Toneel, Verhaal
from app.vervolg import Vervolg
from app.wiring import Embedded
from infra.decider import NEDERLAND
from infra.settings import Settings
from infra.staff import Staff
from tests.client import sync_client


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Toneel]:
    schrijf_personas(tmp_path)
    world = Embedded(Settings(data=tmp_path, demo=True))
    world.worker.start()
    world.volgorde.start()
    with sync_client(world.web()) as client:
        yield Toneel(client, iter(world.staff))
    world.close()


@pytest.fixture
def verdeeld(cluster: Cluster) -> Iterator[Toneel]:
    staff = Staff.read(cluster.data / "medewerkers.json").of("9999")
    with httpx.Client(base_url=cluster.url) as client:
        yield Toneel(client, iter(staff))


@pytest.mark.parametrize(
    "toneel", ["embedded", pytest.param("verdeeld", marks=pytest.mark.servers)]
)
def test_story_of_one_household(toneel: str, request: pytest.FixtureRequest) -> None:
    vandaag = clock().astimezone(NEDERLAND).date()
    verhaal = Verhaal(request.getfixturevalue(toneel), vandaag)
    stappen = chain(verhaal.stappen(), Vervolg(verhaal).stappen())
    told = [(stap.titel, stap.handelingen) for stap in stappen]
    assert len(told) == 19
    # Sharing on a statutory ground costs at most three activations and one sentence.
    (handelingen,) = (n for titel, n in told if "Wgs 8d" in titel)
    assert handelingen <= 3
