"""Consent opens facts for itself; nothing is decided here, and the caller logs what must be."""

from __future__ import annotations

from collections.abc import Collection

from events.base import KeyId
from infra.database import Tx
from infra.keys import KeyStore
from infra.seal import Opener


def opener(keys: KeyStore, tx: Tx, kids: Collection[KeyId]) -> Opener:
    """What opens capsules under these keys. Raises UnknownKeyError, KeyFileError."""
    infos = keys.describe(tx, kids)
    return Opener(keys.unwrap(infos), {info.kid for info in infos if info.erased})
