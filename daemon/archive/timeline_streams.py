"""Where a timeline's events come from: conversations of phones, or phones, each in order of our clock both ways.

A row's time by our clock is its claim less the offset of the phone's clock at that time (`PhoneTime`). Within one span
of a clock the order of claims is the order of our times, so each span is a stream of its own, and the timeline merges.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from adb_bridge.records import Source
from crypto.database import Database, SqlValue

from .codes import SOURCE_CODES
from .facets import any_of, device_term, period_terms
from .phone_time import RIGHT, ClockSpan, PhoneTime
from .rows import row_as

CHUNK: Final = 64
_EVER: Final = 2**62
_DAY_US: Final = 86_400_000_000
_WINDOWS_DAYS: Final = (1, 8, 64, 512, 12_000)
_MOST_OF_WINDOW: Final = 20_000
_BY_OUR_CLOCK: Final = frozenset({SOURCE_CODES[Source.CALL_STATE], SOURCE_CODES[Source.IMPORTED]})
"""Sources whose times are not the phone's clock."""

_COLUMNS: Final = "SELECT e.ledger_index, e.occurred_at, e.received_at, e.device_no, e.source FROM events e "
_BACK: Final = _COLUMNS + (
    "INDEXED BY events_by_conversation_time WHERE e.conversation_no = ? AND (e.occurred_at, e.ledger_index) < (?, ?) "
    "AND e.occurred_at >= ? ORDER BY e.occurred_at DESC, e.ledger_index DESC LIMIT ?"
)
_FORTH: Final = _COLUMNS + (
    "INDEXED BY events_by_conversation_time WHERE e.conversation_no = ? AND (e.occurred_at, e.ledger_index) >= (?, ?) "
    "AND e.occurred_at < ? ORDER BY e.occurred_at, e.ledger_index LIMIT ?"
)
_OF_PHONE: Final = """
SELECT e.ledger_index, e.occurred_at, e.received_at, e.device_no, e.source FROM events e
WHERE e.ledger_index IN (SELECT rowid FROM events_text WHERE events_text MATCH ? LIMIT ?) AND e.device_no = ?"""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Before the event with this time and ledger index."""

    at_us: int
    ledger_index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """An event's place, before the event itself is opened."""

    place: Place
    device_no: int
    received_us: int
    offset_us: int
    """What the phone's clock was wrong by; 0 where nothing is known."""


class Row(msgspec.Struct, array_like=True, frozen=True):
    """What the order of events needs."""

    ledger_index: int
    occurred_at: int
    received_at: int
    device_no: int
    source: int


class Stream(Protocol):
    """Spots one way from a place: back are those before it, newest first; forth are it and those after."""

    def back(self, database: Database, place: Place) -> Iterator[Spot]: ...
    def forth(self, database: Database, place: Place) -> Iterator[Spot]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStream:
    """One conversation of one phone, within one span of the phone's clock."""

    conversation_no: int
    time: PhoneTime
    span: ClockSpan

    def back(self, database: Database, place: Place) -> Iterator[Spot]:
        """See Stream."""
        offset = self.span.offset_us
        at, index = place.at_us + offset, place.ledger_index
        if place.at_us > self.span.until_us:
            at, index = self.span.until_us + offset, 0
        lowest = max(-_EVER, self.span.since_us + offset)
        yield from self._spots(database, _BACK, at, index, lowest)

    def forth(self, database: Database, place: Place) -> Iterator[Spot]:
        """See Stream."""
        offset = self.span.offset_us
        at, index = place.at_us + offset, place.ledger_index
        if place.at_us < self.span.since_us:
            at, index = self.span.since_us + offset, 0
        highest = min(_EVER, self.span.until_us + offset)
        yield from self._spots(database, _FORTH, at, index, highest)

    def _spots(self, database: Database, sql: str, at: int, index: int, bound: int) -> Iterator[Spot]:
        while True:
            parameters: tuple[SqlValue, ...] = (self.conversation_no, at, index, bound, CHUNK)
            rows = [row_as(Row, row) for row in database.fetch_all(sql, parameters)]
            for row in rows:
                if span_of(self.time, row) is self.span:
                    yield spot_of(row, self.span)
            if len(rows) < CHUNK:
                return
            at, index = rows[-1].occurred_at, rows[-1].ledger_index + (sql is _FORTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneStream:
    """All of a phone, found by the days that the full-text index has of it; nearest days first."""

    device_no: int
    time: PhoneTime

    def back(self, database: Database, place: Place) -> Iterator[Spot]:
        """See Stream."""
        until = place.at_us + 1
        for days in _WINDOWS_DAYS:
            since = place.at_us - days * _DAY_US
            spots = self._between(database, since, until)
            yield from sorted((spot for spot in spots if spot.place < place), key=_place_of, reverse=True)
            until = since

    def forth(self, database: Database, place: Place) -> Iterator[Spot]:
        """See Stream."""
        since = place.at_us
        for days in _WINDOWS_DAYS:
            until = place.at_us + days * _DAY_US
            spots = self._between(database, since, until)
            yield from sorted((spot for spot in spots if spot.place >= place), key=_place_of)
            since = until

    def _between(self, database: Database, since_us: int, until_us: int) -> list[Spot]:
        """Those whose time by our clock lies in the range; claims of a wrong clock may lie outside of it."""
        found: dict[int, Spot] = {}
        for span in self.time.spans:
            low, high = max(since_us, span.since_us) + span.offset_us, min(until_us, span.until_us) + span.offset_us
            terms = period_terms(low, high) if low < high else ()
            if terms == ():
                continue
            expression = any_of((device_term(self.device_no),))
            if terms is not None:
                expression += f" AND {any_of(terms)}"
            rows = database.fetch_all(_OF_PHONE, (expression, _MOST_OF_WINDOW, self.device_no))
            for row in (row_as(Row, row) for row in rows):
                spot = spot_of(row, span_of(self.time, row))
                if since_us <= spot.place.at_us < until_us:
                    found[row.ledger_index] = spot
        return list(found.values())


def span_of(time: PhoneTime, row: Row) -> ClockSpan:
    """The span of a row: RIGHT for what our own clock timed, as a claim that was not believed."""
    if row.source in _BY_OUR_CLOCK or row.occurred_at == row.received_at:
        return RIGHT
    return time.span_of(row.occurred_at, row.received_at)


def spot_of(row: Row, span: ClockSpan) -> Spot:
    """A row in its place by our clock."""
    return Spot(
        place=Place(at_us=row.occurred_at - span.offset_us, ledger_index=row.ledger_index),
        device_no=row.device_no,
        received_us=row.received_at,
        offset_us=span.offset_us,
    )


def _place_of(spot: Spot) -> Place:
    return spot.place
