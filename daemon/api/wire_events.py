"""Wire types of events: what is archived, masked unless revealed. Part of `wire`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Masked, Reason, Wire, Words


class EventKind(StrEnum):
    MESSAGE = "message"
    CALL = "call"
    CONTACT = "contact"
    ABSENCE = "absence"
    """Something present at one read was absent at a later complete read. A finding for review, never an accusation."""
    NOTIFICATION = "notification"
    """What an allow-listed app showed."""
    RECORDING = "recording"
    """A call that the phone's own dialer recorded."""


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    NONE = "none"


class MatchedSpan(Wire, frozen=True, kw_only=True):
    """Code points in `body` of the same object, end exclusive."""

    start: int
    end: int


class Attachment(Wire, frozen=True, kw_only=True):
    """A part of an MMS or a recording. Its bytes are fetched one by one, with a reason."""

    content_type: str
    name: Masked
    """Empty when it has none."""
    sha256: str | None
    """Of the bytes as the phone held them; None when they could not be read, and of a text part."""
    size_bytes: int
    duration_ms: int | None = None
    problem: str | None = None
    """Stable word of why there are no bytes."""


class AbsenceFinding(Wire, frozen=True, kw_only=True):
    """What an absence says: present then, absent now, how many, and how sure."""

    count: int
    """Records that are gone; one finding covers a bulk."""
    present_at: datetime | None
    """The last complete read that still had them."""
    absent_at: datetime
    conclusion: str
    """`observed`, or `inconclusive` (then `doubts`)."""
    doubts: tuple[str, ...]
    """Stable words: `sim_filter`, `source_empty`, `partial_read`, `storage_locked`, `phone_restored`, `history_limit`,
    `deletions_expired`."""


class Event(Wire, frozen=True, kw_only=True):
    event_id: str
    ledger_index: int
    device: str
    kind: EventKind
    source: str
    source_key: str
    occurred_at: datetime
    received_at: datetime
    direction: Direction
    peer: str
    """Masked unless revealed."""
    conversation: str
    """Stable token of (device, peer): tells conversations apart without telling the number."""
    body: str
    """Masked unless revealed. For a call: its type and duration in words; for a contact: its name and numbers."""
    attachments: tuple[Attachment, ...]
    absent_since: datetime | None
    finding: AbsenceFinding | None = None
    """Of an absence."""
    paired_with: str | None = None
    """Event id: the call of a recording, the recording of a call; None: unpaired."""
    derived_from: str | None = None
    """Of a call that no call log told: `telephony_state` or `recording`."""
    app: str | None = None
    """Of a notification: the app's package."""
    notice: str | None = None
    """What a notification is, when recognised: `transfer`, `red_packet`, `receipt`, `refund`, ..."""
    amount_fen: int | None = None
    provenance: str | None = None
    """Of an imported record: its file."""
    matched: tuple[MatchedSpan, ...] = ()
    """Of `search` only."""
    corrections: tuple[Masked, ...] = ()
    """What the person whom it is about says is right, oldest first. The record stays as it was collected."""
    is_revealed: bool = False
    person: str | None = None
    """Pseudonym of the peer, `客户·7Q2FMK`: the same for one person on every phone, under a key of this store. None for
    nobody known, and for readers who do not follow people."""
    owner: str | None = None
    """Who looks after its conversation now: to whom it was handed over, else whoever has the phone; None: nobody."""


class Trace(StrEnum):
    ABSENT = "absent"
    """A later complete read lacked it."""
    EDITED = "edited"
    """The same row has other content now."""


class EventQuery(Wire, frozen=True, kw_only=True):
    """Filters are joined by AND. Newest first."""

    device: Id | None = None
    devices: Annotated[tuple[Id, ...], msgspec.Meta(max_length=200)] = ()
    """Any of these; none means all."""
    employee: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """Phones for the time that they were enrolled for this person, by the whole name."""
    kind: Id | None = None
    """An EventKind or a source (`sms`, `mms`, `call_log`, `contacts`, `notifications`, `recordings`, `call_state`,
    `imported`)."""
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """By `occurred_at`, inclusive."""
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """By `occurred_at`, exclusive."""
    direction: Direction | None = None
    peer: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    """A complete number in any spelling: what was said with it on all phones, and contacts that have it. For those who
    may reveal; goes into a body, never into an address."""
    person: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    """A pseudonym as `Event.person` or a masked text shows it, in any language: what was said with this person."""
    has_attachments: bool = False
    """True: only events with attachments."""
    trace: Trace | None = None
    has_alerts: bool = False
    """True: only events that raised an alert, settled ones too."""
    conversation: Id | None = None
    text: Words | None = None
    """Search words; Han words of one or two characters are found too."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50
    before: int | None = None
    """A `ledger_index`: only older entries; how pages follow each other."""
    event_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=1000)] = ()


class RevealRequest(Wire, frozen=True, kw_only=True):
    """Opening content. The audit entry is on disk before the first byte leaves."""

    query: EventQuery
    reason: Reason
