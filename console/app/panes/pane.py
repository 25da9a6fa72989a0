"""What can be done on every screen: filter, pause, columns and order, copy, export."""

import os
from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.timer import Timer
from textual.widgets import Input

from ..clipboard import CopyForm, fit_to_copy
from ..desk import Desk
from ..filters import FilterError, parse_filter
from ..flows import Flows
from ..keys import key, quiet
from ..palette import PaletteEntry
from ..widgets.live_list import LiveList
from .filter_input import FilterInput as FilterInput
from .filter_input import told
from .frame import PaneFrame

TYPED_S: Final = 0.2
"""After the last letter a filter of rows in memory is tried."""


class Pane(PaneFrame):
    """One screen. Subclasses say what can be done with its rows."""

    FILTERS_LIVE: ClassVar[bool] = False
    """True: the filter is applied as it is typed."""
    """True: the filter is applied as it is typed."""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("slash,ctrl+f", "filter", "filter.open"),
        quiet("F,alt+f", "saved_filters", "filter.saved"),
        key("p,ctrl+s", "pause", "pause"),
        key("escape", "clear_filter", "filter.clear"),
        quiet("o,alt+o", "arrange", "list.arrange"),
        quiet("w,alt+w", "wide", "list.wide"),
        quiet("y,alt+y", "copy", "copy"),
        quiet("E,alt+e", "export", "export"),
    ]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(desk, flows)
        self._copied: tuple[str | None, CopyForm] = (None, CopyForm.JSON)
        self._filter_before = ""
        self._typing: Timer | None = None

    def action_filter(self) -> None:
        field = self.query_one(FilterInput)
        self._filter_before = self.filter.line
        field.value = self.filter.line
        field.display = True
        field.focus()

    def action_saved_filters(self) -> None:
        """Filters that have a name: use one, keep the current one, forget one."""
        from ..dialogs.saved import SavedDialog

        dialog = SavedDialog(self.desk, pane=self.NAME, line=self.filter.line)
        self.app.push_screen(dialog, self._saved_chosen)

    def action_arrange(self) -> None:
        """Columns and order."""
        from ..dialogs.columns import ColumnsDialog

        self.app.push_screen(ColumnsDialog(self.desk, self.listing, self._arranged))

    def action_wide(self) -> None:
        """All columns, one screen beside the other; or those that fit."""
        self.listing.turn_wide()
        self._arranged()
        self.screen.refresh_bindings()

    def action_sort(self, column: str) -> None:
        """By a column; again, the other way round."""
        before = self.listing.order
        if self.listing.sort_by(column) != before:
            self._arranged()

    def action_copy(self) -> None:
        """The cell; again the row; again everything as JSON."""
        row, form = self._copied
        form = form.following if row == self.table.key else CopyForm.CELL
        text, is_cut = fit_to_copy(self.copied(form))
        if self.app.is_web:
            self.app.notify(self.desk.say("copy.web"), severity="warning")
        elif not text:
            self.app.notify(self.desk.say("copy.nothing"), severity="warning")
        else:
            self._copied = (self.table.key, form)
            self.app.copy_to_clipboard(text)
            said = [self.desk.say(f"copy.{form}", n=len(text))]
            said += [self.desk.say("copy.cut")] if is_cut else []
            said += [self.desk.say("copy.tmux" if os.environ.get("TMUX") else "copy.terminal")]
            self.app.notify(" ".join(said))

    def action_export(self) -> None:
        """What is shown, into a file: never from a browser, where the file would land on the server."""
        if self.app.is_web:
            self.app.notify(self.desk.say("web.no_files"), severity="warning")
            return
        if len(self.table.rows) == 0:
            self.app.notify(self.desk.say("copy.nothing"), severity="warning")
            return
        self.flows.records.export(self.NAME, self.shown)

    def action_clear_filter(self) -> None:
        if self.is_paused:
            self.action_pause()
        if not self.filter.is_empty:
            self.set_filter("")

    def action_pause(self) -> None:
        self.is_paused = not self.is_paused
        self.refresh_rows()
        self.show_state()

    def set_filter(self, line: str) -> bool:
        """Filter by a line of text; False, with a toast, when it cannot be used."""
        try:
            row_filter = parse_filter(line)
            self.apply_filter(row_filter)
        except FilterError as error:
            self.app.notify(told(error, self.desk, self.filter_keys()), severity="warning")
            return False
        self.filter = row_filter
        self.show_state()
        return True

    def palette_entries(self) -> Iterable[PaletteEntry]:
        """On the screen that is shown: what is done with the whole list, and its orders."""
        if not self.display:
            return
        for name, run in (
            ("filter.saved", self.action_saved_filters),
            ("list.arrange", self.action_arrange),
            ("list.wide", self.action_wide),
            ("export", self.action_export),
        ):
            yield PaletteEntry(title=self.desk.say(f"key.{name}"), about=self.desk.say("palette.list"), run=run)
        for column in self.listing.sortable:
            title = self.desk.say(f"key.sort.{column.key}")
            run_sort = partial(self.action_sort, column.key)
            yield PaletteEntry(title=title, about=self.desk.say("palette.list"), run=run_sort)

    @on(Input.Submitted)
    def _filter_entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._stop_typing()
        if self.set_filter(event.value):
            event.input.display = False
            self.focus_rows()

    @on(Input.Changed)
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        self._stop_typing()
        if self.FILTERS_LIVE and event.input.display and event.value.strip() != self.filter.line:
            self._typing = self.set_timer(TYPED_S, partial(self._try_filter, event.value))

    @on(FilterInput.Abandoned)
    def _filter_abandoned(self, event: FilterInput.Abandoned) -> None:
        event.stop()
        self._stop_typing()
        self.query_one(FilterInput).display = False
        if self.filter.line != self._filter_before:
            self.set_filter(self._filter_before)
        self.focus_rows()

    def _try_filter(self, line: str) -> None:
        """While one types, a line that cannot be used yet is no mistake."""
        try:
            row_filter = parse_filter(line)
            self.apply_filter(row_filter)
        except FilterError:
            return
        self.filter = row_filter
        self.show_state()

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    def _saved_chosen(self, line: str | None) -> None:
        if line is not None:
            self.set_filter(line)

    def _arranged(self) -> None:
        """Columns or order were chosen anew."""
        table = self.table
        is_new_order = table.order != self.listing.order
        table.show_columns(self.listing.columns, self.listing.fit)
        table.show_order(self.listing.order)
        if is_new_order:
            self.reordered()
        self.show_state()

    @on(LiveList.TitleClicked)
    def _title_clicked(self, event: LiveList.TitleClicked) -> None:
        event.stop()
        self.action_sort(event.column)
