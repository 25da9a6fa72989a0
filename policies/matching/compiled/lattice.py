"""Words through letters that spell syllables and through parts of characters, followed as `spelling` follows them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points
from ..mixtures import CODE_BITS
from ..promise import BIT, LONG_RUN
from ..spelling import FEWEST_LETTERS
from .hashing import PLAIN_SALT, begin, compiled, plain_hash, slot_of, step, whole
from .known import SPELLED, UNUSUAL, Bytes, Keys, Places, Talk, Wides
from .parts import IN_RUN, IS_LED_TO, IS_PART, LEADS, LONGEST_PART, MAY_BEGIN, may_go_on, part_of
from .talk import is_usual, shows_enough

MOST_STEPS = 20_000
"""Steps of one text; what needs more is left to the caller."""
ROOM = 64
"""Open paths from one place."""
LETTERS_REACHED = LONG_RUN + 1
EDGES = 160
"""Ways to read on from one place."""
_MOST_MEANT = 24
"""Characters that the same parts may be."""
ANY = -2
_LONGEST_SYLLABLE = 6
_MOST_REPEATS = 20
_LETTERS, _PARTS, _ODD, _CHARACTER = 1, 2, 4, 8
_A, _Z = ord("a"), ord("z")
_ZERO, _ONE, _FIVE, _NINE = ord("0"), ord("1"), ord("5"), ord("9")


class Work(NamedTuple):
    """Room for work."""

    states: Wides
    paths: Places
    edges: NDArray[np.int64]
    reached: Bytes


@compiled
def is_syllable_beside(
    talk: Talk, keys: Keys, kept: Points, first: int, until: int, last: int, left: int, right: int
) -> int:
    """Whether a syllable in letters is beside another, a letter, or a code around them, as in a word; it begins before
    `until`."""
    for at in range(first, until):
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
                if before == ANY or (before >= 0 and keys.promised[before << CODE_BITS | code]):
                    return 1
                after = whole(kept[stop + 1]) if stop + 1 < last else right
                if after == ANY or (after >= 0 and keys.promised[code << CODE_BITS | after]):
                    return 1
                inner = 0
                for more in range(stop + 1, min(last, stop + 1 + _LONGEST_SYLLABLE)):
                    inner = whole(talk.trie[inner, whole(kept[more]) - _A])
                    if inner == 0:
                        break
                    for second in range(2):
                        other = whole(talk.trie_codes[inner, second])
                        if other and keys.promised[code << CODE_BITS | other]:
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
    return whole(keys.sounds[char])


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
def mark_run(talk: Talk, kept: Points, start: int, end: int, is_special: Bytes, reached: Bytes) -> None:
    """Marks letters that stand together and are syllables, or few. `reached`: as `is_pinyin` left it."""
    is_long = end - start > LONG_RUN
    for at in range(start, end):
        is_special[at] |= IN_RUN
        if is_long or reached[at - start]:
            is_special[at] |= IS_LED_TO
    for back in range(end - start):
        at = end - 1 - back
        state = 0
        for stop in range(at, min(end, at + _LONGEST_SYLLABLE)):
            state = whole(talk.trie[state, whole(kept[stop]) - _A])
            if state == 0:
                break
            if is_long or (talk.trie_codes[state, 0] and (stop + 1 == end or is_special[stop + 1] & LEADS)):
                is_special[at] |= LEADS
                break


@compiled
def is_able(kept: Points, places: Places, start: int, is_special: Bytes) -> int:
    """Whether a word in letters may begin there: not in the midst of a syllable."""
    if not _A <= kept[start] <= _Z:
        return 1
    if is_special[start] & IN_RUN:
        return whole(is_special[start] & IS_LED_TO)
    return whole(start == 0 or not _A <= kept[start - 1] <= _Z or places[start] - places[start - 1] != 1)


@compiled
def is_whole(kept: Points, places: Places, start: int, end: int, marks: int, is_special: Bytes) -> int:
    """As `spelling` has it of a path to `end` whose last step has these marks, but for words of English."""
    last = end - 1
    if (
        _A <= kept[last] <= _Z
        and is_special[last] & IN_RUN
        and is_special[end] & IN_RUN
        and places[end] - places[last] == 1
        and not is_special[end] & LEADS
    ):
        return 0
    if marks & (_CHARACTER | _PARTS):
        return 1
    letters = 0
    for at in range(start, end):
        letters += whole(_A <= kept[at] <= _Z)
    return whole(letters >= FEWEST_LETTERS)


@compiled
def mark_letters(
    talk: Talk, keys: Keys, kept: Points, places: Places, begins: int, ends: int, is_special: Bytes, reached: Bytes
) -> int:
    """Marks letters that stand together, are syllables, or few, and are beside what a word has there; any or none.

    Few that others stand near are taken with them: s i, d ian.
    """
    found, at, first, holds = 0, begins, begins, 0
    while at < ends:
        if not _A <= kept[at] <= _Z:
            at += 1
            first, holds = at, 0
            continue
        stop = at
        while _A <= kept[stop] <= _Z:
            end = stop + 1
            while _A <= kept[end] <= _Z and places[end] - places[end - 1] == 1:
                end += 1
            if not is_pinyin(talk, kept, stop, end, reached) and end - stop > BIT:
                break
            mark_run(talk, kept, stop, end, is_special, reached)
            stop = end
        if stop > at:
            left = code_beside(keys, kept, at - 1, is_special) if at > begins else -1
            last = stop
            while _A <= kept[last] <= _Z and last - stop < _LONGEST_SYLLABLE:
                last += 1
            right = code_beside(keys, kept, last, is_special)
            is_cut = last > stop or (at > begins and _A <= kept[at - 1] <= _Z)
            if is_cut or is_syllable_beside(talk, keys, kept, at, stop, last, left, right):
                for place in range(at, stop):
                    is_special[place] |= MAY_BEGIN
                for place in range(at if holds else first, at):
                    if place == first or places[place] - places[place - 1] != 1:
                        is_special[place] |= MAY_BEGIN
                found = holds = 1
            at = stop
        else:
            if holds:
                is_special[at] |= MAY_BEGIN
            at = end
    return found


@compiled
def is_believed_path(
    talk: Talk, keys: Keys, points: Points, state: np.uint64, plain: np.uint64, marks: int, first: int, last: int
) -> int:
    """Whether characters with these hashes, by sound and as they are meant, may be a word's."""
    key = slot_of(keys.slots, keys.slot_bits, state)
    if key < 0:
        return 0
    if marks & _LETTERS or slot_of(keys.slots, keys.slot_bits, plain) >= 0:
        return 1
    beliefs = whole(keys.records[key, 1]) >> SPELLED
    if beliefs & 1:
        return 1
    for belief in range(1, 5):
        if (
            (marks & _ODD or belief == UNUSUAL)
            and beliefs >> belief & 1
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
    most: int,
) -> int:
    """How many steps it took to see that no word begins at `start`, or that one may, below 0 then; few more than
    `most` where that took too long to tell.

    `states`, `paths`, `edges`: room for work.
    """
    promised = keys.promised
    states[0, 0], states[0, 1] = begin(keys.sound_salt), begin(PLAIN_SALT)
    paths[0, 0], paths[0, 1], paths[0, 2], paths[0, 3], paths[0, 4] = start, 0, 0, 0, 0
    steps, depth = 1, 1
    while depth and steps <= most:
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
            if size and not promised[last_code << CODE_BITS | code]:
                continue
            steps += 1
            longer, written = step(state, code), step(plain, meant)
            now = marks | kind
            if size and not now & _ODD and not is_usual(talk.usual, whole(kept[last_at]), char):
                now |= _ODD
            if (
                size
                and now & (_LETTERS | _PARTS)
                and (not kind & _LETTERS or is_whole(kept, places, start, end, now, is_special))
                and is_believed_path(talk, keys, points, longer, written, now, places[start], places[at])
            ):
                return -steps
            if size + 1 < keys.longest_sound:
                if depth >= ROOM:
                    return -steps
                states[depth, 0], states[depth, 1] = longer, written
                paths[depth, 0], paths[depth, 1], paths[depth, 2] = end, size + 1, now
                paths[depth, 3], paths[depth, 4] = code, at
                depth += 1
    return steps


@compiled
def edges_from(talk: Talk, keys: Keys, kept: Points, at: int, is_special: Bytes, edges: NDArray[np.int64]) -> int:
    """Puts into `edges` what may stand for one character there, (end, code, the character meant, kind): how many."""
    char = whole(kept[at])
    code = whole(keys.sounds[char])
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
    if is_special[at] & IS_PART:
        begun = begin(0)
        for length in range(1, LONGEST_PART + 1):
            if kept[at + length - 1] == BARRIER:
                break
            begun = step(begun, keys.drawn[kept[at + length - 1]])
            key = part_of(keys, begun, length) if length > 1 else -1
            if key >= 0:
                written, most = plain_hash(kept, at, length), count + _MOST_MEANT
                for meant in range(keys.part_starts[key], keys.part_starts[key + 1]):
                    if keys.part_hashes[meant] == written and count < most:
                        edges[count, 0], edges[count, 1] = at + length, keys.part_codes[meant]
                        edges[count, 2], edges[count, 3] = keys.part_chars[meant], _PARTS
                        count += 1
            if not may_go_on(keys, begun, length):
                break
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
        if following - start <= keys.longest_sound and (keys.has_latin or is_able(kept, places, start, is_special)):
            steps = begins_word(
                talk, keys, points, kept, places, start, is_special, work.states, work.paths, work.edges, left
            )
            left -= abs(steps)
            if left < 0:
                return -1
            if steps < 0:
                found[count] = start - begins
                count += 1
    return count
