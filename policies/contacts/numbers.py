"""Numbers of persons in a text's digits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from ..model import ContactKind
from . import cues
from .belief import is_believed, is_free_after, is_free_before
from .checks import MOBILE_PREFIXES, is_landline
from .parts import Budget, Found, Part, Place
from .runs import LEAST_DIGITS, LONGEST_GROUP, RUN, Run, runs_within, single_run
from .shapes import SELF_SUFFICIENT, cued_shapes, is_plausible, may_start, shapes
from .spelling import Spelled

_HINT_REACH = 12
_ENOUGH = re.compile(rf"(?:[^0-9]*+[0-9]){{{LEAST_DIGITS}}}")
_LETTERED = re.compile(r"[a-z][ -]?[0-9](?:[ -]?[0-9]){5}|[0-9](?:[ -]?[0-9]){5}[ -]?[a-z]")
"""What every number of a paper holds that has letters."""
_EVERYDAY = re.compile(
    r"(?P<area>0[0-9]{2,3})-(?P<local>[0-9]{7,8})|(?P<public>[48]00)-(?:[0-9]{3}-[0-9]{4}|[0-9]{4}-[0-9]{3})"
    r"|1(?P<prefix>[0-9]{2})(?P<sign>[ -])[0-9]{4}(?P=sign)[0-9]{4}"
)
_DATE = re.compile(
    r"(?:20[0-9]{2}[-/.])?[01]?[0-9][-/.][0-3]?[0-9](?:[ ]{1,2}[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?)?"
    r"|[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?[-~ ]{1,3}[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?"
)


def may_hold_short(flat: str) -> bool:
    """Whether digits in folded text, too few for a number of their own, can be a detail."""
    return "+" in flat or cues.HINT.search(flat) is not None or _LETTERED.search(flat) is not None


def numbers_in(view: Spelled, budget: Budget) -> list[Found]:
    """The numbers in offsets of `view`, in order. Linear."""
    found: list[Found] = []
    digits, source, flat = view.digits, view.source, view.flat
    silences, hints = _Silences(), _Hints(flat)
    runs = 0
    for run_found in RUN.finditer(digits):
        start, end = run_found.span()
        number = run_found.group()
        is_unbroken = number.isdigit()
        if is_unbroken and end - start > LONGEST_GROUP:
            continue
        if is_unbroken and source[start:end].isascii():
            if not (is_plausible(number) or hints.are_beside(start, end)):
                continue
            if _is_plain_mobile(number, source, flat, start):
                budget.left -= 1
                found.append((start, end, ContactKind.MOBILE))
                continue
            _classify(view, single_run(number, start), hints, budget, found)
        elif (end - start >= LEAST_DIGITS or hints.are_within(start, end)) and not _DATE.fullmatch(number):
            kind = _everyday_kind(number, source, flat, start)
            if kind:
                budget.left -= 1
                found.append((start, end, kind))
                continue
            if _ENOUGH.match(number) or hints.are_within(start, end):
                silence = silences.of(number) if source[start:end].isascii() else None
                if silence and not any(hints.are_beside(start + first, start + last) for first, last in silence.open):
                    runs += 1
                    budget.left -= silence.groups // 8
                    continue
                for run in runs_within(digits, source, start, end):
                    runs += 1
                    _classify(view, run, hints, budget, found)
    budget.left -= runs // 8
    return found


class _Hints:
    """The words of one folded text that may make a contact of digits that are none by themselves."""

    def __init__(self, flat: str) -> None:
        self._flat = flat
        self._since, self._next = 0, -1
        """The first one from `_since` on begins at `_next`."""

    def are_beside(self, start: int, end: int) -> bool:
        """Whether one stands before or after digits."""
        flat = self._flat
        if "+" in flat[max(0, start - 2) : start]:
            return True
        return not self._are_far(start, end) and (
            cues.HINT.search(flat, max(0, start - _HINT_REACH), start) is not None
            or cues.QQ_RIGHT.match(flat, end) is not None
        )

    def are_within(self, start: int, end: int) -> bool:
        """The same for any group of the run between."""
        if "+" in self._flat[max(0, start - 2) : end]:
            return True
        return not self._are_far(start, end) and (
            cues.HINT.search(self._flat, start, end) is not None or self.are_beside(start, end)
        )

    def _are_far(self, start: int, end: int) -> bool:
        """Whether none begins near, by a search that goes on from digits to digits."""
        first, last = start - _HINT_REACH, end + _HINT_REACH
        if self._since <= first and last <= self._next:
            return True
        if not self._since <= first <= self._next:
            found = cues.HINT.search(self._flat, max(0, first))
            self._since, self._next = first, found.start() if found is not None else len(self._flat) + _HINT_REACH
        return last <= self._next


@dataclass(frozen=True, slots=True)
class _Silence:
    """A run in whose groups no number begins by itself."""

    groups: int
    open: tuple[tuple[int, int], ...]
    """Where in it the groups stand that a word beside them may make a number."""


class _Silences:
    """Those runs of one text that stand in it again: lists and logs say the same many times."""

    def __init__(self) -> None:
        self._known: dict[str, _Silence | None] = {}
        self._seen: set[str] = set()

    def of(self, number: str) -> _Silence | None:
        """That of a run of plain digits; None when it stands there for the first time, or may say something."""
        if number not in self._seen:
            self._seen.add(number)
            return None
        if number not in self._known:
            self._known[number] = _silence(number)
        return self._known[number]


def _silence(number: str) -> _Silence | None:
    runs = list(runs_within(number, None, 0, len(number)))
    if len(runs) != 1 or len(runs[0].places) == 1:
        return None
    (run,) = runs
    if any(may_start(run, start) for start in run.starts[:-1]):
        return None
    are_open = [pair for pair in pairwise(run.starts) if _is_open(*pair)]
    return _Silence(len(run.places), tuple((run.at(start), run.at(end - 1) + 1) for start, end in are_open))


def _is_open(start: int, end: int) -> bool:
    """Whether a word beside a group may make a number that begins there."""
    return end - start >= SELF_SUFFICIENT or start == 0


def _is_plain_mobile(number: str, source: str, flat: str, start: int) -> bool:
    """Whether eleven digits are a mobile number; most are, and this is the short way. False is no answer."""
    end = start + len(number)
    if len(number) != 11 or number[0] != "1" or number[1:3] not in MOBILE_PREFIXES or source[start:end] != number:
        return False
    return _stands_alone(flat, start, end)


def _everyday_kind(number: str, source: str, flat: str, start: int) -> ContactKind | None:
    """The same for a landline or a mobile number with the separators most people write."""
    everyday = _EVERYDAY.fullmatch(number)
    if everyday is None or source[start : start + len(number)] != number:
        return None
    if everyday["area"]:
        is_real = is_landline(everyday["area"] + everyday["local"])
    else:
        is_real = everyday["public"] is not None or everyday["prefix"] in MOBILE_PREFIXES
    if not is_real or not _stands_alone(flat, start, start + len(number)):
        return None
    return ContactKind.MOBILE if everyday["prefix"] else ContactKind.LANDLINE


def _stands_alone(flat: str, start: int, end: int) -> bool:
    left = flat[max(0, start - cues.REACH) : start]
    if left[-1:] in ("+", "(") or not is_free_before(left) or not is_free_after(flat, end):
        return False
    return not (cues.WORDS.search(left) and cues.is_of_a_thing(left)) and not cues.THING_RIGHT.match(flat, end)


def _classify(view: Spelled, run: Run, hints: "_Hints", budget: Budget, found: list[Found]) -> None:
    """Adds the details in one run to `found`."""
    done = 0
    misses = 0
    is_single = len(run.places) == 1
    for start, group_end in pairwise(run.starts):
        if start < done:
            continue
        if not (is_single or may_start(run, start)) and not (
            _is_open(start, group_end) and hints.are_beside(run.at(start), run.at(group_end - 1) + 1)
        ):
            misses += 1
            continue
        budget.left -= 1
        part = _part(view, run, hints, start)
        if part is None:
            misses += 1
        else:
            found.append(_span(view, run, part))
            done = part.end
    budget.left -= misses // 8


def _span(view: Spelled, run: Run, part: Part) -> Found:
    begin = _begin(view, run.at(part.start))
    if begin and view.flat[begin - 1] == "+":
        begin -= 1
    end = run.at(part.end - 1) + 1
    if part.has_check_letter:
        end = view.flat.index("x", end) + 1
    return begin, end, part.kind


def _begin(view: Spelled, at: int) -> int:
    """Where the digit at `at` begins: of an escape, or one in letters, it is the last character."""
    while at and view.digits[at - 1] == "\0" != view.flat[at - 1]:
        at -= 1
    return at


def _part(view: Spelled, run: Run, hints: "_Hints", start: int) -> Part | None:
    """The first shape at `start` that its surroundings allow. Shapes are cheap, surroundings are not."""
    begin = run.at(start)
    if view.digits is not view.flat:
        begin = _begin(view, begin)
    left = view.flat[max(0, begin - cues.REACH) : begin]
    if left and not cues.WORDS.search(left):
        if not is_free_before(left):
            return None
        left = ""
    place: Place | None = None
    for part in chain(shapes(view, run, start), _cued(view, run, hints, start, left)):
        if place is None:
            if not is_free_before(left):
                return None
            place = Place(left, cues.is_of_a_thing(left))
        if is_believed(view, run, part, place):
            return part
    return None


def _cued(view: Spelled, run: Run, hints: "_Hints", start: int, left: str) -> Iterator[Part]:
    if hints.are_beside(run.at(start), run.at(run.block_end(start) - 1) + 1):
        yield from cued_shapes(view, run, start, left)
