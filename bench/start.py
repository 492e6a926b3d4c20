"""The demo as a user starts it: memory, and time to the first answer with data present."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


def regels(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, measured, against."""
    data = folder / "demo"
    command = [sys.executable, "-m", "app"]
    begin = time.perf_counter()
    subprocess.run([*command, "demo", "--data", str(data)], check=True, stdout=subprocess.DEVNULL)
    yield "demo vullen", f"{time.perf_counter() - begin:.1f} s", "-"
    begin = time.perf_counter()
    with samenplan(data) as url:
        httpx.get(f"{url}/aanmelden", timeout=5).raise_for_status()
        yield "start tot eerste antwoord", f"{time.perf_counter() - begin:.2f} s", "met gegevens"
        status = Path(f"/proc/{_children[-1].pid}/status").read_text()
        kilobytes = next(int(r.split()[1]) for r in status.splitlines() if r.startswith("VmRSS"))
        yield "geheugen van de demo", f"{kilobytes / 1024:.0f} MB", "VmRSS na het eerste antwoord"


_children: list[subprocess.Popen[bytes]] = []


@contextmanager
def samenplan(data: Path) -> Iterator[str]:
    """The real command on this data folder, in a process of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "start", "--data", str(data), "--poort", str(port)],
        env=os.environ | {"SAMENPLAN_DEMO": "1"}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    _children.append(process)
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/gezondheid", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
