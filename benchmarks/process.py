"""Processes that benchmarks measure: phones and daemon each in one of their own."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A simulated phone in another process."""

    serial: str
    address: str


@contextlib.asynccontextmanager
async def phones(count: int, *, history: int, latency_s: float) -> AsyncIterator[list[Phone]]:
    """Simulated phones in one process of their own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adb_bridge.simphone", "jewellery-day",
        "--phones", str(count), "--history", str(history), "--latency-s", str(latency_s),
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


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A throw-away directory."""
    with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
        yield Path(name)


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
