"""Events, read back."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from adb_bridge.records import Cursor, DeviceSerial, Source
from crypto.database import Database, Row

from ..events import EventId, KeptEvent
from .codes import DIRECTIONS, KINDS, SOURCE_CODES, SOURCES, from_micros, stored_key
from .content import ContentKeys
from .drafts import EventFilter
from .event_conditions import Conditions as Conditions
from .event_conditions import conditions_of as conditions_of
from .event_conditions import is_for_index, proposed_by
from .event_ids import index_of
from .identifiers import CONVERSATION_PREFIX, EVENT_PREFIX, spell, unspell
from .indexing import has_attachments
from .ledger_kinds import PresenceChange
from .records import ArchivedEvent
from .rows import row_as
from .transaction import Tokens

MOST_EVENTS: Final = 10_000
_RECENT_ENTRIES: Final = 5_000
"""So many of the newest entries are looked through before the index by time is used."""

SELECT_EVENTS: Final = """
SELECT e.ledger_index, e.event_id, d.serial, e.kind, e.source, e.source_key, e.occurred_at, e.received_at, e.direction,
       c.peer_key, c.token, e.key_no, e.sealed, p.change, p.at, p.replaced_by,
       CASE e.kind
       WHEN 6 THEN (
         SELECT k.event_id FROM recording_pairs r JOIN events k ON k.ledger_index = r.call_index
         WHERE r.recording_index = e.ledger_index
           AND r.ledger_index = (SELECT max(ledger_index) FROM recording_pairs WHERE recording_index = e.ledger_index))
       WHEN 2 THEN (
         SELECT k.event_id FROM recording_pairs r JOIN events k ON k.ledger_index = r.recording_index
         WHERE r.call_index = e.ledger_index
           AND r.ledger_index = (
             SELECT max(q.ledger_index) FROM recording_pairs q WHERE q.recording_index = r.recording_index)
         ORDER BY r.ledger_index DESC LIMIT 1)
       END
FROM events e JOIN devices d ON d.device_no = e.device_no
LEFT JOIN conversations c ON c.conversation_no = e.conversation_no
LEFT JOIN presence_changes p ON p.ledger_index = e.presence_change"""

PRESENT_IDS: Final = """
SELECT source_key FROM events WHERE device_no = (SELECT device_no FROM devices WHERE serial = ?)
AND source = ? AND source_key BETWEEN ? AND ? AND is_current = 1
UNION ALL
SELECT source_key FROM forgotten WHERE device_no = (SELECT device_no FROM devices WHERE serial = ?)
AND source = ? AND source_key BETWEEN ? AND ?"""
"""Deleted on purpose counts as present: it is neither read anew nor missed."""
_SELECT_PROPOSED: Final = SELECT_EVENTS.replace(
    "FROM events e", "FROM events_text f CROSS JOIN events e ON e.ledger_index = f.rowid"
)
_CHUNK: Final = 200
_NEWEST: Final = 2**62
_SELECT_BY_TIME: Final = SELECT_EVENTS.replace("FROM events e", "FROM events e INDEXED BY events_by_time")


class _EventRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    event_id: bytes
    device: str
    kind: int
    source: int
    source_key: int | str
    occurred_at: int
    received_at: int
    direction: int
    peer_key: str | None
    conversation: bytes | None
    key_no: int
    sealed: bytes
    change: int | None
    changed_at: int | None
    replaced_by: int | None
    paired_with: bytes | None


def event_of(stored: Row, content: ContentKeys) -> ArchivedEvent:
    """A row of SELECT_EVENTS. What does not open is shown as a record without content, marked `unreadable`."""
    row = row_as(_EventRow, stored)
    said = content.shown_event(row.key_no, row.ledger_index, row.sealed)
    text = said.text
    if text is None:
        text = "" if said.body is None else said.body.decode("utf-8", "replace")
    is_absent = row.change == PresenceChange.ABSENT and row.changed_at is not None
    return ArchivedEvent(
        ledger_index=row.ledger_index,
        event=KeptEvent(
            event_id=EventId(spell(EVENT_PREFIX, row.event_id)),
            device=DeviceSerial(row.device),
            kind=KINDS[row.kind],
            source=SOURCES[row.source],
            source_key=str(row.source_key),
            occurred_at=from_micros(row.occurred_at),
            received_at=from_micros(row.received_at),
            direction=DIRECTIONS[row.direction],
            peer=said.peer,
            peer_key=row.peer_key,
            body=said.body,
            attributes=said.attributes,
            text=text,
        ),
        conversation="" if row.conversation is None else spell(CONVERSATION_PREFIX, row.conversation),
        absent_since=from_micros(row.changed_at or 0) if is_absent else None,
        replaced_by=row.replaced_by if row.change == PresenceChange.REPLACED else None,
        paired_with=None if row.paired_with is None else EventId(spell(EVENT_PREFIX, row.paired_with)),
    )


def find_events(
    database: Database, content: ContentKeys, query: EventFilter, tokens: Tokens
) -> tuple[ArchivedEvent, ...]:
    """Newest in the ledger first. Which index serves depends on the filter; none reads all of the history."""
    conditions = conditions_of(query, tokens)
    if conditions is None:
        return ()
    limit = max(1, min(query.limit, MOST_EVENTS))
    if query.event_ids:
        return _by_ids(database, content, query, conditions, limit)
    if is_for_index(query) and (expression := proposed_by(database, query, tokens)) is not None:
        return _proposed(database, content, query, tokens, expression, limit)
    if query.before is not None:
        conditions.add("e.ledger_index < ?", query.before)
    if query.since is None or query.device is not None:
        return _page(database, content, conditions, limit)
    return _since(database, content, query, conditions, limit)


def _proposed(
    database: Database, content: ContentKeys, query: EventFilter, tokens: Tokens, expression: str, limit: int
) -> tuple[ArchivedEvent, ...]:
    """By the full-text index, which knows what events are filtered by."""
    found: list[ArchivedEvent] = []
    for archived in proposed_events(database, content, query, tokens, expression=expression, chunk=limit):
        if not query.has_attachments or has_attachments(archived.event.attributes):
            found.append(archived)
            if len(found) == limit:
                break
    return tuple(found)


def proposed_events(
    database: Database, content: ContentKeys, query: EventFilter, tokens: Tokens, *, expression: str, chunk: int
) -> Iterator[ArchivedEvent]:
    """Events of the filter that match an FTS5 expression, newest first, read in chunks as they are asked for."""
    conditions = conditions_of(query, tokens, row="+f.rowid")
    if conditions is None:
        return
    clause = conditions.clause().replace(" WHERE ", " AND ", 1)
    sql = _SELECT_PROPOSED + " WHERE f.events_text MATCH ? AND f.rowid < ?" + clause + " ORDER BY f.rowid DESC LIMIT ?"
    before = query.before or _NEWEST
    while True:
        rows = database.fetch_all(sql, (expression, before, *conditions.parameters, chunk))
        for row in rows:
            archived = event_of(row, content)
            before = archived.ledger_index
            yield archived
        if len(rows) < chunk:
            return
        chunk = max(chunk, _CHUNK)


def _page(
    database: Database, content: ContentKeys, conditions: Conditions, limit: int, source: str = SELECT_EVENTS
) -> tuple[ArchivedEvent, ...]:
    sql = source + conditions.clause() + " ORDER BY e.ledger_index DESC LIMIT ?"
    return tuple(event_of(row, content) for row in database.execute(sql, (*conditions.parameters, limit)))


def _since(
    database: Database, content: ContentKeys, query: EventFilter, conditions: Conditions, limit: int
) -> tuple[ArchivedEvent, ...]:
    """Among the newest entries first; when they do not fill the page, by the index on time."""
    newest = database.fetch_value("SELECT max(ledger_index) FROM events")
    top = min(newest if isinstance(newest, int) else 0, query.before or 2**62)
    conditions.add("e.ledger_index > ?", top - _RECENT_ENTRIES)
    found = _page(database, content, conditions, limit)
    if len(found) == limit or top <= _RECENT_ENTRIES:
        return found
    conditions.parameters[-1] = 0
    return _page(database, content, conditions, limit, _SELECT_BY_TIME)


def _by_ids(
    database: Database, content: ContentKeys, query: EventFilter, conditions: Conditions, limit: int
) -> tuple[ArchivedEvent, ...]:
    tokens = [token for identifier in query.event_ids if (token := unspell(EVENT_PREFIX, identifier)) is not None]
    conditions.add("e.ledger_index = ?", 0)
    sql = SELECT_EVENTS + conditions.clause()
    found: dict[int, ArchivedEvent] = {}
    for token in tokens[:MOST_EVENTS]:
        index = index_of(database, token)
        if index is None or (query.before is not None and index >= query.before):
            continue
        row = database.fetch_one(sql, (*conditions.parameters[:-1], index))
        if row is not None:
            archived = event_of(row, content)
            found[archived.ledger_index] = archived
    return tuple(found[index] for index in sorted(found, reverse=True)[:limit])


def events_at(database: Database, content: ContentKeys, ledger_indexes: Sequence[int]) -> dict[int, ArchivedEvent]:
    """Events by ledger index."""
    conditions = Conditions()
    conditions.add_one_of("e.ledger_index", ledger_indexes)
    rows = database.execute(SELECT_EVENTS + conditions.clause(), conditions.parameters)
    return {archived.ledger_index: archived for archived in (event_of(row, content) for row in rows)}


def current_of(
    database: Database, content: ContentKeys, device: DeviceSerial, source: Source, source_keys: Iterable[str]
) -> tuple[ArchivedEvent, ...]:
    """What the rows with these keys are now, as far as the archive knows; absent ones are left out."""
    conditions = Conditions()
    conditions.add("e.device_no = (SELECT device_no FROM devices WHERE serial = ?)", device)
    conditions.add("e.source = ? AND e.is_current = 1", SOURCE_CODES[source])
    conditions.add_one_of("e.source_key", [stored_key(key) for key in source_keys])
    rows = database.execute(SELECT_EVENTS + conditions.clause(), conditions.parameters)
    return tuple(event_of(row, content) for row in rows)


def present_ids(database: Database, device: DeviceSerial, source: Source, low: int, high: int) -> frozenset[int]:
    """Provider ids archived and not marked absent, `low` to `high` inclusive. Answered from an index alone."""
    range_of = (device, SOURCE_CODES[source], low, high)
    rows = database.execute(PRESENT_IDS, (*range_of, *range_of))
    return frozenset(key for (key,) in rows if isinstance(key, int))


def cursor_of(database: Database, device: DeviceSerial, source: Source) -> Cursor | None:
    """Where collecting goes on; None before the first commit."""
    sql = "SELECT cursor FROM cursors WHERE device_no = (SELECT device_no FROM devices WHERE serial = ?) AND source = ?"
    cursor = database.fetch_value(sql, (device, SOURCE_CODES[source]))
    return None if cursor is None else Cursor(str(cursor))


def present_keys(database: Database, device: DeviceSerial, source: Source, prefix: str) -> frozenset[str]:
    """Source keys that are texts, archived and not marked absent, that begin with `prefix`."""
    sql = """
SELECT source_key FROM events WHERE device_no = (SELECT device_no FROM devices WHERE serial = ?) AND source = ?
  AND source_key >= ? AND typeof(source_key) = 'text' AND is_current = 1 AND substr(source_key, 1, ?) = ?
UNION ALL
SELECT source_key FROM forgotten WHERE device_no = (SELECT device_no FROM devices WHERE serial = ?) AND source = ?
  AND source_key >= ? AND typeof(source_key) = 'text' AND substr(source_key, 1, ?) = ?"""
    wanted = (device, SOURCE_CODES[source], prefix, len(prefix), prefix)
    rows = database.execute(sql, (*wanted, *wanted))
    return frozenset(key for (key,) in rows if isinstance(key, str))


class _Subscription(msgspec.Struct):
    sub_id: int | None = None


_subscription: Final = msgspec.json.Decoder(_Subscription).decode


def subscriptions_of(
    database: Database, content: ContentKeys, device: DeviceSerial, source: Source, ids: frozenset[int]
) -> dict[int, int | None]:
    """`sub_id` of current rows by provider id; ids that are not archived are left out."""
    sql = """
SELECT source_key, ledger_index, key_no, sealed FROM events
WHERE device_no = (SELECT device_no FROM devices WHERE serial = ?) AND source = ?
  AND source_key IN (SELECT value FROM json_each(?)) AND is_current = 1"""
    rows = database.execute(sql, (device, SOURCE_CODES[source], json.dumps(sorted(ids))))
    found: dict[int, int | None] = {}
    for row in rows:
        match row:
            case (int(key), int(index), int(key_no), bytes(sealed)):
                found[key] = _subscription(content.event(key_no, index, sealed).attributes).sub_id
            case _:
                continue
    return found
