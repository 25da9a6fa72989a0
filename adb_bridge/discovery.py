"""Listening for phones on the local network (mDNS).

adb's own mDNS is switched off in our server: it would connect to known phones by itself. What was heard is a claim, see
`announced`.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
from collections.abc import AsyncGenerator, Sequence

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from .announced import AdbService, Announcement, Withdrawal, read_announcement, read_instance

_BACKLOG = 256
_SIOCGIFADDR = 0x8915
_RESOLVE_TIMEOUT_MS = 3000


def own_addresses() -> frozenset[str]:
    """The IPv4 address of each interface; a change means that `discover` is to be begun anew."""
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            with contextlib.suppress(OSError):  # an interface without one
                found.add(socket.inet_ntoa(fcntl.ioctl(asking, _SIOCGIFADDR, request)[20:24]))
    return frozenset(found)


async def discover(interfaces: Sequence[str] | None = None) -> AsyncGenerator[Announcement | Withdrawal, None]:
    """What is announced and withdrawn, as it comes, until the iterator is closed. One phone may announce itself often.

    Args:
        interfaces: IPv4 addresses of our interfaces to listen on; None takes all there are now.

    Raises:
        OSError: multicast is not possible here.
    """
    found: asyncio.Queue[Announcement | Withdrawal] = asyncio.Queue(_BACKLOG)
    resolving: dict[str, asyncio.Task[None]] = {}

    def changed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        service = AdbService(service_type)
        if (running := resolving.pop(name, None)) is not None:
            running.cancel()
        if state_change is ServiceStateChange.Removed:
            if (instance := read_instance(service, name)) is not None:
                _put(found, Withdrawal(service=service, instance=instance))
        elif len(resolving) < _BACKLOG:
            task = asyncio.get_running_loop().create_task(_resolve(zeroconf, service, name, found))
            resolving[name] = task
            task.add_done_callback(lambda done: resolving.pop(name, None) if resolving.get(name) is done else None)

    mdns = (
        AsyncZeroconf(ip_version=IPVersion.V4Only)
        if interfaces is None
        else AsyncZeroconf(ip_version=IPVersion.V4Only, interfaces=list(interfaces))
    )
    try:
        browser = AsyncServiceBrowser(mdns.zeroconf, [service.value for service in AdbService], handlers=[changed])
        try:
            while True:
                yield await found.get()
        finally:
            await browser.async_cancel()
    finally:
        tasks = tuple(resolving.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await mdns.async_close()


async def _resolve(
    zeroconf: Zeroconf, service: AdbService, name: str, found: asyncio.Queue[Announcement | Withdrawal]
) -> None:
    info = AsyncServiceInfo(service.value, name)
    with contextlib.suppress(OSError):
        if not await info.async_request(zeroconf, _RESOLVE_TIMEOUT_MS):
            return
    announcement = read_announcement(service, name, info.parsed_addresses(IPVersion.V4Only), info.port)
    if announcement is not None:
        _put(found, announcement)


def _put(found: asyncio.Queue[Announcement | Withdrawal], news: Announcement | Withdrawal) -> None:
    # Full: a network that shouts louder than we read loses announcements, not us memory; mDNS repeats itself.
    with contextlib.suppress(asyncio.QueueFull):
        found.put_nowait(news)
