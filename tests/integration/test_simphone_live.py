"""What happens on a simulated phone shows in its log, its services and its providers, as the real adb reads them."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.rows import CallKind, SmsBox
from adb_bridge.simphone.spec import Brand, PhoneSpec

from .simphone_support import Adb, connected, kill

THREADTIME = re.compile(r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {1,5}\d+ {1,5}\d+ I (\w+): (.*)")


@pytest.fixture
async def phone(adb: Adb) -> AsyncIterator[SimPhone]:
    async with connected(adb, PhoneSpec(serial="SIM1", brand=Brand.XIAOMI, sdk=33, linger_s=0.2)) as opened:
        yield opened


class Follower:
    """`adb shell logcat` running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        self._process, self._stdout = process, process.stdout

    async def line(self) -> str:
        async with asyncio.timeout(5):
            return (await self._stdout.readline()).decode().rstrip("\n")

    async def event(self, tag: str) -> str:
        """The message of the next entry with this tag."""
        while True:
            match = THREADTIME.fullmatch(await self.line())
            if match is not None and match[1] == tag:
                return match[2]

    async def close(self) -> None:
        await kill(self._process)


async def follow(adb: Adb, phone: SimPhone, options: str = "-b events -T 1") -> Follower:
    follower = Follower(await adb.spawn("-s", phone.address, "shell", f"logcat {options}"))
    while not any("logcat" in served.command for served in phone.journal):
        await asyncio.sleep(0.02)
    return follower


async def test_each_change_is_told_as_it_happens(adb: Adb, phone: SimPhone) -> None:
    log = await follow(adb, phone)
    phone.store.add_sms(address="13800130001", body="secret words")
    assert await log.line() == "--------- beginning of events"
    enqueued = await log.event("notification_enqueue")
    assert enqueued.startswith("[10081,2211,com.android.mms,1,NULL,0,Notification(channel=sms shortcut=null ")
    assert enqueued.endswith("),0]") and "secret" not in enqueued
    phone.store.add_sms(address="13800130001", body="answer", box=SmsBox.SENT)
    assert (await log.event("wm_set_resumed_activity")).startswith("[0,com.android.mms/.ui.MmsTabActivity,")
    assert (await log.event("wm_set_resumed_activity")).startswith("[0,com.miui.home/.launcher.Launcher,")
    contact = phone.store.add_contact(name="a")
    assert "com.android.contacts/" in await log.event("wm_set_resumed_activity")
    assert "com.miui.home/" in await log.event("wm_set_resumed_activity")
    phone.store.delete_contact(contact)
    assert "com.android.contacts/" in await log.event("wm_set_resumed_activity")
    phone.store.add_call(number="1", kind=CallKind.MISSED)
    assert (await log.event("notification_enqueue")).startswith("[10082,2211,com.android.contacts,2,")
    phone.handset.set_battery(41)
    assert (await log.event("battery_level")).startswith("[41,")
    phone.handset.power.sleep()
    assert (await log.event("power_screen_state")).startswith("[0,")
    await log.close()


async def test_older_android_names_the_front_app_otherwise(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", sdk=28)) as old:
        log = await follow(adb, old)
        old.store.add_sms(address="1", body="x", box=SmsBox.SENT)
        assert "messaging" in await log.event("am_set_resumed_activity")
        await log.close()


async def test_log_dumps_filters_and_formats(adb: Adb, phone: SimPhone) -> None:
    for level in (50, 49, 48):
        phone.handset.set_battery(level)
    phone.store.add_sms(address="1", body="x")
    dumped = (await adb.shell(phone, "logcat -b events -d battery_level:I '*:S'")).out.decode().splitlines()
    assert [line.rpartition(": ")[2][:3] for line in dumped[1:]] == ["[50", "[49", "[48"]
    assert (await adb.shell(phone, "logcat -b events -t 1 -v raw -s battery_level")).out.startswith(b"[48,")
    assert (await adb.shell(phone, "logcat -d -b main")).out == b""
    assert (await adb.shell(phone, "logcat --nonsense")).code == 1
    log = await follow(adb, phone, "-b events -v raw -T 2 battery_level:I *:S")
    assert [(await log.line())[:3], (await log.line())[:3]] == ["[49", "[48"]
    phone.handset.set_battery(47)
    assert (await log.line()).startswith("[47")
    await log.close()


async def test_lock_is_taken_and_read_back(adb: Adb, phone: SimPhone) -> None:
    trust = "dumpsys trust | grep -o deviceLocked=."
    assert (await adb.shell(phone, trust)).out == b"deviceLocked=0\n"
    await adb.shell(phone, "input keyevent 223; input keyevent KEYCODE_SLEEP")
    assert (await adb.shell(phone, trust)).out == b"deviceLocked=1\n"
    assert (await adb.shell(phone, "dumpsys power | grep mWakefulness=")).out == b"  mWakefulness=Asleep\n"
    await adb.shell(phone, "input keyevent 26")
    assert (await adb.shell(phone, f"{trust}; dumpsys power | grep mWakefulness=")).out == (
        b"deviceLocked=1\n  mWakefulness=Awake\n"
    )
    phone.unlock()
    assert (await adb.shell(phone, trust)).out == b"deviceLocked=0\n"
    phone.faults.refuse_permission(Right.INPUT)
    refused = await adb.shell(phone, "input keyevent 223")
    assert (refused.code, refused.out) == (255, b"")
    assert b"INJECT_EVENTS" in refused.err
    assert (await adb.shell(phone, trust)).out == b"deviceLocked=0\n"


async def test_without_a_pin_sleep_does_not_lock(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", pin=None)) as phone:
        answer = await adb.shell(phone, "input keyevent 223; dumpsys trust; dumpsys lock_settings")
        assert b"deviceLocked=0" in answer.out
        assert b"CredentialType: NONE" in answer.out


async def test_screen_lock_commands(adb: Adb, phone: SimPhone) -> None:
    async def said(command: str) -> tuple[int, bytes]:
        answer = await adb.shell(phone, f"locksettings {command}")
        return answer.code, answer.out

    assert await said("verify --old 2580") == (0, b"Lock credential verified successfully\n")
    bare = await adb.shell(phone, "locksettings set-pin 1234")
    assert (bare.code, bare.out) == (255, b"") and bare.err.startswith(b"Error while executing command: set-pin\n")
    assert await said("set-pin --old 2580 1234") == (0, b"Pin set to '1234'\n")
    assert await said("clear --old 1234") == (0, b"Lock credential cleared\n")
    assert await said("verify --old 1") == (255, b"Old password provided but user has no password\n")
    assert await said("get-disabled") == (0, b"false\n")
    assert await said("set-password secret9") == (0, b"Password set to 'secret9'\n")
    for _ in range(4):
        assert await said("verify --old wrong") == (255, b"Old password 'wrong' didn't match\n")
    assert await said("verify --old wrong") == (255, b"Request throttled\n")
    assert await said("verify --old secret9") == (255, b"Request throttled\n")
    refused = await adb.shell(phone, "cmd lock_settings require-strong-auth STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN")
    assert refused.code == 255  # below API 34 the verb is one more that wants the credential


async def test_strong_auth_from_14_on(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", sdk=34)) as phone:
        verb = "cmd lock_settings require-strong-auth STRONG_AUTH_REQUIRED_AFTER_USER_LOCKDOWN"
        assert (await adb.shell(phone, verb)).code == 0
        assert b"strongAuthRequired=0x20" in (await adb.shell(phone, "dumpsys trust")).out


async def test_notice_is_posted_and_listed(adb: Adb, phone: SimPhone) -> None:
    post = "cmd notification post -t '公司手机' shopwarden '本机短信由店铺存档'"
    assert (await adb.shell(phone, post)).out.startswith(b"posting:\n  Notification(channel=shell_cmd ")
    key = "0|com.android.shell|2020|shopwarden|2000"
    assert (await adb.shell(phone, "cmd notification list")).out.decode() == key + "\n"
    record = (await adb.shell(phone, f"cmd notification get '{key}'")).out.decode()
    assert record.startswith("NotificationRecord(0x")
    assert "\n      android.title=String (公司手机)\n" in record
    assert "\n      android.text=String (本机短信由店铺存档)\n" in record
    assert (await adb.shell(phone, "cmd notification get 'no|such|key'")).code == 1
    dumped = (await adb.shell(phone, "dumpsys notification --noredact")).out.decode()
    assert "\n    NotificationRecord(" in dumped and "\n          android.title=String (公司手机)\n" in dumped
    assert "公司手机" not in (await adb.shell(phone, "dumpsys notification")).out.decode()
    phone.faults.refuse_permission(Right.NOTICES)
    await adb.shell(phone, "cmd notification post other text")
    assert (await adb.shell(phone, "cmd notification list")).out.decode() == key + "\n"


async def test_new_notification_layout_doubles_the_prefix(adb: Adb) -> None:
    async with connected(adb, PhoneSpec(serial="SIM1", sdk=35)) as phone:
        await adb.shell(phone, "cmd notification post -t title tag text")
        dumped = (await adb.shell(phone, "dumpsys notification --noredact")).out.decode()
        assert "\n      notification=\n" in dumped
        assert "\n                android.text=String (text)\n" in dumped
        assert "\n      publicNotification=\n            None\n" in dumped
        assert "android.text=String [length=4]\n" in (await adb.shell(phone, "dumpsys notification")).out.decode()


async def test_services_read_the_phone_s_state(adb: Adb, phone: SimPhone) -> None:
    phone.handset.set_battery(37)
    phone.handset.set_charging(is_charging=True)
    battery = (await adb.shell(phone, "dumpsys battery")).out.decode()
    assert "\n  level: 37\n" in battery and "\n  USB powered: true\n" in battery and "\n  status: 2\n" in battery
    phone.calls.dial("13800130001")
    assert b"    mCallState=2\n" in (await adb.shell(phone, "dumpsys telephony.registry")).out
    assert (await adb.shell(phone, "dumpsys nonsense")).err == b"Can't find service: nonsense\n"
    assert (await adb.shell(phone, "settings put global x 'a b'; settings get global x")).out == b"a b\n"
    assert (await adb.shell(phone, "settings delete global x; settings get global x")).out == b"Deleted 1 rows\nnull\n"
    assert (await adb.shell(phone, "settings get nowhere x")).code == 255
    assert (await adb.shell(phone, "am broadcast -a android.intent.action.FACTORY_RESET")).out.endswith(
        b"Broadcast completed: result=0\n"
    )
    assert b"package:com.tencent.mm\n" in (await adb.shell(phone, "pm list packages")).out
    assert (await adb.shell(phone, "pm suspend com.tencent.mm")).out == (
        b"Package com.tencent.mm new suspended state: true\n"
    )
    assert (await adb.shell(phone, "getprop | grep ro.build.version.sdk")).out == b"[ro.build.version.sdk]: [33]\n"
    offset = float((await adb.shell(phone, "date +%s.%N")).out) - phone.handset.now().timestamp()
    assert abs(offset) < 5


async def test_wipe_by_test_harness_needs_an_open_phone(adb: Adb, phone: SimPhone) -> None:
    phone.store.add_sms(address="1", body="x")
    locked = await adb.shell(phone, "cmd testharness enable")
    assert (locked.code, locked.err) == (2, b"Test Harness Mode cannot be enabled if there is a lock screen\n")
    await adb.shell(phone, "am broadcast -a android.intent.action.FACTORY_RESET")
    assert len(phone.store.sms()) == 1


async def test_faults_strike_where_they_are_aimed(adb: Adb, phone: SimPhone) -> None:
    phone.store.load_sms([])
    faults = phone.faults
    faults.garbage("content query", b"\xff\x00garbage", repeat=Repeat.ONCE)
    assert (await adb.shell(phone, "content query --uri content://sms")).out == b"\xff\x00garbage"
    assert (await adb.shell(phone, "content query --uri content://sms")).out == b"No result found.\n"
    cut = faults.truncate("echo", 3)
    assert (await adb.shell(phone, "echo abcdef; echo ghi")).out == b"abc"
    faults.disarm(cut)
    faults.exit_code("echo", 77)
    faults.error_text("echo", b"oops")
    answer = await adb.shell(phone, "echo x")
    assert (answer.code, answer.out, answer.err) == (77, b"x\n", b"oops")
    faults.clear()
    faults.oversize("dumpsys", 10_000_000)
    flood = (await adb.shell(phone, "dumpsys battery")).out
    assert len(flood) == 10_000_000 and b"\n" not in flood
    faults.delay("id", 0.4)
    started = asyncio.get_running_loop().time()
    await adb.shell(phone, "id")
    assert asyncio.get_running_loop().time() - started >= 0.4
    faults.hang("getprop", after_bytes=5)
    with pytest.raises(TimeoutError):
        await adb.run("-s", phone.address, "shell", "getprop", timeout_s=1)
    faults.clear()
    faults.drop("getprop", after_bytes=100)
    assert (await adb.shell(phone, "getprop")).code != 0
    await adb.until(phone.address, "device")
    assert (await adb.shell(phone, "getprop ro.serialno")).out == b"SIM1\n"
    for right, uri in ((Right.SMS, "content://sms"), (Right.CONTACTS, "content://com.android.contacts/contacts")):
        faults.refuse_permission(right)
        assert b"SecurityException" in (await adb.shell(phone, f"content query --uri {uri}")).err
        faults.grant_permission(right)
        assert (await adb.shell(phone, f"content query --uri {uri}")).err == b""
    last = phone.journal[-1]
    assert (last.service, last.command, last.exit_code, last.is_finished) == (
        "shell,v2",
        "content query --uri content://com.android.contacts/contacts",
        0,
        True,
    )
