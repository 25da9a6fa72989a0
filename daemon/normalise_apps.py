"""Notifications of allow-listed apps become events. Pure, as `normalise`."""

from adb_bridge.records import DeviceSerial, RawRecord
from adb_bridge.rows import NotificationRow
from policies.notices.chat import MESSENGERS, read_chat
from policies.notices.reader import read_notice

from .archive.identifiers import row_token
from .event_fields import attributes, claimed_time, content_hash, notice_fields, storable
from .events import CollectedEvent, Direction, EventKind

_MAX_TITLE = 200


def notification_event(record: RawRecord, row: NotificationRow, device: DeviceSerial) -> CollectedEvent:
    """What an app showed. `body` is the text as shown, byte for byte; the conversation is the app's title.

    What the text says of money, and who said it in a messenger, stand in the attributes as readings of it.
    """
    occurred_at, claimed_ms = claimed_time(row.when_ms or None, record.collected_at)
    title = None if row.title is None else storable(row.title)
    shown = _shown(row)
    notice = read_notice(row.package, title or "", shown or "")
    chat = read_chat(title or "", shown or "") if row.package in MESSENGERS and shown else None
    content = content_hash(("notification", row.package, title, shown, tuple(storable(line) for line in row.lines)))
    return CollectedEvent(
        token=row_token(device, record.source, record.source_key, content),
        device=device,
        kind=EventKind.NOTIFICATION,
        source=record.source,
        source_key=record.source_key,
        occurred_at=occurred_at,
        received_at=record.collected_at,
        direction=Direction.IN,
        peer=title,
        peer_key=f"{row.package}:{title[:_MAX_TITLE]}" if title else None,
        body=None if shown is None else shown.encode(),
        attributes=attributes(
            app=row.package,
            text=None if row.text is None else storable(row.text),
            big_text=None if row.big_text is None else storable(row.big_text),
            sub_text=None if row.sub_text is None else storable(row.sub_text),
            conversation_title=None if row.conversation_title is None else storable(row.conversation_title),
            lines=tuple(storable(line) for line in row.lines) or None,
            ticker=None if row.ticker is None else storable(row.ticker),
            channel=None if row.channel is None else storable(row.channel),
            category=None if row.category is None else storable(row.category),
            messages=tuple(storable(f"{one.sender or ''}: {one.text}") for one in row.messages) or None,
            problem=row.problem,
            sender=None if chat is None else chat.sender,
            message_count=None if chat is None else chat.count,
            is_group=True if chat is not None and chat.is_group else None,
            is_hidden=True if chat is not None and chat.is_hidden else None,
            claimed_ms=claimed_ms,
            provenance=record.provenance,
            **notice_fields(notice),
        ),
        text=shown or "",
    )


def _shown(row: NotificationRow) -> str | None:
    """The fullest form of the text."""
    for text in (row.big_text, row.text):
        if text:
            return storable(text)
    if row.messages:
        return "\n".join(storable(message.text) for message in row.messages)
    if row.lines:
        return "\n".join(storable(line) for line in row.lines)
    return None if row.text is None else ""
