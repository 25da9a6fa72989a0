"""Many texts, or one, through the compiled pass of every view."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...folding.arrays import BARRIER, code_points
from ..candidate import FoundIn
from ..pages import Sheet
from .page import is_bounded

if TYPE_CHECKING:
    from ..lexicon import Part

_END = chr(BARRIER)


def search_through(parts: "Sequence[Part]", texts: Sequence[str]) -> FoundIn:
    """What `Lexicon.search_some` tells, but for candidates that `filters.place` would not believe."""
    found = FoundIn(list)
    if not texts:
        return found
    points = code_points(_END.join((*texts, "")))
    if not is_bounded(points, len(texts)):
        points = Sheet(texts).points
    for part in parts:
        part.sieve.search(texts, points, found)
    return found
