"""Whether what changes later (presence, status, state, end) is what the last ledgered change says."""

import hashlib
from typing import Final

from adb_bridge.records import DeviceSerial
from crypto.database import Database

from .identifiers import EVENT_PREFIX, spell
from .transaction import Tokens

_PRESENCE: Final = """
SELECT e.event_id FROM (
  SELECT event_index, max(ledger_index) AS last FROM presence_changes GROUP BY event_index
) m JOIN presence_changes p ON p.ledger_index = m.last JOIN events e ON e.ledger_index = m.event_index
WHERE e.presence_change IS NOT m.last OR e.is_current <> (p.change IN (2, 4)) LIMIT 1"""
_PRESENCE_OF_NOTHING: Final = """
SELECT 'ledger:' || p.ledger_index FROM presence_changes p
WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.ledger_index = p.event_index) LIMIT 1"""
_PRESENCE_INVENTED: Final = """
SELECT e.event_id FROM events e WHERE e.presence_change IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM presence_changes p WHERE p.ledger_index = e.presence_change AND p.event_index = e.ledger_index
) LIMIT 1"""
_EVENTS_WITH_CHANGES: Final = """
SELECT count(*) FROM (SELECT DISTINCT event_index FROM presence_changes) m
WHERE EXISTS (SELECT 1 FROM events e WHERE e.ledger_index = m.event_index)"""
_ALERTS: Final = """
SELECT a.alert_id FROM alerts a
LEFT JOIN (SELECT alert_index, max(ledger_index) AS last FROM alert_changes GROUP BY alert_index) m
  ON m.alert_index = a.ledger_index
LEFT JOIN alert_changes x ON x.ledger_index = m.last
WHERE a.last_change IS NOT m.last OR a.status <> coalesce(x.to_status, 1) LIMIT 1"""
_COMMANDS: Final = """
SELECT c.command_id FROM commands c
LEFT JOIN (SELECT command_index, max(ledger_index) AS last FROM command_changes GROUP BY command_index) m
  ON m.command_index = c.ledger_index
LEFT JOIN command_changes x ON x.ledger_index = m.last
WHERE c.last_change IS NOT m.last OR c.state <> coalesce(x.to_state, 1) LIMIT 1"""
_ENROLMENTS: Final = """
SELECT 'ledger:' || e.ledger_index FROM enrolments e
LEFT JOIN enrolment_ends x ON x.enrolment_index = e.ledger_index
WHERE e.end_index IS NOT x.ledger_index LIMIT 1"""
_HOLDS: Final = """
SELECT h.hold_id FROM holds h LEFT JOIN hold_ends x ON x.hold_index = h.ledger_index
WHERE h.end_index IS NOT x.ledger_index LIMIT 1"""
_PROGRAMS: Final = "SELECT 'schema:' || name FROM sqlite_schema WHERE type IN ('trigger', 'view') LIMIT 1"
"""The archive has none: one that somebody put in would change what is written from now on, or what is shown."""
_CONVERSATIONS: Final = """
SELECT c.conversation_no, d.serial, c.peer_key, c.token, c.peer_token
FROM conversations c JOIN devices d ON d.device_no = c.device_no"""
_NOTICES: Final = "SELECT version, sha256, body FROM notices"


def first_wrong_state(database: Database, tokens: Tokens, marked_events: int | None = None) -> str | None:
    """The name of the first record in a state that nothing in the ledger explains; None when there is none.

    `marked_events`: how many events name a change of their presence, when that was counted already: each that has
    changes names the last one, so with as many as have changes, none is invented, and events are not read again.
    """
    queries = [_PROGRAMS, _PRESENCE, _PRESENCE_INVENTED, _PRESENCE_OF_NOTHING, _ALERTS, _COMMANDS, _ENROLMENTS, _HOLDS]
    if marked_events is not None and database.fetch_value(_EVENTS_WITH_CHANGES) == marked_events:
        queries.remove(_PRESENCE_INVENTED)
    for sql in queries:
        name = database.fetch_value(sql)
        if name is not None:
            return spell(EVENT_PREFIX, name) if isinstance(name, bytes) else str(name)
    return _wrong_notice(database) or _wrong_conversation(database, tokens)


def _wrong_notice(database: Database) -> str | None:
    for row in database.execute(_NOTICES):
        match row:
            case (str(version), bytes(digest), str(body)):
                if hashlib.sha256(body.encode()).digest() != digest:
                    return f"notice:{version}"
            case _:
                continue
    return None


def _wrong_conversation(database: Database, tokens: Tokens) -> str | None:
    """Tokens are not in the ledger; they follow from serial and number, which are."""
    for row in database.execute(_CONVERSATIONS):
        match row:
            case (int(number), str(serial), str(peer_key), bytes(token), bytes(peer_token)):
                is_ours = token == tokens.of_conversation(DeviceSerial(serial), peer_key)
                if not is_ours or peer_token != tokens.of_number(peer_key):
                    return f"conversation:{number}"
            case _:
                continue
    return None
