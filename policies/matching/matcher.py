"""One word list under one profile: the search that cases, tools and tests use."""

from collections.abc import Mapping, Sequence
from itertools import islice

from ..model import How
from .detectors import Shape, shape_spans
from .entries import Entry, entries_of
from .filters import Found, is_plain, place, resolve, uncovered
from .lexicon import Lexicon
from .profile import MatchProfile

MAX_FOUND = 10_000
"""A text yields at most so many candidates; what lies beyond is not looked at."""

_SHAPES = frozenset(shape.value for shape in Shape)


class Matcher:
    """Finds words in texts. Immutable; build a new one to add or remove words."""

    def __init__(
        self,
        words: Sequence[str],
        allow: Sequence[str] = (),
        profile: MatchProfile | None = None,
        aliases: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Words starting with `@` name a detector (`@email`). Raises EntryError for a word that cannot be searched."""
        self.profile = profile or MatchProfile()
        known = aliases or {}
        self._shapes = [Shape(word[1:]) for word in words if is_shape(word)]
        if self.profile.min_digits and Shape.DIGITS not in self._shapes:
            self._shapes.append(Shape.DIGITS)
        entries: list[Entry] = []
        for rank, word in enumerate(words):
            if not is_shape(word):
                entries.extend(entries_of(word, rank=rank, owner=0, profile=self.profile, aliases=known))
        for rank, word in enumerate(allow):
            entries.extend(
                entries_of(word, rank=rank, owner=0, profile=self.profile, aliases=known, is_allow=True),
            )
        self._lexicon = Lexicon(entries)

    def find(self, text: str) -> tuple[Found, ...]:
        """Every match that passes the profile, by start and end. Time is linear in the text."""
        found: dict[tuple[int, int, str], Found] = {}
        allowed: list[tuple[int, int]] = []
        for candidate in islice(self._lexicon.search(text), MAX_FOUND):
            if candidate.entry.is_allow:
                if is_plain(candidate):
                    positions = candidate.reading.positions(candidate.start, candidate.end)
                    allowed.append((positions[0], positions[-1] + 1))
            elif (item := place(candidate, self.profile)) is not None:
                found.setdefault((item.start, item.end, item.word), item)
        for shape in self._shapes:
            for start, end, value in shape_spans(text, shape, self.profile):
                how = How.EXACT if text[start:end] == value else How.FOLDED
                found.setdefault((start, end, value), Found(start=start, end=end, word=value, how=how))
        return tuple(resolve(uncovered(found.values(), allowed), self.profile.overlap))


def is_shape(word: str) -> bool:
    """True for the name of a built-in shape detector, `@email`."""
    return word.startswith("@") and word[1:] in _SHAPES
