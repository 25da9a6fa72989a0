"""Wireless debugging of the simulated phone with the real adb server: on, paired, off by itself, back again."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from adb_bridge.clock import Clock, SystemClock
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.handset import HOME_BSSID
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import AuthMode, Latencies, PhoneSpec
from adb_bridge.simphone.wire.pairing import PairingOutcome
from adb_bridge.simphone.wireless import TCP_PORT_PROPERTY, NetworkAnswer, WifiAtBoot

from .simphone_support import Adb

OTHER_BSSID = "02:00:5e:10:00:02"
QUICK = Latencies(boot_s=0.05)


class MovedClock:
    """The machine's clock, ahead by what the test says."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return SystemClock().monotonic()


@asynccontextmanager
async def phone_without_cable(
    host: str = "127.0.0.1", *, auth: AuthMode = AuthMode.REFUSE, clock: Clock | None = None, sdk: int = 34
) -> AsyncIterator[SimPhone]:
    phone = SimPhone(PhoneSpec(serial="SIM1", auth=auth, latencies=QUICK, sdk=sdk), clock or SystemClock())
    phone.wireless.host = host
    try:
        yield phone
    finally:
        await phone.stop()


def is_on(phone: SimPhone) -> bool:
    return phone.wireless.is_on


def setting(phone: SimPhone) -> str | None:
    return phone.handset.settings.get("global", "adb_wifi_enabled")


async def pair(adb: Adb, phone: SimPhone) -> None:
    answer = await adb.run("pair", phone.wireless.start_pairing("482915"), "482915")
    assert f"[guid={phone.wireless.guid}]".encode() in answer.out


async def connect(adb: Adb, address: str) -> None:
    async with asyncio.timeout(15):
        while await adb.state(address) != "device":  # a classic AUTH goes on after "failed to authenticate"
            await adb.run("connect", address)


async def test_paired_host_comes_in_and_a_stranger_does_not(adb: Adb) -> None:
    async with phone_without_cable() as phone:
        address = phone.wireless.switch_on()
        assert (await adb.run("connect", address)).out.startswith(b"failed to")
        await pair(adb, phone)
        assert phone.wireless.pairing is not None and phone.wireless.pairing.outcome is PairingOutcome.PAIRED
        await connect(adb, address)
        told = await adb.run(
            "-s", address, "shell", "getprop service.adb.tls.port; settings get global adb_wifi_enabled"
        )
        assert told.out == f"{address.partition(':')[2]}\n1\n".encode()


async def test_roaming_switches_off_and_the_next_time_has_another_port(adb: Adb) -> None:
    async with phone_without_cable() as phone:
        first = phone.wireless.switch_on()
        await pair(adb, phone)
        await connect(adb, first)
        phone.wireless.roam(HOME_BSSID)
        assert is_on(phone)
        phone.wireless.roam(OTHER_BSSID)
        await adb.until(first, "offline", None)
        assert (is_on(phone), setting(phone)) == (False, "0")
        assert phone.handset.properties["persist.adb.tls_server.enable"] == "0"
        second = phone.wireless.switch_on()
        assert second != first
        await connect(adb, second)
        await adb.run("disconnect")


async def test_shell_switches_it_on_only_in_a_trusted_network(adb: Adb) -> None:
    async with phone_without_cable(auth=AuthMode.ACCEPT) as phone:
        cable = await phone.start()
        await connect(adb, cable)
        put = ("-s", cable, "shell", "settings put global adb_wifi_enabled 1; settings get global adb_wifi_enabled")
        assert (await adb.run(*put)).out == b"0\n"
        assert (is_on(phone), phone.wireless.prompt) == (False, HOME_BSSID)
        phone.wireless.answer(NetworkAnswer.NO)
        assert not is_on(phone)
        assert (await adb.run(*put)).out == b"0\n"
        phone.wireless.answer(NetworkAnswer.ONCE)
        assert is_on(phone)
        phone.wireless.switch_off()
        assert (await adb.run(*put)).out == b"0\n"
        phone.wireless.answer(NetworkAnswer.ALWAYS)
        phone.wireless.switch_off()
        assert (await adb.run(*put)).out == b"1\n"
        assert is_on(phone)
        phone.wireless.switch_off()
        phone.faults.refuse_permission(Right.WIRELESS)
        assert (await adb.run(*put)).out == b"0\n"
        assert (is_on(phone), phone.wireless.prompt) == (False, None)
        await adb.run("disconnect")


@pytest.mark.parametrize("wifi", list(WifiAtBoot))
async def test_reboot(adb: Adb, wifi: WifiAtBoot) -> None:
    async with phone_without_cable(auth=AuthMode.ACCEPT) as phone:
        phone.wireless.wifi_at_boot = wifi
        cable = await phone.start()
        before = phone.wireless.switch_on()
        await connect(adb, before)
        phone.handset.cable.reboot()
        assert not is_on(phone)
        await connect(adb, cable)
        async with asyncio.timeout(5):
            while setting(phone) == "1" and not is_on(phone):
                await asyncio.sleep(0.02)
        assert is_on(phone) is (wifi is WifiAtBoot.READY)
        if wifi is WifiAtBoot.READY:
            assert phone.wireless.address != before
        await adb.run("disconnect")


async def test_keys_lapse_after_seven_days_without_use(adb: Adb) -> None:
    clock = MovedClock()
    async with phone_without_cable(clock=clock) as phone:
        address = phone.wireless.switch_on()
        await pair(adb, phone)
        await connect(adb, address)
        clock.ahead += timedelta(days=30)
        await phone.faults.cut()
        await adb.until(address, "device")  # in use all the time
        await adb.run("disconnect", address)
        await phone.faults.cut()
        clock.ahead += timedelta(days=6, hours=23)
        await connect(adb, address)
        await adb.run("disconnect", address)
        await phone.faults.cut()
        clock.ahead += timedelta(days=7, hours=1)
        assert (await adb.run("connect", address)).out.startswith(b"failed to")
        await pair(adb, phone)
        phone.handset.settings.put("global", "adb_allowed_connection_time", "0")
        clock.ahead += timedelta(days=365)
        await connect(adb, address)
        await adb.run("disconnect")


async def test_tcpip_is_a_second_door_until_the_reboot(adb: Adb) -> None:
    async with phone_without_cable("127.83.1.7", auth=AuthMode.ACCEPT) as phone:
        cable = await phone.start("127.83.1.7")
        await connect(adb, cable)
        assert (await adb.run("-s", cable, "tcpip", "5555")).out == b"restarting in TCP mode port: 5555\n"
        assert phone.wireless.tcp_address == "127.83.1.7:5555"
        await connect(adb, "127.83.1.7:5555")
        told = await adb.run("-s", "127.83.1.7:5555", "shell", "getprop service.adb.tcp.port; getprop ro.serialno")
        assert told.out == b"5555\nSIM1\n"
        await phone.faults.reboot()
        assert TCP_PORT_PROPERTY not in phone.handset.properties
        assert (await adb.run("connect", "127.83.1.7:5555")).out.startswith(b"failed to connect")
        await adb.until("127.83.1.7:5555", "offline", None)
        await adb.run("disconnect")


async def test_two_ways_to_one_phone_and_two_phones_with_one_serial(adb: Adb) -> None:
    async with phone_without_cable() as phone:
        phone.allow_host()
        usb = await phone.start()
        lan = await phone.start_second()
        phone.doors.unauthorize()
        phone.allow_host()
        for address in (usb, lan.address):
            await adb.run("connect", address)
            await adb.until(address, "device")
            assert (await adb.run("-s", address, "shell", "getprop ro.serialno")).out == b"SIM1\n"
        lan.shut()
        await adb.until(lan.address, "offline", None)
        assert (await adb.run("-s", usb, "shell", "echo here")).out == b"here\n"
        twin = SimPhone(PhoneSpec(serial="SIM1", seed=2), SystemClock())
        await connect(adb, await twin.start())
        assert twin.wireless.guid != phone.wireless.guid
        await twin.stop()
        await adb.run("disconnect")


async def test_pairing_dialog_lives_inside_wireless_debugging(adb: Adb) -> None:
    async with phone_without_cable() as phone:
        with pytest.raises(RuntimeError):
            phone.wireless.start_pairing("123456")
        phone.wireless.switch_on()
        first = phone.wireless.start_pairing("123456")
        dialog = phone.wireless.pairing
        second = phone.wireless.start_pairing("654321")
        assert dialog is not None and dialog.outcome is PairingOutcome.CLOSED and first != second
        phone.wireless.switch_off()
        assert phone.wireless.pairing is not None and phone.wireless.pairing.outcome is PairingOutcome.CLOSED


async def test_scanned_code_pairs_with_its_password(adb: Adb) -> None:
    async with phone_without_cable() as phone:
        address = phone.wireless.switch_on()
        place = phone.wireless.scan_qr("WIFI:T:ADB;S:shopwarden-Ab3;P:kT9xZ2qLw0;;")
        assert b"Successfully paired" in (await adb.run("pair", place, "kT9xZ2qLw0")).out
        await connect(adb, address)
        await adb.run("disconnect")
        with pytest.raises(ValueError, match="not an adb code"):
            phone.wireless.scan_qr("WIFI:T:WPA;S:shop;P:secret;;")


async def test_android_10_has_no_wireless_debugging() -> None:
    async with phone_without_cable(sdk=29) as phone:
        with pytest.raises(RuntimeError):
            phone.wireless.switch_on()


async def test_command_line(adb: Adb) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adb_bridge.simphone", "--history", "10", "--pair-code", "135790",
        "--profile", "aosp-14", "--profile", "aosp-10", "--phones", "2", stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            new, old = [json.loads(await process.stdout.readline()) for _ in range(2)]
        assert new["guid"].startswith(f"adb-{new['serial']}-")
        assert (await adb.run("connect", new["address"])).out.startswith(b"failed to connect")
        assert b"Successfully paired" in (await adb.run("pair", new["pairing_address"], "135790")).out
        await connect(adb, new["address"])
        assert "pairing_address" not in old
        await adb.run("connect", old["address"])
        await adb.until(old["address"], "unauthorized", "authorizing")
        await adb.run("disconnect")
    finally:
        process.terminate()
        assert await process.wait() == 0
