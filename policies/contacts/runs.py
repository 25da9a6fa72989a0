"""The digit-run tokeniser: once over the text, digits with a few separators between, in groups."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATOR = r"(?:(?![\n\r。!?;¥$%…“”\"])[\W_])"
_RUN = re.compile(rf"[0-9](?:{_SEPARATOR}{{0,4}}[0-9]){{4,}}")
_GROUP = re.compile(r"[0-9]+")
_MASKED = "**"
LONGEST_GROUP = 40
"""Digits without a separator beyond this are no number of a person; they end a run."""


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that may belong together, in groups with nothing between their digits."""

    digits: str
    starts: tuple[int, ...]
    """Offset in `digits` of each group, and the length of `digits` at the end."""
    places: tuple[int, ...]
    """Offset in the text of each group."""
    ends: frozenset[int]
    """Offsets in `digits` at which a group ends (and the next begins)."""

    def at(self, index: int) -> int:
        """Offset in the text of digit `index`."""
        group = bisect_right(self.starts, index, hi=len(self.places)) - 1
        return self.places[group] + index - self.starts[group]

    def group_end(self, start: int) -> int:
        """End of the group that begins at `start`."""
        return self.starts[bisect_left(self.starts, start) + 1]

    def lengths(self, start: int, end: int) -> tuple[int, ...]:
        """Sizes of the groups of `digits[start:end]`, which must begin and end with a group."""
        edges = self.starts[bisect_left(self.starts, start) : bisect_right(self.starts, end)]
        return tuple(after - before for before, after in zip(edges, edges[1:], strict=False))

    def separators(self, text: str, start: int, end: int) -> list[str]:
        """What stands between the groups of `digits[start:end]`."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [
            text[self.places[g] + self.starts[g + 1] - self.starts[g] : self.places[g + 1]]
            for g in range(first, last - 1)
        ]


def digit_runs(flat: str) -> Iterator[Run]:
    """Runs of five and more digits in folded text, up to four separators between two. Linear.

    Two stars end a run: that is a number masked before, not a separator.
    """
    for found in _RUN.finditer(flat):
        part: list[tuple[int, int]] = []
        for group in _GROUP.finditer(flat, found.start(), found.end()):
            begin, end = group.span()
            if part and (end - begin > LONGEST_GROUP or _MASKED in flat[part[-1][1] : begin]):
                yield _run(flat, part)
                part = []
            if end - begin <= LONGEST_GROUP:
                part.append((begin, end))
        if part:
            yield _run(flat, part)


def _run(flat: str, groups: list[tuple[int, int]]) -> Run:
    starts = [0]
    for begin, end in groups:
        starts.append(starts[-1] + end - begin)
    return Run(
        digits="".join([flat[begin:end] for begin, end in groups]),
        starts=tuple(starts),
        places=tuple(begin for begin, _ in groups),
        ends=frozenset(starts[1:]),
    )
