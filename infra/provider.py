"""The key provider as a file: wrap keys, signing and search keys. In production a vault or HSM
takes its place behind the same methods.

Rules kept here: the file is readable by its owner only; a wrap key lives nowhere else, so
forgetting it makes everything wrapped under it unreadable, in every backup and log file; the file
is replaced whole (written beside, synced, renamed), so a crash leaves the old or the new one.

Several processes may work with one file: each looks, at every use, whether it was replaced. That is
enough, because every wrap happens in a transaction under the database's one-writer lock, and so
does the re-wrap of a rotation. A wrap before the re-wrap is re-wrapped with the rest; one after it
is later than the new file, and finds the new wrap key. So once a wrap key is forgotten, nothing
is wrapped under it any more, by any process.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from infra.derive import Root

WrapId = int
_Version = tuple[int, int]
"""Which file it is: inode and time of change (ns)."""


class KeyFileError(Exception):
    """The key file is missing, unreadable, open to others, or not the one of these data."""


class FileKeyProvider(Root):
    """Wrap keys in one file with mode 0600.

    Raises KeyFileError when the file is not there (and `create` is false), is damaged, or can be
    read by others; later, at any use, when it is gone or became another.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self._path = path
        self._lock = threading.Lock()
        if not path.exists():
            if not create:
                raise KeyFileError(f"het sleutelbestand {path.name} ontbreekt")
            super().__init__(os.urandom(32))
            path.parent.mkdir(parents=True, exist_ok=True)
            self._save({1: os.urandom(32)})
            return
        if path.stat().st_mode & 0o077:
            raise KeyFileError(
                f"het sleutelbestand {path.name} is leesbaar voor anderen (chmod 600)"
            )
        root, self._held = self._load()
        super().__init__(root)

    @property
    def current(self) -> WrapId:
        """The wrap key that new keys are wrapped under."""
        return max(self._wrap)

    def holds(self, wrap: WrapId) -> bool:
        return wrap in self._wrap

    def wrap(self, key: bytes) -> tuple[WrapId, bytes]:
        """Wrap a key under the current wrap key (AES-KW, RFC 3394)."""
        keys = self._wrap  # one look: what is current and its key belong together
        wrap = max(keys)
        return wrap, aes_key_wrap(keys[wrap], key)

    def unwrap(self, wrap: WrapId, wrapped: bytes) -> bytes:
        """Raises KeyFileError when this provider does not hold the wrap key it needs."""
        return self.unwrapper()(wrap, wrapped)

    def unwrapper(self) -> Callable[[WrapId, bytes], bytes]:
        """`unwrap` with the wrap keys of this moment: one look at the file for many keys."""
        keys = self._wrap

        def unwrap(wrap: WrapId, wrapped: bytes) -> bytes:
            try:
                return aes_key_unwrap(keys[wrap], wrapped)
            except (KeyError, InvalidUnwrap):
                raise KeyFileError("het sleutelbestand hoort niet bij deze gegevens") from None

        return unwrap

    def renew(self) -> WrapId:
        """Make a new wrap key the current one; the old ones stay until `forget`."""
        with self._changing():
            keys = self._wrap
            new = max(keys) + 1
            self._save(keys | {new: os.urandom(32)})
            return new

    def forget(self, keep: WrapId) -> None:
        """Destroy every wrap key older than this one.

        A newer one stays: another process made it, and what it re-wraps needs it.
        """
        with self._changing():
            self._save({wrap: key for wrap, key in self._wrap.items() if wrap >= keep})

    @property
    def _wrap(self) -> dict[WrapId, bytes]:
        """The wrap keys as the file has them now."""
        version, keys = self._held
        try:
            found = _version(self._path.stat())
        except OSError:
            raise KeyFileError(f"het sleutelbestand {self._path.name} ontbreekt") from None
        if found == version:
            return keys
        root, held = self._load()
        if root != self._root:
            raise KeyFileError("het sleutelbestand hoort niet bij deze gegevens")
        self._held = held
        return held[1]

    def _load(self) -> tuple[bytes, tuple[_Version, dict[WrapId, bytes]]]:
        """The root, and the wrap keys with their version. Raises KeyFileError when damaged."""
        while True:
            version: _Version | None = None
            try:
                with self._path.open("rb") as file:
                    version = _version(os.fstat(file.fileno()))
                    data = json.loads(file.read())
                root = bytes.fromhex(data["wortel"])
                wrap = {int(n): bytes.fromhex(key) for n, key in data["wikkel"].items()}
                if {len(key) for key in (root, *wrap.values())} != {32} or not wrap:
                    raise ValueError
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                # Another process may have replaced it, and wiped what we were reading.
                if version is not None and _version(self._path.stat()) != version:
                    continue
                raise KeyFileError(f"het sleutelbestand {self._path.name} is beschadigd") from None
            return root, (version, wrap)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time, by one thread of one process."""
        with self._lock:
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)

    def _save(self, wrap: dict[WrapId, bytes]) -> None:
        content = json.dumps(
            {"wortel": self._root.hex(), "wikkel": {str(n): k.hex() for n, k in wrap.items()}}
        ).encode()
        beside = self._path.with_suffix(".nieuw")
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            moment = time.time_ns()  # the kernel's own is too coarse to tell two files apart
            os.utime(file.fileno(), ns=(moment, moment))
            os.fsync(file.fileno())
            version = _version(os.fstat(file.fileno()))
        old = self._path.open("r+b") if self._path.exists() else None
        beside.replace(self._path)
        if old is not None:  # the name points to the new file; zero what the old one held
            with old:
                old.write(bytes(os.fstat(old.fileno()).st_size))
                old.flush()
                os.fsync(old.fileno())
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        # Not before it is on disk: a key wrapped under it would be lost.
        self._held = version, wrap


def _version(found: os.stat_result) -> _Version:
    return found.st_ino, found.st_mtime_ns
