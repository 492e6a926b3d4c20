"""Tells the story on a terminal; starts a server of its own in an empty folder if none is given."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import httpx
from rich.console import Console

from app.demo import schrijf_personas
from app.gesproken import clock
from app.verhaal import Toneel, Verhaal, VerhaalFout
from app.vervolg import Vervolg
from infra.decider import NEDERLAND
from infra.staff import Staff


class Server:
    """The real command in a process of its own, on a data folder that outlives it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers. Raises VerhaalFout."""
        settings = {
            "SAMENPLAN_DATA": str(self.data), "SAMENPLAN_POORT": str(self.port),
            "SAMENPLAN_DEMO": "1",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app", "start"], env=os.environ | settings,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(600):
            if self._process.poll() is not None:
                raise VerhaalFout("de server stopte bij het starten")
            try:
                if httpx.get(f"{self.url}/gezondheid", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise VerhaalFout("de server gaf geen antwoord")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None


@contextmanager
def eigen_server() -> Iterator[Server]:
    """A server on an empty folder with the demo's professionals, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="samenplan-verhaal-") as folder:
        server = Server(Path(folder))
        schrijf_personas(server.data)
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGTERM)


def vertel(basis_url: str | None, data: Path | None, *, techniek: bool) -> int:
    """Play and tell; the exit code. With a url, `data` is that server's folder."""
    console = Console(highlight=False)
    try:
        if basis_url is not None and data is not None:
            _speel(console, basis_url, Staff.read(data / "medewerkers.json"))
            return 0
        with eigen_server() as server:
            verhaal = _speel(console, server.url, Staff.read(server.data / "medewerkers.json"))
            if techniek:
                from app import techniek as technisch

                for titel, regels in technisch.stappen(server, verhaal):
                    console.print(f"\n[bold]Techniek · {titel}[/bold]")
                    for regel in regels:
                        console.print(f"    {regel}")
    except VerhaalFout as fout:
        console.print(f"\n[bold]Het verhaal klopt niet:[/bold] {fout}")
        return 1
    return 0


def _speel(console: Console, url: str, staff: Staff) -> Verhaal:
    console.print("[bold]Eén huishouden, één plan, één regisseur[/bold]")
    with httpx.Client(base_url=url) as client:
        verhaal = Verhaal(Toneel(client, iter(staff)), clock().astimezone(NEDERLAND).date())
        for nummer, stap in enumerate(chain(verhaal.stappen(), Vervolg(verhaal).stappen())):
            console.print(f"\n[bold]{nummer}. {stap.titel}[/bold]")
            for regel in stap.regels:
                console.print(f"    {regel}")
            meer = f" · niet opnieuw gevraagd: {stap.niet_opnieuw}" if stap.niet_opnieuw else ""
            console.print(f"    [dim]handelingen: {stap.handelingen}{meer}[/dim]")
    return verhaal
