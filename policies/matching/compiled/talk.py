"""What honest talk says of a place: as `matching.belief` has it, over arrays."""

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points
from ...folding.bonds import BY_CHANCE, WEAKEST
from ...folding.bonds import CHARS as BOND_CHARS
from ...folding.bonds import FIRST as BOND_FIRST
from ...folding.clean import BIT_SHIFTS, FACTORS, WORD_SHIFT
from ..belief import CUE_WITHIN, GAP, OPEN_GAP
from ..belief import MEASURED as MEASURED_OUT
from ..weighing import (
    BESIDE,
    EDGE,
    EXPLAINED,
    INSIDE,
    MEASURED,
    MOST_FITTING,
    OTHER,
    OTHER_OF_TWO,
    SHORT,
    UNSEEN,
)
from .hashing import PLAIN_SALT, begin, compiled, likeness_bit, slot_of, step, whole
from .known import Bytes, Places, Talk, Wides

LONGEST_CUE, CUE_BITS = 8, 10
"""Characters of a cue, at most; bits of the table of cues."""
UNKNOWN, NEVER = -100, 1_000
"""No bond; more than any weight."""
AT_BEST = MOST_FITTING + OTHER + 2 * EXPLAINED * WEAKEST
"""What the characters of a writing weigh at most besides those at its ends and what has not been seen together."""
_NUMBER = 5
"""Digits of a long number."""
_FIRST, _SECOND, _BOTH = np.uint64(FACTORS[0]), np.uint64(FACTORS[1]), np.uint64(FACTORS[2])
_WORD, _BITS = np.uint64(WORD_SHIFT), tuple(map(np.uint64, BIT_SHIFTS))
_ONE, _SIX = np.uint64(1), np.uint64(63)
_EIGHT, _SEVEN = np.uint64(3), np.uint64(7)
HAN = (0x3400, 0x9FFF)
GAP_EDGE, GAP_OPENNESS = GAP.edge, GAP.openness
_ZERO, _NINE = ord("0"), ord("9")


@compiled
def is_usual(usual: Wides, first: int, second: int) -> int:
    """As `folding.clean.is_usual`, and of two alike."""
    mixed = (np.uint64(first) * _FIRST ^ np.uint64(second) * _SECOND) * _BOTH
    bits = _ONE << (mixed >> _BITS[0] & _SIX)
    bits |= _ONE << (mixed >> _BITS[1] & _SIX)
    bits |= _ONE << (mixed >> _BITS[2] & _SIX)
    bits |= _ONE << (mixed >> _BITS[3] & _SIX)
    return whole((usual[mixed >> _WORD] & bits == bits) | (first == second))


@compiled
def known_bond(talk: Talk, first: int, second: int) -> int:
    """As `folding.bonds.known_bond`; UNKNOWN for none."""
    place = first - BOND_FIRST
    if place < 0 or place >= BOND_CHARS:
        return UNKNOWN
    low, high = whole(talk.bond_starts[place]), whole(talk.bond_starts[place + 1])
    end = high
    while low < high:
        middle = (low + high) // 2
        if whole(talk.bond_followers[middle]) < second:
            low = middle + 1
        else:
            high = middle
    if low == end or whole(talk.bond_followers[low]) != second:
        return UNKNOWN
    return (whole(talk.bond_halves[low >> 1]) >> ((low & 1) * 4) & 15) + WEAKEST


@compiled
def bond(talk: Talk, first: int, second: int) -> int:
    """As `folding.bonds.bond`."""
    found = known_bond(talk, first, second)
    return 0 if found == UNKNOWN else found


@compiled
def are_parted(
    talk: Talk, points: Points, folded_of: Points, firsts: Places, lasts: Places, at: int, length: int
) -> int:
    """Whether two of the searched characters do not go together oftener than by chance: not `bonds.are_bound`."""
    for place in range(at, at + length - 1):
        first, second = whole(folded_of[points[lasts[place]]]), whole(folded_of[points[firsts[place + 1]]])
        if first != second and bond(talk, first, second) <= BY_CHANCE:
            return 1
    return 0


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
                if slot_of(talk.cues, CUE_BITS, state) >= 0:
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
def most_weight(
    talk: Talk, points: Points, folded_of: Points, first: int, last: int, left: int, right: int, has_own: int
) -> int:
    """As `weighing.most_weight`, what is beside the writing left out but as `left` and `right`, bonds that explain.

    `has_own`: whether a character is the word's own.
    """
    shown, length, least_explained, least_open, explained, opened, most_explained = 0, 0, 0, 0, 0, 0, 0
    before, at = left, first
    while at <= last:
        char = whole(folded_of[points[at]])
        at += 1
        while at <= last and not talk.is_alnum[folded_of[points[at]]]:
            at += 1
        link = right
        if at <= last:
            link, follower = 0, whole(folded_of[points[at]])
            if follower != char:
                link = known_bond(talk, char, follower)
                if link == UNKNOWN:
                    shown += UNSEEN
                    link = 0
                shown += INSIDE * link
        stronger = max(before, link)
        opens, closes = openness(talk, char)
        if length == 0:
            least_explained, most_explained, least_open = stronger, stronger, opens + closes
        least_explained, most_explained = min(least_explained, stronger), max(most_explained, stronger)
        least_open = min(least_open, opens + closes)
        explained += stronger
        opened += opens + closes
        before = link
        length += 1
    other = OTHER_OF_TWO if length == SHORT else OTHER
    if has_own:
        return shown + MOST_FITTING + other + 2 * EXPLAINED * least_explained - least_open
    mean = explained // length
    return shown + MOST_FITTING + other * length + EXPLAINED * (most_explained + mean) - opened // length


@compiled
def shows_enough(
    talk: Talk, belief: int, points: Points, folded_of: Points, first: int, last: int, has_own: int
) -> int:
    """Whether `belief.is_believed` may hold, the pairs inside left out. `has_own`: as for `most_weight`."""
    start, end = whole(folded_of[points[first]]), whole(folded_of[points[last]])
    before = whole(folded_of[points[first - 1]]) if first else BARRIER
    after = whole(folded_of[points[last + 1]])
    least, kept, cued = talk.demands[belief, 0], talk.demands[belief, 1], talk.demands[belief, 2]
    weight, edge = talk.demands[belief, 3], talk.demands[belief, 4]
    needed, near = talk.demands[belief, 5], talk.demands[belief, 6]
    opens, _ = openness(talk, start)
    _, closes = openness(talk, end)
    shown, outer, left, right = -weight * (opens + closes), -opens - closes, 0, 0
    if not talk.is_alnum[before]:
        shown += edge
        outer += EDGE
    elif before < 0x80:
        shown -= MEASURED_OUT if HAN[0] <= start <= HAN[1] else 0
        left = MEASURED
    else:
        left = bond(talk, before, start)
        shown -= 2 * left
        left = left if before != start else 0
    if talk.is_alnum[after]:
        right = bond(talk, end, after)
        shown -= 2 * right
        right = right if after != end else 0
    else:
        shown += edge
        outer += EDGE
    if has_own:
        least -= kept
    if shown >= least:
        return 1
    outer += BESIDE * (left + right)
    most = -NEVER
    if outer + UNSEEN * (last - first) + AT_BEST >= needed - near:
        most = outer + most_weight(talk, points, folded_of, first, last, left, right, has_own)
    if most >= needed:
        return 1
    may_be = (cued and shown >= least - cued) or most >= needed - near
    return whole(may_be and has_cue(talk, points, folded_of, first, last))


@compiled
def stands_apart(talk: Talk, points: Points, folded_of: Points, first: int, last: int) -> int:
    """As `belief.is_apart` of the points at these two places."""
    start, end = whole(folded_of[points[first]]), whole(folded_of[points[last]])
    before = whole(folded_of[points[first - 1]]) if first else BARRIER
    after = whole(folded_of[points[last + 1]])
    shown = 0
    if not talk.is_alnum[before]:
        shown += GAP_EDGE
    elif before >= 0x80:
        shown -= 2 * bond(talk, before, start)
    elif HAN[0] <= start <= HAN[1]:
        shown -= MEASURED_OUT
    shown += -2 * bond(talk, end, after) if talk.is_alnum[after] else GAP_EDGE
    opens, _ = openness(talk, start)
    _, closes = openness(talk, end)
    return whole(shown - GAP_OPENNESS * (opens + closes) >= OPEN_GAP)


@compiled
def has_own_char(starts: NDArray[np.int32], chars: Points, key: int, searched: Points, at: int, length: int) -> int:
    """Whether one of the characters is not Han, or is one of a word behind the key."""
    for place in range(at, at + length):
        char = searched[place]
        if not HAN[0] <= char <= HAN[1]:
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
