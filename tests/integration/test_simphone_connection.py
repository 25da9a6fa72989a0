"""The simulated phone and the real adb server: letting in, keeping out, cables and reboots."""

import asyncio
import secrets
import socket
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import DEFAULT_FEATURES, AuthMode, Latencies, PhoneSpec, Security
from adb_bridge.simphone.wire.auth import HostKey, parse_host_key

from .simphone_support import Adb, adb_server, connected


def host_key(adb: Adb) -> HostKey:
    return parse_host_key((Path(adb.env["HOME"]) / ".android" / "adbkey.pub").read_bytes())


@pytest.mark.parametrize(
    ("auth", "security"),
    [(AuthMode.OPEN, Security.PLAIN), (AuthMode.ACCEPT, Security.PLAIN), (AuthMode.OPEN, Security.TLS)],
)
async def test_phone_is_a_device(adb: Adb, auth: AuthMode, security: Security) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", auth=auth, security=security, model="Redmi Note 12")) as phone:
        listed = (await adb.run("devices", "-l")).out.decode()
        assert f"{phone.address}" in listed
        assert "model:Redmi_Note_12" in listed
        answer = await adb.shell(phone, "getprop ro.serialno")
        assert (answer.code, answer.out, answer.err) == (0, b"SIM1\n", b"")


async def test_signature_of_a_trusted_host_is_enough(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM0")):  # makes adb create its key
        trusted = frozenset({host_key(adb)})
    spec = PhoneSpec(serial="SIM1", auth=AuthMode.REFUSE, trusted_hosts=trusted)
    async with connected(adb, spec) as phone:
        assert await adb.state(phone.address) == "device"


async def test_other_key_is_refused_although_a_key_is_trusted(adb: Adb) -> None:
    stranger = HostKey(modulus=secrets.randbits(2047) | 1 << 2047 | 1, exponent=65537)
    phone = SimPhone(PhoneSpec(serial="SIM1", auth=AuthMode.REFUSE, trusted_hosts=frozenset({stranger})), SystemClock())
    address = await phone.start()
    try:
        await adb.run("connect", address)
        await adb.until(address, "unauthorized")
        await asyncio.sleep(0.5)
        assert await adb.state(address) == "unauthorized"
        assert (await adb.shell(phone, "echo hi")).code != 0
        assert phone.journal == ()
    finally:
        await adb.run("disconnect", address)
        await phone.stop()


async def test_pending_phone_waits_for_the_person(adb: Adb) -> None:
    phone = SimPhone(PhoneSpec(serial="SIM1", auth=AuthMode.PENDING), SystemClock())
    address = await phone.start()
    try:
        await adb.run("connect", address)
        await adb.until(address, "unauthorized", "authorizing")
        phone.allow_host()
        await adb.until(address, "device")
        assert (await adb.shell(phone, "echo hi")).out == b"hi\n"
        await phone.faults.unauthorize()
        await adb.until(address, "unauthorized")
    finally:
        await adb.run("disconnect", address)
        await phone.stop()


async def test_cable(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1")) as phone:
        waiting = asyncio.create_task(adb.shell(phone, "sleep 30"))
        while not phone.journal:
            await asyncio.sleep(0.02)
        await phone.faults.cut()
        assert (await waiting).code != 0
        await adb.until(phone.address, "device")
        await phone.faults.unplug()
        await adb.until(phone.address, "offline", None)
        phone.faults.plug()
        await adb.until(phone.address, "device", timeout_s=20)
        assert (await adb.shell(phone, "echo back")).out == b"back\n"


async def test_reboot_comes_back_locked_until_the_first_unlock(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", latencies=Latencies(boot_s=0.5), pin="2580")) as phone:
        phone.store.add_sms(address="1", body="x")
        await adb.run("-s", phone.address, "reboot")
        await adb.until(phone.address, "offline", None)
        await adb.until(phone.address, "device", timeout_s=20)
        sms = await adb.shell(phone, "content query --uri content://sms --projection _id")
        calls = await adb.shell(phone, "content query --uri content://call_log/calls")
        assert (sms.code, sms.out) == (0, b"")
        assert b"SQLiteCantOpenDatabaseException" in sms.err
        assert b"Could not find provider: call_log" in calls.err
        assert (await adb.shell(phone, "getprop sys.user.0.ce_available")).out == b"false\n"
        phone.unlock()
        sms = await adb.shell(phone, "content query --uri content://sms --projection _id")
        assert (sms.out, sms.err) == (b"Row: 0 _id=1\n", b"")


async def test_delayed_ack_when_both_sides_speak_it(tmp_path: Path) -> None:
    data = secrets.token_bytes(3_000_000)
    (tmp_path / "up").write_bytes(data)
    with adb_server(tmp_path / "home", ADB_BURST_MODE="1") as server:
        async with connected(server, PhoneSpec(serial="SIM1", features=(*DEFAULT_FEATURES, "delayed_ack"))) as phone:
            assert [link._is_windowed for link in phone.doors.links] == [True]
            to = ("-s", phone.address)
            assert (await server.run(*to, "push", str(tmp_path / "up"), "/sdcard/up")).code == 0
            assert phone.handset.files.read("/sdcard/up") == data
            assert (await server.run(*to, "exec-out", "cat /sdcard/up")).out == data


async def test_strangers_bytes_do_not_harm_the_phone(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1")) as phone:
        host, _, port = phone.address.partition(":")
        for junk in (b"GET / HTTP/1.1\r\n\r\n" * 4, b"\xff" * 5000, b"CNXN", b""):
            with socket.create_connection((host, int(port))) as stranger:
                stranger.sendall(junk)
        await asyncio.sleep(0.2)
        assert (await adb.shell(phone, "echo fine")).out == b"fine\n"
