"""Words found by how they are drawn: the searched text by the component that tells each character."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..folding.likeness import is_drawn_alike
from ..folding.shapes import Likeness, shape_table
from ..model import How
from .belief import Belief, drawing_belief
from .candidate import Candidate
from .entries import Entry
from .key_index import GramKey, KeyIndex
from .reading import Reading
from .soundalikes import is_unheard
from .standing import Standing

_is_drawn_alike = lru_cache(maxsize=1 << 16)(is_drawn_alike)


class Lookalikes:
    """Entries of one view by the component that tells their characters."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._table = shape_table(Likeness.FAMILY)
        drawn: dict[str, tuple[Entry, ...]] = {}
        for entry in entries:
            key = entry.key.translate(self._table)
            drawn[key] = (*drawn.get(key, ()), entry)
        self.index = KeyIndex(drawn)

    def keys(self) -> Iterator[GramKey]:
        """Every key of `index`, with whether all words behind it need a writing that honest talk does not have."""
        for key, same in self.index.items.items():
            yield GramKey(key, not any(map(_is_sure, same)))

    def find(self, reading: Reading) -> Iterator[Candidate]:
        """Where the searched text is drawn like a word and is not the word, by start and end.

        Writings that honest talk has are left out for words that need more (see `Belief`).
        """
        searched = reading.searched
        for start, end, same in self.index.find(searched.translate(self._table)):
            for one in _others(searched[start:end], same):
                yield from one.candidates(reading, start)

    def at(self, coded: str, surface: str, length: int) -> Iterator[Standing]:
        """What `find` yields for a place and a length, or for LONG and more.

        `coded`, `surface`: characters from there on, as keys have them and as they are searched.
        """
        for size, same in self.index.at(coded, length):
            yield from _others(surface[:size], same)


def _others(surface: str, same: tuple[Entry, ...]) -> Iterator[Standing]:
    for entry in same:
        belief = drawing_belief(entry.key)
        if entry.key == surface or (belief is not Belief.ALWAYS and not is_unheard(surface)):
            continue
        if all(map(_is_drawn_alike, surface, entry.key)):
            yield Standing(entry, len(surface), How.LOOKALIKE, belief, entry.runs)


def _is_sure(entry: Entry) -> bool:
    return drawing_belief(entry.key) is Belief.ALWAYS
