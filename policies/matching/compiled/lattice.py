"""Words through letters that spell syllables and through parts of characters, followed as `spelling` follows them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points
from ..promise import BIT, LONG_RUN
from .hashing import PLAIN_SALT, begin, compiled, slot_of, step, whole
from .known import PART, Bytes, Keys, Places, Talk, Wides
from .talk import is_usual, shows_enough

MOST_STEPS = 20_000
"""Steps of one text; what needs more is left to the caller."""
ROOM = 512
"""Open paths from one place."""
LETTERS_REACHED = LONG_RUN + 1
ANY = -2
_CODE_BITS = 10
_LONGEST_SYLLABLE = 6
_MOST_REPEATS = 20
_CHARACTER, _LETTERS, _PARTS, _ODD = 0, 1, 2, 4
_A, _Z = ord("a"), ord("z")
_ZERO, _ONE, _FIVE, _NINE = ord("0"), ord("1"), ord("5"), ord("9")


MAY_BEGIN, IS_PART = 1, 2
"""Of a kept character: letters or parts begin there that stand beside what a word has there; any parts do."""


class Work(NamedTuple):
    """Room for work."""

    states: Wides
    paths: Places
    edges: NDArray[np.int64]
    reached: Bytes


@compiled
def part_holds(keys: Keys, key: int, before: int, after: int) -> int:
    """Whether a word has a character of these parts beside these codes; -1 for none there."""
    if 0 <= before < 0x80 or 0 <= after < 0x80:
        return 1
    for at in range(keys.part_starts[key], keys.part_starts[key + 1]):
        code = whole(keys.part_codes[at])
        if before >= 0 and keys.promised[before << _CODE_BITS | code]:
            return 1
        if after >= 0 and keys.promised[code << _CODE_BITS | after]:
            return 1
    return 0


@compiled
def is_syllable_beside(talk: Talk, keys: Keys, kept: Points, first: int, last: int, left: int, right: int) -> int:
    """Whether a syllable in letters is beside another, a letter, or a code around them, as in a word."""
    for at in range(first, last):
        state = 0
        for stop in range(at, min(last, at + _LONGEST_SYLLABLE)):
            state = whole(talk.trie[state, whole(kept[stop]) - _A])
            if state == 0:
                break
            for number in range(2):
                code = whole(talk.trie_codes[state, number])
                if code == 0:
                    break
                before = whole(kept[at - 1]) if at > first else left
                if before == ANY or (before >= 0 and keys.promised[before << _CODE_BITS | code]):
                    return 1
                after = whole(kept[stop + 1]) if stop + 1 < last else right
                if after == ANY or (after >= 0 and keys.promised[code << _CODE_BITS | after]):
                    return 1
                inner = 0
                for more in range(stop + 1, min(last, stop + 1 + _LONGEST_SYLLABLE)):
                    inner = whole(talk.trie[inner, whole(kept[more]) - _A])
                    if inner == 0:
                        break
                    for second in range(2):
                        other = whole(talk.trie_codes[inner, second])
                        if other and keys.promised[code << _CODE_BITS | other]:
                            return 1
    return 0


@compiled
def code_beside(keys: Keys, kept: Points, at: int, is_special: Bytes) -> int:
    """The code of a character beside letters; ANY where letters, parts or a tone may begin or end."""
    char = whole(kept[at])
    if char == BARRIER:
        return -1
    if _A <= char <= _Z or _ONE <= char <= _FIVE or is_special[at] or (at and is_special[at - 1]):
        return ANY
    return whole(keys.coded[len(keys.coded) - 1, char])


@compiled
def is_pinyin(talk: Talk, kept: Points, start: int, end: int, reached: Bytes) -> int:
    """Whether letters are syllables to their end; many are not asked. `reached`: room for work."""
    if end - start > LONG_RUN:
        return 1
    for at in range(end - start + 1):
        reached[at] = at == 0
    for at in range(start, end):
        if reached[at - start]:
            state = 0
            for stop in range(at, min(end, at + _LONGEST_SYLLABLE)):
                state = whole(talk.trie[state, whole(kept[stop]) - _A])
                if state == 0:
                    break
                if talk.trie_codes[state, 0]:
                    reached[stop + 1 - start] = 1
    return whole(reached[end - start])


@compiled
def mark_letters(
    talk: Talk, keys: Keys, kept: Points, places: Places, begins: int, ends: int, is_special: Bytes, reached: Bytes
) -> int:
    """Marks letters that stand together, are syllables, or few, and are beside what a word has there; any or none."""
    found, at = 0, begins
    while at < ends:
        if not _A <= kept[at] <= _Z:
            at += 1
            continue
        stop = at + 1
        while _A <= kept[stop] <= _Z and places[stop] - places[stop - 1] == 1:
            stop += 1
        if stop - at <= BIT or is_pinyin(talk, kept, at, stop, reached):
            left = code_beside(keys, kept, at - 1, is_special) if at > begins else -1
            if is_syllable_beside(talk, keys, kept, at, stop, left, code_beside(keys, kept, stop, is_special)):
                for place in range(at, stop):
                    is_special[place] |= MAY_BEGIN
                found = 1
        at = stop
    return found


@compiled
def part_at(keys: Keys, kept: Points, at: int, length: int) -> int:
    """The key of the parts of a character there, -1 for none."""
    state, line = begin(0), keys.coded[0]
    for place in range(at, at + length):
        if kept[place] == BARRIER:
            return -1
        state = step(state, line[kept[place]])
        if place == at + 1 and keys.pairs[state >> np.uint64(64 - keys.bits)] == 0:
            return -1
    key = slot_of(keys.slots, keys.slot_keys, keys.slot_bits, state)
    return key if key >= 0 and keys.flags[key] & PART else -1


@compiled
def is_believed_path(
    talk: Talk, keys: Keys, points: Points, state: np.uint64, plain: np.uint64, marks: int, first: int, last: int
) -> int:
    """Whether characters with these hashes, by sound and as they are meant, may be a word's."""
    key = slot_of(keys.slots, keys.slot_keys, keys.slot_bits, state)
    if key < 0:
        return 0
    if marks & _LETTERS or slot_of(keys.slots, keys.slot_keys, keys.slot_bits, plain) >= 0:
        return 1
    beliefs = keys.spelled[key]
    if beliefs & 1:
        return 1
    for belief in range(1, 5):
        if (
            marks & _ODD
            and beliefs >> np.uint8(belief) & 1
            and shows_enough(talk, belief, points, keys.folded_of, first, last, 1)
        ):
            return 1
    return 0


@compiled
def begins_word(
    talk: Talk,
    keys: Keys,
    points: Points,
    kept: Points,
    places: Places,
    start: int,
    is_special: Bytes,
    states: Wides,
    paths: Places,
    edges: NDArray[np.int64],
) -> int:
    """How many steps it took to see that no word begins at `start`; 0 when one may.

    `states`, `paths`, `edges`: room for work.
    """
    promised = keys.promised
    states[0, 0], states[0, 1] = begin(keys.sound_salt), begin(PLAIN_SALT)
    paths[0, 0], paths[0, 1], paths[0, 2], paths[0, 3], paths[0, 4] = start, 0, 0, 0, 0
    steps, depth = 1, 1
    while depth:
        depth -= 1
        state, plain = states[depth, 0], states[depth, 1]
        at, size, marks, last_code, last_at = (
            paths[depth, 0],
            paths[depth, 1],
            paths[depth, 2],
            paths[depth, 3],
            paths[depth, 4],
        )
        char = whole(kept[at])
        if char == BARRIER:
            continue
        count = edges_from(talk, keys, kept, at, is_special, edges)
        for number in range(count):
            end, code, meant, kind = edges[number, 0], edges[number, 1], edges[number, 2], edges[number, 3]
            if size and not promised[last_code << _CODE_BITS | code]:
                continue
            steps += 1
            longer, written = step(state, code), step(plain, meant)
            now = marks | kind
            if size and not now & _ODD and not is_usual(talk.usual, whole(kept[last_at]), char):
                now |= _ODD
            if (
                size
                and now & (_LETTERS | _PARTS)
                and is_believed_path(talk, keys, points, longer, written, now, places[start], places[at])
            ):
                return 0
            if size + 1 < keys.longest_sound:
                if depth >= ROOM:
                    return 0
                states[depth, 0], states[depth, 1] = longer, written
                paths[depth, 0], paths[depth, 1], paths[depth, 2] = end, size + 1, now
                paths[depth, 3], paths[depth, 4] = code, at
                depth += 1
    return steps


@compiled
def edges_from(talk: Talk, keys: Keys, kept: Points, at: int, is_special: Bytes, edges: NDArray[np.int64]) -> int:
    """Puts into `edges` what may stand for one character there, (end, code, the character meant, kind): how many."""
    char = whole(kept[at])
    code = whole(keys.coded[len(keys.coded) - 1, char])
    edges[0, 0], edges[0, 1], edges[0, 2], edges[0, 3] = at + 1, code, char, _CHARACTER
    count, end = 1, at + 1
    while kept[end] == char and end - at < _MOST_REPEATS:
        end += 1
    if end > at + 1:
        edges[1, 0], edges[1, 1], edges[1, 2], edges[1, 3] = end, code, char, _CHARACTER
        count = 2
    if _A <= char <= _Z:
        state, end = 0, at
        while _A <= kept[end] <= _Z:
            state = whole(talk.trie[state, whole(kept[end]) - _A])
            if state == 0:
                break
            end += 1
            has_tone = _ONE <= kept[end] <= _FIVE and not _ZERO <= kept[end + 1] <= _NINE
            for number in range(2):
                if talk.trie_codes[state, number]:
                    edges[count, 0], edges[count, 1] = end + whole(has_tone), talk.trie_codes[state, number]
                    edges[count, 2], edges[count, 3] = 0, _LETTERS
                    count += 1
        return count
    for length in range(2, 4 if is_special[at] & IS_PART else 0):
        key = part_at(keys, kept, at, length)
        if key >= 0:
            for number in range(keys.part_starts[key], min(keys.part_starts[key + 1], keys.part_starts[key] + 24)):
                edges[count, 0], edges[count, 1] = at + length, keys.part_codes[number]
                edges[count, 2], edges[count, 3] = keys.part_chars[number], _PARTS
                count += 1
    return count


@compiled
def find_begins(
    talk: Talk,
    keys: Keys,
    points: Points,
    kept: Points,
    places: Places,
    begins: int,
    ends: int,
    is_special: Bytes,
    work: Work,
    found: Points,
) -> int:
    """Puts into `found` where in a text words may begin in letters or in parts, the last first: how many, or -1 when
    that takes too long to tell. `is_special`: where letters and parts begin."""
    left, following, count = MOST_STEPS, ends + keys.longest_sound + 1, 0
    for back in range(ends - begins):
        start = ends - 1 - back
        if is_special[start] & MAY_BEGIN:
            following = start
        if following - start <= keys.longest_sound:
            steps = begins_word(
                talk, keys, points, kept, places, start, is_special, work.states, work.paths, work.edges
            )
            left -= steps
            if left < 0:
                return -1
            if steps == 0:
                found[count] = start - begins
                count += 1
    return count
