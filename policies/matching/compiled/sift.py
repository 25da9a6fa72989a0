"""The pass itself: from the code points of texts to the places that are worth a look."""

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points
from .hashing import begin, compiled, compiled_entry, plain_hash, slot_of, step, whole
from .keys import has_run, has_word_across, is_mixed, is_written
from .known import ALIKE, LONG, LONGER_KEY, NEEDS_RUN, NEEDS_RUNS, PART, SHORT_KEY, SURE_KEY, TARGET, Keys, Talk
from .lattice import IS_PART, LETTERS_REACHED, MAY_BEGIN, ROOM, Work, find_begins, mark_letters, part_holds
from .page import HAS_LETTERS, HAS_PAIRS, HOLDS, MAY_HOLD, Page, find_odd, fold, is_bounded
from .talk import has_own_char, is_drawn_like, shows_enough

Told = NDArray[np.int32]
"""A line for each place: number of the text, what is told of it, offset in the text's searched characters, length;
of words their first offset in the text, the one after their last, and their key."""
COLUMNS = 7
WORD, ACROSS, MIXTURE, SEED, SPELLED = -1, -2, -3, -4, -5
"""What is told of a place besides the numbers of other views, counted from 0. ACROSS is told of texts; SPELLED
of where in its kept characters a word may begin, or -1 for anywhere: parts are told of with that only."""
FULL, UNBOUNDED = -1, -2
"""Instead of a count: there was no room, or a text holds points from BARRIER on or letters of flags."""
LONGEST_PART = 3
_DRAWN, _DRAWN_APART = 5, 6


@compiled
def tell(told: Told, size: int, text: int, kind: int, place: int, length: int) -> int:
    """Puts down one more; FULL when there is no room."""
    if size < 0 or size >= len(told):
        return FULL
    told[size, 0], told[size, 1], told[size, 2], told[size, 3] = text, kind, place, length
    return size + 1


@compiled
def tell_word(told: Told, size: int, text: int, place: int, length: int, page: Page, at: int, key: int) -> int:
    """As `tell`, with where it stands in the text."""
    found = tell(told, size, text, WORD, place, length)
    if found > 0:
        begins = page.firsts[page.begins[text] - 1] + 1 if text else 0
        told[size, 4] = page.firsts[at] - begins
        told[size, 5] = page.lasts[at + length - 1] + 1 - begins
        told[size, 6] = key
    return found


@compiled
def tell_drawn(points: Points, talk: Talk, keys: Keys, page: Page, most: int, told: Told) -> int:
    """Tells of keys as they are drawn: words, and parts of characters."""
    pairs, triples, quads, singles, line = keys.pairs, keys.triples, keys.quads, keys.singles, keys.coded[0]
    slots, slot_keys, slot_bits, is_length, flags = (
        keys.slots,
        keys.slot_keys,
        keys.slot_bits,
        keys.is_length,
        keys.flags,
    )
    searched, firsts, lasts, begins = page.searched, page.firsts, page.lasts, page.begins
    longest, shift, salted = len(is_length) - 1, np.uint64(64 - keys.bits), begin(0)
    size, left, text, start = 0, most, 0, 0
    for at in range(begins[len(begins) - 1]):
        if searched[at] == BARRIER:
            left, text, start = most, text + 1, at + 1
            continue
        char = line[searched[at]]
        if len(singles) and singles[char] and left > 0 and (not singles[char] & NEEDS_RUN or firsts[at] != lasts[at]):
            left -= 1
            size = tell_word(told, size, text, at - start, 1, page, at, -1)
        if searched[at + 1] == BARRIER:
            continue
        state = step(step(salted, char), line[searched[at + 1]])
        known = pairs[state >> shift]
        length = 2
        while known:
            if known & (SHORT_KEY | SURE_KEY) and is_length[length]:
                key = slot_of(slots, slot_keys, slot_bits, state)
                if key >= 0 and left > 0:
                    if flags[key] & PART and keys.spells:
                        left -= 1
                        size = tell(told, size, text, SEED, at - start, key << 2 | length)
                    if flags[key] & TARGET and (
                        is_written(keys, key, page.searched, firsts, lasts, at, length)
                        or is_drawn_so(talk, keys, key, points, page, at, length)
                    ):
                        left -= 1
                        size = tell_word(told, size, text, at - start, length, page, at, key)
            if not known & LONGER_KEY or length >= longest or searched[at + length] == BARRIER:
                break
            state = step(state, line[searched[at + length]])
            length += 1
            if length < LONG:
                known = triples[state >> shift]
            elif length == LONG:
                known = np.uint8(SHORT_KEY | LONGER_KEY) if quads[state >> shift] else np.uint8(0)
    return size


@compiled
def is_drawn_so(talk: Talk, keys: Keys, key: int, points: Points, page: Page, at: int, length: int) -> int:
    """Whether what is drawn like a word at a glance is believed to be it."""
    if not keys.flags[key] & ALIKE:
        return 0
    if length >= LONG:
        return 1
    return whole(page.odd[at] < at + length - 1 and is_believed_drawing(talk, keys, points, page, at, length, 1))


@compiled
def is_believed_drawing(talk: Talk, keys: Keys, points: Points, page: Page, at: int, length: int, has_own: int) -> int:
    """Whether look-alike characters that honest talk does not have are believed to be a word."""
    if length >= LONG:
        return 1
    belief = _DRAWN if length == LONG - 1 else _DRAWN_APART
    return shows_enough(talk, belief, points, keys.folded_of, page.firsts[at], page.lasts[at + length - 1], has_own)


@compiled
def is_believed_sound(talk: Talk, keys: Keys, key: int, points: Points, page: Page, at: int, length: int) -> int:
    """Whether characters that sound like a key are believed to be one of its words."""
    beliefs = keys.flags[key]
    if beliefs & 1:
        return 1
    if page.odd[at] >= at + length - 1:
        return 0
    has_own = has_own_char(keys.word_starts, keys.word_chars, key, page.searched, at, length)
    for belief in range(1, _DRAWN):
        if beliefs >> np.uint8(belief) & 1 and shows_enough(
            talk, belief, points, keys.folded_of, page.firsts[at], page.lasts[at + length - 1], has_own
        ):
            return 1
    return 0


@compiled
def tell_others(view: int, points: Points, talk: Talk, keys: Keys, page: Page, most: int, told: Told, size: int) -> int:
    """Tells of keys by an ear, or by families: places told in all."""
    pairs, triples, quads, line = keys.pairs, keys.triples, keys.quads, keys.coded[view]
    slots, slot_keys, slot_bits, is_length = keys.slots, keys.slot_keys, keys.slot_bits, keys.is_length
    flags, soles = keys.flags, keys.soles
    searched, odd, begins = page.searched, page.odd, page.begins
    longest, shift, salted = len(is_length) - 1, np.uint64(64 - keys.bits), begin(view)
    is_drawing, likeness, word_starts, word_chars = view > keys.ears, talk.likeness, keys.word_starts, keys.word_chars
    left, text, start = most, 0, 0
    for at in range(begins[len(begins) - 1]):
        if searched[at] == BARRIER:
            left, text, start = most, text + 1, at + 1
            continue
        if searched[at + 1] == BARRIER or (is_drawing and odd[at] >= at + longest - 1):
            continue
        state = step(step(salted, line[searched[at]]), line[searched[at + 1]])
        known = pairs[state >> shift]
        length = 2
        while known:
            if (known & SURE_KEY or (known & SHORT_KEY and odd[at] < at + length - 1)) and is_length[length]:
                key = slot_of(slots, slot_keys, slot_bits, state)
                if key >= 0 and left > 0:
                    if flags[key] & NEEDS_RUNS and not has_run(page.firsts, page.lasts, at, length):
                        is_wanted = False
                    elif is_drawing:
                        is_wanted = bool(
                            odd[at] < at + length - 1
                            and is_drawn_like(likeness, word_starts, word_chars, key, searched, at, length)
                            and is_believed_drawing(
                                talk,
                                keys,
                                points,
                                page,
                                at,
                                length,
                                has_own_char(word_starts, word_chars, key, searched, at, length),
                            )
                        )
                    elif soles[key] != 0 and soles[key] == plain_hash(searched, at, length):
                        is_wanted = False
                    else:
                        is_wanted = bool(is_believed_sound(talk, keys, key, points, page, at, length))
                    if is_wanted:
                        left -= 1
                        size = tell(told, size, text, view - 1, at - start, length)
            if not known & LONGER_KEY or length >= longest or searched[at + length] == BARRIER:
                break
            state = step(state, line[searched[at + length]])
            length += 1
            if length < LONG:
                known = triples[state >> shift]
            elif length == LONG:
                known = np.uint8(SURE_KEY | LONGER_KEY) if quads[state >> shift] else np.uint8(0)
    return size


@compiled
def tell_mixtures(talk: Talk, keys: Keys, page: Page, most: int, told: Told, size: int) -> int:
    """Tells of windows in which all but one character sound like a word's: places told in all."""
    line = keys.coded[len(keys.coded) - 1]
    searched, odd, begins = page.searched, page.odd, page.begins
    left, text, last = most, 0, begins[len(begins) - 1] - LONG
    for at in range(last):
        if searched[at] == BARRIER:
            left, text = most, text + 1
        elif (
            odd[at] < at + LONG - 1
            and left > 0
            and at + LONG < begins[text + 1]
            and is_mixed(talk, keys, line, searched, at)
        ):
            left -= 1
            size = tell(told, size, text, MIXTURE, at - begins[text], LONG)
    return size


@compiled
def mark_parts(keys: Keys, page: Page, told: Told, size: int) -> None:
    """Marks the places of parts, and those that stand beside what a word has beside their characters."""
    line, searched, is_special = keys.coded[len(keys.coded) - 1], page.searched, page.is_special
    for number in range(size):
        if told[number, 1] != SEED:
            continue
        text = told[number, 0]
        at = page.begins[text] + told[number, 2]
        end, place, key = at + (told[number, 3] & 3), page.in_kept[at], told[number, 3] >> 2
        is_special[place] |= IS_PART
        before = whole(line[searched[at - 1]]) if told[number, 2] else -1
        after = whole(line[searched[end]]) if searched[end] != BARRIER else -1
        if part_holds(keys, key, before, after) or (
            number and told[number - 1, 0] == text and at - page.begins[text] - told[number - 1, 2] <= LONGEST_PART
        ):
            is_special[place] |= MAY_BEGIN
            page.marks[text] |= MAY_HOLD


@compiled
def tell_texts(
    points: Points, talk: Talk, keys: Keys, page: Page, work: Work, texts: int, told: Told, size: int
) -> int:
    """Tells of texts that are worth a look as a whole and of where words are spelled, and forgets parts where that is
    told: places told in all."""
    marks, kept, places, is_special = page.marks, page.kept, page.places, page.is_special
    if keys.spells:
        mark_parts(keys, page, told, size)
    for text in range(texts):
        begins, ends = page.kept_begins[text], page.kept_begins[text + 1] - 1
        if (
            keys.collapses
            and marks[text] & HAS_PAIRS
            and has_word_across(keys, kept, places, begins, ends, page.scratch, page.odd)
        ):
            size = tell(told, size, text, ACROSS, 0, 0)
        if not keys.spells:
            continue
        if marks[text] & HAS_LETTERS and mark_letters(talk, keys, kept, places, begins, ends, is_special, work.reached):
            marks[text] |= MAY_HOLD
        if marks[text] & MAY_HOLD:
            count = find_begins(talk, keys, points, kept, places, begins, ends, is_special, work, page.scratch)
            if count < 0:
                marks[text] |= HOLDS
                size = tell(told, size, text, SPELLED, -1, 0)
            for back in range(count):
                size = tell(told, size, text, SPELLED, whole(page.scratch[count - 1 - back]), 0)
    left = 0
    for at in range(size):
        if told[at, 1] != SEED or marks[told[at, 0]] & HOLDS:
            for column in range(COLUMNS):
                told[left, column] = told[at, column]
            left += 1
    return left if size >= 0 else size


@compiled_entry
def sift(points: Points, texts: int, talk: Talk, keys: Keys, most: int, told: Told) -> int:
    """How many places are told in `told`, by kind and by place; or FULL or UNBOUNDED.

    `points`: those of `texts` texts, a barrier after each. `most`: places told of one text and one view.
    """
    if not is_bounded(points, texts):
        return UNBOUNDED
    room = len(points)
    page = Page(
        np.empty(room, np.uint32),
        np.empty(room, np.int32),
        np.empty(texts + 1, np.int32),
        np.empty(room, np.uint32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(texts + 1, np.int32),
        np.empty(room, np.int32),
        np.zeros(texts, np.uint8),
        np.empty(room, np.int32),
        np.zeros(room, np.uint8),
        np.empty(room, np.uint32),
    )
    work = Work(
        np.empty((ROOM, 2), np.uint64),
        np.empty((ROOM, 5), np.int32),
        np.empty((64, 4), np.int64),
        np.empty(LETTERS_REACHED, np.uint8),
    )
    fold(points, keys, page)
    find_odd(talk.usual, page, texts)
    size = tell_drawn(points, talk, keys, page, most, told)
    for view in range(1, len(keys.coded) - 1):
        size = tell_others(view, points, talk, keys, page, most, told, size)
    if len(keys.mix_flags):
        size = tell_mixtures(talk, keys, page, most, told, size)
    return tell_texts(points, talk, keys, page, work, texts, told, size)
