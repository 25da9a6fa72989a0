"""Which texts of a batch can hold a contact detail, by pairs of neighbouring characters and by digits close together.

Every alternative of `trigger` begins with one of the pairs below or holds five digits with separators between; a text
without any ends here. Characters are told apart only as far as the pairs do, so that a pair is one look into a table.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..folding.table import LIMIT, SYMBOL, Fold, fold, fold_changes
from .addresses import CUES as PLACE_CUES
from .addresses import ROAD_ENDS, ROADS, UNIT_NUMBERS, UNITS
from .cues import ADDING, HINTS, SECONDS, TRACES
from .name_words import GIVEN, TITLES
from .names import ANNOUNCING, SURE
from .papers import PROVINCE_SIGNS
from .points import Points, fold_array, has_flags, points_of, text_of
from .runs import LEAST_DIGITS, SEPARATOR
from .spelling import BAR, HAN, MANY, SOUNDS
from .told import JOIN_FIRSTS
from .trigger import EVERY, LINKING, NUMBERS, RARE_TRACES, SHORT, SURNAME_FIRSTS, stages_of

_ENOUGH: Final = 1
_PLACE: Final = 2
_UNIT: Final = 4
_ROAD: Final = 8
_ROAD_END: Final = 16
_TRACE: Final = 32
_LATIN: Final = 64
_DIGIT: Final = 128
_NAME: Final = 256
"""A word before a name: more is asked of the third character."""
_LONGER: Final = 512
"""The beginning of a word of three characters."""
_TITLE: Final = 1024
"""A title: more is asked of the character before it."""
_HINT: Final = 2048
"""A word, or its beginning, that makes a contact of short numbers."""
_MANY, _APART = 10_000, 100
"""Of so many words a few are looked at first, so far apart: most texts of many are suspects for one of those."""
_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_STEP = 9
"""From one digit of a run to the next at most."""
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_FOLD = Fold()
_NONE = frozenset[int | None]()
_NUMBERS = frozenset[int | None]((NUMBERS,))
_SHORT = frozenset[int | None]((SHORT,))
_LETTER = "\u4e01"
"""Stands for the letters that no pair names, and between texts."""
_SEPARATOR: Final = 1
_BEFORE_NAME: Final = 2
_THIRD: Final = 4
_GIVEN: Final = 8
_NEXT: Final = 16
_NUMERAL: Final = 32
_AROUND: Final = (
    (_SEPARATOR, SEPARATOR),
    (_BEFORE_NAME, rf"[^\w\n]|[{LINKING}{SURNAME_FIRSTS}]"),
    (_THIRD, f"[{''.join(sorted({word[2] for word in SURE if len(word) > 2}))}dmt]"),
    (_GIVEN, GIVEN),
    (_NUMERAL, f"[{HAN}0-9]"),
    (_NEXT, rf"[{HAN}{SOUNDS}0-9]|[^\w\n]"),
)

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]
Flags = NDArray[np.bool_]
Signs = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Pair:
    """Neighbours that mean something: one of `firsts`, then one of `seconds`."""

    sign: int
    firsts: str
    seconds: str = ""
    others: str | None = None
    """When given, the second one is any character but these."""

    def can_follow(self, char: str) -> bool:
        """Whether it may be the second one."""
        return char in self.seconds or (self.others is not None and char not in self.others)


_SPOKEN: Final = 4096
"""A spoken digit before a digit or separator: another must follow."""
_JOINED: Final = 8192
"""A word that joins digits: more is asked of the character before it and what stands before that."""
_NAME_SIGN: Final = {(2, True): _ENOUGH, (2, False): _NAME, (3, True): _LONGER}
_PAIRS: Final = (
    *(Pair(_NAME_SIGN[min(len(word), 3), word in SURE], word[0], word[1]) for word in ANNOUNCING),
    *(Pair(_TITLE, title[0], title[1]) for title in TITLES.split("|")),
    *(Pair(_PLACE, word[0], word[1]) for word in PLACE_CUES),
    Pair(_UNIT, f"{UNIT_NUMBERS} ", UNITS),
    Pair(_ROAD, ROADS, others=""),
    Pair(_ROAD_END, ROAD_ENDS, others=""),
    Pair(_ENOUGH, "vw", "xe"),
    Pair(_LONGER, "vw", "i"),
    Pair(_ENOUGH, "vw", others=_LETTERS),
    Pair(_ENOUGH, f"{ADDING}我+十", "v"),
    Pair(_ENOUGH, "a", "v"),
    Pair(_TRACE, f"{TRACES}{RARE_TRACES}", others=""),
    Pair(_TRACE, "为未尾味征", f"{SECONDS}亻"),
    Pair(_TRACE, "加", "我一个好"),
    Pair(_TRACE, "搜", "我索好"),
    Pair(_LATIN, _LETTERS, others=""),
    Pair(_ENOUGH, PROVINCE_SIGNS, f"{_LETTERS} "),
    Pair(_ENOUGH, f"@{''.join(MANY)}{_FLAG_LETTERS}", others=""),
    Pair(_ENOUGH, "c", "n"),
    Pair(_LONGER, "c", "o"),
    Pair(_LONGER, "n", "e"),
    Pair(_ENOUGH, f"{_LETTERS}:", "/"),
    Pair(_SPOKEN, HAN, f"{HAN}{_DIGITS}"),
    Pair(_ENOUGH, f"{_DIGITS} ", HAN),
    Pair(_ENOUGH, f"oli{BAR}", _DIGITS),
    Pair(_ENOUGH, _DIGITS, "oli"),
    Pair(_ENOUGH, "y", "ia"),
    Pair(_ENOUGH, "康", "姆"),
    Pair(_JOINED, f"{_DIGITS}{HAN}", JOIN_FIRSTS),
    Pair(_ENOUGH, "%", "3e"),
    Pair(_ENOUGH, "&", "#"),
    Pair(_ENOUGH, "\\", "u"),
    Pair(_DIGIT, _DIGITS, others=""),
    Pair(_HINT, "".join(word for word in HINTS if len(word) == 1) + "+", others=""),
    *(Pair(_HINT, word[0], word[1]) for word in HINTS if len(word) > 1),
)
"""Besides these, a spoken digit before any separator, and any separator before a word that joins digits."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the gate looks up: code points to classes, and signs of two classes that follow each other."""

    classes: Bytes
    signs: Signs
    """By the first's class times 256 and the second's."""
    folded: Points
    around: Bytes
    """By folded code point: what it may be beside a number or a name (`_SEPARATOR` …)."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands in each text of a batch."""

    ends: Places
    """Where each text ends among the code points of all."""
    are_suspects: Flags
    """Whether anything but a number may stand in it."""
    runs: Bytes
    """As `_runs`, of the longest of a text that is no suspect."""


def suspects(texts: Sequence[str], lengths: Sequence[int]) -> Iterator[tuple[int, str, AbstractSet[int | None]]]:
    """Place and folded form of every text in which a finder may find something, and which ones may. Linear."""
    points = _joined(texts)
    marks = _marks(points, lengths)
    if marks is None:
        return
    found = (marks.are_suspects | (marks.runs > 0)).nonzero()[0].tolist()
    if not found:
        return
    flat = text_of(tables().folded.take(points, mode="clip"))
    may_differ = has_flags(points)
    for at in found:
        end = int(marks.ends[at]) - 1
        folded = fold(texts[at], _FOLD) if may_differ else flat[end - lengths[at] : end]
        yield at, folded, stages_of(folded) if marks.are_suspects[at] else _numbers(marks.runs[at])


def block_stages(blocks: Sequence[str]) -> list[AbstractSet[int | None]]:
    """By block of a long text: the finders that may find something in it. Linear."""
    marks = _marks(_joined(blocks), [len(block) for block in blocks])
    if marks is None:
        return [_NONE] * len(blocks)
    return [
        EVERY if is_suspect else _numbers(run)
        for is_suspect, run in zip(marks.are_suspects.tolist(), marks.runs.tolist(), strict=True)
    ]


def _numbers(run: int) -> AbstractSet[int | None]:
    return (_NONE, _SHORT, _NUMBERS)[run]


def _joined(texts: Sequence[str]) -> Points:
    return points_of(_LETTER.join((*texts, "")))


def _marks(points: Points, lengths: Sequence[int]) -> _Marks | None:
    """None when no text holds anything of a detail."""
    known = tables()
    classes = known.classes.take(points, mode="clip").astype(np.uint16)
    signs = known.signs.take(classes[:-1] << np.uint16(8) | classes[1:])
    places = (signs != 0).nonzero()[0]
    if not places.size:
        return None
    ends = np.cumsum(np.array(lengths) + 1)
    edges = np.searchsorted(places, ends)
    counts = edges.copy()
    counts[1:] -= edges[:-1]
    owners = np.arange(len(lengths)).repeat(counts)
    signs = signs.take(places)
    with_some = counts.nonzero()[0]
    every = np.zeros(len(lengths), dtype=np.uint16)
    every[with_some] = np.bitwise_or.reduceat(signs, (edges - counts).take(with_some))
    are_suspects = _are_enough(every)
    words = _NAME | _LONGER | _TITLE | _SPOKEN | _JOINED
    worded = (((signs & words) != 0) & ~are_suspects.take(owners)).nonzero()[0]
    if worded.size > _MANY:
        some = worded[::_APART]
        is_word = _are_words(signs.take(some), places.take(some), points)
        are_suspects[owners.take(some[is_word])] = True
        worded = worded[~are_suspects.take(owners.take(worded))]
    if worded.size:
        is_word = _are_words(signs.take(worded), places.take(worded), points)
        are_suspects[owners.take(worded[is_word])] = True
    digits = (((signs & _DIGIT) != 0) & ~are_suspects.take(owners)).nonzero()[0]
    owners = owners.take(digits)
    runs = _runs(places.take(digits), owners, every, points)
    longest = np.zeros(len(lengths), dtype=np.uint8)
    longest[owners[runs > 0]] = 1
    longest[owners[runs > 1]] = 2
    return _Marks(ends=ends, are_suspects=are_suspects, runs=longest)


def _are_enough(signs: Signs) -> Flags:
    """Whether what stands in a text may make a detail."""
    has_place = ((signs & _PLACE) != 0) & ((signs & (_UNIT | _ROAD)) != 0)
    has_number = (signs & (_UNIT | _ROAD_END)) == (_UNIT | _ROAD_END)
    has_account = (signs & (_TRACE | _LATIN)) == (_TRACE | _LATIN)
    are_enough: Flags = ((signs & _ENOUGH) != 0) | has_place | has_number | has_account
    return are_enough


def _are_words(signs: Signs, places: Places, points: Points) -> Flags:
    """Whether words, or what begins as one, can be those by the characters around them."""
    known = tables()
    third = known.around.take(known.folded.take(points.take(places + 2, mode="clip"), mode="clip"))
    before = known.around.take(known.folded.take(points.take(places - 1, mode="clip"), mode="clip"))
    second = known.around.take(known.folded.take(points.take(places - 2, mode="clip"), mode="clip"))
    are_words: Flags = (
        ((signs & _NAME) != 0) & ((third & _BEFORE_NAME) != 0)
        | ((signs & _LONGER) != 0) & ((third & _THIRD) != 0)
        | ((signs & _TITLE) != 0) & ((before & _GIVEN) != 0)
        | ((signs & _SPOKEN) != 0) & ((third & _NEXT) != 0)
        | ((signs & _JOINED) != 0) & ((before & second & _NUMERAL) != 0)
    )
    return are_words


def _runs(digits: Places, owners: Places, every: Signs, points: Points) -> Bytes:
    """By digit: 2 where nine begin with separators only between them, as far as the characters beside the digits
    tell; 1 where six do in a text with letters, or five in one with a hint."""
    known = tables()
    count = digits.size
    if not count:
        return np.zeros(0, dtype=np.uint8)
    gaps = digits[1:] - digits[:-1]
    is_next = np.zeros(count + LEAST_DIGITS, dtype=np.bool_)
    is_next[: count - 1] = gaps == 1
    parted = ((gaps > 1) & (gaps <= _STEP)).nonzero()[0]
    after = known.around.take(known.folded.take(points.take(digits.take(parted) + 1), mode="clip"))
    before = known.around.take(known.folded.take(points.take(digits.take(parted + 1) - 1), mode="clip"))
    is_next[parted] = (after & before & _SEPARATOR) != 0
    is_next[: count - 1] &= owners[1:] == owners[:-1]
    are_five = is_next[:-3] & is_next[1:-2] & is_next[2:-1] & is_next[3:]
    are_six = are_five[:count] & is_next[4 : count + 4]
    are_nine = are_five[:count] & are_five[4 : count + 4]
    around = every.take(owners)
    is_hinted = (around & _HINT) != 0
    is_lettered = (around & _LATIN) != 0
    runs: Bytes = (are_six & is_lettered | are_five[:count] & is_hinted).astype(np.uint8)
    runs[are_nine] = 2
    return runs


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The tables, made when first asked for."""
    every = "".join(map(chr, range(LIMIT)))
    around = np.zeros(LIMIT, dtype=np.uint8)
    for sign, pattern in _AROUND:
        for run in re.finditer(f"(?:{pattern})+", every):
            around[run.start() : run.end()] |= sign
    is_separator = (around & _SEPARATOR) != 0
    kinds = _Classes()
    classes = np.where(is_separator, kinds.of(SYMBOL, is_separator=True), kinds.of(_LETTER)).astype(np.uint8)
    classes = np.append(classes, classes[ord(SYMBOL)])
    for char in {char for pair in _PAIRS for char in f"{pair.firsts}{pair.seconds}{pair.others or ''}"}:
        classes[ord(char)] = kinds.of(char, is_separator=bool(is_separator[ord(char)]))
    for source, target in fold_changes(_FOLD).items():
        classes[source] = classes[min(target, LIMIT)]
    for char in _FLAG_LETTERS:
        classes[ord(char)] = kinds.of(char)
    return Tables(classes=classes, signs=kinds.signs(), folded=fold_array(), around=around)


class _Classes:
    """Characters that are alike in every pair."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, int], int] = {}

    def of(self, char: str, *, is_separator: bool = False) -> int:
        """The number of a folded character's class, below 256."""
        apart = 1 << len(_PAIRS)
        first = sum(1 << at for at, pair in enumerate(_PAIRS) if char in pair.firsts)
        second = sum(1 << at for at, pair in enumerate(_PAIRS) if pair.can_follow(char))
        if char in HAN:
            first |= apart
        if is_separator:
            first |= apart << 1
            second |= apart
        if char in JOIN_FIRSTS:
            second |= apart << 1
        row = (first, second)
        return self._rows.setdefault(row, len(self._rows))

    def signs(self) -> Signs:
        """What every class means before every other."""
        meanings = [*(pair.sign for pair in _PAIRS), _SPOKEN, _JOINED]
        signs = np.zeros((256, 256), dtype=np.uint16)
        for first, (firsts, _) in enumerate(self._rows):
            for second, (_, seconds) in enumerate(self._rows):
                both = firsts & seconds
                while both:
                    signs[first, second] |= meanings[(both & -both).bit_length() - 1]
                    both &= both - 1
        return signs.ravel()
