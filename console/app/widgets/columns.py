"""Which columns fit a width: fixed cells each, less important ones dropped first, the rest shared out by weight."""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 1
"""Blank cells behind each column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `drop` 0 always stays; the highest goes first when the terminal is narrow."""

    key: str
    title: str
    """Key of its title in the catalog; empty for a column without one."""
    width: int
    """Cells it needs at least."""
    weight: int = 0
    """Share of the cells that are left over; 0 keeps it at `width`."""
    most: int = 10_000
    """Never wider than this."""
    drop: int = 0


def laid_out(columns: Sequence[Column], width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that fit into `width` cells with the cells each gets, in their order."""
    shown = list(columns)
    while _needed(shown) > width and any(column.drop for column in shown):
        shown.remove(max(reversed(shown), key=lambda column: column.drop))
    cells = {column.key: column.width for column in shown}
    spare = width - _needed(shown)
    while spare > 0:
        growing = [column for column in shown if column.weight and cells[column.key] < column.most]
        if not growing:
            break
        total = sum(column.weight for column in growing)
        given = 0
        for column in growing:
            more = min(spare * column.weight // total, column.most - cells[column.key])
            cells[column.key] += more
            given += more
        if given == 0:
            cells[growing[0].key] += 1
            given = 1
        spare -= given
    return tuple((column, cells[column.key]) for column in shown)


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.width + GAP for column in columns)
