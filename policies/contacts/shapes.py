"""What a number can be by its digits alone: lengths, prefixes, dates and check digits."""

from collections.abc import Iterator

from ..model import ContactKind
from . import cues
from .checks import (
    MOBILE_PREFIXES,
    PROVINCES,
    card_lengths,
    is_bank_card,
    is_id_card,
    is_landline,
    is_mobile,
    is_public_line,
)
from .parts import ABROAD, Part
from .phones import LONGEST, MAINLAND, NEIGHBOURS, abroad, national, plan
from .runs import Run
from .spelling import Spelled

SELF_SUFFICIENT = 5
"""A group of so many digits is looked at whatever follows it."""
_LEAST_AHEAD = 8
"""Digits from which on more than the first two of a number are looked at."""
_LEAST_BARE = 8
"""Digits behind a bare 扣, which also means that points or money are taken off."""
_PREFIXES = ("0086", "86", "0")
_PREFIX_STARTS = frozenset(["86", "85", "88"])
_CENTURIES = frozenset(("19", "20"))
_ABROAD_GAPS = frozenset(" -.()")
_NEIGHBOUR_LENGTHS = {"852": 8, "853": 8, "886": 9}


_CARD_STARTS = frozenset(["62", "60", "51", "52", "53", "54", "55", *(f"4{digit}" for digit in range(10))])


def is_plausible(number: str) -> bool:
    """Whether digits without a separator have the length and beginning of anything found without a word beside it."""
    size = len(number)
    first = number[0]
    if size == 11:
        return (first == "1" and number[1] > "2") or first == "0" or number[:2] in _PREFIX_STARTS
    if size in (10, 12, 13, 14):
        return (
            first == "0"
            or (size == 10 and number[1:3] == "00" and first in "48")
            or (size > 11 and number[:2] in _PREFIX_STARTS)
        )
    if size in (15, 17, 18) and number[:2] in PROVINCES:
        return True
    return 15 <= size <= 19 and (number[:2] in _CARD_STARTS or number[:2] == "00")


def may_start(run: Run, start: int) -> bool:
    """Whether a number in several groups can begin here. Looks at a few digits: most groups of a long list end here."""
    digits, ends = run.digits, run.ends
    two = digits[start : start + 2]
    if start + _LEAST_AHEAD > len(digits):
        return two in _PREFIX_STARTS or two == "00"
    if two[0] == "1" and two[1:] > "2" and start + 11 in ends:
        return True
    if two[0] == "0":
        return two == "00" or any(start + size in ends for size in (10, 11, 12))
    if two in _PREFIX_STARTS:
        return True
    if two[0] in "48" and digits.startswith("00", start + 1) and start + 10 in ends:
        return True
    if two in _CARD_STARTS and any(start + size in ends for size in (16, 17, 18, 19)):
        return True
    return two in PROVINCES and (digits[start + 6 : start + 8] in _CENTURIES or start + 15 in ends)


def shapes(view: Spelled, run: Run, start: int) -> Iterator[Part]:
    """What may begin at `start`, surest first."""
    digits, ends = run.digits, run.ends
    if start + 18 in ends and is_id_card(digits[start : start + 18]):
        yield Part(start, start + 18, ContactKind.ID_CARD, start)
    if start + 17 in ends and _has_check_letter(view, run, start + 17) and is_id_card(f"{digits[start : start + 17]}X"):
        yield Part(start, start + 17, ContactKind.ID_CARD, start, has_check_letter=True)
    for prefix in _PREFIXES:
        number = start + len(prefix)
        if digits.startswith(prefix, start) and number + 11 in ends and is_mobile(digits[number : number + 11]):
            yield Part(start, number + 11, ContactKind.MOBILE, number)
    if start + 11 in ends and is_mobile(digits[start : start + 11]):
        needs_cue = digits[start + 1 : start + 3] not in MOBILE_PREFIXES
        yield Part(start, start + 11, ContactKind.MOBILE, start, needs_cue=needs_cue)
    for length in card_lengths(digits[start]):
        if start + length in ends and is_bank_card(digits[start : start + length]):
            needs_cue = digits[start] in "239"
            yield Part(start, start + length, ContactKind.BANK_CARD, start, needs_cue=needs_cue)
    if start + 15 in ends and is_id_card(digits[start : start + 15]):
        yield Part(start, start + 15, ContactKind.ID_CARD, start)
    yield from _fixed_lines(run, start)
    yield from _abroad(view, run, start)


def _fixed_lines(run: Run, start: int) -> Iterator[Part]:
    digits, ends = run.digits, run.ends
    if digits[start] == "0":
        for length in (12, 11, 10):
            if start + length in ends and is_landline(digits[start : start + length]):
                yield Part(start, start + length, ContactKind.LANDLINE, start)
    elif digits.startswith("86", start):
        for length in (13, 12, 11):
            if start + length in ends and is_landline(f"0{digits[start + 2 : start + length].removeprefix('0')}"):
                yield Part(start, start + length, ContactKind.LANDLINE, start + 2)
    elif start + 10 in ends and is_public_line(digits[start : start + 10]):
        yield Part(start, start + 10, ContactKind.LANDLINE, start)


def _abroad(view: Spelled, run: Run, start: int) -> Iterator[Part]:
    digits = run.digits
    begin = run.at(start)
    is_international = view.flat[max(0, begin - 2) : begin].rstrip(" (").endswith("+")
    if is_international:
        code = start
    elif digits.startswith("00", start):
        code = start + 2
    elif digits[start : start + 3] in NEIGHBOURS:
        size = 3 + _NEIGHBOUR_LENGTHS[digits[start : start + 3]]
        kind = abroad(digits[start : start + size])
        if kind and start + size in run.ends:
            yield Part(start, start + size, kind, ABROAD, needs_cue=start + 3 not in run.ends)
        return
    else:
        return
    for length in range(LONGEST, 6, -1):
        kind = abroad(digits[code : code + length]) if code + length in run.ends else None
        if kind:
            yield Part(start, code + length, kind, ABROAD)
            return
    if is_international and is_written_abroad(view.digits, run, start):
        yield Part(start, len(run.digits), ContactKind.MOBILE, ABROAD)


_FEWEST_ABROAD = 10
_MOST_GROUPS = 5


def is_written_abroad(flat: str, run: Run, start: int) -> bool:
    """Whether digits behind a + are written as a number of a region whose plan does not know it: plans are dated."""
    if not _FEWEST_ABROAD <= len(run.digits) - start <= LONGEST:
        return False
    lengths = run.lengths(start, len(run.digits))
    if not (1 < len(lengths) <= _MOST_GROUPS and min(lengths[1:]) > 1 and max(lengths) > 2):
        return False
    begin = run.at(start)
    is_free = not flat[max(0, begin - 4) : begin].rstrip(" (+")[-1:].isdigit()
    code = run.digits[start : start + lengths[0]]
    return (
        is_free
        and code != MAINLAND
        and plan(code) is not None
        and set("".join(run.separators(flat, start, len(run.digits)))) <= _ABROAD_GAPS
    )


def cued_shapes(view: Spelled, run: Run, start: int, left: str) -> Iterator[Part]:
    """Numbers that only a word beside them makes a contact: local landlines, QQ, WeChat given as a number."""
    digits, ends = run.digits, run.ends
    block_end = run.block_end(start)
    size = block_end - start
    if 7 <= size <= 9 and cues.PASSPORT_NUMBER_LEFT.search(left):
        yield Part(start, block_end, ContactKind.PASSPORT, start, needs_cue=True)
    cue = cues.QQ_LEFT.search(left)
    if cues.PHONE_LEFT.search(left) and not (cue and cue["number"]):
        yield from _local(run, start)
    if digits[start] == "0" or size > 11:
        return
    if cue or cues.QQ_RIGHT.match(view.flat, run.at(block_end - 1) + 1):
        if size >= (_LEAST_BARE if cue and cue["bare"] else SELF_SUFFICIENT):
            yield Part(start, block_end, ContactKind.QQ, start, needs_cue=True)
        for length in (11, 10, 9, 8, 7):
            if start + length in ends and length > size:
                yield Part(start, start + length, ContactKind.QQ, start, needs_cue=True)
    if size >= SELF_SUFFICIENT and cues.WECHAT_TRACE.search(left):
        yield Part(start, block_end, ContactKind.WECHAT, start, needs_cue=True)


def _local(run: Run, start: int) -> Iterator[Part]:
    for length in range(LONGEST, 6, -1):
        if start + length in run.ends:
            part = run.digits[start : start + length]
            if (
                length == 10
                and part[:2] == "09"
                and national(part, "886")
                or length == 8
                and part[0] in "5679"
                and national(part, "852") is ContactKind.MOBILE
                or length == 10
                and part[0] > "1" < part[3]
                and national(part, "1")
            ):
                yield Part(start, start + length, ContactKind.MOBILE, start, needs_cue=True)
            yield Part(start, start + length, ContactKind.LANDLINE, start, needs_cue=True)


def _has_check_letter(view: Spelled, run: Run, end: int) -> bool:
    after = run.at(end - 1) + 1
    mark = view.flat[after : after + 4].lstrip(" -.")
    return mark[:1] == "x" and not (mark[1:2].isascii() and mark[1:2].isalnum())
