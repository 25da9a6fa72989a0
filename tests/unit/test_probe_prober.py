"""When the capability table is made anew: at once, soon after something was asked or failed, never without a pause."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from adb_bridge.evidence import Evidence
from adb_bridge.probe_sources import line
from adb_bridge.records import Availability, Capability, CapabilityName, DeviceProfile, DeviceSerial, Untrusted
from daemon.prober import Prober

PROFILE = DeviceProfile(
    serial=DeviceSerial("P1"), manufacturer=Untrusted(""), model=Untrusted(""), android_release=Untrusted("14"), sdk=34,
    security_patch=Untrusted(""), capabilities=(),
)  # fmt: skip
GOOD = line(CapabilityName.SMS, Availability.YES, Evidence.ROWS_READABLE)
SILENT = line(CapabilityName.SMS, Availability.UNKNOWN, Evidence.NO_ANSWER)


class Watched:
    """Stands for the supervision."""

    def well(self) -> None: ...


async def looks_within(prober: Prober, seconds: float, table: Sequence[Capability], asks: int) -> int:
    count = 0

    async def look() -> DeviceProfile:
        nonlocal count
        count += 1
        return replace(PROFILE, capabilities=tuple(table))

    running = asyncio.create_task(prober.run(Watched(), look))  # type: ignore[arg-type]
    for _ in range(asks):
        await asyncio.sleep(seconds / (asks + 1))
        prober.ask()
    await asyncio.sleep(seconds / (asks + 1))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return count


async def test_once_while_nothing_happens() -> None:
    assert await looks_within(Prober(600, pause_s=0.01), 0.2, [GOOD], 0) == 1


async def test_again_when_somebody_asks() -> None:
    assert await looks_within(Prober(600, pause_s=0.01), 0.3, [GOOD], 1) == 2


async def test_asking_often_makes_few_looks() -> None:
    assert await looks_within(Prober(600, pause_s=0.15), 0.4, [GOOD], 40) <= 4


async def test_at_intervals_and_soon_after_a_failure() -> None:
    assert await looks_within(Prober(0.05, pause_s=0.01), 0.3, [GOOD], 0) >= 3
    assert await looks_within(Prober(0.05, pause_s=0.01), 0.3, [SILENT], 0) >= 3
