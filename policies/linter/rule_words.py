"""Every word of every rule as it is searched, made once for all checks; and where in the files words stand."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..context import references
from ..custom_detectors import Detector
from ..engine import rule_entries
from ..matching.entries import Entry, entries_of
from ..matching.profile import MatchProfile
from ..rules.spec import Rule, RuleSet
from .finding import Code, Finding, Level

_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """One rule with its entries."""

    rule: Rule
    words: tuple[Entry, ...]
    allowed: tuple[Entry, ...]
    """Of the rule's own allow words."""

    def by_word(self) -> dict[str, list[Entry]]:
        """The forms of each word, in the order of the rule."""
        found: dict[str, list[Entry]] = {}
        for entry in self.words:
            found.setdefault(entry.word, []).append(entry)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWords:
    """All of them."""

    ruleset: RuleSet
    rules: tuple[RuleWords, ...]
    allowed: tuple[Entry, ...]
    """Of the allow words for all rules."""


def words_of(ruleset: RuleSet) -> SetWords:
    """Raises EntryError; `read_ruleset` has refused such words before."""
    names = frozenset(references({spec.id: Detector(spec) for spec in ruleset.detectors}))
    aliases = ruleset.alias_forms
    rules: list[RuleWords] = []
    for owner, rule in enumerate(ruleset.rules):
        entries = rule_entries(rule, owner, aliases, names)
        rules.append(
            RuleWords(
                rule=rule,
                words=tuple(entry for entry in entries if not entry.is_allow),
                allowed=tuple(entry for entry in entries if entry.is_allow),
            )
        )
    allowed = [
        entry
        for word in ruleset.allow
        for entry in entries_of(word, rank=0, owner=-1, profile=MatchProfile(), aliases=aliases, is_allow=True)
    ]
    return SetWords(ruleset=ruleset, rules=tuple(rules), allowed=tuple(allowed))


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file as far as looking for words needs it."""

    heads: tuple[int, ...]
    """Numbers of the lines that begin a `[[table]]`."""
    quoted: dict[str, list[int]]
    """Every quoted text to the numbers of its lines."""


class Places:
    """Line numbers of words."""

    def __init__(self) -> None:
        self._lines = cache(_lines_of)

    def line(self, rule: Rule, word: str) -> int:
        """Where `word` stands below the head of its rule; the head when it is not found (written with escapes)."""
        lines = self._lines(rule.file)
        at = bisect_right(lines.heads, rule.line)
        end = lines.heads[at] if at < len(lines.heads) else 1 << 60
        numbers = lines.quoted.get(word, [])
        first = bisect_left(numbers, rule.line)
        return numbers[first] if first < len(numbers) and numbers[first] < end else rule.line

    def warning(self, rule: Rule, code: Code, word: str = "", **values: str) -> Finding:
        """A warning about a rule, or about one of its words."""
        return self._finding(Level.WARNING, rule, code, word, values)

    def note(self, rule: Rule, code: Code, word: str = "", **values: str) -> Finding:
        """A note about a word of a rule."""
        return self._finding(Level.NOTE, rule, code, word, values)

    def _finding(self, level: Level, rule: Rule, code: Code, word: str, values: dict[str, str]) -> Finding:
        named = (("word", word),) if word else ()
        return Finding(
            level=level,
            code=code,
            values=(*named, *values.items()),
            file=rule.file,
            line=self.line(rule, word) if word else rule.line,
            rule_id=rule.id,
        )


def _lines_of(file: Path) -> _Lines:
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        lines = []
    quoted: dict[str, list[int]] = {}
    for number, line in enumerate(lines, 1):
        for found in _QUOTED.finditer(line):
            quoted.setdefault(found[1] or found[2] or "", []).append(number)
    heads = tuple(number for number, line in enumerate(lines, 1) if line.lstrip().startswith("[["))
    return _Lines(heads, quoted)
