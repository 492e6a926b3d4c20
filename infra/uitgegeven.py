"""What the sequencer brought out: the last signed head of the log, its tree, and proofs from it.

Needs no key but the public one, and no row of the log: tiles and the file `checkpoint` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from infra.decider import NietBekend, RegelFout
from infra.koppen import Head, HeadRefusedError, KeyFile, Verifier, read
from infra.tegels import Tree, TreeDamagedError
from infra.volgorde import CHECKPOINT


class NogGeenKop(RegelFout):
    """Het logboek heeft nog geen ondertekende kop, of die is hier niet te lezen. Probeer het zo
    opnieuw."""


class Published:
    """The tree of one log as others may see it."""

    def __init__(self, folder: Path, key: KeyFile) -> None:
        self.folder, self._key = folder, key

    @property
    def verifier(self) -> Verifier:
        return self._key.verifier

    def checkpoint(self) -> str:
        """The last signed head, as it is sent. Raises NogGeenKop."""
        return self.last()[0]

    def head(self) -> Head:
        """What it says. Raises NogGeenKop."""
        return self.last()[1]

    def last(self) -> tuple[str, Head]:
        """Both, of one moment. Raises NogGeenKop."""
        try:
            signed = (self.folder / CHECKPOINT).read_text()
            return signed, read(signed, self.verifier)
        except (OSError, HeadRefusedError):
            raise NogGeenKop from None

    def tree(self, size: int) -> Tree:
        return Tree(self.folder, size)

    def consistency(self, earlier: int, size: int) -> Sequence[bytes]:
        """That a tree of one signed head is the beginning of that of another.

        Raises NietBekend for what was never signed, NogGeenKop.
        """
        if not 0 <= earlier <= size <= self.head().size:
            raise NietBekend
        try:
            return self.tree(size).consistency(earlier)
        except TreeDamagedError:
            raise NietBekend from None
