"""The disguises of one view's words: other characters of the same sound or drawing, letters, parts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..folding.shapes import Likeness, parts_of, shape_table
from ..folding.sounds import Ear
from ..folding.table import View
from ..model import How
from .automaton import ByteAutomaton
from .belief import CUES, LONG_NUMBER, Belief, drawing_belief
from .candidate import Candidate
from .entries import Entry
from .profile import Homophone
from .reading import Reading, has_runs, lens
from .soundalikes import Heard, Soundalikes, ear_of, heard_of, may_be_disguised
from .spelling import LETTERS, MOST_RUNS, Speller


class Disguised:
    """What is looked through after the words themselves."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        hidden = [entry for entry in entries if entry.disguises.is_any and may_be_disguised(entry.key)]
        self._reversed = [entry for entry in hidden if entry.disguises.reversed and entry.key != entry.key[::-1]]
        self.parts = _parts(entry for entry in hidden if entry.disguises.split)
        """Parts as they stand in searched text, to the characters they may be."""
        heard = [item for entry in hidden for item in heard_of(entry)]
        spelled = [item for item in heard if item.entry.disguises.pinyin or item.entry.disguises.split]
        self._has_letters = any(item.entry.disguises.pinyin for item in spelled)
        self._speller = Speller(spelled, self.parts) if spelled else None
        sounding = [_asked(item) for item in heard if item.entry.disguises.homophone is not Homophone.OFF]
        self._soundalikes = _soundalikes(item for item in sounding if item.belief is not Belief.CUED)
        self._cued = _soundalikes(item for item in sounding if item.belief is Belief.CUED)
        self.cues = CUES if self._cued else ()
        """Words whose presence is told to `search`."""
        drawn = [entry for entry in hidden if entry.disguises.lookalike]
        self._lookalikes = Lookalikes(drawn) if drawn else None

    def reversed(self) -> Iterator[tuple[str, Entry]]:
        """Words that are also looked for from their end, as they stand then."""
        return ((entry.key[::-1], entry) for entry in self._reversed)

    def search(self, reading: Reading, seeds: Sequence[int], cue: bool) -> Iterator[Candidate]:  # noqa: FBT001
        """Every disguised word. `seeds`: where in the searched text `parts` begin; `cue`: one of `cues` is there."""
        searched = reading.searched
        heard_by = self._soundalikes
        if self._cued and (cue or LONG_NUMBER.search(searched)):
            heard_by = [*heard_by, *self._cued]
        for soundalikes in heard_by:
            for start, end, heard in soundalikes.find(searched):
                if heard.runs is None or has_runs(reading, start, end, heard.runs):
                    yield Candidate(heard.entry, reading, start, end, How.HOMOPHONE, heard.belief)
        if self._lookalikes is not None:
            for start, end, entry in self._lookalikes.find(searched):
                if entry.runs is None or has_runs(reading, start, end, entry.runs):
                    yield Candidate(entry, reading, start, end, How.LOOKALIKE, drawing_belief(entry.key))
        if self._speller is not None and (seeds or (self._has_letters and LETTERS.search(searched))):
            yield from self._spelled(self._speller, reading, seeds)

    def _spelled(self, speller: Speller, reading: Reading, seeds: Sequence[int]) -> Iterator[Candidate]:
        starts = sorted({reading.runs[seed] for seed in seeds[:MOST_RUNS]})
        plain = reading.uncollapsed()
        for found in speller.find(plain.kept, plain.origin, starts):
            units = tuple((step.start, step.end) for step in found.steps)
            yield Candidate(found.entry, plain, found.start, found.end, found.how, found.belief, units)


class Lookalikes:
    """Entries by the component that tells their characters."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._table = shape_table(Likeness.FAMILY)
        drawn: dict[str, list[Entry]] = {}
        for entry in entries:
            drawn.setdefault(entry.key.translate(self._table), []).append(entry)
        self._machine = ByteAutomaton(drawn)
        self._entries = tuple(map(tuple, drawn.values()))

    def find(self, searched: str) -> Iterator[tuple[int, int, Entry]]:
        """(start, end, entry) where `searched` is drawn like a word and is not the word."""
        for start, end, number in self._machine.find(searched.translate(self._table)):
            surface = searched[start:end]
            for entry in self._entries[number]:
                if entry.key != surface:
                    yield start, end, entry


def _asked(item: Heard) -> Heard:
    return replace(item, belief=Belief.ALWAYS) if item.entry.disguises.homophone is Homophone.ON else item


def _soundalikes(heard: Iterable[Heard]) -> list[Soundalikes]:
    by_ear: dict[Ear, list[Heard]] = {}
    for item in heard:
        by_ear.setdefault(ear_of(item.entry), []).append(item)
    return [Soundalikes(items, ear) for ear, items in by_ear.items()]


def _parts(entries: Iterable[Entry]) -> dict[str, str]:
    found: dict[str, str] = {}
    views: dict[View, set[str]] = {}
    for entry in entries:
        views.setdefault(entry.view, set()).update(entry.key)
    for view, chars in views.items():
        through = lens(replace(view, repeats=False))
        for char in sorted(chars):
            for parts in parts_of(char):
                kept = Reading(parts, through).kept
                if len(kept) == len(parts) and char not in found.get(kept, ""):
                    found[kept] = found.get(kept, "") + char
    return found
