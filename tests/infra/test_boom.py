"""The tree of the log: every proof of every small tree, with tampering, beside a second library."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency
from pymerkle.proof import MerkleProof

from infra.boom import (
    consistent,
    leaf_hash,
    node_hash,
    root_by_inclusion,
    root_by_several,
    root_of,
    split,
)
from infra.tegels import SIZE, WIDTH, Tree, TreeDamagedError

ALL = 80
"""Every tree up to so many leaves."""
ENTRIES = [b"regel %d" % number for number in range(1200)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def grown(folder: Path, *sizes: int) -> Tree:
    tree = Tree(folder, 0)
    for size in sizes:
        tree = tree.grow(LEAVES[tree.size : size])
    return tree


def spoiled(proof: list[bytes]) -> list[list[bytes]]:
    """A proof with one bit changed, one hash less, one more, and two exchanged."""
    other = bytes([proof[0][0] ^ 1]) + proof[0][1:] if proof else b""
    last = proof[-1][:-1] + bytes([proof[-1][-1] ^ 128]) if proof else b""
    found = [[*proof, bytes(32)], [bytes(32), *proof]]
    if proof:
        found += [[other, *proof[1:]], [*proof[:-1], last], proof[1:], proof[:-1]]
    if len(set(proof)) > 1:
        found.append(proof[::-1])
    return [one for one in found if one != proof]


def by_the_letter(leaves: list[bytes]) -> bytes:
    """MTH exactly as RFC 6962 §2.1 writes it."""
    if len(leaves) == 1:
        return leaves[0]
    k = max(1 << n for n in range(16) if 1 << n < len(leaves))
    return sha256(b"\x01" + by_the_letter(leaves[:k]) + by_the_letter(leaves[k:])).digest()


def test_hashes_are_those_of_the_standard() -> None:
    assert leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert node_hash(b"l" * 32, b"r" * 32) == sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()
    assert root_of([]) == sha256(b"").digest()
    for size in range(1, ALL + 1):
        assert root_of(LEAVES[:size]) == by_the_letter(LEAVES[:size])
    assert [split(n) for n in (2, 3, 4, 5, 8, 9, 256, 257)] == [1, 2, 2, 4, 4, 8, 128, 256]


def test_roots_and_proofs_are_those_of_pymerkle(tmp_path: Path) -> None:
    other = InmemoryTree(algorithm="sha256")
    tree = Tree(tmp_path, 0)
    for size, entry in enumerate(ENTRIES[:ALL], start=1):
        other.append_entry(entry)
        tree = tree.grow([leaf_hash(entry)])
        assert tree.root() == other.get_root()
        for index in range(size):
            theirs = other.prove_inclusion(index + 1, size)
            assert tree.inclusion(index) == _beside(theirs)
    for size in range(2, ALL + 1):
        for earlier in range(1, size):
            ours = Tree(tmp_path, size).consistency(earlier)
            # Their proof has the same meaning in another form: our proof has to hold their roots.
            verify_consistency(
                tree_root(earlier), tree_root(size), other.prove_consistency(earlier, size)
            )
            before, after = other.get_root(earlier), other.get_root(size)
            assert consistent(earlier, before, size, after, ours)


def tree_root(size: int) -> bytes:
    return root_of(LEAVES[:size])


def _beside(proof: MerkleProof) -> list[bytes]:
    """Their path begins with the leaf itself."""
    path: list[bytes] = proof.path
    return path[1:]


def test_all_inclusion_proofs_of_all_small_trees(tmp_path: Path) -> None:
    largest, checks = grown(tmp_path, *range(1, ALL + 1)), 0
    for size in range(1, ALL + 1):
        tree, root = Tree(largest.folder, size), root_of(LEAVES[:size])
        for index in range(size):
            proof, leaf = tree.inclusion(index), LEAVES[index]
            assert root_by_inclusion(leaf, index, size, proof) == root
            for wrong in spoiled(proof):
                assert root_by_inclusion(leaf, index, size, wrong) != root
            assert root_by_inclusion(LEAVES[index + 1], index, size, proof) != root
            for elsewhere in {index - 1, index + 1, size} - {index}:
                assert root_by_inclusion(leaf, elsewhere, size, proof) != root
            checks += 1
    assert checks == ALL * (ALL + 1) // 2


def test_all_consistency_proofs_of_all_small_trees(tmp_path: Path) -> None:
    largest = grown(tmp_path, *range(1, ALL + 1))
    roots = [root_of(LEAVES[:size]) for size in range(ALL + 1)]
    for size in range(ALL + 1):
        tree = Tree(largest.folder, size)
        for earlier in range(size + 1):
            proof = tree.consistency(earlier)
            assert consistent(earlier, roots[earlier], size, roots[size], proof)
            for wrong in spoiled(proof):
                assert not consistent(earlier, roots[earlier], size, roots[size], wrong)
            assert not consistent(earlier, bytes(32), size, roots[size], proof)
            if earlier:
                assert not consistent(earlier, roots[earlier], size, bytes(32), proof)
                assert not consistent(earlier, roots[earlier - 1], size, roots[size], proof)
    assert not consistent(3, roots[3], 2, roots[2], [])


@given(st.integers(1, 1200).flatmap(lambda n: st.tuples(
    st.just(n), st.sets(st.integers(0, n - 1), min_size=1, max_size=40)
)))  # fmt: skip
def test_several_leaves_at_once(many: Tree, case: tuple[int, set[int]]) -> None:
    size, chosen = case
    tree, root = Tree(many.folder, size), root_of(LEAVES[:size])
    proof = tree.several(sorted(chosen))
    known = {index: LEAVES[index] for index in chosen}
    assert root_by_several(known, size, proof) == root
    for wrong in spoiled(proof):
        assert root_by_several(known, size, wrong) != root
    one = min(chosen)
    assert root_by_several(known | {one: LEAVES[one + 1 - 2 * (one > 0)]}, size, proof) != root
    if len(chosen) == 1:  # the same hashes as the standard's path
        assert set(proof) == set(tree.inclusion(one))


def test_a_run_of_leaves_needs_what_is_beside_it_only(many: Tree) -> None:
    proof = many.several(range(100, 1100))
    assert len(proof) <= 2 * 11
    known = dict(enumerate(LEAVES[100:1100], start=100))
    assert root_by_several(known, many.size, proof) == many.root()
    del known[500]
    assert root_by_several(known, many.size, proof) != many.root()
    assert root_by_several({}, many.size, proof) is None


@given(st.lists(st.integers(0, 600), min_size=1, max_size=6))
def test_a_tree_is_the_same_however_it_grew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    tree = Tree(tmp_path_factory.mktemp("boom"), 0)
    for step in steps:
        tree = tree.grow(LEAVES[tree.size : min(tree.size + step, 1200)])
    assert tree.root() == root_of(LEAVES[: tree.size])
    assert list(Tree(tree.folder, tree.size).leaves()) == LEAVES[: tree.size]
    tree.check()


@pytest.mark.parametrize(("earlier", "size"), [
    (0, 0), (0, 3), (3, 3), (3, 5), (200, 256), (200, 300), (256, 256), (256, 257), (300, 900),
])  # fmt: skip
def test_leaves_on_disk_beyond_a_tree_are_seen(tmp_path: Path, earlier: int, size: int) -> None:
    """What an earlier head does not hold, whether or not it grew at once."""
    for number, first in enumerate((earlier, earlier // 2)):
        folder = grown(tmp_path / str(number), first, size).folder
        beyond = Tree(folder, earlier).beyond()
        assert beyond.size == size
        assert list(beyond.leaves(earlier)) == LEAVES[earlier:size]


def test_tiles_are_named_and_filled_as_c2sp_says(tmp_path: Path) -> None:
    tree = grown(tmp_path, 70, 256, 300, 1200)
    files = {
        path.relative_to(tmp_path).as_posix(): path.stat().st_size
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    full = WIDTH * SIZE
    assert files == {
        "tile/0/000": full, "tile/0/001": full, "tile/0/002": full, "tile/0/003": full,
        "tile/0/004.p/176": 176 * SIZE, "tile/1/000.p/1": SIZE, "tile/1/000.p/4": 4 * SIZE,
    }  # fmt: skip
    assert (tmp_path / "tile/1/000.p/4").read_bytes()[:SIZE] == root_of(LEAVES[:256])
    assert tree._path(0, 1234067) == tmp_path / "tile/0/x001/x234/067"
    assert Tree(tmp_path, 70).root() == root_of(LEAVES[:70])  # from the full tile by now


@pytest.mark.parametrize("tile", ["tile/0/001", "tile/1/000.p/4", "tile/0/004.p/176"])
@pytest.mark.parametrize("how", ["gone", "shorter", "changed"])
def test_damage_is_found(tmp_path: Path, tile: str, how: str) -> None:
    tree = grown(tmp_path, 1200)
    path = tmp_path / tile
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "shorter":
        path.write_bytes(content[:-1])
    else:
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(TreeDamagedError):
        whole(Tree(tmp_path, tree.size))


def whole(tree: Tree) -> None:
    tree.check()
    if tree.root() != root_of(LEAVES[: tree.size]):
        raise TreeDamagedError("een blad")  # of leaves, the signed head tells


def test_what_is_outside_the_tree_has_no_proof(tmp_path: Path) -> None:
    tree = grown(tmp_path, 3)
    for index in (-1, 3):
        with pytest.raises(IndexError):
            tree.inclusion(index)
    with pytest.raises(IndexError):
        tree.consistency(4)
    assert root_by_inclusion(LEAVES[0], 0, 0, []) is None


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return grown(tmp_path_factory.mktemp("boom"), *range(1, 1201))
