"""A simulated phone on a TCP port, ready for `adb connect`."""

import asyncio
import contextlib
import socket
from typing import Final

from adb_bridge.clock import Clock

from .faults import Cable, Faults
from .faulty import run_with_faults
from .handset import Handset
from .history import furnish
from .journal import Journal, ServedCommand
from .scenario import Scenario, load_scenario
from .spec import AuthMode, History, PhoneSpec, Security
from .store import PhoneStore
from .userland.shell import run_command
from .wire.auth import HostKey
from .wire.handshake import Banner, Gate, shake_hands
from .wire.link import Link
from .wire.packets import ProtocolError
from .wire.services import Services, Terminal
from .wire.streams import Stream, StreamClosedError
from .wire.sync import serve_sync
from .wording import Wording

DEFAULT_SCENARIO: Final = "jewellery-day"
MAX_CONNECTIONS: Final = 16
ORPHAN_S: Final = 30.0
"""How long a command runs on when its host has gone."""


class SimPhone:
    """One phone. Everything runs on the event loop of `start`; `store`, `power` … are to be used from there."""

    def __init__(self, spec: PhoneSpec, clock: Clock, scenario: Scenario | None = None) -> None:
        """History comes out of `scenario`, by default jewellery-day; an empty `spec.history` makes none."""
        self.spec = spec
        self._clock = clock
        cable = Cable(
            cut=self._cut,
            unplug=self._unplug,
            plug=self._plug,
            unauthorize=self._unauthorize,
            reboot=self._reboot,
            settle=self._settle,
        )
        self.handset = Handset(spec, clock, cable)
        self.wording: Wording | None = None
        if scenario is not None or spec.history != History():
            self.wording = furnish(self.handset, scenario or load_scenario(DEFAULT_SCENARIO))
        self._journal = Journal()
        self._trusted = set(spec.trusted_hosts)
        self._auth = spec.auth
        self._allowed = asyncio.Event()
        self._is_plugged = True
        self._listener: socket.socket | None = None
        self._links: set[Link] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._boots: set[asyncio.Task[None]] = set()
        self._accepting: asyncio.Task[None] | None = None
        self._services = Services(run=self._run, sync=self._sync, reboot=lambda _target: self._reboot())

    @property
    def store(self) -> PhoneStore:
        """Messages, calls, contacts: the truth."""
        return self.handset.store

    @property
    def faults(self) -> Faults:
        """Trouble on demand."""
        return self.handset.faults

    @property
    def journal(self) -> tuple[ServedCommand, ...]:
        """What hosts asked, oldest first."""
        return tuple(self._journal)

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`. Raise `RuntimeError` before `start`."""
        if self._listener is None:
            raise RuntimeError("the phone is not started")
        host, port = self._listener.getsockname()[:2]
        return f"{host}:{port}"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; port 0 takes a free one. Return the address for `adb connect`. Raise `OSError`."""
        listener = socket.create_server((host, port), backlog=32)
        listener.setblocking(False)
        self._listener = listener
        self._accepting = asyncio.create_task(self._accept(listener))
        return self.address

    async def stop(self) -> None:
        """End everything. The phone cannot be started again."""
        self.handset.foreground.cancel()
        pending = [*self._boots, *self._connections, *self._tasks]
        if self._accepting is not None:
            pending.append(self._accepting)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.store.close()

    def allow_host(self) -> None:
        """The person at the phone taps "always allow" for the host that is asking, or will ask next (PENDING)."""
        self._allowed.set()

    def unlock(self) -> None:
        """The person at the phone enters the credential; after a reboot this opens storage."""
        self.handset.unlock()

    # --- the cable ---------------------------------------------------------------------------------------------------

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            if not self._is_plugged or len(self._connections) >= MAX_CONNECTIONS:
                _reset(connection)
                continue
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._serve(connection))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: socket.socket) -> None:
        secured = self.spec.security is Security.TLS
        trusted = None if self._auth is AuthMode.OPEN else lambda: frozenset(self._trusted)
        gate = Gate(trusted=trusted, ask=self._ask, uses_tls=secured)
        banner = Banner(
            product=self.spec.device,
            model=self.spec.model.replace(" ", "_"),
            device=self.spec.device,
            features=self.spec.features,
        )
        try:
            session = await shake_hands(connection, banner, gate)
        except (ProtocolError, OSError):
            _reset(connection)
            return
        except asyncio.CancelledError:
            _reset(connection)
            raise
        link = Link(session, self._services.open, features=self.spec.features, tasks=self._tasks)
        self._links.add(link)
        try:
            with contextlib.suppress(ProtocolError, OSError, StreamClosedError):
                await link.run()
        finally:
            self._links.discard(link)

    async def _ask(self, key: HostKey) -> None:
        match self._auth:
            case AuthMode.REFUSE:
                await asyncio.Event().wait()
            case AuthMode.PENDING:
                await self._allowed.wait()
            case AuthMode.ACCEPT | AuthMode.OPEN:
                pass
        self._trusted.add(key)

    def _cut(self) -> None:
        for task in tuple(self._connections):
            task.cancel()
        for link in tuple(self._links):
            link.abort()

    def _unplug(self) -> None:
        self._is_plugged = False
        self._cut()

    async def _settle(self) -> None:
        me = asyncio.current_task()
        await asyncio.gather(*(task for task in self._connections if task is not me), return_exceptions=True)

    def _plug(self) -> None:
        self._is_plugged = True

    def _unauthorize(self) -> None:
        self._trusted.clear()
        self._allowed.clear()
        self._auth = AuthMode.PENDING
        self._cut()

    def _reboot(self) -> None:
        self._unplug()
        for task in tuple(self._tasks):
            task.cancel()
        task = asyncio.create_task(self._boot())
        self._boots.add(task)
        task.add_done_callback(self._boots.discard)

    async def _boot(self) -> None:
        self.handset.restart()
        await asyncio.sleep(self.spec.latencies.boot_s)
        self._plug()

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
        await serve_sync(stream, self.handset.files)
        served.is_finished = True


def _reset(connection: socket.socket) -> None:
    """Close with RST, as a cable does: no goodbye."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()
