"""A data key as it is stored: closed, and how it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from infra.provider import KeyFileError


class SubjectErasedError(Exception):
    """A key was asked for a person whose keys were destroyed."""


class Wrapped(NamedTuple):
    """A data key, still closed: a joint key under a wrap key, any other under a person key."""

    wrap: int | None
    key: bytes | None
    person_wrap: int | None
    person_key: bytes | None

    @property
    def erased(self) -> bool:
        return self.key is None or (self.wrap is None and self.person_key is None)

    def open(self, unwrap: Callable[[int, bytes], bytes]) -> bytes:
        """The key itself. Raises SubjectErasedError, KeyFileError."""
        if self.key is not None and self.wrap is not None:
            return unwrap(self.wrap, self.key)
        if self.key is None or self.person_wrap is None or self.person_key is None:
            raise SubjectErasedError
        try:
            return aes_key_unwrap(unwrap(self.person_wrap, self.person_key), self.key)
        except InvalidUnwrap:
            raise KeyFileError("de sleutelopslag is beschadigd") from None
