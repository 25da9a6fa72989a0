"""What every screen has: a line of status, a list, a page for when the list is empty, a detail panel and a filter."""

from abc import abstractmethod
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import Input

from daemon.api.errors import ApiClientError

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..filters import FilterError, RowFilter, parse_filter
from ..flows import Flows
from ..keys import key, quiet
from ..shop import Part
from ..sturdy import Sturdy
from ..widgets.columns import Column
from ..widgets.live_list import LiveList, Rows
from ..widgets.note import Note


class FilterInput(Input):
    """The filter line; escape gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "abandon", "filter.abandon")]

    def action_abandon(self) -> None:
        self.display = False
        pane = self.parent
        if isinstance(pane, Pane):
            pane.focus_rows()


class Pane(Sturdy, Vertical):
    """One screen. Subclasses say what rows it has and what can be done with them."""

    NAME: ClassVar[str]
    PARTS: ClassVar[Part]
    """What of the shop it shows."""
    COLUMNS: ClassVar[tuple[Column, ...]]
    LIST: ClassVar[type[LiveList]] = LiveList
    BINDINGS: ClassVar[list[BindingType]] = [
        key("slash,ctrl+f", "filter", "filter.open"),
        key("p,ctrl+s", "pause", "pause"),
        key("escape", "clear_filter", "filter.clear"),
        quiet("tab", "app.focus_next", "pane.next"),
    ]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(id=self.NAME, classes="pane")
        self.desk = desk
        self.flows = flows
        self.filter = RowFilter()
        self.is_paused = False
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

    @property
    def table(self) -> LiveList:
        return self.query_one(LiveList)

    def compose(self) -> ComposeResult:
        yield Note(classes="pane-status")
        with Container(classes="pane-body"):
            with Container(classes="pane-rows"):
                yield self.LIST(self.rows(), self.COLUMNS, self.desk.texts, id=f"{self.NAME}-list")
                with VerticalScroll(classes="pane-empty"):
                    yield Note(classes="pane-empty-text")
            with VerticalScroll(classes="pane-detail"):
                yield Note(classes="pane-detail-text")
        field = FilterInput(placeholder=self.desk.say("filter.example"), max_length=200)
        field.display = False
        yield field

    def on_mount(self) -> None:
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

    def action_filter(self) -> None:
        field = self.query_one(FilterInput)
        field.value = self.filter.line
        field.display = True
        field.focus()

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
            self.app.notify(self.desk.texts.get(error.text_key, **error.values), severity="warning")
            return False
        self.filter = row_filter
        self.show_state()
        return True

    @on(Input.Submitted)
    def _filter_entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.set_filter(event.value):
            event.input.display = False
            self.focus_rows()

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
