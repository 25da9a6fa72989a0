"""Tests, aliases, options and cost."""

from collections.abc import Iterator

from ..model import Severity
from ..rules.spec import RuleSet
from .finding import Code, Finding, Level
from .rule_words import Places, SetWords

MANY_FORMS = 200
"""From more forms on a word is expensive: each is searched, by sound and drawing too."""


def untidy(words: SetWords, places: Places) -> Iterator[Finding]:
    """What a careful author would have done."""
    for one in words.rules:
        rule = one.rule
        if not rule.tests:
            yield places.warning(rule, Code.NO_TESTS)
        elif all(test.expects_hit for test in rule.tests) and rule.words:
            yield places.warning(rule, Code.NO_MISS)
        if rule.actions and rule.severity is not Severity.CRITICAL:
            yield places.warning(rule, Code.MILD_ACTION, severity=rule.severity.value)
        for action in rule.actions:
            app = action.app or "*"
            yield places.note(rule, Code.ACTION, what=action.kind.value, app=app, minutes=str(action.minutes))
        for key in rule.ignored:
            yield places.warning(rule, Code.IGNORED_OPTION, option=key)
        for word, entries in one.by_word().items():
            if len(entries) > MANY_FORMS:
                yield places.note(rule, Code.MANY_FORMS, word, forms=str(len(entries)))
    yield from _unused_aliases(words.ruleset)


def _unused_aliases(ruleset: RuleSet) -> Iterator[Finding]:
    used = " ".join(
        word
        for rule in ruleset.rules
        for word in (*rule.words, *rule.allow, *(term for near in rule.near for term in near.any))
    )
    for alias in ruleset.aliases:
        if f"{{{alias.name}}}" not in used and f"{{{alias.name}?}}" not in used:
            yield Finding(
                level=Level.WARNING,
                code=Code.UNUSED_ALIAS,
                values=(("alias", alias.name),),
                file=alias.file,
                line=alias.line,
            )
