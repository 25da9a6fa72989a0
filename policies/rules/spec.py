"""A rule set as it is written: rules, aliases, detectors, their tests."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..matching.profile import MatchProfile
from ..model import Earlier, How, Severity, Side, SubjectKind
from .actions import RuleAction


class Effect(StrEnum):
    """What a context does to a hit."""

    REQUIRE = "require"
    """The hit counts only there."""
    DROP = "drop"
    """The hit does not count there."""
    RAISE_1 = "severity+1"
    RAISE_2 = "severity+2"
    LOWER_1 = "severity-1"
    LOWER_2 = "severity-2"

    @property
    def steps(self) -> int:
        """How many levels of severity it adds."""
        return {"severity+1": 1, "severity+2": 2, "severity-1": -1, "severity-2": -2}.get(self.value, 0)


class Toward(StrEnum):
    """On which side of the hit context is looked for."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Sender(StrEnum):
    """Whose earlier messages count."""

    SAME = "same"
    """Those of who says the message; an unknown side is anybody's."""
    ANY = "any"


class DetectorKind(StrEnum):
    """Shapes a rule set may define."""

    DIGIT_RUN = "digit_run"


class DigitView(StrEnum):
    """In which writing a detector reads digits."""

    FOLDED = "folded"
    SPOKEN = "spoken"
    """Chinese digits too: 幺三八零零…"""


class Raise(StrEnum):
    """What lifts a hit's severity by one level of its own."""

    EVASION = "evasion"
    """The word was disguised: a gap, a repeated character, an alias form, a look-alike."""
    CONTACT = "contact"
    """A contact detail stands in the same message or in the two before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Context beside a hit. `any` holds words, `{alias}` patterns and `@detector` names."""

    any: tuple[str, ...]
    within: int
    """Code points between hit and context; 0 is anywhere in the message."""
    messages: int
    """So many earlier messages count as near too."""
    side: Toward
    effect: Effect
    seconds: int = 0
    """Only earlier messages of the last so many seconds count; 0: whenever they were said."""
    sender: Sender = Sender.SAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Over which earlier messages of the same sender a word or a number may be told."""

    messages: int = 3
    """0: the message alone."""
    seconds: int = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """A sample inside a rule."""

    text: str
    expects_hit: bool
    span: tuple[int, int] | None
    how: How | None
    severity: Severity | None
    previous: tuple[str | Earlier, ...]
    channel: str
    side: Side
    kind: SubjectKind
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. Empty `channels`, `sides`, `sources` mean all."""

    id: str
    title: tuple[tuple[str, str], ...]
    """(language, title) for en and zh."""
    advice: tuple[tuple[str, str], ...]
    """(language, what a reviewer should look at) for en and zh; empty when the rule's author gave none."""
    category: str
    severity: Severity
    kinds: frozenset[SubjectKind]
    channels: frozenset[str]
    sides: frozenset[Side]
    words: tuple[str, ...]
    allow: tuple[str, ...]
    profile: MatchProfile
    near: tuple[Near, ...]
    raise_on: frozenset[Raise]
    spread: Spread
    tests: tuple[RuleTest, ...]
    file: Path
    line: int
    ignored: tuple[str, ...]
    """Keys that this version accepts and does not use yet."""
    actions: tuple[RuleAction, ...] = ()
    """What the daemon is asked to do when this rule finds something, if its configuration lets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A class of forms that stand for one word; the first is the plain one."""

    name: str
    forms: tuple[str, ...]
    file: Path
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectNear:
    """Words that make a digit run the number of a thing."""

    any: tuple[str, ...]
    unless: tuple[str, ...]
    side: Toward
    within: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSpec:
    """A digit run of a shop's own kind (member number, certificate): used in words as `@id`."""

    id: str
    shortest: int
    longest: int
    prefix: str
    """Regular expression the digits must begin with; empty for any."""
    is_spoken: bool
    """Digits may be written in Chinese."""
    reject_near: RejectNear | None
    file: Path
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Everything loaded from one or more sources, checked."""

    version: str
    """`retail-zh@1+ab12cd34`: names, versions, the first 8 hex digits of `sha256`."""
    sha256: str
    """Over the names and bytes of the files, in order."""
    rules: tuple[Rule, ...]
    aliases: tuple[Alias, ...]
    detectors: tuple[DetectorSpec, ...]
    allow: tuple[str, ...]
    """Holds for every rule."""

    @property
    def alias_forms(self) -> dict[str, tuple[str, ...]]:
        """Alias name to its forms."""
        return {alias.name: alias.forms for alias in self.aliases}
