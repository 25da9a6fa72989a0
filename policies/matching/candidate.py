"""What a search yields before it is judged."""

from collections import defaultdict
from typing import NamedTuple

from ..model import How
from .belief import Belief
from .entry import Entry
from .reading import Reading


class Candidate(NamedTuple):
    """An entry found, not yet judged. `start`, `end` are offsets of the reading's searched text."""

    entry: Entry
    reading: Reading
    start: int
    end: int
    how: How | None = None
    """The disguise it was found through; None: as written, perhaps folded, with gaps or repeats."""
    belief: Belief = Belief.ALWAYS
    """What such a writing must show to be believed."""
    units: tuple[tuple[int, int], ...] | None = None
    """Offsets (start, end) of the searched text for each character of the word, where they are not one for one."""
    stands: tuple[int, int] | None = None
    """Where in the text itself it is known to stand just as its form is written."""


FoundIn = defaultdict[int, list[Candidate]]
"""Candidates by the number of the text, of some of many texts."""
