"""The gate's look at every character as machine code, where the extra `fast` is loaded: one pass over all texts."""

from ..folding.arrays import Points
from ..matching.compiled.hashing import compiled, compiled_entry, whole
from .gate import Bytes, Places, Signs
from .signs import (
    BEFORE_NAME,
    BESIDE_GIVEN,
    BESIDE_SEPARATOR,
    DIGIT,
    ENOUGH,
    ENOUGH_DIGITS,
    FIVE,
    HINT,
    HINTED,
    JOINED,
    LATIN,
    LETTERED,
    LONGER,
    LONGER_NAMED,
    NAME,
    NAMED,
    NEXT,
    NINE,
    NUMERAL,
    PLACE,
    ROAD,
    ROAD_END,
    RUN,
    SIX,
    SPOKEN,
    STEP,
    SUSPECT,
    THIRD,
    TITLE,
    TRACE,
    UNIT,
    WAY,
)

_WORDED = NAME | LONGER | LONGER_NAMED | TITLE | SPOKEN | JOINED


@compiled_entry
def mark_texts(
    points: Points, ends: Places, classes: Bytes, signs: Signs, folded: Points, around: Bytes, found: Bytes
) -> None:
    """Puts into `found` what stands in each text. `ends`: where among `points`, behind a separator, the text after each
    begins."""
    begin = 0
    for text in range(len(ends)):
        found[text] = mark_text(points, begin, ends[text] - 1, classes, signs, folded, around)
        begin = ends[text]


@compiled
def mark_text(points: Points, begin: int, end: int, classes: Bytes, signs: Signs, folded: Points, around: Bytes) -> int:
    """What stands in `points[begin:end]`, behind which a separator stands."""
    most = len(classes) - 1
    every, told, run, longest, last = 0, 0, 0, 0, begin - STEP - 1
    before = whole(classes[min(whole(points[begin]), most)])
    for at in range(begin, end):
        after = whole(classes[min(whole(points[at + 1]), most)])
        sign = whole(signs[before << 8 | after])
        before = after
        if sign == 0:
            continue
        every |= sign
        if sign & ENOUGH:
            return SUSPECT | WAY
        if sign & _WORDED:
            told |= word_told(points, at, sign, folded, around)
            if told & WAY:
                return told
        if sign & DIGIT:
            run = run + 1 if at - last <= STEP and are_separators(points, last + 1, at, folded, around) else 1
            longest = max(longest, run)
            last = at
    if every & TRACE and every & LATIN:
        return SUSPECT | WAY
    if every & NAMED or (every & PLACE and every & (UNIT | ROAD)) or (every & UNIT and every & ROAD_END):
        told |= SUSPECT
    if longest >= NINE:
        return told | ENOUGH_DIGITS << RUN
    if longest >= FIVE and every & HINT:
        return told | HINTED << RUN
    if longest >= SIX and every & LATIN:
        return told | LETTERED << RUN
    return told


@compiled
def word_told(points: Points, at: int, sign: int, folded: Points, around: Bytes) -> int:
    """What a word, or what begins as one, tells by the characters around it."""
    third = beside(points, at + 2, folded, around)
    if (
        (sign & LONGER and third & THIRD)
        or (sign & SPOKEN and third & NEXT)
        or (sign & JOINED and beside(points, at - 1, folded, around) & beside(points, at - 2, folded, around) & NUMERAL)
    ):
        return SUSPECT | WAY
    if (
        (sign & NAME and third & BEFORE_NAME)
        or (sign & LONGER_NAMED and third & THIRD)
        or (sign & TITLE and beside(points, at - 1, folded, around) & BESIDE_GIVEN)
    ):
        return SUSPECT
    return 0


@compiled
def are_separators(points: Points, start: int, end: int, folded: Points, around: Bytes) -> int:
    """Whether digits before and behind may be of one number."""
    for at in range(start, end):
        if not beside(points, at, folded, around) & BESIDE_SEPARATOR:
            return 0
    return 1


@compiled
def beside(points: Points, at: int, folded: Points, around: Bytes) -> int:
    """What the character there may be beside a number or a name."""
    point = whole(points[min(max(at, 0), len(points) - 1)])
    flat = whole(folded[min(point, len(folded) - 1)])
    return whole(around[min(flat, len(around) - 1)])
