"""Words of which a character is written as a picture of what it names: 🐶东西 for 狗东西."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..folding.pictures import CHARACTERS
from ..folding.sounds import Ear, codes
from ..folding.table import bounded
from ..model import How
from .belief import Belief
from .candidate import Candidate
from .entry import Entry
from .promise import Promise
from .reading import LONG_TEXT, Lens
from .soundalikes import may_be_disguised

MOST_PICTURES = 50
"""Of one text; the others are marks."""
WITHIN = 8
"""Characters to either side among which the neighbour in a word stands, with marks between."""
SURE = 3
"""A word of fewer characters has all others as they are, and is one that honest talk hardly has."""
_PICTURE = re.compile("|".join(map(re.escape, CHARACTERS)))
_SIGNS = frozenset("➕➖")
"""Pictures that join a word to the one before it, and that may stand beside another picture."""
_SOUNDING = frozenset((How.HOMOPHONE, How.PINYIN))
"""How other characters of a word may be written beside a picture."""
_TABLE = codes(Ear.PLAIN).table


class Heard(NamedTuple):
    """The words of one view, by what stands side by side in them."""

    lens: Lens
    promise: Promise


class Pictures:
    """Reads pictures as characters where they may belong to some word. Immutable."""

    def __init__(self, views: Sequence[Heard]) -> None:
        self._views = views

    def read(self, text: str) -> str:
        """`text` with such pictures as their characters, one for one: of the first ones, in a text of usual length."""
        if len(text) > LONG_TEXT:
            return text
        places = [found.start() for found in _PICTURE.finditer(text)][:MOST_PICTURES]
        named = list(text)
        for at in places:
            named[at] = CHARACTERS[text[at]]
        read = list(text)
        for at in places:
            if self._may_belong(text, named, at):
                read[at] = named[at]
        return "".join(read)

    def _may_belong(self, text: str, named: Sequence[str], at: int) -> bool:
        """Whether some word has the character at `at` of `named` beside one of its neighbours there."""
        if text[at] in _SIGNS and text[at - 1 : at].isalnum():
            return False
        first, end = max(0, at - WITHIN), at + 1 + WITHIN
        before = _neighbours(reversed(text[first:at]), reversed(named[first:at]))
        after = _neighbours(text[at + 1 : end], named[at + 1 : end])
        if any(char.isascii() and char.isalpha() for char in (*before, *after)):
            return True  # letters may spell
        own = named[at]
        return any(self._has_pair(char + own) for char in before) or any(self._has_pair(own + char) for char in after)

    def _has_pair(self, two: str) -> bool:
        clean = bounded(two)
        return any(one.promise.has_pair(clean.translate(one.lens.kept_table).translate(_TABLE)) for one in self._views)


def _neighbours(text: Iterable[str], named: Iterable[str]) -> list[str]:
    """The first letter, digit or character of what is beside a place, and before it pictures as what they name."""
    found: list[str] = []
    for char, name in zip(text, named, strict=True):
        if name.isalnum():
            found.append(name)
        if char.isalnum():
            break
    return found


def pictured(found: Iterable[Candidate], text: str, plain: Sequence[Candidate]) -> Iterator[Candidate]:
    """Those `found` in what `text` was read as that have a picture for a character, as what they are there.

    `plain`: those of the text itself; where one of the same word is, pictures stand between its characters.
    """
    known: dict[Entry, list[tuple[int, int]]] = {}
    for candidate in plain:
        known.setdefault(candidate.entry, []).append(_span(candidate))
    for candidate in found:
        start, end = _span(candidate)
        if not any(first < end and start < last for first, last in known.get(candidate.entry, ())):
            one = _pictured(candidate, text)
            if one is not None:
                yield one


def _span(candidate: Candidate) -> tuple[int, int]:
    positions = candidate.reading.positions(candidate.start, candidate.end)
    return positions[0], positions[-1] + 1


def _pictured(candidate: Candidate, text: str) -> Candidate | None:
    entry, read = candidate.entry, candidate.reading.text
    positions = candidate.reading.positions(candidate.start, candidate.end)
    pictures = {text[at] for at in positions if text[at] != read[at]}
    if not pictures or len(pictures - _SIGNS) > 1:
        return None
    length = len(candidate.units) if candidate.units is not None else candidate.end - candidate.start
    if not entry.disguises.lookalike or not may_be_disguised(entry.key):
        return None
    if candidate.how is not None:
        return candidate if length >= SURE and candidate.how in _SOUNDING else None
    belief = Belief.ALWAYS if length >= SURE else entry.belief
    return candidate._replace(how=How.ALIAS, belief=belief, stands=None)
