"""Nothing a phone calls its files, and nothing it sends over sync, breaks a reader."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.phone_time import FileTimes, PhoneZone, resolve
from adb_bridge.recordings.names import content_type_of, read_name

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
