"""Numbers of persons in a text's digits."""

import re
from itertools import chain, pairwise

from ..model import ContactKind
from . import cues
from .belief import is_believed, is_free_before
from .parts import Budget, Found, Part, Place
from .runs import LONGEST_GROUP, RUN, Run, runs_within, single_run
from .shapes import SELF_SUFFICIENT, cued_shapes, is_plausible, may_start, shapes
from .spelling import Spelled

MAX_MISSES = 5_000
"""After so many groups of one run that began no number, only whole groups are looked at: it is no message."""
_HINT_REACH = 12
_COARSE = re.compile(r"[0-9]{7,40}|[0-9]{1,6}(?:(?:[^\w¥$%“”\"]|_){1,8}+[0-9]{1,6}(?![0-9])){1,20}+")
_MASKED = "**"
_COARSE_KINDS = {11: ContactKind.MOBILE, 15: ContactKind.ID_CARD, 18: ContactKind.ID_CARD}


def numbers_in(view: Spelled, budget: Budget) -> list[Found]:
    """The numbers in offsets of `view`, in order. Linear."""
    found: list[Found] = []
    digits, source, flat = view.digits, view.source, view.flat
    for run_found in RUN.finditer(digits):
        start, end = run_found.span()
        number = run_found.group()
        if number.isdigit() and source[start:end].isascii():
            if end - start > LONGEST_GROUP or not (is_plausible(number) or _is_hinted(flat, start)):
                continue
            stop = _classify(view, single_run(number, start), budget, found)
        else:
            runs = runs_within(digits, source, start, end)
            stop = next((at for run in runs if (at := _classify(view, run, budget, found)) is not None), None)
        if stop is not None:
            return found + _coarsely(digits, max(stop, found[-1][1] if found else 0))
    return found


def _is_hinted(flat: str, start: int) -> bool:
    """Whether a word before `start` may make a contact of digits that are none by themselves."""
    return "+" in flat[max(0, start - 2) : start] or cues.HINT.search(flat, max(0, start - _HINT_REACH), start) is not None


def _classify(view: Spelled, run: Run, budget: Budget, found: list[Found]) -> int | None:
    """Adds the details in one run; where to go on coarsely when the budget is used up, else None."""
    done = 0
    misses = 0
    is_single = len(run.places) == 1
    for start, group_end in pairwise(run.starts):
        if start < done:
            continue
        is_alone = group_end - start >= SELF_SUFFICIENT or start == 0
        if not (is_single or (misses < MAX_MISSES and may_start(run, start))) and not (
            is_alone and _is_hinted(view.flat, run.at(start))
        ):
            misses += 1
            continue
        budget.left -= 1
        if budget.left < 0:
            return run.at(start)
        part = _part(view, run, start)
        if part is None:
            misses += 1
        else:
            found.append(_span(view, run, part))
            done = part.end
    return None


def _span(view: Spelled, run: Run, part: Part) -> Found:
    begin = run.at(part.start)
    while begin and view.digits[begin - 1] == "\0" != view.flat[begin - 1]:
        begin -= 1  # an escape: the digit is its last character
    if begin and view.flat[begin - 1] == "+":
        begin -= 1
    end = run.at(part.end - 1) + 1
    if part.has_check_letter:
        end = view.flat.index("x", end) + 1
    return begin, end, part.kind


def _part(view: Spelled, run: Run, start: int) -> Part | None:
    """The first shape at `start` that its surroundings allow. Shapes are cheap, surroundings are not."""
    begin = run.at(start)
    left = view.flat[max(0, begin - cues.REACH) : begin]
    if left and not cues.WORDS.search(left):
        if not is_free_before(left):
            return None
        left = ""
    place: Place | None = None
    cued = cued_shapes(view, run, start, left) if left and cues.HINT.search(left) else ()
    for part in chain(shapes(view, run, start), cued):
        if place is None:
            if not is_free_before(left):
                return None
            place = Place(left, cues.is_of_a_thing(left))
        if is_believed(view, run, part, place):
            return part
    return None


def _coarsely(digits: str, start: int) -> list[Found]:
    """Everything from `start` on that has the length of a number, whatever is around it."""
    found: list[Found] = []
    for match in _COARSE.finditer(digits, start):
        number = match.group()
        size = len(number) if number.isdigit() else sum(map(str.isdigit, number))
        if size >= 7 and _MASKED not in number:
            kind = _COARSE_KINDS.get(size, ContactKind.BANK_CARD if size > 13 else ContactKind.LANDLINE)
            found.append((*match.span(), kind))
    return found
