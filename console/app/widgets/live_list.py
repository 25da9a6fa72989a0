"""A virtual list of rows with a cursor, drawn line by line: cost depends on what is visible, not on how many rows.

Cursor and scroll belong to keys, not to positions: rows that come, go or move above leave both where they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from daemon.api.texts import Texts

from ...safe_text import SafeContent, cut, fitted, joined, safe_text
from ..keys import key, quiet
from ..ordering import OWN_ORDER, Order
from ..sturdy import Sturdy
from .columns import GAP, Column, laid_out, laid_out_wide, steps_of

HEADER_LINES = 1
WHEEL_LINES = 3
ASCENDING = "▲"
DESCENDING = "▼"


class Rows(Protocol):
    """What a list shows. Positions run from 0; keys are stable."""

    def __len__(self) -> int: ...
    def key_at(self, position: int) -> str | None:
        """None for a row that is not loaded yet."""

    def position_of(self, key: str) -> int | None: ...
    def cells(self, position: int) -> Mapping[str, SafeContent] | None:
        """Column key to cell; None for a row that is not loaded yet."""


class Fit(StrEnum):
    """What is done where the columns need more cells than there are."""

    NARROWED = "narrowed"
    """The less important ones are left out."""
    WIDE = "wide"
    """Each is as wide as it likes; left and right bring the others."""


class LiveList(Sturdy, ScrollView, can_focus=True):
    """The list. Titles stay on the first line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"live-list--titles", "live-list--cursor", "live-list--waiting"}
    BINDINGS: ClassVar[list[BindingType]] = [
        quiet("up,k", "move(-1)", "list.up"),
        quiet("down,j", "move(1)", "list.down"),
        quiet("pageup", "page(-1)", "list.page_up"),
        quiet("pagedown", "page(1)", "list.page_down"),
        quiet("home,g", "top", "list.top"),
        quiet("end,G", "bottom", "list.bottom"),
        quiet("left", "sideways(-1)", "list.left"),
        quiet("right", "sideways(1)", "list.right"),
        key("enter", "choose", "list.open"),
    ]

    HOLDS_VIEW: ClassVar[bool] = False
    """True: rows that appear on top never push the visible ones down, unless cursor and view are at the top."""

    cursor: reactive[int] = reactive(0)

    @dataclass
    class Moved(Message):
        """The cursor is on another row now; `key` is None on a row that is not loaded."""

        key: str | None

    @dataclass
    class Chosen(Message):
        """Enter or a second click on the row of the cursor."""

        key: str

    @dataclass
    class TitleClicked(Message):
        """A column's title was clicked."""

        column: str

    @dataclass
    class Seen(Message):
        """Rows `first` to `last` (inclusive) are visible; whoever owns the rows loads what is missing."""

        first: int
        last: int

    def __init__(self, rows: Rows, columns: tuple[Column, ...], texts: Texts, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = rows
        self.columns = columns
        self.fit = Fit.NARROWED
        self.order = OWN_ORDER
        self._first_column = 0
        self._texts = texts
        self._layout: tuple[tuple[Column, int], ...] = ()
        self._key: str | None = None
        self._anchor: str | None = None
        self._count = 0

    @property
    def key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._key

    @property
    def is_at_top(self) -> bool:
        """Cursor and view on the newest row: new rows scroll in by themselves."""
        return self.cursor == 0 and self.scroll_offset.y == 0

    @property
    def visible_rows(self) -> int:
        return max(self.size.height - HEADER_LINES, 1)

    def show_rows(self, rows: Rows) -> None:
        """Show other rows from the top."""
        self.rows = rows
        self._key = self._anchor = None
        self.set_reactive(LiveList.cursor, 0)
        self.scroll_to(y=0, animate=False)
        self.reload()

    def show_columns(self, columns: tuple[Column, ...], fit: Fit) -> None:
        """Other columns, or another way to fit them in; rows and cursor stay."""
        self.columns = columns
        self.fit = fit
        self._first_column = min(self._first_column, max(steps_of(columns) - 1, 0)) if fit is Fit.WIDE else 0
        self._lay_out()
        self.refresh()

    def show_order(self, order: Order) -> None:
        """Say beside a title how the rows stand; whoever owns the rows puts them so."""
        self.order = order
        self.refresh()

    def reload(self) -> None:
        """The rows changed: keep the cursor on its key and the first visible row where it is, unless at the top."""
        was_at_top = self.is_at_top
        self._count = len(self.rows)
        self._resize_virtual()
        if not was_at_top:
            self._restore()
        last = max(self._count - 1, 0)
        position = None if was_at_top or self._key is None else self.rows.position_of(self._key)
        position = min(self.cursor if position is None else position, last)
        if position != self.cursor:
            self.set_reactive(LiveList.cursor, position)
        self._note_cursor()
        self._anchor = self.rows.key_at(self.scroll_offset.y) if self._count else None
        self.refresh()
        self._tell_seen()

    def move_to(self, key: str) -> bool:
        """Put the cursor on a row; False when there is none with this key."""
        position = self.rows.position_of(key)
        if position is None:
            return False
        self.cursor = position
        return True

    def on_mount(self) -> None:
        super().on_mount()  # type: ignore[no-untyped-call]
        self.reload()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self._resize_virtual()
        self._show_cursor()
        self._tell_seen()

    def render_line(self, y: int) -> Strip:
        """Titles on line 0, rows below."""
        width = self.size.width
        if not self._layout:
            self._lay_out()
        if y < HEADER_LINES:
            return self._titles(width)
        position = y - HEADER_LINES + self.scroll_offset.y
        if position >= self._count:
            return Strip.blank(width, self.visual_style.rich_style)
        style = self.get_visual_style("live-list--cursor") if position == self.cursor else self.visual_style
        cells = self.rows.cells(position)
        if cells is None:
            waiting = fitted(safe_text(" " + self._texts.get("app.list.loading")), width)
            return self._drawn(waiting, self.get_visual_style("live-list--waiting"))
        return self._strip(cells, style, width)

    def watch_cursor(self, before: int, after: int) -> None:
        self._note_cursor()
        self._show_cursor()
        self.refresh()
        self._tell_seen()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self._count - 1))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._anchor = self.rows.key_at(round(new_value)) if self._count else None
        self._tell_seen()

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * self.visible_rows

    def action_top(self) -> None:
        self.cursor = 0
        self.scroll_to(y=0, animate=False)

    def action_bottom(self) -> None:
        self.cursor = self._count - 1

    def action_sideways(self, by: int) -> None:
        first = max(0, min(self._first_column + by, steps_of(self.columns) - 1))
        if first != self._first_column:
            self._first_column = first
            self._lay_out()
            self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.fit is Fit.WIDE if action == "sideways" else True

    def action_choose(self) -> None:
        if self._key is not None:
            self.post_message(self.Chosen(self._key))

    def on_click(self, event: events.Click) -> None:
        if event.y < HEADER_LINES:
            column = self._column_at(event.x - self.gutter.left)
            if column is not None:
                self.post_message(self.TitleClicked(column.key))
            return
        position = event.y - HEADER_LINES + self.scroll_offset.y
        if position >= self._count:
            return
        if position == self.cursor and event.chain > 1:
            self.action_choose()
        self.cursor = position

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.scroll_to(y=self.scroll_offset.y + WHEEL_LINES, animate=False)
        event.stop()

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.scroll_to(y=self.scroll_offset.y - WHEEL_LINES, animate=False)
        event.stop()

    def _lay_out(self) -> None:
        width = self.size.width
        match self.fit:
            case Fit.NARROWED:
                self._layout = laid_out(self.columns, width)
            case Fit.WIDE:
                self._layout = laid_out_wide(self.columns, width, self._first_column)

    def _titles(self, width: int) -> Strip:
        """The arrow of the order may stand in the gap behind its column, so that it takes nothing of the title."""
        parts: list[SafeContent] = []
        for column, room in self._layout:
            title = self._texts.get(column.title) if column.title else ""
            if not title or column.key != self.order.column:
                parts += [fitted(safe_text(title), room), _GAP]
                continue
            arrow = DESCENDING if self.order.is_descending else ASCENDING
            shown = cut(safe_text(title), room)
            parts.append(fitted(joined((shown, safe_text(arrow))), room + GAP))
        return self._drawn(fitted(joined(parts), width), self.get_visual_style("live-list--titles"))

    def _column_at(self, x: int) -> Column | None:
        at = 0
        for column, room in self._layout:
            at += room + GAP
            if x < at:
                return column
        return None

    def _strip(self, cells: Mapping[str, SafeContent], style: Style, width: int) -> Strip:
        parts = [fitted(cells.get(column.key, _EMPTY), room) for column, room in self._layout]
        line = joined(part for cell in parts for part in (cell, _GAP))
        return self._drawn(fitted(line, width), style)

    def _drawn(self, content: SafeContent, style: Style) -> Strip:
        drawn = content.render(style, end="", parse_style=self.app.stylesheet.parse_style)
        return Strip([Segment(text, (style + part).rich_style) for text, part in drawn], content.cell_length)

    def _resize_virtual(self) -> None:
        self.virtual_size = Size(self.size.width, self._count + HEADER_LINES)

    def _restore(self) -> None:
        """Scroll so that the row that was first stays first."""
        if self.scroll_offset.y == 0 and not self.HOLDS_VIEW:
            return
        position = self.rows.position_of(self._anchor) if self._anchor is not None else None
        if position is not None and position != self.scroll_offset.y:
            self.scroll_to(y=position, animate=False)

    def _note_cursor(self) -> None:
        key = self.rows.key_at(self.cursor) if self._count else None
        if key != self._key:
            self._key = key
            self.post_message(self.Moved(key))

    def _show_cursor(self) -> None:
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + self.visible_rows:
            self.scroll_to(y=self.cursor - self.visible_rows + 1, animate=False)

    def _tell_seen(self) -> None:
        first = self.scroll_offset.y
        self.post_message(self.Seen(first, min(first + self.visible_rows, max(self._count - 1, 0))))


_EMPTY = safe_text("")
_GAP = safe_text(" " * GAP)
