"""Whether one character is taken for another by its drawing, which is less than being of one family with it."""

from functools import lru_cache
from importlib import resources

from .shapes import Likeness, shape_table


@lru_cache(maxsize=1)
def _sections() -> tuple[dict[str, int], frozenset[str]]:
    """Around which component a character is built, and pairs that are near in drawing."""
    text = resources.files(__package__).joinpath("likeness_table.txt").read_text("utf-8")
    first, _, second = text.partition("---\n")
    lines = [line for line in first.splitlines() if not line.startswith("#")]
    components = {char: number for number, line in enumerate(lines) for char in line}
    return components, frozenset(line[0] + other for line in second.splitlines() for other in line[1:])


def is_drawn_alike(one: str, other: str) -> bool:
    """Whether two folded characters are alike at a glance, built around one component, or near in drawing."""
    glance = shape_table(Likeness.ALIKE)
    if one == other or one.translate(glance) == other.translate(glance):
        return True
    components, near = _sections()
    if one in components and components[one] == components.get(other):
        return True
    return min(one, other) + max(one, other) in near
