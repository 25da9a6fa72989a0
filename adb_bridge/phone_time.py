"""Phone-local times made into moments by the phone's clock: zones, daylight saving, and names that lie about both.

A dialer names a recording by the wall clock; the file system stamps it in UTC when it is closed. So the file's own
time checks the name's: the call began about its duration before the file was last written.

Rules:
1. The phone's present zone decides, when the result fits the file. In the hour that a clock is put back over, the
   reading that fits better.
2. When it does not fit (the person travelled, or the zone was set by hand since), the offset that fits does, a
   multiple of 15 minutes from UTC-12 to UTC+14; only when the duration is known, since else several would.
3. When none fits, the time is not told: the clock was jumping.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EARLY_S: Final = 120
"""How long a call may ring between its name and its first sound, and how late the last bytes may be written."""
_LATE_S: Final = 90
_LONGEST_CALL_S: Final = 6 * 3600
_QUARTER_MIN: Final = 15
_OFFSETS_MIN: Final = range(-12 * 60, 14 * 60 + 1, _QUARTER_MIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneZone:
    """What the phone says about its zone now."""

    name: str | None
    """`persist.sys.timezone`, such as `Asia/Shanghai`; None when not told."""
    utc_offset_min: int | None
    """By `date +%z`; None when not told."""

    def rules(self) -> tzinfo | None:
        """The zone with its history where this machine knows it, else a fixed offset; None when nothing is known."""
        if self.name is not None:
            try:
                return ZoneInfo(self.name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass
        if self.utc_offset_min is None:
            return None
        return timezone(timedelta(minutes=self.utc_offset_min))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTimes:
    """What the file itself says."""

    modified_s: int
    """Unix seconds by the phone's clock."""
    duration_ms: int | None
    """Of the sound; None when not told."""

    precision_s: int = 1
    """How exact the name's time is."""

    def misfit_s(self, started: datetime) -> float | None:
        """How far a start is from what the file says, seconds; None when it cannot be."""
        apart_s = self.modified_s - started.timestamp()
        if self.duration_ms is None:
            return 0.0 if -_LATE_S <= apart_s <= _LONGEST_CALL_S + self.precision_s else None
        lead_s = apart_s - self.duration_ms / 1000
        return abs(lead_s) if -_LATE_S <= lead_s <= _EARLY_S + self.precision_s else None


def resolve(wall: datetime, zone: PhoneZone, file: FileTimes) -> datetime | None:
    """The moment (UTC, by the phone's clock) of a naive phone-local time; None when nothing fits. Total.

    Args:
        wall: Naive, of a year that has a neighbour on both sides.
    """
    rules = zone.rules()
    if rules is not None:
        readings = {wall.replace(tzinfo=rules, fold=fold).astimezone(UTC) for fold in (0, 1)}
        fitting = _best(readings, file)
        if fitting is not None:
            return fitting
    if file.duration_ms is None:
        return None
    return _best({with_offset(wall, offset_min) for offset_min in _OFFSETS_MIN}, file)


def with_offset(wall: datetime, offset_min: int) -> datetime:
    """The moment (UTC) of a wall time whose offset from UTC is known, minutes."""
    return wall.replace(tzinfo=UTC) - timedelta(minutes=offset_min)


def _best(readings: set[datetime], file: FileTimes) -> datetime | None:
    fitting = [(misfit_s, one) for one in readings if (misfit_s := file.misfit_s(one)) is not None]
    return min(fitting)[1] if fitting else None
