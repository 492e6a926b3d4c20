"""Real servers for the tests: one of each per worker, started at first use.

A test that asks for one of these fixtures is marked `servers` by itself, and `beside` when it asks
for no broker and no cluster. Of the others, those of the clusters are one group: they stay together
while another worker does what needs a broker only.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.cluster import Cluster
from infra.testbed.kafka import Kafka
from infra.testbed.postgres import Postgres

_SERVERS = {"postgres", "kafka", "secured_kafka", "cluster"}
_BESIDE = {"postgres"}
GEMEENTEN = ("9999", "9998")
_CLUSTER = {
    name: n
    for n, name in enumerate(
        ("test_storingen.py", "test_gemeenten.py", "test_rollen.py", "test_story.py",
         "test_cluster.py", "test_quarantaine.py")
    )
}  # fmt: skip
"""Tests of a whole cluster, in this order: the first has one of its own, the others share one; the
last leaves it with a fact that nobody can read."""


@pytest.hookimpl(tryfirst=True)  # before `-m "not servers"` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        asked = _SERVERS.intersection(getattr(item, "fixturenames", ()))
        if asked:
            item.add_marker(pytest.mark.servers)
        if asked == _BESIDE:
            item.add_marker(pytest.mark.beside)
        if config.pluginmanager.hasplugin("xdist"):
            file = item.path.name
            item.add_marker(pytest.mark.xdist_group("cluster" if file in _CLUSTER else file))
    # A cluster at rest still takes its part of the machine: let there be one at the end only.
    items.sort(key=lambda item: _CLUSTER.get(item.path.name, -1))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for the whole run; who stops or kills it must start it again."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """One plain broker for the whole run; who stops or kills it must start it again."""
    with Kafka() as server:
        yield server


@pytest.fixture(scope="session")
def secured_kafka() -> Iterator[Kafka]:
    """One broker where every client needs a certificate and an ACL."""
    with Kafka(secured=True) as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Everything, spread over processes, for two gemeenten; who stops a process starts it again."""
    with Cluster(GEMEENTEN) as made:
        made.start()
        made.ready(180)
        yield made
