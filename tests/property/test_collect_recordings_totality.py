"""Nothing a phone calls its files, and nothing it sends over sync, breaks a reader."""

import asyncio
import contextlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.collectors.recording_facts import as_moment
from adb_bridge.collectors.recording_look import FoundFile
from adb_bridge.collectors.recording_pull import PullFailure
from adb_bridge.collectors.recording_rows import recording_row
from adb_bridge.errors import AdbBridgeError
from adb_bridge.phone_time import FileTimes, PhoneZone, resolve
from adb_bridge.recordings.names import content_type_of, read_name
from adb_bridge.streams import DeviceStream
from adb_bridge.sync_files import Files

PARTS = st.sampled_from(
    ["_", "-", "(", ")", "@", ".mp3", ".m4a", "+86", "13800138000", "20240506", "192735", "240506", "CallRecord_",
     "通话录音 ", "王", " ", "in", "out", "00000000", ".793+0800", "\n", "\udcff", "2024-05-06 19-27-35", "9" * 40]
)  # fmt: skip
NAMES = st.one_of(st.text(max_size=300), st.lists(PARTS, max_size=14).map("".join), st.lists(PARTS).map("".join))


@given(name=NAMES, modified_s=st.integers(-(2**63), 2**63), duration_ms=st.none() | st.integers(-(2**63), 2**63))
def test_names_are_read_whatever_they_hold(name: str, modified_s: int, duration_ms: int | None) -> None:
    claim = read_name(name)
    content_type_of(name)
    assert claim.time is None or 2005 <= claim.time.wall.year < 2100
    assert claim.number is None or (len(claim.number) <= 40 and any(sign.isdigit() for sign in claim.number))
    if claim.time is not None:
        zone = PhoneZone(name="Asia/Shanghai", utc_offset_min=480)
        resolve(claim.time.wall, zone, FileTimes(modified_s=modified_s, duration_ms=duration_ms))


@given(zone=st.none() | st.text(max_size=80), offset_min=st.none() | st.integers(-900, 900))
def test_zones_are_read_whatever_the_phone_calls_them(zone: str | None, offset_min: int | None) -> None:
    wall = datetime.fromisoformat("2024-05-06 19:27:35")
    times = FileTimes(modified_s=int(datetime(2024, 5, 6, 12, tzinfo=UTC).timestamp()), duration_ms=None)
    resolve(wall, PhoneZone(name=zone, utc_offset_min=offset_min), times)


class Canned(DeviceStream):
    """A phone that sends these bytes and hangs up."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read_exactly(self, size: int) -> bytes:
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def write(self, request: bytes) -> None:
        pass


WIRE = st.lists(
    st.sampled_from([b"DONE", b"DENT", b"DNT2", b"FAIL", b"DATA", b"STAT", b"LST2", b"\x01\x00\x00\x00", b"\x00" * 60])
    | st.binary(max_size=80),
    max_size=12,
).map(b"".join)


@given(data=WIRE, features=st.sampled_from([frozenset[str](), frozenset({"ls_v2", "stat_v2"})]))
def test_sync_answers_are_read_whatever_they_are(data: bytes, features: frozenset[str]) -> None:
    async def use() -> None:
        for use_one in (_list, _stat, _fetch):
            with contextlib.suppress(AdbBridgeError):
                await use_one(Files(Canned(data), features, 5.0))

    asyncio.run(use())


async def _list(files: Files) -> None:
    for listing in await files.list([b"/sdcard/a", b"/sdcard/b"]):
        assert all(b"/" not in entry.name and entry.name not in {b"", b".", b".."} for entry in listing.entries)
        assert listing.is_there or not listing.entries


async def _stat(files: Files) -> None:
    assert len(await files.stat([b"/sdcard/a"])) == 1


async def _fetch(files: Files) -> None:
    async for piece in files.fetch(b"/sdcard/a"):
        assert 0 < len(piece) <= 64 * 1024


@given(printed=st.lists(st.binary(max_size=60), min_size=4, max_size=4))
def test_clocks_and_zones_are_read_whatever_is_printed(printed: list[bytes]) -> None:
    moment = as_moment(*printed)
    assert moment.now_s is None or moment.now_s >= 0
    assert moment.zone.utc_offset_min is None or abs(moment.zone.utc_offset_min) < 24 * 60


@given(size=st.integers(0, 2**64 - 1), modified_s=st.integers(-(2**63), 2**63 - 1), name=st.binary(max_size=255))
def test_rows_are_made_of_whatever_a_listing_holds(size: int, modified_s: int, name: bytes) -> None:
    file = FoundFile(key="rec:0", folder="/sdcard/Call", name=name, size_bytes=size, modified_s=modified_s)
    zone = PhoneZone(name="Asia/Shanghai", utc_offset_min=480)
    row = recording_row(file, PullFailure.UNREADABLE, None, zone)
    assert 0 <= row.modified_s <= 2**40
