"""Names of recordings, their times, and the folders they lie in."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from adb_bridge.phone_time import FileTimes, PhoneZone, resolve
from adb_bridge.recordings.folders import KNOWN, FolderUse, canonical, with_configured
from adb_bridge.recordings.names import content_type_of, read_name
from adb_bridge.rows import RecordingDirection

SHANGHAI = PhoneZone(name="Asia/Shanghai", utc_offset_min=480)


@pytest.mark.parametrize(
    ("name", "pattern", "number", "who", "wall", "precision_s"),
    [
        ("15800000521(15800000521)_20230506192735.mp3", "miui", "15800000521", None, "2023-05-06 19:27:35", 1),
        ("客户A(0086158p00000521)_20230506192735.mp3", "miui", "+86158,00000521", "客户A", "2023-05-06 19:27:35", 1),
        ("通话录音@王(13800138000)_20230506192735.mp3", "miui", "13800138000", "王", "2023-05-06 19:27:35", 1),
        ("A(13800138000)_B(13900139000)_20230506192735.mp3", "miui", "13800138000", "A", "2023-05-06 19:27:35", 1),
        ("A(unknown)_20230506192735.mp3", "miui", None, "A", "2023-05-06 19:27:35", 1),
        ("很长的名字很长的名字很长的(13800138000_20230506192735.mp3", "miui", "13800138000",
         "很长的名字很长的名字很长的", "2023-05-06 19:27:35", 1),
        ("李 四@+8613800138000_20240229235959.amr", "huawei", "+8613800138000", "李 四", "2024-02-29 23:59:59", 1),
        ("a@b@13800138000_20240229235959.m4a", "huawei", "13800138000", "a@b", "2024-02-29 23:59:59", 1),
        ("13800138000-2405061927.mp3", "coloros", "13800138000", None, "2024-05-06 19:27:00", 60),
        ("王-小明-2405061927.mp3", "coloros", None, "王-小明", "2024-05-06 19:27:00", 60),
        ("Call recording 138 0013 8000_240506_192735.m4a", "samsung", "138 0013 8000", None, "2024-05-06 19:27:35", 1),
        ("通话录音 王 小明_240506_192735.m4a", "samsung", None, "王 小明", "2024-05-06 19:27:35", 1),
        ("Anrufaufnahme 13800138000_240506_192735.m4a", "samsung", "13800138000", None, "2024-05-06 19:27:35", 1),
        ("+48100000789_240506_225406577.amr", "lineage", "+48100000789", None, "2024-05-06 22:54:06.577", 1),
        ("CallRecord_20230619-121746_+15550100.m4a", "crdroid", "+15550100", None, "2023-06-19 12:17:46", 1),
        ("20260705_190047.793+0000_in_+15550100.ogg", "bcr", "+15550100", None, "2026-07-05 19:00:47.793", 1),
        ("20260705_190047.793-0330_out_sim2_+15550100_Al.oga", "bcr", "+15550100", "Al", "2026-07-05 19:00:47.793", 1),
        ("13800138000 2024-05-06 19-27-35.m4a", None, "13800138000", None, "2024-05-06 19:27:35", 1),
        ("王小明 2024-05-06 19-27-35.m4a", None, None, "王小明", "2024-05-06 19:27:35", 1),
        ("record_202405061927_13800138000.wav", None, "13800138000", None, "2024-05-06 19:27:00", 60),
        ("13800138000 13900139000.wav", None, None, None, None, None),
        ("\n\0﷽.mp3", None, None, None, None, None),
    ],
)  # fmt: skip
def test_names(
    name: str, pattern: str | None, number: str | None, who: str | None, wall: str | None, precision_s: int | None
) -> None:
    claim = read_name(name)
    assert (claim.pattern, claim.number) == (pattern, number)
    if who is not None or pattern is not None:
        assert claim.contact_name == who
    if wall is None:
        assert claim.time is None
    else:
        assert claim.time is not None
        assert (claim.time.wall, claim.time.precision_s) == (datetime.fromisoformat(wall), precision_s)


def test_only_a_name_that_says_so_has_an_offset_and_a_direction() -> None:
    incoming = read_name("20260705_190047.793+0530_in_+15550100.ogg")
    assert incoming.direction is RecordingDirection.IN
    assert incoming.time is not None
    assert incoming.time.utc_offset_min == 330
    assert read_name("13800138000 来电 2024-05-06 19-27-35.m4a").direction is RecordingDirection.IN
    assert read_name("out_13800138000_2024-05-06 19-27-35.m4a").direction is RecordingDirection.OUT
    plain = read_name("13800138000-2405061927.mp3")
    assert plain.direction is RecordingDirection.UNKNOWN
    assert plain.time is not None
    assert plain.time.utc_offset_min is None


@pytest.mark.parametrize(
    "name",
    [
        "标准录音 1.mp3",
        "Voice 240506_192735.m4a",
        "新录音-2405061927.mp3",
        "20240506_192735.m4a",
        "2024-05-06.wav",
        "a.amr",
    ],
)
def test_a_voice_memo_is_not_taken_for_a_call(name: str) -> None:
    assert not read_name(name).is_call


def test_impossible_moments_are_none() -> None:
    for name in ("a(13800138000)_20230230192735.mp3", "a-9913061927.mp3", "a@13800138000_00000000000000.amr"):
        assert read_name(name).time is None
    assert read_name("20260705_190047+9999_in_+15550100.ogg").time is not None


def test_only_finished_audio_counts() -> None:
    assert content_type_of("a.MP3") == "audio/mpeg"
    for name in (".pending-1-a.mp3", ".trashed-1-a.mp3", ".a.mp3", "a.mp3.tmp", "a.json", "mp3", ".mp3", ""):
        assert content_type_of(name) is None


def test_folders_have_one_spelling() -> None:
    assert canonical("/storage/emulated/0/MIUI//sound_recorder/") == "/sdcard/MIUI/sound_recorder"
    assert canonical("Calls/Of Mine") == "/sdcard/Calls/Of Mine"
    assert canonical("/storage/1A2B-3C4D/Rec") == "/storage/1A2B-3C4D/Rec"
    for path in ("", "a/../b", "a:w", "a\nb", "x" * 600):
        with pytest.raises(ValueError, match="folder"):
            canonical(path)
    folders = with_configured(["Recordings", "Mine"])
    assert len({folder.path for folder in folders}) == len(folders) == len(KNOWN) + 1
    told = {folder.path: folder.use for folder in folders}
    assert told["/sdcard/Recordings"] is FolderUse.CALLS  # by the shop's word
    assert told["/sdcard/Record"] is FolderUse.MIXED


def _file(modified: datetime, duration_s: float | None) -> FileTimes:
    return FileTimes(
        modified_s=int(modified.timestamp()), duration_ms=None if duration_s is None else int(duration_s * 1000)
    )


def test_the_phones_zone_decides_when_it_fits() -> None:
    started = datetime(2024, 5, 6, 11, 27, 35, tzinfo=UTC)
    wall = datetime.fromisoformat("2024-05-06 19:27:35")
    for duration_s in (None, 60.0):
        assert resolve(wall, SHANGHAI, _file(started + timedelta(seconds=70), duration_s)) == started
    by_offset = PhoneZone(name="Nowhere/Place", utc_offset_min=480)
    assert resolve(wall, by_offset, _file(started + timedelta(seconds=70), 60)) == started


def test_a_zone_that_changed_since_is_found_by_the_file() -> None:
    started = datetime(2024, 5, 6, 11, 27, 35, tzinfo=UTC)
    for offset_min in (-210, 0, 345, 540, 840):
        wall = started.astimezone(timezone(timedelta(minutes=offset_min))).replace(tzinfo=None)
        assert resolve(wall, SHANGHAI, _file(started + timedelta(seconds=70), 60)) == started
        if offset_min < 60:  # without a duration several offsets would do: nothing is guessed
            unknown = resolve(wall, SHANGHAI, _file(started + timedelta(seconds=70), None))
            assert unknown in {None, wall.replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)}


def test_the_hour_that_comes_twice() -> None:
    berlin = PhoneZone(name="Europe/Berlin", utc_offset_min=60)
    wall = datetime.fromisoformat("2024-10-27 02:30:00")
    for started in (datetime(2024, 10, 27, 0, 30, tzinfo=UTC), datetime(2024, 10, 27, 1, 30, tzinfo=UTC)):
        assert resolve(wall, berlin, _file(started + timedelta(seconds=130), 120)) == started


def test_a_clock_that_jumped_gives_no_time() -> None:
    wall = datetime.fromisoformat("2024-05-06 19:27:35")
    assert resolve(wall, SHANGHAI, _file(datetime(2031, 1, 1, tzinfo=UTC), 60)) is None
    assert resolve(wall, SHANGHAI, _file(datetime(2031, 1, 1, tzinfo=UTC), None)) is None
    assert (
        resolve(wall, PhoneZone(name=None, utc_offset_min=None), _file(datetime(2024, 5, 6, tzinfo=UTC), None)) is None
    )
