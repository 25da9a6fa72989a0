"""A phone as the API shows it: enrolment, last record, present state and figures in one line."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from adb_bridge.advice import Menu, advice_for
from adb_bridge.errors import BridgeErrorCode
from adb_bridge.probe import UNSUPPORTED
from adb_bridge.records import AdbState, Availability, Capability, DeviceProfile, Source, Vendor
from policies.display import safe_display

from .api.texts import Texts
from .api.wire import CapabilityLine, ClockChange, Device, DeviceAvailability, Masked
from .archive.clocks import ClockReading
from .archive.records import ArchivedEnrolment, DeviceCounts, DeviceRecord
from .live import LiveDevice

IDLE_FOR = timedelta(minutes=15)
MISSING_AFTER = timedelta(days=7)
_MAX_PROFILE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """All that is known of one phone."""

    serial: str
    enrolment: ArchivedEnrolment | None
    """The one in force."""
    record: DeviceRecord | None
    live: LiveDevice | None
    counts: DeviceCounts | None
    stranger_state: AdbState | None = None
    """Of a connection whose phone is not known yet; `serial` is the connection's name then."""
    stranger_trouble: str | None = None
    """Code of why it is not known."""
    pending_commands: int = 0
    collected: frozenset[Source] = frozenset()
    """What this daemon reads to the end."""
    had_wireless: bool = False
    """It was reached by wireless debugging, and nobody switched that off."""


def device_view(facts: DeviceFacts, now: datetime, texts: Texts) -> Device:
    """Claims of the phone go through the safe door; its state comes from adb."""
    live, record = facts.live, facts.record
    profile = live.profile if live is not None and live.profile is not None else record.profile if record else None
    status = live.status if live is not None and live.status is not None else record.status if record else None
    seen = [one.last_seen_at for one in (live, record) if one is not None and one.last_seen_at is not None]
    state = live.state if live is not None else facts.stranger_state
    notice = live.notice_posted if live is not None and live.notice_posted is not None else None
    if notice is None and record is not None:
        notice = record.notice_posted
    counts = facts.counts
    enrolment = facts.enrolment
    transports: tuple[str, ...] = tuple(sorted(live.transports)) if live is not None else ()
    if facts.stranger_state is not None:
        transports = (facts.serial,)
    is_unsupported = facts.stranger_trouble == BridgeErrorCode.UNSUPPORTED_SYSTEM
    capabilities = profile.capabilities if profile else UNSUPPORTED if is_unsupported else ()
    vendor = profile.vendor if profile else Vendor.HARMONY_NEXT if is_unsupported else None
    return Device(
        serial=safe_display(facts.serial),
        employee=enrolment.employee if enrolment is not None else None,
        state=state.value if state is not None else "absent",
        availability=availability_of(state, max(seen, default=None), now),
        last_seen_at=max(seen, default=None),
        battery_pct=status.battery_pct if status else None,
        profile=profile_line(profile),
        capabilities=tuple(_capability(one, texts) for one in capabilities),
        pending_commands=facts.pending_commands,
        transports=tuple(safe_display(name) for name in transports),
        is_locked=status.is_locked if status else None,
        is_screen_on=status.is_screen_on if status else None,
        is_charging=status.is_charging if status else None,
        clock_offset_ms=status.clock_offset_ms if status else None,
        backfill_done=_is_backfilled(facts, profile),
        events=counts.events if counts else 0,
        open_alerts=counts.open_alerts if counts else 0,
        last_error=_last_error(live, state) or facts.stranger_trouble,
        notice_posted=notice if enrolment is not None else None,
        missed_notifications=live.missed_notifications if live is not None else 0,
        vendor=vendor.value if vendor is not None else None,
        system=Masked(safe_display(profile.rom, _MAX_PROFILE)) if profile else Masked(""),
        timezone=Masked(safe_display(profile.timezone, _MAX_PROFILE)) if profile else Masked(""),
        utc_offset_min=status.utc_offset_min if status else None,
        clock_uncertainty_ms=status.clock_uncertainty_ms if status else None,
        connect_advice=_connect_advice(facts, state, vendor, texts) if enrolment is not None else None,
        troubled_sources=tuple(sorted(live.source_troubles)) if live is not None and state is AdbState.DEVICE else (),
    )


def clock_change(reading: ClockReading) -> ClockChange:
    """For the wire."""
    return ClockChange(read_at=reading.read_at, offset_ms=reading.offset_ms, utc_offset_min=reading.utc_offset_min)


def availability_of(state: AdbState | None, last_seen_at: datetime | None, now: datetime) -> DeviceAvailability:
    """Connected and usable; lately so, or connected but not usable; not lately; not for a week, or never."""
    if state is AdbState.DEVICE:
        return DeviceAvailability.ONLINE
    if state is not None and state is not AdbState.OFFLINE:
        return DeviceAvailability.IDLE
    if last_seen_at is None or now - last_seen_at >= MISSING_AFTER:
        return DeviceAvailability.MISSING
    return DeviceAvailability.IDLE if now - last_seen_at < IDLE_FOR else DeviceAvailability.OFFLINE


def profile_line(profile: DeviceProfile | None) -> str:
    """`HUAWEI P40, Android 10`; empty when unknown."""
    if profile is None:
        return ""
    name = " ".join(part for part in (profile.manufacturer.strip(), profile.model.strip()) if part)
    android = f"Android {profile.android_release.strip()}" if profile.android_release.strip() else ""
    line = safe_display(", ".join(part for part in (name, android) if part)[:_MAX_PROFILE])
    return " ".join(line.split())


def _capability(capability: Capability, texts: Texts) -> CapabilityLine:
    advice = capability.advice
    if advice is not None:
        advice = texts.get(advice) if texts.has(advice) else None  # of an older version, whose texts are gone
    return CapabilityLine(
        name=capability.name.value,
        availability=capability.availability.value,
        evidence=capability.evidence,
        advice=advice,
    )


def _connect_advice(facts: DeviceFacts, state: AdbState | None, vendor: Vendor | None, texts: Texts) -> str | None:
    """Of a phone that should be connected and is not."""
    if state not in {None, AdbState.OFFLINE}:
        return None
    if facts.had_wireless:
        menu = texts.get(advice_for(Menu.WIRELESS, vendor or Vendor.OTHER))
        return texts.get("health.advice.wireless_lost", menu=menu)
    return texts.get(advice_for(Menu.STAY_CONNECTED, vendor or Vendor.OTHER))


def _is_backfilled(facts: DeviceFacts, profile: DeviceProfile | None) -> bool:
    """Every source that the enrolment covers and the phone permits was read to its end once."""
    if facts.enrolment is None or facts.counts is None:
        return False
    lines = profile.capabilities if profile is not None else ()
    denied = {line.name.value for line in lines if line.availability is Availability.NO}
    in_scope = {source for source in facts.collected if source.value in facts.enrolment.scope}
    return {source for source in in_scope if source.value not in denied} <= facts.counts.sources_read_to_end


def _last_error(live: LiveDevice | None, state: AdbState | None) -> str | None:
    if state is AdbState.UNAUTHORIZED:  # who it is is known only of phones that were allowed before
        return "adb.device_unauthorized" if live is None else "adb.no_longer_allowed"
    return live.last_error if live is not None else None
