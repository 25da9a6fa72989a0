"""The digit-run tokeniser: once over the text, digits with a few separators between, in groups."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATOR = r"(?:(?![\n\r。!?;¥$%…“”\"])[\W_])"
_RUN = re.compile(rf"[0-9](?:{_SEPARATOR}{{0,4}}[0-9]){{4,}}")
_DIGIT = re.compile(r"[0-9]")
_MASKED = "**"


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that may belong together. `groups` are (start, end) in `digits`; `at` maps a digit to its text offset."""

    digits: str
    at: tuple[int, ...]
    groups: tuple[tuple[int, int], ...]
    starts: frozenset[int]
    ends: frozenset[int]

    def lengths(self, start: int, end: int) -> tuple[int, ...]:
        """Sizes of the groups inside `digits[start:end]`, which must begin and end with a group."""
        return tuple(b - a for a, b in self.groups if start <= a and b <= end)

    def separators(self, text: str, start: int, end: int) -> list[str]:
        """What stands between the groups of `digits[start:end]`."""
        at = self.at
        return [text[at[i] + 1 : at[i + 1]] for i in range(start, end - 1) if at[i + 1] - at[i] > 1]


def digit_runs(flat: str) -> Iterator[Run]:
    """Runs of five and more digits in folded text, up to four separators between two. Linear."""
    for found in _RUN.finditer(flat):
        begin = found.start()
        at = [begin + digit.start() for digit in _DIGIT.finditer(found.group())]
        yield from _split(flat, at)


def _split(flat: str, at: list[int]) -> Iterator[Run]:
    """One run, or several where two stars stand: that is a number masked before, not a separator."""
    part: list[int] = []
    for offset in at:
        if part and _MASKED in flat[part[-1] + 1 : offset]:
            yield _run(flat, part)
            part = []
        part.append(offset)
    yield _run(flat, part)


def _run(flat: str, at: list[int]) -> Run:
    groups: list[tuple[int, int]] = []
    begin = 0
    for index in range(1, len(at) + 1):
        if index == len(at) or at[index] != at[index - 1] + 1:
            groups.append((begin, index))
            begin = index
    return Run(
        digits="".join([flat[offset] for offset in at]),
        at=tuple(at),
        groups=tuple(groups),
        starts=frozenset(a for a, _ in groups),
        ends=frozenset(b for _, b in groups),
    )
