"""A match becomes a hit: the contexts of its rule are asked, and its severity is settled."""

from dataclasses import dataclass, field
from typing import NamedTuple, assert_never

from .context import Contexts, NearTerms, Reference
from .facts import TextFacts
from .matching.filters import Found
from .model import Hit, How, Side, SubjectKind
from .rules.spec import Effect, Raise, Rule
from .window import Window

EVASIVE = frozenset(set(How) - {How.EXACT, How.FOLDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule with what it looks for besides words."""

    rule: Rule
    references: tuple[tuple[str, Reference], ...]
    near: tuple[NearTerms, ...]
    is_about_contacts: bool
    """Its own words are contact details, so one nearby says nothing more."""
    asks_for_contacts: bool = field(init=False)
    """Whether what it finds is worse with contact details beside it."""
    raised_by: frozenset[How] = field(init=False)
    """Writings that are worse than the word itself."""

    def __post_init__(self) -> None:
        raise_on = self.rule.raise_on
        object.__setattr__(self, "asks_for_contacts", Raise.CONTACT in raise_on and not self.is_about_contacts)
        object.__setattr__(self, "raised_by", EVASIVE if Raise.EVASION in raise_on else frozenset())

    @property
    def refers_to_contacts_only(self) -> bool:
        """Whether a text without contact details has nothing that its references find."""
        return all(reference.contacts for _, reference in self.references)

    def applies(self, kind: SubjectKind, channel: str, side: Side) -> bool:
        """Whether the rule speaks of such a subject. An unknown channel or side is not excluded."""
        rule = self.rule
        if kind not in rule.kinds or (rule.channels and channel and channel not in rule.channels):
            return False
        return not rule.sides or side is Side.UNKNOWN or side in rule.sides


class Match(NamedTuple):
    """What a rule found, before its contexts are asked."""

    found: Found
    """In the text of `facts`."""
    facts: TextFacts
    start: int
    """In the judged message."""
    end: int
    earlier: tuple[int, ...] = ()
    """Earlier messages that belong to it, counted back."""


def hit_of(compiled: CompiledRule, found: Found, steps: int) -> Hit:
    """The hit of a rule without contexts, its severity so many steps from the rule's."""
    rule = compiled.rule
    steps += found.how in compiled.raised_by
    return Hit(
        start=found.start,
        end=found.end,
        rule_id=rule.id,
        word=found.word,
        category=rule.category,
        severity=rule.severity.raised(steps) if steps else rule.severity,
        how=found.how,
    )


def judged(compiled: CompiledRule, match: Match, contexts: Contexts, window: Window) -> Hit | None:
    """The hit with its severity, or None when its context forbids it."""
    rule, found = compiled.rule, match.found
    steps = 0
    for terms in compiled.near:
        holds = contexts.holds(terms, match.facts, found.start, found.end, window)
        match terms.near.effect:
            case Effect.REQUIRE:
                if not holds:
                    return None
            case Effect.DROP:
                if holds:
                    return None
            case Effect.RAISE_1 | Effect.RAISE_2 | Effect.LOWER_1 | Effect.LOWER_2 as effect:
                steps += effect.steps if holds else 0
            case _ as never:
                assert_never(never)
    how = How.SPLIT if match.earlier else found.how
    steps += how in compiled.raised_by
    if compiled.asks_for_contacts and (match.facts.has_way or window.has_way()):
        steps += 1
    return Hit(
        start=match.start,
        end=match.end,
        rule_id=rule.id,
        word=found.word,
        category=rule.category,
        severity=rule.severity.raised(steps),
        how=how,
        earlier=match.earlier,
    )
