"""Exports: what somebody wants handed over, what a second person said, and what was made."""

from datetime import datetime
from enum import StrEnum

from .requests import Limit
from .wire import EventKind
from .wire_base import Id, Line, Reason, Wire


class ExportState(StrEnum):
    """How far an export is. Every step is an entry of the ledger."""

    ASKED = "asked"
    """Waits for another person."""
    APPROVED = "approved"
    """May be fetched by who asked, until it expires."""
    REFUSED = "refused"
    EXPIRED = "expired"
    """Nobody decided, or nobody fetched it, in time."""
    EXECUTED = "executed"
    """Was handed over; the same person may fetch it again until it expires."""


class ExportDisclosure(StrEnum):
    """What of the records leaves."""

    MASKED = "masked"
    FULL = "full"
    FULL_WITH_FILES = "full_with_files"
    """With pictures and recordings."""


class ExportRequest(Wire, frozen=True, kw_only=True):
    """What is wanted. Filters are joined by AND; none means everything that is kept."""

    case: Line
    reason: Reason
    device: Id | None = None
    employee: Line | None = None
    """As enrolled: what was collected while they had a phone."""
    peer: Line | None = None
    """A number: what was said with it on any phone."""
    conversation: Id | None = None
    since: datetime | None = None
    """By the record's own time, inclusive."""
    until: datetime | None = None
    """Exclusive."""
    kinds: tuple[EventKind, ...] = ()
    disclosure: ExportDisclosure = ExportDisclosure.MASKED


class ExportDecision(Wire, frozen=True, kw_only=True):
    """Why it is approved or refused."""

    reason: Reason


class ExportQuery(Wire, frozen=True, kw_only=True):
    """Newest first."""

    state: ExportState | None = None
    limit: Limit = 200


class ScopeItem(Wire, frozen=True, kw_only=True):
    """One filter."""

    name: str
    """`device`, `employee`, `peer`, `conversation`, `since`, `until`, `kinds`"""
    value: str
    """A number is masked."""


class ExportStep(Wire, frozen=True, kw_only=True):
    """What happened to it."""

    at: datetime
    actor: str
    state: ExportState
    """Afterwards."""
    reason: str | None = None
    bundle_id: str | None = None
    """Of what was handed over."""
    manifest_sha256: str | None = None
    """64 hexadecimal digits; tells a bundle that is found later to be this one."""


class Export(Wire, frozen=True, kw_only=True):
    """One export. Counts are of the moment it was asked for: what came later is not in it."""

    export_id: str
    state: ExportState
    case: str
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    """For the next step."""
    disclosure: ExportDisclosure
    scope: tuple[ScopeItem, ...]
    records: int
    conversations: int
    phones: int
    decided_by: str | None = None
    steps: tuple[ExportStep, ...] = ()
