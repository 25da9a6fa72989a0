"""One proof for many records: the tree under a head, taken apart into their leaves and the largest subtrees between.

Read in order, the parts fold to the head's root with a stack of at most 63 hashes, whatever the number of records.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crypto.merkle import EMPTY_ROOT, node_hash

_HIGHEST: Final = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtree:
    """Leaves `number * 2**level` to `(number + 1) * 2**level - 1`, none of them a record of the bundle."""

    level: int
    number: int


def parts_of(leaves: Iterable[int], size: int) -> Iterator[int | Subtree]:
    """`leaves` (ascending, from 0, below `size`) and the subtrees between, before and after them, in order."""
    at = 0
    for leaf in leaves:
        yield from _between(at, leaf)
        yield leaf
        at = leaf + 1
    yield from _between(at, size)


class Fold:
    """Puts the tree together again."""

    def __init__(self) -> None:
        self._stack: list[tuple[int, bytes]] = []
        self.size = 0
        """Leaves so far."""

    def add(self, level: int, root: bytes) -> bool:
        """The next complete subtree; False when none of this level can stand here."""
        if not 0 <= level <= _HIGHEST or self.size & ((1 << level) - 1):
            return False
        self.size += 1 << level
        while self._stack and self._stack[-1][0] == level:
            root = node_hash(self._stack.pop()[1], root)
            level += 1
        self._stack.append((level, root))
        return True

    def root(self) -> bytes:
        """Over all leaves so far."""
        if not self._stack:
            return EMPTY_ROOT
        root = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            root = node_hash(left, root)
        return root


def _between(first: int, stop: int) -> Iterator[Subtree]:
    while first < stop:
        level = (stop - first).bit_length() - 1
        if first:
            level = min(level, (first & -first).bit_length() - 1)
        yield Subtree(level=level, number=first >> level)
        first += 1 << level
