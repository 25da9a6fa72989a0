"""All checks together."""

from collections.abc import Sequence
from pathlib import Path

from ..engine import Engine
from ..rules.spec import RuleSet
from .clean_talk import clean_talk
from .finding import Finding
from .honest import honest_hits
from .housekeeping import untidy
from .overlaps import overlapping
from .reach import unreachable
from .rule_words import Places, words_of
from .sounds import sounding_honest


def lint(ruleset: RuleSet, engine: Engine, texts: Sequence[str] | None = None) -> list[Finding]:
    """Warnings and notes about a rule set that loads, by file and line. `texts`: honest messages; None: our own."""
    words, places = words_of(ruleset), Places()
    found = [
        *unreachable(words, places),
        *overlapping(words, places),
        *sounding_honest(words, places),
        *honest_hits(engine, clean_talk() if texts is None else texts, places),
        *untidy(words, places),
    ]
    return sorted(found, key=_place)


def _place(finding: Finding) -> tuple[str, str, int, str]:
    file = finding.file or Path()
    return finding.level, str(file), finding.line or 0, finding.code
