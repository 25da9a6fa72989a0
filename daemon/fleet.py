"""All phones: who is behind each connection, who is enrolled, and one supervised task for each enrolled one.

From a phone without an enrolment nothing but its identity is read. Ending an enrolment ends its task at once. A phone
with several connections is read over the best one: its task moves when a better one has been up for a moment, and when
its own goes. Cursor and records are committed together, so a move loses and doubles nothing.
"""

import asyncio

from adb_bridge.bridge import Bridge
from adb_bridge.carrier import Carrier
from adb_bridge.errors import (
    AdbBridgeError,
    BridgeErrorCode,
    DeviceUnavailableError,
    ParseError,
    ShellCommandError,
    UnsupportedSystemError,
)
from adb_bridge.identity import Body, Identity, read_body, read_identity
from adb_bridge.records import AdbState, DeviceSerial, Source, Transport, TransportSerial

from .archive.connections import KnownConnection
from .archive.records import ArchivedEnrolment
from .bus import DeviceChanged
from .cables import Cables
from .caretaker import Care, Caretaker
from .device_task import DeviceTask
from .live import Answered, LiveDevice
from .logs import log_for
from .supervise import Supervision, Trouble, supervise
from .twins import accept_as_new, look_for_double, settle_double
from .whereabouts import Whereabouts
from .workshop import Workshop, record_of

_SETTLED_S = 2.0
"""How long a better connection must be up before the task moves to it: a loose cable comes and goes."""


class Fleet:
    """One per daemon. Everything happens on the event loop."""

    def __init__(self, shop: Workshop, care: Care) -> None:
        self._shop = shop
        self._care = care
        self._log = log_for("fleet")
        self._devices: dict[DeviceSerial, LiveDevice] = {}
        self._states: dict[TransportSerial, AdbState] = {}
        self.whereabouts = Whereabouts(shop.archive.connections, shop.link)
        """Who was last seen behind a connection; kept while it is away, to name it while it cannot be asked."""
        self._identifying: dict[TransportSerial, asyncio.Task[None]] = {}
        self._unnamed: dict[TransportSerial, str] = {}
        """Code of why a connection's phone cannot say who it is."""
        self._enrolled: dict[DeviceSerial, ArchivedEnrolment] = {}
        self._tasks: dict[DeviceSerial, tuple[TransportSerial, asyncio.Task[None]]] = {}
        self._running: dict[DeviceSerial, DeviceTask] = {}
        """What the tasks run."""
        self._loading = asyncio.Lock()
        self._reconciling = asyncio.Lock()
        self._naming: dict[DeviceSerial, asyncio.Lock] = {}
        """Two connections of one serial are looked at one after the other."""
        self._later: dict[DeviceSerial, asyncio.Task[None]] = {}
        """Phones whose better connection has not settled yet."""
        self._cables = Cables(shop.link)

    async def read_everything(self, serial: DeviceSerial) -> bool:
        """Have an enrolled phone that is connected read once more, all of it; whether that worked."""
        task = self._running.get(serial)
        return task is not None and await task.read_everything()

    def live(self, serial: DeviceSerial) -> LiveDevice | None:
        """None when it was not seen since the start."""
        return self._devices.get(serial)

    def devices(self) -> tuple[LiveDevice, ...]:
        """Every phone seen since the start."""
        return tuple(self._devices.values())

    def turns(self) -> tuple[float, ...]:
        """When each phone that is collected from now took its last turn, monotonic."""
        return tuple(one.turned_s for one in self._devices.values() if one.turned_s is not None)

    def states(self) -> tuple[str, ...]:
        """Of every enrolled phone: `online` when it can be used, else adb's word for its connection, or `absent`."""
        lives = (self._devices.get(serial) for serial in self._enrolled)
        return tuple(
            "absent"
            if live is None or live.state is None
            else live.state.value
            if live.best_transport() is None
            else "online"
            for live in lives
        )

    @property
    def collected(self) -> frozenset[Source]:
        """Sources that a phone is read to the end of; calls by telephony state have none."""
        return frozenset(one.source for one in self._shop.collectors) - {Source.CALL_STATE}

    def strangers(self) -> tuple[Transport, ...]:
        """Connections whose phone is not known (not yet allowed, for instance)."""
        return tuple(
            Transport(serial=name, state=state)
            for name, state in self._states.items()
            if self.whereabouts.owner_of(name) is None
        )

    def trouble_of(self, name: TransportSerial) -> str | None:
        """Code of why the phone behind a connection is not known, None when it is or was not asked yet."""
        return self._unnamed.get(name)

    def owner_of(self, name: str) -> DeviceSerial | None:
        """The phone that a hardware serial or a connection's name means."""
        if DeviceSerial(name) in self._devices:
            return DeviceSerial(name)
        return self.whereabouts.owner_of(TransportSerial(name))

    def employee_of(self, serial: DeviceSerial) -> str | None:
        """Whose it is by its enrolment in force; None: nobody's."""
        enrolment = self._enrolled.get(serial)
        return None if enrolment is None else enrolment.employee

    def is_listed(self, name: str) -> bool:
        """Whether adb lists a connection of this name now."""
        return TransportSerial(name) in self._states

    def state_of(self, name: str) -> AdbState | None:
        """Of a connection; None when adb does not list it now."""
        return self._states.get(TransportSerial(name))

    def is_answering(self, name: str) -> bool:
        """The phone behind this connection has said who it is since it came up."""
        owner = self.whereabouts.owner_of(TransportSerial(name))
        return owner in self._devices and name in self._devices[owner].answered

    async def is_known(self, serial: DeviceSerial) -> bool:
        """It is enrolled, or was connected before. Raises errors of the archive."""
        if serial in self._enrolled or serial in self._devices:
            return True
        return await self._shop.archive.device(serial) is not None

    async def load_enrolments(self) -> None:
        """Read the records anew and act on them."""
        async with self._loading:  # an older reading must not overtake a newer one
            enrolments = await self._shop.archive.enrolments()
            before = self._enrolled
            self._enrolled = {one.serial: one for one in reversed(enrolments) if one.ended_at is None}
            for serial in self._enrolled.keys() - before.keys() & self._devices.keys():
                accept_as_new(self._devices[serial])
        await self._reconcile()

    async def begin_anew(self, serial: DeviceSerial) -> None:
        """What may be collected from this phone has changed: its task ends and begins again."""
        async with self._reconciling:
            if (running := self._tasks.pop(serial, None)) is not None:
                await _end(running[1])
        self._shop.bus.publish(DeviceChanged(serial))
        await self._reconcile()

    async def follow(self, bridge: Bridge) -> None:
        """Follow adb's list until the bridge is stopped or this is cancelled; then no task is left."""
        await self.whereabouts.load()
        try:
            async for transports in bridge.watch():
                await self._take_list(transports)
        finally:
            await self._cables.close()
            async with self._reconciling:  # nobody is to start a task while all end
                self._states.clear()
                for live in self._devices.values():
                    live.transports.clear()
                    live.answered.clear()
                await self._end_all()

    async def _end_all(self) -> None:
        """What was committed stays, the rest is read again next time."""
        tasks = [*(task for _, task in self._tasks.values()), *self._identifying.values(), *self._later.values()]
        self._tasks.clear()
        self._identifying.clear()
        self._later.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_list(self, transports: tuple[Transport, ...]) -> None:
        new = {transport.serial: transport.state for transport in transports}
        touched = {name for name in new.keys() | self._states.keys() if new.get(name) is not self._states.get(name)}
        self._states = new
        self._cables.take(new)
        for name in touched:
            self._unnamed.pop(name, None)
            if (owner := self.whereabouts.owner_of(name)) is not None:
                live = self._devices.setdefault(owner, LiveDevice(serial=owner))
                gone = live.answered.pop(name, None)  # another phone may have the address by now
                if gone is not None and gone.carrier is Carrier.WIRELESS_DEBUGGING:
                    live.wireless_losses += 1
                self._update_transport(live, name)
            if (running := self._identifying.pop(name, None)) is not None:
                running.cancel()
                if owner is not None and owner not in self._tasks:
                    self._devices[owner].link_trouble = None
            if new.get(name) is AdbState.DEVICE:
                self._identify_soon(name)
            elif owner is None:
                self._shop.bus.publish(DeviceChanged(DeviceSerial(name)))
        self._log.debug("transports.changed", transports=len(new))
        await self._reconcile()

    def _identify_soon(self, name: TransportSerial) -> None:
        self._identifying[name] = asyncio.create_task(self._identify(name), name=f"identify:{name}")

    async def _identify(self, name: TransportSerial) -> None:
        async def ask(supervision: Supervision) -> None:
            session = self._shop.link.session(name)
            try:
                identity = await read_identity(session)
            except (ParseError, ShellCommandError, UnsupportedSystemError):
                await self._disown(name)  # it answers, but not as the phone that was here
                raise
            finally:
                await session.close()
            await self._take_answer(name, identity)
            supervision.well()

        def on_trouble(trouble: Trouble | None) -> None:
            owner = self.whereabouts.owner_of(name)
            if owner is None or trouble is None:
                self._note_unnamed(name, trouble)
            if owner in self._devices and owner not in self._tasks:  # a task on another connection tells its own
                self._devices[owner].link_trouble = None if trouble is None else trouble.code
                self._shop.bus.publish(DeviceChanged(owner))

        log = self._log.bind(task="identify")
        await supervise(ask, clock=self._shop.clock, log=log, wake=asyncio.Event(), on_trouble=on_trouble)
        if self._identifying.get(name) is asyncio.current_task():
            del self._identifying[name]
        await self._reconcile()

    def _note_unnamed(self, name: TransportSerial, trouble: Trouble | None) -> None:
        if trouble is None:
            self._unnamed.pop(name, None)
        else:
            self._unnamed[name] = trouble.code
            self._shop.bus.publish(DeviceChanged(DeviceSerial(name)))

    async def _take_answer(self, name: TransportSerial, identity: Identity) -> None:
        serial, clock = identity.profile.serial, self._shop.clock
        async with self._naming.setdefault(serial, asyncio.Lock()):
            live = self._devices.setdefault(serial, LiveDevice(serial=serial))
            was_doubled = live.is_doubled
            dead = await look_for_double(live, name, identity.body, self._ask_again)
            if self._states.get(name) is not AdbState.DEVICE:
                raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
            if self.whereabouts.owner_of(name) != serial:
                await self._disown(name)
            if live.collected_body is None and (mark := self.whereabouts.install_mark_of(serial)) is not None:
                live.collected_body = Body(boot_id=None, install_mark=mark)
            is_enrolled = serial in self._enrolled
            known = KnownConnection(
                name=name,
                serial=serial,
                carrier=identity.carrier,
                install_mark=identity.body.install_mark if is_enrolled and not live.is_doubled else None,
            )
            await self.whereabouts.answered(known)
            live.answered[name] = Answered(carrier=identity.carrier, body=identity.body, since_s=clock.monotonic())
            live.last_seen_at = clock.now()
            if live.profile is None:
                live.profile = identity.profile
                await self._shop.archive.put_device(record_of(live))
            self._update_transport(live, name)
            if live.is_doubled and not was_doubled:
                self._log.warning("device.doubled", device=self._shop.tokens.token(serial))
            if is_enrolled and not live.is_doubled:

                def forget(old: TransportSerial) -> None:
                    live.transports.pop(old, None)
                    self._shop.bus.publish(DeviceChanged(serial))

                await self.whereabouts.settle(known, frozenset(live.answered), forget)
        for other in dead:
            live.answered.pop(other, None)
            self._update_transport(live, other)
            if other not in self._identifying and self._states.get(other) is AdbState.DEVICE:
                self._identify_soon(other)

    async def _ask_again(self, name: TransportSerial) -> Body | None:
        session = self._shop.link.session(name)
        try:
            return await read_body(session)
        except AdbBridgeError:
            return None
        finally:
            await session.close()

    async def _disown(self, name: TransportSerial) -> None:
        """Whoever was behind this connection is there no more."""
        owner = self.whereabouts.owner_of(name)
        await self.whereabouts.disown(name)
        if owner in self._devices:
            live = self._devices[owner]
            live.transports.pop(name, None)
            live.answered.pop(name, None)
            live.link_trouble = None
            self._shop.bus.publish(DeviceChanged(owner))

    def _update_transport(self, live: LiveDevice, name: TransportSerial) -> None:
        state = self._states.get(name)
        if state is AdbState.DEVICE and name not in live.answered:
            state = AdbState.CONNECTING
        was = live.state
        if state is None:
            live.transports.pop(name, None)
        else:
            live.transports[name] = state
        if live.state is not was:
            device = self._shop.tokens.token(live.serial)
            self._log.info("device.state", device=device, state="absent" if live.state is None else live.state.value)
        self._shop.bus.publish(DeviceChanged(live.serial))

    async def _reconcile(self) -> None:
        """Exactly one task for each enrolled phone that can be reached, on its best connection."""
        async with self._reconciling:
            for serial, live in self._devices.items():
                if settle_double(live, is_enrolled=serial in self._enrolled):
                    self._shop.bus.publish(DeviceChanged(serial))
            for serial, (name, task) in list(self._tasks.items()):
                live = self._devices[serial]
                is_usable = live.transports.get(name) is AdbState.DEVICE and not live.is_doubled
                if serial not in self._enrolled or not is_usable or task.done() or self._is_to_move(live, name):
                    del self._tasks[serial]
                    await _end(task)
                    live.link_trouble = None
                    live.source_troubles.clear()
                    self._shop.bus.publish(DeviceChanged(serial))
            for serial, enrolment in self._enrolled.items():
                device = self._devices.get(serial)
                best = device.best_transport() if device is not None else None
                if device is not None and best is not None and serial not in self._tasks:
                    device.collected_body = device.answered[best].body
                    self._tasks[serial] = (best, self._start(device, best, enrolment))

    def _is_to_move(self, live: LiveDevice, name: TransportSerial) -> bool:
        """A better connection is there; one that came up a moment ago is looked at again when it has settled."""
        best = live.best_transport()
        if best is None or live.rank(best) >= live.rank(name):
            return False
        wait_s = live.answered[best].since_s + _SETTLED_S - self._shop.clock.monotonic()
        if wait_s > 0 and live.serial not in self._later:
            self._later[live.serial] = asyncio.create_task(self._reconcile_in(wait_s, live.serial))
        return wait_s <= 0

    async def _reconcile_in(self, wait_s: float, serial: DeviceSerial) -> None:
        await asyncio.sleep(wait_s + 0.01)
        self._later.pop(serial, None)
        await self._reconcile()

    def _start(self, live: LiveDevice, name: TransportSerial, enrolment: ArchivedEnrolment) -> "asyncio.Task[None]":
        is_stopped = self._shop.stops.has(live.serial, self._shop.clock.now())
        named = () if is_stopped else enrolment.scope
        scope = frozenset(Source(source) for source in named if source in set(Source))
        task = DeviceTask(self._shop, live, name, scope)
        caretaker = Caretaker(self._shop, self._care, self.whereabouts, live, name)

        def on_trouble(trouble: Trouble | None) -> None:
            live.link_trouble = None if trouble is None else trouble.code
            self._shop.bus.publish(DeviceChanged(live.serial))

        async def work() -> None:
            log = self._log.bind(device=self._shop.tokens.token(live.serial))
            caring = asyncio.create_task(
                supervise(caretaker.run, clock=self._shop.clock, log=log.bind(task="caretaker"), wake=asyncio.Event())
            )
            self._running[live.serial] = task
            try:
                await supervise(
                    task.run,
                    clock=self._shop.clock,
                    log=log.bind(task="device"),
                    wake=asyncio.Event(),
                    on_trouble=on_trouble,
                )
            finally:
                if self._running.get(live.serial) is task:
                    del self._running[live.serial]
                caring.cancel()
                await asyncio.gather(caring, return_exceptions=True)

        return asyncio.create_task(work(), name=f"device:{live.serial}")


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})
