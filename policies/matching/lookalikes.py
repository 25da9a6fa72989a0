"""Words found by how they are drawn: the searched text by the component that tells each character."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from operator import contains

from ..folding.likeness import drawn_alike
from ..folding.shapes import Likeness, beside, shape_table
from ..folding.table import translated
from ..model import How
from .belief import Belief, drawing_belief
from .candidate import Candidate
from .entry import Entry
from .key_index import LONG, GramKey, KeyTable, gathered
from .reading import Reading
from .soundalikes import FEWEST, is_unheard
from .standing import Standing

MOST_KEYS, MOST_KEYS_OF_TWO = 48, 12
"""Keys a word is looked up by, and one of two characters."""
KEYS = 24_000
"""Those of all words, about: the more words, the fewer has each."""


Coded = tuple[int, int, str]
"""A place in a searched text, start and end, and its characters by their families."""


class Lookalikes:
    """Entries of one view by the component that tells their characters."""

    def __init__(self, ones: Sequence[tuple[Entry]]) -> None:
        """`ones`: each entry in a tuple by itself, which the index takes over."""
        self._table = shape_table(Likeness.FAMILY)
        room = max(1, KEYS // max(1, len(ones)))
        keys = translated([entry.key for (entry,) in ones], self._table)
        if room > 1:
            several = [
                (key, one)
                for one, families in zip(ones, keys, strict=True)
                for key in _keys(one[0].key, families, min(room, _most_keys(one[0].key)))
            ]
            keys, ones = [key for key, _ in several], [one for _, one in several]
        self.index = KeyTable(gathered(keys, ones))

    def keys(self) -> Iterator[GramKey]:
        """Every key of `index`, with whether all words behind it need a writing that honest talk does not have."""
        for key, same in self.index.items.items():
            yield GramKey(key, not any(map(_is_sure, same)))

    def find(self, reading: Reading, coded: Iterable[Coded]) -> Iterator[Candidate]:
        """Where the searched text is drawn like a word and is not the word, by start and end.

        `coded`: where its characters are those of keys of `index` or others by their families. Writings that honest
        talk has are left out.
        """
        searched, items = reading.searched, self.index.items
        for start, end, key in sorted([place for place in coded if place[2] in items and reading.is_odd(*place[:2])]):
            for one in _others(searched[start:end], items[key]):
                yield from one.candidates(reading, start)

    def at(self, coded: str, surface: str, length: int) -> Iterator[Standing]:
        """What `find` yields for a place and a length, or for LONG and more.

        `coded`, `surface`: characters from there on, as keys have them and as they are searched.
        """
        if length < LONG:
            return _others(surface[:length], self.index.items.get(coded[:length], ()))
        return chain.from_iterable(_others(surface[:size], same) for size, same in self.index.at(coded, length))

    def standing(self, surface: str) -> Iterator[Standing]:
        """What `find` yields for words drawn like all of `surface`."""
        return _others(surface, self.index.items.get(surface.translate(self._table), ()))


def _most_keys(chars: str) -> int:
    return MOST_KEYS if len(chars) > FEWEST else MOST_KEYS_OF_TWO


def _keys(chars: str, families: str, most: int) -> Iterator[str]:
    """`families` of a word, then with characters in other families: with few of them so, and the likeliest, first."""
    yield families
    choices = [beside(char) for char in chars]
    others = sorted((rank, place) for place, choice in enumerate(choices) for rank in range(len(choice)))
    places = sum(map(bool, choices))
    made = 1
    for several in (several for count in range(1, places + 1) for several in combinations(others, count)):
        if len({place for _, place in several}) < len(several):
            continue
        key = list(families)
        for rank, place in several:
            key[place] = choices[place][rank]
        yield "".join(key)
        made += 1
        if made == most:
            return


def _others(surface: str, same: tuple[Entry, ...]) -> Iterator[Standing]:
    if not same or not is_unheard(surface):
        return
    alike = [drawn_alike(char) for char in surface]
    belief = drawing_belief(surface)
    for entry in same:
        if entry.key != surface and all(map(contains, alike, entry.key)):
            yield Standing(entry, len(surface), How.LOOKALIKE, belief, entry.runs)


def _is_sure(entry: Entry) -> bool:
    return drawing_belief(entry.key) is Belief.ALWAYS
