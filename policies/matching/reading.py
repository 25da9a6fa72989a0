"""One text under one view, with the way back to its own offsets."""

import re
from enum import StrEnum
from functools import cached_property

from ..folding.table import LIMIT, View, bounded, fold_table, kept_table

_REPEATED = re.compile(r"(.)\1", re.DOTALL)


class Collapse(StrEnum):
    """Which runs of one character count as one."""

    ADJACENT = "adjacent"
    """Those that stand together in the text: 微微信."""
    ACROSS = "across"
    """Those with passed-over characters between as well: 微 微信."""


class Reading:
    """A text folded, with characters passed over and, if the view says so, runs collapsed; maps are made on demand."""

    def __init__(self, text: str, view: View, collapse: Collapse = Collapse.ADJACENT) -> None:
        self.text = text
        self.view = view
        self._collapse = collapse
        self._clean = bounded(text)
        self.kept = self._clean.translate(kept_table(view))
        self._has_runs = view.repeats and _REPEATED.search(self.kept) is not None
        self.searched = "".join([self.kept[at] for at in self.runs[:-1]]) if self._has_runs else self.kept

    def across(self) -> "Reading | None":
        """The reading that also collapses over passed-over characters, when that makes a difference."""
        if not self._has_runs or len(self.kept) == len(self.text):
            return None
        other = Reading(self.text, self.view, Collapse.ACROSS)
        return None if other.searched == self.searched else other

    @cached_property
    def folded(self) -> str:
        """The text folded 1:1, nothing passed over; offsets are those of the text."""
        return self._clean.translate(fold_table(self.view.fold))

    @cached_property
    def origin(self) -> list[int]:
        """Offset in the text of every kept character."""
        if len(self.kept) == len(self.text):
            return list(range(len(self.text)))
        table = kept_table(self.view)
        return [at for at, point in enumerate(map(ord, self._clean)) if point >= LIMIT or table[point] is not None]

    @cached_property
    def runs(self) -> list[int]:
        """Offset in `kept` of every searched character, and the length of `kept` at the end."""
        kept = self.kept
        if not self._has_runs:
            return list(range(len(kept) + 1))
        if self._collapse is Collapse.ACROSS or len(kept) == len(self.text):
            starts = [at for at in range(1, len(kept)) if kept[at] != kept[at - 1]]
        else:
            origin = self.origin
            starts = [at for at in range(1, len(kept)) if kept[at] != kept[at - 1] or origin[at] != origin[at - 1] + 1]
        return [0, *starts, len(kept)]

    def positions(self, start: int, end: int) -> list[int]:
        """Offsets in the text of the kept characters of `searched[start:end]`."""
        return self.origin[self.runs[start] : self.runs[end]]

    def run_lengths(self, start: int, end: int) -> list[int]:
        """How long the run behind each character of `searched[start:end]` is."""
        edges = self.runs[start : end + 1]
        return [after - before for before, after in zip(edges, edges[1:], strict=False)]
