"""A disk that is full or fails: what is told, what is kept, and that the writer works again afterwards."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adb_bridge.records import Source
from daemon.archive.archive import Archive, ArchiveSettings
from daemon.archive.drafts import EventFilter
from daemon.archive.errors import ArchiveFullError
from tests.archive_kit import PHONE, archive_in, enrolment, ingest_of, sms
from tests.integration.test_archive_records import audit_draft

BODY = b"\xe6\x98\x9f" * 600


@contextlib.contextmanager
def small_disk(mount_point: Path, size: str) -> Iterator[Path]:
    """A tmpfs of its own; skipped where we may not mount."""
    mount_point.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(mount_point)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("cannot mount a tmpfs here")
    try:
        yield mount_point
    finally:
        subprocess.run(["umount", "-l", str(mount_point)], check=True)


async def fill_up(archive: Archive, *, start: int = 1) -> int:
    """Ingest until there is no room; the number of rows acknowledged."""
    key = start
    while key < 20_000:
        try:
            events = [sms(one, BODY) for one in range(key, key + 50)]
            await archive.ingest(ingest_of(events, cursor=str(key + 49)))
        except ArchiveFullError:
            return key - 1
        key += 50
    raise AssertionError("the disk did not fill up")


async def test_a_full_disk_loses_nothing_and_the_writer_recovers(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "6m") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1_500_000))
        async with archive_in(disk) as archive:
            done = await fill_up(archive)
            assert done > 0
            # still full: told again, and what there is can be read
            with pytest.raises(ArchiveFullError):
                await archive.ingest(ingest_of([sms(one, BODY) for one in range(done + 1, done + 51)]))
            assert (await archive.counts()).events == done
            assert await archive.cursor(PHONE, Source.SMS) == str(done)
            assert len(await archive.events(EventFilter())) == 50
            ballast.unlink()
            events = [sms(one, BODY) for one in range(done + 1, done + 51)]
            assert (await archive.ingest(ingest_of(events, cursor="after"))).new_events == 50
            assert (await archive.verify()).ok
            assert archive.head_finding is None
        async with archive_in(disk) as archive:
            assert (await archive.counts()).events == done + 50
            assert (await archive.verify()).ok


async def test_the_reserve_keeps_audit_going_while_collecting_waits(tmp_path: Path) -> None:
    settings = ArchiveSettings(head_interval_s=0.0, reserve_bytes=1_000_000)
    with small_disk(tmp_path / "disk", "7m") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(2_500_000))
        async with archive_in(disk, settings=settings) as archive:
            assert (disk / "archive.db.reserve").stat().st_size == 1_000_000
            done = await fill_up(archive)
            states = [archive.is_disk_full]
            for _ in range(20):
                await archive.audit(audit_draft())
            await archive.end_enrolment(PHONE, actor="owner", reason="full")
            with pytest.raises(ArchiveFullError):
                await archive.ingest(ingest_of([sms(done + 1)], cursor="x"))
            ballast.unlink()
            await archive.add_enrolment(enrolment())
            await archive.ingest(ingest_of([sms(done + 1)], cursor="after"))
            assert [*states, archive.is_disk_full] == [True, False]
        async with archive_in(disk, settings=settings) as archive:
            assert (disk / "archive.db.reserve").stat().st_size == 1_000_000
            assert len(await archive.audit_entries(limit=100)) == 20
            assert (await archive.counts()).events == done + 1
            assert (await archive.verify()).ok


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from daemon.archive.errors import ArchiveBrokenError, ArchiveFullError
from tests.archive_kit import archive_in, ingest_of, sms
from tests.integration.test_archive_disk import BODY

async def main(directory):
    async with archive_in(directory) as archive:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, resource.RLIM_INFINITY))
        refused = done = 0
        for key in range(1, 4_000, 50):
            try:
                await archive.ingest(ingest_of([sms(one, BODY) for one in range(key, key + 50)], cursor=str(key + 49)))
                done = key + 49
            except (ArchiveBrokenError, ArchiveFullError) as error:
                refused += 1
                if refused == 3:
                    break
        assert refused == 3, refused
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await archive.ingest(ingest_of([sms(one, BODY) for one in range(done + 1, done + 51)], cursor="after"))
        assert (await archive.counts()).events == done + 50
        assert (await archive.verify()).ok
        print("recovered", done)

asyncio.run(main(Path(sys.argv[1])))
"""


def test_writes_that_fail_are_told_and_the_connection_is_opened_anew(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stdout.startswith("recovered "), run.stderr[-2000:]
    assert int(run.stdout.split()[1]) > 0


async def test_a_head_log_that_cannot_be_written_delays_heads_and_nothing_else(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        log = tmp_path / "heads.log"
        whole = log.read_bytes()
        log.unlink()
        log.mkdir()
        for key in (1, 2, 3):
            await archive.ingest(ingest_of([sms(key)], cursor=str(key)))
        log.rmdir()
        log.write_bytes(whole)
        await archive.ingest(ingest_of([sms(4)], cursor="4"))
        assert archive.head_finding is None
        assert (await archive.verify()).ok
        assert len(log.read_bytes().splitlines()) == 5
