"""One reading of a phone's state, in one call."""

from dataclasses import dataclass
from datetime import datetime

from .clock import Clock
from .readings import (
    Epoch,
    Wakefulness,
    read_battery,
    read_device_locked,
    read_epoch,
    read_utc_offset_min,
    read_wakefulness,
)
from .records import DeviceStatus
from .session import Session
from .shell_batch import run_batch

_DATE = "date +%s.%N"
_COMMANDS = (_DATE, "dumpsys battery", "dumpsys power", "dumpsys trust", "date +%z", _DATE)
_TIMEOUT_S = 20.0
_SLACK_MS = 50
"""How much longer than the whole call the phone may say that it worked: its own clock's pace and rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """A phone's clock against ours."""

    offset_ms: int
    """The phone's minus ours."""
    uncertainty_ms: int
    """The true offset is within this of it, either way."""


async def read_status(session: Session, clock: Clock) -> DeviceStatus:
    """Battery, screen, lock and clock of a phone; None for each that it does not tell.

    The phone tells its time at the beginning and at the end: what the call took beyond that was the way (see
    `clock_offset`).

    Raises:
        DeviceUnavailableError, ServerUnavailableError, ParseError: as `run_batch`.
    """
    async with session.polls:
        started_s = clock.monotonic()
        first, battery, power, trust, zone, last = await run_batch(session, _COMMANDS, timeout_s=_TIMEOUT_S)
        took_ms = round((clock.monotonic() - started_s) * 1000)
        read_at = clock.now()
    reading = read_battery(battery.output)
    wakefulness = read_wakefulness(power.output)
    offset = clock_offset(read_epoch(first.output), read_epoch(last.output), took_ms=took_ms, read_at=read_at)
    return DeviceStatus(
        battery_pct=reading.pct,
        is_charging=reading.is_charging,
        is_screen_on=None if wakefulness is None else wakefulness in {Wakefulness.AWAKE, Wakefulness.DREAMING},
        is_locked=read_device_locked(trust.output),
        clock_offset_ms=None if offset is None else offset.offset_ms,
        clock_uncertainty_ms=None if offset is None else offset.uncertainty_ms,
        read_at=read_at,
        utc_offset_min=read_utc_offset_min(zone.output),
    )


def clock_offset(first: Epoch | None, last: Epoch | None, *, took_ms: int, read_at: datetime) -> ClockOffset | None:
    """The offset at the end of a call that took `took_ms` and ended at `read_at`, by the phone's time at its beginning
    and end.

    The call took `last - first` on the phone; the rest was the way there and back, so `last` was told at most that
    long before `read_at`: the middle is the estimate, half of it the uncertainty. A phone whose clock was set in
    between says a length that cannot be: then the whole call counts as the way. None when the phone told no time.
    """
    if last is None:
        return None
    way_ms = max(0, took_ms)
    if (
        first is not None
        and 0 <= (on_phone_ms := last.unix_ms - first.unix_ms) <= took_ms + _SLACK_MS + first.precision_ms
    ):
        way_ms = max(0, took_ms - max(0, on_phone_ms - (first.precision_ms - 1)))
    unknown_ms = way_ms + last.precision_ms - 1
    ours_ms = round(read_at.timestamp() * 1000)
    return ClockOffset(
        offset_ms=last.unix_ms + (last.precision_ms - 1) // 2 - (ours_ms - way_ms // 2),
        uncertainty_ms=(unknown_ms + 1) // 2 + 1,
    )
