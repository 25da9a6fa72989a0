"""Many texts, or one, through the compiled pass of every view."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...folding.arrays import BARRIER, code_points
from ..candidate import FoundIn
from ..pages import Sheet

if TYPE_CHECKING:
    from ..lexicon import Part

_END = chr(BARRIER)


def search_through(parts: "Sequence[Part]", texts: Sequence[str]) -> FoundIn:
    """What `Lexicon.search_some` tells, but for candidates that `filters.place` would not believe."""
    found = FoundIn(list)
    points = code_points(_END.join(texts) + _END)
    for part in parts:
        if not part.sieve.search(texts, points, found):
            sheet = Sheet(texts)
            points = sheet.points
            if not part.sieve.search(texts, points, found):
                part.batch.search(texts, sheet, found)
    return found
