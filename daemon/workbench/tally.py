"""What two rule sets find in the same messages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from policies.model import Hit, How, Severity, Verdict

from ..events import KeptEvent

EXAMPLES = 5
LOST_EXAMPLES = 3
_DOUBT = {
    How.HOMOPHONE: 6,
    How.LOOKALIKE: 6,
    How.REVERSED: 5,
    How.SPLIT: 4,
    How.PINYIN: 4,
    How.GAP: 4,
    How.REPEAT: 3,
    How.ALIAS: 2,
    How.FOLDED: 1,
    How.EXACT: 0,
}
SHORT = 2
"""Evidence of so few code points is doubted a little more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A hit in a message."""

    event: KeptEvent
    hit: Hit
    is_new: bool
    """The rules in force do not find it."""
    others: tuple[Hit, ...] = ()
    """All that either set finds in the message."""

    @property
    def doubt(self) -> tuple[bool, int]:
        """How much it looks like a false hit: new ones before known ones, sound and drawing before words."""
        return self.is_new, _DOUBT[self.hit.how] + (self.hit.end - self.hit.start <= SHORT)


@dataclass(slots=True, kw_only=True)
class RuleTally:
    """Of one rule."""

    messages: int = 0
    messages_now: int = 0
    newly: int = 0
    no_longer: int = 0
    by_how: Counter[How] = field(default_factory=Counter)
    by_severity: Counter[Severity] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    lost: list[Example] = field(default_factory=list)

    def keep(self, example: Example) -> None:
        """Among the most doubtful."""
        self.examples.append(example)
        self.examples.sort(key=lambda one: one.doubt, reverse=True)
        del self.examples[EXAMPLES:]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Of all rules."""

    messages: int = 0
    found: int = 0
    found_now: int = 0
    newly: int = 0
    no_longer: int = 0
    rules: dict[str, RuleTally] = field(default_factory=dict)
    """By rule id, of both sets."""

    def add(self, event: KeptEvent, verdicts: Iterable[Verdict], verdicts_now: Iterable[Verdict]) -> None:
        """One message."""
        then, now = {one.rule_id: one for one in verdicts}, {one.rule_id: one for one in verdicts_now}
        self.messages += 1
        self.found += bool(then)
        self.found_now += bool(now)
        self.newly += bool(then and not now)
        self.no_longer += bool(now and not then)
        hits = tuple(hit for verdict in (*then.values(), *now.values()) for hit in verdict.hits)
        for rule_id in then | now:
            rule = self.rules.setdefault(rule_id, RuleTally())
            rule.messages_now += rule_id in now
            if rule_id not in then:
                rule.no_longer += 1
                lost = now[rule_id].hits[: LOST_EXAMPLES - len(rule.lost)]
                rule.lost += [Example(event=event, hit=hit, is_new=False, others=hits) for hit in lost[:1]]
                continue
            verdict = then[rule_id]
            rule.messages += 1
            rule.newly += rule_id not in now
            rule.by_severity[verdict.severity] += 1
            for hit in verdict.hits:
                rule.by_how[hit.how] += 1
            for hit in verdict.hits[:1]:
                rule.keep(Example(event=event, hit=hit, is_new=rule_id not in now, others=hits))
