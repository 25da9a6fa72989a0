"""Many phones on one mini-PC: how long until 200 are connected and read, and what 50 cost while nothing happens."""

import asyncio
import tempfile
import time
from pathlib import Path

from daemon.api.client import ApiClient
from daemon.api.socket_path import socket_for_state

from .idle import enrol_all
from .process import cpu_s, daemon, new_state, phones, rss_mb

MANY = 200
QUIET = 50
WATCH_S = 30.0
HISTORY = 20
GOAL_S = 60.0


async def run() -> dict[str, float | int | str]:
    """Zero `content` latency: what is measured is ours. The simulated phones share the machine and its two cores."""
    return {**await _arrival(), **await _quiet()}


async def _arrival() -> dict[str, float | int | str]:
    async with phones(MANY, history=HISTORY, latency_s=0.0) as fleet:
        with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
            state = new_state(Path(name), [phone.address for phone in fleet])
            started = time.perf_counter()
            async with daemon(state) as pid, ApiClient(socket_for_state(state), "en") as client:
                await enrol_all(client, {phone.serial for phone in fleet})
                enrolled_s = time.perf_counter() - started
                await _all_read(client, MANY)
                read_s = time.perf_counter() - started
                return {
                    "phones": MANY,
                    "enrolled_after_s": enrolled_s,
                    "connected_and_read_after_s": read_s,
                    "goal_s": GOAL_S,
                    "goal_ratio": read_s / GOAL_S,
                    "daemon_cpu_s": cpu_s(pid),
                    "daemon_rss_mb": rss_mb(pid),
                }


async def _quiet() -> dict[str, float | int | str]:
    async with phones(QUIET, history=HISTORY, latency_s=0.2) as fleet:
        with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
            state = new_state(Path(name), [phone.address for phone in fleet])
            async with daemon(state) as pid, ApiClient(socket_for_state(state), "en") as client:
                await enrol_all(client, {phone.serial for phone in fleet})
                await _all_read(client, QUIET)
                await asyncio.sleep(10)
                before, started = cpu_s(pid), time.perf_counter()
                await asyncio.sleep(WATCH_S)
                used = (cpu_s(pid) - before) / (time.perf_counter() - started)
                return {"quiet_phones": QUIET, "idle_cpu_percent_of_one_core": used * 100, "idle_rss_mb": rss_mb(pid)}


async def _all_read(client: ApiClient, count: int) -> None:
    while True:
        devices = [device for device in await client.devices() if device.employee is not None]
        if len(devices) >= count and all(device.backfill_done for device in devices):
            return
        await asyncio.sleep(0.5)
