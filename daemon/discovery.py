"""Phones that announce themselves on the local network: known ones are connected to, all are told.

Rules:
1. An announcement that claims the serial of a phone that is enrolled or was connected before is dialled at once; at a
   new address it is followed. Who is really there is asked when it answers, see `fleet`. Strangers are only told.
2. At most `MOST_OF_A_PHONE` announced addresses of one serial are held: names are free for anybody to announce.
3. What an operator disconnected is not connected again by an announcement, until he connects it or the daemon restarts.
"""

import asyncio
import contextlib
from contextlib import aclosing
from typing import Final

from adb_bridge.announced import AdbService, Announced, Announcement, Withdrawal
from adb_bridge.discovery import discover, own_addresses
from adb_bridge.errors import AdbBridgeError
from adb_bridge.records import AdbState, DeviceSerial

from .config import AdbSection
from .fleet import Fleet
from .logs import log_for
from .phone_link import PhoneLink
from .supervise import Supervision

MOST_OF_A_PHONE: Final = 4
_LOOK_AT_INTERFACES_S: Final = 15.0


class Discovery:
    """One per daemon."""

    def __init__(self, section: AdbSection, fleet: Fleet, link: PhoneLink) -> None:
        self._interfaces = section.interfaces
        self._fleet = fleet
        self._link = link
        self._log = log_for("discovery")
        self._announced = Announced()
        self._held: dict[DeviceSerial, list[str]] = {}
        self._shunned: set[DeviceSerial] = set()
        self._news = asyncio.Event()
        self.is_wanted = section.discovery == "auto"
        self.is_listening = False
        """False while it is off, or the network does not permit multicast."""

    def all(self) -> tuple[Announcement, ...]:
        """What is announced now."""
        return self._announced.all()

    def held(self) -> tuple[str, ...]:
        """Announced addresses of known phones."""
        return tuple(address for addresses in self._held.values() for address in addresses)

    def shun(self, serial: DeviceSerial) -> None:
        """Rule 3."""
        self._shunned.add(serial)

    def welcome(self, serial: DeviceSerial) -> None:
        """An operator wants it again."""
        self._shunned.discard(serial)

    async def wait_for(self, service: AdbService, instance: str, timeout_s: float) -> Announcement | None:
        """The announcement of this name, now or within the time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._announced.find(service, instance) is None:
                    await self._news.wait()
        return self._announced.find(service, instance)

    async def run(self, supervision: Supervision) -> None:
        """Listen until cancelled; begins anew when the machine's addresses change. Raises OSError."""
        if not self.is_wanted:
            await asyncio.Event().wait()
        while True:
            listening = asyncio.create_task(self._listen(supervision))
            watching = asyncio.create_task(_until_addresses_change())
            try:
                done, _ = await asyncio.wait({listening, watching}, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                self.is_listening = False
                for task in (listening, watching):
                    task.cancel()
                await asyncio.gather(listening, watching, return_exceptions=True)

    async def _listen(self, supervision: Supervision) -> None:
        self._announced.clear()
        async with aclosing(discover(self._interfaces or None)) as stream:
            self.is_listening = True
            supervision.well()
            async for news in stream:
                await self._take(news)
                supervision.well()

    async def _take(self, news: Announcement | Withdrawal) -> None:
        before = self._announced.take(news)
        if isinstance(news, Announcement):
            await self._follow(news)
        elif before is not None:
            self._link.withdrawn(before.endpoint)
        told, self._news = self._news, asyncio.Event()
        told.set()

    async def _follow(self, news: Announcement) -> None:
        serial = news.claimed_serial
        if news.service is AdbService.TLS_PAIRING or serial is None or serial in self._shunned:
            return
        if not await self._fleet.is_known(serial):
            return
        held = self._held.setdefault(serial, [])
        if news.endpoint not in held:
            held.append(news.endpoint)
            for old in held[:-MOST_OF_A_PHONE]:
                held.remove(old)
                await self._drop(old)
        self._link.hold(news.endpoint)

    async def _drop(self, address: str) -> None:
        if address not in self._link.configured and self._fleet.state_of(address) is not AdbState.DEVICE:
            with contextlib.suppress(AdbBridgeError, ValueError):
                await self._link.disconnect(address)


async def _until_addresses_change() -> None:
    first = own_addresses()
    while own_addresses() == first:  # noqa: ASYNC110 - nobody tells of new addresses
        await asyncio.sleep(_LOOK_AT_INTERFACES_S)
