"""The life of a command to a phone.

```
QUEUED ──dispatch──► SENT ──verified──► ACKNOWLEDGED          terminal: ACKNOWLEDGED FAILED EXPIRED CANCELLED
  │ ▲                 ├─ refused ─────► FAILED
  │ └─ retry ◄┐       ├─ not now ─────► NOT_NOW ──dispatch──► SENT
  │           │       └─ link lost ───► UNKNOWN ──probe──► ACKNOWLEDGED | FAILED | QUEUED (verbs may be repeated)
  ├─ its time is over ► EXPIRED          (NOT_NOW too)
  └─ cancel ──────────► CANCELLED        (NOT_NOW too)
```
A command is SENT on disk before it leaves for the phone: a crash in between leaves it SENT, and the next start makes
that UNKNOWN and asks the phone. ACKNOWLEDGED is said only after reading back.
"""

from enum import StrEnum

from .api.wire import CommandState, Verb


class Step(StrEnum):
    """What can happen to a command."""

    DISPATCH = "dispatch"
    VERIFIED = "verified"
    REFUSED = "refused"
    NOT_NOW = "not_now"
    LINK_LOST = "link_lost"
    RETRY = "retry"
    EXPIRE = "expire"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[CommandState, Step], CommandState] = {
    (CommandState.QUEUED, Step.DISPATCH): CommandState.SENT,
    (CommandState.QUEUED, Step.EXPIRE): CommandState.EXPIRED,
    (CommandState.QUEUED, Step.CANCEL): CommandState.CANCELLED,
    (CommandState.NOT_NOW, Step.DISPATCH): CommandState.SENT,
    (CommandState.NOT_NOW, Step.EXPIRE): CommandState.EXPIRED,
    (CommandState.NOT_NOW, Step.CANCEL): CommandState.CANCELLED,
    (CommandState.SENT, Step.VERIFIED): CommandState.ACKNOWLEDGED,
    (CommandState.SENT, Step.REFUSED): CommandState.FAILED,
    (CommandState.SENT, Step.NOT_NOW): CommandState.NOT_NOW,
    (CommandState.SENT, Step.LINK_LOST): CommandState.UNKNOWN,
    (CommandState.UNKNOWN, Step.VERIFIED): CommandState.ACKNOWLEDGED,
    (CommandState.UNKNOWN, Step.REFUSED): CommandState.FAILED,
    (CommandState.UNKNOWN, Step.RETRY): CommandState.QUEUED,
}

DEFAULT_EXPIRY_S: dict[Verb, int] = {
    Verb.LOCK: 24 * 3600,
    Verb.UNLOCK: 600,
    Verb.SET_PIN: 24 * 3600,
    Verb.LOST: 7 * 24 * 3600,
    Verb.FOUND: 24 * 3600,
    Verb.RING: 600,
    Verb.MESSAGE: 4 * 3600,
    Verb.REBOOT: 600,
    Verb.REFETCH: 600,
    Verb.NOTICE: 4 * 3600,
    Verb.FREEZE: 24 * 3600,
    Verb.UNFREEZE: 24 * 3600,
    Verb.KEEP_ALIVE: 24 * 3600,
    Verb.CALL: 120,
    Verb.WIPE: 24 * 3600,
}
MAX_EXPIRY_S = 30 * 24 * 3600
MAX_TRIES = 5
"""After so many sends without a verified end, the command has failed."""
CANCELLABLE = frozenset(state for state, step in TRANSITIONS if step is Step.CANCEL)


def after(state: CommandState, step: Step) -> CommandState | None:
    """The state that follows; None when this step is not possible from `state`."""
    return TRANSITIONS.get((state, step))
