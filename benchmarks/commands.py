"""A bulk lock of 200 phones, one of which hangs: from the request until the last of the others was read back."""

import asyncio
import contextlib
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import SystemClock
from adb_bridge.records import TransportSerial
from daemon.api.batches import Batch, BatchRequest
from daemon.api.client import ApiClient
from daemon.api.commands_client import batch, submit_batch
from daemon.api.socket_path import socket_for_state
from daemon.api.wire import Verb

from .idle import enrol_all
from .process import Phone, cpu_s, daemon, new_state, phones

MANY = 200
GOAL_S = 5.0
_KEY_EVENT = "input keyevent 223"
_LOOK_S = 0.1
_AT_MOST_S = 60.0


async def run() -> dict[str, float | int | str]:
    """Zero `content` latency. Phones, adb server, daemon and this share two cores; the floor is the key event alone,
    sent to all of the same phones over the same adb server's kind with nothing else."""
    async with (
        phones(MANY - 1, history=20, latency_s=0.0) as fleet,
        phones(1, history=20, latency_s=0.0, seed=77) as odd,
    ):
        with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
            everything = [*fleet, *odd]
            state = new_state(Path(name), [phone.address for phone in everything])
            async with daemon(state) as pid, ApiClient(socket_for_state(state), "en") as client:
                await enrol_all(client, {phone.serial for phone in everything})
                await _calm(client)
                plain = await _lock(client, pid, "warm", {phone.serial for phone in everything})
                async with _hung(odd[0]):
                    hung = await _lock(client, pid, "hung", {phone.serial for phone in fleet})
        floor_s = await _floor(fleet, Path(name).parent)
    return {
        "phones": MANY,
        **plain,
        **hung,
        "floor_s": floor_s,
        "ratio_to_floor": float(hung["hung_last_read_back_after_s"]) / floor_s,
        "goal_s": GOAL_S,
        "goal_ratio": float(hung["hung_last_read_back_after_s"]) / GOAL_S,
    }


async def _lock(client: ApiClient, pid: int, name: str, expected: set[str]) -> dict[str, float | int | str]:
    before, started = cpu_s(pid), time.perf_counter()
    asked = await submit_batch(client, BatchRequest(verb=Verb.LOCK, reason="benchmark", all=True))
    accepted_s = time.perf_counter() - started
    slowest_hello_s = 0.0
    deadline = started + _AT_MOST_S
    while True:
        looked = time.perf_counter()
        await client.hello()
        slowest_hello_s = max(slowest_hello_s, time.perf_counter() - looked)
        seen = await batch(client, asked.batch_id)
        left = _left(seen, expected)
        if not left or time.perf_counter() > deadline:
            break
        await asyncio.sleep(_LOOK_S)
    ended_s = time.perf_counter() - started
    return {
        f"{name}_accepted_after_s": accepted_s,
        f"{name}_last_read_back_after_s": ended_s,
        f"{name}_slowest_hello_s": slowest_hello_s,
        f"{name}_daemon_cpu_s": cpu_s(pid) - before,
        f"{name}_acknowledged": seen.counts.get("acknowledged", 0),
        f"{name}_failed": seen.counts.get("failed", 0),
        f"{name}_left": len(left),
    }


def _left(seen: Batch, expected: set[str]) -> set[str]:
    ended = {one.device for one in seen.targets if one.command is not None and one.command.state.is_terminal}
    return expected - ended


@contextlib.asynccontextmanager
async def _hung(phone: Phone) -> AsyncIterator[None]:
    """It keeps its connection and says nothing."""
    pid = _listener_of(int(phone.address.rpartition(":")[2]))
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _listener_of(port: int) -> int:
    """The process of ours that listens on a port."""
    inodes = {
        fields[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if (fields := line.split())[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port
    }
    for place in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if any(str(place.readlink()) == f"socket:[{inode}]" for inode in inodes):
                return int(place.parts[2])
    raise LookupError(port)


async def _calm(client: ApiClient) -> None:
    """Until everything is read: a bulk lock in a shop is given to phones that are there."""
    while True:
        devices = [device for device in await client.devices() if device.employee is not None]
        if len(devices) >= MANY and all(device.backfill_done for device in devices):
            return
        await asyncio.sleep(0.5)


async def _floor(fleet: list[Phone], folder: Path) -> float:
    home = folder / "floor-adb"
    home.mkdir(exist_ok=True)
    bridge = Bridge(BridgeSettings(home=home), SystemClock())
    await bridge.start()
    try:
        await asyncio.gather(*(bridge.connect(phone.address) for phone in fleet))
        sessions = [bridge.session(TransportSerial(phone.address)) for phone in fleet]

        async def ready(number: int) -> None:
            while True:
                with contextlib.suppress(Exception):
                    await sessions[number].shell("true", timeout_s=10)
                    return
                await asyncio.sleep(0.5)

        await asyncio.gather(*(ready(number) for number in range(len(sessions))))
        started = time.perf_counter()
        await asyncio.gather(*(session.shell(_KEY_EVENT, timeout_s=30) for session in sessions))
        took_s = time.perf_counter() - started
        for session in sessions:
            await session.close()
        return took_s
    finally:
        await bridge.stop()
