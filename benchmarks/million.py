"""An archive of a million messages, made once by the product's own insert path and kept for the next benchmark.

    store = await kept_store()           # or kept_store(100_000); a benchmark that writes takes `copied(store, folder)`
    archive = store.open(OpenMode.READ_ONLY)

It lies in `$SHOPWARDEN_BENCH_DIR`, else in a directory of this user below the system's temporary one, under a name that
changes with the schema and with how rows are made. Search words by frequency: `synthetic.words()`.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import inspect
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from adb_bridge.clock import SystemClock
from adb_bridge.records import Cursor, DeviceSerial, Source
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.secrets import KeyFileSecret
from daemon.archive.archive import Archive
from daemon.archive.drafts import AuditDraft, EnrolmentDraft
from daemon.archive.schema import SCHEMA_VERSION
from daemon.events import CollectedEvent, Ingest, JudgedEvent
from daemon.paths import StatePaths

from . import synthetic
from .process import new_state
from .synthetic import PHONES, Slice

ROWS: Final = 1_000_000
BATCH: Final = 1_000
_IN_FLIGHT: Final = 6
_AUDIT_EVERY: Final = 5
"""Batches between audit entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A state directory as `shopwardend init` makes it, its key file beside it (`key_file`)."""

    folder: Path
    rows: int
    """Events in it: messages and calls."""
    built_in_s: float
    """How long the rows took to make and to insert, when they were."""

    @property
    def paths(self) -> StatePaths:
        """Of the state directory."""
        return StatePaths(self.folder / "state")

    @property
    def key_file(self) -> Path:
        """Opens it."""
        return self.folder / "bench.key"

    def open(self, mode: OpenMode = OpenMode.READ_ONLY) -> Archive:
        """The archive; the caller closes it. Nobody else may write to it then."""
        keys = open_keyring(self.paths.keyring, KeyFileSecret(path=self.key_file))
        return Archive.open(
            self.paths.archive, keys, clock=SystemClock(), heads=HeadLog(self.paths.heads), mode=mode
        )  # fmt: skip


async def kept_store(rows: int | None = None) -> Store:
    """The store with `rows` events (`$SHOPWARDEN_BENCH_ROWS`, else a million), built when it is not there yet.

    Read it only: other benchmarks use the same one.
    """
    count = rows or int(os.environ.get("SHOPWARDEN_BENCH_ROWS", ROWS))
    place = _kept() / f"{count}-{SCHEMA_VERSION}-{_fingerprint()}"
    mark = place / "complete"
    with _one_builder():
        if not mark.is_file():
            shutil.rmtree(place, ignore_errors=True)
            temporary = Path(tempfile.mkdtemp(prefix="building-", dir=_kept()))
            built_in_s = await _build(temporary, count)
            _point_config(temporary, place)
            (temporary / "complete").write_text(str(built_in_s), encoding="ascii")
            temporary.rename(place)
    return Store(folder=place, rows=count, built_in_s=float(mark.read_text(encoding="ascii")))


def copied(store: Store, folder: Path) -> Store:
    """A copy that may be written to and damaged; `folder` must not exist."""
    shutil.copytree(store.folder, folder)
    _point_config(folder, folder)
    return Store(folder=folder, rows=store.rows, built_in_s=store.built_in_s)


def ingests(wanted: Slice) -> Iterator[Ingest]:
    """The slice's rows as a collector hands them on: each source by itself, in batches of BATCH rows."""
    made = sorted(synthetic.events(wanted), key=lambda event: event.source.value)
    for source, of_source in groupby(made, key=lambda event: event.source):
        rows = list(of_source)
        for first in range(0, len(rows), BATCH):
            yield ingest_of(wanted.device, source, rows[first : first + BATCH])


def ingest_of(device: DeviceSerial, source: Source, rows: list[CollectedEvent]) -> Ingest:
    """One batch without verdicts, with the cursor behind its last row."""
    return Ingest(
        device=device,
        source=source,
        judged=tuple(JudgedEvent(event=event, verdicts=()) for event in rows),
        absent_keys=(),
        cursor=Cursor(f"bench:{rows[-1].source_key}"),
        is_caught_up=False,
    )


async def enrol_phones(archive: Archive) -> None:
    """Every phone of `synthetic`, for all sources."""
    for device in PHONES:
        await archive.add_enrolment(
            EnrolmentDraft(
                serial=device,
                employee=f"员工{device[-1]}",
                notice_version="bench-1",
                notice_text="本机为门店工作手机，短信与通话会被存档。",
                acknowledged_by=f"员工{device[-1]}",
                acknowledged_at=SystemClock().now(),
                enrolled_by="bench",
                scope=tuple(source.value for source in Source),
            )
        )


async def audit_entry(archive: Archive) -> None:
    """What a look at a conversation leaves."""
    await archive.audit(
        AuditDraft(actor="bench", role="owner", action="events.read", target="cv_bench", reason="盘点", outcome="ok")
    )


async def _build(folder: Path, count: int) -> float:
    new_state(folder, [])
    store = Store(folder=folder, rows=count, built_in_s=0.0)
    started = time.perf_counter()
    archive = store.open(OpenMode.READ_WRITE if store.paths.archive.exists() else OpenMode.CREATE)
    try:
        await enrol_phones(archive)
        done = await _fill(archive, count)
    finally:
        await archive.close()
    took_s = time.perf_counter() - started
    print(f"made an archive of {done:,} rows in {took_s:.0f} s: {folder}", file=sys.stderr, flush=True)
    return took_s


async def _fill(archive: Archive, count: int) -> int:
    """Batches of all phones in turn, several on their way at once, with audit entries between."""
    waiting: set[asyncio.Task[object]] = set()
    done = batches = 0
    for ingest in _in_turn(count):
        if len(waiting) >= _IN_FLIGHT:
            finished, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                task.result()
        waiting.add(asyncio.create_task(archive.ingest(ingest)))
        done, batches = done + len(ingest.judged), batches + 1
        if batches % _AUDIT_EVERY == 0:
            await audit_entry(archive)
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    return done


def _in_turn(count: int) -> Iterator[Ingest]:
    each, left = divmod(count, len(PHONES))
    streams = [
        _stream(device, each + (1 if number < left else 0)) for number, device in enumerate(PHONES)
    ]  # fmt: skip
    while streams:
        for stream in list(streams):
            if (ingest := next(stream, None)) is None:
                streams.remove(stream)
            else:
                yield ingest


def _stream(device: DeviceSerial, count: int) -> Iterator[Ingest]:
    step = BATCH * synthetic.CALL_EVERY
    for first in range(1, count + 1, step):
        yield from ingests(Slice(device=device, first=first, count=min(step, count + 1 - first)))


def _kept() -> Path:
    """A directory of ours alone."""
    chosen = os.environ.get("SHOPWARDEN_BENCH_DIR")
    folder = Path(chosen) if chosen else Path(tempfile.gettempdir()) / f"shopwarden-bench-{os.geteuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} is not ours")
    return folder


def _fingerprint() -> str:
    source = inspect.getsource(synthetic) + inspect.getsource(_fill)
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def _point_config(folder: Path, place: Path) -> None:
    """The configuration names the key file by the place it will have."""
    (folder / "state" / "shopwarden.toml").write_text(
        f'[key]\nsource = "file"\npath = "{place / "bench.key"}"\n[adb]\nconnect = []\ndiscovery = "off"\n',
        encoding="utf-8",
    )


@contextlib.contextmanager
def _one_builder() -> Iterator[None]:
    """Another benchmark that wants the same store waits for the first."""
    with (_kept() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
