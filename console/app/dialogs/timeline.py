"""The conversation around a record or an alert: every source and phone by our clock, more of it as one moves."""

from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from daemon.api.errors import ApiClientError
from daemon.api.timeline import TimelinePage, TimelineQuery
from daemon.api.timeline_client import timeline

from ...safe_text import SafeContent, joined, safe_page, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..flows.records import RecordFlows
from ..keys import key
from ..sturdy import Sturdy
from ..timeline_rows import TimelineRows
from ..widgets.columns import Column
from ..widgets.footer import KeyFooter
from ..widgets.live_list import LiveList
from ..widgets.note import Note
from .page import PageDialog

PAGE: Final = 60
LOOK_AHEAD: Final = 15
"""Rows to an end at which more is asked for."""
COLUMNS: Final = (
    Column(key="here", title="", width=1),
    Column(key="when", title="app.column.when", width=12),
    Column(key="who", title="app.column.who", width=8, weight=1, most=16),
    Column(key="kind", title="app.column.kind", width=8, drop=1),
    Column(key="direction", title="", width=1),
    Column(key="body", title="app.column.body", width=20, weight=8),
)


class TimelineList(LiveList):
    """A list that never moves what is being read."""

    HOLDS_VIEW = True


class TimelineScreen(Sturdy, ModalScreen[None]):
    """Oldest first, the cursor on the record that was asked for. Escape goes back to where it was asked."""

    AUTO_FOCUS = "TimelineList"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,q", "close", "dialog.close"),
        key("v,f9", "reveal", "reveal"),
        key("r,ctrl+r", "again", "app.retry"),
    ]

    def __init__(self, desk: Desk, flows: RecordFlows, calling: CallingApp, event_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._flows = flows
        self._calling = calling
        self._event_id = event_id
        self._rows = TimelineRows(desk)
        self._asked: set[str] = set()
        self._error: ApiClientError | None = None
        self._is_started = False

    def compose(self) -> ComposeResult:
        with Vertical(id="timeline"):
            yield Note(id="timeline-title")
            yield Note(id="timeline-empty")
            yield TimelineList(self._rows, COLUMNS, self._desk.texts)
            with VerticalScroll(id="timeline-detail", can_focus=False):
                yield Note(id="timeline-text")
            yield KeyFooter(self._desk)

    def on_mount(self) -> None:
        self._start()

    @property
    def table(self) -> TimelineList:
        """The list."""
        return self.query_one(TimelineList)

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        if action == "reveal":
            row = self._rows.row(self.table.key)
            return self._flows.why_not_reveal(None if row is None or row.item is None else row.item.event.event_id)
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._error is not None if action == "again" else True

    def action_close(self) -> None:
        self.dismiss(None)

    def action_again(self) -> None:
        """After an error: ask once more."""
        self._error = None
        if self._is_started:
            self._ask_around()
        else:
            self._start()
        self._show()

    def action_reveal(self) -> None:
        row = self._rows.row(self.table.key)
        if row is not None and row.item is not None:
            self._flows.reveal(row.item.event.event_id, row.item.event.device)

    def on_live_list_moved(self, event: LiveList.Moved) -> None:
        event.stop()
        self._show()

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        title = safe_text(self._desk.say("event.title"))
        self.app.push_screen(PageDialog(self._desk, title=title, text=self._rows.detail(event.key)))

    def on_live_list_seen(self, event: LiveList.Seen) -> None:
        event.stop()
        if self._is_started and self._error is None:
            self._ask_around(event.first, event.last)

    def _start(self) -> None:
        query = TimelineQuery(event_id=self._event_id, before=PAGE, after=PAGE)
        self._call("start", query)
        self._show()

    def _ask_around(self, first: int = 0, last: int | None = None) -> None:
        """More where the view is near an end."""
        rows = self._rows
        last = len(rows) if last is None else last
        if rows.earlier is not None and first <= LOOK_AHEAD:
            self._call("earlier", TimelineQuery(event_id=self._event_id, place=rows.earlier, before=PAGE, after=0))
        if rows.later is not None and last >= len(rows) - LOOK_AHEAD:
            self._call("later", TimelineQuery(event_id=self._event_id, place=rows.later, before=0, after=PAGE))

    def _call(self, what: str, query: TimelineQuery) -> None:
        if what in self._asked:
            return
        self._asked.add(what)
        self._calling.call(timeline(self._desk.client, query), partial(self._loaded, what), partial(self._failed, what))

    def _loaded(self, what: str, page: TimelinePage) -> None:
        self._asked.discard(what)
        if not self.is_attached:
            return
        self._error = None
        match what:
            case "start":
                self._is_started = True
                self._rows.start(page)
                self.table.reload()
                if page.anchor is not None:
                    self.table.move_to(page.anchor)
            case "earlier":
                self._rows.put_earlier(page)
                self.table.reload()
            case _:
                self._rows.put_later(page)
                self.table.reload()
        self._show()

    def _failed(self, what: str, error: ApiClientError) -> None:
        self._asked.discard(what)
        if self.is_attached:
            self._error = error
            self._show()

    def _show(self) -> None:
        desk, rows = self._desk, self._rows
        phones = ", ".join(desk.shop.name_of(device) for device in rows.devices)
        more = ("… " if rows.earlier else "", f"{rows.count}", " …" if rows.later else "")
        title = desk.line("timeline.title", "bold", n="".join(more), phones=phones or "–")
        if self._error is not None and self._is_started:
            title = joined((title, safe_text(f"  {self._error.message}", "bold $text-error")))
        self.query_one("#timeline-title", Note).show(title)
        empty = self._empty()
        note = self.query_one("#timeline-empty", Note)
        note.display = empty is not None
        self.table.display = empty is None
        if empty is not None:
            note.show(empty)
        self.query_one("#timeline-text", Note).show(rows.detail(self.table.key))
        self.refresh_bindings()

    def _empty(self) -> SafeContent | None:
        """What stands instead of the list; None when there is a list."""
        if self._is_started and len(self._rows):
            return None
        if self._error is not None:
            return safe_page(f"{self._error.message}\n{self._error.hint}".strip(), "bold $text-error")
        if not self._is_started:
            return safe_page(self._desk.say("empty.waiting"), "$muted")
        return safe_page(self._desk.say("timeline.empty"))
