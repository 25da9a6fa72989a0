"""A text as it is read: folded, with some characters passed over."""

import unicodedata
from collections.abc import Iterator

from ..folding.table import View
from ..matching.reading import Reading, lens
from .explanation import PassedOver

MOST_NAMED = 6
"""Code points named of one stretch."""
MOST_STRETCHES = 100


def default_reading(text: str) -> Reading:
    """As rules without options of their own read it."""
    return Reading(text, lens(View()))


def passed_over(reading: Reading) -> tuple[PassedOver, ...]:
    """Stretches that are not looked at, the first MOST_STRETCHES."""
    found: list[PassedOver] = []
    edge = 0
    for at in (*reading.origin, len(reading.text)):
        if at > edge:
            named = tuple(map(code_point, reading.text[edge : min(at, edge + MOST_NAMED)]))
            found.append(PassedOver(start=edge, end=at, code_points=named))
            if len(found) == MOST_STRETCHES:
                break
        edge = at + 1
    return tuple(found)


def code_point(char: str) -> str:
    """`U+200B ZERO WIDTH SPACE`; without a name where Unicode gives none."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


def stretches(positions: list[int]) -> Iterator[tuple[int, int]]:
    """(start, end) between neighbours that do not touch."""
    return ((a + 1, b) for a, b in zip(positions, positions[1:], strict=False) if b > a + 1)
