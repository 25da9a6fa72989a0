"""What a line of `records.jsonl` shows, and whether the proven content says the same."""

import base64
from typing import Final

import msgspec

from ..archive.codes import DIRECTIONS, KINDS, from_micros
from ..events import EventKind
from .committed import NAME_OF_KIND, Value
from .lines import time_text

_TEXTS: Final = frozenset({EventKind.MESSAGE.value, EventKind.NOTIFICATION.value})
"""Kinds whose `body` is their text and nothing else."""


class ShownAttachment(msgspec.Struct, frozen=True):
    """A file of a record."""

    file: str | None
    sha256: str | None


class ShownRecord(msgspec.Struct, frozen=True):
    """A record."""

    ledger_index: int
    kind: str
    occurred_at: str
    received_at: str
    device: str
    direction: str
    peer: str
    body: str
    attachments: tuple[ShownAttachment, ...]
    committed: dict[str, Value] | None


class _Event(msgspec.Struct, frozen=True):
    device: str
    kind: int
    occurred_at_us: int
    received_at_us: int
    direction: int
    peer: str | None
    body: dict[str, str] | None
    attributes: str
    text: str | None


def contradiction(record: ShownRecord, committed: dict[str, Value] | None) -> bool:
    """Whether a line shows something else than was committed to. ValueError for what no event can be."""
    if record.committed != committed:
        return True
    if committed is None or not str(committed[NAME_OF_KIND]).startswith("event/"):
        return False
    event = msgspec.convert(committed, _Event)
    shown = (record.device, record.kind, record.direction, record.peer, record.occurred_at, record.received_at)
    said = (
        event.device,
        KINDS[event.kind].value,
        DIRECTIONS[event.direction].value,
        event.peer or "",
        time_text(from_micros(event.occurred_at_us)),
        time_text(from_micros(event.received_at_us)),
    )
    if shown != said:
        return True
    text = event.text
    if text is None and event.body is not None:
        text = base64.b64decode(event.body["base64"]).decode("utf-8", "replace")
    if record.kind in _TEXTS and text and record.body != text:
        return True
    return any(one.sha256 is not None and f'"{one.sha256}"' not in event.attributes for one in record.attachments)
