"""Processes that are there before what they need: they wait, say so, and go on by themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from app.cluster import ROOT
from infra.geheimen import maak
from infra.pki import Pki
from infra.testbed.bed import free_ports
from infra.testbed.kafka import Kafka
from infra.testbed.postgres import Postgres
from infra.testbed.processes import until
from tests.system.verdeeld import GEDULD

pytestmark = pytest.mark.servers
ROLLEN = (("plan", "api"), ("portal", "worker"), ("intake", "relay"), ("plan", "worker"))
"""The last is asked to stop before it ever started."""


class Vroeg:
    """A process that was started; `poort` is its management port."""

    def __init__(self, log: Path, dienst: str, rol: str, environment: dict[str, str]) -> None:
        poort, self.poort = free_ports(2)
        self._log, self.rol = log, rol
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", dienst, rol], cwd=ROOT, stdout=out, stderr=out,
                env=environment | {
                    "SAMENPLAN_POORT": str(poort), "SAMENPLAN_BEHEERPOORT": str(self.poort),
                },
            )  # fmt: skip

    @property
    def klaar(self) -> bool | None:
        """Whether it can do its work; None when it says nothing."""
        try:
            said = httpx.get(
                f"http://127.0.0.1:{self.poort}/gezondheid", trust_env=False, timeout=GEDULD
            )
        except httpx.TransportError:
            return None
        return bool(said.json()["klaar"])

    @property
    def said(self) -> str:
        return self._log.read_text()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Postgres, Kafka, dict[str, str]]]:
    """A PostgreSQL and a Kafka that stand still, with nothing in them, and secrets for both."""
    geheimen = tmp_path / "geheimen"
    maak(geheimen, ["9999"])
    password = (geheimen / "beheer" / "database").read_text()
    with Postgres(password=password) as postgres, Kafka(
        secured=True, pki=Pki(geheimen / "ca")
    ) as kafka:  # fmt: skip
        postgres.stop()
        kafka.stop()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SAMENPLAN_")}
        yield postgres, kafka, kept | {
            "SAMENPLAN_GEHEIMEN": str(geheimen), "SAMENPLAN_DATABASE": postgres.address,
            "SAMENPLAN_KAFKA": kafka.bootstrap, "SAMENPLAN_GEMEENTEN": "9999",
            "SAMENPLAN_DATA": str(tmp_path), "SAMENPLAN_CONSENT": "https://127.0.0.1:1",
        }  # fmt: skip


def test_a_process_waits_for_servers_and_for_the_migration(
    servers: tuple[Postgres, Kafka, dict[str, str]], tmp_path: Path
) -> None:
    postgres, kafka, environment = servers
    geheimen = Path(environment["SAMENPLAN_GEHEIMEN"])
    early = [
        Vroeg(
            tmp_path / f"{dienst}-{rol}.log", dienst, rol,
            environment | {"SAMENPLAN_GEHEIMEN": str(geheimen / dienst)},
        )
        for dienst, rol in ROLLEN
    ]  # fmt: skip
    impatient = early.pop()
    try:
        for one in [*early, impatient]:  # nothing is there
            assert until(partial(_is, one, klaar=False), GEDULD), one.said
            assert until(partial(_waits, one, "OperationalError"), GEDULD), one.said
        impatient.process.send_signal(signal.SIGTERM)  # who waits can be asked to stop
        assert impatient.process.wait(GEDULD) == 0
        postgres.start()
        for one in early:  # a server that does not know them yet
            assert one.klaar is False
        kafka.start()
        done = subprocess.run(
            [sys.executable, "-m", "app", "migreer"], cwd=ROOT, env=environment,
            capture_output=True, text=True, timeout=2 * GEDULD,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (0, "Klaar voor 1 gemeente(n).\n"), done.stderr
        for one in early:
            assert until(partial(_is, one, klaar=True), 2 * GEDULD), one.said
            assert "Traceback" not in one.said
        for one in early:
            one.process.send_signal(signal.SIGTERM)
        assert [one.process.wait(GEDULD) for one in early] == [0, 0, 0]
    finally:
        for one in [*early, impatient]:
            one.process.kill()
            one.process.wait()


def _waits(one: Vroeg, why: str) -> bool:
    assert one.process.poll() is None, one.said
    if one.rol == "api":  # it answers from the start, that it cannot do anything
        return one.klaar is False
    return '"waiting to start"' in one.said and why in one.said


def _is(one: Vroeg, *, klaar: bool) -> bool:
    assert one.process.poll() is None, one.said
    return one.klaar is klaar
