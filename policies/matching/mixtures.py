"""Long words that sound like themselves but for one character, which is drawn like theirs: 不奏公同 for 不走公司."""

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from ..folding.likeness import is_drawn_alike
from ..folding.sounds import Ear, codes
from ..model import How
from .belief import Belief
from .key_index import LONG
from .reading import Reading
from .soundalikes import Heard
from .standing import Standing

CODE_BITS = 10
"""Bits of a syllable's code; three codes and which of four characters is left out make one number of 32 bits."""
FLAG_BITS = 20
SPREAD = 0x9E3779B1
"""What numbers are multiplied with to be spread over the flags."""
_WHOLE, _UNFLAGGED = (1 << 32) - 1, 32 - FLAG_BITS
_BEGINS, _ENDS = 1, 2
_TABLE = codes(Ear.PLAIN).table
_is_alike = lru_cache(maxsize=1 << 16)(is_drawn_alike)


class Mixtures:
    """Entries of one view by any three of the first and of the last four of their syllables. Immutable."""

    def __init__(self, sounds: Mapping[str, Sequence[Heard]]) -> None:
        """`sounds`: words by their syllables, as codes of the plain ear; short ones and others are left aside."""
        self._sounds = sounds
        self._readings = [
            reading for reading, same in sounds.items() if len(reading) >= LONG and any(map(_may_be_mixed, same))
        ]
        windows: list[str] = []
        places: list[int] = []
        for at, reading in enumerate(self._readings):
            windows.append(reading[:LONG])
            places.append(at << 1)
            if len(reading) > LONG:
                windows.append(reading[-LONG:])
                places.append(at << 1 | 1)
        code = _codes_of("".join(windows))
        one, two, three, four = (code[at::LONG] for at in range(LONG))
        pairs = bytearray(1 << 2 * CODE_BITS)
        for pair in {first << CODE_BITS | second for first, second in zip(one, two, strict=True)}:
            pairs[pair] |= _BEGINS
        for pair in {first << CODE_BITS | second for first, second in zip(three, four, strict=True)}:
            pairs[pair] |= _ENDS
        self.pairs = pairs
        """For each pair of codes: whether windows begin with it, end with it, or both."""
        self.numbers = array("I")
        """In order; of windows with one syllable left out."""
        self._at = array("I")
        """For each the number of the reading, twice, and one more where the window is its end."""
        flags = bytearray(1 << FLAG_BITS)
        for left_out, kept in enumerate(((two, three, four), (one, three, four), (one, two, four), (one, two, three))):
            numbers = [a << 2 * CODE_BITS | b << CODE_BITS | c for a, b, c in zip(*kept, strict=True)]
            order = sorted(range(len(numbers)), key=numbers.__getitem__)
            numbers = [left_out << 3 * CODE_BITS | number for number in map(numbers.__getitem__, order)]
            self.numbers.extend(array("I", numbers))
            self._at.extend(array("I", map(places.__getitem__, order)))
            for number in numbers:  # `_flag` without its call: there are very many
                flags[(number * SPREAD & _WHOLE) >> _UNFLAGGED] = 1
        self.flags = bytes(flags)
        """1 where some of `numbers` is, spread."""

    def left_out(self) -> Iterator[tuple[str, ...]]:
        """For each of `numbers` the characters that words behind it have in the place left out."""
        for number, where in zip(self.numbers, self._at, strict=True):
            reading = self._readings[where >> 1]
            place = (len(reading) - LONG if where & 1 else 0) + (number >> 3 * CODE_BITS)
            yield tuple(heard.chars[place] for heard in self._sounds[reading])

    def find(self, reading: Reading) -> Iterator[tuple[int, Standing]]:
        """(start, word) where such words stand whose writing honest talk does not have, by start of the window."""
        searched = reading.searched
        if not self._readings or 1 not in reading.odd:
            return
        coded = searched.translate(_TABLE)
        code = _codes_of(coded)
        odd = [at for at, is_odd in enumerate(reading.odd) if is_odd]
        begins = sorted({at - back for back in range(LONG - 1) for at in odd})
        windows = (begin for begin in begins if 0 <= begin <= len(code) - LONG)
        yield from self.at(searched, coded, (begin for begin in windows if self._may_hold(code, begin)))

    def _may_hold(self, code: Sequence[int], begin: int) -> bool:
        """Whether a window begins or ends as those of words do."""
        one, two, three, four = code[begin : begin + LONG]
        pairs = self.pairs
        return bool(pairs[one << CODE_BITS | two] & _BEGINS or pairs[three << CODE_BITS | four] & _ENDS)

    def at(self, searched: str, coded: str, begins: Iterable[int]) -> Iterator[tuple[int, Standing]]:
        """The same for windows that begin at `begins`, in order. `coded`: the code of each searched character."""
        flags = self.flags
        for begin in begins:
            for left_out, number in enumerate(_numbers(coded[begin : begin + LONG])):
                if flags[_flag(number)]:
                    yield from self._standing(searched, coded, begin, left_out, number)

    def _standing(
        self, searched: str, coded: str, begin: int, left_out: int, number: int
    ) -> Iterator[tuple[int, Standing]]:
        first = bisect_left(self.numbers, number)
        other = begin + left_out
        readings, code = self._readings, coded[other]
        for where in self._at[first : bisect_right(self.numbers, number, first)]:
            reading = readings[where >> 1]
            inside = len(reading) - LONG if where & 1 else 0
            differs = inside + left_out
            start = begin - inside
            end = start + len(reading)
            if (
                reading[differs] == code
                or start < 0
                or end > len(searched)
                or not (
                    coded.startswith(reading[:differs], start) and coded.startswith(reading[differs + 1 :], other + 1)
                )
            ):
                continue
            surface = searched[start:end]
            for heard in self._sounds[reading]:
                if _may_be_mixed(heard) and _is_alike(surface[differs], heard.chars[differs]):
                    how = How.LOOKALIKE if _is_else(heard.chars, surface, differs) else How.HOMOPHONE
                    yield start, Standing(heard.entry, len(surface), how, Belief.ALWAYS, heard.runs)


def _is_else(chars: str, surface: str, differs: int) -> bool:
    """Whether the rest is as the word has it."""
    return chars[:differs] == surface[:differs] and chars[differs + 1 :] == surface[differs + 1 :]


def _codes_of(reading: str) -> "array[int]":
    found = array("H", reading.encode("utf-16-le"))
    if sys.byteorder == "big":  # pragma: no cover
        found.byteswap()
    return found


def _may_be_mixed(heard: Heard) -> bool:
    return heard.terms.disguises.is_mixed


def _numbers(window: str) -> list[int]:
    """Of four codes: each three with the place of the one that is left out."""
    one, two, three, four = map(ord, window)
    first, middle = one << 2 * CODE_BITS, two << 2 * CODE_BITS
    ends, inner = three << CODE_BITS, two << CODE_BITS
    out = 3 * CODE_BITS
    return [
        middle | ends | four,
        1 << out | first | ends | four,
        2 << out | first | inner | four,
        3 << out | first | inner | three,
    ]


def _flag(number: int) -> int:
    return (number * SPREAD & _WHOLE) >> _UNFLAGGED
