"""Checking a whole archive and its ledger, against reading the same file's rows once without checking anything."""

import asyncio
import tempfile
import time
from pathlib import Path

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode, open_database
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.keys import Purpose
from crypto.secrets import KeyFileSecret
from daemon.api.client import ApiClient
from daemon.api.socket_path import socket_for_state
from daemon.api.wire import EnrolRequest
from daemon.archive.archive import Archive
from daemon.paths import state_paths

from .process import daemon, new_state, phones

ROWS = 20_000


async def run() -> dict[str, float | int | str]:
    """An archive of one phone's ROWS messages, made by the product itself."""
    with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
        async with phones(1, history=ROWS, latency_s=0.0) as (phone,):
            state = new_state(Path(name), [phone.address])
            async with daemon(state), ApiClient(socket_for_state(state), "en") as client:
                while phone.serial not in {device.serial for device in await client.devices()}:
                    await asyncio.sleep(0.05)
                await client.enrol(
                    EnrolRequest(serial=phone.serial, employee="Bench", notice_version="1", acknowledged_by="Bench")
                )
                while (await client.device(phone.serial)).events < ROWS:
                    await asyncio.sleep(0.1)
        paths = state_paths(state, {})
        root = open_keyring(paths.keyring, KeyFileSecret(path=state.parent / "bench.key"))
        started = time.perf_counter()
        with open_database(paths.archive, root.derive(Purpose.ARCHIVE), OpenMode.READ_ONLY) as database:
            for _ in database.execute("SELECT * FROM events"):
                pass
        read_s = time.perf_counter() - started
        archive = Archive.open(
            paths.archive, root, clock=SystemClock(), heads=HeadLog(paths.heads), mode=OpenMode.READ_ONLY
        )
        started = time.perf_counter()
        result = await archive.verify()
        verify_s = time.perf_counter() - started
        size = result.ledger_size
        await archive.close()
    return {
        "ledger_size": size,
        "verify_s": verify_s,
        "verify_records_per_s": size / verify_s,
        "read_rows_per_s": ROWS / read_s,
        "ratio_to_reading": (size / verify_s) / (ROWS / read_s),
    }
