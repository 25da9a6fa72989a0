"""Screen 3: everything archived, masked, newest first, as pages over the API with live events on top."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import ClassVar, Final

import msgspec
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer

from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.wire import Event, EventQuery

from ...safe_text import SafeContent, safe_page, safe_text
from ..clipboard import CopyForm, json_lines, tab_separated
from ..desk import Desk
from ..dialogs.jump import JumpDialog
from ..dialogs.page import PageDialog
from ..event_pages import PAGE, EventPages
from ..filters import EVENT_KEYS, RowFilter, event_query
from ..flows import Flows
from ..keys import key, quiet
from ..shop import Part
from ..shown_table import MOST_ROWS, ShownTable
from ..widgets.columns import Column
from ..widgets.live_list import LiveList
from ..work import LongWork
from .event_rows import EventRows, event_cells, event_detail, fits, is_told_by_daemon
from .pane import Pane

LOOK_AHEAD: Final = 40
"""Rows below the visible ones that are asked for already."""
HELD: Final = 500
"""Live events kept during a pause; more than that and the list is loaded anew at its end."""
SEARCH_AGAIN_S: Final = 1.5
"""With search words, live events are found by asking the daemon again, at most this often."""


class EventList(LiveList):
    """A list that never moves what is being read."""

    HOLDS_VIEW = True

    class TopAsked(Message):
        """Home was pressed: the newest, also where the list begins earlier."""

    def action_top(self) -> None:
        super().action_top()
        self.post_message(self.TopAsked())


class EventsPane(Pane):
    """The archive's end, growing."""

    NAME = "events"
    PARTS = Part.EVENTS
    LIST = EventList
    COLUMNS = (
        Column(key="when", title="app.column.when", width=11),
        Column(key="who", title="app.column.who", width=8, weight=1, most=16),
        Column(key="kind", title="app.column.kind", width=8),
        Column(key="direction", title="", width=1),
        Column(key="peer", title="app.column.peer", width=12, weight=1, most=20),
        Column(key="source", title="app.column.event_source", width=10, weight=1, most=20, drop=2, is_shown=False),
        Column(key="person", title="app.column.person", width=12, weight=1, most=20, drop=2, is_shown=False),
        Column(key="body", title="app.column.body", width=20, weight=8),
        Column(key="number", title="app.column.number", width=9, drop=3, is_shown=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("v,f9", "reveal", "reveal"),
        key("c,ctrl+t", "conversation", "events.conversation"),
        key("t,f6", "timeline", "timeline"),
        quiet("J,ctrl+g", "jump", "jump"),
    ]

    def __init__(self, desk: Desk, flows: Flows) -> None:
        super().__init__(desk, flows)
        self._rows = EventRows(desk, EventPages())
        self._asked: set[int | None] = set()
        self._held: list[Event] = []
        self._held_count = 0
        self._is_stale = True
        self._unseen = 0
        self._asked_for = EventQuery()
        self._from: datetime | None = None
        self._refused: ApiClientError | None = None
        self._search_timer: Timer | None = None

    @property
    def _pages(self) -> EventPages:
        return self._rows.pages

    def rows(self) -> EventRows:
        return self._rows

    def current(self) -> Event | None:
        """The event under the cursor, None while its page is not loaded."""
        return self._rows.event(self.table.key)

    def invalidate(self) -> None:
        """What is shown may have holes: load anew at the next refresh."""
        self._is_stale = True

    def refresh_rows(self) -> None:
        live, has_overflowed = self.desk.shop.take_events()
        self._is_stale = self._is_stale or has_overflowed
        if self.is_paused:
            self._hold(live)
        else:
            live = (*self._held, *live)
            self._held, self._held_count = [], 0
            if self._is_stale and self.desk.shop.is_online:
                self._load(self._pages.query)
            else:
                self._add(live)
        self.show_state()

    def apply_filter(self, row_filter: RowFilter) -> None:
        self._asked_for = event_query(row_filter, tuple(self.desk.shop.devices.values()), self.desk.times.now())
        self._load(self._query())

    def filter_keys(self) -> Collection[str]:
        return EVENT_KEYS

    def jump_to(self, moment: datetime | None) -> None:
        """Begin with what was before a moment; None for the newest, as it grows."""
        self._from = moment
        self._load(self._query())
        self.show_state()

    def _query(self) -> EventQuery:
        """The filter's, from where was jumped to."""
        query, moment = self._asked_for, self._from
        if moment is None or (query.until is not None and query.until <= moment):
            return query
        return msgspec.structs.replace(query, until=moment)

    def news(self) -> int:
        if self.is_paused:
            return self._held_count
        if self.table.is_at_top and self._from is None:
            self._unseen = 0
        return self._unseen

    def counts(self) -> str:
        if self._from is None:
            return self._count()
        return f"{self._count()}  {self.desk.say('list.from_time', when=self.desk.times.full(self._from))}"

    def _count(self) -> str:
        loaded = self._pages.loaded
        health = self.desk.shop.health
        if self._pages.is_complete or not self.filter.is_empty or self._from or health is None:
            more = "" if self._pages.is_complete else "+"
            return self.desk.say("list.events", n=f"{loaded}{more}")
        return self.desk.say("list.events", n=max(health.events, loaded))

    def detail(self) -> SafeContent:
        event = self.current()
        return event_detail(event, self.desk) if event is not None else self.desk.line("list.loading", "$muted")

    def empty(self) -> SafeContent:
        desk = self.desk
        if self._refused is not None:
            return self.denied(self._refused)
        if not self._pages.is_started:
            return safe_page(desk.say("empty.waiting"), "$muted")
        if not self.filter.is_empty:
            return self.no_match()
        return safe_page(desk.say("empty.events" if self._from is None else "empty.before"))

    def why_not(self, action: str) -> str | None:
        event = self.current()
        match action:
            case "reveal":
                return self.flows.records.why_not_reveal(event.event_id if event is not None else None)
            case "conversation" | "timeline":
                return None if event is not None else self.desk.say("refusal.no_event")
            case _:
                return None

    def copied(self, form: CopyForm) -> str:
        event = self.current()
        if event is None:
            return ""
        match form:
            case CopyForm.CELL:
                return event.body
            case CopyForm.ROW:
                return tab_separated(self._plain_row(event))
            case CopyForm.JSON:
                return json_lines([event])

    async def shown(self, work: LongWork) -> ShownTable:
        """Page after page from the daemon, so that it is all of the list and not what was scrolled to."""
        events: list[Event] = []
        query = EventPages(self._pages.query).wanted(0)
        while query is not None and len(events) < MOST_ROWS:
            page = await self.desk.client.events(query)
            events += page
            work.step(len(events))
            is_last = len(page) < PAGE
            query = None if is_last else msgspec.structs.replace(query, before=page[-1].ledger_index)
        titles = tuple(self.desk.texts.get(column.title) for column in self.listing.chosen if column.title)
        return ShownTable(titles=titles, rows=[self._plain_row(event) for event in events], items=events)

    def _plain_row(self, event: Event) -> list[str]:
        cells = event_cells(event, self.desk)
        return [cells[column.key].plain for column in self.listing.chosen if column.title]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear_filter" and self._from is not None:
            return True
        return super().check_action(action, parameters)

    def action_clear_filter(self) -> None:
        if self._from is not None and self.filter.is_empty and not self.is_paused:
            self.jump_to(None)
        else:
            super().action_clear_filter()

    def action_jump(self) -> None:
        """A day or a moment; the list begins there."""
        self.app.push_screen(JumpDialog(self.desk), self._jump_asked)

    def _jump_asked(self, moment: datetime | None) -> None:
        if moment is not None:
            self.jump_to(moment)

    def on_event_list_top_asked(self, event: EventList.TopAsked) -> None:
        event.stop()
        if self._from is not None:
            self.jump_to(None)

    def action_reveal(self) -> None:
        event = self.current()
        self.flows.records.reveal(event.event_id if event else None, event.device if event else "")

    def action_conversation(self) -> None:
        """All of the conversation that the current event is part of; escape goes back."""
        event = self.current()
        if event is not None:
            self.set_filter(f"conv:{event.conversation}")

    def action_timeline(self) -> None:
        """What was said around the current event, on every phone; escape goes back."""
        event = self.current()
        if event is not None:
            self.flows.records.show_timeline(event.event_id)

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        chosen = self._rows.event(event.key)
        if chosen is not None:
            title = safe_text(self.desk.say("event.title"))
            self.app.push_screen(PageDialog(self.desk, title=title, text=event_detail(chosen, self.desk)))

    def on_live_list_seen(self, event: LiveList.Seen) -> None:
        event.stop()
        if self._is_stale:
            return
        for position in (event.first, event.last, event.last + LOOK_AHEAD):
            query = self._pages.wanted(min(position, len(self._pages) - 1))
            if query is not None and self.desk.shop.is_online:
                self._ask(query)

    def _load(self, query: EventQuery) -> None:
        self._is_stale = False
        self._unseen = 0
        self._asked = set()
        self._rows = EventRows(self.desk, EventPages(query))
        self.table.show_rows(self._rows)
        first = self._pages.wanted(0)
        if first is not None:
            self._ask(first)

    def _ask(self, query: EventQuery) -> None:
        if query.before in self._asked:
            return
        self._asked.add(query.before)
        pages = self._pages
        self.flows.records.load_events(query, partial(self._loaded, pages, query), partial(self._failed, pages, query))

    def _loaded(self, pages: EventPages, query: EventQuery, events: tuple[Event, ...]) -> None:
        if pages is not self._pages or not self.is_attached:
            return
        self._refused = None
        self._asked.discard(query.before)
        pages.put(query, events)
        self.table.reload()
        self.show_state()

    def _failed(self, pages: EventPages, query: EventQuery, error: ApiClientError) -> None:
        """A refusal stays on the page; a lost link is the banner's and the list loads when it is back."""
        if pages is not self._pages or not self.is_attached:
            return
        self._asked.discard(query.before)
        if isinstance(error, ApiRefusedError):
            self._refused = error
        else:
            self._is_stale = not pages.is_started
        self.show_state()

    def _add(self, live: tuple[Event, ...]) -> None:
        if self._from is not None:
            self._unseen += sum(fits(event, self._asked_for) for event in live)
            return
        query = self._pages.query
        if is_told_by_daemon(query):
            if any(fits(event, query) for event in live) and self._search_timer is None:
                self._search_timer = self.set_timer(SEARCH_AGAIN_S, self._search_again)
            return
        self._put_on_top(tuple(event for event in live if fits(event, query)))

    def _put_on_top(self, events: tuple[Event, ...]) -> None:
        if not events:
            return
        is_at_top = self.table.is_at_top
        added = self._pages.add_live(events)
        self._unseen = 0 if is_at_top else self._unseen + added
        self.table.reload()

    def _search_again(self) -> None:
        self._search_timer = None
        pages = self._pages
        query = EventPages(pages.query).wanted(0)
        if query is not None and not self.is_paused:
            self.flows.records.load_events(query, partial(self._found_again, pages), lambda error: None)

    def _found_again(self, pages: EventPages, events: tuple[Event, ...]) -> None:
        if pages is not self._pages or not self.is_attached:
            return
        if len(events) == PAGE and events[-1].ledger_index > pages.newest():
            self._load(pages.query)
        else:
            self._put_on_top(events)
        self.show_state()

    def _hold(self, live: tuple[Event, ...]) -> None:
        fitting = [event for event in live if fits(event, self._pages.query)]
        self._held_count += len(fitting)
        self._held.extend(fitting)
        if len(self._held) > HELD:
            self._held = []
            self._is_stale = True
