"""The samples inside rules, run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ..model import Subject, Verdict
from .spec import Rule, RuleSet, RuleTest

if TYPE_CHECKING:
    from pathlib import Path

    from ..engine import Engine


class Miss(StrEnum):
    """In what a sample does not hold."""

    SILENT = "silent"
    LOUD = "loud"
    SPAN = "span"
    HOW = "how"
    SEVERITY = "severity"


_TOLD = {
    Miss.SILENT: "should hit, but does not",
    Miss.LOUD: "should not hit, but does: {found}",
    Miss.SPAN: "should hit {wanted}, but hits {found}",
    Miss.HOW: "should be found as {wanted}, but is as {found}",
    Miss.SEVERITY: "should be {wanted}, but is {found}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A sample that does not hold."""

    rule_id: str
    file: Path
    line: int
    """Of the sample."""
    text: str
    miss: Miss
    wanted: str = ""
    found: str = ""

    @property
    def told(self) -> str:
        """The sample and what is wrong with it."""
        return f"'{self.text}' {_TOLD[self.miss].format(wanted=self.wanted, found=self.found)}"

    def __str__(self) -> str:
        """With its place."""
        return f"{self.file}:{self.line}: {self.rule_id}: {self.told}"


def failures(ruleset: RuleSet, engine: Engine) -> list[Failure]:
    """Each sample that does not hold; empty when all do."""
    found: list[Failure] = []
    for rule in ruleset.rules:
        for test in rule.tests:
            missed = _missed(rule, test, engine)
            if missed is not None:
                miss, wanted, seen = missed
                found.append(
                    Failure(
                        rule_id=rule.id,
                        file=rule.file,
                        line=test.line,
                        text=test.text,
                        miss=miss,
                        wanted=wanted,
                        found=seen,
                    )
                )
    return found


def _missed(rule: Rule, test: RuleTest, engine: Engine) -> tuple[Miss, str, str] | None:
    subject = Subject(kind=test.kind, channel=test.channel, text=test.text, side=test.side, previous=test.previous)
    verdict = next((v for v in engine.evaluate(subject) if v.rule_id == rule.id), None)
    if verdict is None:
        return (Miss.SILENT, "", "") if test.expects_hit else None
    if not test.expects_hit:
        seen = ", ".join(f"{hit.word} {hit.start}-{hit.end} ({hit.how})" for hit in verdict.hits[:3])
        return Miss.LOUD, "", seen or rule.id
    return _differs(test, verdict)


def _differs(test: RuleTest, verdict: Verdict) -> tuple[Miss, str, str] | None:
    spans = [(hit.start, hit.end) for hit in verdict.hits]
    if test.span is not None and test.span not in spans:
        return Miss.SPAN, str(list(test.span)), ", ".join(str(list(span)) for span in spans)
    hits = [hit for hit in verdict.hits if test.span is None or (hit.start, hit.end) == test.span]
    if test.how is not None and all(hit.how is not test.how for hit in hits):
        return Miss.HOW, test.how.value, ", ".join(sorted({hit.how.value for hit in hits}))
    if test.severity is not None and verdict.severity is not test.severity:
        return Miss.SEVERITY, test.severity.value, verdict.severity.value
    return None
