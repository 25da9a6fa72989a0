"""The engine: one pass over a text for all rules, then each rule's own conditions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from .context import NearTerms, Reference, TextFacts, references
from .custom_detectors import Detector
from .matching.entries import Entry, entries_of
from .matching.filters import Found, is_plain, place, resolve, uncovered
from .matching.lexicon import Candidate, Lexicon
from .matching.profile import MatchProfile
from .model import Hit, How, Severity, Side, Subject, SubjectKind, Verdict
from .rules.spec import Effect, Raise, Rule, RuleSet

MAX_CANDIDATES = 5_000
"""So many candidates of one text are looked at; a text with more is hostile and has its verdict by then."""
MAX_HITS = 200
"""Hits kept for one rule in one text, the first ones."""
CONTACT_WINDOW = 2
"""A contact detail in so many earlier messages counts as near."""
EVASIVE = frozenset(set(How) - {How.EXACT, How.FOLDED})
EVERY_RULE = -1
"""Owner of the allow words that hold for all rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule with what it looks for besides words."""

    rule: Rule
    references: tuple[tuple[str, Reference], ...]
    near: tuple[NearTerms, ...]
    is_about_contacts: bool
    """Its own words are contact details, so one nearby says nothing more."""

    def applies(self, kind: SubjectKind, channel: str, side: Side) -> bool:
        """Whether the rule speaks of such a subject. An unknown channel or side is not excluded."""
        rule = self.rule
        if kind not in rule.kinds or (rule.channels and channel and channel not in rule.channels):
            return False
        return not rule.sides or side is Side.UNKNOWN or side in rule.sides


class Engine:
    """Judges subjects by a rule set. Immutable and free of state: use one for all phones."""

    def __init__(self, ruleset: RuleSet) -> None:
        """Raises EntryError for a word that cannot be searched; `load_ruleset` has checked that before."""
        self.ruleset = ruleset
        aliases = ruleset.alias_forms
        known = references({spec.id: Detector(spec) for spec in ruleset.detectors})
        entries: list[Entry] = []
        compiled: list[CompiledRule] = []
        for owner, rule in enumerate(ruleset.rules):
            names = [word for word in rule.words if word in known]
            if rule.profile.min_digits and "@digits" not in names:
                names.append("@digits")
            compiled.append(
                CompiledRule(
                    rule=rule,
                    references=tuple((name, known[name]) for name in names),
                    near=tuple(NearTerms(near, known, aliases) for near in rule.near),
                    is_about_contacts=any(name.startswith("@contact.") for name in names),
                )
            )
            entries.extend(rule_entries(rule, owner, aliases, frozenset(known)))
        for word in ruleset.allow:
            entries.extend(
                entries_of(word, rank=0, owner=EVERY_RULE, profile=MatchProfile(), aliases=aliases, is_allow=True)
            )
        self._rules = tuple(compiled)
        self._with_references = tuple(owner for owner, rule in enumerate(compiled) if rule.references)
        self._wordless = tuple(
            owner for owner, rule in enumerate(compiled) if not rule.rule.words and not rule.references
        )
        self._lexicon = Lexicon(entries)

    @property
    def version(self) -> str:
        """Version and hash of the rule set, `retail-zh@1+ab12cd34`."""
        return self.ruleset.version

    @property
    def lexicon(self) -> Lexicon:
        """All words of all rules; the owner of an entry is the rule's number, EVERY_RULE of what all rules allow."""
        return self._lexicon

    @property
    def compiled(self) -> tuple[CompiledRule, ...]:
        """The rules by their numbers."""
        return self._rules

    def hits(
        self,
        text: str,
        *,
        channel: str = "",
        side: Side = Side.UNKNOWN,
        previous: Sequence[str] = (),
        kind: SubjectKind = SubjectKind.MESSAGE,
    ) -> tuple[Hit, ...]:
        """Every hit of every rule, by start, end and rule. `channel` empty: rules of all channels.

        `previous` are earlier messages of the conversation, oldest first. Linear in the text.
        """
        found = self._find(text, channel=channel, side=side, previous=previous, kind=kind)
        return tuple(sorted(hit for hits in found.values() for hit in hits))

    def evaluate(self, subject: Subject) -> tuple[Verdict, ...]:
        """One verdict for each rule that has something to say, in the order of the rule set."""
        found: dict[int, list[Hit]] = self._find(
            subject.text,
            channel=subject.channel,
            side=subject.side,
            previous=subject.previous,
            kind=subject.kind,
        )
        verdicts: list[Verdict] = []
        for owner in sorted({*found, *self._wordless_that_apply(subject)}):
            rule = self._rules[owner].rule
            hits = tuple(sorted(found.get(owner, ())))
            verdicts.append(
                Verdict(
                    rule_id=rule.id,
                    rule_title=dict(rule.title),
                    category=rule.category,
                    severity=max((hit.severity for hit in hits), key=lambda s: s.rank, default=rule.severity),
                    hits=hits,
                    ruleset_version=self.ruleset.version,
                )
            )
        return tuple(verdicts)

    def _wordless_that_apply(self, subject: Subject) -> Iterable[int]:
        return (
            owner for owner in self._wordless if self._rules[owner].applies(subject.kind, subject.channel, subject.side)
        )

    def _find(
        self, text: str, *, channel: str, side: Side, previous: Sequence[str], kind: SubjectKind
    ) -> dict[int, list[Hit]]:
        by_rule, allowed = self._candidates(text)
        if not by_rule and not self._with_references:
            return {}
        facts = TextFacts(text)
        found: dict[int, list[Hit]] = {}
        earlier: list[TextFacts] | None = None
        for owner in sorted({*by_rule, *self._with_references}):
            compiled = self._rules[owner]
            if not compiled.applies(kind, channel, side):
                continue
            matches = self._matches(compiled, by_rule.get(owner, ()), facts)
            if not matches:
                continue
            matches = uncovered(matches, [*allowed.get(owner, ()), *allowed.get(EVERY_RULE, ())])
            if earlier is None:
                earlier = [TextFacts(message) for message in previous]
            hits = [
                hit
                for match in resolve(matches, compiled.rule.profile.overlap)[:MAX_HITS]
                if (hit := _judge(compiled, match, facts, earlier)) is not None
            ]
            if hits:
                found[owner] = hits
        return found

    def _candidates(self, text: str) -> tuple[dict[int, list[Candidate]], dict[int, list[tuple[int, int]]]]:
        by_rule: dict[int, list[Candidate]] = {}
        allowed: dict[int, list[tuple[int, int]]] = {}
        for candidate in islice(self._lexicon.search(text), MAX_CANDIDATES):
            owner = candidate.entry.owner
            if not candidate.entry.is_allow:
                by_rule.setdefault(owner, []).append(candidate)
            elif is_plain(candidate):
                positions = candidate.reading.positions(candidate.start, candidate.end)
                allowed.setdefault(owner, []).append((positions[0], positions[-1] + 1))
        return by_rule, allowed

    def _matches(self, compiled: CompiledRule, candidates: Iterable[Candidate], facts: TextFacts) -> list[Found]:
        profile = compiled.rule.profile
        found: dict[tuple[int, int, str], Found] = {}
        for candidate in candidates:
            match = place(candidate, profile)
            if match is not None:
                found.setdefault((match.start, match.end, match.word), match)
        for name, reference in compiled.references:
            for start, end, value in reference(facts, profile):
                how = How.FOLDED if value and value != facts.text[start:end] else How.EXACT
                found.setdefault((start, end, name), Found(start=start, end=end, word=name, how=how))
        return list(found.values())


def _judge(compiled: CompiledRule, match: Found, facts: TextFacts, previous: Sequence[TextFacts]) -> Hit | None:
    """The hit with its severity, or None when its context forbids it."""
    rule = compiled.rule
    steps = 0
    for terms in compiled.near:
        holds = terms.holds(facts, match.start, match.end, previous)
        match terms.near.effect:
            case Effect.REQUIRE:
                if not holds:
                    return None
            case Effect.DROP:
                if holds:
                    return None
            case effect:
                steps += effect.steps if holds else 0
    if Raise.EVASION in rule.raise_on and match.how in EVASIVE:
        steps += 1
    if Raise.CONTACT in rule.raise_on and not compiled.is_about_contacts and _has_contact(facts, previous):
        steps += 1
    return Hit(
        start=match.start,
        end=match.end,
        rule_id=rule.id,
        word=match.word,
        category=rule.category,
        severity=_moved(rule.severity, steps),
        how=match.how,
    )


def _has_contact(facts: TextFacts, previous: Sequence[TextFacts]) -> bool:
    return facts.has_way or any(earlier.has_way for earlier in previous[-CONTACT_WINDOW:])


def _moved(severity: Severity, steps: int) -> Severity:
    levels = list(Severity)
    return levels[max(0, min(len(levels) - 1, severity.rank + steps))]


def rule_entries(rule: Rule, owner: int, aliases: dict[str, tuple[str, ...]], names: frozenset[str]) -> list[Entry]:
    """The lexicon entries of a rule's words and allow words. Raises EntryError."""
    entries: list[Entry] = []
    for rank, word in enumerate(rule.words):
        if word not in names:
            entries.extend(entries_of(word, rank=rank, owner=owner, profile=rule.profile, aliases=aliases))
    allow_profile = replace(rule.profile, allow_single=True)
    for rank, word in enumerate(rule.allow):
        entries.extend(entries_of(word, rank=rank, owner=owner, profile=allow_profile, aliases=aliases, is_allow=True))
    return entries
