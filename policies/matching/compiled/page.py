"""Texts under one view as arrays: what `pages.Page` is, for the compiled pass."""

from typing import NamedTuple

from ...folding.arrays import BARRIER, PASSED_OVER, Points
from .hashing import compiled, compiled_inline, whole
from .known import Bytes, Keys, Places

HAS_LETTERS, HAS_PAIRS, MAY_HOLD, HOLDS = 1, 2, 4, 8
"""Of a text: letters; two alike with something passed over; letters or parts that a word may hold; such a word."""
_FLAG_LETTERS = (0x1F1E6, 0x1F1FF)
_A, _Z = ord("a"), ord("z")


class Page(NamedTuple):
    """The texts under one view; `searched` and `kept` as in `pages.Page`, a barrier after each."""

    kept: Points
    places: Places
    """Of each kept character its offset in the points."""
    kept_begins: Places
    searched: Points
    coded: Points
    """Of each searched character how it is read, a line for each way."""
    firsts: Places
    """Of each searched character the offset of its run's first in the points; `lasts`: of its last."""
    lasts: Places
    begins: Places
    """Where in `searched` each text begins, and where the last one ends."""
    marks: Bytes
    in_kept: Places
    """Of each searched character its place in `kept`."""
    is_special: Bytes
    """Of each kept character whether letters or parts that words may be spelled with begin there."""
    odd: Places
    """As `find_odd` tells."""
    found: Places
    """Room for work, as `scratch`."""
    scratch: Points


@compiled
def is_bounded(points: Points, texts: int) -> int:
    """Whether there are as many barriers as texts, and nothing that `folding.table.bounded` would change."""
    flags = 0
    for point in points:  # without a branch
        flags += (point >= _FLAG_LETTERS[0]) & (point <= _FLAG_LETTERS[1])
    return whole(flags == 0 and is_of_texts(points, texts))


@compiled
def is_of_texts(points: Points, texts: int) -> int:
    """Whether there are as many barriers as texts, and nothing beyond the tables."""
    barriers, beyond = 0, 0
    for point in points:
        barriers += point == BARRIER
        beyond += point > BARRIER
    return whole(barriers == texts and beyond == 0)


@compiled_inline
def fold(points: Points, keys: Keys, page: Page) -> None:
    """Fills the page."""
    rows, collapses = keys.rows, keys.collapses
    kept, places, searched, firsts, lasts = page.kept, page.places, page.searched, page.firsts, page.lasts
    in_kept, begins, kept_begins, all_marks = page.in_kept, page.begins, page.kept_begins, page.marks
    held, count, text, marks, passed, before = 0, 0, 0, 0, 0, BARRIER
    begins[0], kept_begins[0] = 0, 0
    for at in range(len(points)):
        point = rows[points[at], 0]
        if point == PASSED_OVER:
            passed += 1
            continue
        kept[held], places[held] = point, at
        held += 1
        if point == before and point != BARRIER:
            if collapses and places[held - 2] == at - 1:
                lasts[count - 1] = at
                continue
            marks |= HAS_PAIRS
        searched[count], firsts[count], lasts[count], in_kept[count] = point, at, at, held - 1
        count += 1
        before = whole(point)
        if _A <= point <= _Z:
            marks |= HAS_LETTERS
        elif point == BARRIER:
            all_marks[text] = marks if passed else marks & ~HAS_PAIRS
            text += 1
            begins[text], kept_begins[text] = count, held
            marks, passed = 0, 0
    for view in range(len(page.coded)):
        code = page.coded[view]
        for place in range(count):
            code[place] = rows[points[firsts[place]], view + 1]
