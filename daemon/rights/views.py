"""Requests as the API tells of them."""

from datetime import datetime

from ..api.rights import RequestChange, RequestStep, SubjectKind, SubjectRequest
from ..archive.requests import ArchivedRequest, ArchivedStep
from .due import days_left
from .sight import Sight


def request_view(request: ArchivedRequest, now: datetime, sight: Sight, *, with_changes: bool) -> SubjectRequest:
    """As it stands at `now`. An employee is named, a customer never."""
    is_open = request.state.is_open
    answer = request.answer
    return SubjectRequest(
        request_id=request.request_id,
        kind=request.kind,
        subject_kind=request.subject_kind,
        subject=sight.line(request.subject) if request.subject_kind is SubjectKind.CUSTOMER else request.subject,
        received_at=request.received_at,
        channel=sight.line(request.channel),
        note=sight.optional_line(request.note),
        recorded_at=request.recorded_at,
        recorded_by=request.recorded_by,
        due_at=request.due_at,
        state=request.state,
        is_overdue=is_open and now > request.due_at,
        days_left=days_left(request.due_at, now) if is_open else None,
        assignee=request.assignee,
        outcome=None if answer is None else answer.outcome,
        answered_at=None if answer is None else answer.at,
        changes=tuple(_change(step, sight) for step in request.steps) if with_changes else (),
        is_marked=is_marked(request),
        ledger_index=request.ledger_index,
    )


def is_marked(request: ArchivedRequest) -> bool:
    """Whether a mark of this request stands: every one that was set and not lifted."""
    standing: set[str | None] = set()
    for step in request.steps:
        if step.step is RequestStep.MARKED:
            standing.add(step.reference)
        elif step.step is RequestStep.UNMARKED:
            standing.discard(step.reference)
    return bool(standing)


def in_order(requests: tuple[ArchivedRequest, ...]) -> list[ArchivedRequest]:
    """Open ones first, by due date; then the others, newest first."""
    still_open = sorted((one for one in requests if one.state.is_open), key=lambda one: (one.due_at, one.ledger_index))
    done = sorted((one for one in requests if not one.state.is_open), key=lambda one: -one.ledger_index)
    return [*still_open, *done]


def _change(step: ArchivedStep, sight: Sight) -> RequestChange:
    return RequestChange(
        at=step.at,
        actor=step.actor,
        step=step.step,
        state=step.state,
        text=sight.optional_line(step.text),
        assignee=step.assignee,
        due_at=step.due_at,
        outcome=step.outcome,
        reference=step.reference,
        ledger_index=step.ledger_index,
    )
