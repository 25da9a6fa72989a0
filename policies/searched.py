"""What the search of one text gave, sorted out by rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from .matching.candidate import Candidate
from .matching.filters import is_plain

MAX_CANDIDATES = 5_000
"""So many candidates of one text are looked at; a text with more is hostile and has its verdict by then."""
EVERY_RULE = -1
"""Owner of the allow words that hold for all rules."""


@dataclass(frozen=True, slots=True)
class Searched:
    """Candidates by rule, and where each rule's allow words stand."""

    by_rule: dict[int, list[Candidate]]
    allowed: dict[int, list[tuple[int, int]]]

    def allowed_for(self, owner: int) -> list[tuple[int, int]]:
        """Where allow words of a rule stand, and those of all rules."""
        return [*self.allowed.get(owner, ()), *self.allowed.get(EVERY_RULE, ())]


NOTHING = Searched({}, {})


def sorted_out(candidates: Iterable[Candidate]) -> Searched:
    """The first MAX_CANDIDATES of them."""
    by_rule: dict[int, list[Candidate]] = {}
    allowed: dict[int, list[tuple[int, int]]] = {}
    for candidate in islice(candidates, MAX_CANDIDATES):
        owner = candidate.entry.owner
        if not candidate.entry.is_allow:
            by_rule.setdefault(owner, []).append(candidate)
        elif is_plain(candidate):
            positions = candidate.reading.positions(candidate.start, candidate.end)
            allowed.setdefault(owner, []).append((positions[0], positions[-1] + 1))
    return Searched(by_rule, allowed) if by_rule or allowed else NOTHING
