"""Mobile numbers told in parts: 前三位138，中间0013，后四位8000; 138杠0013杠8000; 138[微笑]0013[微笑]8000."""

import re

from ..model import ContactKind
from . import cues
from .checks import MOBILE_PREFIXES, is_mobile
from .parts import Budget, Found
from .spelling import HAN, spoken_figures
from .wording import any_of, words

_WORDS = words(
    "后面 中间 前面 后半段 后半截 后半 末尾 尾号 尾数 尾巴 结尾 最后面 最后 然后 接着 接上 接下来 接 紧接着 再接着 "
    "再接 再加上 再加 再来 再打 再记 再输 再写 再是 再 加上 跟着 跟 连着 连上 连 横杠 斜杠 短横 短杠 杠 横 "
    "的 双 空格 空一格 空 竖线 竖 星号 星 加 井号 逗号 句号 下划线 "
    "嗯 啊 哦 呃 额 哈 呀 呢 嘛 亲 那个 后边 后头 隔 换行 完了 点 后缀 下半段 下面 下一段"
)
"""What people say between the parts of one number."""
_COUNT = "[一二两三四五六七八九2-9]"
_SIZED = rf"{_COUNT}(?:位数?|个数?字?|码)"
_PLACE = rf"[后末中前尾剩](?:边|头|面|间|段|半段?)?的?{_SIZED}"
_MARK = r"[^\w\n]"
_WORDED = (
    rf"(?:{_PLACE}|{any_of(_WORDS)})(?:是|为|的|数字)?{_MARK}{{0,3}}"
    rf"(?:(?:{_SIZED}|{_PLACE}|{any_of(_WORDS)})(?:是|为|的|数字)?{_MARK}{{0,3}}){{0,2}}"
)
_DIGIT = rf"[{HAN}0-9]"
_JOIN = rf"{_MARK}?(?:\[[^\W\d_]{{1,4}}\]{_MARK}?|{_WORDED}|\((?:空格?|横?杠)\)|[“”\"]{_MARK}{{0,2}}|\\[nrt])"
JOIN_WORDS = "".join(sorted({word[0] for word in _WORDS} | set("后末中前尾剩")))
"""What words that join begin with."""
JOIN_FIRSTS = "".join(sorted({*JOIN_WORDS, *'[(“”"\\'}))
"""What a join begins with, behind a mark or none."""
TOLD_TAIL = rf"(?<={_DIGIT}{{3}})(?={_JOIN}{_DIGIT})"
"""Behind a digit; two stand before it."""
_TOLD = re.compile(rf"{_DIGIT}{TOLD_TAIL}")
_MAY_JOIN = re.compile(rf"[{re.escape(JOIN_FIRSTS)}](?:(?<={_DIGIT}.)|(?<={_DIGIT}{_MARK}.))")
_JOINED = re.compile(_JOIN)
_PART = re.compile(rf"{_DIGIT}(?:[ .-]?{_DIGIT}){{0,10}}")
_FIRST = re.compile(rf"{_DIGIT}(?:[ .-]?{_DIGIT}){{0,10}}$")
_PLUS = re.compile(f"{_DIGIT}{_MARK}?加(?!上)")
"""Prices are added up like this, too."""
_MARKS = re.compile(_MARK)
_GROUP = re.compile(f"{_DIGIT}+")
_LONGEST_PART = 24
_SIZE = 11


def told_numbers(flat: str, budget: Budget) -> list[Found]:
    """Such numbers in folded text. Linear."""
    found: list[Found] = []
    if not _MAY_JOIN.search(flat):
        return found
    edge = 0
    for joint in _TOLD.finditer(flat):
        if joint.start() < edge:
            continue
        budget.left -= 1
        span = _told(flat, joint.end(), edge)
        if span:
            found.append((*span, ContactKind.MOBILE))
            edge = span[1]
    return found


def _told(flat: str, end: int, edge: int) -> tuple[int, int] | None:
    """The number whose first part ends at `end`."""
    low = max(edge, end - _LONGEST_PART)
    first = _FIRST.search(flat[low:end])
    start = low + first.start() if first else end - 1
    starts = [start, *(start + mark.end() for mark in _MARKS.finditer(flat[start:end]))]
    return next((span for one in starts if (span := _told_from(flat, one, end)) is not None), None)


def _told_from(flat: str, start: int, end: int) -> tuple[int, int] | None:
    """The number whose first part is `flat[start:end]`."""
    digits = spoken_figures(_MARKS.sub("", flat[start:end]))
    join = _JOINED.match(flat, end)
    while join and len(digits) < _SIZE:
        part = _PART.match(flat, join.end())
        if part is None:
            break
        digits += spoken_figures(flat[join.end()]) * (_MARKS.sub("", join.group())[-1:] == "双")
        for group in _GROUP.finditer(part.group()):
            if len(digits) < _SIZE:  # what follows behind a mark is another number's
                digits += spoken_figures(group.group())
                end = part.start() + group.end()
        join = _JOINED.match(flat, end)
    if not is_mobile(digits) or digits[1:3] not in MOBILE_PREFIXES:
        return None
    left = flat[max(0, start - cues.REACH) : start]
    is_sum = _PLUS.search(flat, start, end) is not None and not cues.CONTACT_LEFT.search(left)
    return None if is_sum or cues.is_of_a_thing(left) else (start, end)
