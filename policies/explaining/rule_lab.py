"""One rule tried with parts of it taken away: what each part does is the difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ..context import NEAR_PROFILE
from ..engine import EVASIVE, Engine
from ..matching.matcher import Matcher
from ..model import Earlier, Hit, Severity, Side, SubjectKind
from ..rules.spec import Effect, Near, Raise, Rule, RuleSet
from .explanation import Cause, Obstacle, Removal, SeverityStep

_LEVELS = tuple(Severity)
HITS_KEPT = 100
"""Variants whose finds in a text are remembered: many candidates of one text ask for the same."""
_MIDDLE = Severity.MEDIUM
"""Two levels from either end, so that no step is lost at a cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text and what was said before it."""

    text: str
    side: Side
    previous: tuple[str | Earlier, ...]


Place = tuple[int, int, str]
"""(start, end, word)."""


class RuleLab:
    """The rules of a set, each by itself. Variants are built when they are needed, and kept for a while."""

    def __init__(self, ruleset: RuleSet, kept: int = 200) -> None:
        self._ruleset = ruleset
        self._engine = lru_cache(maxsize=kept)(self._build)
        self._terms = lru_cache(maxsize=kept)(self._matcher)
        self._hits = lru_cache(maxsize=HITS_KEPT)(self._find)

    def free(self, owner: int, said: Said) -> dict[Place, Hit]:
        """What the rule finds where its side, channel, kind and contexts do not count."""
        return self._hits(owner, (), said)

    def out_of_context(self, owner: int, said: Said, place: Place) -> tuple[Removal, ...]:
        """Contexts that are required and not there, or forbidden and there."""
        removals: list[Removal] = []
        for near in self._ruleset.rules[owner].near:
            if near.effect not in (Effect.REQUIRE, Effect.DROP) or place in self._hits(owner, (near,), said):
                continue
            if near.effect is Effect.REQUIRE:
                removals.append(Removal(obstacle=Obstacle.NEAR, words=near.any))
            else:
                start, end = self._nearest(near, said.text, place)
                words = (said.text[start:end],) if start >= 0 else near.any
                removals.append(Removal(obstacle=Obstacle.NOT_NEAR, start=start, end=end, words=words))
        return tuple(removals)

    def severity(self, owner: int, said: Said, hit: Hit, contacts: Iterable[str]) -> tuple[SeverityStep, ...]:
        """From the rule's own severity to that of the hit. `contacts`: the kinds that stand in the text."""
        rule = self._ruleset.rules[owner]
        place = (hit.start, hit.end, hit.word)
        steps = [SeverityStep(cause=Cause.BASE, steps=0, severity=rule.severity)]
        moved = rule.severity.rank
        for cause, levels, found in self._moves(owner, said, hit, place, tuple(contacts)):
            moved += levels
            severity = _LEVELS[max(0, min(len(_LEVELS) - 1, moved))]
            steps.append(SeverityStep(cause=cause, steps=levels, severity=severity, found=found))
        if steps[-1].severity is not hit.severity:
            levels = hit.severity.rank - steps[-1].severity.rank
            steps.append(SeverityStep(cause=Cause.ENGINE, steps=levels, severity=hit.severity))
        return tuple(steps)

    def _moves(
        self, owner: int, said: Said, hit: Hit, place: Place, contacts: tuple[str, ...]
    ) -> Iterable[tuple[Cause, int, tuple[str, ...]]]:
        rule = self._ruleset.rules[owner]
        for near in rule.near:
            if near.effect is Effect.DROP:
                continue
            found = self._hits(owner, (near,), said).get(place)
            levels = 0 if found is None else found.severity.rank - _MIDDLE.rank
            if levels or (near.effect is Effect.REQUIRE and found is not None):
                start, end = self._nearest(near, said.text, place)
                yield Cause.NEAR, levels, (said.text[start:end],) if start >= 0 else near.any
        if Raise.EVASION in rule.raise_on and hit.how in EVASIVE:
            yield Cause.EVASION, 1, (hit.how.value,)
        if Raise.CONTACT in rule.raise_on:
            found = self._hits(owner, (), said, frozenset((Raise.CONTACT,))).get(place)
            if found is not None and found.severity is not _MIDDLE:
                yield Cause.CONTACT, found.severity.rank - _MIDDLE.rank, contacts

    def _find(
        self, owner: int, near: tuple[Near, ...], said: Said, raise_on: frozenset[Raise] = frozenset()
    ) -> dict[Place, Hit]:
        engine = self._engine(owner, near, raise_on)
        hits = engine.hits(said.text, side=said.side, previous=said.previous)
        return {(hit.start, hit.end, hit.word): hit for hit in hits}

    def _build(self, owner: int, near: tuple[Near, ...], raise_on: frozenset[Raise]) -> Engine:
        rule: Rule = replace(
            self._ruleset.rules[owner],
            near=near,
            raise_on=raise_on,
            severity=_MIDDLE,
            kinds=frozenset((SubjectKind.MESSAGE,)),
            channels=frozenset(),
            sides=frozenset(),
            tests=(),
        )
        return Engine(replace(self._ruleset, rules=(rule,)))

    def _matcher(self, words: Sequence[str]) -> Matcher:
        return Matcher(words, (), NEAR_PROFILE, self._ruleset.alias_forms)

    def _nearest(self, near: Near, text: str, place: Place) -> tuple[int, int]:
        """Where the term nearest to the hit stands in the text; (-1, -1) for none."""
        first, last, _ = place
        words = tuple(word for word in near.any if not word.startswith("@"))
        spans = [(found.start, found.end) for found in self._terms(words).find(text)]
        alone = [(start, end) for start, end in spans if not (first <= start and end <= last)]
        return min(alone, key=lambda span: max(span[0] - last, first - span[1]), default=(-1, -1))
