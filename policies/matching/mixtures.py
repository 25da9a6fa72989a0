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
from .lanes import HALF, in_each, in_order, lanes_of, lanes_of_all, numbers_in
from .reading import Reading
from .soundalikes import Heard
from .standing import Standing

CODE_BITS = 10
"""Bits of a syllable's code; three codes and which of four characters is left out make one number of 32 bits."""
FLAG_BITS = 20
SPREAD = 0x9E3779B1
"""What numbers are multiplied with to be spread over the flags."""
_WHOLE, _UNFLAGGED = (1 << 32) - 1, 32 - FLAG_BITS
_WHOLE_CODE = 0xFFFF
_BEGINS, _ENDS = 1, 2
_TABLE = codes(Ear.PLAIN).table
_is_alike = lru_cache(maxsize=1 << 16)(is_drawn_alike)


class Mixtures:
    """Entries of one view by any three of the first and of the last four of their syllables. Immutable."""

    def __init__(self, sounds: Mapping[str, Sequence[Heard]]) -> None:
        """`sounds`: words by their syllables, as codes of the plain ear; short ones and others are left aside."""
        self._sounds = sounds
        self.readings = [
            reading
            for reading, same in sounds.items()
            if len(reading) >= LONG and (same[0].terms.disguises.is_mixed or any(map(_may_be_mixed, same)))
        ]
        """Of long words, in which one character may be another."""
        longer = [at for at, reading in enumerate(self.readings) if len(reading) > LONG]
        windows = [reading[:LONG] for reading in self.readings]
        windows += [self.readings[at][-LONG:] for at in longer]
        places = lanes_of_all([*range(0, 2 * len(self.readings), 2), *(at << 1 | 1 for at in longer)])
        count = len(windows)
        every, code_mask = lanes_of("".join(windows).encode("utf-16-le")), in_each(_WHOLE_CODE, count)
        one, two, three, four = (every >> bits & code_mask for bits in (0, 16, 32, 48))
        pairs = bytearray(1 << 2 * CODE_BITS)
        for pair in numbers_in(one << CODE_BITS | two, count):
            pairs[pair] = _BEGINS
        for pair in numbers_in(three << CODE_BITS | four, count):
            pairs[pair] |= _ENDS
        self.pairs = pairs
        """For each pair of codes: whether windows begin with it, end with it, or both."""
        self.numbers = array("I")
        """In order; of windows with one syllable left out."""
        self.windows = array("I")
        """For each the number of one of `readings`, twice, and one more where the window is its end."""
        flags, flag_mask = bytearray(1 << FLAG_BITS), in_each((1 << FLAG_BITS) - 1, count)
        half_mask = in_each(_WHOLE, count)
        for left_out, (a, b, c) in enumerate(
            ((two, three, four), (one, three, four), (one, two, four), (one, two, three))
        ):
            kept, mark = a << 2 * CODE_BITS | b << CODE_BITS | c, left_out << 3 * CODE_BITS
            for flag in numbers_in((kept | in_each(mark, count)) * SPREAD >> _UNFLAGGED & flag_mask, count):
                flags[flag] = 1  # as `_flag` tells it
            ordered = in_order(kept << HALF | places, count) | in_each(mark << HALF, count)
            self.numbers += numbers_in(ordered >> HALF, count)
            self.windows += numbers_in(ordered & half_mask, count)
        self.flags = bytes(flags)
        """1 where some of `numbers` is, spread."""

    def behind(self) -> list[str]:
        """For each of `readings` the characters of the words that are read so, one after the other."""
        every = map(self._sounds.__getitem__, self.readings)
        return ["".join([heard.chars for heard in same]) for same in every]

    def find(self, reading: Reading) -> Iterator[tuple[int, Standing]]:
        """(start, word) where such words stand whose writing honest talk does not have, by start of the window."""
        searched = reading.searched
        if not self.readings or 1 not in reading.odd:
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
        readings, code = self.readings, coded[other]
        for where in self.windows[first : bisect_right(self.numbers, number, first)]:
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
