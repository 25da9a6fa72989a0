"""Identity, capabilities, state, signals, lock and notice, each against simulated phones."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adb_bridge.advice import Advice
from adb_bridge.commands import NoticeResult, is_notice_posted, post_notice
from adb_bridge.errors import DeviceUnavailableError, ParseError
from adb_bridge.evidence import Evidence
from adb_bridge.probe import identify, probe, profile_of
from adb_bridge.records import Availability, CapabilityName, DeviceProfile
from adb_bridge.session import Session
from adb_bridge.signals import ChangeSignal, Signal, watch_signals
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.rows import SmsBox
from adb_bridge.simphone.spec import Brand, PhoneSpec
from adb_bridge.status import read_status
from adb_bridge.verbs.carry import carry_out
from adb_bridge.verbs.facts import probe_facts
from adb_bridge.verbs.orders import Lock
from tests.integration.bridge_support import CLOCK, connected, running_bridge, until

SPEC = PhoneSpec(serial="SIM01", sdk=34)
FORGED = 'x" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1, '


def table(profile: DeviceProfile) -> dict[CapabilityName, tuple[Availability, str, str | None]]:
    return {one.name: (one.availability, one.evidence, one.advice) for one in profile.capabilities}


async def test_who_it_is_without_touching_content(tmp_path: Path) -> None:
    spec = PhoneSpec(serial="HX-01:a", brand=Brand.XIAOMI, model="Redmi Note 12", sdk=33)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        assert await identify(session) == "HX-01:a"
        profile = await profile_of(session)
        assert (profile.serial, profile.manufacturer, profile.model) == ("HX-01:a", "Xiaomi", "Redmi Note 12")
        assert (profile.android_release, profile.sdk, profile.capabilities) == ("13", 33, ())
        assert all(served.command.startswith("getprop") for served in phone.journal)


@pytest.mark.parametrize("serial", ["", "../../etc", "a b", "x" * 65, "\x1b[31m"])
async def test_a_serial_that_is_none_is_refused(tmp_path: Path, serial: str) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.garbage("getprop ro.serialno", serial.encode() + b"\n")
        with pytest.raises(ParseError):
            await identify(session)


async def test_capabilities_of_an_open_phone(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.store.add_sms(address="1", body="m")
        found = table(await probe(session))
        assert found[CapabilityName.SMS] == (Availability.YES, Evidence.ROWS_READABLE, None)
        assert found[CapabilityName.CALL_LOG] == (Availability.YES, Evidence.READABLE_BUT_EMPTY, None)
        assert found[CapabilityName.LOCK] == (Availability.YES, Evidence.READ_BACK_WORKS, None)
        assert found[CapabilityName.LOCK_CREDENTIAL_SET] == (Availability.YES, Evidence.CREDENTIAL_SET, None)
        assert set(found) == set(CapabilityName)
        assert phone.handset.power.wakefulness == "Awake"


async def test_capabilities_of_a_phone_that_refuses(tmp_path: Path) -> None:
    spec = PhoneSpec(serial="SIM01", sdk=30, pin=None)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        phone.faults.refuse_permission(Right.SMS)
        phone.faults.refuse_permission(Right.INPUT)
        found = table(await probe(session))
        assert found[CapabilityName.SMS] == (Availability.NO, Evidence.PERMISSION_DENIED, "advice.data_access.general")
        assert found[CapabilityName.CALL_LOG] == (
            Availability.NO, Evidence.PERMISSION_DENIED, Advice.CALL_LOG_NEEDS_ANDROID_12,
        )  # fmt: skip
        assert found[CapabilityName.LOCK] == (Availability.NO, Evidence.KEY_EVENTS_REFUSED, "advice.key_events.general")
        assert found[CapabilityName.LOCK_CREDENTIAL_SET] == (
            Availability.NO, Evidence.NO_CREDENTIAL, Advice.SET_SCREEN_LOCK,
        )  # fmt: skip


async def test_capabilities_before_the_first_unlock(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.handset.restart()
        found = table(await probe(session))
        for name in (CapabilityName.SMS, CapabilityName.CALL_LOG, CapabilityName.CONTACTS):
            assert found[name] == (Availability.UNKNOWN, Evidence.STORAGE_LOCKED, Advice.UNLOCK_ONCE)


async def test_status_in_one_call(tmp_path: Path) -> None:
    spec = replace(SPEC, battery_pct=41, clock_offset_ms=-90_000, owner=FORGED)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        status = await read_status(session, CLOCK)
        assert len(phone.journal) == 1
        assert (status.battery_pct, status.is_charging, status.is_screen_on) == (41, False, True)
        assert status.is_locked is not True
        assert status.clock_offset_ms is not None
        assert abs(status.clock_offset_ms + 90_000) < 500
        phone.handset.power.sleep()
        phone.handset.set_charging(is_charging=True)
        status = await read_status(session, CLOCK)
        assert (status.is_charging, status.is_screen_on) == (True, False)


async def test_status_of_a_phone_that_talks_nonsense(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.garbage("dumpsys", b"\xff\x00 level: 400 deviceLocked=1\n")
        with pytest.raises(ParseError):
            await read_status(session, CLOCK)


# --- lock ------------------------------------------------------------------------------------------------------------


async def test_a_forged_user_name_does_not_lock(tmp_path: Path) -> None:
    spec = replace(SPEC, owner=FORGED)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        facts = await probe_facts(session)
        phone.faults.refuse_permission(Right.INPUT)
        assert (await carry_out(Lock(), session, facts, CLOCK)).code == "refused"
        assert not phone.handset.power.is_device_locked


# --- notice ----------------------------------------------------------------------------------------------------------


async def test_a_notice_is_posted_when_it_is_listed(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        title, text = "It's a company phone", '本机由公司管理\n$(reboot) `id` "x"'
        assert not await is_notice_posted(session, "shopwarden.notice")
        result = await post_notice(session, tag="shopwarden.notice", title=title, text=text)
        assert result is NoticeResult.POSTED
        assert await is_notice_posted(session, "shopwarden.notice")
        assert not await is_notice_posted(session, "shopwarden")
        shown = await session.shell("dumpsys notification --noredact", timeout_s=5)
        assert title.encode() in shown.stdout
        assert b"$(reboot) `id`" in shown.stdout


async def test_a_notice_that_is_not_shown(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.refuse_permission(Right.NOTICES)
        assert await post_notice(session, tag="t", title="a", text="b") is NoticeResult.REFUSED


async def test_a_notice_on_a_phone_that_cannot(tmp_path: Path) -> None:
    spec = replace(SPEC, sdk=29)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (_, session):
        assert await post_notice(session, tag="t", title="a", text="b") is NoticeResult.NOT_SUPPORTED


async def test_another_apps_tag_is_not_our_notice(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.garbage("cmd notification list", b"0|com.evil|1|x|com.android.shell|2020|t|2000\n")
        with pytest.raises(ParseError):
            await is_notice_posted(session, "t")
        with pytest.raises(ValueError, match="tag"):
            await post_notice(session, tag="a|b", title="a", text="b")


# --- signals ---------------------------------------------------------------------------------------------------------


async def collect_signals(session: Session, seen: list[ChangeSignal]) -> None:
    async for signal in watch_signals(session):
        seen.append(signal)


async def test_signals_tell_what_happened(tmp_path: Path) -> None:
    spec = replace(SPEC, linger_s=0.5)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (phone, session):
        seen: list[ChangeSignal] = []
        watching = asyncio.create_task(collect_signals(session, seen))
        await until(lambda: any("logcat" in served.command for served in phone.journal))
        await asyncio.sleep(0.1)
        seen.clear()
        phone.store.add_sms(address="10086", body="hi")
        await until(lambda: any(Signal.MESSAGES in one.kinds for one in seen))
        seen.clear()
        phone.store.add_sms(address="10086", body="hi", box=SmsBox.SENT)
        await until(lambda: any(Signal.MESSAGES in one.kinds and one.is_fast_poll_advised for one in seen))
        await until(lambda: not seen[-1].is_fast_poll_advised)
        assert Signal.MESSAGES in seen[-1].kinds
        seen.clear()
        phone.store.add_contact(name="x")
        await until(lambda: any(Signal.CONTACTS in one.kinds for one in seen))
        phone.handset.set_battery(12)
        await until(lambda: any(Signal.BATTERY in one.kinds for one in seen))
        phone.handset.power.sleep()
        await until(lambda: any(Signal.SCREEN in one.kinds for one in seen))
        await phone.faults.cut()
        with pytest.raises(DeviceUnavailableError):
            await watching


async def test_signals_survive_garbage_lines(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.handset.events.clear()
        seen: list[ChangeSignal] = []
        watching = asyncio.create_task(collect_signals(session, seen))
        await until(lambda: any("logcat" in served.command for served in phone.journal))
        await asyncio.sleep(0.2)
        for message in (
            "",
            "[",
            "\x1b]52;c;x\x07\n\udcff[0,1]",
            "[" + "A" * 3_000_000 + "]",
            "[1000\nbattery_level: [1",
        ):
            phone.handset.emit("wm_set_resumed_activity", message)
        phone.handset.set_battery(41)
        await until(lambda: bool(seen))
        assert [one.kinds for one in seen] == [frozenset({Signal.BATTERY})]
        await session.close()
        with pytest.raises(DeviceUnavailableError):
            await watching
