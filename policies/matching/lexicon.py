"""All entries of all owners, one automaton for each view in use."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..folding.shapes import Likeness, shape_table
from ..folding.table import Skip, View, fold_changes, is_symbol
from ..model import How
from .automaton import ByteAutomaton
from .belief import drawing_belief
from .candidate import Candidate
from .disguises import Disguised
from .entries import Entry
from .reading import Lens, Reading, has_runs, lens

__all__ = ["Candidate", "Lexicon"]


@dataclass(frozen=True, slots=True)
class _Target:
    """What a key of the automaton stands for."""

    entry: Entry
    key: str
    how: How | None


@dataclass(slots=True)
class _Signs:
    """What a search sees besides entries."""

    seeds: list[int] = field(default_factory=list)
    """Where parts of characters begin."""
    has_cue: bool = False


class _Part:
    """The entries of one view."""

    def __init__(self, view: View, keys: dict[str, list[Entry]]) -> None:
        self.lens: Lens = lens(view)
        self.disguised = Disguised(entry for same in keys.values() for entry in same)
        has_alike = any(entry.disguises.lookalike for same in keys.values() for entry in same)
        self.alike = shape_table(Likeness.ALIKE) if has_alike else None
        targets: dict[str, list[_Target]] = {}
        for key, same in keys.items():
            targets.setdefault(self._drawn(key), []).extend(_Target(entry, key, None) for entry in same)
        for key, entry in self.disguised.reversed():
            targets.setdefault(self._drawn(key), []).append(_Target(entry, key, How.REVERSED))
        parts = {self._drawn(key) for key in self.disguised.parts}
        cues = {self._drawn(cue) for cue in self.disguised.cues}
        for key in parts | cues:
            targets.setdefault(key, [])
        self.machine = ByteAutomaton(targets)
        self.targets = tuple(map(tuple, targets.values()))
        self.signs = [(key in parts, key in cues) for key in targets]
        """For each key: whether it is parts of a character, whether it is a cue."""
        self.needs = _needed_symbols(view, keys) if view.skip is Skip.MARKS else None

    def _drawn(self, chars: str) -> str:
        return chars.translate(self.alike) if self.alike is not None else chars

    def search(self, text: str) -> Iterator[Candidate]:
        if self.needs is not None and not self.needs.search(text):
            return
        reading = Reading(text, self.lens)
        found = _Signs()
        yield from self._search(reading, found)
        across = reading.across()
        if across is not None:
            yield from self._search(across, _Signs())
        yield from self.disguised.search(reading, found.seeds, found.has_cue)

    def _search(self, reading: Reading, found: _Signs) -> Iterator[Candidate]:
        searched = reading.searched
        for start, end, number in self.machine.find(self._drawn(searched)):
            is_part, is_cue = self.signs[number]
            if is_part:
                found.seeds.append(start)
            found.has_cue = found.has_cue or is_cue
            surface = searched[start:end]
            alike: list[_Target] = []
            for target in self.targets[number]:
                entry = target.entry
                if entry.wild is not None:
                    whole_start = start - entry.key_at
                    if _fits(entry.wild, searched, whole_start):
                        yield Candidate(entry, reading, whole_start, whole_start + len(entry.wild))
                elif surface != target.key:
                    alike.append(target)
                elif _has_own_runs(reading, start, end, target):
                    yield Candidate(entry, reading, start, end, target.how)
            for target in alike:
                if target.entry.disguises.lookalike and _has_own_runs(reading, start, end, target):
                    yield Candidate(target.entry, reading, start, end, How.LOOKALIKE, drawing_belief(target.key))


def _has_own_runs(reading: Reading, start: int, end: int, target: _Target) -> bool:
    runs = target.entry.runs
    return runs is None or has_runs(reading, start, end, runs[::-1] if target.how else runs)


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

    def search_many(self, texts: Sequence[str]) -> list[list[Candidate]]:
        """For each text what `search` yields, in the same order."""
        return [list(self.search(text)) for text in texts]
