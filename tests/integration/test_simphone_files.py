"""Files through the real adb: pulls that stream, sizes past 32 bits, hostile names, trouble in the middle."""

import asyncio
import hashlib
import struct
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adb_bridge.simphone.contents import Stored, Synthetic, sha256_of
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec

from .simphone_support import Adb, adb_server, connected

NAMES = (
    "line\nbreak.mp3",
    "tab\tand 'quotes\".mp3",
    "-rf",
    "%s%n$(id)`id`",
    "录音" * 42,
    "\udcff\udcfe.mp3",
    " ",
    "a:b;c|d&e",
    ".hidden",
)
STAT_2 = struct.Struct("<4sIQQIIIIQqqq")


@pytest.fixture(scope="module")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    with adb_server(tmp_path_factory.mktemp("adb") / "home") as server:
        yield server


@pytest.fixture
async def phone(adb: Adb) -> AsyncIterator[SimPhone]:
    async with connected(adb, PhoneSpec(serial="SIMFILE1")) as one:
        yield one


class Sync:
    """A raw sync connection through the adb server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, adb: Adb, phone: SimPhone) -> "Sync":
        reader, writer = await asyncio.open_connection("127.0.0.1", adb.port)
        for service in (f"host:transport:{phone.address}", "sync:"):
            writer.write(f"{len(service):04x}{service}".encode())
            assert await reader.readexactly(4) == b"OKAY"
        return cls(reader, writer)

    async def ask(self, name: bytes, path: str) -> None:
        raw = path.encode("utf-8", "surrogateescape")
        self.writer.write(struct.pack("<4sI", name, len(raw)) + raw)

    async def stat_2(self, path: str) -> tuple[int, int]:
        """(errno, size)."""
        await self.ask(b"STA2", path)
        fields = STAT_2.unpack(await self.reader.readexactly(STAT_2.size))
        return fields[1], fields[8]

    async def pull(self, path: str) -> tuple[bytes, bytes]:
        """(content, how it ended)."""
        await self.ask(b"RECV", path)
        data = b""
        while True:
            name, size = struct.unpack("<4sI", await self.reader.readexactly(8))
            if name == b"DATA":
                assert 0 < size <= 65_536
                data += await self.reader.readexactly(size)
                continue
            return data, await self.reader.readexactly(size) if name == b"FAIL" else name

    async def names(self, path: str) -> set[bytes]:
        await self.ask(b"LIS2", path)
        found: set[bytes] = set()
        while True:
            entry = await self.reader.readexactly(76)
            if entry[:4] == b"DONE":
                return found
            found.add(await self.reader.readexactly(int.from_bytes(entry[72:76], "little")))

    def close(self) -> None:
        self.writer.close()


@pytest.fixture
async def sync(adb: Adb, phone: SimPhone) -> AsyncIterator[Sync]:
    one = await Sync.open(adb, phone)
    async with asyncio.timeout(20):
        yield one
    one.close()


async def test_a_pull_streams_a_big_file_as_it_is(adb: Adb, phone: SimPhone, tmp_path: Path) -> None:
    content = Synthetic(48 * 1024 * 1024 + 12_345, seed=7)
    phone.handset.files.write("/sdcard/r/big.mp3", content, mtime=1_700_000_000)
    pulled = await adb.run("-s", phone.address, "pull", "-a", "/sdcard/r/big.mp3", str(tmp_path / "big"))
    assert pulled.code == 0, pulled.err
    with (tmp_path / "big").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == sha256_of(content)
    assert int((tmp_path / "big").stat().st_mtime) == 1_700_000_000


async def test_sizes_past_32_bits_and_reading_far_behind(adb: Adb, phone: SimPhone, sync: Sync) -> None:
    content = Synthetic(5 * 1024**3 + 3, seed=1)
    phone.handset.files.write("/sdcard/huge", content)
    assert await sync.stat_2("/sdcard/huge") == (0, content.size)
    assert (await adb.shell(phone, "stat -c %s /sdcard/huge; wc -c /sdcard/huge")).out.split()[:2] == [
        str(content.size).encode()
    ] * 2
    tail = await adb.shell(phone, f"tail -c +{content.size - 70_000} /sdcard/huge")
    assert tail.out == content.read(content.size - 70_001, 80_000)
    block = await adb.shell(phone, "dd if=/sdcard/huge bs=65536 skip=81919 count=1 status=none")
    assert block.out == content.read(81_919 * 65_536, 65_536)


async def test_hostile_names_everywhere(adb: Adb, phone: SimPhone, sync: Sync) -> None:
    raw = {name.encode("utf-8", "surrogateescape") for name in NAMES}
    for name in NAMES:
        phone.handset.files.write(f"/sdcard/n/{name}", name.encode("utf-8", "surrogateescape"))
    assert await sync.names("/sdcard/n") == raw | {b".", b".."}
    for name in NAMES:
        data = name.encode("utf-8", "surrogateescape")
        assert await sync.pull(f"/sdcard/n/{name}") == (data, b"DONE")
    found = await adb.shell(phone, "find /sdcard/n/ -type f -printf '%f\\0'")
    assert set(found.out.rstrip(b"\0").split(b"\0")) == raw
    hashes = await adb.shell(phone, "find /sdcard/n -name '-rf' -exec md5sum {} +")
    assert hashes.out.startswith(hashlib.md5(b"-rf", usedforsecurity=False).hexdigest().encode() + b"  /sdcard/n/-rf")
    with pytest.raises(OSError, match="File name too long"):
        phone.handset.files.write("/sdcard/" + "录" * 86, b"")


async def test_what_cannot_be_read_says_why(adb: Adb, phone: SimPhone, sync: Sync) -> None:
    files = phone.handset.files
    files.write("/sdcard/Android/data/secret", b"x")
    files.deny("/sdcard/Android/data")
    assert await sync.stat_2("/sdcard/none") == (2, 0)
    assert await sync.stat_2("/sdcard/Android/data/secret") == (13, 0)
    assert await sync.pull("/sdcard/none") == (b"", b"open failed: No such file or directory")
    assert await sync.pull("/sdcard/Android/data/secret") == (b"", b"open failed: Permission denied")
    assert await sync.pull("/sdcard/Android") == (b"", b"read failed: Is a directory")
    assert await sync.names("/sdcard/Android/data") == set()
    walked = await adb.shell(phone, "find /sdcard/Android")
    assert walked.err == b"find: /sdcard/Android/data: Permission denied\n"
    assert walked.code == 1
    files.allow("/sdcard/Android/data")
    assert await sync.pull("/sdcard/Android/data/secret") == (b"x", b"DONE")
    phone.faults.refuse_permission(Right.FILES)
    assert await sync.stat_2("/sdcard/Android") == (13, 0)


async def test_a_link_is_not_followed_without_a_slash(adb: Adb, phone: SimPhone) -> None:
    phone.handset.files.write("/sdcard/Download/a", b"")
    assert (await adb.shell(phone, "find /sdcard -type f")).out == b""
    assert (await adb.shell(phone, "find /sdcard/ -type f")).out == b"/sdcard/Download/a\n"
    shown = (await adb.shell(phone, "ls -l /sdcard")).out
    assert shown.startswith(b"lrwxrwxrwx")
    assert shown.endswith(b" /sdcard -> /storage/self/primary\n")


async def test_trouble_in_the_middle_of_a_pull(adb: Adb, phone: SimPhone, sync: Sync) -> None:
    files = phone.handset.files
    content = Synthetic(1_000_000, seed=2)
    files.write("/sdcard/a", content)
    whole = content.read(0, 2_000_000)
    phone.faults.truncate("sync:RECV /sdcard/a", 300_001)
    assert await sync.pull("/sdcard/a") == (whole[:300_001], b"DONE")
    phone.faults.clear()
    phone.faults.error_text("RECV /sdcard/a", b"read failed: I/O error")
    assert (await sync.pull("/sdcard/a"))[1] == b"read failed: I/O error"
    phone.faults.clear()
    # A file that shrinks, grows, goes or is replaced while it is read.
    phone.faults.meanwhile("RECV /sdcard/a", lambda: files.truncate("/sdcard/a", 600_000), after_bytes=500_000)
    assert await sync.pull("/sdcard/a") == (whole[:600_000], b"DONE")
    phone.faults.meanwhile("RECV /sdcard/a", lambda: content.grow(50_000), after_bytes=500_000)
    assert await sync.pull("/sdcard/a") == (whole[:650_000], b"DONE")
    phone.faults.meanwhile("RECV /sdcard/a", lambda: files.write("/sdcard/a", b"new"), after_bytes=1)
    assert await sync.pull("/sdcard/a") == (whole[:650_000], b"DONE")
    assert await sync.pull("/sdcard/a") == (b"new", b"DONE")
    assert [served.command for served in phone.journal].count("RECV /sdcard/a") == 6


async def test_the_cable_is_pulled_in_the_middle_of_a_pull(adb: Adb, phone: SimPhone, tmp_path: Path) -> None:
    phone.handset.files.write("/sdcard/a", Synthetic(3_000_000))
    phone.faults.drop("RECV /sdcard/a", after_bytes=1_000_000)
    cut = await adb.run("-s", phone.address, "pull", "/sdcard/a", str(tmp_path / "a"))
    assert cut.code != 0
    await adb.until(phone.address, "device")
    again = await adb.run("-s", phone.address, "pull", "/sdcard/a", str(tmp_path / "a"))
    assert again.code == 0, again.err
    assert (tmp_path / "a").read_bytes() == Synthetic(3_000_000).read(0, 3_000_000)


async def test_an_app_writes_while_shell_follows(adb: Adb, phone: SimPhone) -> None:
    writer = phone.handset.files.open_writer("/sdcard/log", Stored(b"one\ntwo\n"))
    process = await adb.spawn("-s", phone.address, "shell", "tail -n 1 -f /sdcard/log")
    assert process.stdout is not None
    async with asyncio.timeout(10):
        assert await process.stdout.readline() == b"two\n"
        while not phone.handset.files.lookup("/sdcard/log").watches:
            await asyncio.sleep(0.02)
        writer.write(b"three\n")
        assert await process.stdout.readline() == b"three\n"
    process.kill()
    await process.communicate()


@pytest.mark.parametrize(
    ("command", "out", "err", "code"),
    [
        ("stat -c '%s:%Y:%n' a none", b"8:1700000000:a\n", b"stat: 'none': No such file or directory\n", 1),
        ("stat -c '%a %A %F|%4s|%-4s|%y%%' a", b"660 -rw-rw---- regular file|   8|8   |"
         b"2023-11-15 06:13:20.000000000 +0800%\n", b"", 0),
        ("tail -c +3 a", b"c\ndef\n", b"", 0),
        ("tail -c 3 a", b"ef\n", b"", 0),
        ("tail -n +2 a", b"def\n", b"", 0),
        ("tail -c x a", b"", b"tail: not integer: x\n", 1),
        ("head -c 2 a", b"ab", b"", 0),
        ("dd if=a bs=3 skip=1 count=1 status=noxfer", b"\nde", b"1+0 records in\n1+0 records out\n", 0),
        ("dd if=a iflag=skip_bytes,count_bytes skip=1 count=2 status=none", b"bc", b"", 0),
        ("dd nope=1", b"", b"dd: bad arg nope=1\n", 1),
        ("md5sum a none", b"f72fe788e136ba9e53518afa8b407eac  a\n", b"md5sum: none: No such file or directory\n", 1),
        ("wc -c a", b"8 a\n", b"", 0),
        ("ls -l a", b"-rw-rw---- 1 u0_a100 sdcard_rw 8 2023-11-15 06:13 a\n", b"", 0),
        ("ls -1R d", b"d:\nb\ne\n\nd/e:\n", b"", 0),
        ("ls -Q", b"", b"ls: Unknown option 'Q' (see \"ls --help\")\n", 1),
        ("find a none", b"a\n", b"find: 'none': No such file or directory\n", 1),
        ("find d -newer a -type f -printf '%s %T@ %P\\n'", b"1 1700000001.0 b\n", b"", 0),
        ("find d -mmin +5 ! -name e -type f", b"d/b\n", b"", 0),
        ("find d -foo", b"", b"find: bad arg '-foo'\n", 1),
        ("find d -maxdepth 1 -type f -exec stat -c %s {} \\;", b"1\n", b"", 0),
        ("rm /sdcard/DCIM", b"", b"rm: /sdcard/DCIM: Is a directory\n", 1),
    ],
)  # fmt: skip
async def test_prints_are_those_of_toybox(
    adb: Adb, phone: SimPhone, command: str, out: bytes, err: bytes, code: int
) -> None:
    """Taken from runs of toybox 0.8 on the same tree; owners and modes are the phone's."""
    files = phone.handset.files
    files.write("/a", b"abc\ndef\n", mtime=1_700_000_000)
    files.write("/d/b", b"x", mtime=1_700_000_001)
    files.make_directory("/d/e")
    answer = await adb.shell(phone, command)
    assert (answer.out, answer.err, answer.code) == (out, err, code)


async def test_an_old_phone_lacks_what_toybox_learned_later(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIMFILE2", sdk=29)) as phone:
        assert (await adb.shell(phone, "find /sdcard/ -printf x")).err == b"find: bad arg '-printf'\n"
        assert (await adb.shell(phone, "dd if=/dev/null iflag=skip_bytes")).err == b"dd: bad arg iflag=skip_bytes\n"


async def test_times_follow_the_phones_clock(adb: Adb) -> None:
    spec = PhoneSpec(serial="SIMFILE3", clock_offset_ms=-86_400_000 * 30, timezone="Asia/Urumqi")
    async with connected(adb, spec) as phone:
        phone.handset.files.write("/sdcard/x", b"1")
        stamp = int((await adb.shell(phone, "stat -c %Y /sdcard/x")).out)
        assert abs(stamp - (datetime.now(UTC).timestamp() - 86_400 * 30)) < 60
        phone.handset.files.touch("/sdcard/x", datetime(2026, 1, 1, tzinfo=UTC))
        assert b" 2026-01-01 06:00 " in (await adb.shell(phone, "ls -l /sdcard/x")).out


def test_big_files_cost_no_memory() -> None:
    content = Synthetic(10 * 1024**4, seed=9)
    assert content.read(content.size - 3, 10) == content.copy().read(content.size - 3, 3)
    assert content.read(content.size, 1) == b""
    assert content.read(65_536, 65_536) != content.read(0, 65_536)
