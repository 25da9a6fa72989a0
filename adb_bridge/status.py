"""One reading of a phone's state, in one call."""

from .clock import Clock
from .readings import (
    Wakefulness,
    read_battery,
    read_device_locked,
    read_epoch_ms,
    read_utc_offset_min,
    read_wakefulness,
)
from .records import DeviceStatus
from .session import Session
from .shell_batch import run_batch

_COMMANDS = ("dumpsys battery", "dumpsys power", "dumpsys trust", "date +%z", "date +%s.%N")
_TIMEOUT_S = 20.0


async def read_status(session: Session, clock: Clock) -> DeviceStatus:
    """Battery, screen, lock and clock of a phone; None for each that it does not tell.

    The clock comes last in the call, so that its offset is off by the way back only.

    Raises:
        DeviceUnavailableError, ServerUnavailableError, ParseError: as `run_batch`.
    """
    async with session.polls:
        battery, power, trust, zone, date = await run_batch(session, _COMMANDS, timeout_s=_TIMEOUT_S)
    read_at = clock.now()
    reading = read_battery(battery.output)
    wakefulness = read_wakefulness(power.output)
    phone_ms = read_epoch_ms(date.output)
    return DeviceStatus(
        battery_pct=reading.pct,
        is_charging=reading.is_charging,
        is_screen_on=None if wakefulness is None else wakefulness in {Wakefulness.AWAKE, Wakefulness.DREAMING},
        is_locked=read_device_locked(trust.output),
        clock_offset_ms=None if phone_ms is None else phone_ms - round(read_at.timestamp() * 1000),
        read_at=read_at,
        utc_offset_min=read_utc_offset_min(zone.output),
    )
