"""The life of a command to a phone.

```
QUEUED ──dispatch──► SENT ──verified──► ACKNOWLEDGED          terminal: ACKNOWLEDGED FAILED EXPIRED CANCELLED
  │ ▲ ▲               ├─ refused ─────► FAILED
  │ │ └─── not sent ──┤
  │ │                 ├─ not now ─────► NOT_NOW ──dispatch──► SENT
  │ └─ retry ◄┐       └─ unsure ──────► UNKNOWN ──probe──► ACKNOWLEDGED | FAILED | QUEUED (what may be repeated)
  │           └───────────────────────────┘  └─ undecided ─► UNKNOWN ──a person decides──► ACKNOWLEDGED | FAILED
  ├─ approve (another person) ► QUEUED
  ├─ its time is over ► EXPIRED          (NOT_NOW too)
  └─ cancel, reject ──► CANCELLED        (NOT_NOW too)
```
A command is SENT on disk before it leaves for the phone: a crash in between leaves it SENT, and the next start makes
that UNKNOWN and asks the phone. ACKNOWLEDGED is said only after reading back, or by a person who looked and whose name
stands beside it.
"""

from enum import StrEnum
from typing import Final

from ..api.wire import CommandState

_S = CommandState


class Step(StrEnum):
    """What can happen to a command."""

    APPROVE = "approve"
    REJECT = "reject"
    DISPATCH = "dispatch"
    VERIFIED = "verified"
    REFUSED = "refused"
    NOT_NOW = "not_now"
    NOT_SENT = "not_sent"
    """The link was lost, or something more urgent came, before anything with an effect left."""
    UNSURE = "unsure"
    RETRY = "retry"
    UNDECIDED = "undecided"
    """No read-back can tell, and sending it again may do it twice: a person decides."""
    DECIDE_DONE = "decide_done"
    DECIDE_NOT_DONE = "decide_not_done"
    ABANDON = "abandon"
    """The phone left before it could be asked."""
    EXPIRE = "expire"
    CANCEL = "cancel"


TRANSITIONS: Final[dict[tuple[CommandState, Step], CommandState]] = {
    (_S.QUEUED, Step.APPROVE): _S.QUEUED,
    (_S.QUEUED, Step.REJECT): _S.CANCELLED,
    (_S.QUEUED, Step.DISPATCH): _S.SENT,
    (_S.QUEUED, Step.EXPIRE): _S.EXPIRED,
    (_S.QUEUED, Step.CANCEL): _S.CANCELLED,
    (_S.NOT_NOW, Step.DISPATCH): _S.SENT,
    (_S.NOT_NOW, Step.EXPIRE): _S.EXPIRED,
    (_S.NOT_NOW, Step.CANCEL): _S.CANCELLED,
    (_S.SENT, Step.VERIFIED): _S.ACKNOWLEDGED,
    (_S.SENT, Step.REFUSED): _S.FAILED,
    (_S.SENT, Step.NOT_NOW): _S.NOT_NOW,
    (_S.SENT, Step.NOT_SENT): _S.QUEUED,
    (_S.SENT, Step.UNSURE): _S.UNKNOWN,
    (_S.UNKNOWN, Step.VERIFIED): _S.ACKNOWLEDGED,
    (_S.UNKNOWN, Step.REFUSED): _S.FAILED,
    (_S.UNKNOWN, Step.RETRY): _S.QUEUED,
    (_S.UNKNOWN, Step.UNDECIDED): _S.UNKNOWN,
    (_S.UNKNOWN, Step.DECIDE_DONE): _S.ACKNOWLEDGED,
    (_S.UNKNOWN, Step.DECIDE_NOT_DONE): _S.FAILED,
    (_S.UNKNOWN, Step.ABANDON): _S.FAILED,
}

CANCELLABLE: Final = frozenset(state for state, step in TRANSITIONS if step is Step.CANCEL)
NEEDS_DECISION: Final = "needs_decision"
"""The result of a command that waits for a person to decide."""
MOST_UNSURE: Final = 5
"""After so many sends whose end was not known, a command that may be repeated has failed."""


def after(state: CommandState, step: Step) -> CommandState | None:
    """The state that follows; None when this step is not possible from `state`."""
    return TRANSITIONS.get((state, step))
