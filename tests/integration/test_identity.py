"""Whose rows are these? An address says nothing about the phone behind it, and a phone may say anything."""

import asyncio
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History, PhoneSpec
from daemon.api.client import ApiClient

from .running_daemon import RunningDaemon, archived_rows, enrol_phones, new_state

HISTORY = History(sms=120, calls=5, contacts=5)


def asked_for_content(phone: SimPhone) -> list[str]:
    return [served.command for served in phone.journal if "content" in served.command or "logcat" in served.command]


async def test_another_phone_at_the_address_of_an_enrolled_one_is_not_read(tmp_path: Path) -> None:
    known = SimPhone(PhoneSpec(serial="KNOWN001", history=HISTORY, seed=1), SystemClock())
    others = [
        SimPhone(PhoneSpec(serial=serial, history=History(sms=300), seed=2), SystemClock())
        for serial in ("STRANGER", "no serial \x1b[2J")
    ]
    address = await known.start()
    port = int(address.rpartition(":")[2])
    state = new_state(tmp_path, [address], "[capture]\npoll_interval_s = 0.5\n")
    daemon = RunningDaemon(state)
    try:
        await daemon.start()
        async with asyncio.timeout(50), ApiClient(daemon.socket, "en") as client:
            await enrol_phones(daemon, [known])
            await daemon.wait_until_read(timeout_s=20)
            truth = sorted(("KNOWN001", str(sms.provider_id), sms.body) for sms in known.store.sms())
            await known.stop()
            for other in others:
                await other.start(port=port)
                while not other.journal:
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.8)
                assert asked_for_content(other) == []
                shown = {device.serial: device for device in await client.devices()}
                assert shown["KNOWN001"].state == "absent"
                assert other.spec.serial in shown or address in shown
                await other.stop()
        assert await daemon.stop() == 0
        kept = [(device, key, body) for device, source, key, body in await archived_rows(state) if source == "sms"]
        assert sorted(kept) == truth
    finally:
        await daemon.kill()
        for phone in (known, *others):
            await phone.stop()


async def test_two_connections_of_one_serial_are_one_phone(tmp_path: Path) -> None:
    phone = SimPhone(PhoneSpec(serial="TWICE001", history=HISTORY, seed=1), SystemClock())
    double = SimPhone(PhoneSpec(serial="TWICE001", history=HISTORY, seed=1), SystemClock())
    daemon = RunningDaemon(new_state(tmp_path, [await phone.start(), await double.start()]))
    try:
        await daemon.start()
        async with asyncio.timeout(50), ApiClient(daemon.socket, "en") as client:
            await enrol_phones(daemon, [phone])
            await daemon.wait_until_read(timeout_s=20)
            for _ in range(2):
                phone.faults.cut()
                await asyncio.sleep(0.6)
                double.faults.cut()
                await asyncio.sleep(0.6)
            before = (await client.device("TWICE001")).events
            at = SystemClock().now()
            for one in (phone, double):  # the same message, whichever connection is the best now
                one.store.add_sms(address="13900139000", body="once", at=at)
            while (await client.device("TWICE001")).events == before:
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)
            assert [(one.serial, one.events) for one in await client.devices()] == [("TWICE001", before + 1)]
            assert (await client.verify(None)).ok
        assert await daemon.stop() == 0
    finally:
        await daemon.kill()
        await phone.stop()
        await double.stop()
