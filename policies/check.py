"""`policy check DIR`: loads, runs the tests inside, and reports what looks wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .context import references
from .custom_detectors import Detector
from .engine import Engine, rule_entries
from .errors import RuleConflictError, RuleError, RuleSyntaxError
from .matching.entries import Entry
from .packs.loader import PACKAGED, read_ruleset
from .rules.spec import Effect, Near, Rule, RuleSet
from .rules.trial import failures


class Level(StrEnum):
    """How bad a finding of the linter is."""

    ERROR = "error"
    """The rule set cannot be used."""
    WARNING = "warning"
    """It can, but probably not as meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    level: Level
    code: str
    """`syntax`, `conflict`, `test_failed`, `same_word`, `dead_word`, `no_tests`, `no_miss`, `ignored_option`,
    `unused_alias`."""
    message: str
    file: Path | None = None
    line: int | None = None
    rule_id: str | None = None
    key: str | None = None
    nearest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What `policy check` found."""

    version: str | None
    """None when the rules could not be read."""
    rules: int
    words: int
    tests: int
    findings: tuple[Finding, ...]

    @property
    def is_usable(self) -> bool:
        """Whether `load_ruleset` would accept it."""
        return all(finding.level is not Level.ERROR for finding in self.findings)


def check_dir(path: Path | str) -> CheckReport:
    """Check a folder of rules, a single file, or a packaged set by name. Raises nothing that the rules cause."""
    try:
        ruleset = read_ruleset([path])
    except RuleError as error:
        return CheckReport(version=None, rules=0, words=0, tests=0, findings=(_refusal(error),))
    engine = Engine(ruleset)
    findings = [Finding(level=Level.ERROR, code="test_failed", message=line) for line in failures(ruleset, engine)]
    findings += lint(ruleset)
    return CheckReport(
        version=ruleset.version,
        rules=len(ruleset.rules),
        words=sum(len(rule.words) for rule in ruleset.rules),
        tests=sum(len(rule.tests) for rule in ruleset.rules),
        findings=tuple(findings),
    )


def _refusal(error: RuleError) -> Finding:
    match error:
        case RuleSyntaxError():
            return Finding(
                level=Level.ERROR,
                code="syntax",
                message=str(error),
                file=error.file,
                line=error.line,
                key=error.key,
                nearest=error.nearest,
            )
        case RuleConflictError():
            return Finding(level=Level.ERROR, code="conflict", message=str(error), file=error.second)
        case _:
            return Finding(level=Level.ERROR, code="rule", message=str(error))


def lint(ruleset: RuleSet) -> list[Finding]:
    """Warnings about a rule set that loads."""
    found: list[Finding] = []
    names = frozenset(references({spec.id: Detector(spec) for spec in ruleset.detectors}))
    aliases = ruleset.alias_forms
    first: dict[tuple[str, object, tuple[Near, ...]], tuple[Rule, str]] = {}
    for owner, rule in enumerate(ruleset.rules):
        entries = rule_entries(rule, owner, aliases, names)
        # One word in two circumstances is two situations.
        required = tuple(near for near in rule.near if near.effect is Effect.REQUIRE)
        found += _dead_words(rule, entries)
        for entry in entries:
            if entry.is_allow:
                continue
            other, word = first.setdefault((entry.key, entry.view, required), (rule, entry.word))
            if other is rule or _is_layered(other, rule):
                continue
            if (other.id, word) not in {(f.rule_id, f.key) for f in found if f.code == "same_word"}:
                message = f"'{entry.word}' is also found by {other.id} ('{word}')"
                found.append(_warning(rule, "same_word", message))
        if not rule.tests:
            found.append(_warning(rule, "no_tests", "has no tests"))
        elif all(test.expects_hit for test in rule.tests) and rule.words:
            found.append(_warning(rule, "no_miss", "has no sample that must not hit"))
        found += [_warning(rule, "ignored_option", f"'{key}' has no effect in this version") for key in rule.ignored]
    used = " ".join(word for rule in ruleset.rules for word in (*rule.words, *rule.allow, *_near_words(rule)))
    found += [
        Finding(
            level=Level.WARNING,
            code="unused_alias",
            message=f"alias '{alias.name}' is used by no rule",
            file=alias.file,
            line=alias.line,
        )
        for alias in ruleset.aliases
        if f"{{{alias.name}}}" not in used and f"{{{alias.name}?}}" not in used
    ]
    return found


def _is_layered(general: Rule, special: Rule) -> bool:
    """A packaged set may name a situation closer than the packaged set it extends: two titles, on purpose."""
    folders = (general.file.parent, special.file.parent)
    return folders[0] != folders[1] and all(folder.parent == PACKAGED for folder in folders)


def _near_words(rule: Rule) -> Iterable[str]:
    return (word for near in rule.near for word in near.any)


def _dead_words(rule: Rule, entries: list[Entry]) -> list[Finding]:
    """Words that can never hit: every form is covered by an allow word, or none is left."""
    allowed = [entry.key for entry in entries if entry.is_allow]
    alive = {
        entry.word
        for entry in entries
        if not entry.is_allow and not any(entry.key in key for key in allowed if key == entry.key)
    }
    words = {entry.word for entry in entries if not entry.is_allow}
    dead = [word for word in rule.words if not word.startswith("@") and (word in words and word not in alive)]
    inert = [word for word in rule.words if not word.startswith("@") and word not in words]
    return [_warning(rule, "dead_word", f"'{word}' is allowed and can never hit") for word in dead] + [
        _warning(rule, "dead_word", f"'{word}' holds passed-over characters and can never hit") for word in inert
    ]


def _warning(rule: Rule, code: str, message: str) -> Finding:
    return Finding(
        level=Level.WARNING, code=code, message=f"{rule.id}: {message}", file=rule.file, line=rule.line, rule_id=rule.id
    )
