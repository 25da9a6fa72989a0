"""Files of a phone over the sync service and a command's raw bytes, through the real adb server."""

import asyncio
import hashlib
from contextlib import aclosing
from pathlib import Path

import pytest

from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError, ShellCommandError
from adb_bridge.session import ShellOutput
from adb_bridge.simphone.spec import DEFAULT_FEATURES, PhoneSpec
from adb_bridge.sync_files import FileEntry, FileRefusal, FileRefusedError, open_files
from tests.integration.bridge_support import connected, refusal_of, running_bridge

SPEC = PhoneSpec(serial="SIM01")
OLD = PhoneSpec(serial="SIM09", features=tuple(one for one in DEFAULT_FEATURES if one not in {"ls_v2", "stat_v2"}))
ODD_NAME = "-a'b\n,$(reboot)`x`%s 通话录音.mp3"
LARGE = bytes(range(256)) * 4096 * 3 + b"end"


@pytest.mark.parametrize("spec", [SPEC, OLD], ids=["v2", "v1"])
async def test_folders_are_listed_and_files_fetched(tmp_path: Path, spec: PhoneSpec) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        phone.handset.files.write(f"/sdcard/Rec/{ODD_NAME}", LARGE, mtime=1_700_000_000)
        phone.handset.files.write("/sdcard/Rec/empty.amr", b"", mtime=1_700_000_001)
        phone.handset.files.make_directory("/sdcard/Rec/inner")
        phone.handset.files.make_directory("/sdcard/None")
        async with open_files(session) as files:
            assert files.has_wide_sizes is (spec is SPEC)
            rec, empty, missing = await files.list([b"/sdcard/Rec", b"/sdcard/None", b"/sdcard/Nowhere"])
            told = {one.name.decode(): (one.is_file, one.size_bytes, one.modified_s) for one in rec.entries}
            assert told[ODD_NAME] == (True, len(LARGE), 1_700_000_000)
            assert told["empty.amr"] == (True, 0, 1_700_000_001)
            assert {one.name for one in rec.entries if one.is_folder} == {b"inner"}
            assert (rec.is_there, rec.is_complete) == (True, True)
            assert (empty.is_there, empty.entries) == (True, ())
            assert (missing.is_there, missing.entries) == (False, ())
            path = f"/sdcard/Rec/{ODD_NAME}".encode()
            nothing, looked = await files.stat([b"/sdcard/Rec/nothing", path])
            assert nothing is (FileRefusal.GONE if spec is SPEC else FileRefusal.OTHER)
            assert isinstance(looked, FileEntry)
            assert (looked.size_bytes, looked.modified_s) == (len(LARGE), 1_700_000_000)
            assert b"".join([piece async for piece in files.fetch(path)]) == LARGE
            assert [piece async for piece in files.fetch(b"/sdcard/Rec/empty.amr")] == []
            with pytest.raises(FileRefusedError) as caught:
                _ = [piece async for piece in files.fetch(b"/sdcard/Rec/nothing")]
            assert caught.value.refusal is FileRefusal.GONE


async def test_a_command_streams_its_raw_bytes(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.handset.files.write("/sdcard/Rec/a.mp3", LARGE)
        digest, size = hashlib.sha256(), 0
        async with aclosing(session.stream("cat /sdcard/Rec/a.mp3", idle_timeout_s=5)) as pieces:
            async for piece in pieces:
                assert len(piece) <= 256 * 1024
                digest.update(piece)
                size += len(piece)
        assert (size, digest.digest()) == (len(LARGE), hashlib.sha256(LARGE).digest())


async def test_a_stream_that_failed_is_not_complete(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        seen: list[bytes] = []
        with pytest.raises(ShellCommandError) as caught:
            async with aclosing(session.stream("echo half; echo why >&2; exit 3", idle_timeout_s=5)) as pieces:
                async for piece in pieces:
                    seen.append(piece)
        assert (b"".join(seen), caught.value.exit_code) == (b"half\n", 3)

        def judge(end: ShellOutput) -> None:
            if b"Error while" in end.stderr:
                raise ShellCommandError(BridgeErrorCode.PERMISSION_DENIED, exit_code=end.exit_code, stderr_sha256="")

        refused = session.stream("echo Error while accessing >&2", idle_timeout_s=5, judge=judge)
        assert await refusal_of(anext(refused)) is BridgeErrorCode.PERMISSION_DENIED
        phone.faults.hang("echo", after_bytes=2)
        hung = session.stream("echo abcdef", idle_timeout_s=0.5)
        assert await anext(hung) == b"ab"
        assert await refusal_of(anext(hung)) is BridgeErrorCode.DEVICE_TIMEOUT


async def test_closing_the_session_ends_streams_and_files(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.hang("echo", after_bytes=2)
        stream = session.stream("echo abcdef", idle_timeout_s=30)
        assert await anext(stream) == b"ab"
        waiting = asyncio.create_task(refusal_of(anext(stream)))
        async with open_files(session) as files:
            await asyncio.sleep(0.1)
            await session.close()
            async with asyncio.timeout(3):
                assert await waiting is BridgeErrorCode.DEVICE_OFFLINE
                with pytest.raises(DeviceUnavailableError):
                    await files.list([b"/sdcard"])
