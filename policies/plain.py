"""Texts in which words stand and nothing else is asked for but contact details: most in which something stands."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from .contacts import tell_ways
from .judging import CompiledRule, hit_of
from .matching.candidate import Candidate
from .matching.entry import Entry
from .matching.filters import Found, how_written, is_bounded, place, resolve
from .model import Hit, How, Severity, Subject

MOST_CANDIDATES = 20
"""Of one text; more may hold what hides others."""
NO_RULES: Set[int] = frozenset()
_Matches = Mapping[int, Sequence[Found]]
_Hits = Mapping[int, list[Hit]]
_Place = tuple[int, int]


class _Written(NamedTuple):
    """What a hit of an entry tells that stands as it is written, but for where."""

    owner: int
    rule_id: str
    word: str
    category: str
    severity: Severity
    severity_with_way: Severity
    """With a way to reach or pay a person in the same text."""
    how: How
    asks: bool
    """Whether that is looked for, and another one."""

    def hits(self, stands: _Place, severity: Severity) -> _Hits:
        """The hit alone, by its rule."""
        hit = Hit(
            start=stands[0],
            end=stands[1],
            rule_id=self.rule_id,
            word=self.word,
            category=self.category,
            severity=severity,
            how=self.how,
        )
        return {self.owner: [hit]}


class Plain:
    """Judges such texts as the engine does, without the bookkeeping of the others."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self._rules = rules
        self._profiles = [compiled.rule.profile for compiled in rules]
        self._with_contexts = frozenset(n for n, compiled in enumerate(rules) if compiled.near)
        self._asking = frozenset(n for n, compiled in enumerate(rules) if compiled.asks_for_contacts)
        self._written: dict[int, _Written | None] = {}
        """By the identity of an entry, which lives as long as the rules; None for one that has to be looked at."""

    def hits(
        self, subjects: Sequence[Subject], found: Mapping[int, Sequence[Candidate]], owners_of: Sequence[Set[int]]
    ) -> dict[int, _Hits]:
        """Hits by rule, by the number of the text; others are left to the engine.

        `found`: at least one candidate each; `owners_of`: for each subject the rules that speak of it, NO_RULES where
        they ask for more than words.
        """
        hits: dict[int, _Hits] = {}
        written_ones: list[tuple[int, _Written, _Place]] = []
        others: list[tuple[int, _Matches]] = []
        for n, candidates in found.items():
            owners = owners_of[n]
            if not owners or len(candidates) > MOST_CANDIDATES or subjects[n].previous:
                continue
            stands = candidates[0].stands if len(candidates) == 1 else None
            written = self._as_written(candidates[0].entry) if stands is not None else None
            if written is not None and stands is not None:
                if written.owner not in owners:
                    hits[n] = {}
                elif written.asks:
                    written_ones.append((n, written, stands))
                else:
                    hits[n] = written.hits(stands, written.severity)
                continue
            matches = self._lone(candidates[0], owners) if len(candidates) == 1 else self._several(candidates, owners)
            if matches is None:
                continue
            if self._asking.isdisjoint(matches):
                hits[n] = self._hits_of(matches, 0)
            else:
                others.append((n, matches))
        asking = [n for n, _, _ in written_ones] + [n for n, _ in others]
        ways = dict(zip(asking, tell_ways([subjects[n].text for n in asking]), strict=True))
        for n, written, stands in written_ones:
            hits[n] = written.hits(stands, written.severity_with_way if ways[n] else written.severity)
        for n, matches in others:
            hits[n] = self._hits_of(matches, int(ways[n]))
        return hits

    def _as_written(self, entry: Entry) -> _Written | None:
        try:
            return self._written[id(entry)]
        except KeyError:
            found = self._written[id(entry)] = self._look_at(entry)
            return found

    def _look_at(self, entry: Entry) -> _Written | None:
        owner = entry.terms.owner
        if entry.terms.is_allow or owner in self._with_contexts:
            return None
        if not is_bounded(entry.key, self._profiles[owner].boundary):
            return None
        found = Found(0, 0, entry.word, how_written(entry))
        hit, worse = (hit_of(self._rules[owner], found, steps) for steps in (0, 1))
        asks = owner in self._asking and worse.severity is not hit.severity
        return _Written(owner, hit.rule_id, hit.word, hit.category, hit.severity, worse.severity, hit.how, asks)

    def _lone(self, candidate: Candidate, owners: Set[int]) -> _Matches | None:
        terms = candidate.entry.terms
        owner = terms.owner
        if terms.is_allow or owner in self._with_contexts:
            return None
        match = place(candidate, self._profiles[owner]) if owner in owners else None
        return {} if match is None else {owner: (match,)}

    def _several(self, candidates: Sequence[Candidate], owners: Set[int]) -> _Matches | None:
        by_rule: dict[int, dict[tuple[int, int, str], Found]] = {}
        for candidate in candidates:
            terms = candidate.entry.terms
            owner = terms.owner
            if terms.is_allow or owner in self._with_contexts:
                return None
            match = place(candidate, self._profiles[owner]) if owner in owners else None
            if match is not None:
                by_rule.setdefault(owner, {}).setdefault((match.start, match.end, match.word), match)
        return {owner: resolve(its.values(), self._profiles[owner].overlap) for owner, its in sorted(by_rule.items())}

    def _hits_of(self, matches: _Matches, steps: int) -> Mapping[int, list[Hit]]:
        """`steps`: more severe, where contact details make a rule's more so."""
        hits: dict[int, list[Hit]] = {}
        for owner, its in matches.items():
            compiled = self._rules[owner]
            more = steps if owner in self._asking else 0
            hits[owner] = [hit_of(compiled, match, more) for match in its]
        return hits
