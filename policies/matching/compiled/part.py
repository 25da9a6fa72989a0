"""The search of one view's entries through the compiled pass."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ...folding.arrays import Points
from ...folding.sounds import Ear, codes
from ..belief import Belief
from ..candidate import Candidate, FoundIn
from .key_table import keys_of, soles_of
from .placed import PlacedReading
from .sift import ACROSS, COLUMNS, FULL, MIXTURE, OTHERS, SEED, SPELLED, WORD, Told, sift
from .talk_table import talk
from .together import together

if TYPE_CHECKING:
    from ..lexicon import Part, Target

MOST_CANDIDATES = 1_000
"""Candidates of one text and one view, about."""
MOST_PLACES = 2_000
"""Places of one text at which words of one view are looked up; one with more is hostile and has its verdict by then."""
MOST_MIXED = 500
"""Of them, for words of which one character is of another sound: those that stand in a text are a handful."""
_SOUNDS = codes(Ear.PLAIN).table

_Place = tuple[int, int]
_Line = tuple[int, int, int, int, int, int, int]
_FEW_LINES = 20
_KEPT_ROOM = 1 << 16
"""Lines; room for more is not kept for the next texts."""


class PartSieve:
    """The entries of one view. Immutable."""

    def __init__(self, part: "Part") -> None:
        self._part = part
        self._keys = together(keys_of(part))
        self._talk = talk()
        self._needed = np.array(list(map(ord, part.needed)), dtype=np.uint32)
        self._soles = soles_of(part)
        self._forms = [None if entry is None else entry.form for entry in self._soles]
        self._rooms: list[Told] = []
        """Arrays to tell in, of those who are done with them."""

    def search(self, texts: Sequence[str], points: Points, found: FoundIn) -> None:
        """Puts into `found` for each text what `Part.search` yields and may be believed.

        `points`: of the texts, one at least, bounded, a barrier after each.
        """
        if len(self._needed) and not np.isin(points, self._needed).any():
            return
        by_text: dict[int, list[_Line]] = {}
        for line in self._told(points, len(texts)):
            by_text.setdefault(line[0], []).append(line)
        for number, its in by_text.items():
            if not self._finds_soles(texts[number], its, found[number]):
                found[number].extend(islice(self._candidates(texts[number], its), MOST_CANDIDATES))

    def _told(self, points: Points, texts: int) -> list[_Line]:
        try:
            room = self._rooms.pop()
        except IndexError:
            room = np.empty((0, COLUMNS), dtype=np.int32)
        if len(room) < 2 * len(points) + 64:
            room = np.empty((2 * len(points) + 64, COLUMNS), dtype=np.int32)
        while (count := sift(points, texts, self._talk, self._keys, MOST_PLACES, room)) == FULL:
            room = np.empty((2 * len(room), COLUMNS), dtype=np.int32)
        if count == OTHERS:
            raise ValueError("these are not the points of so many texts")
        lines: list[_Line] = room[:count].tolist()
        if len(room) <= _KEPT_ROOM:
            self._rooms.append(room)
        return lines

    def _finds_soles(self, text: str, lines: list[_Line], found: list[Candidate]) -> bool:
        """Adds the words that stand there as they are written, if they are the only ones that may; whether they are."""
        if len(lines) > 1:
            if len(lines) > _FEW_LINES:
                return False
            lines.sort(key=_end_and_start)
        candidates: list[Candidate] = []
        reading = PlacedReading(text, self._part.lens)
        for _, kind, place, length, start, end, key in lines:
            entry = self._soles[key] if kind == WORD and key >= 0 else None
            if entry is None or text[start:end] != self._forms[key]:
                return False
            until = place + length
            reading.placed[place, until] = stands = start, end
            candidates.append(Candidate(entry, reading, place, until, None, Belief.ALWAYS, None, stands))
        found += candidates
        return True

    def _candidates(self, text: str, lines: Sequence[_Line]) -> Iterator[Candidate]:
        part = self._part
        reading = PlacedReading(text, part.lens)
        words = [line for line in lines if line[1] == WORD]
        if words:
            yield from self._words(reading, words)
        if len(words) == len(lines):
            return
        by_kind: dict[int, list[_Place]] = {}
        for _, kind, place, length, start, end, _ in lines:
            by_kind.setdefault(kind, []).append((place, length))
            if kind >= 0:
                reading.placed[place, place + length] = start, end
        if ACROSS in by_kind:
            yield from part.words_across(reading)
        disguised = part.disguised
        for number, one in enumerate(disguised.soundalikes):
            for place, length in sorted(by_kind.get(number, ()), key=_start_and_end):
                for standing in one.standing(reading.piece(place, place + length)):
                    yield from standing.candidates(reading, place)
        if disguised.lookalikes is not None:
            for place, length in sorted(by_kind.get(len(disguised.soundalikes), ()), key=_start_and_end):
                for standing in disguised.lookalikes.standing(reading.piece(place, place + length)):
                    yield from standing.candidates(reading, place)
        if MIXTURE in by_kind:
            searched = reading.searched
            coded, begins = searched.translate(_SOUNDS), [place for place, _ in by_kind[MIXTURE][:MOST_MIXED]]
            for start, standing in disguised.mixtures.at(searched, coded, begins):
                yield from standing.candidates(reading, start)
        if SPELLED in by_kind:
            begins = [place for place, _ in by_kind[SPELLED]]
            if begins[0] < 0:
                yield from disguised.spelled(reading, sorted(place for place, _ in by_kind.get(SEED, ())))
            else:
                yield from disguised.spelled_from(reading.uncollapsed(), begins)

    def _words(self, reading: "PlacedReading", lines: Sequence[_Line]) -> Iterator[Candidate]:
        part = self._part
        known: dict[str, Sequence[Target]] = {}  # long texts say the same again and again
        for _, _, place, length, start, end, _ in sorted(lines, key=_end_and_start) if len(lines) > 1 else lines:
            until = place + length
            reading.placed[place, until] = start, end
            if end - start != length:
                surface = reading.piece(place, until)
                yield from part.words_at(reading, place, until, part.aimed_at(part.drawn(surface), surface))
                continue
            surface = reading.folded[start:end]
            aimed = known.get(surface)
            if aimed is None:
                aimed = known[surface] = part.aimed_at(part.drawn(surface), surface)
            for target in aimed:
                entry = target.entry
                if target.key == surface and entry.runs is None and entry.wild is None:
                    yield Candidate(entry, reading, place, until, target.how)
                else:
                    yield from part.words_at(reading, place, until, (target,))


def _end_and_start(line: _Line) -> _Place:
    return line[2] + line[3], line[2]


def _start_and_end(place: _Place) -> _Place:
    return place[0], place[0] + place[1]
