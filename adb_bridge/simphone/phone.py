"""A simulated phone on a TCP port, ready for `adb connect`."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Final

from adb_bridge.clock import Clock

from .command_faults import CommandFault, FaultMode
from .doors import Door, Doors
from .faults import Cable, Faults
from .faulty import run_with_faults
from .handset import Handset
from .history import furnish
from .journal import Journal, ServedCommand
from .messengers import Messengers
from .notifications import Notification, Notifications
from .recordings import Recordings
from .scenario import Scenario, load_scenario
from .spec import History, PhoneSpec, Wipe
from .store import PhoneStore
from .switches import Switches
from .telephony import Calls
from .trust import TrustedHosts
from .userland.shell import run_command
from .wire.handshake import Banner
from .wire.services import Services, Terminal
from .wire.streams import Stream, StreamClosedError
from .wire.sync import serve_sync
from .wireless import Wireless
from .wording import Wording

DEFAULT_SCENARIO: Final = "jewellery-day"
ORPHAN_S: Final = 30.0
"""How long a command runs on when its host has gone."""


class SimPhone:
    """One phone. Everything runs on the event loop of `start`; `store`, `power` … are to be used from there."""

    def __init__(self, spec: PhoneSpec, clock: Clock, scenario: Scenario | None = None) -> None:
        """History comes out of `scenario`, by default jewellery-day; an empty `spec.history` makes none."""
        self.spec = spec
        self._clock = clock
        cable = Cable(
            cut=lambda: self.doors.cut(),
            unplug=lambda: self.doors.unplug(),
            plug=lambda: self.doors.plug(),
            unauthorize=lambda: self.doors.unauthorize(),
            reboot=self._reboot,
            power_off=self._power_off,
            wipe=self._wipe,
            settle=lambda: self.doors.settle(),
        )
        self.handset = Handset(spec, clock, cable)
        self.wording: Wording | None = None
        if scenario is not None or spec.history != History():
            self.wording = furnish(self.handset, scenario or load_scenario(DEFAULT_SCENARIO))
        self._journal = Journal()
        self._tasks: set[asyncio.Task[None]] = set()
        self._boots: set[asyncio.Task[None]] = set()
        self._services = Services(
            run=self._run,
            sync=self._sync,
            reboot=self._reboot_by_service,
            tcpip=self._tcpip,
            usb=self._usb,
        )
        self.doors = Doors(
            auth=spec.auth,
            trusted=TrustedHosts(spec.trusted_hosts, settings=self.handset.settings, now=self.handset.now),
            banner=Banner(
                product=spec.device,
                model=spec.model.replace(" ", "_"),
                device=spec.device,
                features=spec.features,
            ),
            open_service=self._services.open,
            tasks=self._tasks,
        )
        self.wireless = Wireless(self.handset, self.doors)
        self.first: Door | None = None
        """Where `start` let hosts in."""

    @property
    def store(self) -> PhoneStore:
        """Messages, calls, contacts: the truth."""
        return self.handset.store

    @property
    def notifications(self) -> Notifications:
        """What apps show, now and before."""
        return self.handset.notifications

    @property
    def messengers(self) -> Messengers:
        """WeChat, WeCom, Alipay: post as the apps do."""
        return self.handset.messengers

    @property
    def calls(self) -> Calls:
        """Ringing, answering, hanging up."""
        return self.handset.calls

    def set_timezone(self, name: str) -> None:
        """The phone is in another zone from now on. Raise `KeyError` for an unknown one."""
        self.handset.set_timezone(name)

    def jump_clock(self, by_ms: int) -> None:
        """The phone's clock goes `by_ms` forward (negative: back) at once."""
        self.handset.jump_clock(by_ms)

    @property
    def switches(self) -> Switches:
        """The vendor's switches, for those whose profile has some."""
        return self.handset.switches

    def wechat(self, chat: str, text: str, *, count: int = 1, sender: str | None = None) -> Notification:
        """A WeChat message; see `Messengers.wechat`."""
        return self.messengers.wechat(chat, text, count=count, sender=sender)

    def wecom(self, chat: str, text: str, *, count: int = 1, sender: str | None = None) -> Notification:
        """A WeCom message; see `Messengers.wecom`."""
        return self.messengers.wecom(chat, text, count=count, sender=sender)

    def alipay(self, text: str, *, title: str = "支付宝通知") -> Notification:
        """An Alipay notice; see `Messengers.alipay`."""
        return self.messengers.alipay(text, title=title)

    @property
    def recordings(self) -> Recordings:
        """The dialer's call recordings."""
        return self.handset.recordings

    @property
    def faults(self) -> Faults:
        """Trouble on demand."""
        return self.handset.faults

    @property
    def journal(self) -> tuple[ServedCommand, ...]:
        """What hosts asked, oldest first."""
        return tuple(self._journal)

    @property
    def running(self) -> int:
        """How many services run for hosts now."""
        return len(self._tasks)

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`. Raise `RuntimeError` before `start`."""
        if self.first is None:
            raise RuntimeError("the phone is not started")
        return self.first.address

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; port 0 takes a free one. Return the address for `adb connect`. Raise `OSError`.

        `host` is also where wireless debugging and `adb tcpip` will be: give each phone its own 127.x.y.z when that
        matters. A phone without a cable is not started; it has only `wireless.switch_on()`.
        """
        self.first = self.doors.open(host, port, self.spec.security)
        self.wireless.host = host
        return self.address

    async def start_second(self, host: str = "127.0.0.1", port: int = 0) -> Door:
        """A second way to the same phone, as USB and LAN at once. `shut` and `cut` of doors work on one way only."""
        return self.doors.open(host, port, self.spec.security)

    async def stop(self) -> None:
        """End everything. The phone cannot be started again."""
        self.handset.foreground.cancel()
        pending = [*self._boots, *self._tasks]
        for task in pending:
            task.cancel()
        self.wireless.shut_down()
        await self.doors.close_all()
        await asyncio.gather(*pending, return_exceptions=True)
        self.first = None
        self.store.close()
        self.handset.media.close()

    def allow_host(self) -> None:
        """The person at the phone taps "always allow" for the host that is asking, or will ask next (PENDING)."""
        self.doors.allow_host()

    def unlock(self) -> None:
        """The person at the phone enters the credential; after a reboot this opens storage."""
        self.handset.unlock()

    # --- the cable ---------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """The person switches the phone on after `reboot -p` or a wipe that it did not come back from."""
        self._spawn(self._boot())

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._boots.add(task)
        task.add_done_callback(self._boots.discard)

    def _reboot(self) -> None:
        self._power_off()
        self._spawn(self._boot())

    def _power_off(self) -> None:
        self.doors.unplug()
        self.wireless.shut_down()
        for task in tuple(self._tasks):
            task.cancel()

    async def _boot(self) -> None:
        self.handset.begin_boot()
        await asyncio.sleep(self.spec.latencies.boot_s)
        self.doors.plug()
        self.wireless.boot()
        if self.spec.latencies.ready_s:
            await asyncio.sleep(self.spec.latencies.ready_s)
        self.handset.complete_boot()

    def _wipe(self) -> None:
        self._spawn(self._erase())

    async def _erase(self) -> None:
        await asyncio.sleep(self.spec.latencies.wipe_s)
        self._power_off()
        if self.spec.wipe is not Wipe.KEPT:
            self.handset.erase()
            self.wireless.forget_networks()
        if self.spec.wipe is Wipe.KEYS_LOST:
            self.doors.unauthorize()
        if self.spec.wipe is not Wipe.NEVER_BACK:
            await self._boot()

    def _reboot_by_service(self, target: str) -> None:
        """`adb reboot [TARGET]`. Targets other than Android are dead ends here."""
        match self.faults.commands.strike(("reboot", *([target] if target else []))):
            case None:
                pass
            case CommandFault(mode=FaultMode.DROP):
                self.doors.cut()
                return
            case CommandFault(mode=FaultMode.SILENT | FaultMode.HANG | FaultMode.EXIT | FaultMode.GARBAGE):
                return
        if target:
            self._power_off()
        else:
            self._reboot()

    def _tcpip(self, port: int) -> None:
        with contextlib.suppress(OSError):
            self.wireless.enter_tcp(port)
        self.doors.cut()

    def _usb(self) -> None:
        self.wireless.leave_tcp()
        self.doors.cut()

    # --- services ----------------------------------------------------------------------------------------------------

    async def _run(self, service: str, command: str, terminal: Terminal) -> int:
        served = self._journal.open(service, command, self._clock.now())
        running = asyncio.create_task(run_with_faults(self.handset, served, terminal, run_command))
        leaving = asyncio.create_task(terminal.gone.wait())
        try:
            await asyncio.wait((running, leaving), return_when=asyncio.FIRST_COMPLETED)
            # A phone does not undo a command because its host went away.
            await asyncio.wait((running,), timeout=ORPHAN_S)
            if not running.done():
                raise StreamClosedError
            return running.result()
        finally:
            running.cancel()
            leaving.cancel()

    async def _sync(self, stream: Stream) -> None:
        served = self._journal.open("sync", "", self._clock.now())
        await serve_sync(stream, self.handset, lambda text: self._journal.open("sync", text, self._clock.now()))
        served.is_finished = True
