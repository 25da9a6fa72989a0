"""`policy check DIR`: loads, runs the tests inside, and reports what looks wrong."""

from dataclasses import dataclass
from pathlib import Path

from .engine import Engine
from .errors import RuleConflictError, RuleError, RuleSyntaxError
from .linter.finding import Code, Finding, Level
from .linter.lint import lint
from .packs.loader import read_ruleset
from .rules.trial import Failure, failures

__all__ = ["CheckReport", "Code", "Finding", "Level", "check_dir", "read_ruleset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What `policy check` found."""

    version: str | None
    """None when the rules could not be read."""
    rules: int
    words: int
    tests: int
    findings: tuple[Finding, ...]
    """Errors, then warnings, by file and line."""
    notes: tuple[Finding, ...] = ()
    """What is worth knowing and no reason to change anything by itself."""

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
    failed = [_failed(failure) for failure in failures(ruleset, engine)]
    found = lint(ruleset, engine)
    return CheckReport(
        version=ruleset.version,
        rules=len(ruleset.rules),
        words=sum(len(rule.words) for rule in ruleset.rules),
        tests=sum(len(rule.tests) for rule in ruleset.rules),
        findings=(*failed, *(finding for finding in found if finding.level is Level.WARNING)),
        notes=tuple(finding for finding in found if finding.level is Level.NOTE),
    )


def _failed(failure: Failure) -> Finding:
    return Finding(
        level=Level.ERROR,
        code=Code.TEST_FAILED,
        message=failure.told,
        values=(
            ("text", failure.text),
            ("miss", failure.miss.value),
            ("wanted", failure.wanted),
            ("found", failure.found),
        ),
        file=failure.file,
        line=failure.line,
        rule_id=failure.rule_id,
    )


def _refusal(error: RuleError) -> Finding:
    match error:
        case RuleSyntaxError():
            return Finding(
                level=Level.ERROR,
                code=Code.SYNTAX,
                message=str(error),
                file=error.file,
                line=error.line,
                key=error.key,
                nearest=error.nearest,
            )
        case RuleConflictError():
            return Finding(
                level=Level.ERROR,
                code=Code.CONFLICT,
                message=str(error),
                file=error.second,
                line=error.second_line,
            )
        case _:
            return Finding(level=Level.ERROR, code=Code.RULE, message=str(error))
