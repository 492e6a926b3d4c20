"""A throw-away PostgreSQL with Debian's server, on 127.0.0.1, durable unless asked otherwise."""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from infra.testbed.bed import Bed, Server, TestbedError, free_ports

_BINARIES = Path("/usr/lib/postgresql")
_READY = 60.0  # seconds; recovery after a kill under load included
_HOW = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Postgres:
    """One cluster with the database `samenplan` and the superuser `beheer`.

    Starts on entering the context, and is gone with its data on leaving it. Raises TestbedError
    when PostgreSQL is not installed or does not start.
    """

    def __init__(self, *, fsync: bool = True, password: str | None = None) -> None:
        self._binaries = _newest()
        self._fsync = fsync
        [self._port] = free_ports(1)
        self._password = password or secrets.token_urlsafe(16)
        self._server: Server | None = None
        # The server refuses to run as root.
        self._user = None if os.getuid() else pwd.getpwnam("nobody").pw_uid
        self.address = f"postgresql://127.0.0.1:{self._port}/samenplan"
        self.url = f"postgresql://beheer:{self._password}@127.0.0.1:{self._port}/samenplan"

    def __enter__(self) -> Self:
        self._bed = Bed("postgres")
        try:
            self._make()
            self.start()
            self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "beheer",
                      "samenplan", env={"PGPASSWORD": self._password})  # fmt: skip
        except BaseException:
            self._bed.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bed.close()

    @property
    def pid(self) -> int:
        """The process id of the server; its backends are its children."""
        return self._running().process.pid

    def start(self) -> None:
        """On the same data and port; returns when it accepts connections."""
        self._server = self._bed.start(
            [self._binaries / "postgres", "-D", self._data],
            log=self._log,
            farewell=signal.SIGQUIT,
            user=self._user,
        )
        self._server.wait_until(self._ready, _READY)

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """`fast` ends transactions and writes a checkpoint; after `immediate` it must recover."""
        self._running().stop(_HOW[how])

    def freeze(self) -> None:
        """SIGSTOP for the server and all its backends."""
        self._running().freeze()

    def thaw(self) -> None:
        self._running().thaw()

    def kill(self) -> None:
        """SIGKILL for the server and all its backends."""
        if self._running().process.poll() is not None:
            return
        self._running().kill()
        # Killed, it leaves a small piece of System V shared memory; its number is in this file.
        segment = (self._data / "postmaster.pid").read_text().splitlines()[6].split()[1]
        subprocess.run(["ipcrm", "-m", segment], check=True)  # noqa: S603, S607

    @property
    def _data(self) -> Path:
        return self._bed.folder / "data"

    @property
    def _log(self) -> Path:
        return self._bed.folder / "postgres.log"

    def _make(self) -> None:
        password = self._bed.folder / "wachtwoord"
        password.write_text(self._password)
        if self._user is not None:
            os.chown(self._bed.folder, self._user, -1)
            os.chown(password, self._user, -1)
        self._run("initdb", "-D", self._data, "-U", "beheer", f"--pwfile={password}",
                  "--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C",
                  "--no-sync", user=self._user)  # fmt: skip
        password.unlink()
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            settings.write(self._settings())

    def _settings(self) -> str:
        return f"""
listen_addresses = '127.0.0.1'
port = {self._port}
unix_socket_directories = ''
max_connections = 300
fsync = {"on" if self._fsync else "off"}
timezone = 'UTC'
log_timezone = 'UTC'
# In the data folder, not in /dev/shm: gone with the folder, also after a kill.
dynamic_shared_memory_type = mmap
"""

    def _run(
        self,
        program: str,
        *arguments: str | Path,
        env: dict[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        command = [self._binaries / program, *arguments]
        self._bed.start(command, log=self._log, env=env, user=user).finish()

    def _ready(self) -> bool:
        """The server writes its pid on the first line of this file, its state on the eighth."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _running(self) -> Server:
        if self._server is None:
            raise TestbedError("PostgreSQL is niet gestart")
        return self._server


def _newest() -> Path:
    found = [path.parent for path in _BINARIES.glob("*/bin/postgres")]
    if not found:
        raise TestbedError("PostgreSQL ontbreekt: make .venv/.servers")
    return max(found, key=lambda path: float(path.parent.name))
