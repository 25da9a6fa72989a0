"""What this console may do here. The daemon enforces; the console says so before it is asked."""

from enum import StrEnum
from typing import Final

from daemon.api.wire import Role


class AccessMode(StrEnum):
    """How the console was started."""

    FULL = "full"
    READ_ONLY = "read_only"
    """Looks only: nothing is sent to phones, no alert changes, nothing is revealed. For a screen on the wall."""


class Place(StrEnum):
    """Where the daemon is that this console is a client of."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    """On another machine: secrets that people type, and who comes in, are that machine's own business."""


class Act(StrEnum):
    """What changes something or opens content."""

    LOCK = "lock"
    COMMAND = "command"
    """Whatever a phone is told but to wipe itself."""
    WIPE = "wipe"
    """Ask for it; somebody else has to agree."""
    APPROVE = "approve"
    """Agree to what somebody else asked for, or refuse it."""
    SHOW_PIN = "show_pin"
    TYPE_PIN = "type_pin"
    """Give the shop a PIN to keep."""
    DELIVER = "deliver"
    """Test, mute, stop alert delivery; send dead letters again."""
    REVOKE_CONSOLE = "revoke_console"
    LEAVE = "leave"
    """Take back that somebody leaves; say what was done by hand."""
    SWITCH_INTERCEPT = "switch_intercept"
    """End all actions that follow findings, or allow them again."""
    ENROL = "enrol"
    REACH_PHONES = "reach_phones"
    """Connect to phones, pair with them."""
    CANCEL_COMMAND = "cancel_command"
    HANDLE_ALERT = "handle_alert"
    REVEAL = "reveal"
    TRY_RULES = "try_rules"
    RESCAN = "rescan"
    """Have the archive looked through again, and end that."""


RIGHTS: Final[dict[Role, frozenset[Act]]] = {
    Role.OWNER: frozenset(Act),
    Role.ADMIN: frozenset(set(Act) - {Act.REVEAL, Act.TRY_RULES, Act.REVOKE_CONSOLE}),
    Role.REVIEWER: frozenset({Act.HANDLE_ALERT, Act.REVEAL, Act.TRY_RULES}),
    Role.AUDITOR: frozenset(),
    Role.EMPLOYEE: frozenset(),
}
"""Mirrors the daemon's table, to grey out a key instead of having it refused. A test holds both together."""


HERE_ONLY: Final = frozenset({Act.TYPE_PIN, Act.REVOKE_CONSOLE})
"""Nobody may from another machine, as the daemon's `LOCAL_ONLY`."""


def refusal(act: Act, mode: AccessMode, role: Role | None, place: Place = Place.HERE) -> str | None:
    """The catalog key of why `act` is not possible, None when it is. Without a role yet the daemon is asked."""
    if mode is AccessMode.READ_ONLY:
        return "app.refusal.read_only"
    if role is not None and act not in RIGHTS.get(role, frozenset()):
        return "app.refusal.role"
    if place is Place.ELSEWHERE and act in HERE_ONLY:
        return "app.refusal.here_only"
    return None
