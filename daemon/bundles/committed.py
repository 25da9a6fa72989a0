"""What a record's content says, field by field, for readers; the checkers make it again from the proven bytes."""

import base64
from typing import Final

import msgspec

Value = None | int | float | str | dict[str, str]
"""Bytes are `{"base64": "…"}`."""

COLUMNS: Final = {
    "event/1": (
        "event_id", "device", "kind", "source", "source_key", "occurred_at_us", "received_at_us", "direction", "peer",
        "peer_key", "body", "attributes", "text",
    ),
    "audit/1": ("audit_id", "at_us", "actor", "role", "action", "target", "reason", "outcome"),
    "enrolment/1": (
        "device", "employee", "notice_version", "notice_sha256", "acknowledged_by", "acknowledged_at_us", "enrolled_by",
        "enrolled_at_us", "scope",
    ),
}  # fmt: skip
"""Names of the committed columns; other kinds have `column_1`, `column_2` …"""
NAME_OF_KIND: Final = "record"

_decode = msgspec.msgpack.Decoder(list[object]).decode


def fields_of(content: bytes) -> dict[str, Value]:
    """A committed content as names and values. ValueError when it is none."""
    try:
        name, *columns = _decode(content)
    except msgspec.MsgspecError:
        raise ValueError("no content of a ledgered record") from None
    if not isinstance(name, str):
        raise ValueError("no content of a ledgered record")
    names = COLUMNS.get(name, ())
    fields: dict[str, Value] = {NAME_OF_KIND: name}
    for number, column in enumerate(columns, 1):
        key = names[number - 1] if number <= len(names) else f"column_{number}"
        if isinstance(column, bytes):
            fields[key] = {"base64": base64.b64encode(column).decode("ascii")}
        elif column is None or isinstance(column, int | float | str):
            fields[key] = column
        else:
            raise ValueError("no content of a ledgered record")
    return fields
