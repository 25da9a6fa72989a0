"""Calls as they happen, and the phone's own time."""

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.rows import CallKind
from adb_bridge.simphone.switches import SwitchState
from adb_bridge.simphone.telephony import SECOND_BYTES, CallState
from adb_bridge.simphone.userland.dumpsys.telephony import dump_telephony_registry

NUMBER = "13800130001"


def phone_of(profile: str, timezone: str = "Asia/Shanghai") -> SimPhone:
    return SimPhone(spec_of(profile, serial="S", timezone=timezone), SystemClock())


def row(phone: SimPhone, row_id: int) -> tuple[int, int, int]:
    """(type, duration_s, start in ms) of a call."""
    ((kind, duration, date),) = phone.store.call_log.select(
        "SELECT type, duration, date FROM calls WHERE _id=?", (row_id,)
    )
    assert isinstance(kind, int) and isinstance(duration, int) and isinstance(date, int)
    return kind, duration, date


def test_an_answered_call_shows_its_states_then_row_and_recording_agree() -> None:
    phone = phone_of("hyperos")
    phone.store.add_contact(name="周女士", numbers=(NUMBER,))
    phone.calls.ring(NUMBER, slot=1, duration_s=95)
    text = dump_telephony_registry(phone.handset, ())
    first, _, second = text.partition("  Phone Id=1\n")
    assert "    mCallState=0\n" in first and "    mCallIncomingNumber=\n" in first
    assert "    mCallState=1\n" in second and f"    mCallIncomingNumber={NUMBER}\n" in second
    assert phone.handset.foreground.current is phone.handset.apps.dialer
    phone.calls.answer()
    phone.calls.answer()
    assert [line.state for line in phone.calls.lines] == [CallState.IDLE, CallState.OFF_HOOK]
    (growing,) = phone.recordings.truth()
    assert not growing.is_finished and growing.content.size == SECOND_BYTES
    kind, duration, date = row(phone, phone.calls.hang_up())
    assert (kind, duration) == (CallKind.INCOMING, 95)
    (recording,) = phone.recordings.truth()
    assert (recording.is_finished, recording.duration_ms) == (True, 95_000)
    assert recording.content.size == 95 * SECOND_BYTES
    started = phone.handset.now().timestamp() - 95
    assert abs(date / 1000 - started) < 5 and abs(recording.modified_at_s - started - 95) < 5
    stamp = phone.handset.now().astimezone(phone.handset.zone).fromtimestamp(date / 1000, phone.handset.zone)
    assert recording.path == f"/sdcard/MIUI/sound_recorder/call_rec/周女士({NUMBER})_{stamp:%Y%m%d%H%M%S}.mp3"
    assert "mCallState=2" not in dump_telephony_registry(phone.handset, ())


def test_calls_nobody_takes_leave_their_kind_and_no_recording() -> None:
    phone = phone_of("coloros")
    phone.calls.ring(NUMBER)
    assert row(phone, phone.calls.hang_up())[:2] == (CallKind.MISSED, 0)
    phone.calls.ring(NUMBER)
    assert row(phone, phone.calls.reject())[:2] == (CallKind.REJECTED, 0)
    phone.calls.dial(NUMBER)
    assert [line.number for line in phone.calls.lines] == ["", ""]
    assert phone.calls.lines[0].state is CallState.OFF_HOOK
    with pytest.raises(RuntimeError):
        phone.calls.ring(NUMBER)
    assert row(phone, phone.calls.hang_up())[:2] == (CallKind.OUTGOING, 0)
    assert phone.recordings.truth() == ()
    assert [one.notification.title for one in phone.notifications.history] == [NUMBER]  # of the missed one
    with pytest.raises(RuntimeError):
        phone.calls.hang_up()
    with pytest.raises(ValueError, match="slot"):
        phone.calls.ring(NUMBER, slot=2)


def test_two_calls_within_a_minute_get_two_files_where_names_tell_minutes() -> None:
    phone = phone_of("coloros")
    for _ in range(3):
        phone.calls.ring(NUMBER, duration_s=0)
        phone.calls.answer()
        phone.calls.hang_up()
    paths = {one.path for one in phone.recordings.truth()}
    assert len(paths) == 3
    assert all(path.startswith(f"/sdcard/Music/Recordings/Call Recordings/{NUMBER}-") for path in paths)


def test_a_dialer_that_records_nothing_and_one_whose_owner_switched_it_off() -> None:
    for phone in (phone_of("aosp-15"), phone_of("emui")):
        phone.calls.recorder = SwitchState.OFF
        phone.calls.dial(NUMBER, duration_s=3)
        phone.calls.answer()
        assert row(phone, phone.calls.hang_up())[:2] == (CallKind.OUTGOING, 3)
        assert phone.recordings.truth() == ()


def test_a_phone_that_shows_no_number_and_one_that_reboots_during_a_call() -> None:
    phone = phone_of("oneui")
    phone.calls.ring(NUMBER)
    assert NUMBER not in dump_telephony_registry(phone.handset, ())
    phone.calls.answer()
    phone.handset.restart()
    assert {line.state for line in phone.calls.lines} == {CallState.IDLE}
    assert phone.store.call_ids() == ()
    (left,) = phone.recordings.truth()
    assert not left.is_finished


def test_names_follow_the_phone_s_zone_and_clock() -> None:
    phone = phone_of("emui", timezone="Asia/Shanghai")
    before = phone.handset.now()
    phone.jump_clock(86_400_000)
    assert 86_390 < (phone.handset.now() - before).total_seconds() < 86_410
    phone.set_timezone("America/New_York")
    assert phone.handset.properties["persist.sys.timezone"] == "America/New_York"
    phone.calls.dial(NUMBER, duration_s=5)
    phone.calls.answer()
    start_ms = row(phone, phone.calls.hang_up())[2]
    (recording,) = phone.recordings.truth()
    shown = before.fromtimestamp(start_ms / 1000, phone.handset.zone)
    assert recording.path.endswith(f"_{shown:%Y%m%d%H%M%S}.amr")
    with pytest.raises(KeyError):
        phone.set_timezone("Nowhere/City")
