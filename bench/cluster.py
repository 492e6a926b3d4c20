"""A household in a cluster, written through intake's own store as a process of intake would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from app.diensten import Intakecel, Omgeving
from app.gesproken import clock
from bench.huishouden import Stroom, Wereld
from events.base import Fact
from infra.decider import Context
from infra.settings import Settings

GEMEENTE = "9999"


@contextmanager
def omgeving(environment: Mapping[str, str], dienst: str) -> Iterator[Omgeving]:
    """What a process of this service works with, from the environment of a cluster."""
    folder = Path(environment["MAP"])
    found = {name: value for name, value in environment.items() if name.startswith("SAMENPLAN_")}
    consent = f"https://127.0.0.1:{environment['POORT_CONSENT']}"
    settings = Settings.read(
        found, geheimen=folder / "geheimen" / dienst, data=folder / "data", consent=consent
    )
    made = Omgeving(dienst, "bench", settings)
    try:
        yield made
    finally:
        made.close()


class Schrijver(Wereld):
    """The first of the demo's regisseurs, with keys from the cluster's consent."""

    def __init__(self, intake: Omgeving) -> None:
        self.persona = next(p for p in intake.staff.of(GEMEENTE) if p.herkomst == "wmo-onderzoek")
        self._store = Intakecel(intake, GEMEENTE).intake.store
        self.positie = ""
        """Of what was written last."""

    def leg_vast(self, stream: UUID, *facts: Fact) -> None:
        wie = self.wie
        context = Context(GEMEENTE, wie.actor, wie.hoed, clock(), wie.herkomst, uuid4())
        self.positie = self._store.handle(Stroom, stream, lambda _: list(facts), context).token

    def aangemeld(self, url: str) -> str:
        """A token for her, from the front door."""
        wie = {"persona": str(self.persona.id)}
        answer = httpx.post(f"{url}/v1/sessies", json=wie, timeout=30).raise_for_status()
        return str(answer.json()["token"])
