"""One text under one view, with the way back to its own offsets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

from ..folding.clean import odd_pairs
from ..folding.table import LIMIT, View, bounded, fold_table, kept_table

LONG_TEXT = 2_000
"""Longer ones are searched as arrays."""
REPEATED = re.compile(r"(.)\1", re.DOTALL)
_RUN = re.compile(r"(.)\1+", re.DOTALL)


class Collapse(StrEnum):
    """Which runs of one character count as one."""

    ADJACENT = "adjacent"
    """Those that stand together in the text: 微微信."""
    ACROSS = "across"
    """Those with passed-over characters between as well: 微 微信."""


class Lens:
    """A view with its tables at hand."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.kept_table = kept_table(view)
        self.fold_table = fold_table(view.fold)

    @cached_property
    def uncollapsed(self) -> "Lens":
        """That of the view with runs as they are."""
        return lens(replace(self.view, repeats=False))


@lru_cache(maxsize=64)
def lens(view: View) -> Lens:
    """The lens of a view; looked up when a lexicon is made, not for each text."""
    return Lens(view)


@dataclass(frozen=True, slots=True)
class KnownReading:
    """A reading's parts, as its attributes of these names have them."""

    kept: str
    searched: str
    folded: str
    origin: list[int]
    runs: Sequence[int] | None = None
    """None where it is not known."""


class Reading:
    """A text folded, with characters passed over and, if the view says so, runs collapsed; maps are made on demand."""

    def __init__(self, text: str, through: Lens, collapse: Collapse = Collapse.ADJACENT) -> None:
        self.text = text
        self._lens = through
        self._collapse = collapse
        self.kept = self._clean.translate(through.kept_table)
        self.has_runs = through.view.repeats and REPEATED.search(self.kept) is not None
        self.searched = self._searched() if self.has_runs else self.kept

    @classmethod
    def known(cls, text: str, through: Lens, known: "KnownReading") -> "Reading":
        """What the constructor makes with runs that stand together collapsed, from what is known of it already."""
        reading = cls.__new__(cls)
        reading.text = text
        reading._lens = through
        reading._collapse = Collapse.ADJACENT
        reading.kept = known.kept
        reading.searched = known.searched
        reading.has_runs = through.view.repeats and (
            len(known.kept) != len(known.searched) or REPEATED.search(known.kept) is not None
        )
        reading.__dict__["folded"] = known.folded
        reading.__dict__["origin"] = known.origin
        if known.runs is not None:
            reading.__dict__["runs"] = known.runs
        return reading

    @cached_property
    def _clean(self) -> str:
        return bounded(self.text)

    def _searched(self) -> str:
        if self._collapse is Collapse.ACROSS:
            return self._across
        return _RUN.sub(r"\1", self.folded).translate(self._lens.kept_table)

    def across(self) -> "Reading | None":
        """The reading that also collapses over passed-over characters, when that makes a difference; of a long text
        what stands around the first places where it does."""
        if not self.has_runs or len(self.kept) == len(self.text) or not REPEATED.search(self.searched):
            return None
        if len(self.kept) > LONG_TEXT:
            from ..folding.arrays import around_joined_runs  # numpy is for who has long texts

            searched, runs = around_joined_runs(self.kept, self.runs)
            known = KnownReading(self.kept, searched, self.folded, self.origin, runs)
        else:
            known = KnownReading(self.kept, self._across, self.folded, self.origin)
        found = Reading.known(self.text, self._lens, known)
        found._collapse = Collapse.ACROSS
        return found

    @property
    def _across(self) -> str:
        return _RUN.sub(r"\1", self.kept)

    def uncollapsed(self) -> "Reading":
        """The reading with every run at its length; itself when there are none."""
        if not self.has_runs:
            return self
        known = KnownReading(self.kept, self.kept, self.folded, self.origin)
        return Reading.known(self.text, self._lens.uncollapsed, known)

    @cached_property
    def odd(self) -> bytes:
        """For each searched character but the last 1 where honest talk does not have it with the next, else 0."""
        return odd_pairs(self.searched)

    def is_odd(self, start: int, end: int) -> bool:
        """Whether some two of `searched[start:end]` do not follow each other in honest talk; two alike do."""
        return self.odd.find(1, start, end - 1) >= 0

    @cached_property
    def folded(self) -> str:
        """The text folded 1:1, nothing passed over; offsets are those of the text."""
        return self._clean.translate(self._lens.fold_table)

    @cached_property
    def origin(self) -> list[int]:
        """Offset in the text of every kept character."""
        if len(self.kept) == len(self.text):
            return list(range(len(self.text)))
        return self._kept_of(self._clean, 0)

    def _kept_of(self, clean: str, first: int) -> list[int]:
        """Offsets in the text of what is kept of a piece of it that begins at `first`."""
        table = self._lens.kept_table
        return [at for at, point in enumerate(map(ord, clean), first) if point >= LIMIT or table[point] is not None]

    @cached_property
    def runs(self) -> Sequence[int]:
        """Offset in `kept` of every searched character, and the length of `kept` at the end."""
        kept = self.kept
        if not self.has_runs:
            return range(len(kept) + 1)
        is_across = self._collapse is Collapse.ACROSS or len(kept) == len(self.text)
        if len(kept) > LONG_TEXT:
            from ..folding.arrays import run_edges  # numpy is for who has long texts

            return run_edges(kept, None if is_across else self.origin)
        if is_across:
            starts = [at for at in range(1, len(kept)) if kept[at] != kept[at - 1]]
        else:
            origin = self.origin
            starts = [at for at in range(1, len(kept)) if kept[at] != kept[at - 1] or origin[at] != origin[at - 1] + 1]
        return [0, *starts, len(kept)]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where in the text `searched[start:end]` stands if that is known and nothing is passed over or repeated."""
        return None

    def piece(self, start: int, end: int) -> str:
        """`searched[start:end]`."""
        return self.searched[start:end]

    def positions(self, start: int, end: int) -> list[int]:
        """Offsets in the text of the kept characters of `searched[start:end]`."""
        return self.origin[self.runs[start] : self.runs[end]]

    def run_lengths(self, start: int, end: int) -> list[int]:
        """How long the run behind each character of `searched[start:end]` is."""
        edges = self.runs[start : end + 1]
        return [after - before for before, after in zip(edges, edges[1:], strict=False)]


def has_runs(reading: Reading, start: int, end: int, needed: Sequence[int]) -> bool:
    """Whether the runs behind `searched[start:end]` are at least as long as `needed`, of which one exceeds 1."""
    if not reading.has_runs:
        return False
    return all(has >= needs for has, needs in zip(reading.run_lengths(start, end), needed, strict=True))
