"""The Merkle tree of the log: hashes and the checking of proofs (RFC 6962 §2.1). No I/O.

Whoever checks a proof needs nothing but this: the leaf, the root of a signed head, the proof.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes; of none, the hash of nothing."""
    if not hashes:
        return sha256(b"").digest()
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]  # has no sibling: goes up as it is
        hashes = [*map(node_hash, hashes[::2], hashes[1::2]), *odd]
    return hashes[0]


def split(size: int) -> int:
    """Where a tree of more than one leaf parts: the largest power of two below its size."""
    return 1 << (size - 1).bit_length() - 1


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """The root that an audit path leads to from a leaf hash; None when the path does not fit."""
    if not 0 <= index < size:
        return None
    rights, low, high = [], 0, size
    while high - low > 1:
        middle = low + split(high - low)
        rights.append(index < middle)
        low, high = (low, middle) if index < middle else (middle, high)
    path = list(path)
    if len(path) != len(rights):
        return None
    for right, sibling in zip(reversed(rights), path, strict=True):
        leaf = node_hash(leaf, sibling) if right else node_hash(sibling, leaf)
    return leaf


def consistent(
    earlier: int, earlier_root: bytes, size: int, root: bytes, proof: Iterable[bytes]
) -> bool:
    """Whether a proof shows that the earlier tree is the beginning of the later one."""
    left = list(proof)
    if not 0 <= earlier <= size:
        return False
    if earlier == 0:
        return not left and earlier_root == root_of([])

    def both(was: int, now: int, *, whole: bool) -> tuple[bytes, bytes]:
        """The root of this part before and after. Raises IndexError for a proof too short."""
        if was == now:
            known = earlier_root if whole else left.pop()
            return known, known
        middle = split(now)
        sibling = left.pop()
        if was <= middle:
            before, after = both(was, middle, whole=whole)
            return before, node_hash(after, sibling)
        before, after = both(was - middle, now - middle, whole=False)
        return node_hash(sibling, before), node_hash(sibling, after)

    try:
        return both(earlier, size, whole=True) == (earlier_root, root) and not left
    except IndexError:
        return False


def root_by_several(leaves: Mapping[int, bytes], size: int, proof: Iterable[bytes]) -> bytes | None:
    """The root that these leaf hashes lead to by `Tree.several`; None when that does not fit."""
    indexes = sorted(leaves)
    left = iter(proof)

    def over(low: int, high: int) -> bytes:
        inside = indexes[bisect_left(indexes, low) : bisect_left(indexes, high)]
        if len(inside) == high - low:
            return root_of([leaves[index] for index in inside])
        if not inside:
            return next(left)
        middle = low + split(high - low)
        return node_hash(over(low, middle), over(middle, high))

    if not indexes or not 0 <= indexes[0] <= indexes[-1] < size:
        return None
    try:
        found = over(0, size)
    except StopIteration:
        return None
    return found if next(left, None) is None else None
