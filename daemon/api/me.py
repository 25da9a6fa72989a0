"""What an employee sees of their own: what is kept, who looked, what they asked."""

from datetime import datetime

from .rights import Holding, RequestKind, SubjectRequest
from .wire_base import Note, Wire


class OwnEnrolment(Wire, frozen=True, kw_only=True):
    """A phone and what was acknowledged for it."""

    serial: str
    notice_version: str
    notice_sha256: str
    acknowledged_at: datetime
    scope: tuple[str, ...]
    since: datetime
    until: datetime | None
    """None: still collected."""


class Look(Wire, frozen=True, kw_only=True):
    """Somebody opened, searched or exported records."""

    at: datetime
    actor: str
    role: str
    action: str
    reason: str | None
    is_certain: bool
    """False: the entry is about more records than it names, theirs may be among them."""
    audit_id: int
    ledger_index: int


class OwnRecords(Wire, frozen=True, kw_only=True):
    """All of it."""

    employee: str
    enrolments: tuple[OwnEnrolment, ...]
    notice_text: str | None
    """Of the newest notice they acknowledged."""
    must_acknowledge: bool
    """The notice changed since."""
    holdings: tuple[Holding, ...]
    looks: tuple[Look, ...]
    """Newest first."""
    requests: tuple[SubjectRequest, ...]


class OwnRequest(Wire, frozen=True, kw_only=True):
    """A request about one's own records; received now."""

    kind: RequestKind
    note: Note | None = None
