"""How characters go together in honest talk: how strongly two of them do, and with how many others each one does.

`clean_bonds.bin`, little-endian: for each of CHARS where its followers begin, and where the last one's end (4 bytes
each); the followers in order (2 bytes each); their bonds and then the openness of each of CHARS, two halves of a byte.
"""

import sys
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise

FIRST, LAST = 0x3400, 0x9FFF
CHARS = LAST - FIRST + 1
"""Characters that are counted, by code point."""
WEAKEST, STRONGEST = -3, 11
"""Bonds are logarithms to base 2 of how much oftener than by chance two stand together."""
OPENEST = 15
BY_CHANCE = 1
"""A bond up to which two characters stand together hardly oftener than chance has it."""


@dataclass(frozen=True, slots=True)
class Bonds:
    """The parts of the file."""

    starts: "array[int]"
    followers: "array[int]"
    halves: bytes
    openness: bytes


@lru_cache(maxsize=1)
def known_bonds() -> Bonds:
    """What is packaged."""
    return bonds_of(resources.files(__package__).joinpath("clean_bonds.bin").read_bytes())


def bonds_of(data: bytes) -> Bonds:
    """The contents of such a file."""
    starts = _numbers("I", data[: 4 * (CHARS + 1)])
    second = 4 * (CHARS + 1)
    third = second + 2 * starts[-1]
    return Bonds(starts, _numbers("H", data[second:third]), data[third:-CHARS], data[-CHARS:])


def _numbers(kind: str, data: bytes) -> "array[int]":
    found = array(kind, data)
    if sys.byteorder == "big":  # pragma: no cover
        found.byteswap()
    return found


def are_bound(text: str) -> bool:
    """Whether all neighbours go together oftener than by chance; two alike do."""
    return all(first == second or bond(first + second) > BY_CHANCE for first, second in pairwise(text))


@lru_cache(maxsize=1 << 16)
def bond(pair: str) -> int:
    """How much oftener than by chance the second of two folded characters follows the first: WEAKEST … STRONGEST.

    0 for a pair that is as frequent as chance has it or that is not known.
    """
    return known_bond(pair) or 0


def known_bond(pair: str) -> int | None:
    """The bond of two folded characters that follow each other in honest talk; None where they are not known to."""
    first, second = ord(pair[0]) - FIRST, ord(pair[1])
    if not 0 <= first < CHARS:
        return None
    bonds = known_bonds()
    end = bonds.starts[first + 1]
    at = bisect_left(bonds.followers, second, bonds.starts[first], end)
    if at == end or bonds.followers[at] != second:
        return None
    return (bonds.halves[at >> 1] >> (at & 1) * 4 & 15) + WEAKEST


@lru_cache(maxsize=1 << 14)
def open_before(char: str) -> int:
    """0 … OPENEST: before how many different characters a folded one stands in honest talk."""
    place = ord(char) - FIRST
    return known_bonds().openness[place] >> 4 if 0 <= place < CHARS else 0


@lru_cache(maxsize=1 << 14)
def open_after(char: str) -> int:
    """0 … OPENEST: after how many different characters."""
    place = ord(char) - FIRST
    return known_bonds().openness[place] & 15 if 0 <= place < CHARS else 0
