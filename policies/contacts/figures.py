"""The figures of one number, however it is written: what masks star and what numbers are compared by."""

import re
from dataclasses import dataclass

from ..folding.table import Fold, fold
from .spelling import spelled, spoken_figures

_FOLD = Fold()
_COUNTING = re.compile("位|个|码|字")
"""后四位, 中间4个字: how many digits follow, and none of them."""
_TWICE = "双"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What of a number stands at `start` to `end` of its text: one digit, or two (⑬, 双8)."""

    start: int
    end: int
    digits: str


def figures_in(value: str) -> tuple[Figure, ...]:
    """The figures of a number that was found, in order: spoken, circled, escaped, in pinyin, letters for digits, and an
    ID card's X at the end. Linear."""
    flat = fold(value, _FOLD)
    view = spelled(value, flat)
    origin = view.origin or range(len(value) + 1)
    digits = spoken_figures(view.digits)
    found: list[Figure] = []
    for at, char in enumerate(digits):
        if not "0" <= char <= "9":
            continue
        if _COUNTING.match(view.flat, at + 1):
            continue
        begin = at
        while begin and digits[begin - 1] == "\0" != view.flat[begin - 1]:
            begin -= 1
        sign = char * (1 + view.flat.startswith(_TWICE, begin - 1)) if begin else char
        start = origin[begin]
        if found and found[-1].start == start:
            sign = found.pop().digits + sign
        found.append(Figure(start=start, end=origin[at] + 1, digits=sign))
    last = len(flat.rstrip()) - 1
    if found and flat[last : last + 1] == "x" and found[-1].end <= last:
        found.append(Figure(start=last, end=last + 1, digits="x"))
    return tuple(found)
