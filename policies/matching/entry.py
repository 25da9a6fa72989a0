"""One form of a word, folded and skipped as texts will be, ready for the automaton."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ..folding.table import View
from ..model import How
from .belief import Belief, belief_of
from .profile import Disguises, GapRule, Homophone

_belief_of = lru_cache(maxsize=1 << 14)(belief_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the entries of one owner have in common."""

    owner: int
    """Number of the rule (or of the matcher) the words belong to."""
    view: View
    is_alias: bool
    is_allow: bool
    disguises: Disguises
    """What is looked through besides; PLAIN for allow words, wildcards, and forms that hold symbols."""
    gap_rule: GapRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How a form differs from a word that is searched for as it stands."""

    form: str
    """This form, unfolded."""
    folded: str
    runs: tuple[int, ...] | None = None
    """Run length of each character of the key when some exceed one."""
    wild: tuple[str | None, ...] | None = None
    """The whole form over searched characters when it holds wildcards; None is any character."""
    key_at: int = 0
    """Offset of the key in `wild`."""


class Entry(NamedTuple):
    """One form of one word of one owner.

    It stands for itself where words are looked up, see `Writing`. A tuple, since lexicons hold very many of them.
    """

    word: str
    """As its author wrote it."""
    rank: int
    """Place of the word in its list."""
    key: str
    """What the automaton looks for: folded, skipped, runs collapsed; the longest literal part of a wildcard form."""
    terms: Terms
    spelling: Spelling | None
    """None: the form is the word, and folded it is the key."""

    @property
    def owner(self) -> int:
        """As `Terms.owner`."""
        return self.terms.owner

    @property
    def view(self) -> View:
        """How the word is read."""
        return self.terms.view

    @property
    def disguises(self) -> Disguises:
        """As `Terms.disguises`."""
        return self.terms.disguises

    @property
    def is_alias(self) -> bool:
        """Whether the form stands in for the usual writing."""
        return self.terms.is_alias

    @property
    def is_allow(self) -> bool:
        """Whether it covers hits and is none."""
        return self.terms.is_allow

    @property
    def form(self) -> str:
        """As `Spelling.form`."""
        return self.word if self.spelling is None else self.spelling.form

    @property
    def folded(self) -> str:
        """The form, folded."""
        return self.key if self.spelling is None else self.spelling.folded

    @property
    def runs(self) -> tuple[int, ...] | None:
        """As `Spelling.runs`."""
        return None if self.spelling is None else self.spelling.runs

    @property
    def wild(self) -> tuple[str | None, ...] | None:
        """As `Spelling.wild`."""
        return None if self.spelling is None else self.spelling.wild

    @property
    def key_at(self) -> int:
        """As `Spelling.key_at`."""
        return 0 if self.spelling is None else self.spelling.key_at

    @property
    def entry(self) -> "Entry":
        """Itself."""
        return self

    @property
    def chars(self) -> str:
        """As `Writing.chars`."""
        return self.key

    @property
    def how(self) -> How | None:
        """As `Writing.how`: no disguise."""
        return None

    @property
    def belief(self) -> Belief:
        """What a writing by other means must show."""
        return _belief_of(self.key if self.runs is None else written(self))

    @property
    def believed_by_sound(self) -> Belief:
        """What a writing in other characters must show."""
        return Belief.ALWAYS if self.disguises.homophone is Homophone.ON else self.belief


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """An entry in characters that are not its `key`; what the entry itself is for those that are."""

    entry: Entry
    chars: str
    runs: tuple[int, ...] | None = None
    """Run length of each of `chars` when some must exceed one."""
    how: How | None = None

    @property
    def key(self) -> str:
        """As `chars`."""
        return self.chars

    @property
    def terms(self) -> Terms:
        """As `Entry.terms`."""
        return self.entry.terms

    @property
    def belief(self) -> Belief:
        """As `Entry.belief`."""
        return self.entry.belief

    @property
    def believed_by_sound(self) -> Belief:
        """As `Entry.believed_by_sound`."""
        return self.entry.believed_by_sound


def written(entry: Entry) -> str:
    """The entry's searched characters with its runs written out."""
    if entry.runs is None:
        return entry.key
    return "".join(char * length for char, length in zip(entry.key, entry.runs, strict=True))
