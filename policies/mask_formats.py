"""How the details of each kind are starred. All keep the length of what they star but `card_in_groups`."""

import re
from typing import assert_never

from .contacts.figures import figures_in
from .contacts.wording import words
from .model import ContactKind

STAR = "*"
_COMPOUND_SURNAMES = frozenset(
    words(
        "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 宇文 长孙 夏侯 轩辕 端木 百里 独孤 南宫 西门 "
        "申屠 濮阳 淳于 歐陽 司馬 諸葛 東方 尉遲 公孫 長孫 軒轅 獨孤 南宮 西門 申屠 濮陽"
    )
)
_AT = re.compile(r"[@＠]")
_ADDRESS_KEPT = 6
"""Code points of an address that tell the region only."""
_ESCAPED = re.compile(r"%|&#|\\u|[⑩-⑳㉑-㉟㊱-㊿]")
"""Signs that are no single figure: such a number is hidden whole."""
_LONGEST_NUMBER = 120
"""Code points; what is longer is many numbers in a row, and hidden whole."""
_ALNUM = re.compile(r"[^\W_]")


def mask_value(value: str, kind: ContactKind) -> str:
    """The detail as a person without the right to it sees it; the same length."""
    match kind:
        case ContactKind.MOBILE:
            return _mobile(value)
        case ContactKind.LANDLINE:
            return mask_figures(value, 4 if value[:1] in "0０+(（" else 2, 2)
        case ContactKind.ID_CARD:
            return mask_figures(value, 6, 4)
        case ContactKind.BANK_CARD:
            return mask_figures(value, 4, 4)
        case ContactKind.WECHAT | ContactKind.QQ:
            kept = 2 if len(value) >= 8 else 1
            return keep_ends(value, kept, kept)
        case ContactKind.EMAIL:
            return mask_email(value)
        case ContactKind.USCC:
            return mask_signs(value, 4, 2)
        case ContactKind.PLATE:
            return mask_plate(value)
        case ContactKind.PASSPORT | ContactKind.HK_ID | ContactKind.MO_ID | ContactKind.TW_ID:
            return mask_paper(value)
        case ContactKind.ADDRESS:
            return mask_address(value, max(len(value) - _ADDRESS_KEPT, 8))
        case ContactKind.NAME:
            return mask_name(value)
        case ContactKind.URL:
            return mask_link(value)
        case _ as never:
            assert_never(never)


def hide_value(value: str) -> str:
    """Every letter and digit starred."""
    return _ALNUM.sub(STAR, value)


def tail_value(value: str, kind: ContactKind) -> str:
    """The last four figures of a number stay, as on a receipt (`*******5678`); of anything else nothing does."""
    match kind:
        case ContactKind.MOBILE | ContactKind.LANDLINE | ContactKind.ID_CARD | ContactKind.BANK_CARD:
            return mask_figures(value, 0, 4)
        case _:
            return hide_value(value)


def mask_figures(value: str, head: int, tail: int, skip: int = 0) -> str:
    """Star all figures but `head` after the first `skip` and `tail` at the end; other characters stay."""
    if len(value) > _LONGEST_NUMBER:
        return hide_value(value)
    if value.isascii() and value.isdecimal():
        kept = skip + head
        return value[:kept] + STAR * (len(value) - kept - tail) + value[len(value) - tail :]
    figures = figures_in(value)
    hidden_from, hidden_to = skip + head, sum(len(figure.digits) for figure in figures) - tail
    chars = list(value)
    at = 0
    for figure in figures:
        if at < hidden_to and at + len(figure.digits) > hidden_from:
            chars[figure.start : figure.end] = STAR * (figure.end - figure.start)
        at += len(figure.digits)
    return "".join(chars)


def mask_signs(value: str, head: int, tail: int) -> str:
    """As `mask_figures`, letters too."""
    chars = list(value)
    places = [found.start() for found in _ALNUM.finditer(value)]
    for at in places[head : len(places) - tail]:
        chars[at] = STAR
    return "".join(chars)


def _mobile(value: str) -> str:
    if len(value) == 11 and value.isascii() and value.isdecimal():
        return f"{value[:3]}****{value[7:]}"
    if len(value) > _LONGEST_NUMBER:
        return hide_value(value)
    figures = 0 if _ESCAPED.search(value) else sum(len(figure.digits) for figure in figures_in(value))
    if figures >= 11:
        return mask_figures(value, 3, 4, min(figures - 11, 4))
    return mask_figures(value, 2, 2) if figures >= 7 else hide_value(value)


def mask_email(value: str) -> str:
    """First character and domain stay: `d********@gmail.com`; a disguised address is hidden up to its last part."""
    at = _AT.search(value)
    if at is None:
        return mask_signs(value, 1, 0)
    return keep_ends(value[: at.start()], 1 if at.start() > 1 else 0, 0) + value[at.start() :]


def mask_plate(value: str) -> str:
    """Region, authority and first sign stay, and the last: `苏D4***0`. What is too short for a plate stays."""
    return mask_signs(value, 3, 1) if len(_ALNUM.findall(value)) >= 7 else value


def mask_paper(value: str) -> str:
    """First sign and last four stay, `H****5678`; something too short for that is hidden."""
    return mask_signs(value, 1, 4) if len(_ALNUM.findall(value)) >= 8 else hide_value(value)


def mask_address(value: str, hidden: int) -> str:
    """The last `hidden` code points starred, all of them where it is shorter."""
    kept = max(len(value) - hidden, 0)
    return value[:kept] + STAR * (len(value) - kept)


def mask_link(value: str) -> str:
    """The host stays: `https://wa.me/*************`."""
    edge = value.find("/", value.find("://") + 3 if "://" in value else 0)
    return value[: edge + 1] + hide_value(value[edge + 1 :])


def mask_ipv4(value: str) -> str:
    """`192.*.*.*`: the first number stays. The length is not kept."""
    first, *others = value.split(".")
    return ".".join([first, *(STAR for _ in others)])


def card_in_groups(value: str) -> str:
    """A card number as banks print it: `1101 **** **** **** 3256`, the last group with what is left over."""
    figures = "".join(value.split())
    if len(figures) < 9:
        return value
    kept = len(figures) % 4 or 4
    middle = len(figures) - 4 - kept
    groups = [STAR * 4] * (middle // 4)
    return " ".join([figures[:4], *groups, figures[-kept:]])


def mask_name(name: str) -> str:
    """A person's name with all but the surname starred: 段**, 欧阳*娜, J*** S****, 张 *. The length is kept."""
    first, *others = name.lstrip(" ").split(" ")
    kept = len(name) - len(name.lstrip(" "))
    # A word of one character is kept where it can be the surname only: 张 三 would stay whole.
    return " " * kept + " ".join(
        [_mask_word(first), *(STAR if len(word) == 1 else _mask_word(word) for word in others)]
    )


def _mask_word(word: str) -> str:
    if len(word) <= 1:
        return word
    if len(word) >= 3 and word[:2] in _COMPOUND_SURNAMES:
        tail = 1 if len(word) > 3 else 0
        return keep_ends(word, 2, tail)
    return keep_ends(word, 1, 0)


def keep_ends(value: str, head: int, tail: int) -> str:
    """Star all but `head` code points at the beginning and `tail` at the end."""
    return value[:head] + STAR * (len(value) - head - tail) + (value[-tail:] if tail else "")
