"""How long from the start of a process until the archive answers, and until `shopwardend run` answers its API.

`open_*`: keyring and archive opened, first page of events read, inside a process that has loaded what it needs.
`start_*`: the same from before the process exists, with the interpreter and all that it loads. `bare_python_s` is an
interpreter that does nothing, in the same turn. With a key file a slot costs no time on purpose; with a passphrase
Argon2id takes 256 MiB. `killed` is after SIGKILL with a large log: writes of another process, never checkpointed.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from crypto.keyring import add_slot, open_keyring
from crypto.secrets import KeyFileSecret, PassphraseSecret

from .million import Store, copied, kept_store
from .process import daemon

TURNS: Final = 5
API_TURNS: Final = 3
PASSPHRASE: Final = "bench passphrase of nobody"  # noqa: S105  of an archive of invented messages

_OPEN: Final = """
import sys, time
loading = time.perf_counter()
import asyncio
from pathlib import Path
from adb_bridge.clock import SystemClock
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.secrets import KeyFileSecret, PassphraseSecret
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.paths import StatePaths
paths, secret = StatePaths(Path(sys.argv[1])), sys.argv[2]
async def ready():
    opening = time.perf_counter()
    chosen = KeyFileSecret(Path(secret)) if secret.startswith("/") else PassphraseSecret.from_text(secret)
    keys = open_keyring(paths.keyring, chosen)
    opened = time.perf_counter()
    archive = Archive.open(
        paths.archive, keys, clock=SystemClock(), heads=HeadLog(paths.heads), mode=OpenMode.READ_WRITE
    )
    assert len(await archive.events(EventFilter(limit=50))) == 50
    done = time.perf_counter()
    print(f'{{"loading": {opening - loading}, "keyring": {opened - opening}, "opening": {done - opening}}}', flush=True)
    sys.stdin.readline()
    await archive.close()
asyncio.run(ready())
"""
_WRITE_UNTIL_KILLED: Final = """
import asyncio, os, signal, sys
from pathlib import Path
from benchmarks.million import Store, ingests
from benchmarks.synthetic import PHONES, Slice
from crypto.database import OpenMode
store = Store(folder=Path(sys.argv[1]), rows=0, built_in_s=0.0)
async def write():
    archive = store.open(OpenMode.READ_WRITE)
    reader = archive._open_for_reading()  # holds the log: no checkpoint gets past it
    reader.execute("BEGIN")
    reader.fetch_value("SELECT count(*) FROM devices")
    for ingest in ingests(Slice(device=PHONES[0], first=10_000_001, count=20_000)):
        await archive.ingest(ingest)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(write())
"""


async def run() -> dict[str, float | int | str]:
    """A copy of the kept store, so that its log and slots are ours to change. Medians of TURNS."""
    with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
        store = copied(await kept_store(), Path(name) / "store")
        keys = open_keyring(store.paths.keyring, KeyFileSecret(store.key_file))
        await asyncio.to_thread(add_slot, store.paths.keyring, keys, PassphraseSecret.from_text(PASSPHRASE))
        bare = [_bare_s() for _ in range(TURNS)]
        by_key = [_opened(store, str(store.key_file)) for _ in range(TURNS)]
        by_passphrase = [_opened(store, PASSPHRASE) for _ in range(TURNS)]
        killed, log_bytes = _after_a_kill(store, Path(name))
        api_s = [await _api_s(store) for _ in range(API_TURNS)]
    return {
        "rows": store.rows,
        "bare_python_s": statistics.median(bare),
        "open_with_key_file_s": _median(by_key, "opening"),
        "start_with_key_file_s": _median(by_key, "start"),
        "goal_with_key_file_s": 0.3,
        "open_with_passphrase_s": _median(by_passphrase, "opening"),
        "start_with_passphrase_s": _median(by_passphrase, "start"),
        "goal_with_passphrase_s": 1.5,
        "loading_s": _median(by_key, "loading"),
        "killed_log_mb": log_bytes / 1e6,
        "open_killed_with_key_file_s": _median(killed, "opening"),
        "start_killed_with_key_file_s": _median(killed, "start"),
        "daemon_until_api_s": statistics.median(api_s),
    }


def _median(turns: list[dict[str, float]], name: str) -> float:
    return statistics.median(turn[name] for turn in turns)


def _bare_s() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - started


def _opened(store: Store, secret: str) -> dict[str, float]:
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", _OPEN, str(store.paths.root), secret], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        start_s = time.perf_counter() - started
        process.communicate(b"\n")
    told = json.loads(line)
    return {**{name: float(figure) for name, figure in told.items()}, "start": start_s}


def _after_a_kill(store: Store, folder: Path) -> tuple[list[dict[str, float]], int]:
    """Each turn opens a fresh copy of what the killed process left."""
    subprocess.run([sys.executable, "-c", _WRITE_UNTIL_KILLED, str(store.folder)], check=False, timeout=120)
    log = store.paths.archive.with_name(store.paths.archive.name + "-wal")
    log_bytes = log.stat().st_size
    turns = []
    for turn in range(TURNS):
        copy = copied(store, folder / f"killed-{turn}")
        turns.append(_opened(copy, str(copy.key_file)))
        shutil.rmtree(copy.folder)
    return turns, log_bytes


async def _api_s(store: Store) -> float:
    os.sync()
    started = time.perf_counter()
    async with daemon(store.paths.root):
        return time.perf_counter() - started
