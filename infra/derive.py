"""What is derived from one root secret: a secret per purpose, keyed hashes to search with."""

from __future__ import annotations

import hmac
from hashlib import sha256


class Root:
    """32 random bytes from which everything else follows; it is never used itself."""

    def __init__(self, root: bytes) -> None:
        self._root = root

    def secret(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose (tokens, entity tags)."""
        return self._derive(purpose)

    def search_hash(self, gemeente: str, kind: str, value: str) -> str:
        """Keyed hash to find a BSN or a person again without storing what was searched."""
        return hmac.digest(self._derive("zoek", gemeente, kind), value.encode(), sha256).hex()

    def _derive(self, *parts: str) -> bytes:
        return hmac.digest(self._root, "\x1f".join(parts).encode(), sha256)
