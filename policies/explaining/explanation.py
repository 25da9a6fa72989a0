"""What is told of one text."""

from dataclasses import dataclass
from enum import StrEnum

from ..model import ContactKind, How, Severity
from ..rules.actions import RuleAction


class Relation(StrEnum):
    """Why some characters of a text count as some characters of a word."""

    WIDTH = "width"
    CASE = "case"
    TRADITIONAL = "traditional"
    ALIKE = "alike"
    """A character of another script, or with a mark, that looks like it."""
    DIGIT = "digit"
    RUN = "run"
    """The character repeated."""
    SOUND = "sound"
    LETTERS = "letters"
    """Letters that spell its sound."""
    DRAWING = "drawing"
    PARTS = "parts"
    REVERSED = "reversed"
    STAND_IN = "stand_in"
    """An alias form of the word as its author wrote it, or a picture of what a character names."""
    INSERTED = "inserted"
    """Nothing of the word: passed over."""
    OTHER = "other"


class Obstacle(StrEnum):
    """What keeps a candidate from being a hit."""

    KIND = "kind"
    CHANNEL = "channel"
    SIDE = "side"
    BOUNDARY = "boundary"
    GAP = "gap"
    BELIEF = "belief"
    """Honest talk sounds or looks like that."""
    ALLOW = "allow"
    OVERLAP = "overlap"
    NEAR = "near"
    """Context that the rule requires is not there."""
    NOT_NEAR = "not_near"
    LIMIT = "limit"
    """More was found than is looked at."""


class Cause(StrEnum):
    """What a step of the severity comes from."""

    BASE = "base"
    EVASION = "evasion"
    CONTACT = "contact"
    NEAR = "near"
    ENGINE = "engine"
    """What else the engine counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """Characters that matching does not look at. Offsets are code points of the text, end exclusive."""

    start: int
    end: int
    code_points: tuple[str, ...]
    """`U+200B ZERO WIDTH SPACE`, at most a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFound:
    """A contact detail and its mask."""

    start: int
    end: int
    kind: ContactKind
    masked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`surface`, which is `text[start:end]`, counts as `meant` of the word."""

    start: int
    end: int
    surface: str
    meant: str
    relation: Relation
    detail: str = ""
    """The syllable of SOUND and LETTERS; of STAND_IN the relation by which the form is like the plain one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Why a candidate is no hit. `start`, `end` are of the text that removed it; -1 where none did."""

    obstacle: Obstacle
    start: int = -1
    end: int = -1
    words: tuple[str, ...] = ()
    """The allow word, the terms of the context, the channels or sides of the rule, the level of belief."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityStep:
    """One step on the way to the severity."""

    cause: Cause
    steps: int
    """Levels up or down; 0 for the base and for a context that only had to be there."""
    severity: Severity
    """After it, capped."""
    found: tuple[str, ...] = ()
    """The way of disguise, the kinds of contact details, the text that the context found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A candidate of a rule, and what became of it."""

    rule_id: str
    title: tuple[tuple[str, str], ...]
    category: str
    word: str
    """As its author wrote it."""
    form: str
    """The form of it that was found; empty for a `@name`."""
    start: int
    end: int
    evidence: str
    how: How
    steps: tuple[Step, ...]
    removals: tuple[Removal, ...]
    """Empty: a hit."""
    severity: tuple[SeverityStep, ...]
    """Empty when it is no hit."""
    earlier: tuple[int, ...] = ()
    """Earlier messages that belong to it, oldest first, as in `Hit`."""
    actions: tuple[RuleAction, ...] = ()
    """What its rule asks to have done."""

    @property
    def is_hit(self) -> bool:
        """Whether it counts."""
        return not self.removals


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowSpan:
    """An allow word of a rule, or of all rules, that stands in the text."""

    start: int
    end: int
    word: str
    rule_id: str | None
    """None: it holds for every rule."""
    is_plain: bool
    """False: something is inserted, so it covers nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything about one text."""

    text: str
    folded: str
    """The same length as `text`."""
    searched: str
    """What is left of it when passed-over characters are gone and runs are one character."""
    passed_over: tuple[PassedOver, ...]
    contacts: tuple[ContactFound, ...]
    masked: str
    allowed: tuple[AllowSpan, ...]
    paths: tuple[Path, ...]
    """Hits first, by place."""
    is_cut: bool
    """There were more paths than are told."""
    ruleset_version: str
