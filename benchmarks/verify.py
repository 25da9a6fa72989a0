"""Checking a whole archive and its ledger, and proving single entries, on a million messages.

The floor is reading every event once without checking anything. `verify` works mostly in one thread; its processor time
is given beside the wall time, because a busy machine changes only the latter.
"""

import random
import time
from statistics import quantiles

from crypto.database import Database, OpenMode, open_database
from crypto.keyring import open_keyring
from crypto.keys import Purpose
from crypto.secrets import KeyFileSecret
from daemon.archive.archive import Archive
from daemon.archive.proving import Disclosing
from daemon.archive.tile_store import tree_in

from .million import kept_store

PROOFS = 300
_CHUNK = 4_096


async def run() -> dict[str, float | int | str]:
    """The kept store of `million`."""
    store = await kept_store()
    keys = open_keyring(store.paths.keyring, KeyFileSecret(path=store.key_file))
    with open_database(store.paths.archive, keys.derive(Purpose.ARCHIVE), OpenMode.READ_ONLY) as database:
        read_s, read_cpu_s = _read(database)
        size = database.fetch_value("SELECT max(size) FROM heads")
        assert isinstance(size, int)
        consistency_ms = _consistency(database, size)
    archive = store.open()
    started, cpu = time.perf_counter(), time.process_time()
    result = await archive.verify()
    verify_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    assert result.ok
    hidden_ms = [await _proof(archive, size, Disclosing.NOTHING) for _ in range(PROOFS)]
    shown_ms = [await _proof(archive, size, Disclosing.CONTENT) for _ in range(PROOFS)]
    await archive.close()
    records_per_s = result.records_checked / verify_s
    rows_per_s = store.rows / read_s
    return {
        "records": result.records_checked,
        "verify_s": verify_s,
        "verify_records_per_s": records_per_s,
        "verify_cpu_s_both_threads": cpu_s,
        "read_rows_per_s": rows_per_s,
        "ratio_to_reading": records_per_s / rows_per_s,
        "ratio_to_reading_by_cpu": (result.records_checked / cpu_s) / (store.rows / read_cpu_s),
        "proof_p50_ms": quantiles(hidden_ms, n=20)[9],
        "proof_p95_ms": quantiles(hidden_ms, n=20)[18],
        "proof_with_content_p50_ms": quantiles(shown_ms, n=20)[9],
        "proof_with_content_p95_ms": quantiles(shown_ms, n=20)[18],
        "consistency_p95_ms": quantiles(consistency_ms, n=20)[18],
    }


def _read(database: Database) -> tuple[float, float]:
    started, cpu = time.perf_counter(), time.thread_time()
    top = database.fetch_value("SELECT max(ledger_index) FROM events")
    assert isinstance(top, int)
    for first in range(0, top + 1, _CHUNK):
        database.fetch_all("SELECT * FROM events WHERE ledger_index >= ? AND ledger_index < ?", (first, first + _CHUNK))
    return time.perf_counter() - started, time.thread_time() - cpu


async def _proof(archive: Archive, size: int, disclosing: Disclosing) -> float:
    started = time.perf_counter()
    evidence = await archive.proofs.evidence(random.randint(1, size), disclosing, ())
    assert evidence is not None
    return (time.perf_counter() - started) * 1_000


def _consistency(database: Database, size: int) -> list[float]:
    times: list[float] = []
    for _ in range(PROOFS):
        started = time.perf_counter()
        with database.snapshot():
            tree_in(database, size).consistency(random.randint(1, size))
        times.append((time.perf_counter() - started) * 1_000)
    return times
