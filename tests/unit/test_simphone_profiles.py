"""Profile pages, switches and the names that dialers give their recordings."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import generation_names, load_profile, profile_names, spec_of
from adb_bridge.simphone.profiles.profile import read_profile
from adb_bridge.simphone.recording_names import Direction, RecordingRules
from adb_bridge.simphone.spec import PhoneSpec, Storage
from adb_bridge.simphone.switches import Switch, SwitchState
from adb_bridge.simphone.toml_table import ScenarioError, Table
from adb_bridge.simphone.traits import FileSignals, Userland

AT = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
PAGE = """
schema = 1
title = "t"
brand = "xiaomi"
model = "m"
device = "d"
sdk = 33
denied = ["sms"]
[notifications]
layout = "a11"
[[switch]]
name = "auto_blocker"
state = "on"
takes = ["wireless"]
taken_while = "on"
"""


def page(tmp_path: Path, text: str) -> Table:
    path = tmp_path / "page.toml"
    path.write_text(text)
    return Table.load(path)


def test_six_makers_have_three_generations_each() -> None:
    sdks: dict[str, set[int]] = {}
    for name in (*profile_names(), *generation_names()):
        profile = load_profile(name)
        sdks.setdefault(profile.brand, set()).add(profile.sdk)
        spec = spec_of(name, serial="S")
        rights = SimPhone(spec, SystemClock()).handset.faults
        assert rights.is_denied(Right.CALL_LOG) == (spec.sdk <= 30) or name == "harmony-next"
    assert set(range(29, 37)) - {32} <= sdks.pop("google")
    assert len(sdks) == 6 and all(len(found) >= 3 for found in sdks.values())


def test_every_profile_makes_a_phone_that_differs_from_the_others() -> None:
    assert set(profile_names()) == {
        "aosp-10", "aosp-11", "aosp-13", "aosp-14", "aosp-15", "coloros", "emui", "harmony-next", "honor", "hyperos",
        "oneui", "vivo",
    }  # fmt: skip
    identities = set()
    for name in profile_names():
        phone = SimPhone(spec_of(name, serial=f"SIM-{name}"), SystemClock())
        assert phone.spec.traits == load_profile(name).traits
        if phone.spec.software.userland is Userland.ANDROID:
            assert phone.handset.properties["ro.serialno"] == f"SIM-{name}"
        else:
            assert phone.handset.properties == {}
        is_old = phone.spec.sdk <= 30
        if name != "harmony-next":
            assert phone.faults.is_denied(Right.CALL_LOG) == is_old
        identities.add((phone.spec.model, phone.spec.software))
        phone.store.close()
    assert len(identities) == len(profile_names())


def test_a_phone_may_differ_from_its_profile() -> None:
    spec = spec_of("hyperos", serial="S", employee="陈", pin=None, properties={"ro.mi.os.version.name": "OS2.0"})
    assert (spec.employee, spec.pin, spec.properties["ro.mi.os.version.name"]) == ("陈", None, "OS2.0")
    assert spec.properties["ro.miui.ui.version.name"] == "V816"
    with pytest.raises(ScenarioError, match="did you mean 'hyperos'"):
        spec_of("hyperoz", serial="S")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"a11"', '"a12"', "layout"),
        ('denied = ["sms"]', 'denied = ["sns"]', "did you mean 'sms'"),
        ("sdk = 33", "sdk = 99", "between 28 and 36"),
        ('"auto_blocker"', '"auto_bloker"', "did you mean 'auto_blocker'"),
        ('title = "t"', 'title = "t"\ncolour = "red"', "unknown key"),
        ("schema = 1", "schema = 2", "must be 1"),
        ("sdk = 33", 'sdk = 33\nproviders = {sms_columns = ["a b"]}', "names of columns"),
    ],
)
def test_a_wrong_page_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert read_profile("mine", page(tmp_path, PAGE)).traits.denied == {Right.SMS}
    with pytest.raises(ScenarioError, match=says):
        read_profile("mine", page(tmp_path, PAGE.replace(old, new)))


def test_switches_take_and_give_rights_and_faults_come_on_top() -> None:
    phone = SimPhone(spec_of("hyperos", serial="S"), SystemClock())
    assert phone.faults.is_denied(Right.INPUT) and phone.faults.is_denied(Right.SECURE_SETTINGS)
    phone.switches.set(Switch.USB_DEBUGGING_SECURITY, SwitchState.ON)
    assert not phone.faults.is_denied(Right.INPUT)
    phone.faults.refuse_permission(Right.INPUT)
    assert phone.faults.is_denied(Right.INPUT)
    phone.faults.clear()
    phone.handset.restart()
    assert not phone.faults.is_denied(Right.INPUT)
    phone.switches.set(Switch.USB_DEBUGGING_SECURITY, SwitchState.OFF)
    phone.faults.grant_permission(Right.INPUT)
    assert phone.faults.is_denied(Right.INPUT)
    with pytest.raises(KeyError):
        phone.switches.set(Switch.AUTO_BLOCKER, SwitchState.ON)
    set_up = spec_of("oneui", serial="S", switches={Switch.AUTO_BLOCKER: SwitchState.OFF})
    assert SimPhone(set_up, SystemClock()).switches.state(Switch.AUTO_BLOCKER) is SwitchState.OFF


def test_storage_may_be_closed_from_the_start() -> None:
    phone = SimPhone(spec_of("vivo", serial="S", storage=Storage.CLOSED), SystemClock())
    assert phone.handset.properties["sys.user.0.ce_available"] == "false"
    phone.unlock()
    assert phone.handset.properties["sys.user.0.ce_available"] == "true"
    with pytest.raises(ValueError, match="PIN"):
        PhoneSpec(serial="S", storage=Storage.CLOSED, pin=None)


def rules(name: str) -> RecordingRules:
    found = load_profile(name).traits.recordings
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("hyperos", "/sdcard/MIUI/sound_recorder/call_rec/王小姐(008613800130001)_20260304050607.mp3"),
        ("emui", "/sdcard/Sounds/CallRecord/王小姐@+8613800130001_20260304050607.amr"),
        ("coloros", "/sdcard/Music/Recordings/Call Recordings/王小姐-2603040506.mp3"),
        ("oneui", "/sdcard/Recordings/Call/通话录音 王小姐_260304_050607.m4a"),
        ("aosp-13", "/sdcard/Recordings/Call recordings/+8613800130001_260304_050607089.amr"),
        ("aosp-14", "/sdcard/Recordings/Call recordings/CallRecord_20260304-050607_+8613800130001.m4a"),
    ],
)
def test_recordings_are_called_as_the_vendor_calls_them(profile: str, expected: str) -> None:
    assert rules(profile).path(number="+8613800130001", name="王小姐", at=AT) == expected


def test_names_are_shortened_and_never_leave_the_folder() -> None:
    long = rules("hyperos").file_name(number="*13800130001,5", name="很" * 60, at=AT, direction=Direction.OUT)
    assert len(long) == 50
    assert long.endswith("(s13800130001p5)_20260304050607.mp3")
    unknown = rules("hyperos").file_name(number="15800000521", name=None, at=AT)
    assert unknown == "15800000521(15800000521)_20260304050607.mp3"
    assert "/" not in rules("coloros").file_name(number="1", name="../../x", at=AT)
    assert load_profile("emui").traits.file_signals is FileSignals.ABSENT
