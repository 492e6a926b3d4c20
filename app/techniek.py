"""The technical part of the story: what an administrator would find on disk, what a crash costs,
and whether the read model is what the log says."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.beheer import OngelijkError, controleer
from app.verhaal import BURENTEKST, Verhaal, VerhaalFout, eis
from app.vertel import Server
from app.wiring import Embedded
from infra.logbook import LogDamagedError
from infra.settings import Settings


def stappen(server: Server, verhaal: Verhaal) -> Iterator[tuple[str, list[str]]]:
    """Each step is yielded after it came true. Raises VerhaalFout."""
    yield (
        "zoek in alle bestanden naar de tekst en de sleutels van de buurvrouw",
        _zoek(server, verhaal),
    )
    yield "kill -9 midden in het schrijven, en opnieuw starten", _kill(server, verhaal)
    yield "het leesmodel is gelijk aan een herbouw uit het logboek van feiten", _herbouw(server)


def _zoek(server: Server, verhaal: Verhaal) -> list[str]:
    with sqlite3.connect(f"file:{server.data}/consent.sqlite?mode=ro", uri=True) as database:
        ria = UUID(verhaal.ria).hex
        left = database.execute(
            "SELECT count(*) FROM person_keys WHERE subject = ?", (ria,)
        ).fetchone()[0]
        wrapped = database.execute(
            "SELECT count(*) FROM data_keys WHERE single = ? AND wrapped IS NOT NULL", (ria,)
        ).fetchone()[0]
    eis(left == 0 and wrapped == 0, "er is geen sleutel van de buurvrouw meer")
    words = [BURENTEKST.encode(), b"Ria Verhoef", b"06 00000017"]
    files = [path for path in server.data.rglob("*") if path.is_file()]
    found = [path.name for path in files if any(word in path.read_bytes() for word in words)]
    eis(not found, f"haar tekst staat nergens leesbaar: {found}")
    return [f"{len(files)} bestanden doorzocht: geen tekst, geen sleutel"]


def _kill(server: Server, verhaal: Verhaal) -> list[str]:
    toneel = verhaal.t
    token = toneel.token(verhaal.ellen.id)
    done: list[tuple[str, dict[str, Any]]] = []

    def write(url: str, sleutel: str) -> dict[str, Any]:
        answer = httpx.post(
            f"{url}/v1/gesprekken/{verhaal.gesprek}/notities",
            json={
                "personen": [verhaal.samira], "leefgebied": "wonen",
                "reden": "de huur", "zelfDoen": {"tekst": f"Notitie {sleutel}", "bron": "gezien"},
            },
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": sleutel},
            timeout=30,
        )  # fmt: skip
        if not answer.is_success:
            raise VerhaalFout(f"schrijven: {answer.status_code}")
        made: dict[str, Any] = answer.json()
        return made

    def write_on() -> None:
        while True:
            sleutel = str(uuid4())
            try:
                done.append((sleutel, write(server.url, sleutel)))
            except httpx.TransportError:
                return

    writers = [threading.Thread(target=write_on) for _ in range(4)]
    for writer in writers:
        writer.start()
    while len(done) < 100:
        writers[0].join(0.01)
    server.stop(signal.SIGKILL)
    for writer in writers:
        writer.join()
    server.start()
    with httpx.Client(base_url=server.url) as client:
        toneel.client = client
        seen = {n["id"] for n in toneel.dossier(verhaal.ellen.id, verhaal.huishouden)["notities"]}
    lost = [made for _, made in done if made["id"] not in seen]
    eis(not lost, f"{len(lost)} bevestigde notities zijn weg")
    again = write(server.url, done[-1][0])
    eis(again["id"] == done[-1][1]["id"], "een herhaald verzoek geeft hetzelfde antwoord")
    return [
        f"{len(done)} notities bevestigd voor de kill, 0 verloren",
        "een herhaald verzoek geeft hetzelfde antwoord en legt niets dubbel vast",
    ]


def _herbouw(server: Server) -> list[str]:
    server.stop()
    world = Embedded(Settings(data=server.data, demo=True))
    try:
        lines, rows = controleer(world)
    except (LogDamagedError, OngelijkError) as error:
        raise VerhaalFout(str(error)) from None
    finally:
        world.close()
    return [f"{rows} rijen gelijk", f"{lines} logregels zonder gat, elk past bij zijn verbintenis"]
