"""What each profile lets a host have, asked through the real adb."""

import asyncio
from dataclasses import dataclass

import pytest

from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.spec import Storage
from adb_bridge.simphone.switches import Switch, SwitchState

from .simphone_support import Adb, connected

CALLS = "content query --uri 'content://call_log/calls?limit=1'"
HEX = "content query --uri content://sms --projection '_id:hex(body)'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Pieces of what a phone says."""

    release: str
    calls: str
    hex_body: str = "hex(body)=C3A4"
    listed: str = "0|com.tencent.mm|"
    sms_columns: str = ""
    settings_code: int = 0


ACCEPTED = "Row: 0 "
DENIED = "requires android.permission.READ_CALL_LOG"


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("aosp-10", Expected(release="10", calls=DENIED, listed="Unknown command: list")),
        ("aosp-15", Expected(release="15", calls=ACCEPTED)),
        ("hyperos", Expected(release="14", calls=ACCEPTED, sms_columns="b2c_ttl=NULL", settings_code=255)),
        ("emui", Expected(release="10", calls=DENIED, listed="Unknown command: list", sms_columns="is_secret=NULL")),
        ("honor", Expected(release="13", calls="Row: 1 ", hex_body="Invalid column hex(body)")),
        ("coloros", Expected(release="14", calls=ACCEPTED, settings_code=255)),
        ("vivo", Expected(release="14", calls="IllegalArgumentException: Invalid URI")),
        ("oneui", Expected(release="14", calls=ACCEPTED)),
    ],
)
async def test_a_host_gets_what_the_profile_gives(adb: Adb, profile: str, expected: Expected) -> None:
    async with connected(adb, spec_of(profile, serial=f"SIM-{profile}")) as phone:
        phone.store.add_sms(address="1", body="ä")
        for number in ("13800130001", "13800130002"):
            phone.store.add_call(number=number, name="x")
        phone.wechat("a", "b")
        asked = (CALLS, HEX, "cmd notification list", "content query --uri content://sms")
        release, calls, hex_body, listed, everything = [
            (answer.out + answer.err).decode()
            for answer in await asyncio.gather(
                adb.shell(phone, "getprop ro.build.version.release; getprop ro.serialno"),
                *(adb.shell(phone, command) for command in asked),
            )
        ]
        assert release == f"{expected.release}\nSIM-{profile}\n"
        assert expected.calls in calls
        assert ("Row: 1 " in calls) == (expected.calls == "Row: 1 ")
        assert expected.hex_body in hex_body
        assert expected.listed in listed
        assert expected.sms_columns in everything and "body=ä" in everything
        put = "settings put global adb_allowed_connection_time 0"
        assert (await adb.shell(phone, put)).code == expected.settings_code


async def test_a_flipped_switch_changes_what_shell_may_do(adb: Adb) -> None:
    async with connected(adb, spec_of("coloros", serial="S")) as phone:
        put = "settings put global adb_allowed_connection_time 0"
        refused = await adb.shell(phone, put)
        assert refused.code == 255 and b"WRITE_SECURE_SETTINGS" in refused.err
        phone.switches.set(Switch.PERMISSION_MONITORING_DISABLED, SwitchState.ON)
        assert (await adb.shell(phone, f"{put}; settings get global adb_allowed_connection_time")).out == b"0\n"
        assert b"forbidden" in (await adb.shell(phone, "pm clear com.tencent.mm")).err
        phone.faults.refuse_permission(Right.NOTIFICATIONS)
        phone.faults.refuse_permission(Right.CALL_STATE)
        taken = await adb.shell(phone, "cmd notification list; dumpsys notification; dumpsys telephony.registry")
        assert taken.out.count(b"Permission Denial") == 2 and b"SecurityException" in taken.err
        phone.faults.grant_permission(Right.CALL_STATE)
        phone.calls.ring("13800130001")
        assert b"mCallState=1" in (await adb.shell(phone, "dumpsys telephony.registry")).out


async def test_a_system_that_is_no_android_answers_adb_and_nothing_else(adb: Adb) -> None:
    async with connected(adb, spec_of("harmony-next", serial="S")) as phone:
        said = await adb.shell(phone, "getprop ro.serialno; content query --uri content://sms; echo $?")
        assert said.out == b"\n127\n" and said.err == b"/system/bin/sh: content: inaccessible or not found\n"
        assert (await adb.shell(phone, "dumpsys battery")).code == 127


async def test_storage_closed_from_the_start_opens_with_the_first_unlock(adb: Adb) -> None:
    async with connected(adb, spec_of("aosp-14", serial="S", storage=Storage.CLOSED)) as phone:
        phone.store.add_sms(address="1", body="x")
        assert b"Cannot open database" in (await adb.shell(phone, "content query --uri content://sms")).err
        phone.unlock()
        assert b"body=x" in (await adb.shell(phone, "content query --uri content://sms")).out


async def test_the_phone_s_own_time_may_jump(adb: Adb) -> None:
    async with connected(adb, spec_of("aosp-14", serial="S")) as phone:
        dated = "date -d @1710489600 '+%F %T %z'; date -u -d @1710489600.5 +%s%3N; getprop persist.sys.timezone"
        assert (await adb.shell(phone, dated)).out == b"2024-03-15 16:00:00 +0800\n1710489600500\nAsia/Shanghai\n"
        phone.set_timezone("America/New_York")
        assert (await adb.shell(phone, dated)).out == b"2024-03-15 04:00:00 -0400\n1710489600500\nAmerica/New_York\n"
        before = int((await adb.shell(phone, "date +%s%3N")).out)
        phone.jump_clock(-3_600_000)
        assert -3_600_000 <= int((await adb.shell(phone, "date +%s%3N")).out) - before < -3_590_000
        bad = await adb.shell(phone, "date -d yesterday; date 0101")
        assert b"bad date 'yesterday'" in bad.err and b"cannot set date" in bad.err
