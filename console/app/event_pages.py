"""The events list as pages over the API: any length, bounded memory, newest first.

Live events form the head. Older ones are pages of the ledger, each named by the `before` that asks for it, so a page
that was dropped from memory can be asked for again. Only numbers are kept for dropped pages.
"""

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import msgspec

from daemon.api.wire import Event, EventQuery

PAGE: Final = 100
PAGES_KEPT: Final = 30
HEAD_KEPT: Final = 300


@dataclass(slots=True)
class PageRef:
    """One page. Ledger indexes fall from `first` to `last`."""

    before: int
    count: int
    first: int
    last: int


class EventPages:
    """Rows by position. Position 0 is the newest; the last position is a placeholder until the end was reached."""

    def __init__(self, query: EventQuery | None = None) -> None:
        self.query = query or EventQuery()
        self.is_complete = False
        self.is_started = False
        self._head: list[Event] = []
        self._pages: list[PageRef] = []
        self._starts: list[int] = [0]
        self._kept: OrderedDict[int, tuple[Event, ...]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._head) + self._starts[-1] + (0 if self.is_complete else 1)

    @property
    def loaded(self) -> int:
        """Rows known by now, without the placeholder."""
        return len(self._head) + self._starts[-1]

    def event(self, position: int) -> Event | None:
        """The row, or None when it must be asked for first (see `wanted`)."""
        if 0 <= position < len(self._head):
            return self._head[position]
        number, offset = self._place(position)
        if number is None:
            return None
        page = self._kept.get(self._pages[number].before)
        if page is None or offset >= len(page):
            return None
        self._kept.move_to_end(self._pages[number].before)
        return page[offset]

    def wanted(self, position: int) -> EventQuery | None:
        """The query that brings the row at `position`; None when it is there or no such row exists."""
        if position < 0 or position >= len(self) or self.event(position) is not None:
            return None
        number, _ = self._place(position)
        if number is not None:
            return self._query(self._pages[number].before)
        return self._query(self._next_before())

    def put(self, query: EventQuery, events: tuple[Event, ...]) -> None:
        """Take the answer to a query of `wanted`. Answers that no longer fit are ignored."""
        known = next((page for page in self._pages if page.before == query.before), None)
        if known is not None:
            self._keep(known.before, events)
            return
        if query.before != self._next_before():
            return
        self.is_started = True
        self.is_complete = len(events) < PAGE
        oldest = self._oldest()
        if oldest is not None:
            events = tuple(event for event in events if event.ledger_index < oldest)
        if not events:
            return
        before = events[0].ledger_index + 1
        self._pages.append(
            PageRef(before=before, count=len(events), first=events[0].ledger_index, last=events[-1].ledger_index)
        )
        self._recount()
        self._keep(before, events)

    def add_live(self, events: tuple[Event, ...]) -> int:
        """Put newer events on top; those already there are left out. Returns how many rows were added."""
        newest = self.newest()
        fresh = sorted(
            {event.ledger_index: event for event in events if event.ledger_index > newest}.values(),
            key=lambda event: -event.ledger_index,
        )
        self._head[:0] = fresh
        while len(self._head) > HEAD_KEPT:
            self._seal()
        return len(fresh)

    def newest(self) -> int:
        """The highest ledger index shown, -1 when empty."""
        if self._head:
            return self._head[0].ledger_index
        return self._pages[0].first if self._pages else -1

    def position_of(self, ledger_index: int) -> int | None:
        """Where a row is, also when its page is not in memory (then the start of the page). None when unknown."""
        for position, event in enumerate(self._head):
            if event.ledger_index == ledger_index:
                return position
        number = bisect_right(self._pages, -ledger_index, key=lambda page: -page.first) - 1
        if number < 0 or ledger_index < self._pages[number].last:
            return None
        start = len(self._head) + self._starts[number]
        page = self._kept.get(self._pages[number].before, ())
        return next((start + at for at, event in enumerate(page) if event.ledger_index == ledger_index), start)

    def _place(self, position: int) -> tuple[int | None, int]:
        offset = position - len(self._head)
        if offset < 0 or offset >= self._starts[-1]:
            return None, 0
        number = bisect_right(self._starts, offset) - 1
        return number, offset - self._starts[number]

    def _next_before(self) -> int | None:
        """None until the first page came: live events may arrive before it, and it then overlaps them."""
        return self._oldest() if self.is_started else None

    def _oldest(self) -> int | None:
        if self._pages:
            return self._pages[-1].last
        return self._head[-1].ledger_index if self._head else None

    def _query(self, before: int | None) -> EventQuery:
        return msgspec.structs.replace(self.query, limit=PAGE, before=before)

    def _seal(self) -> None:
        """Turn the oldest of the head into a page, so that the head stays small."""
        events = tuple(self._head[-PAGE:])
        del self._head[-PAGE:]
        before = events[0].ledger_index + 1
        self._pages.insert(
            0, PageRef(before=before, count=len(events), first=events[0].ledger_index, last=events[-1].ledger_index)
        )
        self._recount()
        self._keep(before, events)

    def _recount(self) -> None:
        self._starts = [0, *accumulate(page.count for page in self._pages)]

    def _keep(self, before: int, events: tuple[Event, ...]) -> None:
        self._kept[before] = events
        self._kept.move_to_end(before)
        while len(self._kept) > PAGES_KEPT:
            self._kept.popitem(last=False)
