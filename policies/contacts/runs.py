"""The digit-run tokeniser: once over the text, digits with a few separators between, in groups."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .spelling import digit_signs, han_signs

SEPARATOR = r"(?:[^\w¥$%“”\"]|[_丨丶])"
RUN_TAIL = rf"(?:{SEPARATOR}{{0,8}}+[0-9]){{4}}"
LEAST_DIGITS = 9
"""Of a number that is found without a word or + beside it."""
NUMBER_RUN_TAIL = rf"(?:{SEPARATOR}{{0,8}}+[0-9]){{{LEAST_DIGITS - 1}}}"
_NEXT = rf"{SEPARATOR}{{0,8}}+[0-9]"
RUN = re.compile(rf"[0-9](?<![0-9].){_NEXT * 4}(?:[0-9]++|{_NEXT})*+")
"""Five and more digits with up to eight separators (an emoji of a family is seven) between two.

It begins where digits begin: what fails there fails within them. Four times the same is quicker than a loop.
"""
_GROUP = re.compile(r"[0-9]+")
_MASKED = "**"
LONGEST_GROUP = 40
"""Digits without a separator beyond this are no number of a person; they end a run."""


@dataclass(slots=True)  # not frozen: one is made for every number, and that would take three times as long
class Run:
    """Digits that may belong together, in groups: a group ends at a separator and where the script changes."""

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

    def block_end(self, start: int) -> int:
        """End of the digits that follow `start`, where a group begins, without a separator."""
        group = bisect_left(self.starts, start)
        last = len(self.places) - 1
        while group < last and self._touches(group):
            group += 1
        return self.starts[group + 1]

    def lengths(self, start: int, end: int) -> tuple[int, ...]:
        """How many digits of `digits[start:end]`, whole groups, stand together between separators."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        sizes: list[int] = []
        for group in range(first, last):
            size = self.starts[group + 1] - self.starts[group]
            if sizes and self._touches(group - 1):
                sizes[-1] += size
            else:
                sizes.append(size)
        return tuple(sizes)

    def separators(self, text: str, start: int, end: int) -> list[str]:
        """What stands between those."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [
            text[self._end_place(group) : self.places[group + 1]]
            for group in range(first, last - 1)
            if not self._touches(group)
        ]

    def _end_place(self, group: int) -> int:
        return self.places[group] + self.starts[group + 1] - self.starts[group]

    def _touches(self, group: int) -> bool:
        return self._end_place(group) == self.places[group + 1]


def digit_runs(digits: str, source: str | None = None) -> Iterator[Run]:
    """Runs of five and more digits in folded text, up to eight separators between two. Linear.

    With `source`, the text as written (of the same length), groups end where its script changes, so that in
    ①13800138000 the list's number is not the number's digit. Two stars end a run: that is a number masked before.
    """
    for found in RUN.finditer(digits):
        yield from runs_within(digits, source, found.start(), found.end())


def single_run(number: str, start: int) -> Run:
    """The run of plain digits `number` that stands at `start`."""
    return Run(number, (0, len(number)), (start,), frozenset((len(number),)))


def runs_within(digits: str, source: str | None, start: int, end: int) -> Iterator[Run]:
    """The runs of what `RUN` found."""
    if source is not None and source[start:end].isascii():
        source = None
    part: list[tuple[int, int]] = []
    for found in _GROUP.finditer(digits, start, end):
        first, last = span = found.span()
        if part and (last - first > LONGEST_GROUP or digits.find(_MASKED, part[-1][1], first) >= 0):
            yield _run(digits, part)
            part = []
        if last - first > LONGEST_GROUP:
            continue
        if source is None or last - first == 1 or source[first:last].isascii():
            part.append(span)
        else:
            part += [script.span() for script in _scripts().finditer(source, first, last)]
    if part:
        yield _run(digits, part)


@lru_cache(maxsize=1)
def _scripts() -> re.Pattern[str]:
    return re.compile(rf"[0-9A-Za-z]+|[０-９]+|[{han_signs()}]+|[{re.escape(digit_signs())}]+|[\s\S]")


def _run(digits: str, groups: list[tuple[int, int]]) -> Run:
    size = 0
    starts = [0]
    for begin, end in groups:
        size += end - begin
        starts.append(size)
    return Run(
        digits="".join([digits[begin:end] for begin, end in groups]),
        starts=tuple(starts),
        places=tuple([begin for begin, _ in groups]),
        ends=frozenset(starts[1:]),
    )
