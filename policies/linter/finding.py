"""One line of the report."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The rule set cannot be used."""
    WARNING = "warning"
    """It can, but probably not as meant."""
    NOTE = "note"
    """Worth knowing."""


class Code(StrEnum):
    """What is found. Each has its sentence, and what to do, in the daemon's catalogs."""

    SYNTAX = "syntax"
    CONFLICT = "conflict"
    RULE = "rule"
    TEST_FAILED = "test_failed"
    DEAD_WORD = "dead_word"
    """Values `word`, `by`: an allow word is the same word."""
    INERT_WORD = "inert_word"
    DOUBLE_WORD = "double_word"
    """Values `word`, `other`: two words of one rule are one."""
    SHADOWED_WORD = "shadowed_word"
    """Values `word`, `other`: the overlap policy always takes the other."""
    DEAD_RULE = "dead_rule"
    """Values `kinds`, `channels`: no record is of these kinds and channels."""
    TEXTLESS_RULE = "textless_rule"
    """Its kinds have no text."""
    UNKNOWN_CHANNEL = "unknown_channel"
    """Values `channel`, `nearest`."""
    SAME_WORD = "same_word"
    """Values `word`, `other`, `other_word`."""
    SAME_WORD_DIFFERS = "same_word_differs"
    """The same in another category or severity: also `one`, `two`."""
    CONTAINS_WORD = "contains_word"
    """Values `word`, `other`, `other_word`, `count`."""
    SOUNDS_HONEST = "sounds_honest"
    """Values `word`, `honest`, `text`."""
    SOUND_CLOSE = "sound_close"
    """Values `word`, `honest`: told apart by what stands around."""
    HONEST_HIT = "honest_hit"
    """Values `word`, `how`, `count`, `total`, `text`."""
    MANY_FORMS = "many_forms"
    """Values `word`, `forms`."""
    ACTION = "action"
    """Values `what`, `app`, `minutes`: what would be done, if the daemon's configuration lets it."""
    MILD_ACTION = "mild_action"
    """Value `severity`: an action on a finding that is not critical; by default none is taken."""
    NO_TESTS = "no_tests"
    NO_MISS = "no_miss"
    IGNORED_OPTION = "ignored_option"
    UNUSED_ALIAS = "unused_alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What, how bad, where."""

    level: Level
    code: Code
    message: str = ""
    """The complaint of the reader or of a test in its own words; empty for everything the linter says."""
    values: tuple[tuple[str, str], ...] = ()
    """(name, value) for the sentence of the code."""
    file: Path | None = None
    line: int | None = None
    rule_id: str | None = None
    key: str | None = None
    nearest: str | None = None

    def value(self, name: str) -> str:
        """A value by its name, empty when there is none."""
        return dict(self.values).get(name, "")
