"""The figures in a phone's line: whoever is told that it changed reads what was committed before."""

import asyncio
from pathlib import Path
from unittest.mock import Mock

from daemon.archive.archive import Archive
from daemon.archive.records import Counts
from daemon.device_directory import DeviceDirectory
from tests.archive_kit import archive_in, ingest_of, sms


def directory_of(archive: Archive) -> DeviceDirectory:
    return DeviceDirectory(archive, Mock(), Mock(), Mock())


async def test_what_was_committed_before_the_question_is_in_the_figures(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        directory = directory_of(archive)
        for number in range(1, 6):
            await archive.ingest(ingest_of([sms(number)]))
            assert (await directory.figures()).events == number


async def test_one_reading_serves_all_who_asked_before_it_and_nobody_who_asked_during_it(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        readings = 0
        is_open = asyncio.Event()

        async def counts() -> Counts:
            nonlocal readings
            readings += 1
            read = await archive.counts()
            await is_open.wait()
            return read

        directory = directory_of(Mock(counts=counts))
        early = [asyncio.create_task(directory.figures()) for _ in range(20)]
        async with asyncio.timeout(5):
            while readings == 0:
                await asyncio.sleep(0)
        await archive.ingest(ingest_of([sms(1)]))
        late = [asyncio.create_task(directory.figures()) for _ in range(20)]
        given_up = asyncio.create_task(directory.figures())
        await asyncio.sleep(0)
        given_up.cancel()
        is_open.set()
        await asyncio.gather(*early)
        assert {one.events for one in await asyncio.gather(*late)} == {1}
        assert readings == 2
