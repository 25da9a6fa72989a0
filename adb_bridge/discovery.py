"""Phones that announce wireless debugging on the local network (mDNS). Off unless the shop asks for it.

adb's own mDNS is switched off in our server: it would connect to known phones by itself. Services and their meaning
(AOSP adb): `_adb-tls-connect._tcp` for Android 11+ with a port that changes at every switch-on, `_adb._tcp` for
`adb tcpip`. The instance name `adb-<serial>-<random>` is a claim of whoever announces it.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from .records import Untrusted

_BACKLOG = 256
_RESOLVE_TIMEOUT_MS = 3000
_LONGEST_INSTANCE = 63


class AdbService(StrEnum):
    """What is announced."""

    TLS_CONNECT = "_adb-tls-connect._tcp.local."
    PLAIN = "_adb._tcp.local."


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An address that may be given to `Bridge.connect`."""

    service: AdbService
    instance: Untrusted
    """Printable, at most 63 characters."""
    address: str
    """IPv4 in dotted form."""
    port: int


async def discover(interfaces: Sequence[str] | None = None) -> AsyncGenerator[Announcement, None]:
    """Announcements as they come and change, until the iterator is closed. One phone may announce itself often.

    Args:
        interfaces: IPv4 addresses of our interfaces to listen on; None takes all.

    Raises:
        OSError: multicast is not possible here.
    """
    found: asyncio.Queue[Announcement] = asyncio.Queue(_BACKLOG)
    resolving: set[asyncio.Task[None]] = set()

    def changed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Removed and len(resolving) < _BACKLOG:
            task = asyncio.get_running_loop().create_task(_resolve(zeroconf, AdbService(service_type), name, found))
            resolving.add(task)
            task.add_done_callback(resolving.discard)

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
        for task in tuple(resolving):
            task.cancel()
        await asyncio.gather(*resolving, return_exceptions=True)
        await mdns.async_close()


async def _resolve(zeroconf: Zeroconf, service: AdbService, name: str, found: asyncio.Queue[Announcement]) -> None:
    info = AsyncServiceInfo(service.value, name)
    with contextlib.suppress(OSError):
        if not await info.async_request(zeroconf, _RESOLVE_TIMEOUT_MS):
            return
    announcement = read_announcement(service, name, info.parsed_addresses(IPVersion.V4Only), info.port)
    if announcement is not None:
        # Full: a network that shouts louder than we read loses announcements, not us memory; mDNS repeats itself.
        with contextlib.suppress(asyncio.QueueFull):
            found.put_nowait(announcement)


def read_announcement(
    service: AdbService, name: str, addresses: Sequence[str], port: int | None
) -> Announcement | None:
    """A resolved service, None when it names no usable address. Total on any input."""
    instance = name.removesuffix(service.value).rstrip(".")
    if not instance or len(instance) > _LONGEST_INSTANCE or not instance.isprintable():
        return None
    if port is None or not 0 < port < 65536:
        return None
    for address in addresses:
        with contextlib.suppress(ValueError):
            parsed = ipaddress.IPv4Address(address)
            if not parsed.is_multicast and not parsed.is_unspecified:
                return Announcement(service=service, instance=Untrusted(instance), address=str(parsed), port=port)
    return None
