"""The seams through which campaigns reach the vault's keys: the one place to change when key classes do."""

import time
from pathlib import Path

from crypto.database import Database, OpenMode, open_database
from crypto.errors import CryptoError
from crypto.keys import Purpose
from daemon.archive.archive import Archive, ArchiveSettings
from daemon.archive.errors import ArchiveError
from tests.archive_kit import StepClock, open_archive, root_key

SETTINGS = ArchiveSettings(head_interval_s=0.0, reader_threads=1)
READY_LIMIT_S = 2.0


def archive_key() -> bytes:
    return root_key().derive(Purpose.ARCHIVE)


def database_in(directory: Path, mode: OpenMode = OpenMode.READ_WRITE) -> Database:
    return open_database(directory / "archive.db", archive_key(), mode)


def opened(directory: Path, *, clock: StepClock | None = None, mode: OpenMode | None = None) -> Archive:
    return open_archive(directory, clock=clock, settings=SETTINGS, mode=mode)


def opened_in_time(directory: Path) -> tuple[Archive, float]:
    """The archive and the seconds until it was ready."""
    started = time.perf_counter()
    archive = opened(directory)
    ready_s = time.perf_counter() - started
    assert ready_s < READY_LIMIT_S, f"ready only after {ready_s:.1f} s"
    return archive, ready_s


async def verified(directory: Path, mode: OpenMode) -> str | None:
    """What opening and `verify` find; None: nothing."""
    try:
        archive = opened(directory, mode=mode)
    except (CryptoError, ArchiveError) as error:
        return f"open: {error}"
    try:
        finding = archive.head_finding
        result = await archive.verify()
    finally:
        await archive.close()
    return finding or (None if result.ok else f"{result.problem} at {result.first_bad}")
