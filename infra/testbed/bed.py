"""A temporary folder and the servers that live in it; both end with the process that made them."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra.testbed.processes import freeze, kill, thaw, until

ROOT = Path(__file__).parents[2]
# Below the ports that Linux gives to clients: a client that keeps reconnecting to a stopped server
# could otherwise be given that server's own port, and the server could not come back.
_PORTS = range(20_000, 32_000)


class TestbedError(Exception):
    """A server is not installed, did not start or did not stop; with the end of its log."""

    __test__ = False  # no test class, whatever pytest thinks of the name


def free_ports(count: int) -> list[int]:
    """Different ports on 127.0.0.1 that nobody uses now."""
    found: list[int] = []
    for port in random.sample(_PORTS, len(_PORTS)):
        if len(found) == count:
            return found
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    raise TestbedError("er zijn geen poorten vrij")


@dataclass(frozen=True, slots=True)
class Server:
    """One process of a bed, with its descendants; its output goes to `log`."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Raises TestbedError, with the end of the log, when it ends or is not ready in time."""
        until(lambda: self.process.poll() is not None or ready(), seconds)
        if self.process.poll() is not None or not ready():
            raise TestbedError(f"niet gestart binnen {seconds:.0f} s\n{self.tail()}")

    def tail(self) -> str:
        """The last 4000 characters of the log."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def finish(self, seconds: float = 120) -> None:
        """Waits for a command to succeed. Raises TestbedError, with the end of the log, if not."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = -1
        if code != 0:
            raise TestbedError(f"een opdracht mislukte: {self.process.args!r}\n{self.tail()}")

    def stop(self, how: signal.Signals, seconds: float = 60) -> None:
        """Asks it to end and waits. Raises TestbedError when it does not end in time."""
        self.process.send_signal(how)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TestbedError(f"niet gestopt binnen {seconds:.0f} s\n{self.tail()}") from None

    def freeze(self) -> None:
        freeze(self.process.pid)

    def thaw(self) -> None:
        thaw(self.process.pid)

    def kill(self) -> None:
        """SIGKILL, no farewell; returns when all of it is gone."""
        kill(self.process.pid)
        self.process.wait()


class Bed:
    """The folder, with a guard that empties it whatever happens to us."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"samenplan-{name}-"))
        self._servers: list[Server] = []
        self._guard = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "infra.testbed.guard", str(self.folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us; the guard waits for us to end
        )

    def start(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        farewell: signal.Signals = signal.SIGKILL,
        env: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> Server:
        """Starts a server; what it prints is added to `log`.

        Raises TestbedError when the program is not installed.
        """
        if shutil.which(command[0]) is None:
            raise TestbedError(f"{command[0]} ontbreekt: make .venv/.servers")
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(env or {})},
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        self._tell(f"{process.pid} {farewell.value}\n")
        self._servers.append(Server(process, log))
        return self._servers[-1]

    def close(self) -> None:
        """Returns when no process and no file is left."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()
        for server in self._servers:
            server.process.wait()

    def _tell(self, line: str) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.write(line.encode())
        self._guard.stdin.flush()
