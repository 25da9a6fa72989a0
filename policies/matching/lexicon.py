"""All entries of all owners, one automaton for each view in use."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from ..folding.pictures import holding_pictures, may_hold_pictures
from ..folding.shapes import Likeness, shape_table
from ..folding.table import Skip, View, fold_changes, is_symbol, translated
from ..model import How
from . import machine_code
from .automaton import Automaton, automaton
from .belief import Belief, drawing_belief
from .candidate import Candidate, FoundIn
from .disguises import Disguised
from .entry import Entry, Writing
from .key_index import gathered
from .lookalikes import Coded
from .pictures import Heard, Pictures, pictured
from .reading import LONG_TEXT, Lens, Reading, has_runs, lens
from .soundalikes import is_unheard

if TYPE_CHECKING:
    from .batches import PartBatch
    from .compiled.part import PartSieve

__all__ = ["Candidate", "Lexicon"]

_key, _terms = attrgetter("key"), attrgetter("terms")


Target = Entry | Writing
"""What a key of the automaton stands for."""


class Part:
    """The entries of one view."""

    def __init__(self, view: View, entries: Sequence[Entry]) -> None:
        self.lens: Lens = lens(view)
        entries = _by_key(entries)
        has_alike = any(terms.disguises.lookalike for terms, _ in groupby(entries, key=_terms))
        self._alike = shape_table(Likeness.ALIKE) if has_alike else None
        ones = list(zip(entries))  # one tuple for an entry wherever it stands alone
        self.disguised = Disguised(ones)
        targets: list[tuple[Target, ...]] = [*ones, *zip(self.disguised.reversed())]
        self.targets = gathered(self._drawn_all([one[0].key for one in targets]), targets)
        self.parts = frozenset(self._drawn_all(list(self.disguised.parts)))
        """Parts of characters as they are searched for."""
        self._machine: Automaton = automaton(self._coded_keys())
        self.needed = _needed_symbols(view, map(_key, entries)) if view.skip is Skip.MARKS else ""
        """Every key holds one of these, so a text without any of them need not be read; empty: some key holds none."""
        self._needs = re.compile(f"[{re.escape(self.needed)}]") if self.needed else None

    def _coded_keys(self) -> Iterable[str]:
        """Targets and parts as one search finds them together with look-alikes: drawn alike is of one family too."""
        disguised = self.disguised
        if self._alike is None:
            return [*self.targets, *self.parts]
        others = [*(one.key for one in disguised.undrawn), *(one.key for one in disguised.reversed())]
        families = translated([*others, *disguised.parts], shape_table(Likeness.FAMILY))
        return families if disguised.lookalikes is None else [*disguised.lookalikes.index.items, *families]

    @cached_property
    def batch(self) -> "PartBatch":
        """The search of many texts, made when it is first asked for."""
        from .batches import PartBatch  # numpy is loaded by those who have batches

        return PartBatch(self)

    @cached_property
    def sieve(self) -> "PartSieve":
        """The same through machine code."""
        from .compiled.part import PartSieve  # numba is an optional extra

        return PartSieve(self)

    @property
    def has_alike(self) -> bool:
        """Whether keys are looked for in what is taken for them at a glance."""
        return self._alike is not None

    def drawn(self, chars: str) -> str:
        """Characters as keys have them."""
        return chars.translate(self._alike) if self._alike is not None else chars

    def _drawn_all(self, texts: Sequence[str]) -> Sequence[str]:
        return translated(texts, self._alike) if self._alike is not None else texts

    def runs_of(self, key: str) -> frozenset[int]:
        """Offsets in `key` of which one must be a run for each word behind it; none when a word needs no run."""
        same = self.targets[key]
        if any(target.runs is None or target.how for target in same):
            return frozenset()
        return frozenset(_first_run(target.runs) for target in same)

    def search(self, text: str) -> Iterator[Candidate]:
        """Every occurrence of every entry."""
        if self._needs is not None and not self._needs.search(text):
            return
        reading = Reading(text, self.lens)
        seeds: list[int] = []
        coded = self._coded(reading)
        yield from self._words(reading, coded, seeds)
        yield from self.words_across(reading)
        yield from self.disguised.search(reading, coded, seeds)

    def _coded(self, reading: Reading) -> list[Coded]:
        """Where keys of the automaton stand, by end, longer ones first."""
        keys, searched = self._machine.keys, reading.searched
        if self._alike is not None:
            searched = searched.translate(shape_table(Likeness.FAMILY))
        return [(start, end, keys[number]) for start, end, number in self._machine.find(searched)]

    def _words(self, reading: Reading, coded: Sequence[Coded], seeds: list[int]) -> Iterator[Candidate]:
        """Entries as they are written, folded or drawn alike; puts into `seeds` where parts begin."""
        if not coded:
            return
        searched, targets, parts = reading.searched, self.targets, self.parts
        drawn = self.drawn(searched)
        for start, end, _ in coded:
            key = drawn[start:end]
            if key in parts:
                seeds.append(start)
            if key in targets:
                yield from self.words_at(reading, start, end, self.aimed_at(key, searched[start:end]))

    def words_across(self, reading: Reading) -> Iterator[Candidate]:
        """Entries in the text as `Reading.across` has it, where that is another one."""
        across = reading.across()
        if across is not None:
            yield from self._words(across, self._coded(across), [])

    def words_at(self, reading: Reading, start: int, end: int, targets: Sequence[Target]) -> Iterator[Candidate]:
        """What `aimed_at` tells for a place, where it stands there."""
        surface = reading.piece(start, end)
        for target in targets:
            entry = target.entry
            if entry.wild is not None:
                whole_start = start - entry.key_at
                if _fits(entry.wild, reading.searched, whole_start):
                    yield Candidate(entry, reading, whole_start, whole_start + len(entry.wild))
            elif not _has_own_runs(reading, start, end, target):
                continue
            elif target.key == surface:
                yield Candidate(entry, reading, start, end, target.how)
            else:
                yield Candidate(entry, reading, start, end, How.LOOKALIKE, drawing_belief(target.key))

    def aimed_at(self, key: str, surface: str) -> list[Target]:
        """What `surface` may stand for, drawn as it is like `key`: first what is written so."""
        same = self.targets.get(key, ())
        found = [target for target in same if target.key == surface or target.entry.wild is not None]
        if len(found) < len(same):
            found += [
                target
                for target in same
                if target.key != surface
                and target.entry.disguises.lookalike
                and (drawing_belief(target.key) is Belief.ALWAYS or is_unheard(surface))
            ]
        return found


def _by_key(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Those of one key together, by where the first of them stands."""
    places: dict[str, int] = {}
    firsts = list(map(places.setdefault, map(_key, entries), count()))
    if len(places) == len(firsts):
        return entries
    order = sorted(range(len(firsts)), key=firsts.__getitem__)
    return list(map(entries.__getitem__, order))


def _first_run(runs: Sequence[int] | None) -> int:
    return next(at for at, length in enumerate(runs or ()) if length > 1)


def _has_own_runs(reading: Reading, start: int, end: int, target: Target) -> bool:
    return target.runs is None or has_runs(reading, start, end, target.runs)


def _needed_symbols(view: View, keys: Iterable[str]) -> str:
    symbols: set[str] = set()
    for key in keys:
        its = set(filter(is_symbol, key))
        if not its:
            return ""
        symbols |= its
    sources = {chr(source) for source, target in fold_changes(view.fold).items() if chr(target) in symbols}
    return "".join(sorted(symbols | sources))


def _fits(pattern: tuple[str | None, ...], text: str, start: int) -> bool:
    if start < 0 or start + len(pattern) > len(text):
        return False
    return all(c is None or text[start + at] == c for at, c in enumerate(pattern))


class Lexicon:
    """Entries to be searched together; immutable once made."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_view: dict[View, list[Entry]] = {}
        for terms, same in groupby(entries, key=_terms):
            by_view.setdefault(terms.view, []).extend(same)
        self.parts = tuple(Part(view, same) for view, same in by_view.items())
        """One for each view."""
        views = ((part.lens, part.disguised.speller) for part in self.parts)
        self._pictures = Pictures([Heard(lens, speller.promise) for lens, speller in views if speller is not None])
        if machine_code.is_ready():
            for part in self.parts:
                _ = part.sieve  # now, and not while a message waits

    def search(self, text: str) -> Iterator[Candidate]:
        """Every occurrence of every entry, wildcards and run lengths checked, and of disguised words those that may be
        believed; by view, then by kind, then by place; then those that hold pictures.

        Through machine code, where it is loaded, some are left out that `filters.place` would not believe.
        """
        return self._with_pictures(text, self._found_in) if may_hold_pictures(text) else self._found_in(text)

    def doubtful(self, text: str) -> Iterator[Candidate]:
        """The same with those that will not be believed, whatever is loaded: for those who tell why."""
        return self._with_pictures(text, self._doubtful_in)

    def _with_pictures(self, text: str, search: Callable[[str], Iterable[Candidate]]) -> Iterator[Candidate]:
        read = self._pictures.read(text)
        if read == text:
            yield from search(text)
        else:
            plain = list(search(text))
            yield from plain
            yield from pictured(search(read), text, plain)

    def _found_in(self, text: str) -> Iterator[Candidate]:
        if machine_code.is_worth(1):
            found = FoundIn(list)
            self._search_together((text,), found)
            return iter(found.get(0, ()))
        return self._doubtful_in(text)

    def _doubtful_in(self, text: str) -> Iterator[Candidate]:
        if len(text) > LONG_TEXT:
            found = FoundIn(list)
            self._search_arrays((text,), found)
            yield from found.get(0, ())
            return
        for part in self.parts:
            yield from part.search(text)

    def search_many(self, texts: Sequence[str]) -> list[list[Candidate]]:
        """For each text what `search` yields, in the same order; the time of a text falls with their number."""
        found = self.search_some(texts)
        return [found.get(number, []) for number in range(len(texts))]

    def search_some(self, texts: Sequence[str]) -> Mapping[int, list[Candidate]]:
        """The same of those of the texts in which something is found, by number, in no order."""
        if not texts:
            return {}
        machine_code.is_worth(len(texts))
        found = FoundIn(list)
        for number in self._search_together(texts, found):
            text = texts[number]
            if (read := self._pictures.read(text)) != text:
                its = found[number]
                its += list(pictured(self._found_in(read), text, its))
        return found

    def _search_together(self, texts: Sequence[str], found: FoundIn) -> Sequence[int]:
        """Puts into `found` what stands in the texts without reading pictures: numbers of those that may hold some."""
        if machine_code.is_ready():
            from .compiled.searching import search_through  # as above

            return search_through(self.parts, texts, found)
        self._search_arrays(texts, found)
        return holding_pictures(texts)

    def _search_arrays(self, texts: Sequence[str], found: FoundIn) -> None:
        from .pages import Sheet  # as above

        sheet = Sheet(texts)
        for part in self.parts:
            part.batch.search(texts, sheet, found)
