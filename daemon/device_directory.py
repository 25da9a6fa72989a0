"""Who is who: phones by serial or by the name of a connection, their enrolments and their figures."""

import asyncio
from datetime import datetime

import msgspec

from adb_bridge.clock import Clock
from adb_bridge.errors import BridgeErrorCode
from adb_bridge.records import DeviceSerial, TransportSerial

from .api.exit_codes import ExitCode
from .api.texts import Texts
from .api.wire import Device
from .archive.archive import Archive
from .archive.records import ArchivedEnrolment, Counts
from .commanding.queue import CommandQueue
from .device_view import DeviceFacts, clock_change, device_view
from .fleet import Fleet
from .service import ServiceError
from .service_errors import not_found

_CLOCK_CHANGES = 10
"""Of one phone, newest first."""


class DeviceDirectory:
    """Reads only; raises ServiceError and errors of the archive."""

    def __init__(self, archive: Archive, fleet: Fleet, queue: CommandQueue, clock: Clock) -> None:
        self._archive = archive
        self._fleet = fleet
        self._queue = queue
        self._clock = clock
        self._counting = asyncio.Lock()
        self._next_counts: asyncio.Task[Counts] | None = None
        """Shared by all who ask before it begins to read."""
        self._enrolments: dict[str, ArchivedEnrolment] | None = None
        self._generation = 0

    def forget(self) -> None:
        """Enrolments were written: the next reader gets them fresh."""
        self._generation += 1
        self._enrolments = None

    async def devices(self, texts: Texts) -> tuple[Device, ...]:
        """Every phone that is enrolled, connected or was ever seen, by serial; unknown connections last."""
        fleet = self._fleet
        counts = {one.serial: one for one in (await self.figures()).devices}
        records = {one.serial: one for one in await self._archive.devices()}
        in_force = await self.in_force()
        lives = {live.serial: live for live in fleet.devices()}
        known = sorted({*counts, *records, *in_force, *lives})
        facts = [
            DeviceFacts(
                serial=serial,
                enrolment=in_force.get(serial),
                record=records.get(DeviceSerial(serial)),
                live=lives.get(DeviceSerial(serial)),
                counts=counts.get(DeviceSerial(serial)),
                pending_commands=self._queue.open_count(DeviceSerial(serial)),
                collected=fleet.collected,
                had_wireless=fleet.whereabouts.had_wireless(DeviceSerial(serial)),
            )
            for serial in known
        ]
        facts += [
            DeviceFacts(
                serial=one.serial,
                enrolment=None,
                record=None,
                live=None,
                counts=None,
                stranger_state=one.state,
                stranger_trouble=fleet.trouble_of(one.serial),
            )
            for one in sorted(fleet.strangers(), key=lambda transport: transport.serial)
        ]
        now = self._clock.now()
        return tuple(device_view(one, now, texts) for one in facts)

    async def device(self, serial: str, texts: Texts) -> Device:
        """By hardware serial or by the name of a connection."""
        wanted = self._fleet.owner_of(serial) or serial
        for device in await self.devices(texts):
            if device.serial == wanted:
                readings = await self._archive.clocks.readings(DeviceSerial(wanted), _CLOCK_CHANGES)
                return msgspec.structs.replace(device, clock_changes=tuple(map(clock_change, readings)))
        raise not_found("device")

    def battery(self, serial: DeviceSerial) -> dict[datetime, float]:
        """Percent by time since the daemon's start, at most of two days; empty for a phone not seen since."""
        live = self._fleet.live(serial)
        return {} if live is None else live.battery.points()

    def named(self, name: str | None) -> DeviceSerial | None:
        """For filters: a connection's name means its phone; an unknown name finds nothing."""
        return None if name is None else self._fleet.owner_of(name) or DeviceSerial(name)

    async def knows(self, name: str) -> bool:
        """Whether a phone or connection of this name was ever seen, collected from or not."""
        if self._fleet.owner_of(name) is not None or self._fleet.is_listed(name):
            return True
        return await self._archive.device(DeviceSerial(name)) is not None

    async def serial_of(self, name: str) -> DeviceSerial:
        """The phone that a hardware serial or a connection's name means. It must have been seen before."""
        if (owner := self._fleet.owner_of(name)) is not None:
            return owner
        if any(record.serial == name for record in await self._archive.devices()):
            return DeviceSerial(name)
        if self._fleet.trouble_of(TransportSerial(name)) == BridgeErrorCode.UNSUPPORTED_SYSTEM:
            raise ServiceError(BridgeErrorCode.UNSUPPORTED_SYSTEM.value, http_status=409, exit_code=ExitCode.ADB)
        if self._fleet.is_listed(name):
            raise ServiceError("device.not_identified", http_status=409, exit_code=ExitCode.ADB)
        raise not_found("device")

    async def in_force(self) -> dict[str, ArchivedEnrolment]:
        if self._enrolments is not None:
            return self._enrolments
        generation = self._generation
        every = await self._archive.enrolments()
        found: dict[str, ArchivedEnrolment] = {one.serial: one for one in every if one.ended_at is None}
        if generation == self._generation:  # otherwise it was read before a change and is old already
            self._enrolments = found
        return found

    async def figures(self) -> Counts:
        """Everything that was committed before the call is in them: who is told of a change must see it. One phone's
        line is asked for by every open stream at once: they share one reading, and there is one at a time."""
        if self._next_counts is None:
            self._next_counts = asyncio.create_task(self._count())
        return await asyncio.shield(self._next_counts)

    async def _count(self) -> Counts:
        async with self._counting:
            self._next_counts = None  # too late for this one
            return await self._archive.counts()
