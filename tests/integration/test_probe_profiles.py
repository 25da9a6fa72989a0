"""The capability table of phones that people have: what is said, why, and which switch helps."""

from pathlib import Path

import pytest

from adb_bridge.commands import post_notice
from adb_bridge.errors import UnsupportedSystemError
from adb_bridge.evidence import Evidence
from adb_bridge.probe import is_settled, probe, profile_of
from adb_bridge.probe_sources import read_own_notice
from adb_bridge.records import Availability, Capability, CapabilityName, DeviceProfile, Vendor
from adb_bridge.shell_batch import Section
from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.spec import PhoneSpec, Storage
from adb_bridge.simphone.switches import Switch, SwitchState
from tests.integration.bridge_support import connected, running_bridge

YES, NO, UNKNOWN = Availability.YES, Availability.NO, Availability.UNKNOWN
Name = CapabilityName


def table(profile: DeviceProfile) -> dict[CapabilityName, Capability]:
    assert [one.name for one in profile.capabilities] == list(dict.fromkeys(one.name for one in profile.capabilities))
    return {one.name: one for one in profile.capabilities}


def told(line: Capability) -> tuple[Availability, str, str | None]:
    return line.availability, line.evidence, line.advice


async def test_xiaomi_before_and_after_its_switch(tmp_path: Path) -> None:
    spec = spec_of("hyperos", serial="MI14")
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        profile = await probe(session)
        assert (profile.vendor, profile.rom, profile.timezone) == (Vendor.XIAOMI, "HyperOS 1.0", "Asia/Shanghai")
        found = table(profile)
        assert set(found) == set(CapabilityName)
        assert told(found[Name.SMS]) == (YES, "readable_but_empty", None)
        assert told(found[Name.LOCK]) == (NO, "key_events_refused", "advice.key_events.xiaomi")
        assert told(found[Name.SETTINGS]) == (NO, "setting_refused", "advice.write_settings.xiaomi")
        assert told(found[Name.KEY_EXPIRY]) == (NO, "key_lapses", "advice.key_expiry")
        phone.switches.set(Switch.USB_DEBUGGING_SECURITY, SwitchState.ON)
        phone.handset.settings.put("global", "adb_allowed_connection_time", "0")
        found = table(await probe(session))
        assert {found[name].availability for name in (Name.LOCK, Name.SETTINGS, Name.KEY_EXPIRY)} == {YES}
        assert phone.handset.settings.get("global", "shopwarden_probe") is None, "the test setting was left behind"


async def test_huawei_with_android_10(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec_of("emui", serial="P30")) as (_, session):
        found = table(await probe(session))
        assert told(found[Name.CALL_LOG]) == (NO, "permission_denied", "advice.call_log_needs_android_12")
        assert told(found[Name.CALL_STATE]) == (YES, "call_state_told", None)
        assert told(found[Name.FILE_SIGNALS]) == (NO, "inotifyd_missing", None)
        assert told(found[Name.WIRELESS_DEBUGGING]) == (NO, "before_android_11", None)
        assert told(found[Name.KEY_EXPIRY]) == (YES, "before_android_11", None)
        assert told(found[Name.NOTICE]) == (NO, "notifications_refused", "advice.notice_needs_android_11")
        assert told(found[Name.NOTIFICATIONS]) == (YES, "notifications_dumped", None)


@pytest.mark.parametrize(
    ("profile", "name", "line"),
    [
        ("coloros", Name.SETTINGS, (NO, "setting_refused", "advice.write_settings.oppo")),
        ("vivo", Name.LOCK, (NO, "key_events_refused", "advice.key_events.vivo")),
        ("vivo", Name.CALL_LOG, (YES, "readable_but_empty", None)),
        ("oneui", Name.WIRELESS_DEBUGGING, (NO, "wireless_off", "advice.wireless.samsung")),
        ("aosp-14", Name.RECORDINGS, (UNKNOWN, "no_folder", "advice.record_calls.aosp")),
    ],
)
async def test_vendors_switches(
    tmp_path: Path, profile: str, name: CapabilityName, line: tuple[Availability, str, str | None]
) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec_of(profile, serial="V1")) as (_, session):
        assert told(table(await probe(session))[name]) == line


async def test_notices_tell_whether_the_phone_prints_words(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="N1")) as (phone, session):
        assert told(table(await probe(session))[Name.NOTIFICATIONS]) == (YES, "notifications_listed", None)
        await post_notice(session, tag="shopwarden", title="Company phone", text="This phone is archived.")
        assert told(table(await probe(session))[Name.NOTIFICATIONS]) == (YES, "texts_readable", None)
        phone.faults.refuse_permission(Right.NOTIFICATIONS)
        assert told(table(await probe(session))[Name.NOTIFICATIONS]) == (NO, "notifications_refused", None)


@pytest.mark.parametrize(
    "words", [b"android.title=String\n      android.text=String", b"android.text=String [length=21]"]
)
def test_a_notice_that_comes_back_without_its_words(words: bytes) -> None:
    printed = Section(output=b"      extras={\n      " + words + b"\n      }\n", status=0)
    line = read_own_notice(printed, is_dump=False)
    assert told(line) == (NO, "texts_redacted", "advice.notification_texts")


async def test_before_the_first_unlock(tmp_path: Path) -> None:
    spec = PhoneSpec(serial="L1", storage=Storage.CLOSED)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (_, session):
        found = table(await probe(session))
        for name in (Name.SMS, Name.MMS, Name.CALL_LOG, Name.CONTACTS, Name.RECORDINGS):
            assert told(found[name]) == (UNKNOWN, "storage_locked", "advice.unlock_once"), name


async def test_a_system_that_is_no_android_is_asked_nothing_else(tmp_path: Path) -> None:
    spec = spec_of("harmony-next", serial="MATE70")
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        with pytest.raises(UnsupportedSystemError):
            await probe(session)
        with pytest.raises(UnsupportedSystemError):
            await profile_of(session)
        assert all(served.command.startswith("getprop") for served in phone.journal)


async def test_a_system_that_says_it_is_android_and_has_no_content(tmp_path: Path) -> None:
    spec = spec_of("harmony-next", serial="S1")
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        said = {"ro.serialno": "S1", "ro.build.version.sdk": "34", "ro.build.version.release": "14"}
        phone.handset.properties.update(said)
        profile = await probe(session)
        assert [told(one) for one in profile.capabilities] == [(NO, "no_android", "advice.unsupported_system")]
        assert not any("logcat" in served.command for served in phone.journal)


async def test_a_broken_answer_is_a_line_and_worth_another_look(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="B1")) as (phone, session):
        phone.faults.garbage("content://mms", b"\xff\x00Row: 0 nonsense", repeat=Repeat.ONCE)
        phone.faults.garbage("logcat", b"\xfe\xff", repeat=Repeat.ONCE)
        profile = await probe(session)
        found = table(profile)
        assert told(found[Name.MMS]) == (UNKNOWN, Evidence.PROVIDER_FAILED, None)
        assert told(found[Name.LOCK]) == (UNKNOWN, Evidence.NO_ANSWER, None)
        assert found[Name.SMS].availability is YES
        assert not is_settled(profile.capabilities)
        assert is_settled((await probe(session)).capabilities)


async def test_a_system_that_lets_everybody_in_is_told(tmp_path: Path) -> None:
    spec = PhoneSpec(serial="E1", properties={"ro.adb.secure": "0"})
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (_, session):
        found = table(await probe(session))
        assert told(found[Name.ADB_AUTHENTICATION]) == (NO, "asks_nobody", "advice.open_to_all")
