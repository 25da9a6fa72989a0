"""Wire types of the local API, version 1. Self-contained: converters from the daemon's own types live in the daemon.

Unknown fields are ignored when decoding, so old clients read new daemons. Times are ISO 8601 UTC. `Masked` marks text
that is safe to show to any role: contact details are masked, control and bidi characters replaced.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Generic, NewType, TypeVar

import msgspec

API_VERSION = 1

Masked = NewType("Masked", str)

ItemT = TypeVar("ItemT")

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
"""Serials, ids and tokens that a client sends."""
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""Names and other short text that a client sends."""
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
"""Why; ends up in the audit."""
Note = Annotated[str, msgspec.Meta(max_length=2000)]
Words = Annotated[str, msgspec.Meta(max_length=200)]
"""Search words."""


class Role(StrEnum):
    """What a caller may do; the daemon decides by uid, deny by default."""

    OWNER = "owner"
    ADMIN = "admin"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"


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


class AlertStatus(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    SUPPRESSED = "suppressed"


class Severity(StrEnum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class DeviceAvailability(StrEnum):
    ONLINE = "online"
    IDLE = "idle"
    OFFLINE = "offline"
    MISSING = "missing"


class Verb(StrEnum):
    """Commands to a phone that exist by now."""

    LOCK = "lock"
    REFETCH = "refetch"
    NOTICE = "notice"


class CommandState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    """Done and read back from the phone."""
    FAILED = "failed"
    NOT_NOW = "not_now"
    UNKNOWN = "unknown"
    """The link was lost after sending; being probed."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self in {CommandState.ACKNOWLEDGED, CommandState.FAILED, CommandState.EXPIRED, CommandState.CANCELLED}


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything on the wire."""


class Hello(Wire, frozen=True, kw_only=True):
    """First answer to every client."""

    api_version: int
    daemon_version: str
    store: str
    role: Role
    ledger_size: int
    server_time: datetime
    language: str
    """The store's default language, `en` or `zh`."""


class CapabilityLine(Wire, frozen=True, kw_only=True):
    name: str
    availability: str
    """yes, no or unknown."""
    evidence: str
    advice: str | None
    """What to tap, already in the asked language."""


class ClockChange(Wire, frozen=True, kw_only=True):
    """A phone's clock as it was found when it had jumped, drifted or changed its zone."""

    read_at: datetime
    """Ours."""
    offset_ms: int
    """The phone's minus ours."""
    utc_offset_min: int | None


class Device(Wire, frozen=True, kw_only=True):
    serial: str
    employee: str | None
    """None: not enrolled, nothing is collected."""
    state: str
    """The adb state verbatim, or `absent`."""
    availability: DeviceAvailability
    last_seen_at: datetime | None
    battery_pct: int | None
    profile: str
    """Manufacturer, model and Android version in one safe line."""
    capabilities: tuple[CapabilityLine, ...]
    pending_commands: int
    transports: tuple[str, ...]
    is_locked: bool | None
    is_screen_on: bool | None
    is_charging: bool | None
    clock_offset_ms: int | None
    backfill_done: bool
    """True once every source was read to its end at least once."""
    events: int
    """Records archived from this phone."""
    open_alerts: int
    last_error: str | None
    """Stable error code of the current trouble, None when well."""
    notice_posted: bool | None
    name: str | None = None
    """What people call the phone; None: nobody named it."""
    vendor: str | None = None
    """Whose system it runs: `xiaomi`, `huawei`, …, `aosp`, `other`, `harmony_next`; None: not known yet."""
    system: Masked = Masked("")
    """The vendor's system and its version, such as `HyperOS 1.0`; empty when not told."""
    timezone: Masked = Masked("")
    """Such as `Asia/Shanghai`; empty when not told."""
    utc_offset_min: int | None = None
    """The phone's local time minus UTC."""
    clock_uncertainty_ms: int | None = None
    """How far `clock_offset_ms` may be off either way."""
    clock_changes: tuple[ClockChange, ...] = ()
    """The last ones, newest first; only where one phone is asked for."""
    connect_advice: str | None = None
    """What to check and tap while the phone is not connected, in the asked language; None while it is."""
    missed_notifications: int = 0
    """Announced by the phone since the daemon started and without a text of their own: replaced before they could be
    read, or posted again unchanged."""


class Enrolment(Wire, frozen=True, kw_only=True):
    serial: str
    employee: str
    notice_version: str
    notice_sha256: str
    acknowledged_by: str
    acknowledged_at: datetime
    enrolled_by: str
    enrolled_at: datetime
    scope: tuple[str, ...]
    """Sources that may be collected."""
    ended_at: datetime | None


class EnrolRequest(Wire, frozen=True, kw_only=True):
    serial: Id
    employee: Line
    notice_version: Line
    acknowledged_by: Line
    scope: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=16)] = (
        "sms", "mms", "call_log", "contacts", "notifications", "recordings", "imported",
    )  # fmt: skip


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
    """Of the bytes as the phone held them; None when they could not be read."""
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
    is_revealed: bool = False


class EventQuery(Wire, frozen=True, kw_only=True):
    """Filters are joined by AND. Newest first."""

    device: Id | None = None
    kind: Id | None = None
    """An EventKind or a source (`sms`, `mms`, `call_log`, `contacts`, `notifications`, `recordings`, `call_state`,
    `imported`)."""
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """By `occurred_at`, inclusive."""
    conversation: Id | None = None
    text: Words | None = None
    """Search words; Han words of one or two characters are found too."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50
    before: int | None = None
    """A `ledger_index`: only older entries; how pages follow each other."""
    event_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=1000)] = ()


class Evidence(Wire, frozen=True, kw_only=True):
    """Why a rule fired, masked."""

    surface: str
    """The matched text with a little around it."""
    start: int
    """Where `word` matched in `surface`, code points; equal to `end` for an absence."""
    end: int
    word: str
    how: str
    ruleset: str


class Alert(Wire, frozen=True, kw_only=True):
    alert_id: str
    event_id: str
    device: str
    rule_id: str
    title: str
    """In the asked language."""
    category: str
    severity: Severity
    status: AlertStatus
    raised_at: datetime
    """When the daemon committed it."""
    evidence: tuple[Evidence, ...]
    source: str
    source_key: str
    employee: str | None
    occurred_at: datetime
    note: str | None = None
    handled_by: str | None = None
    handled_at: datetime | None = None


class AlertAction(Wire, frozen=True, kw_only=True):
    note: Note | None = None


class CommandRequest(Wire, frozen=True, kw_only=True):
    device: Id
    verb: Verb
    reason: Reason
    expires_in_s: Annotated[int, msgspec.Meta(ge=1, le=30 * 86400)] | None = None
    """None: the verb's default (lock 24 h, refetch 10 min, notice 4 h)."""


class Command(Wire, frozen=True, kw_only=True):
    command_id: str
    device: str
    verb: Verb
    state: CommandState
    reason: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    updated_at: datetime
    tries: int
    result: str | None
    """Stable code of the outcome, such as `locked`, `no_screen_lock`, `phone_offline`."""
    result_text: str | None
    """The same for people, in the asked language."""


class AuditEntry(Wire, frozen=True, kw_only=True):
    audit_id: int
    ledger_index: int
    at: datetime
    actor: str
    role: str
    action: str
    """Stable verb, such as `events.reveal`, `enrol`, `command.lock`."""
    target: str
    """Ids only, no content."""
    reason: str | None
    outcome: str


class RevealRequest(Wire, frozen=True, kw_only=True):
    """Opening content. The audit entry is on disk before the first byte leaves."""

    query: EventQuery
    reason: Reason


class VerifyReport(Wire, frozen=True, kw_only=True):
    ok: bool
    ledger_size: int
    root_sha256: str
    records_checked: int
    heads_checked: int
    first_bad: str | None
    """Names the first damaged record, `ledger:123` or an event id; None when all is well."""
    problem: str | None
    """Stable code, None when all is well."""
    text: str
    """For people, in the asked language."""


class HealthCheck(Wire, frozen=True, kw_only=True):
    name: str
    status: str
    """ok, warn, fail."""
    detail: str
    advice: str | None


class Health(Wire, frozen=True, kw_only=True):
    """What `doctor` and the console's header show."""

    checks: tuple[HealthCheck, ...]
    is_collecting: bool
    disk_free_bytes: int
    queue_depth: int
    events: int
    open_alerts_by_severity: dict[str, int]


class StreamKind(StrEnum):
    HELLO = "hello"
    EVENT = "event"
    ALERT = "alert"
    DEVICE = "device"
    COMMAND = "command"
    HEALTH = "health"
    RESET = "reset"
    """The daemon no longer has what this client missed: reload the lists."""


class StreamItem(Wire, frozen=True, kw_only=True):
    """One server-sent event. `ledger_index` is its id where it has one; resume with it as Last-Event-ID."""

    kind: StreamKind
    ledger_index: int | None
    event: Event | None = None
    alert: Alert | None = None
    device: Device | None = None
    command: Command | None = None
    health: Health | None = None
    hello: Hello | None = None


class Page(Wire, Generic[ItemT], frozen=True, kw_only=True):
    """`{"schema": 1, "items": [...]}`; the type of the items is the endpoint's."""

    schema: int = 1
    items: tuple[ItemT, ...] = ()
    next_before: int | None = None
    """Pass as `before` for the next page (empty at the end); None there and where the endpoint does not page."""


class ApiError(Wire, frozen=True, kw_only=True):
    """Body of every answer that is not 2xx."""

    code: str
    """Stable, dotted: `permission.denied`, `device.not_found`, `vault.disk_full`."""
    message: str
    """For people, in the asked language. No content, number or key."""
    hint: str
    """What to do."""
    exit_code: int
