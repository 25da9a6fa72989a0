"""What the archive holds of the rows that an ingest is about."""

import json
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from crypto.database import Database, SqlValue

from ..events import EventKind
from .codes import KIND_CODES
from .identifiers import EventToken
from .ledger_kinds import PresenceChange

_ABSENCE: Final = KIND_CODES[EventKind.ABSENCE]
_KNOWN_BETWEEN: Final = """
SELECT e.source_key, e.event_id, e.ledger_index, e.kind, e.is_current, p.change FROM events e
LEFT JOIN presence_changes p ON p.ledger_index = e.presence_change
WHERE e.device_no = ? AND e.source = ? AND e.source_key BETWEEN ? AND ?"""
_KNOWN_OF: Final = """
SELECT e.source_key, e.event_id, e.ledger_index, e.kind, e.is_current, p.change FROM events e
LEFT JOIN presence_changes p ON p.ledger_index = e.presence_change
WHERE e.device_no = ? AND e.source = ? AND e.source_key IN (SELECT value FROM json_each(?))"""

_FORGOTTEN: Final = """
SELECT token FROM forgotten
WHERE device_no = ? AND source = ? AND source_key IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRows:
    """Of some rows of one source of one phone. The ingest brings them up to date while it goes on."""

    events: dict[EventToken, tuple[int, bool]]
    """What the archive calls an event, to (ledger index, is it an event that counts as current)."""
    current: dict[SqlValue, tuple[int, EventToken]]
    """Source key to the event that its row is now."""
    unseen: set[SqlValue]
    """Keys of current rows that are marked as not seen."""
    forgotten: frozenset[bytes]
    """Tokens of what was deleted on purpose and the phone may still have."""


def known_rows(database: Database, device_no: int, source: int, keys: Set[int | str]) -> KnownRows:
    """What is there under these source keys."""
    if not keys:
        return KnownRows(events={}, current={}, unseen=set(), forgotten=frozenset())
    known = KnownRows(events={}, current={}, unseen=set(), forgotten=_forgotten(database, device_no, source, keys))
    numbers = [key for key in keys if isinstance(key, int)]
    low, high = min(numbers, default=0), max(numbers, default=0)
    if len(numbers) == len(keys) and high - low < 4 * len(keys):
        rows = database.fetch_all(_KNOWN_BETWEEN, (device_no, source, low, high))
    else:
        rows = database.fetch_all(_KNOWN_OF, (device_no, source, json.dumps(list(keys))))
    for row in rows:
        match row:
            case (key, bytes(stored), int(index), int(kind), int(is_current), change):
                token = EventToken(stored)
                known.events[token] = (index, kind != _ABSENCE)
                if is_current:
                    known.current[key] = (index, token)
                    if change == PresenceChange.UNSEEN:
                        known.unseen.add(key)
    return known


def _forgotten(database: Database, device_no: int, source: int, keys: Set[int | str]) -> frozenset[bytes]:
    rows = database.execute(_FORGOTTEN, (device_no, source, json.dumps(list(keys))))
    return frozenset(token for (token,) in rows if isinstance(token, bytes))
