"""Texts in which words stand and nothing else is asked for but contact details: most in which something stands."""

from collections.abc import Callable, Mapping, Sequence, Set

from .contacts import tell_ways
from .judging import CompiledRule, hit_of
from .matching.candidate import Candidate
from .matching.filters import Found, place, resolve
from .model import Hit, Subject

MOST_CANDIDATES = 20
"""Of one text; more may hold what hides others."""
NO_RULES: Set[int] = frozenset()
_Matches = Mapping[int, Sequence[Found]]


class Plain:
    """Judges such texts as the engine does, without the bookkeeping of the others. Immutable."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self._rules = rules
        self._profiles = [compiled.rule.profile for compiled in rules]
        self._with_contexts = frozenset(n for n, compiled in enumerate(rules) if compiled.near)
        self._asking = frozenset(n for n, compiled in enumerate(rules) if compiled.asks_for_contacts)

    def hits(
        self,
        subjects: Sequence[Subject],
        found: Sequence[Sequence[Candidate]],
        owners_of: Callable[[Subject], Set[int]],
    ) -> dict[int, Mapping[int, list[Hit]]]:
        """Hits by rule, by the number of the text; others are left to the engine.

        `owners_of`: the rules that speak of a subject, NO_RULES where they ask for more than words.
        """
        hits: dict[int, Mapping[int, list[Hit]]] = {}
        asking: list[tuple[int, _Matches]] = []
        for n, candidates in enumerate(found):
            if not candidates or len(candidates) > MOST_CANDIDATES:
                continue
            subject = subjects[n]
            owners = owners_of(subject)
            if not owners or subject.previous:
                continue
            matches = self._lone(candidates[0], owners) if len(candidates) == 1 else self._several(candidates, owners)
            if matches is None:
                continue
            if self._asking.isdisjoint(matches):
                hits[n] = self._hits_of(matches, 0)
            else:
                asking.append((n, matches))
        ways = tell_ways([subjects[n].text for n, _ in asking])
        for (n, matches), tells_way in zip(asking, ways, strict=True):
            hits[n] = self._hits_of(matches, int(tells_way))
        return hits

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
