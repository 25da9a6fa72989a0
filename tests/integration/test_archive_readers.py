"""Queries that take too long, or whose caller went away."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crypto.database import Database, OpenMode, open_database
from crypto.keys import Purpose
from daemon.archive.errors import ArchiveClosedError, ReadTimeoutError
from daemon.archive.readers import Readers
from tests.archive_kit import archive_in, ingest_of, root_key, sms

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


def endless(database: Database) -> object:
    return database.fetch_value(ENDLESS)


def quick(database: Database) -> object:
    return database.fetch_value("SELECT 1")


@pytest.fixture
async def readers(tmp_path: Path) -> AsyncIterator[Readers]:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)]))
    key = root_key().derive(Purpose.ARCHIVE)
    pool = Readers(lambda: open_database(tmp_path / "archive.db", key, OpenMode.READ_ONLY), threads=2)
    yield pool
    await pool.close()


async def test_a_query_that_takes_too_long_is_stopped_and_frees_its_thread(readers: Readers) -> None:
    for _ in range(3):  # more often than there are threads
        started = time.monotonic()
        with pytest.raises(ReadTimeoutError):
            await readers.read(endless, timeout_s=0.1)
        assert time.monotonic() - started < 5
    assert await readers.read(quick, timeout_s=10) == 1


async def test_a_cancelled_query_is_stopped(readers: Readers) -> None:
    tasks = [asyncio.ensure_future(readers.read(endless, timeout_s=None)) for _ in range(4)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await readers.read(quick, timeout_s=10) == 1


async def test_after_the_close_nothing_is_read(readers: Readers) -> None:
    await readers.close()
    with pytest.raises(ArchiveClosedError):
        await readers.read(quick)
