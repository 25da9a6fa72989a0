"""Proofs made from kept subtree roots are those of the whole tree."""

import hashlib
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import IntegrityError
from crypto.merkle import Frontier, consistency_proof, inclusion_proof, root_of
from crypto.tiles import Tile, TiledTree, grow


def leaves_of(count: int) -> list[bytes]:
    return [hashlib.sha256(index.to_bytes(8, "big")).digest() for index in range(count)]


class Kept:
    """A source as the archive keeps one: leaves and complete tiles, and how much was asked for."""

    def __init__(self, leaves: Sequence[bytes], steps: Sequence[int] = ()) -> None:
        frontier = Frontier()
        self.nodes: dict[int, list[bytes]] = {0: list(leaves)}
        at = 0
        for step in (*steps, len(leaves)):
            for tile in grow(frontier, leaves[at : at + step]):
                self._keep(tile)
            at += step
        self.frontier = frontier
        self.read = 0

    def _keep(self, tile: Tile) -> None:
        row = self.nodes.setdefault(tile.level, [])
        assert tile.number == len(row)
        row.append(tile.root)

    def __call__(self, level: int, first: int, count: int) -> Sequence[bytes]:
        found = self.nodes.get(level, [])[first : first + count]
        self.read += len(found)
        return found


def test_every_proof_of_every_small_tree() -> None:
    every = leaves_of(66)
    for size in range(1, 67):
        leaves = every[:size]
        tree = TiledTree(Kept(leaves), size)
        assert tree.root() == root_of(leaves)
        for index in range(size):
            assert tree.inclusion(index) == inclusion_proof(leaves, index)
            assert tree.consistency(index) == consistency_proof(leaves, index)
            assert tree.root_at(index) == root_of(leaves[:index])
        assert tree.consistency(size) == ()


@settings(max_examples=15, deadline=None)
@given(size=st.integers(200, 900), data=st.data())
def test_trees_around_the_first_tiles(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    steps = data.draw(st.lists(st.integers(0, 300), max_size=6))
    kept = Kept(leaves, [step for step in steps if sum(steps) <= size])
    tree = TiledTree(kept, size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert kept.frontier.root() == tree.root() == root_of(leaves)
    assert tree.inclusion(index) == inclusion_proof(leaves, index)
    assert tree.consistency(old) == consistency_proof(leaves, old)
    assert tree.root_at(old) == root_of(leaves[:old])
    assert all(root == root_of(leaves[n * 256 : n * 256 + 256]) for n, root in enumerate(kept.nodes.get(8, [])))


def test_a_tree_above_the_second_level_reads_little() -> None:
    size = 65_536 + 700
    leaves = leaves_of(size)
    kept = Kept(leaves)
    assert kept.nodes[16] == [root_of(leaves[:65_536])]
    draw = random.Random(4)
    for index in [255, 65_535, 65_536, size - 1, draw.randrange(size)]:
        kept.read = 0
        tree = TiledTree(kept, size)
        assert tree.inclusion(index) == inclusion_proof(leaves, index)
        assert kept.read <= 1_100
    assert TiledTree(kept, size).consistency(60_001) == consistency_proof(leaves, 60_001)
    assert TiledTree(kept, size - 5).root() == root_of(leaves[:-5])


def test_what_is_not_there_is_refused() -> None:
    leaves = leaves_of(600)
    tree = TiledTree(Kept(leaves), 600)
    for call in (tree.inclusion, tree.consistency, tree.root_at):
        with pytest.raises(IndexError):
            call(601)
        with pytest.raises(IndexError):
            call(-1)
    with pytest.raises(IndexError):
        tree.inclusion(600)
    with pytest.raises(ValueError, match="negative"):
        TiledTree(Kept(leaves), -1)
    assert TiledTree(Kept([]), 0).root() == root_of([])
    with pytest.raises(IntegrityError):
        TiledTree(Kept(leaves[:500]), 600).root()
    with pytest.raises(IntegrityError):
        TiledTree(lambda level, first, count: [b"short"] * count, 600).root()
    with pytest.raises(IntegrityError):
        TiledTree(lambda level, first, count: leaves[: count + 1], 10).root()


def test_a_generator_grows_a_tree_too() -> None:
    frontier = Frontier()
    assert grow(frontier, iter(leaves_of(256)))[0].root == frontier.root()


def test_subtrees_are_added_where_they_fit() -> None:
    leaves = leaves_of(1_024)
    frontier = Frontier()
    frontier.add_subtree(8, root_of(leaves[:256]))
    assert frontier.add_subtree(8, root_of(leaves[256:512])) == [
        (8, root_of(leaves[256:512])),
        (9, root_of(leaves[:512])),
    ]
    frontier.extend(leaves[512:])
    assert frontier.root() == root_of(leaves)
    frontier.append(leaves[0])
    for level, node in ((8, leaves[0]), (0, b"short")):
        with pytest.raises(ValueError, match="fits"):
            frontier.add_subtree(level, node)
    with pytest.raises(ValueError, match="32 bytes"):
        grow(Frontier(), [b"short"] * 256)
