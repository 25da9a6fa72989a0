"""Where each phone was reached: remembered over restarts, so that a phone that moved is followed and dead addresses go.

Rules:
1. Whoever answers on a connection owns its name until somebody else answers there.
2. A phone has one address for each kind of network connection. When an enrolled phone answers at a new one, the old
   ones of that kind that do not answer are forgotten and no longer dialled. Those of the configuration stay.
3. The new address of an enrolled phone is remembered as if an operator had connected it.
"""

import contextlib
from collections.abc import Callable

from adb_bridge.addresses import parse_address
from adb_bridge.carrier import Carrier
from adb_bridge.errors import AdbBridgeError
from adb_bridge.records import DeviceSerial, TransportSerial

from .archive.connections import MOST_OF_A_PHONE, ConnectionBook, KnownConnection
from .phone_link import PhoneLink


class Whereabouts:
    """One per daemon."""

    def __init__(self, book: ConnectionBook, link: PhoneLink) -> None:
        self._book = book
        self._link = link
        self._known: dict[TransportSerial, KnownConnection] = {}
        self._not_missed: set[DeviceSerial] = set()

    async def load(self) -> None:
        """What earlier runs knew. Raises errors of the archive."""
        for one in await self._book.known():
            self._known.setdefault(one.name, one)

    def owner_of(self, name: TransportSerial) -> DeviceSerial | None:
        """Rule 1."""
        known = self._known.get(name)
        return None if known is None else known.serial

    def owns(self, serial: DeviceSerial) -> tuple[KnownConnection, ...]:
        """Every connection on which this phone answered last."""
        return tuple(one for one in self._known.values() if one.serial == serial)

    def had_wireless(self, serial: DeviceSerial) -> bool:
        """It was reached by wireless debugging before, and nobody switched that off."""
        return serial not in self._not_missed and any(
            one.carrier is Carrier.WIRELESS_DEBUGGING for one in self.owns(serial)
        )

    def install_mark_of(self, serial: DeviceSerial) -> str | None:
        """The one mark under which it was known; None when there is none or more than one."""
        marks = {one.install_mark for one in self.owns(serial) if one.install_mark is not None}
        return marks.pop() if len(marks) == 1 else None

    async def disown(self, name: TransportSerial) -> None:
        """Somebody else answers there. Raises errors of the archive."""
        if self._known.pop(name, None) is not None:
            await self._book.forget(name)

    async def answered(self, connection: KnownConnection) -> None:
        """Rule 1. Raises errors of the archive."""
        if connection.carrier is Carrier.WIRELESS_DEBUGGING:
            self._not_missed.discard(connection.serial)
        before = self._known.pop(connection.name, None)
        self._known[connection.name] = connection
        if before is None or _without_time(before) != _without_time(connection):
            await self._book.remember(connection)
        for oldest in self.owns(connection.serial)[:-MOST_OF_A_PHONE]:
            del self._known[oldest.name]

    async def leave_wireless(self, serial: DeviceSerial) -> None:
        """An operator switches it off: it is not missed from now on. Raises errors of the archive."""
        self._not_missed.add(serial)
        for one in self.owns(serial):
            if one.carrier is Carrier.WIRELESS_DEBUGGING:
                await self._book.forget(one.name)
                await self._book.forget_address(one.name)

    async def settle(
        self,
        connection: KnownConnection,
        connected: frozenset[TransportSerial],
        forgotten: Callable[[TransportSerial], object],
    ) -> None:
        """Rules 2 and 3 for an enrolled phone that answered; `connected` answer now. `forgotten` is told each address.

        May be cancelled: what was not forgotten yet is still owned, and forgotten at the phone's next answer. Raises
        errors of the archive.
        """
        if connection.carrier is Carrier.CABLE or not _is_address(connection.name):
            return
        if connection.name not in self._link.configured:
            await self._book.remember_address(connection.name)
        for old in self.owns(connection.serial):
            if old.carrier is not connection.carrier or old.name in connected or old.name == connection.name:
                continue
            if old.name in self._link.configured:
                continue
            with contextlib.suppress(AdbBridgeError, ValueError):  # no server, nothing to drop
                await self._link.disconnect(old.name)
            if self._known.get(old.name) is not old:
                continue  # somebody answered there meanwhile
            await self._book.forget(old.name)
            await self._book.forget_address(old.name)
            self._known.pop(old.name, None)
            forgotten(old.name)


def _without_time(connection: KnownConnection) -> tuple[str, str, Carrier, str | None]:
    return connection.name, connection.serial, connection.carrier, connection.install_mark


def _is_address(name: str) -> bool:
    try:
        return parse_address(name) == name
    except ValueError:
        return False
