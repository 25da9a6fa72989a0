"""The disk runs full under a working daemon: it says so, serves what there is, and goes on when there is room."""

import asyncio
import os
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History, PhoneSpec
from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import EventQuery
from tests.forking import run_forked

from .running_daemon import RunningDaemon, archived_rows, enrol, new_state
from .test_archive_disk import small_disk
from .test_refusals_end_to_end import shopwardend

SMS = 3_000


def fill(file: Path, *, leave: int = 0) -> None:
    """Take what is left of the disk, but `leave` bytes."""
    room = os.statvfs(file.parent)
    with file.open("wb") as ballast:
        if (size := room.f_bavail * room.f_frsize - leave) > 0:
            os.posix_fallocate(ballast.fileno(), 0, size)


def is_empty(state: Path) -> bool:
    """Nothing but the lock, which holds nothing."""
    return not state.exists() or {path.name for path in state.iterdir()} <= {"daemon.lock"}


async def is_archive_failing(client: ApiClient) -> bool:
    health = await client.health()
    return any(check.name == "archive" and check.status == "fail" for check in health.checks)


async def refused(daemon: RunningDaemon, *arguments: str) -> None:
    """A command line that wants to write: the contract's exit code and a message."""
    ended = await asyncio.to_thread(
        run_forked,
        "console.main",
        ["--socket", str(daemon.socket), "--lang", "en", *arguments],
        environment=dict(os.environ),
    )
    assert ended.returncode == ExitCode.VAULT, ended.stderr
    assert b"disk is full" in ended.stderr
    assert b"Traceback" not in ended.stderr


async def test_a_full_disk_stops_collecting_and_nothing_else(tmp_path: Path) -> None:
    phone = SimPhone(PhoneSpec(serial="FULL0001", history=History(sms=SMS), seed=3), SystemClock())
    with small_disk(tmp_path / "disk", "16m") as disk:
        state = new_state(disk, [await phone.start()])
        daemon = RunningDaemon(state)
        daemon.log = tmp_path / "daemon.log"
        try:
            await daemon.start()
            ballast, rest = disk / "ballast", disk / "rest"
            async with asyncio.timeout(40), ApiClient(daemon.socket, "en") as client:
                while "FULL0001" not in {device.serial for device in await client.devices()}:
                    await asyncio.sleep(0.03)
                fill(ballast, leave=700_000)
                await enrol(client, "FULL0001", "Test Person")
                while not await is_archive_failing(client):
                    await asyncio.sleep(0.05)
                # What is kept in reserve is for this: opening content and its audit entry.
                kept = (await client.device("FULL0001")).events
                assert 0 <= kept < SMS
                shown = await client.reveal(EventQuery(limit=5), "the disk is full")
                assert len(shown) == min(kept, 5)
                assert (await client.verify(None)).ok
                assert (await client.device("FULL0001")).last_error == "archive.disk_full"

                fill(rest)
                assert len(await client.events(EventQuery(limit=5))) == min(kept, 5)
                with pytest.raises(ApiClientError):
                    for _ in range(200):
                        await enrol(client, "NONE0001", "Test Person")
            await refused(daemon, "unenrol", "FULL0001", "--reason", "leaves")

            await daemon.kill()
            await daemon.start()  # on a disk without one free byte
            async with asyncio.timeout(40), ApiClient(daemon.socket, "en") as client:
                assert await is_archive_failing(client)
                assert (await client.device("FULL0001")).events == kept
                ballast.unlink()
                rest.unlink()
                await daemon.wait_until_read(timeout_s=30)
                assert not await is_archive_failing(client)
                assert (await client.verify(None)).ok
            assert await daemon.stop() == 0
            said = daemon.log.read_text()
            assert "disk.full" in said
            truth = sorted(("FULL0001", "sms", str(sms.provider_id), sms.body) for sms in phone.store.sms())
            assert sorted(await archived_rows(state)) == truth
        finally:
            await daemon.kill()
            await phone.stop()


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
def test_nothing_half_made_is_left_on_a_full_disk(tmp_path: Path, pages: int) -> None:
    """`init` needs four pages: key, keyring, configuration and, for a moment, the directory."""
    with small_disk(tmp_path / "disk", "1m") as disk:
        state, key = disk / "state", disk / "shop.key"
        fill(disk / "ballast", leave=pages * 4096)
        made = shopwardend("init", "--state", str(state), "--key-file", str(key))
        if made.returncode == ExitCode.OK:
            fill(disk / "rest")
            made = shopwardend("run", "--state", str(state))  # no room for a new archive
            assert not list(state.glob("archive.db*"))
        else:
            assert not key.exists()
            assert is_empty(state)
        assert made.returncode == ExitCode.VAULT
        assert "disk is full" in made.stderr
        assert "Traceback" not in made.stderr
        (disk / "ballast").unlink()
        if is_empty(state):
            assert shopwardend("init", "--state", str(state), "--key-file", str(key)).returncode == ExitCode.OK
