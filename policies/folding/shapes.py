"""How characters are drawn: which look alike, and which are put together from which parts."""

from enum import StrEnum
from functools import lru_cache
from importlib import resources

from .table import LIMIT, Table


@lru_cache(maxsize=1)
def _sections() -> dict[str, tuple[str, ...]]:
    """The sections of the packaged table, by name, line by line."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in resources.files(__package__).joinpath("shape_table.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(line[1:-1], [])
        elif not line.startswith("#"):
            lines.append(line)
    return {name: tuple(lines) for name, lines in found.items()}


class Likeness(StrEnum):
    """How characters are alike."""

    ALIKE = "alike"
    """Taken for each other at a glance: 微 徽."""
    FAMILY = "families"
    """Around one component: 钱 浅 线."""


@lru_cache(maxsize=2)
def shape_table(likeness: Likeness) -> Table:
    """For `str.translate` on folded text: a character to the one that stands for all like it; the length stays.

    FAMILY takes in ALIKE: 微 薇 徽 are one, though only two of them have one component.
    """
    standing: dict[str, str] = {}
    for group in _sections()[likeness]:
        standing.update(dict.fromkeys(group, group[0]))
    if likeness is Likeness.FAMILY:
        for group in _sections()[Likeness.ALIKE]:
            standing.update(dict.fromkeys(group, standing.get(group[0], group[0])))
    table: Table = list(range(LIMIT))
    for char, stand_in in standing.items():
        table[ord(char)] = ord(stand_in)
    return table


def alike_at_a_glance() -> tuple[str, ...]:
    """The groups of ALIKE, each with all its characters."""
    return _sections()[Likeness.ALIKE]


@lru_cache(maxsize=1)
def _beside() -> dict[str, str]:
    return {line[0]: line[1:] for line in _sections()["beside"]}


def beside(char: str) -> str:
    """By whom, in the table of FAMILY, other families stand in which those like a folded character are."""
    return _beside().get(char, "")


@lru_cache(maxsize=1)
def _parts() -> dict[str, tuple[str, ...]]:
    return {line[0]: tuple(line[1:].split()) for line in _sections()["parts"]}


def parts_of(char: str) -> tuple[str, ...]:
    """How a folded character may be written as two or three others: 加 as 力口."""
    return _parts().get(char, ())
