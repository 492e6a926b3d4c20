"""One household's story, end to end over the HTTP API, in process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.demo import schrijf_personas
from app.verhaal import Toneel, Verhaal
from app.wiring import Embedded, clock
from infra.decider import NEDERLAND
from infra.settings import Settings
from tests.client import sync_client


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Embedded]:
    schrijf_personas(tmp_path)
    made = Embedded(Settings(data=tmp_path, demo=True))
    made.worker.start()
    yield made
    made.close()


@pytest.fixture
def client(world: Embedded) -> Iterator[httpx.Client]:
    with sync_client(world.web()) as made:
        yield made


def test_story_of_one_household(world: Embedded, client: httpx.Client) -> None:
    vandaag = clock().astimezone(NEDERLAND).date()
    verhaal = Verhaal(Toneel(client, iter(world.staff)), vandaag)
    told = [(stap.titel, stap.handelingen) for stap in verhaal.stappen()]
    assert len(told) == 13
    # Sharing on a statutory ground costs at most three activations and one sentence.
    (handelingen,) = (n for titel, n in told if "Wgs 8d" in titel)
    assert handelingen <= 3
