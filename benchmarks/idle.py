"""What 20 phones cost while nothing happens, and whether a poll costs more when there is more history."""

import asyncio
import tempfile
import time
from pathlib import Path

from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import SystemClock
from adb_bridge.collectors import collectors
from adb_bridge.collectors.base import BlobRefusedError, BlobWriter
from adb_bridge.records import Cursor, Source
from daemon.api.client import ApiClient
from daemon.api.socket_path import socket_for_state
from daemon.api.wire import EnrolRequest

from .process import cpu_s, daemon, new_state, phones, reach, rss_mb

PHONES = 20
WATCH_S = 30.0
SHORT_HISTORY = 200
LONG_HISTORY = 20_000
POLLS = 20


class EverythingKnown:
    """Answers the collectors as an archive would that holds all rows."""

    async def present_ids(self, low: int, high: int) -> frozenset[int]:
        """All of them."""
        return frozenset(range(max(low, 1), min(high, LONG_HISTORY) + 1))

    async def present_keys(self, prefix: str) -> frozenset[str]:
        """Messages have numbers."""
        return frozenset()

    async def subscriptions_of(self, ids: frozenset[int]) -> dict[int, int | None]:
        """One SIM."""
        return dict.fromkeys(ids, 1)

    async def open_blob(self, name: str) -> BlobWriter:
        """Messages have no attachments."""
        raise BlobRefusedError


async def run() -> dict[str, float | int | str]:
    """CPU of the daemon with default intervals, and the time of one SMS poll at two lengths of history."""
    short = await _poll_ms(SHORT_HISTORY)
    long = await _poll_ms(LONG_HISTORY)
    return {
        **await _idle(),
        f"poll_ms_at_{SHORT_HISTORY}_rows": short,
        f"poll_ms_at_{LONG_HISTORY}_rows": long,
        "poll_growth_ratio": long / short,
    }


async def _idle() -> dict[str, float | int | str]:
    async with phones(PHONES, history=SHORT_HISTORY, latency_s=0.2) as fleet:
        with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
            state = new_state(Path(name), [phone.address for phone in fleet])
            async with daemon(state) as pid, ApiClient(socket_for_state(state), "en") as client:
                await enrol_all(client, {phone.serial for phone in fleet})
                while not all(device.backfill_done for device in await client.devices()):
                    await asyncio.sleep(0.5)
                await asyncio.sleep(5)
                before, started = cpu_s(pid), time.perf_counter()
                await asyncio.sleep(WATCH_S)
                used = (cpu_s(pid) - before) / (time.perf_counter() - started)
                return {"phones": PHONES, "idle_cpu_percent_of_one_core": used * 100, "idle_rss_mb": rss_mb(pid)}


async def enrol_all(client: ApiClient, waiting: set[str]) -> None:
    """Enrol these phones as they appear."""
    while waiting:
        for device in await client.devices():
            if device.serial in waiting:
                waiting.discard(device.serial)
                await client.enrol(
                    EnrolRequest(serial=device.serial, employee="Bench", notice_version="1", acknowledged_by="Bench")
                )
        await asyncio.sleep(0.1)


async def _poll_ms(history: int) -> float:
    """Median time of one SMS poll with nothing new, zero `content` latency."""
    async with phones(1, history=history, latency_s=0.0) as (phone,):
        with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
            bridge = Bridge(BridgeSettings(home=Path(name) / "adb"), SystemClock())
            await bridge.start()
            try:
                session = await reach(bridge, phone.address)
                (sms,) = (one for one in collectors(SystemClock()) if one.source is Source.SMS)
                cursor: Cursor | None = None
                times = []
                for _ in range(POLLS + 1):
                    started = time.perf_counter()
                    async for batch in sms.collect(session, cursor, EverythingKnown()):
                        cursor = batch.cursor
                    times.append((time.perf_counter() - started) * 1000)
                return sorted(times[1:])[POLLS // 2]
            finally:
                await bridge.stop()
