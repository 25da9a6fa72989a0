"""Commands, streams and files of the simulated phone, through the real adb."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import DEFAULT_FEATURES, PhoneSpec, Security

from .simphone_support import Adb, connected, kill


@pytest.fixture
async def phone(adb: Adb) -> AsyncIterator[SimPhone]:
    async with connected(adb, PhoneSpec(serial="SIM1")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("command", "code", "out", "err"),
    [
        ("exit 42", 42, b"", b""),
        ("false; echo $?", 0, b"1\n", b""),
        ("true && echo a || echo b", 0, b"a\n", b""),
        ("false && echo a || echo b", 0, b"b\n", b""),
        ("foo", 127, b"", b"/system/bin/sh: foo: inaccessible or not found\n"),
        ("/system/bin/foo", 127, b"", b"/system/bin/sh: /system/bin/foo: not found\n"),
        ("foo 2>/dev/null; echo $?", 0, b"127\n", b""),
        ("foo 2>&1 | grep -c inaccessible", 0, b"1\n", b""),
        ("echo 'a b'  \"c  $HOME\" d\\ e", 0, b"a b c  / d e\n", b""),
        ('X=\'1 2\'; for i in $X "$X"; do echo "<$i>"; done', 0, b"<1>\n<2>\n<1 2>\n", b""),
        ("for i in 1 2 3; do if [ $i -eq 2 ]; then echo two; fi; done", 0, b"two\n", b""),
        ("echo $(getprop ro.serialno | head -c 3) `echo b`", 0, b"SIM b\n", b""),
        ("(exit 3); echo $?; { echo g; }", 0, b"3\ng\n", b""),
        ("! true; echo $?", 0, b"1\n", b""),
        ("echo $((2+3*4)) $(( (2+3)*4 % 7 ))", 0, b"14 6\n", b""),
        ("printf '%s-%d\\n' a 5; echo -n x", 0, b"a-5\nx", b""),
        ("echo 'open", 1, b"", b"/system/bin/sh: no closing quote\n"),
        ("echo )", 1, b"", b"/system/bin/sh: syntax error: unexpected ')'\n"),
        ("echo one > /sdcard/f; echo two >> /sdcard/f; cat /sdcard/f; wc -l < /sdcard/f", 0, b"one\ntwo\n2\n", b""),
        ("echo no > /system/f", 1, b"", b"/system/bin/sh: can't create /system/f: Permission denied\n"),
        ("cat /nope", 1, b"", b"cat: /nope: No such file or directory\n"),
        ("sh -c 'exit 7'; echo $?", 0, b"7\n", b""),
        ("id | grep -o '[ug]id=2000'", 0, b"uid=2000\ngid=2000\n", b""),
    ],
)
async def test_shell(adb: Adb, phone: SimPhone, command: str, code: int, out: bytes, err: bytes) -> None:
    answer = await adb.shell(phone, command)
    assert (answer.code, answer.out, answer.err) == (code, out, err)


async def test_stdin_reaches_the_command_byte_for_byte(adb: Adb, phone: SimPhone) -> None:
    data = secrets.token_bytes(700_000)
    assert (await adb.shell(phone, "cat", stdin=data)).out == data
    assert (await adb.shell(phone, "while read a b; do echo $b; done", stdin=b"1 2 3\n4 5\n")).out == b"2 3\n5\n"


async def test_exec_out_keeps_bytes_and_joins_stderr(adb: Adb, phone: SimPhone) -> None:
    data = bytes(range(256)) * 4000
    phone.handset.files.write("/sdcard/blob", data)
    answer = await adb.run("-s", phone.address, "exec-out", "cat /sdcard/blob; nothing")
    assert answer.out == data + b"/system/bin/sh: nothing: inaccessible or not found\n"


async def test_phone_without_shell_v2_has_no_exit_codes(adb: Adb) -> None:
    features = tuple(name for name in DEFAULT_FEATURES if name != "shell_v2")
    async with connected(adb, PhoneSpec(serial="SIM1", features=features)) as old:
        answer = await adb.shell(old, "echo a; foo; exit 9")
        assert answer.code == 0
        assert answer.out == b"a\n/system/bin/sh: foo: inaccessible or not found\n"
        assert [served.service for served in old.journal] == ["shell"]


async def test_many_streams_at_once_do_not_mix(adb: Adb, phone: SimPhone) -> None:
    for index in range(20):
        phone.handset.files.write(f"/sdcard/{index}", str(index).encode() * 300_000)
    answers = await asyncio.gather(*(adb.shell(phone, f"cat /sdcard/{index}; exit {index}") for index in range(20)))
    for index, answer in enumerate(answers):
        assert answer.out == str(index).encode() * 300_000
        assert answer.code == index


async def test_host_that_leaves_in_the_middle_stops_the_output(adb: Adb, phone: SimPhone) -> None:
    phone.handset.files.write("/sdcard/big", b"x" * 60_000_000)
    process = await adb.spawn("-s", phone.address, "shell", "cat /sdcard/big; cat /sdcard/big")
    assert process.stdout is not None
    await process.stdout.readexactly(1000)
    await kill(process)
    async with asyncio.timeout(10):
        while phone._tasks:
            await asyncio.sleep(0.05)
    assert (await adb.shell(phone, "echo fine")).out == b"fine\n"
    assert phone.journal[0].exit_code is None


async def test_command_goes_on_without_its_host(adb: Adb, phone: SimPhone) -> None:
    process = await adb.spawn("-s", phone.address, "shell", "sleep 0.5; input keyevent 223")
    while not phone.journal:
        await asyncio.sleep(0.02)
    await kill(process)
    assert not phone.handset.power.is_device_locked
    async with asyncio.timeout(5):
        while not phone.handset.power.is_device_locked:
            await asyncio.sleep(0.05)


OLD_SYNC = tuple(name for name in DEFAULT_FEATURES if name not in ("stat_v2", "ls_v2", "sendrecv_v2"))


@pytest.mark.parametrize(
    "spec",
    [
        PhoneSpec(serial="SIM1"),
        PhoneSpec(serial="SIM1", features=OLD_SYNC),
        PhoneSpec(serial="SIM1", security=Security.TLS),
    ],
    ids=["v2", "v1", "tls"],
)
async def test_push_pull_list_and_stat(adb: Adb, spec: PhoneSpec, tmp_path: Path) -> None:
    async with connected(adb, spec) as phone:
        await push_pull_list_and_stat(adb, phone, tmp_path)


async def push_pull_list_and_stat(adb: Adb, phone: SimPhone, tmp_path: Path) -> None:
    data = secrets.token_bytes(1_500_000)
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "图.jpg").write_bytes(data)
    (tmp_path / "album" / "empty").write_bytes(b"")
    to = ("-s", phone.address)
    pushed = await adb.run(*to, "push", str(tmp_path / "album"), "/sdcard/")
    assert pushed.code == 0, pushed.err
    assert hashlib.sha256(phone.handset.files.read("/storage/emulated/0/album/图.jpg") or b"").digest() == (
        hashlib.sha256(data).digest()
    )
    pulled = await adb.run(*to, "pull", "/sdcard/album", str(tmp_path / "back"))
    assert pulled.code == 0, pulled.err
    assert (tmp_path / "back" / "图.jpg").read_bytes() == data
    assert (tmp_path / "back" / "empty").read_bytes() == b""
    listed = (await adb.run(*to, "ls", "/sdcard/album")).out.decode()
    assert f"{len(data):08x}" in listed and "图.jpg" in listed
    assert (await adb.shell(phone, "ls /sdcard/album")).out.decode() == "empty\n图.jpg\n"


async def test_push_where_shell_may_not_write_fails(adb: Adb, phone: SimPhone, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 200_000)
    answer = await adb.run("-s", phone.address, "push", str(tmp_path / "f"), "/system/bin/f")
    assert answer.code != 0
    assert b"Permission denied" in answer.out + answer.err
    missing = await adb.run("-s", phone.address, "pull", "/sdcard/none", str(tmp_path / "g"))
    assert missing.code != 0
    assert not (tmp_path / "g").exists()
    assert (await adb.shell(phone, "echo fine")).out == b"fine\n"


async def test_services_a_phone_does_not_have_are_refused(adb: Adb, phone: SimPhone) -> None:
    assert (await adb.run("-s", phone.address, "jdwp")).code != 0
    assert b"cannot run as root" in (await adb.run("-s", phone.address, "root")).out


async def test_script_from_stdin(adb: Adb, phone: SimPhone) -> None:
    answer = await adb.run("-s", phone.address, "shell", stdin=b"X=5\necho $X; foo\nexit 3\n")
    assert (answer.code, answer.out) == (3, b"5\n")
    assert b"foo: inaccessible or not found" in answer.err


async def test_interactive_shell_echoes_edits_and_interrupts(adb: Adb, phone: SimPhone) -> None:
    process = await adb.spawn("-s", phone.address, "shell", "-tt")
    assert process.stdin is not None and process.stdout is not None

    async def until(expected: bytes) -> bytes:
        async with asyncio.timeout(10):
            assert process.stdout is not None
            return await process.stdout.readuntil(expected)

    await until(b"panther:/ $ ")
    process.stdin.write(b"ecxx\x7f\x7fho hi\r")
    assert await until(b"panther:/ $ ") == b"ecxx\b \b\b \bho hi\r\nhi\r\npanther:/ $ "
    process.stdin.write(b"sleep 100\r")
    await until(b"sleep 100\r\n")
    process.stdin.write(b"\x03")
    await until(b"^C\r\npanther:/ $ ")
    process.stdin.write(b"echo 'a\r")
    await until(b"no closing quote\r\npanther:/ $ ")
    process.stdin.write(b"exit 4\r")
    async with asyncio.timeout(10):
        await process.communicate()
    assert process.returncode == 4
