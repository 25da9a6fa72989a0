"""How fast one phone's SMS history is committed, against the sum of the two things that cannot be avoided.

Floor, same run, same rows: (a) the same bytes through the same adb server with nothing done to them, and (b) the same
rows inserted into a bare SQLCipher table by `executemany` in transactions of 1,000.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import SystemClock
from crypto.database import OpenMode, open_database
from daemon.api.client import ApiClient
from daemon.api.socket_path import socket_for_state
from daemon.api.wire import EnrolRequest

from .process import Phone, cpu_s, daemon, new_state, phones, reach

ROWS = 20_000
BATCH = 1_000
QUERY = (
    "content query --uri content://sms --projection "
    "'_id:thread_id:date:date_sent:type:read:sub_id:hex(address):hex(body)' --sort '_id ASC'"
)


async def run() -> dict[str, float | int | str]:
    """One phone with ROWS messages and no `content` latency."""
    async with phones(1, history=ROWS, latency_s=0.0) as (phone,):
        with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
            folder = Path(name)
            transfer_s, lines = await _transfer(phone, folder)
            insert_s = _bulk_insert(lines, folder / "floor.db")
            product_s, daemon_cpu_s, committed = await _product(phone, folder)
    floor_s = transfer_s + insert_s
    return {
        "rows": committed,
        "product_s": product_s,
        "product_rows_per_s": committed / product_s,
        "floor_adb_transfer_s": transfer_s,
        "floor_sqlcipher_insert_s": insert_s,
        "floor_rows_per_s": len(lines) / floor_s,
        "ratio_of_floor": (committed / product_s) / (len(lines) / floor_s),
        "daemon_cpu_us_per_row": daemon_cpu_s / committed * 1e6,
    }


async def _transfer(phone: Phone, folder: Path) -> tuple[float, list[bytes]]:
    bridge = Bridge(BridgeSettings(home=folder / "adb"), SystemClock())
    await bridge.start()
    try:
        session = await reach(bridge, phone.address)
        started = time.perf_counter()
        output = await session.shell(QUERY, timeout_s=120, max_bytes=256 * 1024 * 1024)
        return time.perf_counter() - started, output.stdout.splitlines()
    finally:
        await bridge.stop()


def _bulk_insert(lines: list[bytes], path: Path) -> float:
    rows = [(number, "serial", number, line) for number, line in enumerate(lines)]
    with open_database(path, os.urandom(32), OpenMode.CREATE) as database:
        database.execute(
            "CREATE TABLE floor (idx INTEGER PRIMARY KEY, device TEXT NOT NULL, source_key INTEGER NOT NULL, body BLOB)"
        )
        database.execute("CREATE INDEX floor_by_key ON floor (device, source_key)")
        started = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            with database.transaction():
                database.executemany("INSERT INTO floor VALUES (?,?,?,?)", rows[first : first + BATCH])
        return time.perf_counter() - started


async def _product(phone: Phone, folder: Path) -> tuple[float, float, int]:
    state = new_state(folder, [phone.address])
    async with daemon(state) as pid, ApiClient(socket_for_state(state), "en") as client:
        while phone.serial not in {device.serial for device in await client.devices()}:
            await asyncio.sleep(0.05)
        cpu_before = cpu_s(pid)
        started = time.perf_counter()
        await client.enrol(
            EnrolRequest(
                serial=phone.serial, employee="Bench", notice_version="1", acknowledged_by="Bench", scope=("sms",)
            )
        )
        while True:
            device = await client.device(phone.serial)
            if device.events >= ROWS:
                return time.perf_counter() - started, cpu_s(pid) - cpu_before, device.events
            await asyncio.sleep(0.02)
