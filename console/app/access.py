"""What this console may do here. The daemon enforces; the console says so before it is asked."""

from enum import StrEnum
from typing import Final

from daemon.api.wire import Role


class AccessMode(StrEnum):
    """How the console was started."""

    FULL = "full"
    READ_ONLY = "read_only"
    """Looks only: nothing is sent to phones, no alert changes, nothing is revealed. For a screen on the wall."""


class Act(StrEnum):
    """What changes something or opens content."""

    LOCK = "lock"
    COMMAND = "command"
    """What a phone is asked to do and nobody loses anything by."""
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
    Role.ADMIN: frozenset(set(Act) - {Act.REVEAL, Act.TRY_RULES}),
    Role.REVIEWER: frozenset({Act.HANDLE_ALERT, Act.REVEAL, Act.TRY_RULES}),
    Role.AUDITOR: frozenset(),
    Role.EMPLOYEE: frozenset(),
}
"""Mirrors the daemon's table, to grey out a key instead of having it refused. A test holds both together."""


def refusal(act: Act, mode: AccessMode, role: Role | None) -> str | None:
    """The catalog key of why `act` is not possible, None when it is. Without a role yet the daemon is asked."""
    if mode is AccessMode.READ_ONLY:
        return "app.refusal.read_only"
    if role is not None and act not in RIGHTS.get(role, frozenset()):
        return "app.refusal.role"
    return None
