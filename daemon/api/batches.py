"""One command for several phones, and decisions about commands."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .requests import Index, Limit
from .wire_base import Id, Line, Reason, Wire
from .wire_commands import MOST_DEVICES, Command, CommandState, ExpiresIn, Key, Parameters, Verb

Devices = Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_DEVICES)]


class CommandQuery(Wire, frozen=True, kw_only=True):
    """Filters are joined by AND. Newest first."""

    device: Id | None = None
    limit: Limit = 200
    state: CommandState | None = None
    is_open: bool | None = None
    """True: those that may still change."""
    batch: Id | None = None
    before: Index | None = None
    """A ledger index: only older ones."""


class BatchRequest(Wire, frozen=True, kw_only=True):
    """Exactly one of `devices`, `all` and `group` says which phones; only enrolled ones get a command."""

    verb: Verb
    reason: Reason
    devices: Devices = ()
    all: bool = False
    """Every enrolled phone."""
    group: Line | None = None
    """A name of `commands.groups` in the configuration."""
    parameters: Parameters | None = None
    expires_in_s: ExpiresIn | None = None
    idempotency_key: Key | None = None
    confirm_token: Id | None = None
    """Of a preview: exactly the phones that it showed. None: those that fit now."""


class BatchOutcome(StrEnum):
    """A batch in one word, computed from its commands."""

    WAITING = "waiting"
    """Some may still change."""
    DONE = "done"
    """All phones of the list are acknowledged."""
    PARTLY = "partly"
    """Some are acknowledged."""
    NONE = "none"
    """Not one is."""


class BatchTarget(Wire, frozen=True, kw_only=True):
    """One phone that would get, or got, a command."""

    device: str
    employee: str | None = None
    availability: str | None = None
    """Of previews: as in the list of devices."""
    why_not: str | None = None
    """The code of why it gets none; None: it gets one."""
    why_not_text: str | None = None
    command: Command | None = None
    """As it is now."""


class BatchPreview(Wire, frozen=True, kw_only=True):
    """What a batch would be. Nothing was sent."""

    confirm_token: str
    """For the same person, within ten minutes, once."""
    verb: Verb
    targets: tuple[BatchTarget, ...]


class Batch(Wire, frozen=True, kw_only=True):
    """Several phones told the same; the list was frozen when it was asked for."""

    batch_id: str
    verb: Verb
    reason: str
    requested_by: str
    requested_at: datetime
    outcome: BatchOutcome
    counts: dict[str, int]
    """By state of the commands, and `left_out`."""
    targets: tuple[BatchTarget, ...] = ()
    """Of one batch only; empty in lists."""
    parameters: Parameters | None = None
    ledger_index: int | None = None


class BatchQuery(Wire, frozen=True, kw_only=True):
    """Newest first."""

    limit: Limit = 50
    before: Index | None = None


class Approval(Wire, frozen=True, kw_only=True):
    """Another person than the one who asked agrees."""

    typed_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """The phone's serial or employee, as this person typed it; a wipe needs it."""
    reason: Reason | None = None


class Rejection(Wire, frozen=True, kw_only=True):
    """Nobody sends it."""

    reason: Reason


class Decision(Wire, frozen=True, kw_only=True):
    """What a person found when they looked at the phone."""

    is_done: bool
    reason: Reason


class Possibility(StrEnum):
    """Whether a phone can do something."""

    POSSIBLE = "possible"
    NOT_NOW = "not_now"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


class VerbChance(Wire, frozen=True, kw_only=True):
    """One verb on one phone."""

    verb: Verb
    verdict: Possibility
    route: str
    """By what it would be done; stable."""
    because: str
    """Why, stable; empty when there is nothing to say."""
    because_text: str
    by_hand: str
    """What a person can do instead, in the asked language; empty when there is no need."""


class DeviceVerbs(Wire, frozen=True, kw_only=True):
    """What a phone can do, asked of it now."""

    device: str
    asked_at: datetime | None
    """None: the phone could not be asked."""
    verbs: tuple[VerbChance, ...]
