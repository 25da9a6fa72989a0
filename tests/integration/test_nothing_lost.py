"""Nothing lost, nothing twice: the archive equals the phones after everything was killed at random moments."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.fleet import SimFleet
from adb_bridge.simphone.scenario import load_scenario
from daemon.api.client import ApiClient

from .running_daemon import RunningDaemon, archived_rows, enrol_fleet, new_state, phone_rows

PHONES = 4
ROWS = 5_000
DAEMON_KILLS = 20


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_archive_equals_the_phones_after_random_kills(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    fleet = SimFleet.from_scenario(
        load_scenario("jewellery-day"),
        phones=PHONES,
        clock=SystemClock(),
        seed=7,
        content_latency_s=0.3,
        history_rows=ROWS,
    )
    addresses = await fleet.start()
    state = new_state(tmp_path, addresses)
    daemon = RunningDaemon(state)
    try:
        await daemon.start()
        await enrol_fleet(daemon, fleet)
        unfinished = 0
        for _ in range(DAEMON_KILLS):
            unfinished += await archived_count(daemon) < PHONES * ROWS
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            if chance.random() < 0.5:
                chance.choice(fleet.phones).faults.cut()
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            if chance.random() < 0.5:
                for pid in daemon.adb_server_pids():
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            await daemon.kill()
            await daemon.start()
        assert unfinished >= DAEMON_KILLS * 3 // 4, "the backfill ended too early: the kills proved little"
        await daemon.wait_until_read(timeout_s=150)
        async with ApiClient(daemon.socket, "en") as client:
            report = await client.verify(None)
        assert report.ok, report
        await daemon.stop()
        assert await archived_rows(state) == phone_rows(fleet)
    finally:
        await daemon.kill()
        await fleet.stop()


async def archived_count(daemon: RunningDaemon) -> int:
    """Records archived so far, all phones."""
    async with ApiClient(daemon.socket, "en") as client:
        return sum(device.events for device in await client.devices())
