"""The guard of a test bed: a process of its own that outlives whoever started the servers.

`python -m infra.testbed.guard FOLDER`. Each line of its standard input is "<pid> <signal>": a
server, and how to say farewell to it. When the input ends, because the test bed was closed or its
process was killed, the guard ends every server that still lives and removes the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys

from infra.testbed.processes import gone, kill, thaw

_FAREWELL = 5.0  # seconds a server gets to clean up after itself


def main() -> None:
    servers: list[tuple[int, int, int]] = []
    for line in sys.stdin:
        pid, farewell = map(int, line.split())
        try:  # the handle, unlike the pid, can never mean another process later
            servers.append((os.pidfd_open(pid), pid, farewell))
        except ProcessLookupError:
            continue
    for handle, pid, farewell in servers:
        if gone(handle, 0):
            continue
        thaw(pid)
        signal.pidfd_send_signal(handle, farewell)
        if not gone(handle, _FAREWELL):
            kill(pid)
    shutil.rmtree(sys.argv[1], ignore_errors=True)


if __name__ == "__main__":
    main()
