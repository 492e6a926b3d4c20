"""Two hundred requests at once in one process: all are answered and no command is lost."""

from __future__ import annotations

import asyncio
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.system.stad import stad

AANTAL = 200


def test_two_hundred_at_once(tmp_path: Path) -> None:
    with stad(tmp_path) as s:
        huis, leden = s.huishouden("ellen", "Anna Proef", "Bert Proef")
        gesprek = s.doe("ellen", f"/huishoudens/{huis}/gesprekken", {"deelnemers": leden})["id"]
        s.inwoner("Anna", leden[0])
        wie = {naam: f"Bearer {s.token(naam)}" for naam in ("ellen", "anna", "tom", "joris")}
        notitie: dict[str, Any] = {
            "personen": leden[:1], "leefgebied": "wonen", "reden": "nodig",
            "wens": {"tekst": "rust", "bron": "gezien"},
        }  # fmt: skip
        soorten = [
            ("ellen", "POST", f"/gesprekken/{gesprek}/notities", notitie, 201),
            ("ellen", "GET", f"/dossiers/{huis}", None, 200),
            ("ellen", "POST", f"/huishoudens/{huis}/netwerk",
             {"naam": "Buur Proef", "kanHelpenMet": "oppassen"}, 201),
            ("anna", "POST", "/akkoorden",
             {"huishouden": huis, "persoon": leden[0], "hulp": "coach", "gegevenDoor": leden[0]},
             201),
            ("tom", "GET", f"/dossiers/{huis}", None, 404),
            ("joris", "GET", f"/huishoudens/{huis}/inzagen", None, 200),
            ("ellen", "GET", "/dossiers", None, 200),
            ("anna", "GET", f"/personen/{leden[0]}/inzagen", None, 200),
        ]  # fmt: skip
        asked = list(islice(cycle(soorten), AANTAL))
        positions = {store.name: store.log.end for store in _stores(s.world)}
        s.world.worker.start()

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=s.world.web())
            async with httpx.AsyncClient(transport=transport, base_url="http://samen") as client:
                return await asyncio.gather(*(
                    client.request(
                        methode, f"/v1{pad}", json=body, timeout=120,
                        headers={"Authorization": wie[naam], "Idempotency-Key": str(uuid4())},
                    )
                    for naam, methode, pad, body, _ in asked
                ))  # fmt: skip

        answers = asyncio.run(ask())
        s.world.worker.stop()
        s.world.worker.drain()

        assert [a.status_code for a in answers] == [verwacht for *_, verwacht in asked]
        made = [a.json()["id"] for a in answers if a.status_code == 201]
        assert len(made) == len(set(made)) == 75
        _every_command_is_there(s, huis, gesprek, made)
        for store in _stores(s.world):
            numbers = [position for position, _ in store.envelopes(0, 10_000)]
            assert numbers == list(range(1, len(numbers) + 1)), store.name
            assert store.log.end > positions[store.name] or store.name == "plan"
        with s.world.consent.database.read() as tx:
            # One decision per look and per refusal, and no number is missing between them.
            assert s.world.consent.logboek.verify(tx) >= AANTAL
        for consumer in s.world.worker.consumers:
            assert (consumer.stopped, consumer.quarantined()) == (None, 0), consumer.name


def _stores(world: Any) -> list[Any]:
    return [world.intake.store, world.plannen.store, world.consent.store]


def _every_command_is_there(s: Any, huis: str, gesprek: str, made: list[str]) -> None:
    found = {n["id"] for n in s.dossier("ellen", huis)["notities"]}
    found |= {n["id"] for n in s.dossier("ellen", huis)["netwerk"]}
    found |= {str(e.stream) for _, e in s.world.consent.store.envelopes(0, 10_000)}
    assert set(made) <= found
    versions = [e.version for e in s.world.intake.store.stream(UUID(gesprek))]
    assert versions == list(range(1, len(versions) + 1))


@pytest.mark.parametrize("keer", range(3))
def test_one_key_sent_many_times_at_once_has_one_effect(tmp_path: Path, keer: int) -> None:
    with stad(tmp_path) as s:
        huis, _ = s.huishouden("ellen", "Anna Proef")
        headers = {
            "Authorization": f"Bearer {s.token('ellen')}",
            "Idempotency-Key": f"zelfde-{keer}",
        }
        body = {"naam": "Buur Proef", "kanHelpenMet": "oppassen"}

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=s.world.web())
            async with httpx.AsyncClient(transport=transport, base_url="http://samen") as client:
                return await asyncio.gather(*(
                    client.post(f"/v1/huishoudens/{huis}/netwerk", json=body, headers=headers)
                    for _ in range(20)
                ))  # fmt: skip

        answers = asyncio.run(ask())
        s.world.worker.drain()
        assert {(a.status_code, a.text) for a in answers} == {(201, answers[0].text)}
        assert len(s.dossier("ellen", huis)["netwerk"]) == 1
