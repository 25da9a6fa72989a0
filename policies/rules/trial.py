"""The samples inside rules, run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import Subject
from .spec import Rule, RuleSet, RuleTest

if TYPE_CHECKING:
    from ..engine import Engine


def failures(ruleset: RuleSet, engine: Engine) -> list[str]:
    """One line for each sample that does not hold; empty when all do."""
    found: list[str] = []
    for rule in ruleset.rules:
        for test in rule.tests:
            reason = _reason(rule, test, engine)
            if reason:
                found.append(f"{rule.file}:{rule.line}: {rule.id}: '{test.text}' {reason}")
    return found


def _reason(rule: Rule, test: RuleTest, engine: Engine) -> str | None:
    subject = Subject(kind=test.kind, channel=test.channel, text=test.text, side=test.side, previous=test.previous)
    verdict = next((v for v in engine.evaluate(subject) if v.rule_id == rule.id), None)
    if not test.expects_hit:
        if verdict is None:
            return None
        seen = ", ".join(f"{hit.word} at {hit.start}-{hit.end} ({hit.how})" for hit in verdict.hits[:3])
        return f"should not hit, but does: {seen or 'no words'}"
    if verdict is None:
        return "should hit, but does not"
    if test.span is not None and test.span not in {(hit.start, hit.end) for hit in verdict.hits}:
        return f"should hit {list(test.span)}, but hits {[[hit.start, hit.end] for hit in verdict.hits]}"
    hits = [hit for hit in verdict.hits if test.span is None or (hit.start, hit.end) == test.span]
    if test.how is not None and all(hit.how is not test.how for hit in hits):
        return f"should be found as {test.how}, but is as {sorted({str(hit.how) for hit in hits})}"
    if test.severity is not None and verdict.severity is not test.severity:
        return f"should be {test.severity}, but is {verdict.severity}"
    return None
