"""The search of one view's entries through the compiled pass."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ...folding.arrays import Points
from ...folding.sounds import Ear, codes
from ..candidate import Candidate
from .key_table import keys_of
from .placed import PlacedReading
from .sift import ACROSS, MIXTURE, SEED, SPELLED, WORD, sift
from .talk_table import talk

if TYPE_CHECKING:
    from ..lexicon import Part

MOST_CANDIDATES = 5_000
"""Candidates of one text and one view, about."""
MOST_PLACES = 5_000
"""Places of one text at which words of one view are looked up; one with more is hostile and has its verdict by then."""
_SOUNDS = codes(Ear.PLAIN).table

_Place = tuple[int, int]
_Line = tuple[int, int, int, int, int, int]


class PartSieve:
    """The entries of one view. Immutable."""

    def __init__(self, part: "Part") -> None:
        self._part = part
        self._keys = keys_of(part)
        self._talk = talk()
        self._needed = np.array(list(map(ord, part.needed)), dtype=np.uint32)

    def search(self, texts: Sequence[str], points: Points, found: list[list[Candidate]]) -> bool:
        """Puts into `found` for each text what `Part.search` yields and may be believed.

        `points`: of the texts, a barrier after each. False, and nothing, where they are not `bounded` or hold too much.
        """
        if len(self._needed) and not np.isin(points, self._needed).any():
            return True
        told = np.empty((2 * len(points) + 64, 6), dtype=np.int32)
        count = sift(points, len(texts), self._talk, self._keys, MOST_PLACES, told)
        if count < 0:
            return False
        lines: list[_Line] = told[:count].tolist()
        by_text: dict[int, list[_Line]] = {}
        for line in lines:
            by_text.setdefault(line[0], []).append(line)
        for text in sorted(by_text):
            found[text].extend(islice(self._candidates(texts[text], by_text[text]), MOST_CANDIDATES))
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
        for _, kind, place, length, _, _ in lines:
            by_kind.setdefault(kind, []).append((place, length))
        if ACROSS in by_kind:
            yield from part.words_across(reading)
        disguised, searched = part.disguised, reading.searched
        for number, one in enumerate(disguised.soundalikes):
            for place, length in sorted(by_kind.get(number, ()), key=_start_and_end):
                for standing in one.standing(searched[place : place + length]):
                    yield from standing.candidates(reading, place)
        if disguised.lookalikes is not None:
            for place, length in sorted(by_kind.get(len(disguised.soundalikes), ()), key=_start_and_end):
                for standing in disguised.lookalikes.standing(searched[place : place + length]):
                    yield from standing.candidates(reading, place)
        if MIXTURE in by_kind:
            code = list(map(ord, searched.translate(_SOUNDS)))
            for start, standing in disguised.mixtures.at(searched, code, [place for place, _ in by_kind[MIXTURE]]):
                yield from standing.candidates(reading, start)
        if SPELLED in by_kind:
            yield from disguised.spelled(reading, sorted(place for place, _ in by_kind.get(SEED, ())))

    def _words(self, reading: "PlacedReading", lines: Sequence[_Line]) -> Iterator[Candidate]:
        part, folded = self._part, reading.folded
        for _, _, place, length, start, end in sorted(lines, key=_end_and_start) if len(lines) > 1 else lines:
            until = place + length
            if end - start != length:
                surface = reading.searched[place:until]
                yield from part.words_at(reading, place, until, part.aimed_at(part.drawn(surface), surface))
                continue
            surface = folded[start:end]
            reading.placed[place, until] = start, end
            for target in part.aimed_at(part.drawn(surface), surface):
                entry = target.entry
                if target.key == surface and entry.runs is None and entry.wild is None:
                    yield Candidate(entry, reading, place, until, target.how)
                else:
                    yield from part.words_at(reading, place, until, (target,))


def _end_and_start(line: _Line) -> _Place:
    return line[2] + line[3], line[2]


def _start_and_end(place: _Place) -> _Place:
    return place[0], place[0] + place[1]
