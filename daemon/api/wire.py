"""Wire types of the local API, version 1. Self-contained: converters from the daemon's own types live in the daemon.

Unknown fields are ignored when decoding, so old clients read new daemons. Times are ISO 8601 UTC. `Masked` marks text
that is safe to show to any role: contact details are masked, control and bidi characters replaced.
"""

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from .wire_base import Id as Id
from .wire_base import Line as Line
from .wire_base import Masked as Masked
from .wire_base import Note as Note
from .wire_base import Reason as Reason
from .wire_base import Wire as Wire
from .wire_base import Words as Words
from .wire_commands import CallParameters as CallParameters
from .wire_commands import Command as Command
from .wire_commands import CommandRequest as CommandRequest
from .wire_commands import CommandState as CommandState
from .wire_commands import CommandStep as CommandStep
from .wire_commands import CommandTransition as CommandTransition
from .wire_commands import FoundParameters as FoundParameters
from .wire_commands import FreezeParameters as FreezeParameters
from .wire_commands import KeepAliveParameters as KeepAliveParameters
from .wire_commands import LostParameters as LostParameters
from .wire_commands import MessageParameters as MessageParameters
from .wire_commands import Parameters as Parameters
from .wire_commands import RingParameters as RingParameters
from .wire_commands import UnfreezeParameters as UnfreezeParameters
from .wire_commands import Verb as Verb
from .wire_commands import WipeParameters as WipeParameters
from .wire_devices import CapabilityLine as CapabilityLine
from .wire_devices import ClockChange as ClockChange
from .wire_devices import Device as Device
from .wire_devices import DeviceAvailability as DeviceAvailability
from .wire_devices import Enrolment as Enrolment
from .wire_devices import EnrolRequest as EnrolRequest
from .wire_events import AbsenceFinding as AbsenceFinding
from .wire_events import Attachment as Attachment
from .wire_events import Direction as Direction
from .wire_events import Event as Event
from .wire_events import EventKind as EventKind
from .wire_events import EventQuery as EventQuery
from .wire_events import MatchedSpan as MatchedSpan
from .wire_events import RevealRequest as RevealRequest
from .wire_events import Trace as Trace

API_VERSION = 1

ItemT = TypeVar("ItemT")


class Role(StrEnum):
    """What a caller may do; the daemon decides by uid, deny by default."""

    OWNER = "owner"
    ADMIN = "admin"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    EMPLOYEE = "employee"
    """Sees what is kept about them and who looked, and may ask; nothing else."""


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
    caller: str | None = None
    """The name that the daemon writes down for what this client does; None from a daemon that does not tell."""


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
    earlier: tuple[int, ...] = ()
    """Earlier messages of the conversation that belong to it, counted back: 1 is the one before."""


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
    rescan: str | None = None
    """The re-scan that found it; None: it was found when its event came in."""
    advice: str | None = None
    """What its rule, as it is now, tells a reviewer to look at; None where it gives none or is no more."""
    ledger_index: int | None = None
    """Of its raising; `before` of the list takes it. None from a daemon that does not tell."""
    assignee: str | None = None
    """Who looks after it; None: nobody."""
    owner: str | None = None
    """Who looks after the conversation that it is about, as `Event.owner`."""


class AlertAction(Wire, frozen=True, kw_only=True):
    note: Note | None = None


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
    """ok, info, warn, fail."""
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
