"""Raw records of a phone become events. Pure: same record in, same event out.

What identifies an event is what somebody said or did: fields that the phone changes on its own afterwards (read flag,
thread, delivery time, cached name, modification time) are kept as attributes of the first reading but do not make a
new event. An edit of what counts gives a new event, and the archive marks the older one as replaced.
"""

from typing import assert_never

from adb_bridge.records import CallRow, ContactRow, DeviceSerial, RawRecord, SmsRow, UnreadableRow
from adb_bridge.rows import ContactDetail, MmsRow, NotificationRow, RecordingRow
from policies.notices.reader import read_notice

from .archive.identifiers import row_token
from .event_fields import attributes, claimed_time, content_hash, notice_fields, storable
from .events import KIND_OF_SOURCE, CollectedEvent, Direction, EventKind
from .normalise_apps import notification_event
from .normalise_media import mms_event, recording_event
from .peers import canonical_peer

_SMS_DIRECTIONS = {1: Direction.IN, 2: Direction.OUT, 4: Direction.OUT, 5: Direction.OUT, 6: Direction.OUT}
"""AOSP Telephony.TextBasedSmsColumns: 1 inbox, 2 sent, 3 draft, 4 outbox, 5 failed, 6 queued."""
_CALL_DIRECTIONS = {2: Direction.OUT} | dict.fromkeys((1, 3, 4, 5, 6, 7), Direction.IN)
"""AOSP CallLog.Calls, see `CallRow.type`."""
_PRESENTATION_ALLOWED = 1


def normalise(record: RawRecord, device: DeviceSerial) -> CollectedEvent:
    """The event of one collected row.

    `occurred_at` is the phone's claim when it lies between 2000 and a day after `received_at`, else `received_at`, with
    the claim kept as attribute `claimed_ms`. Never raises: hostile text is kept byte for byte in `body` and decoded
    with replacement in `text`.
    """
    row = record.row
    match row:
        case SmsRow():
            return _message(record, row, device)
        case CallRow():
            return _call(record, row, device)
        case ContactRow():
            return _contact(record, row, device)
        case MmsRow():
            return mms_event(record, row, device)
        case NotificationRow():
            return notification_event(record, row, device)
        case RecordingRow():
            return recording_event(record, row, device)
        case UnreadableRow():
            return _unreadable(record, row, device)
        case _:
            assert_never(row)


def _message(record: RawRecord, row: SmsRow, device: DeviceSerial) -> CollectedEvent:
    occurred_at, claimed_ms = claimed_time(row.date_ms, record.collected_at)
    peer = None if row.address is None else row.address.decode("utf-8", "replace")
    text = "" if row.body is None else row.body.decode("utf-8", "replace")
    direction = _SMS_DIRECTIONS.get(row.type, Direction.NONE)
    peer_key = None if peer is None else canonical_peer(peer)
    notice = read_notice(peer_key or "", "", text) if direction is Direction.IN else None
    content = content_hash(("sms", str(row.type), str(row.date_ms), row.address, row.body))
    return CollectedEvent(
        token=row_token(device, record.source, record.source_key, content),
        device=device,
        kind=EventKind.MESSAGE,
        source=record.source,
        source_key=record.source_key,
        occurred_at=occurred_at,
        received_at=record.collected_at,
        direction=direction,
        peer=peer,
        peer_key=peer_key,
        body=row.body,
        attributes=attributes(
            type=row.type,
            claimed_ms=claimed_ms,
            date_sent_ms=row.date_sent_ms or None,
            thread_id=row.thread_id,
            read=row.read,
            sub_id=row.sub_id,
            provenance=record.provenance,
            **notice_fields(notice),
        ),
        text=text,
    )


def _call(record: RawRecord, row: CallRow, device: DeviceSerial) -> CollectedEvent:
    occurred_at, claimed_ms = claimed_time(row.date_ms, record.collected_at)
    number = None if row.number is None else storable(row.number)
    is_shown = row.presentation in {None, _PRESENTATION_ALLOWED}
    content = content_hash(
        ("call", str(row.type), str(row.date_ms), str(row.duration_s), number, str(row.presentation))
    )
    return CollectedEvent(
        token=row_token(device, record.source, record.source_key, content),
        device=device,
        kind=EventKind.CALL,
        source=record.source,
        source_key=record.source_key,
        occurred_at=occurred_at,
        received_at=record.collected_at,
        direction=_CALL_DIRECTIONS.get(row.type, Direction.NONE),
        peer=number,
        peer_key=canonical_peer(number) if number is not None and is_shown else None,
        body=None,
        attributes=attributes(
            type=row.type,
            duration_s=row.duration_s,
            claimed_ms=claimed_ms,
            presentation=row.presentation,
            subscription_id=row.subscription_id,
            cached_name=row.cached_name,
            last_modified_ms=row.last_modified_ms,
            derived_from=None if row.derived_from is None else row.derived_from.value,
            provenance=record.provenance,
        ),
        text="",
    )


def _contact(record: RawRecord, row: ContactRow, device: DeviceSerial) -> CollectedEvent:
    occurred_at, claimed_ms = claimed_time(row.updated_ms, record.collected_at)
    name = None if row.display_name is None else storable(row.display_name)
    numbers = tuple(storable(number) for number in row.numbers)
    emails = tuple(storable(email) for email in row.emails)
    note = None if row.note is None else storable(row.note)
    details = tuple(_detail(one) for one in row.details)
    content = content_hash(
        ("contact", name, tuple(sorted(set(numbers))), tuple(sorted(set(emails))), note, *sorted(set(details)))
    )
    text = "\n".join([name or "", *numbers])
    return CollectedEvent(
        token=row_token(device, record.source, record.source_key, content),
        device=device,
        kind=EventKind.CONTACT,
        source=record.source,
        source_key=record.source_key,
        occurred_at=occurred_at,
        received_at=record.collected_at,
        direction=Direction.NONE,
        peer=name,
        peer_key=canonical_peer(numbers[0]) if numbers else None,
        body=text.encode(),
        attributes=attributes(
            numbers=numbers, emails=emails, note=note, details=details or None, claimed_ms=claimed_ms
        ),
        text=text,
    )


def _detail(detail: ContactDetail) -> str:
    label = "" if detail.label is None else f" ({storable(detail.label)})"
    return f"{detail.kind.value}: {storable(detail.value)}{label}"


def _unreadable(record: RawRecord, row: UnreadableRow, device: DeviceSerial) -> CollectedEvent:
    content = content_hash(("unreadable", row.reason, str(row.size_bytes)))
    return CollectedEvent(
        token=row_token(device, record.source, record.source_key, content),
        device=device,
        kind=KIND_OF_SOURCE[record.source],
        source=record.source,
        source_key=record.source_key,
        occurred_at=record.collected_at,
        received_at=record.collected_at,
        direction=Direction.NONE,
        peer=None,
        peer_key=None,
        body=None,
        attributes=attributes(unreadable=row.reason, size_bytes=row.size_bytes),
        text="",
    )
