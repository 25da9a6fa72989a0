"""Wire types of backtracking: one conversation around any moment, across sources and phones."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire import AlertStatus, Event, Severity, Trace
from .wire_base import Id, Masked, Reason, Wire

Count = Annotated[int, msgspec.Meta(ge=0, le=500)]


class TimelinePlace(Wire, frozen=True, kw_only=True):
    """A place between events: before the one with this time and ledger index."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    """By our clock."""
    ledger_index: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0


class TimelineQuery(Wire, frozen=True, kw_only=True):
    """Whose conversation, and around which moment. At least one of `event_id`, `conversation`, `peer`, `employee`,
    `device` says whose; an event or a number stands for what was said with that number on every phone."""

    event_id: Id | None = None
    """An event, or an alert (`al_…`), which stands for its event."""
    conversation: Id | None = None
    """`cv_…`: of one phone."""
    peer: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """A complete number in any spelling, or the whole name of a contact on any phone. For those who may reveal."""
    employee: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """The phones that were this person's, for the time that they were."""
    device: Id | None = None
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """By our clock; None: the event's moment, or the newest."""
    place: TimelinePlace | None = None
    """An edge of a page; wins over `at` and the event's moment."""
    before: Count = 25
    after: Count = 25


class TimelineRevealRequest(Wire, frozen=True, kw_only=True):
    """Opening content. The audit entry is on disk before the first byte leaves."""

    query: TimelineQuery
    reason: Reason


class TimelineAlert(Wire, frozen=True, kw_only=True):
    """An alert that an event raised."""

    alert_id: str
    rule_id: str
    severity: Severity
    status: AlertStatus


class MarkKind(StrEnum):
    """What stands between events."""

    CLOCK_CHANGED = "clock_changed"
    """The phone's clock was found to differ from ours otherwise than before."""
    COLLECTING_BEGAN = "collecting_began"
    """The phone was enrolled: before this nothing was collected, but for what it still held."""
    COLLECTING_ENDED = "collecting_ended"
    COLLECTED_LATE = "collected_late"
    """What follows came hours after it happened: the phone was out of reach, or this is its history."""
    DELETED = "deleted"
    """Records of this stretch are deleted; the archive does not know any more whether they belonged here."""


class TimelineMark(Wire, frozen=True, kw_only=True):
    """What the archive knows of the stretch before an event."""

    kind: MarkKind
    at: datetime
    """By our clock."""
    device: str | None
    """None: of the archive."""
    text: str
    """In the reader's language."""


class TimelineItem(Wire, frozen=True, kw_only=True):
    """One event in its place."""

    at: datetime
    """By our clock: what the phone claimed, less what its clock was found to be wrong by."""
    phone_at: datetime | None
    """What the phone's clock showed, where that differs."""
    event: Event
    employee: str | None
    """Who had the phone."""
    trace: Trace | None
    """What became of the row on the phone; None: it is there, as far as is known."""
    replaced_by: str | None
    """Of an edited row: the event that it is now."""
    original: Masked | None
    """Of a revealed event: its bytes as text, where that is not what `event.body` shows."""
    alerts: tuple[TimelineAlert, ...]
    recording: Event | None
    """Of a call: its recording, where that has no place of its own here."""
    marks_before: tuple[TimelineMark, ...]
    """Between the item before (or the beginning of the page) and this one."""


class TimelinePage(Wire, frozen=True, kw_only=True):
    """A stretch, oldest first."""

    items: tuple[TimelineItem, ...]
    marks_after: tuple[TimelineMark, ...]
    """After the last item."""
    anchor: str | None
    """The event that was asked for."""
    devices: tuple[str, ...]
    """Phones with a part in this conversation."""
    earlier: TimelinePlace | None
    """Ask with it and `after` 0 for what came before; None: nothing did."""
    later: TimelinePlace | None
    """Ask with it and `before` 0 for what follows; None: nothing does, by now."""
