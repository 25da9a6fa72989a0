"""Many texts, or one, through the compiled pass of every view."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...folding.arrays import BARRIER, code_points
from ...folding.pictures import holding_pictures
from ..candidate import FoundIn
from ..pages import Sheet
from .page import PICTURED, UNBOUNDED, find_pictured, look_over

if TYPE_CHECKING:
    from ..lexicon import Part

_END = chr(BARRIER)


def search_through(parts: "Sequence[Part]", texts: Sequence[str], found: FoundIn) -> Sequence[int]:
    """Puts into `found` for each text what the parts yield, but for candidates that `filters.place` would not believe:
    numbers of the texts that may hold pictures."""
    if not texts:
        return ()
    points = code_points(_END.join((*texts, "")))
    signs = look_over(points, len(texts))
    pictured: Sequence[int] = ()
    if signs & UNBOUNDED:
        points, pictured = Sheet(texts).points, holding_pictures(texts)
    elif signs & PICTURED:
        numbers = np.empty(len(texts), dtype=np.int32)
        pictured = numbers[: find_pictured(points, numbers)].tolist()
    for part in parts:
        part.sieve.search(texts, points, found)
    return pictured
