"""What honest talk sounds and looks like: how often two syllables follow each other, which characters do."""

import sys
from array import array
from functools import lru_cache
from importlib import resources
from operator import add

from .sounds import SYLLABLES

WORDS = 1 << 16
"""Of 64 bits, in the filter of character pairs: a pair has four bits of one of them, which is one look into memory.
With its 400,000 pairs one unseen pair in 70 passes for a seen one."""
WORD_SHIFT, BIT_SHIFTS = 48, (42, 36, 30, 24)
"""Where in the hash of a pair the number of its word begins, and those of its bits."""
FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D27D4EB4F)
"""Of the hash: of the first character, of the second, of both together."""
EDGES = (0.5, 1, 2, 4, 8, 16, 32, 64, 128)
"""Messages in 10,000 from which on a pair of syllables has level 1, 2, … 9."""
KNOWN_PAIRS = 1 << 16
_WHOLE = (1 << 64) - 1
_PLACE = {syllable: number for number, syllable in enumerate(SYLLABLES)}


def place_of(pair: str) -> tuple[int, int]:
    """The number of a pair's word in the filter, and its bits there."""
    mixed = (ord(pair[0]) * FACTORS[0] ^ ord(pair[1]) * FACTORS[1]) * FACTORS[2] & _WHOLE
    bits = 0
    for shift in BIT_SHIFTS:
        bits |= 1 << (mixed >> shift & 63)
    return mixed >> WORD_SHIFT, bits


@lru_cache(maxsize=1)
def levels() -> tuple[str, ...]:
    """A line for each first syllable, a digit for each second."""
    text = resources.files(__package__).joinpath("clean_pairs.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=1)
def filter_words() -> "array[int]":
    """The filter of character pairs."""
    return words_of(resources.files(__package__).joinpath("clean_pairs.bin").read_bytes())


def words_of(data: bytes) -> "array[int]":
    """The contents of its file."""
    found = array("Q", data)
    if sys.byteorder == "big":  # pragma: no cover
        found.byteswap()
    return found


def sound_level(first: str, second: str) -> int:
    """0 … 9: how often two syllables follow each other in honest talk, their most frequent writing left out."""
    return int(levels()[_PLACE[first]][_PLACE[second]])


@lru_cache(maxsize=1 << 16)
def is_usual(pair: str) -> bool:
    """Whether two folded characters follow each other in honest talk. Rarely True for a pair that never does."""
    word, bits = place_of(pair)
    return filter_words()[word] & bits == bits


class _Odd(dict[str, int]):
    """Pairs that were asked for, emptied when it is full: for all pairs of all texts half the time of `lru_cache`."""

    def __missing__(self, pair: str) -> int:
        if len(self) >= KNOWN_PAIRS:
            self.clear()
        found = self[pair] = int(pair[0] != pair[1] and not is_usual(pair))
        return found


_odd = _Odd().__getitem__


def odd_pairs(text: str) -> bytes:
    """For each character of a folded text but the last 1 where honest talk does not have it with the next, else 0.

    Two alike are not odd.
    """
    return bytes(map(_odd, map(add, text, text[1:])))
