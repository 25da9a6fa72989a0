"""What honest talk says of a place: as `matching.belief` has it, over arrays."""

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points
from ...folding.bonds import CHARS as BOND_CHARS
from ...folding.bonds import FIRST as BOND_FIRST
from ...folding.bonds import WEAKEST
from ...folding.clean import BITS
from ..belief import CUE_WITHIN, MEASURED
from .hashing import PLAIN_SALT, begin, compiled, likeness_bit, slot_of, step, whole
from .known import Bytes, Talk

LONGEST_CUE, CUE_BITS = 8, 10
"""Characters of a cue, at most; bits of the table of cues."""
_NUMBER = 5
"""Digits of a long number."""
_USUAL = (np.uint64(0x9E3779B1), np.uint64(0x85EBCA77), np.uint64(0xC2B2AE3D27D4EB4F))
_USUAL_WITHIN = np.uint64(BITS - 1)
_EIGHT, _SEVEN = np.uint64(3), np.uint64(7)
_HAN = (0x3400, 0x9FFF)
_ZERO, _NINE = ord("0"), ord("9")


@compiled
def is_usual(usual: Bytes, first: int, second: int) -> int:
    """As `folding.clean.is_usual`, and of two alike."""
    if first == second:
        return 1
    mixed = (np.uint64(first) * _USUAL[0] ^ np.uint64(second) * _USUAL[1]) * _USUAL[2]
    bit = mixed >> np.uint64(42)
    if not usual[bit >> _EIGHT] >> np.uint8(bit & _SEVEN) & 1:
        return 0
    bit = mixed >> np.uint64(20) & _USUAL_WITHIN
    if not usual[bit >> _EIGHT] >> np.uint8(bit & _SEVEN) & 1:
        return 0
    bit = (mixed ^ mixed >> np.uint64(33)) & _USUAL_WITHIN
    return whole(usual[bit >> _EIGHT] >> np.uint8(bit & _SEVEN) & 1)


@compiled
def bond(talk: Talk, first: int, second: int) -> int:
    """As `folding.bonds.bond`."""
    place = first - BOND_FIRST
    if place < 0 or place >= BOND_CHARS:
        return 0
    low, high = whole(talk.bond_starts[place]), whole(talk.bond_starts[place + 1])
    end = high
    while low < high:
        middle = (low + high) // 2
        if whole(talk.bond_followers[middle]) < second:
            low = middle + 1
        else:
            high = middle
    if low == end or whole(talk.bond_followers[low]) != second:
        return 0
    return (whole(talk.bond_halves[low >> 1]) >> ((low & 1) * 4) & 15) + WEAKEST


@compiled
def openness(talk: Talk, char: int) -> tuple[int, int]:
    """As `open_before` and `open_after`."""
    place = char - BOND_FIRST
    if place < 0 or place >= BOND_CHARS:
        return 0, 0
    both = whole(talk.openness[place])
    return both >> 4, both & 15


@compiled
def has_cue_between(talk: Talk, points: Points, folded_of: Points, start: int, end: int) -> int:
    """Whether a cue or a long number is in the points from `start` to `end`."""
    digits = 0
    for at in range(start, end):
        char = folded_of[points[at]]
        digits = digits + 1 if _ZERO <= char <= _NINE else 0
        if digits == _NUMBER:
            return 1
        if talk.cue_begins[char]:
            state = begin(PLAIN_SALT)
            for place in range(at, min(end, at + LONGEST_CUE)):
                state = step(state, folded_of[points[place]])
                if slot_of(talk.cues, talk.cue_numbers, CUE_BITS, state) >= 0:
                    return 1
    return 0


@compiled
def has_cue(talk: Talk, points: Points, folded_of: Points, first: int, last: int) -> int:
    """As `belief.has_cue` around the points from `first` to `last`."""
    start = first
    while start > 0 and first - start < CUE_WITHIN and points[start - 1] != BARRIER:
        start -= 1
    end = last + 1
    while end - last <= CUE_WITHIN and points[end] != BARRIER:
        end += 1
    return whole(
        has_cue_between(talk, points, folded_of, start, first)
        or has_cue_between(talk, points, folded_of, last + 1, end)
    )


@compiled
def shows_enough(
    talk: Talk, belief: int, points: Points, folded_of: Points, first: int, last: int, has_own: int
) -> int:
    """As `belief.is_believed`, the pairs inside left out. `has_own`: whether a character is the word's own."""
    start, end = whole(folded_of[points[first]]), whole(folded_of[points[last]])
    before = whole(folded_of[points[first - 1]]) if first else BARRIER
    after = whole(folded_of[points[last + 1]])
    least, kept, cued = talk.demands[belief, 0], talk.demands[belief, 1], talk.demands[belief, 2]
    weight, edge = talk.demands[belief, 3], talk.demands[belief, 4]
    if has_own:
        least -= kept
    opens, _ = openness(talk, start)
    _, closes = openness(talk, end)
    shown = -weight * (opens + closes)
    if not talk.is_alnum[before]:
        shown += edge
    elif before < 0x80 and _HAN[0] <= start <= _HAN[1]:
        shown -= MEASURED
    else:
        shown -= 2 * bond(talk, before, start)
    shown += -2 * bond(talk, end, after) if talk.is_alnum[after] else edge
    if shown >= least:
        return 1
    return whole(cued and shown >= least - cued and has_cue(talk, points, folded_of, first, last))


@compiled
def has_own_char(starts: NDArray[np.int32], chars: Points, key: int, searched: Points, at: int, length: int) -> int:
    """Whether one of the characters is not Han, or is one of a word behind the key."""
    for place in range(at, at + length):
        char = searched[place]
        if not _HAN[0] <= char <= _HAN[1]:
            return 1
        for own in range(starts[key], starts[key + 1]):
            if chars[own] == char:
                return 1
    return 0


@compiled
def is_alike(likeness: Bytes, seen: int, meant: int) -> int:
    """Whether a character is taken for another by its drawing, or is it."""
    bit = likeness_bit(np.uint64(seen), np.uint64(meant))
    return whole(meant == seen or likeness[bit >> _EIGHT] >> np.uint8(bit & _SEVEN) & 1)


@compiled
def is_drawn_like(
    likeness: Bytes, starts: NDArray[np.int32], chars: Points, key: int, searched: Points, at: int, length: int
) -> int:
    """Whether characters are taken for those of one of the key's words."""
    for begins in range(starts[key], starts[key + 1], length):
        place = 0
        while place < length:
            if not is_alike(likeness, searched[at + place], chars[begins + place]):
                break
            place += 1
        if place == length:
            return 1
    return 0
