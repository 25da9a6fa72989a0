"""Masks: what a person may see of a contact detail, a number or a name without giving a reason."""

from dataclasses import dataclass
from typing import assert_never

from .contacts import find_contacts
from .folding.table import Fold, fold
from .model import ContactKind, ContactSpan

STAR = "*"
_COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "司徒",
        "令狐",
        "宇文",
        "长孙",
        "夏侯",
        "轩辕",
        "端木",
        "百里",
        "独孤",
        "南宫",
        "西门",
        "申屠",
        "濮阳",
        "淳于",
    ]
)
_SPOKEN = frozenset("零〇洞一壹幺二贰貳两兩三叁叄四肆五伍六陆陸七柒拐八捌九玖勾")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text with its contact details starred. `masked` has the length of `text`, so offsets stay valid."""

    text: str
    spans: tuple[ContactSpan, ...]
    masked: str


def mask_text(text: str) -> Masked:
    """Star the contact details of `text` in place, one star for one code point; separators stay.

    `mask_text(m.masked).masked == m.masked`, and no found detail is left whole in `masked`.
    """
    spans = find_contacts(text)
    if not spans:
        return Masked(text=text, spans=(), masked=text)
    parts: list[str] = []
    edge = 0
    for span in spans:
        parts += (text[edge : span.start], _mask(text[span.start : span.end], span.kind))
        edge = span.end
    parts.append(text[edge:])
    return Masked(text=text, spans=spans, masked="".join(parts))


def _mask(value: str, kind: ContactKind) -> str:
    match kind:
        case ContactKind.MOBILE:
            return _mask_figures(value, 3, 4, _prefix_figures(value))
        case ContactKind.LANDLINE:
            return _mask_figures(value, 4 if value[:1] in "0０+(（" else 2, 2)
        case ContactKind.ID_CARD:
            return _mask_figures(value, 6, 4)
        case ContactKind.BANK_CARD:
            return _mask_figures(value, 4, 4)
        case ContactKind.WECHAT | ContactKind.QQ:
            kept = 2 if len(value) >= 8 else 1
            return _mask_all(value, kept, kept)
        case ContactKind.EMAIL:
            flat = fold(value, Fold())
            at = flat.index("@")
            return _mask_all(value[:at], 1 if at > 1 else 0, 0) + value[at:]
        case _ as never:
            assert_never(never)


def _mask_figures(value: str, head: int, tail: int, skip: int = 0) -> str:
    """Star all figures but `head` after the first `skip` and `tail` at the end; other characters stay."""
    flat = fold(value, Fold())
    figures = [at for at, c in enumerate(flat) if c.isdigit() or c == "x" or c in _SPOKEN]
    starred = set(figures[skip + head : len(figures) - tail])
    return "".join(STAR if at in starred else c for at, c in enumerate(value))


def _prefix_figures(value: str) -> int:
    """How many figures of a mobile number are its country prefix."""
    figures = sum(c.isdigit() or c in _SPOKEN for c in fold(value, Fold()))
    return max(0, figures - 11)


def _mask_all(value: str, head: int, tail: int) -> str:
    return value[:head] + STAR * (len(value) - head - tail) + (value[-tail:] if tail else "")


def mask_number(number: str) -> str:
    """A phone number as a list shows it: `138****8000`, `+86138****8000`, `0915*****79`.

    Short service numbers (six digits and fewer: 10086, 95588) are public and stay. The length is kept.
    """
    figures = sum(c.isdigit() for c in number)
    if figures <= 6:
        return number
    if figures <= 9:
        return _mask_figures(number, 2, 2)
    if figures == 11 and number.lstrip()[:1] == "0":
        return _mask_figures(number, 4, 2)
    return _mask_figures(number, 3, 4, 2 if number.startswith("+86") else 4 if number.startswith("0086") else 0)


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
        return _mask_all(word, 2, tail)
    return _mask_all(word, 1, 0)
