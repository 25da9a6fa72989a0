"""The engine: one pass over a text for all rules, then each rule's own conditions."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from types import MappingProxyType

from .collecting import without_collecting
from .contacts import find_contacts_many
from .context import Contexts, Reference, references
from .custom_detectors import Detector
from .facts import Seen, TextFacts
from .judging import EVASIVE as EVASIVE
from .judging import CompiledRule as CompiledRule
from .judging import Match, judged
from .matching import machine_code
from .matching.candidate import Candidate
from .matching.entries import Entry, entries_of, entries_of_words
from .matching.filters import Found, place, resolve, uncovered
from .matching.lexicon import Lexicon
from .matching.profile import MatchProfile
from .model import ContactSpan, Earlier, Hit, How, Side, Subject, SubjectKind, Verdict
from .plain import NO_RULES, Plain
from .rules.spec import Rule, RuleSet, Spread
from .searched import EVERY_RULE as EVERY_RULE
from .searched import MAX_CANDIDATES as MAX_CANDIDATES
from .searched import NOTHING, Searched, sorted_out
from .spread import Joined, Told, join, may_tell_number, told_number, told_word
from .window import Window

MAX_HITS = 200
"""Hits kept for one rule in one text, the first ones."""
LONG_TEXT = 10_000
"""Code points; a longer text is searched by itself, so that what it may yield is bounded."""
FEW = 48
"""Fewer texts are searched one by one: tables of arrays are made for those only who have many."""
_MAX_AUDIENCES = 256


@dataclass(frozen=True, slots=True)
class _Audience:
    """The rules that speak of one kind of subject on one channel from one side, by number."""

    owners: frozenset[int]
    contacts: tuple[int, ...]
    """Those that refer to contact details and to nothing else besides words."""
    others: tuple[int, ...]
    """Those that refer to something else."""
    wordless: tuple[int, ...]


_NO_HITS: Mapping[int, list[Hit]] = MappingProxyType({})


class Engine:
    """Judges subjects by a rule set. Immutable and free of state: use one for all phones."""

    @without_collecting()
    def __init__(self, ruleset: RuleSet) -> None:
        """Raises EntryError for a word that cannot be searched; `load_ruleset` has checked that before."""
        self.ruleset = ruleset
        aliases = ruleset.alias_forms
        known = references({spec.id: Detector(spec) for spec in ruleset.detectors})
        self._contexts = Contexts(known, aliases)
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
                    near=tuple(map(self._contexts.add, rule.near)),
                    is_about_contacts=any(name.startswith("@contact.") for name in names),
                )
            )
            entries.extend(rule_entries(rule, owner, aliases, frozenset(known)))
        for word in ruleset.allow:
            entries.extend(
                entries_of(word, rank=0, owner=EVERY_RULE, profile=MatchProfile(), aliases=aliases, is_allow=True)
            )
        self._contexts.done()
        self._rules = tuple(compiled)
        self._plain = Plain(self._rules)
        self._lexicon = Lexicon(entries)
        spreads = [rule.spread for rule in ruleset.rules]
        self._spread = Spread(
            messages=max((spread.messages for spread in spreads), default=0),
            seconds=max((spread.seconds for spread in spreads), default=0),
        )
        self._has_spread_names = any(one.is_spread for rule in compiled for _, one in rule.references)
        self._audiences: dict[tuple[SubjectKind, str, Side], _Audience] = {}

    @property
    def version(self) -> str:
        """Version and hash of the rule set, `retail-zh@1+ab12cd34`."""
        return self.ruleset.version

    @property
    def lexicon(self) -> Lexicon:
        """All words of all rules; the owner of an entry is the rule's number, EVERY_RULE of what all rules allow."""
        return self._lexicon

    @property
    def contexts(self) -> Contexts:
        """The terms of all `near` and `not_near`."""
        return self._contexts

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
        previous: Sequence[str | Earlier] = (),
        kind: SubjectKind = SubjectKind.MESSAGE,
    ) -> tuple[Hit, ...]:
        """Every hit of every rule, by start, end and rule. `channel` empty: rules of all channels.

        `previous` are earlier messages of the conversation, oldest first. Linear in the text.
        """
        subject = Subject(kind=kind, channel=channel, text=text, side=side, previous=tuple(previous))
        return _in_order(self._find(subject))

    def hits_many(self, subjects: Sequence[Subject]) -> list[tuple[Hit, ...]]:
        """For each subject what `hits` gives, in less time."""
        found = self._find_many(subjects)
        return [_in_order(one) if one else () for one in found]

    def evaluate(self, subject: Subject) -> tuple[Verdict, ...]:
        """One verdict for each rule that has something to say, in the order of the rule set."""
        return self._verdicts(subject, self._find(subject))

    def evaluate_many(self, subjects: Sequence[Subject]) -> list[tuple[Verdict, ...]]:
        """For each subject what `evaluate` gives, in less time: the texts are searched together."""
        found = self._find_many(subjects)
        return [self._verdicts(subject, one) for subject, one in zip(subjects, found, strict=True)]

    def _verdicts(self, subject: Subject, found: Mapping[int, list[Hit]]) -> tuple[Verdict, ...]:
        wordless = self._audience(subject).wordless
        if not found and not wordless:
            return ()
        return tuple(
            _verdict(self._rules[owner].rule, tuple(sorted(found.get(owner, ()))), self.ruleset.version)
            for owner in sorted({*found, *wordless})
        )

    def _audience(self, subject: Subject) -> _Audience:
        key = (subject.kind, subject.channel, subject.side)
        audience = self._audiences.get(key)
        if audience is None:
            rules = [(n, rule) for n, rule in enumerate(self._rules) if rule.applies(*key)]
            audience = _Audience(
                owners=frozenset(n for n, _ in rules),
                contacts=tuple(n for n, rule in rules if rule.references and rule.refers_to_contacts_only),
                others=tuple(n for n, rule in rules if rule.references and not rule.refers_to_contacts_only),
                wordless=tuple(n for n, rule in rules if not rule.rule.words and not rule.references),
            )
            if len(self._audiences) < _MAX_AUDIENCES:
                self._audiences[key] = audience
        return audience

    def _join(self, subject: Subject) -> Joined | None:
        if not subject.previous or subject.kind is not SubjectKind.MESSAGE or not subject.text:
            return None
        return join(subject.text, subject.previous, subject.side, self._spread)

    def _find(self, subject: Subject) -> dict[int, list[Hit]]:
        joined = self._join(subject)
        searched = sorted_out(self._lexicon.search(subject.text))
        across = NOTHING if joined is None else sorted_out(self._lexicon.search(joined.text))
        return self._judge(subject, searched, joined, across, None, None)

    def _find_many(self, subjects: Sequence[Subject]) -> list[Mapping[int, list[Hit]]]:
        if len(subjects) < FEW and (len(subjects) < 2 or not machine_code.is_ready()):
            return [self._find(subject) for subject in subjects]
        texts = [subject.text for subject in subjects]
        long = [n for n, text in enumerate(texts) if len(text) > LONG_TEXT]
        for n in long:
            texts[n] = ""
        earlier = ((n, self._join(subject)) for n, subject in enumerate(subjects) if subject.previous)
        joined = {n: one for n, one in earlier if one is not None}
        found = self._lexicon.search_some([*texts, *(one.text for one in joined.values())])
        across = {n: sorted_out(found[at]) for at, n in enumerate(joined, len(texts)) if at in found}
        asking, plain_owners = self._plain_owners(subjects)
        whole = {n: candidates for n, candidates in found.items() if candidates and n < len(texts)}
        plain = self._plain.hits(subjects, whole, plain_owners)
        own = {n: sorted_out(candidates) for n, candidates in whole.items() if n not in plain}
        for n in long:
            own[n] = sorted_out(self._lexicon.search(subjects[n].text))
        wanted = {*asking, *own, *joined}
        judged_ones: list[Mapping[int, list[Hit]]] = [_NO_HITS] * len(texts)
        for n, hits in plain.items():
            judged_ones[n] = hits
        if not wanted:
            return judged_ones
        contacts, seen = self._contacts_of(subjects, texts, wanted, own), self._seen_in(subjects, texts, own)
        for n in sorted(wanted):
            judged_ones[n] = self._judge(
                subjects[n], own.get(n, NOTHING), joined.get(n), across.get(n, NOTHING), contacts.get(n), seen.get(n)
            )
        return judged_ones

    def _plain_owners(self, subjects: Sequence[Subject]) -> tuple[list[int], list[Set[int]]]:
        """The numbers of the subjects of which rules ask for more than words; for each the rules that do not, or
        NO_RULES."""
        asking: list[int] = []
        every: list[Set[int]] = []
        kind, channel, side, owners, asks = None, "", Side.UNKNOWN, NO_RULES, False
        for n, subject in enumerate(subjects):
            if subject.kind is not kind or subject.channel != channel or subject.side is not side:
                kind, channel, side = subject.kind, subject.channel, subject.side
                audience = self._audience(subject)
                asks = bool(audience.contacts or audience.others)
                owners = NO_RULES if asks else audience.owners
            every.append(owners)
            if asks:
                asking.append(n)
        return asking, every

    def _seen_in(
        self, subjects: Sequence[Subject], texts: Sequence[str], searched: Mapping[int, Searched]
    ) -> Mapping[int, Seen]:
        """Terms of contexts, of those of the texts whose rules have some; of others they are looked for when asked."""
        wanted = [
            n
            for n, one in searched.items()
            if texts[n] and any(self._rules[o].near for o in self._audience(subjects[n]).owners & one.by_rule.keys())
        ]
        return dict(zip(wanted, self._contexts.seen_in([texts[n] for n in wanted]), strict=True))

    def _contacts_of(
        self,
        subjects: Sequence[Subject],
        texts: Sequence[str],
        wanted: Iterable[int],
        searched: Mapping[int, Searched],
    ) -> Mapping[int, tuple[ContactSpan, ...]]:
        """Those of the texts whose rules ask for them; of others they are found when somebody asks."""
        asked = [
            n
            for n in wanted
            if texts[n]
            and (
                self._audience(subjects[n]).contacts
                or (n in searched and any(self._rules[owner].asks_for_contacts for owner in searched[n].by_rule))
            )
        ]
        if len(asked) < FEW:
            return {}
        return dict(zip(asked, find_contacts_many([texts[n] for n in asked]), strict=True))

    def _judge(
        self,
        subject: Subject,
        searched: Searched,
        joined: Joined | None,
        across: Searched,
        contacts: tuple[ContactSpan, ...] | None,
        seen: Seen | None,
    ) -> dict[int, list[Hit]]:
        audience = self._audience(subject)
        is_number = joined is not None and self._has_spread_names and may_tell_number(subject.text)
        if not (searched.by_rule or across.by_rule or is_number or contacts or audience.others) and (
            contacts is not None or not audience.contacts
        ):
            return {}
        facts = TextFacts(subject.text, contacts, seen)
        owners = audience.owners.intersection((*searched.by_rule, *across.by_rule)).union(audience.others)
        if audience.contacts and (is_number or facts.contacts):
            owners = owners.union(audience.contacts)
        found: dict[int, list[Hit]] = {}
        window = Window(subject.previous, subject.side)
        for owner in sorted(owners):
            compiled = self._rules[owner]
            matches = self._whole(compiled, searched.by_rule.get(owner, ()), facts)
            if matches:
                matches = uncovered(matches, searched.allowed_for(owner))
                matches = resolve(matches, compiled.rule.profile.overlap)[:MAX_HITS]
            told = [Match(found=match, facts=facts, start=match.start, end=match.end) for match in matches]
            if joined is not None and compiled.rule.spread.messages:
                candidates = across.by_rule.get(owner, ())
                if candidates or is_number:
                    references = compiled.references if is_number else ()
                    found_across = self._across(compiled, candidates, references, joined, facts)
                    told += _completed(compiled, found_across, across.allowed_for(owner), joined, told)
            hits = [hit for match in told if (hit := judged(compiled, match, self._contexts, window)) is not None]
            if hits:
                found[owner] = hits
        return found

    def _whole(self, compiled: CompiledRule, candidates: Iterable[Candidate], facts: TextFacts) -> list[Found]:
        """What stands in the message itself."""
        profile = compiled.rule.profile
        found: dict[tuple[int, int, str], Found] = {}
        placed: set[tuple[int, int, int, str]] = set()
        for candidate in candidates:
            place_of = id(candidate.reading), candidate.start, candidate.end, candidate.entry.word
            if place_of in placed:
                continue  # by another form of the same word
            match = place(candidate, profile)
            if match is not None:
                placed.add(place_of)
                found.setdefault((match.start, match.end, match.word), match)
        for name, reference in compiled.references:
            for start, end, value in reference.find(facts, profile):
                how = How.FOLDED if value and value != facts.text[start:end] else How.EXACT
                found.setdefault((start, end, name), Found(start=start, end=end, word=name, how=how))
        return list(found.values())

    def _across(
        self,
        compiled: CompiledRule,
        candidates: Iterable[Candidate],
        names: Iterable[tuple[str, Reference]],
        joined: Joined,
        facts: TextFacts,
    ) -> dict[Found, Told]:
        """What began in earlier messages, or was known for what it is by them."""
        profile, spread = compiled.rule.profile, compiled.rule.spread
        found: dict[tuple[int, int, str], tuple[Found, Told]] = {}
        for candidate in candidates:
            told = told_word(joined, candidate)
            if told is None or not joined.is_in(told.piece, spread):
                continue
            match = place(candidate, profile)
            if match is not None:
                found.setdefault((match.start, match.end, match.word), (match, told))
        for name, reference in names:
            if not reference.is_spread:
                continue
            alone = [(start, end) for start, end, _ in reference.find(facts, profile)]
            for start, end, _ in reference.find(joined.facts, profile):
                told = told_number(joined, facts.text, alone, start, end)
                if told is not None and joined.is_in(told.piece, spread):
                    found[start, end, name] = Found(start=start, end=end, word=name, how=How.SPLIT), told
        return dict(found.values())


def _completed(
    compiled: CompiledRule,
    found: Mapping[Found, Told],
    allowed: Sequence[tuple[int, int]],
    joined: Joined,
    whole: Sequence[Match],
) -> list[Match]:
    """What the message completes; what stands in it whole needed no earlier one."""
    matches: list[Match] = []
    for match in resolve(uncovered(found, allowed), compiled.rule.profile.overlap)[:MAX_HITS]:
        told = found[match]
        start, end = told.last - joined.cut, match.end - joined.cut
        if not any(one.start < end and start < one.end for one in whole):
            earlier = joined.from_piece(told.piece)
            matches.append(Match(found=match, facts=joined.facts, start=start, end=end, earlier=earlier))
    return matches


def _in_order(found: Mapping[int, list[Hit]]) -> tuple[Hit, ...]:
    hits = [hit for its in found.values() for hit in its]
    return tuple(hits if len(hits) < 2 else sorted(hits))


def _verdict(rule: Rule, hits: tuple[Hit, ...], version: str) -> Verdict:
    return Verdict(
        rule_id=rule.id,
        rule_title=dict(rule.title),
        category=rule.category,
        severity=max((hit.severity for hit in hits), key=lambda s: s.rank, default=rule.severity),
        hits=hits,
        ruleset_version=version,
    )


def rule_entries(rule: Rule, owner: int, aliases: dict[str, tuple[str, ...]], names: frozenset[str]) -> list[Entry]:
    """The lexicon entries of a rule's words and allow words. Raises EntryError."""
    entries = entries_of_words(rule.words, without=names, owner=owner, profile=rule.profile, aliases=aliases)
    allowing = replace(rule.profile, allow_single=True)
    return entries + entries_of_words(rule.allow, owner=owner, profile=allowing, aliases=aliases, is_allow=True)
