"""Where keys may stand in an array of code points: a filter by what they begin with, for many texts at once.

Two, three and four characters of a key are hashed into tables of flags. What passes is nearly always a key; the caller
looks it up, so that a collision costs time and never a wrong hit.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..folding.arrays import Points, code_points
from .key_index import LONG, GramKey

Places = NDArray[np.intp]
_ONE, _TWO, _THREE, _FOUR = (np.uint32(number) for number in (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F))
_LEAST_BITS, _MOST_BITS = 12, 21
_ROOM = 32
"""Places in a table for each key."""
_DOUBTFUL, _SURE, _MORE = (np.uint8(number) for number in (1, 2, 4))
_EITHER = _DOUBTFUL | _SURE


class _Flags:
    """A table of flags by hash."""

    def __init__(self, room: int) -> None:
        bits = max(_LEAST_BITS, min(_MOST_BITS, (room * _ROOM).bit_length()))
        self._shift = np.uint32(32 - bits)
        self._table = np.zeros(1 << bits, dtype=np.uint8)

    def add(self, hashes: Points, flag: np.uint8) -> None:
        at = hashes >> self._shift
        self._table[at] |= flag

    def of(self, hashes: Points) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = self._table[hashes >> self._shift]
        return found


def _pair(first: Points, second: Points) -> Points:
    return (first * _ONE + second) * _TWO


def _triple(pairs: Points, third: Points) -> Points:
    return (pairs ^ third) * _THREE


def _quad(triples: Points, fourth: Points) -> Points:
    return (triples ^ fourth) * _FOUR


class Grams:
    """The filter of a set of keys. Immutable."""

    def __init__(self, keys: Collection[GramKey]) -> None:
        """Keys of at least one character."""
        self._singles = np.array([ord(key.text) for key in keys if len(key.text) == 1], dtype=np.uint32)
        self._pairs, self._triples, self._quads = (_Flags(len(keys)) for _ in range(3))
        for is_doubtful, flag in ((False, _SURE), (True, _DOUBTFUL)):
            same = [key.text for key in keys if key.is_doubtful is is_doubtful]
            self._add([text for text in same if len(text) == 2], flag)
            self._add([text for text in same if len(text) == 3], flag)
            self._add([text[:4] for text in same if len(text) > 3], flag)

    def _add(self, heads: list[str], flag: np.uint8) -> None:
        if not heads:
            return
        length = len(heads[0])
        points = code_points("".join(heads)).reshape(-1, length)
        hashes = _pair(points[:, 0], points[:, 1])
        self._pairs.add(hashes, flag if length == 2 else _MORE)
        if length > 2:
            hashes = _triple(hashes, points[:, 2])
            self._triples.add(hashes, flag if length == 3 else _MORE)
        if length > 3:
            self._quads.add(_quad(hashes, points[:, 3]), flag)

    def find(self, points: Points, at: Places | None = None) -> "Findings":
        """Where a key may stand in `points`, which end with a barrier; `at`: look at these offsets only."""
        if at is None:
            hashes = _pair(points[:-1], points[1:])
            begun = np.flatnonzero(self._pairs.of(hashes) != 0)
            hashes = hashes[begun]
        else:
            begun = at[at < len(points) - 1]
            hashes = _pair(points[begun], points[begun + 1])
        flags = self._pairs.of(hashes)
        sure = [(begun[(flags & _SURE) != 0], 2)]
        doubtful = [(begun[flags & _EITHER == _DOUBTFUL], 2)]
        longer = ((flags & _MORE) != 0) & (begun < len(points) - 2)
        begun, hashes = begun[longer], hashes[longer]
        if len(begun):
            hashes = _triple(hashes, points[begun + 2])
            flags = self._triples.of(hashes)
            sure.append((begun[(flags & _SURE) != 0], 3))
            doubtful.append((begun[flags & _EITHER == _DOUBTFUL], 3))
            longer = ((flags & _MORE) != 0) & (begun < len(points) - 3)
            begun, hashes = begun[longer], hashes[longer]
            if len(begun):
                sure.append((begun[self._quads.of(_quad(hashes, points[begun + 3])) != 0], LONG))
        if len(self._singles):
            alone = (
                np.flatnonzero(np.isin(points, self._singles)) if at is None else at[np.isin(points[at], self._singles)]
            )
            sure.append((alone, 1))
        return Findings(_joined(sure), _joined(doubtful))


@dataclass(frozen=True, slots=True)
class Findings:
    """Offsets where keys may stand, each with a length (LONG: that or more)."""

    sure: tuple[Places, Places]
    doubtful: tuple[Places, Places]
    """Where the pair of characters there, or for a length of three the next, must be one that honest talk lacks."""


def _joined(found: list[tuple[Places, int]]) -> tuple[Places, Places]:
    if len(found) == 1:
        return found[0][0], np.full(len(found[0][0]), found[0][1], dtype=np.intp)
    places = np.concatenate([places for places, _ in found])
    return places, np.repeat(np.array([length for _, length in found], dtype=np.intp), [len(at) for at, _ in found])
