"""What each kind of ledger entry commits to.

The content of an entry is the MessagePack array `[name of the kind, column, column, ...]` with the columns of the
kind's query below in order: integers, UTF-8 strings, byte strings and nil in their shortest form. MessagePack tags
every value with its type and length, so no two different records have the same content. The ledger holds
SHA-256(opening | content) with an opening of 16 random bytes that goes with the record; entries of before schema 5 have
an empty opening and hold HMAC-SHA256(LEDGER_COMMITMENT, content). Writer and `verify` both make the content with
`content_of`.

Numbers that the database uses inside (device_no, conversation_no) are replaced by what they stand for. What changes
later (presence, status, state, end) is not part of a record: each change is an entry of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import msgspec

from crypto.database import SqlValue

_encode = msgspec.msgpack.Encoder().encode


class LedgerKind(IntEnum):
    """Kinds of ledger entries. Numbers are kept in files: never reuse one."""

    EVENT = 1
    PRESENCE_CHANGED = 2
    ALERT_RAISED = 3
    ALERT_CHANGED = 4
    ENROLMENT = 5
    ENROLMENT_ENDED = 6
    AUDIT = 7
    COMMAND = 8
    COMMAND_CHANGED = 9
    RECORDING_PAIRED = 10
    PHONE_CLOCK = 11
    DELETION = 12
    HOLD = 13
    HOLD_ENDED = 14
    REQUEST = 15
    REQUEST_CHANGED = 16
    EXPORT_ASKED = 17
    EXPORT_DECIDED = 18
    KEYS_CHANGED = 19
    WITNESS = 20
    DOCUMENT = 21
    BACKUP = 22
    CORRECTION = 30
    PRIVACY_MARK = 31
    ALERT_ASSIGNED = 32
    COMMAND_BATCH = 33
    WIPE_STEP = 34
    LEAVING = 35
    LEAVING_STEP = 36
    INTERCEPT = 37
    INTERCEPT_STEP = 38


class PresenceChange(IntEnum):
    """What became of an event's row on the phone."""

    ABSENT = 1
    BACK = 2
    REPLACED = 3
    UNSEEN = 4
    """Not returned any more, with a doubt: the row stays current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfEntry:
    """How a kind's records are read back."""

    kind: LedgerKind
    name: str
    table: str
    select: str
    """Ledger index, name for reports, then the committed columns, for one range of ledger indexes (`>=`, `<`) in order.
    Events and alerts have state and sealed columns between: `entry_content.opened` knows."""


_EVENTS = """
SELECT e.ledger_index, e.event_id, e.kind, e.is_current, e.presence_change, e.key_no, e.sealed,
       e.event_id, d.serial, e.kind, e.source, e.source_key, e.occurred_at, e.received_at, e.direction, c.peer_key
FROM events e JOIN devices d ON d.device_no = e.device_no
LEFT JOIN conversations c ON c.conversation_no = e.conversation_no
WHERE e.ledger_index >= ? AND e.ledger_index < ? ORDER BY e.ledger_index"""

_PRESENCE_CHANGES = """
SELECT p.ledger_index, 'ledger:' || p.ledger_index, p.event_index, p.change, p.at, p.replaced_by
FROM presence_changes p
WHERE p.ledger_index >= ? AND p.ledger_index < ? ORDER BY p.ledger_index"""

_ALERTS = """
SELECT a.ledger_index, a.alert_id, a.key_no, a.sealed,
       a.alert_id, a.event_index, d.serial, a.rule_id, a.severity, a.raised_at
FROM alerts a JOIN devices d ON d.device_no = a.device_no
WHERE a.ledger_index >= ? AND a.ledger_index < ? ORDER BY a.ledger_index"""

_ALERT_CHANGES = """
SELECT c.ledger_index, 'ledger:' || c.ledger_index, c.alert_index, c.at, c.actor, c.from_status, c.to_status, c.note
FROM alert_changes c
WHERE c.ledger_index >= ? AND c.ledger_index < ? ORDER BY c.ledger_index"""

_ALERT_ASSIGNMENTS = """
SELECT n.ledger_index, 'ledger:' || n.ledger_index, n.alert_index, n.at, n.actor, n.assignee
FROM alert_assignments n
WHERE n.ledger_index >= ? AND n.ledger_index < ? ORDER BY n.ledger_index"""

_ENROLMENTS = """
SELECT e.ledger_index, 'enrolment:' || d.serial,
       d.serial, e.employee, e.notice_version, n.sha256, e.acknowledged_by, e.acknowledged_at, e.enrolled_by,
       e.enrolled_at, e.scope
FROM enrolments e JOIN devices d ON d.device_no = e.device_no JOIN notices n ON n.version = e.notice_version
WHERE e.ledger_index >= ? AND e.ledger_index < ? ORDER BY e.ledger_index"""

_ENROLMENT_ENDS = """
SELECT e.ledger_index, 'ledger:' || e.ledger_index, e.enrolment_index, e.at, e.actor, e.reason
FROM enrolment_ends e
WHERE e.ledger_index >= ? AND e.ledger_index < ? ORDER BY e.ledger_index"""

_AUDIT = """
SELECT a.ledger_index, 'audit:' || a.audit_id,
       a.audit_id, a.at, a.actor, a.role, a.action, a.target, a.reason, a.outcome
FROM audit a
WHERE a.ledger_index >= ? AND a.ledger_index < ? ORDER BY a.ledger_index"""

_COMMANDS = """
SELECT c.ledger_index, c.command_id,
       c.command_id, d.serial, c.verb, c.parameters, c.reason, c.requested_by, c.requested_at, c.expires_at
FROM commands c JOIN devices d ON d.device_no = c.device_no
WHERE c.ledger_index >= ? AND c.ledger_index < ? ORDER BY c.ledger_index"""

_COMMAND_CHANGES = """
SELECT c.ledger_index, 'ledger:' || c.ledger_index,
       c.command_index, c.at, c.actor, c.from_state, c.to_state, c.tries, c.next_try_at, c.result
FROM command_changes c
WHERE c.ledger_index >= ? AND c.ledger_index < ? ORDER BY c.ledger_index"""

_WIPE_STEPS: Final = """
SELECT w.ledger_index, 'ledger:' || w.ledger_index, w.command_id, w.device, w.at, w.stage, w.code, w.facts
FROM wipe_steps w
WHERE w.ledger_index >= ? AND w.ledger_index < ? ORDER BY w.ledger_index"""

_LEAVINGS: Final = """
SELECT l.ledger_index, l.leaving_id, l.leaving_id, l.at, l.employee, l.recipients, l.reason, l.requested_by,
       l.requested_role, l.freeze_at, l.return_at, l.phones
FROM leavings l
WHERE l.ledger_index >= ? AND l.ledger_index < ? ORDER BY l.ledger_index"""

_LEAVING_STEPS: Final = """
SELECT s.ledger_index, 'ledger:' || s.ledger_index, s.leaving_index, s.at, s.actor, s.step, s.item, s.code, s.facts
FROM leaving_steps s
WHERE s.ledger_index >= ? AND s.ledger_index < ? ORDER BY s.ledger_index"""

_INTERCEPTS: Final = """
SELECT i.ledger_index, i.intercept_id, i.intercept_id, i.alert_id, i.action, i.rule_id, i.device, i.kind, i.app,
       i.minutes, i.words, i.begun_at, i.due_at
FROM intercepts i
WHERE i.ledger_index >= ? AND i.ledger_index < ? ORDER BY i.ledger_index"""

_INTERCEPT_STEPS: Final = """
SELECT s.ledger_index, 'ledger:' || s.ledger_index, s.intercept_index, s.at, s.actor, s.step, s.code
FROM intercept_steps s
WHERE s.ledger_index >= ? AND s.ledger_index < ? ORDER BY s.ledger_index"""

_COMMAND_BATCHES = """
SELECT b.ledger_index, b.batch_id,
       b.batch_id, b.at, b.verb, b.parameters, b.reason, b.requested_by, b.targets
FROM command_batches b
WHERE b.ledger_index >= ? AND b.ledger_index < ? ORDER BY b.ledger_index"""

_RECORDING_PAIRS = """
SELECT p.ledger_index, 'ledger:' || p.ledger_index, p.recording_index, p.call_index, p.score, p.decided_at, p.method
FROM recording_pairs p
WHERE p.ledger_index >= ? AND p.ledger_index < ? ORDER BY p.ledger_index"""

_DELETIONS = """
SELECT d.ledger_index, 'deletion:' || d.ledger_index, d.at, d.cause, d.data_class, d.actor, d.reason, d.entries,
       d.first_index, d.last_index, d.indexes_sha256, d.destroyed_keys
FROM deletions d
WHERE d.ledger_index >= ? AND d.ledger_index < ? ORDER BY d.ledger_index"""

_HOLDS = """
SELECT h.ledger_index, h.hold_id, h.hold_id, h.at, h.actor, h.reason, h.until, h.device, h.conversation, h.peer_token,
       h.peer_shown, h.employee, h.data_class, h.received_from, h.received_to
FROM holds h
WHERE h.ledger_index >= ? AND h.ledger_index < ? ORDER BY h.ledger_index"""

_HOLD_ENDS = """
SELECT e.ledger_index, 'ledger:' || e.ledger_index, e.hold_index, e.at, e.actor, e.reason
FROM hold_ends e
WHERE e.ledger_index >= ? AND e.ledger_index < ? ORDER BY e.ledger_index"""

_PHONE_CLOCKS = """
SELECT c.ledger_index, 'ledger:' || c.ledger_index, d.serial, c.read_at, c.offset_ms, c.utc_offset_min
FROM phone_clocks c JOIN devices d ON d.device_no = c.device_no
WHERE c.ledger_index >= ? AND c.ledger_index < ? ORDER BY c.ledger_index"""

_REQUESTS = """
SELECT r.ledger_index, r.request_id,
       r.request_id, r.kind, r.subject_kind, r.subject, r.subject_token, r.received_at, r.due_at, r.channel, r.note,
       r.recorded_at, r.recorded_by
FROM requests r
WHERE r.ledger_index >= ? AND r.ledger_index < ? ORDER BY r.ledger_index"""

_REQUEST_CHANGES = """
SELECT c.ledger_index, 'ledger:' || c.ledger_index,
       c.request_index, c.at, c.actor, c.step, c.to_state, c.body, c.assignee, c.due_at, c.outcome, c.reference
FROM request_changes c
WHERE c.ledger_index >= ? AND c.ledger_index < ? ORDER BY c.ledger_index"""

_EXPORTS = """
SELECT x.ledger_index, x.export_id,
       x.export_id, x.asked_at, x.asked_by, x.asked_uid, x.case_name, x.reason, x.scope, x.disclosure, x.records,
       x.conversations, x.phones, x.indexes_sha256, x.expires_at
FROM exports x
WHERE x.ledger_index >= ? AND x.ledger_index < ? ORDER BY x.ledger_index"""

_EXPORT_CHANGES = """
SELECT c.ledger_index, 'ledger:' || c.ledger_index,
       c.export_index, c.at, c.actor, c.actor_uid, c.to_state, c.reason, c.expires_at, c.bundle_id, c.manifest_sha256
FROM export_changes c
WHERE c.ledger_index >= ? AND c.ledger_index < ? ORDER BY c.ledger_index"""

_CORRECTIONS = """
SELECT c.ledger_index, 'ledger:' || c.ledger_index, c.event_index, c.request_index, c.at, c.actor, c.body
FROM corrections c
WHERE c.ledger_index >= ? AND c.ledger_index < ? ORDER BY c.ledger_index"""

_PRIVACY_MARKS = """
SELECT m.ledger_index, 'ledger:' || m.ledger_index,
       m.token, m.is_conversation, m.is_private, m.request_index, m.at, m.actor, m.reason
FROM privacy_marks m
WHERE m.ledger_index >= ? AND m.ledger_index < ? ORDER BY m.ledger_index"""

_DOCUMENTS = """
SELECT d.ledger_index, 'ledger:' || d.ledger_index,
       d.document, d.name, d.step, d.at, d.actor, d.title, d.body, d.facts
FROM documents d
WHERE d.ledger_index >= ? AND d.ledger_index < ? ORDER BY d.ledger_index"""

_BACKUPS = """
SELECT b.ledger_index, 'ledger:' || b.ledger_index,
       b.what, b.at, b.actor, b.place_id, b.snapshot, b.ledger_size, b.root, b.known_size, b.size_bytes, b.new_bytes,
       b.took_ms, b.problem
FROM backups b
WHERE b.ledger_index >= ? AND b.ledger_index < ? ORDER BY b.ledger_index"""

_KEY_CHANGES: Final = """
SELECT k.ledger_index, 'ledger:' || k.ledger_index, k.at, k.actor, k.change, k.generation, k.slot_id, k.slot_kind,
       k.reason
FROM key_changes k
WHERE k.ledger_index >= ? AND k.ledger_index < ? ORDER BY k.ledger_index"""

_WITNESSINGS: Final = """
SELECT w.ledger_index, 'ledger:' || w.ledger_index, w.at, w.way, w.witness, w.witness_at, w.size, w.root, w.outcome,
       w.actor, w.note
FROM witnessings w
WHERE w.ledger_index >= ? AND w.ledger_index < ? ORDER BY w.ledger_index"""

KINDS_OF_ENTRY: Final = {
    entry.kind: entry
    for entry in (
        KindOfEntry(kind=LedgerKind.EVENT, name="event/1", table="events", select=_EVENTS),
        KindOfEntry(
            kind=LedgerKind.PRESENCE_CHANGED, name="presence/1", table="presence_changes", select=_PRESENCE_CHANGES
        ),
        KindOfEntry(kind=LedgerKind.ALERT_RAISED, name="alert/1", table="alerts", select=_ALERTS),
        KindOfEntry(kind=LedgerKind.ALERT_CHANGED, name="alert-change/1", table="alert_changes", select=_ALERT_CHANGES),
        KindOfEntry(kind=LedgerKind.ENROLMENT, name="enrolment/1", table="enrolments", select=_ENROLMENTS),
        KindOfEntry(
            kind=LedgerKind.ENROLMENT_ENDED, name="enrolment-end/1", table="enrolment_ends", select=_ENROLMENT_ENDS
        ),
        KindOfEntry(kind=LedgerKind.AUDIT, name="audit/1", table="audit", select=_AUDIT),
        KindOfEntry(kind=LedgerKind.COMMAND, name="command/1", table="commands", select=_COMMANDS),
        KindOfEntry(
            kind=LedgerKind.COMMAND_CHANGED, name="command-change/1", table="command_changes", select=_COMMAND_CHANGES
        ),
        KindOfEntry(
            kind=LedgerKind.COMMAND_BATCH, name="command-batch/1", table="command_batches", select=_COMMAND_BATCHES
        ),
        KindOfEntry(
            kind=LedgerKind.RECORDING_PAIRED, name="recording-pair/1", table="recording_pairs", select=_RECORDING_PAIRS
        ),
        KindOfEntry(kind=LedgerKind.PHONE_CLOCK, name="phone-clock/1", table="phone_clocks", select=_PHONE_CLOCKS),
        KindOfEntry(kind=LedgerKind.DELETION, name="deletion/1", table="deletions", select=_DELETIONS),
        KindOfEntry(kind=LedgerKind.HOLD, name="hold/1", table="holds", select=_HOLDS),
        KindOfEntry(kind=LedgerKind.HOLD_ENDED, name="hold-end/1", table="hold_ends", select=_HOLD_ENDS),
        KindOfEntry(kind=LedgerKind.REQUEST, name="request/1", table="requests", select=_REQUESTS),
        KindOfEntry(
            kind=LedgerKind.REQUEST_CHANGED, name="request-change/1", table="request_changes", select=_REQUEST_CHANGES
        ),
        KindOfEntry(kind=LedgerKind.EXPORT_ASKED, name="export/1", table="exports", select=_EXPORTS),
        KindOfEntry(
            kind=LedgerKind.EXPORT_DECIDED, name="export-change/1", table="export_changes", select=_EXPORT_CHANGES
        ),
        KindOfEntry(kind=LedgerKind.DOCUMENT, name="document/1", table="documents", select=_DOCUMENTS),
        KindOfEntry(kind=LedgerKind.CORRECTION, name="correction/1", table="corrections", select=_CORRECTIONS),
        KindOfEntry(kind=LedgerKind.PRIVACY_MARK, name="privacy-mark/1", table="privacy_marks", select=_PRIVACY_MARKS),
        KindOfEntry(kind=LedgerKind.BACKUP, name="backup/1", table="backups", select=_BACKUPS),
        KindOfEntry(kind=LedgerKind.KEYS_CHANGED, name="key-change/1", table="key_changes", select=_KEY_CHANGES),
        KindOfEntry(
            kind=LedgerKind.ALERT_ASSIGNED,
            name="alert-assigned/1",
            table="alert_assignments",
            select=_ALERT_ASSIGNMENTS,
        ),
        KindOfEntry(kind=LedgerKind.WIPE_STEP, name="wipe-step/1", table="wipe_steps", select=_WIPE_STEPS),
        KindOfEntry(kind=LedgerKind.LEAVING, name="leaving/1", table="leavings", select=_LEAVINGS),
        KindOfEntry(kind=LedgerKind.LEAVING_STEP, name="leaving-step/1", table="leaving_steps", select=_LEAVING_STEPS),
        KindOfEntry(kind=LedgerKind.INTERCEPT, name="intercept/1", table="intercepts", select=_INTERCEPTS),
        KindOfEntry(
            kind=LedgerKind.INTERCEPT_STEP, name="intercept-step/1", table="intercept_steps", select=_INTERCEPT_STEPS
        ),
        KindOfEntry(kind=LedgerKind.WITNESS, name="witness/1", table="witnessings", select=_WITNESSINGS),
    )
}

EVENT_NAME: Final = KINDS_OF_ENTRY[LedgerKind.EVENT].name


def content_of(name: str, *columns: SqlValue) -> bytes:
    """The bytes that an entry of the kind `name` commits to."""
    return _encode((name, *columns))


def content_of_row(name: str, columns: Sequence[SqlValue]) -> bytes:
    """The same for columns that are in one sequence already."""
    return _encode((name, *columns))
