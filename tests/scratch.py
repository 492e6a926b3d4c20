"""Where tests keep their files: in memory, when there is room for them.

Waiting for a disk is most of what many tests do, and none of them can tell whether something came
to lie there: a process that is killed leaves its files to the system, which goes on.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from infra.testbed.bed import Bed

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3
"""Bytes: more than all servers of a run take together."""
_made = pytest.StashKey[Bed]()


def pytest_configure(config: pytest.Config) -> None:
    if "TMPDIR" in os.environ or not _MEMORY.is_dir():
        return
    if shutil.disk_usage(_MEMORY).free < _ROOM:
        return
    tempfile.tempdir = str(_MEMORY)
    config.stash[_made] = bed = Bed("tests")  # it is emptied also when we are killed
    bed.folder.chmod(0o755)  # servers run as somebody else, and must be able to pass
    os.environ["TMPDIR"] = tempfile.tempdir = str(bed.folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _made in config.stash:
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
        config.stash[_made].close()
