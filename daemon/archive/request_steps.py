"""A request's life: which step may follow in which state, and what state it leads to."""

from typing import Final

from ..api.rights import Outcome, RequestKind, RequestState, RequestStep, SubjectKind
from .errors import IllegalTransitionError

REQUEST_KIND_CODES: Final = {
    RequestKind.ACCESS: 1,
    RequestKind.COPY: 2,
    RequestKind.CORRECTION: 3,
    RequestKind.DELETION: 4,
    RequestKind.OBJECTION: 5,
}
SUBJECT_CODES: Final = {SubjectKind.EMPLOYEE: 1, SubjectKind.CUSTOMER: 2}
STATE_CODES: Final = {
    RequestState.RECEIVED: 1,
    RequestState.IN_WORK: 2,
    RequestState.EXTENDED: 3,
    RequestState.ANSWERED: 4,
    RequestState.CLOSED: 5,
}
STEP_CODES: Final = {
    RequestStep.ASSIGNED: 1,
    RequestStep.NOTED: 2,
    RequestStep.EXTENDED: 3,
    RequestStep.ANSWERED: 4,
    RequestStep.CLOSED: 5,
    RequestStep.BUNDLED: 6,
    RequestStep.CORRECTED: 7,
    RequestStep.MARKED: 8,
    RequestStep.UNMARKED: 9,
    RequestStep.ERASURE_ASKED: 10,
    RequestStep.ERASURE_REFUSED: 11,
    RequestStep.ERASED: 12,
}
OUTCOME_CODES: Final = {Outcome.GRANTED: 1, Outcome.PARTLY: 2, Outcome.REFUSED: 3}

REQUEST_KINDS: Final = {code: kind for kind, code in REQUEST_KIND_CODES.items()}
SUBJECTS: Final = {code: kind for kind, code in SUBJECT_CODES.items()}
STATES: Final = {code: state for state, code in STATE_CODES.items()}
STEPS: Final = {code: step for step, code in STEP_CODES.items()}
OUTCOMES: Final = {code: outcome for outcome, code in OUTCOME_CODES.items()}

_WORKED_ON: Final = {
    RequestState.RECEIVED: RequestState.IN_WORK,
    RequestState.IN_WORK: RequestState.IN_WORK,
    RequestState.EXTENDED: RequestState.EXTENDED,
}
_KINDS_OF_STEP: Final = {
    RequestStep.BUNDLED: frozenset({RequestKind.ACCESS, RequestKind.COPY}),
    RequestStep.CORRECTED: frozenset({RequestKind.CORRECTION}),
    RequestStep.MARKED: frozenset({RequestKind.OBJECTION}),
    RequestStep.ERASURE_ASKED: frozenset({RequestKind.DELETION}),
    RequestStep.ERASURE_REFUSED: frozenset({RequestKind.DELETION}),
    RequestStep.ERASED: frozenset({RequestKind.DELETION}),
}


def state_after(kind: RequestKind, state: RequestState, step: RequestStep) -> RequestState:
    """The state that a step leads to. IllegalTransitionError when it may not be taken.

    The time is extended once. An answer ends the work; closing follows an answer. Lifting a mark is possible at any
    time, as a person may change their mind years later.
    """
    if kind not in _KINDS_OF_STEP.get(step, frozenset(RequestKind)):
        raise IllegalTransitionError(current=kind.value, to=step.value)
    match step:
        case RequestStep.UNMARKED if kind is RequestKind.OBJECTION:
            return state
        case RequestStep.NOTED if state is not RequestState.CLOSED:
            return state
        case RequestStep.CLOSED if state is RequestState.ANSWERED:
            return RequestState.CLOSED
        case RequestStep.ANSWERED if state.is_open:
            return RequestState.ANSWERED
        case RequestStep.EXTENDED if state in {RequestState.RECEIVED, RequestState.IN_WORK}:
            return RequestState.EXTENDED
        case RequestStep.NOTED | RequestStep.CLOSED | RequestStep.ANSWERED | RequestStep.EXTENDED:
            raise IllegalTransitionError(current=state.value, to=step.value)
        case _ if state.is_open and step is not RequestStep.UNMARKED:
            return _WORKED_ON[state]
        case _:
            raise IllegalTransitionError(current=state.value, to=step.value)
