"""Many texts under one view as one array, with the way back to each text."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ..folding import arrays
from ..folding.arrays import (
    BARRIER,
    PASSED_OVER,
    Flags,
    Points,
    are_usual,
    code_points,
    fold_array,
    has_flags,
    in_one_array,
    kept_array,
)
from ..folding.table import LIMIT, View, bounded
from .grams import Places
from .reading import LONG_TEXT, Collapse, KnownReading, Lens, Reading

_END = chr(BARRIER)


class Sheet:
    """The code points of many texts, a barrier after each."""

    def __init__(self, texts: Sequence[str]) -> None:
        points = code_points(_END.join(texts) + _END)
        if _has_bounds(points, len(texts)):
            points = code_points(_END.join(map(bounded, texts)) + _END)
        self.points: Points = points


def _has_bounds(points: Points, barriers: int) -> bool:
    """Whether some of the texts need `bounded`: other points than our barriers from LIMIT on, or letters of flags."""
    return bool(np.count_nonzero(points >= LIMIT) != barriers or has_flags(points))


class Page:
    """What a view keeps of the texts: of each text what `Reading.searched` is, a barrier after it."""

    def __init__(self, sheet: Sheet, view: View) -> None:
        self._sheet = sheet
        self._view = view
        through = kept_array(view)[sheet.points]
        self._places = np.flatnonzero(through != PASSED_OVER)
        self.kept: Points = through[self._places]
        """Before runs are collapsed."""
        self.searched: Points = self.kept
        """As `kept`, runs that stand together in a text collapsed if the view says so."""
        self._in_kept: Places | None = None
        if view.repeats:
            again = np.flatnonzero(self.kept[1:] == self.kept[:-1])
            again = again[(self._places[again + 1] - self._places[again] == 1) & (self.kept[again] != BARRIER)]
            if len(again):
                keeps = np.ones(len(self.kept), dtype=np.bool_)
                keeps[again + 1] = False
                self._in_kept = np.flatnonzero(keeps)
                self.searched = self.kept[self._in_kept]
        self.ends: Places = np.flatnonzero(self.searched == BARRIER)
        """Where in `searched` each text ends."""
        self.begins: Places = np.append(0, self.ends[:-1] + 1)
        self.text = text_of(self.searched)
        """`searched` as one text, a line feed after each of ours."""

    @cached_property
    def kept_text(self) -> str:
        """`kept` as one text, a line feed after each of ours."""
        return text_of(self.kept) if self._in_kept is not None else self.text

    @cached_property
    def folded(self) -> str:
        """The texts folded, nothing passed over, a line feed after each of ours."""
        return text_of(fold_array(self._view.fold)[self._sheet.points])

    @cached_property
    def kept_ends(self) -> list[int]:
        """Where in `kept` each text ends."""
        return self.kept_places(self.ends)

    @cached_property
    def _folded_ends(self) -> list[int]:
        found: list[int] = self._places[self.kept_ends].tolist()
        return found

    def reading(self, number: int, text: str, through: Lens) -> Reading:
        """The reading of one of the texts; `through`: the lens of the view."""
        begin = self._folded_ends[number - 1] + 1 if number else 0
        kept = slice(self.kept_ends[number - 1] + 1 if number else 0, self.kept_ends[number])
        searched = slice(int(self.begins[number]), int(self.ends[number]))
        folded = slice(begin, self._folded_ends[number])
        if kept.stop - kept.start > LONG_TEXT:
            return _LongReading(self, text, through, (searched, kept, folded))
        known = KnownReading(
            self.kept_text[kept],
            self.text[searched],
            self.folded[folded],
            self.origin(kept, begin),
        )
        return Reading.known(text, through, known)

    def origin(self, kept: slice, begin: int) -> list[int]:
        """Offsets in a text that begins at `begin` of what is kept of it."""
        found: list[int] = (self._places[kept] - begin).tolist()
        return found

    def has_pairs(self, kept: slice) -> bool:
        """Whether two alike follow each other in what is kept of a text."""
        points = self.kept[kept]
        return bool((points[1:] == points[:-1]).any())

    def runs_within(self, searched: slice, kept: slice) -> Sequence[int]:
        """Offsets in what is kept of a text of each of its searched characters, and of its end."""
        if self._in_kept is None:
            return in_one_array(np.arange(kept.stop - kept.start + 1))
        return in_one_array(self._in_kept[searched.start : searched.stop + 1] - kept.start)

    def folded_places(self, start: int, end: int) -> list[int]:
        """Offsets in `folded` of `searched[start:end]`: of each run the first, of the last one its end as well."""
        if self._in_kept is None:
            plain: list[int] = self._places[start:end].tolist()
            return plain
        found: list[int] = self._places[self._in_kept[start:end]].tolist()
        return [*found, int(self._places[self._in_kept[end] - 1])]

    @cached_property
    def odd(self) -> Flags:
        """For each searched character but the last whether honest talk does not have it with the next."""
        return ~are_usual(self.searched[:-1], self.searched[1:])

    def unusual(self, places: Places) -> Flags:
        """Whether honest talk does not have the pairs of searched characters at `places`; after the last is none."""
        return self.odd[np.minimum(places, len(self.odd) - 1)]

    def first(self, found: tuple[Places, Places], most: int) -> tuple[Places, Places]:
        """Of places and what belongs to each, the first `most` of each text; all, in their order, when they are few."""
        places, theirs = found
        if len(places) <= most:
            return found
        order = np.argsort(places, kind="stable")
        places, theirs = places[order], theirs[order]
        texts = np.searchsorted(self.ends, places)
        within = np.arange(len(places)) - np.searchsorted(texts, texts) < most
        return places[within], theirs[within]

    def runs(self) -> Places:
        """Offsets of `searched` that stand for runs."""
        if self._in_kept is None:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(np.diff(self._in_kept) > 1)

    def apart(self) -> list[int]:
        """Numbers of the texts whose runs are longer yet when passed-over characters between do not count."""
        if not self._view.repeats:
            return []
        again = np.flatnonzero(self.searched[1:] == self.searched[:-1])
        again = again[self.searched[again] != BARRIER]
        return np.unique(np.searchsorted(self.ends, again)).tolist() if len(again) else []

    def locate(self, places: Places) -> tuple[list[int], list[int]]:
        """(text numbers, offsets in the text's searched characters)."""
        texts = np.searchsorted(self.ends, places)
        return texts.tolist(), (places - self.begins[texts]).tolist()

    def breaks(self) -> frozenset[int]:
        """Offsets of `kept` where a letter follows a letter and does not stand beside it."""
        letters = np.flatnonzero(self.kept - np.uint32(ord("a")) < np.uint32(26))
        after = letters[1:][np.diff(letters) == 1]
        return frozenset(after[self._places[after] - self._places[after - 1] > 1].tolist())

    def kept_places(self, places: Places) -> list[int]:
        """Offsets of `kept` for offsets of `searched`."""
        found: list[int] = (places if self._in_kept is None else self._in_kept[places]).tolist()
        return found


class _LongReading(Reading):
    """As `Reading.known`, of a long text: what nobody asks for is not made."""

    def __init__(self, page: Page, text: str, through: Lens, places: tuple[slice, slice, slice]) -> None:
        """`places`: of its searched, its kept and its folded characters."""
        self.text = text
        self._lens = through
        self._collapse = Collapse.ADJACENT
        self._page = page
        self._in_searched, self._in_kept, self._in_folded = places
        self.kept = page.kept_text[self._in_kept]
        self.searched = page.text[self._in_searched]
        self.has_runs = through.view.repeats and page.has_pairs(self._in_kept)

    @cached_property
    def folded(self) -> str:
        return self._page.folded[self._in_folded]

    @cached_property
    def origin(self) -> list[int]:
        return self._page.origin(self._in_kept, self._in_folded.start)

    @cached_property
    def runs(self) -> Sequence[int]:
        return self._page.runs_within(self._in_searched, self._in_kept)


def text_of(points: Points) -> str:
    """Code points as one text; a line feed for a barrier."""
    return arrays.text_of(np.where(points == BARRIER, np.uint32(ord("\n")), points))
