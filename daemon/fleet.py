"""All phones: who is behind each connection, who is enrolled, and one supervised task for each enrolled one.

From a phone without an enrolment nothing but its identity is read. Ending an enrolment ends its task at once.
"""

import asyncio

from adb_bridge.bridge import Bridge
from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError, ParseError, ShellCommandError
from adb_bridge.probe import profile_of
from adb_bridge.records import AdbState, DeviceSerial, Source, Transport, TransportSerial

from .archive.records import ArchivedEnrolment
from .bus import DeviceChanged
from .device_task import DeviceTask
from .live import LiveDevice
from .logs import log_for
from .supervise import Supervision, Trouble, supervise
from .workshop import Workshop, record_of


class Fleet:
    """One per daemon. Everything happens on the event loop."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._log = log_for("fleet")
        self._devices: dict[DeviceSerial, LiveDevice] = {}
        self._states: dict[TransportSerial, AdbState] = {}
        self._owners: dict[TransportSerial, DeviceSerial] = {}
        """Who was last seen behind a connection; kept while it is away, to name it while it cannot be asked."""
        self._identified: set[TransportSerial] = set()
        """Connections whose phone has said who it is since they came up: only these are used."""
        self._identifying: dict[TransportSerial, asyncio.Task[None]] = {}
        self._enrolled: dict[DeviceSerial, ArchivedEnrolment] = {}
        self._tasks: dict[DeviceSerial, tuple[TransportSerial, asyncio.Task[None]]] = {}
        self._loading = asyncio.Lock()
        self._reconciling = asyncio.Lock()

    def live(self, serial: DeviceSerial) -> LiveDevice | None:
        """None when it was not seen since the start."""
        return self._devices.get(serial)

    def devices(self) -> tuple[LiveDevice, ...]:
        """Every phone seen since the start."""
        return tuple(self._devices.values())

    @property
    def collected(self) -> frozenset[Source]:
        """Sources that a phone is read to the end of; calls by telephony state have none."""
        return frozenset(one.source for one in self._shop.collectors) - {Source.CALL_STATE}

    def strangers(self) -> tuple[Transport, ...]:
        """Connections whose phone is not known (not yet allowed, for instance)."""
        return tuple(
            Transport(serial=name, state=state) for name, state in self._states.items() if name not in self._owners
        )

    def owner_of(self, name: str) -> DeviceSerial | None:
        """The phone that a hardware serial or a connection's name means."""
        if DeviceSerial(name) in self._devices:
            return DeviceSerial(name)
        return self._owners.get(TransportSerial(name))

    def is_listed(self, name: str) -> bool:
        """Whether adb lists a connection of this name now."""
        return TransportSerial(name) in self._states

    async def load_enrolments(self) -> None:
        """Read the records anew and act on them."""
        async with self._loading:  # an older reading must not overtake a newer one
            enrolments = await self._shop.archive.enrolments()
            self._enrolled = {one.serial: one for one in reversed(enrolments) if one.ended_at is None}
        await self._reconcile()

    async def follow(self, bridge: Bridge) -> None:
        """Follow adb's list until the bridge is stopped or this is cancelled; then no task is left."""
        try:
            async for transports in bridge.watch():
                await self._take_list(transports)
        finally:
            await self._end_all()
            self._states.clear()
            self._identified.clear()
            for live in self._devices.values():
                live.transports.clear()

    async def _end_all(self) -> None:
        """What was committed stays, the rest is read again next time."""
        tasks = [task for _, task in self._tasks.values()] + list(self._identifying.values())
        self._tasks.clear()
        self._identifying.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_list(self, transports: tuple[Transport, ...]) -> None:
        new = {transport.serial: transport.state for transport in transports}
        touched = {name for name in new.keys() | self._states.keys() if new.get(name) is not self._states.get(name)}
        self._states = new
        self._identified -= touched  # another phone may have the address by now
        for name in touched:
            if (owner := self._owners.get(name)) is not None:
                self._update_transport(owner, name)
            if (running := self._identifying.pop(name, None)) is not None:
                running.cancel()
                if owner is not None and owner not in self._tasks:
                    self._devices[owner].link_trouble = None
            if new.get(name) is AdbState.DEVICE:
                self._identifying[name] = asyncio.create_task(self._identify(name), name=f"identify:{name}")
            elif name not in self._owners:
                self._shop.bus.publish(DeviceChanged(DeviceSerial(name)))
        self._log.debug("transports.changed", transports=len(new))
        await self._reconcile()

    async def _identify(self, name: TransportSerial) -> None:
        async def ask(supervision: Supervision) -> None:
            session = self._shop.link.session(name)
            try:
                profile = await profile_of(session)
            except (ParseError, ShellCommandError):
                self._disown(name)  # it answers, but not as the phone that was here
                raise
            finally:
                await session.close()
            if self._states.get(name) is not AdbState.DEVICE:
                raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
            before = self._owners.get(name)
            if before != profile.serial:
                self._disown(name)
            self._owners[name] = profile.serial
            self._identified.add(name)
            live = self._devices.setdefault(profile.serial, LiveDevice(serial=profile.serial))
            live.last_seen_at = self._shop.clock.now()
            if live.profile is None:
                live.profile = profile
                await self._shop.archive.put_device(record_of(live))
            self._update_transport(profile.serial, name)
            supervision.well()

        def on_trouble(trouble: Trouble | None) -> None:
            owner = self._owners.get(name)
            if owner is not None and owner not in self._tasks:  # a task on another connection tells its own
                self._devices[owner].link_trouble = None if trouble is None else trouble.code
                self._shop.bus.publish(DeviceChanged(owner))

        log = self._log.bind(task="identify")
        await supervise(ask, clock=self._shop.clock, log=log, wake=asyncio.Event(), on_trouble=on_trouble)
        if self._identifying.get(name) is asyncio.current_task():
            del self._identifying[name]
        await self._reconcile()

    def _disown(self, name: TransportSerial) -> None:
        """Whoever was behind this connection is there no more."""
        if (owner := self._owners.pop(name, None)) is not None:
            live = self._devices[owner]
            live.transports.pop(name, None)
            live.link_trouble = None
            self._shop.bus.publish(DeviceChanged(owner))

    def _update_transport(self, serial: DeviceSerial, name: TransportSerial) -> None:
        live = self._devices[serial]
        state = self._states.get(name)
        if state is AdbState.DEVICE and name not in self._identified:
            state = AdbState.CONNECTING
        was = live.state
        if state is None:
            live.transports.pop(name, None)
        else:
            live.transports[name] = state
        if live.state is not was:
            device = self._shop.tokens.token(serial)
            self._log.info("device.state", device=device, state="absent" if live.state is None else live.state.value)
        self._shop.bus.publish(DeviceChanged(serial))

    async def _reconcile(self) -> None:
        """Exactly one task for each enrolled phone that can be reached, on its best connection."""
        async with self._reconciling:
            for serial, (name, task) in list(self._tasks.items()):
                live = self._devices[serial]
                is_usable = live.transports.get(name) is AdbState.DEVICE
                if serial not in self._enrolled or not is_usable or task.done():
                    del self._tasks[serial]
                    await _end(task)
                    live.link_trouble = None
                    live.source_troubles.clear()
                    self._shop.bus.publish(DeviceChanged(serial))
            for serial, enrolment in self._enrolled.items():
                device = self._devices.get(serial)
                best = device.best_transport() if device is not None else None
                if device is not None and best is not None and serial not in self._tasks:
                    self._tasks[serial] = (best, self._start(device, best, enrolment))

    def _start(self, live: LiveDevice, name: TransportSerial, enrolment: ArchivedEnrolment) -> "asyncio.Task[None]":
        scope = frozenset(Source(source) for source in enrolment.scope if source in set(Source))
        task = DeviceTask(self._shop, live, name, scope)

        def on_trouble(trouble: Trouble | None) -> None:
            live.link_trouble = None if trouble is None else trouble.code
            self._shop.bus.publish(DeviceChanged(live.serial))

        log = self._log.bind(task="device", device=self._shop.tokens.token(live.serial))
        running = supervise(task.run, clock=self._shop.clock, log=log, wake=asyncio.Event(), on_trouble=on_trouble)
        return asyncio.create_task(running, name=f"device:{live.serial}")


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})
