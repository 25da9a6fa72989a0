"""Columns by terminal cells: a Han character takes two, an accent none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from wcwidth import wcswidth, wcwidth

from ..plain_text import ELLIPSIS, clean_line

GAP = "  "
_MOST_PADDED = 48
"""Cells. A column of longer texts (what an audit entry is about) is not padded to its longest one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, not yet cleaned, and how to show it where colours are wanted."""

    text: str
    style: str = ""
    """SGR parameters such as `1;31`; ours, never data."""


def cells_of(text: str) -> int:
    """Terminal cells of cleaned text."""
    return max(0, wcswidth(text))


def cut(text: str, width: int) -> str:
    """At most `width` cells, with an ellipsis when cut. A wide character is never halved."""
    if cells_of(text) <= width:
        return text
    taken: list[str] = []
    used = 0
    for character in text:
        size = max(0, wcwidth(character))
        if used + size > width - 1:
            break
        taken.append(character)
        used += size
    return "".join(taken) + (ELLIPSIS if width > 0 else "")


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces and between Han characters."""
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and cells_of((line + word).rstrip()) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def table(headers: Sequence[str], rows: Sequence[Sequence[Cell]], *, width: int | None, styles: "Styles") -> list[str]:
    """Aligned lines. With `width`, the last column gives way; without (a pipe), nothing is cut.

    A cell of more than 48 cells moves the rest of its line to the right instead of every line's.
    """
    cleaned = [[Cell(clean_line(cell.text), cell.style) for cell in row] for row in rows]
    heads = [Cell(header, "1") for header in headers]
    sizes = [max(cells_of(cell.text) for cell in column) for column in zip_longest(heads, *cleaned, fillvalue=Cell(""))]
    sizes = [min(size, _MOST_PADDED) for size in sizes[:-1]] + sizes[-1:]
    if width is not None and sizes:
        before = sum(sizes[:-1]) + len(GAP) * (len(sizes) - 1)
        sizes[-1] = min(sizes[-1], max(16, width - before))
    return [_line(row, sizes, styles).rstrip() for row in [heads, *cleaned]]


@dataclass(frozen=True, slots=True)
class Styles:
    """Whether SGR sequences are written at all."""

    is_coloured: bool

    def paint(self, text: str, style: str) -> str:
        """`text` in `style`."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.is_coloured and style and text else text


def _line(row: Sequence[Cell], sizes: Sequence[int], styles: Styles) -> str:
    painted: list[str] = []
    for number, (cell, size) in enumerate(zip(row, sizes, strict=True), 1):
        text = cut(cell.text, size) if number == len(sizes) else cell.text
        painted.append(styles.paint(text, cell.style) + " " * max(0, size - cells_of(text)))
    return GAP.join(painted)


def _words(text: str) -> list[str]:
    """Pieces between which a line may break, each with the spaces that follow it."""
    words: list[str] = []
    for character in text:
        last = words[-1][-1] if words else ""
        is_inside = bool(last) and not last.isspace() and wcwidth(last) < 2 and wcwidth(character) < 2
        if is_inside or (words and character.isspace()):
            words[-1] += character
        else:
            words.append(character)
    return words
