"""Backtracking: what was said in one conversation around a moment, across sources and phones, by our clock."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, SqlValue
from policies.model import Severity

from ..api.wire import AlertStatus
from ..events import EventId, EventKind
from .book import Read
from .codes import ALERT_STATUSES, SEVERITIES, from_micros, to_micros
from .content import ContentKeys
from .drafts import HeldSpan
from .event_ids import index_of
from .event_queries import events_at
from .identifiers import CONVERSATION_PREFIX, EVENT_PREFIX, spell, unspell
from .phone_time import PhoneTime
from .records import ArchivedEvent
from .rows import row_as
from .timeline_streams import ConversationStream, PhoneStream, Place, Row, Spot, Stream, span_of, spot_of
from .transaction import Tokens

MOST_EVENTS: Final = 500
_MOST_CONVERSATIONS: Final = 2_000
LATE_US: Final = 3_600_000_000
"""What is collected an hour after it happened or later was collected late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineScope:
    """Whose events. Conversations, and those of the numbers on every phone; without both, all of the phones."""

    conversations: tuple[str, ...] = ()
    """`cv_…`"""
    peer_keys: tuple[str, ...] = ()
    held: tuple[HeldSpan, ...] | None = None
    """Only these phones, each in its time; None: every phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAlert:
    """An alert that an event raised, as far as a line shows it."""

    alert_id: str
    rule_id: str
    severity: Severity
    status: AlertStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """An event in its place. Unmasked."""

    archived: ArchivedEvent
    at: datetime
    """By our clock."""
    offset_ms: int
    """What the phone's clock was wrong by then; 0 where nothing is known."""
    replaced_by: EventId | None
    alerts: tuple[EventAlert, ...]
    recording: ArchivedEvent | None
    """Of a call, when it has no place of its own in this conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMark:
    """A phone's clock was found to be wrong otherwise than before."""

    device: DeviceSerial
    at: datetime
    offset_ms: int
    utc_offset_min: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedMark:
    """A certificate took records that were archived among these; whether any was of this conversation is gone too."""

    certificate: int
    """Its ledger index."""
    entries: int
    """All that it took, here and elsewhere."""
    first_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSlice:
    """A stretch, oldest first."""

    events: tuple[TimelineEvent, ...]
    clock_marks: tuple[ClockMark, ...]
    """Within the stretch, in order."""
    deleted_marks: tuple[DeletedMark, ...]
    """Of events; certificates whose records lie between the ledger indexes of this stretch."""
    devices: tuple[DeviceSerial, ...]
    """With a part in the conversation, in the stretch or not."""
    has_earlier: bool
    has_later: bool


Opener = Callable[[Database, Sequence[int]], dict[int, ArchivedEvent]]
"""Events by ledger index, their content opened."""


class TimelineBook:
    """A part of the archive. Raises what the archive's reads raise."""

    def __init__(self, read: Read, tokens: Tokens, content: ContentKeys) -> None:
        self._read = read
        self._tokens = tokens
        self._opened: Opener = lambda database, indexes: events_at(database, content, indexes)

    async def find(self, identifier: str) -> tuple[Place, ArchivedEvent] | None:
        """Where an event, or an alert's event, stands; None when there is none."""
        return await self._read(lambda database: _find(database, identifier, self._opened))

    async def has_conversation(self, conversation: str) -> bool:
        """Whether there is one of this id; one of which everything was deleted is gone too."""
        token = unspell(CONVERSATION_PREFIX, conversation)
        sql = "SELECT 1 FROM conversations WHERE token = ?"
        return token is not None and await self._read(lambda database: database.fetch_one(sql, (token,)) is not None)

    async def slice(self, scope: TimelineScope, place: Place | None, *, before: int, after: int) -> TimelineSlice:
        """`before` events before a place (None: the newest end) and `after` from it on; each 500 at most."""
        tokens = [self._tokens.of_number(peer_key) for peer_key in scope.peer_keys]
        most_before, most_after = min(before, MOST_EVENTS), min(after, MOST_EVENTS)
        return await self._read(
            lambda database: _Reading(database, scope, tokens, self._opened).slice(place, most_before, most_after)
        )


class _Reading:
    """One slice, inside one snapshot."""

    def __init__(self, database: Database, scope: TimelineScope, tokens: Sequence[bytes], opened: Opener) -> None:
        self._database = database
        self._opened = opened
        self._times: dict[int, PhoneTime] = {}
        self._held = None if scope.held is None else _held_spans(database, scope.held)
        self._conversations: dict[int, int] = {}
        """Number to phone."""
        phones: Iterable[int]
        if scope.conversations or scope.peer_keys:
            self._conversations = dict(_conversations(database, scope.conversations, tokens))
            phones = self._conversations.values()
        else:
            phones = () if self._held is None else self._held
        self._phones = tuple(dict.fromkeys(no for no in phones if self._held is None or no in self._held))

    def slice(self, place: Place | None, before: int, after: int) -> TimelineSlice:
        streams = self._streams()
        start = self._within(place)
        back = merge(*(one.back(self._database, start) for one in streams), key=_place_of_spot, reverse=True)
        forth = merge(*(one.forth(self._database, start) for one in streams), key=_place_of_spot)
        earlier = list(islice(filter(self._admits, back), before + 1))
        later = list(islice(filter(self._admits, forth), after + 1))
        spots = [*reversed(earlier[:before]), *later[:after]]
        return TimelineSlice(
            events=self._events(spots),
            clock_marks=self._clock_marks(spots),
            deleted_marks=self._deleted_marks(spots),
            devices=tuple(DeviceSerial(serial) for serial in self._serials(self._phones)),
            has_earlier=len(earlier) > before,
            has_later=len(later) > after,
        )

    def _streams(self) -> list[Stream]:
        if self._conversations:
            return [
                ConversationStream(conversation_no=conversation_no, time=time, span=span)
                for conversation_no, device_no in self._conversations.items()
                if device_no in self._phones
                for time in (self._time_of(device_no),)
                for span in time.spans
            ]
        return [PhoneStream(device_no=device_no, time=self._time_of(device_no)) for device_no in self._phones]

    def _within(self, place: Place | None) -> Place:
        """Not farther from what is archived than a day: phones are read by days from here on."""
        first = _number(self._database, "SELECT min(occurred_at) FROM events") - _DAY_US
        newest = _number(self._database, "SELECT received_at FROM events ORDER BY ledger_index DESC LIMIT 1")
        last = max(newest, _number(self._database, "SELECT max(occurred_at) FROM events")) + _DAY_US
        if place is None or place.at_us > last:
            return Place(at_us=last)
        return place if place.at_us >= first else Place(at_us=first)

    def _time_of(self, device_no: int) -> PhoneTime:
        if device_no not in self._times:
            self._times[device_no] = PhoneTime.load(self._database, device_no)
        return self._times[device_no]

    def _admits(self, spot: Spot) -> bool:
        if self._held is None:
            return True
        return any(low <= spot.received_us < high for low, high in self._held.get(spot.device_no, ()))

    def _events(self, spots: Sequence[Spot]) -> tuple[TimelineEvent, ...]:
        database = self._database
        indexes = [spot.place.ledger_index for spot in spots]
        opened = self._opened(database, indexes)
        present = [(spot, opened[spot.place.ledger_index]) for spot in spots if spot.place.ledger_index in opened]
        alerts = _alerts(database, indexes)
        replacing = [one.replaced_by for _, one in present if one.replaced_by is not None]
        replaced = dict(_event_ids(database, replacing))
        recordings = self._recordings([one for _, one in present])
        return tuple(
            TimelineEvent(
                archived=archived,
                at=from_micros(spot.place.at_us),
                offset_ms=spot.offset_us // 1000,
                replaced_by=None if archived.replaced_by is None else replaced.get(archived.replaced_by),
                alerts=tuple(alerts.get(spot.place.ledger_index, ())),
                recording=recordings.get(archived.event.event_id),
            )
            for spot, archived in present
        )

    def _recordings(self, events: Sequence[ArchivedEvent]) -> dict[EventId, ArchivedEvent]:
        """Of calls, those that are not part of the same conversation."""
        calls = {one.paired_with: one for one in events if one.event.kind is EventKind.CALL and one.paired_with}
        tokens = [unspell(EVENT_PREFIX, event_id) for event_id in calls]
        indexes = [index_of(self._database, token) for token in tokens if token is not None]
        opened = self._opened(self._database, [index for index in indexes if index is not None])
        return {
            calls[one.event.event_id].event.event_id: one
            for one in opened.values()
            if one.conversation != calls[one.event.event_id].conversation
        }

    def _clock_marks(self, spots: Sequence[Spot]) -> tuple[ClockMark, ...]:
        if not spots:
            return ()
        first, last = spots[0].place.at_us, spots[-1].place.at_us
        rows = self._database.fetch_all(_CLOCK_MARKS, (json.dumps(self._phones), first, last))
        marks = (row_as(_MarkRow, row) for row in rows)
        return tuple(
            ClockMark(
                device=DeviceSerial(mark.serial),
                at=from_micros(mark.read_at),
                offset_ms=mark.offset_ms,
                utc_offset_min=mark.utc_offset_min,
            )
            for mark in marks
            if mark.is_change
        )

    def _deleted_marks(self, spots: Sequence[Spot]) -> tuple[DeletedMark, ...]:
        indexes = [spot.place.ledger_index for spot in spots]
        if not indexes:
            return ()
        marks: list[DeletedMark] = []
        for row in self._database.fetch_all(_DELETED, (max(indexes), min(indexes))):
            match row:
                case (int(certificate), int(entries), int(first_index)):
                    marks.append(DeletedMark(certificate=certificate, entries=entries, first_index=first_index))
                case _:
                    continue
        return tuple(marks)

    def _serials(self, device_nos: Sequence[int]) -> list[str]:
        sql = "SELECT serial FROM devices WHERE device_no IN (SELECT value FROM json_each(?)) ORDER BY serial"
        return [str(serial) for (serial,) in self._database.fetch_all(sql, (json.dumps(device_nos),))]


_DAY_US: Final = 86_400_000_000
_CLOCK_MARKS: Final = """
SELECT d.serial, c.read_at, c.offset_ms, c.utc_offset_min,
       EXISTS (SELECT 1 FROM phone_clocks p WHERE p.device_no = c.device_no AND p.ledger_index < c.ledger_index)
FROM phone_clocks c JOIN devices d ON d.device_no = c.device_no
WHERE c.device_no IN (SELECT value FROM json_each(?)) AND c.read_at BETWEEN ? AND ? ORDER BY c.read_at"""
_DELETED: Final = """
SELECT ledger_index, entries, first_index FROM deletions
WHERE entries > 0 AND first_index < ? AND last_index > ? AND data_class <> 'audit' ORDER BY first_index LIMIT 20"""
_CONVERSATIONS: Final = """
SELECT conversation_no, device_no FROM conversations WHERE token = ? UNION
SELECT conversation_no, device_no FROM conversations WHERE peer_token = ? LIMIT ?"""
_ALERTS: Final = """
SELECT event_index, alert_id, rule_id, severity, status FROM alerts
WHERE event_index IN (SELECT value FROM json_each(?)) ORDER BY severity DESC, ledger_index"""
_FIND: Final = """
SELECT ledger_index, occurred_at, received_at, device_no, source FROM events WHERE ledger_index = ? UNION ALL
SELECT e.ledger_index, e.occurred_at, e.received_at, e.device_no, e.source
FROM alerts a JOIN events e ON e.ledger_index = a.event_index WHERE a.alert_id = ?"""


class _MarkRow(msgspec.Struct, array_like=True, frozen=True):
    serial: str
    read_at: int
    offset_ms: int
    utc_offset_min: int | None
    is_change: int
    """0: the phone's first reading."""


class _AlertRow(msgspec.Struct, array_like=True, frozen=True):
    event_index: int
    alert_id: str
    rule_id: str
    severity: int
    status: int


def _find(database: Database, identifier: str, opened: Opener) -> tuple[Place, ArchivedEvent] | None:
    token = unspell(EVENT_PREFIX, identifier)
    found = database.fetch_one(_FIND, (None if token is None else index_of(database, token), identifier))
    if found is None:
        return None
    row = row_as(Row, found)
    spot = spot_of(row, span_of(PhoneTime.load(database, row.device_no), row))
    archived = opened(database, [row.ledger_index]).get(row.ledger_index)
    return None if archived is None else (spot.place, archived)


def _conversations(
    database: Database, conversations: Sequence[str], tokens: Sequence[bytes]
) -> Iterator[tuple[int, int]]:
    wanted: list[tuple[SqlValue, SqlValue]] = [
        (unspell(CONVERSATION_PREFIX, conversation) or b"", b"") for conversation in conversations
    ]
    wanted += [(b"", token) for token in tokens]
    for token, peer_token in wanted:
        for row in database.fetch_all(_CONVERSATIONS, (token, peer_token, _MOST_CONVERSATIONS)):
            match row:
                case (int(conversation_no), int(device_no)):
                    yield conversation_no, device_no
                case _:
                    continue


def _held_spans(database: Database, held: Iterable[HeldSpan]) -> dict[int, list[tuple[int, int]]]:
    spans: dict[int, list[tuple[int, int]]] = {}
    for one in held:
        device_no = database.fetch_value("SELECT device_no FROM devices WHERE serial = ?", (one.device,))
        if isinstance(device_no, int):
            low = 0 if one.since is None else to_micros(one.since)
            high = 2**62 if one.until is None else to_micros(one.until)
            spans.setdefault(device_no, []).append((low, high))
    return spans


def _alerts(database: Database, ledger_indexes: Sequence[int]) -> dict[int, list[EventAlert]]:
    found: dict[int, list[EventAlert]] = {}
    for row in database.fetch_all(_ALERTS, (json.dumps(list(ledger_indexes)),)):
        alert = row_as(_AlertRow, row)
        found.setdefault(alert.event_index, []).append(
            EventAlert(
                alert_id=alert.alert_id,
                rule_id=alert.rule_id,
                severity=SEVERITIES[alert.severity],
                status=ALERT_STATUSES[alert.status],
            )
        )
    return found


def _event_ids(database: Database, ledger_indexes: Sequence[int]) -> Iterator[tuple[int, EventId]]:
    sql = "SELECT ledger_index, event_id FROM events WHERE ledger_index IN (SELECT value FROM json_each(?))"
    for row in database.fetch_all(sql, (json.dumps(list(ledger_indexes)),)):
        match row:
            case (int(index), bytes(token)):
                yield index, EventId(spell(EVENT_PREFIX, token))
            case _:
                continue


def _number(database: Database, sql: str) -> int:
    value = database.fetch_value(sql)
    return value if isinstance(value, int) else 0


def _place_of_spot(spot: Spot) -> Place:
    return spot.place
