"""The fold: a list by code point for `str.translate`, built from the packaged table for a set of options."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from string import punctuation
from typing import assert_never

LIMIT = 0x32000
"""Code points from here on are private use, tags or unassigned: symbols, never part of a word."""

SYMBOL = "\ufffd"
"""Stands for any code point from `LIMIT` on, so that the tables can be lists of bounded length."""

Table = list[int | None]
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_ABOVE = re.compile(f"[{_FLAG_LETTERS}{chr(LIMIT)}-\U0010ffff]")
_COUNTRIES = (
    "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ"
    " CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ"
    " FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR"
    " IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM"
    " MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT"
    " PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL"
    " TM TN TO TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
FLAGS = frozenset("".join(chr(0x1F1E6 + ord(c) - ord("A")) for c in code) for code in _COUNTRIES.split())
"""Those of countries, of two letters each."""
_TOO_HIGH = re.compile(f"[{chr(LIMIT)}-\U0010ffff]")
_FLAG = re.compile(f"[{_FLAG_LETTERS}]{{2}}")
_LONG_TEXT = 2_000
"""Code points from which on arrays are quicker."""
_NOT_WORD = re.compile(r"[\W_]+")


class DigitFold(StrEnum):
    """Which digits fold to ASCII."""

    NONE = "none"
    SCRIPTS = "scripts"
    """Decimal digits of every script and enclosure: ٣ ３ ③ ➌."""
    HAN = "han"
    """Those and 零 一 二 … 九, 壹 贰 …; it costs precision, see docs/policies.md."""


class Skip(StrEnum):
    """Which characters are passed over while matching."""

    NONE = "none"
    ASCII_PUNCTUATION = "ascii_punctuation"
    SYMBOLS = "symbols"
    """Everything but letters and digits: spaces, punctuation, symbols, emoji, marks, controls, zero-width."""
    MARKS = "marks"
    """As SYMBOLS, but symbols and emoji (+ ❤ 🛰) stay: the view for words that contain some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Which differences between characters do not count. Letters that show nothing are blanks in every fold."""

    case: bool = True
    width: bool = True
    trad: bool = True
    lookalike: bool = True
    digits: DigitFold = DigitFold.SCRIPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a text is read: folded, then with characters passed over, then with runs of one character as one."""

    fold: Fold = Fold()
    skip: Skip = Skip.SYMBOLS
    skip_chars: str = ""
    """Characters to pass over besides `skip`."""
    repeats: bool = True
    """True when a run of one character counts as one (with its length checked afterwards)."""
    _hash: int = field(init=False, repr=False, compare=False)
    """Views are looked up once for each word of a lexicon."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.fold, self.skip, self.skip_chars, self.repeats)))

    def __hash__(self) -> int:
        return self._hash


@lru_cache(maxsize=1)
def sections() -> dict[str, dict[int, int]]:
    """Section name of the packaged table to its pairs of code points."""
    found: dict[str, dict[int, int]] = {}
    pairs: dict[int, int] = {}
    for line in resources.files(__package__).joinpath("fold_table.txt").read_text("utf-8").split("\n"):
        if line.startswith("["):
            pairs = found.setdefault(line[1:-1], {})
        elif line and not line.startswith("#"):
            pairs.update(zip(map(ord, line[::2]), map(ord, line[1::2]), strict=True))
    return found


@lru_cache(maxsize=1)
def _identity() -> list[int]:
    return list(range(LIMIT))


@lru_cache(maxsize=64)
def fold_changes(fold: Fold) -> dict[int, int]:
    """Code points that fold to another one."""
    parts = sections()
    steps = [parts["blank"]]  # whatever else does not count: what shows nothing is no character of a word
    if fold.width:
        steps.append(parts["width"])
    if fold.lookalike:  # before case, for capitals (Ν is N), and after it, for what case made of them
        steps.append(parts["lookalike"])
    if fold.case:
        steps.append(parts["case"])
    if fold.trad:
        steps.append(parts["trad"])
    if fold.lookalike:
        steps.append(parts["lookalike"])
    if fold.digits is not DigitFold.NONE:
        steps.append(parts["digits"])
    if fold.digits is DigitFold.HAN:
        steps.append(parts["han_digits"])
    changes: dict[int, int] = {}
    sources: set[int] = set().union(*steps)
    for source in sources:
        point = source
        for step in steps:
            point = step.get(point, point)
        changes[source] = point
    return changes


@lru_cache(maxsize=64)
def fold_table(fold: Fold) -> Table:
    """The 1:1 table: `text.translate(fold_table(f))` has the length of `text`."""
    table: Table = list(_identity())
    for source, target in fold_changes(fold).items():
        table[source] = target
    return table


@lru_cache(maxsize=1)
def _symbol_runs() -> tuple[tuple[int, int], ...]:
    every = "".join(map(chr, range(LIMIT)))
    return tuple((gap.start(), gap.end()) for gap in _NOT_WORD.finditer(every))


@lru_cache(maxsize=8)
def _skip_runs(skip: Skip) -> tuple[tuple[int, int], ...]:
    """Ranges of folded code points, end exclusive, that `skip` passes over."""
    match skip:
        case Skip.NONE:
            return ()
        case Skip.ASCII_PUNCTUATION:
            return tuple((point, point + 1) for point in map(ord, punctuation))
        case Skip.SYMBOLS:
            return _symbol_runs()
        case Skip.MARKS:
            points = (point for start, end in _symbol_runs() for point in range(start, end))
            return tuple((point, point + 1) for point in points if not is_symbol(chr(point)))
        case _ as never:
            assert_never(never)


def is_symbol(char: str) -> bool:
    """True for + ~ ❤ 🛰 and the like (Unicode S*), which some disguises use as letters."""
    return unicodedata.category(char)[0] == "S" and char != SYMBOL


@lru_cache(maxsize=64)
def kept_table(view: View) -> Table:
    """Fold and skip in one: what is passed over becomes None and is deleted by `str.translate`."""
    table: Table = list(_identity())
    for start, end in _skip_runs(view.skip):
        table[start:end] = [None] * (end - start)
    for point in map(ord, view.skip_chars):
        if point < LIMIT:
            table[point] = None
    kept = table.copy()
    for source, target in fold_changes(view.fold).items():
        kept[source] = table[target] if target < LIMIT else target
    return kept


def bounded(text: str) -> str:
    """`text` with code points from `LIMIT` on and flags of countries replaced by `SYMBOL`; the same length.

    Two flag letters that name no country stay what they look like: letters.
    """
    if not _ABOVE.search(text):
        return text
    if len(text) > _LONG_TEXT:
        from .arrays import bounded_array  # numpy is for who has long texts

        return bounded_array(text)
    return _TOO_HIGH.sub(SYMBOL, _FLAG.sub(lambda two: SYMBOL * 2 if two[0] in FLAGS else two[0], text))


def fold(text: str, options: Fold) -> str:
    """`text` folded; the same length in code points."""
    return bounded(text).translate(fold_table(options))


def holding(texts: Sequence[str], pattern: re.Pattern[str]) -> list[int]:
    """The numbers of the texts in which a pattern is found that matches no line feed, in order; all at once.

    Those that hold a line feed are always among them.
    """
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:  # or there are no texts
        return [number for number, text in enumerate(texts) if "\n" in text or pattern.search(text)]
    found: dict[int, None] = {}
    number = at = 0
    for one in pattern.finditer(joined):
        number += joined.count("\n", at, one.start())
        at = one.start()
        found[number] = None
    return list(found)


def translated(texts: Sequence[str], table: Table) -> list[str]:
    """Each text through a table of as many characters, all at once; one that stays as it is is that very object."""
    joined = "\n".join(texts)
    found = joined.translate(table).split("\n")
    if len(found) != len(texts):  # some hold line feeds
        found = [text.translate(table) for text in texts]
    return [text if text == other else other for text, other in zip(texts, found, strict=True)]
