"""A word that may stand at a place in other characters, before the text around is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..model import How
from .belief import Belief, is_believed
from .candidate import Candidate
from .entry import Entry
from .reading import Reading, has_runs


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry in other characters of its sound or drawing."""

    entry: Entry
    size: int
    """Searched characters it stands in."""
    how: How
    belief: Belief
    runs: tuple[int, ...] | None

    def candidates(self, reading: Reading, start: int) -> Iterator[Candidate]:
        """Itself at `start` of the searched text, if it is believed there and its runs are long enough."""
        end = start + self.size
        if self.runs is not None and not has_runs(reading, start, end, self.runs):
            return
        if self.belief is Belief.ALWAYS or is_believed(self.belief, reading.folded, reading.positions(start, end)):
            yield Candidate(self.entry, reading, start, end, self.how, self.belief)
