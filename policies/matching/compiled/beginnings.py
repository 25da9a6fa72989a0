"""Where keys may begin: a first look at every place of a page, by tables that are small enough to stay at hand.

Each loop puts down every place and moves on only where a key may begin, without a branch: what is seen there is chance.
A key of two characters is known by both, a longer one by its first three.
"""

import numpy as np

from ...folding.arrays import BARRIER, Points
from ..mixtures import CODE_BITS
from .hashing import compiled, holds, kinds_held, step, whole
from .known import Bytes, Places, Wides
from .talk import is_usual

_CODES = (1 << CODE_BITS) - 1


@compiled
def find_odd(usual: Wides, searched: Points, count: int, odd: Places) -> None:
    """For each of the first `count` characters the next place, or itself, that honest talk does not have with the one
    after it; behind the last `count`."""
    found, second = count, BARRIER
    for back in range(count):
        at = count - 1 - back
        first = whole(searched[at])
        is_odd = (first != BARRIER) & (second != BARRIER) & (is_usual(usual, first, second) ^ 1)
        found = at if is_odd else found
        odd[at] = found
        second = first


@compiled
def find_sure(code: Points, salted: np.uint64, sure: Wides, bits: int, count: int, found: Places) -> int:
    """Puts into `found` where among the first `count` characters keys may begin: how many. A barrier comes last."""
    shift, size = np.uint64(64 - bits), 0
    begun = step(salted, code[0])
    for at in range(count - 2):
        after = code[at + 1]
        state = step(begun, after)
        longer = step(state, code[at + 2])
        begun = step(salted, after)
        found[size] = at
        size += holds(sure, shift, state) | holds(sure, shift, longer)
    return size


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
    begun = step(salted, code[0])
    for at in range(count - 2):
        after = code[at + 1]
        state = step(begun, after)
        two, three = kinds_held(kinds, shift, state), kinds_held(kinds, shift, step(state, code[at + 2]))
        begun = step(salted, after)
        found[size] = at
        size += (two | three) >> 1 | two & (odd[at] == at) | three & (odd[at] < at + longest - 1)
    return size


@compiled
def find_windows(pairs: Bytes, code: Points, count: int, odd: Places, found: Places) -> int:
    """The same for windows of four that begin or end as those of mixtures do and have something odd within."""
    if count < 4:
        return 0
    size = 0
    one, two, three = code[0], code[1], code[2]
    head, middle = pair_flags(pairs, one, two), pair_flags(pairs, two, three)
    for at in range(count - 3):
        four = code[at + 3]
        tail = pair_flags(pairs, three, four)
        found[size] = at
        size += (head & 1 | tail >> 1) & (odd[at] < at + 3)
        three, head, middle = four, middle, tail
    return size


@compiled
def pair_flags(pairs: Bytes, first: int, second: int) -> int:
    """Two bits of two codes."""
    place = whole(first & _CODES) << CODE_BITS | whole(second & _CODES)
    return whole(pairs[place >> 2]) >> ((place & 3) << 1) & 3
