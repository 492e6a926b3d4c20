"""Signed heads of the log's tree: C2SP checkpoints, the key that signs them, a witness's signature.

    samenplan/9999/logboek           origin: which log
    1204                             how many rows the tree has
    CsUYapGGPo4dkMgIAUqom/Xaj...     its root (base64)

    — samenplan/9999/logboek Az3g... 4 bytes key id and the Ed25519 signature over the text above

See c2sp.org/tlog-checkpoint, /signed-note and /tlog-cosignature. Rules kept here: the key has a
file of its own, readable by its owner only and made once; it is derived from nothing, so whoever
holds the wrap keys cannot sign; a key that is gone later is an error, never made anew.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from infra.provider import KeyFileError
from infra.tegels import write

LOG, WITNESS = 1, 4
"""Kinds of signature: of the log over the text; of a witness over the text and a time."""
_DASH = "— "


class HeadRefusedError(Exception):
    """A head that is not what it should be; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Head:
    """A tree of one log: so many rows under this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with the name it signs under."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, key: str) -> Self:
        """From `<name>+<key id>+<base64>` (c2sp.org/signed-note). Raises HeadRefusedError."""
        try:
            name, number, encoded = key.strip().split("+", 2)
            raw = b64decode(encoded, validate=True)
            found = cls(name, raw[0], raw[1:])
        except (ValueError, IndexError):
            raise HeadRefusedError("dit is geen sleutel om koppen mee te controleren") from None
        right = found.kind in (LOG, WITNESS) and len(found.public) == 32
        if not right or found.id.hex() != number:
            raise HeadRefusedError("dit is geen sleutel om koppen mee te controleren")
        return found

    def __str__(self) -> str:
        encoded = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @property
    def id(self) -> bytes:
        named = self.name.encode() + b"\n" + bytes([self.kind])
        return sha256(named + self.public).digest()[:4]

    def signed(self, note: str) -> int | None:
        """When this key signed (seconds since 1970, a witness) or 0 (the log); None if it did not.

        Raises HeadRefusedError for a signature under its name and id that is not its own.
        """
        text, signatures = parts(note)
        for name, raw in signatures:
            if name == self.name and raw[:4] == self.id:
                return self._check(text, raw[4:])
        return None

    def line(self, note: str) -> str:
        """The signature line that `signed` looks at. Raises HeadRefusedError when there is none."""
        for name, raw in parts(note)[1]:
            if name == self.name and raw[:4] == self.id:
                return f"{_DASH}{name} {b64encode(raw).decode()}\n"
        raise HeadRefusedError(f"deze kop is niet ondertekend door {self.name}")

    def _check(self, text: str, signature: bytes) -> int:
        moment = 0
        if self.kind == WITNESS:
            moment, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public)
            key.verify(signature, _message(self.kind, text, moment))
        except InvalidSignature:
            raise HeadRefusedError(f"de handtekening van {self.name} klopt niet") from None
        return moment


class Signer:
    """A private key with the name it signs under."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._seed = seed
        self.verifier = Verifier(name, kind, self._key.public_key().public_bytes_raw())

    def sign(self, text: str, moment: int = 0) -> str:
        """The signature line for a text; `moment` (seconds since 1970) is for a witness only."""
        own = self.verifier
        made = self._key.sign(_message(own.kind, text, moment))
        if own.kind == WITNESS:
            made = moment.to_bytes(8, "big") + made
        return f"{_DASH}{own.name} {b64encode(own.id + made).decode()}\n"

    def secret(self) -> str:
        """The key as it is kept: `PRIVATE+KEY+<name>+<key id>+<base64>`."""
        own = self.verifier
        raw = b64encode(bytes([own.kind]) + self._seed).decode()
        return f"PRIVATE+KEY+{own.name}+{own.id.hex()}+{raw}\n"


class KeyFile:
    """A signing key in a file. Every use raises KeyFileError when it is not there, is damaged,
    can be read by others, or belongs to another name."""

    def __init__(self, path: Path, name: str, kind: int = LOG, *, create: bool = False) -> None:
        self._path, self._name, self._kind = path, name, kind
        self._held: tuple[tuple[int, int, int], Signer] | None = None
        if create and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write(path, Signer(name, kind, os.urandom(32)).secret().encode(), mode=0o600)

    @cached_property
    def verifier(self) -> Verifier:
        """The public half; once known, it stays known."""
        return self.signer().verifier

    def signer(self) -> Signer:
        """The key as the file has it now; costs one look at the file."""
        try:
            found = self._path.stat()
            if found.st_mode & 0o077:
                raise KeyFileError(f"{self._path.name} is leesbaar voor anderen (chmod 600)")
            version = found.st_ino, found.st_mtime_ns, found.st_size
            if self._held is None or self._held[0] != version:
                self._held = version, self._read()
        except OSError:
            raise KeyFileError(f"{self._path.name} ontbreekt of is niet te lezen") from None
        return self._held[1]

    def _read(self) -> Signer:
        try:
            _, _, name, number, encoded = self._path.read_text().strip().split("+", 4)
            raw = b64decode(encoded, validate=True)
            signer = Signer(name, raw[0], raw[1:])
        except (ValueError, IndexError):
            raise KeyFileError(f"{self._path.name} is beschadigd") from None
        own = signer.verifier
        if (own.name, own.kind) != (self._name, self._kind) or own.id.hex() != number:
            raise KeyFileError(f"{self._path.name} is niet de sleutel van {self._name}")
        return signer


def origin(gemeente: str) -> str:
    """The name of the log of a gemeente."""
    return f"samenplan/{gemeente}/logboek"


def note(head: Head, signatures: Iterable[str]) -> str:
    """A signed head as it is stored and sent."""
    return f"{head.text}\n{''.join(signatures)}"


def parts(signed: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note, and per signature its name and bytes. Raises HeadRefusedError."""
    text, found, lines = signed.rpartition("\n\n")
    try:
        if not found or not lines.endswith("\n"):
            raise ValueError
        signatures = []
        for line in lines.splitlines():
            name, encoded = line.removeprefix(_DASH).split(" ")
            if not line.startswith(_DASH) or not name or "+" in name:
                raise ValueError
            signatures.append((name, b64decode(encoded, validate=True)))
    except ValueError:
        raise HeadRefusedError("dit is geen ondertekende kop") from None
    return f"{text}\n", signatures


def read(signed: str, log: Verifier) -> Head:
    """The head in a note that this log signed. Raises HeadRefusedError."""
    if log.signed(signed) is None:
        raise HeadRefusedError(f"deze kop is niet ondertekend door {log.name}")
    lines = parts(signed)[0].split("\n")
    try:
        head = Head(lines[0], int(lines[1]), b64decode(lines[2], validate=True))
    except (ValueError, IndexError):
        raise HeadRefusedError("dit is geen ondertekende kop") from None
    fits = head.size >= 0 and len(head.root) == 32 and head.origin == log.name
    if not fits or head.text != parts(signed)[0]:
        raise HeadRefusedError(f"deze kop is niet die van {log.name}")
    return head


def _message(kind: int, text: str, moment: int) -> bytes:
    before = f"cosignature/v1\ntime {moment}\n" if kind == WITNESS else ""
    return (before + text).encode()
