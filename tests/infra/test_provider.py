"""Several processes on one file of wrap keys: each provider object stands for a process."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from infra.provider import FileKeyProvider, KeyFileError

KEY = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sleutels.json"
    FileKeyProvider(path, create=True)
    return path


def test_a_rotation_elsewhere_is_noticed_at_the_next_use(file: Path) -> None:
    here, there = FileKeyProvider(file), FileKeyProvider(file)
    old = here.wrap(KEY)
    new = there.renew()
    assert (here.current, here.wrap(KEY)[0]) == (new, new)
    assert here.unwrap(*old) == here.unwrap(*there.wrap(KEY)) == KEY
    there.forget(keep=new)
    assert not here.holds(old[0])
    with pytest.raises(KeyFileError, match="hoort niet bij"):
        here.unwrap(*old)


def test_what_another_process_just_made_is_not_forgotten(file: Path) -> None:
    """Two rotations at once: the first to finish may not destroy what the second wraps under."""
    here, there = FileKeyProvider(file), FileKeyProvider(file)
    first, second = here.renew(), there.renew()
    rewrapped = here.wrap(KEY)
    assert rewrapped[0] == second > first
    here.forget(keep=first)
    assert there.unwrap(*rewrapped) == KEY
    there.forget(keep=second)
    assert here.unwrap(*rewrapped) == KEY


def test_a_file_that_is_gone_or_of_others_stops_every_use(file: Path) -> None:
    here = FileKeyProvider(file)
    wrap, wrapped = here.wrap(KEY)
    other = file.with_name("andere.json")
    FileKeyProvider(other, create=True)
    other.replace(file)
    with pytest.raises(KeyFileError, match="hoort niet bij"):
        here.wrap(KEY)
    file.unlink()
    for use in (lambda: here.current, lambda: here.wrap(KEY), lambda: here.unwrap(wrap, wrapped)):
        with pytest.raises(KeyFileError, match="ontbreekt"):
            use()


def test_a_reader_never_sees_half_a_file(file: Path) -> None:
    """One process rotates as fast as it can; what another wraps meanwhile always opens."""
    here, there = FileKeyProvider(file), FileKeyProvider(file)
    done = threading.Event()

    def rotate() -> None:
        try:
            for _ in range(200):
                there.forget(keep=there.renew() - 1)
        finally:
            done.set()

    rotating = threading.Thread(target=rotate, daemon=True)
    rotating.start()
    seen = {here.wrap(KEY)[0]}
    while not done.is_set():
        seen.add(here.wrap(KEY)[0])
        FileKeyProvider(file)
    rotating.join()
    assert here.current == there.current == 201
    assert len(seen) > 1


def test_replaced_files_differ_even_within_one_tick_of_the_clock(file: Path) -> None:
    here = FileKeyProvider(file)
    versions = set()
    for _ in range(50):
        here.renew()
        found = os.stat(file)
        versions.add((found.st_ino, found.st_mtime_ns))
    assert len(versions) == 50
