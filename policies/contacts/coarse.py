"""Details of a text that holds thousands of them: by shape alone, so that time stays linear and small."""

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ..folding.arrays import Points, code_points, in_one_array
from ..folding.table import LIMIT
from ..model import ContactKind, ContactSpan
from .handles import HIDDEN
from .name_words import COMMON, GIVEN, SINGLE, TITLES
from .points import fold_array, translated
from .spelling import HAN, LAST_MARKS, MANY, digit_of_han
from .told import JOIN_WORDS
from .wording import first_and_tail

MOST_APART = 20_000
"""Details beyond these are told together with those that stand near them."""
_NEAR = 16
"""Characters between them."""
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HAN = r"[^\W\d_a-z]"
_SURNAMES = "".join(sorted(COMMON))
_LATIN = rf"a-z0-9_()·:/?=.{HIDDEN}-"
_LOCAL = rf"a-z0-9._%+{HIDDEN}-"
_TOLD = rf"(?:(?:[{JOIN_WORDS}]|(?<=\[)){_HAN}{{0,5}}+[^\w\n]{{0,3}}+)?+"
_ANNOUNCING, _ANNOUNCED = first_and_tail(("收货人", "收件人", "联系人", "姓名", "户名", "我叫"))
_ROADS = "路街道巷弄村镇区园苑厦场"
_FIRSTS = f"{_PROVINCES}{_ANNOUNCING}{_SURNAMES}{_ROADS}{_LOCAL}"
_MAIL = rf"(?<![{_LOCAL}].)[{_LOCAL}]{{0,63}}+@[a-z0-9.{HIDDEN}-]{{2,200}}"
_ACCOUNT = rf"(?=[a-z_()·:/?=.{HIDDEN}-]{{0,59}}+[0-9])[{_LATIN}]{{4,60}}"
_GAP = (
    rf"[^\w\n]{{0,6}}+[0-9]|[a-z_][0-9]|(?=[^\w\n]|[a-z_{JOIN_WORDS}])(?:[^\w\n]|[a-z_](?![a-z_])){{0,6}}+{_TOLD}[0-9]"
)
"""From one digit of a number to the next; what is only signs, or one letter, is said first, for speed."""
_AFTER_DIGIT = rf"{_MAIL}|(?![a-z_]{{2}})(?:[0-9]{{6,39}}+(?![0-9])[a-z0-9]{{0,12}}|(?:{_GAP}){{6,40}}+)"
_WORD = rf"(?<![a-z0-9_].)(?=[@%+{_LATIN}])"
_WITH_Q = r"[^\w\n](?<=q.)[^\w\n]{0,2}[0-9]{5,6}(?![0-9])"
_AFTER_OTHER = (
    rf"(?<=[{_LOCAL}]){_MAIL}|(?<=[{_PROVINCES}]) ?[a-z](?:[ ·.-]?[a-z0-9]){{5,6}}"
    rf"|(?<=[{_ANNOUNCING}]){_ANNOUNCED}[^\w\n]{{0,3}}[{SINGLE}]{_HAN}{{1,3}}"
    rf"|(?<=[{_SURNAMES}]){GIVEN}{{1,2}}(?={TITLES})"
    rf"|(?<=[{_ROADS}]){_HAN}{{0,6}}+[0-9]{{1,5}}[号栋幢座室]"
)
_TAIL = (
    rf"(?:(?<=[0-9])(?:{_AFTER_DIGIT})|(?<=[a-z_])(?:{_WORD}(?:{_MAIL}|{_ACCOUNT})|{_WITH_Q})"
    rf"|(?<![a-z0-9_])(?:{_AFTER_OTHER}))"
)
"""What follows the first character of a detail, one of `_FIRSTS`: a search passes over all others at once."""
_LONGER = rf"(?:(?:{TITLES})?+\W{{0,3}}{_TOLD}[{_FIRSTS}]{_TAIL})*+"


def _details(longer: str) -> re.Pattern[str]:
    """As `_TAIL`, a group where it ends, then `longer` and the rest of a last sign; or a word or digits that are none,
    of which only a q may begin a detail."""
    then = rf"(){longer}[{LAST_MARKS}]*+"
    return re.compile(
        rf"[{_FIRSTS}](?:(?<=[0-9])(?:(?:{_AFTER_DIGIT}){then}|[0-9]++[a-pr-z_]*+)"
        rf"|(?<=[a-z_])(?:{_WORD}(?:(?:{_MAIL}|{_ACCOUNT}|{_WITH_Q}){then}|[{_LATIN}]{{4,60}}+)|{_WITH_Q}{then}"
        rf"|[a-pr-z_]++)|(?<![a-z0-9_])(?:{_AFTER_OTHER}){then})"
    )


_ONE, _ROW = _details(""), _details(_LONGER)
_BY_LENGTH = {11: ContactKind.MOBILE, 15: ContactKind.ID_CARD, 18: ContactKind.ID_CARD}
_BEFORE_ROAD = 10


def coarse_details(text: str, start: int) -> list[ContactSpan]:
    """What has the shape of a detail in `text[start:]`, in order; too much rather than too little. Linear."""
    flat = translated(text[start:], _table())
    are_digits = code_points(flat) - np.uint32(ord("0")) < np.uint32(10)
    digits = in_one_array(np.append(0, np.cumsum(are_digits)))
    found: list[ContactSpan] = []
    edge = start
    for begin, first_end, end in _shapes(flat):
        kind = _kind(flat[begin:first_end], digits[first_end] - digits[begin])
        first, last = start + begin, start + end
        if kind is ContactKind.ADDRESS:
            first = max(edge, first - _BEFORE_ROAD)
            if found and first == edge == found[-1].end and found[-1].kind is kind:
                first = found.pop().start
        found.append(ContactSpan(start=first, end=last, kind=kind))
        edge = last
    return found


def _shapes(flat: str) -> Iterator[tuple[int, int, int]]:
    """(start, end of the first detail, end): of one detail, from MOST_APART on of those near each other."""
    at = count = 0
    for match in _ONE.finditer(flat):
        if match.lastindex:
            start, at = match.span()
            count += 1
            yield start, match.end(match.lastindex), at
            if count == MOST_APART:
                break
    else:
        return
    start = first_end = end = at
    for match in _ROW.finditer(flat, at):
        if not match.lastindex:
            continue
        if first_end > start and match.start() - end > _NEAR:
            yield start, first_end, end
            first_end = start
        if first_end == start:
            start, first_end = match.start(), match.end(match.lastindex)
        end = match.end()
    if first_end > start:
        yield start, first_end, end


def _kind(value: str, digits: int) -> ContactKind:
    """Of a detail that holds so many digits."""
    first = value[0]
    if first.isdigit():
        if "@" in value:
            return ContactKind.EMAIL
        return _BY_LENGTH.get(digits, ContactKind.BANK_CARD if digits > 15 else ContactKind.LANDLINE)
    if first.isascii():
        return ContactKind.EMAIL if "@" in value else ContactKind.WECHAT
    if first in _PROVINCES and value[1].isascii():
        return ContactKind.PLATE
    return ContactKind.ADDRESS if value[-1] in "号栋幢座室" else ContactKind.NAME


@lru_cache(maxsize=1)
def _table() -> Points:
    """The fold, with spoken digits as digits and signs of two digits as one."""
    table = fold_array().copy()
    table[:LIMIT] = list(map(digit_of_han, table[:LIMIT].tolist()))
    for sign in (*HAN, *MANY):
        table[ord(sign)] = digit_of_han(ord(sign)) if sign in HAN else ord("0")
    return table
