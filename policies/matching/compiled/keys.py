"""Whether what stands at a place is a key of one view."""

import numpy as np

from ...folding.arrays import Points
from ..mixtures import CODE_BITS, FLAG_BITS, SPREAD
from .hashing import begin, compiled, compiled_inline, holds, plain_hash, slot_of, step, whole
from .known import ANY_WRITING, NEEDS_RUN, SPELLED, SURELY_KNOWN, TARGET, Keys, Places, Talk
from .talk import is_alike

_SPREAD = np.uint64(SPREAD)
_LOW = np.uint64(0xFFFFFFFF)
_FLAGS = np.uint64((1 << SPELLED) - 1)
_LAST_LETTER = 0x7F
"""Of the characters that are drawn like no other: texts are full of Latin words, and those of the lexicon."""


@compiled_inline
def flags_of(keys: Keys, key: int) -> int:
    """What is known of a key, of words in letters or parts left out."""
    return whole(keys.records[key, 1] & _FLAGS)


@compiled
def has_run(firsts: Places, lasts: Places, at: int, length: int) -> int:
    """Whether one of these searched characters stands for a run."""
    for place in range(at, at + length):
        if firsts[place] != lasts[place]:
            return 1
    return 0


@compiled_inline
def is_written(keys: Keys, key: int, searched: Points, firsts: Places, lasts: Places, at: int, length: int) -> int:
    """Whether a key as drawn is one of its words as it is written, its runs left to the caller."""
    flags = flags_of(keys, key)
    if flags & NEEDS_RUN:
        return has_run(firsts, lasts, at, length)
    if flags & ANY_WRITING:
        return 1
    written, sole = plain_hash(searched, at, length), keys.records[key, 0]
    return whole(written == sole if sole else slot_of(keys.slots, keys.slot_bits, written) >= 0)


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


@compiled_inline
def is_mixed(talk: Talk, keys: Keys, code: Points, searched: Points, at: int) -> int:
    """Whether three of four characters sound like those of a word's window and the other is drawn like its; as
    `Mixtures.find`."""
    flags, numbers = keys.mix_flags, keys.mix_numbers
    one, two, three, four = whole(code[at]), whole(code[at + 1]), whole(code[at + 2]), whole(code[at + 3])
    wide = CODE_BITS
    first, middle, ends, inner = one << 2 * wide, two << 2 * wide, three << wide, two << wide
    for number in (
        middle | ends | four,
        1 << 3 * wide | first | ends | four,
        2 << 3 * wide | first | inner | four,
        3 << 3 * wide | first | inner | three,
    ):
        spread = np.uint64(number) * _SPREAD & _LOW
        flag, out = whole(spread >> np.uint64(32 - FLAG_BITS)), at + (number >> 3 * wide)
        if searched[out] > _LAST_LETTER and flags[flag >> 3] >> (flag & 7) & 1:
            place = first_of(numbers, number)
            while place < len(numbers) and numbers[place] == number:
                for meant in range(keys.mix_starts[place], keys.mix_starts[place + 1]):
                    char = keys.mix_chars[meant]
                    if keys.sounds[char] != code[out] and is_alike(talk.likeness, searched[out], char):
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
        char = keys.drawn[kept[at]]
        if at == begins or kept[at] != kept[at - 1]:
            code[size] = char
            joined[size] = -1
            size += 1
        elif places[at] - places[at - 1] > 1:
            if len(keys.singles) and keys.singles[kept[at]]:
                return 1
            joined[size - 1] = size - 1
    shift, longest = np.uint64(64 - keys.begun_bits), keys.longest
    for back in range(size):
        at = size - 1 - back
        if joined[at] >= 0:
            last_joined = at
        joined[at] = last_joined
    for at in range(size - 1):
        if joined[at] < 0:
            break
        if joined[at] >= at + longest:
            continue
        state = step(begin(0), code[at])
        for length in range(2, min(longest, size - at) + 1):
            state = step(state, code[at + length - 1])
            if length == SURELY_KNOWN and not holds(keys.begun, shift, state):
                break
            table = keys.ends[0] if length >= SURELY_KNOWN else keys.begun
            if joined[at] < at + length and holds(table, shift, state):
                key = slot_of(keys.slots, keys.slot_bits, state)
                if key >= 0 and flags_of(keys, key) & TARGET:
                    return 1
    return 0
