"""What systemd is told, over a real notify socket; an end that is never late."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode
from daemon.archive.archive import Archive
from daemon.archive.transaction import Transaction
from daemon.operating.progress import Patience
from daemon.operating.starting import longer_start
from daemon.operating.stopping import OVERDUE_STATUS, Closing, LastResort
from daemon.operating.watchdog import Standing, Watchdog
from tests.archive_kit import head_log, vault_keys


class _Notified:
    """systemd's end of the socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.env = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "60000"}

    def taken(self) -> list[str]:
        """Every line since the last call."""
        lines: list[str] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                lines += self._socket.recv(4096).decode().splitlines()
        return lines

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def notified(tmp_path: Path) -> Iterator[_Notified]:
    one = _Notified(tmp_path / "notify")
    yield one
    one.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hanging:
    """A unit that writes nothing and ends when it is let."""

    let: threading.Event
    row_count: int = 1
    is_collected: bool = False

    def apply(self, transaction: Transaction) -> None:
        self.let.wait(20)


async def test_a_writer_that_hangs_is_not_pinged_for(tmp_path: Path, notified: _Notified) -> None:
    archive = Archive.open(
        tmp_path / "archive.db",
        vault_keys(tmp_path),
        clock=SystemClock(),
        heads=head_log(tmp_path),
        mode=OpenMode.CREATE,
    )
    watchdog = Watchdog(
        archive,
        turned_s=lambda: (),
        standing=lambda: Standing(phones_online=2, phones_enrolled=3, is_disk_full=archive.is_disk_full),
        clock=SystemClock(),
        env=notified.env,
        patience=Patience(writer_s=0.1),
    )
    running = asyncio.create_task(watchdog.run())
    let = threading.Event()
    try:
        await asyncio.sleep(0.1)
        first = notified.taken()
        assert first.count("WATCHDOG=1") >= 2
        assert [line for line in first if line.startswith("STATUS=")] == ["STATUS=2 of 3 phones online"], "said once"
        writing = asyncio.create_task(archive._write(_Hanging(let=let)))
        async with asyncio.timeout(5):
            while "STATUS=2 of 3 phones online; stuck: writer" not in notified.taken():
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert notified.taken() == []
        let.set()
        await writing
        async with asyncio.timeout(5):
            while "WATCHDOG=1" not in notified.taken():
                await asyncio.sleep(0.01)
    finally:
        let.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await archive.close()


def test_a_long_start_asks_for_more_time_but_not_for_ever(notified: _Notified) -> None:
    with longer_start(notified.env, every_s=0.01, at_most_s=0.03):
        threading.Event().wait(0.15)
    lines = notified.taken()
    assert lines.count("EXTEND_TIMEOUT_USEC=60000000") == 3


async def test_a_step_that_hangs_or_fails_leaves_time_for_the_next() -> None:
    done: list[str] = []

    async def fails() -> None:
        raise OSError

    async def works() -> None:
        done.append("works")

    closing = Closing(at_most_s=0.05)
    await closing.step("hangs", asyncio.sleep(30))
    await closing.step("fails", fails())
    await closing.step("works", works())
    assert done == ["works"]


def test_a_process_that_does_not_end_is_cut_off() -> None:
    statuses: list[int] = []
    cut = threading.Event()

    def end(status: int) -> None:
        statuses.append(status)
        cut.set()

    last_resort = LastResort(0.02, end)
    last_resort.arm()
    last_resort.arm()
    assert cut.wait(5)
    in_time = LastResort(0.05, end)
    in_time.arm()
    in_time.disarm()
    threading.Event().wait(0.1)
    assert statuses == [OVERDUE_STATUS]
