"""How much speaks for a writing being one word in other characters: as `matching.weighing` has it, over arrays."""

from ...folding.arrays import BARRIER, Points
from ...folding.sounds import OTHER as NO_SOUND
from ..weighing import (
    BESIDE,
    EDGE,
    EXPLAINED,
    FITTING,
    INSIDE,
    MEASURED,
    MOST_FITTING,
    OTHER,
    OTHER_OF_TWO,
    SHORT,
    UNSEEN,
)
from .hashing import compiled, whole
from .known import Keys, Places, Talk
from .talk import HAN, UNKNOWN, has_cue, is_alike, known_bond, openness

_LATIN_STOP = ord(".")


@compiled
def is_parted(
    talk: Talk, points: Points, folded_of: Points, firsts: Places, lasts: Places, at: int, length: int
) -> int:
    """Whether a mark that parts words stands in a writing of two characters, as `filters` has it: nothing in doubt is
    believed over one."""
    if length != SHORT:
        return 0
    start, end = lasts[at] + 1, firsts[at + 1]
    for between in range(start, end):
        for mark in talk.list_marks:
            if points[between] == mark and (
                mark != _LATIN_STOP or (folded_of[points[start - 1]] < 0x80) == (folded_of[points[end]] < 0x80)
            ):
                return 1
    return 0


@compiled
def has_between(marks: Points, points: Points, start: int, end: int) -> int:
    """Whether one of some marks stands there."""
    for at in range(start, end):
        for mark in marks:
            if points[at] == mark:
                return 1
    return 0


@compiled
def is_instead(talk: Talk, keys: Keys, begins: int, searched: Points, at: int, length: int) -> int:
    """Whether each character has the main sound of the word's at `begins`, or is drawn like it."""
    for place in range(length):
        char, own = searched[at + place], keys.word_chars[begins + place]
        sound = keys.sounds[char]
        if (sound != keys.sounds[own] or sound <= NO_SOUND) and not is_alike(talk.likeness, char, own):
            return 0
    return 1


@compiled
def is_weighty(
    talk: Talk, keys: Keys, belief: int, points: Points, firsts: Places, at: int, length: int, begins: int
) -> int:
    """Whether characters without runs weigh enough to be the word at `begins`; no view passes over letters between."""
    needed, near = talk.demands[belief, 5], talk.demands[belief, 6]
    shown = weight(talk, keys, points, firsts, at, length, begins)
    if shown >= needed:
        return 1
    return whole(shown >= needed - near and has_cue(talk, points, keys.folded_of, firsts[at], firsts[at + length - 1]))


@compiled
def weight(talk: Talk, keys: Keys, points: Points, firsts: Places, at: int, length: int, begins: int) -> int:
    """As `matching.weighing.weight`."""
    folded_of, own = keys.folded_of, keys.word_chars
    first, last = whole(firsts[at]), whole(firsts[at + length - 1])
    before = whole(folded_of[points[first - 1]]) if first else BARRIER
    after = whole(folded_of[points[last + 1]])
    char = whole(folded_of[points[first]])
    link = MEASURED if before < 0x80 and talk.is_alnum[before] else han_bond(talk, before, char)
    opens, closes = openness(talk, char)
    shown = BESIDE * link - opens
    shown += EDGE * (whole(not talk.is_alnum[before]) + whole(not talk.is_alnum[after]))
    others, most, explained, opened = 0, 0, 0, 0
    for number in range(length):
        is_inside = number + 1 < length
        following = whole(folded_of[points[firsts[at + number + 1]]]) if is_inside else after
        onward = han_bond(talk, char, following)
        if not is_inside:
            shown += BESIDE * onward
        else:
            shown += INSIDE * onward
            shown += UNSEEN * whole(char != following and known_bond(talk, char, following) == UNKNOWN)
        opens, closes = openness(talk, char)
        if char != whole(own[begins + number]):
            by = max(link, onward)
            most = by if not others else max(most, by)
            explained += by
            opened += opens + closes
            others += 1
        char, link = following, onward
    shown -= closes
    fitting = han_bond(talk, before, whole(own[begins])) + han_bond(talk, whole(own[begins + length - 1]), after)
    shown += min(MOST_FITTING, FITTING * fitting)
    if not others:
        return shown
    other = OTHER_OF_TWO if length == SHORT else OTHER
    return shown + other * others + EXPLAINED * (most + explained // others) - opened // others


@compiled
def han_bond(talk: Talk, first: int, second: int) -> int:
    """Of two Han characters that are not one."""
    if first == second or not HAN[0] <= first <= HAN[1] or not HAN[0] <= second <= HAN[1]:
        return 0
    found = known_bond(talk, first, second)
    return 0 if found == UNKNOWN else found
