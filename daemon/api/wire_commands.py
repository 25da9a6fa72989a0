"""Wire types of commands to phones: the verbs, what each takes, and how a command stands.

No secret is a parameter: PINs are the daemon's own, and who is called is named by what the archive has of them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Line, Reason, Wire

MAX_EXPIRY_S = 30 * 86400
MOST_DEVICES = 1_000

Key = Annotated[str, msgspec.Meta(min_length=8, max_length=128, pattern=r"^[A-Za-z0-9._:-]+$")]
"""What a client names a request by, so that sending it twice asks once."""
ExpiresIn = Annotated[int, msgspec.Meta(ge=1, le=MAX_EXPIRY_S)]
Package = Annotated[str, msgspec.Meta(max_length=255, pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$")]
Packages = Annotated[tuple[Package, ...], msgspec.Meta(max_length=50)]
PhoneText = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
"""What the phone shows its holder."""
RingSeconds = Annotated[int, msgspec.Meta(ge=1, le=120)]


class Verb(StrEnum):
    """What a phone can be told."""

    LOCK = "lock"
    UNLOCK = "unlock"
    """Clear the PIN that the shop holds, and wake the screen."""
    SET_PIN = "set_pin"
    """Give the phone a new PIN that the shop holds."""
    LOST = "lost"
    """Lock, show a message, ring, suspend the apps."""
    FOUND = "found"
    """Undo `lost`."""
    RING = "ring"
    MESSAGE = "message"
    REBOOT = "reboot"
    REFETCH = "refetch"
    NOTICE = "notice"
    FREEZE = "freeze"
    """Suspend apps."""
    UNFREEZE = "unfreeze"
    KEEP_ALIVE = "keep_alive"
    """Settings that keep the link to the phone alive."""
    CALL = "call"
    """Place a call to somebody whose number the caller need not see."""
    WIPE = "wipe"


class LostParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="lost"):
    """Of `lost`."""

    message: PhoneText | None = None
    """None: the shop's own words."""
    ring_s: Annotated[int, msgspec.Meta(ge=0, le=120)] = 30
    """0: silently."""
    packages: Packages = ()
    """Apps to suspend; empty: those of the configuration."""
    new_pin: bool = False
    """Also give the phone a new PIN that the shop holds."""


class FoundParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="found"):
    """Of `found`."""

    packages: Packages = ()
    """Apps to let run again; empty: those of the configuration."""
    clear_pin: bool = False
    """Also take away the PIN that the shop holds."""


class RingParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="ring"):
    """Of `ring`."""

    duration_s: RingSeconds = 30


class MessageParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="message"):
    """Of `message`."""

    text: PhoneText
    title: Line | None = None
    """None: the shop's name."""


class FreezeParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="freeze"):
    """Of `freeze`."""

    packages: Packages = ()
    """Empty: those of the configuration."""


class UnfreezeParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="unfreeze"):
    """Of `unfreeze`."""

    packages: Packages = ()
    """Empty: those of the configuration."""


class KeepAliveParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="keep_alive"):
    """Of `keep_alive`."""

    settings: Annotated[tuple[Line, ...], msgspec.Meta(max_length=20)] = ()
    """Names of the settings; empty: all that this phone has."""


class CallParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="call"):
    """Of `call`: exactly one of these says who is called; the daemon finds the number."""

    event_id: Id | None = None
    conversation: Id | None = None
    customer: Id | None = None


class WipeParameters(Wire, frozen=True, kw_only=True, tag_field="verb", tag="wipe"):
    """Of `wipe`."""

    typed_name: Line | None = None
    """The phone's name as the person who asks typed it."""
    without_last_read: bool = False
    """Also when the phone cannot be read a last time; the reason says why."""


Parameters = (
    LostParameters
    | FoundParameters
    | RingParameters
    | MessageParameters
    | FreezeParameters
    | UnfreezeParameters
    | KeepAliveParameters
    | CallParameters
    | WipeParameters
)
"""One for each verb that takes any, told apart by `verb`."""


class CommandState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    """Done and read back from the phone."""
    FAILED = "failed"
    NOT_NOW = "not_now"
    UNKNOWN = "unknown"
    """The link was lost after sending; being probed."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self in {CommandState.ACKNOWLEDGED, CommandState.FAILED, CommandState.EXPIRED, CommandState.CANCELLED}


class CommandRequest(Wire, frozen=True, kw_only=True):
    device: Id
    verb: Verb
    reason: Reason
    expires_in_s: ExpiresIn | None = None
    """None: the verb's default (`docs/commands.md`)."""
    parameters: Parameters | None = None
    """None: the verb's defaults. One of another verb is refused."""
    idempotency_key: Key | None = None
    """The same key of the same person gives the same command, also after a restart."""


class CommandStep(Wire, frozen=True, kw_only=True):
    """One thing that was done on the phone, in order."""

    step: str
    code: str
    exit_code: int | None = None
    stderr_sha256: str | None = None


class CommandTransition(Wire, frozen=True, kw_only=True):
    """One change of a command's state."""

    at: datetime
    actor: str
    state_from: CommandState
    state_to: CommandState
    result: str | None
    steps: tuple[CommandStep, ...] = ()
    ledger_index: int | None = None


class Command(Wire, frozen=True, kw_only=True):
    command_id: str
    device: str
    verb: Verb
    state: CommandState
    reason: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    updated_at: datetime
    tries: int
    result: str | None
    """Stable code of the outcome, such as `locked`, `no_screen_lock`, `phone_offline`."""
    result_text: str | None
    """The same for people, in the asked language."""
    parameters: Parameters | None = None
    batch_id: str | None = None
    priority: int = 50
    """Smaller goes first."""
    next_try_at: datetime | None = None
    first_not_now_at: datetime | None = None
    """When the phone could not for the first time; None: it never said so."""
    not_now_count: int = 0
    awaiting_approval: bool = False
    """It waits for another person."""
    needs_decision: bool = False
    """Nobody can read back whether it happened: a person looks and decides."""
    ledger_index: int | None = None
    """Of its request; `before` of the list takes it."""
    transitions: tuple[CommandTransition, ...] = ()
    """Of `GET /v1/commands/{id}` only, oldest first."""
