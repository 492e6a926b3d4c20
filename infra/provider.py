"""The key provider as a file: wrap keys, signing and search keys. In production a vault or HSM
takes its place behind the same five methods.

Rules kept here: the file is readable by its owner only; a wrap key lives nowhere else, so
forgetting it makes everything wrapped under it unreadable, in every backup and log file; the file
is replaced whole (written beside, synced, renamed), so a crash leaves the old or the new one.
"""

from __future__ import annotations

import hmac
import json
import os
import threading
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

WrapId = int


class KeyFileError(Exception):
    """The key file is missing, unreadable, open to others, or not the one of these data."""


class FileKeyProvider:
    """Wrap keys in one file with mode 0600.

    Raises KeyFileError when the file is not there (and `create` is false), is damaged, or can be
    read by others.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self._path = path
        self._lock = threading.Lock()
        if not path.exists():
            if not create:
                raise KeyFileError(f"het sleutelbestand {path.name} ontbreekt")
            self._wrap = {1: os.urandom(32)}
            self._root = os.urandom(32)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._save(self._wrap)
            return
        if path.stat().st_mode & 0o077:
            raise KeyFileError(
                f"het sleutelbestand {path.name} is leesbaar voor anderen (chmod 600)"
            )
        try:
            data = json.loads(path.read_text())
            self._root = bytes.fromhex(data["wortel"])
            self._wrap = {int(n): bytes.fromhex(key) for n, key in data["wikkel"].items()}
            if {len(key) for key in (self._root, *self._wrap.values())} != {32} or not self._wrap:
                raise ValueError
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise KeyFileError(f"het sleutelbestand {path.name} is beschadigd") from None

    @property
    def current(self) -> WrapId:
        """The wrap key that new keys are wrapped under."""
        return max(self._wrap)

    def holds(self, wrap: WrapId) -> bool:
        return wrap in self._wrap

    def wrap(self, key: bytes) -> tuple[WrapId, bytes]:
        """Wrap a key under the current wrap key (AES-KW, RFC 3394)."""
        wrap = self.current
        return wrap, aes_key_wrap(self._wrap[wrap], key)

    def unwrap(self, wrap: WrapId, wrapped: bytes) -> bytes:
        """Raises KeyFileError when this provider does not hold the wrap key it needs."""
        try:
            return aes_key_unwrap(self._wrap[wrap], wrapped)
        except (KeyError, InvalidUnwrap):
            raise KeyFileError("het sleutelbestand hoort niet bij deze gegevens") from None

    def renew(self) -> WrapId:
        """Make a new wrap key the current one; the old ones stay until `forget`."""
        with self._lock:
            self._save(self._wrap | {self.current + 1: os.urandom(32)})
            return self.current

    def forget(self, keep: WrapId) -> None:
        """Destroy every wrap key but this one."""
        with self._lock:
            self._save({keep: self._wrap[keep]})

    def search_hash(self, gemeente: str, kind: str, value: str) -> str:
        """Keyed hash to find a BSN or a person again without storing what was searched."""
        return hmac.digest(self._derive("zoek", gemeente, kind), value.encode(), sha256).hex()

    def secret(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose (tokens, entity tags)."""
        return self._derive(purpose)

    def _derive(self, *parts: str) -> bytes:
        return hmac.digest(self._root, "\x1f".join(parts).encode(), sha256)

    def _save(self, wrap: dict[WrapId, bytes]) -> None:
        content = json.dumps(
            {"wortel": self._root.hex(), "wikkel": {str(n): k.hex() for n, k in wrap.items()}}
        ).encode()
        beside = self._path.with_suffix(".nieuw")
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
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
        self._wrap = wrap  # not before it is on disk: a key wrapped under it would be lost
