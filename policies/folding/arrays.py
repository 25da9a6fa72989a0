"""The tables as arrays over code points: what `str.translate` does for one text, done for many at once."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .clean import BITS, filter_bits
from .shapes import Likeness, shape_table
from .sounds import OTHER, Ear, codes
from .table import LIMIT, Fold, Table, View, fold_table, kept_table

Points = NDArray[np.uint32]
"""Code points, folded or as they are."""
Flags = NDArray[np.bool_]

PASSED_OVER = 0xFFFFFFFF
"""Stands in a table for a character that a view passes over."""
BARRIER = LIMIT
"""Stands between texts; no key holds it."""


def code_points(joined: str) -> Points:
    """The code points of a text, lone surrogates as they are."""
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def run_starts(text: str, places: Sequence[int] | None) -> list[int]:
    """Where in `text`, but at its begin, another character stands than before it, or one that did not stand beside it:
    `places` are those of the characters in the text they are from.
    """
    points = code_points(text)
    changes: Flags = points[1:] != points[:-1]
    if places is not None:
        changes |= np.diff(np.array(places)) != 1
    found: list[int] = (np.flatnonzero(changes) + 1).tolist()
    return found


def letter_breaks(text: str, places: Sequence[int]) -> list[int]:
    """Where in `text` a letter follows a letter and did not stand beside it; `places` as for `run_starts`."""
    are_letters: Flags = code_points(text) - np.uint32(ord("a")) < np.uint32(26)
    are_apart = np.diff(np.array(places)) != 1
    found: list[int] = (np.flatnonzero(are_letters[1:] & are_letters[:-1] & are_apart) + 1).tolist()
    return found


def without_repeats(text: str) -> str:
    """Every run of one character as one."""
    points = code_points(text)
    kept: Points = points[np.append(True, points[1:] != points[:-1])]
    return kept.tobytes().decode("utf-32-le", "surrogatepass")


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
def _usual_bytes() -> NDArray[np.uint8]:
    return np.frombuffer(filter_bits(), dtype=np.uint8)


def _is_set(bits: NDArray[np.uint64]) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = _usual_bytes()[bits >> np.uint64(3)] >> (bits & np.uint64(7)).astype(np.uint8)
    return found & np.uint8(1)


def are_usual(first: Points, second: Points) -> Flags:
    """As `clean.is_usual` for each pair; two alike count as usual."""
    one, two = first.astype(np.uint64), second.astype(np.uint64)
    mixed = (one * np.uint64(0x9E3779B1) ^ two * np.uint64(0x85EBCA77)) * np.uint64(0xC2B2AE3D27D4EB4F)
    within = np.uint64(BITS - 1)
    found = _is_set(mixed >> np.uint64(42))
    found &= _is_set(mixed >> np.uint64(20) & within)
    found &= _is_set((mixed ^ mixed >> np.uint64(33)) & within)
    alike: Flags = first == second
    return alike | found.astype(np.bool_)
