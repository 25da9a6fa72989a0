"""Fields of events that every source makes in the same way: believed times, storable text, hashes, attributes."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from policies.notices.notice import Notice

from .attachments import Attachment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_EARLIEST_MS = (_EARLIEST - EPOCH) // timedelta(milliseconds=1)
_CLOCK_SLACK_MS = 24 * 3600 * 1000
_EXACT_IN_JSON = 2**53

Attribute = str | int | bool | tuple[str, ...] | tuple[Attachment, ...] | None
HashField = str | bytes | tuple[str, ...] | tuple[tuple[str, str], ...] | None
_encode_json = msgspec.json.Encoder(order="sorted").encode
_encode_tuple = msgspec.msgpack.Encoder().encode


def milliseconds_of(moment: datetime) -> int:
    """Unix ms of an aware time."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def claimed_time(date_ms: int | None, received_at: datetime) -> tuple[datetime, int | None]:
    """The time to order by, and the raw claim when it was not believed."""
    if date_ms is None:
        return received_at, None
    latest_ms = (received_at - EPOCH) // timedelta(milliseconds=1) + _CLOCK_SLACK_MS
    if _EARLIEST_MS <= date_ms <= latest_ms:
        return EPOCH + timedelta(milliseconds=date_ms), None
    return received_at, date_ms


def storable(text: str) -> str:
    """Without lone surrogates, which UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def content_hash(fields: tuple[HashField, ...]) -> bytes:
    """32 bytes that tell one content from another."""
    return hashlib.sha256(_encode_tuple(fields)).digest()


def attributes(**fields: Attribute) -> str:
    """Canonical JSON: sorted keys, None left out, integers that JSON readers would round as strings."""
    kept: dict[str, Attribute] = {}
    for name, value in fields.items():
        match value:
            case None:
                continue
            case int() if not -_EXACT_IN_JSON < value < _EXACT_IN_JSON:
                kept[name] = str(value)
            case str():
                kept[name] = storable(value)
            case _:
                kept[name] = value
    return _encode_json(kept).decode()


def notice_fields(notice: Notice | None) -> dict[str, Attribute]:
    """What a text says of money, as attributes."""
    if notice is None:
        return {}
    return {
        "notice": notice.kind.value,
        "notice_rule": f"{notice.rules_version} {notice.rule_id}",
        "notice_direction": notice.direction.value,
        "amount_fen": notice.amount_fen,
        "account_tail": notice.account_tail,
        "counterparty": notice.counterparty,
    }
