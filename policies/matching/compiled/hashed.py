"""Keys by their hashes: the tables that are looked up, made for all keys of a view at once."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import Flags, Points, code_points
from .hashing import HALF_WORD, SPELLED_SALT, bits_of, fill
from .known import SURELY_KNOWN, Ints, Wides

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_UPPER = np.uint64(32)
_LEAST_BITS = 12
_LEAST_BEGUN, _MOST_BEGUN = 6, 17
_IN_A_WORD = 4
"""Keys in a word of a table of beginnings, at most, while it may grow."""
_SLOTS = 2
"""Slots for each key, at least."""


class Hashed:
    """Keys by their hashes, numbered in the order they are added."""

    def __init__(self) -> None:
        self.count = 0
        self._whole: list[Wides] = []
        self._numbers: list[Ints] = []
        self._first: dict[int, list[tuple[Wides, Flags]]] = {}
        """By salt: hashes of keys of two characters and of the first three of longer ones, and which are sure."""
        self._longer: dict[int, list[Wides]] = {}
        """By salt: hashes of keys of three characters and more."""
        self.longest = 1
        """Characters of the longest key, of those in the slots only left out."""

    def add(self, words: Sequence[str], salt: int, are_sure: Flags | None = None) -> None:
        """Words of two characters and more, read in the way of `salt`. `are_sure`: which of them need nothing odd."""
        for places, points in _by_length(words):
            length = points.shape[1]
            state = np.full(len(places), begun_with(salt), dtype=np.uint64)
            for at in range(length):
                state = (state ^ points[:, at].astype(np.uint64)) * _MULTIPLIER
                if salt < SPELLED_SALT and at + 1 == min(length, SURELY_KNOWN):
                    its = np.zeros(len(places), np.bool_) if are_sure is None else are_sure[places]
                    self._first.setdefault(salt, []).append((state, its | (salt == 0)))
            self._whole.append(state)
            self._numbers.append(places + self.count)
            if salt < SPELLED_SALT:
                self.longest = max(self.longest, length)
                if length >= SURELY_KNOWN:
                    self._longer.setdefault(salt, []).append(state)
        self.count += len(words)

    @property
    def begun_bits(self) -> int:
        """Of the number of a word in a table of beginnings."""
        most = max((sum(len(states) for states, _ in its) for its in self._first.values()), default=0)
        return _bits_of_room(most)

    def begun(self) -> Wides:
        """Words of bits, as `hashing.holds` asks, of keys of salt 0."""
        found = np.zeros(1 << self.begun_bits, dtype=np.uint64)
        for states, _ in self._first.get(0, ()):
            self._put(found, states)
        return found

    def kinds(self, salts: int) -> tuple[NDArray[np.uint64], Wides]:
        """For each of so many salts words of bits, as `hashing.kinds_held` asks, and by how much it shifts hashes."""
        counts = [self._most_of_a_kind(salt) if salt else 0 for salt in range(salts)]
        bits = [_bits_of_room(2 * one) for one in counts]
        found = np.zeros((salts, 1 << max(bits)), dtype=np.uint64)
        shifts = np.array([64 - its for its in bits], dtype=np.uint64)
        for salt in range(1, salts):
            for states, are_sure in self._first.get(salt, ()):
                put = bits_of(states, HALF_WORD) << np.where(are_sure, _UPPER, np.uint64(0))
                np.bitwise_or.at(found[salt], states >> shifts[salt], put)
        return found, shifts

    def _most_of_a_kind(self, salt: int) -> int:
        sure = sum(int(are_sure.sum()) for _, are_sure in self._first.get(salt, ()))
        return max(sure, sum(len(states) for states, _ in self._first.get(salt, ())) - sure)

    def ends(self, salts: int) -> NDArray[np.uint64]:
        """The same: as `Keys.ends`."""
        found = np.zeros((salts, 1 << self.begun_bits), dtype=np.uint64)
        for salt, its in self._longer.items():
            self._put(found[salt], np.concatenate(its))
        return found

    def _put(self, table: Wides, states: Wides) -> None:
        np.bitwise_or.at(table, states >> np.uint64(64 - self.begun_bits), bits_of(states))

    @property
    def slot_bits(self) -> int:
        """Of the table of slots."""
        return max(_LEAST_BITS, (self.count * _SLOTS).bit_length())

    def slots(self) -> Wides:
        """As `Keys.slots`."""
        found = np.zeros(1 << self.slot_bits, np.uint64)
        for state, number in zip(self._whole, self._numbers, strict=True):
            fill(found, self.slot_bits, state, number)
        return found


def _bits_of_room(keys: int) -> int:
    return max(_LEAST_BEGUN, min(_MOST_BEGUN, (keys // _IN_A_WORD).bit_length()))


def begun_with(salt: int) -> np.uint64:
    """As `hashing.begin`."""
    return np.uint64(salt + 1 << 40)


def _by_length(words: Sequence[str]) -> Iterator[tuple[Ints, Points]]:
    """The numbers of words of one length, and a line for each with its characters."""
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    starts, points = np.cumsum(lengths) - lengths, code_points("".join(words))
    every, firsts = np.unique(lengths, return_index=True)
    for length in every[np.argsort(firsts)]:
        places = np.flatnonzero(lengths == length)
        yield places, points[starts[places][:, np.newaxis] + np.arange(length)]


def hashes_of(words: Sequence[str], salt: int) -> Wides:
    """Of whole words, read in the way of `salt`."""
    found = np.zeros(len(words), dtype=np.uint64)
    for places, points in _by_length(words):
        state = np.full(len(places), begun_with(salt), dtype=np.uint64)
        for at in range(points.shape[1]):
            state = (state ^ points[:, at].astype(np.uint64)) * _MULTIPLIER
        found[places] = state
    return found
