"""Wire types of actions that follow a finding by themselves: what is in force, what was done and undone."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Reason, Wire


class InterceptKind(StrEnum):
    """What a rule may have done."""

    SUSPEND_APP = "suspend_app"
    """Pause one app for some minutes."""
    LOCK = "lock"
    MESSAGE = "message"


class InterceptState(StrEnum):
    """How one action stands."""

    ASKED = "asked"
    """The phone is to be told; not read back."""
    IN_FORCE = "in_force"
    """Read back from the phone."""
    UNDOING = "undoing"
    """Its time is over, or somebody ended it; the phone has not been read back as before, or is away."""
    UNDONE = "undone"
    """Read back: as before."""
    DONE = "done"
    """Carried out; there is nothing to undo."""
    NOT_DONE = "not_done"
    """It never took effect."""
    KEPT = "kept"
    """Its time is over, but the app stays suspended for another reason (the employee leaves, the phone is lost)."""


class Intercept(Wire, frozen=True, kw_only=True):
    """One action."""

    intercept_id: str
    alert_id: str
    rule_id: str
    device: str
    employee: str | None
    kind: InterceptKind
    app: str | None
    minutes: int | None
    state: InterceptState
    code: str | None
    """Of how the newest order to the phone ended."""
    text: str
    """All of it in one line, in the asked language."""
    begun_at: datetime
    due_at: datetime | None
    """When it is undone by itself."""
    ended_at: datetime | None
    command_id: str | None
    undo_command_id: str | None
    ledger_index: int


class InterceptStatus(Wire, frozen=True, kw_only=True):
    """Whether actions are taken at all."""

    is_configured: bool
    """`[intercept] enabled`."""
    is_switched_off: bool
    """The kill switch."""
    switched_by: str | None
    switched_at: datetime | None
    switch_reason: str | None
    in_force: int
    undoing: int
    min_severity: str
    apps: tuple[str, ...]
    """That may be paused."""
    per_phone_hour: int
    per_phone_day: int
    cooldown_s: int


class SwitchIntercept(Wire, frozen=True, kw_only=True):
    """The kill switch."""

    is_on: bool
    reason: Reason


class InterceptQuery(Wire, frozen=True, kw_only=True):
    """Which actions."""

    device: Id | None = None
    alert: Id | None = None
    is_open: bool | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100
    before: int | None = None
