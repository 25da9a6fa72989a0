"""All entries of all owners, one automaton for each view in use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..folding.table import View
from .automaton import ByteAutomaton
from .entries import Entry
from .reading import Reading


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry found, not yet judged. `start`, `end` are offsets of the reading's searched text."""

    entry: Entry
    reading: Reading
    start: int
    end: int


class Lexicon:
    """Entries to be searched together; immutable once made."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_view: dict[View, dict[str, list[Entry]]] = {}
        for entry in entries:
            by_view.setdefault(entry.view, {}).setdefault(entry.key, []).append(entry)
        self._parts = tuple(
            (view, machine, tuple(tuple(keys[key]) for key in machine.keys))
            for view, keys in by_view.items()
            for machine in (ByteAutomaton(keys),)
        )

    def search(self, text: str) -> Iterator[Candidate]:
        """Every occurrence of every entry, wildcards and run lengths checked; by view, then by end."""
        for view, machine, entries in self._parts:
            reading = Reading(text, view)
            yield from _search(reading, machine, entries)
            across = reading.across()
            if across is not None:
                yield from _search(across, machine, entries)


def _search(reading: Reading, machine: ByteAutomaton, entries: tuple[tuple[Entry, ...], ...]) -> Iterator[Candidate]:
    for start, end, number in machine.find(reading.searched):
        for entry in entries[number]:
            if entry.wild is not None:
                whole_start = start - entry.key_at
                if _fits(entry.wild, reading.searched, whole_start):
                    yield Candidate(entry, reading, whole_start, whole_start + len(entry.wild))
            elif entry.runs is None or all(
                has >= needs for has, needs in zip(reading.run_lengths(start, end), entry.runs, strict=True)
            ):
                yield Candidate(entry, reading, start, end)


def _fits(pattern: tuple[str | None, ...], text: str, start: int) -> bool:
    if start < 0 or start + len(pattern) > len(text):
        return False
    return all(c is None or text[start + at] == c for at, c in enumerate(pattern))
