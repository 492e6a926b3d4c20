"""The real command in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        _command(words), env=_environment(environment), capture_output=True, text=True, timeout=120
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Server:
    """`samenplan <words>` on a free port; leaving the block ends it."""

    def __init__(self, *words: str | Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            _command(words), env=_environment(environment | {"SAMENPLAN_POORT": str(self.port)}),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.client = httpx.Client(base_url=self.url, timeout=30)
        self._tokens: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.wait_for_health()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.client.close()
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def wait_for_health(self) -> None:
        while True:
            try:
                assert self.client.get("/gezondheid").status_code == 200
                return
            except httpx.TransportError:
                try:  # waiting for its end is the pause between two attempts
                    self._process.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
                out, err = self._process.communicate()
                raise AssertionError(f"{self._process.returncode}: {out} {err}") from None

    def end(self, how: signal.Signals) -> tuple[int, str, str]:
        """Exit code, standard output and standard error."""
        self._process.send_signal(how)
        out, err = self._process.communicate(timeout=60)
        return self._process.returncode, out, err

    def memory(self) -> int:
        """Resident memory in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def get(self, wie: str, path: str, **query: str) -> Any:
        answer = self.client.get(f"/v1{path}", headers=self._wie(wie), params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, wie: str, path: str, body: Any, sleutel: str | None = None) -> Any:
        """Raises httpx.TransportError when the server is gone."""
        headers = self._wie(wie) | {"Idempotency-Key": sleutel or str(uuid4())}
        answer = self.client.post(f"/v1{path}", headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def _wie(self, wie: str) -> dict[str, str]:
        if wie not in self._tokens:
            answer = self.client.post("/v1/sessies", json={"persona": wie})
            assert answer.status_code == 201, answer.text
            self._tokens[wie] = answer.json()["token"]
        return {"Authorization": f"Bearer {self._tokens[wie]}"}


def _command(words: tuple[str | Path, ...]) -> list[str]:
    return [sys.executable, "-m", "app", *map(str, words)]


def _environment(more: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SAMENPLAN_")}
    return kept | more
