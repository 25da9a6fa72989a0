"""What counts as the same word: the options of one search."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from ..folding.table import DigitFold, Fold, Skip, View


class Boundary(StrEnum):
    """When a letter or digit beside a match forbids it. Chinese neighbours never do, save in the last."""

    NONE = "none"
    SAME_CLASS = "same_class"
    """A Latin end may not touch a Latin letter, a digit end not a digit: `vx` hits `vx138…`, not `vxa`."""
    LATIN_DIGIT = "latin_digit_whole_word"
    """A Latin or digit end may touch neither letter nor digit."""
    ENGLISH = "english_whole_word"
    """A match of Latin letters and spaces only may not touch a Latin letter."""
    ENGLISH_NUMBER = "english_and_number_whole_word"
    """No match may touch a Latin letter or a digit."""


class Overlap(StrEnum):
    """Which of several matches that share characters are kept."""

    ALL = "all"
    LEFTMOST_LONGEST = "leftmost_longest"
    LEFTMOST_FIRST = "leftmost_first"
    """Leftmost; at one place the word that stands first in the list."""
    SHORTEST_FIRST = "shortest_first"
    """Leftmost; at one place the shortest."""
    EARLIEST_END = "earliest_end"
    """Whatever ends first, the longest of those; as an automaton reports that starts anew after each match."""


class GapRule(StrEnum):
    """Which matches with passed-over characters inside are believed."""

    ANY = "any"
    CAREFUL = "careful"
    """No sentence mark inside, or one (no line end) where the word stands apart from what is beside it, or the same
    separator between every pair, or four characters and more."""
    STRICT = "strict"
    """As CAREFUL, and no sentence or list mark inside words of fewer than four characters."""


class EntrySkips(StrEnum):
    """What becomes of passed-over characters inside a lexicon entry."""

    DROP = "drop"
    """They are passed over there too: `hello(` finds `hello`."""
    INERT = "inert"
    """Such an entry never matches (toolgood: `http://` under its skip list)."""


class Syntax(StrEnum):
    """How words are read."""

    ALIAS = "alias"
    """`{name}` stands for an alias, `{name?}` for an optional one, `{a|b}` for alternatives."""
    WILDCARD = "wildcard"
    """`.` one character, `[ab]` one of, `(a|b)` alternatives, `?` optional."""
    LITERAL = "literal"


class RunEdges(StrEnum):
    """What the span of a digit run (`min_digits`) takes in at its ends."""

    DIGITS = "digits"
    SKIPS = "skips"
    """Passed-over characters around it too (houbb)."""


class Homophone(StrEnum):
    """When a word is also found in other characters that sound like it."""

    OFF = "off"
    AUTO = "auto"
    """From four syllables on always; shorter words where honest talk does not sound so."""
    ON = "on"
    """Always, whatever honest talk sounds like."""
    FUZZY = "fuzzy"
    """As AUTO, and zh z, ch c, sh s, n l, -ng -n are not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguises:
    """Which disguises of a word are looked through; for words with at least two Han characters."""

    homophone: Homophone = Homophone.AUTO
    pinyin: bool = True
    """jia我wei信, wei xin, w e i x i n."""
    lookalike: bool = True
    """Characters drawn alike, 徽信, and pictures of what they name, 🐶东西."""
    split: bool = True
    """Characters written as their parts: 亻言, 力口."""
    reversed: bool = False
    """The word from its end: 信微."""

    is_mixed: bool = field(init=False, repr=False, compare=False)
    """Whether one character may be drawn alike in a word that is heard otherwise."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_mixed", self.lookalike and self.homophone is not Homophone.OFF)

    @property
    def is_any(self) -> bool:
        """Whether anything is looked through."""
        spelled = self.pinyin or self.split or self.lookalike
        return spelled or self.reversed or self.homophone is not Homophone.OFF


PLAIN = Disguises(homophone=Homophone.OFF, pinyin=False, lookalike=False, split=False)
"""Words as they are written; folds, gaps and repeats are not concerned."""


@lru_cache(maxsize=64)
def _shared(view: View) -> View:
    """One view for all that are equal: it is looked up for each word of a lexicon."""
    return view


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchProfile:
    """Options of a search; the defaults are the product's own profile for rules."""

    fold_case: bool = True
    fold_width: bool = True
    fold_trad: bool = True
    fold_lookalike: bool = True
    fold_digits: DigitFold = DigitFold.SCRIPTS
    skip: Skip = Skip.SYMBOLS
    skip_chars: str = ""
    """Passed over besides `skip`."""
    entry_skips: EntrySkips = EntrySkips.DROP
    gap: int = 3
    """Most passed-over characters between two of a word, marks and zero-width not counted."""
    gap_rule: GapRule = GapRule.CAREFUL
    repeats: bool = True
    """A longer run of a character than the word has is still the word: 加加我微信."""
    boundary: Boundary = Boundary.SAME_CLASS
    overlap: Overlap = Overlap.ALL
    syntax: Syntax = Syntax.ALIAS
    allow_single: bool = False
    """Accept words that fold to one character."""
    min_digits: int = 0
    """Also find runs of at least so many digits; 0 is off."""
    run_edges: RunEdges = RunEdges.DIGITS
    disguises: Disguises = Disguises()

    view: View = field(init=False, repr=False, compare=False)
    """How texts and words are read under this profile."""

    def __post_init__(self) -> None:
        fold = Fold(
            case=self.fold_case,
            width=self.fold_width,
            trad=self.fold_trad,
            lookalike=self.fold_lookalike,
            digits=self.fold_digits,
        )
        view = _shared(View(fold=fold, skip=self.skip, skip_chars=self.skip_chars, repeats=self.repeats))
        object.__setattr__(self, "view", view)


ANY_GAP = 1_000_000
"""`gap` without a limit."""
