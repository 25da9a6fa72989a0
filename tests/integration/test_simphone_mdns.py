"""What a simulated phone says of itself by mDNS, over the loopback interface."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zeroconf import IPVersion, ServiceListener, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.mdns import Announcer, MdnsService
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec


class Listener(ServiceListener):
    """The names on the network now."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.add(name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.discard(name)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.add(name)


@asynccontextmanager
async def network() -> AsyncIterator[tuple[AsyncZeroconf, Listener, Announcer]]:
    mdns = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    listener = Listener()
    browser = AsyncServiceBrowser(mdns.zeroconf, [service.value for service in MdnsService], listener=listener)
    announcer = Announcer()
    await announcer.start()
    try:
        yield mdns, listener, announcer
    finally:
        await announcer.stop()
        await browser.async_cancel()
        await mdns.async_close()


async def until(listener: Listener, serial: str, *names: str) -> None:
    """Exactly these names of a phone are on the network, which other tests use at the same time."""
    async with asyncio.timeout(10):
        while {name for name in listener.names if serial in name} != set(names):
            await asyncio.sleep(0.02)


async def place(mdns: AsyncZeroconf, service: MdnsService, name: str) -> tuple[str, bytes | None]:
    """`IP:PORT` and `v` of a name, asked anew."""
    info = AsyncServiceInfo(service.value, name)
    assert await info.async_request(mdns.zeroconf, 3000)
    return f"{info.parsed_addresses()[0]}:{info.port}", info.properties.get(b"v")


async def test_phone_says_what_is_open_and_takes_it_back() -> None:
    async with network() as (mdns, listener, announcer):
        phone = SimPhone(PhoneSpec(serial="SIMDNS1"), SystemClock())
        wireless = phone.wireless
        wireless.host = "127.83.2.1"
        name = f"{wireless.guid}.{MdnsService.TLS_CONNECT}"
        first = wireless.switch_on()
        wireless.announce_with(announcer)
        await until(listener, "SIMDNS1", name)
        assert await place(mdns, MdnsService.TLS_CONNECT, name) == (first, b"1")
        wireless.roam("02:00:5e:10:00:09")
        await until(listener, "SIMDNS1")
        second = wireless.switch_on()
        await until(listener, "SIMDNS1", name)
        assert await place(mdns, MdnsService.TLS_CONNECT, name) == (second, b"1")
        dialog = f"{wireless.guid}.{MdnsService.TLS_PAIRING}"
        pairing = wireless.start_pairing("123456")
        wireless.enter_tcp(5555)
        await until(listener, "SIMDNS1", name, dialog, f"adb-SIMDNS1.{MdnsService.PLAIN}")
        assert await place(mdns, MdnsService.TLS_PAIRING, dialog) == (pairing, b"1")
        scanned = f"shopwarden-SIMDNS1-q.{MdnsService.TLS_PAIRING}"
        wireless.scan_qr("WIFI:T:ADB;S:shopwarden-SIMDNS1-q;P:pass;;")
        await until(listener, "SIMDNS1", name, scanned, f"adb-SIMDNS1.{MdnsService.PLAIN}")
        await phone.stop()
        await until(listener, "SIMDNS1")


async def test_two_phones_with_one_serial_are_both_seen() -> None:
    async with network() as (mdns, listener, announcer):
        phones = [SimPhone(PhoneSpec(serial="SIMDNS2", seed=seed), SystemClock()) for seed in (1, 2)]
        for phone in phones:
            phone.wireless.announce_with(announcer)
            phone.wireless.enter_tcp(0)
        plain = MdnsService.PLAIN
        names = (f"adb-SIMDNS2.{plain}", f"adb-SIMDNS2 (2).{plain}")
        await until(listener, "SIMDNS2", *names)
        assert [(await place(mdns, plain, name))[0] for name in names] == [
            phone.wireless.tcp_address for phone in phones
        ]
        for phone in phones:
            await phone.stop()
