"""Small requests and queries of single endpoints; the types that carry the shop's facts are in `wire`."""

from datetime import datetime
from typing import Annotated

import msgspec

from .wire import AlertStatus, Id, Line, Reason, Severity, Wire

Limit = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Index = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Nothing(Wire, frozen=True, kw_only=True):
    """No query, no body."""


class AlertQuery(Wire, frozen=True, kw_only=True):
    """Filters are joined by AND. Newest first."""

    status: AlertStatus | None = None
    device: Id | None = None
    limit: Limit = 200
    before: Index | None = None
    """A `ledger_index` of an alert: only older ones."""
    severity: Severity | None = None
    """That or worse."""
    rule: Id | None = None
    employee: Line | None = None
    """Who has the phone now."""
    assignee: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """Who looks after it; empty: nobody."""


class AuditQuery(Wire, frozen=True, kw_only=True):
    """Newest first."""

    limit: Limit = 200
    before: Index | None = None
    """An `audit_id`: only older entries."""
    actor: Line | None = None
    """A name, whole."""
    action: Line | None = None
    """How it begins: `alert.` finds `alert.resolved`."""
    target: Line | None = None
    """A part of it: an id, a serial."""
    outcome: Line | None = None
    """Whole: `ok`, `refused`."""
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """Inclusive."""
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """Exclusive."""


class HistoryQuery(Wire, frozen=True, kw_only=True):
    """Newest first."""

    limit: Limit = 200


class StreamQuery(Wire, frozen=True, kw_only=True):
    """Where the live stream starts; the header `Last-Event-ID` says the same and wins."""

    after: Index | None = None
    """A ledger index (the first entry has 1); 0 is the very beginning, None is now."""


class EndEnrolmentRequest(Wire, frozen=True, kw_only=True):
    """Collecting stops with this; what was archived stays under its retention."""

    reason: Reason


class OpenAttachmentRequest(Wire, frozen=True, kw_only=True):
    """Opening a file of an event. The audit entry is on disk before the first byte leaves."""

    reason: Reason


class ConnectRequest(Wire, frozen=True, kw_only=True):
    """A phone in the LAN, `host:port`."""

    address: Annotated[str, msgspec.Meta(min_length=3, max_length=300)]


class ConnectReport(Wire, frozen=True, kw_only=True):
    outcome: str
    """Stable word: `connected`, `already`, `auth_pending`, `turned_away`, `failed`."""


class VerifyRequest(Wire, frozen=True, kw_only=True):
    since: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Ledger index to start from; None checks everything."""
