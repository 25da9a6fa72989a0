"""What a run of digits is: mobile, ID card, bank card, landline, QQ, or the number of a thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from ..model import ContactKind, ContactSpan
from . import cues
from .checks import PROVINCES, card_lengths, is_bank_card, is_id_card, is_landline, is_mobile
from .runs import Run

_MOBILE_SHAPES = frozenset(
    (
        *((3, 4, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 5, 3), (3, 4, 2, 2), (3, 2, 2, 2, 2)),
        *((3, 8), (7, 4), (5, 6), (6, 5), (4, 7)),
    )
)
_LIST_SEPARATORS = frozenset(",、")
_PREFIXES = ("0086", "86")
SELF_SUFFICIENT = 5
"""A group of so many digits is looked at whatever follows it."""
MAX_MISSES = 5_000
"""After so many groups of one run that began no number, only whole groups are looked at: it is no message."""
_CENTURIES = frozenset(("19", "20"))
_MONEY_BEFORE = frozenset("¥$")
_MONEY_AFTER = frozenset("元块%")


@dataclass(frozen=True, slots=True)
class Part:
    """`digits[start:end]` of a run, recognised by its shape alone."""

    start: int
    end: int
    kind: ContactKind
    number: int
    """Where the number proper begins, after a country prefix."""
    has_check_letter: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What stands around a candidate."""

    left: str
    is_of_a_thing: bool


def classify(flat: str, run: Run) -> list[ContactSpan]:
    """The contact details in one run. `flat` is the folded text the run came from. Linear in the run."""
    spans: list[ContactSpan] = []
    done = 0
    misses = 0
    for start, group_end in pairwise(run.starts):
        is_whole = group_end - start >= SELF_SUFFICIENT
        if start < done or not (is_whole or (misses < MAX_MISSES and _may_start(run, start))):
            misses += start >= done
            continue
        part = _part(flat, run, start)
        if part is None:
            misses += 1
        else:
            spans.append(_span(flat, run, part))
            done = part.end
    return spans


def _span(flat: str, run: Run, part: Part) -> ContactSpan:
    begin = run.at(part.start)
    if begin and flat[begin - 1] == "+":
        begin -= 1
    end = run.at(part.end - 1) + 1
    if part.has_check_letter:
        end = flat.index("x", end) + 1
    return ContactSpan(start=begin, end=end, kind=part.kind)


def _may_start(run: Run, start: int) -> bool:
    """Whether a number in several groups can begin here. Looks at a few digits: most groups of a long list end here."""
    digits, ends = run.digits, run.ends
    two = digits[start : start + 2]
    if two[0] == "1" and two[1:] > "2":
        if start + 11 in ends:
            return True
    elif two[0] == "0":
        return two == "00" or start + 11 in ends or start + 10 in ends or start + 12 in ends
    elif two[0] > "1" and (
        two == "86" or start + 7 in ends or start + 8 in ends or start + 16 in ends or start + 19 in ends
    ):
        return True
    return two in PROVINCES and digits[start + 6 : start + 8] in _CENTURIES


def _part(flat: str, run: Run, start: int) -> Part | None:
    """The first shape at `start` that its surroundings allow. Shapes are cheap, surroundings are not."""
    begin = run.at(start)
    left = flat[max(0, begin - cues.REACH) : begin]
    if left and not cues.WORDS.search(left):
        if left[-1] in _MONEY_BEFORE:
            return None
        left = ""
    place: Place | None = None
    for part in chain(_shapes(flat, run, start), _cued_shapes(run, start) if left else ()):
        if place is None:
            if not _is_free_before(left):
                return None
            place = Place(left, cues.is_of_a_thing(left))
        if _is_believed(flat, run, part, place):
            return part
    return None


def _shapes(flat: str, run: Run, start: int) -> Iterator[Part]:
    digits, ends = run.digits, run.ends
    if start + 18 in ends and is_id_card(digits[start : start + 18]):
        yield Part(start, start + 18, ContactKind.ID_CARD, start)
    if start + 17 in ends and _has_check_letter(flat, run, start + 17) and is_id_card(f"{digits[start : start + 17]}X"):
        yield Part(start, start + 17, ContactKind.ID_CARD, start, has_check_letter=True)
    for prefix in _PREFIXES:
        number = start + len(prefix)
        if digits.startswith(prefix, start) and number + 11 in ends and is_mobile(digits[number : number + 11]):
            yield Part(start, number + 11, ContactKind.MOBILE, number)
    if start + 11 in ends and is_mobile(digits[start : start + 11]):
        yield Part(start, start + 11, ContactKind.MOBILE, start)
    for length in card_lengths(digits[start]):
        if start + length in ends and is_bank_card(digits[start : start + length]):
            yield Part(start, start + length, ContactKind.BANK_CARD, start)
    if start + 15 in ends and is_id_card(digits[start : start + 15]):
        yield Part(start, start + 15, ContactKind.ID_CARD, start)
    if digits[start] == "0":
        for length in (12, 11, 10):
            if start + length in ends and is_landline(digits[start : start + length]):
                yield Part(start, start + length, ContactKind.LANDLINE, start)
    elif digits.startswith("86", start):
        for length in (13, 12, 11):
            if start + length in ends and is_landline(f"0{digits[start + 2 : start + length]}"):
                yield Part(start, start + length, ContactKind.LANDLINE, start + 2)


def _cued_shapes(run: Run, start: int) -> Iterator[Part]:
    """Numbers that only a word beside them makes a contact: local landlines, QQ, WeChat given as a number."""
    digits = run.digits
    if digits[start] in "2345678":
        for length in (8, 7):
            if start + length in run.ends:
                yield Part(start, start + length, ContactKind.LANDLINE, start)
    group_end = run.group_end(start)
    if SELF_SUFFICIENT <= group_end - start <= 11 and digits[start] != "0":
        yield Part(start, group_end, ContactKind.QQ, start)
        yield Part(start, group_end, ContactKind.WECHAT, start)


def _has_check_letter(flat: str, run: Run, end: int) -> bool:
    after = run.at(end - 1) + 1
    mark = flat[after : after + 4].lstrip(" -.")
    return mark[:1] == "x" and not (mark[1:2].isascii() and mark[1:2].isalnum())


def _is_believed(flat: str, run: Run, part: Part, place: Place) -> bool:
    match part.kind:
        case ContactKind.ID_CARD:
            lengths = run.lengths(part.start, part.end)
            if part.end - part.start > 15:
                return len(lengths) <= 6 or set(lengths) == {1} or bool(cues.ID_LEFT.search(place.left))
            return not place.is_of_a_thing and (len(lengths) == 1 or bool(cues.ID_LEFT.search(place.left)))
        case ContactKind.MOBILE:
            if place.is_of_a_thing or not _is_free_after(flat, run.at(part.end - 1) + 1):
                return False
            return not _is_group_start(run, part.number) or _is_grouped_well(
                flat, run, part.number, part.end, place.left
            )
        case ContactKind.BANK_CARD:
            return _is_free_after(flat, run.at(part.end - 1) + 1) and _is_card_believed(run, part, place)
        case ContactKind.LANDLINE:
            return not place.is_of_a_thing and _is_landline_believed(flat, run, part, place)
        case ContactKind.QQ:
            return _is_chat_number(flat, run, part) and cues.QQ_LEFT.search(place.left) is not None
        case ContactKind.WECHAT:
            cue = cues.WECHAT_LEFT.search(place.left)
            if cue is None or part.end - part.start < 6 or not _is_chat_number(flat, run, part):
                return False
            return bool(cue["name"]) or any(mark in cue["link"] for mark in ":是为")
        case ContactKind.EMAIL:
            return False


def _is_group_start(run: Run, index: int) -> bool:
    return index == 0 or index in run.ends


def _is_card_believed(run: Run, part: Part, place: Place) -> bool:
    if place.is_of_a_thing and not cues.CARD_LEFT.search(place.left):
        return False
    lengths = run.lengths(part.start, part.end)
    size = part.end - part.start
    return len(lengths) == 1 or set(lengths[:-1]) <= {4} or lengths in ((6, size - 6), (4, 6, 5)) or set(lengths) == {1}


def _is_landline_believed(flat: str, run: Run, part: Part, place: Place) -> bool:
    lengths = run.lengths(part.start, part.end)
    begin = run.at(part.start)
    if not _is_free_after(flat, run.at(part.end - 1) + 1):
        return False
    if run.digits[part.start] == "0":
        return len(lengths) == 1 or lengths[0] in (3, 4)
    if part.number > part.start:
        return begin > 0 and flat[begin - 1] == "+"
    return len(lengths) <= 2 and cues.LANDLINE_LEFT.search(place.left) is not None


def _is_chat_number(flat: str, run: Run, part: Part) -> bool:
    """Not what is left of a masked number, and no price."""
    begin, end = run.at(part.start), run.at(part.end - 1) + 1
    is_rest = flat[end : end + 1] == "*" or flat[max(0, begin - 1) : begin] == "*"
    return not is_rest and _is_free_after(flat, end)


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


def _is_free_before(left: str) -> bool:
    """False for serial numbers (`sf138…`), prices and parameters (`id=138…`)."""
    if not left:
        return True
    before = left[-1]
    if before in _MONEY_BEFORE:
        return False
    if before in "=/" and _is_latin(left[-2:-1]):
        return False
    bare = left.rstrip("-_") if before in "-_" else left
    letters = cues.LETTERS_BEFORE.search(bare)
    if letters is None:
        return True
    word = letters.group().rstrip(":.")
    return word in cues.LETTERS_THAT_CUE or word != letters.group()


def _is_free_after(flat: str, end: int) -> bool:
    """False before letters that are no cue (`138…a7`), a currency, or decimals."""
    rest = flat[end : end + 6]
    if _is_latin(rest[:1]) and rest[:1].isalpha():
        letters = rest[: next((at for at, c in enumerate(rest) if not (_is_latin(c) and c.isalpha())), len(rest))]
        return letters in cues.LETTERS_THAT_CUE
    if rest[:1] in _MONEY_AFTER and rest:
        return False
    return not (rest[:1] == "." and rest[1:3].isdigit() and not rest[3:4].isdigit())


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
