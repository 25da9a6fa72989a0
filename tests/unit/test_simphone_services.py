"""What the phone's services print and do, asked without a cable."""

import pytest

from adb_bridge.simphone.audio import Audio, Ringer, Stream, Zen
from adb_bridge.simphone.command_faults import CommandFault, CommandFaults, FaultMode, FaultSpan
from adb_bridge.simphone.fault_plan import faults_of, read_fault_plan
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.spec import Calling, Lockdown, PhoneSpec
from adb_bridge.simphone.toml_table import ScenarioError, Table
from tests.unit.phone_bench import Bench

OWNDROID = "com.bintianqi.owndroid"
TESTDPC = "com.afwsamples.testdpc"
ALARM = "android.intent.extra.alarm"


def heard(bench: Bench) -> list[str]:
    return [one.usage for one in bench.handset.audio.audible]


def is_locked(bench: Bench) -> bool:
    return bench.handset.power.is_device_locked


@pytest.mark.parametrize(
    ("sdk", "code", "out", "err"),
    [
        (29, 255, "", "Error while executing command: set-pin\n"),
        (33, 255, "", "Error while executing command: set-pin\n"),
        (35, 255, "User has a lock credential, but old credential was not provided\n", ""),
    ],
)
async def test_a_pin_without_the_old_one(sdk: int, code: int, out: str, err: str) -> None:
    bench = Bench(PhoneSpec(serial="S", sdk=sdk))
    got = await bench.said("locksettings set-pin 1234")
    assert got[:2] == (code, out) and got[2].startswith(err)
    short = await bench.said("locksettings set-pin --old 2580 12")
    assert short[0] == 255 and ("required: 4" in short[1] or "length 4" in short[2])
    assert (await bench.said("locksettings set-pin --old 2580 8765"))[0] == 0
    assert (await bench.said("locksettings verify --old 8765"))[0] == 0


async def test_an_admin_demands_a_lock() -> None:
    bench = Bench(PhoneSpec(serial="S", sdk=34, admin_pin_chars=6))
    assert (await bench.said("locksettings clear --old 2580"))[:2] == (
        255, "New credential doesn't satisfy admin policies: Weak credential type\n",
    )  # fmt: skip
    assert "required: 6" in (await bench.said("locksettings set-pin --old 2580 1234"))[1]
    assert bench.handset.power.has_credential


async def test_verifying_opens_storage_after_a_reboot() -> None:
    bench = Bench(PhoneSpec(serial="S"))
    bench.handset.restart()
    assert (await bench.said("am get-started-user-state 0"))[1] == "RUNNING_LOCKED\n"
    await bench.said("locksettings verify --old 2580")
    assert (await bench.said("am get-started-user-state 0; getprop sys.user.0.ce_available"))[1] == (
        "RUNNING_UNLOCKED\ntrue\n"
    )


async def test_harness_by_phone() -> None:
    codes = {}
    for name in ("aosp-14", "emui", "coloros"):
        bench = Bench(spec_of(name, serial="S", pin=None))
        codes[name] = (await bench.said("cmd testharness enable"))[0], bench.cable
    assert codes == {"aosp-14": (0, ["wipe"]), "emui": (20, []), "coloros": (1, [])}
    new = Bench(PhoneSpec(serial="S", sdk=35, pin=None))
    assert (await new.said("cmd testharness enable --keep-everything"))[0] == 1
    assert (await new.said("cmd testharness enable --keep-memtag"))[0] == 0
    assert new.cable == ["wipe"]


async def test_what_can_be_heard() -> None:
    bench = Bench(PhoneSpec(serial="S", sdk=34))
    audio = bench.handset.audio
    await bench.said("cmd notification post tag text")
    assert heard(bench) == ["USAGE_NOTIFICATION"]
    bench.clock.step(5)
    assert heard(bench) == []
    audio.silence(Ringer.SILENT)
    await bench.said("cmd notification post other text")
    assert len(audio.playing) == 0
    assert (await bench.said("logcat -b events -d | grep -c notification_alert"))[1] == "1\n"
    extras = f"--ei {ALARM}.LENGTH 10 --ez {ALARM}.SKIP_UI true"
    await bench.said(f"am start -a android.intent.action.SET_TIMER {extras}")
    assert len(audio.playing) == 0
    bench.clock.step(11)
    assert "usage=USAGE_ALARM" in (await bench.said("dumpsys audio"))[1]
    assert heard(bench) == ["USAGE_ALARM"]
    await bench.said("cmd notification set_dnd none")
    assert heard(bench) == [] and audio.zen is Zen.TOTAL_SILENCE
    await bench.said("cmd notification set_dnd off; am force-stop com.android.deskclock")
    assert len(audio.playing) == 0


def test_volumes_stay_in_range_and_the_ringer_follows() -> None:
    audio = Audio(monotonic=lambda: 0.0, is_linked=True)
    audio.set_volume(Stream.RING, 99)
    assert (audio.volume(Stream.RING), audio.volume(Stream.NOTIFICATION)) == (7, 7)
    audio.set_volume(Stream.NOTIFICATION, 0)
    assert audio.ringer is Ringer.VIBRATE and audio.volume(Stream.RING) == 0
    audio.set_volume(Stream.ALARM, 0)
    assert audio.volume(Stream.ALARM) == 1


@pytest.mark.parametrize(("calling", "state"), [(Calling.READY, "2"), (Calling.ASKS, "0"), (Calling.NO_SERVICE, "0")])
async def test_calls_are_placed_and_the_number_is_not_printed(calling: Calling, state: str) -> None:
    bench = Bench(PhoneSpec(serial="S", calling=calling))
    code, out, _ = await bench.said("am start -a android.intent.action.CALL -d tel:13800130001")
    assert (code, out) == (0, "Starting: Intent { act=android.intent.action.CALL dat=tel:xxxxxxxxxxx }\n")
    assert (await bench.said("dumpsys telephony.registry | grep mCallState"))[1].strip() == f"mCallState={state}"
    bench.handset.faults.refuse_permission(Right.CALL)
    code, _, err = await bench.said("am start -a android.intent.action.CALL -d tel:110")
    assert code == 255 and "CALL_PHONE" in err and "110" not in err


async def test_owners_are_set_refused_and_obey() -> None:
    spec = PhoneSpec(serial="S", sdk=35, installed=(OWNDROID,), accounts=("com.xiaomi",), owner_key="k")
    bench = Bench(spec)
    assert "some accounts" in (await bench.said(f"dpm set-device-owner {OWNDROID}/.Receiver"))[2]
    cloned = Bench(PhoneSpec(serial="S", installed=(OWNDROID,), clones=("com.tencent.mm",)))
    assert "several users" in (await cloned.said(f"dpm set-device-owner {OWNDROID}/.Receiver"))[2]
    bench = Bench(PhoneSpec(serial="S", sdk=35, installed=(OWNDROID,), owner_key="k"))
    bench.handset.faults.refuse_permission(Right.DEVICE_ADMIN)
    assert "MANAGE_DEVICE_ADMINS" in (await bench.said(f"dpm set-device-owner {OWNDROID}/.Receiver"))[2]
    bench.handset.faults.clear()
    assert (await bench.said(f"dpm set-device-owner {OWNDROID}/.Receiver"))[0] == 0
    assert f"admin={OWNDROID}/.Receiver,DeviceOwner" in (await bench.said("dpm list-owners"))[1]
    assert "already set" in (await bench.said(f"dpm set-device-owner {OWNDROID}/.Receiver"))[2]
    lock = f"am broadcast -a {OWNDROID}.action.LOCK -n {OWNDROID}/.ApiReceiver --es key "
    wrong = await bench.said(lock + "other")
    assert wrong[1].endswith("Broadcast completed: result=0\n") and not is_locked(bench)
    await bench.said(lock + "k")
    assert is_locked(bench)
    assert (await bench.said(f"pm suspend {OWNDROID}"))[1].endswith("state: false\n")


@pytest.mark.parametrize(("profile", "user"), [("hyperos", 999), ("emui", 128), ("oneui", 95)])
async def test_app_clones_live_under_each_makers_own_user(profile: str, user: int) -> None:
    bench = Bench(spec_of(profile, serial="S", clones=("com.tencent.mm",)))
    assert f"UserInfo{{{user}:" in (await bench.said("pm list users"))[1]
    await bench.said(f"pm suspend --user {user} com.tencent.mm")
    assert bench.handset.packages.suspended == frozenset()
    assert f"User {user}:" in (await bench.said("dumpsys package com.tencent.mm"))[1]
    assert (await bench.said(f"locksettings verify --user {user}"))[1] == "Profile uses unified challenge\n"


async def test_a_lockdown_that_cuts_the_cable_ends_with_the_pin() -> None:
    bench = Bench(PhoneSpec(serial="S", sdk=35, lockdown=Lockdown.CUTS_USB))
    await bench.said("cmd lock_settings require-strong-auth STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN")
    assert bench.cable == ["unplug"]
    bench.handset.unlock()
    assert bench.cable == ["unplug", "plug"]


async def test_testdpc_answers_in_a_line() -> None:
    told = f"dumpsys activity --user 0 service {TESTDPC} "
    bench = Bench(PhoneSpec(serial="S", sdk=34, device_owner=f"{TESTDPC}/.DeviceAdminReceiver"))
    assert (await bench.said(told + "wipe-data --flags 0"))[1].endswith(
        "Error wiping data: java.lang.SecurityException: User 0 is a system user and cannot be removed\n"
    )
    assert (await bench.said(told + "lock-now"))[1].endswith("    Device locked\n")
    assert is_locked(bench)
    nobody = Bench(PhoneSpec(serial="S", sdk=34, installed=(TESTDPC,)))
    assert "Error locking device" in (await nobody.said(told + "lock-now"))[1]


async def test_settings_of_the_link_and_rights_by_vendor() -> None:
    bench = Bench(spec_of("hyperos", serial="S"))
    code, _, err = await bench.said("settings put global adb_allowed_connection_time 0")
    assert code == 255 and "WRITE_SECURE_SETTINGS" in err
    plain = Bench(PhoneSpec(serial="S", sdk=34))
    await plain.said("svc power stayon usb; dumpsys deviceidle whitelist +com.tencent.mm; cmd power set-mode 1")
    assert (await plain.said("settings get global stay_on_while_plugged_in; cmd deviceidle whitelist"))[1].split() == [
        "2", "system-excidle,com.android.shell,2000", "system,com.android.phone,1006", "user,com.tencent.mm,10201",
    ]  # fmt: skip
    await plain.said("appops set com.tencent.mm RUN_IN_BACKGROUND allow")
    assert (await plain.said("cmd appops get com.tencent.mm"))[1] == "RUN_IN_BACKGROUND: allow\n"


def test_plans_count_calls_and_know_both_spellings() -> None:
    faults = CommandFaults(
        [
            CommandFault(match="locksettings *", mode=FaultMode.HANG, when=2),
            CommandFault(match="cmd package suspend *", mode=FaultMode.DROP, span=FaultSpan.FROM_THEN_ON),
        ]
    )
    assert faults.strike(("cmd", "lock_settings", "verify")) is None
    struck = faults.strike(("/system/bin/locksettings", "verify"))
    assert struck is not None and struck.mode is FaultMode.HANG
    assert faults.strike(("locksettings", "verify")) is None
    assert all(faults.strike(("pm", "suspend", "a")) is not None for _ in range(3))
    assert faults.strike(("echo", "x")) is None and len(faults.calls) == 6


def test_plans_are_read_and_mistakes_named() -> None:
    tables = [{"match": "a", "mode": "hang"}, {"match": "b", "mode": "drop", "phone": 1}]
    plan = read_fault_plan(Table({"faults": {"command": tables}}, file="f"))
    assert [len(faults_of(plan, phone)) for phone in (0, 1)] == [1, 2]
    for wrong in ({"match": "a", "mode": "hangs"}, {"mode": "hang"}, {"match": "a", "mode": "hang", "wen": 1}):
        with pytest.raises(ScenarioError):
            read_fault_plan(Table({"faults": {"command": [wrong]}}, file="f"))
