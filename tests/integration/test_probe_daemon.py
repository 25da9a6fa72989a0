"""What the daemon tells of each phone: kept true while switches are flipped, systems that cannot be read, clocks."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.switches import Switch, SwitchState
from daemon.api.wire import CapabilityLine
from daemon.config import Config

from .daemon_support import OWNER, enrolled, phone, quick_config, running, until


@contextlib.asynccontextmanager
async def profiled(profile: str, serial: str) -> AsyncIterator[SimPhone]:
    one = SimPhone(spec_of(profile, serial=serial), SystemClock())
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


def often(config: Config, probe_interval_s: float) -> Config:
    return replace(config, capture=replace(config.capture, probe_interval_s=probe_interval_s))


async def test_the_table_follows_the_switches_of_the_phone(tmp_path: Path) -> None:
    async with profiled("hyperos", "PROBE1") as one:
        async with running(tmp_path, often(quick_config(one), 2)) as service:
            await enrolled(service, "PROBE1")

            async def line(name: str) -> CapabilityLine | None:
                device = await service.device(OWNER, "PROBE1")
                return next((line for line in device.capabilities if line.name == name), None)

            async def cannot_lock() -> bool:
                lock = await line("lock")
                return lock is not None and lock.availability == "no" and "Security settings" in (lock.advice or "")

            await until(cannot_lock)
            device = await service.device(OWNER, "PROBE1")
            assert (device.vendor, device.system, device.timezone) == ("xiaomi", "HyperOS 1.0", "Asia/Shanghai")
            assert device.connect_advice is None
            one.switches.set(Switch.USB_DEBUGGING_SECURITY, SwitchState.ON)

            async def can_lock() -> bool:
                lock = await line("lock")
                return lock is not None and lock.availability == "yes"

            await until(can_lock)
        async with running(tmp_path, quick_config()) as service:
            away = await service.device(OWNER, "PROBE1")
            assert away.connect_advice is not None
            assert away.capabilities, "what it permitted is kept while it is away"


async def test_a_denied_source_has_the_table_made_anew(tmp_path: Path) -> None:
    async with phone("PROBE2") as one, running(tmp_path, often(quick_config(one), 2)) as service:
        await enrolled(service, "PROBE2")
        one.faults.refuse_permission(Right.SMS)

        async def is_said() -> bool:
            lines = {line.name: line for line in (await service.device(OWNER, "PROBE2")).capabilities}
            return "sms" in lines and lines["sms"].evidence == "permission_denied" and bool(lines["sms"].advice)

        await until(is_said)


async def test_a_system_that_cannot_be_read_is_shown_and_left_alone(tmp_path: Path) -> None:
    async with profiled("harmony-next", "NEXT5") as one, running(tmp_path, quick_config(one)) as service:

        async def is_shown() -> bool:
            return any(device.last_error == "adb.unsupported_system" for device in await service.devices(OWNER))

        await until(is_shown)
        device = await service.device(OWNER, one.address)
        assert device.vendor == "harmony_next"
        assert [(line.name, line.availability) for line in device.capabilities] == [("supported_system", "no")]
        assert "HarmonyOS 4" in (device.capabilities[0].advice or "")
        checks = {check.name: check for check in (await service.health(OWNER)).checks}
        assert checks["unsupported"].status == "warn"
        assert all(served.command.startswith("getprop") for served in one.journal)


async def test_a_clock_that_was_set_is_told_with_its_last_change(tmp_path: Path) -> None:
    async with phone("PROBE3") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "PROBE3")

        async def is_measured() -> bool:
            return (await service.device(OWNER, "PROBE3")).clock_uncertainty_ms is not None

        await until(is_measured)
        one.handset.jump_clock(600_000)

        async def is_told() -> bool:
            changes = (await service.device(OWNER, "PROBE3")).clock_changes
            return bool(changes) and abs(changes[0].offset_ms - 600_000) < 2_000

        await until(is_told)
        device = await service.device(OWNER, "PROBE3")
        assert device.clock_changes[0].utc_offset_min == 480
        assert device.clock_offset_ms is not None
        checks = {check.name: check for check in (await service.health(OWNER)).checks}
        assert checks["clock"].status == "warn"
        assert "PROBE3" in checks["clock"].detail
