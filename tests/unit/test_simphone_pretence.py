"""What a phone that pretends says, and that every order can be pretended, half done or done on every phone."""

import pytest

from adb_bridge.simphone.command_faults import CommandFault, FaultMode
from adb_bridge.simphone.profiles import every_name, spec_of
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.simphone.wire.streams import StreamClosedError
from tests.unit.phone_bench import Bench

TESTDPC = "com.afwsamples.testdpc"
TIMER = "am start -a android.intent.action.SET_TIMER --ei android.intent.extra.alarm.LENGTH 1"
ORDERS = (
    "locksettings set-pin 4711",
    "locksettings set-password secret9",
    "locksettings set-disabled true",
    "cmd lock_settings require-strong-auth STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN",
    "input keyevent 223",
    "pm suspend com.tencent.mm com.tencent.wework",
    "cmd package disable-user --user 0 com.tencent.mm",
    "am start -n com.tencent.mm/.ui.LauncherUI",
    "am start -a android.intent.action.CALL -d tel:13800130001",
    "am start -a android.intent.action.VIEW -d file:///sdcard/a.ogg -t audio/ogg",
    "cmd notification post -S bigtext -t title tag text",
    "cmd notification set_dnd alarms",
    "cmd media_session volume --stream 4 --set 7 --get",
    "settings put secure mine 1",
    "settings delete global device_name",
    "svc power stayon usb",
    "dumpsys deviceidle whitelist +com.tencent.mm",
    "cmd appops set com.tencent.mm RUN_IN_BACKGROUND allow",
    f"dpm set-device-owner {TESTDPC}/.DeviceAdminReceiver",
    "setprop debug.mine 1",
    "cmd testharness enable",
    "svc power reboot",
    "reboot -p",
)
SPEC = PhoneSpec(serial="S", sdk=34, pin=None, installed=(TESTDPC,))


@pytest.mark.parametrize("order", ORDERS)
async def test_a_pretending_program_says_the_same_and_changes_nothing(order: str) -> None:
    honest, false = Bench(SPEC), Bench(SPEC)
    before = false.state()
    false.handset.faults.commands.add(CommandFault(match=order, mode=FaultMode.SILENT))
    said = await honest.said(order)
    assert said[0] == 0
    assert await false.said(order) == said
    assert false.state() == before
    assert honest.state() != before


@pytest.mark.parametrize(
    "mode", [FaultMode.EFFECT_THEN_EXIT, FaultMode.EFFECT_THEN_GARBAGE, FaultMode.EFFECT_THEN_DROP]
)
async def test_what_is_done_without_a_word_is_done(mode: FaultMode) -> None:
    for order in ORDERS:
        honest, mute = Bench(SPEC), Bench(SPEC)
        said = await honest.said(order)
        mute.handset.faults.commands.add(CommandFault(match=order, mode=mode, code=7, stderr="no"))
        if mode is FaultMode.EFFECT_THEN_DROP:
            with pytest.raises(StreamClosedError):
                await mute.said(order)
            assert mute.cable.pop() == "cut"
        else:
            assert await mute.said(order) != said or not said[1]
        assert mute.state() == honest.state()


@pytest.mark.parametrize("mode", [FaultMode.EXIT, FaultMode.GARBAGE])
async def test_what_is_refused_is_not_done(mode: FaultMode) -> None:
    for order in ORDERS:
        bench = Bench(SPEC)
        before = bench.state()
        bench.handset.faults.commands.add(CommandFault(match=order, mode=mode))
        await bench.said(order)
        assert bench.state() == before


async def test_file_tools_pretend_too() -> None:
    bench = Bench(SPEC)
    await bench.said("mkdir /sdcard/d; touch /sdcard/d/a")
    for order in ("mkdir *", "touch *", "mv *", "rm *", "dd *"):
        bench.handset.faults.commands.add(CommandFault(match=order, mode=FaultMode.SILENT))
    await bench.said(
        "mkdir /sdcard/e; touch /sdcard/b; mv /sdcard/d/a /sdcard/c; rm -r /sdcard/d; dd if=/dev/null of=/sdcard/x"
    )
    assert (await bench.said("ls /sdcard/; ls /sdcard/d/"))[1] == "DCIM\nDownload\nd\na\n"


async def test_every_phone_takes_every_order() -> None:
    codes = set()
    for name in every_name():
        if name == "harmony-next":
            continue
        bench = Bench(spec_of(name, serial="S", installed=(TESTDPC,)))
        for order in (*ORDERS, "dumpsys audio", "dumpsys telecom", "dumpsys package com.tencent.mm", "cmd wifi status"):
            codes.add((await bench.said(order))[0])
    assert codes == {0, 1, 2, 20, 255}
