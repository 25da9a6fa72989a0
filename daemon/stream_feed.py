"""One client's live stream: what it missed, then what happens, as its role may see it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

from .api.texts import Texts
from .api.wire import Alert, Command, Device, Health, Hello, StreamItem, StreamKind
from .archive.archive import Archive
from .archive.records import ArchivedAlert, ArchivedCommand, ArchivedEvent, StreamEntry
from .bus import (
    AlertChanged,
    Bus,
    CommandChanged,
    DeviceChanged,
    HealthChanged,
    LedgerGrew,
    Notice,
    Overflowed,
    Subscription,
)
from .rights.guard import PrivacyGuard
from .rights.sight import Sight
from .roles import Permission, may
from .service import Caller, ServiceError
from .views import event_view

CATCH_UP_AT_MOST = 2_000
"""Ledger entries a client that comes back is given one by one; with more missing it reloads its lists."""
LAG_AT_MOST = 300
"""New entries between two looks, but for steps of alerts. In a backfill nobody reads along."""
QUIET_S = 1.0
"""After a RESET: the client reloads its lists meanwhile."""
_PAGE = 200
_FEW_DEVICES = 3
"""More that changed together are taken from the list of all, which is read for each one otherwise."""


class StreamSource(Protocol):
    """What the service gives a stream, already checked and masked."""

    async def hello(self, caller: Caller) -> Hello: ...
    async def health(self, caller: Caller) -> Health: ...
    async def devices(self, caller: Caller) -> tuple[Device, ...]: ...
    async def device(self, caller: Caller, serial: str) -> Device: ...
    async def alerts_named(self, caller: Caller, alert_ids: Sequence[str]) -> tuple[Alert, ...]: ...
    async def command_by_id(self, caller: Caller, command_id: str) -> Command: ...
    async def alert_item(self, caller: Caller, alert: ArchivedAlert) -> Alert: ...
    async def command_item(self, caller: Caller, command: ArchivedCommand) -> Command: ...


@dataclass(frozen=True, slots=True)
class _Alerts:
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Devices:
    serials: frozenset[str]


def _together(notices: Sequence[Notice]) -> Iterator[Notice | _Alerts | _Devices]:
    """Many alerts are handled at once, on many phones: they are read at once too."""
    ids = tuple(notice.alert_id for notice in notices if isinstance(notice, AlertChanged))
    serials = frozenset(notice.serial for notice in notices if isinstance(notice, DeviceChanged))
    yield from (_Alerts(ids[at : at + _PAGE]) for at in range(0, len(ids), _PAGE))
    is_list = len(serials) > _FEW_DEVICES
    if is_list:
        yield _Devices(serials)
    for notice in notices:
        if not (isinstance(notice, AlertChanged) or (is_list and isinstance(notice, DeviceChanged))):
            yield notice


class StreamFeed:
    """For one open stream."""

    def __init__(
        self, service: StreamSource, archive: Archive, bus: Bus, guard: PrivacyGuard, caller: Caller, texts: Texts
    ) -> None:
        self._service = service
        self._archive = archive
        self._bus = bus
        self._guard = guard
        self._caller = caller
        self._texts = texts
        self._position = 0
        """Entries up to here were given or skipped."""
        self._announced = 0
        self._quiet_until_s = 0.0

    async def items(self, after: int | None) -> AsyncIterator[StreamItem]:
        """HELLO, every device, what happened after `after`, then everything new until the daemon stops."""
        subscription = self._bus.subscribe()
        try:
            hello = await self._service.hello(self._caller)
            self._position = self._announced = hello.ledger_size
            yield StreamItem(kind=StreamKind.HELLO, ledger_index=None, hello=hello)
            if self._may(Permission.DEVICES_READ):
                for device in await self._service.devices(self._caller):
                    yield StreamItem(kind=StreamKind.DEVICE, ledger_index=None, device=device)
            if after is not None:
                async for item in self._catch_up(after):
                    yield item
            while (notices := await self._next(subscription)) is not None:
                for told in _together(notices):
                    async for item in self._tell(told):
                        yield item
        finally:
            self._bus.unsubscribe(subscription)

    async def _next(self, subscription: Subscription) -> tuple[Notice, ...] | None:
        """What comes next; after a quiet time, the growth that was held back."""
        if self._announced <= self._position:
            return await subscription.take()
        pause_s = max(self._quiet_until_s - asyncio.get_running_loop().time(), 0.0)
        try:
            async with asyncio.timeout(pause_s):
                return await subscription.take()
        except TimeoutError:
            return (LedgerGrew(self._announced),)

    async def _catch_up(self, after: int) -> AsyncIterator[StreamItem]:
        """Everything after `after`, or a RESET when that is too much or is not of this archive."""
        size = self._position
        if not 0 <= size - after <= CATCH_UP_AT_MOST:
            yield self._reset()
            return
        self._position = after
        while self._position < size:
            entries = await self._archive.stream_since(self._position, limit=_PAGE)
            sight = await self._guard.sight(self._caller.role, self._texts)
            for entry in entries:
                if (item := await self._entry(entry, sight)) is not None:
                    yield item
            self._position = entries[-1].ledger_index if len(entries) == _PAGE else max(size, self._position)

    async def _tell(self, notice: Notice | _Alerts | _Devices) -> AsyncIterator[StreamItem]:
        try:
            match notice:
                case _Alerts(ids=ids):
                    if self._may(Permission.ALERTS_READ):
                        for alert in await self._service.alerts_named(self._caller, ids):
                            yield StreamItem(kind=StreamKind.ALERT, ledger_index=None, alert=alert)
                case _Devices(serials=serials):
                    if self._may(Permission.DEVICES_READ):
                        listed = {one.serial: one for one in await self._service.devices(self._caller)}
                        for serial in serials & listed.keys():
                            yield StreamItem(kind=StreamKind.DEVICE, ledger_index=None, device=listed[serial])
                        for name in serials - listed.keys():  # of a connection that was just told from its phone
                            async for item in self._tell(DeviceChanged(name)):
                                yield item
                case LedgerGrew(size=size):
                    async for item in self._new_events(size):
                        yield item
                case AlertChanged():
                    return  # told together with the others
                case DeviceChanged(serial=serial):
                    if self._may(Permission.DEVICES_READ):
                        device = await self._service.device(self._caller, serial)
                        yield StreamItem(kind=StreamKind.DEVICE, ledger_index=None, device=device)
                case CommandChanged(command_id=command_id):
                    if self._may(Permission.COMMANDS_READ):
                        command = await self._service.command_by_id(self._caller, command_id)
                        yield StreamItem(kind=StreamKind.COMMAND, ledger_index=None, command=command)
                case HealthChanged():
                    health = await self._service.health(self._caller)
                    yield StreamItem(kind=StreamKind.HEALTH, ledger_index=None, health=health)
                case Overflowed():
                    yield self._reset()
                case _:
                    assert_never(notice)
        except ServiceError:
            return  # it is gone by now: a connection that was pulled, for instance

    async def _new_events(self, size: int) -> AsyncIterator[StreamItem]:
        self._announced = max(self._announced, size)
        if asyncio.get_running_loop().time() < self._quiet_until_s:
            return
        if not self._may(Permission.EVENTS_READ):
            self._position = self._announced
            return
        lag = self._announced - self._position
        if lag > LAG_AT_MOST and lag - await self._archive.alert_life.entries_since(self._position) > LAG_AT_MOST:
            yield self._reset()
            return
        while self._position < self._announced:
            entries = await self._archive.stream_since(self._position, limit=_PAGE)
            self._position = entries[-1].ledger_index if len(entries) == _PAGE else self._announced
            sight = await self._guard.sight(self._caller.role, self._texts)
            for entry in entries:
                # Alerts and commands were told by their own notices, without waiting for all events before them.
                if isinstance(entry.item, ArchivedEvent):
                    self._position = max(self._position, entry.ledger_index)
                    item = await self._entry(entry, sight)
                    if item is not None:
                        yield item

    async def _entry(self, entry: StreamEntry, sight: Sight) -> StreamItem | None:
        index, item = entry.ledger_index, entry.item
        match item:
            case ArchivedEvent():
                if not self._may(Permission.EVENTS_READ):
                    return None
                return StreamItem(
                    kind=StreamKind.EVENT, ledger_index=index, event=event_view(self._guard.shown(item), sight)
                )
            case ArchivedAlert():
                if not self._may(Permission.ALERTS_READ):
                    return None
                alert = await self._service.alert_item(self._caller, item)
                return StreamItem(kind=StreamKind.ALERT, ledger_index=index, alert=alert)
            case ArchivedCommand():
                if not self._may(Permission.COMMANDS_READ):
                    return None
                command = await self._service.command_item(self._caller, item)
                return StreamItem(kind=StreamKind.COMMAND, ledger_index=index, command=command)
            case _:
                assert_never(item)

    def _reset(self) -> StreamItem:
        self._position = self._announced
        self._quiet_until_s = asyncio.get_running_loop().time() + QUIET_S
        return StreamItem(kind=StreamKind.RESET, ledger_index=self._position)

    def _may(self, permission: Permission) -> bool:
        return may(self._caller.role, permission)
