"""What is given to the archive to write, and what is asked of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from adb_bridge.records import DeviceSerial, Source
from adb_bridge.verbs.result import StepTrace
from policies.model import Severity

from ..api.wire import AlertStatus, CommandState, Verb
from ..events import Direction, EventId, EventKind


class Trace(StrEnum):
    """What became of an event's row on the phone."""

    ABSENT = "absent"
    """A later complete read lacked it."""
    EDITED = "edited"
    """The same row has other content now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSpan:
    """A phone for the time that somebody had it, by `received_at`: phones change hands."""

    device: DeviceSerial
    since: datetime | None = None
    """Inclusive; None: from the beginning."""
    until: datetime | None = None
    """Exclusive; None: for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Conditions joined by AND; newest in the ledger first."""

    device: DeviceSerial | None = None
    held: tuple[HeldSpan, ...] | None = None
    """Any of these phones in its time; None: any phone, (): nothing fits."""
    kind: EventKind | None = None
    source: Source | None = None
    since: datetime | None = None
    """By `occurred_at`, inclusive."""
    until: datetime | None = None
    """By `occurred_at`, exclusive."""
    direction: Direction | None = None
    peer_key: str | None = None
    """A complete number as `canonical_peer` makes it: what was said with it on any phone, and contacts that have it."""
    peer_tokens: tuple[bytes, ...] | None = None
    """Any of these numbers and chats by their tokens; (): nothing fits."""
    has_attachments: bool = False
    """True: only events with attachments."""
    trace: Trace | None = None
    has_alerts: bool = False
    """True: only events that raised an alert, settled ones too."""
    conversation: str | None = None
    """`cv_…`"""
    event_ids: tuple[EventId, ...] = ()
    """Empty means any."""
    before: int | None = None
    """Only entries with a smaller ledger index."""
    limit: int = 50
    """1 to 10,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Conditions joined by AND; newest first."""

    status: AlertStatus | None = None
    device: DeviceSerial | None = None
    devices: tuple[str, ...] | None = None
    """Any of these phones; None: any, (): nothing fits."""
    before: int | None = None
    """Only alerts whose raising has a smaller ledger index."""
    severity: Severity | None = None
    """That or worse."""
    rule: str | None = None
    assignee: str | None = None
    """Who looks after it; empty: nobody, None: whoever."""
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Conditions joined by AND."""

    actor: str | None = None
    action: str | None = None
    """How it begins."""
    target: str | None = None
    """A part of it."""
    outcome: str | None = None
    since: datetime | None = None
    """Inclusive."""
    until: datetime | None = None
    """Exclusive."""


ANY_ENTRY: Final = AuditFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFilter:
    """Conditions joined by AND; newest first."""

    device: DeviceSerial | None = None
    is_open: bool | None = None
    """True: only those that may still change; False: only those that may not."""
    states: tuple[CommandState, ...] | None = None
    """Any of these; None: any."""
    batch_id: str | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentDraft:
    """The record without which nothing is collected."""

    serial: DeviceSerial
    employee: str
    notice_version: str
    notice_text: str
    acknowledged_by: str
    acknowledged_at: datetime
    enrolled_by: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDraft:
    """Who did or saw what, and why. Ids only, no content."""

    actor: str
    role: str
    action: str
    target: str
    reason: str | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDraft:
    """A command as it was asked for."""

    command_id: str
    device: DeviceSerial
    verb: Verb
    parameters: str
    """JSON of the verb's own fields, `{}` for none."""
    reason: str
    requested_by: str
    expires_at: datetime
    requested_uid: int | None = None
    """None: the daemon on its own."""
    priority: int = 50
    """0 goes first, 99 last."""
    needs_approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandChange:
    """A step in a command's life."""

    to: CommandState
    actor: str
    result: str | None
    """Stable code of the outcome."""
    next_try_at: datetime | None = None
    """Of NOT_NOW and QUEUED: not before."""
    role: str | None = None
    """The actor's, for the audit entry that is written with the step; None: somebody else writes one."""
    reason: str | None = None
    """Why, for the audit."""
    steps: tuple[StepTrace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """What a request is named by, so that it is carried out once however often it is sent."""

    asked_by: str
    key: str
    request_sha256: bytes
    """Of all that was asked for: the same key for something else is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTarget:
    """One phone of a batch, for good."""

    device: DeviceSerial
    command_id: str | None
    """None: it gets no command."""
    why: str | None = None
    """The code of why it gets none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDraft:
    """What several phones are told at once."""

    batch_id: str
    verb: Verb
    parameters: str
    reason: str
    requested_by: str
    targets: tuple[BatchTarget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandsDraft:
    """Commands that are written together or not at all."""

    commands: tuple[CommandDraft, ...]
    role: str | None = None
    """Of who asks, for the audit entries that are written with them; None: somebody else writes them."""
    batch: BatchDraft | None = None
    key: RequestKey | None = None


class NumberSearch(StrEnum):
    """Whether a complete number in the query also finds what was said with that number."""

    NONE = "none"
    COMPLETE = "complete"
    """By the blind index: equality only, no fragments."""
