"""The tables as arrays over code points: what `str.translate` does for one text, done for many at once."""

from array import array
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .clean import BIT_SHIFTS, FACTORS, WORD_SHIFT, filter_words
from .shapes import Likeness, shape_table
from .sounds import OTHER, Ear, codes
from .table import FLAGS, LIMIT, SYMBOL, Fold, Table, View, fold_table, kept_table

Points = NDArray[np.uint32]
"""Code points, folded or as they are."""
Flags = NDArray[np.bool_]

PASSED_OVER = 0xFFFFFFFF
"""Stands in a table for a character that a view passes over."""
_FIRST_FLAG, _LAST_FLAG = 0x1F1E6, 0x1F1FF
_LAST = np.uint32(ord("."))
AROUND = 64
"""Characters of a word that is looked for over runs, in a long text."""
MOST_JOINED = 2_000
"""Runs of a long text that are looked around."""
BARRIER = LIMIT
"""Stands between texts; no key holds it."""


def code_points(joined: str) -> Points:
    """The code points of a text, lone surrogates as they are."""
    return np.array([joined]).view(np.uint32) if joined else np.zeros(0, dtype=np.uint32)


def text_of(points: Points) -> str:
    """The text of these code points, lone surrogates as they are."""
    held = np.append(points, _LAST)  # numpy takes zeros at the end for no characters
    return str(held.view(f"=U{len(held)}").item())[:-1]


def has_flags(points: Points) -> bool:
    """Whether letters of flags are among them, which `bounded` may change two by two."""
    high = points[points >= _FIRST_FLAG]
    return bool((high <= _LAST_FLAG).any())


def bounded_array(text: str) -> str:
    """As `table.bounded`, in a sixth of the time for a text full of flags."""
    points = code_points(text)
    found = np.where(points < LIMIT, points, np.uint32(ord(SYMBOL)))
    letters = np.flatnonzero((points >= _FIRST_FLAG) & (points <= _LAST_FLAG))
    order = np.arange(len(letters))
    is_next = np.append(False, np.diff(letters) == 1)[: len(letters)]
    """Whether a letter of a flag stands beside the one before it."""
    within = order - np.maximum.accumulate(np.where(is_next, 0, order))
    seconds = letters[is_next & (within % 2 == 1)]
    are_flags = _flags()[points[seconds - 1] - _FIRST_FLAG, points[seconds] - _FIRST_FLAG]
    for places in (seconds[are_flags], seconds[are_flags] - 1):
        found[places] = ord(SYMBOL)
    return text_of(found)


@lru_cache(maxsize=1)
def _flags() -> Flags:
    """Whether letters are a country's, by the first and the second."""
    size = _LAST_FLAG - _FIRST_FLAG + 1
    found = np.zeros((size, size), dtype=np.bool_)
    for country in FLAGS:
        found[ord(country[0]) - _FIRST_FLAG, ord(country[1]) - _FIRST_FLAG] = True
    return found


def in_one_array(places: NDArray[np.intp]) -> Sequence[int]:
    """They as whole numbers, in a tenth of the time that a list of them takes."""
    return array("q", places.astype(np.int64).tobytes())


def run_edges(text: str, places: Sequence[int] | None) -> Sequence[int]:
    """Where in `text` another character stands than before it, or one that did not stand beside it, and its end:
    `places` are those of the characters in the text they are from.
    """
    points = code_points(text)
    changes: Flags = points[1:] != points[:-1]
    if places is not None:
        changes |= np.diff(np.fromiter(places, np.int64, len(places))) != 1
    return in_one_array(np.concatenate(([0], np.flatnonzero(changes) + 1, [len(points)])))


def around_joined_runs(kept: str, runs: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Every run of one character as one, but only what is around the first ones that are several of `runs`, with a
    line feed between what does not follow; and where in `kept` each character stands, and the last one ends.
    """
    points, inner = code_points(kept), np.array(runs)[1:-1]
    edges = np.concatenate(([0], np.flatnonzero(points[1:] != points[:-1]) + 1, [len(points)]))
    joined = inner[points[inner] == points[inner - 1]][:MOST_JOINED]
    begins = np.maximum(np.unique(np.searchsorted(edges, joined)) - 1 - AROUND, 0)
    ends = np.minimum(begins + 2 * AROUND + 1, len(edges) - 1)
    is_first = np.append(True, begins[1:] > ends[:-1])
    firsts = np.flatnonzero(is_first)
    lasts = np.append(firsts[1:], len(begins)) - 1
    pieces = [np.arange(first, last + 1) for first, last in zip(begins[firsts], ends[lasts], strict=True)]
    chosen = np.concatenate(pieces)
    searched = points[np.minimum(edges[chosen], len(points) - 1)]
    searched[np.cumsum([len(piece) for piece in pieces]) - 1] = ord("\n")
    return text_of(searched[:-1]), in_one_array(edges[chosen])


def letter_breaks(text: str, places: Sequence[int]) -> list[int]:
    """Where in `text` a letter follows a letter and did not stand beside it; `places` as for `run_edges`."""
    are_letters: Flags = code_points(text) - np.uint32(ord("a")) < np.uint32(26)
    are_apart = np.diff(np.fromiter(places, np.int64, len(places))) != 1
    found: list[int] = (np.flatnonzero(are_letters[1:] & are_letters[:-1] & are_apart) + 1).tolist()
    return found


def _array(table: Table, barrier: int) -> Points:
    found = np.array([PASSED_OVER if point is None else point for point in table], dtype=np.uint32)
    return np.append(found, np.uint32(barrier))


@lru_cache(maxsize=16)
def kept_array(view: View) -> Points:
    """As `kept_table`, with PASSED_OVER for what is passed over; the barrier stays one."""
    return _array(kept_table(view), BARRIER)


@lru_cache(maxsize=16)
def fold_array(fold: Fold) -> Points:
    """As `fold_table`; the barrier stays one."""
    return _array(fold_table(fold), BARRIER)


@lru_cache(maxsize=2)
def shape_array(likeness: Likeness) -> Points:
    """As `shape_table`."""
    return _array(shape_table(likeness), BARRIER)


@lru_cache(maxsize=2)
def sound_array(ear: Ear) -> Points:
    """As `Codes.table`; the barrier has no syllable."""
    return _array(codes(ear).table, OTHER)


@lru_cache(maxsize=1)
def usual_words() -> NDArray[np.uint64]:
    """As `clean.filter_words`."""
    return np.array(filter_words(), dtype=np.uint64)


def are_usual(first: Points, second: Points) -> Flags:
    """As `clean.is_usual` for each pair; two alike count as usual."""
    one, two, both = map(np.uint64, FACTORS)
    mixed = (first.astype(np.uint64) * one ^ second.astype(np.uint64) * two) * both
    bits = np.zeros_like(mixed)
    for shift in BIT_SHIFTS:
        bits |= np.uint64(1) << (mixed >> np.uint64(shift) & np.uint64(63))
    found: Flags = usual_words()[mixed >> np.uint64(WORD_SHIFT)] & bits == bits
    alike: Flags = first == second
    return alike | found
