"""Parts of characters: where a word may hold them."""

import numpy as np

from ...folding.arrays import BARRIER, Points
from ..mixtures import CODE_BITS
from .hashing import begin, compiled, compiled_inline, holds, plain_hash, slot_of, step, whole
from .keys import flags_of
from .known import PART, SURELY_KNOWN, Bytes, Keys
from .talk import HAN

LONGEST_PART = 7
"""Characters, at most, that a part of a word is written in: 双人立口字旁 is six."""
MAY_BEGIN, IS_PART, IN_RUN, IS_LED_TO, LEADS = 1, 2, 4, 8, 16
"""Of a kept character: letters or parts begin there that stand beside what a word has there; any parts do. It is one of
letters that stand together and are syllables, or few; syllables lead there from the first of them; to their end."""


@compiled
def part_holds(keys: Keys, key: int, before: int, after: int) -> int:
    """Whether a word has a character of these parts beside these codes; -1 for none there."""
    if 0 <= before < 0x80 or 0 <= after < 0x80:
        return 1
    for at in range(keys.part_starts[key], keys.part_starts[key + 1]):
        code = whole(keys.part_codes[at])
        if before >= 0 and keys.promised[before << CODE_BITS | code]:
            return 1
        if after >= 0 and keys.promised[code << CODE_BITS | after]:
            return 1
    return 0


@compiled_inline
def are_parts(keys: Keys, key: int, chars: Points, at: int, length: int) -> int:
    """Whether characters drawn like a key are parts of a character as they are written."""
    written, found = plain_hash(chars, at, length), 0
    for meant in range(keys.part_starts[key], keys.part_starts[key + 1]):
        found |= whole(keys.part_hashes[meant] == written)
    return found


@compiled
def part_of(keys: Keys, state: np.uint64, length: int) -> int:
    """The key of the parts of a character with this hash, -1 for none."""
    table = keys.ends[0] if length >= SURELY_KNOWN else keys.begun
    if not holds(table, np.uint64(64 - keys.begun_bits), state):
        return -1
    key = slot_of(keys.slots, keys.slot_bits, state)
    return key if key >= 0 and flags_of(keys, key) & PART else -1


@compiled
def may_go_on(keys: Keys, state: np.uint64, length: int) -> int:
    """Whether a longer key may begin with the characters of this hash."""
    return whole(length != SURELY_KNOWN or holds(keys.begun, np.uint64(64 - keys.begun_bits), state))


@compiled
def ends_part(keys: Keys, kept: Points, start: int, end: int) -> int:
    """Whether these characters are the parts of one."""
    state = begin(0)
    for at in range(start, end):
        state = step(state, keys.drawn[kept[at]])
    return whole(part_of(keys, state, end - start) >= 0)


@compiled
def marks_doubled(keys: Keys, kept: Points, begins: int, start: int, pair: int, is_special: Bytes) -> int:
    """Marks the parts that begin at `start` and hold the two alike that begin at `pair`, and those before them, where
    a word has them so; whether any."""
    state, found = begin(0), 0
    before = whole(keys.sounds[kept[start - 1]]) if start > begins else -1
    for end in range(start + 1, start + LONGEST_PART + 1):
        if kept[end - 1] == BARRIER:
            break
        state = step(state, keys.drawn[kept[end - 1]])
        length = end - start
        key = part_of(keys, state, length) if end >= pair + 2 else -1
        if key >= 0:
            is_special[start] |= IS_PART
            after = whole(keys.sounds[kept[end]]) if kept[end] != BARRIER else -1
            if is_special[end] & IS_PART or part_holds(keys, key, before, after):
                is_special[start] |= MAY_BEGIN
                found = 1
            for first in range(max(begins, start - LONGEST_PART), start - 1):
                if is_special[first] & IS_PART and ends_part(keys, kept, first, start):
                    is_special[first] |= MAY_BEGIN
                    found = 1
        if not may_go_on(keys, state, length):
            break
    return found


@compiled
def has_doubled(doubled: Bytes, kept: Points, begins: int, ends: int) -> int:
    """Whether two alike stand there side by side as in some parts; to ask that costs less than to mark them."""
    pairs = 0
    for at in range(np.uint64(begins), np.uint64(ends - 1)):  # without a branch
        pairs |= (kept[at] == kept[at + np.uint64(1)]) & (kept[at] >= HAN[0])
    if not pairs:
        return 0
    for at in range(begins, ends - 1):
        if kept[at] == kept[at + 1] and doubled[kept[at]]:
            return 1
    return 0


@compiled
def mark_doubled(keys: Keys, kept: Points, begins: int, ends: int, is_special: Bytes) -> int:
    """Marks parts that hold a character twice, as `mark_parts` does the others, which it comes after: where runs are
    one character nothing is told of them. Whether a word may have them."""
    found, pair = 0, -1
    for back in range(ends - 1 - begins):
        start = ends - 2 - back  # the last first: what follows parts is known then
        if kept[start] == kept[start + 1] and keys.doubled[kept[start]]:
            pair = start
        if pair >= 0 and pair + 2 - start <= LONGEST_PART:
            found |= marks_doubled(keys, kept, begins, start, pair, is_special)
    return found
