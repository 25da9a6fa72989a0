"""Wire types of keeping and deleting: classes and their time, legal holds, certificates of deletion."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Reason, Wire


class RetentionClass(StrEnum):
    """What is kept and forgotten together."""

    MESSAGES = "messages"
    CALLS = "calls"
    CONTACTS = "contacts"
    NOTIFICATIONS = "notifications"
    RECORDINGS = "recordings"
    OVERSIGHT = "oversight"
    """Finished commands, readings of the phones' clocks."""
    AUDIT = "audit"
    REQUESTS = "requests"
    """Answered requests of people about their records."""
    EXPORTS = "exports"
    """Exports whose time is over."""
    HOLDS = "holds"
    """Legal holds that ended."""
    PAPERS = "papers"
    """Replaced assessments and acknowledgements, closed incidents, enrolments that ended."""


class ClassState(Wire, frozen=True, kw_only=True):
    """One class."""

    data_class: RetentionClass
    days: int
    """Kept for so long from the end of the week in which it was archived."""
    weeks_kept: int
    """Weeks with a key of this class; 0 for what is not sealed."""
    oldest_week: str | None
    """Such as `2026-W19`."""
    weeks_due: int
    """Over their time: the next pass forgets them."""


class RetentionPass(Wire, frozen=True, kw_only=True):
    """What a pass did, or would do."""

    at: datetime
    erased_events: int
    erased_rows: int
    """Audit entries, finished commands, clock readings."""
    held_events: int
    """Over their time, kept for a legal hold."""
    removed_files: int
    destroyed_keys: tuple[str, ...]
    """Such as `messages 2026-W19`."""


class RetentionState(Wire, frozen=True, kw_only=True):
    """How keeping stands."""

    classes: tuple[ClassState, ...]
    active_holds: int
    is_clock_trusted: bool
    clock_wait_s: float
    """How much longer the clock has to run steadily before anything is deleted."""
    needs_confirmation: bool
    """The clock has jumped so far that only a person can say that it is right."""
    last_pass: RetentionPass | None
    """Of this run of the daemon."""


class RetentionRunRequest(Wire, frozen=True, kw_only=True):
    """A pass at once."""

    reason: Reason
    is_check: bool = False
    """True: say what is due, delete nothing."""


class ReasonRequest(Wire, frozen=True, kw_only=True):
    """Why."""

    reason: Reason


class HoldRequest(Wire, frozen=True, kw_only=True):
    """A legal hold over records that fit every field that is given."""

    reason: Reason
    until: Annotated[datetime, msgspec.Meta(tz=True)]
    """No hold is for ever: five years at most, then it is placed anew."""
    device: Id | None = None
    conversation: Id | None = None
    peer: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """A complete number in any spelling."""
    employee: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    data_class: RetentionClass | None = None
    received_from: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    received_to: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    is_everything: bool = False
    """Must be said when no other field is given."""


class Hold(Wire, frozen=True, kw_only=True):
    """A legal hold."""

    hold_id: str
    ledger_index: int
    reason: str
    placed_by: str
    placed_at: datetime
    until: datetime
    is_active: bool
    device: str | None
    conversation: str | None
    peer: str | None
    """Masked."""
    employee: str | None
    data_class: RetentionClass | None
    received_from: datetime | None
    received_to: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


class Deletion(Wire, frozen=True, kw_only=True):
    """A certificate: a ledgered entry that says what was deleted by place, and nothing of what it was."""

    certificate: str
    """`ledger:N`: prove it with `prove`."""
    deleted_at: datetime
    cause: str
    """`retention`, `request`, `key_destroyed`."""
    data_class: str
    actor: str
    reason: str
    entries: int
    first_index: int | None
    last_index: int | None
    indexes_sha256: str
    destroyed_keys: tuple[str, ...]


class DeletionQuery(Wire, frozen=True, kw_only=True):
    """Newest first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 200
    before: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    """A ledger index."""
