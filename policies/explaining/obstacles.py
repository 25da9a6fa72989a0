"""What keeps a candidate from being a hit by itself, found by asking again with one condition less."""

from collections.abc import Sequence
from dataclasses import replace

from ..matching.belief import Belief
from ..matching.candidate import Candidate
from ..matching.filters import Found, place
from ..matching.profile import ANY_GAP, Boundary, GapRule, MatchProfile
from ..model import How, Side, SubjectKind
from ..rules.spec import Rule
from .explanation import AllowSpan, Obstacle, Removal

HONEST_REPEAT = "repeat"
"""In the place of a level of belief: honest talk doubles that character."""


def placed(candidate: Candidate, profile: MatchProfile) -> tuple[Found, tuple[Removal, ...]]:
    """Where the candidate stands, and which of its own conditions it does not meet."""
    found = place(candidate, profile)
    if found is not None:
        return found, ()
    loose = replace(profile, gap_rule=GapRule.ANY, gap=ANY_GAP)
    free = replace(loose, boundary=Boundary.NONE)
    sure = candidate._replace(belief=Belief.ALWAYS)
    found = place(sure, free)
    if found is None:  # whatever the gaps, boundaries and doubts: a character that honest talk repeats
        positions, word = candidate.reading.positions(candidate.start, candidate.end), candidate.entry.word
        found = Found(start=positions[0], end=positions[-1] + 1, word=word, how=candidate.how or How.REPEAT)
        return found, (Removal(obstacle=Obstacle.BELIEF, words=(HONEST_REPEAT,)),)
    removals: list[Removal] = []
    if place(sure, loose) is None:
        removals.append(Removal(obstacle=Obstacle.BOUNDARY))
    if place(sure, replace(profile, boundary=Boundary.NONE)) is None:
        removals.append(Removal(obstacle=Obstacle.GAP))
    if place(candidate, free) is None or not removals:
        removals.append(Removal(obstacle=Obstacle.BELIEF, words=(candidate.belief.name.lower(),)))
    return found, tuple(removals)


def excluded(rule: Rule, kind: SubjectKind, channel: str, side: Side) -> tuple[Removal, ...]:
    """Why the rule does not speak of such a subject at all. An unknown channel or side excludes nothing."""
    removals: list[Removal] = []
    if kind not in rule.kinds:
        removals.append(Removal(obstacle=Obstacle.KIND, words=tuple(sorted(rule.kinds))))
    if rule.channels and channel and channel not in rule.channels:
        removals.append(Removal(obstacle=Obstacle.CHANNEL, words=tuple(sorted(rule.channels))))
    if rule.sides and side is not Side.UNKNOWN and side not in rule.sides:
        removals.append(Removal(obstacle=Obstacle.SIDE, words=tuple(sorted(rule.sides))))
    return tuple(removals)


def covered(found: Found, rule_id: str, allowed: Sequence[AllowSpan]) -> tuple[Removal, ...]:
    """The allow words that cover it."""
    return tuple(
        Removal(obstacle=Obstacle.ALLOW, start=span.start, end=span.end, words=(span.word,))
        for span in allowed
        if span.is_plain and span.rule_id in (None, rule_id) and span.start <= found.start and found.end <= span.end
    )
