"""Where keys may begin: a first look at every place of a page, by tables that are small enough to stay at hand.

Places are looked at in blocks, without a branch and with nothing put down in between: machines that can look at several
at a time do so.
A key of two characters is known by both, a longer one by its first three.
"""

import numpy as np

from ...folding.arrays import BARRIER, Points
from ..mixtures import CODE_BITS
from .hashing import compiled, holds, kinds_held, step, whole
from .known import Places, Wides
from .talk import is_usual

BLOCK = 64
"""Places looked at together, a bit of a word each."""
_NONE, _ONE, _TWO, _THREE, _UPPER_SIX = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(58)
_EACH = np.uint64(0x03F79D71B4CB0A89)
"""A cyclic row of bits in which each six are others; `_BIT_OF`: by them how far it was shifted."""
_BIT_OF = np.zeros(BLOCK, dtype=np.uint8)
_BIT_OF[[int(_EACH << np.uint64(bit) >> _UPPER_SIX) for bit in range(BLOCK)]] = range(BLOCK)
_CODES, _CODE_BITS = (1 << CODE_BITS) - 1, np.uint64(CODE_BITS)
_FIVE, _LOWEST = np.uint64(5), np.uint64(31)
"""Of the number of a pair: bits that say where in a word its own two are; the others say in which."""


@compiled
def find_odd(usual: Wides, searched: Points, count: int, odd: Places) -> None:
    """For each of the first `count` characters the next place, or itself, that honest talk does not have with the one
    after it; behind the last `count`. A barrier comes last."""
    found = count
    for back in range((count + BLOCK - 1) // BLOCK):
        first = ((count - 1) // BLOCK - back) * BLOCK
        bits = odd_of_block(usual, searched, first)
        for at in range(min(first + BLOCK, count) - 1, first - 1, -1):
            found = at if bits >> np.uint64(at - first) & _ONE else found
            odd[at] = found


@compiled
def odd_of_block(usual: Wides, searched: Points, first: int) -> np.uint64:
    """A bit for each of BLOCK places from `first` on: whether honest talk does not have two characters there."""
    found = _NONE
    for number in range(BLOCK):
        at = np.uint64(first + number)
        one, two = whole(searched[at]), whole(searched[at + _ONE])
        is_odd = (one != BARRIER) & (two != BARRIER) & (is_usual(usual, one, two) ^ 1)
        found |= np.uint64(is_odd) << np.uint64(number)
    return found


@compiled
def find_sure(code: Points, salted: np.uint64, sure: Wides, bits: int, count: int, found: Places) -> int:
    """Puts into `found` where among the first `count` characters keys may begin: how many. A barrier comes last, then
    room for BLOCK more."""
    shift, size = np.uint64(64 - bits), 0
    for first in range(0, count - 2, BLOCK):
        size = put_down(sure_of_block(code, first, salted, sure, shift), first, count - 2, found, size)
    return size


@compiled
def sure_of_block(code: Points, first: int, salted: np.uint64, sure: Wides, shift: np.uint64) -> np.uint64:
    """A bit for each of BLOCK places from `first` on."""
    found = _NONE
    for number in range(BLOCK):
        at = np.uint64(first + number)
        state = step(step(salted, code[at]), code[at + _ONE])
        longer = step(state, code[at + _TWO])
        found |= np.uint64(holds(sure, shift, state) | holds(sure, shift, longer)) << np.uint64(number)
    return found


@compiled
def find_other(
    code: Points,
    salted: np.uint64,
    kinds: Wides,
    shift: np.uint64,
    count: int,
    odd: Places,
    longest: int,
    found: Places,
) -> int:
    """The same of keys that need something odd within, and of some that do not."""
    size = 0
    for first in range(0, count - 2, BLOCK):
        bits = others_of_block(code, first, salted, kinds, shift, odd, longest)
        size = put_down(bits, first, count - 2, found, size)
    return size


@compiled
def others_of_block(
    code: Points, first: int, salted: np.uint64, kinds: Wides, shift: np.uint64, odd: Places, longest: int
) -> np.uint64:
    """As `sure_of_block`."""
    found = _NONE
    for number in range(BLOCK):
        at = np.uint64(first + number)
        state = step(step(salted, code[at]), code[at + _ONE])
        two, three = kinds_held(kinds, shift, state), kinds_held(kinds, shift, step(state, code[at + _TWO]))
        ahead = odd[at] - (first + number)
        may = (two | three) >> 1 | two & (ahead == 0) | three & (ahead < longest - 1)
        found |= np.uint64(may & 1) << np.uint64(number)
    return found


@compiled
def put_down(bits: np.uint64, first: int, end: int, found: Places, size: int) -> int:
    """Puts down the places before `end` of a block that have a bit, behind `size` others: how many."""
    if end - first < BLOCK:
        bits &= (_ONE << np.uint64(end - first)) - _ONE
    while bits:
        last = bits & (~bits + _ONE)
        found[size] = first + whole(_BIT_OF[last * _EACH >> _UPPER_SIX])
        size += 1
        bits ^= last
    return size


@compiled
def find_windows(pairs: Wides, code: Points, count: int, odd: Places, found: Places) -> int:
    """The same for windows of four that begin or end as those of mixtures do and have something odd within."""
    size = 0
    for first in range(0, count - 3, BLOCK):
        size = put_down(windows_of_block(pairs, code, first, odd), first, count - 3, found, size)
    return size


@compiled
def windows_of_block(pairs: Wides, code: Points, first: int, odd: Places) -> np.uint64:
    """As `sure_of_block`."""
    found = _NONE
    for number in range(BLOCK):
        at = np.uint64(first + number)
        head = pair_flags(pairs, code[at], code[at + _ONE])
        tail = pair_flags(pairs, code[at + _TWO], code[at + _THREE])
        may = (head & 1 | tail >> 1) & (odd[at] < first + number + 3)
        found |= np.uint64(may) << np.uint64(number)
    return found


@compiled
def pair_flags(pairs: Wides, first: int, second: int) -> int:
    """Two bits of two codes."""
    place = np.uint64(first & _CODES) << _CODE_BITS | np.uint64(second & _CODES)
    return whole(pairs[place >> _FIVE] >> ((place & _LOWEST) << _ONE)) & 3
