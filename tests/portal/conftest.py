"""A small municipality in which the whole story was played, once for all tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from app.demo import schrijf_personas
from app.gesproken import clock
from app.verhaal import Toneel, Verhaal
from app.wiring import Embedded
from infra.decider import NEDERLAND
from infra.settings import Settings
from tests.client import sync_client
from tests.portal.bezoeker import Bezoeker

GEVAARLIJK = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'


@dataclass(frozen=True)
class Wereld:
    embedded: Embedded
    client: httpx.Client
    verhaal: Verhaal

    @property
    def pad(self) -> str:
        return f"/huishoudens/{self.verhaal.huishouden}"

    def bezoeker(self, naam: str) -> Bezoeker:
        bezoeker = Bezoeker(self.client)
        (persona,) = (p for p in self.embedded.staff if p.naam == naam)
        bezoeker.meld_aan(persona.id)
        return bezoeker


@pytest.fixture(scope="session")
def wereld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wereld]:
    data = tmp_path_factory.mktemp("wereld")
    schrijf_personas(data)
    embedded = Embedded(Settings(data=data, demo=True))
    embedded.worker.start()
    with sync_client(embedded.web()) as client:
        vandaag = clock().astimezone(NEDERLAND).date()
        verhaal = Verhaal(Toneel(client, iter(embedded.staff)), vandaag)
        for _ in verhaal.stappen():
            pass
        verhaal._notitie(
            verhaal.ellen, verhaal.gesprek, [verhaal.samira], "veiligheid", GEVAARLIJK, GEVAARLIJK
        )
        verhaal.t.dossier(verhaal.ellen.id, verhaal.huishouden)  # waits until all of it is seen
        yield Wereld(embedded, client, verhaal)
    embedded.close()
