"""The pass itself: from the code points of texts to the places that are worth a look."""

import numpy as np
from numpy.typing import NDArray

from ...folding.arrays import BARRIER, Points
from .beginnings import BLOCK, find_odd, find_other, find_sure, find_windows
from .hashing import (
    SURE,
    begin,
    compiled,
    compiled_entry,
    compiled_inline,
    holds,
    kinds_held,
    plain_hash,
    slot_of,
    step,
    whole,
)
from .keys import flags_of, has_run, has_word_across, is_mixed, is_written
from .known import (
    ALIKE,
    LONG,
    NEEDS_APART,
    NEEDS_RUN,
    NEEDS_RUNS,
    PART,
    SURELY_KNOWN,
    TARGET,
    UNUSUAL,
    UNWEIGHED,
    WITHOUT_RUNS,
    Keys,
    Talk,
)
from .lattice import EDGES, LETTERS_REACHED, ROOM, Work, find_begins, mark_letters
from .page import HAS_LETTERS, HAS_PAIRS, HOLDS, MAY_HOLD, Page, fold, is_of_texts
from .parts import IS_PART, MAY_BEGIN, are_parts, has_doubled, mark_doubled, part_holds
from .talk import are_parted, has_own_char, is_drawn_like, shows_enough, stands_apart
from .weighing import has_between, is_instead, is_parted, is_weighty

Told = NDArray[np.int32]
"""A line for each place: number of the text, what is told of it, offset in the text's searched characters, length;
of words, and of what other views tell, the first offset in the text, the one after the last, and the key."""
COLUMNS = 7
WORD, ACROSS, MIXTURE, SEED, SPELLED = -1, -2, -3, -4, -5
"""What is told of a place besides the numbers of other views, counted from 0. ACROSS is told of texts; SPELLED
of where in its kept characters a word may begin, or -1 for anywhere: parts are told of with that only."""
FULL, OTHERS = -1, -2
"""Instead of a count: there was no room, or these are not the points of so many texts."""
_LENGTH_BITS, _LENGTHS = 3, 7
"""Of a part's key and its length in one number."""
_DRAWN, _DRAWN_APART = 5, 6


@compiled
def tell(told: Told, size: int, text: int, kind: int, place: int, length: int) -> int:
    """Puts down one more; FULL when there is no room."""
    if size < 0 or size >= len(told):
        return FULL
    told[size, 0], told[size, 1], told[size, 2], told[size, 3] = text, kind, place, length
    return size + 1


@compiled
def tell_word(
    told: Told, size: int, text: int, kind: int, place: int, length: int, page: Page, at: int, key: int
) -> int:
    """As `tell`, with where it stands in the text."""
    found = tell(told, size, text, kind, place, length)
    if found > 0:
        begins = page.firsts[page.begins[text] - 1] + 1 if text else 0
        told[size, 4] = page.firsts[at] - begins
        told[size, 5] = page.lasts[at + length - 1] + 1 - begins
        told[size, 6] = key
    return found


@compiled_inline
def tell_singles(keys: Keys, page: Page, most: int, told: Told) -> int:
    """Tells of words of one character, as they are written."""
    singles, searched, firsts, lasts = keys.singles, page.searched, page.firsts, page.lasts
    size, left, text, start = 0, most, 0, 0
    for at in range(page.begins[len(page.begins) - 1]):
        if searched[at] == BARRIER:
            left, text, start = most, text + 1, at + 1
            continue
        char = searched[at]
        if singles[char] and left > 0 and (not singles[char] & NEEDS_RUN or firsts[at] != lasts[at]):
            left -= 1
            size = tell_word(told, size, text, WORD, at - start, 1, page, at, -1)
    return size


@compiled_inline
def tell_drawn(points: Points, talk: Talk, keys: Keys, page: Page, most: int, told: Told, size: int) -> int:
    """Tells of keys as they are drawn, words and parts of characters: places told in all."""
    code, slots, slot_bits, sure, ends = page.coded[0], keys.slots, keys.slot_bits, keys.begun, keys.ends[0]
    searched, begins = page.searched, page.begins
    longest, shift, salted = keys.longest, np.uint64(64 - keys.begun_bits), begin(0)
    count = find_sure(code, salted, sure, keys.begun_bits, begins[len(begins) - 1], page.found)
    left, text = most, 0
    for number in range(count):
        at = page.found[number]
        while at >= begins[text + 1]:
            left, text = most, text + 1
        if left <= 0 or searched[at] == BARRIER:
            continue
        start, state = begins[text], step(salted, code[at])
        for length in range(2, longest + 1):
            if searched[at + length - 1] == BARRIER:
                break
            state = step(state, code[at + length - 1])
            if length == SURELY_KNOWN and not holds(sure, shift, state):
                break
            if not holds(ends if length >= SURELY_KNOWN else sure, shift, state):
                continue
            key = slot_of(slots, slot_bits, state)
            if key >= 0 and left > 0:
                flags = flags_of(keys, key)
                if flags & PART and keys.spells and are_parts(keys, key, searched, at, length):
                    left -= 1
                    size = tell(told, size, text, SEED, at - start, key << _LENGTH_BITS | length)
                if flags & TARGET and (
                    is_written_so(talk, keys, key, points, page, at, length)
                    or (flags & ALIKE and is_drawn_so(talk, keys, points, page, at, length))
                ):
                    left -= 1
                    size = tell_word(told, size, text, WORD, at - start, length, page, at, key)
    return size


@compiled_inline
def is_written_so(talk: Talk, keys: Keys, key: int, points: Points, page: Page, at: int, length: int) -> int:
    """Whether a key as drawn is one of its words as it is written, and not parts of two words with a mark between."""
    firsts, lasts = page.firsts, page.lasts
    if not is_written(keys, key, page.searched, firsts, lasts, at, length):
        return 0
    return whole(
        not flags_of(keys, key) & NEEDS_APART
        or not has_between(talk.seen_marks, points, lasts[at] + 1, firsts[at + 1])
        or stands_apart(talk, points, keys.folded_of, firsts[at], lasts[at + 1])
    )


@compiled_inline
def is_drawn_so(talk: Talk, keys: Keys, points: Points, page: Page, at: int, length: int) -> int:
    """Whether what is drawn like a word at a glance is believed to be it."""
    if length >= LONG:
        return 1
    return whole(page.odd[at] < at + length - 1 and is_believed_drawing(talk, keys, points, page, at, length, 1))


@compiled
def is_believed_drawing(talk: Talk, keys: Keys, points: Points, page: Page, at: int, length: int, has_own: int) -> int:
    """Whether look-alike characters that honest talk does not have are believed to be a word."""
    if length >= LONG:
        return 1
    if is_parted(talk, points, keys.folded_of, page.firsts, page.lasts, at, length):
        return 0
    belief = _DRAWN if length == LONG - 1 else _DRAWN_APART
    return shows_enough(talk, belief, points, keys.folded_of, page.firsts[at], page.lasts[at + length - 1], has_own)


@compiled_inline
def is_believed_sound(talk: Talk, keys: Keys, key: int, points: Points, page: Page, at: int, length: int) -> int:
    """Whether characters that sound like a key are believed to be one of its words."""
    has_runs = has_run(page.firsts, page.lasts, at, length)
    flags = flags_of(keys, key)
    beliefs = flags if has_runs else whole(keys.records[key, 1] >> WITHOUT_RUNS)
    if beliefs & 1:
        return 1
    if page.odd[at] >= at + length - 1 and not (
        beliefs >> UNUSUAL & 1 and are_parted(talk, points, keys.folded_of, page.firsts, page.lasts, at, length)
    ):
        return 0
    if is_parted(talk, points, keys.folded_of, page.firsts, page.lasts, at, length):
        return 0
    has_own = has_own_char(keys.word_starts, keys.word_chars, key, page.searched, at, length)
    is_weighed = not flags & UNWEIGHED and not has_runs
    for belief in range(1, _DRAWN):
        if (
            beliefs >> belief & 1
            and shows_enough(
                talk, belief, points, keys.folded_of, page.firsts[at], page.lasts[at + length - 1], has_own
            )
            and (not is_weighed or is_weighty_word(talk, keys, key, belief, points, page, at, length))
        ):
            return 1
    return 0


@compiled
def is_weighty_word(
    talk: Talk, keys: Keys, key: int, belief: int, points: Points, page: Page, at: int, length: int
) -> int:
    """Whether characters weigh enough for a word behind a key, or are not weighed for it."""
    starts = keys.word_starts
    for begins in range(starts[key], starts[key + 1], length):
        if not is_instead(talk, keys, begins, page.searched, at, length) or is_weighty(
            talk, keys, belief, points, page.firsts, at, length, begins
        ):
            return 1
    return 0


@compiled_inline
def tell_others(view: int, points: Points, talk: Talk, keys: Keys, page: Page, most: int, told: Told, size: int) -> int:
    """Tells of keys by an ear, or by families: places told in all."""
    code, slots, slot_bits = page.coded[view], keys.slots, keys.slot_bits
    kinds, kinds_shift, ends = keys.kinds[view], keys.kinds_shifts[view], keys.ends[view]
    searched, odd, begins = page.searched, page.odd, page.begins
    longest, shift, salted = keys.longest, np.uint64(64 - keys.begun_bits), begin(view)
    last, found = begins[len(begins) - 1], page.found
    count = find_other(code, salted, kinds, kinds_shift, last, odd, longest, found)
    left, text = most, 0
    for number in range(count):
        at = found[number]
        while at >= begins[text + 1]:
            left, text = most, text + 1
        if left <= 0 or searched[at] == BARRIER:
            continue
        start, state, held = begins[text], step(salted, code[at]), 0
        for length in range(2, longest + 1):
            if searched[at + length - 1] == BARRIER:
                break
            state = step(state, code[at + length - 1])
            if length <= SURELY_KNOWN:
                held = kinds_held(kinds, kinds_shift, state)
            if length == SURELY_KNOWN and not held:
                break
            if (held & SURE or (held and odd[at] < at + length - 1)) and (
                length < SURELY_KNOWN or holds(ends, shift, state)
            ):
                key = slot_of(slots, slot_bits, state)
                if key >= 0 and left > 0 and is_wanted(view, points, talk, keys, key, page, at, length):
                    left -= 1
                    size = tell_word(told, size, text, view - 1, at - start, length, page, at, key)
    return size


@compiled_inline
def is_wanted(view: int, points: Points, talk: Talk, keys: Keys, key: int, page: Page, at: int, length: int) -> int:
    """Whether a key by an ear, or by families, may be a word there that is not told of as it is drawn."""
    searched, starts, chars = page.searched, keys.word_starts, keys.word_chars
    if flags_of(keys, key) & NEEDS_RUNS and not has_run(page.firsts, page.lasts, at, length):
        return 0
    sole = keys.records[key, 0]
    if sole != 0 and sole == plain_hash(searched, at, length):
        return 0
    if view > keys.ears:
        return whole(
            page.odd[at] < at + length - 1
            and is_drawn_like(talk.likeness, starts, chars, key, searched, at, length)
            and is_believed_drawing(
                talk, keys, points, page, at, length, has_own_char(starts, chars, key, searched, at, length)
            )
        )
    return is_believed_sound(talk, keys, key, points, page, at, length)


@compiled_inline
def tell_mixtures(talk: Talk, keys: Keys, page: Page, most: int, told: Told, size: int) -> int:
    """Tells of windows in which all but one character sound like a word's: places told in all."""
    code = page.coded[keys.plain]
    searched, begins = page.searched, page.begins
    count = find_windows(keys.mix_pairs, code, begins[len(begins) - 1], page.odd, page.found)
    left, text = most, 0
    for number in range(count):
        at = page.found[number]
        while at >= begins[text + 1]:
            left, text = most, text + 1
        if left > 0 and at + LONG < begins[text + 1] and is_mixed(talk, keys, code, searched, at):
            left -= 1
            size = tell(told, size, text, MIXTURE, at - begins[text], LONG)
    return size


@compiled
def mark_parts(keys: Keys, page: Page, told: Told, size: int) -> None:
    """Marks the places of parts, and those that stand beside what a word has beside their characters."""
    code, searched, in_kept, is_special = page.coded[keys.plain], page.searched, page.in_kept, page.is_special
    for number in range(size):
        if told[number, 1] != SEED:
            continue
        text = told[number, 0]
        at = page.begins[text] + told[number, 2]
        end, place, key = at + (told[number, 3] & _LENGTHS), in_kept[at + 1] - 1, told[number, 3] >> _LENGTH_BITS
        is_special[place] |= IS_PART
        before = whole(code[at - 1]) if told[number, 2] else -1
        if place > in_kept[at]:  # the last of a run: the others stand before it
            before = whole(code[at])
        after = whole(code[end]) if searched[end] != BARRIER else -1
        if in_kept[end] > in_kept[end - 1] + 1:
            after = whole(code[end - 1])
        holds = part_holds(keys, key, before, after)
        other = number - 1
        while other >= 0 and told[other, 0] == text and told[number, 2] - told[other, 2] <= _LENGTHS:
            if told[other, 1] == SEED and told[other, 2] + (told[other, 3] & _LENGTHS) == told[number, 2]:
                is_special[in_kept[page.begins[text] + told[other, 2] + 1] - 1] |= MAY_BEGIN
                holds = 1
            other -= 1
        if holds:
            is_special[place] |= MAY_BEGIN
            page.marks[text] |= MAY_HOLD


@compiled_inline
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
            and has_word_across(keys, kept, places, begins, ends, page.scratch, page.found)
        ):
            size = tell(told, size, text, ACROSS, 0, 0)
        if not keys.spells:
            continue
        if (
            ends - begins > page.begins[text + 1] - 1 - page.begins[text]
            and len(keys.doubled)
            and has_doubled(keys.doubled, kept, begins, ends)
            and mark_doubled(keys, kept, begins, ends, is_special)
        ):
            marks[text] |= MAY_HOLD
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


@compiled
def tell_all(points: Points, texts: int, talk: Talk, keys: Keys, page: Page, work: Work, most: int, told: Told) -> int:
    """As `sift`, with room to work in."""
    fold(points, keys, page)
    find_odd(talk.usual, page.searched, page.begins[texts], page.odd)
    size = tell_singles(keys, page, most, told) if len(keys.singles) else 0
    size = tell_drawn(points, talk, keys, page, most, told, size)
    for view in range(1, keys.views):
        size = tell_others(view, points, talk, keys, page, most, told, size)
    if len(keys.mix_flags):
        size = tell_mixtures(talk, keys, page, most, told, size)
    return tell_texts(points, talk, keys, page, work, texts, told, size)


@compiled_entry
def sift(points: Points, texts: int, talk: Talk, keys: Keys, most: int, told: Told) -> int:
    """How many places are told in `told`, by kind and by place; or FULL or OTHERS.

    `points`: those of `texts` texts, bounded, a barrier after each. `most`: places told of one text and one view.
    """
    if not is_of_texts(points, texts):
        return OTHERS
    room = len(points)
    page = Page(
        np.empty(room, np.uint32),
        np.empty(room, np.int32),
        np.empty(texts + 1, np.int32),
        np.empty(room + BLOCK, np.uint32),
        np.empty((keys.rows.shape[1] - 1, room + BLOCK), np.uint32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(texts + 1, np.int32),
        np.zeros(texts, np.uint8),
        np.empty(room, np.int32),
        np.zeros(room, np.uint8),
        np.empty(room + BLOCK, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.uint32),
    )
    work = Work(
        np.empty((ROOM, 2), np.uint64),
        np.empty((ROOM, 5), np.int32),
        np.empty((EDGES, 4), np.int64),
        np.empty(LETTERS_REACHED, np.uint8),
    )
    return tell_all(points, texts, talk, keys, page, work, most, told)
