"""How phones announce themselves on the local network.

Source: AOSP `packages/modules/adb` `daemon/mdns.cpp`, `adb_mdns.h` (Android 11+; `_adb._tcp` before too). The TXT
record is `v=1`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Final

from zeroconf import IPVersion, ServiceInfo, ServiceNameAlreadyRegistered
from zeroconf.asyncio import AsyncZeroconf

LOOPBACK: Final = ("127.0.0.1",)
_MOST_NAMESAKES: Final = 9


class MdnsService(StrEnum):
    """What is announced."""

    TLS_CONNECT = "_adb-tls-connect._tcp.local."
    """Wireless debugging; the instance is the phone's guid."""
    TLS_PAIRING = "_adb-tls-pairing._tcp.local."
    """An open pairing dialog; the instance is the guid, or the name in the QR code."""
    PLAIN = "_adb._tcp.local."
    """`adb tcpip`; the instance is `adb-<serial>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """One service at one place."""

    service: MdnsService
    instance: str
    host_name: str
    """The phone's name without `.local`."""
    address: str
    """IPv4, dotted."""
    port: int


@dataclass(slots=True, kw_only=True)
class _Shown:
    info: ServiceInfo
    repeating: asyncio.Future[None]
    """Announcements are sent three times."""


class Announcer:
    """One mDNS responder, for any number of phones. `show` and `withdraw` return at once and are done in order."""

    def __init__(self, interfaces: Sequence[str] = LOOPBACK) -> None:
        """`interfaces` are IPv4 addresses of this machine."""
        self._interfaces = list(interfaces)
        self._mdns: AsyncZeroconf | None = None
        self._shown: dict[Advert, _Shown] = {}
        self._last: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the sockets. Raise `OSError` where multicast is not possible."""
        self._mdns = AsyncZeroconf(ip_version=IPVersion.V4Only, interfaces=self._interfaces)
        await self._mdns.zeroconf.async_wait_for_start()

    def show(self, advert: Advert) -> None:
        """Announce. A second service of one name gets a number, as on Android. Ignored when not started."""
        self._follow(lambda mdns: self._show(mdns, advert))

    def withdraw(self, advert: Advert) -> None:
        """Say goodbye for what was shown; silent for what was not."""
        self._follow(lambda mdns: self._withdraw(mdns, advert))

    async def settle(self) -> None:
        """Return when everything asked for was sent."""
        if self._last is not None:
            await asyncio.shield(self._last)

    async def stop(self) -> None:
        """Say goodbye for everything and close."""
        mdns, self._mdns = self._mdns, None
        await self.settle()
        for shown in self._shown.values():
            shown.repeating.cancel()
        self._shown.clear()
        if mdns is not None:
            await mdns.async_unregister_all_services()
            await mdns.async_close()

    def _follow(self, step: Callable[[AsyncZeroconf], Awaitable[None]]) -> None:
        if self._mdns is not None:
            self._last = asyncio.get_running_loop().create_task(_after(self._last, step, self._mdns))

    async def _show(self, mdns: AsyncZeroconf, advert: Advert) -> None:
        if advert in self._shown:
            return
        for number in range(1, _MOST_NAMESAKES + 1):
            info = _info_of(advert, f" ({number})" if number > 1 else "")
            try:
                # No probing: names of phones are unique by their random part.
                repeating = await mdns.async_register_service(info, cooperating_responders=True)
            except ServiceNameAlreadyRegistered:
                continue
            self._shown[advert] = _Shown(info=info, repeating=asyncio.ensure_future(repeating))
            await asyncio.sleep(0)
            return

    async def _withdraw(self, mdns: AsyncZeroconf, advert: Advert) -> None:
        shown = self._shown.pop(advert, None)
        if shown is not None:
            shown.repeating.cancel()
            # Until the last goodbye: one that came after the next announcement would take that back.
            await (await mdns.async_unregister_service(shown.info))


async def _after(
    before: asyncio.Task[None] | None, step: Callable[[AsyncZeroconf], Awaitable[None]], mdns: AsyncZeroconf
) -> None:
    if before is not None:
        await asyncio.wait((before,))
    await step(mdns)


def _info_of(advert: Advert, suffix: str) -> ServiceInfo:
    return ServiceInfo(
        advert.service.value,
        f"{advert.instance}{suffix}.{advert.service.value}",
        port=advert.port,
        addresses=[IPv4Address(advert.address).packed],
        server=f"{advert.host_name}.local.",
        properties={"v": "1"},
    )
