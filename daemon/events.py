"""The daemon's own event: what `normalise` makes of a raw record and what the archive keeps."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from adb_bridge.records import Cursor, DeviceSerial, Source
from policies.model import Verdict

EventId = NewType("EventId", str)
"""`ev_` + 26 base32 characters of what the archive calls an event; given by the archive, and worthless for guessing
what the event says."""

RowToken = NewType("RowToken", bytes)
"""16 bytes of SHA-256(device, source, source key, content hash): the same row, the same token, on every machine.

Whoever sees one can try guesses of the row's content: it never leaves the daemon and is not kept.
"""


UNCOLLECTED = '{"withheld":"private"}'
"""Attributes of an event of which only that it was there is kept: it is private."""


class EventKind(StrEnum):
    """What happened."""

    MESSAGE = "message"
    CALL = "call"
    CONTACT = "contact"
    ABSENCE = "absence"
    NOTIFICATION = "notification"
    RECORDING = "recording"


KIND_OF_SOURCE = {
    Source.SMS: EventKind.MESSAGE,
    Source.MMS: EventKind.MESSAGE,
    Source.CALL_LOG: EventKind.CALL,
    Source.CALL_STATE: EventKind.CALL,
    Source.CONTACTS: EventKind.CONTACT,
    Source.NOTIFICATIONS: EventKind.NOTIFICATION,
    Source.RECORDINGS: EventKind.RECORDING,
    Source.IMPORTED: EventKind.MESSAGE,
}
"""What a source's rows are, where the row itself cannot tell."""


class Direction(StrEnum):
    """Seen from the phone."""

    IN = "in"
    OUT = "out"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact of a phone. Holds unmasked content: never log it."""

    device: DeviceSerial
    kind: EventKind
    source: Source
    source_key: str
    occurred_at: datetime
    """UTC, by the phone's clock. A claim; out-of-range claims become `received_at`."""
    received_at: datetime
    direction: Direction
    peer: str | None
    """Number or name as the phone gave it, None when unknown."""
    peer_key: str | None
    """Canonical form that equals across sources (`+8613800000017`), for blind index and conversations."""
    body: bytes | None
    """The provider's bytes for a message, a display line for others; None is the provider's NULL."""
    attributes: str
    """Canonical JSON of the remaining fields of the source (type, duration_s, sub_id, ...)."""
    text: str
    """What is judged and searched: `body` decoded with replacement, or the contact's names and numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedEvent(Event):
    """As it was collected: the archive may hold it already."""

    token: RowToken


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent(Event):
    """As the archive holds it."""

    event_id: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEvent:
    """An event with what the rules said of it."""

    event: CollectedEvent
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFinding:
    """One absence event about many rows, or about rows whose absence is in doubt."""

    judged: JudgedEvent
    keys: tuple[str, ...]
    """Source keys of the rows."""
    is_conclusive: bool
    """False: the rows stay current and are marked as not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """One transaction's worth from one source of one phone."""

    device: DeviceSerial
    source: Source
    judged: tuple[JudgedEvent, ...]
    absent_keys: tuple[str, ...]
    """Source keys to mark absent one by one; each becomes an ABSENCE event that is part of `judged` too."""
    cursor: Cursor | None
    """None leaves the source's place as it is: these were not read from it."""
    is_caught_up: bool
    group_findings: tuple[GroupFinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a commit changed; published to the stream after the commit."""

    new_events: int
    new_alert_ids: tuple[str, ...]
    ledger_size: int
