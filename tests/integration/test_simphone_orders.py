"""What orders do to a simulated phone, asked through the real adb; one phone for all tables."""

import asyncio

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.command_faults import CommandFault, FaultMode
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import AuthMode, Latencies, PhoneSpec, Wipe

from .simphone_support import Adb, connected, kill

BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
QUICK = Latencies(boot_s=0.2, wipe_s=0.05)


async def back(adb: Adb, phone: SimPhone, boot_id: bytes) -> bytes:
    """Wait until the phone answers with another boot id."""
    async with asyncio.timeout(15):
        while True:
            answer = await adb.shell(phone, f"{BOOT_ID} && getprop sys.boot_completed")
            if answer.code == 0 and answer.out.split()[:1] != boot_id.split() and answer.out.endswith(b"\n1\n"):
                return answer.out.split()[0]
            await adb.run("connect", phone.address)
            await asyncio.sleep(0.1)


async def test_test_harness_erases_and_the_phone_comes_back_open(adb: Adb) -> None:
    spec = PhoneSpec(serial="SIM1", sdk=34, pin=None, latencies=QUICK)
    async with connected(adb, spec) as phone:
        phone.store.add_sms(address="1", body="x")
        await adb.shell(phone, "settings put secure mine 1; pm suspend com.tencent.mm")
        first = (await adb.shell(phone, BOOT_ID)).out
        sent = await adb.shell(phone, "cmd testharness enable; echo $?")
        assert (sent.out, sent.err) == (b"0\n", b"")
        second = await back(adb, phone, first)
        seen = await adb.shell(
            phone,
            "getprop persist.sys.test_harness; settings get secure user_setup_complete; settings get secure mine;"
            "locksettings get-disabled; settings get global adb_allowed_connection_time; pm list packages -3;"
            "content query --uri content://sms",
        )
        assert seen.out.decode().split("\n") == ["1", "1", "null", "true", "0", "No result found.", ""]
        await adb.shell(phone, "reboot")
        assert await back(adb, phone, second) != second


async def test_reboot_by_adb_and_services_that_are_late(adb: Adb) -> None:
    spec = PhoneSpec(serial="SIM1", wipe=Wipe.KEPT, latencies=Latencies(boot_s=0.1, ready_s=1.0))
    async with connected(adb, spec) as phone:
        first = (await adb.shell(phone, BOOT_ID)).out
        phone.faults.commands.add(CommandFault(match="reboot*", mode=FaultMode.SILENT))
        await adb.run("-s", phone.address, "reboot")
        assert (await adb.shell(phone, BOOT_ID)).out == first
        await adb.run("-s", phone.address, "reboot")
        async with asyncio.timeout(5):
            while (early := await adb.shell(phone, f"{BOOT_ID} && locksettings verify --old 2580")).code == 1:
                await adb.run("connect", phone.address)
        if not phone.handset.is_booted:
            assert early.code == 20 and early.err == b"cmd: Can't find service: lock_settings\n"
        await back(adb, phone, first)
        assert (await adb.shell(phone, "locksettings verify --old 2580")).code == 0


async def test_a_plan_strikes_the_call_it_names(adb: Adb) -> None:
    plan = (
        CommandFault(match="locksettings set-pin*", mode=FaultMode.SILENT),
        CommandFault(match="locksettings set-pin*", mode=FaultMode.EXIT, when=2, code=3, stderr="broken"),
        CommandFault(match="pm suspend*", mode=FaultMode.GARBAGE),
        CommandFault(match="input keyevent 223", mode=FaultMode.EFFECT_THEN_DROP),
        CommandFault(match="wm *", mode=FaultMode.EFFECT_THEN_EXIT, code=9),
    )
    async with connected(adb, PhoneSpec(serial="SIM1", pin=None, command_faults=plan)) as phone:
        pin = "locksettings set-pin 1234"
        silent = await adb.shell(phone, f"echo a; {pin}")
        assert (silent.code, silent.out) == (0, b"a\nPin set to '1234'\n")
        assert (await adb.shell(phone, "locksettings verify")).code == 0  # there is still none
        broken = await adb.shell(phone, pin)
        assert (broken.code, broken.out, broken.err) == (3, b"", b"broken\n")
        assert (await adb.shell(phone, pin)).code == 0
        assert (await adb.shell(phone, "locksettings verify --old 1234")).code == 0
        garbage = await adb.shell(phone, "cmd package suspend com.tencent.mm")
        assert garbage.code == 0 and b"suspended state" not in garbage.out and not phone.handset.packages.suspended
        assert (await adb.shell(phone, "wm size")).code == 9
        assert (await adb.shell(phone, "input keyevent 223")).code != 0
        assert phone.handset.power.is_device_locked
        assert phone.faults.commands.calls[0] == pin


async def test_a_hanging_call_ends_with_its_host(adb: Adb) -> None:
    phone = SimPhone(PhoneSpec(serial="SIM1"), SystemClock())
    phone.faults.commands.add(CommandFault(match="*", when=2, mode=FaultMode.HANG))
    address = await phone.start()
    await adb.run("connect", address)
    await adb.until(address, "device")
    client = await adb.spawn("-s", address, "shell", "wm size; wm density; wm size")
    async with asyncio.timeout(5):
        while len(phone.faults.commands.calls) < 2:
            await asyncio.sleep(0.02)
        await kill(client)
        while phone.running:
            await asyncio.sleep(0.02)
    await phone.stop()
    await adb.run("disconnect", address)


async def test_apps_are_suspended_for_each_user_and_refusals_look_like_success(adb: Adb) -> None:
    spec = PhoneSpec(serial="SIM1", sdk=33, clones=("com.tencent.mm",))
    async with connected(adb, spec) as phone:

        async def said(command: str) -> tuple[int, str]:
            answer = await adb.shell(phone, command)
            return answer.code, answer.out.decode()

        both = await said("pm suspend --user 0 com.tencent.mm com.tencent.wework")
        state = "Package com.tencent.{} new suspended state: true\n"
        assert both == (0, state.format("mm") + state.format("wework"))
        dialer = "com.google.android.dialer"
        assert await said(f"pm suspend {dialer}") == (0, f"Package {dialer} new suspended state: false\n")
        assert (await said("pm suspend no.such"))[0] == 1
        dumped = (await said("dumpsys package com.tencent.mm"))[1]
        assert (
            " suspended=true " in dumped.split("User 999:")[0] and " suspended=false " in dumped.split("User 999:")[1]
        )
        assert "        suspendingPackage=com.android.shell " in dumped
        phone.faults.refuse_permission(Right.SUSPEND)
        assert await said("pm unsuspend com.tencent.mm") == (255, "")
        phone.faults.clear()
        await said("pm unsuspend com.tencent.mm; pm disable-user com.tencent.mm")
        assert phone.handset.packages.suspended == {"com.tencent.wework"}
        assert await said("pm list packages -d") == (0, "package:com.tencent.mm\n")


async def test_a_wipe_may_lose_the_keys_and_wifi_takes_wireless_debugging_with_it(adb: Adb) -> None:
    spec = PhoneSpec(serial="SIM1", pin=None, auth=AuthMode.ACCEPT, wipe=Wipe.KEYS_LOST, latencies=QUICK)
    async with connected(adb, spec) as phone:
        phone.wireless.switch_on()
        assert b'WifiInfo: SSID: "Shop", BSSID: ' in (await adb.shell(phone, "cmd wifi status")).out
        off = await adb.shell(phone, "svc wifi disable; settings get global adb_wifi_enabled; cmd wifi status")
        assert off.out.startswith(b"0\nWifi is disabled\n")
        await adb.shell(phone, "cmd testharness enable")
        async with asyncio.timeout(15):
            while await adb.state(phone.address) != "unauthorized":
                await adb.run("connect", phone.address)
                await asyncio.sleep(0.1)
