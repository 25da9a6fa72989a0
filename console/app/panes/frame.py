"""The frame of every screen: a line of status, a list, a page for when the list is empty, a detail panel, a filter."""

from abc import abstractmethod
from collections.abc import Collection
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll

from daemon.api.errors import ApiClientError

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..clipboard import CopyForm
from ..desk import Desk
from ..filter_line import KEYS, RowFilter
from ..flows import Flows
from ..keys import quiet
from ..shop import Part
from ..shown_table import ShownTable
from ..sturdy import Sturdy
from ..widgets.columns import Column
from ..widgets.live_list import ASCENDING, DESCENDING, Fit, LiveList, Rows
from ..widgets.note import Note
from ..widgets.plot import Plot
from ..work import LongWork
from .filter_input import FilterInput
from .listing import Listing


class PaneFrame(Sturdy, Vertical):
    """What a screen shows and how it is drawn. Subclasses say what rows it has."""

    NAME: ClassVar[str]
    PARTS: ClassVar[Part]
    """What of the shop it shows."""
    COLUMNS: ClassVar[tuple[Column, ...]]
    LIST: ClassVar[type[LiveList]] = LiveList
    BINDINGS: ClassVar[list[BindingType]] = [quiet("tab", "app.focus_next", "pane.next")]

    def __init_subclass__(cls) -> None:
        """Every sortable column gets a binding of its letter."""
        letters = [_sort_binding(column) for column in cls.__dict__.get("COLUMNS", ()) if column.sort_letter]
        if letters:
            cls.BINDINGS = [*cls.__dict__.get("BINDINGS", ()), *letters]
        super().__init_subclass__()

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(id=self.NAME, classes="pane")
        self.desk = desk
        self.flows = flows
        self.filter = RowFilter()
        self.is_paused = False
        self.listing = Listing(desk, self.NAME, self.COLUMNS)
        self._usable: tuple[str, ...] = ()

    @abstractmethod
    def rows(self) -> Rows:
        """What the list shows first."""

    @abstractmethod
    def refresh_rows(self) -> None:
        """Take over what changed in the shop. Called at most a few times a second, and only while visible."""

    @abstractmethod
    def detail(self) -> SafeContent:
        """What the panel says of the row under the cursor."""

    @abstractmethod
    def empty(self) -> SafeContent:
        """What stands where no row is."""

    @abstractmethod
    def counts(self) -> str:
        """How many rows there are and how many are shown."""

    def news(self) -> int:
        """Rows that wait for the end of a pause, or above the view."""
        return 0

    def why_not(self, action: str) -> str | None:
        """Why an action is not possible now; None when it is."""
        return None

    @abstractmethod
    def apply_filter(self, row_filter: RowFilter) -> None:
        """Show only what the filter admits. Raises FilterError when it cannot be used here."""

    def filter_keys(self) -> Collection[str]:
        """The keys that its filter can have."""
        return tuple(dict.fromkeys(KEYS.values()))

    def reordered(self) -> None:
        """The person chose another order of the rows: put them so."""

    def copied(self, form: CopyForm) -> str:
        """What a copy of the marked rows, or of the current one, holds; empty where there is nothing to copy."""
        return ""

    async def shown(self, work: LongWork) -> ShownTable:
        """All rows that are shown, for a file."""
        return ShownTable(titles=(), rows=(), items=())

    def plot(self) -> Plot | None:
        """Figures below the detail, where the terminal has room for them."""
        return None

    @property
    def table(self) -> LiveList:
        return self.query_one(LiveList)

    def compose(self) -> ComposeResult:
        yield Note(classes="pane-status")
        with Container(classes="pane-body"):
            with Container(classes="pane-rows"):
                yield self.LIST(self.rows(), self.listing.columns, self.desk.texts, id=f"{self.NAME}-list")
                with VerticalScroll(classes="pane-empty"):
                    yield Note(classes="pane-empty-text")
            with VerticalScroll(classes="pane-detail"):
                yield Note(classes="pane-detail-text")
                plot = self.plot()
                if plot is not None:
                    yield plot.add_class("pane-plot")
        field = FilterInput(placeholder=self.desk.say("filter.example"), max_length=200)
        field.display = False
        yield field

    def on_mount(self) -> None:
        self.table.show_order(self.listing.order)
        self.show_state()

    def show_state(self) -> None:
        """Draw status, detail and the empty page from what is known now."""
        is_empty = len(self.table.rows) == 0
        rows, page = self.table, self.query_one(".pane-empty", VerticalScroll)
        had_focus = rows.has_focus or page.has_focus
        rows.display, page.display = not is_empty, is_empty
        self.query_one(".pane-detail").display = not is_empty
        if is_empty:
            self.query_one(".pane-empty-text", Note).show(self.empty())
        else:
            self.query_one(".pane-detail-text", Note).show(self.detail())
        self.query_one(".pane-status", Note).show(self._status())
        if had_focus:
            self.focus_rows()
        self.refresh_keys()

    def tick(self) -> None:
        """Time went by: ages change."""
        self.table.refresh()
        self.show_state()

    def focus_rows(self) -> None:
        """Put the focus where the rows are, or would be."""
        rows = self.table
        target = rows if rows.display else self.query_one(".pane-empty", VerticalScroll)
        if not target.has_focus:
            target.focus()

    def refresh_keys(self) -> None:
        """Tell the footer when other keys became usable."""
        usable = tuple(binding.action for binding in self.usable_bindings())
        if usable != self._usable:
            self._usable = usable
            self.screen.refresh_bindings()

    def usable_bindings(self) -> tuple[Binding, ...]:
        """The pane's own bindings whose action is possible now, one an action."""
        usable = {
            binding.action: binding
            for _, binding in reversed(list(self._bindings))
            if binding.show and self.why_not(binding.action) is None and self.check_action(binding.action, ())
        }
        return tuple(reversed(usable.values()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear_filter":
            return not self.filter.is_empty or self.is_paused
        return True

    def on_live_list_moved(self, event: LiveList.Moved) -> None:
        event.stop()
        self.query_one(".pane-detail", VerticalScroll).scroll_home(animate=False)
        self.show_state()

    def on_show(self, event: events.Show) -> None:
        self.show_state()

    def _status(self) -> SafeContent:
        parts = [safe_text(self.counts(), "$muted")]
        if not self.filter.is_empty:
            parts.append(safe_text("  " + self.desk.say("filter.chip", line=self.filter.line), "bold $text-accent"))
        order = self.listing.order
        column = self.listing.column(order.column)
        if column is not None:
            arrow = DESCENDING if order.is_descending else ASCENDING
            title = f"{self.desk.texts.get(column.title)} {arrow}"
            parts.append(safe_text("  " + self.desk.say("list.sorted", column=title), "$muted"))
        if self.listing.fit is Fit.WIDE:
            parts.append(safe_text("  " + self.desk.say("list.is_wide"), "$muted"))
        news = self.news()
        if self.is_paused:
            parts.append(safe_text("  " + self.desk.say("list.paused", n=news), "bold $text-warning"))
        elif news:
            parts.append(safe_text("  " + self.desk.say("list.news", n=news), "bold $text-primary"))
        return joined(parts)

    def no_match(self) -> SafeContent:
        """The page for a filter that nothing passes."""
        return safe_page(self.desk.say("empty.no_match", line=self.filter.line))

    def denied(self, error: ApiClientError) -> SafeContent:
        """The page for a role that may not read this list."""
        who = self.desk.say("empty.denied", role=self.desk.role_word())
        return lines([safe_page(error.message, "bold"), safe_page(error.hint), safe_text(""), safe_page(who)])


def _sort_binding(column: Column) -> Binding:
    letter = column.sort_letter
    return quiet(f"{letter},alt+shift+{letter.lower()}", f"sort('{column.key}')", f"sort.{column.key}")
