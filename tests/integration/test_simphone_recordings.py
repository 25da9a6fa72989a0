"""Call recordings: files that grow, inotifyd that tells, media rows that are pending, each by its profile's habit."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from adb_bridge.simphone.contents import Synthetic, sha256_of
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.recording_names import Pending, RecordingRules
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.simphone.traits import FileSignals, Traits

from .simphone_support import Adb, adb_server, connected, kill

FOLDER = "/sdcard/Recordings/Call"
AUDIO = "content://media/external/audio/media"


@pytest.fixture(scope="module")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    with adb_server(tmp_path_factory.mktemp("adb") / "home") as server:
        yield server


@pytest.fixture
async def phone(adb: Adb) -> AsyncIterator[SimPhone]:
    async with connected(adb, PhoneSpec(serial="SIMREC1")) as one:
        one.handset.files.make_directory(FOLDER)
        yield one


def rules(pending: Pending) -> RecordingRules:
    return RecordingRules(
        folder="Recordings/Call", pattern="{who}", extension="m4a", mime_type="audio/mp4", pending=pending
    )


@asynccontextmanager
async def watched(adb: Adb, phone: SimPhone, *specs: str) -> AsyncIterator[asyncio.StreamReader]:
    """inotifyd with its watches in place: what happens before them is told to nobody."""
    process = await adb.spawn("-s", phone.address, "shell", "inotifyd - " + " ".join(specs))
    async with asyncio.timeout(10):
        while not phone.handset.files.lookup(specs[-1].partition(":")[0]).watches:
            await asyncio.sleep(0.02)
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        await kill(process)


async def lines(reader: asyncio.StreamReader, count: int) -> list[bytes]:
    async with asyncio.timeout(10):
        return [await reader.readline() for _ in range(count)]


async def test_inotifyd_tells_of_a_recording_from_its_start_to_its_end(adb: Adb, phone: SimPhone) -> None:
    async with watched(adb, phone, f"{FOLDER}:nwymd") as told:
        one = phone.recordings.begin(f"{FOLDER}/a b.m4a")
        one.write(b"sound")
        one.finish(duration_ms=3_000)
        phone.recordings.rename(f"{FOLDER}/a b.m4a", f"{FOLDER}/新\n名.m4a")
        phone.recordings.delete(f"{FOLDER}/新\n名.m4a")
        place = FOLDER.encode()
        assert await lines(told, 7) == [
            b"n\t%b\ta b.m4a\n" % place,
            b"w\t%b\ta b.m4a\n" % place,
            b"m\t%b\ta b.m4a\n" % place,  # m is IN_MOVED_FROM, whatever toybox's help says
            b"y\t%b\t" % place + "新\n".encode(),
            "名.m4a\n".encode(),
            b"d\t%b\t" % place + "新\n".encode(),
            "名.m4a\n".encode(),
        ]
    assert phone.recordings.truth() == ()


async def test_inotifyd_ends_with_what_it_watches_and_at_what_is_not_there(adb: Adb, phone: SimPhone) -> None:
    missing = await adb.shell(phone, f"inotifyd - {FOLDER}:n /sdcard/Nowhere:n")
    assert missing.err == b"inotifyd: /sdcard/Nowhere: No such file or directory\n"
    assert missing.code == 1
    process = await adb.spawn("-s", phone.address, "shell", f"inotifyd - {FOLDER}:D")
    async with asyncio.timeout(10):
        while not phone.handset.files.lookup(FOLDER).watches:
            await asyncio.sleep(0.02)
        phone.handset.files.remove_directory(FOLDER)
        out, _ = await process.communicate()
    assert out.splitlines() == [f"D\t{FOLDER}".encode(), f"x\t{FOLDER}".encode()]
    assert process.returncode == 0


async def test_a_phone_whose_inotify_is_silent(adb: Adb) -> None:
    spec = PhoneSpec(serial="SIMREC2", traits=Traits(file_signals=FileSignals.SILENT))
    async with connected(adb, spec) as phone:
        phone.handset.files.make_directory(FOLDER)
        phone.handset.files.make_directory("/data/local/tmp/x")
        async with watched(adb, phone, f"{FOLDER}:n", "/data/local/tmp/x:n") as told:
            phone.recordings.add(f"{FOLDER}/1.m4a", b"1")
            phone.handset.files.write("/data/local/tmp/x/end", b"")
            assert await lines(told, 1) == [b"n\t/data/local/tmp/x\tend\n"]


async def media_rows(adb: Adb, phone: SimPhone, *more: str) -> list[str]:
    columns = "_display_name:is_pending:_size:duration:relative_path"
    answer = await adb.shell(phone, " ".join(("content query --uri", *more, f"--projection {columns}")))
    assert answer.err == b""
    return [re.sub(r"\.pending-\d+-", ".pending-N-", line) for line in answer.out.decode().splitlines()]


@pytest.mark.parametrize(
    ("pending", "name_meanwhile", "row_meanwhile"),
    [
        (Pending.PLAIN, "1.m4a", "No result found."),
        (Pending.ROW, "1.m4a", "1.m4a, is_pending=1, _size=0, duration=NULL, relative_path=Recordings/Call/"),
        (
            Pending.NAME,
            ".pending-N-1.m4a",
            ".pending-N-1.m4a, is_pending=1, _size=0, duration=NULL, relative_path=Recordings/Call/",
        ),
    ],
)
async def test_how_a_recording_looks_while_it_is_made(
    adb: Adb, pending: Pending, name_meanwhile: str, row_meanwhile: str
) -> None:
    async with connected(adb, PhoneSpec(serial="SIMREC3", traits=Traits(recordings=rules(pending)))) as phone:
        one = phone.recordings.begin(f"{FOLDER}/1.m4a", content=Synthetic(0, seed=3))
        one.resize(70_000)
        names = (await adb.shell(phone, f"ls -A {FOLDER}")).out.decode()
        assert re.sub(r"\.pending-\d+-", ".pending-N-", names) == name_meanwhile + "\n"
        assert await media_rows(adb, phone, AUDIO) == ["No result found."]
        everything = await media_rows(adb, phone, f"'{AUDIO}?includePending=1'")
        assert everything[0].removeprefix("Row: 0 _display_name=") == row_meanwhile
        (growing,) = phone.recordings.truth()
        assert not growing.is_finished
        one.resize(200_000)
        one.finish(duration_ms=8_000)
        assert (await adb.shell(phone, f"ls -A {FOLDER}")).out == b"1.m4a\n"
        assert await media_rows(adb, phone, AUDIO) == [
            "Row: 0 _display_name=1.m4a, is_pending=0, _size=200000, duration=8000, relative_path=Recordings/Call/"
        ]
        (done,) = phone.recordings.truth()
        summed = (await adb.shell(phone, f"sha256sum {FOLDER}/1.m4a")).out.split()[0].decode()
        assert summed == sha256_of(done.content)


async def test_media_columns_are_strict_and_rights_can_go(adb: Adb, phone: SimPhone) -> None:
    at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    phone.recordings.add(f"{FOLDER}/a.amr", Synthetic(4096), duration_ms=61_500, at=at)
    every = (await adb.shell(phone, f"content query --uri {AUDIO}/1")).out.decode()
    for column in ("date_modified=1772352000", "duration=61500", "mime_type=audio/amr", "generation_modified=2",
                   f"_data=/storage/emulated/0{FOLDER.removeprefix('/sdcard')}/a.amr"):  # fmt: skip
        assert column in every
    strict = await adb.shell(phone, f"content query --uri {AUDIO} --projection 'hex(_data)'")
    assert b"IllegalArgumentException: Invalid column hex(_data)" in strict.err
    assert (await adb.shell(phone, f"content read --uri {AUDIO}/1")).out == Synthetic(4096).read(0, 4096)
    assert b"FileNotFoundException" in (await adb.shell(phone, f"content read --uri {AUDIO}/2")).err
    phone.faults.refuse_permission(Right.MEDIA)
    assert b"SecurityException" in (await adb.shell(phone, f"content query --uri {AUDIO}")).err
    phone.faults.refuse_permission(Right.FILES)
    assert (await adb.shell(phone, f"ls {FOLDER}")).err == f"ls: {FOLDER}: Permission denied\n".encode()
    phone.faults.clear()
    phone.handset.power.restart()
    assert (await adb.shell(phone, f"ls {FOLDER}")).err == f"ls: {FOLDER}: No such file or directory\n".encode()
    assert b"Could not find provider: media" in (await adb.shell(phone, f"content query --uri {AUDIO}")).err


async def test_a_wiped_phone_holds_no_recordings(adb: Adb, phone: SimPhone) -> None:
    phone.recordings.add(f"{FOLDER}/a.amr", b"1")
    phone.handset.erase()
    assert phone.recordings.truth() == ()
    assert (await adb.shell(phone, "find /sdcard/ -type f")).out == b""
    assert (await adb.shell(phone, f"content query --uri {AUDIO}")).out == b"No result found.\n"
