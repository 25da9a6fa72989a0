"""Details of a text that holds thousands of them: by shape alone, so that time stays linear and small."""

import re
from functools import lru_cache

from ..folding.table import Fold, Table, bounded, fold_table
from ..model import ContactKind
from .name_words import SINGLE
from .parts import Found
from .spelling import HAN, MANY, digit_of_han

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HAN = r"[^\W\d_a-z]"
_SHAPES = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}+@[a-z0-9.-]{2,200}"
    r"|(?<![a-z0-9_])[a-z_][a-z0-9_()·:/?=.-]{4,60}"
    rf"|[{_PROVINCES}][a-z](?:[ ·.-]?[a-z0-9]){{5,6}}"
    r"|[0-9]{7,40}(?![0-9])|[0-9](?:(?:[^\w\n]|[a-z_](?![a-z_])){0,6}+[0-9]){6,40}+"
    rf"|(?:收货人|收件人|联系人|姓名|户名|我叫)[^\w\n]{{0,3}}[{SINGLE}]{_HAN}{{1,3}}"
    rf"|[路街道巷弄村镇区园苑厦场]{_HAN}{{0,6}}[0-9]{{1,5}}[号栋幢座室]"
)
_DIGIT = re.compile("[0-9]")
_BY_LENGTH = {11: ContactKind.MOBILE, 15: ContactKind.ID_CARD, 18: ContactKind.ID_CARD}
_BEFORE_ROAD = 10


def coarse_details(text: str, start: int) -> list[Found]:
    """What has the shape of a detail in `text[start:]`, in order; too much rather than too little. Linear."""
    flat = bounded(text[start:]).translate(_table())
    found: list[Found] = []
    edge = 0
    for match in _SHAPES.finditer(flat):
        begin, end = match.span()
        value = match.group()
        kind = _kind(value)
        if kind is None:
            continue
        if kind is ContactKind.ADDRESS:
            begin = max(edge, begin - _BEFORE_ROAD)
        if kind is ContactKind.ADDRESS and found and begin <= edge and found[-1][2] is kind:
            begin = found.pop()[0] - start
        found.append((start + begin, start + end, kind))
        edge = end
    return found


def _kind(value: str) -> ContactKind | None:
    first = value[0]
    if first.isdigit():
        size = len(value) if value.isdigit() else len(_DIGIT.findall(value))
        if "@" in value:
            return ContactKind.EMAIL
        return _BY_LENGTH.get(size, ContactKind.BANK_CARD if size > 15 else ContactKind.LANDLINE)
    if first.isascii():
        if "@" in value:
            return ContactKind.EMAIL
        return ContactKind.WECHAT if _DIGIT.search(value) else None
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
