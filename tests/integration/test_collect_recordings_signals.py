"""inotifyd's hints, from phones that have it, lack it, or gain a folder meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.errors import ShellCommandError
from adb_bridge.file_signals import FileEvent, FileSignal, read_line, watch_files
from adb_bridge.recordings.folders import KNOWN
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.spec import PhoneSpec
from tests.integration.bridge_support import connected, running_bridge

CALLS = "/sdcard/Recordings/Call"


@asynccontextmanager
async def watching(home: Path, spec: PhoneSpec) -> AsyncIterator[tuple[SimPhone, "asyncio.Queue[FileSignal]"]]:
    async with running_bridge(home) as bridge, connected(bridge, spec) as (phone, session):
        phone.handset.files.make_directory(CALLS)
        seen: asyncio.Queue[FileSignal] = asyncio.Queue()

        async def follow() -> None:
            async with aclosing(watch_files(session, KNOWN)) as signals:
                async for signal in signals:
                    seen.put_nowait(signal)

        task = asyncio.create_task(follow())
        try:
            await until_watched(phone, seen)
            yield phone, seen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until_watched(phone: SimPhone, seen: "asyncio.Queue[FileSignal]") -> None:
    async with asyncio.timeout(5):
        while (await seen.get()).event is not FileEvent.LOST:
            pass
        while not any(one.command.startswith("inotifyd") for one in phone.journal):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)


async def until_told(seen: "asyncio.Queue[FileSignal]", event: FileEvent, folder: str | None) -> None:
    async with asyncio.timeout(5):
        while await seen.get() != FileSignal(event=event, folder=folder):
            pass


async def test_a_recording_is_told_from_begin_to_end(tmp_path: Path) -> None:
    async with watching(tmp_path, PhoneSpec(serial="SIM01")) as (phone, seen):
        recording = phone.recordings.begin(f"{CALLS}/a\nd\tx\tb.m4a")
        await until_told(seen, FileEvent.BEGUN, CALLS)
        recording.write(b"x")
        recording.finish()
        await until_told(seen, FileEvent.WRITTEN, CALLS)
        phone.recordings.delete(recording.path)
        await until_told(seen, FileEvent.REMOVED, CALLS)


async def test_a_folder_that_appears_is_watched_too(tmp_path: Path) -> None:
    async with watching(tmp_path, PhoneSpec(serial="SIM01")) as (phone, seen):
        folder = "/sdcard/MIUI/sound_recorder/call_rec"
        phone.recordings.add(f"{folder}/a.mp3", b"x")
        await until_told(seen, FileEvent.LOST, None)
        async with asyncio.timeout(5):
            while not any(folder in one.command for one in phone.journal):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
        phone.recordings.add(f"{folder}/b.mp3", b"x")
        await until_told(seen, FileEvent.WRITTEN, folder)
        phone.handset.files.remove_directory(folder)
        await until_told(seen, FileEvent.LOST, None)


async def test_a_phone_without_it_says_so(tmp_path: Path) -> None:
    spec = spec_of("emui", serial="SIM01")
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (_, session):
        with pytest.raises(ShellCommandError):
            async for _ in watch_files(session, KNOWN):
                pass


@given(line=st.binary(max_size=80) | st.from_regex(rb"[nwymdoxuDM]{0,4}\t/sdcard/(Call|x)?(\t.{0,9})?", fullmatch=True))
def test_lines_are_read_whatever_they_hold(line: bytes) -> None:
    signal, _ = read_line(line, ("/sdcard/Call",), frozenset({"/sdcard/call", "/sdcard"}))
    assert signal is None or signal.folder in {None, "/sdcard/Call"}
