"""Papers whose numbers hold letters: credit codes, plates, passports, identity cards of Hong Kong, Macao, Taiwan."""

import re
from collections.abc import Iterable
from itertools import chain

from ..model import ContactKind
from . import cues
from .documents_checks import is_hk_id, is_mo_id, is_passport, is_tw_id, is_uscc
from .parts import Budget, Found
from .spelling import Spelled

PROVINCE_SIGNS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"[{PROVINCE_SIGNS}](?<![{PROVINCE_SIGNS}].)[ ]?[a-hj-z][ .。·•・\-]{{0,2}}"
    r"((?:[a-hj-np-z0-9o][ .。·・\-]?){4,5}[a-hj-np-z0-9学警港澳挂领])(?![a-z0-9])"
)
_PLATE_GREEN = re.compile(r"[a-hj-np-z][a-hj-np-z0-9][0-9]{4}|[0-9]{5}[a-hj-np-z]")
_PLATE_BLUE = re.compile(r"[a-hj-np-z0-9o]{4}[a-hj-np-z0-9o学警港澳挂领]")
_WORDY_PROVINCES = frozenset("新云青宁贵甘吉川")
"""Also ordinary characters: 上新A10086款 is no plate."""
_NOT_A_PLATE = re.compile(r"[ ]?(?:款|色|号色|码|型|系列|元)")
_USCC = re.compile(r"[1-9any](?<![a-z0-9].)[ -]?[1-9ab](?:[ -]?[0-9]){6}(?:[ -]?[0-9a-hj-np-rtuwxy]){10}(?![a-z0-9])")
_CARD = re.compile(
    r"[a-z](?<![a-z0-9_.@/=-].)[a-z]?[ -]?[0-9](?:[ -]?[0-9]){5,10}(?:[ ]?\([0-9a]\)|a(?![a-z0-9]))?(?![a-z0-9_@])"
)
_LETTER_FIRST = re.compile(r"(?<![a-z0-9])[a-z]?[oli][ -]?[0-9]{6}")
"""A paper's letter which is no digit, as it is in a telephone number."""
_MACAO = re.compile(r"[1578](?<![a-z0-9].)[0-9]{6}[ ]?[(/][0-9]\)?(?![0-9])")
_NOT_SIGNS = re.compile(r"[^a-z0-9\u4e00-\u9fff]")
_DIGIT = re.compile("[0-9]")
_LETTER = re.compile("[a-z]")
_SIX_DIGITS = re.compile("[0-9](?<![0-9].)" + "[ -]?+[0-9]" * 5)


def plates_in(view: Spelled, budget: Budget) -> list[Found]:
    """Cars' plates in offsets of `view`. Linear."""
    return [
        (match.start(), match.end(), ContactKind.PLATE)
        for match in _PLATE.finditer(view.digits)
        if _is_plate(view.flat, match, budget)
    ]


def papers_in(view: Spelled, budget: Budget) -> list[Found]:
    """The other papers in offsets of `view`. Linear."""
    digits = view.digits
    found: list[Found] = []
    if not _SIX_DIGITS.search(digits):
        return found
    if "(" in digits or "/" in digits:
        found += _macao_in(view, budget)
    if not _LETTER.search(view.flat):
        return found
    for match in _USCC.finditer(digits):
        budget.left -= 1
        if is_uscc(_plain(match.group())):
            found.append((*match.span(), ContactKind.USCC))
    cards: Iterable[re.Match[str]] = _CARD.finditer(digits)
    if digits is not view.flat and _LETTER_FIRST.search(view.flat):
        cards = chain(cards, _CARD.finditer(view.flat))
    for match in cards:
        budget.left -= 1
        kind = _card_kind(view.flat, match)
        if kind:
            found.append((*match.span(), kind))
    return found


def _macao_in(view: Spelled, budget: Budget) -> list[Found]:
    found: list[Found] = []
    for match in _MACAO.finditer(view.digits):
        budget.left -= 1
        is_cued = cues.MACAO_LEFT.search(_left(view.flat, match.start())) is not None
        if is_cued and is_mo_id(_plain(match.group())):
            found.append((*match.span(), ContactKind.MO_ID))
    return found


def _is_plate(flat: str, match: re.Match[str], budget: Budget) -> bool:
    budget.left -= 1
    number = _NOT_SIGNS.sub("", match[1])
    if len(_DIGIT.findall(number)) < 3:
        return False
    if not (_PLATE_GREEN.fullmatch(number) if len(number) == 6 else _PLATE_BLUE.fullmatch(number)):
        return False
    if cues.PLATE_LEFT.search(_left(flat, match.start())):
        return True
    if match.group()[0] in _WORDY_PROVINCES:
        before = flat[max(0, match.start() - 1) : match.start()]
        if _NOT_A_PLATE.match(flat, match.end()) or before in _BEFORE_WORDY:
            return False
    return not cues.is_of_a_thing(_left(flat, match.start()))


_BEFORE_WORDY = frozenset("上全最更刷崭出")


def _card_kind(flat: str, match: re.Match[str]) -> ContactKind | None:
    code = _plain(match.group())
    left = _left(flat, match.start())
    is_cued = cues.ID_LEFT.search(left) is not None
    if is_hk_id(code) and ("(" in match.group() or is_cued or cues.NEAR_ABROAD.search(left)):
        return ContactKind.HK_ID
    if is_tw_id(code) and (is_cued or not cues.is_of_a_thing(left)):
        return ContactKind.TW_ID
    if cues.PASSPORT_LEFT.search(left) and 7 <= len(code) <= 11:
        return ContactKind.PASSPORT
    is_mainland = code[0] == "E" and len(code) == 9 and is_passport(code)
    return ContactKind.PASSPORT if is_mainland and not cues.is_of_a_thing(left) else None


def _left(flat: str, start: int) -> str:
    return flat[max(0, start - cues.REACH) : start]


def _plain(code: str) -> str:
    return _NOT_SIGNS.sub("", code).upper()
