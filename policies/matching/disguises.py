"""The disguises of one view's words: other characters of the same sound or drawing, letters, parts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..folding.shapes import parts_of
from ..folding.sounds import Ear
from ..folding.table import View
from .candidate import Candidate
from .entries import Entry
from .lookalikes import Lookalikes
from .mixtures import Mixtures
from .profile import Homophone
from .promise import LETTERS
from .reading import Reading, lens
from .soundalikes import Soundalikes, heard_of, may_be_disguised, sounds_of
from .spelling import Speller


class Disguised:
    """What is looked through after the words themselves."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        hidden = [entry for entry in entries if entry.disguises.is_any and may_be_disguised(entry.key)]
        self._reversed = [entry for entry in hidden if entry.disguises.reversed and entry.key != entry.key[::-1]]
        self.parts = _parts(entry for entry in hidden if entry.disguises.split)
        """Parts as they stand in searched text, to the characters they may be."""
        self._is_spelled = any(entry.disguises.pinyin for entry in hidden)
        heard = [item for entry in hidden if _is_heard(entry) for item in heard_of(entry)]
        sounds = sounds_of(heard, Ear.PLAIN)
        self.speller = Speller(sounds, self.parts) if self._is_spelled or self.parts else None
        homophones = {entry.disguises.homophone for entry in hidden}
        self.soundalikes: list[Soundalikes] = []
        """One for each ear that is asked for."""
        if homophones & {Homophone.AUTO, Homophone.ON}:
            self.soundalikes.append(Soundalikes(sounds, Ear.PLAIN))
        if Homophone.FUZZY in homophones:
            fuzzy = [item for item in heard if item.entry.disguises.homophone is Homophone.FUZZY]
            self.soundalikes.append(Soundalikes(sounds_of(fuzzy, Ear.FUZZY), Ear.FUZZY))
        drawn = [entry for entry in hidden if entry.disguises.lookalike]
        self.lookalikes = Lookalikes(drawn) if drawn else None
        self.mixtures = Mixtures(sounds.items)

    def reversed(self) -> Iterator[tuple[str, Entry]]:
        """Words that are also looked for from their end, as they stand then."""
        return ((entry.key[::-1], entry) for entry in self._reversed)

    def search(self, reading: Reading, seeds: Sequence[int]) -> Iterator[Candidate]:
        """Every disguised word. `seeds`: where in the searched text `parts` begin."""
        for soundalikes in self.soundalikes:
            yield from soundalikes.find(reading)
        if self.lookalikes is not None:
            yield from self.lookalikes.find(reading)
        for start, one in self.mixtures.find(reading.searched):
            yield from one.candidates(reading, start)
        yield from self.spelled(reading, seeds)

    def spelled(self, reading: Reading, seeds: Sequence[int]) -> Iterator[Candidate]:
        """Words that hold letters that spell, or parts."""
        speller = self.speller
        if speller is None or not (seeds or (self._is_spelled and LETTERS.search(reading.searched))):
            return
        starts = sorted({reading.runs[seed] for seed in seeds})
        places = speller.promise.places(reading.kept, starts, _breaks(reading))
        if places:
            yield from self.spelled_at(reading.uncollapsed(), places)

    def spelled_at(self, plain: Reading, places: Sequence[int]) -> Iterator[Candidate]:
        """Words that hold what stands at `places` of an uncollapsed reading, as `Promise` tells them."""
        if self.speller is not None and places:
            for found in self.speller.find(plain.kept, plain.origin, places):
                units = tuple((step.start, step.end) for step in found.steps)
                yield Candidate(found.entry, plain, found.start, found.end, found.how, found.belief, units)


def _breaks(reading: Reading) -> frozenset[int]:
    """Where in `kept` a letter follows a letter that it does not stand beside."""
    if len(reading.kept) == len(reading.text):
        return frozenset()
    origin = reading.origin
    inside = (range(run.start() + 1, run.end()) for run in LETTERS.finditer(reading.kept))
    return frozenset(at for run in inside for at in run if origin[at] != origin[at - 1] + 1)


def _is_heard(entry: Entry) -> bool:
    disguises = entry.disguises
    return disguises.pinyin or disguises.split or disguises.homophone is not Homophone.OFF


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
