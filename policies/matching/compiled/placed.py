"""A reading of a text of which some places are known before it is read."""

from collections.abc import Sequence
from functools import cached_property

from ...folding.arrays import code_points, fold_array
from ..pages import Page, Sheet, text_of
from ..reading import LONG_TEXT, Collapse, Lens, Reading


class PlacedReading(Reading):
    """As `Reading`, each of its parts made when it is first asked for."""

    def __init__(self, text: str, through: Lens) -> None:
        self.text = text
        self._lens = through
        self._collapse = Collapse.ADJACENT
        self.placed: dict[tuple[int, int], tuple[int, int]] = {}
        """Where in the text some pieces of `searched` stand; with something passed over or repeated where that is
        longer than the piece."""

    @cached_property
    def _read(self) -> Reading:
        if len(self.text) > LONG_TEXT:
            return Page(Sheet((self.text,)), self._lens.view).reading(0, self.text, self._lens)
        return Reading(self.text, self._lens)

    @cached_property
    def folded(self) -> str:
        if len(self.text) <= LONG_TEXT:
            return self._clean.translate(self._lens.fold_table)
        if "_read" in self.__dict__:
            return self._read.folded
        return text_of(fold_array(self._lens.view.fold)[code_points(self._clean)])

    @cached_property
    def origin(self) -> list[int]:
        return self._read.origin

    @cached_property
    def runs(self) -> Sequence[int]:
        return self._read.runs

    @cached_property
    def kept(self) -> str:  # type: ignore[override]
        return self._read.kept

    @cached_property
    def has_runs(self) -> bool:  # type: ignore[override]
        return self._read.has_runs

    @cached_property
    def searched(self) -> str:  # type: ignore[override]
        return self._read.searched

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        known = self.placed.get((start, end))
        return known if known is not None and known[1] - known[0] == end - start else None

    def piece(self, start: int, end: int) -> str:
        known = self.placed.get((start, end))
        if known is None:
            return self.searched[start:end]
        kept = self._clean[slice(*known)].translate(self._lens.kept_table)
        return kept if len(kept) == end - start else self.searched[start:end]

    def positions(self, start: int, end: int) -> list[int]:
        known = self.placed.get((start, end))
        if known is None:
            return super().positions(start, end)
        first, last = known
        if last - first == end - start:
            return list(range(first, last))
        return self._kept_of(self._clean[first:last], first)
