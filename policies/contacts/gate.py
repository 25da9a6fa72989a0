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

from ..folding.arrays import Points, code_points, has_flags, text_of
from ..folding.table import LIMIT, SYMBOL, Fold, fold, fold_changes
from ..matching import machine_code
from .addresses import CUES as PLACE_CUES
from .addresses import ROAD_ENDS, ROADS, UNIT_NUMBERS, UNITS
from .cues import ADDING, HINTS, SECONDS, TRACES
from .name_words import GIVEN, TITLES
from .names import ANNOUNCING, SURE
from .papers import PROVINCE_SIGNS
from .points import fold_array
from .runs import LEAST_DIGITS, SEPARATOR
from .signs import (
    BEFORE_NAME,
    BESIDE_GIVEN,
    BESIDE_SEPARATOR,
    DIGIT,
    ENOUGH,
    ENOUGH_DIGITS,
    HINT,
    HINTED,
    JOINED,
    LATIN,
    LETTER,
    LETTERED,
    LONGER,
    LONGER_NAMED,
    NAME,
    NAMED,
    NEXT,
    NUMERAL,
    PLACE,
    ROAD,
    ROAD_END,
    RUN,
    SPOKEN,
    STEP,
    SUSPECT,
    THIRD,
    TITLE,
    TRACE,
    UNIT,
)
from .spelling import BAR, HAN, MANY, SOUNDS
from .told import JOIN_FIRSTS
from .trigger import EVERY, LINKING, RARE_TRACES, SURNAME_FIRSTS, run_stages, stages_of

_MANY, _APART = 10_000, 100
"""Of so many words a few are looked at first, so far apart: most texts of many are suspects for one of those."""
_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_FOLD = Fold()
_AROUND: Final = (
    (BESIDE_SEPARATOR, SEPARATOR),
    (BEFORE_NAME, rf"[^\w\n]|[{LINKING}{SURNAME_FIRSTS}]"),
    (THIRD, f"[{''.join(sorted({word[2] for word in SURE if len(word) > 2}))}dmt]"),
    (BESIDE_GIVEN, GIVEN),
    (NUMERAL, f"[{HAN}0-9]"),
    (NEXT, rf"[{HAN}{SOUNDS}0-9]|[^\w\n]"),
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


_NAME_SIGN: Final = {(2, True): NAMED, (2, False): NAME, (3, True): LONGER_NAMED}
_PAIRS: Final = (
    *(Pair(_NAME_SIGN[min(len(word), 3), word in SURE], word[0], word[1]) for word in ANNOUNCING),
    *(Pair(TITLE, title[0], title[1]) for title in TITLES.split("|")),
    *(Pair(PLACE, word[0], word[1]) for word in PLACE_CUES),
    Pair(UNIT, f"{UNIT_NUMBERS} ", UNITS),
    Pair(ROAD, ROADS, others=""),
    Pair(ROAD_END, ROAD_ENDS, others=""),
    Pair(ENOUGH, "vw", "xe"),
    Pair(LONGER, "vw", "i"),
    Pair(ENOUGH, "vw", others=_LETTERS),
    Pair(ENOUGH, f"{ADDING}我+十", "v"),
    Pair(ENOUGH, "a", "v"),
    Pair(TRACE, f"{TRACES}{RARE_TRACES}", others=""),
    Pair(TRACE, "为未尾味征", f"{SECONDS}亻"),
    Pair(TRACE, "加", "我一个好"),
    Pair(TRACE, "搜", "我索好"),
    Pair(LATIN, _LETTERS, others=""),
    Pair(NAMED, PROVINCE_SIGNS, f"{_LETTERS} "),
    Pair(ENOUGH, f"@{''.join(MANY)}{_FLAG_LETTERS}", others=""),
    Pair(ENOUGH, "c", "n"),
    Pair(LONGER, "c", "o"),
    Pair(LONGER, "n", "e"),
    Pair(ENOUGH, f"{_LETTERS}:", "/"),
    Pair(SPOKEN, HAN, f"{HAN}{_DIGITS}"),
    Pair(ENOUGH, f"{_DIGITS} ", HAN),
    Pair(ENOUGH, f"oli{BAR}", _DIGITS),
    Pair(ENOUGH, _DIGITS, "oli"),
    Pair(ENOUGH, "y", "ia"),
    Pair(ENOUGH, "康", "姆"),
    Pair(JOINED, f"{_DIGITS}{HAN}", JOIN_FIRSTS),
    Pair(ENOUGH, "%", "3e"),
    Pair(ENOUGH, "&", "#"),
    Pair(ENOUGH, "\\", "u"),
    Pair(DIGIT, _DIGITS, others=""),
    Pair(HINT, "".join(word for word in HINTS if len(word) == 1) + "+", others=""),
    *(Pair(HINT, word[0], word[1]) for word in HINTS if len(word) > 1),
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
    """By folded code point: what it may be beside a number or a name (`BESIDE_SEPARATOR` …)."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands in each text of a batch."""

    are_suspects: Flags
    """Whether anything but a number may stand in it."""
    runs: Bytes
    """As `_runs`, of the longest of a text that is no suspect."""


def suspects(texts: Sequence[str], lengths: Sequence[int]) -> Iterator[tuple[int, str, AbstractSet[int | None]]]:
    """Place and folded form of every text in which a finder may find something, and which ones may. Linear."""
    points, ends = _joined(texts), _ends(texts)
    marks = _marks(points, ends)
    if marks is None:
        return
    found = (marks.are_suspects | (marks.runs > 0)).nonzero()[0].tolist()
    if not found:
        return
    flat = text_of(tables().folded.take(points, mode="clip"))
    may_differ = has_flags(points)
    for at in found:
        end = int(ends[at]) - 1
        folded = fold(texts[at], _FOLD) if may_differ else flat[end - lengths[at] : end]
        yield at, folded, stages_of(folded) if marks.are_suspects[at] else run_stages(marks.runs[at])


def look(texts: Sequence[str]) -> Bytes:
    """What may stand in each text, through machine code, in bits as `signs` has them."""
    return _told(_joined(texts), _ends(texts))


def block_stages(blocks: Sequence[str]) -> list[AbstractSet[int | None]]:
    """By block of a long text: the finders that may find something in it. Linear."""
    marks = _marks(_joined(blocks), _ends(blocks))
    if marks is None:
        return [run_stages(0)] * len(blocks)
    return [
        EVERY if is_suspect else run_stages(run)
        for is_suspect, run in zip(marks.are_suspects.tolist(), marks.runs.tolist(), strict=True)
    ]


def _joined(texts: Sequence[str]) -> Points:
    return code_points(LETTER.join((*texts, "")))


def _ends(texts: Sequence[str]) -> Places:
    """Where among the points of all what follows each text begins."""
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    return (lengths + 1).cumsum()


def _told(points: Points, ends: Places) -> Bytes:
    """As `compiled_gate.mark_texts` tells."""
    from .compiled_gate import mark_texts  # numba is an optional extra

    known, found = tables(), np.empty(len(ends), dtype=np.uint8)
    mark_texts(points, ends, known.classes, known.signs, known.folded, known.around, found)
    return found


def _marks(points: Points, ends: Places) -> _Marks | None:
    """None when no text holds anything of a detail."""
    if machine_code.is_ready():
        told = _told(points, ends)
        return _Marks((told & SUSPECT) != 0, told >> np.uint8(RUN))
    known = tables()
    classes = known.classes.take(points, mode="clip").astype(np.uint16)
    signs = known.signs.take(classes[:-1] << np.uint16(8) | classes[1:])
    places = (signs != 0).nonzero()[0]
    if not places.size:
        return None
    edges = np.searchsorted(places, ends)
    counts = edges.copy()
    counts[1:] -= edges[:-1]
    owners = np.arange(len(ends)).repeat(counts)
    signs = signs.take(places)
    with_some = counts.nonzero()[0]
    every = np.zeros(len(ends), dtype=np.uint16)
    every[with_some] = np.bitwise_or.reduceat(signs, (edges - counts).take(with_some))
    are_suspects = _are_enough(every)
    words = NAME | LONGER | LONGER_NAMED | TITLE | SPOKEN | JOINED
    worded = (((signs & words) != 0) & ~are_suspects.take(owners)).nonzero()[0]
    if worded.size > _MANY:
        some = worded[::_APART]
        is_word = _are_words(signs.take(some), places.take(some), points)
        are_suspects[owners.take(some[is_word])] = True
        worded = worded[~are_suspects.take(owners.take(worded))]
    if worded.size:
        is_word = _are_words(signs.take(worded), places.take(worded), points)
        are_suspects[owners.take(worded[is_word])] = True
    digits = (((signs & DIGIT) != 0) & ~are_suspects.take(owners)).nonzero()[0]
    owners = owners.take(digits)
    runs = _runs(places.take(digits), owners, every, points)
    longest = np.zeros(len(ends), dtype=np.uint8)
    for run in (LETTERED, HINTED, ENOUGH_DIGITS):
        longest[owners[runs == run]] = run
    return _Marks(are_suspects, longest)


def _are_enough(signs: Signs) -> Flags:
    """Whether what stands in a text may make a detail."""
    has_place = ((signs & PLACE) != 0) & ((signs & (UNIT | ROAD)) != 0)
    has_number = (signs & (UNIT | ROAD_END)) == (UNIT | ROAD_END)
    has_account = (signs & (TRACE | LATIN)) == (TRACE | LATIN)
    are_enough: Flags = ((signs & (ENOUGH | NAMED)) != 0) | has_place | has_number | has_account
    return are_enough


def _are_words(signs: Signs, places: Places, points: Points) -> Flags:
    """Whether words, or what begins as one, can be those by the characters around them."""
    known = tables()
    third = known.around.take(known.folded.take(points.take(places + 2, mode="clip"), mode="clip"))
    before = known.around.take(known.folded.take(points.take(places - 1, mode="clip"), mode="clip"))
    second = known.around.take(known.folded.take(points.take(places - 2, mode="clip"), mode="clip"))
    are_words: Flags = (
        ((signs & NAME) != 0) & ((third & BEFORE_NAME) != 0)
        | ((signs & (LONGER | LONGER_NAMED)) != 0) & ((third & THIRD) != 0)
        | ((signs & TITLE) != 0) & ((before & BESIDE_GIVEN) != 0)
        | ((signs & SPOKEN) != 0) & ((third & NEXT) != 0)
        | ((signs & JOINED) != 0) & ((before & second & NUMERAL) != 0)
    )
    return are_words


def _runs(digits: Places, owners: Places, every: Signs, points: Points) -> Bytes:
    """By digit: ENOUGH_DIGITS where nine begin with separators only between them, as far as the characters beside the
    digits tell; HINTED where five do in a text with a hint, LETTERED where six do in one with letters."""
    known = tables()
    count = digits.size
    if not count:
        return np.zeros(0, dtype=np.uint8)
    gaps = digits[1:] - digits[:-1]
    is_next = np.zeros(count + LEAST_DIGITS, dtype=np.bool_)
    is_next[: count - 1] = gaps == 1
    parted = ((gaps > 1) & (gaps <= STEP)).nonzero()[0]
    after = known.around.take(known.folded.take(points.take(digits.take(parted) + 1), mode="clip"))
    before = known.around.take(known.folded.take(points.take(digits.take(parted + 1) - 1), mode="clip"))
    is_next[parted] = (after & before & BESIDE_SEPARATOR) != 0
    is_next[: count - 1] &= owners[1:] == owners[:-1]
    are_five = is_next[:-3] & is_next[1:-2] & is_next[2:-1] & is_next[3:]
    are_six = are_five[:count] & is_next[4 : count + 4]
    are_nine = are_five[:count] & are_five[4 : count + 4]
    around = every.take(owners)
    is_hinted = (around & HINT) != 0
    is_lettered = (around & LATIN) != 0
    runs = np.zeros(count, dtype=np.uint8)
    runs[are_six & is_lettered] = LETTERED
    runs[are_five[:count] & is_hinted] = HINTED
    runs[are_nine] = ENOUGH_DIGITS
    return runs


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The tables, made when first asked for."""
    every = "".join(map(chr, range(LIMIT)))
    around = np.zeros(LIMIT, dtype=np.uint8)
    for sign, pattern in _AROUND:
        for run in re.finditer(f"(?:{pattern})+", every):
            around[run.start() : run.end()] |= sign
    is_separator = (around & BESIDE_SEPARATOR) != 0
    kinds = _Classes()
    classes = np.where(is_separator, kinds.of(SYMBOL, is_separator=True), kinds.of(LETTER)).astype(np.uint8)
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
        meanings = [*(pair.sign for pair in _PAIRS), SPOKEN, JOINED]
        signs = np.zeros((256, 256), dtype=np.uint16)
        for first, (firsts, _) in enumerate(self._rows):
            for second, (_, seconds) in enumerate(self._rows):
                both = firsts & seconds
                while both:
                    signs[first, second] |= meanings[(both & -both).bit_length() - 1]
                    both &= both - 1
        return signs.ravel()
