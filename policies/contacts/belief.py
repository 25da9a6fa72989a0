"""Whether a number is the detail its shape says, by what stands around it and between its digits."""

import re

from ..model import ContactKind
from . import cues
from .parts import ABROAD, Part, Place
from .runs import Run
from .spelling import Spelled

_MOBILE_SHAPES = frozenset(
    (
        *((3, 4, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 5, 3), (3, 4, 2, 2), (3, 2, 2, 2, 2)),
        *((3, 8), (7, 4), (5, 6), (6, 5), (4, 7), (3, 3, 3, 2), (1, 2, 4, 4), (2, 3, 3, 3)),
    )
)
_LISTED_SHAPES = frozenset(((3, 4, 4), (3, 8), (7, 4)))
_PRICES = frozenset(((3, 3, 3, 2), (2, 3, 3, 3)))
_LISTING = frozenset(" ,、/")
_LIST_SEPARATORS = frozenset(",、")
_SENTENCE_MARKS = frozenset("。!?;\n\r")
_EVERYDAY = frozenset(" ,、/-.~|:;()&*\n\r\t_。!?=<>[]'—·\u3000+和到至x×")
"""Separators of lists, prices, dates and measures. Anything else between digits is there to hide them."""
_TYPED = frozenset("-._*/·|~")
_MONEY_BEFORE = frozenset("¥$€£")
_MONEY_AFTER = frozenset("元块%件个减")
_NO_MONEY = ("元旦", "元宵", "元月", "件到", "个人", "个体", "减肥")
_TIME = re.compile("[01][0-9][0-5][0-9]|2[0-4][0-5][0-9]")
_EXTENSION = re.compile(r"(?:x|ext)[ .]?[0-9]")
_LONGEST_BYTE = 3
"""Digits: four such groups with dots are an address on a network."""
_ANOTHER_NUMBER = re.compile("(?<![a-z0-9/.=_-])[0-9]{7,12}/$")
_WHOLE = re.compile("(?<![0-9])0[.]$")
"""What a decimal begins with."""
_FILLER = "\0"
"""Before a digit that is written with several characters."""
_PLAIN_GAPS = frozenset(" -.")
_LEAST_MIXED = 3
"""Digits of each sort in a number that is partly written 0-9 and partly otherwise: nobody writes prices like that."""
_MOST_SPOKEN = 4
_ONLY_SPOKEN = re.compile("[零〇洞幺拐勾]")
_LEAST_DIGITS = 4
"""Of a number in which letters stand for digits."""


def is_believed(view: Spelled, run: Run, part: Part, place: Place) -> bool:
    """Whether the candidate is what it looks like."""
    if view.flat is not view.digits and not _is_spelled_well(view, run, part):
        return False
    match part.kind:
        case ContactKind.ID_CARD:
            return _is_id_believed(run, part, place)
        case ContactKind.MOBILE:
            return _is_mobile_believed(view, run, part, place)
        case ContactKind.BANK_CARD:
            return _stands_free(view.flat, run.at(part.end - 1) + 1) and _is_card_believed(run, part, place)
        case ContactKind.LANDLINE:
            return not place.is_of_a_thing and _is_landline_believed(view, run, part, place)
        case ContactKind.QQ:
            return _is_chat_number(view.flat, run, part)
        case ContactKind.WECHAT:
            cue = cues.WECHAT_LEFT.search(place.left)
            if cue is None or part.end - part.start < 6 or not _is_chat_number(view.flat, run, part):
                return False
            return bool(cue["name"]) or any(mark in cue["link"] for mark in ":是为")
        case _:  # a passport's number: its cue was looked for when its shape was
            return True


def _is_spelled_well(view: Spelled, run: Run, part: Part) -> bool:
    """Letters stand for digits in mobile numbers and ID cards only, and not for most of them."""
    begin, end = run.at(part.start), run.at(part.end - 1) + 1
    written = view.source[begin:end]
    letters = sum(char in "oliOLI" and view.digits[max(0, at - 1)] != "\0" for at, char in enumerate(written, begin))
    if not letters:
        return True
    return part.kind in (ContactKind.MOBILE, ContactKind.ID_CARD) and part.end - part.start - letters >= _LEAST_DIGITS


def _is_id_believed(run: Run, part: Part, place: Place) -> bool:
    lengths = run.lengths(part.start, part.end)
    if part.end - part.start > 15:
        return len(lengths) <= 6 or set(lengths) == {1} or bool(cues.ID_LEFT.search(place.left))
    if place.is_of_a_thing or cues.COURIER_LEFT.search(place.left):
        return False
    return len(lengths) == 1 or bool(cues.ID_LEFT.search(place.left))


def _is_mobile_believed(view: Spelled, run: Run, part: Part, place: Place) -> bool:
    end = run.at(part.end - 1) + 1
    if place.is_of_a_thing or not _stands_free(view.flat, end):
        return False
    if part.needs_cue:
        return _is_phone_cued(view.flat, run, part, place.left)
    if view.digits.startswith("0.", run.at(part.start)):
        return False
    return (
        part.number == ABROAD
        or part.start < part.number in run.ends
        or _is_grouped_well(view, run, part.number, part.end, place.left)
    )


def _is_phone_cued(flat: str, run: Run, part: Part, left: str) -> bool:
    if part.end - part.start == 11:
        return cues.CONTACT_LEFT.search(left) is not None and len(run.lengths(part.start, part.end)) <= 4
    words = cues.PHONE_LEFT.search(left)
    return words is not None and bool(cues.MOBILE_WORDS.search(words.group()) or cues.NEAR_ABROAD.search(left))


def _is_card_believed(run: Run, part: Part, place: Place) -> bool:
    is_cued = cues.CARD_LEFT.search(place.left) is not None
    if not is_cued and _is_latin(place.left[-1:]):
        return False
    if not is_cued and (place.is_of_a_thing or part.needs_cue or cues.COURIER_LEFT.search(place.left)):
        return False
    lengths = run.lengths(part.start, part.end)
    size = part.end - part.start
    return (
        len(lengths) == 1
        or all(length % 4 == 0 for length in lengths[:-1])
        or lengths in ((6, size - 6), (4, 6, 5))
        or set(lengths) == {1}
    )


def _is_landline_believed(view: Spelled, run: Run, part: Part, place: Place) -> bool:
    flat = view.flat
    lengths = run.lengths(part.start, part.end)
    begin = run.at(part.start)
    if not _stands_free(flat, run.at(part.end - 1) + 1):
        return False
    if part.number == ABROAD and not part.needs_cue:
        return True
    if part.needs_cue:
        return len(lengths) <= 5
    if run.digits[part.start] == "0":
        if lengths == (4, 4, 4) and _are_times(run.digits[part.start : part.end]):
            return cues.CONTACT_LEFT.search(place.left) is not None
        is_split_well = lengths[0] in (3, 4) and len(lengths) <= 3
        return len(lengths) == 1 or is_split_well or set(lengths) == {1}
    if run.digits[part.start] in "48" and part.end - part.start == 10:
        is_split_well = lengths in ((3, 3, 4), (3, 4, 3), (3, 7), (4, 3, 3), (4, 6))
        return is_split_well or cues.CONTACT_LEFT.search(place.left) is not None
    return (begin > 0 and flat[begin - 1] in "+(") or lengths[0] in (2, 3)


def _are_times(digits: str) -> bool:
    """Whether groups of four are times of the day: 0930-1130 1330."""
    return all(_TIME.fullmatch(digits, at, at + 4) for at in range(0, len(digits), 4))


def _is_chat_number(flat: str, run: Run, part: Part) -> bool:
    """Not what is left of a masked number, and no price."""
    begin, end = run.at(part.start), run.at(part.end - 1) + 1
    is_rest = flat[end : end + 1] == "*" or flat[max(0, begin - 1) : begin] == "*"
    return not is_rest and is_free_after(flat, end)


def _is_grouped_well(view: Spelled, run: Run, start: int, end: int, left: str) -> bool:
    """Whether groups that add up to eleven digits look like one number and not like a list of prices."""
    lengths = run.lengths(start, end)
    if len(lengths) <= 1:
        return True
    separators = run.separators(view.digits, start, end)
    between = set("".join(separators))
    is_uniform = len(set(separators)) == 1
    if separators == [".", ".", "."] and max(lengths) <= _LONGEST_BYTE:
        return False
    if between <= _LIST_SEPARATORS and _is_spoken_in_groups(view, run, start, end, lengths):
        return True
    after = run.at(end - 1) + 1
    is_cued = bool(cues.CONTACT_LEFT.search(left) or cues.PHONE_RIGHT.match(view.flat, after))
    if separators == ["."] and not is_cued:
        return False  # a decimal
    if between <= _LISTING and cues.OF_A_LIST_RIGHT.match(view.flat, after):
        return False
    if between & _SENTENCE_MARKS:
        if not is_uniform or len(separators[0]) > 1:
            return False
        if is_cued and between == {"\n"} and lengths in _MOBILE_SHAPES - _PRICES:
            return True
        return max(lengths) == 1 or (lengths == (3, 4, 4) and "\n" not in between)
    if not between & _EVERYDAY or _FILLER in between:
        return True
    if max(lengths) == 1 or (max(lengths) <= 2 and is_uniform and lengths.count(1) <= 1):
        return True
    if is_uniform and between <= _TYPED and len(between) == 1 and lengths not in _PRICES:
        return len(separators[0]) == 1 or lengths in _MOBILE_SHAPES
    if between <= _PLAIN_GAPS and _LEAST_MIXED <= _plain_digits(view, run, start, end) <= end - start - _LEAST_MIXED:
        return True
    if lengths in _MOBILE_SHAPES - _PRICES and (not between & _LIST_SEPARATORS or lengths in _LISTED_SHAPES):
        return True
    return is_cued


def _is_spoken_in_groups(view: Spelled, run: Run, start: int, end: int, lengths: tuple[int, ...]) -> bool:
    """Whether all of a run is told digit by digit (一三七、二零四…): amounts are not read like that."""
    written = view.source[run.at(start) : run.at(end - 1) + 1]
    is_whole = start == 0 and end == len(run.digits) and min(lengths) > 1 and len(lengths) <= _MOST_SPOKEN
    return is_whole and _plain_digits(view, run, start, end) == 0 and _ONLY_SPOKEN.search(written) is not None


def _plain_digits(view: Spelled, run: Run, start: int, end: int) -> int:
    """How many of them are written 0-9."""
    return sum("0" <= char <= "9" for char in view.source[run.at(start) : run.at(end - 1) + 1])


def is_free_before(left: str) -> bool:
    """False for serial numbers (`sf138…`), prices and parameters (`id=138…`)."""
    if not left:
        return True
    before = left.rstrip(" ")[-1:]
    if (before in _MONEY_BEFORE and before) or _WHOLE.search(left):
        return False
    before = left[-1]
    if before in "=/" and _is_latin(left[-2:-1]):
        return cues.PARAMETER.search(left) is not None or _ANOTHER_NUMBER.search(left) is not None
    bare = left.rstrip("-_") if before in "-_" else left
    letters = cues.LETTERS_BEFORE.search(bare)
    if letters is None:
        return True
    word = letters.group().rstrip(":.")
    return word in cues.LETTERS_THAT_CUE or word != letters.group()


def _stands_free(flat: str, end: int) -> bool:
    """Whether what follows neither goes on with the number nor says that it is a thing's."""
    return is_free_after(flat, end) and not cues.THING_RIGHT.match(flat, end)


def is_free_after(flat: str, end: int) -> bool:
    """False before letters that are no cue (`138…a7`), a currency, or decimals."""
    rest = flat[end : end + 6]
    if _is_latin(rest[:1]) and rest[:1].isalpha():
        letters = rest[: next((at for at, c in enumerate(rest) if not (_is_latin(c) and c.isalpha())), len(rest))]
        return letters in cues.LETTERS_THAT_CUE or _EXTENSION.match(rest) is not None
    if rest[:1] in _MONEY_AFTER and rest and not rest.startswith(_NO_MONEY):
        return False
    return not (rest[:1] == "." and rest[1:3].isdigit() and not rest[3:4].isdigit())


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
