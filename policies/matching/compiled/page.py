"""Texts under one view as arrays: what `pages.Page` is, for the compiled pass."""

from typing import NamedTuple

from ...folding.arrays import BARRIER, PASSED_OVER, Points
from ...folding.pictures import BASIC
from .hashing import compiled, compiled_entry, compiled_inline, whole
from .known import Bytes, Keys, Places

HAS_LETTERS, HAS_PAIRS, MAY_HOLD, HOLDS = 1, 2, 4, 8
"""Of a text: letters; two alike with something passed over; letters or parts that a word may hold; such a word."""
UNBOUNDED, PICTURED = 1, 2
"""Of texts: there are not as many barriers, or something that `folding.table.bounded` would change; something by which
`folding.pictures.may_hold_pictures` tells."""
_FLAG_LETTERS = (0x1F1E6, 0x1F1FF)
_BASIC_PLANE = 0xFFFF
_SELECTOR, _HEART, _PLUS, _CROSS = map(ord, BASIC)
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


@compiled_entry
def look_over(points: Points, texts: int) -> int:
    """UNBOUNDED, PICTURED or both of texts, a barrier after each; 0 for neither."""
    flags, pictured = 0, 0
    for at in range(len(points)):  # without a branch, and each by itself, so that several are looked at at a time
        flags |= (points[at] >= _FLAG_LETTERS[0]) & (points[at] <= _FLAG_LETTERS[1])
    for at in range(len(points)):
        pictured |= is_pictured(points[at])
    is_bounded = flags == 0 and is_of_texts(points, texts)
    return (0 if is_bounded else UNBOUNDED) | (PICTURED if pictured else 0)


@compiled_entry
def find_pictured(points: Points, found: Places) -> int:
    """Puts down the numbers of texts, as many as may be, that hold what is PICTURED: how many."""
    size, text, pictured = 0, 0, 0
    for point in points:
        pictured |= is_pictured(point)
        if point == BARRIER:
            if pictured:
                found[size] = text
                size += 1
            text, pictured = text + 1, 0
    return size


@compiled_inline
def is_pictured(point: int) -> bool:
    """Whether `folding.pictures.may_hold_pictures` tells by this one."""
    is_high = (point > _BASIC_PLANE) & (point != BARRIER)
    return is_high | (point == _SELECTOR) | (point == _HEART) | (point == _PLUS) | (point == _CROSS)


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
    held = 0
    for at in range(len(points)):  # without a branch: what is passed over is written over
        char = rows[points[at], 0]
        kept[held], places[held] = char, at
        held += char != PASSED_OVER
    count, text, marks, before, start = 0, 0, 0, BARRIER, 0
    begins[0], kept_begins[0] = 0, 0
    for at in range(held):
        point, place = whole(kept[at]), places[at]
        if point == before and point != BARRIER:
            if collapses and places[at - 1] == place - 1:
                lasts[count - 1] = place
                continue
            marks |= HAS_PAIRS
        searched[count], firsts[count], lasts[count], in_kept[count] = point, place, place, at
        count += 1
        before = point
        marks |= HAS_LETTERS * whole((point >= _A) & (point <= _Z))
        if point == BARRIER:
            is_whole = place - start == at - kept_begins[text]
            all_marks[text] = marks & ~HAS_PAIRS if is_whole else marks
            text += 1
            begins[text], kept_begins[text] = count, at + 1
            marks, start = 0, place + 1
    for view in range(len(page.coded)):
        code = page.coded[view]
        for place in range(count):
            code[place] = rows[points[firsts[place]], view + 1]
