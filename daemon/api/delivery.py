"""Wire types of alert delivery: how channels stand, test messages, dead letters."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Reason, Wire


class ChannelState(StrEnum):
    """How a channel stands."""

    OK = "ok"
    UNUSED = "unused"
    """Nothing was ever sent."""
    FAILING = "failing"
    MUTED = "muted"
    STOPPED = "stopped"
    """As all of them."""
    OFF = "off"
    """By the configuration."""


class DeliveryChannel(Wire, frozen=True, kw_only=True):
    """One channel. Its address is never told."""

    name: str
    kind: str
    state: ChannelState
    waiting: int
    """Messages that are not sent yet."""
    dead: int
    failures: int
    """Tries in a row that went wrong."""
    code: str | None
    """What went wrong last; None: nothing."""
    problem: str | None
    """The same in words, with what to do."""
    last_sent_at: datetime | None
    last_failed_at: datetime | None
    next_try_at: datetime | None
    """When a channel that fails is tried again."""
    muted_until: datetime | None
    muted_by: str | None
    least: str
    escalate_to: str | None


class DeliveryStatus(Wire, frozen=True, kw_only=True):
    """All channels of the configuration."""

    is_on: bool
    """By the configuration."""
    stopped_by: str | None
    """Who stopped all of them; None: nobody."""
    channels: tuple[DeliveryChannel, ...]


class DeliveryTest(Wire, frozen=True, kw_only=True):
    """What became of a test message."""

    channel: str
    message_id: str
    ok: bool
    code: str | None
    problem: str | None


class DeadLetter(Wire, frozen=True, kw_only=True):
    """A message that was given up. Its alerts are in the lists as all others."""

    message_id: str
    channel: str
    kind: str
    alerts: int
    made_at: datetime
    given_up_at: datetime | None
    tries: int
    code: str | None
    problem: str | None


class MuteRequest(Wire, frozen=True, kw_only=True):
    """For how long a channel waits, and why; 0 minutes: not any more."""

    minutes: Annotated[int, msgspec.Meta(ge=0, le=43_200)]
    reason: Reason | None = None


class DeliveryReason(Wire, frozen=True, kw_only=True):
    """Why; ends up in the audit."""

    reason: Reason | None = None
