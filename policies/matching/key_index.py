"""Keys by what they begin with: found by looking at each place of a text once, without an automaton to build."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import add
from typing import Generic, TypeVar

T = TypeVar("T")
HEAD = 2
"""Characters that tell which lengths a key may have."""
LONG = 4
"""From so many characters on `at` does not tell keys by their length."""


@dataclass(frozen=True, slots=True)
class GramKey:
    """A key with whether it needs a pair of characters that honest talk does not have."""

    text: str
    is_doubtful: bool


class KeyIndex(Generic[T]):
    """What stands under keys of at least two characters. Immutable."""

    def __init__(self, items: Mapping[str, tuple[T, ...]]) -> None:
        """Raises ValueError for a key of fewer than two characters."""
        self.items = items
        lengths: dict[str, tuple[int, ...]] = {}
        for key in self.items:
            if len(key) < HEAD:
                raise ValueError("a key of fewer than two characters")
            head = key[:HEAD]
            known = lengths.get(head, ())
            if len(key) not in known:
                lengths[head] = tuple(sorted((*known, len(key))))
        self._lengths = lengths
        self.longest = max(map(len, self.items), default=0)
        """Characters of the longest key."""

    def find(self, text: str) -> Iterator[tuple[int, int, tuple[T, ...]]]:
        """(start, end, what stands there) for each key in `text`, by start and end."""
        lengths, items = self._lengths, self.items
        begun = [start for start, head in enumerate(map(add, text, text[1:])) if head in lengths]
        for start in begun:
            for length in lengths[text[start : start + HEAD]]:
                key = text[start : start + length]
                if key in items and len(key) == length:
                    yield start, start + length, items[key]

    def at(self, text: str, length: int) -> Iterator[tuple[int, tuple[T, ...]]]:
        """(end, what stands there) for each key that `text` begins with: of `length`, or with LONG every long one."""
        for one in (length,) if length < LONG else self._lengths.get(text[:HEAD], ()):
            if one >= LONG or one == length:
                key = text[:one]
                if key in self.items and len(key) == one:
                    yield one, self.items[key]
