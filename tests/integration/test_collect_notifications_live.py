"""What messengers show reaches the archive and the alerts within a blink, through pulls of the cable and restarts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles.specs import spec_of
from adb_bridge.simphone.spec import Latencies
from daemon.api.wire import Event, EventQuery
from daemon.service_impl import DaemonService

from .daemon_support import OWNER, Watching, enrolled, quick_config, running, until

KICKBACK = "我给你返点"
SLOW = Latencies(content_s=0.2, dumpsys_s=0.05, other_s=0.02)
SCOPE = ("sms", "notifications")


@contextlib.asynccontextmanager
async def phone_of(profile: str, serial: str) -> AsyncIterator[SimPhone]:
    one = SimPhone(spec_of(profile, serial=serial, latencies=SLOW), SystemClock())
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


async def shown(service: DaemonService) -> list[Event]:
    return list(await service.events(OWNER, EventQuery(kind="notifications", limit=500)))


async def test_from_a_message_to_its_alert_and_what_was_replaced_is_counted(tmp_path: Path) -> None:
    async with (
        phone_of("aosp-14", "SIMNOTE1") as one,
        running(tmp_path, quick_config(one)) as service,
    ):
        await enrolled(service, "SIMNOTE1", SCOPE)
        watching = Watching(service, OWNER)
        await asyncio.sleep(0.5)
        latencies = []
        for number in range(8):
            posted_at = datetime.now(UTC)
            one.wechat("王小姐", f"{KICKBACK}{number}", count=number + 1)

            async def is_told(wanted: int = number + 1) -> bool:
                return sum(item.alert is not None for item in watching.items) == wanted

            await until(is_told, timeout_s=10)
            latencies.append((datetime.now(UTC) - posted_at).total_seconds())
            await asyncio.sleep(0.1)
        await watching.stop()
        assert sorted(latencies)[6] < SLOW.content_s + 0.3, latencies
        events = await shown(service)
        assert len(events) == 8
        assert {(event.app, event.peer, event.conversation == events[0].conversation) for event in events} == {
            ("com.tencent.mm", "王**", True)
        }
        for number in range(20):
            one.wecom("客户", f"第{number}条", count=number + 1)

        async def is_last_there() -> bool:
            device = await service.device(OWNER, "SIMNOTE1")
            archived = await shown(service)
            is_archived = any("第19条" in event.body for event in archived)
            return is_archived and device.missed_notifications + len(archived) >= 28

        await until(is_last_there)


async def test_everything_shown_is_there_after_pulls_and_a_restart_of_the_phone(tmp_path: Path) -> None:
    async with (
        phone_of("emui", "SIMNOTE2") as old,
        phone_of("aosp-15", "SIMNOTE3") as new,
        running(tmp_path, quick_config(old, new)) as service,
    ):
        await enrolled(service, "SIMNOTE2", SCOPE)
        await enrolled(service, "SIMNOTE3", SCOPE)
        wanted = set()
        for number in range(4):
            for one in (old, new):
                posted = one.wechat(f"客户{number}", f"第{number}条")
                wanted.add((one.spec.serial, f"{posted.key}#{posted.when_ms}"))
                if number % 2:
                    one.faults.cut()
            await asyncio.sleep(0.1)

        async def is_there() -> bool:
            return len(await shown(service)) >= len(wanted)

        await until(is_there, timeout_s=20)
        old.faults.reboot()
        new.wecom("客户", "[转账] 请收款")

        async def is_more() -> bool:
            return len(await shown(service)) > len(wanted)

        await until(is_more, timeout_s=20)
        assert len(await shown(service)) == len(wanted) + 1
