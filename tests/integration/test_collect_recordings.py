"""Recordings from the folders of every vendor's phone into (in-memory) sealed files, through the real adb server."""

import asyncio
import contextlib
import hashlib
import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.bridge import Bridge
from adb_bridge.clock import SystemClock
from adb_bridge.collectors.base import BlobRefusedError, BlobWriter
from adb_bridge.collectors.recordings import RecordingsCollector
from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError
from adb_bridge.records import AbsenceDoubt, RawRecord
from adb_bridge.rows import BlobRef, RecordingRow
from adb_bridge.session import MIB, Session
from adb_bridge.simphone.contents import Synthetic
from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import profile_names, spec_of
from adb_bridge.simphone.recordings import Recording
from adb_bridge.simphone.spec import PhoneSpec, Storage
from adb_bridge.untrusted import Untrusted
from tests.integration.bridge_support import CLOCK, Shelf, ShelfBlob, connected, refusal_of, running_bridge

SETTLE_S = 0.08
CALLS = "/sdcard/Recordings/Call"
HOSTILE = (
    "a'b\"$(reboot)`id`%s;&|\\_240506_192735.m4a",
    "-rf_240506_192736.m4a",
    "Row: 1 _id=7, duration=5\nRow: 2 _id=9_240506_192737.m4a",
    "客" * 80 + ".m4a",
    "\udcff\udcfe.m4a",
)


@asynccontextmanager
async def shelved(home: Path, spec: PhoneSpec) -> AsyncIterator[tuple[SimPhone, Session, Shelf]]:
    async with running_bridge(home) as bridge, connected(bridge, spec) as (phone, session):
        yield phone, session, Shelf(RecordingsCollector(CLOCK, settle_s=SETTLE_S))


def row_of(record: RawRecord) -> RecordingRow:
    assert isinstance(record.row, RecordingRow)
    return record.row


def held(shelf: Shelf) -> dict[str, bytes]:
    """Path to bytes of what is archived and not absent."""
    found: dict[str, bytes] = {}
    for key, record in shelf.keyed.items():
        row = row_of(record)
        if key not in shelf.absent_keys and row.blob is not None:
            assert len(shelf.blobs[row.blob.sha256]) == row.blob.size_bytes == row.size_bytes
            found[f"{row.folder}/{row.name}"] = shelf.blobs[row.blob.sha256]
    return found


def truth(phone: SimPhone) -> dict[str, bytes]:
    return {
        one.path.encode("utf-8", "surrogateescape").decode(errors="replace"): one.content.read(0, one.content.size)
        for one in phone.recordings.truth()
        if one.is_finished
    }


async def truth_reached(shelf: Shelf, session: Session, phone: SimPhone, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while held(shelf) != truth(phone):
            with contextlib.suppress(DeviceUnavailableError):  # the server needs a moment after a cut
                await shelf.collect(session)
            await asyncio.sleep(0.05)


async def test_ground_truth_equals_archive_on_every_profile(tmp_path: Path) -> None:
    names = [name for name in profile_names() if name != "harmony-next"]
    async with running_bridge(tmp_path, workers=len(names)) as bridge, asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(_ground_truth(bridge, name), name=name)


async def _ground_truth(bridge: Bridge, profile: str) -> None:
    spec = spec_of(profile, serial=f"SIM-{profile}")
    async with connected(bridge, spec) as (phone, session):
        shelf = Shelf(RecordingsCollector(CLOCK, settle_s=SETTLE_S))
        rules = spec.traits.recordings if spec.traits else None
        if rules is None:
            assert await shelf.collect(session) == []
            return
        started = phone.handset.now().astimezone(phone.handset.zone) - timedelta(seconds=75)
        for at, number in enumerate(("13800138000", "+8613900139000")):
            path = rules.path(number=number, name=None, at=started + timedelta(seconds=at))
            phone.recordings.add(path, bytes([at]) * 70_000, duration_ms=70_000)
        for at, name in enumerate(HOSTILE if profile in {"aosp-11", "emui", "oneui"} else ()):
            phone.recordings.add(f"/sdcard/{rules.folder}/{name}", bytes([at]) * (at + 1), duration_ms=1000 + at)
        records = await shelf.collect(session)
        assert held(shelf) == truth(phone)
        rows = [row_of(record) for record in records]
        durations = {one.duration_ms for one in phone.recordings.truth()}
        assert {row.duration_ms for row in rows} == durations
        calls = {row.number: row for row in rows if row.duration_ms == 70_000}
        for at, number in enumerate(("13800138000", "+8613900139000")):
            started_ms = calls[Untrusted(number)].started_ms
            assert started_ms is not None
            apart_s = (started + timedelta(seconds=at)).timestamp() - started_ms / 1000
            assert 0 <= apart_s < calls[Untrusted(number)].precision_s
        assert await shelf.collect(session) == []
        assert shelf.unfinished == {}


async def test_a_recording_is_taken_when_it_is_complete(tmp_path: Path) -> None:
    """A plain file that grows, a row that is pending, a name that is."""
    async with running_bridge(tmp_path) as bridge, asyncio.TaskGroup() as group:
        for name in ("hyperos", "coloros", "vivo"):
            group.create_task(_completion(bridge, name), name=name)


async def _completion(bridge: Bridge, profile: str) -> None:
    spec = spec_of(profile, serial=f"SIM-{profile}")
    assert spec.traits is not None
    rules = spec.traits.recordings
    assert rules is not None
    async with connected(bridge, spec) as (phone, session):
        shelf = Shelf(RecordingsCollector(CLOCK, settle_s=SETTLE_S))
        path = rules.path(number="13800138000", name=None, at=phone.handset.now().astimezone(phone.handset.zone))
        recording = phone.recordings.begin(path)
        growing = asyncio.create_task(_grow(recording))
        try:
            for _ in range(2):
                assert await shelf.collect(session) == []
        finally:
            growing.cancel()
        if profile != "hyperos":
            await asyncio.sleep(SETTLE_S * 2)
            assert await shelf.collect(session) == []  # it stands still, but its row or its name says that it is open
        recording.finish(duration_ms=5000)
        await truth_reached(shelf, session, phone, within_s=10)
        (record,) = shelf.keyed.values()
        assert row_of(record).duration_ms == 5000


async def _grow(recording: Recording) -> None:
    while True:
        recording.write(b"sound" * 100)
        await asyncio.sleep(SETTLE_S / 5)


async def test_a_burst_in_a_call_is_waited_for(tmp_path: Path) -> None:
    async with shelved(tmp_path, spec_of("hyperos", serial="SIM01")) as (phone, session, shelf):
        phone.calls.dial("13800138000")
        phone.recordings.add("/sdcard/MIUI/sound_recorder/call_rec/A(13800138000)_20240506192735.mp3", b"half")
        assert await shelf.collect(session) == []
        phone.calls.hang_up()
        await truth_reached(shelf, session, phone, within_s=10)


async def test_a_pulled_cable_costs_only_what_was_not_safe(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        phone.recordings.add(f"{CALLS}/it's_240506_192735.m4a", Synthetic(3_000_000, seed=1))
        phone.faults.drop("sync:RECV", after_bytes=1_000_000)
        with pytest.raises(DeviceUnavailableError):
            await shelf.collect(session)
        (safe,) = [len(one) for one in shelf.unfinished.values()]
        assert 500_000 < safe < 3_000_000
        await truth_reached(shelf, session, phone, within_s=20)
        resumed = [one.command for one in phone.journal if one.command.startswith("tail")]
        assert len(resumed) == 1
        assert f"+{safe + 1} " in resumed[0]


async def test_without_tail_the_safe_part_is_passed_over(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        phone.recordings.add(f"{CALLS}/a.m4a", Synthetic(3_000_000, seed=1))
        phone.faults.hang("sync:RECV", after_bytes=1_000_000, repeat=Repeat.ONCE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await shelf.collect(session)
        (safe,) = [len(one) for one in shelf.unfinished.values()]
        assert safe > 500_000
        phone.faults.exit_code("tail", 127)
        phone.faults.truncate("tail", 0)
        await truth_reached(shelf, session, phone, within_s=20)


async def test_a_file_that_changes_under_our_hands_is_read_anew(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        path = f"{CALLS}/a_240506_192735.m4a"
        phone.recordings.add(path, bytes(2_000_000))
        phone.faults.meanwhile("sync:RECV", lambda: phone.recordings.add(path, b"\1" * 1_500_000), after_bytes=500_000)
        assert await shelf.collect(session) == []
        await truth_reached(shelf, session, phone, within_s=20)
        phone.recordings.add(path, b"\2" * 1_600_000)  # and once more when it is archived: the same record
        await truth_reached(shelf, session, phone, within_s=20)
        assert len(shelf.keyed) == 1
        phone.faults.meanwhile("sync:RECV", lambda: phone.recordings.delete(path), after_bytes=500_000)
        phone.recordings.add(path, b"\3" * 1_700_000)
        await shelf.collect(session)
        await shelf.collect(session)
        assert held(shelf) == truth(phone) == {}
        assert set(shelf.keyed) == shelf.absent_keys


async def test_what_was_just_recorded_does_not_wait_for_the_history(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, _):
        shelf = SlowShelf(RecordingsCollector(FastClock(60.0), settle_s=SETTLE_S))
        old = phone.handset.now() - timedelta(days=1)
        phone.recordings.add(f"{CALLS}/old_240506_192735.m4a", Synthetic(12_000_000, seed=1), at=old)
        new = f"{CALLS}/new_240507_192735.m4a"
        phone.faults.meanwhile("sync:RECV", lambda: phone.recordings.add(new, b"new"), after_bytes=2_000_000)
        records = await shelf.collect(session)
        assert [row_of(record).size_bytes for record in records] == [3, 12_000_000]
        assert any(one.command.startswith("tail") for one in phone.journal)


async def test_absent_are_exactly_the_deleted(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        for at in range(4):
            phone.recordings.add(f"{CALLS}/{at}_240506_192735.m4a", bytes([at]))
        phone.recordings.add("/sdcard/CallRecord/a_240506_192735.m4a", b"a")
        await shelf.collect(session)
        assert len(shelf.keyed) == 5
        phone.recordings.delete(f"{CALLS}/1_240506_192735.m4a")
        phone.recordings.rename(f"{CALLS}/2_240506_192735.m4a", f"{CALLS}/.trashed-1-2_240506_192735.m4a")
        await shelf.collect(session)
        assert len(shelf.absent_keys) == 2
        phone.handset.files.remove_directory("/sdcard/CallRecord")
        await shelf.sweep(session)
        assert len(shelf.absent_keys) == 3
        assert shelf.doubtful == {}
        phone.recordings.add(f"{CALLS}/1_240506_192735.m4a", b"back")
        await shelf.collect(session)
        assert len(shelf.absent_keys) == 2


async def test_a_folder_that_is_not_read_proves_nothing(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        phone.recordings.add(f"{CALLS}/a_240506_192735.m4a", b"a")
        phone.recordings.add("/sdcard/CallRecord/b_240506_192735.m4a", b"b")
        await shelf.collect(session)
        folder = phone.handset.files.find(CALLS)
        assert folder is not None
        folder.is_denied = True
        for _ in range(2):
            await shelf.collect(session)
        assert [one.doubts for one in shelf.doubtful.values()] == [frozenset({AbsenceDoubt.PARTIAL_READ})]
        shelf.doubtful.clear()
        await shelf.sweep(session)
        assert shelf.doubtful == {}  # told once
        phone.faults.refuse_permission(Right.FILES)
        assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.PERMISSION_DENIED
        phone.faults.grant_permission(Right.FILES)
        folder.is_denied = False
        phone.recordings.delete(f"{CALLS}/a_240506_192735.m4a")
        await shelf.collect(session)
        assert len(shelf.absent_keys) == 1


async def test_before_the_first_unlock_nothing_is_concluded(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01", storage=Storage.CLOSED)) as (phone, session, shelf):
        phone.recordings.add(f"{CALLS}/a_240506_192735.m4a", b"a")
        assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.STORAGE_LOCKED
        phone.unlock()
        await truth_reached(shelf, session, phone, within_s=5)


async def test_voice_memos_of_a_mixed_folder_are_left_alone(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        for name in ("标准录音 1.m4a", "diary.mp3", "张三@13800138000_20240506192735.amr"):
            phone.recordings.add(f"/sdcard/record/{name}", b"x")
        phone.recordings.add("/sdcard/Record/张三@13800138000_20240506192735.amr", b"x")
        records = await shelf.collect(session)
        assert [row_of(record).number for record in records] == ["13800138000"]  # both spellings are one folder


async def test_the_shop_names_a_folder_of_its_own(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        phone.recordings.add("/sdcard/Shop Calls/diary.mp3", b"x")
        assert await shelf.collect(session) == []
        shelf.collector = RecordingsCollector(CLOCK, ("Shop Calls",), settle_s=SETTLE_S)
        await truth_reached(shelf, session, phone, within_s=5)
        shelf.collector = RecordingsCollector(CLOCK, settle_s=SETTLE_S)
        await shelf.collect(session)
        assert shelf.absent_keys == set()  # no longer looked at is not gone


async def test_a_file_that_cannot_be_read_is_told_and_tried_again(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        phone.recordings.add(f"{CALLS}/a_240506_192735.m4a", b"a")
        phone.recordings.add(f"{CALLS}/b_240506_192735.m4a", b"b")
        entry = phone.handset.files.find(f"{CALLS}/a_240506_192735.m4a")
        assert entry is not None
        entry.is_denied = True
        records = await shelf.collect(session)
        assert {row_of(record).problem for record in records} == {None, "unreadable"}
        assert await shelf.collect(session) == []
        entry.is_denied = False
        await shelf.sweep(session)
        await truth_reached(shelf, session, phone, within_s=5)


async def test_a_duration_that_comes_late_is_added(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        phone.recordings.add(f"{CALLS}/a_240506_192735.m4a", b"a", duration_ms=9000)
        phone.faults.refuse_permission(Right.MEDIA)
        (first,) = await shelf.collect(session)
        phone.faults.grant_permission(Right.MEDIA)
        (second,) = await shelf.sweep(session)
        assert (row_of(first).duration_ms, row_of(second).duration_ms) == (None, 9000)
        assert row_of(first).blob == row_of(second).blob
        assert await shelf.sweep(session) == []


async def test_a_full_store_gives_what_it_has_and_waits(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, plain):
        shelf = FullShelf(plain.collector)
        for name in "ab":
            phone.recordings.add(f"{CALLS}/{name}_240506_192735.m4a", b"x")
        with pytest.raises(BlobRefusedError):
            await shelf.collect(session)
        assert len(shelf.keyed) == 1
        shelf.room = 9
        await truth_reached(shelf, session, phone, within_s=5)


class FullShelf(Shelf):
    room = 1

    async def open_blob(self, name: str) -> BlobWriter:
        if self.room == 0:
            raise BlobRefusedError
        self.room -= 1
        return await super().open_blob(name)


class SlowShelf(Shelf):
    """A disk that takes about 20 MB a second."""

    async def open_blob(self, name: str) -> BlobWriter:
        return _SlowBlob(self, name)


class _SlowBlob(ShelfBlob):
    async def write(self, chunk: bytes) -> None:
        await asyncio.sleep(0.003)
        await super().write(chunk)


class FastClock(SystemClock):
    """Time that runs `factor` times as fast."""

    def __init__(self, factor: float) -> None:
        self._factor = factor

    def monotonic(self) -> float:
        return super().monotonic() * self._factor


class Drain(Shelf):
    """Holds no bytes, only their digest."""

    digest = hashlib.sha256()

    async def open_blob(self, name: str) -> BlobWriter:
        return _DrainBlob()


class _DrainBlob:
    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.offset = 0

    async def write(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self.offset += len(chunk)

    async def finish(self) -> BlobRef:
        return BlobRef(sha256=self._digest.hexdigest(), size_bytes=self.offset)

    async def abandon(self) -> None:
        pass

    async def pause(self) -> None:
        pass


async def test_a_large_recording_costs_no_memory(tmp_path: Path) -> None:
    """40 MiB here, 2 GB by `SHOPWARDEN_LARGE_RECORDING_BYTES=2147483648`."""
    size = int(os.environ.get("SHOPWARDEN_LARGE_RECORDING_BYTES", 40 * MIB))
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, plain):
        shelf = Drain(plain.collector)
        content = Synthetic(size, seed=5)
        phone.recordings.add(f"{CALLS}/a_240506_192735.m4a", content)
        await shelf.collect(session)  # code and caches are loaded
        shelf.cursor, before = None, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        (record,) = await shelf.collect(session)
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        expected = hashlib.sha256()
        for offset in range(0, size, MIB):
            expected.update(content.read(offset, MIB))
        assert row_of(record).blob == BlobRef(sha256=expected.hexdigest(), size_bytes=size)
        assert grown_kib < 32 * 1024


async def test_a_large_folder_is_not_listed_at_every_look(tmp_path: Path) -> None:
    async with shelved(tmp_path, PhoneSpec(serial="SIM01")) as (phone, session, shelf):
        clock = ShiftedClock()
        shelf.collector = RecordingsCollector(clock, settle_s=SETTLE_S)
        before = phone.handset.now() - timedelta(hours=1)
        for at in range(250):
            phone.handset.files.write(f"{CALLS}/{at}.txt", b"x", mtime=int(before.timestamp()))
        first = f"{CALLS}/first_240506_192735.m4a"
        phone.recordings.add(first, b"x")
        await truth_reached(shelf, session, phone, within_s=5)
        clock.ahead = timedelta(seconds=5)
        await shelf.collect(session)
        was = len(phone.journal)
        await shelf.collect(session)
        asked = [one.command for one in phone.journal[was:]]
        assert [one for one in asked if one.endswith(f" {CALLS}")] == [f"STAT {CALLS}"]
        phone.recordings.add(f"{CALLS}/second_240506_192736.m4a", b"y")
        phone.handset.files.touch(CALLS, phone.handset.now() + timedelta(seconds=10))  # a later second
        await truth_reached(shelf, session, phone, within_s=5)
        phone.recordings.delete(first)
        await shelf.sweep(session)
        assert len(shelf.absent_keys) == 1


class ShiftedClock(SystemClock):
    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead
