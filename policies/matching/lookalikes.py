"""Words found by how they are drawn: the searched text by the component that tells each character."""

from collections.abc import Callable, Iterable, Iterator

from ..folding.shapes import Likeness, shape_table
from ..model import How
from .belief import Belief, drawing_belief
from .candidate import Candidate
from .entries import Entry
from .key_index import GramKey, KeyIndex
from .reading import Reading, has_runs
from .soundalikes import is_unheard


class Lookalikes:
    """Entries of one view by the component that tells their characters."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._table = shape_table(Likeness.FAMILY)
        drawn: dict[str, list[Entry]] = {}
        for entry in entries:
            drawn.setdefault(entry.key.translate(self._table), []).append(entry)
        self.index = KeyIndex(drawn)

    def keys(self) -> Iterator[GramKey]:
        """Every key of `index`, with whether all words behind it need a writing that honest talk does not have."""
        for key, same in self.index.items.items():
            yield GramKey(key, not any(map(_is_sure, same)))

    def find(self, reading: Reading) -> Iterator[Candidate]:
        """Where the searched text is drawn like a word and is not the word, by start and end.

        Writings that honest talk has are left out for words that need more (see `Belief`).
        """
        for start, end, same in self.index.find(reading.searched.translate(self._table)):
            for entry in self.others(reading.searched[start:end], same):
                yield from self.candidates(entry, reading, start, end)

    def at(
        self, coded: str, surface: str, length: int, reading: Callable[[], Reading], start: int
    ) -> Iterator[Candidate]:
        """What `find` yields for `start` and a length, or for LONG and more.

        `coded`, `surface`: characters from there on, as keys have them and as they are searched; `reading` is asked
        for when something is found.
        """
        for size, same in self.index.at(coded, length):
            for entry in self.others(surface[:size], same):
                yield from self.candidates(entry, reading(), start, start + size)

    def others(self, surface: str, same: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Of words that are drawn like `surface` those that are not written so and may be believed."""
        return tuple(e for e in same if e.key != surface and (_is_sure(e) or is_unheard(surface)))

    def candidates(self, entry: Entry, reading: Reading, start: int, end: int) -> Iterator[Candidate]:
        """The word at a place where it is drawn, if its runs are long enough there."""
        if entry.runs is None or has_runs(reading, start, end, entry.runs):
            yield Candidate(entry, reading, start, end, How.LOOKALIKE, drawing_belief(entry.key))


def _is_sure(entry: Entry) -> bool:
    return drawing_belief(entry.key) is Belief.ALWAYS
