"""Phones come, go, refuse and break; the daemon collects what it may and says why it cannot have the rest."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adb_bridge.records import CapabilityName
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.rows import SmsBox
from adb_bridge.simphone.spec import AuthMode, History, Latencies
from daemon.api.wire import DeviceAvailability, EventQuery, StreamKind
from daemon.config import AdbSection
from daemon.service import ServiceError

from .daemon_support import OWNER, QUICK, Watching, enrolled, phone, quick_config, request, running, seen, until

KICKBACK = "行，回扣还是转我个人卡，别走公司账"


async def test_a_phone_is_identified_enrolled_read_and_told_of(tmp_path: Path) -> None:
    async with (
        phone("SIMFLEET1", history=History(sms=300, calls=20, contacts=10)) as one,
        running(tmp_path, quick_config(one)) as service,
    ):
        device = await seen(service, "SIMFLEET1")
        assert device.employee is None
        assert device.events == 0

        async def is_identified() -> bool:
            device = await service.device(OWNER, "SIMFLEET1")
            return device.profile == "Google Pixel 7, Android 14" and one.address in device.transports

        await until(is_identified)
        await enrolled(service, "SIMFLEET1")

        async def is_told() -> bool:
            device = await service.device(OWNER, "SIMFLEET1")
            return (
                device.battery_pct == 80
                and device.notice_posted is True
                and len(device.capabilities) == len(CapabilityName)
            )

        await until(is_told)
        device = await service.device(OWNER, one.address)
        assert device.serial == "SIMFLEET1"
        assert device.events == 330
        assert device.last_error is None
        lines = {line.name: line.availability for line in device.capabilities}
        sources = ("sms", "mms", "call_log", "contacts", "notifications", "call_state", "change_signals", "lock")
        assert {lines[name] for name in sources} == {"yes"}
        assert any("shopwarden" in notice.key for notice in one.handset.notifications.list())
        assert (await service.verify(OWNER, None)).ok


def is_quick(latencies_s: list[float]) -> bool:
    """Five of the last six; the machine may be busy with something else for a moment."""
    return sorted(latencies_s[-6:])[4] < 1.5


async def test_alerts_reach_the_stream_within_a_second_and_a_half(tmp_path: Path) -> None:
    slow = Latencies(content_s=0.2)
    async with (
        phone("SIMFAST1", latencies=slow) as one,
        phone("SIMFAST2", latencies=slow) as other,
        running(tmp_path, quick_config(one, other)) as service,
    ):
        await enrolled(service, "SIMFAST1")
        await enrolled(service, "SIMFAST2")
        watching = Watching(service, OWNER)
        await watching.until_begun()
        latencies: list[float] = []
        while len(latencies) < 6 or not is_quick(latencies):
            number = len(latencies)
            assert number < 18, latencies
            sent_at = datetime.now(UTC)
            target, box = (one, SmsBox.SENT) if number % 2 else (other, SmsBox.INBOX)
            key = str(target.store.add_sms(address="13800000017", body=f"{KICKBACK}{number}", box=box))

            async def has_alert(key: str = key, serial: str = target.spec.serial) -> bool:
                return any(
                    item.alert is not None and (item.alert.source_key, item.alert.device) == (key, serial)
                    for item in watching.items
                )

            await until(has_alert, timeout_s=10)
            latencies.append((datetime.now(UTC) - sent_at).total_seconds())
        await asyncio.sleep(0.3)  # for what must not come
        await watching.stop()
        events = [item for item in watching.items if item.kind is StreamKind.EVENT]
        assert len(events) == len(latencies)
        assert all(item.ledger_index is not None for item in events)


async def test_nothing_but_identity_is_read_without_enrolment_and_nothing_after_it_ended(tmp_path: Path) -> None:
    async with phone("SIMGATE1", history=History(sms=20)) as one, running(tmp_path, quick_config(one)) as service:
        await seen(service, "SIMGATE1")
        await asyncio.sleep(1.2)
        assert all("getprop" in served.command for served in one.journal)
        await enrolled(service, "SIMGATE1")
        await service.unenrol(OWNER, "SIMGATE1", "left the shop")
        asked = len(one.journal)
        one.store.add_sms(address="13800000017", body=KICKBACK)
        await asyncio.sleep(1.3)
        assert len(one.journal) == asked, "the phone was asked after its enrolment ended"
        assert (await service.device(OWNER, "SIMGATE1")).employee is None
        assert (await service.device(OWNER, "SIMGATE1")).events == 20
        await enrolled(service, "SIMGATE1")

        async def is_collected() -> bool:
            return (await service.device(OWNER, "SIMGATE1")).events == 21

        await until(is_collected)


async def test_the_scope_limits_what_is_read(tmp_path: Path) -> None:
    async with (
        phone("SIMSCOPE1", history=History(sms=10, calls=5, contacts=5)) as one,
        running(tmp_path, quick_config(one)) as service,
    ):
        await enrolled(service, "SIMSCOPE1", scope=("sms",))
        await asyncio.sleep(1.2)
        assert (await service.device(OWNER, "SIMSCOPE1")).events == 10
        rows = {event.source for event in await service.events(OWNER, EventQuery(limit=100))}
        assert rows == {"sms"}


async def test_a_denied_source_leaves_the_others_alone(tmp_path: Path) -> None:
    async with (
        phone("SIMDENY1", sdk=30, history=History(sms=10, calls=5, contacts=5)) as one,
        running(tmp_path, quick_config(one)) as service,
    ):
        await seen(service, "SIMDENY1")
        await service.enrol(OWNER, request("SIMDENY1"))

        async def is_told() -> bool:
            device = await service.device(OWNER, "SIMDENY1")
            return device.events == 15 and device.last_error == "adb.permission_denied"

        await until(is_told)

        async def has_line() -> bool:
            device = await service.device(OWNER, "SIMDENY1")
            lines = {line.name: line for line in device.capabilities}
            return "call_log" in lines and lines["call_log"].availability == "no" and bool(lines["call_log"].advice)

        await until(has_line)
        assert (await service.device(OWNER, "SIMDENY1")).backfill_done, "what cannot be read is not waited for"
        asked = sum("call_log" in served.command for served in one.journal)
        await asyncio.sleep(2.5)
        assert sum("call_log" in served.command for served in one.journal) - asked <= 1, "asked again and again"


async def test_a_right_taken_away_and_given_back(tmp_path: Path) -> None:
    async with (
        phone("SIMRIGHT1", history=History(sms=10, contacts=5)) as one,
        running(tmp_path, quick_config(one)) as service,
    ):
        await enrolled(service, "SIMRIGHT1")
        one.faults.refuse_permission(Right.SMS)

        async def is_denied() -> bool:
            return (await service.device(OWNER, "SIMRIGHT1")).last_error == "adb.permission_denied"

        await until(is_denied)
        one.faults.grant_permission(Right.SMS)
        one.faults.cut()  # a new connection looks afresh

        async def is_well() -> bool:
            device = await service.device(OWNER, "SIMRIGHT1")
            return device.last_error is None and device.availability is DeviceAvailability.ONLINE

        await until(is_well)
        one.store.add_sms(address="1", body="again")

        async def is_collected() -> bool:
            return (await service.device(OWNER, "SIMRIGHT1")).events == 16

        await until(is_collected)


async def test_an_unauthorized_phone_is_listed_and_comes_in_when_allowed(tmp_path: Path) -> None:
    async with phone("SIMAUTH1", auth=AuthMode.PENDING) as one, running(tmp_path, quick_config(one)) as service:
        device = await seen(service, one.address)
        assert device.state in {"unauthorized", "authorizing"}
        with pytest.raises(ServiceError) as caught:
            await service.enrol(OWNER, request(one.address))
        assert caught.value.code == "device.not_identified"
        one.allow_host()
        await seen(service, "SIMAUTH1")

        async def is_one_phone() -> bool:
            return one.address not in {device.serial for device in await service.devices(OWNER)}

        await until(is_one_phone)


async def test_a_pulled_cable_is_noticed_and_nothing_is_missing_afterwards(tmp_path: Path) -> None:
    async with phone("SIMCABLE1", history=History(sms=50)) as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMCABLE1")
        one.faults.unplug()

        async def is_gone() -> bool:
            return (await service.device(OWNER, "SIMCABLE1")).state != "device"

        await until(is_gone)
        assert (await service.device(OWNER, "SIMCABLE1")).availability is DeviceAvailability.IDLE
        for number in range(5):
            one.store.add_sms(address="13800000017", body=f"while away {number}")
        one.faults.plug()

        async def is_complete() -> bool:
            return (await service.device(OWNER, "SIMCABLE1")).events == 55

        await until(is_complete, timeout_s=40)


async def test_a_cancelled_notice_is_posted_again(tmp_path: Path) -> None:
    async with (
        phone("SIMNOTE1") as one,
        running(tmp_path, quick_config(one, capture=replace(QUICK, notice_interval_s=1))) as service,
    ):
        await enrolled(service, "SIMNOTE1")

        async def is_posted() -> bool:
            return any("shopwarden" in notice.key for notice in one.handset.notifications.list())

        await until(is_posted)
        one.handset.notifications.clear()
        assert not await is_posted()
        await until(is_posted, timeout_s=25)


async def test_without_adb_the_archive_is_still_served(tmp_path: Path) -> None:
    config = quick_config(adb=AdbSection(binary="/nonexistent/adb"))
    async with running(tmp_path, config) as service:

        async def says_so() -> bool:
            checks = {check.name: check for check in (await service.health(OWNER)).checks}
            return checks["adb"].status == "fail" and "No adb program" in checks["adb"].detail

        await until(says_so)
        assert await service.events(OWNER, EventQuery()) == ()
        with pytest.raises(ServiceError) as caught:
            await service.connect(OWNER, "127.0.0.1:1")
        assert caught.value.exit_code == 20


async def test_addresses_are_remembered_over_a_restart(tmp_path: Path) -> None:
    async with phone("SIMADDR1") as one:
        async with running(tmp_path, quick_config()) as service:

            async def is_up() -> bool:
                return {check.name: check for check in (await service.health(OWNER)).checks}["adb"].status == "ok"

            await until(is_up)
            assert await service.connect(OWNER, one.address) in {"connected", "already", "auth_pending"}
            await seen(service, "SIMADDR1")
        async with running(tmp_path, quick_config()) as service:

            async def is_back() -> bool:
                return (await service.device(OWNER, "SIMADDR1")).state == "device"

            await seen(service, "SIMADDR1")
            await until(is_back)
            await service.disconnect(OWNER, one.address)

            async def is_gone() -> bool:
                return (await service.device(OWNER, "SIMADDR1")).state == "absent"

            await until(is_gone)
            with pytest.raises(ServiceError) as caught:
                await service.disconnect(OWNER, "10.0.0.99:5555")
            assert caught.value.code == "device.address_not_found"
