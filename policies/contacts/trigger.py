"""One look over a text that tells which finders can find something in it. Most messages end here.

Each alternative takes one character, or the digits of a number but the last, and looks around it, so that none hides
another; where two begin with the same character, the finder of the second runs with that of the first.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from .addresses import CUES as PLACE_CUES
from .addresses import NUMBER_TAIL, ROAD_ENDS, ROADS, UNIT_NUMBERS, UNIT_OR_ROAD, UNITS
from .cues import ADDING, HEARTS, SECONDS, TRACES
from .name_words import COMMON, COMPOUND, GIVEN, SINGLE, TITLES
from .names import ANNOUNCING, SURE
from .papers import PROVINCE_SIGNS
from .runs import NUMBER_RUN_TAIL, RUN_TAIL
from .signs import ENOUGH_DIGITS, HINTED, LETTERED
from .spelling import HAN, MANY, ODD_SIGNS, ODD_TAIL
from .told import TOLD_TAIL

NUMBERS: Final = 1
SHORT: Final = 2
"""Digits too few for a number that no word stands beside."""
TOLD: Final = 3
NAMES: Final = 4
PLACES: Final = 5
"""Looked for with NAMES too: both begin with 收, 我."""
STREETS: Final = 6
ACCOUNTS: Final = 7
PLATES: Final = 8
MAILS: Final = 9
LINKS: Final = 10
ODD: Final = 11
"""Digits that are spoken, escaped or letters."""
TOLD_SPOKEN: Final = 12
WHERE: Final = frozenset((NAMES, PLACES, STREETS))
EVERY: Final = frozenset[int | None](range(NUMBERS, TOLD_SPOKEN + 1))
LONGEST_MESSAGE = 600
"""Of a longer text only whether any finder can find something is asked: it may be made of what triggers."""
_NONE: Final = frozenset[int | None]()
_OF_RUNS: Final = {
    0: _NONE,
    LETTERED: frozenset[int | None]((SHORT,)),
    HINTED: frozenset[int | None]((SHORT,)),
    ENOUGH_DIGITS: frozenset[int | None]((NUMBERS,)),
}

RARE_TRACES = "绿某🛰泡"
_HAN = r"[^\W\d_a-z]"
_SURNAMES = "".join(sorted({*SINGLE, *COMMON}))
_COMPOUND_FIRSTS = "".join(sorted({name[0] for name in COMPOUND.split("|")}))
_LINK = r"(?:姓名|名字|名)?[^\w\n]{0,2}(?:是|为|叫|写|填)?[^\w\n]{0,3}"
LINKING = "姓名是为叫写填"
SURNAME_FIRSTS = f"{_SURNAMES}{_COMPOUND_FIRSTS}"
_PERSON = rf"(?:[{_SURNAMES}]|{COMPOUND}){GIVEN}"
_SURNAME = f"[{''.join(sorted(COMMON))}]"
_ANNOUNCED = rf"{_LINK}{_PERSON}"
_ANNOUNCED_SURELY = rf"{_LINK}(?:(?:[{_SURNAMES}]|{COMPOUND}) ?{GIVEN}|{_HAN}{{1,8}}[·•・.]|[a-z]{{2}})"
_AFTER_NAME = (
    rf"(?:(?<={_SURNAME}{GIVEN}..)|(?<={_SURNAME}{GIVEN}{GIVEN}..)|(?<=[{_COMPOUND_FIRSTS}]{_HAN}{GIVEN}{GIVEN}..))"
)
_BEFORE_PLACE = (
    rf"[^\n{UNITS}{ROADS}]{{0,64}}+(?:[{ROADS}]|[{UNITS}](?:(?<=[{UNIT_NUMBERS}].)|(?<=[{UNIT_NUMBERS}] .)"
    rf"|[^\n]{{0,48}}?{UNIT_OR_ROAD}))"
)


def _set(chars: Iterable[str]) -> str:
    return re.escape("".join(sorted(set(chars))))


def _any_led_by(rest_of: Mapping[str, str]) -> str:
    """A pattern, behind the first character of a word, for what tells the words by what must follow each.

    Alternatives begin with one literal, which `re` passes over quickly, behind one look at all of them.
    """
    by_rest: dict[str, dict[str, dict[str, dict[str, None]]]] = {}
    for word, rest in rest_of.items():
        tails = by_rest.setdefault(rest, {}).setdefault(word[1], {})
        tails.setdefault(re.escape(word[2:]), {})[word[0]] = None
    branches = [
        "(?:" + "|".join(_second(second, tails) for second, tails in by_second.items()) + ")" + rest
        for rest, by_second in by_rest.items()
    ]
    seconds = _set(word[1] for word in rest_of)
    return rf"(?=[{seconds}])(?:{'|'.join(branches)})"


def _second(second: str, tails: Mapping[str, Iterable[str]]) -> str:
    """A pattern for words with this second character: their first characters by what follows it."""
    return (
        re.escape(second) + "(?:" + "|".join(rf"(?<=[{_set(firsts)}].){tail}" for tail, firsts in tails.items()) + ")"
    )


_NAME_WORDS = {word: _ANNOUNCED_SURELY if word in SURE else _ANNOUNCED for word in ANNOUNCING}
_NAME_WORDS |= dict.fromkeys(TITLES.split("|"), _AFTER_NAME)
_NAME_FIRSTS = _set(word[0] for word in _NAME_WORDS)
_PLACE_FIRSTS = _set(word[0] for word in PLACE_CUES)
_SPOKEN = f"{HAN}{''.join(MANY)}"
_BEFORE_TRACE = rf"\Wa-z0-9_是我的加搜{_SPOKEN}-"
_NEAR_LATIN = "|".join(rf"(?<=[a-z0-9_{_SPOKEN}-]{'.' * size})" for size in range(1, 9))
_ACCOUNT = (
    r"(?<=[vw])(?:(?=[^\w\n]{0,2}x|[^\w\n]{0,2}e(?:i|[^\w\n]{0,2}c))|(?<![a-z0-9].)(?:(?![a-z])|(?=id))"
    rf"|(?<=[{ADDING}我+十]v)|(?<=jiav)|(?=[^\w\n]{{0,3}}[{SECONDS}亻{HEARTS}]))"
    rf"|(?<=[{TRACES}])(?:(?=[^a-z\n]{{0,20}}+\n?[a-z])|(?<=[{_BEFORE_TRACE}].)(?:{_NEAR_LATIN}))"
    rf"|(?<=[为未尾味征])(?=[{SECONDS}亻][^a-z\n]{{0,20}}+\n?[a-z])"
    rf"|(?<=[{RARE_TRACES}])(?=[^a-z\n]{{0,20}}+\n?[a-z])|(?<=加)(?=[我一个好][^a-z\n]{{0,6}}\n?[a-z])"
    r"|(?<=[加搜])(?:(?<=[a-z0-9_-].)|(?<=[a-z0-9_-][^\w\n].)|(?<=[a-z0-9_-][^\w\n]{2}.))(?=我|好友)"
    r"|(?<=搜)(?=[我索][^a-z\n]{0,3}\n?[a-z])"
)
_ACCOUNT_FIRSTS = f"vw{TRACES}{RARE_TRACES}为未尾味征加搜"
_MAIL = r"(?<=@)|(?<=康)(?=姆)|(?<=c)(?=om(?![a-z])|n(?![a-z]))|(?<=n)(?=et(?![a-z]))"
_LEADS = r"(?<=/)(?:(?<=(?:me|om|nk|gg|ee)/)|(?<=[nkiqtgep]:/)(?=/)(?<!http:/))"
_FIRSTS = f"@康cn/{_ACCOUNT_FIRSTS}{PROVINCE_SIGNS}{ODD_SIGNS}"
_WAY_FIRSTS = f"@康cn/{_ACCOUNT_FIRSTS}{ODD_SIGNS}"
_WAY = re.compile(
    rf"[0-9{_WAY_FIRSTS}](?:(?<=[0-9])(?:{NUMBER_RUN_TAIL}|{TOLD_TAIL})"
    rf"|(?<![0-9])(?:{_ACCOUNT}|{_MAIL}|{_LEADS}|{ODD_TAIL}|(?<=[{HAN}]){TOLD_TAIL}))"
)
"""Where a finder of ways to reach or pay a person would begin, but for short numbers."""
_SHORT_RUN = re.compile(f"[0-9]{RUN_TAIL}")
_TRIGGER = re.compile(
    rf"[0-9{_FIRSTS}{ROAD_ENDS}{_NAME_FIRSTS}{_PLACE_FIRSTS}]"
    rf"(?:(?<=[0-9])(?:(?={RUN_TAIL})(?:(?={NUMBER_RUN_TAIL})()|())(?:[0-9]+(?=[0-9]))?|{TOLD_TAIL}())|(?<![0-9])(?:"
    rf"(?<=[{_NAME_FIRSTS}])(?={_any_led_by(_NAME_WORDS)})()"
    rf"|(?<=[{_PLACE_FIRSTS}])(?={_any_led_by(dict.fromkeys(PLACE_CUES, _BEFORE_PLACE))})()"
    rf"|(?<=[{ROAD_ENDS}])(?={NUMBER_TAIL})()"
    rf"|(?<=[{_FIRSTS}])(?:(?:{_ACCOUNT})()|(?<=[{PROVINCE_SIGNS}])(?=[ ]?[a-hj-z])()|(?:{_MAIL})()|{_LEADS}()"
    rf"|(?={ODD_TAIL})()|(?<=[{HAN}]){TOLD_TAIL}())))"
)


def may_tell_way(flat: str) -> bool:
    """Whether a finder can find a way to reach or pay a person in folded text, short numbers left out: more than a
    name, a place or a plate."""
    return _WAY.search(flat) is not None


def holds_short_run(flat: str) -> bool:
    """Whether a finder begins at digits that may be too few for a number."""
    return _SHORT_RUN.search(flat) is not None


def stages_of(flat: str) -> set[int | None] | frozenset[int | None]:
    """The finders that can find something in folded text; of most texts none."""
    if _TRIGGER.search(flat) is None:
        return _NONE
    if len(flat) > LONGEST_MESSAGE:
        return EVERY
    return {found.lastindex for found in _TRIGGER.finditer(flat)}


def run_stages(run: int) -> frozenset[int | None]:
    """Those for a run of digits, or none, as `signs` has it."""
    return _OF_RUNS[run]
