"""The search of many texts at once: arrays say where something may stand, and only there is looked at."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..folding.arrays import Points, shape_array, sound_array
from ..folding.shapes import Likeness
from .candidate import Candidate
from .grams import Findings, Grams, Places
from .key_index import LONG, GramKey
from .lookalikes import Lookalikes
from .pages import Page, Sheet, text_of
from .reading import Reading
from .soundalikes import Soundalikes

if TYPE_CHECKING:
    from .lexicon import Part

MOST_CANDIDATES = 10_000
"""Candidates of one text and one view, about."""


class _Texts:
    """What is found in each text of a batch, and its reading once something was."""

    def __init__(self, part: "Part", texts: Sequence[str], found: list[list[Candidate]]) -> None:
        self._part = part
        self._texts = texts
        self._found = found
        self._most = [len(one) + MOST_CANDIDATES for one in found]
        self._readings: dict[int, Reading] = {}

    def reading(self, number: int) -> Reading:
        reading = self._readings.get(number)
        if reading is None:
            reading = self._readings[number] = Reading(self._texts[number], self._part.lens)
        return reading

    def has_room(self, number: int) -> bool:
        return len(self._found[number]) < self._most[number]

    def add(self, number: int, candidates: Iterable[Candidate]) -> None:
        self._found[number].extend(candidates)


class PartBatch:
    """The entries of one view, for many texts at once. Immutable."""

    def __init__(self, part: "Part") -> None:
        self._part = part
        self._alike = shape_array(Likeness.ALIKE) if part.has_alike else None
        runs = {key: part.runs_of(key) for key in part.targets}
        words = {*(key for key, offsets in runs.items() if not offsets), *part.parts}
        self._words = Grams([GramKey(key, is_doubtful=False) for key in words])
        self._run_words = Grams([GramKey(key, is_doubtful=False) for key, offsets in runs.items() if offsets])
        self._runs = sorted(frozenset[int]().union(*runs.values()))
        self._long = sorted({len(key) for key in part.targets if len(key) >= LONG})
        disguised = part.disguised
        self._others: list[tuple[Soundalikes | Lookalikes, Points, Grams]] = [
            (one, sound_array(one.ear), Grams(list(one.keys()))) for one in disguised.soundalikes
        ]
        if disguised.lookalikes is not None:
            drawn = disguised.lookalikes
            self._others.append((drawn, shape_array(Likeness.FAMILY), Grams(list(drawn.keys()))))
        self._needed = np.array(list(map(ord, part.needed)), dtype=np.uint32)

    def search(self, texts: Sequence[str], sheet: Sheet, found: list[list[Candidate]]) -> None:
        """Puts into `found` for each text what `Part.search` yields."""
        part = self._part
        if len(self._needed) and not np.isin(sheet.points, self._needed).any():
            return
        page = Page(sheet, part.lens.view)
        ours = _Texts(part, texts, found)
        searched = text_of(page.searched)
        seeds = self._search_words(page, searched, ours)
        self._search_others(page, searched, ours)
        self._search_spelled(page, seeds, ours)

    def _search_words(self, page: Page, searched: str, ours: _Texts) -> list[int]:
        """Returns where in `searched` parts begin."""
        part = self._part
        points = page.searched if self._alike is None else self._alike[page.searched]
        drawn = searched if self._alike is None else text_of(points)
        hits: list[tuple[int, int, str]] = []
        seeds: list[int] = []
        for place, length in _pairs(self._words.find(points).sure, self._run_findings(page, points)):
            for one in (length,) if length < LONG else self._long:
                key = drawn[place : place + one]
                if len(key) < one:
                    break
                if key in part.parts:
                    seeds.append(place)
                if key in part.targets and part.aimed_at(key, searched[place : place + one]):
                    hits.append((place + len(key), place, key))
        hits.sort()
        numbers, starts = page.locate(np.array([place for _, place, _ in hits], dtype=np.intp))
        for number, start, (_, _, key) in zip(numbers, starts, hits, strict=True):
            if ours.has_room(number):
                ours.add(number, part.word_at(ours.reading(number), start, start + len(key), key))
        for number in page.apart():
            across = ours.reading(number).across()
            if across is not None:
                ours.add(number, part.words(across, []))
        return sorted(seeds)

    def _run_findings(self, page: Page, points: Points) -> tuple[Places, Places]:
        runs = page.runs() if self._runs else np.zeros(0, dtype=np.intp)
        if not len(runs):
            return runs, runs
        at = np.unique(np.concatenate([runs - first for first in self._runs]))
        return self._run_words.find(points, at[at >= 0]).sure

    def _search_others(self, page: Page, searched: str, ours: _Texts) -> None:
        findings = [grams.find(table[page.searched]) for _, table, grams in self._others]
        for (others, table, _), found in zip(self._others, _believed(findings, page), strict=True):
            if not len(found[0]):
                continue
            sounds = text_of(table[page.searched])
            hits = sorted(_pairs(found))
            numbers, starts = page.locate(np.array([place for place, _ in hits], dtype=np.intp))
            for (place, length), number, start in zip(hits, numbers, starts, strict=True):
                if not ours.has_room(number):
                    continue
                end = place + (length if length < LONG else others.index.longest)
                reading = partial(ours.reading, number)
                ours.add(number, others.at(sounds[place:end], searched[place:end], length, reading, start))

    def _search_spelled(self, page: Page, seeds: Sequence[int], ours: _Texts) -> None:
        disguised = self._part.disguised
        if disguised.speller is None:
            return
        places = np.array(seeds, dtype=np.intp)
        kept = text_of(page.kept)
        hopeful = disguised.speller.promise.texts(kept, page.kept_ends(), page.kept_places(places), page.breaks())
        if not hopeful:
            return
        starts: dict[int, list[int]] = {}
        for number, start in zip(*page.locate(places), strict=True):
            starts.setdefault(number, []).append(start)
        for number in hopeful:
            ours.add(number, disguised.spelled(ours.reading(number), starts.get(number, [])))


def _pairs(*found: tuple[Places, Places]) -> list[tuple[int, int]]:
    return [pair for places, lengths in found for pair in zip(places.tolist(), lengths.tolist(), strict=True)]


def _believed(findings: Sequence[Findings], page: Page) -> list[tuple[Places, Places]]:
    """Of each finding the sure places and those of the doubtful that stand where honest talk has no such pair."""
    if not findings:
        return []
    places = np.concatenate([found.doubtful[0] for found in findings])
    lengths = np.concatenate([found.doubtful[1] for found in findings])
    longer = np.flatnonzero(lengths > 2)
    odd = page.unusual(np.concatenate([places, places[longer] + 1]))
    unusual = odd[: len(places)]
    unusual[longer] |= odd[len(places) :]
    believed: list[tuple[Places, Places]] = []
    at = 0
    for found in findings:
        until = at + len(found.doubtful[0])
        chosen = unusual[at:until]
        believed.append(
            (
                np.concatenate([found.sure[0], places[at:until][chosen]]),
                np.concatenate([found.sure[1], lengths[at:until][chosen]]),
            )
        )
        at = until
    return believed
