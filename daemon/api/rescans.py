"""Wire types of re-scans: the archive looked through with the rules in force."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Reason, Wire


class RescanStatus(StrEnum):
    """How it stands."""

    RUNNING = "running"
    """A daemon that was stopped goes on with it."""
    DONE = "done"
    CANCELLED = "cancelled"


class RescanRequest(Wire, frozen=True, kw_only=True):
    """Look through what is archived, as far as it fits every field that is given."""

    reason: Reason
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """By the time it happened, inclusive."""
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """Exclusive."""
    device: Id | None = None
    source: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    is_told: bool = False
    """True: what is found is told like what happens now; else it is only in the lists."""


class RescanCancel(Wire, frozen=True, kw_only=True):
    """Why it ends early. What it found stays."""

    reason: Reason


class Rescan(Wire, frozen=True, kw_only=True):
    """One, and how far it is."""

    rescan_id: str
    status: RescanStatus
    asked_at: datetime
    asked_by: str
    reason: str
    old_version: str
    """Of the rules that judged before."""
    new_version: str
    """Of the rules that judge now, version and hash."""
    since: datetime | None
    until: datetime | None
    device: str | None
    source: str | None
    is_told: bool
    events: int
    """In its scope when it was asked for."""
    done: int
    found: int
    """Alerts that it raised; an alert that was there already is not raised again."""
    per_s: float
    """Events a second of late; 0 while it does not run."""
    ended_at: datetime | None
    ended_by: str | None
