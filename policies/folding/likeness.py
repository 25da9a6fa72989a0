"""Whether one character is taken for another by its drawing, which is less than being of one family with it."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from .shapes import alike_at_a_glance


@dataclass(frozen=True, slots=True)
class _Known:
    """The packaged tables."""

    groups: dict[str, tuple[str, ...]]
    """Those a character is in of characters taken for each other at a glance, and of those around one component."""
    near: dict[str, str]
    """Characters that are near in drawing to one."""


@lru_cache(maxsize=1)
def _known() -> _Known:
    text = resources.files(__package__).joinpath("likeness_table.txt").read_text("utf-8")
    first, _, second = text.partition("---\n")
    groups: dict[str, tuple[str, ...]] = {}
    for group in (*alike_at_a_glance(), *(line for line in first.splitlines() if not line.startswith("#"))):
        for char in group:
            groups[char] = (*groups.get(char, ()), group)
    near: dict[str, str] = {}
    for line in second.splitlines():
        first, others = line[0], line[1:]
        near[first] = near.get(first, "") + others
        for other in others:
            near[other] = near.get(other, "") + first
    return _Known(groups, near)


def known_drawings() -> tuple[str, ...]:
    """Every character that `drawn_alike` knows others of."""
    known = _known()
    return tuple(dict.fromkeys((*known.groups, *known.near)))


@lru_cache(maxsize=1 << 13)
def drawn_alike(char: str) -> str:
    """The characters that a folded one is taken for, by itself or as built around one component, and itself."""
    known = _known()
    return "".join(dict.fromkeys((char, *"".join(known.groups.get(char, ())), *known.near.get(char, ""))))


def is_drawn_alike(one: str, other: str) -> bool:
    """Whether two folded characters are alike at a glance, built around one component, or near in drawing."""
    return other in drawn_alike(one)
