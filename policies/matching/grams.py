"""Where keys may stand in an array of code points: a filter by what they begin with, for many texts at once.

Two, three and four characters of a key are hashed into tables of flags. What passes is nearly always a key; the caller
looks it up, so that a collision costs time and never a wrong hit.
"""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from ..folding.arrays import BARRIER, Flags, Points, code_points
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


def _salt(view: int) -> np.uint32:
    return np.uint32(view << 20)


def _pair(first: Points, second: Points) -> Points:
    return (first * _ONE + second) * _TWO


def _triple(pairs: Points, third: Points) -> Points:
    return (pairs ^ third) * _THREE


def _quad(triples: Points, fourth: Points) -> Points:
    return (triples ^ fourth) * _FOUR


class Grams:
    """The filter of the keys of some views of the same texts. Immutable."""

    def __init__(self, views: Sequence[Collection[GramKey]]) -> None:
        """Keys of at least one character."""
        self._singles = [np.zeros(0, dtype=np.bool_) for _ in views]
        room = sum(map(len, views))
        self._pairs, self._triples, self._quads = (_Flags(room) for _ in range(3))
        for number, keys in enumerate(views):
            for is_doubtful, flag in ((False, _SURE), (True, _DOUBTFUL)):
                same = [key.text for key in keys if key.is_doubtful is is_doubtful]
                self._add([text for text in same if len(text) == 2], flag, number)
                self._add([text for text in same if len(text) == 3], flag, number)
                self._add([text[:4] for text in same if len(text) > 3], flag, number)
            alone = [ord(key.text) for key in keys if len(key.text) == 1]
            if alone:
                self._singles[number] = np.zeros(BARRIER + 1, dtype=np.bool_)
                self._singles[number][alone] = True

    def _add(self, heads: list[str], flag: np.uint8, view: int) -> None:
        if not heads:
            return
        length = len(heads[0])
        points = code_points("".join(heads)).reshape(-1, length) + _salt(view)
        hashes = _pair(points[:, 0], points[:, 1])
        self._pairs.add(hashes, flag if length == 2 else _MORE)
        if length > 2:
            hashes = _triple(hashes, points[:, 2])
            self._triples.add(hashes, flag if length == 3 else _MORE)
        if length > 3:
            self._quads.add(_quad(hashes, points[:, 3]), flag)

    def find(self, views: Sequence[Points], unusual: Callable[[Places], Flags]) -> list[tuple[Places, Places]]:
        """For each view the offsets where a key may stand, each with a length (LONG: that or more); in no order.

        Each of `views` ends with a barrier, all are of one length. `unusual` tells of offsets whether the pair of
        characters there is one that honest talk does not have.
        """
        width = len(views[0])
        points = np.concatenate([view + _salt(number) for number, view in enumerate(views)])
        hashes = _pair(points[:-1], points[1:])
        every = self._pairs.of(hashes)
        begun = np.flatnonzero(every != 0)
        hashes, flags = hashes[begun], every[begun]
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
        for number, singles in enumerate(self._singles):
            if len(singles):
                sure.append((np.flatnonzero(singles[views[number]]) + number * width, 1))
        odd_twos, odd_threes = _odd(doubtful, width, unusual)
        sure += [(odd_twos, 2), (odd_threes, 3)]
        places = np.concatenate([places for places, _ in sure])
        lengths = np.repeat(np.array([length for _, length in sure], dtype=np.intp), [len(at) for at, _ in sure])
        view_of = places // width
        chosen = (view_of == number for number in range(len(views)))
        return [(places[ours] - number * width, lengths[ours]) for number, ours in enumerate(chosen)]


def _odd(doubtful: list[tuple[Places, int]], width: int, unusual: Callable[[Places], Flags]) -> tuple[Places, Places]:
    """Of doubtful places of two characters and of three those where the pair there, or the next, is unusual."""
    twos = doubtful[0][0]
    threes = doubtful[1][0] if len(doubtful) > 1 else twos[:0]
    odd = unusual(np.concatenate([twos, threes, threes + 1]) % width)
    middle = len(twos) + len(threes)
    return twos[odd[: len(twos)]], threes[odd[len(twos) : middle] | odd[middle:]]
