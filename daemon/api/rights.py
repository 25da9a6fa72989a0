"""Requests of the people whom records are about: what they ask, how far it is, what the shop answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Line, Note, Reason, Wire


class RequestKind(StrEnum):
    """What is asked (PIPL 44-47, GDPR 15-21)."""

    ACCESS = "access"
    """To see what is kept and who looked at it."""
    COPY = "copy"
    """To get it as files."""
    CORRECTION = "correction"
    DELETION = "deletion"
    OBJECTION = "objection"
    """That nothing more is kept."""


class SubjectKind(StrEnum):
    """Whom it is about."""

    EMPLOYEE = "employee"
    CUSTOMER = "customer"


class RequestState(StrEnum):
    RECEIVED = "received"
    IN_WORK = "in_work"
    EXTENDED = "extended"
    """Somebody works on it and the time was extended, once."""
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """The time runs."""
        return self in {RequestState.RECEIVED, RequestState.IN_WORK, RequestState.EXTENDED}


class RequestStep(StrEnum):
    """What was done to a request. Every one is an entry of the ledger."""

    ASSIGNED = "assigned"
    NOTED = "noted"
    EXTENDED = "extended"
    ANSWERED = "answered"
    CLOSED = "closed"
    BUNDLED = "bundled"
    """The copy was made."""
    CORRECTED = "corrected"
    MARKED = "marked"
    """From now on nothing of the peer is collected."""
    UNMARKED = "unmarked"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_REFUSED = "erasure_refused"
    ERASED = "erased"


class Outcome(StrEnum):
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


Subject = Annotated[str, msgspec.Meta(min_length=10, max_length=200, pattern=r"^(employee|customer):\s*\S")]
"""`employee:NAME` or `customer:NUMBER`."""


class NewRequest(Wire, frozen=True, kw_only=True):
    """A request that somebody made, however it came."""

    kind: RequestKind
    subject: Subject
    received_at: datetime
    """When it reached the shop: the time runs from here."""
    channel: Line
    """`in person`, `letter`, `WeChat` ..."""
    note: Note | None = None


class RequestQuery(Wire, frozen=True, kw_only=True):
    """Open ones first, by due date; then those that are answered, newest first."""

    state: RequestState | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class AssignRequest(Wire, frozen=True, kw_only=True):
    to: Line


class NoteRequest(Wire, frozen=True, kw_only=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class ExtendRequest(Wire, frozen=True, kw_only=True):
    """Once; the reason is what the person is told."""

    reason: Reason


class AnswerRequest(Wire, frozen=True, kw_only=True):
    outcome: Outcome
    reason: Reason


class CloseRequest(Wire, frozen=True, kw_only=True):
    """Nothing more will be done; the request stays on record."""

    reason: Reason


class CorrectRequest(Wire, frozen=True, kw_only=True):
    """What the person says is right. The record stays as it was collected and shows this beside it."""

    event_ids: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=200)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class MarkRequest(Wire, frozen=True, kw_only=True):
    """What an objection leads to: the customer's number on all phones, or one conversation of an employee's phone."""

    reason: Reason
    conversation: Id | None = None
    """`cv_…`; None: the customer of the request."""


class ErasureRequest(Wire, frozen=True, kw_only=True):
    """Asked by one person, decided by another."""

    reason: Reason


class RequestChange(Wire, frozen=True, kw_only=True):
    """One step."""

    at: datetime
    actor: str
    step: RequestStep
    state: RequestState
    """Afterwards."""
    text: str | None = None
    """The reason, note, or what was told to the person."""
    assignee: str | None = None
    due_at: datetime | None = None
    outcome: Outcome | None = None
    reference: str | None = None
    """A bundle's SHA-256, the ledger index of a deletion certificate, the token of a conversation."""
    ledger_index: int


class SubjectRequest(Wire, frozen=True, kw_only=True):
    """A request as it stands. Customers appear masked."""

    request_id: str
    kind: RequestKind
    subject_kind: SubjectKind
    subject: str
    """The employee's name; a customer's number masked."""
    received_at: datetime
    channel: str
    note: str | None
    recorded_at: datetime
    recorded_by: str
    due_at: datetime
    state: RequestState
    is_overdue: bool
    days_left: int | None
    """Whole days until due, negative when overdue; None when answered."""
    assignee: str | None
    outcome: Outcome | None
    answered_at: datetime | None
    changes: tuple[RequestChange, ...] = ()
    """Oldest first; empty in lists."""
    is_marked: bool = False
    """Nothing of this person is collected any more."""
    ledger_index: int


class Holding(Wire, frozen=True, kw_only=True):
    """How many records of one class, of one phone."""

    device: str
    data_class: str
    count: int
    first_at: datetime
    last_at: datetime
    kept_until: datetime
    """When retention takes the newest of them, unless a legal hold keeps it."""


class HeldBack(Wire, frozen=True, kw_only=True):
    """A legal hold that keeps some of it."""

    hold_id: str
    reason: str
    until: datetime
    count: int


class Reach(Wire, frozen=True, kw_only=True):
    """What a request is about: what there is, what would go, what stays and why."""

    request_id: str
    holdings: tuple[Holding, ...]
    records: int
    held: int
    holds: tuple[HeldBack, ...] = ()
