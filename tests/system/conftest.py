"""A family in each of two gemeenten of one cluster, made once for all tests that look at them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from app.cluster import Cluster
from infra.testbed.processes import until
from tests.system.gezin import Gezin, zaai
from tests.system.verdeeld import GEDULD, Verdeeldestad, bij


@pytest.fixture(scope="session")
def gezinnen(cluster: Cluster) -> Iterator[dict[str, Gezin]]:
    """The family of canaries, the same in every gemeente; everybody has followed all of it."""
    with httpx.Client(base_url=cluster.url, timeout=GEDULD) as client:
        made = {g: zaai(Verdeeldestad(cluster, g, client)) for g in cluster.gemeenten}
        assert until(lambda: bij(cluster), GEDULD)
        yield made
