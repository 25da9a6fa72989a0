"""mDNS over the loopback interface."""

import asyncio
import socket
from contextlib import aclosing

from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from adb_bridge.announced import AdbService, Announcement
from adb_bridge.discovery import discover

LOOPBACK = ["127.0.0.1"]


async def test_a_phone_that_announces_itself_is_found() -> None:
    instance = "adb-SIM01-AbCdEf"
    phone = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    service = AdbService.TLS_CONNECT.value
    info = ServiceInfo(
        service, f"{instance}.{service}", port=37123, addresses=[socket.inet_aton("127.0.0.1")], server="phone.local."
    )
    await phone.async_register_service(info)
    try:
        async with asyncio.timeout(20), aclosing(discover(LOOPBACK)) as announcements:
            async for announcement in announcements:
                if isinstance(announcement, Announcement) and announcement.instance == instance:
                    assert announcement == Announcement(
                        service=AdbService.TLS_CONNECT, instance=announcement.instance, address="127.0.0.1", port=37123
                    )
                    break
    finally:
        await phone.async_close()
