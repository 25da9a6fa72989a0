"""Proofs of a large tree from a few hundred hashes: the roots of every 256, 65,536, 16,777,216 … leaves are kept.

A kept root is called a tile here (as in https://c2sp.org/tlog-tiles, whose tiles are 8 levels high too). Kept tiles
are a cache and never evidence: whoever gets a proof checks it against a signed head, and a wrong tile makes a proof
that does not check.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .errors import CryptoErrorCode, IntegrityError
from .merkle import EMPTY_ROOT, HASH_BYTES, Frontier, node_hash

TILE_HEIGHT: Final = 8
"""Levels between two kept ones."""
TILE_WIDTH: Final = 1 << TILE_HEIGHT
_MOST_BLOCKS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The root over the leaves `number * 2**level` to `(number + 1) * 2**level - 1`; `level` is 8, 16, 24 …"""

    level: int
    number: int
    root: bytes


Hashes = Callable[[int, int, int], Sequence[bytes]]
"""`hashes(level, first, count)`: the nodes `first` to `first + count - 1` of level 0 (leaf hashes), 8, 16, 24 …, as
they are kept, in order. Fewer when fewer are there."""


def grow(frontier: Frontier, leaves: Iterable[bytes]) -> list[Tile]:
    """`frontier.extend(leaves)`, and the tiles that became complete, lower levels first within one leaf."""
    waiting = leaves if isinstance(leaves, Sequence) else list(leaves)
    tiles: list[Tile] = []
    at = 0
    while at < len(waiting):
        filled = frontier.size % TILE_WIDTH
        upto = at + TILE_WIDTH - filled
        if filled == 0 and upto <= len(waiting):
            completed = frontier.add_subtree(TILE_HEIGHT, _root_of_tile(waiting[at:upto]))
            tiles += _tiles_of(completed, frontier.size)
        else:
            frontier.extend(waiting[at : upto - 1])
            if upto <= len(waiting):
                tiles += _tiles_of(_completed_by(waiting[upto - 1], frontier), frontier.size + 1)
                frontier.append(waiting[upto - 1])
        at = upto
    return tiles


class TiledTree:
    """The tree over the first `size` leaves of a source. Reads what it needs, a block of 256 at a time, and keeps it.

    Every method raises IntegrityError(LEDGER_DAMAGED) when the source has fewer hashes than `size` asks for.
    """

    def __init__(self, hashes: Hashes, size: int) -> None:
        """ValueError when `size` is negative."""
        if size < 0:
            raise ValueError("a tree has no negative size")
        self._hashes = hashes
        self._size = size
        self._block = lru_cache(maxsize=_MOST_BLOCKS)(self._read_block)

    def root(self) -> bytes:
        """The same as `merkle.root_of` of the leaves."""
        return self._root_of(0, self._size) if self._size else EMPTY_ROOT

    def root_at(self, size: int) -> bytes:
        """The root when the tree had `size` leaves. IndexError when it is larger than the tree."""
        if not 0 <= size <= self._size:
            raise IndexError("no such earlier tree")
        return self._root_of(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """The same as `merkle.inclusion_proof`. IndexError when the leaf is not there."""
        if not 0 <= index < self._size:
            raise IndexError("no such leaf")
        proof: list[bytes] = []
        low, high = 0, self._size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                proof.append(self._root_of(middle, high))
                high = middle
            else:
                proof.append(self._root_of(low, middle))
                low = middle
        return tuple(reversed(proof))

    def consistency(self, old_size: int) -> tuple[bytes, ...]:
        """The same as `merkle.consistency_proof`. IndexError when `old_size` is out of range."""
        if not 0 <= old_size <= self._size:
            raise IndexError("no such earlier tree")
        if old_size in (0, self._size):
            return ()
        proof: list[bytes] = []
        low, high, is_known_to_old = 0, self._size, True
        while old_size != high:
            middle = low + _split(high - low)
            if old_size <= middle:
                proof.append(self._root_of(middle, high))
                high = middle
            else:
                proof.append(self._root_of(low, middle))
                low, is_known_to_old = middle, False
        if not is_known_to_old:
            proof.append(self._root_of(low, high))
        return tuple(reversed(proof))

    def node(self, level: int, number: int) -> bytes:
        """The root over the leaves `number * 2**level` to `(number + 1) * 2**level - 1`. IndexError when not all are
        there.
        """
        if not (0 <= level < 64 and number >= 0 and (number + 1) << level <= self._size):
            raise IndexError("no such subtree")
        return self._node(level, number)

    def _root_of(self, low: int, high: int) -> bytes:
        """The root over leaves `low` to `high - 1`, where `low` is a multiple of the largest complete part."""
        parts: list[bytes] = []
        while low < high:
            level = (high - low).bit_length() - 1
            parts.append(self._node(level, low >> level))
            low += 1 << level
        root = parts.pop()
        while parts:
            root = node_hash(parts.pop(), root)
        return root

    def _node(self, level: int, number: int) -> bytes:
        """The root over a complete subtree of 2**level leaves."""
        above = level % TILE_HEIGHT
        shift = TILE_HEIGHT - above
        levels = self._block(level - above, number >> shift)
        try:
            return levels[above][number & ((1 << shift) - 1)]
        except IndexError:
            raise IntegrityError(CryptoErrorCode.LEDGER_DAMAGED, f"no node {number} of level {level}") from None

    def _read_block(self, level: int, block: int) -> list[list[bytes]]:
        """The kept hashes of a block, and above them the levels up to the next kept one, complete nodes only."""
        first = block * TILE_WIDTH
        count = min(TILE_WIDTH, (self._size >> level) - first)
        row = list(self._hashes(level, first, count))
        if len(row) > count or any(len(one) != HASH_BYTES for one in row):
            raise IntegrityError(CryptoErrorCode.LEDGER_DAMAGED, f"nodes of level {level}")
        levels = [row]
        sha256 = hashlib.sha256
        for _ in range(TILE_HEIGHT - 1):
            row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]
            levels.append(row)
        return levels


def _completed_by(leaf: bytes, frontier: Frontier) -> list[tuple[int, bytes]]:
    """Subtrees that are complete when `leaf` is appended: (level, root), level 0 first."""
    completed = [(0, leaf)]
    carry = frontier.size
    for peak in reversed(frontier.peaks):
        if not carry & 1:
            break
        carry >>= 1
        completed.append((completed[-1][0] + 1, node_hash(peak, completed[-1][1])))
    return completed


def _tiles_of(completed: list[tuple[int, bytes]], size: int) -> list[Tile]:
    """Those of completed subtrees that are kept; all of them end at `size`."""
    return [
        Tile(level=level, number=(size >> level) - 1, root=root)
        for level, root in completed
        if level and level % TILE_HEIGHT == 0
    ]


def _root_of_tile(row: Sequence[bytes]) -> bytes:
    """The root over 256 leaves."""
    if any(len(leaf) != HASH_BYTES for leaf in row):
        raise ValueError(f"a leaf hash has {HASH_BYTES} bytes")
    sha256 = hashlib.sha256
    while len(row) > 1:
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def _split(count: int) -> int:
    """The largest power of two below `count` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1
