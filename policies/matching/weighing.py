"""How much speaks for a writing being a word in other characters, and not honest talk that happens to be alike.

What is weighed: how strongly its characters go with each other and with what is beside them, how well those it has
instead of the word's own are explained by a neighbour (一次充好 begins with 一次, 员工家属 ends with 家属), how many
others each stands beside, how well the word itself would go there. The weights are rounded from a fit over words
disguised in reviews, and reviews that hold the like by chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..folding.bonds import bond, known_bond, open_after, open_before
from ..folding.sounds import is_han

BESIDE, INSIDE, EXPLAINED = -4, -2, -1
"""For each bond with what is beside the writing, within it, and of what explains a character."""
FITTING = 3
"""For each bond of the word's own ends with what is beside them,"""
MOST_FITTING = 6
"""and for both together at most."""
EDGE = 4
"""An end of the text or a mark beside it."""
UNSEEN = 20
"""Two characters that never follow each other in honest talk."""
OTHER_OF_TWO, OTHER = -20, -8
"""A character that is not the word's own, in words of two characters and in longer ones."""
MEASURED = 6
"""What a digit or letter before a character counts as, as a bond: 3件货."""
SHORT = 2


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a writing shows, whatever the word."""

    shown: int
    explained: list[int]
    """For each character its stronger bond with a neighbour."""
    open: list[int]
    """For each character how many others it stands beside."""


def weight(folded: str, positions: Sequence[int], own: str) -> int:
    """The more, the rather the characters of `folded` at `positions` are meant to be `own`, character for character."""
    seen = _seen(folded, positions)
    others = [place for place, at in enumerate(positions) if folded[at] != own[place]]
    before, after = folded[positions[0] - 1 : positions[0]], folded[positions[-1] + 1 : positions[-1] + 2]
    shown = seen.shown + min(MOST_FITTING, FITTING * (_bond(before, own[0]) + _bond(own[-1], after)))
    if not others:
        return shown
    explained = [seen.explained[place] for place in others]
    return (
        shown
        + _other(len(positions)) * len(others)
        + EXPLAINED * (max(explained) + sum(explained) // len(others))
        - sum(seen.open[place] for place in others) // len(others)
    )


def most_weight(folded: str, positions: Sequence[int]) -> int:
    """The most that `weight` is for any word of which some character is another there."""
    seen = _seen(folded, positions)
    return seen.shown + MOST_FITTING + _other(len(positions)) + 2 * EXPLAINED * min(seen.explained) - min(seen.open)


def _seen(folded: str, positions: Sequence[int]) -> _Seen:
    chars = [folded[at] for at in positions]
    first, last = positions[0], positions[-1]
    before, after = folded[first - 1 : first], folded[last + 1 : last + 2]
    left = MEASURED if before.isascii() and before.isalnum() else _bond(before, chars[0])
    links = [left, *(_bond(a, b) for a, b in pairwise(chars)), _bond(chars[-1], after)]
    unseen = sum(a != b and known_bond(a + b) is None for a, b in pairwise(chars))
    shown = (
        BESIDE * (links[0] + links[-1])
        + EDGE * ((not before.isalnum()) + (not after.isalnum()))
        + INSIDE * sum(links[1:-1])
        + UNSEEN * unseen
        - open_before(chars[0])
        - open_after(chars[-1])
    )
    return _Seen(shown, list(map(max, links, links[1:])), [open_before(char) + open_after(char) for char in chars])


def _other(length: int) -> int:
    return OTHER_OF_TWO if length == SHORT else OTHER


def _bond(first: str, second: str) -> int:
    """Of two Han characters that are not one."""
    if first == second or not (first and second and is_han(first) and is_han(second)):
        return 0
    return bond(first + second)
