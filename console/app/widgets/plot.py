"""Figures over time as one or a few lines of blocks, each beside the numbers that it draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from textual import events

from ...safe_text import SafeContent, fitted, joined, lines, safe_text
from ..desk import Desk
from ..settings import Symbols
from .note import Note

BLOCKS: Final = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS: Final = "_.-=+*#@"
LEAST_CELLS: Final = 10
MOST_LABEL: Final = 14


class Unit(StrEnum):
    """What the values count; each has its words in the catalog."""

    COUNT = "count"
    MINUTES = "minutes"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of values at equal steps, oldest first. None where nothing is known, which is not 0."""

    label: SafeContent
    values: tuple[float | None, ...]
    unit: Unit


class Plot(Note):
    """Draws series below each other, and under each in words its least, most and last value.

    Above a pane's detail it is there only where the terminal is wide or high enough for both.
    """

    SCOPED_CSS: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = """
    Plot.pane-plot { display: none; margin-top: 1; }
    .-wide Plot.pane-plot, .-high Plot.pane-plot { display: block; }
    """

    def __init__(self, desk: Desk, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._desk = desk
        self._series: tuple[Series, ...] = ()

    def draw(self, series: Sequence[Series]) -> None:
        """Show these; as many cells as there is room for, each the greatest of what falls into it."""
        self._series = tuple(series)
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if not self._series:
            self.show(self._desk.line("plot.nothing", "$muted"))
            return
        label = min(max(one.label.cell_length for one in self._series), MOST_LABEL)
        room = max(self.content_size.width - label - 1, LEAST_CELLS)
        rows: list[SafeContent] = []
        for one in self._series:
            drawn = blocks(one.values, room, one.unit, self._desk.symbols)
            rows.append(joined((fitted(one.label, label), safe_text(" "), safe_text(drawn, "$text-primary"))))
            rows.append(joined((safe_text(" " * (label + 1)), safe_text(summary(one, self._desk), "$muted"))))
        self.show(lines(rows))


def blocks(values: Sequence[float | None], room: int, unit: Unit, symbols: Symbols) -> str:
    """One glyph a step; where there are more steps than cells, a cell is the greatest of its steps.

    Percent are drawn from 0 to 100, others from 0 to their greatest, so that heights compare. Unknown is a blank.
    """
    glyphs = ASCII_BLOCKS if symbols is Symbols.ASCII else BLOCKS
    cells = _gathered(values, room)
    known = [value for value in cells if value is not None]
    top = 100.0 if unit is Unit.PERCENT else max(known, default=0.0)
    return "".join(" " if value is None else glyphs[_height(value, top, len(glyphs))] for value in cells)


def summary(series: Series, desk: Desk) -> str:
    """`least 0 · most 12 · last 3`, in words for who cannot see blocks."""
    known = [value for value in series.values if value is not None]
    if not known:
        return desk.say("plot.unknown")
    least, most, last = (_number(value, series.unit, desk) for value in (min(known), max(known), known[-1]))
    return desk.say("plot.summary", least=least, most=most, last=last)


def _gathered(values: Sequence[float | None], room: int) -> list[float | None]:
    if len(values) <= room:
        return list(values)
    gathered: list[float | None] = []
    for cell in range(room):
        part = values[cell * len(values) // room : (cell + 1) * len(values) // room]
        gathered.append(max((value for value in part if value is not None), default=None))
    return gathered


def _height(value: float, top: float, count: int) -> int:
    """Only nothing stands at the bottom: the least that is more than nothing is seen."""
    if value <= 0 or top <= 0:
        return 0
    return min(max(round(value / top * (count - 1)), 1), count - 1)


def _number(value: float, unit: Unit, desk: Desk) -> str:
    return desk.say(f"plot.unit.{unit}", n=f"{value:.0f}" if value == round(value) or value >= 100 else f"{value:.1f}")
