"""Capsules, suite 1: the fields of one fact under one key, bound to their place.

Layout: suite(1) | key id(16) | salt(24) | commitment(32) | AES-256-GCM ciphertext and tag.

    aad    = each part behind its length in 4 bytes: "samenplan-capsule-1", gemeente, stream (16),
             version (8), type, schema version (2), key id (16), every field name in sorted order
    okm    = HKDF-Expand-SHA256(data key, "samenplan-capsule-1" | salt | SHA-256(aad), 76)
    key, nonce, commitment = okm[0:32], okm[32:44], okm[44:76]
    padded = JSON object of the fields, 0x80, zeros to a multiple of 64

Numbers are big-endian, text is UTF-8; key, nonce and aad go into AES-256-GCM with the padded text.

The salted key is used once, so there is no nonce budget; the commitment stops one ciphertext from
opening under two keys (AES-GCM does not commit by itself). Opening ends in the value, in Erased,
or in an error, and never mixes them up.
"""

from __future__ import annotations

import hmac
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from pydantic_core import from_json, to_json

from events.base import ERASED, Capsule, Erased, KeyId, Place, Sealed

SUITE = b"\x01"
_NAME = b"samenplan-capsule-1"
_BLOCK = 64
_HEAD = 1 + 16 + 24 + 32
_LENGTH, _VERSION, _SCHEMA = (struct.Struct(form).pack for form in (">I", ">Q", ">H"))


class SealError(Exception):
    """A capsule is damaged, moved to another place, or sealed under another key."""


class KeyNotReleasedError(Exception):
    """The reader was not given the key of this capsule; says nothing about its content."""


class SealingKey:
    """A data key that can seal and offers no way to open."""

    __slots__ = ("__key", "kid")

    def __init__(self, kid: KeyId, key: bytes) -> None:
        self.kid = kid
        self.__key = key

    def seal(self, place: Place, fields: Mapping[str, Any]) -> Capsule:
        """Seal the fields for this place."""
        names = tuple(sorted(fields))
        aad = _aad(place, names, self.kid)
        salt = os.urandom(24)
        key, nonce, commitment = _derive(self.__key, salt, aad)
        plain = to_json(fields) + b"\x80"
        plain += bytes(-len(plain) % _BLOCK)
        head = SUITE + bytes.fromhex(self.kid) + salt + commitment
        return Capsule(place, names, self.kid, head + AESGCM(key).encrypt(nonce, plain, aad))


class Opener:
    """Opens capsules with the keys a decision released, each capsule once."""

    def __init__(self, keys: Mapping[KeyId, bytes], erased: Collection[KeyId] = ()) -> None:
        self._keys = keys
        self._erased = erased
        self._opened: dict[int, tuple[Capsule, dict[str, Any]]] = {}

    def may_open(self, sealed: Sealed) -> bool:
        """Whether its key was released or is known to be erased."""
        return sealed.capsule.kid in self._keys or sealed.capsule.kid in self._erased

    def open(self, sealed: Sealed) -> Any | Erased:
        """The value, or Erased. Raises KeyNotReleasedError or SealError."""
        fields = self.fields(sealed.capsule)
        return ERASED if isinstance(fields, Erased) else fields[sealed.name]

    def fields(self, capsule: Capsule) -> Mapping[str, Any] | Erased:
        """All values of a capsule, or Erased. Raises KeyNotReleasedError or SealError."""
        known = self._opened.get(id(capsule))
        if known is not None:
            return known[1]
        if capsule.kid in self._erased:
            return ERASED
        key = self._keys.get(capsule.kid)
        if key is None:
            raise KeyNotReleasedError
        opened = open_capsule(capsule, key)
        self._opened[id(capsule)] = (capsule, opened)
        return opened


def open_capsule(capsule: Capsule, key: bytes) -> dict[str, Any]:
    """All fields of a capsule.

    1. parse; 2. derive; 3. compare the commitment in constant time; 4. decrypt; 5. remove the
    padding strictly; 6. the names inside must be the names outside. Raises SealError.
    """
    sealed = capsule.sealed
    # 1
    if len(sealed) < _HEAD + 16 + _BLOCK or sealed[:1] != SUITE:
        raise SealError("onbekende of afgebroken verzegeling")
    try:
        aad = _aad(capsule.place, capsule.names, capsule.kid)
    except (ValueError, struct.error):  # what stands beside the capsule was damaged
        raise SealError("de plaats klopt niet") from None
    if sealed[1:17] != bytes.fromhex(capsule.kid):
        raise SealError("sleutelnummer klopt niet")
    salt, commitment = sealed[17:41], sealed[41:73]
    # 2
    derived, nonce, expected = _derive(key, salt, aad)
    # 3
    if not hmac.compare_digest(commitment, expected):
        raise SealError("verzegeling hoort niet bij deze plaats of sleutel")
    # 4
    try:
        plain = AESGCM(derived).decrypt(nonce, sealed[_HEAD:], aad)
    except InvalidTag:
        raise SealError("verzegeling is beschadigd") from None
    # 5
    end = plain.rfind(b"\x80")
    if end < 0 or any(plain[end + 1 :]) or len(plain) - end > _BLOCK:
        raise SealError("opvulling klopt niet")
    # 6
    try:
        fields: Any = from_json(plain[:end])
    except ValueError:
        raise SealError("inhoud klopt niet") from None
    if not isinstance(fields, dict) or tuple(sorted(fields)) != capsule.names:
        raise SealError("velden kloppen niet")
    return fields


def _derive(key: bytes, salt: bytes, aad: bytes) -> tuple[bytes, bytes, bytes]:
    info = _NAME + salt + sha256(aad).digest()
    # HKDFExpand of cryptography releases the GIL; hmac from the standard library does not.
    okm = HKDFExpand(SHA256(), 76, info).derive(key)
    return okm[:32], okm[32:44], okm[44:]


def _aad(place: Place, names: tuple[str, ...], kid: KeyId) -> bytes:
    parts = [
        _NAME,
        place.gemeente.encode(),
        place.stream.bytes,
        _VERSION(place.version),
        place.type.encode(),
        _SCHEMA(place.schema),
        bytes.fromhex(kid),
        *[name.encode() for name in names],
    ]
    return b"".join([_LENGTH(len(part)) + part for part in parts])


class TokenBox:
    """Short texts that only we can make and read, as base64url (AES-SIV, deterministic)."""

    def __init__(self, secret: bytes) -> None:
        self._siv = AESSIV(secret)

    def seal(self, text: bytes) -> str:
        return urlsafe_b64encode(self._siv.encrypt(text, None)).decode().rstrip("=")

    def open(self, token: str) -> bytes:
        """Raises SealError for whatever `seal` did not make."""
        try:
            text = self._siv.decrypt(urlsafe_b64decode(token + "=" * (-len(token) % 4)), None)
        except (InvalidTag, ValueError):
            raise SealError("onbekend teken") from None
        if self.seal(text) != token:  # the decoder passes over what is no base64
            raise SealError("onbekend teken")
        return text


def canonical(value: Any) -> bytes:
    """One byte string for one value: sorted keys, no spaces (RFC 8785 for what we store).

    Numbers are whole and below 2**63: of fractions no two libraries write the same. Raises
    TypeError for what is no JSON.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
