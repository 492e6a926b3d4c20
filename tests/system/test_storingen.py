"""Real servers and processes that die and hang under load: what was acknowledged stays true.

A quick round; `make soak` does the same for hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from app.cluster import Cluster
from tests.system.storing import checks
from tests.system.storing.access import Access
from tests.system.storing.chaos import ROLLEN, Chaos, Plan
from tests.system.storing.checks import Gezegd
from tests.system.storing.load import Load
from tests.system.storing.oracle import Oracle

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1800)]
SEED = 20260302
PLAN = Plan(rollen=10, postgres=3, bevries=2, broker=1)


class Storm(NamedTuple):
    """All that happened, when everything is at rest again."""

    access: Access
    oracle: Oracle
    chaos: Chaos


@pytest.fixture(scope="module")
def storm() -> Iterator[Storm]:
    oracle = Oracle()
    with Cluster() as cluster:
        access, chaos = Access(cluster), Chaos(cluster, oracle, SEED)
        cluster.start()
        cluster.ready(300)
        with access.telling():
            with Load(cluster.url, oracle, SEED):
                oracle.wait(gezinnen=1, seconds=120)
                chaos.run(PLAN)
            access.healed()
        yield Storm(access, oracle, chaos)


def test_everything_was_killed_as_often_as_planned(storm: Storm) -> None:
    for role in ROLLEN:
        assert storm.chaos.geteld[role] >= PLAN.rollen
    assert storm.chaos.geteld["postgres"] == PLAN.postgres
    assert storm.chaos.geteld["broker bevroren"] == PLAN.bevries
    assert storm.chaos.geteld["broker gedood"] == PLAN.broker
    assert storm.oracle.herhaald, "niemand merkte er iets van"


@pytest.mark.parametrize("check", checks.ALL, ids=lambda check: check.__name__)
def test_what_was_acknowledged_is_true(
    storm: Storm, check: Callable[[Access, Oracle], Gezegd]
) -> None:
    assert check(storm.access, storm.oracle)
