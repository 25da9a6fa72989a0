"""Keys and what stands under them: found all in one text, or looked up where one may stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import is_not
from typing import Generic, TypeVar

from .automaton import automaton

T = TypeVar("T")
FEWEST = 2
LONG = 4
"""From so many characters on `at` does not tell keys by their length."""


@dataclass(frozen=True, slots=True)
class GramKey:
    """A key with whether it needs a pair of characters that honest talk does not have."""

    text: str
    is_doubtful: bool


class KeyTable(Generic[T]):
    """What stands under keys of at least two characters. Immutable."""

    def __init__(self, items: Mapping[str, tuple[T, ...]]) -> None:
        """Raises ValueError for a key of fewer than two characters."""
        self.items = items
        sizes = set(map(len, items))
        if sizes and min(sizes) < FEWEST:
            raise ValueError("a key of fewer than two characters")
        self._long = sorted(size for size in sizes if size >= LONG)
        self.longest = max(sizes, default=0)
        """Characters of the longest key."""

    def at(self, text: str, length: int) -> Iterator[tuple[int, tuple[T, ...]]]:
        """(end, what stands there) for each key that `text` begins with: of `length`, or with LONG every long one."""
        for one in (length,) if length < LONG else self._long:
            key = text[:one]
            if key in self.items and len(key) == one:
                yield one, self.items[key]


class KeyIndex(KeyTable[T]):
    """The same, with the means to look through whole texts."""

    def __init__(self, items: Mapping[str, tuple[T, ...]]) -> None:
        """As `KeyTable`."""
        super().__init__(items)
        self.ordered = sorted(items)
        """The keys in order, in which the automaton is made in less time too."""
        self._machine = automaton(self.ordered)

    def find(self, text: str) -> Iterator[tuple[int, int, tuple[T, ...]]]:
        """(start, end, what stands there) for each key in `text`, by start and end."""
        keys, items = self._machine.keys, self.items
        for start, end, number in sorted(self._machine.find(text)):
            yield start, end, items[keys[number]]


def gathered(keys: Sequence[str], items: Sequence[tuple[T, ...]]) -> dict[str, tuple[T, ...]]:
    """What stands under each key, in the order given; under a key that is there once that very tuple.

    Nearly every key is: no line of Python runs for those.
    """
    found: dict[str, tuple[T, ...]] = {}
    firsts = list(map(found.setdefault, keys, items))
    if len(found) < len(firsts):
        more: dict[str, list[T]] = {}
        for key, some in compress(zip(keys, items, strict=True), map(is_not, firsts, items)):
            more.setdefault(key, []).extend(some)
        for key, others in more.items():
            found[key] += tuple(others)
    return found
