"""Whether what stands at a place is a key of one view."""

import numpy as np

from ...folding.arrays import Points
from ..mixtures import CODE_BITS, FLAG_BITS, SPREAD
from .hashing import begin, compiled, plain_hash, slot_of, step, whole
from .known import ANY_WRITING, NEEDS_RUN, TARGET, Keys, Places, Talk
from .talk import is_alike

_SPREAD = np.uint64(SPREAD)
_LOW = np.uint64(0xFFFFFFFF)


@compiled
def has_run(firsts: Places, lasts: Places, at: int, length: int) -> int:
    """Whether one of these searched characters stands for a run."""
    for place in range(at, at + length):
        if firsts[place] != lasts[place]:
            return 1
    return 0


@compiled
def is_written(keys: Keys, key: int, searched: Points, firsts: Places, lasts: Places, at: int, length: int) -> int:
    """Whether a key as drawn is one of its words as it is written, its runs left to the caller."""
    flags = keys.flags[key]
    if flags & NEEDS_RUN:
        return has_run(firsts, lasts, at, length)
    return whole(
        flags & ANY_WRITING
        or slot_of(keys.slots, keys.slot_keys, keys.slot_bits, plain_hash(searched, at, length)) >= 0
    )


@compiled
def first_of(numbers: Points, wanted: int) -> int:
    """The place of the first of these numbers, in order, that is not smaller."""
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if whole(numbers[middle]) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def is_mixed(talk: Talk, keys: Keys, line: Points, searched: Points, at: int) -> int:
    """Whether three of four characters sound like those of a word's window and the other is drawn like its; as
    `Mixtures.find`."""
    pairs, flags, numbers = keys.mix_pairs, keys.mix_flags, keys.mix_numbers
    one, two = whole(line[searched[at]]), whole(line[searched[at + 1]])
    three, four = whole(line[searched[at + 2]]), whole(line[searched[at + 3]])
    head, tail = one << CODE_BITS | two, three << CODE_BITS | four
    if not (pairs[head >> 2] >> ((head & 3) << 1) & 1 or pairs[tail >> 2] >> ((tail & 3) << 1) & 2):
        return 0
    wide = CODE_BITS
    first, middle, ends, inner = one << 2 * wide, two << 2 * wide, three << wide, two << wide
    for number in (
        middle | ends | four,
        1 << 3 * wide | first | ends | four,
        2 << 3 * wide | first | inner | four,
        3 << 3 * wide | first | inner | three,
    ):
        spread = np.uint64(number) * _SPREAD & _LOW
        flag = whole(spread >> np.uint64(32 - FLAG_BITS))
        if flags[flag >> 3] >> (flag & 7) & 1:
            seen = searched[at + (number >> 3 * wide)]
            place = first_of(numbers, number)
            while place < len(numbers) and numbers[place] == number:
                for meant in range(keys.mix_starts[place], keys.mix_starts[place + 1]):
                    if is_alike(talk.likeness, seen, keys.mix_chars[meant]):
                        return 1
                place += 1
    return 0


@compiled
def has_word_across(
    keys: Keys, kept: Points, places: Places, begins: int, ends: int, code: Points, joined: Places
) -> int:
    """Whether a key as drawn stands in `kept[begins:ends]` over a run with something passed over, all runs as one.

    `code`, `joined`: room for work.
    """
    size, last_joined = 0, -1
    for at in range(begins, ends):
        char = keys.coded[0, kept[at]]
        if at == begins or kept[at] != kept[at - 1]:
            code[size] = char
            joined[size] = -1
            size += 1
        elif places[at] - places[at - 1] > 1:
            if len(keys.singles) and keys.singles[char]:
                return 1
            joined[size - 1] = size - 1
    shift = np.uint64(64 - keys.bits)
    for back in range(size):
        at = size - 1 - back
        if joined[at] >= 0:
            last_joined = at
        joined[at] = last_joined
    for at in range(size - 1):
        if joined[at] < 0:
            break
        state = step(begin(0), code[at])
        for length in range(2, min(len(keys.is_length), size - at + 1)):
            state = step(state, code[at + length - 1])
            if length == 2 and keys.pairs[state >> shift] == 0:
                break
            if length == 3 and keys.triples[state >> shift] == 0:
                break
            if keys.is_length[length] and joined[at] < at + length:
                key = slot_of(keys.slots, keys.slot_keys, keys.slot_bits, state)
                if key >= 0 and keys.flags[key] & TARGET:
                    return 1
    return 0
