"""What a run of digits is: mobile, ID card, bank card, landline, QQ, or the number of a thing."""

from dataclasses import dataclass

from ..model import ContactKind, ContactSpan
from . import cues
from .checks import PROVINCES, is_bank_card, is_id_card, is_landline, is_mobile
from .runs import Run

_MOBILE_SHAPES = frozenset(
    (
        (3, 4, 4),
        (3, 8),
        (7, 4),
        (4, 4, 3),
        (3, 3, 5),
        (4, 3, 4),
        (3, 5, 3),
        (5, 6),
        (6, 5),
        (4, 7),
        (3, 4, 2, 2),
        (3, 2, 2, 2, 2),
    )
)
_LIST_SEPARATORS = frozenset(",、")
_PREFIXES = ("0086", "86")


@dataclass(frozen=True, slots=True)
class Part:
    """`digits[start:end]` of a run, recognised."""

    start: int
    end: int
    kind: ContactKind
    has_check_letter: bool = False


def classify(flat: str, run: Run) -> list[ContactSpan]:
    """The contact details in one run. `flat` is the folded text the run came from."""
    spans: list[ContactSpan] = []
    index = 0
    groups = run.groups
    while index < len(groups):
        start = groups[index][0]
        part = _part(flat, run, start)
        if part is None:
            index += 1
            continue
        begin = run.at[part.start]
        if begin and flat[begin - 1] == "+":
            begin -= 1
        end = run.at[part.end - 1] + 1
        if part.has_check_letter:
            end = flat.index("x", end) + 1
        spans.append(ContactSpan(start=begin, end=end, kind=part.kind))
        while index < len(groups) and groups[index][0] < part.end:
            index += 1
    return spans


def _part(flat: str, run: Run, start: int) -> Part | None:
    digits = run.digits
    if not _may_start(digits, start):
        return None
    begin = run.at[start]
    left = flat[max(0, begin - cues.REACH) : begin]
    if not _is_free_before(flat, begin, left):
        return None
    thing = cues.is_of_a_thing(left)
    return (
        _id_card(flat, run, start, is_thing=thing)
        or (None if thing else _mobile(flat, run, start, left))
        or _bank_card(flat, run, start, left, is_thing=thing)
        or (None if thing else _landline(flat, run, start, left))
        or _chat_number(flat, run, start, left)
    )


def _may_start(digits: str, start: int) -> bool:
    """A cheap look before anything is sliced; keeps a megabyte of spaced digits linear and fast."""
    first, second = digits[start], digits[start + 1 : start + 2]
    if first == "1":
        return second in "3456789" or digits[start : start + 2] in PROVINCES or len(digits) - start <= 12
    return len(digits) - start >= 5


def _is_free_before(flat: str, begin: int, left: str) -> bool:
    """False for serial numbers (`sf138…`), prices and parameters (`id=138…`)."""
    if not left:
        return True
    before = left[-1]
    if before in "¥$":
        return False
    if before in "=/" and len(left) > 1 and left[-2].isascii() and left[-2].isalnum():
        return False
    bare = left.rstrip("-_+ ") if before in "-_" else left
    letters = cues.LETTERS_BEFORE.search(bare) if bare[-1:].isascii() else None
    if letters is None or (bare is not left and not bare):
        return True
    word = letters.group().rstrip(":.")
    return word in cues.LETTERS_THAT_CUE or letters.group() != word


def _is_free_after(flat: str, end: int) -> bool:
    rest = flat[end : end + 6]
    if not rest:
        return True
    if rest[0].isascii() and rest[0].isalpha():
        letters = rest[: next((i for i, c in enumerate(rest) if not (c.isascii() and c.isalpha())), len(rest))]
        return letters in cues.LETTERS_THAT_CUE
    return rest[0] not in "元块%" and not (
        rest[0] == "." and rest[1:2].isdigit() and rest[2:4].strip("0123456789") != ""
    )


def _mobile(flat: str, run: Run, start: int, left: str) -> Part | None:
    digits = run.digits
    for prefix in _PREFIXES:
        if digits.startswith(prefix, start):
            inner = start + len(prefix)
            if is_mobile(digits[inner : inner + 11]) and inner + 11 in run.ends:
                if inner in run.starts and not _is_grouped_well(flat, run, inner, inner + 11, left):
                    continue
                return Part(start, inner + 11, ContactKind.MOBILE)
    end = start + 11
    if end not in run.ends or not is_mobile(digits[start:end]):
        return None
    if not _is_free_after(flat, run.at[end - 1] + 1) or not _is_grouped_well(flat, run, start, end, left):
        return None
    return Part(start, end, ContactKind.MOBILE)


def _is_grouped_well(flat: str, run: Run, start: int, end: int, left: str) -> bool:
    """Whether groups that add up to eleven digits look like one number and not like a list of prices."""
    lengths = run.lengths(start, end)
    if len(lengths) <= 1:
        return True
    separators = run.separators(flat, start, end)
    if set(lengths) == {1} or (max(lengths) <= 2 and len(set(separators)) == 1 and lengths.count(1) <= 1):
        return True
    is_listed = any(c in _LIST_SEPARATORS for s in separators for c in s)
    if lengths in _MOBILE_SHAPES and (not is_listed or lengths == (3, 4, 4)):
        return True
    return cues.CONTACT_LEFT.search(left) is not None


def _id_card(flat: str, run: Run, start: int, *, is_thing: bool) -> Part | None:
    digits = run.digits
    if digits[start : start + 2] not in PROVINCES:
        return None
    end = start + 18
    if end in run.ends and is_id_card(digits[start:end]):
        return Part(start, end, ContactKind.ID_CARD)
    end = start + 17
    if end in run.ends:
        after = run.at[end - 1] + 1
        rest = flat[after : after + 3]
        mark = rest.lstrip(" -.")
        if (
            mark[:1] == "x"
            and not (mark[1:2].isascii() and mark[1:2].isalnum())
            and is_id_card(digits[start:end] + "X")
        ):
            return Part(start, end, ContactKind.ID_CARD, has_check_letter=True)
    end = start + 15
    if end in run.ends and not is_thing and is_id_card(digits[start:end]):
        begin = run.at[start]
        if cues.ID_LEFT.search(flat[max(0, begin - cues.REACH) : begin]) or (start, end) in run.groups:
            return Part(start, end, ContactKind.ID_CARD)
    return None


def _bank_card(flat: str, run: Run, start: int, left: str, *, is_thing: bool) -> Part | None:
    if is_thing and not cues.CARD_LEFT.search(left):
        return None
    for length in (19, 18, 17, 16, 15):
        end = start + length
        if end not in run.ends or not is_bank_card(run.digits[start:end]):
            continue
        lengths = run.lengths(start, end)
        if (
            len(lengths) == 1
            or set(lengths[:-1]) <= {4}
            or lengths in ((6, length - 6), (4, 6, 5))
            or set(lengths) == {1}
        ):
            return Part(start, end, ContactKind.BANK_CARD)
    return None


def _landline(flat: str, run: Run, start: int, left: str) -> Part | None:
    digits = run.digits
    if digits[start] == "0":
        for length in (12, 11, 10):
            end = start + length
            if end in run.ends and is_landline(digits[start:end]) and _is_free_after(flat, run.at[end - 1] + 1):
                first = run.lengths(start, end)
                if len(first) == 1 or first[0] in (3, 4):
                    return Part(start, end, ContactKind.LANDLINE)
    elif digits.startswith("86", start) and run.at[start] and flat[run.at[start] - 1] == "+":
        for length in (12, 11):
            end = start + length
            if end in run.ends and is_landline("0" + digits[start + 2 : end]):
                return Part(start, end, ContactKind.LANDLINE)
    elif cues.LANDLINE_LEFT.search(left):
        for length in (8, 7):
            end = start + length
            if end in run.ends and digits[start] in "2345678" and len(run.lengths(start, end)) <= 2:
                return Part(start, end, ContactKind.LANDLINE)
    return None


def _chat_number(flat: str, run: Run, start: int, left: str) -> Part | None:
    """A QQ number after its cue, or a number given as the WeChat account."""
    group = next((g for g in run.groups if g[0] == start), None)
    if group is None or not 5 <= group[1] - start <= 11 or run.digits[start] == "0":
        return None
    after = run.at[group[1] - 1] + 1
    if flat[after : after + 2] == "**" or flat[max(0, run.at[start] - 2) : run.at[start]] == "**":
        return None
    if not _is_free_after(flat, after):
        return None
    if cues.QQ_LEFT.search(left):
        return Part(start, group[1], ContactKind.QQ)
    cue = cues.WECHAT_LEFT.search(left)
    if cue and group[1] - start >= 6 and (cue["name"] or any(mark in cue["link"] for mark in ":是为")):
        return Part(start, group[1], ContactKind.WECHAT)
    return None
