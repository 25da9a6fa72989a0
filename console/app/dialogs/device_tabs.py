"""The tabs of a phone's screen that are lists: its messages, everything in time, its commands."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar, Final

from daemon.api.errors import ApiClientError
from daemon.api.timeline import TimelinePage, TimelineQuery
from daemon.api.timeline_client import timeline
from daemon.api.wire import Command, Event, EventQuery

from ...safe_text import SafeContent, lines, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..event_pages import PAGE, EventPages
from ..glyphs import command_cell
from ..panes.event_rows import EventRows, event_detail
from ..panes.life import command_life
from ..timeline_rows import TimelineRows
from ..widgets.columns import Column
from ..widgets.live_list import LiveList, Rows
from .dialog import labelled

LOOK_AHEAD: Final = 15


class DeviceList(LiveList):
    """A list of one phone's things. It loads what is looked at; `changed` is told when there is something new."""

    NAME: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]

    def __init__(self, desk: Desk, calling: CallingApp, serial: str, changed: Callable[[], None]) -> None:
        super().__init__(self.start_rows(desk, serial), self.COLUMNS, desk.texts, id=self.NAME)
        self._desk = desk
        self._calling = calling
        self._serial = serial
        self._told = changed
        self.error: ApiClientError | None = None
        self.is_loaded = False

    @abstractmethod
    def start_rows(self, desk: Desk, serial: str) -> Rows:
        """The rows, empty as yet."""

    @abstractmethod
    def load(self) -> None:
        """It is shown: ask for what it needs first."""

    def renew(self) -> None:
        """Something new came from the phone. A list that is read further back stays as it is."""

    @abstractmethod
    def detail(self) -> SafeContent:
        """What the panel says of the row under the cursor."""

    def event_id(self) -> str | None:
        """The record under the cursor, where there is one."""
        return None

    def again(self) -> None:
        """After an error: ask once more."""
        self.error = None
        self.load()

    def _failed(self, error: ApiClientError) -> None:
        self.error = error
        self._told()


class MessagesList(DeviceList):
    """What was written, newest first, in pages."""

    NAME = "device-messages"
    COLUMNS = (
        Column(key="when", title="app.column.when", width=12),
        Column(key="direction", title="", width=1),
        Column(key="peer", title="app.column.peer", width=12, weight=1, most=20),
        Column(key="body", title="app.column.body", width=20, weight=8),
    )

    def start_rows(self, desk: Desk, serial: str) -> EventRows:
        self._query = EventQuery(device=serial, kind="message", limit=PAGE)
        self._events = EventRows(desk, EventPages(self._query))
        self._next: EventPages | None = None
        self._asked: set[int | None] = set()
        return self._events

    def load(self) -> None:
        if not self._events.pages.is_started:
            self._ask(self._events.pages, 0)

    def renew(self) -> None:
        if self.is_loaded and self.is_at_top:
            self._next = EventPages(self._query)
            self._ask(self._next, 0)

    def see(self, first: int, last: int) -> None:
        """Rows came into view."""
        pages = self._events.pages
        if pages.is_started and self.error is None:
            for position in (first, last):
                self._ask(pages, position)

    def detail(self) -> SafeContent:
        event = self._events.event(self.key)
        return safe_text("") if event is None else event_detail(event, self._desk)

    def event_id(self) -> str | None:
        event = self._events.event(self.key)
        return None if event is None else event.event_id

    def _ask(self, pages: EventPages, position: int) -> None:
        query = pages.wanted(position)
        if query is None or query.before in self._asked:
            return
        self._asked.add(query.before)
        then = partial(self._loaded, pages, query)
        self._calling.call(self._desk.client.events(query), then, partial(self._not_loaded, query))

    def _loaded(self, pages: EventPages, query: EventQuery, events: tuple[Event, ...]) -> None:
        self._asked.discard(query.before)
        if self.is_attached and pages in {self._next, self._events.pages}:
            pages.put(query, events)
            self._events.pages = pages
            self._next = None
            self.is_loaded = True
            self.reload()
            self._told()

    def _not_loaded(self, query: EventQuery, error: ApiClientError) -> None:
        self._asked.discard(query.before)
        self._failed(error)


class TimeList(DeviceList):
    """Everything recorded on the phone by our clock, oldest first, the newest under the cursor."""

    NAME = "device-timeline"
    HOLDS_VIEW = True
    COLUMNS = (
        Column(key="when", title="app.column.when", width=12),
        Column(key="kind", title="app.column.kind", width=8, drop=1),
        Column(key="direction", title="", width=1),
        Column(key="body", title="app.column.body", width=20, weight=8),
    )

    def start_rows(self, desk: Desk, serial: str) -> TimelineRows:
        self._times = TimelineRows(desk)
        self._is_asked = False
        self._is_placed = False
        return self._times

    def load(self) -> None:
        if not self.is_loaded:
            self._ask(TimelineQuery(device=self._serial, before=PAGE, after=0))

    def renew(self) -> None:
        if self.is_loaded and self.cursor >= len(self._times) - 1:
            self.is_loaded = self._is_placed = False
            self.load()

    def see(self, first: int, last: int) -> None:
        """Rows came into view: those before them are next."""
        if self._is_placed and self.error is None and first <= LOOK_AHEAD and self._times.earlier is not None:
            self._ask(TimelineQuery(device=self._serial, place=self._times.earlier, before=PAGE, after=0))

    def detail(self) -> SafeContent:
        return self._times.detail(self.key)

    def event_id(self) -> str | None:
        row = self._times.row(self.key)
        return None if row is None or row.item is None else row.item.event.event_id

    def _ask(self, query: TimelineQuery) -> None:
        if not self._is_asked:
            self._is_asked = True
            self._calling.call(timeline(self._desk.client, query), self._loaded, self._not_loaded)

    def _loaded(self, page: TimelinePage) -> None:
        self._is_asked = False
        if not self.is_attached:
            return
        if self.is_loaded:
            self._stay_on(self.key, partial(self._times.put_earlier, page))
        else:
            self.is_loaded = True
            self._times.start(page)
            self.reload()
            self.action_bottom()
            self.call_after_refresh(self._placed)
        self._told()

    def _placed(self) -> None:
        """The newest row is in view: what is seen from now on is what a person looks at."""
        self._is_placed = True

    def _stay_on(self, key: str | None, put: Callable[[], None]) -> None:
        """Rows come above: a list at its top would follow them, and then ask for the next, to the very beginning."""
        put()
        self.reload()
        position = None if key is None else self.rows.position_of(key)
        if position is not None:
            self.scroll_to(y=position, animate=False)
            self.cursor = position

    def _not_loaded(self, error: ApiClientError) -> None:
        self._is_asked = False
        self._failed(error)


class CommandRows:
    """The commands of one phone, youngest first, as the shop has them."""

    def __init__(self, desk: Desk, serial: str) -> None:
        self._desk = desk
        self._serial = serial
        self._items: tuple[Command, ...] = ()

    def refill(self) -> None:
        """Take them over from the shop."""
        mine = (one for one in self._desk.shop.commands.values() if one.device == self._serial)
        self._items = tuple(sorted(mine, key=lambda one: (-one.requested_at.timestamp(), one.command_id)))

    def __len__(self) -> int:
        return len(self._items)

    def command(self, key: str | None) -> Command | None:
        """By its id."""
        return next((one for one in self._items if one.command_id == key), None)

    def key_at(self, position: int) -> str | None:
        return self._items[position].command_id if 0 <= position < len(self._items) else None

    def position_of(self, key: str) -> int | None:
        return next((at for at, one in enumerate(self._items) if one.command_id == key), None)

    def cells(self, position: int) -> Mapping[str, SafeContent] | None:
        if not 0 <= position < len(self._items):
            return None
        item, times = self._items[position], self._desk.times
        return {
            "state": command_cell(item.state, self._desk.texts),
            "verb": self._desk.line(f"verb.{item.verb}"),
            "asked": safe_text(f"{times.short(item.requested_at)} {times.age(item.requested_at)}"),
            "by": safe_text(item.requested_by),
            "result": safe_text(item.result_text or item.result or "–"),
        }


class CommandsList(DeviceList):
    """What was asked of the phone."""

    NAME = "device-commands"
    COLUMNS = (
        Column(key="state", title="app.column.state", width=14, weight=1, most=24),
        Column(key="verb", title="app.column.verb", width=9),
        Column(key="asked", title="app.column.asked", width=14, most=17, weight=1),
        Column(key="by", title="app.column.by", width=8, weight=1, most=14, drop=2),
        Column(key="result", title="app.column.result", width=14, weight=5, drop=1),
    )

    def start_rows(self, desk: Desk, serial: str) -> CommandRows:
        self._commands = CommandRows(desk, serial)
        return self._commands

    def load(self) -> None:
        self._commands.refill()
        self.is_loaded = True
        self.reload()

    def detail(self) -> SafeContent:
        command = self._commands.command(self.key)
        if command is None:
            return safe_text("")
        rows = [("reason", safe_text(command.reason)), ("tries", safe_text(str(command.tries)))]
        return lines([command_life(command, self._desk), *labelled(self._desk, rows)])
