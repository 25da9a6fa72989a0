"""What honest talk sounds and looks like: how often two syllables follow each other, which characters do."""

from functools import lru_cache
from importlib import resources
from operator import add

from .sounds import SYLLABLES

BITS = 1 << 22
"""Size of the filter of character pairs; with its 400,000 pairs one unseen pair in 70 passes for a seen one."""
EDGES = (0.5, 1, 2, 4, 8, 16, 32, 64, 128)
"""Messages in 10,000 from which on a pair of syllables has level 1, 2, … 9."""
KNOWN_PAIRS = 1 << 16
_PLACE = {syllable: number for number, syllable in enumerate(SYLLABLES)}


def hashes(pair: str) -> tuple[int, int, int]:
    """The bits of a pair of characters in the filter."""
    mixed = (ord(pair[0]) * 0x9E3779B1 ^ ord(pair[1]) * 0x85EBCA77) * 0xC2B2AE3D27D4EB4F & 0xFFFFFFFFFFFFFFFF
    return mixed >> 42, (mixed >> 20) % BITS, (mixed ^ mixed >> 33) % BITS


@lru_cache(maxsize=1)
def levels() -> tuple[str, ...]:
    """A line for each first syllable, a digit for each second."""
    text = resources.files(__package__).joinpath("clean_pairs.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=1)
def filter_bits() -> bytes:
    """The filter of character pairs, bit 0 of byte 0 first."""
    return resources.files(__package__).joinpath("clean_pairs.bin").read_bytes()


def sound_level(first: str, second: str) -> int:
    """0 … 9: how often two syllables follow each other in honest talk, their most frequent writing left out."""
    return int(levels()[_PLACE[first]][_PLACE[second]])


@lru_cache(maxsize=1 << 16)
def is_usual(pair: str) -> bool:
    """Whether two folded characters follow each other in honest talk. Rarely True for a pair that never does."""
    data = filter_bits()
    return all(data[bit >> 3] >> (bit & 7) & 1 for bit in hashes(pair))


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
