"""Wire types of phones and their enrolments. Part of `wire`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Line, Masked, Wire


class DeviceAvailability(StrEnum):
    ONLINE = "online"
    IDLE = "idle"
    OFFLINE = "offline"
    MISSING = "missing"


class CapabilityLine(Wire, frozen=True, kw_only=True):
    name: str
    availability: str
    """yes, no or unknown."""
    evidence: str
    advice: str | None
    """What to tap, already in the asked language."""


class ClockChange(Wire, frozen=True, kw_only=True):
    """A phone's clock as it was found when it had jumped, drifted or changed its zone."""

    read_at: datetime
    """Ours."""
    offset_ms: int
    """The phone's minus ours."""
    utc_offset_min: int | None


class Device(Wire, frozen=True, kw_only=True):
    serial: str
    employee: str | None
    """None: not enrolled, nothing is collected."""
    state: str
    """The adb state verbatim, or `absent`."""
    availability: DeviceAvailability
    last_seen_at: datetime | None
    battery_pct: int | None
    profile: str
    """Manufacturer, model and Android version in one safe line."""
    capabilities: tuple[CapabilityLine, ...]
    pending_commands: int
    transports: tuple[str, ...]
    is_locked: bool | None
    is_screen_on: bool | None
    is_charging: bool | None
    clock_offset_ms: int | None
    backfill_done: bool
    """True once every source was read to its end at least once."""
    events: int
    """Records archived from this phone."""
    open_alerts: int
    last_error: str | None
    """Stable error code of the current trouble, None when well."""
    notice_posted: bool | None
    name: str | None = None
    """What people call the phone; None: nobody named it."""
    vendor: str | None = None
    """Whose system it runs: `xiaomi`, `huawei`, …, `aosp`, `other`, `harmony_next`; None: not known yet."""
    system: Masked = Masked("")
    """The vendor's system and its version, such as `HyperOS 1.0`; empty when not told."""
    timezone: Masked = Masked("")
    """Such as `Asia/Shanghai`; empty when not told."""
    utc_offset_min: int | None = None
    """The phone's local time minus UTC."""
    clock_uncertainty_ms: int | None = None
    """How far `clock_offset_ms` may be off either way."""
    clock_changes: tuple[ClockChange, ...] = ()
    """The last ones, newest first; only where one phone is asked for."""
    connect_advice: str | None = None
    """What to check and tap while the phone is not connected, in the asked language; None while it is."""
    missed_notifications: int = 0
    """Announced by the phone since the daemon started and without a text of their own: replaced before they could be
    read, or posted again unchanged."""
    troubled_sources: tuple[str, ...] = ()
    """Sources that cannot be read at the moment, sorted."""


class Enrolment(Wire, frozen=True, kw_only=True):
    serial: str
    employee: str
    notice_version: str
    notice_sha256: str
    acknowledged_by: str
    acknowledged_at: datetime
    enrolled_by: str
    enrolled_at: datetime
    scope: tuple[str, ...]
    """Sources that may be collected."""
    ended_at: datetime | None


class EnrolRequest(Wire, frozen=True, kw_only=True):
    serial: Id
    employee: Line
    notice_version: Line
    acknowledged_by: Line
    scope: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=16)] = (
        "sms", "mms", "call_log", "contacts", "notifications", "recordings", "imported",
    )  # fmt: skip
