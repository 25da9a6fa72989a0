"""Wire types of employees, and of one who leaves: what is done, how far it is, and what people do by hand."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Line, Reason, Wire

MOST_RECIPIENTS = 20
MOST_HANDED = 5_000

Recipients = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=MOST_RECIPIENTS)]

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class LeavingState(StrEnum):
    """How a leaving stands."""

    PLANNED = "planned"
    """Of a check only: nothing was done."""
    PENDING = "pending"
    """Something waits: for a phone, for the return date, for a person."""
    DONE = "done"
    """Everything was carried out and read back, and every item is confirmed."""
    UNDOING = "undoing"
    """Some phone still has to be told."""
    UNDONE = "undone"


class StepState(StrEnum):
    """How one thing on one phone stands."""

    NOT_YET = "not_yet"
    """Its time has not come."""
    PENDING = "pending"
    """Asked for; not read back yet, or the phone is away."""
    DONE = "done"
    """Read back from the phone."""
    FAILED = "failed"
    """It could not be done from here: a person does it by hand."""


class LeaveRequest(Wire, frozen=True, kw_only=True):
    """Somebody leaves."""

    employee: Line
    recipients: Recipients
    """Who looks after the conversations from now on; one customer goes to one of them."""
    reason: Reason
    return_at: Moment | None = None
    """When the phones come back: from then on nothing is collected. None: now."""
    freeze_at: Moment | None = None
    """When the apps are suspended. None: now."""


class UndoLeaving(Wire, frozen=True, kw_only=True):
    """It was not to be."""

    reason: Reason


class ConfirmLeavingItem(Wire, frozen=True, kw_only=True):
    """A person did it."""

    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class LeavingPhone(Wire, frozen=True, kw_only=True):
    """One phone of who leaves."""

    device: str
    freeze: StepState
    freeze_code: str | None
    """Stable code of how the newest order to the phone ended or waits."""
    freeze_text: str | None
    freeze_command: str | None
    told: StepState
    """Whether its holder was told on the phone."""
    capture: StepState
    """DONE: nothing is collected any more."""
    capture_stops_at: datetime
    is_wiped: bool = False


class LeavingItem(Wire, frozen=True, kw_only=True):
    """What a person does by hand."""

    item: str
    text: str
    is_due: bool
    """False: somebody confirmed it."""
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


class HandOver(Wire, frozen=True, kw_only=True):
    """Who looks after conversations, and since when."""

    leaving_id: str
    at: datetime
    owner_before: str
    owner: str
    conversations: int
    is_returned: bool = False


class Leaving(Wire, frozen=True, kw_only=True):
    """One who leaves."""

    leaving_id: str
    employee: str
    recipients: tuple[str, ...]
    state: LeavingState
    requested_by: str
    requested_at: datetime
    reason: str
    freeze_at: datetime
    return_at: datetime
    phones: tuple[LeavingPhone, ...]
    hand_overs: tuple[HandOver, ...]
    alerts_moved: int
    """Open alerts that the leaving employee looked after, and somebody else does now."""
    items: tuple[LeavingItem, ...]
    undone_by: str | None = None
    undone_at: datetime | None = None
    undo_reason: str | None = None
    ledger_index: int | None = None


class HandedConversation(Wire, frozen=True, kw_only=True):
    """One conversation that changed hands."""

    conversation: str
    device: str
    peer: str
    """Masked."""
    events: int
    last_at: datetime | None
    owner: str


class LeavingReport(Wire, frozen=True, kw_only=True):
    """The hand-over."""

    store: str
    made_at: datetime
    leaving: Leaving
    conversations: tuple[HandedConversation, ...]
    """At most MOST_HANDED, the newest first."""
    is_cut: bool
    history: tuple["LeavingStepLine", ...]


class LeavingStepLine(Wire, frozen=True, kw_only=True):
    """One step that was taken, as the ledger has it."""

    at: datetime
    actor: str
    step: str
    step_text: str
    item: str
    code: str
    ledger_index: int


class Employee(Wire, frozen=True, kw_only=True):
    """Somebody whom records name."""

    name: str
    phones: tuple[str, ...]
    """Enrolled for them now."""
    former_phones: tuple[str, ...]
    conversations: int
    """That were handed over to them and are theirs now."""
    leaving_id: str | None
    """Of a leaving that was not undone."""
    leaving_state: LeavingState | None
    hand_overs: tuple[HandOver, ...] = ()
    """From them and to them; of `GET /v1/employees/{name}` only."""


class LeavingQuery(Wire, frozen=True, kw_only=True):
    """Which leavings."""

    is_open: bool | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100
