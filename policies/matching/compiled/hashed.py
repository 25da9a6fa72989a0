"""Keys by their hashes: the tables that are looked up, made for all keys of a view at once."""

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import code_points
from .hashing import SPELLED_SALT, fill
from .known import LONGER_KEY, SHORT_KEY, SURE_KEY, Bytes, Ints, Wides

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_LEAST_BITS, _MOST_BITS = 12, 21
_ROOM = 8
"""Places in a table of flags for each key."""
_SLOTS = 2
"""Slots for each key, at least."""


class Hashed:
    """Keys by their hashes, numbered in the order they are added."""

    def __init__(self) -> None:
        self.count = 0
        self._whole: list[Wides] = []
        self._numbers: list[Ints] = []
        self._begun: dict[int, list[tuple[Wides, Bytes]]] = {2: [], 3: [], 4: []}
        self._sizes: set[int] = set()

    def add(self, words: Sequence[str], salt: int, sure: Set[str] = frozenset()) -> None:
        """Words of two characters and more, read in the way of `salt`. `sure`: those that need nothing odd."""
        for length, places in _by_length(words).items():
            points = code_points("".join(words[at] for at in places)).reshape(-1, length)
            state = np.full(len(places), begun_with(salt), dtype=np.uint64)
            for at in range(length):
                state = (state ^ points[:, at].astype(np.uint64)) * _MULTIPLIER
                if salt < SPELLED_SALT and at + 1 in self._begun:
                    flags = np.full(len(places), LONGER_KEY if at + 1 < length else SHORT_KEY, dtype=np.uint8)
                    if sure and at + 1 == length:
                        flags[[words[place] in sure for place in places]] = SURE_KEY
                    self._begun[at + 1].append((state, flags))
            self._whole.append(state)
            self._numbers.append(np.array(places, dtype=np.int64) + self.count)
            if salt < SPELLED_SALT:
                self._sizes.add(length)
        self.count += len(words)

    @property
    def bits(self) -> int:
        """Of a table of flags."""
        room = sum(len(state) for state, _ in self._begun[2]) * _ROOM
        return max(_LEAST_BITS, min(_MOST_BITS, room.bit_length()))

    def flags(self, length: int) -> Bytes:
        """What goes on behind so many characters, by the first bits of their hash."""
        table = np.zeros(1 << self.bits, dtype=np.uint8)
        for state, flags in self._begun[length]:
            np.bitwise_or.at(table, state >> np.uint64(64 - self.bits), flags)
        return table

    @property
    def slot_bits(self) -> int:
        """Of the table of slots."""
        return max(_LEAST_BITS, (self.count * _SLOTS).bit_length())

    def slots(self) -> tuple[Wides, NDArray[np.int32]]:
        """Hashes of keys and their numbers."""
        found, numbers = np.zeros(1 << self.slot_bits, np.uint64), np.zeros(1 << self.slot_bits, np.int32)
        for state, number in zip(self._whole, self._numbers, strict=True):
            fill(found, numbers, self.slot_bits, state, number)
        return found, numbers

    def lengths(self) -> Bytes:
        """For each length whether a key has it."""
        found = np.zeros(max(self._sizes, default=1) + 1, dtype=np.uint8)
        found[list(self._sizes)] = 1
        return found


def begun_with(salt: int) -> np.uint64:
    """As `hashing.begin`."""
    return np.uint64(salt + 1 << 40)


def _by_length(words: Sequence[str]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for at, word in enumerate(words):
        found.setdefault(len(word), []).append(at)
    return found


def hashes_of(words: Sequence[str], salt: int) -> Wides:
    """Of whole words, read in the way of `salt`."""
    found = np.zeros(len(words), dtype=np.uint64)
    for length, places in _by_length(words).items():
        points = code_points("".join(words[at] for at in places)).reshape(-1, length)
        state = np.full(len(places), begun_with(salt), dtype=np.uint64)
        for at in range(length):
            state = (state ^ points[:, at].astype(np.uint64)) * _MULTIPLIER
        found[places] = state
    return found
