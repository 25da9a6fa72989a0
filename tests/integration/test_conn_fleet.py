"""One phone on several connections, several phones of one serial, phones that move and phones that forget us."""

import asyncio
from pathlib import Path

import pytest

from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import AuthMode, History
from daemon.api.wire import EventQuery
from daemon.config import AdbSection
from daemon.service import ServiceError
from daemon.service_impl import DaemonService

from .daemon_support import OWNER, enrolled, phone, quick_config, request, running, until


async def until_events(service: DaemonService, serial: str, count: int) -> None:
    async def is_there() -> bool:
        return (await service.device(OWNER, serial)).events == count

    await until(is_there)


async def until_error(service: DaemonService, serial: str, code: str | None) -> None:
    async def is_told() -> bool:
        return (await service.device(OWNER, serial)).last_error == code

    await until(is_told)


async def until_connections(service: DaemonService, serial: str, *addresses: str) -> None:
    async def is_so() -> bool:
        return set((await service.device(OWNER, serial)).transports) == set(addresses)

    await until(is_so)


def served(one: SimPhone) -> int:
    return sum("content" in command.command for command in one.journal)


async def test_one_phone_on_two_connections_is_read_once_over_whichever_is_there(tmp_path: Path) -> None:
    async with phone("CONNTWO1", history=History(sms=30)) as one:
        other = await one.start_second()
        config = quick_config(adb=AdbSection(connect=(one.address, other.address), discovery="off"))
        async with running(tmp_path, config) as service:
            await enrolled(service, "CONNTWO1", scope=("sms",))
            await until_connections(service, "CONNTWO1", one.address, other.address)
            assert one.first is not None
            sent = 30
            for door in (one.first, other, one.first, other):
                door.shut()
                one.store.add_sms(address="13800000017", body=f"while {sent}")
                sent += 1
                await until_events(service, "CONNTWO1", sent)
                door.reopen()
                await until_connections(service, "CONNTWO1", one.address, other.address)
            bodies = [event.source_key for event in await service.events(OWNER, EventQuery(limit=100))]
            assert len(bodies) == len(set(bodies)) == sent
            assert (await service.verify(OWNER, None)).ok


async def test_the_task_moves_to_the_better_connection_when_it_has_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.fleet._SETTLED_S", 0.3)
    async with phone("CONNBEST1", history=History(sms=10)) as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "CONNBEST1", scope=("sms",))
        better = one.wireless.switch_on()
        assert await service.connect(OWNER, better) in {"connected", "auth_pending"}
        await until_connections(service, "CONNBEST1", one.address, better)
        await asyncio.sleep(0.8)
        assert one.first is not None
        one.first.shut()  # nobody is on it any more: what comes now is not even late
        one.store.add_sms(address="13800000017", body="over wireless debugging")
        await until_events(service, "CONNBEST1", 11)
        one.wireless.switch_off()
        one.first.reopen()
        one.store.add_sms(address="13800000017", body="and back")
        await until_events(service, "CONNBEST1", 12)


async def test_two_phones_of_one_serial_are_not_mixed(tmp_path: Path) -> None:
    async with (
        phone("0123456789ABCDEF", history=History(sms=20), seed=1) as mine,
        phone("0123456789ABCDEF", history=History(sms=7), seed=2) as strange,
        running(tmp_path, quick_config(mine)) as service,
    ):
        await enrolled(service, "0123456789ABCDEF", scope=("sms",))
        assert await service.connect(OWNER, strange.address) in {"connected", "auth_pending"}
        await until_error(service, "0123456789ABCDEF", "device.duplicate_serial")
        asked = served(mine)
        mine.store.add_sms(address="13800000017", body="not while a stranger claims this serial")
        await asyncio.sleep(0.8)
        assert served(strange) == 0
        assert served(mine) <= asked + 1, "one read may have been under way"
        await service.unenrol(OWNER, "0123456789ABCDEF", "which one is it?")
        with pytest.raises(ServiceError, match=r"^device\.duplicate_serial$"):
            await service.enrol(OWNER, request("0123456789ABCDEF"))
        await service.disconnect(OWNER, strange.address)
        await until_connections(service, "0123456789ABCDEF", mine.address)
        await service.enrol(OWNER, request("0123456789ABCDEF", scope=("sms",)))
        await until_error(service, "0123456789ABCDEF", None)
        await until_events(service, "0123456789ABCDEF", 21)
        assert served(strange) == 0


async def test_the_known_phone_of_two_goes_on_by_itself_and_the_other_one_never(tmp_path: Path) -> None:
    async with (
        phone("0123456789ABCDEF", history=History(sms=20), seed=1) as mine,
        phone("0123456789ABCDEF", history=History(sms=7), seed=2) as strange,
        running(tmp_path, quick_config(mine)) as service,
    ):
        await enrolled(service, "0123456789ABCDEF", scope=("sms",))
        await service.connect(OWNER, strange.address)
        await until_error(service, "0123456789ABCDEF", "device.duplicate_serial")
        mine.faults.unplug()
        await asyncio.sleep(0.8)
        assert served(strange) == 0
        assert (await service.device(OWNER, "0123456789ABCDEF")).last_error == "device.duplicate_serial"
        mine.faults.plug()
        await service.disconnect(OWNER, strange.address)
        mine.store.add_sms(address="13800000017", body="mine again")
        await until_events(service, "0123456789ABCDEF", 21)


async def test_a_phone_that_forgets_this_computer_is_told_apart_from_a_new_one(tmp_path: Path) -> None:
    async with phone("CONNKEY1", auth=AuthMode.ACCEPT, history=History(sms=5)) as one:
        adb = AdbSection(connect=(one.address,), discovery="off", keep_authorised=False, keep_wireless=False)
        async with running(tmp_path, quick_config(adb=adb)) as service:
            await enrolled(service, "CONNKEY1", scope=("sms",))
            assert one.handset.settings.get("global", "adb_allowed_connection_time") is None
            with pytest.raises(ServiceError, match=r"^discovery\.off$"):
                await service.announced_phones(OWNER)
            one.faults.unauthorize()
            await until_error(service, "CONNKEY1", "adb.no_longer_allowed")
        async with running(tmp_path, quick_config(one)) as service:
            await until_error(service, "CONNKEY1", "adb.no_longer_allowed")
            one.store.add_sms(address="13800000017", body="after the tap")
            one.allow_host()
            await until_events(service, "CONNKEY1", 6)
            await until_error(service, "CONNKEY1", None)
