"""A tally as it goes out: masked as every other text of the archive."""

from collections.abc import Iterable

from policies.display import safe_display
from policies.rules.spec import Rule, RuleSet

from ..api.policy import TrialExample, TrialReport, TrialRule
from ..api.texts import Texts
from ..api.wire_base import Masked
from ..event_text import detected_spans, masked_text
from ..rights.sight import Sight
from .tally import Example, RuleTally, Tally

CONTEXT_CHARACTERS = 12
"""Of the text around a hit, on each side."""


def report_of(tally: Tally, candidate: RuleSet, now: RuleSet, sight: Sight, *, is_cut: bool) -> TrialReport:
    """Rules whose finds change most come first."""
    rules = {rule.id: rule for rule in (*now.rules, *candidate.rules)}
    found = [_rule(rules[rule_id], one, sight) for rule_id, one in tally.rules.items()]
    found.sort(key=lambda one: (-(one.newly + one.no_longer), -one.messages, one.rule_id))
    return TrialReport(
        version=candidate.version,
        version_now=now.version,
        messages=tally.messages,
        found=tally.found,
        found_now=tally.found_now,
        newly=tally.newly,
        no_longer=tally.no_longer,
        rules=tuple(found),
        is_cut=is_cut,
    )


def title_of(rule: Rule, texts: Texts) -> str:
    """In the reader's language."""
    return safe_display(dict(rule.title).get(texts.language.value, rule.id))


def _rule(rule: Rule, tally: RuleTally, sight: Sight) -> TrialRule:
    return TrialRule(
        rule_id=rule.id,
        title=title_of(rule, sight.texts),
        category=rule.category,
        messages=tally.messages,
        messages_now=tally.messages_now,
        newly=tally.newly,
        no_longer=tally.no_longer,
        by_how={how.value: count for how, count in sorted(tally.by_how.items())},
        by_severity={severity.value: count for severity, count in sorted(tally.by_severity.items())},
        examples=_examples(tally.examples, sight),
        lost_examples=_examples(tally.lost, sight),
    )


def _examples(examples: Iterable[Example], sight: Sight) -> tuple[TrialExample, ...]:
    return tuple(_example(one, sight) for one in examples)


def _example(example: Example, sight: Sight) -> TrialExample:
    event, hit = example.event, example.hit
    masked = masked_text(event, sight, detected_spans(example.others))
    first = max(0, hit.start - CONTEXT_CHARACTERS)
    surface = masked[first : hit.end + CONTEXT_CHARACTERS].replace("\n", " ")
    return TrialExample(
        event_id=event.event_id,
        surface=Masked(surface),
        start=hit.start - first,
        end=min(hit.end - first, len(surface)),
        word=safe_display(hit.word),
        how=hit.how.value,
        severity=hit.severity.value,
        is_new=example.is_new,
    )
