"""Names of persons: a surname and a given name after a word that announces one, before a title, beside a number."""

import re
from collections.abc import Sequence

from ..model import ContactKind
from .addresses import region_names
from .name_words import COMMON, COMPOUND, GIVEN, SINGLE, TITLES, is_person
from .parts import Budget, Found
from .wording import any_of

_SURE = (
    "收货人|收件人|寄件人|取件人|联系人|签收人|购买人|持卡人|收款人|付款人|经办人|投保人|被保人|受益人|预订人|预约人|下单人|"
    "姓名|户名|开户名|全名|真名|大名|本名|实名|收款方|开户人|我叫|名叫|叫做|名字叫|名字|她叫|他叫|宝宝叫|称呼我|称呼|抬头|署名|落款"
)
_LIKELY = "收货|收件|寄给|客户|顾客|会员|买家|本人|我是|老公|老婆|刻字"
SURE = frozenset(_SURE.split("|"))
ANNOUNCING = (*_SURE.split("|"), *_LIKELY.split("|"))
"""Words before a name; titles stand behind it."""
_CUE = re.compile(
    rf"(?P<word>{any_of(ANNOUNCING)})(?:姓名|名字|名)?(?P<link>[^\w\n]{{0,2}}(?:是|为|叫|写|填)?[^\w\n]{{0,3}})"
)
_HAN = r"[^\W\d_a-z]"
_AFTER = re.compile(
    rf"(?P<long>(?:{COMPOUND}){GIVEN}{{1,2}})|(?P<foreign>{_HAN}{{1,8}}(?:[·•・.]{_HAN}{{1,8}}){{1,3}})|(?P<short>[{SINGLE}]{GIVEN}{{1,2}})"
)
_SPACED_NAME = re.compile(rf"(?:{COMPOUND}|[{SINGLE}]) {GIVEN}{{1,2}}(?![^\W_])")
_LATIN_NAME = re.compile(r"[a-z]{2,15}(?: [a-z]{1,15}){1,2}(?![a-z0-9])")
_STOP = re.compile(
    rf"$|[^\w]|[0-9a-z]|{TITLES}|电话|手机|号码|联系|地址|收|的|签|已|在|是|来|要|和|与|跟|吧|哦|哈|呀|呢|吗|了|你|您|，|身份|微信|住|也|到|订|买|下单|本人|今|明|需|预|"
    r"说|想|很|给|买|问|把|先|会|就|有|从|年|生|男|女|同"
)
_TITLE = re.compile(any_of(TITLES.split("|")))
_BESIDE_RIGHT = re.compile(rf"[ ,:、/\t\-\n(]{{1,2}}({_HAN}{{2,4}})(?![^\W\d_])")
_PHONE_WORD = re.compile(r"[ ,:]?的?(?:电话|手机号?码?|电话号码)$")
_LABEL_SEPARATORS = frozenset(" ,:、/\t-\n(")
_LONGEST = 4
_LABELLED = frozenset(
    (ContactKind.MOBILE, ContactKind.ID_CARD, ContactKind.BANK_CARD, ContactKind.LANDLINE, ContactKind.ADDRESS)
)


def names_in(flat: str, budget: Budget) -> list[Found]:
    """Names announced by a word or followed by a title, in folded text."""
    found: list[Found] = []
    for cue in _CUE.finditer(flat):
        budget.left -= 1
        name = _announced(flat, cue)
        if name:
            found.append((*name, ContactKind.NAME))
    for title in _TITLE.finditer(flat):
        budget.left -= 1
        name = _titled(flat, title.start())
        if name:
            found.append((*name, ContactKind.NAME))
    return found


def names_beside(flat: str, details: Sequence[Found], budget: Budget) -> list[Found]:
    """Names that stand alone next to a number or an address, as on a shipping label."""
    found: list[Found] = []
    for start, end, kind in details:
        if kind not in _LABELLED:
            continue
        budget.left -= 1
        last = start
        while last > max(0, start - 2) and flat[last - 1] in _LABEL_SEPARATORS:
            last -= 1
        if flat[last - 1 : last] in ("话", "机", "号"):
            word = _PHONE_WORD.search(flat, max(0, last - 6), last)
            last = word.start() if word else last
        first = last
        while first > max(0, last - _LONGEST - 1) and _is_han(flat[first - 1]):
            first -= 1
        if _is_plain_name(flat[first:last]):
            found.append((first, last, ContactKind.NAME))
        if flat[end : end + 1] in _LABEL_SEPARATORS:
            match = _BESIDE_RIGHT.match(flat, end)
            if match and _is_plain_name(match[1]):
                found.append((match.start(1), match.end(1), ContactKind.NAME))
    return found


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _is_plain_name(word: str) -> bool:
    is_shaped = 2 <= len(word) <= _LONGEST and (word[0] in COMMON or len(word) == _LONGEST)
    return is_shaped and is_person(word) and word not in region_names()


def _announced(flat: str, cue: re.Match[str]) -> tuple[int, int] | None:
    start = cue.end()
    link = cue["link"]
    is_sure = cue["word"] in SURE
    match = _AFTER.match(flat, start)
    if match is None:
        return _spaced_or_latin(flat, start) if is_sure and ":" in link else None
    if match["foreign"]:
        return match.span() if is_sure else None
    end = match.end()
    least = 2 if match["short"] else 3
    while end - start >= least and not (_STOP.match(flat, end) and is_person(flat[start:end])):
        end -= 1
    if end - start < least:
        # Nothing tells where it ends: after a sure word the longest is taken.
        if not (is_sure and ":" in link and is_person(match.group())):
            return None
        return match.span()
    if is_sure or ":" in link:
        return start, end
    is_delimited = not flat[end : end + 1].isalnum() or bool(_TITLE.match(flat, end))
    is_own = cue["word"] in ("我是", "本人", "寄给")
    if flat[start] in COMMON and is_delimited and (is_own or link or end - start > 2 or bool(_TITLE.match(flat, end))):
        return start, end
    return None


def _spaced_or_latin(flat: str, start: int) -> tuple[int, int] | None:
    match = _SPACED_NAME.match(flat, start) or _LATIN_NAME.match(flat, start)
    return match.span() if match else None


def _titled(flat: str, end: int) -> tuple[int, int] | None:
    """The name that ends where its title begins."""
    for size in (4, 3, 2):
        start = end - size
        if start < 0:
            continue
        word = flat[start:end]
        if not is_person(word) or (size == _LONGEST and word[:2] not in COMPOUND):
            continue
        is_free = start == 0 or not flat[start - 1].isalpha() or flat[start - 1] in _BEFORE_NAME
        if (size == _LONGEST or word[0] in COMMON) and (
            is_free if flat.startswith(_OFFICES, end) else is_free or size == 2 or word[1] not in COMMON
        ):
            return start, end
    return None


_OFFICES = tuple(title for title in TITLES.split("|") if title not in ("先生", "女士", "小姐", "太太", "夫人"))
_BEFORE_NAME = frozenset("给叫找是请和与跟为让帮对向由的知系约")
