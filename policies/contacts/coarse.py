"""Details of a text that holds thousands of them: by shape alone, so that time stays linear and small."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ..folding.table import Fold, Table, bounded, fold_table
from ..model import ContactKind, ContactSpan
from .handles import HIDDEN
from .name_words import COMMON, GIVEN, SINGLE, TITLES
from .spelling import HAN, LAST_MARKS, MANY, digit_of_han
from .told import JOIN_WORDS

MOST_APART = 20_000
"""Details beyond these are told together with those that stand near them."""
_NEAR = 16
"""Characters between them."""
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HAN = r"[^\W\d_a-z]"
_SURNAMES = "".join(sorted(COMMON))
_LATIN = rf"a-z0-9_()·:/?=.{HIDDEN}-"
_WORD = rf"(?<![a-z0-9_])[a-z_][{_LATIN}]{{4,60}}"
_ACCOUNT = rf"(?<![a-z0-9_])[a-z_](?=[a-z_()·:/?=.{HIDDEN}-]{{0,59}}[0-9])[{_LATIN}]{{4,60}}"
_LOCAL = rf"a-z0-9._%+{HIDDEN}-"
_TOLD = rf"(?:(?:[{JOIN_WORDS}]|(?<=\[)){_HAN}{{0,5}}+[^\w\n]{{0,3}}+)?+"
_SHAPE = (
    rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}+@[a-z0-9.{HIDDEN}-]{{2,200}}|{_ACCOUNT}"
    rf"|[{_PROVINCES}] ?[a-z](?:[ ·.-]?[a-z0-9]){{5,6}}|q[^\w\n]{{1,3}}[0-9]{{5,6}}(?![0-9])"
    rf"|[0-9]{{7,40}}(?![0-9])[a-z0-9]{{0,12}}|[0-9](?:(?:[^\w\n]|[a-z_](?![a-z_])){{0,6}}+{_TOLD}[0-9]){{6,40}}+"
    rf"|(?:收货人|收件人|联系人|姓名|户名|我叫)[^\w\n]{{0,3}}[{SINGLE}]{_HAN}{{1,3}}|[{_SURNAMES}]{GIVEN}{{1,2}}(?={TITLES})"
    rf"|[路街道巷弄村镇区园苑厦场]{_HAN}{{0,6}}[0-9]{{1,5}}[号栋幢座室]"
)
_ONE = re.compile(rf"({_SHAPE})[{LAST_MARKS}]*+|{_WORD}")
_ROW = re.compile(rf"({_SHAPE})(?:(?:{TITLES})?+\W{{0,3}}{_TOLD}(?:{_SHAPE}))*+[{LAST_MARKS}]*+|{_WORD}")
_DIGIT = re.compile("[0-9]")
_BY_LENGTH = {11: ContactKind.MOBILE, 15: ContactKind.ID_CARD, 18: ContactKind.ID_CARD}
_BEFORE_ROAD = 10


def coarse_details(text: str, start: int) -> list[ContactSpan]:
    """What has the shape of a detail in `text[start:]`, in order; too much rather than too little. Linear."""
    flat = bounded(text[start:]).translate(_table())
    found: list[ContactSpan] = []
    edge = start
    for value, begin, end in _shapes(flat):
        kind = _kind(value)
        first, last = start + begin, start + end
        if kind is ContactKind.ADDRESS:
            first = max(edge, first - _BEFORE_ROAD)
            if found and first == edge == found[-1].end and found[-1].kind is kind:
                first = found.pop().start
        found.append(ContactSpan(start=first, end=last, kind=kind))
        edge = last
    return found


def _shapes(flat: str) -> Iterator[tuple[str, int, int]]:
    """(the first detail, start, end): of one detail, from MOST_APART on of those near each other."""
    at = count = 0
    for match in _ONE.finditer(flat):
        if match.lastindex:
            at = match.end()
            count += 1
            yield match[1], match.start(), at
            if count == MOST_APART:
                break
    else:
        return
    value, start, end = "", at, at
    for match in _ROW.finditer(flat, at):
        if not match.lastindex:
            continue
        if value and match.start() - end > _NEAR:
            yield value, start, end
            value = ""
        if not value:
            value, start = match[1], match.start()
        end = match.end()
    if value:
        yield value, start, end


def _kind(value: str) -> ContactKind:
    first = value[0]
    if first.isdigit():
        if "@" in value:
            return ContactKind.EMAIL
        size = len(value) if value.isdigit() else len(_DIGIT.findall(value))
        return _BY_LENGTH.get(size, ContactKind.BANK_CARD if size > 15 else ContactKind.LANDLINE)
    if first.isascii():
        return ContactKind.EMAIL if "@" in value else ContactKind.WECHAT
    if first in _PROVINCES and value[1].isascii():
        return ContactKind.PLATE
    return ContactKind.ADDRESS if value[-1] in "号栋幢座室" else ContactKind.NAME


@lru_cache(maxsize=1)
def _table() -> Table:
    """The fold, with spoken digits as digits and signs of two digits as one."""
    table = [None if point is None else digit_of_han(point) for point in fold_table(Fold())]
    for sign in (*HAN, *MANY):
        table[ord(sign)] = digit_of_han(ord(sign)) if sign in HAN else ord("0")
    return table
