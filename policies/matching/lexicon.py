"""All entries of all owners, one automaton for each view in use."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..folding.table import Skip, View, fold_changes, is_symbol
from .automaton import ByteAutomaton
from .entries import Entry
from .reading import Lens, Reading, lens


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry found, not yet judged. `start`, `end` are offsets of the reading's searched text."""

    entry: Entry
    reading: Reading
    start: int
    end: int


class _Part:
    """The entries of one view."""

    def __init__(self, view: View, keys: dict[str, list[Entry]]) -> None:
        self.lens: Lens = lens(view)
        self.machine = ByteAutomaton(keys)
        self.entries = tuple(tuple(keys[key]) for key in self.machine.keys)
        self.needs = _needed_symbols(view, keys) if view.skip is Skip.MARKS else None

    def search(self, text: str) -> Iterator[Candidate]:
        if self.needs is not None and not self.needs.search(text):
            return
        reading = Reading(text, self.lens)
        yield from self._search(reading)
        across = reading.across()
        if across is not None:
            yield from self._search(across)

    def _search(self, reading: Reading) -> Iterator[Candidate]:
        for start, end, number in self.machine.find(reading.searched):
            for entry in self.entries[number]:
                if entry.wild is not None:
                    whole_start = start - entry.key_at
                    if _fits(entry.wild, reading.searched, whole_start):
                        yield Candidate(entry, reading, whole_start, whole_start + len(entry.wild))
                elif entry.runs is None or all(
                    has >= needs for has, needs in zip(reading.run_lengths(start, end), entry.runs, strict=True)
                ):
                    yield Candidate(entry, reading, start, end)


def _needed_symbols(view: View, keys: Iterable[str]) -> re.Pattern[str]:
    """Every key of such a view holds a symbol, so a text without any of them need not be read."""
    symbols = {char for key in keys for char in key if is_symbol(char)}
    sources = {chr(source) for source, target in fold_changes(view.fold).items() if chr(target) in symbols}
    return re.compile(f"[{re.escape(''.join(sorted(symbols | sources)))}]")


def _fits(pattern: tuple[str | None, ...], text: str, start: int) -> bool:
    if start < 0 or start + len(pattern) > len(text):
        return False
    return all(c is None or text[start + at] == c for at, c in enumerate(pattern))


class Lexicon:
    """Entries to be searched together; immutable once made."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_view: dict[View, dict[str, list[Entry]]] = {}
        for entry in entries:
            by_view.setdefault(entry.view, {}).setdefault(entry.key, []).append(entry)
        self._parts = tuple(_Part(view, keys) for view, keys in by_view.items())

    def search(self, text: str) -> Iterator[Candidate]:
        """Every occurrence of every entry, wildcards and run lengths checked; by view, then by end."""
        for part in self._parts:
            yield from part.search(text)
