"""A whole cluster on this machine, without containers: the testbed's servers and the Procfile.

`python -m app.cluster` (make cluster) runs it until Ctrl-C; tests start, stop and kill its
processes one by one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid5

from honcho.environ import parse_procfile  # type: ignore[import-untyped]

from infra.pki import Pki
from infra.staff import Staff, personas
from infra.testbed.bed import free_ports
from infra.testbed.kafka import Kafka
from infra.testbed.postgres import Postgres
from infra.testbed.processes import until

ROOT = Path(__file__).parent.parent
PROCFILE = ROOT / "Procfile"


class Cluster:
    """The servers, and a process for every line of the Procfile once `start` was called.

    `gemeenten` each have the demo's professionals; `brokers` is 1 or 3.
    """

    def __init__(self, gemeenten: Sequence[str] = ("9999",), brokers: int = 1) -> None:
        self.gemeenten = gemeenten
        self._brokers = brokers
        self._commands = dict(parse_procfile(PROCFILE.read_text()).processes)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            temporary = tempfile.TemporaryDirectory(prefix="samenplan-cluster-")
            self.map = Path(stack.enter_context(temporary))
            secrets = self.map / "geheimen"
            self._run("geheimen", secrets, "--gemeenten", ",".join(self.gemeenten))
            password = (secrets / "beheer" / "database").read_text()
            self.postgres = stack.enter_context(Postgres(password=password))
            self.kafka = stack.enter_context(
                Kafka(self._brokers, secured=True, pki=Pki(secrets / "ca"))
            )
            self._staff()
            self.environment = os.environ | self._environment()
            self._run(
                "migreer", "--replicatie", str(self._brokers),
                SAMENPLAN_GEHEIMEN=str(secrets), **self._environment(),
            )  # fmt: skip
            stack.callback(self.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._stack.close()

    @property
    def url(self) -> str:
        """The front door."""
        return f"http://127.0.0.1:{self._ports['POORT_PORTAL']}"

    @property
    def data(self) -> Path:
        """Where the directory of professionals is."""
        return self.map / "data"

    def start(self, *names: str) -> None:
        """Start these processes (all of them, when none is named); does not wait."""
        for name in names or self._commands:
            with (self.map / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    ["/bin/sh", "-c", self._commands[name]], cwd=ROOT, env=self.environment,
                    stdout=log, stderr=log,
                )  # fmt: skip

    def ready(self, seconds: float = 60) -> None:
        """Wait until every running process can do its work.

        Raises TimeoutError, with the end of its log, at once for one that has ended.
        """
        for name, process in self.processes.items():
            until(partial(self._is_ready_or_gone, name), seconds)
            if not self._is_ready(name):
                said = (self.map / f"{name}.log").read_text(errors="replace")
                raise TimeoutError(f"{name}, afgesloten met {process.poll()}: {said[-2000:]}")

    def _is_ready_or_gone(self, name: str) -> bool:
        return self._is_ready(name) or self.processes[name].poll() is not None

    def _is_ready(self, name: str) -> bool:
        return bool(self.health(name).get("klaar"))

    def health(self, name: str) -> dict[str, Any]:
        """What a process says of itself; empty when it says nothing."""
        port = self._ports[f"POORT_BEHEER_{list(self._commands).index(name) + 1}"]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/gezondheid", timeout=3) as answer:
                said: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as answer:
            said = json.load(answer)
        except OSError:
            return {}
        return said

    def end(self, name: str, how: signal.Signals = signal.SIGKILL) -> int:
        """End one process; its exit code."""
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(60)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for name in list(self.processes):
            process = self.processes.pop(name)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def honcho(self) -> int:
        """Run the Procfile in the foreground, with everybody's lines on the screen."""
        command = [sys.executable, "-m", "honcho", "start", "-f", str(PROCFILE)]
        return subprocess.call(command, cwd=ROOT, env=self.environment)

    def _environment(self) -> dict[str, str]:
        return self._ports | {
            "MAP": str(self.map),
            "SAMENPLAN_DATABASE": self.postgres.address,
            "SAMENPLAN_KAFKA": self.kafka.bootstrap,
            "SAMENPLAN_GEMEENTEN": ",".join(self.gemeenten),
            "SAMENPLAN_DEMO": "1",
        }

    @property
    def _ports(self) -> dict[str, str]:
        if not hasattr(self, "_taken"):
            names = [f"POORT_{name}" for name in ("INTAKE", "PLAN", "CONSENT", "PORTAL")]
            names += [f"POORT_BEHEER_{n}" for n in range(1, len(self._commands) + 1)]
            self._taken = dict(zip(names, map(str, free_ports(len(names))), strict=True))
        return self._taken

    def _run(self, *words: str | Path, **environment: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "app", *map(str, words)], cwd=ROOT, check=True,
            env=os.environ | environment, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def _staff(self) -> None:
        """The demo's professionals in every gemeente, each a person of her own."""
        self.data.mkdir()
        invented = resources.files("app.demo").joinpath("personas.json").read_bytes()
        here, *elsewhere = self.gemeenten
        everybody = personas(invented, here)
        for gemeente in elsewhere:
            everybody += [
                one.model_copy(
                    update={
                        "id": uuid5(one.id, gemeente), "naam": f"{one.naam} ({gemeente})",
                        "gemeente": gemeente,
                    }
                )
                for one in personas(invented, gemeente)
            ]  # fmt: skip
        Staff(everybody, self.data / "medewerkers.json").save()


def main() -> None:
    with Cluster(tuple(os.environ.get("SAMENPLAN_GEMEENTEN", "9999").split(","))) as cluster:
        print(f"Samenplan draait straks op {cluster.url} (gegevens: {cluster.data}); Ctrl-C stopt.")
        raise SystemExit(cluster.honcho())


if __name__ == "__main__":
    main()
