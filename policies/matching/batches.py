"""The search of many texts at once: arrays say where something may stand, and only there is looked at."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ..folding.arrays import Flags, Points, shape_array, sound_array
from ..folding.shapes import Likeness
from ..folding.sounds import Ear
from .belief import Belief, is_believed
from .candidate import Candidate, FoundIn
from .grams import Grams, Places
from .key_index import LONG, GramKey
from .lookalikes import Lookalikes
from .mixtures import CODE_BITS, FLAG_BITS, SPREAD
from .pages import Page, Sheet, text_of
from .reading import Lens, Reading
from .soundalikes import Soundalikes

if TYPE_CHECKING:
    from .lexicon import Part, Target

MOST_CANDIDATES = 1_000
"""Candidates of one text and one view, about."""
MOST_PLACES = 2_000
"""Places of one text at which words of one view are looked up; one with more is hostile and has its verdict by then."""


_NOWHERE: Places = np.zeros(0, dtype=np.intp)


class _Texts:
    """What is found in each text of a batch, and its reading once something was."""

    def __init__(self, through: Lens, page: Page, texts: Sequence[str], found: FoundIn) -> None:
        self._lens = through
        self._page = page
        self._texts = texts
        self._found = found
        self._before = {number: len(its) for number, its in found.items()}
        self._readings: dict[int, Reading] = {}

    def reading(self, number: int) -> Reading:
        reading = self._readings.get(number)
        if reading is None:
            reading = self._readings[number] = self._page.reading(number, self._texts[number], self._lens)
        return reading

    def has_room(self, number: int) -> bool:
        return len(self._found[number]) < self._before.get(number, 0) + MOST_CANDIDATES

    def add(self, number: int, candidates: Iterable[Candidate]) -> None:
        self._found[number].extend(candidates)


class PartBatch:
    """The entries of one view, for many texts at once. Immutable."""

    def __init__(self, part: "Part") -> None:
        self._part = part
        self._alike = shape_array(Likeness.ALIKE) if part.has_alike else None
        runs = {key: part.runs_of(key) for key in part.targets}
        words = {*(key for key, offsets in runs.items() if not offsets), *part.parts}
        self._run_words: dict[str, set[tuple[int, int]]] = {}
        """By the character that must be a run: its offsets in keys, each with a length of key."""
        for key, offsets in runs.items():
            for offset in offsets:
                self._run_words.setdefault(key[offset], set()).add((offset, len(key)))
        self._long = sorted({len(key) for key in part.targets if len(key) >= LONG})
        disguised = part.disguised
        self._others: list[tuple[Soundalikes | Lookalikes, Points]] = [
            (one, sound_array(one.ear)) for one in disguised.soundalikes
        ]
        if disguised.lookalikes is not None:
            self._others.append((disguised.lookalikes, shape_array(Likeness.FAMILY)))
        self._grams = Grams(
            [
                [GramKey(word, is_doubtful=False) for word in words],
                *(list(others.keys()) for others, _ in self._others),
            ]
        )
        self._flags = np.frombuffer(disguised.mixtures.flags, dtype=np.bool_)
        self._needed = np.array(list(map(ord, part.needed)), dtype=np.uint32)

    def search(self, texts: Sequence[str], sheet: Sheet, found: FoundIn) -> None:
        """Puts into `found` for each text what `Part.search` yields."""
        part = self._part
        if len(self._needed) and not np.isin(sheet.points, self._needed).any():
            return
        page = Page(sheet, part.lens.view)
        ours = _Texts(part.lens, page, texts, found)
        drawn = page.searched if self._alike is None else self._alike[page.searched]
        views = [drawn, *(table[page.searched] for _, table in self._others)]
        words, *others = (page.first(places, MOST_PLACES) for places in self._grams.find(views, page.unusual))
        seeds = self._search_words(page, page.text if self._alike is None else text_of(drawn), words, ours)
        for (one, _), points, places in zip(self._others, views[1:], others, strict=True):
            _search_others(page, one, text_of(points), places, ours)
        self._search_mixtures(page, ours)
        self._search_spelled(page, seeds, ours)

    def _search_words(self, page: Page, drawn: str, found: tuple[Places, Places], ours: _Texts) -> list[int]:
        """Returns where in `searched` parts begin."""
        part, searched = self._part, page.text
        hits: dict[tuple[int, int], list[Target]] = {}
        seeds: list[int] = []
        for place, length in _pairs(found):
            for one in (length,) if length < LONG else self._long:
                end = place + one
                key = drawn[place:end]
                if key in part.parts:
                    seeds.append(place)
                if key in part.targets and len(key) == one and (aimed := part.aimed_at(key, searched[place:end])):
                    hits[end, place] = aimed
        runs = page.runs() if self._run_words else _NOWHERE
        for run in page.first((runs, runs), MOST_PLACES)[0].tolist():
            for offset, length in self._run_words.get(drawn[run], ()):
                place, end = run - offset, run - offset + length
                key = drawn[place:end] if place >= 0 else ""
                if key in part.targets and (aimed := part.aimed_at(key, searched[place:end])):
                    hits[end, place] = aimed
        ordered = sorted(hits)
        numbers, starts = page.locate(np.array([place for _, place in ordered], dtype=np.intp))
        for number, start, (end, place) in zip(numbers, starts, ordered, strict=True):
            if ours.has_room(number):
                until = start + end - place
                ours.add(number, part.words_at(ours.reading(number), start, until, hits[end, place]))
        for number in page.apart():
            ours.add(number, islice(part.words_across(ours.reading(number)), MOST_CANDIDATES))
        return sorted(seeds)

    def _search_mixtures(self, page: Page, ours: _Texts) -> None:
        mixtures = self._part.disguised.mixtures
        if not len(mixtures.numbers) or len(page.searched) <= LONG:
            return
        sounds = sound_array(Ear.PLAIN)[page.searched]
        odd = page.odd
        begins = np.flatnonzero(odd[:-2] | odd[1:-1] | odd[2:])
        four = [sounds[begins + at] for at in range(LONG)]
        begins = begins[_flagged(self._flags, four)]
        begins, _ = page.first((begins, begins), MOST_PLACES)
        coded = text_of(sounds) if len(begins) else ""
        found = list(mixtures.at(page.text, coded, begins.tolist()))
        numbers, starts = page.locate(np.array([start for start, _ in found], dtype=np.intp))
        for number, start, (_, one) in zip(numbers, starts, found, strict=True):
            if ours.has_room(number):
                ours.add(number, one.candidates(ours.reading(number), start))

    def _search_spelled(self, page: Page, seeds: Sequence[int], ours: _Texts) -> None:
        disguised = self._part.disguised
        if disguised.speller is None:
            return
        after = np.array(seeds, dtype=np.intp) + 1
        starts = [place - 1 for place in page.kept_places(after)]  # of a run the last
        promised = disguised.speller.promise.places_in(page.kept_text, page.kept_ends, starts, page.breaks())
        for number, found in promised.items():
            begin = page.kept_ends[number - 1] + 1 if number else 0
            plain = ours.reading(number).uncollapsed()
            ours.add(number, disguised.spelled_at(plain, [place - begin for place in found]))


def _search_others(
    page: Page, others: Soundalikes | Lookalikes, coded: str, found: tuple[Places, Places], ours: _Texts
) -> None:
    hits = sorted(_pairs(found))
    numbers, starts = page.locate(np.array([place for place, _ in hits], dtype=np.intp))
    for (place, length), number, start in zip(hits, numbers, starts, strict=True):
        if not ours.has_room(number):
            continue
        end = place + (length if length < LONG else others.index.longest)
        for one in others.at(coded[place:end], page.text[place:end], length):
            if one.belief is Belief.ALWAYS or is_believed(
                one.belief, page.folded, page.folded_places(place, place + one.size)
            ):
                ours.add(number, one.candidates(ours.reading(number), start))


def _pairs(found: tuple[Places, Places]) -> list[tuple[int, int]]:
    places, lengths = found
    return list(zip(places.tolist(), lengths.tolist(), strict=True))


def _flagged(flags: Flags, four: Sequence[Points]) -> Flags:
    """`Mixtures` of each window: whether three of its codes are those of a word."""
    one, two, three, last = four
    wide, wider, out = np.uint32(CODE_BITS), np.uint32(2 * CODE_BITS), 3 * CODE_BITS
    first, middle, inner, ends = one << wider, two << wider, two << wide, three << wide
    numbers = (
        middle | ends | last,
        np.uint32(1 << out) | first | ends | last,
        np.uint32(2 << out) | first | inner | last,
        np.uint32(3 << out) | first | inner | three,
    )
    shift, spread = np.uint32(32 - FLAG_BITS), np.uint32(SPREAD)
    found: Flags = flags[numbers[0] * spread >> shift]
    for more in numbers[1:]:
        found |= flags[more * spread >> shift]
    return found
