"""Pseudonyms: one person has one per gemeente; only who holds the root can turn it back.

AES-SIV (RFC 5297): the same person gives the same pseudonym, and one that was not made here is
recognised as such, so numbers cannot be guessed or tried.
"""

from __future__ import annotations

from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV


class Pseudoniemen:
    """The pseudonyms of one gemeente; `secret` is 32 bytes derived for them."""

    def __init__(self, secret: bytes, gemeente: str) -> None:
        self._siv = AESSIV(secret)
        self._gemeente = gemeente.encode()
        self.soort = f"urn:samenplan:pseudoniem:{gemeente}"
        """What kind of number it is, as the LDV asks to be told."""

    def van(self, persoon: UUID) -> str:
        """64 hex digits."""
        return self._siv.encrypt(persoon.bytes, [self._gemeente]).hex()

    def lees(self, pseudoniem: str) -> UUID | None:
        """Whose it is; None for what was not made here."""
        try:
            return UUID(bytes=self._siv.decrypt(bytes.fromhex(pseudoniem), [self._gemeente]))
        except (ValueError, InvalidTag):
            return None
