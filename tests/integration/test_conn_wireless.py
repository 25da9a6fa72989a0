"""Wireless debugging from pairing to recovery: real adb, real mDNS on the loopback interface."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adb_bridge.carrier import Carrier
from adb_bridge.records import AdbState, DeviceSerial, TransportSerial
from adb_bridge.simphone.handset import HOME_BSSID
from adb_bridge.simphone.mdns import Announcer
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import AuthMode, History
from daemon.api.connecting import PairingReport, PairRequest, WirelessRequest
from daemon.api.requests import AuditQuery
from daemon.config import AdbSection
from daemon.live import Answered
from daemon.service import ServiceError
from daemon.service_impl import DaemonService

from .daemon_support import ADMIN, OWNER, REVIEWER, enrolled, phone, quick_config, running, seen, until

LOOPBACK = ("127.0.0.1",)


@asynccontextmanager
async def announcing(one: SimPhone) -> AsyncIterator[None]:
    announcer = Announcer()
    await announcer.start()
    one.wireless.announce_with(announcer)
    try:
        yield
    finally:
        one.wireless.announce_with(None)
        await announcer.stop()


def listening(*addresses: str, **more: bool) -> AdbSection:
    return AdbSection(connect=addresses, discovery="auto", interfaces=LOOPBACK, **more)  # type: ignore[arg-type]


async def until_listening(service: DaemonService) -> None:
    async def is_up() -> bool:
        checks = {check.name: check for check in (await service.health(OWNER)).checks}
        try:
            await service.announced_phones(OWNER)
        except ServiceError:
            return False
        return checks["adb"].status == "ok"

    await until(is_up)


async def until_connected(service: DaemonService, serial: str, address: str) -> None:
    async def is_there() -> bool:
        return address in (await service.device(OWNER, serial)).transports

    await until(is_there)


async def test_pairing_by_code_connects_and_is_told_without_the_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with phone("CONNPAIR1", auth=AuthMode.REFUSE, history=History(sms=3)) as one, announcing(one):
        async with running(tmp_path, quick_config(adb=listening())) as service:
            await until_listening(service)
            address = one.wireless.switch_on()
            wrong = await service.pair(ADMIN, PairRequest(address=one.wireless.start_pairing("918273"), code="918274"))
            assert (wrong.state, wrong.is_over, wrong.serial) == ("wrong_code", True, None)
            at = one.wireless.start_pairing("918273")
            report = await service.pair(ADMIN, PairRequest(address=at, code=" 918 273 "))
            assert report == PairingReport(
                pairing_id="", state="connected", is_over=True, address=address, serial="CONNPAIR1"
            )
            await enrolled(service, "CONNPAIR1", scope=("sms",))
            entries = list(await service.audit(OWNER, AuditQuery(limit=50)))
            assert {entry.outcome for entry in entries if entry.action == "device.pair"} == {
                "asked", "wrong_code", "connected",
            }  # fmt: skip
            told = capsys.readouterr()
            assert "9182" not in f"{entries}{told.out}{told.err}"
            with pytest.raises(ServiceError, match=r"^permission\.denied$"):
                await service.pair(REVIEWER, PairRequest(address=at, code="918273"))
            with pytest.raises(ServiceError, match=r"^device\.bad_code$"):
                await service.pair(ADMIN, PairRequest(address=at, code="918273:127.0.0.1"))
        async with running(tmp_path, quick_config(adb=AdbSection(discovery="off"))) as service:
            await until_connected(service, "CONNPAIR1", address)  # remembered, and the key is known


async def test_pairing_by_qr_code(tmp_path: Path) -> None:
    async with (
        phone("CONNQR1", auth=AuthMode.REFUSE) as one,
        announcing(one),
        running(tmp_path, quick_config(adb=listening())) as service,
    ):
        await until_listening(service)
        address = one.wireless.switch_on()
        assert await service.connect(ADMIN, address) == "turned_away"

        async def is_told() -> bool:  # adb lists it as offline for a moment
            return (await seen(service, address)).last_error == "adb.device_unauthorized"

        await until(is_told)
        report = await service.invite_phone(ADMIN)
        assert report.state == "waiting"
        assert report.payload is not None
        one.wireless.scan_qr(report.payload)

        async def is_over() -> bool:
            return (await service.pairing(ADMIN, report.pairing_id)).is_over

        await until(is_over)
        done = await service.pairing(ADMIN, report.pairing_id)
        assert (done.state, done.serial, done.payload) == ("connected", "CONNQR1", None)
        await service.cancel_pairing(ADMIN, report.pairing_id)
        with pytest.raises(ServiceError, match=r"^pairing\.not_found$"):
            await service.pairing(ADMIN, report.pairing_id)


async def test_a_known_phone_is_followed_to_its_new_port_and_a_stranger_is_only_told(tmp_path: Path) -> None:
    async with (
        phone("CONNPORT1", history=History(sms=5)) as one,
        phone("CONNALIEN1") as alien,
        announcing(one),
        announcing(alien),
        running(tmp_path, quick_config(adb=listening())) as service,
    ):
        await until_listening(service)
        first = one.wireless.switch_on()
        alien.wireless.switch_on()
        await service.connect(OWNER, first)
        await enrolled(service, "CONNPORT1", scope=("sms",))
        one.wireless.roam("02:00:5e:10:00:02")
        one.store.add_sms(address="13800000017", body="between two ports")
        second = one.wireless.switch_on()
        assert first != second

        async def is_followed() -> bool:
            device = await service.device(OWNER, "CONNPORT1")
            return device.transports == (second,) and device.events == 6

        await until(is_followed)
        with pytest.raises(ServiceError, match=r"^device\.address_not_found$"):
            await service.disconnect(OWNER, first)
        found = {phone.serial: phone for phone in await service.announced_phones(ADMIN)}
        assert found["CONNPORT1"].state == "connected"
        assert (found["CONNALIEN1"].state, found["CONNALIEN1"].address) == ("new", alien.wireless.address)
        assert not alien.journal
        assert "CONNALIEN1" not in {device.serial for device in await service.devices(OWNER)}


async def test_wireless_debugging_comes_back_by_the_other_way_in_and_the_key_never_lapses(tmp_path: Path) -> None:
    async with phone("CONNBACK1") as one, announcing(one):
        settings = one.handset.settings
        async with running(tmp_path, quick_config(adb=listening(one.address))) as service:
            await until_listening(service)
            await service.connect(OWNER, one.wireless.switch_on())
            await enrolled(service, "CONNBACK1", scope=("sms",))

            async def is_kept() -> bool:
                return settings.get("global", "adb_allowed_connection_time") == "0"

            await until(is_kept)

            async def is_audited() -> bool:
                actions = {entry.action for entry in await service.audit(OWNER, AuditQuery(limit=50))}
                return "device.keep_authorised" in actions

            await until(is_audited)
            one.wireless.switch_off()

            async def is_back() -> bool:
                return (
                    one.wireless.is_on and one.wireless.address in (await service.device(OWNER, "CONNBACK1")).transports
                )

            await until(is_back)
            off = await service.wireless(ADMIN, "CONNBACK1", WirelessRequest(switch="off"))
            assert (off.outcome, one.wireless.is_on) == ("off", False)
            one.wireless.roam("02:00:5e:10:00:09")  # an access point that nobody allowed for ever
            asked = await service.wireless(ADMIN, "CONNBACK1", WirelessRequest(switch="on"))
            assert (asked.outcome, one.wireless.prompt) == ("asked", "02:00:5e:10:00:09")
            one.wireless.roam(HOME_BSSID)
            on = await service.wireless(ADMIN, "CONNBACK1", WirelessRequest(switch="on"))
            assert (on.outcome, one.wireless.is_on) == ("on", True)


async def test_a_dead_connection_says_nothing_of_the_switch(tmp_path: Path) -> None:
    async with phone("CONNDEAD1") as one, running(tmp_path, quick_config(adb=listening(one.address))) as service:
        await until_listening(service)
        await enrolled(service, "CONNDEAD1", scope=("sms",))
        one.wireless.switch_on()
        live = service._connecting._fleet.live(DeviceSerial("CONNDEAD1"))  # noqa: SLF001
        assert live is not None
        gone = Answered(carrier=Carrier.WIRELESS_DEBUGGING, body=next(iter(live.answered.values())).body, since_s=0)
        dead = TransportSerial("127.0.0.1:1")  # went, and the adb server has not said so yet
        live.transports[dead], live.answered[dead] = AdbState.DEVICE, gone
        assert live.best_transport() == dead
        off = await service.wireless(ADMIN, "CONNDEAD1", WirelessRequest(switch="off"))
        assert (off.outcome, one.wireless.is_on) == ("off", False)
        one.wireless.switch_on()
        live.transports.clear()
        live.transports[dead] = AdbState.DEVICE
        with pytest.raises(ServiceError, match=r"^adb\.device_offline$"):
            await service.wireless(ADMIN, "CONNDEAD1", WirelessRequest(switch="off"))
        assert one.wireless.is_on
