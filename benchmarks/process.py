"""Processes that benchmarks measure: phones and daemon each in one of their own."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from adb_bridge.bridge import Bridge
from adb_bridge.records import AdbState, TransportSerial
from adb_bridge.session import Session
from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError
from daemon.api.socket_path import socket_for_state

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A simulated phone in another process."""

    serial: str
    address: str


@contextlib.asynccontextmanager
async def phones(count: int, *, history: int, latency_s: float, seed: int | None = None) -> AsyncIterator[list[Phone]]:
    """Simulated phones in one process of their own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adb_bridge.simphone", "jewellery-day",
        "--phones", str(count), "--history", str(history), "--latency-s", str(latency_s),
        *(() if seed is None else ("--seed", str(seed))),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        lines = [json.loads(await process.stdout.readline()) for _ in range(count)]
        yield [Phone(serial=line["serial"], address=line["address"]) for line in lines]
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def new_state(folder: Path, addresses: list[str]) -> Path:
    """A state directory with a key file beside it, made by `shopwardend init`."""
    state, key = folder / "state", folder / "bench.key"
    subprocess.run(
        [sys.executable, "-m", "daemon", "init", "--state", str(state), "--key-file", str(key)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    quoted = ", ".join(f'"{address}"' for address in addresses)
    (state / "shopwarden.toml").write_text(
        f'[key]\nsource = "file"\npath = "{key}"\n[adb]\nconnect = [{quoted}]\ndiscovery = "off"\n'
    )
    return state


@contextlib.asynccontextmanager
async def daemon(state: Path) -> AsyncIterator[int]:
    """A running daemon; yields its pid once the API answers."""
    with (state.parent / "daemon.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "daemon", "run", "--state", str(state), stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(ApiClientError):
                    async with ApiClient(socket_for_state(state), "en") as client:
                        await client.hello()
                        break
                await asyncio.sleep(0.05)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def cpu_s(pid: int) -> float:
    """User and system time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def rss_mb(pid: int) -> float:
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def reach(bridge: Bridge, address: str) -> Session:
    """Connect and wait until the phone lets us in; adb says "connected" before the phone has agreed."""
    await bridge.connect(address)
    async for transports in bridge.watch():
        if any(one.serial == address and one.state is AdbState.DEVICE for one in transports):
            break
    return bridge.session(TransportSerial(address))
