"""An export's life: who may take which step when, and where it leads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..api.exports import ExportState
from ..people_names import is_same_name
from .errors import ArchiveError, ArchiveErrorCode, IllegalTransitionError

STATE_CODES: Final = {
    ExportState.ASKED: 1,
    ExportState.APPROVED: 2,
    ExportState.REFUSED: 3,
    ExportState.EXPIRED: 4,
    ExportState.EXECUTED: 5,
}
STATES: Final = {code: state for state, code in STATE_CODES.items()}


class ExportStepKind(StrEnum):
    """What is done to an export."""

    APPROVE = "approve"
    REFUSE = "refuse"
    EXPIRE = "expire"
    EXECUTE = "execute"


_LEADS_TO: Final = {
    (ExportState.ASKED, ExportStepKind.APPROVE): ExportState.APPROVED,
    (ExportState.ASKED, ExportStepKind.REFUSE): ExportState.REFUSED,
    (ExportState.ASKED, ExportStepKind.EXPIRE): ExportState.EXPIRED,
    (ExportState.APPROVED, ExportStepKind.EXPIRE): ExportState.EXPIRED,
    (ExportState.APPROVED, ExportStepKind.EXECUTE): ExportState.EXECUTED,
    (ExportState.EXECUTED, ExportStepKind.EXECUTE): ExportState.EXECUTED,
}


class SamePersonError(ArchiveError):
    """Nobody decides on what they asked for."""

    code = ArchiveErrorCode.UNIT_REFUSED


class OtherPersonError(ArchiveError):
    """Only who asked gets it."""

    code = ArchiveErrorCode.UNIT_REFUSED


class ExportExpiredError(ArchiveError):
    """It is too late."""

    code = ArchiveErrorCode.UNIT_REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who does something. Two are the same when either is equal: one person may have two accounts of one name."""

    uid: int
    name: str

    def is_same_as(self, other: "Person") -> bool:
        """Whether they may be one and the same."""
        return self.uid == other.uid or is_same_name(self.name, other.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportStanding:
    """What decides whether a step may be taken."""

    state: ExportState
    asked_by: Person
    expires_at: datetime


def state_after(standing: ExportStanding, step: ExportStepKind, who: Person | None, now: datetime) -> ExportState:
    """The state that a step leads to; `who` is None for the clock alone.

    IllegalTransitionError; SamePersonError; OtherPersonError; ExportExpiredError.
    """
    to = _LEADS_TO.get((standing.state, step))
    if to is None:
        raise IllegalTransitionError(current=standing.state.value, to=step.value)
    is_late = now >= standing.expires_at
    match step:
        case ExportStepKind.EXPIRE:
            if not is_late:
                raise IllegalTransitionError(current=standing.state.value, to=step.value)
            return to
        case ExportStepKind.APPROVE | ExportStepKind.REFUSE:
            if who is None or who.is_same_as(standing.asked_by):
                raise SamePersonError
        case ExportStepKind.EXECUTE:
            if who is None or who.uid != standing.asked_by.uid:
                raise OtherPersonError
    if is_late:
        raise ExportExpiredError
    return to
