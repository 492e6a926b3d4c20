"""The Merkle tree of the log as C2SP tiles: files, grown by one, read by all who prove something.

Rules kept here: a proof reads tiles only, never the log; a tile is written beside, synced and
renamed, so that a file is there whole or not at all; a hash once written never changes, so a tree
of an earlier size can still be read. See c2sp.org/tlog-tiles.

    tile/<level>/<index>[.p/<width>]      index 1234067 is x001/x234/067

A tile of level L has up to 256 hashes, each over 256**L leaves; a full one is one hash of L + 1.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from infra.boom import node_hash, root_of, split

HEIGHT = 8
WIDTH = 1 << HEIGHT
SIZE = 32
"""Bytes of a hash."""


class TreeDamagedError(Exception):
    """A tile is missing, has the wrong length or the wrong hashes; the message names it."""


class Tree:
    """A tree of so many leaves, read from the tiles in a folder. Every method can raise
    TreeDamagedError. Keeps the tiles it has read: make a new one to see what the disk has."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self) -> bytes:
        return self._over(0, self.size)

    def inclusion(self, index: int) -> list[bytes]:
        """The audit path of a leaf (RFC 6962 §2.1.1), from the leaf up. Raises IndexError."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        path, low, high = [], 0, self.size
        while high - low > 1:
            middle = low + split(high - low)
            if index < middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, earlier: int) -> list[bytes]:
        """That the tree of an earlier size is the beginning of this one (RFC 6962 §2.1.2).

        Empty from no leaves and to itself. Raises IndexError.
        """
        if not 0 <= earlier <= self.size:
            raise IndexError(earlier)
        proof, low, high, whole = [], 0, self.size, True
        while low < earlier < high:
            middle = low + split(high - low)
            if earlier <= middle:
                proof.append(self._over(middle, high))
                high = middle
            else:
                proof.append(self._over(low, middle))
                low, whole = middle, False
        if not whole:
            proof.append(self._over(low, high))
        return proof[::-1]

    def several(self, indexes: Sequence[int]) -> list[bytes]:
        """The hashes that lead from these leaves together, in ascending order, to the root.

        From left to right, each over the largest part of the tree that has none of them.
        """
        return list(self._beside(indexes, 0, self.size))

    def _beside(self, indexes: Sequence[int], low: int, high: int) -> Iterator[bytes]:
        inside = bisect_left(indexes, high) - bisect_left(indexes, low)
        if inside == high - low:
            return
        if not inside:
            yield self._over(low, high)
            return
        middle = low + split(high - low)
        yield from self._beside(indexes, low, middle)
        yield from self._beside(indexes, middle, high)

    def leaves(self, after: int = 0) -> Iterator[bytes]:
        """Every leaf hash after so many, in order; none is kept."""
        for index in range(after // WIDTH, -(-self.size // WIDTH)):
            yield from self._look(0, index)[max(0, after - index * WIDTH) :]

    def beyond(self) -> Tree:
        """With the leaves on disk that follow it, which a head need not hold yet: the tree that
        somebody was making, or had made."""
        index, found = self.size // WIDTH, self.size
        while self._path(0, index).exists():
            index += 1
            found = index * WIDTH
        beside = self._path(0, index).with_name(f"{self._path(0, index).name}.p")
        widths = [int(path.name) for path in beside.glob("*") if path.name.isdecimal()]
        return Tree(self.folder, max(found, index * WIDTH + max(widths, default=0)))

    def grow(self, leaves: Sequence[bytes]) -> Tree:
        """The tree with these leaf hashes added; its tiles are on disk when this returns."""
        level, begin, new = 0, self.size, list(leaves)
        while new:
            index, known = divmod(begin, WIDTH)
            hashes = (self._tile(level, index)[:known] if known else []) + new
            new = []
            for at in range(0, len(hashes), WIDTH):
                tile = hashes[at : at + WIDTH]
                _write(self._path(level, index + at // WIDTH), tile)
                if len(tile) == WIDTH:
                    new.append(root_of(tile))
            level, begin = level + 1, index
        return Tree(self.folder, self.size + len(leaves))

    def check(self) -> None:
        """Compute every tile above the leaves anew and compare; raises TreeDamagedError."""
        for _ in self.check_parts():
            pass

    def check_parts(self) -> Iterator[int]:
        """The same, tile by tile, from the leaves up: the level of each that was right."""
        level = 0
        while full := self.size >> (level + 1) * HEIGHT:
            above: list[bytes] = []
            for index in range(full):
                if index % WIDTH == 0:
                    above = self._look(level + 1, index // WIDTH)
                if root_of(self._look(level, index)) != above[index % WIDTH]:
                    raise TreeDamagedError(_name(level + 1, index // WIDTH))
                yield level
            level += 1

    def _over(self, low: int, high: int) -> bytes:
        """The hash over the leaves from low up to high, a part that the tree has."""
        size = high - low
        if size == 0:
            return root_of([])
        if size & (size - 1):
            middle = low + split(size)
            return node_hash(self._over(low, middle), self._over(middle, high))
        level, above = divmod(size.bit_length() - 1, HEIGHT)
        index, at = divmod(low >> level * HEIGHT, WIDTH)
        return root_of(self._tile(level, index)[at : at + (1 << above)])

    def _tile(self, level: int, index: int) -> list[bytes]:
        known = self._tiles.get((level, index))
        if known is None:
            known = self._tiles[level, index] = self._look(level, index)
        return known

    def _look(self, level: int, index: int) -> list[bytes]:
        """A tile as it is on disk, not kept: for who reads them all."""
        width = min(WIDTH, (self.size >> level * HEIGHT) - index * WIDTH)
        return self._read(level, index, width)

    def _read(self, level: int, index: int, width: int) -> list[bytes]:
        path = self._path(level, index)
        # A partial tile goes when the full one is there: look at the full one last.
        for candidate in (_partial(path, width), path):
            try:
                content = candidate.read_bytes()
            except FileNotFoundError:
                continue
            if len(content) < width * SIZE or len(content) % SIZE:
                break
            return [content[at : at + SIZE] for at in range(0, width * SIZE, SIZE)]
        raise TreeDamagedError(_name(level, index))

    def _path(self, level: int, index: int) -> Path:
        return self.folder / _name(level, index)


def _name(level: int, index: int) -> str:
    """The name of a full tile (c2sp.org/tlog-tiles, Merkle Tree)."""
    last, rest = f"{index % 1000:03}", index // 1000
    while rest:
        last, rest = f"x{rest % 1000:03}/{last}", rest // 1000
    return f"tile/{level}/{last}"


def _partial(path: Path, width: int) -> Path:
    return path if width == WIDTH else path.with_name(f"{path.name}.p") / str(width)


def _write(path: Path, tile: Sequence[bytes]) -> None:
    write(_partial(path, len(tile)), b"".join(tile))
    if len(tile) == WIDTH:
        beside = path.with_name(f"{path.name}.p")
        for old in beside.glob("*"):
            old.unlink(missing_ok=True)
        with suppress(OSError):
            beside.rmdir()


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """A file that is there whole or not at all, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
