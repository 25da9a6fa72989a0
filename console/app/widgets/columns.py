"""Which columns fit a width: fixed cells each, less important ones dropped first, the rest shared out by weight."""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 1
"""Blank cells behind each column."""
WIDE_CELLS = 10
"""What a column without a limit of its own gets in the wide view for each part of its weight."""
ENOUGH_CELLS = 100


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
    sort_letter: str = ""
    """Capital letter that sorts by it; empty for a column that the list cannot be sorted by."""
    sorts_down: bool = False
    """True: the largest come first when it is sorted by first: what people look for is the most, or the latest."""
    is_shown: bool = True
    """False: only where a person chose it, or in the wide view."""


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


def laid_out_wide(columns: Sequence[Column], width: int, first: int) -> tuple[tuple[Column, int], ...]:
    """All columns as wide as they like, from the one at `first` among those that move; what stands before stays.

    Columns move whole. The last one may be narrower than it likes, never narrower than it needs.
    """
    fixed, moving = _held(columns)
    room = width - sum(column.width + GAP for column in fixed)
    shown: list[tuple[Column, int]] = []
    for column in moving[max(min(first, len(moving) - 1), 0) :]:
        cells = min(_liked(column), room - GAP)
        if cells < column.width and shown:
            break
        cells = max(cells, column.width)
        shown.append((column, cells))
        room -= cells + GAP
    if shown and room > 0:
        column, cells = shown[-1]
        shown[-1] = column, cells + (room if column.weight else 0)
    return (*((column, column.width) for column in fixed), *shown)


def steps_of(columns: Sequence[Column]) -> int:
    """How many columns move in the wide view."""
    return len(_held(columns)[1])


def _held(columns: Sequence[Column]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The marks and the first titled column stay where they are; the others move."""
    at = next((position for position, column in enumerate(columns) if column.title), len(columns) - 1)
    return tuple(columns[: at + 1]), tuple(columns[at + 1 :])


def _liked(column: Column) -> int:
    """Cells for all that it usually holds."""
    return column.most if column.most < ENOUGH_CELLS else max(column.width, WIDE_CELLS * column.weight)


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.width + GAP for column in columns)
